"""From pieces of speech to transcript entries: what was said, by whom, when, and how much of it was heard.

The interviewer's words come faster than they are played. What counts, for captions and for the transcript, is what was
really heard: a piece counts from the moment at which the sound that it came with is played. Pure: every method is told
the time, in ms since the session's start.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import TypeAdapter

from interview.keeping import Utterance
from interview.live.entry import Entry
from interview.live.line import TranscriptMessage
from interview.models import MAX_ANSWER_CHARS, Speaker, TranscriptEntry, Words

LATE_MS = 1_500
"""A piece of the candidate's words that comes so soon after the interviewer began belongs to the answer before."""

_WORDS: TypeAdapter[str] = TypeAdapter(Words)


class Transcript:
    """The entries of one stretch of talk, in the order in which they stand."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._settled = 0
        self._interviewer: Entry | None = None
        """What the interviewer is saying."""
        self._before: Entry | None = None
        """Where late words of the answer before go, while the interviewer speaks."""
        self._last_said: Entry | None = None
        self._deaf: Literal["no", "words", "all"] = "no"
        """After the interviewer was cut off: what still comes of that part was not heard."""

    # --- the interviewer ------------------------------------------------------------------------------------------

    @property
    def speaking(self) -> Entry | None:
        """What the interviewer is saying now."""
        return self._interviewer

    def sound(self, now_ms: int, length_ms: float) -> bool:
        """Sound of the interviewer's voice has come. False when it belongs to a part that was cut off."""
        if self._deaf == "all":
            return False
        self._deaf = "no"
        entry = self._interviewer or self._begin(now_ms)
        if entry.began_ms is None:
            entry.began_ms = entry.start_ms = now_ms
        entry.received_ms += length_ms
        return True

    def interviewer_said(self, now_ms: int, words: str, *, reply: bool = False) -> None:
        """`reply`: somebody has spoken since its last part, so that these words begin another one."""
        if self._deaf != "no":
            return
        entry = self._interviewer
        last = self._last_said
        if entry is None and last is not None and self.entries[-1] is last and not reply:
            entry = last if now_ms - last.end_ms <= LATE_MS else None  # its last words, come after its end
        self._append(entry or self._begin(now_ms), words, now_ms)

    def delivered(self) -> None:
        if self._interviewer:
            self._interviewer.delivered = True

    def turn_complete(self, now_ms: int) -> Entry | None:
        """The interviewer has said its part, and it was heard; that entry, if there were words or sound."""
        self._deaf = "no"
        entry, self._interviewer, self._before = self._interviewer, None, None
        if entry is not None:
            entry.state = "over"
            entry.end_ms = now_ms if entry.began_ms is None else entry.began_ms + int(entry.received_ms)
            self._last_said = entry
        return entry

    def cut(self, now_ms: int, *, by_model: bool = False) -> Entry | None:
        """The interviewer was cut off: that entry as far as it was heard; None when it was not speaking.

        `by_model`: it stopped by itself, so that the next sound is of another part. Else more may come of this one.
        """
        entry = self._interviewer
        if by_model and self._deaf == "all":
            self._deaf = "words"
        if entry is None:
            return None
        if entry.delivered and entry.heard_ms(now_ms) >= entry.received_ms:
            return self.turn_complete(now_ms)
        entry.kept_text = entry.text(now_ms)
        entry.end_ms = entry.start_ms + int(entry.heard_ms(now_ms))
        entry.state, self._interviewer, self._before = "cut", None, None
        self._deaf = "words" if by_model else "all"
        return entry

    def connected(self) -> None:
        """Another connection: nothing of a cut part will come any more."""
        self._deaf = "no"

    # --- the candidate --------------------------------------------------------------------------------------------

    @property
    def answering(self) -> Entry | None:
        """What the candidate is saying, or has said since the interviewer spoke."""
        last = self.entries[-1] if self.entries else None
        return last if last is not None and last.role == "candidate" and last.state == "open" else None

    def candidate_said(self, now_ms: int, words: str, onset_ms: int | None = None) -> Entry:
        """The entry that these words went into. `onset_ms`: when this speech began, where it is known."""
        speaking = self._interviewer
        entry = self.answering
        if entry is None and speaking is not None and self._before is not None and self._is_late(speaking, now_ms):
            entry = self._before
        if entry is None:
            entry = self._open("candidate", now_ms if onset_ms is None else min(onset_ms, now_ms))
        self._append(entry, words, now_ms)
        return entry

    def typed(self, now_ms: int, words: str) -> Entry:
        """The candidate wrote instead of speaking: an entry of its own."""
        if self.answering:
            self.answering.state = "over"
        entry = self._open("candidate", now_ms)
        entry.typed = True
        self._append(entry, words, now_ms)
        entry.state = "over"
        return entry

    # --- what comes of it -----------------------------------------------------------------------------------------

    def close(self, now_ms: int) -> None:
        """The talk is over: nothing more comes."""
        self.cut(now_ms)
        for entry in self.entries[self._settled :]:
            entry.state = "over" if entry.state == "open" else entry.state
        self._before = None

    def due(self, now_ms: int, *, most: int = 100) -> list[tuple[Entry, Utterance]]:
        """What is not kept yet as it stands, in order."""
        due: list[tuple[Entry, Utterance]] = []
        for entry in self.entries[self._settled :]:
            utterance = entry.utterance(now_ms)
            if not utterance.text:
                if self._may_still_come(entry, now_ms):
                    break  # what stands after it gets its number after it
                continue
            if entry.state == "open" and entry.kept is not None and entry.kept.text == utterance.text:
                continue  # only its end has moved
            if utterance != entry.kept:
                due.append((entry, utterance))
        return due[:most]

    def kept(self, entry: Entry, utterance: Utterance, entry_id: int) -> None:
        """This utterance is in the database, under this number."""
        entry.entry_id = entry_id
        entry.kept = replace(utterance, entry_id=entry_id)
        # The newest few may still get late words; what is older is not looked at again.
        while self._settled < len(self.entries) - 4 and self._is_settled(self.entries[self._settled]):
            self._settled += 1

    def closed_through(self, now_ms: int) -> int | None:
        """The number of the last entry up to which all is said and kept; None when there is none."""
        through = None
        for entry in self.entries:
            utterance = entry.utterance(now_ms)
            if not utterance.text and not self._may_still_come(entry, now_ms):
                continue
            if entry.state == "open" or utterance != entry.kept:
                break
            through = entry.entry_id
        return through

    def changed(self, now_ms: int) -> list[TranscriptMessage]:
        """Entries that look different from when they were last told of."""
        messages = []
        for entry in self.entries[self._settled :]:
            now = entry.utterance(now_ms)
            message = TranscriptMessage(
                sequence=entry.sequence,
                role=now.role,
                text=now.text,
                start_ms=now.start_ms,
                end_ms=now.end_ms,
                final=now.final,
                interrupted=entry.state == "cut",
            )
            if now.text and (entry.told is None or _looks(message) != _looks(entry.told)):
                entry.told = message
                messages.append(message)
        return messages

    def said(self, now_ms: int, since: int = 0) -> tuple[TranscriptEntry, ...]:
        """What was said, from that sequence number on."""
        rows = [(row, row.utterance(now_ms)) for row in self.entries if row.sequence >= since]
        return tuple(
            TranscriptEntry(
                entry_id=row.entry_id or 0,
                role=said.role,
                text=said.text,
                start_ms=said.start_ms,
                end_ms=said.end_ms,
                final=said.final,
            )
            for row, said in rows
            if said.text
        )

    # ----------------------------------------------------------------------------------------------------------------

    def _begin(self, now_ms: int) -> Entry:
        """The interviewer begins. The words of the answer before may all still come: a place is kept for them."""
        last = self.entries[-1] if self.entries else None
        if last is not None and last.role == "interviewer":
            last = self._open("candidate", now_ms)
        if last is not None:
            last.state = "over"
        self._before = last
        self._interviewer = self._open("interviewer", now_ms)
        return self._interviewer

    def _open(self, role: Speaker, start_ms: int) -> Entry:
        before = self.entries[-1].start_ms if self.entries else 0
        start = max(start_ms, before)
        entry = Entry(len(self.entries), role, start, start)
        self.entries.append(entry)
        return entry

    def _append(self, entry: Entry, words: str, now_ms: int) -> None:
        words = _WORDS.validate_python(words)
        while words:
            piece, words = words[: MAX_ANSWER_CHARS - entry.size], words[MAX_ANSWER_CHARS - entry.size :]
            entry.pieces.append((entry.received_ms, piece))
            entry.size += len(piece)
            if entry.role == "candidate":
                entry.end_ms = max(entry.end_ms, now_ms)
            if words:
                entry = self._next_part(entry, now_ms)

    def _next_part(self, full: Entry, now_ms: int) -> Entry:
        """An entry is as long as it may be: what follows goes into another."""
        part = self._open(full.role, now_ms)
        part.began_ms, part.received_ms, part.state = full.began_ms, full.received_ms, full.state
        full.state = "over"
        if full is self._interviewer:
            self._interviewer = part
        return part

    def _is_late(self, speaking: Entry, now_ms: int) -> bool:
        return now_ms - speaking.start_ms <= LATE_MS

    def _may_still_come(self, entry: Entry, now_ms: int) -> bool:
        """Whether an entry without words may get some: what is just being said, and late words before it."""
        speaking = self._interviewer
        return entry is speaking or (entry is self._before and speaking is not None and self._is_late(speaking, now_ms))

    def _is_settled(self, entry: Entry) -> bool:
        return entry.state != "open" and (entry.kept is not None or not entry.pieces or not entry.text(0))


def _looks(message: TranscriptMessage) -> tuple[str, bool, bool]:
    return message.text, message.final, message.interrupted
