"""What recognition and speech cost on this machine, and how soon they answer.

    PYTHONPATH=tests .venv/bin/python -m benchmarks.speech [ROUNDS]

CPU seconds are the worker's own, per second of sound; times are from the request to the answer, with nothing else asked
for. Start: until the worker has checked and loaded its models, and until the machine was measured.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from speech_samples import SENTENCES, TERMS, up_rate, word_errors

from interview.speech.client import Speech

QUESTION = (
    "Thank you. Tell me about a time when you had to find a fault in a system that you did not know, "
    "and what you did first. Take a moment to think if you like."
)


def cpu_seconds(speech: Speech) -> float:
    """Of the worker so far, in user and system mode (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{speech.worker_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(speech: Speech) -> float:
    return int(Path(f"/proc/{speech.worker_pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def measured(speech: Speech, name: str, rounds: int, once: Callable[[], Awaitable[float]]) -> None:
    """`once` returns the seconds of sound that it was about."""
    await once()
    before, sound, took = cpu_seconds(speech), 0.0, list[float]()
    for _ in range(rounds):
        started = perf_counter()
        sound += await once()
        took.append(perf_counter() - started)
    share = (cpu_seconds(speech) - before) / sound
    print(f"{name:34} {share:6.3f} CPU-s/s {1000 * median(took):7.0f} ms {1000 * quantiles(took, n=20)[-1]:7.0f} p95")  # noqa: T201


async def first_sound(speech: Speech) -> float:
    async with aclosing(speech.speak(QUESTION)) as sounds:
        return len(await anext(sounds)) / 48_000


async def all_sound(speech: Speech) -> float:
    return sum([len(sound) / 48_000 async for sound in speech.speak(QUESTION)])


async def recognised(speech: Speech, pcm: bytes, *, final: bool) -> float:
    await speech.recognise(pcm, final=final)
    return len(pcm) / 32_000


async def errors(speech: Speech, said: list[bytes], terms: str, *, final: bool) -> float:
    wrong = words = 0
    for text, pcm in zip(SENTENCES, said, strict=True):
        found = await speech.recognise(pcm, terms, final=final)
        more_wrong, more_words = word_errors(text, found.text if found else "")
        wrong, words = wrong + more_wrong, words + more_words
    return wrong / words


async def main(rounds: int) -> None:
    speech, started = Speech(), perf_counter()
    await speech.start()
    print(f"start {perf_counter() - started:.1f} s, {megabytes(speech):.0f} MB, {speech.capacity()} talks")  # noqa: T201
    said = [up_rate(b"".join([sound async for sound in speech.speak(text)])) for text in SENTENCES]
    long = b"".join(said)[: 28 * 32_000]
    await measured(speech, "speech, first sound", rounds, lambda: first_sound(speech))
    await measured(speech, "speech, all of three sentences", rounds, lambda: all_sound(speech))
    await measured(speech, "partial result, 4 s", rounds, lambda: recognised(speech, said[0], final=False))
    await measured(speech, "final result, 4 s", rounds, lambda: recognised(speech, said[0], final=True))
    await measured(speech, "final result, 28 s", rounds, lambda: recognised(speech, long, final=True))
    for final in (True, False):
        for terms in ("", TERMS):
            share = await errors(speech, said, terms, final=final)
            print(f"word errors, {'final' if final else 'partial'}{', with terms' if terms else ''}: {share:.1%}")  # noqa: T201
    await speech.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
