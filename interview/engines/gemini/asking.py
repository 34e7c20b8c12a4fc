"""The interviewer's words from the model: it chooses words for what the rules chose, and nothing else.

A planned question is put in as it stands, around whatever the model says; what a candidate asks is answered only with
a sentence that the position's text really has; lines of a résumé are quoted only where they stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from interview.engines import AskRequest, Prompt
from interview.engines.embedded.resume import quotable
from interview.engines.gemini import prompts, schemas
from interview.engines.gemini.client import GeminiClient, Question
from interview.engines.gemini.prompts import block, line
from interview.evidence import normalised
from interview.redaction import Redactor

_TEMPERATURE = 0.6
_LONGEST = 1_200
_LONGEST_LEAD_IN = 240
_MAX_JOB_CHARS, _MAX_RESUME_CHARS = 20_000, 20_000
_ASKED_BEFORE = 8
_LEAST_WORDS = 3
"""Of a sentence that an answer rests on."""
_UNKNOWN = "I do not know that from the position's description; I note your question for the team."
_REASON = "Asked by the plan."


def ask(client: GeminiClient, request: AskRequest, *, redact: bool) -> Prompt:
    """The next words. Raises EngineFailure."""
    redactor = Redactor(request.private, on=redact)
    question = Question(
        purpose="ask",
        system=prompts.system("ask", *_system(request)),
        contents="\n\n".join([*_contents(request, redactor), "Write what is said next."]),
        temperature=_TEMPERATURE,
    )
    if request.kind == "question":
        return _around(request, client.ask(question, schemas.QuestionReply), redactor)
    if request.kind == "reply":
        return _reply(request, client.ask(question, schemas.AnswerReply), redactor)
    if request.kind == "resume_hint":
        return _resume_hint(request, client.ask(question, schemas.ResumeHintReply), redactor)
    said = client.ask(question, schemas.PromptReply)
    return _prompt(redactor, said.content, said.reasoning, said.follow_up_prompt)


def _system(request: AskRequest) -> Iterator[str]:
    """What the team set: persona, role, what is to be said, and what the question in hand is about."""
    persona = request.persona
    yield (
        f"Your name is {persona.name}. Probing style: {persona.probing_style}. Hint style: {persona.hint_style}. "
        f"Encouragement: {persona.encouragement}. These colour your words; they never change what is asked."
    )
    yield f"The role: {request.role_title}"
    yield f"# Now\n{prompts.spoken_task(request.kind, request.escalation)}"
    if request.kind in ("follow_up", "hint") and request.competency:
        yield f"The question is about: {request.competency.name}. {request.competency.description}"
        if still_open := _open(request):
            yield f"Least was said so far on: {still_open}. Steer there without naming it."
    if request.kind == "reply":
        yield f"# Facts\n{prompts.facts()}"
    if request.auto_send and request.kind == "follow_up":
        yield "The newest answer came straight from speech. If a passage is doubtful, ask what was meant by it instead."


def _open(request: AskRequest) -> str:
    """The criteria that have no level yet, else the lowest one."""
    scores = request.evaluation.criterion_scores if request.evaluation else ()
    bare = [score.criterion for score in scores if score.status != "assessed"]
    lowest = min(scores, key=lambda score: score.score).criterion if scores else ""
    return ", ".join(bare) or lowest


def _contents(request: AskRequest, redactor: Redactor) -> Iterator[str]:
    if request.asked:
        yield "Said by the interviewer before:"
        yield block("INTERVIEWER_WORDS", "\n".join(request.asked[-_ASKED_BEFORE:]), redactor)
    if request.question:
        yield "The planned question:"
        yield block("INTERVIEWER_WORDS", request.question.text, redactor)
    if request.exchanges:
        yield "The response so far:"
        yield prompts.exchanges(request.exchanges, redactor)
    if request.kind == "reply":
        yield block("JOB_DESCRIPTION", request.job_text[:_MAX_JOB_CHARS], redactor)
        yield "The candidate asks:"
        yield block("CANDIDATE_WORDS", prompts.own(request.candidate_words), redactor)
    if request.kind == "resume_hint":
        yield block("RESUME", _lines(request), redactor)
    if request.replies:
        yield "Hints and replies given before at this question:"
        yield block("INTERVIEWER_WORDS", "\n".join(request.replies), redactor)


def _lines(request: AskRequest) -> str:
    """The lines of the résumé that tell of something done; contacts and private matters are none."""
    return "\n".join(quotable(request.resume_text))[:_MAX_RESUME_CHARS]


def _around(request: AskRequest, said: schemas.QuestionReply, redactor: Redactor) -> Prompt:
    planned = request.question.text if request.question else ""
    lead_in = line(redactor.restore(said.lead_in), _LONGEST_LEAD_IN)
    # A second question, or the planned one in other words, would make interviews differ.
    content = planned if "?" in lead_in or planned in lead_in else f"{lead_in} {planned}".strip()
    return _prompt(redactor, content, said.reasoning or _REASON, said.follow_up_prompt)


def _reply(request: AskRequest, said: schemas.AnswerReply, redactor: Redactor) -> Prompt:
    quote, answer = redactor.restore(said.quote or ""), redactor.restore(said.answer or "")
    known = answer.strip() and _stands_in(quote, f"{request.job_text}\n{prompts.facts()}")
    words = line(answer, _LONGEST) if known else _UNKNOWN
    why = f"It rests on: “{line(quote, 300)}”" if known else "Nothing in the position's text says it."
    in_hand = request.exchanges[-1].prompt if request.exchanges and not request.exchanges[-1].answers else ""
    back = in_hand or (request.question.text if request.question else "Is there anything else?")
    return Prompt(content=f"{words} {back}", reasoning=f"The candidate asked something. {why} Not rated.")


def _resume_hint(request: AskRequest, said: schemas.ResumeHintReply, redactor: Redactor) -> Prompt:
    lines = [redactor.restore(quote).strip(' “”"') for quote in said.quotes]
    quoted = " ".join(f"Your résumé says: “{one}”." for one in lines if _stands_in(one, request.resume_text))
    words = line(redactor.restore(said.content), _LONGEST)
    return Prompt(content=f"{quoted} {words}".strip(), reasoning="Help from the candidate's own résumé, for practice.")


def _stands_in(quote: str, text: str) -> bool:
    words = normalised(quote)
    return len(words.split()) >= _LEAST_WORDS and f" {words} " in f" {normalised(text)} "


def _prompt(redactor: Redactor, content: str, reasoning: str, follow_up: str) -> Prompt:
    return Prompt(
        content=line(redactor.restore(content), _LONGEST),
        reasoning=line(redactor.restore(reasoning), 500),
        follow_up_prompt=line(redactor.restore(follow_up), 500),
    )
