"""Holds the interviews of a truth through the product's own use cases, one moment after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from interview.access import SYSTEM
from interview.demographics import SelfReport
from interview.errors import Conflict
from interview.records import NewInterview
from interview.reviewing.rating import CriterionRating
from interview.service import Service, open_service
from interview.settings import Settings
from interview.store.database import Database, require_unused
from interview.store.deletion import delete_everything
from interview.synthetic import besides
from interview.synthetic.asking import GAP
from interview.synthetic.chance import make_truth
from interview.synthetic.elsewhere import lines
from interview.synthetic.engine import SyntheticEngine, plan_of
from interview.synthetic.held import Clock, Held, Step
from interview.synthetic.holding import Talk
from interview.synthetic.truth import (
    INPUT_PRICE,
    NAME_MARK,
    OUTPUT_PRICE,
    TITLE_MARK,
    Decision,
    Interview,
    Override,
    Review,
    Truth,
)

_REASON = "As the truth has it."
_RESUME = "Synthetic data: nobody stands behind this résumé."
Track = Callable[[Sequence[Step]], Iterable[Step]]


@dataclass(frozen=True)
class DemoData:
    """How much was made."""

    interviews: int
    positions: int


def make_demo_data(folder: Path, *, seed: int, track: Track = iter, last_day: date | None = None) -> DemoData:
    """Fill a data folder with what is true of this seed, in place of synthetic interviews that are there.

    `last_day`: of the 26 weeks; yesterday without it. Raises Conflict `not_synthetic` for a folder with others, and
    `database_in_use` while a server runs on it.
    """
    _clear(folder)
    day = last_day or datetime.now(UTC).date() - timedelta(days=1)
    held = hold(folder, make_truth(seed, day), track)
    held.service.close()
    return DemoData(interviews=len(held.interview_ids), positions=len(held.position_ids))


def hold(folder: Path, truth: Truth, track: Track = iter) -> Held:
    """Open a service on this folder and hold every interview of the truth; its clock stands at the end."""
    settings = Settings(
        data_dir=folder,
        database_url="",  # the folder's, whatever the environment says
        engine="embedded",
        text_input_price=INPUT_PRICE,
        text_output_price=OUTPUT_PRICE,
    )
    clock = Clock(truth.begin)
    service = open_service(settings, engine=SyntheticEngine(truth), clock=clock)
    making = _Making(Held(service, truth, clock))
    for step in track(making.steps()):
        clock.now = step.at
        step.do()
    clock.now = truth.end
    service.interviews.counts(SYSTEM)  # ends what was left lying
    for person in service.access.people(SYSTEM):
        service.access.new_link(SYSTEM, person.person_id)  # the first ones hold for a month
    return making.held


def _clear(folder: Path) -> None:
    """Take synthetic interviews out of the folder; raise Conflict where there is anything else, or it is in use."""
    file = folder / "candor.sqlite3"
    if not file.exists():
        return
    service = open_service(Settings(data_dir=folder, database_url="", engine="embedded"))
    try:
        if not _only_synthetic(service):
            raise Conflict(
                f"{folder} holds interviews that are not synthetic, and stays as it is. Name another folder.",
                code="not_synthetic",
            )
    finally:
        service.close()
    require_unused(file)
    database = Database(f"sqlite:///{file.absolute()}")
    try:
        with database.write() as tx:
            delete_everything(tx)
    finally:
        database.close()


def _only_synthetic(service: Service) -> bool:
    if not all(position.role_title.endswith(TITLE_MARK) for position in service.positions.list(SYSTEM)):
        return False
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = service.interviews.list(SYSTEM, 200, cursor)
        if not all(each.candidate_name.startswith(NAME_MARK) for each in page):
            return False
    return True


class _Making:
    def __init__(self, held: Held) -> None:
        self.held = held
        self._service, self._truth, self._clock = held.service, held.truth, held.clock

    def steps(self) -> list[Step]:
        """All that happens, in order."""
        truth = self._truth
        steps = [Step(truth.begin, self._open_house)]
        for place, position in enumerate(truth.positions):
            if position.second_version_at:
                steps.append(Step(position.second_version_at, partial(self._second_version, place)))
        for interview in truth.interviews:
            steps += self._steps_of(interview)
        steps += besides.steps(self.held)
        return sorted((step for step in steps if step.at <= truth.end), key=lambda step: step.at)

    def _steps_of(self, interview: Interview) -> list[Step]:
        def then(at: datetime, do: Callable[..., None], *given: object) -> Step:
            return Step(at, partial(do, interview, *given))

        steps = [then(interview.invited_at, self._invite)]
        steps += [then(each.started_at, self._hold, place) for place, each in enumerate(interview.sessions)]
        if interview.closed_at:
            steps.append(then(interview.closed_at, self._close))
        if interview.standing and interview.reported:
            steps.append(then(interview.standing.last_touched + timedelta(minutes=1), self._report))
        steps += [then(each.at, self._review, each) for each in interview.reviews]
        steps += [then(each.at, self._override, each) for each in interview.overrides]
        steps += [then(each.at, self._decide, each) for each in interview.decisions]
        return steps

    # --- the team -----------------------------------------------------------------------------------------------------

    def _open_house(self) -> None:
        service, held = self._service, self.held
        for name in self._truth.reviewers:
            issued = service.access.add_person(SYSTEM, name, "hiring")
            held.reviewers.append(service.access.enter(issued.secret)[2])
        for position in self._truth.positions:
            made = service.positions.find_or_plan(SYSTEM, position.role_title, position.job_text, draft=False)
            held.position_ids.append(made.position_id)

    def _second_version(self, place: int) -> None:
        position_id = self.held.position_ids[place]
        self._service.positions.save_plan(SYSTEM, position_id, plan_of(self._truth.positions[place], version=2))
        self._service.positions.approve(SYSTEM, position_id)

    def _invite(self, interview: Interview) -> None:
        new = NewInterview(
            position_id=self.held.position_ids[interview.position],
            resume_text=f"{_RESUME} {GAP}" if interview.probed else _RESUME,
            candidate_name=interview.candidate,
        )
        record = self._service.interviews.create(SYSTEM, new)
        link = self._service.invitations.invite(
            SYSTEM, record.interview_id, mode=interview.mode, expires_in_hours=14 * 24
        )
        self.held.interview_ids[interview.number] = record.interview_id
        self.held.candidates[interview.number] = self._service.access.by_bearer(link.token)

    def _close(self, interview: Interview) -> None:
        self._service.interviews.close(SYSTEM, self._id(interview))

    def _review(self, interview: Interview, review: Review) -> None:
        actor, interview_id, reviews = self.held.reviewers[review.reviewer], self._id(interview), self._service.reviews
        if review.unrated_at:
            self._clock.now = review.unrated_at
            reviews.see_unrated(actor, interview_id)
            self._clock.now = review.at
        if review.levels is not None:
            ratings = {
                competency: {name: CriterionRating(level=level) for name, level in levels.items()}
                for competency, levels in review.levels.items()
            }
            reviews.submit(actor, interview_id, ratings)

    def _override(self, interview: Interview, override: Override) -> None:
        self._service.reviews.override(
            self.held.reviewers[override.reviewer], self._id(interview),
            override.competency, override.criterion, override.level, _REASON,
        )  # fmt: skip

    def _decide(self, interview: Interview, decision: Decision) -> None:
        actor = self.held.reviewers[decision.reviewer]
        self._service.reviews.decide(actor, self._id(interview), decision.verdict, _REASON)

    def _id(self, interview: Interview) -> str:
        return self.held.interview_ids[interview.number]

    # --- the candidate ------------------------------------------------------------------------------------------------

    def _report(self, interview: Interview) -> None:
        told = SelfReport(sex=interview.sex, race=interview.race)
        self._service.demographics.give(self.held.candidates[interview.number], self._id(interview), told)

    def _hold(self, interview: Interview, place: int) -> None:
        actor, service, session = self.held.candidates[interview.number], self._service, interview.sessions[place]
        if session.ending == "imported":
            transcript = lines(self._truth.position_of(interview), session)
            card = service.scorecards.score_transcript(SYSTEM, self._id(interview), transcript)
            self.held.session_ids[interview.number, place] = card.session_id
            return
        if session.attempt > 1:
            service.interviews.restart(SYSTEM, self._id(interview))
        service.journeys.consent(actor, service.journeys.read(actor).notice)
        session_id = service.journeys.begin(actor)
        self.held.session_ids[interview.number, place] = session_id
        if session.spoken:
            service.sessions.begin_spoken(actor, session_id)
        if session.lost_seconds:
            service.spoken.give_back(session_id, session.lost_seconds, "connection_lost")
        Talk(service, self._clock, actor, session_id, session).hold(self._truth.position_of(interview))
