"""How candidates look beside each other: the table of scores, why some need care, and their own words."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import datetime

import streamlit as st

from interview.reviewing.comparability import Comparability, Mark
from interview.reviewing.comparison import (
    Answered,
    ComparedCandidate,
    ComparedCompetency,
    ComparedScore,
    Comparison,
    SaidLine,
    SideBySide,
)
from pages.components.times import day
from pages.components.transcript import spans

MARKS: Mapping[Mark, tuple[str, str]] = {
    "comparable": ("", "Comparable"),
    "with_care": ("△", "With care"),
    "not_comparable": ("✕", "Not comparable"),
}
"""Sign and words."""
_LEVELS = ("#D6E8F6", "#ABD0EB", "#7DB3DC", "#4C8FC4", "#1F6499")
"""Of the levels 1 to 5: those of the score charts, one hue from light to dark."""
_SAID = {"question": "Asked", "follow_up": "Follow-up", "hint": "Hint", "answer": "Answered"}

STYLE = """
<style>
.compared { max-width: 100%; overflow-x: auto; }
.compared table { border-collapse: separate; border-spacing: 2px; width: 100%; margin: 0; }
.compared th, .compared td { padding: 0.4rem 0.45rem; border: 0; text-align: start; vertical-align: top;
  overflow-wrap: break-word; min-width: 8.5rem; }
.compared tbody th, .compared thead th:first-child { position: sticky; inset-inline-start: 0; z-index: 1;
  background: Canvas; background: var(--ground); min-width: 8.5rem; max-width: 14rem; }
.compared thead th { font-weight: 600; vertical-align: bottom; }
.compared .small { display: block; font-size: 0.8rem; font-weight: 400; opacity: 0.85; }
.compared td { border-radius: 0.25rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.compared td b { font-size: 1.05rem; font-weight: 600; }
.compared td.filled { color: #10181F; border-color: transparent; }
.compared td.filled.level-5 { color: #FFFFFF; }
.compared td .small { opacity: 1; white-space: nowrap; }
.compared a, .compared-why a { color: inherit; text-decoration: underline; text-underline-offset: 0.2em; }
.compared-legend { display: flex; flex-wrap: wrap; gap: 0.35rem 1.25rem; font-size: 0.875rem; margin: 0.5rem 0; }
.compared-legend .swatch { display: inline-block; min-width: 1.4rem; text-align: center; border-radius: 0.2rem;
  margin-inline-end: 1px; color: #10181F; }
.compared-why { font-size: 0.875rem; padding-inline-start: 1.1rem; margin: 0.25rem 0; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: 1rem; }
.beside > section { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 0.375rem;
  padding: 0.75rem 1rem; min-width: 0; }
.beside h3 { font-size: 1rem; font-weight: 600; margin: 0 0 0.25rem; padding: 0; overflow-wrap: anywhere; }
.beside .who { font-size: 0.8rem; opacity: 0.8; margin: 0.75rem 0 0; }
.beside p { margin: 0.15rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.beside .answer { background: color-mix(in srgb, currentColor 5%, transparent); border-radius: 0.375rem;
  padding: 0.35rem 0.6rem; }
.beside mark { color: inherit; border-radius: 0.2rem; background: color-mix(in srgb, currentColor 16%, transparent);
  text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 0.2em; }
</style>
"""


def table(found: Comparison) -> str:
    """A row per candidate in the order in which they completed, a column per competency."""
    head = "".join(map(_head, found.competencies))
    body = "".join(_row(one, found.plan_version) for one in found.candidates)
    return (
        f'{STYLE}<div class="compared" role="region" aria-label="Scores by candidate and competency" tabindex="0" '
        f'style="--ground: light-dark({_ground("light")}, {_ground("dark")})">'
        f'<table><thead><tr><th scope="col">Candidate<span class="small">in the order of completion</span></th>{head}'
        f"</tr></thead><tbody>{body}</tbody></table></div>{_legend()}"
    )


def reasons(found: Comparison) -> str:
    """Each reason once, with the scores that it holds for; "" where everything compares."""
    told: dict[tuple[str, str], list[str]] = {}
    for candidate in found.candidates:
        for score in candidate.scores:
            if score.comparability.why:
                place = (_words(score.comparability), score.comparability.why)
                told.setdefault(place, []).append(f"{candidate.candidate_name} in {score.competency}")
    lines = "".join(
        f"<li><b>{html.escape(mark)}.</b> {html.escape(why)} <span>({html.escape('; '.join(whose))})</span></li>"
        for (mark, why), whose in told.items()
    )
    return f'<ul class="compared-why">{lines}</ul>' if lines else ""


def words(found: SideBySide) -> str:
    """A column per candidate: how the question was put, what they said, the quotes that scores rest on marked."""
    return f'{STYLE}<div class="beside">{"".join(map(_column, found.answers))}</div>'


def _ground(theme: str) -> str:
    """The page's own background: the names stay in view over what scrolls under them."""
    return html.escape(str(st.get_option(f"theme.{theme}.backgroundColor")))


def _head(one: ComparedCompetency) -> str:
    sign, words = MARKS[one.comparability.mark]
    why = f" {html.escape(one.comparability.why)}" if one.comparability.why else ""
    told = f"{sign} {words}.{why}".strip()
    return (
        f'<th scope="col" dir="auto">{html.escape(one.competency)}<span class="small">n = {one.n}</span>'
        f'<span class="small">{told}</span></th>'
    )


def _row(one: ComparedCandidate, version: int | None) -> str:
    about = [_on(one.completed_at)]
    about += ["by voice"] if one.mode == "live" else []
    about += [f"plan version {one.plan_version}"] if one.plan_version != version else []
    about += ["with a person’s changes"] if one.source == "override" else []
    name, cells = html.escape(one.candidate_name) or "No name", "".join(map(_cell, one.scores))
    return (
        f'<tr><th scope="row" dir="auto"><a href="/interview?interview={html.escape(one.interview_id)}" target="_self">'
        f'{name}</a><span class="small">{html.escape(", ".join(about))}</span></th>{cells}</tr>'
    )


def _cell(one: ComparedScore) -> str:
    """The figure, the sign of its mark, and what it rests on. What cannot be compared has no colour."""
    if not one.criteria_total:
        return '<td>✕<span class="small">not in the plan</span></td>'
    level = min(5, int(one.score + 0.5))
    filled = one.comparability.mark != "not_comparable" and level > 0
    look = f' class="filled level-{level}" style="background:{_LEVELS[level - 1]}"' if filled else ""
    sign, words = MARKS[one.comparability.mark]
    mark = f'<span class="small" title="{html.escape(one.comparability.why)}">{sign} {words}</span>' if sign else ""
    counts = ((one.depth.answers, "answer"), (one.depth.follow_ups, "follow-up"), (one.depth.hints, "hint"))
    told = [f"{n} {what}{'' if n == 1 else 's'}" for n, what in counts if n or what == "answer"]
    asked = ", ".join(told if one.depth.ruled else [*told, "hints not known"])
    figure = f"{one.score:.1f}" if one.criteria_assessed else "None"
    return (
        f'<td{look}><b>{figure}</b>{mark}<span class="small">{one.criteria_assessed} of {one.criteria_total} criteria'
        f'</span><span class="small">{asked}</span></td>'
    )


def _legend() -> str:
    swatches = "".join(
        f'<span class="swatch" style="background:{colour};{"color:#FFFFFF" if level == 5 else ""}">{level}</span>'
        for level, colour in enumerate(_LEVELS, start=1)
    )
    signs = "".join(f"<span>{sign} {told.lower()}</span>" for sign, told in MARKS.values() if sign)
    levels = f"<span>{swatches} level, 1 to 5</span><span>no sign: comparable</span>"
    return f'<div class="compared-legend">{levels}{signs}</div>'


def _column(one: Answered) -> str:
    name = html.escape(one.candidate_name) or "No name"
    body = "".join(map(_said, one.lines)) or f"<p>{_silence(one)}</p>"
    return f'<section><h3 dir="auto">{name}</h3>{body}{_skipped(one)}</section>'


def _silence(one: Answered) -> str:
    if not one.planned:
        return "The plan that they were interviewed by does not have this question."
    return "This question was not reached."


def _skipped(one: Answered) -> str:
    return '<p class="who">Skipped from here on.</p>' if one.skipped else ""


def _said(one: SaidLine) -> str:
    look = "answer" if one.said_as == "answer" else "prompt"
    return (
        f'<p class="who"><b>{_SAID[one.said_as]}</b> {html.escape(one.line.timestamp)}</p>'
        f'<p class="{look}" dir="auto">{_marked(one)}</p>'
    )


def _marked(one: SaidLine) -> str:
    """The escaped words with the cited spans in `<mark>`."""
    text, parts, done = one.line.text, [], 0
    for start, end in spans(one.quoted).get(one.line.entry_id, []):
        parts.append(f"{html.escape(text[done:start])}<mark>{html.escape(text[start:end])}</mark>")
        done = end
    return "".join(parts) + html.escape(text[done:])


def _words(one: Comparability) -> str:
    return MARKS[one.mark][1]


def _on(at: datetime) -> str:
    return day(at)


def names(candidates: Iterable[ComparedCandidate]) -> dict[str, str]:
    """By interview; those of one name are told apart by when they completed."""
    listed = list(candidates)
    often = [one.candidate_name for one in listed]
    return {
        one.interview_id: (one.candidate_name or "No name")
        + (f", {_on(one.completed_at)}" if often.count(one.candidate_name) > 1 else "")
        for one in listed
    }
