"""The bank: what the embedded engine knows about jobs, as data.

Each file in `bank/` is one job family: its title, description and keywords, and its competencies with their criteria,
behavioural anchors, expected points, core questions, practice tips and hints. `shared.toml` holds those that most jobs
need. To add a competency, add a `[[competency]]` to a file; to add a family, add a file: there is no code to change.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interview.models import Competency, QuestionStyle

SHARED = "shared"
"""The name of the family whose competencies fit any job."""


class BankModel(BaseModel):
    """Base of what the bank holds: immutable, and a misspelt key in a file is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Family(BankModel):
    """A group of jobs: `name` is the key, `title` is for people; keywords and description match job texts to it."""

    name: str
    title: str
    description: str
    keywords: tuple[str, ...] = ()


class BankQuestion(BankModel):
    """A core question as a template: `{role}` stands for the role title."""

    style: QuestionStyle
    text: str = Field(max_length=500)
    purpose: str


class BankCompetency(BankModel):
    """A competency with all that goes with it. `families` begins with the family that it comes from."""

    competency: Competency
    families: tuple[str, ...]
    keywords: tuple[str, ...]
    questions: tuple[BankQuestion, ...]
    practice: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.competency.name

    def question(self, style: QuestionStyle) -> BankQuestion:
        """The first question of that style; KeyError if there is none."""
        for question in self.questions:
            if question.style == style:
                return question
        raise KeyError(style)


@lru_cache(maxsize=1)
def load_bank() -> tuple[BankCompetency, ...]:
    """All competencies, family by family in the order of their files' names."""
    pairs = [(document["family"], entry) for document in _documents() for entry in document["competency"]]
    return tuple(_competency(entry, family) for family, entry in pairs)


@lru_cache(maxsize=1)
def load_families() -> tuple[Family, ...]:
    """All families, `shared` included."""
    return tuple(
        Family(
            name=document["family"],
            title=document["title"],
            description=document["description"],
            keywords=document["keywords"],
        )
        for document in _documents()
    )


def find(name: str) -> BankCompetency | None:
    """The competency of that name, whatever its case, or None: a team may have written its own."""
    return _by_name().get(name.strip().casefold())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, BankCompetency]:
    return {entry.name.casefold(): entry for entry in load_bank()}


@lru_cache(maxsize=1)
def _documents() -> tuple[dict[str, Any], ...]:
    folder = files("interview.engines.embedded") / "bank"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(tomllib.loads(file.read_text(encoding="utf-8")) for file in found)


def _competency(entry: dict[str, Any], family: str) -> BankCompetency:
    return BankCompetency(
        competency=Competency.model_validate(
            {"name": entry["name"], "description": entry["description"], "criteria": entry["criteria"]}
        ),
        families=(family, *entry.get("also", ())),
        keywords=entry["keywords"],
        questions=entry["questions"],
        practice=entry["practice"],
        hints=entry["hints"],
    )
