"""What a spoken session's words mean: they become prompts, answers and moves, one entry after the other, by rules.

Hearing (`hear`) calls no model: it depends on the words and their order alone, so that it does not matter how many
times, or where in between, it was done before. Rating (`rate`) has the answers evaluated whose words no evaluation has
read yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from interview import flagging, moves, speaking
from interview.draft import Draft
from interview.events import (
    ASKED_FREELY,
    AnswerGiven,
    CandidateMove,
    FollowUpAsked,
    PromptMetadata,
    QuestionAsked,
    ResumeSummary,
    StageEntered,
)
from interview.matching import best_match
from interview.models import Move, Question, StatusName, TranscriptEntry
from interview.state import AskedPrompt
from interview.store.sessions import RANK
from interview.transcript import by_id


def hear(draft: Draft, through: int | None = None) -> None:
    """Take the session's entries that were not heard yet, up to `through`, into the draft; all of them without it."""
    for entry in _waiting(draft, through):
        _Hearing(draft, entry).take()
        draft.update(heard_through=entry.entry_id)
    _skip_marked(draft)
    _hear_more(draft)
    if draft.events:
        draft.checkpoint()


def rate(draft: Draft) -> None:
    """Have every response evaluated that has words which no evaluation has read. Raises EngineFailure."""
    entries = by_id(draft.entries)
    for response in stale(draft):
        prompts = [prompt for prompt in draft.state.prompts if prompt.response == response and prompt.answers]
        draft.rate(prompts[-1])
        read = {
            answer: len(entries[answer].text) for prompt in prompts for answer in prompt.answers if answer in entries
        }
        known = draft.state.rated_chars
        draft.update(rated_chars=known | {answer: count for answer, count in read.items() if answer in known})


def stale(draft: Draft) -> list[int]:
    """The responses with spoken words that no evaluation has read, in order."""
    entries, read = by_id(draft.entries), draft.state.rated_chars
    return sorted(
        {
            prompt.response
            for prompt in draft.state.prompts
            for answer in prompt.answers
            if not prompt.skipped and answer in read and read[answer] != len(entries[answer].text)
        }
    )


def _waiting(draft: Draft, through: int | None = None) -> list[TranscriptEntry]:
    """The session's own entries that were not heard yet."""
    state = draft.state
    return [
        entry
        for entry in draft.entries
        if entry.session_id == state.session_id
        and entry.entry_id > state.heard_through
        and (through is None or entry.entry_id <= through)
    ]


class _Hearing:
    """One entry, taken into the draft."""

    def __init__(self, draft: Draft, entry: TranscriptEntry) -> None:
        self._draft, self._entry = draft, entry

    def take(self) -> None:
        _skip_marked(self._draft)
        if not self._entry.text.strip():
            return
        if self._entry.role == "interviewer":
            self._interviewer()
        else:
            self._marked()
            self._candidate()

    def _interviewer(self) -> None:
        draft, known = self._draft, _asked_in(self._draft, self._entry)
        if known is not None:
            self._drop_marks()
            if isinstance(known, Question):
                self._ask(known)
            else:
                self._frame(known)
        elif not self._marked():
            pending = draft.state.pending
            if pending is None:
                self._frame("warmup")
            elif "?" in self._entry.text or (pending.answers and self._entry.final):
                self._follow_up(pending)

    def _marked(self) -> bool:
        """Whether a mark names the question in hand, which no words of the interviewer's do."""
        index = self._drop_marks()
        question = next((q for q in self._draft.scene.questions if q.index == index), None)
        spoken = [e for e in self._draft.entries if e.role == "interviewer" and self._is_before(e)]
        pending = self._draft.state.pending
        if question is None or not spoken or (pending and pending.question_index == index):
            return False
        if self._entry.role == "candidate" and _asked_in(self._draft, spoken[-1]) is not None:
            return False
        self._ask(question, spoken[-1])
        return True

    def _is_before(self, entry: TranscriptEntry) -> bool:
        return entry.session_id == self._entry.session_id and entry.entry_id <= self._entry.entry_id

    def _drop_marks(self) -> int | None:
        """The question that was marked as begun last, before this entry; the marks have then been taken."""
        marks = self._draft.state.marks
        due = [mark for mark in marks if mark.after < self._entry.entry_id]
        if due:
            self._draft.update(marks=tuple(mark for mark in marks if mark not in due))
        return due[-1].index if due else None

    def _ask(self, question: Question, spoken: TranscriptEntry | None = None) -> None:
        """A planned question: it begins a response, or goes on with the one that it has begun already."""
        draft = self._draft
        before = [prompt for prompt in draft.state.prompts if prompt.question_index == question.index]
        if before:
            self._follow_up(before[0], spoken)
            return
        self._begin()
        if draft.state.stage != "wrapup":  # a question that comes late does not bring a stage back
            draft.enter("competency", question.competency)
        self._prompt(
            AskedPrompt(
                entry_id=(spoken or self._entry).entry_id,
                response=self._next_response(),
                question_index=question.index,
                competency=question.competency,
                heard=True,
            )
        )
        _set_status(draft, question.index, "started")

    def _frame(self, stage: str) -> None:
        """The words that open the interview, or those that close it; said again, they go on with the first ones."""
        draft = self._draft
        own = [prompt for prompt in draft.state.prompts if not prompt.carried and prompt.competency is None]
        if stage == "warmup" and own:
            self._follow_up(own[0])
        elif stage == "wrapup" and draft.state.stage == "wrapup" and own:
            self._follow_up(own[-1])
        elif stage == "wrapup" or draft.state.pending is None:
            self._begin()
            if stage == "wrapup":
                draft.enter("wrapup", None)
            self._prompt(AskedPrompt(entry_id=self._entry.entry_id, response=self._next_response(), heard=True))

    def _begin(self) -> None:
        if all(prompt.carried for prompt in self._draft.state.prompts):
            self._draft.emit(StageEntered(stage="warmup"))
            self._draft.emit(ResumeSummary())

    def _follow_up(self, earlier: AskedPrompt, spoken: TranscriptEntry | None = None) -> None:
        """More is asked in the response of an earlier prompt."""
        self._begin()
        entry = spoken or self._entry
        put = {"entry_id": entry.entry_id, "escalation": "how", "heard": True}
        self._prompt(earlier.model_copy(update=put | {"answers": (), "skipped": False, "carried": False}))

    def _prompt(self, asked: AskedPrompt) -> None:
        draft = self._draft
        draft.update(prompts=(*draft.state.prompts, asked))
        follows = asked.escalation != "broad"
        metadata = PromptMetadata(
            competency=asked.competency,
            stage=draft.state.stage,
            escalation=asked.escalation,
            reasoning=ASKED_FREELY if follows else "",
        )
        kind = FollowUpAsked if follows else QuestionAsked
        draft.emit(
            kind(
                entry_id=asked.entry_id,
                question_index=asked.question_index,
                response=asked.response,
                metadata=metadata,
            ),
            asked.competency,
        )

    def _next_response(self) -> int:
        return 1 + max((prompt.response for prompt in self._draft.state.prompts), default=0)

    def _candidate(self) -> None:
        draft, entry = self._draft, self._entry
        move = _move(entry)
        corrects = move == "correct" and moves.correction_text(entry.text) and draft.state.pending
        if move == "answer" or corrects:
            _add_answer(draft, entry, corrects=bool(corrects))
        else:
            _read(draft, entry, len(entry.text))
        if move == "answer":
            draft.emit(AnswerGiven(entry_id=entry.entry_id, auto_send=entry.spoken))
        else:
            draft.emit(CandidateMove(move=move, entry_id=entry.entry_id))
        if move == "skip":
            _skip(draft)
        draft.add_flags(flagging.flags(entry.entry_id, entry.text))


def _asked_in(draft: Draft, entry: TranscriptEntry) -> Question | str | None:
    """The planned question that these words ask, "warmup" or "wrapup" for the words around them; None for others."""
    scene, state = draft.scene, draft.state
    asked = {prompt.question_index for prompt in state.prompts}
    questions = sorted(scene.questions, key=lambda question: question.index in asked)
    role = scene.plan.role_title
    frame = (speaking.spoken_warmup(state.persona, role), speaking.spoken_wrapup(role))
    place = best_match([*(question.text for question in questions), *frame], entry.text, cut=not entry.final)
    if place is None:
        return None
    return questions[place] if place < len(questions) else ("warmup", "wrapup")[place - len(questions)]


def _move(entry: TranscriptEntry) -> Move:
    return "ask" if moves.is_objection(entry.text) else moves.recognise(entry.text)


def _add_answer(draft: Draft, entry: TranscriptEntry, *, corrects: bool = False) -> None:
    """The words belong to the last prompt of this session that stands before them; a correction to the last answer."""
    prompts = list(draft.state.prompts)
    before = [i for i, p in enumerate(prompts) if not p.carried and p.entry_id < entry.entry_id]
    answered = [i for i in before if prompts[i].answers]
    at = max((answered if corrects else ()) or before, default=None)
    if entry.spoken:
        draft.spoken.add(entry.entry_id)
    if at is None:
        _read(draft, entry, len(entry.text))
        return
    answers = tuple(sorted({*prompts[at].answers, entry.entry_id}))
    prompts[at] = prompts[at].model_copy(update={"answers": answers, "skipped": False})
    draft.update(prompts=tuple(prompts))
    _read(draft, entry, 0)
    index = prompts[at].question_index
    if index is not None:
        _set_status(draft, index, "answered")


def _read(draft: Draft, entry: TranscriptEntry, characters: int) -> None:
    draft.update(rated_chars=draft.state.rated_chars | {entry.entry_id: characters})


def _hear_more(draft: Draft) -> None:
    """Words that were taken for a move, or had no prompt, and have grown since: they may be an answer now."""
    answers = {answer for prompt in draft.state.prompts for answer in prompt.answers}
    for entry in draft.entries:
        read = draft.state.rated_chars.get(entry.entry_id)
        if read is None or read == len(entry.text) or entry.entry_id in answers:
            continue
        _read(draft, entry, len(entry.text))
        if _move(entry) == "answer":
            _add_answer(draft, entry)
            draft.emit(AnswerGiven(entry_id=entry.entry_id, auto_send=entry.spoken))


def _skip_marked(draft: Draft) -> None:
    """Skips that were marked: they are heard in the place where the mark was made."""
    marks = draft.state.marks
    due = [mark for mark in marks if mark.status == "skipped" and mark.after <= draft.state.heard_through]
    for mark in due:
        pending = draft.state.pending
        if pending and pending.question_index == mark.index and not (pending.skipped or pending.answers):
            draft.emit(CandidateMove(move="skip"))
            _skip(draft)
    if due:
        draft.update(marks=tuple(mark for mark in marks if mark not in due))


def _skip(draft: Draft) -> None:
    """Skip the prompt in hand. What was answered already stays answered."""
    pending = draft.state.pending
    if pending is None or pending.answers:
        return
    draft.update(prompts=(*draft.state.prompts[:-1], pending.model_copy(update={"skipped": True})))
    if pending.question_index is not None and not _has_answers(draft.state.prompts, pending.response):
        _set_status(draft, pending.question_index, "skipped")


def _has_answers(prompts: Sequence[AskedPrompt], response: int) -> bool:
    return any(prompt.answers for prompt in prompts if prompt.response == response)


def _set_status(draft: Draft, index: int, status: StatusName) -> None:
    if RANK[status] > RANK[draft.statuses.get(index, "not_started")]:
        draft.statuses[index] = status
