"""Selection and scoring rates, impact ratios and their flags, against figures computed by hand."""

from __future__ import annotations

import csv
import io
import json

import pytest
from builders import House
from openpyxl import load_workbook
from page_tests import person

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest
from interview.demographics import SelfReport
from interview.errors import Forbidden, InvalidPayload, NotFound
from interview.fairness import FairnessReport
from interview.records import InterviewRecord
from interview.statistics.audit_layout import COLUMNS, audit_csv, audit_json, audit_rows, audit_xlsx, remark
from interview.statistics.impact import Group, Person, RateTable, rate_tables

pytestmark = pytest.mark.house(probes=0)

Cell = tuple[str | None, str | None, int, int]
"""Sex, race, people, selected."""


def crowd(*cells: Cell) -> list[Person]:
    return [
        Person(sex=sex, race=race, positive=number < selected)
        for sex, race, n, selected in cells
        for number in range(n)
    ]


def table(people: list[Person], *by: str) -> RateTable:
    return next(one for one in rate_tables("selection", people) if one.by == by)


def by_sex(people: list[Person]) -> dict[str | None, Group]:
    return {group.sex: group for group in table(people, "sex").groups}


RULE = (
    ("male", "hispanic_or_latino", 205, 90),
    ("female", "hispanic_or_latino", 190, 82),
    ("male", "white", 412, 215),
    ("female", "white", 385, 197),
    ("male", "black_or_african_american", 226, 95),
    ("female", "black_or_african_american", 164, 75),
    ("male", "native_hawaiian_or_pacific_islander", 87, 37),
    ("female", "native_hawaiian_or_pacific_islander", 32, 15),
    ("male", "asian", 321, 167),
    ("female", "asian", 295, 135),
    ("male", "native_american_or_alaska_native", 24, 11),
    ("female", "native_american_or_alaska_native", 17, 7),
    ("male", "two_or_more_races", 115, 52),
    ("female", "two_or_more_races", 98, 44),
)
"""People in every category that the law names, as many as an audit over several employers may have."""


def test_ratios_of_a_whole_audit_are_those_of_the_counts() -> None:
    """By sex 667 of 1,390 men and 555 of 1,181 women; by race the same people; by both, white men are the highest."""
    people = crowd(*RULE)
    sexes = by_sex(people)
    assert [(group.n, group.positive) for group in sexes.values()] == [(1181, 555), (1390, 667)]
    assert sexes["male"].impact_ratio == 1.0
    assert sexes["female"].impact_ratio == pytest.approx((555 / 1181) / (667 / 1390))
    assert round(sexes["female"].impact_ratio or 0, 3) == 0.979
    races = {group.race: group for group in table(people, "race").groups}
    assert round(races["hispanic_or_latino"].impact_ratio or 0, 3) == round((172 / 395) / (412 / 797), 3) == 0.842
    assert races["white"].highest
    both = {(group.sex, group.race): group for group in table(people, "sex", "race").groups}
    assert both["male", "white"].highest
    assert round(both["male", "asian"].impact_ratio or 0, 3) == 0.997
    assert round(both["male", "black_or_african_american"].impact_ratio or 0, 3) == 0.806
    assert both["male", "native_american_or_alaska_native"].part == "under_2_percent"  # 24 of 2,571


def test_under_four_fifths_is_flagged_and_tested() -> None:
    """48 of 80 against 12 of 40 (29 CFR 1607.4(D) and a ratio of one half); exactly four fifths is no flag."""
    men = ("male", None, 80, 48)
    low = by_sex(crowd(men, ("female", None, 40, 12)))["female"]
    assert (low.impact_ratio, low.flagged, low.more_needed) == (0.5, True, 8)
    assert low.significant
    assert remark(low) == "Under four fifths; unlikely to be chance alone"
    edge = by_sex(crowd(("male", None, 50, 30), ("female", None, 50, 24)))["female"]
    assert (round(edge.impact_ratio or 0, 9), edge.flagged, edge.more_needed) == (0.8, False, 0)


def test_the_test_is_fishers() -> None:
    """1 of 10 against 11 of 14: the textbook's two-sided p is 0.002759."""
    group = by_sex(crowd(("male", None, 14, 11), ("female", None, 10, 1)))["female"]
    assert group.p_value == pytest.approx(0.002759456, abs=1e-8)
    assert group.small_sample
    assert remark(group) == "Under four fifths; unlikely to be chance alone; small sample"
    chance = by_sex(crowd(("male", None, 20, 10), ("female", None, 20, 7)))["female"]
    assert remark(chance) == "Under four fifths; may be chance"


def test_small_categories_take_no_part_and_set_no_benchmark() -> None:
    """Of 500: nine are under 2 %, their rate is stated; four are too few for their outcome to be shown."""
    found = {
        group.race: group
        for group in table(
            crowd(
                (None, "white", 487, 200), (None, "asian", 9, 9), (None, "two_or_more_races", 4, 4), (None, None, 3, 1)
            ),
            "race",
        ).groups
    }
    assert found["white"].highest
    asian, few = found["asian"], found["two_or_more_races"]
    assert (asian.part, asian.n, asian.rate, asian.impact_ratio, asian.p_value) == (
        "under_2_percent",
        9,
        1.0,
        None,
        None,
    )
    assert (few.part, few.n) == ("under_5_people", 4)
    assert (few.positive, few.rate, few.rate_low, few.impact_ratio) == (None, None, None, None)
    assert "2 %" in remark(asian)
    assert "Fewer than 5" in remark(few)


def outcomes(people: list[Person], *by: str) -> dict[tuple[str | None, str | None], int | None]:
    return {(group.sex, group.race): group.positive for group in table(people, *by).groups}


def test_no_outcome_is_left_between_a_sum_and_its_parts() -> None:
    """How many were selected of everybody is told; one man's outcome would be what the women's leave of it."""
    people = crowd(("female", "white", 30, 11), ("male", "white", 1, 1))
    assert outcomes(people, "sex") == {("female", None): None, ("male", None): None}
    assert [group.part for group in table(people, "sex").groups] == ["withheld", "under_5_people"]
    assert outcomes(people, "race") == {(None, "white"): 12}
    with_others = [*people, *crowd((None, "white", 4, 2))]
    assert outcomes(with_others, "sex") == {("female", None): 11, ("male", None): None}


def test_no_outcome_is_left_between_tables() -> None:
    """Of 20 Asian people 19 are men. With the sums of each sex and race, any one other cell leads to the one woman."""
    people = crowd(
        ("female", "asian", 1, 1), ("male", "asian", 19, 9), ("female", "white", 40, 20), ("male", "white", 60, 30)
    )
    assert outcomes(people, "race") == {(None, "asian"): 10, (None, "white"): 50}
    assert set(outcomes(people, "sex", "race").values()) == {None}
    larger = [
        *people,
        *crowd(("female", "black_or_african_american", 50, 20), ("male", "black_or_african_american", 50, 30)),
    ]
    assert sorted(n for n in outcomes(larger, "sex", "race").values() if n is not None) == [20, 30]


def test_who_did_not_say_is_counted_and_compared_with_nobody() -> None:
    """Shares are of those who said: eight of 300 are under 2 % only when the silent count."""
    found = table(crowd((None, None, 200, 200), ("female", None, 92, 40), ("male", None, 8, 4)), "sex")
    assert (found.unknown, found.n) == (200, 100)
    assert [group.part for group in found.groups] == ["compared", "compared"]
    assert max(group.rate or 0 for group in found.groups) == 0.5


def test_where_nobody_is_selected_there_is_no_ratio() -> None:
    groups = by_sex(crowd(("female", None, 20, 0), ("male", None, 20, 0)))
    assert [(group.rate, group.impact_ratio, group.flagged) for group in groups.values()] == [(0.0, None, False)] * 2
    assert "nobody" in remark(groups["male"])


def test_without_people_there_are_empty_tables() -> None:
    assert [one.groups for one in rate_tables("scoring", [])] == [(), (), ()]


def test_bounds_agree_with_fairlearns_bootstrap() -> None:
    """Resampling counts is resampling people: MetricFrame's intervals of the rates are the same within a few points."""
    import pandas as pd
    from fairlearn.metrics import MetricFrame, selection_rate

    people = crowd(("female", None, 90, 30), ("male", None, 110, 66))
    data = pd.DataFrame([{"sex": each.sex, "y": each.positive} for each in people])
    frame = MetricFrame(
        metrics=selection_rate, y_true=data["y"], y_pred=data["y"], sensitive_features=data["sex"], n_boot=300,
        ci_quantiles=[0.025, 0.975], random_state=1,
    )  # fmt: skip
    low, high = frame.by_group_ci
    for sex, group in by_sex(people).items():
        assert frame.by_group[sex] == pytest.approx(group.rate)
        assert low[sex] == pytest.approx(group.rate_low, abs=0.04)
        assert high[sex] == pytest.approx(group.rate_high, abs=0.04)
        assert (group.rate_low or 0) < (group.rate or 0) < (group.rate_high or 0)
    female = by_sex(people)["female"]
    assert (female.ratio_low or 0) < (female.impact_ratio or 0) < (female.ratio_high or 0)


# --- the report -------------------------------------------------------------------------------------------------------


def held(
    home: House,
    level: float | None = 3.0,
    decision: str | None = None,
    report: SelfReport | None = None,
    **fields: str,
) -> InterviewRecord:
    """A completed interview, every criterion on this level, with what was decided and said."""
    record = home.interview(**fields)
    ada = home.candidate(record)
    session = home.start(record, ada).session_id
    home.engine.levels.extend([level] * 9)
    home.finish(session, ada)
    home.engine.levels.clear()
    if report is not None:
        home.service.demographics.give(ada, record.interview_id, report)
    if decision is not None:
        decide(home, record, decision)
    return record


def decide(home: House, record: InterviewRecord, decision: str) -> None:
    lead = Actor(role="hiring", id="link:lead", name="Lead", person="lead")
    home.service.reviews.decide(lead, record.interview_id, decision, "As it was.")  # type: ignore[arg-type]
    home.clock.forward(minutes=1)


WOMAN = SelfReport(sex="female", race="asian")
MAN = SelfReport(sex="male", race="undisclosed")


def team(home: House) -> FairnessReport:
    """Six women and six men; one woman is on hold, one man without a decision."""
    for level, decision in (
        (1, "decline"),
        (2, "decline"),
        (2, "advance"),
        (4, "advance"),
        (5, "decline"),
        (5, "hold"),
    ):
        held(home, float(level), decision, WOMAN)
    for level, decision in ((1, "decline"), (3, "advance"), (4, "advance"), (4, "advance"), (5, "advance"), (5, None)):
        held(home, float(level), decision, MAN)
    return home.service.fairness.report(SYSTEM)


def test_a_report_is_what_the_interviews_say(home: House) -> None:
    """Women: 2 of 5 selected, and of the men 4 of 5; strictly above the median of 4 are two of each."""
    report = team(home)
    assert (report.people, report.self_reports, report.scored, report.median) == (12, 12, 12, 4.0)
    assert report.decisions.model_dump() == {"advanced": 6, "declined": 4, "held": 1, "undecided": 1}
    tables = {(one.kind, one.by): one for one in report.tables}
    women, men = tables["selection", ("sex",)].groups
    assert [(women.n, women.positive), (men.n, men.positive)] == [(5, 2), (5, 4)]
    assert (women.impact_ratio, women.flagged) == (0.5, True)
    above = tables["scoring", ("sex",)].groups
    assert [(group.n, group.positive) for group in above] == [(6, 2), (6, 2)]
    assert (tables["scoring", ("race",)].n, tables["scoring", ("race",)].unknown) == (6, 6)
    assert len(tables) == 6


def test_the_newest_decision_and_the_standing_score_count(home: House) -> None:
    """A decline that became an advance is one; taken back it is none; an override moves the score."""
    for _ in range(9):
        held(home, 3.0, "decline", WOMAN)
    changed = held(home, 3.0, "decline", WOMAN)
    decide(home, changed, "advance")
    assert home.service.fairness.report(SYSTEM).decisions.advanced == 1
    decide(home, changed, "no_decision")
    assert home.service.fairness.report(SYSTEM).decisions.undecided == 1
    admin = person(home, "administrator")
    card = home.service.scorecards.newest(SYSTEM, changed.interview_id)
    assert card is not None
    first = card.competencies[0]
    home.service.reviews.override(
        admin, changed.interview_id, first.competency, first.criteria[0].criterion, 5, "Said more than that."
    )
    scoring = next(one for one in home.service.fairness.report(SYSTEM).tables if one.kind == "scoring")
    assert [group.positive for group in scoring.groups] == [1]


def test_tables_wait_until_ten_have_answered(home: House) -> None:
    """Counts are there before; preferring not to say is no answer about oneself."""
    for _ in range(9):
        held(home, 3.0, "advance", WOMAN)
    held(home, 3.0, "advance", SelfReport(sex="undisclosed", race="undisclosed"))
    report = home.service.fairness.report(SYSTEM)
    assert (report.people, report.self_reports, report.tables) == (10, 9, ())
    assert "asian" not in report.model_dump_json()
    held(home, 3.0, "advance", MAN)
    assert len(home.service.fairness.report(SYSTEM).tables) == 6


def test_only_assessments_that_were_completed_count(home: House) -> None:
    """No rehearsal, no practice, nothing unfinished; what could not be rated is counted apart from the scores."""
    held(home, None, "decline", WOMAN)
    practice = home.interview(role_title="Nurse", job_text="We care.")
    home.configure(practice, purpose="practice")
    home.finish(home.start(practice, home.candidate(practice)).session_id)
    home.start(home.interview(candidate_name="In the middle"))
    tried = home.interview(candidate_name="Tried out")
    rehearsal = StartRequest(interview_id=tried.interview_id, rehearsal=True)
    home.finish(home.service.sessions.start(SYSTEM, rehearsal).session_id)
    report = home.service.fairness.report(SYSTEM)
    assert (report.people, report.scored, report.unscored) == (1, 0, 1)
    assert [each.interviews for each in home.service.fairness.positions(SYSTEM)] == [1]


def test_position_and_days_narrow_the_report(home: House) -> None:
    old = held(home, 3.0)
    home.clock.forward(days=40)
    held(home, 3.0, role_title="Nurse", job_text="We care.")
    fairness = home.service.fairness
    assert fairness.report(SYSTEM).people == 2
    assert fairness.report(SYSTEM, days=30).people == 1
    assert fairness.report(SYSTEM, old.position_id).people == 1
    assert fairness.report(SYSTEM, old.position_id, 30).people == 0
    with pytest.raises(InvalidPayload):
        fairness.report(SYSTEM, days=0)
    with pytest.raises(NotFound):
        fairness.report(SYSTEM, "no-such-position")


def test_who_decides_reads_no_tables(home: House) -> None:
    """Analysts, administrators and programs do."""
    for role in ("analyst", "administrator"):
        assert home.service.fairness.report(person(home, role)).people == 0
    assert home.service.fairness.report(Actor(role="program", id="key:1")).people == 0
    for actor in (person(home, "hiring"), Actor(role="candidate", id="invitation:1", interview_id="x")):
        with pytest.raises(Forbidden):
            home.service.fairness.report(actor)
        with pytest.raises(Forbidden):
            home.service.fairness.positions(actor)


def test_files_have_a_row_per_category_and_the_unknown(home: House) -> None:
    """CSV, XLSX and JSON say the same, with the report's figures."""
    report = team(home)
    rows = list(csv.DictReader(io.StringIO(audit_csv(report))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == sum(len(one.groups) + 1 for one in report.tables) == len(audit_rows(report))
    first, second, unknown = rows[:3]
    assert (first["table"], first["sex"], first["applicants"], first["selected"]) == (
        "Selection rate by sex", "Female", "5", "2",
    )  # fmt: skip
    assert (first["rate"], first["impact_ratio"], second["note"]) == ("0.4", "0.5", "Highest rate")
    assert (unknown["sex"], unknown["applicants"], unknown["rate"]) == ("Unknown", "0", "")
    (sheet,) = load_workbook(io.BytesIO(audit_xlsx(report))).worksheets
    assert sheet.title == "Impact ratios"
    cells = list(sheet.iter_rows(values_only=True))
    assert cells[0] == COLUMNS
    assert (len(cells) - 1, cells[1][3:5]) == (len(rows), (5, 2))
    assert FairnessReport.model_validate(json.loads(audit_json(report))) == report
