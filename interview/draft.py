"""What one step of a session adds, gathered before anything is written: entries, events, statuses, the new state.

The graph fills a draft; the session manager writes it in one transaction or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from interview.contract import Heard
from interview.engines import EvaluationRequest, Exchange, InterviewEngine, Prompt, Response
from interview.events import (
    Checkpoint,
    CompetencyCompleted,
    EvaluationMade,
    FlagRaised,
    FollowUpAsked,
    HintGiven,
    InterviewEvent,
    Payload,
    PromptMetadata,
    QuestionAsked,
    StageEntered,
)
from interview.models import (
    Competency,
    Escalation,
    Evaluation,
    Flag,
    FlagKind,
    Narrative,
    PositionPlan,
    Question,
    Speaker,
    Stage,
    StatusName,
    TranscriptEntry,
)
from interview.scoring import grounded, standing_scores
from interview.state import AskedPrompt, InterviewSessionState
from interview.transcript import by_id, current_text, unquoted


@dataclass(frozen=True)
class Scene:
    """What does not change during a step. `now`: its one clock reading. `practice`: it is practice, no assessment.

    `private`: names that a model is not sent.
    """

    engine: InterviewEngine
    plan: PositionPlan
    questions: Sequence[Question]
    job_text: str
    resume_text: str
    practice: bool
    max_questions: int
    checkpoint_interval: timedelta
    now: datetime
    private: tuple[str, ...] = ()


@dataclass
class Draft:
    """`entries`: the transcript so far, new ones last; the first `kept_entries` are already stored.

    `heard`: how the words of this step were spoken, None where they were written. `spoken`: answers that came straight
    from speech. `raised`: flags that the team has seen, by kind and entry.
    """

    scene: Scene
    state: InterviewSessionState
    entries: list[TranscriptEntry]
    next_entry_id: int
    next_event_id: int
    events: list[InterviewEvent] = field(default_factory=list)
    statuses: dict[int, StatusName] = field(default_factory=dict)
    evaluations: dict[int, Evaluation] = field(default_factory=dict)
    narrative: Narrative | None = None
    spoken: set[int] = field(default_factory=set)
    raised: set[tuple[FlagKind, int | None]] = field(default_factory=set)
    heard: Heard | None = None

    def __post_init__(self) -> None:
        self.kept_entries = len(self.entries)

    @property
    def new_entries(self) -> list[TranscriptEntry]:
        return self.entries[self.kept_entries :]

    @property
    def elapsed_ms(self) -> int:
        return self.state.elapsed_ms(self.scene.now)

    def update(self, **changes: object) -> None:
        self.state = self.state.model_copy(update=changes)

    def emit(self, payload: Payload, competency: str | None = None) -> None:
        self.events.append(
            InterviewEvent(
                event_id=self.next_event_id,
                created_at=self.scene.now,
                stage=self.state.stage,
                competency=competency or self.state.competency,
                event_type=payload.event_type,
                payload=payload,
            )
        )
        self.next_event_id += 1

    def add_entry(
        self,
        role: Speaker,
        text: str,
        corrects: int | None = None,
        at_ms: int | None = None,
        heard: Heard | None = None,
    ) -> TranscriptEntry:
        """A new utterance, at this moment of the session, `at_ms` after its start, or as it was `heard`."""
        moment = self.elapsed_ms if at_ms is None else at_ms
        entry = TranscriptEntry(
            entry_id=self.next_entry_id,
            session_id=self.state.session_id,
            role=role,
            text=text,
            start_ms=heard.start_ms if heard else moment,
            end_ms=heard.end_ms if heard else moment,
            corrects=corrects,
            spoken=heard is not None and heard.spoken,
            doubtful=heard.doubtful if heard else (),
        )
        self.next_entry_id += 1
        self.entries.append(entry)
        return entry

    def add_prompt(
        self,
        prompt: Prompt,
        escalation: Escalation = "broad",
        question: Question | None = None,
        at_ms: int | None = None,
    ) -> None:
        """The interviewer speaks a prompt that waits for an answer; a follow-up keeps its response's number.

        `at_ms`: as of `add_entry`.
        """
        pending = self.state.pending
        follows = escalation != "broad" and pending is not None
        response = pending.response if follows and pending else self._next_response()
        index = pending.question_index if follows and pending else (question.index if question else None)
        entry = self.add_entry("interviewer", prompt.content, at_ms=at_ms)
        asked = AskedPrompt(
            entry_id=entry.entry_id,
            response=response,
            question_index=index,
            competency=self.state.competency,
            escalation=escalation,
        )
        self.update(prompts=(*self.state.prompts, asked))
        if index is not None and not follows:
            self.statuses[index] = "started"
        metadata = PromptMetadata(
            competency=self.state.competency,
            stage=self.state.stage,
            reasoning=prompt.reasoning,
            escalation=escalation,
            follow_up_prompt=prompt.follow_up_prompt,
        )
        kind = {"broad": QuestionAsked, "hint": HintGiven}.get(escalation, FollowUpAsked)
        self.emit(kind(entry_id=entry.entry_id, question_index=index, response=response, metadata=metadata))

    def add_answer(self, entry: TranscriptEntry) -> None:
        """The candidate's words belong to the prompt in hand."""
        *before, pending = self.state.prompts
        self.update(prompts=(*before, pending.model_copy(update={"answers": (*pending.answers, entry.entry_id)})))
        if pending.question_index is not None:
            self.statuses[pending.question_index] = "answered"

    def enter(self, stage: Stage, competency: str | None) -> None:
        """Move to a stage or competency, and say which competency is through."""
        left = self.state.competency
        if left is not None and left != competency:
            standing = next(row for row in self.state.summaries(self.scene.plan) if row.competency == left)
            self.emit(CompetencyCompleted(competency=left, total_score=standing.total_score))
        changed = self.state.stage != stage
        self.update(stage=stage, competency=competency)
        if changed:
            self.emit(StageEntered(stage=stage))

    def checkpoint(self) -> None:
        """Say that all is saved, once an interval."""
        now = self.scene.now
        if now - self.state.last_checkpoint >= self.scene.checkpoint_interval:
            self.update(last_checkpoint=now)
            self.emit(Checkpoint(saved_at=now))

    def rate(self, answered: AskedPrompt) -> Evaluation:
        """Evaluate the response that a prompt belongs to, and tell the team what should be looked at."""
        if answered.competency is None:
            evaluation = Evaluation(summary="The opening and closing answers are not scored.")
            self.add_evaluation(evaluation, answered)
            return evaluation
        evaluation = self.evaluate(answered)
        newest = answered.answers[-1] if answered.answers else None
        self.add_flags([flag.model_copy(update={"entry_id": flag.entry_id or newest}) for flag in evaluation.flags])
        return evaluation

    def evaluate(self, prompt: AskedPrompt) -> Evaluation:
        """Have the response to a competency's prompt evaluated as a whole, and let its scores stand."""
        competency = self.scene.plan.competency(prompt.competency or "")
        exchanges = tuple(exchange for exchange in self.exchanges(prompt.response) if exchange.answers)
        said = by_id(answer for exchange in exchanges for answer in exchange.answers)
        suggested = self.scene.engine.evaluate(
            EvaluationRequest(
                role_title=self.scene.plan.role_title,
                competency=competency,
                exchanges=exchanges,
                auto_send=not self.spoken.isdisjoint(said),
                private=self.scene.private,
            )
        )
        evaluation = grounded(suggested, competency, said)
        self.add_evaluation(evaluation, prompt)
        numbers = sorted({asked.response for asked in self.state.prompts if asked.competency == competency.name})
        made = (self.evaluations[number].criterion_scores for number in numbers if number in self.evaluations)
        standing = standing_scores(map(unquoted, scores) for scores in made)
        self.update(latest=self.state.latest | {competency.name: standing})
        return evaluation

    def add_evaluation(self, evaluation: Evaluation, prompt: AskedPrompt) -> None:
        self.evaluations[prompt.response] = evaluation
        bare = evaluation.model_copy(update={"criterion_scores": tuple(map(unquoted, evaluation.criterion_scores))})
        payload = EvaluationMade(**dict(bare), competency=prompt.competency, response=prompt.response)
        self.emit(payload, prompt.competency)

    def add_flags(self, flags: Sequence[Flag]) -> None:
        """Tell the team, once: a response is read again with each follow-up."""
        for flag in flags:
            if (flag.kind, flag.entry_id) not in self.raised:
                self.raised.add((flag.kind, flag.entry_id))
                self.emit(FlagRaised(**dict(flag)))

    def competency_in_hand(self) -> Competency | None:
        return self.scene.plan.competency(self.state.competency) if self.state.competency else None

    def question_in_hand(self) -> Question | None:
        pending = self.state.pending
        return self._planned(pending.question_index) if pending else None

    def text_of(self, prompt: AskedPrompt) -> str:
        """What a prompt asks: a planned question without the words that led over to it, a follow-up as spoken.

        What was spoken decides: a question that was added since may stand at that index today.
        """
        spoken = by_id(self.entries)[prompt.entry_id].text
        question = self._planned(prompt.question_index) if prompt.escalation == "broad" else None
        return question.text if question and question.text in spoken else spoken

    def exchanges(self, response: int) -> tuple[Exchange, ...]:
        """Prompts and answers of one response, oldest first, corrections applied."""
        entries = by_id(self.entries)
        return tuple(
            Exchange(
                prompt=self.text_of(prompt),
                answers=tuple(entries[answer] for answer in prompt.answers),
            )
            for prompt in self.state.prompts
            if prompt.response == response and not prompt.skipped
        )

    def spoken_prompts(self) -> tuple[str, ...]:
        entries = by_id(current_text(self.entries))
        return tuple(entries[prompt.entry_id].text for prompt in self.state.prompts)

    def responses(self) -> tuple[Response, ...]:
        """Every evaluated response of the session, in order."""
        first = {prompt.response: prompt for prompt in reversed(self.state.prompts) if prompt.competency}
        return tuple(
            Response(
                competency=prompt.competency or "",
                question=self.text_of(prompt),
                exchanges=self.exchanges(number),
                evaluation=self.evaluations[number],
            )
            for number, prompt in sorted(first.items())
            if number in self.evaluations
        )

    def _planned(self, index: int | None) -> Question | None:
        return next((question for question in self.scene.questions if question.index == index), None)

    def _next_response(self) -> int:
        return 1 + max((prompt.response for prompt in self.state.prompts), default=0)
