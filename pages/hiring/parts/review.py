"""Scores and transcript side by side: each quote is a link to its place in the transcript."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from interview.contract import SessionSnapshot
from interview.events import (
    AnswerGiven,
    CandidateMove,
    FlagRaised,
    FollowUpAsked,
    HintGiven,
    InterviewEvent,
    ModeChanged,
    PromptPayload,
    SessionCompleted,
    TimeGivenBack,
)
from interview.models import Anchors, Competency, CompetencySummary, CriterionSummary, Evidence, Move, Scorecard
from interview.policy import STRONG, THIN
from pages.components.event_log import MODE_CHANGES, given_back
from pages.components.text import paragraphs
from pages.components.times import moment
from pages.components.transcript import STYLE, Notes, address, spans, transcript_html

Marked = Mapping[int, Sequence[tuple[int, int]]]

AID = "Scores are an aid: software made them from the words of the transcript alone. People read them and decide."

SO_FAR = "These are the levels so far; the interview is not complete. "

_MOVES: dict[Move, str] = {
    "repeat": "Asked to hear the question again",
    "rephrase": "Asked for other words",
    "think": "Asked for a moment to think",
    "skip": "Skipped the question",
    "ask": "Asked something in return",
    "correct": "Corrected the last answer",
    "hint": "Asked for a hint",
    "stop": "Asked to stop",
    "answer": "Answered",
}
_STAGES = {"warmup": "Warm-up", "wrapup": "Closing words"}
_ENDS = {
    "finished": "The interview ended here",
    "stopped": "The candidate ended the interview here",
    "closed": "The team closed the session here",
}

_LAYOUT = """
<style>
.review { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2rem; align-items: start; }
.review .transcript { position: sticky; top: 4.5rem; max-height: calc(100vh - 6rem); }
@media (max-width: 900px) {
  .review { grid-template-columns: minmax(0, 1fr); }
  .review .transcript { position: static; max-height: 75vh; }
}
@media (min-width: 901px) { .review .down { display: none; } }
.review h3 { font-size: 1.15rem; font-weight: 600; margin: 1rem 0 0.25rem; }
.review .scores > :first-child { margin-top: 0; }
.review .small { font-size: 0.875rem; opacity: 0.85; }
.review .figure { font-size: 2rem; font-weight: 600; line-height: 1.2; }
.review .bar { height: 0.5rem; border-radius: 0.25rem; background: color-mix(in srgb, currentColor 14%, transparent); }
.review .bar span { display: block; height: 100%; border-radius: 0.25rem;
  background: color-mix(in srgb, currentColor 65%, transparent); }
.review details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.75rem 0; }
.review summary { cursor: pointer; }
.review summary b { font-weight: 600; }
.review summary .level { float: inline-end; }
.review summary .bar { margin-top: 0.5rem; }
.review .criterion { margin: 0.75rem 0 0 0.75rem; }
.review .criterion h4 { font-size: 1rem; font-weight: 600; margin: 0; padding: 0; }
.review .criterion p { margin: 0.25rem 0; overflow-wrap: anywhere; }
.review blockquote { margin: 0.25rem 0; padding: 0 0 0 0.75rem; overflow-wrap: anywhere;
  border-inline-start: 2px solid color-mix(in srgb, currentColor 30%, transparent); }
.review ul { margin: 0.25rem 0; padding-inline-start: 1.25rem; }
.review a { color: inherit; text-decoration: underline; text-underline-offset: 0.2em; }
.review a:focus-visible, .review summary:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
</style>
"""

_FOLLOW = """
<script>
// A browser looks for the place that an address names before the page has been drawn: look again.
if (location.hash && !document.querySelector(":target")) location.replace(location.hash);
</script>
"""


def show(sessions: Sequence[SessionSnapshot], scorecard: Scorecard | None, plan: Sequence[Competency]) -> None:
    """The scores of the last of these sessions, which carry each other on, with the whole transcript."""
    last = sessions[-1]
    summaries = scorecard.competencies if scorecard else last.competencies
    marked = spans(piece for row in summaries for one in row.criteria for piece in one.evidence)
    scores = _scores(scorecard, last, summaries, {one.name: one for one in plan}, marked)
    notes = notes_of([event for session in sessions for event in session.events])
    pieces = [piece for row in summaries for one in row.criteria for piece in one.evidence]
    words = transcript_html(last.transcript, pieces, notes)
    st.html(f'{STYLE}{_LAYOUT}<div class="review"><div class="scores">{scores}</div>{words}</div>')
    st.html(_FOLLOW, unsafe_allow_javascript=True)
    if scorecard:
        stamp = scorecard.stamp
        st.caption(
            f"Scored {moment(scorecard.created_at)} by the {stamp.engine} engine (model {stamp.model}, prompt "
            f"{stamp.prompt}), rubric version {stamp.rubric.rpartition('/')[2]}, Candor {stamp.application}."
        )


# --- scores -----------------------------------------------------------------------------------------------------------


def _scores(
    scorecard: Scorecard | None,
    last: SessionSnapshot,
    summaries: Sequence[CompetencySummary],
    plan: Mapping[str, Competency],
    marked: Marked,
) -> str:
    overall = scorecard.overall_score if scorecard else last.overall_score
    parts = [
        f'<div id="scores"><span class="small">Overall</span><div class="figure">{_of_five(overall)}</div></div>',
        f'<p class="small">{AID if last.completed or scorecard else SO_FAR + AID}</p>',
        '<p class="small down"><a href="#transcript">Down to the transcript</a></p>',
        _doubtful(last),
    ]
    if scorecard:
        parts += [
            paragraphs(scorecard.narrative.summary),
            _listed("Strengths", scorecard.narrative.strengths),
            _listed("What could be better", scorecard.narrative.improvements),
        ]
    parts.append("<h3>Competencies</h3>")
    parts += [_competency(row, plan.get(row.competency), marked) for row in summaries]
    return "".join(parts)


def _doubtful(last: SessionSnapshot) -> str:
    """A warning where speech was not clearly understood; corrected words are."""
    corrected = {line.corrects for line in last.transcript}
    places = sum(len(line.doubtful) for line in last.transcript if line.entry_id not in corrected)
    if not places:
        return ""
    count = "One place" if places == 1 else f"{places} places"
    return (
        f"<p><b>{count} of what was said could not be clearly understood.</b> Marked in the transcript; nothing is "
        "rated by them.</p>"
    )


def _competency(row: CompetencySummary, known: Competency | None, marked: Marked) -> str:
    assessed = sum(one.status == "assessed" for one in row.criteria)
    anchors = {one.name: one.anchors for one in known.criteria} if known else {}
    weights = sum(one.weight for one in row.criteria) or 1
    level = _of_five(row.total_score) if assessed else "no score"
    criteria = "".join(
        _criterion(one, one.weight / weights, anchors.get(one.criterion, Anchors()), marked) for one in row.criteria
    )
    return (
        f'<details open><summary><b dir="auto">{html.escape(row.competency)}</b> <span class="level">{level}</span>'
        f'{_bar(row.total_score)}<span class="small">{assessed} of {len(row.criteria)} criteria assessed</span>'
        f"</summary>{criteria}</details>"
    )


def _criterion(one: CriterionSummary, share: float, anchors: Anchors, marked: Marked) -> str:
    quotes = "".join(_quote(piece, marked) for piece in one.evidence if piece.quote)
    rationale = f'<p dir="auto">{html.escape(one.rationale)}</p>' if one.rationale else ""
    reached = reached_anchor(one, anchors)
    anchor = f'<p class="small" dir="auto">{html.escape(reached)}</p>' if reached else ""
    return (
        f'<div class="criterion"><h4 dir="auto">{html.escape(one.criterion)}</h4>'
        f'<p class="small">{html.escape(standing(one))} · weight {share:.0%}</p>{anchor}{rationale}{quotes}</div>'
    )


def standing(one: CriterionSummary) -> str:
    """The level in words. Weak, not probed and without evidence are three different things."""
    if one.status == "not_assessed":
        return "Not probed: no answer was about this"
    if one.status == "insufficient_evidence":
        return "No evidence: it was asked about, and nothing that was said shows it"
    word = "Weak" if one.latest_score < THIN else "Strong" if one.latest_score >= STRONG else "Sound"
    doubt = f" (between {one.low:.1f} and {one.high:.1f})" if one.high - one.low >= 0.1 else ""
    return f"{word}: {one.latest_score:.1f} of 5{doubt}"


def reached_anchor(one: CriterionSummary, anchors: Anchors) -> str:
    """What the rubric says of the level that was reached; "" without a level or an anchor."""
    texts = {1: anchors.one, 3: anchors.three, 5: anchors.five}
    level = round(one.latest_score)
    if one.status != "assessed" or level < 1:
        return ""
    if level in texts:
        return f"The rubric's level {level}: {texts[level]}" if texts[level] else ""
    below, above = texts[level - 1], texts[level + 1]
    return f"Between the rubric's level {level - 1} ({below}) and {level + 1} ({above})" if below and above else ""


def _quote(piece: Evidence, marked: Marked) -> str:
    moment = ""
    if piece.start_ms is not None:
        seconds = piece.start_ms // 1000
        moment = f' <span class="small">{seconds // 60:02d}:{seconds % 60:02d}</span>'
    link = f'<a href="#{address(piece, marked)}">“{html.escape(piece.quote)}”</a>'
    return f'<blockquote dir="auto">{link}{moment}</blockquote>'


def _of_five(score: float) -> str:
    return f"{score:.1f} of 5" if score else "No score"


def _bar(score: float) -> str:
    filled = f'<span style="width: {20 * score:.0f}%"></span>'
    return f'<div class="bar" role="img" aria-label="{_of_five(score)}">{filled}</div>'


def _listed(title: str, points: Iterable[str]) -> str:
    items = "".join(f'<li dir="auto">{html.escape(point)}</li>' for point in points)
    return f"<h3>{title}</h3><ul>{items}</ul>" if items else ""


# --- what happened beside the words -----------------------------------------------------------------------------------


def notes_of(events: Iterable[InterviewEvent]) -> Notes:
    """Moves, hints, follow-ups and flags at the entries that they belong to; topics where they begin."""
    before: dict[int, list[str]] = defaultdict(list)
    beside: dict[int, list[str]] = defaultdict(list)
    topic, spoken = "", 0
    for event in events:
        payload = event.payload
        if isinstance(payload, PromptPayload):
            now = payload.metadata.competency or _STAGES.get(payload.metadata.stage, "")
            if now != topic:
                before[payload.entry_id].append(f"— {now} —")
            topic = now
        spoken = getattr(payload, "entry_id", None) or spoken
        if note := _happened(event):
            beside[spoken].append(note)
    return Notes(before, beside)


def _happened(event: InterviewEvent) -> str:
    match event.payload:
        case HintGiven():
            return "Hint"
        case FollowUpAsked(metadata=about):
            return f"Follow-up ({about.escalation})"
        case CandidateMove(move=move):
            return _MOVES[move]
        case FlagRaised(note=note):
            return f"To look at: {note}"
        case AnswerGiven(auto_generate=True):
            return "Written by a machine, for a rehearsal"
        case AnswerGiven(auto_send=True):
            return "Spoken, written down by software"
        case ModeChanged(mode=mode):
            return MODE_CHANGES[mode]
        case TimeGivenBack() as given:
            return given_back(given)
        case SessionCompleted(reason=reason):
            return _ENDS[reason]
        case _:
            return ""
