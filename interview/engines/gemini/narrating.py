"""The summary and the study guide: figures, levels and quotes by rules, only the sentences from the model.

A strength is taken only where a level of 3 or more stands on located words, an improvement only where something is
left to improve: what the model says besides is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

from interview.engines import ScoreRequest
from interview.engines.gemini import prompts, schemas
from interview.engines.gemini.client import GeminiClient, Question
from interview.engines.gemini.prompts import block, line
from interview.models import (
    Competency,
    CompetencySummary,
    CriterionSummary,
    Evidence,
    GuideContent,
    GuideSection,
    Narrative,
)
from interview.redaction import Redactor

_TEMPERATURE = 0.3
_SHOWN, _FULL = 3.0, 4.0
"""The level from which a criterion counts as shown, and that from which nothing is listed as missing."""
_MAX_QUOTES = 4
_NOT_ASKED = "No answer was given on this topic, so nothing here counts for or against you."


def narrate(client: GeminiClient, request: ScoreRequest, *, redact: bool) -> Narrative:
    """Summary, strengths and improvements for the hiring team. Raises EngineFailure."""
    rows = [row for summary in request.summaries for row in summary.criteria]
    assessed = sum(row.status == "assessed" for row in rows)
    if not assessed:
        return Narrative(
            summary=f"Nothing could be assessed: the answers gave no evidence on any of the {len(rows)} criteria. That "
            "says nothing about what the candidate can do; it only says that this transcript does not show it."
        )
    redactor = Redactor(request.private, on=redact)
    reply = client.ask(_question("score", request, redactor), schemas.narrative_reply(len(request.competencies)))
    figures = (
        f"For the {request.role_title} role the answers gave evidence on {assessed} of {len(rows)} criteria; the "
        f"overall score is {request.overall_score:.1f} of 5."
    )
    pairs = list(zip(_summaries(request), reply.standings(), strict=True))
    return Narrative(
        summary=f"{figures} {line(redactor.restore(reply.summary), 1_500)}",
        strengths=tuple(
            _sentence(row, said.strength, redactor) for row, said in pairs if said.strength and _has_strength(row)
        ),
        improvements=tuple(
            _sentence(row, said.improvement, redactor) for row, said in pairs if said.improvement and _has_gap(row)
        ),
    )


def guide(client: GeminiClient, request: ScoreRequest, *, redact: bool) -> GuideContent:
    """What the candidate may take from the interview. Raises EngineFailure."""
    redactor = Redactor(request.private, on=redact)
    reply = client.ask(_question("guide", request, redactor), schemas.guide_reply(len(request.competencies)))
    return GuideContent(
        opening=line(redactor.restore(reply.opening), 800),
        sections=tuple(
            _section(request, competency, summary, said, redactor)
            for competency, summary, said in zip(
                request.competencies, _summaries(request), reply.sections(), strict=True
            )
        ),
        next_steps=tuple(line(redactor.restore(step), 400) for step in reply.next_steps),
    )


def _question(task: prompts.Narrated, request: ScoreRequest, redactor: Redactor) -> Question:
    return Question(
        purpose=task,
        system=prompts.system(task, f"The role: {request.role_title}", _keys(request)),
        contents="\n\n".join(_contents(request, redactor)),
        temperature=_TEMPERATURE,
    )


def _keys(request: ScoreRequest) -> str:
    lines = ["# Competencies"]
    for at, competency in enumerate(request.competencies, start=1):
        lines.append(f"k{at}: {competency.name}. {competency.description}")
        lines += [f"- {criterion.name}: {criterion.description}" for criterion in competency.criteria]
    return "\n".join(lines)


def _contents(request: ScoreRequest, redactor: Redactor) -> Iterator[str]:
    """Of each competency: what was asked, how each criterion stands, and the words that its level rests on."""
    for at, summary in enumerate(_summaries(request), start=1):
        yield f"k{at}"
        asked = [one.question for one in request.responses if one.competency == summary.competency]
        yield block("INTERVIEWER_WORDS", "\n".join(dict.fromkeys(asked)) or "(not asked)", redactor)
        for row in summary.criteria:
            yield block("NOTES", _note(row), redactor)
            for piece in row.evidence:
                yield block("CANDIDATE_WORDS", _words_of(request, piece), redactor, piece.entry_id)


def _note(row: CriterionSummary) -> str:
    standing = {
        "assessed": f"level {row.latest_score:.1f} of 5, between {row.low:.1f} and {row.high:.1f}",
        "insufficient_evidence": "asked about, but no evidence was found",
        "not_assessed": "not asked about",
    }[row.status]
    return f"{row.criterion}: {standing}. {row.rationale}".strip()


def _summaries(request: ScoreRequest) -> list[CompetencySummary]:
    """How each competency stands, in the request's order; empty where nothing is known of one."""
    known = {summary.competency: summary for summary in request.summaries}
    return [known.get(one.name, CompetencySummary(competency=one.name)) for one in request.competencies]


def _has_strength(summary: CompetencySummary) -> bool:
    return any(_is_shown(row) for row in summary.criteria)


def _has_gap(summary: CompetencySummary) -> bool:
    return any(row.status != "assessed" or row.latest_score < _FULL for row in summary.criteria)


def _is_shown(row: CriterionSummary) -> bool:
    return row.status == "assessed" and row.latest_score >= _SHOWN and bool(row.evidence)


def _sentence(summary: CompetencySummary, said: str, redactor: Redactor) -> str:
    return f"{summary.competency}: {line(redactor.restore(said), 400)}"


def _section(
    request: ScoreRequest,
    competency: Competency,
    summary: CompetencySummary,
    said: schemas.SectionReply,
    redactor: Redactor,
) -> GuideSection:
    responses = [one for one in request.responses if one.competency == competency.name]
    missing = tuple(line(redactor.restore(one), 400) for one in said.missing) if _has_gap(summary) else ()
    return GuideSection(
        competency=competency.name,
        questions=tuple(dict.fromkeys(one.question for one in responses)),
        strengths=_own_words(request, summary),
        missing=missing if responses else (_NOT_ASKED,),
        practice=tuple(line(redactor.restore(one), 400) for one in said.practice),
        evidenced=sum(row.status == "assessed" for row in summary.criteria),
        criteria=len(competency.criteria),
        level=summary.total_score,
    )


def _own_words(request: ScoreRequest, summary: CompetencySummary) -> tuple[Evidence, ...]:
    """The words behind what was shown, each place once."""
    found: dict[tuple[int, int], Evidence] = {}
    for piece in (piece for row in summary.criteria if _is_shown(row) for piece in row.evidence):
        if quote := _words_of(request, piece):
            found.setdefault((piece.entry_id, piece.start), piece.model_copy(update={"quote": quote}))
    return tuple(found.values())[:_MAX_QUOTES]


def _words_of(request: ScoreRequest, piece: Evidence) -> str:
    """The quote, or the words at its place where it was left to be joined."""
    if piece.quote:
        return piece.quote
    entries = [entry for one in request.responses for row in one.exchanges for entry in row.answers]
    text = next((entry.text for entry in entries if entry.entry_id == piece.entry_id), "")
    return text[piece.start : piece.end]
