"""Planning with the model: what a position needs, and what is added for one candidate.

What the model suggests is put into bounds: names are made unique, weights sum to 1, texts are cut, and the name of a
candidate is read from the résumé by rules, never taken from the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from interview.engines.embedded.resume import read_resume
from interview.engines.gemini import prompts, schemas
from interview.engines.gemini.client import GeminiClient
from interview.engines.gemini.client import Question as Asked
from interview.engines.gemini.prompts import line
from interview.models import (
    Anchors,
    CandidatePlan,
    CandidateProfile,
    Competency,
    Criterion,
    PositionPlan,
    Question,
)
from interview.redaction import Redactor

_TEMPERATURE = 0.4
_MAX_CHARS = 30_000
"""Of a job text; no job description needs more."""
_MAX_PROBES = 3
_MAX_GAPS = 6


def plan(client: GeminiClient, role_title: str, job_text: str, most: int, *, redact: bool) -> PositionPlan:
    """The core of a position. Raises EngineFailure."""
    redactor = Redactor(on=redact)
    reply = client.ask(
        Asked(
            purpose="plan",
            system=prompts.system("plan", f"The role: {role_title}"),
            contents=prompts.block("JOB_DESCRIPTION", job_text[:_MAX_CHARS], redactor),
            temperature=_TEMPERATURE,
        ),
        schemas.plan_reply(most),
    )
    names = _unique((one.name for one in reply.competencies), 120)
    pairs = list(zip(names, reply.competencies, strict=True))
    questions = [
        Question(index=0, text=line(one.text, 1_000), style=one.style, competency=name, purpose=line(one.purpose, 500))
        for name, suggested in pairs
        for one in suggested.questions
    ]
    return PositionPlan(
        role_title=role_title,
        family=line(reply.family, 60),
        skills_wanted=_listed(reply.skills_wanted, 12, 80),
        focus_areas=_listed(reply.focus_areas, 6, 120),
        competencies=tuple(_competency(name, suggested) for name, suggested in pairs),
        core_questions=tuple(one.model_copy(update={"index": at}) for at, one in enumerate(questions)),
    )


def probe(client: GeminiClient, position: PositionPlan, resume_text: str, *, redact: bool) -> CandidatePlan:
    """What is added for one candidate. What in the résumé addresses a model is left out. Raises EngineFailure."""
    facts = read_resume(resume_text, today=date.today())  # noqa: DTZ011  (a résumé's months need no zone)
    redactor = Redactor([facts.name] if facts.name else [], on=redact)
    reply = client.ask(
        Asked(
            purpose="probe",
            system=prompts.system("probe", _position(position)),
            contents=prompts.block("RESUME", facts.text, redactor),
            temperature=_TEMPERATURE,
        ),
        schemas.probe_reply(len(position.competencies), len(position.skills_wanted)),
    )
    skills = list(zip(position.skills_wanted, reply.skills_shown(), strict=True))
    back = redactor.restore
    return CandidatePlan(
        profile=CandidateProfile(
            candidate_name=facts.name,
            resume_summary=line(back(reply.summary), 1_000),
            experience_years=reply.experience_years,
            highlighted_experiences=_listed(map(back, reply.highlights), 5, 200),
            skills=_listed(map(back, reply.skills), 30, 80),
        ),
        skills_shown=tuple(skill for skill, shown in skills if shown),
        gaps=tuple(skill for skill, shown in skills if not shown)[:_MAX_GAPS],
        focus_areas=_listed(map(back, reply.focus_areas), 3, 120),
        probes=_probes(position, reply, redactor),
    )


def _probes(position: PositionPlan, reply: schemas.ProbeReply, redactor: Redactor) -> tuple[Question, ...]:
    found = [
        (competency.name, suggested)
        for competency, suggested in zip(position.competencies, reply.probes(), strict=True)
        if suggested is not None
    ]
    return tuple(
        Question(
            index=at,
            text=line(redactor.restore(suggested.text), 1_000),
            kind="probe",
            competency=name,
            purpose=line(redactor.restore(suggested.purpose), 500),
        )
        for at, (name, suggested) in enumerate(found[:_MAX_PROBES])
    )


def _position(position: PositionPlan) -> str:
    lines = [f"The role: {position.role_title}", "", "Competencies:"]
    lines += [
        f"k{at}: {competency.name}. {competency.description}"
        for at, competency in enumerate(position.competencies, start=1)
    ]
    lines += ["", "Skills wanted:", *(f"w{at}: {skill}" for at, skill in enumerate(position.skills_wanted, start=1))]
    return "\n".join(lines)


def _competency(name: str, suggested: schemas.PlannedCompetency) -> Competency:
    names = _unique((one.name for one in suggested.criteria), 120)
    weights = _shares([one.weight for one in suggested.criteria])
    return Competency(
        name=name,
        description=line(suggested.description, 2_000),
        criteria=tuple(
            Criterion(
                name=own,
                description=line(one.description, 2_000),
                weight=weight,
                anchors=Anchors(
                    one=line(one.anchor_1, 2_000), three=line(one.anchor_3, 2_000), five=line(one.anchor_5, 2_000)
                ),
                expected_points=_listed(one.expected_points, 8, 300),
            )
            for own, weight, one in zip(names, weights, suggested.criteria, strict=True)
        ),
    )


def _shares(weights: Sequence[int]) -> list[float]:
    """The weights as shares of 1, in thousandths; the last takes what rounding leaves."""
    total = sum(weights)
    shares = [round(weight / total, 3) for weight in weights[:-1]]
    return [*shares, round(1 - sum(shares), 3)]


def _listed(texts: Iterable[str], most: int, longest: int) -> tuple[str, ...]:
    """Different lines, in order."""
    kept = {one.casefold(): one for one in reversed([line(text, longest) for text in texts]) if one}
    return tuple(reversed(kept.values()))[:most]


def _unique(names: Iterable[str], longest: int) -> list[str]:
    """Names made different by a number where the model used one twice."""
    made: list[str] = []
    for name in names:
        plain = line(re.sub(r"\s+", " ", name), longest - 5)
        number = 2
        unique = plain
        while unique.casefold() in {one.casefold() for one in made}:
            unique, number = f"{plain} ({number})", number + 1
        made.append(unique)
    return made
