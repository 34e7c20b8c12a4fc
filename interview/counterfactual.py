"""Would the ratings have been others, had somebody else said the same? The same answers, rated again with other names.

Completed interviews' answers are rated as they stand, and again with the candidate's name, pronouns and forms of
address replaced by those of others. Nothing is stored but what the calls took, and a line in the audit log. What is
handed out are figures by swap and criterion, none of them of one interview.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

from interview.access import Actor, audit
from interview.context import Context
from interview.draft import Draft
from interview.errors import InterviewError, InvalidPayload, NotFound, SessionUnknown
from interview.fairness import READERS
from interview.models import CriterionScore, Model, Moment, TranscriptEntry
from interview.state import AskedPrompt
from interview.store import fairness_queries
from interview.store.sessions import Loaded, load
from interview.store.tables import PositionRow
from interview.swapping import Swap, swapped
from interview.usage import charged

MOST = 50
"""Interviews that one run may take."""
SWAPS = (
    Swap("Emily", "Walsh", "she"),
    Swap("Greg", "Baker", "he"),
    Swap("Lakisha", "Washington", "she"),
    Swap("Jamal", "Jones", "he"),
    Swap("María", "González", "she"),
    Swap("Wei", "Chen", "they"),
)
"""The first four are names of Bertrand & Mullainathan 2004 ("Are Emily and Greg more employable than Lakisha and
Jamal?"); the others stand for groups that they left out."""
UNCHANGED = "Nothing replaced"
"""The control: how far the engine moves by itself."""


class Shift(Model):
    """How far levels moved, on the 1 to 5 scale, over `n` ratings that have one with the swap or without.

    `mean`: with its sign; `largest`: without. `unmoved`: the share that did not move, 0 to 1; 1.0 without any.
    `appeared`: levels that came or went with the swap; they are in no mean.
    """

    n: int
    mean: float
    largest: float
    unmoved: float
    appeared: int


class CriterionShift(Shift):
    competency: str
    criterion: str


class SwapShift(Shift):
    """One swap over all interviews.

    `responses`: those that were rated with it, since they have words that it replaces. `same_evidence`: the share of
    ratings that rest on the very same words of the candidate, 0 to 1.
    """

    label: str
    responses: int
    same_evidence: float
    criteria: tuple[CriterionShift, ...]


class CounterfactualReport(Model):
    """`stopped`: why not all interviews were rated, in a sentence; "" where they were.

    `responses`: answered questions in these interviews. `names_read`: whether names reach what rates; otherwise they
    are taken out before anything is sent. The first of `swaps` replaces nothing.
    """

    position_id: str
    role_title: str
    made_at: Moment
    engine: str
    model: str
    interviews: int
    responses: int
    names_read: bool
    stopped: str
    swaps: tuple[SwapShift, ...]


@dataclass(frozen=True)
class _Pair:
    """One rating of a criterion: as the words stand, and with the swap, its evidence mapped back."""

    competency: str
    before: CriterionScore
    after: CriterionScore

    @property
    def shift(self) -> float:
        return self.after.score - self.before.score

    @property
    def appeared(self) -> bool:
        """Whether one of them has a level and the other has none."""
        return self.before.status != self.after.status

    @property
    def same_evidence(self) -> bool:
        return _places(self.before) == _places(self.after)


@dataclass
class _Tally:
    """What one swap came to so far."""

    responses: int = 0
    pairs: list[_Pair] = field(default_factory=list)


class Counterfactuals:
    """The use case around re-rating."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def run(
        self, actor: Actor, position_id: str, most: int = 20, progress: Callable[[float], object] = lambda _: None
    ) -> CounterfactualReport:
        """Rate the newest `most` completed interviews of a position again, and with each of `SWAPS`.

        Takes up to 8 evaluations an answered question, charged to its interview. `progress` is told the share that is
        done, 0 to 1. A failure after the first interview ends the run with what there is; before, it is raised:
        EngineFailure, BudgetReached. Raises Forbidden, InvalidPayload, NotFound `position_not_found`.
        """
        actor.require(*READERS)
        if not 1 <= most <= MOST:
            raise InvalidPayload(f"The number of interviews must be 1 to {MOST}.")
        with self._context.database.read() as tx:
            position = tx.get(PositionRow, position_id)
            if position is None:
                raise NotFound("There is no such position.", code="position_not_found")
            title, wanted = position.role_title, fairness_queries.completed_sessions(tx, position_id, most)
        tallies = {label: _Tally() for label in (UNCHANGED, *(swap.label for swap in SWAPS))}
        done, stopped = 0, ""
        for place, (interview_id, session_id) in enumerate(wanted, start=1):
            try:
                self._rate(interview_id, session_id, tallies)
            except SessionUnknown:  # deleted while others were rated
                continue
            except InterviewError as error:
                if not done:
                    raise
                stopped = error.message
                break
            done += 1
            progress(place / len(wanted))
        with self._context.database.write() as tx:
            audit(tx, self._context, actor, "counterfactual_run", position_id, interviews=done)
        return self._report(position_id, title, done, stopped, tallies)

    def _rate(self, interview_id: str, session_id: str, tallies: Mapping[str, _Tally]) -> None:
        """One interview: as it stands, the same once more, and with each swap. Counts when all of it is rated."""
        with self._context.database.read() as tx:
            loaded = load(tx, session_id)
        found: list[tuple[str, list[_Pair]]] = []
        with charged(self._context, interview_id):
            others = [_Swapping(loaded, swap) for swap in SWAPS]
            for number, prompt in _answered(loaded.draft(self._context)):
                before = loaded.draft(self._context).evaluate(prompt).criterion_scores
                again = loaded.draft(self._context).evaluate(prompt).criterion_scores
                found.append((UNCHANGED, _pairs(prompt, before, again)))
                for other in others:
                    if other.touches(number):
                        after = other.scores(self._context, prompt)
                        found.append((other.label, _pairs(prompt, before, after)))
        for label, pairs in found:
            tallies[label].responses += 1
            tallies[label].pairs += pairs

    def _report(
        self, position_id: str, title: str, done: int, stopped: str, tallies: Mapping[str, _Tally]
    ) -> CounterfactualReport:
        engine = self._context.engine
        return CounterfactualReport(
            position_id=position_id,
            role_title=title,
            made_at=self._context.clock(),
            engine=engine.name,
            model=engine.model,
            interviews=done,
            responses=tallies[UNCHANGED].responses,
            names_read=not (engine.name == "gemini" and self._context.settings.redact),
            stopped=stopped,
            swaps=tuple(_swap_shift(label, tally) for label, tally in tallies.items()),
        )


class _Swapping:
    """One interview's session with the words of somebody else."""

    def __init__(self, loaded: Loaded, swap: Swap) -> None:
        self.label = swap.label
        self._loaded, self._swap = loaded, swap
        english = loaded.interview.language.lower().startswith("en")
        self._words = {
            entry.entry_id: swapped(
                entry.text, loaded.private, swap, english=english and entry.role == "candidate"
            )
            for entry in loaded.entries
        }  # fmt: skip

    def touches(self, response: int) -> bool:
        """Whether the swap replaces anything in this response's answers."""
        answers = (
            entry for prompt in self._loaded.state.prompts if prompt.response == response for entry in prompt.answers
        )
        return any(self._words[entry].pieces for entry in answers)

    def scores(self, context: Context, prompt: AskedPrompt) -> tuple[CriterionScore, ...]:
        """The response's scores, evidence mapped back to the words that were said."""
        draft = self._loaded.draft(context)
        other = f"{self._swap.first} {self._swap.last}"
        draft.scene = replace(draft.scene, private=(*draft.scene.private, other))
        draft.entries = [self._entry(entry) for entry in draft.entries]
        return tuple(map(self._mapped_back, draft.evaluate(prompt).criterion_scores))

    def _entry(self, entry: TranscriptEntry) -> TranscriptEntry:
        words = self._words[entry.entry_id]
        doubtful = tuple(words.forth(start, end) for start, end in entry.doubtful)
        return entry.model_copy(update={"text": words.text, "doubtful": doubtful})

    def _mapped_back(self, score: CriterionScore) -> CriterionScore:
        pieces = []
        for piece in score.evidence:
            start, end = self._words[piece.entry_id].back(piece.start, piece.end)
            pieces.append(piece.model_copy(update={"start": start, "end": end}))
        return score.model_copy(update={"evidence": tuple(pieces)})


def _answered(draft: Draft) -> list[tuple[int, AskedPrompt]]:
    """The responses that were given to a competency, each by its last prompt, in the order asked."""
    asked = {prompt.response: prompt for prompt in draft.state.prompts if prompt.competency}
    return [
        (number, prompt)
        for number, prompt in sorted(asked.items())
        if any(exchange.answers for exchange in draft.exchanges(number))
    ]


def _pairs(prompt: AskedPrompt, before: Sequence[CriterionScore], after: Sequence[CriterionScore]) -> list[_Pair]:
    """Criteria that have no level either time say nothing, and are left out."""
    pairs = (_Pair(prompt.competency or "", *both) for both in zip(before, after, strict=True))
    return [pair for pair in pairs if "assessed" in (pair.before.status, pair.after.status)]


def _places(score: CriterionScore) -> set[tuple[int, int, int]]:
    return {(piece.entry_id, piece.start, piece.end) for piece in score.evidence}


def _swap_shift(label: str, tally: _Tally) -> SwapShift:
    by_criterion: dict[tuple[str, str], list[_Pair]] = {}
    for pair in tally.pairs:
        by_criterion.setdefault((pair.competency, pair.before.criterion), []).append(pair)
    return SwapShift(
        label=label,
        responses=tally.responses,
        same_evidence=_share([pair.same_evidence for pair in tally.pairs]),
        criteria=tuple(
            CriterionShift(competency=competency, criterion=criterion, **_shift(pairs))
            for (competency, criterion), pairs in by_criterion.items()
        ),
        **_shift(tally.pairs),
    )


def _shift(pairs: Sequence[_Pair]) -> dict[str, Any]:
    shifts = [pair.shift for pair in pairs if not pair.appeared]
    return {
        "n": len(pairs),
        "mean": round(fmean(shifts), 3) if shifts else 0.0,
        "largest": round(max(map(abs, shifts), default=0.0), 3),
        "unmoved": _share([pair.shift == 0 and not pair.appeared for pair in pairs]),
        "appeared": sum(pair.appeared for pair in pairs),
    }


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 1.0
