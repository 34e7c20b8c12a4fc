"""The review packet on paper: an A4 PDF, two pages for a usual interview. Lengths are millimetres, sizes points."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from interview import fonts
from interview.packet.model import Packet, PacketCompetency, PacketCriterion
from interview.packet.words import (
    ASKED,
    WARNINGS,
    asked_by_voice,
    asked_in_words,
    counted,
    decided,
    given,
    length,
    level_of,
    standing,
    why,
)

if TYPE_CHECKING:
    from interview.packet.pages import PacketPages

FOOTER = "An aid: software made the scores from the transcript alone. People decide."
_QUOTES, _QUOTE_CHARS, _TEXT_CHARS, _WARNINGS, _WARNING_CHARS = 2, 240, 300, 8, 230
_QUESTION_CHARS, _SUMMARY_CHARS = 110, 500
"""What there is room for: quotes a criterion, characters of one and of another text, warnings. The JSON has all."""


def packet_pdf(packet: Packet) -> bytes:
    """The packet as a PDF with metadata and page numbers; the same packet gives the same bytes. Moments are UTC."""
    from interview.packet.pages import PacketPages

    pages = PacketPages(f"Review packet: {packet.candidate_name or 'candidate'}, {packet.role_title}", footer=FOOTER)
    pages.load_fonts([fonts.printable(text) for text in _texts(packet.model_dump())] + [pages.running_title])
    pages.set_creation_date(packet.scored_at or packet.begun_at)
    pages.add_page()
    _head(pages, packet)
    pages.beside(lambda: _levels(pages, packet), lambda: _to_look_at(pages, packet))
    for competency in packet.competencies:
        _competency(pages, competency)
    _hints(pages, packet)
    _people(pages, packet)
    _stamp(pages, packet)
    return bytes(pages.output())


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _head(pages: PacketPages, packet: Packet) -> None:
    pages.put("Review packet", size=9, muted=True, bold=True)
    pages.put(packet.candidate_name or "Candidate without a name", size=19, bold=True)
    pages.put(packet.role_title, size=11)
    kind = "Rehearsal" if packet.rehearsal else f"Attempt {packet.attempt}"
    mode = "imported transcript" if packet.status == "imported" else "by voice" if packet.spoken else "in writing"
    parts = [
        kind, mode, length(packet),
        f"begun {_moment(packet.begun_at)}", f"plan version {packet.plan_version}",
    ]  # fmt: skip
    if packet.given_back:
        parts.append(f"{sum(one.seconds for one in packet.given_back):.0f} s lost to faults were given back")
    pages.put(" · ".join(parts), size=8.5, muted=True, after=1)
    if packet.decisions:
        one = packet.decisions[0]
        pages.put(f"{decided(one)}, by {one.name}: {_clip(why(one), _TEXT_CHARS)}", size=9.5, bold=True)
    pages.line_across()


def _levels(pages: PacketPages, packet: Packet) -> None:
    pages.put("Overall", size=8.5, muted=True)
    pages.put(level_of(packet.overall_level), size=16, bold=True)
    if packet.overall_level != packet.engine_overall:
        pages.put(f"With overrides; the engine’s: {level_of(packet.engine_overall)}", size=8, muted=True)
    for one in packet.competencies:
        assessed = sum(each.assessed for each in one.criteria)
        pages.meter(one.competency, one.level, f"{level_of(one.level)} ({assessed} of {len(one.criteria)} assessed)")
    if packet.narrative:
        pages.put(_clip(packet.narrative.summary, _SUMMARY_CHARS), size=8)


def _to_look_at(pages: PacketPages, packet: Packet) -> None:
    pages.put("To look at", size=10, bold=True)
    if not packet.warnings:
        pages.put("Nothing was found that needs a closer look.", size=8, muted=True)
    for one in packet.warnings[:_WARNINGS]:
        pages.put(f"• {WARNINGS[one.kind]}: {_clip(one.words, _WARNING_CHARS)}", size=8)
    if len(packet.warnings) > _WARNINGS:
        pages.put(f"and {len(packet.warnings) - _WARNINGS} more", size=8, muted=True)
    pages.space(1.5)
    pages.put("Questions", size=10, bold=True)
    pages.put(f"{asked_in_words(packet)}.", size=8, after=0.6)
    for question in packet.questions:
        pages.put(f"• {_clip(question.text, _QUESTION_CHARS)} ({ASKED[question.standing].lower()})", size=7.5)


def _competency(pages: PacketPages, one: PacketCompetency) -> None:
    pages.heading(one.competency, level_of(one.level))
    for criterion in one.criteria:
        pages.keep(18)
        _criterion(pages, criterion)


def _criterion(pages: PacketPages, one: PacketCriterion) -> None:
    spread = (0.0, 0.0) if one.override else (one.low, one.high)
    pages.pair(one.criterion, f"{standing(one.status, one.level, *spread)} · weight {one.share:.0%}", size=8.5)
    if one.override:
        engines = standing(one.engine_status, one.engine_level, one.low, one.high)
        reason = _clip(one.override.reason, _TEXT_CHARS)
        pages.put(f"Overridden by {one.override.name}: {reason} The engine’s own: {engines}.", size=8)
    for text in filter(None, (one.anchor, one.rationale)):
        pages.put(_clip(text, _TEXT_CHARS), size=7.5, muted=True)
    for place, piece in enumerate(one.quotes[:_QUOTES], 1):
        at = "" if piece.start_ms is None else f" ({_clock(piece.start_ms)})"
        left = len(one.quotes) - _QUOTES
        more = f", and {counted(left, 'more quote', 'more quotes')}" if place == _QUOTES and left > 0 else ""
        pages.quote(f"“{_clip(piece.quote, _QUOTE_CHARS)}”{at}{more}")
    for review in one.reviews:
        pages.put(_clip(given(review), _TEXT_CHARS), size=8)
    pages.space(1)


def _hints(pages: PacketPages, packet: Packet) -> None:
    if packet.hints:
        pages.heading("Hints given")
    for hint in packet.hints:
        pages.put(f"• {_clock(hint.start_ms)}: {_clip(hint.hint, _TEXT_CHARS)}", size=8)


def _people(pages: PacketPages, packet: Packet) -> None:
    if not packet.reviews and not packet.decisions:
        return
    pages.heading("Reviews and decisions")
    for review in packet.reviews:
        how = "before seeing the scores" if review.blind else "having seen the scores"
        pages.put(f"• Rated by {review.reviewer}, {_moment(review.submitted_at)}, {how}", size=8.5)
    for one in packet.decisions:
        words = f"• {decided(one)}, {one.name}, {_moment(one.at)}: {_clip(why(one), _TEXT_CHARS)}"
        pages.put(words, size=8.5)


def _stamp(pages: PacketPages, packet: Packet) -> None:
    pages.space(2)
    if voice := asked_by_voice(packet):
        pages.put(voice, size=8, muted=True)
    if packet.stamp is None or packet.scored_at is None:
        pages.put("Not scored as a whole yet: these are the levels so far.", size=8, muted=True)
        return
    stamp = packet.stamp
    pages.put(
        f"Scored {_moment(packet.scored_at)} by the {stamp.engine} engine (model {stamp.model}, prompt "
        f"{stamp.prompt}), rubric version {stamp.rubric.rpartition('/')[2]}, Candor {stamp.application}. Interview "
        f"{packet.interview_id}.",
        size=8,
        muted=True,
    )


def _clip(text: str, limit: int) -> str:
    text = fonts.plain(text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _clock(milliseconds: int) -> str:
    return f"{milliseconds // 60_000:02d}:{milliseconds // 1000 % 60:02d}"


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
