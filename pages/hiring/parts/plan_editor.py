"""A plan as the rows of three tables that a person edits, and the plan that edited rows make. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from interview.errors import InvalidPayload
from interview.models import Competency, Criterion, PositionPlan, Question, QuestionStyle

STYLES: tuple[QuestionStyle, ...] = ("behavioural", "situational")


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""


def _number(cell: Any) -> float | None:
    return float(cell) if isinstance(cell, int | float) and math.isfinite(cell) else None


Text = Annotated[str, BeforeValidator(_text)]
"""A cell of text; one that was left empty comes as None or NaN."""

Number = Annotated[float | None, BeforeValidator(_number)]
"""A cell with a number; None where it was left empty."""


class Row(BaseModel):
    """A line of a table; its fields are the columns."""

    model_config = ConfigDict(frozen=True)


class CompetencyRow(Row):
    """`order`: its place, lowest first; None comes last."""

    order: Number = None
    name: Text = ""
    description: Text = ""


class CriterionRow(Row):
    """`weight`: any positive number; saving makes shares of 1 of them. `points`: the expected points as one text."""

    competency: Text = ""
    name: Text = ""
    weight: Number = None
    description: Text = ""
    one: Text = ""
    three: Text = ""
    five: Text = ""
    points: Text = ""


class QuestionRow(Row):
    """`order`: its place among the core questions, lowest first; None comes last."""

    order: Number = None
    text: Text = ""
    competency: Text = ""
    style: Text = ""
    purpose: Text = ""


class Rows(Row):
    """A plan's three tables."""

    competencies: tuple[CompetencyRow, ...]
    criteria: tuple[CriterionRow, ...]
    questions: tuple[QuestionRow, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The competencies' names, in the order of their rows; "" for one without."""
        return tuple(_line(row.name) for row in self.competencies)


R = TypeVar("R", CriterionRow, QuestionRow)
Placed = TypeVar("Placed", CompetencyRow, QuestionRow)
M = TypeVar("M", bound=BaseModel)


def rows_of(plan: PositionPlan) -> Rows:
    """The plan's tables, in its own order."""
    return Rows(
        competencies=tuple(
            CompetencyRow(order=place, name=competency.name, description=competency.description)
            for place, competency in enumerate(plan.competencies, 1)
        ),
        criteria=tuple(_criterion_row(competency, c) for competency in plan.competencies for c in competency.criteria),
        questions=tuple(
            QuestionRow(order=place, text=q.text, competency=q.competency or "", style=q.style, purpose=q.purpose)
            for place, q in enumerate(plan.core_questions, 1)
        ),
    )


def plan_of(rows: Rows, before: PositionPlan) -> PositionPlan:
    """The plan that these rows make; what no table shows stays as in `before`. Rows without any words are left out.

    Weights become shares of 1 within their competency. Raises InvalidPayload `plan_invalid`; what only the position's
    rules can refuse (limits, names twice) is left to saving.
    """
    competencies = [row for row in _ordered(rows.competencies) if row.name.strip() or row.description.strip()]
    criteria = [row for row in rows.criteria if _has_words(row)]
    questions = [row for row in _ordered(rows.questions) if row.text.strip()]
    names = {_line(row.name) for row in competencies}
    placed: list[CriterionRow | QuestionRow] = [*criteria, *questions]
    for orphan in placed:
        if orphan.competency not in names:
            raise _homeless(orphan)
    return _built(
        "The plan",
        PositionPlan,
        **before.model_dump(exclude={"competencies", "core_questions"}),
        competencies=tuple(_competency(row, criteria) for row in competencies),
        core_questions=tuple(_question(index, row) for index, row in enumerate(questions)),
    )


def renamed(rows: Rows, before: tuple[str, ...]) -> Rows:
    """The rows with criteria and questions following competencies that got another name; `before`: the names then."""
    if len(before) != len(rows.names):
        return rows
    now = {old: new for old, new in zip(before, rows.names, strict=True) if old and new and old not in rows.names}
    return rows.model_copy(
        update={
            "criteria": tuple(_following(row, now) for row in rows.criteria),
            "questions": tuple(_following(row, now) for row in rows.questions),
        }
    )


def _following(row: R, now: dict[str, str]) -> R:
    return row.model_copy(update={"competency": now.get(row.competency, row.competency)})


def _criterion_row(competency: Competency, criterion: Criterion) -> CriterionRow:
    return CriterionRow(
        competency=competency.name,
        name=criterion.name,
        weight=criterion.weight,
        description=criterion.description,
        one=criterion.anchors.one,
        three=criterion.anchors.three,
        five=criterion.anchors.five,
        points=_joined(criterion.expected_points),
    )


def _joined(points: tuple[str, ...]) -> str:
    """One text, split again by `_points`: at line ends where there are any, else at semicolons."""
    lines = [_line(point) for point in points]
    if any(";" in line for line in lines):
        return "\n".join(lines) + "\n"
    return "; ".join(lines)


def _points(text: str) -> tuple[str, ...]:
    parts = text.splitlines() if "\n" in text else text.split(";")
    return tuple(line for part in parts if (line := _line(part)))


def _competency(row: CompetencyRow, criteria: list[CriterionRow]) -> Competency:
    name = _line(row.name)
    if not name:
        raise _refused(f"The competency described as “{_short(row.description)}” has no name.")
    own = [criterion for criterion in criteria if criterion.competency == name]
    if not own:
        raise _refused(f"“{_short(name)}” has no criteria. Add at least one, or take the competency out.")
    weights = [_weight(criterion) for criterion in own]
    total = math.fsum(weights)
    shares = weights if math.isclose(total, 1.0, abs_tol=1e-9) else [weight / total for weight in weights]
    return _built(
        f"The competency “{_short(name)}”",
        Competency,
        name=name,
        description=row.description,
        criteria=tuple(_criterion(criterion, share) for criterion, share in zip(own, shares, strict=True)),
    )


def _weight(row: CriterionRow) -> float:
    if row.weight is None or not 0 < row.weight <= 100:
        raise _refused(f"The criterion “{_short(row.name)}” needs a weight above 0 and up to 100.")
    return row.weight


def _criterion(row: CriterionRow, share: float) -> Criterion:
    if not row.name.strip():
        raise _refused(f"A criterion of “{_short(row.competency)}” has no name.")
    return _built(
        f"The criterion “{_short(row.name)}”",
        Criterion,
        name=_line(row.name),
        description=row.description,
        weight=share,
        anchors={"one": row.one, "three": row.three, "five": row.five},
        expected_points=_points(row.points),
    )


def _question(index: int, row: QuestionRow) -> Question:
    return _built(
        f"The question “{_short(row.text)}”",
        Question,
        index=index,
        text=_line(row.text),
        style=row.style or STYLES[0],
        competency=row.competency,
        purpose=row.purpose,
    )


def _homeless(row: CriterionRow | QuestionRow) -> InvalidPayload:
    what = f"criterion “{_short(row.name)}”" if isinstance(row, CriterionRow) else f"question “{_short(row.text)}”"
    if not row.competency:
        return _refused(f"The {what} belongs to no competency. Choose one for it.")
    return _refused(f"The {what} belongs to “{_short(row.competency)}”, which is no competency. Choose another for it.")


def _built(what: str, kind: type[M], **parts: Any) -> M:
    """The model; what it refuses, as a sentence."""
    try:
        return kind(**parts)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]).replace("_", " ") if first["loc"] else ""
        raise _refused(f"{what}, {field}: {first['msg'][0].lower()}{first['msg'][1:]}.") from None


def _refused(sentence: str) -> InvalidPayload:
    return InvalidPayload(sentence, code="plan_invalid")


def _ordered(rows: Iterable[Placed]) -> list[Placed]:
    return sorted(rows, key=lambda row: math.inf if row.order is None else row.order)


def _has_words(row: CriterionRow) -> bool:
    return any(text.strip() for text in (row.name, row.description, row.one, row.three, row.five, row.points))


def _line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    return _line(text)[:60]
