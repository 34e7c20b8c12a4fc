"""What the browser's microphone hears, brought to the interview's format and handed on at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import log10, sqrt
from time import monotonic
from typing import TYPE_CHECKING

from interview.live.line import MESSAGE_BYTES, UP_RATE, Microphone

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler

_LEVEL_MESSAGES = 5
"""100 ms: short enough for a meter to follow a voice."""
_FILTER_SAMPLES = 16
"""The resampler keeps the first millisecond for its filter. Given as silence, every frame makes one whole message."""
SILENCE_DBFS = -100.0


class Uplink:
    """One call's way up: frames of 20 ms (s16, stereo, 48 kHz) become messages of 20 ms (s16le, mono, 16 kHz).

    Frames come on the server's loop; `attach` and the readings may be used from any thread.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._microphone: Microphone | None = None
        self._heard_bytes = 0
        self.last_frame: float | None = None
        """When the newest frame came, by the clock; None before any of this connection."""
        self.begin()

    def begin(self) -> None:
        """Another connection: what was left of the last one is gone."""
        self._resampler: AudioResampler | None = None
        self._rest = bytearray(_FILTER_SAMPLES * 2)
        self._powers: deque[float] = deque(maxlen=_LEVEL_MESSAGES)
        self.last_frame = None

    def attach(self, microphone: Microphone | None) -> None:
        """Whom the candidate is heard by from the next message on."""
        self._microphone = microphone

    def on_frame(self, frame: AudioFrame) -> None:
        self.last_frame = self._clock()
        self._rest += self._resampled(frame)
        while len(self._rest) >= MESSAGE_BYTES:
            message = bytes(self._rest[:MESSAGE_BYTES])
            del self._rest[:MESSAGE_BYTES]
            self._hear(message)

    @property
    def heard_ms(self) -> int:
        """Sound that has come in, whoever heard it."""
        return self._heard_bytes * 1000 // (UP_RATE * 2)

    @property
    def level_dbfs(self) -> float | None:
        """The last 100 ms: RMS in dB of full scale, a full-scale sine being -3. None before any sound."""
        powers = list(self._powers)
        if not powers:
            return None
        rms = sqrt(sum(powers) / len(powers)) / 32768
        return max(SILENCE_DBFS, 20 * log10(rms)) if rms else SILENCE_DBFS

    def _hear(self, message: bytes) -> None:
        import numpy as np

        samples = np.frombuffer(message, np.int16).astype(np.float32)
        self._powers.append(float(np.dot(samples, samples)) / len(samples))
        self._heard_bytes += len(message)
        if self._microphone is not None:
            self._microphone.hear(message)

    def _resampled(self, frame: AudioFrame) -> bytes:
        if self._resampler is None:
            from av import AudioResampler

            self._resampler = AudioResampler(format="s16", layout="mono", rate=UP_RATE)
        return b"".join(bytes(part.planes[0])[: part.samples * 2] for part in self._resampler.resample(frame))
