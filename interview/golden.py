"""The golden-set tool: how well does an engine agree with a team's own ratings?

An item is one JSON object a line: `id`, `question`, `answer` and `criteria`, each with `criterion` and, as far as there
are any, `description`, `weight`, `anchors` ("1", "3", "5") and `expected_points`. With ratings it also has `human`: one
level for the whole answer, or an object from criterion to level. Agreement is reported beside two baselines, the
answer's length alone and the same level for everybody: an engine that does not beat them has measured nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from interview.engines import EvaluationRequest, Exchange, InterviewEngine
from interview.errors import InvalidPayload
from interview.models import MAX_ANSWER_CHARS, Anchors, Competency, Criterion, Evaluation, TranscriptEntry

MAX_LINE_BYTES = 1_000_000
MAX_CRITERIA = 8

Level = Annotated[float, Field(ge=0, le=5)]


class _Criterion(BaseModel):
    model_config = ConfigDict(extra="ignore")
    criterion: str = Field(min_length=1, max_length=120)
    description: Annotated[str, BeforeValidator(lambda value: value or "")] = Field("", max_length=2_000)
    weight: float = Field(1, gt=0, le=100)
    anchors: Annotated[Anchors, BeforeValidator(lambda value: _without_empty(value))] = Anchors()
    expected_points: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = Field((), max_length=12)


class GoldenItem(BaseModel):
    """One line of a golden set."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    id: str
    question: str = Field("", max_length=4_000)
    answer: str = Field("", max_length=MAX_ANSWER_CHARS)
    criteria: tuple[_Criterion, ...] = Field(min_length=1, max_length=MAX_CRITERIA)
    human: Level | dict[str, Level] | None = None

    def request(self) -> EvaluationRequest:
        criteria = tuple(
            Criterion(
                name=raw.criterion,
                description=raw.description,
                weight=raw.weight,
                anchors=raw.anchors,
                expected_points=raw.expected_points,
            )
            for raw in self.criteria
        )
        entry = TranscriptEntry(entry_id=1, role="candidate", text=self.answer)
        exchange = Exchange(prompt=self.question, answers=(entry,) if self.answer.strip() else ())
        return EvaluationRequest(
            role_title="", competency=Competency(name="Golden set", criteria=criteria), exchanges=(exchange,)
        )


@dataclass(frozen=True)
class GoldenResult:
    """An item with what the engine made of it."""

    item: GoldenItem
    evaluation: Evaluation

    def line(self) -> str:
        """The contract's evaluation in camelCase, its `id` first, as one line of JSON."""
        body = self.evaluation.model_dump(mode="json", by_alias=True)
        return json.dumps({"id": self.item.id, **body}, ensure_ascii=False)

    def pairs(self) -> list[tuple[float, float]]:
        """`(ours, human)` for the whole answer, or for each criterion that a person rated; 0 stands for no score."""
        human = self.item.human
        if human is None:
            return []
        if isinstance(human, dict):
            ours = {score.criterion: score.score for score in self.evaluation.criterion_scores}
            return [(ours[name], level) for name, level in human.items() if name in ours]
        return [(self.evaluation.total_score, human)]


@dataclass(frozen=True)
class Fit:
    """Agreement of one set of levels with the human ones; None where it is not defined, as for a constant."""

    name: str
    spearman: float | None
    kappa: float | None
    mae: float


@dataclass(frozen=True)
class Agreement:
    """How `n` ratings agree: ours first, then the baselines; `unscored` of ours had no evidence and count as 1."""

    n: int
    unscored: int
    fits: tuple[Fit, ...]


def evaluate_items(lines: Iterable[str], engine: InterviewEngine) -> Iterator[GoldenResult]:
    """Evaluates items one by one as they are read; blank lines are skipped.

    Raises InvalidPayload, naming the line, for one that is too long, not JSON, or not an item.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            item = _item(line, number)
            yield GoldenResult(item, engine.evaluate(item.request()))


def agreement(results: Iterable[GoldenResult]) -> Agreement:
    """Agreement over all human ratings in the results; InvalidPayload where there are fewer than two."""
    import numpy as np

    rated = [(ours, human, len(result.item.answer.split())) for result in results for ours, human in result.pairs()]
    if len(rated) < 2:
        raise InvalidPayload("Agreement needs at least two human ratings: add `human` to the items.")
    ours, human, words = (np.array(column, dtype=float) for column in zip(*rated, strict=True))
    held_out = (human.sum() - human) / (len(human) - 1)
    fits = (
        _fit("engine", np.maximum(ours, 1), human),
        _fit("length only", _by_length(words, human), human, ranked_by=words),
        _fit("constant", held_out, human, ranked_by=np.ones_like(human)),
    )
    return Agreement(n=len(rated), unscored=int((ours == 0).sum()), fits=fits)


def agreement_table(found: Agreement) -> str:
    """The agreement as a small table for people."""
    rows = [f"{'':12s} {'Spearman':>8s} {'kappa':>8s} {'MAE':>8s}"]
    rows += [f"{fit.name:12s} {_cell(fit.spearman)} {_cell(fit.kappa)} {_cell(fit.mae)}" for fit in found.fits]
    notes = [f"{found.n} human ratings. Kappa: quadratic, rounded levels.", "Baselines leave the rated answer out."]
    if found.unscored:
        notes.append(f"{found.unscored} had no evidence and no score: counted as level 1.")
    return "\n".join([*rows, *notes])


def _item(line: str, number: int) -> GoldenItem:
    if len(line.encode()) > MAX_LINE_BYTES:
        raise InvalidPayload(f"Line {number} is longer than {MAX_LINE_BYTES:,} bytes.")
    try:
        return GoldenItem.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise InvalidPayload(f"Line {number} is not JSON: {error.msg} at character {error.pos + 1}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the item"
        raise InvalidPayload(f"Line {number}: {place}: {first['msg']}.") from None


def _without_empty(value: Any) -> Any:
    """Anchors may be missing, null, or null one by one."""
    if isinstance(value, dict):
        return {level: text for level, text in value.items() if text}
    return value or {}


def _fit(name: str, levels: Any, human: Any, *, ranked_by: Any = None) -> Fit:
    import numpy as np
    from scipy.stats import spearmanr
    from sklearn.metrics import cohen_kappa_score

    ranks = levels if ranked_by is None else ranked_by
    varied = np.ptp(ranks) > 0 and np.ptp(human) > 0
    return Fit(
        name=name,
        spearman=float(spearmanr(ranks, human)[0]) if varied else None,
        kappa=float(cohen_kappa_score(_rounded(human), _rounded(levels), weights="quadratic")) if varied else None,
        mae=float(np.abs(levels - human).mean()),
    )


def _by_length(words: Any, human: Any) -> Any:
    """Levels from a straight line on the logarithm of the length, each from a fit that left its answer out."""
    import numpy as np

    x = np.log1p(words)
    found = np.empty_like(human)
    for at in range(len(human)):
        kept = np.arange(len(human)) != at
        spread = float(((x[kept] - x[kept].mean()) ** 2).sum())
        slope = float(((x[kept] - x[kept].mean()) * human[kept]).sum()) / spread if spread > 0 else 0.0
        found[at] = human[kept].mean() + slope * (x[at] - x[kept].mean())
    return np.clip(found, 1, 5)


def _rounded(levels: Sequence[float]) -> list[int]:
    import numpy as np

    return [int(level) for level in np.floor(np.asarray(levels) + 0.5)]


def _cell(value: float | None) -> str:
    return f"{'–':>8s}" if value is None else f"{value:8.2f}"
