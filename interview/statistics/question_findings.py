"""What a question's statistics say in plain words, and what to do about it.

The limits of sample size are our own. With a spread of one level the 95 % interval of a mean of 30 scores reaches 0.4
of a level to both sides, and that of r = .30 goes from -.07 to .60; with 10 it is 0.7 of a level, and -.41 to .78.
Under 10 nothing is said of a question, under 30 with a warning, and of its discrimination not at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from interview.statistics.item_analysis import FEWEST, Finding, QuestionStatistic

FEW = 30

TOO_EASY, TOO_HARD = 0.85, 0.15
"""Difficulty beyond which little of the scale is left to tell candidates apart (means of 4.4, 1.6). Our own lines."""
TELLS_APART = 0.20
"""The corrected item-total correlation under which an item is poor (Ebel and Frisbie 1991)."""
NOT_ASSESSED, SKIPPED, HINTED = 0.25, 0.20, 0.50
"""Shares from which something is the rule rather than a candidate's bad day. Our own lines."""
SMALL_EFFECT = 0.20
"""The standardised difference under which a change hardly matters (Cohen 1988)."""


def findings(of: QuestionStatistic) -> tuple[Finding, ...]:
    """What there is to say of a question; that all is as expected, where there is nothing else."""
    if of.asked < FEWEST:
        times = "once" if of.asked == 1 else f"{of.asked} times"
        return (
            Finding(
                kind="too_few",
                says=f"Asked {times}: too few to say anything.",
                do=f"Read the answers one by one, and come back when it has been asked {FEWEST} times.",
            ),
        )
    found = tuple(one for part in (_answers, _level, _apart, _change) for one in part(of))
    return found or (Finding(kind="as_expected", says="Nothing stands out.", do="Keep asking it in the same words."),)


def small_sample(scored: int) -> str:
    """A warning under `FEW` scores; "" from there on."""
    if scored >= FEW:
        return ""
    return f"A small sample: {scored} of the {FEW} scores from which a mean is good to about 0.4 of a level."


def _answers(of: QuestionStatistic) -> Iterator[Finding]:
    """How often the question is answered, and the answer shows something."""
    if of.skipped_share >= SKIPPED:
        yield Finding(
            kind="often_skipped",
            says=f"{of.skipped_share:.0%} of the candidates leave it unanswered.",
            do="See where it stands (late ones fall to the time limit) and whether candidates understand it.",
        )
    if of.answered >= FEWEST and of.not_assessed_share >= NOT_ASSESSED:
        yield Finding(
            kind="often_not_assessed",
            says=f"{of.not_assessed_share:.0%} of the answers show nothing that the rubric asks for.",
            do="Ask for what the criteria rate, or rate what the question brings up. Read some of these answers first.",
        )
    if of.hint_share is not None and of.hints_known >= FEWEST and of.hint_share >= HINTED:
        known = "candidates" if of.hints_known == of.asked else f"{of.hints_known} candidates of whom it is known"
        yield Finding(
            kind="often_hinted",
            says=f"{of.hint_share:.0%} of the {known} need a hint.",
            do="Say in the question what is wanted, in plainer words, or ask for one thing at a time.",
        )


def _level(of: QuestionStatistic) -> Iterator[Finding]:
    """Whether the scale has room on both sides."""
    if of.scored < FEWEST or of.difficulty is None:
        return
    if of.difficulty >= TOO_EASY:
        yield Finding(
            kind="too_easy",
            says=f"Too easy to tell candidates apart: the mean is {of.mean:.1f} of 5.",
            do="Ask for a harder case, or set the anchor of level 5 higher.",
        )
    if of.difficulty <= TOO_HARD:
        yield Finding(
            kind="too_hard",
            says=f"Too hard to tell candidates apart: the mean is {of.mean:.1f} of 5.",
            do="See that it is part of the job as it is today; ask for a usual case, or lower the anchor of level 3.",
        )


def _apart(of: QuestionStatistic) -> Iterator[Finding]:
    """Whether those who do well elsewhere do well here."""
    found = of.discrimination
    if found is None or of.pairs < FEW or found.r >= TELLS_APART:
        return
    worse = found.high < 0
    yield Finding(
        kind="does_not_tell_apart",
        says=f"Whoever does well here does {'worse' if worse else 'hardly better'} elsewhere (r = {found.r:.2f}).",
        do="Read answers of level 1 and of level 5: if the anchors reward something else than the job needs, change "
        "them; keep it as it is only where it is meant to measure what no other question does.",
    )


def _change(of: QuestionStatistic) -> Iterator[Finding]:
    """Whether the same words are rated otherwise since the plan was changed."""
    drift = of.drift
    if drift is None or drift.low is None or drift.high is None or min(drift.n_from, drift.n_to) < FEWEST:
        return
    if drift.low <= 0 <= drift.high or abs(drift.effect or 0.0) < SMALL_EFFECT:
        return
    way = "higher" if drift.difference > 0 else "lower"
    yield Finding(
        kind="drifted",
        says=f"Rated {abs(drift.difference):.1f} levels {way} under plan version {drift.to_version} than under "
        f"{drift.from_version}.",
        do="Do not compare candidates across the two versions. See whether the anchors, the engine or the applicants "
        "changed; score the older sessions again if it was the engine.",
    )
