"""What all connections of one local Gemini Live share: scripts, conversations and their handles, and the record."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from gemini_audio import Hearing
from gemini_script import Turn, default_script, questions_in
from gemini_wire import ClientContent, FunctionResponse, Refused, Setup

if TYPE_CHECKING:
    from gemini_live import Talk


@dataclass(frozen=True)
class Pace:
    """How long a turn is where its script does not say, and how much faster than real time its audio is sent."""

    ms_per_word: int = 60
    speed: float = 5.0


@dataclass
class Conversation:
    """A talk, which may outlive connections: what is left of its script, and what was said."""

    turns: deque[Turn]
    opens: bool = False
    scripted: tuple[Turn, ...] | None = None
    said: list[str] = field(default_factory=list)
    calls: dict[str, bool] = field(default_factory=dict)
    """Ids of function calls, and whether each was answered."""


@dataclass
class Connection:
    """What one connection brought. `audio`: 16 kHz mono s16le; `close_code`: as the server saw or made it."""

    number: int
    setup: Setup
    conversation: Conversation
    continued_by: Literal["handle", "history"] | None = None
    overlaps: bool = False
    audio: bytearray = field(default_factory=bytearray)
    contents: list[ClientContent] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tool_responses: list[FunctionResponse] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    interruptions: int = 0
    turns_completed: int = 0
    close_code: int | None = None

    @property
    def is_open(self) -> bool:
        return self.close_code is None


class LiveState:
    """Written by the server's loop and by a test's thread, under one lock; `changed` tells of every change."""

    def __init__(self, hearing: Hearing, pace: Pace, changed: threading.Condition) -> None:
        self.hearing, self.pace, self.changed = hearing, pace, changed
        self.scripts: deque[tuple[tuple[Turn, ...], bool]] = deque()
        self.conversations: list[Conversation] = []
        self.handles: dict[str, Conversation] = {}
        self.connections: list[Connection] = []
        self.talks: list[Talk] = []
        self.refusals: deque[int] = deque()
        self.refused = 0
        self.handle_refusals = 0

    def note(self, change: Callable[[], object]) -> None:
        with self.changed:
            change()
            self.changed.notify_all()

    def add_script(self, turns: tuple[Turn, ...], opens: bool) -> None:
        self.note(lambda: self.scripts.append((turns, opens)))

    def refuse_connections(self, count: int, code: int) -> None:
        self.note(lambda: self.refusals.extend([code] * count))

    def refuse_next_handle(self) -> None:
        with self.changed:
            self.handle_refusals += 1

    def next_refusal(self) -> int | None:
        """The HTTP status or close code with which the connection at hand is refused."""
        with self.changed:
            if not self.refusals:
                return None
            self.refused += 1
            self.changed.notify_all()
            return self.refusals.popleft()

    def new_handle(self, conversation: Conversation) -> str:
        handle = f"handle-{secrets.token_urlsafe(12)}"
        self.note(lambda: self.handles.update({handle: conversation}))
        return handle

    def connected(self, talk: Talk, setup: Setup) -> Connection:
        """A setup was taken. Raises Refused (1007) where its handle is not known or to be refused."""
        with self.changed:
            conversation = self._resumed(setup.handle) if setup.handle else self._opened(setup)
            record = Connection(len(self.connections), setup, conversation)
            if setup.handle:
                record.continued_by = "handle"
                record.overlaps = self._is_connected(conversation)
            self.connections.append(record)
            self.talks.append(talk)
            self.changed.notify_all()
        return record

    def _resumed(self, handle: str) -> Conversation:
        if self.handle_refusals:
            self.handle_refusals -= 1
            raise Refused("The session resumption handle has expired.")
        if handle not in self.handles:
            raise Refused("The session resumption handle is not known.")
        return self.handles[handle]

    def _opened(self, setup: Setup) -> Conversation:
        if self.scripts:
            turns, opens = self.scripts.popleft()
            conversation = Conversation(deque(turns), opens, scripted=turns)
        else:
            turns = default_script(questions_in(setup.instruction), tools=setup.declared)
            conversation = Conversation(deque(turns))
        self.conversations.append(conversation)
        return conversation

    def _is_connected(self, conversation: Conversation) -> bool:
        return any(row.is_open and row.conversation is conversation for row in self.connections)

    def continue_by_history(self, record: Connection, text: str, has_history: bool) -> None:
        """A session without a handle that brings along what was said goes on with that talk's script.

        Which talk it is shows in the words: the one of which most turns stand in the text, the newest of several.
        """
        own = record.conversation
        if own.said or record.continued_by:
            return
        with self.changed:
            words = " ".join(text.split())
            rows = [(sum(said in words for said in row.said), row) for row in self.conversations if row.said]
            found, best = max(reversed(rows), key=lambda row: row[0], default=(0, own))
            if best is own or not (found or has_history):
                return
            self.conversations.remove(own)
            if own.scripted is not None:
                self.scripts.appendleft((own.scripted, own.opens))
            record.overlaps = self._is_connected(best)
            record.conversation, record.continued_by = best, "history"
            self.handles.update({handle: best for handle, row in self.handles.items() if row is own})

    def said(self, record: Connection, text: str) -> None:
        with self.changed:
            record.said.append(text)
            record.conversation.said.append(" ".join(text.split()))
            self.changed.notify_all()

    def disconnected(self, talk: Talk, code: int) -> None:
        with self.changed:
            if talk in self.talks:
                self.talks.remove(talk)
                talk.record.close_code = code
            self.changed.notify_all()
