"""What is true of the demo data: who was asked what, how each answer is to be rated, and what people made of it.

Frozen dataclasses, made from a seed by `chance`, and sums over them that read no database. Levels are 1 to 5 on the
anchored scale; None means that the words do not show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from interview.demographics import Race, Sex
from interview.synthetic.asking import Position, Rated, Response
from interview.synthetic.rereading import Rereading
from interview.synthetic.trials import Trial

Ending = Literal["completed", "stopped", "dropped", "open", "imported"]
"""`stopped`: by the candidate, which completes it; `dropped`: they went away; `open`: it still runs; `imported`: held
elsewhere, and scored from its transcript."""

TIME_LIMIT, LEAST_TIME = timedelta(minutes=45), timedelta(minutes=5)
"""Of a session; and what one that carries on another has at least."""
FIRST_WORDS, LAST_WORDS = "I would like to work with people who learn.", "No, thank you."
"""What everybody says in the warm-up and the wrap-up."""
REVIEWERS = 6
TITLE_MARK, NAME_MARK = "(synthetic)", "Synthetic candidate"

EVALUATION_TOKENS, SCORE_TOKENS = (1_500, 300), (4_000, 500)
PLAN_TOKENS, PROBE_TOKENS = (2_000, 1_500), (1_200, 200)
"""Of a call, in and out. Words to ask with are taken from a list and cost nothing."""
INPUT_PRICE, OUTPUT_PRICE = 0.5, 3.0
"""US dollars per million tokens."""


@dataclass(frozen=True)
class Session:
    """`unanswered`: another prompt was asked last, and never answered. `lost_seconds`: given back after the warm-up.

    `goes_on`: it carries on the session before it, which was dropped; `responses` are this session's own.
    `voice_fails_after`: so many of them were spoken, then the voice failed and the candidate wrote; with 0 it never
    came up, and the warm-up was written too.
    """

    attempt: int
    version: int
    mode: Literal["text", "live"]
    started_at: datetime
    warmup_seconds: int
    responses: tuple[Response, ...]
    wrapup_seconds: int
    ending: Ending
    lost_seconds: int = 0
    voice_fails_after: int | None = None
    unanswered: bool = False
    goes_on: bool = False
    limit: timedelta = TIME_LIMIT

    @property
    def time_left(self) -> timedelta:
        """What a session that carries this one on has."""
        used = self.last_touched - self.started_at - timedelta(seconds=self.lost_seconds)
        return max(LEAST_TIME, self.limit - used)

    @property
    def faulty(self) -> bool:
        """Whether technology failed: time was lost to it, or the voice."""
        return self.lost_seconds > 0 or self.voice_fails_after is not None

    @property
    def spoken(self) -> bool:
        """Whether a word of it was."""
        return self.mode == "live" and self.voice_fails_after != 0

    @property
    def complete(self) -> bool:
        return self.ending in ("completed", "stopped", "imported")

    @property
    def competency_seconds(self) -> int:
        return sum(one.seconds for response in self.responses for one in response.exchanges)

    @property
    def last_touched(self) -> datetime:
        """When the candidate was last heard of: the end, where it is complete; when it was imported."""
        if self.ending == "imported":
            return self.started_at
        seconds = self.warmup_seconds + self.competency_seconds + (self.wrapup_seconds if self.complete else 0)
        return self.started_at + timedelta(seconds=seconds)

    @property
    def stage_seconds(self) -> dict[str, int]:
        """How long each stage took, of a complete session; who stops does so in the competency stage."""
        closing = self.wrapup_seconds
        if self.ending == "stopped":
            return {"warmup": self.warmup_seconds, "competency": self.competency_seconds + closing}
        return {"warmup": self.warmup_seconds, "competency": self.competency_seconds, "wrapup": closing}

    @property
    def evaluations(self) -> int:
        return sum(response.evaluations for response in self.responses)

    @property
    def calls(self) -> tuple[tuple[int, int], ...]:
        """What the engine's calls took in tokens, in and out, a pair each; a transcript's responses are read once."""
        read = len(self.responses) if self.ending == "imported" else self.evaluations
        return (EVALUATION_TOKENS,) * read + (SCORE_TOKENS,) * self.complete


@dataclass(frozen=True)
class Review:
    """One reviewer's look. `levels` None: they saw the scores and rated nothing; `unrated_at`: saw them first."""

    reviewer: int
    at: datetime
    unrated_at: datetime | None
    levels: Rated | None

    @property
    def blind(self) -> bool:
        return self.levels is not None and self.unrated_at is None


@dataclass(frozen=True)
class Override:
    reviewer: int
    at: datetime
    competency: str
    criterion: str
    level: int


@dataclass(frozen=True)
class Decision:
    reviewer: int
    at: datetime
    verdict: Literal["advance", "hold", "decline", "no_decision"]


@dataclass(frozen=True)
class Adjustment:
    """Something that the candidate asked for. `answered_at` None: it waits; `factor`: of the time, where it is more."""

    asked_at: datetime
    text: str
    answered_at: datetime | None = None
    reviewer: int = 0
    reply: str = ""
    factor: float | None = None


@dataclass(frozen=True)
class Template:
    """A position kept under a name."""

    position: int
    name: str
    at: datetime


@dataclass(frozen=True)
class Interview:
    """`position`: its place in the truth's list. `reported`: the candidate said their sex and race afterwards.

    `probed`: there is a question on the résumé.
    """

    number: int
    position: int
    invited_at: datetime
    mode: Literal["text", "live"]
    sex: Sex
    race: Race
    reported: bool
    sessions: tuple[Session, ...] = ()
    closed_at: datetime | None = None
    reviews: tuple[Review, ...] = ()
    overrides: tuple[Override, ...] = ()
    decisions: tuple[Decision, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    probed: bool = False

    @property
    def candidate(self) -> str:
        return f"{NAME_MARK} {self.number:03d}"

    @property
    def standing(self) -> Session | None:
        """The session that speaks for the interview, if one was completed: the newest."""
        return next((one for one in reversed(self.sessions) if one.complete), None)

    @property
    def decided(self) -> Decision | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    def responses(self, session: Session) -> tuple[Response, ...]:
        """A session's, after those of the sessions that it carries on."""
        at = self.sessions.index(session)
        earlier = self.responses(self.sessions[at - 1]) if session.goes_on else ()
        return (*earlier, *session.responses)


@dataclass(frozen=True)
class Truth:
    """`begin`, `end`: everything happened between them. `reviewers`: their names, by number."""

    seed: int
    begin: datetime
    end: datetime
    positions: tuple[Position, ...]
    reviewers: tuple[str, ...]
    interviews: tuple[Interview, ...]
    trials: tuple[Trial, ...] = ()
    templates: tuple[Template, ...] = ()
    rereading: Rereading | None = None

    def reread(self, interview: Interview, session: Session) -> Rereading | None:
        """The second reading, if this session was read again: the one that stands, of the position scored again."""
        again = self.rereading
        stands = session is interview.standing and again is not None and interview.position == again.position
        return again if stands else None

    def responses(self, interview: Interview, session: Session) -> tuple[Response, ...]:
        """A session's and those that it carries on, as they were read last."""
        found, position = interview.responses(session), self.position_of(interview)
        if (again := self.reread(interview, session)) is None:
            return found
        return tuple(one.read_again(again, position.questions[one.question].competency) for one in found)

    def calls_again(self, interview: Interview) -> tuple[tuple[int, int], ...]:
        """What reading it again took in tokens: a call for each response that was answered, and one for the words."""
        session = interview.standing
        if session is None or self.reread(interview, session) is None:
            return ()
        answered = sum(not one.skipped for one in interview.responses(session))
        return (EVALUATION_TOKENS,) * answered + (SCORE_TOKENS,)

    def engine_levels(self, interview: Interview, session: Session) -> Rated:
        """What the engine made of a session, as it was read last."""
        return self.position_of(interview).levels(self.responses(interview, session))

    def standing_levels(self, interview: Interview, session: Session) -> Rated:
        """The same with what people put in their place, which is always of the newest session."""
        levels = {name: dict(each) for name, each in self.engine_levels(interview, session).items()}
        for override in interview.overrides if session is interview.standing else ():
            levels[override.competency][override.criterion] = override.level
        return levels

    def scored_at(self, interview: Interview, session: Session) -> datetime:
        """When the scorecard that stands for the session was written."""
        if again := self.reread(interview, session):
            return again.at
        newest = interview.overrides[-1:] if session is interview.standing else ()
        return newest[0].at if newest else session.last_touched

    def position_of(self, interview: Interview) -> Position:
        """With the questions that this candidate may be asked."""
        position = self.positions[interview.position]
        return position.with_probe if interview.probed else position
