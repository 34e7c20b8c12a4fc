"""The interviewer's way to the candidate: sound to the line's loudspeaker and to the recording, and its end."""

from __future__ import annotations

from interview.live.line import DOWN_RATE, Loudspeaker
from interview.live.recording import Recorder


def milliseconds(pcm: bytes) -> float:
    """Length of 24 kHz mono s16le."""
    return len(pcm) / 2 / DOWN_RATE * 1000


class Downlink:
    """On the voice loop. What was waiting at the loudspeaker from before is dropped."""

    def __init__(self, speaker: Loudspeaker, recorder: Recorder | None) -> None:
        self._speaker, self._recorder = speaker, recorder
        self._generation = speaker.flush()

    def play(self, pcm: bytes, at_ms: int) -> None:
        """`at_ms`: when it is to be heard, since the session's start."""
        self._speaker.play(pcm, self._generation)
        if self._recorder is not None:
            self._recorder.interviewer(pcm, at_ms)

    def flush(self, now_ms: int) -> None:
        """What has not been played is not played any more."""
        self._generation = self._speaker.flush()
        if self._recorder is not None:
            self._recorder.flush_interviewer(now_ms)

    def close(self) -> None:
        """Finish the recording, if there is one."""
        if self._recorder is not None:
            self._recorder.close()
