"""A position's plan on the page: to read, competency by competency, and to edit, in three tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from interview.models import Competency, Criterion, PositionPlan, Question
from interview.positions import Position
from pages.components.text import escaped
from pages.hiring.parts.plan_editor import (
    STYLES,
    CompetencyRow,
    CriterionRow,
    QuestionRow,
    Row,
    Rows,
    plan_of,
    renamed,
    rows_of,
)

T = TypeVar("T", bound=Row)
column = st.column_config
_ROW_HEIGHT = 80  # pixels; cells break their lines in rows above 64


@dataclass
class Editing:
    """The edits in hand. `base`: what the tables began with; `generation` changes when they have to begin anew."""

    version: int
    plan: PositionPlan
    base: Rows
    generation: int = 0


def read(plan: PositionPlan) -> None:
    """The plan as a person reads it before approving."""
    for competency in plan.competencies:
        with st.container(border=True):
            st.subheader(escaped(competency.name), anchor=False)
            if competency.description:
                st.text(competency.description)
            questions = [question for question in plan.core_questions if question.competency == competency.name]
            st.markdown("\n".join(f"1. {_question(question)}" for question in questions) or "No core question.")
            with st.expander(f"Rubric: {len(competency.criteria)} criteria", icon=":material/rule:"):
                st.markdown(_rubric(competency))


def edit(position: Position) -> Rows:
    """The three tables; what they hold now. Edits stay until they are saved or discarded, in this visit."""
    editing = current(position)
    key = f"plan-{position.position_id}-{editing.version}-{editing.generation}"
    names = [name for name in editing.base.names if name]
    st.markdown("**Competencies**", help="Asked about in this order. A new name is carried over to the tables below.")
    competencies = _table(
        CompetencyRow, editing.base.competencies, _competency_columns(), f"{key}-competencies", "Competencies"
    )
    st.markdown("**Criteria**", help="Weights may be any positive numbers. Saving makes shares of 1 of them.")
    criteria = _table(CriterionRow, editing.base.criteria, _criterion_columns(names), f"{key}-criteria", "Criteria")
    st.markdown("**Core questions**", help="Every candidate is asked these, competency by competency.")
    questions = _table(
        QuestionRow, editing.base.questions, _question_columns(names), f"{key}-questions", "Core questions"
    )
    rows = Rows(competencies=competencies, criteria=criteria, questions=questions)
    if rows.names != editing.base.names:
        editing.base, editing.generation = renamed(rows, editing.base.names), editing.generation + 1
        st.rerun()  # the tables below offer the competencies by name, and a table takes new choices only as a new one
    return rows


def current(position: Position) -> Editing:
    """The edits in hand; they begin with the newest plan, and anew when none are open and a newer one has come."""
    key = _key(position.position_id)
    editing: Editing | None = st.session_state.get(key)
    if editing is None:
        editing = st.session_state[key] = Editing(position.plan_version, position.plan, rows_of(position.plan))
    return editing


def changed(position: Position, rows: Rows) -> bool:
    """Whether the rows say something else than the plan they began with."""
    return rows != rows_of(current(position).plan)


def edited_plan(position: Position, rows: Rows) -> PositionPlan:
    """The plan that the rows make; InvalidPayload with what is missing."""
    return plan_of(rows, current(position).plan)


def forget(position_id: str) -> None:
    """Drop the edits: they were saved, or are not wanted."""
    st.session_state.pop(_key(position_id), None)


def _key(position_id: str) -> str:
    return f"plan-editing-{position_id}"


def _table(kind: type[T], rows: tuple[T, ...], columns: dict[str, ColumnConfig], key: str, alt: str) -> tuple[T, ...]:
    frame = pd.DataFrame([row.model_dump() for row in rows], columns=list(kind.model_fields)).astype(
        {name: "float64" if name in ("order", "weight") else "str" for name in kind.model_fields}
    )
    edited = st.data_editor(
        frame,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config=columns,
        row_height=_ROW_HEIGHT,
        height="content",
        alt=alt,
    )
    return tuple(kind.model_validate(record) for record in edited.to_dict("records"))


def _competency_columns() -> dict[str, ColumnConfig]:
    return {
        "order": column.NumberColumn("Order", width=85, step=1),
        "name": column.TextColumn("Competency", width="medium", max_chars=120, required=True),
        "description": column.TextColumn("Description", width="large", max_chars=2_000),
    }


def _criterion_columns(names: list[str]) -> dict[str, ColumnConfig]:
    text: Callable[..., ColumnConfig] = column.TextColumn
    return {
        "competency": column.SelectboxColumn("Competency", width=260, options=names, required=True),
        "name": text("Criterion", width="medium", max_chars=120, required=True),
        "weight": column.NumberColumn("Weight", width=90, min_value=0, max_value=100, format="%.2f", default=1.0),
        "description": text("Description", width="large", max_chars=2_000),
        "one": text("Anchor for 1", width="medium", max_chars=2_000),
        "three": text("Anchor for 3", width="medium", max_chars=2_000),
        "five": text("Anchor for 5", width="medium", max_chars=2_000),
        "points": text("Expected points", width="large", help="One a line, or with semicolons between; up to 12."),
    }


def _question_columns(names: list[str]) -> dict[str, ColumnConfig]:
    return {
        "order": column.NumberColumn("Order", width=85, step=1),
        "text": column.TextColumn("Question", width="large", max_chars=1_000, required=True),
        "competency": column.SelectboxColumn("Competency", width=260, options=names, required=True),
        "style": column.SelectboxColumn("Style", width=120, options=list(STYLES), default=STYLES[0]),
        "purpose": column.TextColumn("Why it is asked", width="large", max_chars=500),
    }


def _question(question: Question) -> str:
    purpose = f" :small[{escaped(question.purpose)}]" if question.purpose else ""
    return f"{escaped(question.text)}{purpose}"


def _rubric(competency: Competency) -> str:
    """The criteria one below the other: a table of anchors fits no narrow screen."""
    total = sum(criterion.weight for criterion in competency.criteria)
    return "\n\n".join(_criterion(criterion, criterion.weight / total) for criterion in competency.criteria)


def _criterion(criterion: Criterion, share: float) -> str:
    anchors = criterion.anchors
    levels = [(1, anchors.one), (3, anchors.three), (5, anchors.five)]
    points = "; ".join(criterion.expected_points)
    return "\n".join(
        [
            f"**{escaped(criterion.name)}**, weight {share:.0%}: {escaped(criterion.description)}\n",
            *(f"- Level {level}: {escaped(anchor)}" for level, anchor in levels if anchor.strip()),
            *([f"- Expected points: {escaped(points)}"] if points else []),
        ]
    )
