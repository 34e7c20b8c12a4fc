"""What each connection of the model begins with: all that it has to know, and what it is to do at once."""

from __future__ import annotations

from interview import policy
from interview.live import prompt
from interview.live.entry import Entry
from interview.live.rules import Progress
from interview.live.transcript import Transcript
from interview.live.uplink import Uplink
from interview.live.voice import Opening
from interview.redaction import Redactor
from interview.scenes import LiveScene
from interview.settings import Settings


class Openings:
    """Makes them from what was said until then.

    `cut`: what a fault cut off and is to be said again. `speaks_first`: on the newest connection the model was asked to
    say something at once.
    """

    def __init__(self, scene: LiveScene, settings: Settings, transcript: Transcript, uplink: Uplink) -> None:
        self._scene, self._transcript, self._uplink = scene, transcript, uplink
        redactor = Redactor(scene.private, on=settings.redact)
        spare = policy.spare_questions(scene.questions, settings.max_questions_per_competency)
        self._prompt = prompt.Prompt(scene, redactor, spare=spare)
        self.cut: Entry | None = None
        self.speaks_first = False
        self._known = 0
        """The sequence from which on the model with the newest handle knows nothing."""

    def handle_came(self) -> None:
        """The model that takes a talk up by it knows everything that was said by now."""
        self._known = len(self._transcript.entries)

    def make(self, handle: str | None, progress: Progress, now_ms: int, *, answered: float) -> Opening:
        """`answered`: seconds of quiet after which the candidate's last words count as a finished answer."""
        said = (*self._scene.entries, *self._transcript.said(now_ms))
        since = self._transcript.said(now_ms, self._known)
        first = self._first_words(progress, now_ms, answered, said_any=bool(said))
        self.speaks_first = first is not None
        return self._prompt.opening(progress.statuses, said, since=since, handle=handle, first_words=first)

    def _first_words(self, progress: Progress, now_ms: int, answered: float, *, said_any: bool) -> str | None:
        """What the model is to do at once; None: the candidate is speaking, or it is their turn."""
        if self.cut is not None:
            return prompt.say_again(self.cut.text(0), self.cut.whole_text())
        if not said_any:
            return prompt.greet()
        if not self._transcript.entries:
            return prompt.come_back(progress.question)
        answering = self._transcript.answering or self._typed_last()
        if answering is not None and self._uplink.quiet_seconds() >= answered:
            return prompt.go_on(answering.text(now_ms))
        return None

    def _typed_last(self) -> Entry | None:
        last = self._transcript.entries[-1]
        return last if last.role == "candidate" and last.pieces else None
