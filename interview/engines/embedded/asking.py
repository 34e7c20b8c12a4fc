"""The embedded interviewer's words: planned questions as they stand, and what is said around and after them.

The wording is data (`phrases.toml`), the choice is by rule: a follow-up quotes the candidate and asks about the side of
their answer that has the least evidence. The same request always gives the same prompt.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from interview.engines import AskRequest, Prompt, PromptKind
from interview.engines.embedded import bank
from interview.engines.embedded.hinting import hint, resume_hint
from interview.engines.embedded.phrases import (
    checksum,
    frame_of,
    in_other_words,
    load,
    lower_first,
    pick,
    style_of,
    thanks_of,
    upper_first,
    was_said,
)  # fmt: skip
from interview.engines.embedded.probing import (
    NEXT,
    Angle,
    angles,
    last_prompt,
    newest_answer,
    question_text,
    said_in,
    since_question,
)  # fmt: skip
from interview.engines.embedded.quoting import clause_to_quote, doubtful_passage
from interview.engines.embedded.text import sentences, stems, words
from interview.models import Escalation
from interview.moves import is_stuck, recognise

_ABOUT_ME = re.compile(r"\bare you (?:\w+ ){0,3}(?:ai|robot|bot|human|person|machine|computer)\b", re.IGNORECASE)
_LONGEST_QUOTE = 300
"""Characters of the job description that a reply reads out."""
_TOO_SHORT = 8
"""Words below which an answer that cannot be quoted says nothing whose reasons could be asked for."""
_WRAPPED = 60
"""Characters from which a line that the next one goes on is a broken one, not a heading."""


def ask(request: AskRequest) -> Prompt:
    """The interviewer's next words, why these, and what would come next if the answer stays thin."""
    if request.kind == "follow_up" and request.escalation == "hint":
        return hint(request)
    return _KINDS[request.kind](request)


# --- opening and closing ----------------------------------------------------------------------------------------------


def _warmup(request: AskRequest) -> Prompt:
    frame, seed = frame_of(request.persona), request.role_title
    if request.asked:
        parts = [frame.back, pick(frame.reopening, seed, request.asked)]
    else:
        parts = [pick(frame.greeting, seed), pick(frame.rules, seed), pick(frame.opening, seed)]
    return Prompt(
        content=" ".join(parts).format(name=request.persona.name, role=request.role_title),
        reasoning="Opens the interview, says how it goes, and asks one easy question; not rated.",
        follow_up_prompt="Which part of that would help you most in this role?",
    )


def _wrapup(request: AskRequest) -> Prompt:
    return Prompt(
        content=pick(frame_of(request.persona).wrapup, request.role_title, request.asked),
        reasoning="Gives the candidate the last word; not rated.",
    )


def _closing(request: AskRequest) -> Prompt:
    return Prompt(
        content=pick(frame_of(request.persona).closing, request.role_title),
        reasoning="Ends the interview: says who decides, promises nothing, judges nothing.",
    )


# --- planned questions ------------------------------------------------------------------------------------------------


def _question(request: AskRequest) -> Prompt:
    text = request.question.text if request.question else ""
    angle = next(angles(request, said_in(request)), None)
    named = f" for {request.competency.name}" if request.competency else ""
    return Prompt(
        content=f"{_transition(request)} {text}".strip(),
        reasoning=f"The next planned question{named}, asked in the same words of every candidate.",
        follow_up_prompt=angle.question if angle else "",
    )


def _transition(request: AskRequest) -> str:
    """A sentence or two between the last answer and the question, not heard before in this session; "" at the start."""
    if not request.asked:
        return ""
    said, seed, forms = said_in(request), f"{newest_answer(request)}|{len(request.asked)}", load().transition
    quote = clause_to_quote(newest_answer(request), last_prompt(request), said)
    topic = lower_first(request.competency.name) if request.competency else ""
    pools = [forms.plain if _said_something(request) else forms.after_nothing]
    if topic and _is_new_topic(request, said):
        pools.insert(checksum(seed) % 2, forms.topic)
    if quote and checksum(seed) % 3 != 0:
        pools.insert(0, forms.quoted)
    chosen = (pick(pool, seed, said) for pool in [*pools, forms.plain])
    template = next((one for one in chosen if not was_said(one, said)), "")
    return template.format(q=quote, competency=topic)


def _is_new_topic(request: AskRequest, said: list[str]) -> bool:
    """Whether no question on this competency was asked before; False where its questions are not known."""
    known = bank.find(request.competency.name) if request.competency else None
    return known is not None and not any(was_said(one.text, said) for one in known.questions)


def _said_something(request: AskRequest) -> bool:
    answer = newest_answer(request)
    return bool(answer.strip()) and recognise(answer) == "answer" and not is_stuck(answer)


# --- follow-ups -------------------------------------------------------------------------------------------------------


def _follow_up(request: AskRequest) -> Prompt:
    if request.auto_send and (clarifying := _clarifying(request)):
        return clarifying
    said = said_in(request)
    angle = next(angles(request, said))
    quote = clause_to_quote(newest_answer(request), question_text(request), said, angle.criterion)
    bare = not quote and len(words(newest_answer(request))) < _TOO_SHORT and request.escalation != "how"
    if bare:
        angle = next(angles(request, said, "how"))
    after = next(angles(request, [*said, angle.question], NEXT[request.escalation]))
    return Prompt(
        content=_put(request, angle, quote),
        reasoning=_why(request, angle) + (" Put as “how”: so short an answer gives nothing to ask on." if bare else ""),
        follow_up_prompt=after.question,
    )


def _put(request: AskRequest, angle: Angle, quote: str) -> str:
    style, said = style_of(request.persona), said_in(request)
    seed = f"{newest_answer(request)}|{len(request.asked)}"
    opening = pick(style.quote if quote else style.bare, seed, said).format(q=quote)
    question = pick(style.ask, seed, said).format(q=lower_first(angle.question), Q=angle.question)
    thanks = thanks_of(request.persona)
    left = [one for one in thanks if not was_said(one, said)]
    warm = [pick(left, seed)] if left and quote and len(request.asked) % 2 else []
    return " ".join([*warm, opening, question])


def _why(request: AskRequest, angle: Angle) -> str:
    scores = request.evaluation.criterion_scores if request.evaluation else ()
    score = next((one for one in scores if one.criterion == angle.criterion), None)
    standing = f"stands at {score.score:.1f}" if score and score.status == "assessed" else "has no evidence yet"
    about = f"“{angle.criterion}” {standing}" if angle.criterion else "The answer is thin"
    return f"{upper_first(request.escalation)} follow-up: {about}; asks about {angle.aspect}."


def _clarifying(request: AskRequest) -> Prompt | None:
    """A question about a passage that speech recognition probably got wrong; None if all is clear or asked."""
    other, here = load().other, since_question(request)
    passage = doubtful_passage(newest_answer(request))
    if passage is None or any(was_said(one, here) for one in (*other.clarify, *other.clarify_bare)):
        return None
    template = pick(other.clarify if passage else other.clarify_bare, newest_answer(request), said_in(request))
    return Prompt(
        content=template.format(q=passage),
        reasoning="The answer came from speech and part of it looks misheard; asked before anything is made of it.",
        follow_up_prompt=next(angles(request, said_in(request))).question,
    )


# --- help -------------------------------------------------------------------------------------------------------------


def _rephrase(request: AskRequest) -> Prompt:
    said = said_in(request)
    content = _follow_up_in_other_words(request, said)
    if not content:
        planned = request.question
        content = in_other_words(planned, request.competency, said) if planned else last_prompt(request)
    return Prompt(
        content=content or "Please say anything you would like to add.",
        reasoning="The candidate asked for other words; the meaning of the question is kept. Not rated.",
    )


def _follow_up_in_other_words(request: AskRequest, said: list[str]) -> str:
    """Another question about the side that the follow-up in hand asks about; "" where no follow-up is in hand."""
    prompt = _follow_up_in_hand(request)
    steps: list[Escalation] = ["how", "why", "challenge", "edge"]
    for probes in [probes for aspect in load().aspect for probes in (aspect.past, aspect.would)]:
        same_side = [probes.at(step) for step in steps]
        if any(lower_first(question) in prompt or question in prompt for question in same_side):
            other = next((question for question in same_side if not was_said(question, said)), "")
            return f"{pick(load().other.simple, prompt, said)} {lower_first(other)}" if other else ""
    return ""


def _follow_up_in_hand(request: AskRequest) -> str:
    """The follow-up that waits for an answer, without its thanks; "" where the planned question or a hint does."""
    if len(request.exchanges) < 2 or request.exchanges[-1].answers:
        return ""
    prompt = request.exchanges[-1].prompt
    if any(close in prompt for style in load().hint_style.values() for close in style.close):
        return ""
    thanks = next((one for one in thanks_of(request.persona) if prompt.startswith(one)), "")
    return prompt.removeprefix(thanks).strip()


def _reply(request: AskRequest) -> Prompt:
    other, said = load().other, said_in(request)
    found = _answer_in(request.job_text, request.candidate_words)
    if re.search(
        r"\b(?:are|am) (?:you|i) (?:\w+ ){0,3}(?:ai|robot|bot|human|person|machine|computer)\b",
        request.candidate_words.lower(),
    ):
        answer, rule = other.person, "says what the interviewer is"
    elif re.search(r"\bwhy (?:do|are) you (?:ask|want|need)", request.candidate_words.lower()):
        answer, rule = other.purpose, "says what the question is for"
    elif found:
        answer, rule = (
            pick(other.known, request.candidate_words, said).format(q=found),
            "read out from the job description",
        )
    else:
        answer, rule = (
            pick(other.unknown, request.candidate_words),
            "the job description does not say; noted for the team",
        )
    back = pick(frame_of(request.persona).back_to, request.candidate_words, said)
    asked = _follow_up_in_hand(request) or question_text(request)
    question = f"{back} {asked}" if asked else "Is there anything else?"
    return Prompt(content=f"{answer} {question}", reasoning=f"The candidate asked something: {rule}. Not rated.")


def _answer_in(job_text: str, asked: str) -> str:
    """The sentence of the job text that answers the candidate, or "" where none plainly does.

    A known subject is answered only by a sentence that speaks of it; for any other, a sentence must share most of what
    is asked about and lie near it (limits set by eye on some forty questions to four job descriptions).
    """
    from interview.engines.embedded.vectors import embed

    lines = [line for line in _sentences_of(job_text) if len(line) <= _LONGEST_QUOTE]
    if not lines:
        return ""
    near = {line: float(row) for line, row in zip(lines, embed(lines) @ embed([asked])[0], strict=True)}
    subjects = [one for one in load().subject if re.search(one.asks, asked, re.IGNORECASE)]
    if subjects:
        fit = [line for line in lines if any(re.search(one.says, line, re.IGNORECASE) for one in subjects)]
    else:
        wanted = {stem for word in words(asked) if word not in load().words.asking.split() for stem in stems(word)}
        fit = [line for line in lines if near[line] >= 0.3 and len(wanted & set(stems(line))) > len(wanted) / 2]
    return max(fit, key=lambda line: near[line], default="")


def _sentences_of(job_text: str) -> list[str]:
    """The sentences of a job description, lines broken in mid-sentence made whole, headings left out."""
    whole = ""
    for before, line in pairwise(["", *job_text[:20_000].splitlines()]):
        wrapped = len(before) >= _WRAPPED and re.match(r"\s*[\w(]", line)
        whole += f" {line}" if wrapped else f"\n\n{line}"
    found = [span.text.strip(" -*•\t\n") for span in sentences(whole)]
    return [line for line in found if len(words(line)) > 2 and not line.startswith("#")]


_KINDS: dict[PromptKind, Callable[[AskRequest], Prompt]] = {
    "warmup": _warmup, "question": _question, "follow_up": _follow_up, "hint": hint,
    "rephrase": _rephrase, "resume_hint": resume_hint, "reply": _reply, "wrapup": _wrapup, "closing": _closing,
}  # fmt: skip
