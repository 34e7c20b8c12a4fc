"""One utterance on its way into the transcript, and how much of it was heard by when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from interview.keeping import Utterance
from interview.live.line import TranscriptMessage
from interview.models import Speaker


@dataclass(eq=False)
class Entry:
    """One utterance on its way. `pieces`: words with the ms of sound that had come when they came.

    `began_ms`: when its sound began to be heard. `state`: open while it is said; then over, or cut off. `typed`:
    written instead of said.
    """

    sequence: int
    role: Speaker
    start_ms: int
    end_ms: int
    pieces: list[tuple[float, str]] = field(default_factory=list)
    size: int = 0
    began_ms: int | None = None
    received_ms: float = 0.0
    delivered: bool = False
    state: Literal["open", "over", "cut"] = "open"
    kept_text: str = ""
    told: TranscriptMessage | None = None
    kept: Utterance | None = None
    entry_id: int | None = None
    typed: bool = False

    def heard_ms(self, now_ms: int) -> float:
        return 0.0 if self.began_ms is None else min(self.received_ms, now_ms - self.began_ms)

    def text(self, now_ms: int) -> str:
        """What was heard of it by now."""
        if self.state == "cut":
            return self.kept_text
        whole = self.role == "candidate" or self.state == "over"
        heard = self.heard_ms(now_ms)
        return "".join(words for offset, words in self.pieces if whole or offset <= heard > 0).strip()

    def whole_text(self) -> str:
        """All that came of it, heard or not."""
        return "".join(words for _, words in self.pieces).strip()

    def utterance(self, now_ms: int) -> Utterance:
        end = self.end_ms
        if self.role == "interviewer" and self.state == "open":
            end = self.start_ms + int(self.heard_ms(now_ms))
        return Utterance(
            role=self.role,
            text=self.text(now_ms),
            start_ms=self.start_ms,
            end_ms=max(self.start_ms, end),
            final=self.state == "over",
            entry_id=self.entry_id,
            spoken=not self.typed,
        )
