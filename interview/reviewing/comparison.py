"""A comparison as it is handed out: candidates of one position beside each other, and their words on one question."""

from __future__ import annotations

from typing import Literal

from interview.contract import TranscriptLine
from interview.models import Evidence, Mode, Model, Moment, ScoreSource, VersionStamp
from interview.reviewing.comparability import Comparability

SaidAs = Literal["question", "follow_up", "hint", "answer"]


class Depth(Model):
    """How deeply a competency was probed: prompts that were answered, follow-ups among those asked, hints given.

    `ruled`: the rules chose each prompt. A voice that talks freely and an interview from elsewhere ask as they see fit,
    and what of it was a hint nobody knows.
    """

    answers: int = 0
    follow_ups: int = 0
    hints: int = 0
    ruled: bool = True


class ComparedScore(Model):
    """A candidate's standing score of a competency, 1 to 5; 0.0 where nothing was assessed."""

    competency: str
    score: float
    criteria_assessed: int
    criteria_total: int
    depth: Depth
    comparability: Comparability


class ComparedCandidate(Model):
    """`scores`: in the order of the comparison's competencies. `source`: whether a person changed the engine's.

    `mode`: how the interview was held last.
    """

    interview_id: str
    session_id: str
    candidate_name: str
    completed_at: Moment
    mode: Mode
    plan_version: int
    stamp: VersionStamp
    source: ScoreSource
    scores: tuple[ComparedScore, ...]


class ComparedCompetency(Model):
    """`n`: candidates with a score of it."""

    competency: str
    n: int
    comparability: Comparability


class ToRate(Model):
    """Somebody whose scores are closed until the reader has rated them."""

    interview_id: str
    candidate_name: str
    completed_at: Moment


class Comparison(Model):
    """Candidates in the order in which they completed. `plan_version`: that of most; `questions`: its core questions;
    None and none where nobody can be compared yet.

    `rate_first`: who is left out because the reader is to rate them; `more`: earlier ones are left out for room.
    """

    position_id: str
    role_title: str
    plan_version: int | None
    questions: tuple[str, ...]
    competencies: tuple[ComparedCompetency, ...]
    candidates: tuple[ComparedCandidate, ...]
    rate_first: tuple[ToRate, ...]
    more: bool


class SaidLine(Model):
    """One utterance. `quoted`: the words of it that a score rests on."""

    said_as: SaidAs
    line: TranscriptLine
    quoted: tuple[Evidence, ...] = ()


class Answered(Model):
    """What one candidate was asked and said about a question. `planned`: whether their plan has it."""

    interview_id: str
    candidate_name: str
    planned: bool
    asked: bool
    skipped: bool
    lines: tuple[SaidLine, ...] = ()


class SideBySide(Model):
    """One core question, and what each of the chosen candidates said."""

    question: str
    answers: tuple[Answered, ...]
