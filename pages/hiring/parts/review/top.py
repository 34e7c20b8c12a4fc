"""The first screen of a review packet: how the interview was held, what was asked, the levels, what to look at."""

from __future__ import annotations

import html

import streamlit as st

from interview.packet.model import Packet, PacketCompetency
from interview.packet.warnings import PacketWarning
from interview.packet.words import AID, ASKED, SO_FAR, WARNINGS, asked_in_words, decided, length, level_of, why
from pages.components.times import minutes, moment
from pages.hiring.parts.review.bars import bar
from pages.hiring.parts.wording import MODES, QUESTION_KINDS

_SHOWN = 5
"""Warnings that are listed at once; the others unfold."""


def show(packet: Packet, *, decidable: bool) -> None:
    """Fits one screen of a desktop; questions and hints unfold. `decidable`: a decision can be made further down."""
    scores = f"{_overall(packet)}{_bars(packet)}"
    beside = f"{_asked(packet)}{_warnings(packet.warnings)}"
    st.html(
        f'<div class="review" id="packet"><p class="small">{html.escape(_held(packet))}</p>{_decided(packet)}'
        f'<div class="columns"><div>{scores}</div><div>{beside}</div></div>{_ways(packet, decidable=decidable)}</div>'
    )


def _held(packet: Packet) -> str:
    mode = "By voice and in writing" if packet.spoken and packet.mode == "text" else MODES[packet.mode]
    kind = "Rehearsal" if packet.rehearsal else f"Attempt {packet.attempt}"
    parts = [
        kind,
        "imported transcript" if packet.status == "imported" else mode.lower(),
        length(packet),
        f"begun {moment(packet.begun_at)}",
    ]
    if packet.status == "active":
        parts.append("still running")
    if packet.given_back:
        lost = sum(one.seconds for one in packet.given_back)
        parts.append(f"{minutes(round(lost * 1000))} minutes lost to faults were given back")
    return " · ".join(parts)


def _decided(packet: Packet) -> str:
    if not packet.decisions:
        return ""
    newest = packet.decisions[0]
    words = f"{decided(newest)}, by {newest.name}, {moment(newest.at)}: {why(newest)}"
    return f'<p dir="auto"><b>Decision:</b> {html.escape(words)}</p>'


def _overall(packet: Packet) -> str:
    level = level_of(packet.overall_level)
    if packet.overall_level != packet.engine_overall:
        level += f' <span class="small">with overrides; the engine’s {level_of(packet.engine_overall)}</span>'
    aid = AID if packet.scored_at else SO_FAR + AID
    return f'<span class="small">Overall</span><div class="figure">{level}</div><p class="small">{aid}</p>'


def _bars(packet: Packet) -> str:
    return f'<div class="bars">{"".join(map(_row, packet.competencies))}</div>'


def _row(one: PacketCompetency) -> str:
    assessed = sum(each.assessed for each in one.criteria)
    return (
        f'<div><span dir="auto">{html.escape(one.competency)}</span><span>{level_of(one.level)} '
        f'<span class="small">({assessed} of {len(one.criteria)} assessed)</span></span></div>{bar(one.level)}'
    )


def _asked(packet: Packet) -> str:
    rows = "".join(
        f'<li dir="auto">{html.escape(one.text)} <span class="small">{ASKED[one.standing]} · {QUESTION_KINDS[one.kind]}'
        "</span></li>"
        for one in packet.questions
    )
    given = "".join(
        f'<li dir="auto">Hint at <a href="#entry-{one.entry_id}">{minutes(one.start_ms)}</a>: {html.escape(one.hint)}'
        "</li>"
        for one in packet.hints
    )
    return (
        f"<h3>Questions</h3><p>{html.escape(asked_in_words(packet))}.</p>"
        f'<details class="more"><summary class="small">The questions and hints</summary><ol>{rows}</ol>'
        f"{f'<ul>{given}</ul>' if given else ''}</details>"
    )


def _warnings(found: tuple[PacketWarning, ...]) -> str:
    if not found:
        return '<h3>To look at</h3><p class="small">Nothing was found that needs a closer look.</p>'
    items = [_warning(one) for one in found]
    rest = "".join(items[_SHOWN:])
    more = f'<details class="more"><summary class="small">{len(found) - _SHOWN} more</summary><ul>{rest}</ul></details>'
    return f"<h3>To look at</h3><ul>{''.join(items[:_SHOWN])}</ul>{more if rest else ''}"


def _warning(one: PacketWarning) -> str:
    places = ", ".join(f'<a href="#entry-{entry}">place {at}</a>' for at, entry in enumerate(one.entry_ids[:6], 1))
    words = html.escape(one.words)
    return f'<li dir="auto"><b>{WARNINGS[one.kind]}:</b> {words}{f" {places}" if places else ""}</li>'


def _ways(packet: Packet, *, decidable: bool) -> str:
    """Where to go on from here."""
    places = ['<a href="#details">Levels and quotes</a>', '<a href="#transcript">Transcript</a>']
    if packet.reviews:
        places.insert(0, '<a href="#sides">Ratings side by side</a>')
    if decidable:
        places.append('<a href="#decision">Decision</a>')
    return f'<p class="small">Below: {", ".join(places)}</p>'
