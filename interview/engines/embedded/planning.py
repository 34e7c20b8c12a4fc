"""Planning without a model: competencies and core questions for a job, probes for a résumé.

Deterministic: the same texts give the same plan. Only the first 30,000 characters of a job text are read, which no job
description needs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from interview.engines.embedded import focus, text
from interview.engines.embedded.bank import SHARED, BankCompetency, find, load_families
from interview.engines.embedded.choosing import choose, families_of, read_job
from interview.engines.embedded.resume import ResumeFacts, read_resume
from interview.engines.embedded.skills import find_skills, skill_key
from interview.engines.embedded.vectors import embed
from interview.models import CandidatePlan, CandidateProfile, PositionPlan, Question, QuestionStyle

_MAX_CHARS = 30_000
_CORE_QUESTIONS = 6
_LEAST_QUESTIONS = 5
_MAX_SKILLS = 12
_MAX_GAPS = 6
_TITLE_WORDS = frozenset(
    re.findall(r"\w+", "staff senior junior lead head chief deputy associate assistant account sous chef trainee")
)
_IMPLIED_BY = {
    skill_key(general): frozenset(map(skill_key, named))
    for general, named in (
        ("CRM", ("Salesforce", "HubSpot", "Pipedrive", "Zoho CRM", "Dynamics 365", "Dynamics CRM")),
        ("SQL", ("PostgreSQL", "MySQL", "SQL Server", "SQLite", "MariaDB", "PL/SQL", "T-SQL")),
        ("relational databases", ("PostgreSQL", "MySQL", "SQL Server", "MariaDB")),
        ("NoSQL", ("MongoDB", "Cassandra", "DynamoDB", "Redis")),
        ("message queues", ("Kafka", "RabbitMQ", "ActiveMQ")),
        ("version control", ("Git", "GitHub", "GitLab", "Subversion")),
        ("containers", ("Docker", "Kubernetes")),
    )
}
"""What a résumé shows in general by naming one of its kind: Salesforce is a CRM."""
_CHANGE = re.compile(
    r"\b(?:built|created|wrote|designed?|developed?|introduced|led|cut|reduced|improved|increased|launched|shipped|moved"
    r"|automated|brought|replaced|implement(?:ed)?|migrated|invent(?:ed)?|set up|started|founded|reali[sz]ed)\b",
    re.IGNORECASE,
)
"""Work that can be said to have worked, or not; a standing duty cannot."""


# --- the position -----------------------------------------------------------------------------------------------------


def plan_position(role_title: str, job_text: str, *, max_questions_per_competency: int) -> PositionPlan:
    """The core of a position: four competencies with six questions, or five with one each where one is the limit.

    Falls back to the competencies that any job needs where the text names no known family of jobs.
    """
    role = " ".join(role_title.split())[:120]
    job_text = job_text[:_MAX_CHARS]
    job = read_job(role, job_text)
    families = families_of(job)
    chosen = choose(job, families, count=4 if max_questions_per_competency > 1 else _LEAST_QUESTIONS)
    skills = find_skills(f"{role}\n{job_text}")[:_MAX_SKILLS]
    competencies = tuple(entry.competency for entry in chosen)
    return PositionPlan(
        role_title=role_title,
        family=families[0].name if families else SHARED,
        skills_wanted=skills,
        focus_areas=focus.areas(job_text, skills, [entry.name for entry in chosen]),
        competencies=competencies,
        core_questions=_core_questions(role, chosen),
    )


def _core_questions(role: str, chosen: Sequence[BankCompetency]) -> tuple[Question, ...]:
    extra = max(0, _CORE_QUESTIONS - len(chosen)) if len(chosen) < _LEAST_QUESTIONS else 0
    styles: list[tuple[BankCompetency, QuestionStyle]] = []
    for place, entry in enumerate(chosen):
        styles.append((entry, "behavioural"))
        if place < extra:
            styles.append((entry, "situational"))
    return tuple(_core_question(index, role, entry, style) for index, (entry, style) in enumerate(styles))


def _core_question(index: int, role: str, entry: BankCompetency, style: QuestionStyle) -> Question:
    template = entry.question(style)
    words = template.text.replace("{role}", _inside(role) or "team member")
    return Question(index=index, text=words, style=style, competency=entry.name, purpose=template.purpose)


def _inside(role: str) -> str:
    """A role's title as it stands inside a sentence: "data analyst", but "Java developer" and "SAP consultant"."""
    jobs = {word for family in load_families() for keyword in family.keywords for word in keyword.split()}
    plain = jobs | _TITLE_WORDS
    return " ".join(
        word.lower() if word.istitle() and word.lower() in plain and not find_skills(word) else word
        for word in role.split()
    )


# --- the candidate ----------------------------------------------------------------------------------------------------


def plan_candidate(plan: PositionPlan, job_text: str, resume_text: str, *, today: date | None = None) -> CandidatePlan:
    """What is added for one candidate: profile, skills shown and missing, focus areas, two or three probes.

    Probes ask about what the résumé says of the work, or about a skill the job asks for and the résumé does not name;
    never about age, family, health, origin, gaps in employment or a change of employer. `today` ends open date ranges.
    """
    facts = read_resume(resume_text, today=today or date.today())  # noqa: DTZ011  (a résumé's months need no zone)
    skills = find_skills(facts.text)
    wanted = plan.skills_wanted or find_skills(job_text[:_MAX_CHARS])[:_MAX_SKILLS]
    shown = tuple(skill for skill in wanted if _names(skill, skills, facts.text))
    gaps = tuple(skill for skill in wanted if skill not in shown and not _hinted(skill, facts.text))[:_MAX_GAPS]
    return CandidatePlan(
        profile=_profile(facts, skills),
        skills_shown=shown,
        gaps=gaps,
        focus_areas=focus.added(plan.focus_areas, gaps[:2]),
        probes=_probes(plan, facts, gaps, shown, skills),
    )


def _names(skill: str, skills: Sequence[str], resume: str) -> bool:
    """Whether a résumé names a skill: the same term, a longer one with it, or all its words in one line."""
    keys = {skill_key(other) for other in skills}
    if skill_key(skill) in keys or _IMPLIED_BY.get(skill_key(skill), frozenset()) & keys:
        return True
    words = set(text.stems(skill))
    return len(words) > 1 and any(words <= set(text.stems(line)) for line in resume.splitlines())


def _hinted(skill: str, resume: str) -> bool:
    """Whether all words of a skill of several words stand somewhere in a résumé: then it is no clear gap."""
    words = set(text.stems(skill))
    return len(words) > 1 and words <= set(text.stems(resume))


def _profile(facts: ResumeFacts, skills: Sequence[str]) -> CandidateProfile:
    sentences = []
    if facts.years is not None:
        years = max(1, round(facts.years))
        sentences.append(f"About {years} {'year' if years == 1 else 'years'} of work experience.")
    if facts.roles:
        sentences.append(f"Latest {'role' if len(facts.roles) == 1 else 'roles'}: {'; '.join(facts.roles)}.")
    if skills:
        sentences.append(f"Skills named: {', '.join(skills[:6])}.")
    return CandidateProfile(
        candidate_name=facts.name,
        resume_summary=" ".join(sentences) or "The résumé names no dated roles and no skills from our list.",
        experience_years=facts.years,
        highlighted_experiences=facts.highlights,
        skills=tuple(skills[:30]),
    )


class _Probe(NamedTuple):
    """A probe before it has its place: `about` are the words that decide which competency it belongs to."""

    about: str
    words: str
    purpose: str


def _probes(
    plan: PositionPlan, facts: ResumeFacts, gaps: Sequence[str], shown: Sequence[str], skills: Sequence[str]
) -> tuple[Question, ...]:
    """Two probes on the résumé and one on a gap, as far as there are any; never fewer than two."""
    places = {line: place for place, line in enumerate(facts.highlights)}
    ranked = sorted(places, key=lambda line: 0.05 * places[line] - _nearness(plan, line))
    drafts = [_on_highlight(line, second=at == 1) for at, line in enumerate(ranked[:2])]
    if gaps:
        drafts.append(_on_gap(next((gap for gap in gaps if not gap.islower() or " " in gap), gaps[0])))
    for skill in (shown or (() if len(gaps) > 1 else skills))[:2]:
        if len(drafts) < 2 or (len(drafts) == 2 and not gaps and len(ranked) < 3):
            drafts.append(_on_skill(skill))
    if len(drafts) < 3 and not gaps and len(ranked) > 2:
        drafts.append(_on_highlight(ranked[2], second=False))
    for topic in [*gaps[1:], *plan.focus_areas, *(competency.name for competency in plan.competencies)]:
        if len(drafts) < 2:
            drafts.append(_on_gap(topic))
    return _attached(plan, drafts[:3])


def _on_highlight(line: str, *, second: bool) -> _Probe:
    quote = line.rstrip(".")
    ask, purpose = "What was your own part in that?", "Checks what the candidate did and how."
    if second and _CHANGE.search(line):
        ask, purpose = "How could you tell that it had worked?", "Checks how the result was known."
    elif second:
        ask, purpose = "What was the hardest part of that?", "Checks what the work asked of the candidate."
    return _Probe(line, f"Your résumé says: “{quote}”. {ask}", purpose)


def _on_gap(topic: str) -> _Probe:
    said = f"The job description mentions {topic}, and I did not see it in your résumé."
    words = f"{said} What is the closest thing you have done?"
    return _Probe(topic, words, "Gives the candidate a chance to show something that the job asks for.")


def _on_skill(skill: str) -> _Probe:
    words = f"Your résumé names {skill}. What is the most demanding thing you have used it for?"
    return _Probe(skill, words, "Checks how deep a skill goes that the résumé names.")


def _nearness(plan: PositionPlan, line: str) -> float:
    wanted = [*plan.skills_wanted, *(competency.name for competency in plan.competencies)]
    rows = embed([line, *wanted])
    return round(float((rows[1:] @ rows[0]).max()), 4)


def _attached(plan: PositionPlan, drafts: Sequence[_Probe]) -> tuple[Question, ...]:
    """The probes in the order of the plan's competencies, each at the competency that it is nearest to.

    Among those with the fewest core questions: under the limit of questions, the others have hardly room for a probe.
    """
    core = [sum(q.competency == known.name for q in plan.core_questions) for known in plan.competencies]
    open_to = [at for at, count in enumerate(core) if count == min(core)]
    rows = embed([draft.about for draft in drafts])
    nearness = rows @ embed([_described(plan, at) for at in range(len(plan.competencies))]).T
    nearest: list[int] = []
    for row in nearness:
        # A competency that has a probe already needs to be clearly nearer to get another one.
        gains = {at: float(row[at]) - 0.2 * nearest.count(at) for at in open_to}
        nearest.append(max(gains, key=lambda at: gains[at]))
    order = sorted(range(len(drafts)), key=lambda at: (nearest[at], at))
    return tuple(
        Question(
            index=index,
            text=drafts[at].words,
            kind="probe",
            competency=plan.competencies[nearest[at]].name,
            purpose=drafts[at].purpose,
        )
        for index, at in enumerate(order)
    )


def _described(plan: PositionPlan, at: int) -> str:
    competency = plan.competencies[at]
    entry = find(competency.name)
    return f"{competency.name}. {competency.description} {', '.join(entry.keywords) if entry else ''}"
