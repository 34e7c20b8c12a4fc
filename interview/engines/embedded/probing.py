"""What to ask about next: the criterion with the least evidence, and the side of it that the answer says least about.

An expected point is never asked for in its own words: it is matched to an aspect, whose open question is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from interview.engines import AskRequest
from interview.engines.embedded.phrases import Aspect, load, lower_first
from interview.engines.embedded.text import stems
from interview.models import Criterion, Escalation, Model

NEXT: dict[Escalation, Escalation] = {
    "broad": "how", "how": "why", "why": "challenge", "challenge": "edge", "edge": "how", "hint": "how",
}  # fmt: skip
"""The escalation to think of after each."""


class Angle(Model):
    """What to ask about next: the criterion that lacks evidence, the side of it, and the question."""

    criterion: str
    aspect: str
    question: str


def angles(request: AskRequest, said: list[str], escalation: Escalation | None = None) -> Iterator[Angle]:
    """Angles new to this session, at this escalation and then at the others; never empty.

    A side that this response was asked about already comes last.
    """
    first = "how" if request.escalation == "broad" else request.escalation
    steps: list[Escalation] = [escalation or first, "how", "why", "challenge", "edge"]
    new = [angle for step in steps for angle in _at(request, step) if not _asked(angle.question, said)]
    here = since_question(request)
    tried = {angle.aspect for step in steps for angle in _at(request, step) if _asked(angle.question, here)}
    yield from (angle for angle in new if angle.aspect not in tried)
    yield from new
    yield Angle(criterion="", aspect="the answer as a whole", question="What else belongs to it?")


def _asked(question: str, prompts: list[str]) -> bool:
    return any(question in prompt or lower_first(question) in prompt for prompt in prompts)


def since_question(request: AskRequest) -> list[str]:
    """The prompts of this response: from the planned question on."""
    asked, text = list(request.asked), question_text(request)
    place = max((n for n, prompt in enumerate(asked) if text in prompt), default=len(asked))
    return [*asked[place:], *(exchange.prompt for exchange in request.exchanges)]


def _at(request: AskRequest, escalation: Escalation) -> Iterator[Angle]:
    """What could be asked, the criterion with the least evidence first, and in it what the answer says least about."""
    made_up = bool(request.question and request.question.style == "situational")
    answered = set(stems(" ".join(exchange.answer_text for exchange in request.exchanges)))
    for criterion in by_evidence(request):
        points = criterion.expected_points or (criterion.description,)
        for aspect in _sides(sorted(points, key=lambda point: _covered(point, answered)), criterion):
            probes = aspect.would if made_up else aspect.past
            yield Angle(criterion=criterion.name, aspect=f"the side “{aspect.name}”", question=probes.at(escalation))
        topic = load().topic.would if made_up else load().topic.past
        question = topic.at(escalation).format(name=_as_topic(criterion.name))
        yield Angle(criterion=criterion.name, aspect=f"“{criterion.name}” by its name", question=question)


def _as_topic(name: str) -> str:
    """A criterion's name as it stands inside a sentence: "comparing designs", "the clear message", "your own part"."""
    first, topic = name.split()[0].lower(), lower_first(name)
    if first.endswith("ing") and first not in {"lasting", "fitting", "working"}:
        return topic
    return f"your {topic}" if first == "own" else topic if first in {"the", "a", "an"} else f"the {topic}"


def by_evidence(request: AskRequest) -> list[Criterion]:
    """The competency's criteria, those without evidence first, then the lowest, the weightier before the lighter."""
    scores = {one.criterion: one for one in (request.evaluation.criterion_scores if request.evaluation else ())}

    def standing(criterion: Criterion) -> tuple[float, float]:
        score = scores.get(criterion.name)
        return (score.score if score and score.status == "assessed" else 0.0, -criterion.weight)

    return sorted(request.competency.criteria if request.competency else (), key=standing)


def _sides(points: list[str], criterion: Criterion) -> list[Aspect]:
    """The aspects that these points belong to, in the points' order, each once."""
    around = set(stems(f"{criterion.name} {criterion.description}"))
    found: list[Aspect] = []
    for point in points:
        own = set(stems(point))
        worth = {n: 2 * len(own & _aspect_stems(n)) + len(around & _aspect_stems(n)) for n in range(len(load().aspect))}
        best = max(worth, key=lambda n: worth[n])
        if worth[best] >= 2 and load().aspect[best] not in found:
            found.append(load().aspect[best])
    return found


@lru_cache(maxsize=64)
def _aspect_stems(number: int) -> frozenset[str]:
    return frozenset(stems(load().aspect[number].words))


def _covered(point: str, answered: set[str]) -> float:
    own = set(stems(point))
    return len(own & answered) / len(own) if own else 0.0


# --- what was said ----------------------------------------------------------------------------------------------------


def newest_answer(request: AskRequest) -> str:
    """The candidate's words since the last prompt."""
    newest = request.exchanges[-1].answers if request.exchanges else ()
    return " ".join(entry.text for entry in newest)


def said_in(request: AskRequest) -> list[str]:
    """Every prompt of the session so far that the request tells of."""
    return [*request.asked, *(exchange.prompt for exchange in request.exchanges)]


def last_prompt(request: AskRequest) -> str:
    said = said_in(request)
    return said[-1] if said else ""


def question_text(request: AskRequest) -> str:
    return request.question.text if request.question else ""
