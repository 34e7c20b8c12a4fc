"""A spoken interview without a voice: what is said is kept and folded as the live interview does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from builders import House, house

from interview.access import SYSTEM, Actor
from interview.keeping import Utterance
from interview.models import Speaker
from interview.records import InterviewRecord
from interview.spoken import Spoken, Standing
from interview.state import InterviewSessionState
from interview.store.sessions import load

FOUND = "I traced the fault to the cache and wrote a test for it."


_SPEAKING: dict[str, Any] = {"gemini_api_key": "no real key", "core": 1, "probes": 0}


def speaking_house(folder: Path, **settings: Any) -> House:
    """A service that has a voice; no test here calls it."""
    return house(folder, **(_SPEAKING | settings))


def speaking(**settings: Any) -> pytest.MarkDecorator:
    """The mark by which `home` has such a voice."""
    return pytest.mark.house(**(_SPEAKING | settings))


@dataclass
class Talk:
    """One spoken session, and what was said in it."""

    home: House
    record: InterviewRecord
    session_id: str
    at_ms: int = 0

    @classmethod
    def begin(cls, home: House, record: InterviewRecord | None = None, actor: Actor = SYSTEM) -> Talk:
        record = record or home.interview()
        return cls(home, record, home.service.spoken.open(actor, record.interview_id).session_id)

    @property
    def spoken(self) -> Spoken:
        return self.home.service.spoken

    @property
    def state(self) -> InterviewSessionState:
        with self.home.service.context.database.read() as tx:
            return load(tx, self.session_id).state

    def said(self, role: Speaker, text: str, *, final: bool = True, entry_id: int | None = None) -> int:
        """Keep an utterance, new or grown; gives its entry's id."""
        self.at_ms += 1_000
        kept = self.spoken.keep(self.session_id, [Utterance(role, text, self.at_ms, self.at_ms + 500, final, entry_id)])
        return kept[0]

    def interviewer(self, text: str, *, final: bool = True) -> int:
        return self.said("interviewer", text, final=final)

    def candidate(self, text: str = FOUND) -> int:
        return self.said("candidate", text)

    def fold(self, through: int | None = None) -> Standing:
        return self.spoken.fold(self.session_id, through)

    def opening(self) -> None:
        self.interviewer(self.spoken.scene(SYSTEM, self.session_id).warmup)
        self.candidate("I like clocks.")

    def question(self, index: int, answer: str = FOUND, *, lead: str = "Thank you. ") -> Standing:
        """Ask a planned question, with words around it, and answer it."""
        self.interviewer(f"{lead}{self.record.question_plan[index].text}")
        self.candidate(answer)
        return self.fold()

    def closing(self) -> None:
        self.interviewer(self.spoken.scene(SYSTEM, self.session_id).wrapup)
        self.candidate("No, thank you, that was all of it.")

    def through(self) -> None:
        """From the first word to the last, all questions answered."""
        self.opening()
        for question in self.record.question_plan:
            self.question(question.index, f"{FOUND} That was part {question.index}.")
        self.closing()
