"""A spoken session whose voice takes turns: each answer is a turn of the session, by the same graph as in writing.

Beside `Spoken`, whose voice talks freely and whose words are folded into turns afterwards. The words of an answer that
is not complete are kept as its draft, so that nothing is lost with a connection or a crash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from interview import drafts, replies, speaking
from interview.access import Actor
from interview.context import Context, new_id
from interview.contract import Heard, TurnRequest
from interview.errors import Conflict
from interview.events import SessionCompleted
from interview.live.doubt import Understood
from interview.live.line import EndCause
from interview.models import MAX_ANSWER_CHARS, QuestionStatus
from interview.sessions import InterviewSessionManager, require_active, require_session
from interview.spoken import Spoken, Standing, go_live
from interview.store.sessions import Loaded, load
from interview.store.tables import EntryRow, SessionRow
from interview.switching import go_on_in_writing

TRIED_AGAIN = "tried_again"
"""The cause of lost time where hearing, speaking or rating failed at first."""


@dataclass(frozen=True)
class Said:
    """Words for the interviewer to say: an entry of the transcript."""

    entry_id: int
    text: str


@dataclass(frozen=True)
class Step:
    """How a session stands after a turn. `say`: what the interviewer says now. `last_entry`: of the transcript.

    `prompt_id`: the entry of the prompt that waits for an answer. `kept`: words of that answer that are not sent yet.
    `question_index`: of the planned question in hand. `ended`: the session is complete, and why.
    """

    say: tuple[Said, ...]
    last_entry: int
    prompt_id: int | None
    question_index: int | None
    kept: Understood
    statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    seconds_left: float
    ended: EndCause | None


class SpokenTurns:
    """The use cases of a talk that takes turns. They raise what `InterviewSessionManager.turn` raises, and `not_live`
    where the session goes on in writing.
    """

    def __init__(self, context: Context, sessions: InterviewSessionManager, spoken: Spoken) -> None:
        self._context, self._sessions, self._spoken = context, sessions, spoken

    def begin(self, actor: Actor, session_id: str) -> Step:
        """Ask the warm-up, or the question in hand once more: nobody is greeted twice."""
        self._take_over(actor, session_id)
        self._sessions.begin_spoken(actor, session_id)
        with self._context.database.read() as tx:
            loaded = load(tx, session_id)
            kept = _kept(tx, loaded)
        question = replies.start_response(loaded, self._context.clock()).question
        words = (question.content or "") if question else ""
        last = max((entry.entry_id for entry in loaded.entries if entry.role == "interviewer"), default=0)
        say = Said(last, words.removeprefix(speaking.IN_WRITING).strip())
        return self._step(loaded, (say,) if say.text else (), kept)

    def take(self, actor: Actor, request: TurnRequest, key: str, heard: Heard, after: int) -> Step:
        """One answer or move. `after`: the last entry before it; what the interviewer says stands behind that."""
        self._sessions.turn(actor, request, key, heard=heard)
        with self._context.database.read() as tx:
            loaded = load(tx, request.session_id)
            kept = _kept(tx, loaded)
        new = (entry for entry in loaded.entries if entry.entry_id > after and entry.role == "interviewer")
        return self._step(loaded, tuple(Said(entry.entry_id, entry.text) for entry in new), kept)

    def keep_words(self, session_id: str, prompt_id: int | None, words: Understood) -> None:
        """Keep what was said in reply to that prompt and is not sent yet. At most `MAX_ANSWER_CHARS` of it."""
        if prompt_id is None:
            return
        words = words.first(MAX_ANSWER_CHARS)
        now, timeout = self._context.clock(), self._context.settings.session_timeout
        with self._context.database.write() as tx:
            row = tx.get(SessionRow, session_id)
            if row is not None:
                drafts.keep(tx, row, words.text, prompt_id, now, timeout, words.doubtful)

    def time(self, session_id: str, entry_id: int, start_ms: int, end_ms: int) -> None:
        """When words of the interviewer were heard, in ms since the session's start."""
        with self._context.database.write() as tx:
            row = tx.get(SessionRow, session_id)
            entry = tx.get(EntryRow, (row.interview_id, entry_id)) if row else None
            if entry is not None and entry.session_id == session_id and entry.role == "interviewer":
                entry.start_ms, entry.end_ms = start_ms, max(start_ms, end_ms)

    def give_back(self, session_id: str, seconds: float) -> Standing:
        """Let seconds not count in which something had to be tried again; see `Spoken.give_back`."""
        return self._spoken.give_back(session_id, seconds, TRIED_AGAIN)

    def conclude(self, actor: Actor, session_id: str, cause: str) -> None:
        """End the session; words that were not sent yet are its last answer. Once more: nothing.

        `cause`: an `EndCause`; `stopped` is told apart. Raises EngineFailure: it can be concluded later.
        """
        with self._context.database.read() as tx:
            loaded = load(tx, session_id)
            kept = _kept(tx, loaded)
        require_session(actor, loaded)
        if loaded.session.status == "complete":
            return
        moment = loaded.state.elapsed_ms(self._context.clock())
        now = Heard(moment, moment)
        if kept.text and loaded.session.mode == "live":
            last = TurnRequest(session_id=session_id, answer=kept.text, auto_send=True)
            self._turn(actor, last, replace(now, doubtful=kept.doubtful))
        if cause == "stopped" and loaded.last_turn is not None:
            self._turn(actor, TurnRequest(session_id=session_id, action="stop"), now)
        self._spoken.conclude(session_id, cause)

    # --- how ----------------------------------------------------------------------------------------------------------

    def _turn(self, actor: Actor, request: TurnRequest, heard: Heard) -> None:
        try:
            self._sessions.turn(actor, request, new_id(), heard=heard)
        except Conflict as error:
            if error.code != "session_complete":  # the words before were the last ones
                raise

    def _take_over(self, actor: Actor, session_id: str) -> None:
        """A talk with a voice that spoke freely may have left words behind that no turn has heard."""
        with self._context.database.write() as tx:
            loaded = load(tx, session_id)
            require_session(actor, loaded)
            require_active(loaded.session, loaded.interview)
            waiting = any(
                entry.session_id == session_id and entry.entry_id > loaded.state.heard_through
                for entry in loaded.entries
            )
            if waiting and loaded.session.mode == "live":
                go_on_in_writing(tx, self._context, loaded)
                tx.flush()
                go_live(tx, self._context, loaded.session)

    def _step(self, loaded: Loaded, say: tuple[Said, ...], kept: Understood) -> Step:
        pending = loaded.state.pending
        ends = (event.payload for event in loaded.events if isinstance(event.payload, SessionCompleted))
        ended = next(ends, None)
        return Step(
            say=say,
            last_entry=max((entry.entry_id for entry in loaded.entries), default=0),
            prompt_id=pending.entry_id if pending else None,
            question_index=pending.question_index if pending else None,
            kept=kept,
            statuses=loaded.statuses,
            asked_question_index=loaded.interview.asked_question_index,
            seconds_left=loaded.state.seconds_left(self._context.clock()),
            ended=ended.reason if ended else None,
        )


def _kept(tx: Session, loaded: Loaded) -> Understood:
    """What was said in reply to the session's last prompt and is in no turn yet, without space around it."""
    draft, doubtful = drafts.in_reply(tx, loaded.session), loaded.state.draft_doubtful
    words = draft.strip()
    return Understood(words, Heard(0, 0, doubtful).of(words, draft).doubtful)
