"""What people and the engine gave, side by side; who differs from the engine by a level or more is marked."""

from __future__ import annotations

import html

import streamlit as st

from interview.packet.model import GivenLevel, Packet, PacketCriterion, PacketReview

DIFFERS = 1.0


def show(packet: Packet, mine: str | None) -> None:
    """Nothing before anybody has rated. `mine`: the reader's own review."""
    if not packet.reviews:
        return
    reviews = sorted(packet.reviews, key=lambda one: one.review_id != mine)
    overridden = bool(packet.overrides)
    rows = [(row.competency, one) for row in packet.competencies for one in row.criteria]
    head = ["Criterion", "Engine", *(["Stands"] if overridden else []), *(_name(one, mine) for one in reviews)]
    cells = "".join(f'<th scope="col" dir="auto">{html.escape(name)}</th>' for name in head)
    body = "".join(_row(competency, one, reviews, overridden) for competency, one in rows)
    st.html(
        f'<div class="review" id="sides"><h3>Ratings side by side</h3><p>{_told(packet, reviews)}</p>'
        f'<div class="sides" tabindex="0" role="region" aria-label="Ratings side by side"><table><thead><tr>{cells}'
        f"</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def difference(one: PacketCriterion, given: GivenLevel | None) -> float | None:
    """How far a reviewer's level lies above the engine's; None where one of the two has none."""
    if given is None or given.level is None or one.engine_status != "assessed":
        return None
    return given.level - one.engine_level


def _told(packet: Packet, reviews: list[PacketReview]) -> str:
    rows = [one for row in packet.competencies for one in row.criteria]
    far = sum(any(_far(one, _of(one, review)) for review in reviews) for one in rows)
    criteria = "criterion differs" if far == 1 else "criteria differ"
    return f"{far} of {len(rows)} {criteria} from the engine’s by a level or more; those are framed."


def _row(competency: str, one: PacketCriterion, reviews: list[PacketReview], overridden: bool) -> str:
    engines = f"{one.engine_level:.1f}" if one.engine_status == "assessed" else "–"
    cells = [engines]
    if overridden:
        cells.append(f"<b>{one.level:.1f}</b>" if one.override else (f"{one.level:.1f}" if one.assessed else "–"))
    cells += [_cell(one, _of(one, review)) for review in reviews]
    name = f'{html.escape(one.criterion)}<br><span class="small">{html.escape(competency)}</span>'
    return f'<tr><th scope="row" dir="auto">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _cell(one: PacketCriterion, given: GivenLevel | None) -> str:
    if given is None:
        return ""
    level = str(given.level) if given.level else "not shown"
    if _far(one, given):
        apart = difference(one, given)
        words = "differs" if apart is None else f"{apart:+.1f}".replace("-", "−")
        return f'{level}<span class="differs">{words}</span>'
    return level


def _far(one: PacketCriterion, given: GivenLevel | None) -> bool:
    """By a level or more; a level on one side and none on the other is far apart too."""
    if given is None:
        return False
    apart = difference(one, given)
    if apart is None:
        return (given.level is None) != (one.engine_status != "assessed")
    return abs(apart) >= DIFFERS


def _of(one: PacketCriterion, review: PacketReview) -> GivenLevel | None:
    return next((each for each in one.reviews if each.review_id == review.review_id), None)


def _name(one: PacketReview, mine: str | None) -> str:
    who = "You" if one.review_id == mine else one.reviewer
    return who if one.blind else f"{who} (scores seen before)"
