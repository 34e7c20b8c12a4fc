"""What to change after a rehearsal, in sentences: each from what was found, none where nothing was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interview.models import Competency, Criterion, PositionPlan
from interview.policy import THIN
from interview.rehearsal.report import CandidateTrial, CompetencyTrial, CriterionTrial, OrderTrial
from interview.rehearsal.running import Held
from interview.scoring import weighted_mean

RAISED = 0.25
"""Levels from which an order to the scorer counts as having raised one: the words beside it may be read anew, too."""


def advice(
    plan: PositionPlan,
    candidates: Sequence[CandidateTrial],
    competencies: Sequence[CompetencyTrial],
    orders: Sequence[OrderTrial],
    unanswered: Sequence[str],
) -> tuple[str, ...]:
    """Sentences on what to change, each from what was found; none where nothing was. `unanswered`: see there."""
    return tuple(
        dict.fromkeys(
            (
                *_silence(competencies),
                *_injection(competencies, orders),
                *_alike(competencies),
                *_unasked(plan, candidates),
                *(
                    f"Not even the strong candidate got a level for “{question}”. Ask for something that was done, in "
                    "words that say what the criteria rate."
                    for question in unanswered
                ),
                *_texts(plan),
                *_rambling(competencies, candidates),
            )
        )
    )


def unanswered_questions(strong: Held) -> list[str]:
    """Questions that nobody could answer: put to the strong candidate, and no criterion got a level from it."""
    return [
        response.question
        for response in strong.draft.responses()
        if all(score.status != "assessed" for score in response.evaluation.criterion_scores)
    ]


def _silence(competencies: Sequence[CompetencyTrial]) -> Iterator[str]:
    for name, one in _criteria(competencies):
        if one.levels["silent"].status == "assessed":
            yield (
                f"Saying nothing got level {one.levels['silent'].level:.1f} on “{one.criterion}” ({name}). It should "
                "have none: do not rely on this engine's low levels there without reading the words."
            )


def _injection(competencies: Sequence[CompetencyTrial], orders: Sequence[OrderTrial]) -> Iterator[str]:
    for name, one in _criteria(competencies):
        if one.raised >= RAISED:
            yield (
                f"Orders to the scorer raised “{one.criterion}” ({name}) by {one.raised:.1f} levels. Read every answer "
                "that is flagged before you rely on a level of this engine."
            )
    given, flagged = sum(one.given for one in orders), sum(one.flagged for one in orders)
    if flagged < given:
        yield f"{given - flagged} of {given} orders to the scorer were not flagged. Read transcripts with that in mind."


def _alike(competencies: Sequence[CompetencyTrial]) -> Iterator[str]:
    for name, one in _criteria(competencies):
        if one.verdict == "alike":
            weak = one.levels["weak"]
            came = f"{weak.level:.1f}" if weak.status == "assessed" else "no level"
            yield (
                f"“{one.criterion}” ({name}) could not tell strong from weak: {one.levels['strong'].level:.1f} and "
                f"{came}. Say in its anchors for 1 and 5 what people do and do not do, and add expected points."
            )
    for competency in competencies:
        nobody = [one.criterion for one in competency.criteria if one.verdict == "nobody"]
        if nobody and competency.asked["strong"]:
            listed = ", ".join(f"“{one}”" for one in nobody)
            yield (
                f"Nobody got a level on {listed} ({competency.competency}). Ask a question that calls for it, or take "
                "the criterion out."
            )


def _unasked(plan: PositionPlan, candidates: Sequence[CandidateTrial]) -> Iterator[str]:
    asked = {question.competency for question in plan.core_questions}
    for competency in plan.competencies:
        if competency.name not in asked:
            yield f"No question asks about “{competency.name}”. Add one, or take the competency out."
    late = [one for one in candidates if one.unasked]
    if late:
        most = max(late, key=lambda one: one.unasked)
        yield (
            f"The {most.kind} candidate's time was up with {most.unasked} of {len(plan.core_questions)} questions "
            "unasked. Plan fewer questions, or set a longer time limit."
        )


def _texts(plan: PositionPlan) -> Iterator[str]:
    for competency in plan.competencies:
        bare = [one.name for one in competency.criteria if not _anchored(one) and not one.expected_points]
        lopsided = [one.name for one in competency.criteria if _anchored(one) and not _whole(one)]
        if bare:
            yield _missing(
                competency, bare, "neither anchors nor expected points", "Write what people do at 1, 3 and 5"
            )
        if lopsided:
            yield _missing(competency, lopsided, "no anchor for 1, 3 or 5", "Write the ones that are missing")


def _missing(competency: Competency, names: Sequence[str], what: str, remedy: str) -> str:
    listed = ", ".join(f"“{name}”" for name in names)
    have = "has" if len(names) == 1 else "have"
    return f"{listed} ({competency.name}) {have} {what}. {remedy}: raters and engines go by them."


def _anchored(criterion: Criterion) -> bool:
    return any((criterion.anchors.one, criterion.anchors.three, criterion.anchors.five))


def _whole(criterion: Criterion) -> bool:
    return all((criterion.anchors.one, criterion.anchors.three, criterion.anchors.five))


def _rambling(competencies: Sequence[CompetencyTrial], candidates: Sequence[CandidateTrial]) -> Iterator[str]:
    totals = [(row.totals["rambling"], 1.0) for row in competencies if row.totals["rambling"]]
    mean = weighted_mean(totals)
    if mean < THIN:
        return
    flagged = sum(one.flags.get("off_topic", 0) for one in candidates if one.kind == "rambling")
    told = f"{flagged} of its answers were flagged as off topic" if flagged else "none of it was flagged as off topic"
    yield (
        f"Talk that belongs elsewhere got {mean:.1f} on average: this engine rates how something is told more than "
        f"what is told, and {told}. Read the words behind a level before you rely on it."
    )


def _criteria(competencies: Sequence[CompetencyTrial]) -> Iterator[tuple[str, CriterionTrial]]:
    for competency in competencies:
        for criterion in competency.criteria:
            yield competency.competency, criterion
