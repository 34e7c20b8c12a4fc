"""One session of the truth, held through the product's own turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from interview.access import Actor
from interview.contract import Heard, TurnRequest, TurnResponse
from interview.models import Move, Spans
from interview.service import Service
from interview.synthetic.asking import SKIPPED, Exchange, Position
from interview.synthetic.held import Clock, TruthMismatch
from interview.synthetic.truth import FIRST_WORDS, LAST_WORDS, Session


@dataclass
class Talk:
    """One session from its warm-up on, checked against the truth at every prompt."""

    service: Service
    clock: Clock
    actor: Actor
    session_id: str
    session: Session
    _spoken: bool = field(init=False)

    def __post_init__(self) -> None:
        self._spoken = self.session.mode == "live"

    def hold(self, position: Position) -> None:
        self._lose_voice_after(0)
        reply = self._say(FIRST_WORDS, self.session.warmup_seconds)
        for done, response in enumerate(self.session.responses):
            self._lose_voice_after(done or None)
            for exchange in response.exchanges:
                self._expect(reply, position.questions[response.question].text, exchange)
                move: Move = "skip" if exchange.said == SKIPPED else "answer"
                reply = self._say(exchange.said, exchange.seconds, move, exchange.doubtful)
        self._lose_voice_after(len(self.session.responses) or None)
        if self.session.complete:
            stopped = self.session.ending == "stopped"
            last = "" if stopped else LAST_WORDS
            reply = self._say(last, self.session.wrapup_seconds, "stop" if stopped else "answer")
            if not reply.completed:
                raise TruthMismatch(f"Session {self.session_id} goes on where the truth ends it.")

    def _say(self, words: str, seconds: int, move: Move = "answer", doubtful: Spans = ()) -> TurnResponse:
        before = self.clock.now
        self.clock.now = before + timedelta(seconds=seconds)
        request = TurnRequest(session_id=self.session_id, answer=words, action=move)
        end = round((self.clock.now - self.session.started_at) / timedelta(milliseconds=1))
        start = end - 1000 * (seconds - seconds // 4)
        heard = Heard(start_ms=start, end_ms=end, doubtful=doubtful) if self._spoken else None
        return self.service.sessions.turn(self.actor, request, heard=heard)

    def _lose_voice_after(self, responses: int | None) -> None:
        """Where the truth has it after so many (None: not here), the candidate goes on in writing."""
        if self.session.mode == "live" and responses == self.session.voice_fails_after is not None:
            self._spoken = False
            self.service.spoken.voice_failed(self.session_id, "connection_lost")
            self.service.journeys.begin_text(self.actor)

    def _expect(self, reply: TurnResponse, text: str, exchange: Exchange) -> None:
        asked = reply.question
        if asked is None or asked.metadata.escalation != exchange.rung:
            found = asked.metadata.escalation if asked else "the end"
            raise TruthMismatch(f"Session {self.session_id} came to {found} where the truth has {exchange.rung}.")
        if exchange.rung == "broad" and text not in (asked.content or ""):
            raise TruthMismatch(f"Session {self.session_id} asks another question than the truth has.")
