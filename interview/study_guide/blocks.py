"""What a study guide is made of: the blocks that both its forms, PDF and text, are drawn from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cover:
    """The guide's head: whose it is, for which role, and when the interview was."""

    name: str
    role: str
    day: str


@dataclass(frozen=True)
class Heading:
    """A heading of the outline; `new_page` starts one. Level 1 is a chapter or topic, 2 a part of it."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True)
class Paragraph:
    text: str
    muted: bool = False


@dataclass(frozen=True)
class Quote:
    """The candidate's own words, and the time in the interview (`mm:ss`) where it is known."""

    text: str
    time: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list of points; to be ticked off if it is a checklist."""

    items: tuple[str, ...]
    checklist: bool = False


@dataclass(frozen=True)
class Terms:
    """Words with what they mean."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Share:
    """For how many of a topic's points there was evidence: `filled` of `parts`, and the same in words."""

    label: str
    filled: int
    parts: int
    caption: str


@dataclass(frozen=True)
class Level:
    """A topic's level on the 1-5 scale, None where it was not rated, and the same in words."""

    label: str
    level: float | None
    caption: str


@dataclass(frozen=True)
class Notes:
    """Room for the reader's own notes."""


Block = Cover | Heading | Paragraph | Quote | Bullets | Terms | Share | Level | Notes
