"""What the embedded voice's ear hears of speech that goes on while its turn is ended: real recognition, no page."""

from __future__ import annotations

import asyncio
import time

import pytest
from embedded_talk import ANSWERS, SECONDS, words_in
from speech_samples import quiet

from interview.live.embedded import Ear
from interview.live.line import MESSAGE_BYTES
from interview.live.lost_time import LostTime
from interview.speech.client import Speech, SpeechUnavailable
from interview.speech.endpointing import Endpointing

pytestmark = pytest.mark.slow

SENTENCE = ANSWERS[1]
FIRST_SECONDS = 1.5
"""Of the sentence: into its fourth or fifth word, with no pause before."""


class Listening:
    """Whom the ear tells; the interviewer is silent."""

    speaking = False

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    def candidate_began(self) -> None:
        """Nothing to do."""

    def candidate_interrupts(self) -> None:
        """Nothing to do."""

    def candidate_said(self, words: str) -> None:
        """Nothing to do."""

    def candidate_ended(self) -> None:
        self.ended.set()

    def ear_failed(self, error: SpeechUnavailable) -> None:
        raise error


def test_speech_that_goes_on_when_its_turn_is_ended_is_in_one_turn_only(sounds: dict[str, bytes]) -> None:
    """As when somebody types, skips or presses "I am ready" in the middle of a word: nothing is heard twice."""
    first, second = asyncio.run(asyncio.wait_for(_ended_in_the_middle(sounds[SENTENCE]), SECONDS))
    assert "nightly" in words_in(first), (first, second)
    assert {"index", "test", "fixed"} <= words_in(second), (first, second)
    assert "nightly" not in words_in(second), (first, second)


async def _ended_in_the_middle(pcm: bytes) -> tuple[str, str]:
    """What the turn that was ended holds, and the next one."""
    speech, listening = Speech(talks=1), Listening()
    began = time.monotonic()
    await speech.start()
    try:
        ear = Ear(speech, Endpointing(), "", lambda: int((time.monotonic() - began) * 1000), listening, LostTime())
        middle = int(FIRST_SECONDS * 50) * MESSAGE_BYTES
        await ear.send_audio(pcm[:middle])
        assert ear.in_turn
        ear.end_turn()
        await ear.complete()
        first = ear.take().text
        await ear.send_audio(pcm[middle:] + quiet(6))
        await listening.ended.wait()
        await ear.complete()
        return first, ear.take().text
    finally:
        await speech.close()
