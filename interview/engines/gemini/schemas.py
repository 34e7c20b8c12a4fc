"""What the model's replies look like. They nest, and refer by key, never by free text.

The order of fields is the order in which the model writes: evidence first, then the checklist, then the level. Texts
and lists have few bounds in the schema that is sent: Gemini refuses schemas with many, and what is too long is cut
rather than asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

_PROTECTED = re.compile(
    r"""(?ix)
    \b(?: how\ old | (?:when|where)\ were\ you\ born | where\ are\ you\ (?:really\ |originally\ )?from
      | your\ (?:own\ )?(?:age|birth\w*|wife|husband|spouse|marital|marriage|children|kids|religio\w+|faith|beliefs
        |nationality|citizenship|origins?|ethnic\w*|race|disabilit\w+|pregnan\w+|gender|sexual\w*|politic\w*|accent
        |mother\ tongue|native\ language)
      | your\ (?:own\ )?health(?!\ (?:and|record|data|insurance|team|plan|care))
      | your\ (?:own\ )?family(?!\ (?:doctor|business))
      | (?:do|did|will)\ you\ (?:have|want|plan\ to\ have)\ (?:any\ )?(?:children|kids|a\ family|a\ partner
        |disabilit\w+)
      | are\ you\ (?:married|single|pregnant|religious|disabled|a\ citizen) | (?:career|employment)\ (?:gap|break)
    )\b"""
)


def _job_related(text: str) -> str:
    """The last guard behind the prompt: a question about age, family, health, origin or belief is never taken."""
    if _PROTECTED.search(text):
        raise ValueError("this asks about a private or protected matter; ask about the work only")
    return text


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("this is empty")
    return text.strip()


def _first(most: int, least: int = 0) -> AfterValidator:
    """The first of a list, without a bound in the schema."""

    def first(found: list[Any]) -> list[Any]:
        if len(found) < least:
            raise ValueError(f"this needs {least} or more")
        return found[:most]

    return AfterValidator(first)


Text = Annotated[str, AfterValidator(_not_empty)]
Asked = Annotated[Text, AfterValidator(_job_related)]
Years = Annotated[float | None, AfterValidator(lambda years: years if years is not None and 0 <= years <= 70 else None)]


class Reply(BaseModel):
    """Base of all replies; unknown fields are left out."""

    model_config = ConfigDict(extra="ignore")


# --- plan -------------------------------------------------------------------------------------------------------------


class PlannedQuestion(Reply):
    text: Asked
    style: Literal["behavioural", "situational"]
    purpose: Text


class PlannedCriterion(Reply):
    name: Text
    description: Text
    anchor_1: Text
    anchor_3: Text
    anchor_5: Text
    expected_points: Annotated[list[Text], _first(8, 1)]
    weight: int = Field(ge=1, le=10)


class PlannedCompetency(Reply):
    name: Text
    description: Text
    criteria: Annotated[list[PlannedCriterion], _first(5, 1)]
    questions: list[PlannedQuestion] = Field(min_length=1, max_length=2)


class PlanReply(Reply):
    family: Text
    skills_wanted: Annotated[list[Text], _first(12)]
    focus_areas: Annotated[list[Text], _first(6, 2)]
    competencies: Sequence[PlannedCompetency] = Field(min_length=5, max_length=6)


class NarrowCompetency(PlannedCompetency):
    questions: list[PlannedQuestion] = Field(min_length=1, max_length=1)


class NarrowPlan(PlanReply):
    competencies: Sequence[NarrowCompetency] = Field(min_length=5, max_length=6)


def plan_reply(max_questions_per_competency: int) -> type[PlanReply]:
    """Five or six competencies, each with a core question: five core questions at least under any limit.

    A second one only where that still leaves room for a follow-up.
    """
    return PlanReply if max_questions_per_competency > 2 else NarrowPlan


# --- probe ------------------------------------------------------------------------------------------------------------


class Probe(Reply):
    text: Asked
    purpose: Text


class ProbeReply(Reply):
    summary: Text
    experience_years: Years
    highlights: Annotated[list[str], _first(5)]
    skills: Annotated[list[str], _first(30)]
    focus_areas: Annotated[list[str], _first(3)]

    def skills_shown(self) -> list[bool]:
        """For each skill that is wanted, whether the résumé shows it."""
        return _values(self, "shown", "w")

    def probes(self) -> list[Probe | None]:
        """For each competency, its probe, if it has one."""
        return _values(self, "about", "k")


@lru_cache(maxsize=64)
def probe_reply(competencies: int, wanted: int) -> type[ProbeReply]:
    """With `shown`, w1 to wn for the skills that are wanted, and `about`, k1 to kn for the competencies."""
    fields: dict[str, Any] = {"about": (_keyed("About", "k", competencies, Probe | None), ...)}
    if wanted:
        fields["shown"] = (_keyed("Shown", "w", wanted, bool), ...)
    return create_model("ProbeReplyHere", __base__=ProbeReply, **fields)


# --- ask --------------------------------------------------------------------------------------------------------------


class QuestionReply(Reply):
    """Around a planned question, which is put in between as it stands."""

    lead_in: str
    reasoning: str
    follow_up_prompt: str


class PromptReply(Reply):
    content: Asked
    reasoning: str
    follow_up_prompt: str


class AnswerReply(Reply):
    """To what the candidate asked. `quote`: the sentence that it rests on, null where none says it."""

    quote: str | None
    answer: str | None


class ResumeHintReply(Reply):
    """`quotes`: lines of the résumé, as they stand."""

    quotes: Annotated[list[str], _first(2)]
    content: Text


# --- evaluate ---------------------------------------------------------------------------------------------------------


class Rating(NamedTuple):
    """What is said of one criterion. `shown`: for each expected point, whether the answer shows it."""

    quotes: list[str]
    shown: list[bool]
    level: int | None
    rationale: str


class EvaluationReply(Reply):
    """A subclass has the criteria, c1 to cn, and then the words."""

    def ratings(self) -> list[Rating]:
        found = _values(self, "criteria", "c")
        return [Rating(one.quotes, _values(one, "points", "p"), one.level, one.rationale) for one in found]

    def words(self) -> EvaluationWords:
        return EvaluationWords.model_validate(self, from_attributes=True)


class EvaluationWords(Reply):
    summary: str
    hints: list[str]


@lru_cache(maxsize=256)
def evaluation_reply(points: tuple[int, ...]) -> type[EvaluationReply]:
    """For criteria with so many expected points each."""
    ratings: dict[str, Any] = {f"c{at}": (_rating(at, count), ...) for at, count in enumerate(points, start=1)}
    fields: dict[str, Any] = {"criteria": (create_model("Criteria", __base__=Reply, **ratings), ...)}
    fields |= {"summary": (str, ...), "hints": (list[str], ...)}
    return create_model("EvaluationReplyHere", __base__=EvaluationReply, **fields)


def _rating(at: int, points: int) -> type[Reply]:
    fields: dict[str, Any] = {"quotes": (Annotated[list[str], _first(6)], ...)}
    if points:
        fields["points"] = (_keyed(f"Points{at}", "p", points, bool), ...)
    fields |= {"level": (Annotated[int, Field(ge=1, le=5)] | None, ...), "rationale": (str, ...)}
    return create_model(f"Rating{at}", __base__=Reply, **fields)


# --- score and guide --------------------------------------------------------------------------------------------------


class StandingReply(Reply):
    """On one competency, null where there is nothing of the kind."""

    strength: str | None
    improvement: str | None


class NarrativeReply(Reply):
    """A subclass has the competencies, k1 to kn."""

    summary: Text

    def standings(self) -> list[StandingReply]:
        return _values(self, "competencies", "k")


@lru_cache(maxsize=16)
def narrative_reply(competencies: int) -> type[NarrativeReply]:
    fields: dict[str, Any] = {"competencies": (_keyed("Standings", "k", competencies, StandingReply), ...)}
    return create_model("NarrativeReplyHere", __base__=NarrativeReply, **fields)


class SectionReply(Reply):
    missing: Annotated[list[Text], _first(4)]
    practice: Annotated[list[Text], _first(4, 1)]


class GuideReply(Reply):
    """A subclass has the competencies, k1 to kn."""

    opening: Text
    next_steps: Annotated[list[Text], _first(4, 1)]

    def sections(self) -> list[SectionReply]:
        return _values(self, "competencies", "k")


@lru_cache(maxsize=16)
def guide_reply(competencies: int) -> type[GuideReply]:
    fields: dict[str, Any] = {"competencies": (_keyed("Sections", "k", competencies, SectionReply), ...)}
    return create_model("GuideReplyHere", __base__=GuideReply, **fields)


# --- keys -------------------------------------------------------------------------------------------------------------


def _keyed(name: str, letter: str, count: int, kind: Any) -> type[Reply]:
    """An object with one required property for each of `count` things: k1, k2 and so on."""
    fields: dict[str, Any] = {f"{letter}{at}": (kind, ...) for at in range(1, count + 1)}
    return create_model(name, __base__=Reply, **fields)


def _values(reply: Reply, name: str, letter: str) -> list[Any]:
    """The properties of a keyed object in order; none where the reply has no such object."""
    keyed = getattr(reply, name, None)
    return (
        [] if keyed is None else [getattr(keyed, f"{letter}{at}") for at in range(1, len(type(keyed).model_fields) + 1)]
    )
