"""The rules of a spoken interview, pure: what the model's requests are worth, and when it is put right.

The model asks, the rules decide: a status goes forward only, an answer needs the candidate's words, an end needs every
core question through. What the interviewer says is matched against the plan; nothing depends on a tool being called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interview import moves
from interview.live.line import EndCause
from interview.live.voice import ToolAsked
from interview.matching import best_match, likeness
from interview.models import Question, QuestionStatus, StatusName

_RANK: dict[StatusName, int] = {"not_started": 0, "started": 1, "skipped": 2, "answered": 3}
_THROUGH = ("answered", "skipped")
_MARKS: tuple[StatusName, ...] = ("started", "answered", "skipped")

_SURELY = 90
"""rapidfuzz partial_ratio (0-100) from which a question counts as repeated. Higher than for folding: a sentence is cut
off for it."""


@dataclass(frozen=True)
class Progress:
    """Where the talk stands, as far as it was heard: ahead of the database by what is not folded yet.

    `in_hand`: the question asked last. `words`: the candidate's last utterances, newest last, at most two. `replied`:
    there is an answer to what was asked last. `followed_up`: the competency of each follow-up.
    """

    questions: tuple[Question, ...]
    statuses: tuple[QuestionStatus, ...]
    in_hand: int | None = None
    heard_since: bool = False
    words: tuple[str, ...] = ()
    replied: bool = False
    followed_up: tuple[str, ...] = ()

    def status(self, index: int) -> StatusName:
        return self.statuses[index].status

    def through(self, index: int) -> bool:
        return self.status(index) in _THROUGH

    @property
    def open_core(self) -> tuple[Question, ...]:
        """Core questions neither answered nor skipped."""
        return tuple(q for q in self.questions if q.kind != "probe" and not self.through(q.index))

    @property
    def next_open(self) -> Question | None:
        """What is to be asked next, in the plan's order."""
        return next((q for q in self.questions if not self.through(q.index)), None)

    @property
    def question(self) -> Question | None:
        return None if self.in_hand is None else self.questions[self.in_hand]

    def moved(self, index: int, status: StatusName) -> Progress:
        """With that status, if it is forward. A question that is started is the one in hand."""
        if _RANK[status] <= _RANK[self.status(index)]:
            return self
        changed = self.statuses[index].model_copy(update={"status": status})
        moved = replace(self, statuses=(*self.statuses[:index], changed, *self.statuses[index + 1 :]))
        return moved.with_in_hand(index) if status == "started" else moved

    def with_in_hand(self, index: int) -> Progress:
        """This question waits for a reply from here on."""
        return replace(self, in_hand=index, heard_since=False, replied=False)

    def merged(self, stored: Sequence[QuestionStatus]) -> Progress:
        """With what the database says, which never takes anything back."""
        best = tuple(
            new if _RANK[new.status] >= _RANK[old.status] else old
            for old, new in zip(self.statuses, stored, strict=True)
        )
        return replace(self, statuses=best)

    def asked(self, said: str, *, cut: bool = False) -> Progress:
        """The interviewer has said this; `cut`: and was cut off."""
        place = best_match([q.text for q in self.questions], said, cut=cut)
        now = self if place is None else self.moved(place, "started")
        if place is not None and place != self.in_hand:
            return now.with_in_hand(place)
        if not now.replied or now.question is None or (cut and "?" not in said):
            return now
        # After an answer, words that ask no other planned question follow up: folding takes them so too.
        return replace(now, replied=False, followed_up=(*now.followed_up, now.question.competency or ""))

    def answered(self, said: str, to: int | None) -> Progress:
        """The candidate has said this, all of it, in reply to the question `to` (None: to small talk)."""
        told = replace(self, heard_since=self.heard_since or to == self.in_hand, words=(*self.words[-1:], said))
        if to is None:
            return told
        move = moves.recognise(said)
        if move == "skip":
            return told.moved(to, "skipped")
        if move != "answer":
            return told
        return replace(told.moved(to, "answered"), replied=self.replied or to == self.in_hand)


@dataclass(frozen=True)
class Verdict:
    """On a request of the model. `answer`: what it is told; `mark`: a status to be written; `end`: the talk may end;
    `too_early`: it wanted to end and may not.
    """

    answer: Mapping[str, Any]
    mark: tuple[int, StatusName] | None = None
    end: EndCause | None = None
    too_early: bool = False


def judge(call: ToolAsked, progress: Progress, *, time_up: bool) -> Verdict:
    """What a request is worth. Never raises: whatever the arguments hold, there is an answer."""
    if call.name == "mark_question":
        return _judge_mark(call.arguments, progress)
    if call.name == "end_interview":
        return _judge_end(call.arguments, progress, time_up=time_up)
    return _refused("There is no such function.")


def may_end(progress: Progress, *, time_up: bool) -> bool:
    return time_up or not progress.open_core


def repeats(said: str, progress: Progress) -> Question | None:
    """The question that is through and is being asked again by these words, which may still go on.

    Not the one in hand (a follow-up may name it), and none when the candidate has just asked for a repetition.
    """
    if progress.words and moves.recognise(progress.words[-1]) in ("repeat", "rephrase", "correct", "ask"):
        return None
    # Only questions that were said whole, and more surely than any that may be asked: many begin alike.
    found = {q.index: likeness(q.text, said) for q in progress.questions if len(said) >= len(q.text)}
    closed = {index for index in found if progress.through(index) and index != progress.in_hand}
    best = max(closed, key=lambda index: found[index], default=None)
    if best is None or found[best] < max(_SURELY, *(found[index] + 1 for index in found.keys() - closed), 0):
        return None
    return progress.questions[best]


def beyond_limit(said: str, before: Progress, now: Progress, spare: Mapping[str, int]) -> Question | None:
    """The question on which these words asked more than its competency has room for, where another one is open.

    `before`, `now`: without these words and with them. `spare`: follow-ups by competency. What asks nothing is left
    alone ("Please go on."): the candidate is about to.
    """
    question = now.question
    if now.followed_up == before.followed_up or question is None or "?" not in said or now.next_open is None:
        return None
    name = question.competency or ""
    return question if now.followed_up.count(name) > spare.get(name, len(now.followed_up)) else None


def _judge_mark(arguments: Mapping[str, Any], progress: Progress) -> Verdict:
    index = arguments.get("index")
    status = next((name for name in _MARKS if name == arguments.get("status")), None)
    if isinstance(index, float) and index.is_integer():
        index = int(index)  # JSON knows one kind of number
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(progress.questions):
        return _refused(f"index must be a question's number, 0 to {len(progress.questions) - 1}.")
    if status is None:
        return _refused("status must be started, answered or skipped.")
    if progress.status(index) == status:
        return _accepted(progress)
    if _RANK[status] < _RANK[progress.status(index)]:
        return _refused(f"Q{index} is {progress.status(index)} already; a status never goes back.")
    if status in _THROUGH and not (progress.in_hand == index and progress.heard_since):
        return _refused(f"Q{index} has not been asked and replied to yet.")
    return replace(_accepted(progress.moved(index, status)), mark=(index, status))


def _judge_end(arguments: Mapping[str, Any], progress: Progress, *, time_up: bool) -> Verdict:
    if may_end(progress, time_up=time_up):
        return Verdict({"accepted": True}, end="time_up" if time_up and progress.open_core else "finished")
    if arguments.get("reason") == "stopped" and any(moves.recognise(words) == "stop" for words in progress.words):
        return Verdict({"accepted": True}, end="stopped")
    numbers = ", ".join(f"Q{q.index}" for q in progress.open_core)
    return replace(_refused(f"These questions are still open: {numbers}. Go on with the first."), too_early=True)


def _accepted(progress: Progress) -> Verdict:
    following = progress.next_open
    return Verdict({"accepted": True, "next": f"Q{following.index}" if following else "closing words"})


def _refused(why: str) -> Verdict:
    return Verdict({"accepted": False, "why": why})
