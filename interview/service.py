"""The whole service, opened once per process: pages, REST, the command line and the live voice all share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from interview.access import Access
from interview.agreement import Agreements
from interview.analytics import Analytics
from interview.auditing import Audits
from interview.bulk import BulkInvitations
from interview.comparing import Comparisons
from interview.context import Context, utc_now
from interview.counterfactual import Counterfactuals
from interview.demographics import Demographics
from interview.engines import InterviewEngine
from interview.engines.embedded import EmbeddedEngine
from interview.engines.gemini import GeminiEngine
from interview.fairness import Fairness
from interview.guides import Guides
from interview.interviews import Interviews
from interview.invitations import Invitations
from interview.journeys import Journeys
from interview.live.rooms import LiveRooms
from interview.outbox import Outbox
from interview.packets import Packets
from interview.positions import Positions
from interview.question_statistics import QuestionStatistics
from interview.questions import Questions
from interview.recordings import Recordings
from interview.rehearsals import Rehearsals
from interview.rescoring import Rescoring
from interview.reviews import Reviews
from interview.scorecards import Scorecards
from interview.sessions import InterviewSessionManager
from interview.settings import Settings, read_settings
from interview.spoken import Spoken
from interview.store.database import Database
from interview.templates import Templates
from interview.usage import Usages
from interview.webhooks import Webhooks


@dataclass(frozen=True)
class Service:
    context: Context
    access: Access
    audits: Audits
    positions: Positions
    interviews: Interviews
    invitations: Invitations
    questions: Questions
    question_statistics: QuestionStatistics
    sessions: InterviewSessionManager
    spoken: Spoken
    live: LiveRooms
    journeys: Journeys
    scorecards: Scorecards
    reviews: Reviews
    comparisons: Comparisons
    rehearsals: Rehearsals
    rescoring: Rescoring
    packets: Packets
    guides: Guides
    agreements: Agreements
    analytics: Analytics
    demographics: Demographics
    fairness: Fairness
    counterfactuals: Counterfactuals
    recordings: Recordings
    usages: Usages
    webhooks: Webhooks
    outbox: Outbox
    templates: Templates
    bulk: BulkInvitations

    def warm_up(self) -> None:
        """Load what the first candidate would otherwise wait for: the graph and the engine's data. Takes seconds."""
        from interview import graph

        graph.compiled()
        if isinstance(self.context.engine, EmbeddedEngine):
            self.context.engine.plan("Engineer", "Builds and runs services.", max_questions_per_competency=3)
        if isinstance(self.context.engine, GeminiEngine):
            self.context.engine.open()

    def close(self) -> None:
        self.outbox.stop()
        self.live.close()
        if isinstance(self.context.engine, GeminiEngine):
            self.context.engine.close()
        self.context.database.close()


def open_service(
    settings: Settings | None = None,
    *,
    engine: InterviewEngine | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Service:
    """Open the database (migrating it) and put the use cases together. `engine` and `clock`: for tests.

    Raises InvalidPayload where a setting is missing or not right.
    """
    settings = settings or read_settings()
    engine = engine or chosen_engine(settings)
    context = Context(settings=settings, database=Database(settings.database), engine=engine, clock=clock)
    positions, sessions = Positions(context), InterviewSessionManager(context)
    scorecards = Scorecards(context)
    interviews, spoken = Interviews(context, positions), Spoken(context, sessions)
    return Service(
        context=context,
        access=Access(context),
        audits=Audits(context),
        positions=positions,
        interviews=interviews,
        invitations=Invitations(context),
        questions=Questions(context),
        question_statistics=QuestionStatistics(context),
        sessions=sessions,
        spoken=spoken,
        live=LiveRooms(context, spoken),
        journeys=Journeys(context, sessions, spoken),
        scorecards=scorecards,
        reviews=Reviews(context),
        comparisons=Comparisons(context),
        rehearsals=Rehearsals(context, positions),
        rescoring=Rescoring(context, scorecards),
        packets=Packets(context),
        guides=Guides(context),
        agreements=Agreements(context),
        analytics=Analytics(context),
        demographics=Demographics(context),
        fairness=Fairness(context),
        counterfactuals=Counterfactuals(context),
        recordings=Recordings(context),
        usages=Usages(context),
        webhooks=Webhooks(context),
        outbox=Outbox(context),
        templates=Templates(context, positions),
        bulk=BulkInvitations(context, positions, interviews),
    )


def chosen_engine(settings: Settings) -> InterviewEngine:
    """The engine that the settings ask for. Raises InvalidPayload where it needs a key and there is none."""
    return GeminiEngine(settings) if settings.uses_gemini else EmbeddedEngine()
