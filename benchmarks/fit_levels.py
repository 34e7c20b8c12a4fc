"""Fits the embedded engine's level map on answers that the team wrote and rated, and says how good it is.

    python benchmarks/fit_levels.py [--write] [--short-answers CSV]

Every figure printed is cross-validated: an answer's level comes from a fit that saw no answer of its role (or, for the
short answers, of its question). `--short-answers` adds a public set of graded short answers (columns q, ref, ans, score
0-1) to the content family, where it weighs as much as the team's own. `--write` replaces `levels.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import cohen_kappa_score

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from interview.engines import EvaluationRequest, Exchange  # noqa: E402
from interview.engines.embedded import levels  # noqa: E402
from interview.engines.embedded.hearing import Heard, hear, measured_for  # noqa: E402
from interview.engines.embedded.measuring import Measured, Source  # noqa: E402
from interview.engines.embedded.text import sentences  # noqa: E402
from interview.models import Anchors, Competency, Criterion, TranscriptEntry  # noqa: E402

RATED = ROOT / "benchmarks" / "data" / "rated_answers.jsonl"
LEVELS = ROOT / "interview" / "engines" / "embedded" / "levels.json"
SHARES = {"story": (0.0, 0.5, 0.6, 0.65, 0.7, 1.0), "content": (0.0, 0.1, 0.2)}
CHOSEN = {"story": 0.65, "content": 0.1}
SPREAD = 0.5
"""Share of the quantile map in the level map: a regression alone pulls a true 5 and a true 1 towards the middle."""
KNOTS = 9
NOT_FITTED = frozenset({"vivid_bad"})
"""A vivid story of bad behaviour cannot be told from a good one by these signals; it is measured, not fitted."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One answer for one criterion, in one variant of the criterion's texts."""

    group: str
    kind: str
    variant: str
    human: float
    words: int
    family: levels.Family
    measured: Measured
    weight: float = 1.0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="replace levels.json")
    parser.add_argument("--short-answers", type=Path, help="CSV with columns q, ref, ans, score")
    options = parser.parse_args()
    rows = team_rows()
    extra = short_answer_rows(options.short_answers) if options.short_answers else []
    fits: dict[str, dict[str, object]] = {}
    for family in ("story", "content"):
        own = [row for row in rows if row.family == family]
        more = balanced(extra, sum(row.weight for row in own)) if family == "content" else []
        for share in SHARES[family]:
            report(f"{family}, behaviour {share:.2f}", own, more, share)
        fits[family] = fit([*own, *more], CHOSEN[family]).model_dump(mode="json")
    if options.write:
        LEVELS.write_text(json.dumps(fits, indent=1, default=float) + "\n", encoding="utf-8")


# --- the rows ---------------------------------------------------------------------------------------------------------


def team_rows() -> list[Row]:
    rows: list[Row] = []
    for line in RATED.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        for raw in item["criteria"]:
            criterion = Criterion.model_validate({**raw, "name": raw["criterion"]})
            made = variants(criterion)
            for name, variant in made.items():
                found = heard_for(item["question"], item["answer"], variant)
                if found is not None:
                    rows.append(
                        Row(
                            group=item["role"],
                            kind=item["kind"],
                            variant=name,
                            human=item["human"][criterion.name],
                            words=len(item["answer"].split()),
                            family=found.family,
                            measured=measured_for(found, variant),
                            weight=1 / len(made),
                        )
                    )
    return rows


def short_answer_rows(path: Path) -> list[Row]:
    rows: list[Row] = []
    with path.open(encoding="utf-8", newline="") as file:
        for item in csv.DictReader(file):
            points = tuple(span.text for span in sentences(item["ref"]))[:12]
            for name, criterion in (
                ("points", Criterion(name="Content", weight=1, expected_points=points)),
                ("anchor", Criterion(name="Content", weight=1, anchors=Anchors(five=item["ref"][:2000]))),
            ):
                found = heard_for(item["q"], item["ans"], criterion)
                if found is not None and found.family == "content":
                    rows.append(
                        Row(
                            group=f"short: {item['q']}",
                            kind="short",
                            variant=name,
                            human=1 + 4 * float(item["score"]),
                            words=len(item["ans"].split()),
                            family=found.family,
                            measured=measured_for(found, criterion),
                        )
                    )
    return rows


def heard_for(question: str, answer: str, criterion: Criterion) -> Heard | None:
    """The answer as it is rated; None for one that is empty or a list of keywords, which no map rates."""
    entry = TranscriptEntry(entry_id=1, role="candidate", text=answer)
    competency = Competency(name="Rated", criteria=(criterion,))
    exchange = Exchange(prompt=question, answers=(entry,))
    heard = hear(EvaluationRequest(role_title="", competency=competency, exchanges=(exchange,)))
    return heard if heard.cleaned.pieces and not heard.mere_list else None


def variants(criterion: Criterion) -> dict[str, Criterion]:
    """The criterion as it is and with its anchors or points taken away: a rubric may come in any of these ways."""
    points, anchored = bool(criterion.expected_points), bool(criterion.anchors.five)
    made = {"full": criterion}
    if points and anchored:
        made["points"] = criterion.model_copy(update={"anchors": Anchors()})
        made["anchor"] = criterion.model_copy(update={"expected_points": ()})
    return made


def balanced(rows: Sequence[Row], total: float) -> list[Row]:
    return [replace(row, weight=total / len(rows)) for row in rows]


# --- the fit ----------------------------------------------------------------------------------------------------------


def fit(rows: Sequence[Row], share: float) -> levels.Fit:
    """Scales, then the map from the mixed standard score to the level."""
    used = [row for row in rows if row.kind not in NOT_FITTED]
    weights = np.array([row.weight for row in used])
    sources: dict[Source, list[dict[str, float]]] = {}
    for source in ("points", "anchor", "description"):
        values = [(list(row.measured.overlaps[source]), row.weight) for row in used if source in row.measured.overlaps]
        if values:
            table, weighed = np.array([value for value, _ in values]), np.array([weight for _, weight in values])
            sources[source] = [scale_of(table[:, column], weighed) for column in range(table.shape[1])]
    sources.setdefault("description", sources.get("points") or sources["anchor"])
    draft = levels.Fit.model_validate(
        {
            "sources": sources,
            "similarity": {"mean": 0, "sd": 1},
            "behaviour": scale_of(np.array([row.measured.behaviour for row in used]), weights),
            "behaviour_share": share,
            "knots": [(0, 1), (1, 5)],
        }
    )
    similar = np.array([levels.standard_scores(row.measured, draft, bounded=False)[0] for row in used])
    scaled = draft.model_copy(update={"similarity": levels.Scale.model_validate(scale_of(similar, weights))})
    mixed = np.array([levels.mixed_score(row.measured, scaled) for row in used])
    human = np.array([row.human for row in used])
    return scaled.model_copy(update={"knots": knots(mixed, human, weights)})


def scale_of(values: Array, weights: Array) -> dict[str, float]:
    mean = float(np.average(values, weights=weights))
    deviation = float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
    return {"mean": round(mean, 4), "sd": round(max(deviation, 1e-3), 4)}


def knots(mixed: Array, human: Array, weights: Array) -> tuple[tuple[float, float], ...]:
    """The rising map at a few quantiles: half an isotonic regression, half the map that keeps the ratings' spread."""
    order = np.argsort(mixed)
    shares = np.cumsum(weights[order]) / weights.sum()
    at = np.interp(np.linspace(0.02, 0.98, KNOTS), shares, mixed[order])
    regression = IsotonicRegression(y_min=1, y_max=5, out_of_bounds="clip").fit(mixed, human, sample_weight=weights)
    ranked = np.argsort(human)
    spread = np.interp(np.interp(at, mixed[order], shares), np.cumsum(weights[ranked]) / weights.sum(), human[ranked])
    smooth = np.array([regression.predict(np.linspace(x - 0.15, x + 0.15, 7)).mean() for x in at])
    level = np.maximum.accumulate((1 - SPREAD) * smooth + SPREAD * spread)
    return tuple((round(float(x), 3), round(float(y), 3)) for x, y in zip(at, level, strict=True))


# --- how good it is ---------------------------------------------------------------------------------------------------


def report(title: str, own: Sequence[Row], more: Sequence[Row], share: float) -> None:
    """Prints cross-validated figures, with length-only and constant baselines beside them."""
    rows = [*own, *more]
    ours = held_out(rows, lambda train, test: by_fit(train, test, share))
    length = held_out(rows, by_length)
    constant = held_out(rows, by_mean)
    say(title)
    parts: list[tuple[str, Callable[[Row], bool]]] = [
        ("team, texts as given", lambda row: row.kind != "short" and row.variant == "full"),
        ("team, points or anchors only", lambda row: row.kind != "short" and row.variant != "full"),
        ("vivid stories of bad behaviour", lambda row: row.kind in NOT_FITTED),
        ("short answers", lambda row: row.kind == "short"),
    ]
    for name, belongs in parts:
        chosen = np.array([belongs(row) and (row.kind not in NOT_FITTED or "vivid" in name) for row in rows])
        if chosen.any():
            human = np.array([row.human for row in rows])[chosen]
            say(f"  {name}, n = {chosen.sum()}")
            for label, levels_ in (("ours", ours), ("length", length), ("constant", constant)):
                say(f"    {label:9s} {figures(levels_[chosen], human)}")


def held_out(rows: Sequence[Row], predict: Callable[[Sequence[Row], Sequence[Row]], Iterable[float]]) -> Array:
    found = np.zeros(len(rows))
    for group in sorted({row.group for row in rows}):
        train = [row for row in rows if row.group != group]
        places = [at for at, row in enumerate(rows) if row.group == group]
        found[places] = list(predict(train, [rows[at] for at in places]))
    return found


def by_fit(train: Sequence[Row], test: Sequence[Row], share: float) -> Iterable[float]:
    fitted = fit(train, share)
    return [levels.settled(row.measured, row.family, fitted) for row in test]


def by_mean(train: Sequence[Row], test: Sequence[Row]) -> Iterable[float]:
    mean = float(np.average([row.human for row in train], weights=[row.weight for row in train]))
    return [mean] * len(test)


def by_length(train: Sequence[Row], test: Sequence[Row]) -> Iterable[float]:
    regression = IsotonicRegression(out_of_bounds="clip").fit(
        [row.words for row in train], [row.human for row in train], sample_weight=[row.weight for row in train]
    )
    return [float(value) for value in regression.predict([row.words for row in test])]


def figures(found: Array, human: Array) -> str:
    varied = np.ptp(found) > 0 and np.ptp(human) > 0
    rank = float(spearmanr(found, human)[0]) if varied else float("nan")
    kappa = (
        cohen_kappa_score(np.rint(human).astype(int), np.rint(found).astype(int), weights="quadratic") if varied else 0
    )
    bias = float(np.mean(found - human))
    return f"Spearman {rank:5.2f}  kappa {kappa:5.2f}  MAE {np.abs(found - human).mean():.2f}  bias {bias:+.2f}"


if __name__ == "__main__":
    main()
