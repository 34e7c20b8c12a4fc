"""Levels and transcript side by side: each quote is a link to its words, and plays where it was recorded."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from interview.contract import TranscriptLine
from interview.packet.model import GivenLevel, Packet, PacketCompetency, PacketCriterion, Quote
from interview.packet.words import given, level_of, standing
from pages.components.text import paragraphs
from pages.components.times import minutes
from pages.components.transcript import Notes, address, spans, transcript_html
from pages.hiring.parts.review.bars import bar, listed

Marked = Mapping[int, Sequence[tuple[int, int]]]


def show(packet: Packet, transcript: Sequence[TranscriptLine], notes: Notes) -> None:
    """One block, so that following a quote draws nothing anew."""
    pieces = [piece for row in packet.competencies for one in row.criteria for piece in one.quotes]
    marked = spans(pieces)
    competencies = "".join(_competency(row, marked, packet.recordings) for row in packet.competencies)
    said = transcript_html(transcript, pieces, notes)
    st.html(
        f'<div class="review" id="details"><div class="columns"><div class="scores">{_told(packet)}'
        f"<h3>Levels and quotes</h3>{competencies}</div>{said}</div></div>"
    )


def _told(packet: Packet) -> str:
    """The engine's summary."""
    if packet.narrative is None:
        return ""
    told = packet.narrative
    return (
        f"<h3>Summary</h3>{paragraphs(told.summary)}{listed('Strengths', told.strengths)}"
        f"{listed('What could be better', told.improvements)}"
    )


def _competency(row: PacketCompetency, marked: Marked, recorded: Collection[str]) -> str:
    assessed = sum(one.assessed for one in row.criteria)
    level = level_of(row.level) if assessed else "no score"
    criteria = "".join(_criterion(one, marked, recorded) for one in row.criteria)
    return (
        f'<details open><summary><b dir="auto">{html.escape(row.competency)}</b> <span class="level">{level}</span>'
        f'{bar(row.level)}<span class="small">{assessed} of {len(row.criteria)} criteria assessed</span>'
        f"</summary>{criteria}</details>"
    )


def _criterion(one: PacketCriterion, marked: Marked, recorded: Collection[str]) -> str:
    spread = (0.0, 0.0) if one.override else (one.low, one.high)
    parts = [
        f'<h4 dir="auto">{html.escape(one.criterion)}</h4>',
        f'<p class="small">{standing(one.status, one.level, *spread)} · weight {one.share:.0%}</p>',
        _overridden(one),
        f'<p class="small" dir="auto">{html.escape(one.anchor)}</p>' if one.anchor else "",
        f'<p dir="auto">{html.escape(one.rationale)}</p>' if one.rationale else "",
        *(_quote(piece, marked, recorded) for piece in one.quotes),
        *map(_given, one.reviews),
    ]
    return f'<div class="criterion">{"".join(parts)}</div>'


def _overridden(one: PacketCriterion) -> str:
    if one.override is None:
        return ""
    engines = standing(one.engine_status, one.engine_level, one.low, one.high)
    words = f"Overridden by {one.override.name}: {one.override.reason}"
    return f'<p dir="auto"><b>{html.escape(words)}</b></p><p class="small">The engine’s own: {html.escape(engines)}</p>'


def _given(one: GivenLevel) -> str:
    return f'<p class="small" dir="auto">{html.escape(given(one))}</p>'


def _quote(piece: Quote, marked: Marked, recorded: Collection[str]) -> str:
    link = f'<a href="#{address(piece, marked)}">“{html.escape(piece.quote)}”</a>'
    return f'<blockquote dir="auto">{link}{_when(piece, recorded)}</blockquote>'


def _when(piece: Quote, recorded: Collection[str]) -> str:
    if piece.start_ms is None:
        return ""
    at = minutes(piece.start_ms)
    if piece.session_id not in recorded:
        return f' <span class="small">{at}</span>'
    return (
        f' <button type="button" class="play" data-sound="{html.escape(piece.session_id)}" data-at="{piece.start_ms}"'
        f' aria-label="Play from {at}">▶ {at}</button>'
    )
