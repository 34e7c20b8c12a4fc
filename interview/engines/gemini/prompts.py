"""What the model is told: rules, tasks and rubric in the system instruction, others' words as marked blocks besides.

The texts are in `prompts/*.md`. `PROMPT_VERSION` names them together with the schemas, which the model sees too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from interview.engines import Exchange, PromptKind
from interview.engines.embedded.addressing import scorer_spans
from interview.models import Competency, Criterion, Escalation, Words
from interview.redaction import Redactor

PROMPT_VERSION = "1"

Task = Literal["plan", "probe", "ask", "evaluate", "score", "guide"]
Narrated = Literal["score", "guide"]
Kind = Literal["CANDIDATE_WORDS", "INTERVIEWER_WORDS", "RESUME", "JOB_DESCRIPTION", "NOTES"]

LEFT_OUT = " […] "
_FOLDER = Path(__file__).parent / "prompts"
_MARKERS = re.compile(r"<{3,}|>{3,}")
_CLEANED = TypeAdapter(Words)


def system(task: Task, *more: str) -> str:
    """The system instruction of a task; `more`: what the hiring team set, such as the rubric."""
    return "\n\n".join([_text("rules"), _text(task), *(part for part in more if part)])


def speech() -> str:
    """What is added for words that come straight from speech."""
    return _text("speech")


def facts() -> str:
    """What an interviewer may say of itself and of the process."""
    return _text("facts")


def spoken_task(kind: PromptKind, escalation: Escalation) -> str:
    """What the interviewer is to say."""
    found = tomllib.loads((_FOLDER / "kinds.toml").read_text(encoding="utf-8"))
    return f"{found['kinds'][kind]} {found['escalations'][escalation] if kind == 'follow_up' else ''}".strip()


def block(kind: Kind, text: str, redactor: Redactor, entry_id: int | None = None) -> str:
    """Somebody's words as data: redacted, and unable to end their own block or to begin another."""
    place = "" if entry_id is None else f" id={entry_id}"
    words = _MARKERS.sub(lambda found: "‹›"[found[0][0] == ">"] * len(found[0]), redactor.redact(text))
    return f"<<<{kind}{place}>>>\n{words}\n<<<END_{kind}>>>"


def exchanges(rows: Iterable[Exchange], redactor: Redactor) -> str:
    """Prompts and answers in order."""
    parts: list[str] = []
    for row in rows:
        parts.append(block("INTERVIEWER_WORDS", row.prompt, redactor))
        parts += [block("CANDIDATE_WORDS", own(entry.text), redactor, entry.entry_id) for entry in row.answers]
    return "\n\n".join(parts)


def own(text: str) -> str:
    """A candidate's words without what addresses the scorer, as the embedded engine leaves it out too."""
    for start, end in reversed(scorer_spans(text)):
        text = f"{text[:start]}{LEFT_OUT}{text[end:]}"
    return text.strip()


def rubric(competency: Competency) -> str:
    """A competency's criteria as c1 to cn with their expected points as p1 to pn."""
    lines = [f"# Rubric: {competency.name}", competency.description]
    for at, criterion in enumerate(competency.criteria, start=1):
        lines += ["", f"## c{at}: {criterion.name}", criterion.description, *_anchors(criterion)]
        lines += [f"p{number}: {point}" for number, point in enumerate(criterion.expected_points, start=1)]
    return "\n".join(lines)


def _anchors(criterion: Criterion) -> list[str]:
    anchors = criterion.anchors
    levels = (("1", anchors.one), ("3", anchors.three), ("5", anchors.five))
    return [f"Level {level}: {text}" for level, text in levels if text]


def line(text: str, longest: int) -> str:
    """What the model wrote as one line, cut at a word."""
    plain = " ".join(_CLEANED.validate_python(text).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rsplit(" ", 1)[0] + "…"


@lru_cache(maxsize=16)
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
