"""What speech tests say and hear: sentences about work, noises, and how many words came out wrong."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import numpy as np

SENTENCES = (
    "I traced the fault to the cache and wrote a test for it before we changed anything.",
    "We moved the payments service to a new database without stopping the shop.",
    "My manager asked me to lead the release because nobody else had done it before.",
    "The customer was angry, so I listened first and then explained what had happened.",
    "I disagreed with the design, and I showed the team two measurements to explain why.",
    "After the incident I wrote a short report and we agreed on three changes.",
    "I would ask the nurse on the night shift what she had noticed about the patient.",
    "We had six weeks and four people, and I planned the work around the holidays.",
    "In the end the report was ready two days early, and sales grew by a tenth.",
    "What I learned is that I should have told the other department much sooner.",
)
TERMS = "payments, database, cache, release, incident, report"


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """Word errors (substituted, left out, put in; Levenshtein) and words said. Numbers count as words or digits."""
    wanted, found = _plain(said), _plain(heard)
    row = list(range(len(found) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1], len(wanted)


_DIGITS = {"two": "2", "three": "3", "four": "4", "six": "6"}


def _plain(text: str) -> list[str]:
    return [_DIGITS.get(word, word) for word in re.findall(r"[a-z0-9']+", text.lower())]


def read_wave(path: Path) -> bytes:
    """The samples of a 16 kHz mono file."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        return file.readframes(file.getnframes())


def quiet(seconds: float) -> bytes:
    return bytes(round(seconds * 16_000) * 2)


def up_rate(pcm: bytes) -> bytes:
    """24 kHz mono s16le as spoken to 16 kHz as heard."""
    from interview.speech.voices import resampled

    return resampled(pcm, 24_000, 16_000)


def white_noise(seconds: float, level: float) -> bytes:
    return _pcm(np.random.default_rng(1).standard_normal(round(seconds * 16_000)) * level)


def pink_noise(seconds: float, level: float) -> bytes:
    """Power falls with frequency, as in the noise of fans and rooms."""
    count = round(seconds * 16_000)
    spectrum = np.fft.rfft(np.random.default_rng(2).standard_normal(count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    sound = np.fft.irfft(spectrum, count)
    return _pcm(sound / sound.std() * level)


def keyboard(seconds: float, level: float) -> bytes:
    """Bursts of 10-40 ms that die away, three to ten a second."""
    random = np.random.default_rng(3)
    sound = np.zeros(round(seconds * 16_000))
    at = 0
    while at < len(sound) - 800:
        length = int(random.integers(160, 640))
        sound[at : at + length] += random.standard_normal(length) * np.exp(-np.arange(length) / (length / 5)) * level
        at += int(random.integers(1_600, 4_800))
    return _pcm(sound)


def _pcm(sound: np.ndarray) -> bytes:
    return (np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes()
