"""The fairness tables as an audit under Local Law 144 publishes them: a row a category.

The columns are those of the examples in 6 RCNY § 5-301, with bounds, test and remark beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

from interview.exports import Table, score_rows_csv, tables_xlsx
from interview.fairness import FairnessReport
from interview.statistics.impact import NAMES, Dimension, Group, Kind, Part, RateTable

COLUMNS = (
    "table", "sex", "race_ethnicity", "applicants", "selected", "scored_above_median", "rate", "impact_ratio",
    "rate_low_95", "rate_high_95", "impact_ratio_low_95", "impact_ratio_high_95", "p_value", "note", "position",
    "completed_from", "made_at",
)  # fmt: skip
TITLES: Mapping[Kind, str] = {"selection": "Selection rate", "scoring": "Scoring rate"}
BY: Mapping[tuple[Dimension, ...], str] = {
    ("sex",): "by sex",
    ("race",): "by race or ethnicity",
    ("sex", "race"): "by sex and race or ethnicity",
}
PARTS: Mapping[Part, str] = {
    "compared": "",
    "under_2_percent": "Under 2 % of the data: not in the impact ratios",
    "under_5_people": "Fewer than 5 people: outcome not shown, not in the impact ratios",
    "withheld": "Outcome not shown, not in the impact ratios: it would tell that of fewer than 5 people",
}
UNKNOWN = "Unknown"
_COLUMN: Mapping[Dimension, str] = {"sex": "sex", "race": "race_ethnicity"}
_FIGURES = 4


def audit_rows(report: FairnessReport) -> list[dict[str, object]]:
    """A row per table and category with the columns `COLUMNS`; those who did not say have a row of their own."""
    whole = {
        "position": report.role_title or "All positions",
        "completed_from": report.began_at,
        "made_at": report.made_at,
    }
    return [row | whole for table in report.tables for row in _rows(table)]


def audit_csv(report: FairnessReport) -> str:
    return score_rows_csv(audit_rows(report), COLUMNS)


def audit_xlsx(report: FairnessReport) -> bytes:
    return tables_xlsx([Table("Impact ratios", COLUMNS, audit_rows(report))])


def audit_json(report: FairnessReport) -> str:
    """The whole report as JSON, names in snake_case as REST has them."""
    return report.model_dump_json(indent=2) + "\n"


def table_title(table: RateTable) -> str:
    """As in `Selection rate by sex`."""
    return f"{TITLES[table.kind]} {BY[table.by]}"


def remark(group: Group) -> str:
    """What is to be said of a category, in words."""
    if group.part != "compared":
        return PARTS[group.part]
    if group.highest:
        return "Highest rate"
    if group.impact_ratio is None:
        return "No ratio: nobody was selected, or scored above the median"
    said = ["Under four fifths"] if group.flagged else []
    if group.flagged or group.significant:
        said.append("unlikely to be chance alone" if group.significant else "may be chance")
    if group.small_sample:
        said.append("small sample")
    return "; ".join(said)[:1].upper() + "; ".join(said)[1:]


def _rows(table: RateTable) -> list[dict[str, object]]:
    rows = [_row(table, group) for group in table.groups]
    blank = dict.fromkeys(COLUMNS)
    unknown = {
        "table": table_title(table),
        **{_COLUMN[name]: UNKNOWN for name in table.by},
        "applicants": table.unknown,
        "note": "Did not say; in none of the calculations",
    }
    return [*rows, blank | unknown]


def _row(table: RateTable, group: Group) -> dict[str, object]:
    return {
        "table": table_title(table),
        "sex": NAMES["sex"].get(group.sex or ""),
        "race_ethnicity": NAMES["race"].get(group.race or ""),
        "applicants": group.n,
        "selected": group.positive if table.kind == "selection" else None,
        "scored_above_median": group.positive if table.kind == "scoring" else None,
        "rate": _figure(group.rate),
        "impact_ratio": _figure(group.impact_ratio),
        "rate_low_95": _figure(group.rate_low),
        "rate_high_95": _figure(group.rate_high),
        "impact_ratio_low_95": _figure(group.ratio_low),
        "impact_ratio_high_95": _figure(group.ratio_high),
        "p_value": _figure(group.p_value),
        "note": remark(group),
    }


def _figure(value: float | None) -> float | None:
    return None if value is None else round(value, _FIGURES)
