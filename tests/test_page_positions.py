"""Positions on a page: the list, the plan with its approval and its edits, the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from builders import House
from hypothesis import given
from hypothesis import strategies as st
from page_tests import person, press, visiting, words
from scripted import position_plan
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM
from interview.errors import InvalidPayload
from interview.models import Anchors, Competency, Criterion, PositionPlan, Question
from interview.positions import Position
from pages.hiring.parts.plan_editor import CompetencyRow, CriterionRow, QuestionRow, Rows, plan_of, renamed, rows_of

PAGE = "pages/hiring/positions.py"

Open = Callable[..., AppTest]


@pytest.fixture
def open_page(home: House) -> Iterator[Open]:
    with visiting(home, person(home, "hiring")) as opened:
        yield opened


def drafted(home: House, **fields: Any) -> Position:
    """A position whose plan waits for approval."""
    return now(home, home.interview(draft=True, **fields).position_id)


def now(home: House, position_id: str) -> Position:
    return home.service.positions.get(SYSTEM, position_id)


def edit(app: AppTest, table: str, *, generation: int = 0, version: int = 1, **state: Any) -> AppTest:
    """Change one of the tables as a browser does."""
    key = f"plan-{app.query_params['position']}-{version}-{generation}-{table}"
    app.session_state[key] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []} | state
    app.run()
    assert not app.exception, app.exception[0].value
    return app


# --- the list ---------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_next(open_page: Open) -> None:
    app = open_page(PAGE)
    assert "There are no positions yet" in app.markdown[0].value
    assert app.page_link[0].label == "Plan the first interviews"


def test_the_list_says_how_each_position_stands_and_opens_it(home: House, open_page: Open) -> None:
    position = drafted(home)
    home.clock.forward(hours=1)
    home.interview(role_title="Baker", job_text="We bake.")
    app = open_page(PAGE)
    lines = [caption.value for caption in app.caption if caption.value.startswith("Version")]
    assert ["approved" in line for line in lines] == [True, False]
    assert "1 interview ·" in lines[0]
    app.button(key=f"open-{position.position_id}").click().run()
    assert app.title[0].value == "Engineer"
    assert app.query_params["position"] == position.position_id


def test_titles_are_found_by_a_part_of_them(home: House, open_page: Open) -> None:
    """What is looked for stands in the address."""
    drafted(home)
    drafted(home, role_title="Baker", job_text="We bake.")
    app = open_page(PAGE, find="BAK")
    assert [button.label for button in app.button] == ["Baker"]
    app.text_input[0].set_value("none such").run()
    assert app.query_params["find"] == "none such"
    assert "No role title contains" in app.main.caption[-1].value


def test_a_position_that_does_not_exist_is_said(open_page: Open) -> None:
    app = open_page(PAGE, position="none")
    assert app.title[0].value == "Position"
    assert app.error[0].value == "There is no such position."


def test_role_and_job_text_are_shown_as_they_stand(home: House, open_page: Open) -> None:
    position = drafted(home, role_title="<b>Chef</b> *de* rang", job_text="We cook. <script>alert(1)</script>")
    app = open_page(PAGE, position=position.position_id)
    assert "\\<b\\>Chef" in app.title[0].value
    assert app.html[0].value.count("&lt;script&gt;") == 1
    assert "<script>" not in words(app)


# --- others made from it ----------------------------------------------------------------------------------------------


def fill(app: AppTest, key: str, text: str) -> AppTest:
    """A field of a dialog."""
    field = next(each for each in (*app.text_input, *app.text_area) if each.key and each.key.startswith(key))
    field.input(text).run()
    return app


def test_a_duplicate_is_opened_and_waits(home: House, open_page: Open) -> None:
    """Without a title or job text of its own it is refused, and the dialog stays."""
    position = now(home, home.interview().position_id)
    app = press(open_page(PAGE, position=position.position_id), "Duplicate")
    press(app, "Make the position")
    assert "Change one of the two" in app.error[0].value
    fill(app, "copy-title-", "Clockmaker")
    press(app, "Make the position")
    assert app.title[0].value == "Clockmaker"
    made = now(home, app.query_params["position"])
    assert (made.job_text, made.approved_at) == (position.job_text, None)


def test_a_position_is_saved_as_a_template_and_another_made_from_it(home: House, open_page: Open) -> None:
    position = now(home, home.interview().position_id)
    app = press(open_page(PAGE, position=position.position_id), "Save as template")
    fill(app, "template-name", "Clock *people*")
    press(app, "Save")
    app = open_page(PAGE)
    assert any("Clock \\*people\\*" in text.value for text in app.markdown)
    press(app, "New position")
    fill(app, "copy-job-", "We build boats.")
    press(app, "Make the position")
    made = now(home, app.query_params["position"])
    assert (made.role_title, made.job_text, made.approved_at) == ("Engineer", "We build boats.", None)


def test_a_template_is_renamed_and_deleted_when_that_is_confirmed(home: House, open_page: Open) -> None:
    templates = home.service.templates
    saved = templates.save(SYSTEM, home.interview().position_id, "Clocks")
    app = open_page(PAGE)
    app.button(key=f"rename-{saved.template_id}").click().run()
    fill(app, "name-", "Watches")
    app.button(key="rename-now").click().run()
    assert [each.name for each in templates.list(SYSTEM)] == ["Watches"]
    app = open_page(PAGE)
    app.button(key=f"delete-{saved.template_id}").click().run()
    assert len(templates.list(SYSTEM)) == 1
    app.button(key="delete-now").click().run()
    assert templates.list(SYSTEM) == []


# --- approval ---------------------------------------------------------------------------------------------------------


def test_approving_is_explained_and_keeps_who_did_it(home: House, open_page: Open) -> None:
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    assert any("interviews that have not begun move to this version" in text.value for text in app.markdown)
    press(app, "Approve plan and rubric")
    assert now(home, position.position_id).approver == "A person for hiring"
    assert any("by A person for hiring" in caption.value for caption in app.caption)
    assert "Approve plan and rubric" not in [button.label for button in app.button]


def test_a_plan_that_changed_meanwhile_is_not_approved_unread(home: House, open_page: Open) -> None:
    """Saved by somebody else between the page and the click: the button belongs to the version that was shown."""
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    home.service.positions.save_plan(SYSTEM, position.position_id, position_plan(2))
    press(app, "Approve plan and rubric")
    assert now(home, position.position_id).approved_at is None
    assert "Version 2 waits" in words(app)


def test_unsaved_edits_are_warned_of_before_approving(home: House, open_page: Open) -> None:
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    edit(app, "questions", edited_rows={0: {"text": "What did you repair last?"}})
    assert any("approving would leave them out" in caption.value for caption in app.caption)
    assert next(button for button in app.button if button.label == "Approve plan and rubric").disabled


# --- the tables -------------------------------------------------------------------------------------------------------


def test_edits_become_a_new_version_that_waits(home: House, open_page: Open) -> None:
    """A weight, a question's words and a question more; weights are saved as shares of 1."""
    position = home.service.positions.get(SYSTEM, home.interview().position_id)
    app = open_page(PAGE, position=position.position_id)
    edit(app, "criteria", edited_rows={0: {"weight": 6}})
    added = {"order": 0, "text": "Which fault taught you most?", "competency": "Debugging", "style": "situational"}
    edit(app, "questions", edited_rows={1: {"text": "Whom did you help?"}}, added_rows=[added])
    press(app, "Save as new version")
    saved = now(home, position.position_id)
    assert (saved.plan_version, saved.approved_at) == (2, None)
    assert [round(criterion.weight, 2) for criterion in saved.plan.competencies[0].criteria] == [0.75, 0.25]
    assert [question.text for question in saved.plan.core_questions][::2] == [added["text"], "Whom did you help?"]
    assert saved.plan.core_questions[0].style == "situational"
    assert "Version 2 waits" in words(app)


def test_what_the_rules_refuse_is_said_and_the_edits_stay(home: House, open_page: Open) -> None:
    """More core questions than may be asked in one competency, until one is taken out."""
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    more = [{"text": f"And then, part {n}?", "competency": "Debugging"} for n in range(3)]
    edit(app, "questions", added_rows=more)
    press(app, "Save as new version")
    assert app.error[0].value == "“Debugging” has 4 core questions and the limit is 3. Take some out."
    assert now(home, position.position_id).plan_version == 1
    edit(app, "questions", added_rows=more, deleted_rows=[0])
    press(app, "Save as new version")
    assert len(now(home, position.position_id).plan.core_questions) == 5


def test_a_renamed_competency_keeps_its_criteria_and_questions(home: House, open_page: Open) -> None:
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    edit(app, "competencies", edited_rows={0: {"name": "Fault finding"}})
    press(app, "Save as new version")
    plan = now(home, position.position_id).plan
    assert [competency.name for competency in plan.competencies] == ["Fault finding", "Teamwork", "Planning"]
    assert len(plan.competencies[0].criteria) == 2
    assert plan.core_questions[0].competency == "Fault finding"


def test_a_new_competency_can_be_given_criteria_and_questions(home: House, open_page: Open) -> None:
    """It is a choice in the tables below as soon as it has a name."""
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    edit(app, "competencies", added_rows=[{"order": 4, "name": "Writing"}])
    press(app, "Save as new version")
    assert "“Writing” has no criteria" in app.error[0].value
    edit(app, "criteria", generation=1, added_rows=[{"competency": "Writing", "name": "Clear words", "weight": 2}])
    press(app, "Save as new version")
    assert now(home, position.position_id).plan.competencies[3].criteria[0].weight == 1


def test_edits_are_dropped_only_when_that_is_confirmed(home: House, open_page: Open) -> None:
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    edit(app, "competencies", edited_rows={0: {"name": "Fault finding"}})
    press(app, "Discard edits")
    assert not next(button for button in app.button if button.label == "Save as new version").disabled
    press(app, "Discard them")
    assert next(button for button in app.button if button.label == "Save as new version").disabled


def test_edits_of_an_older_version_do_not_overwrite_a_newer_one(home: House, open_page: Open) -> None:
    position = drafted(home)
    app = open_page(PAGE, position=position.position_id)
    edit(app, "questions", edited_rows={0: {"text": "What did you repair last?"}})
    home.service.positions.save_plan(SYSTEM, position.position_id, position_plan(2))
    press(app, "Save as new version")
    assert "Somebody has saved version 2" in app.error[0].value
    assert now(home, position.position_id).plan_version == 2


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_saved(home: House, open_page: Open) -> None:
    """What the page does not show stays as it was."""
    made = home.interview()
    home.configure(made, recording=True)
    app = open_page(PAGE, position=made.position_id)
    key = made.position_id
    app.number_input(key=f"minutes-{key}").set_value(30.0)
    app.radio(key=f"purpose-{key}").set_value("practice")
    app.toggle(key=f"scores-{key}").set_value(True)
    app.toggle(key=f"guide-{key}").set_value(False)
    app.number_input(key=f"days-{key}").set_value(90)
    app.text_input(key=f"persona-name-{key}").set_value("Robin")
    app.selectbox(key=f"probing-{key}").set_value("direct")
    press(app, "Save settings")
    position = now(home, key)
    assert position.settings.model_dump() == {
        "time_limit_minutes": 30,
        "purpose": "practice",
        "show_scores": True,
        "study_guide": False,
        "recording": True,
        "retention_days": 90,
    }
    assert (position.persona.name, position.persona.probing_style) == ("Robin", "direct")


def test_words_of_a_persona_that_a_program_set_are_kept(home: House, open_page: Open) -> None:
    made = home.interview()
    position = now(home, made.position_id)
    own = position.persona.model_copy(update={"probing_style": "like a good detective"})
    home.service.positions.configure(SYSTEM, made.position_id, position.settings, own)
    app = open_page(PAGE, position=made.position_id)
    press(app, "Save settings")
    assert now(home, made.position_id).persona == own


# --- plans and rows ---------------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
SHARES = {1: (1.0,), 2: (0.3, 0.7), 3: (0.2, 0.35, 0.45)}


@st.composite
def competencies(draw: st.DrawFn, name: str) -> Competency:
    shares = SHARES[draw(st.integers(1, 3))]
    return Competency(
        name=name,
        description=draw(TEXTS),
        criteria=tuple(
            Criterion(
                name=draw(NAMES),
                description=draw(TEXTS),
                weight=share,
                anchors=Anchors(one=draw(TEXTS), three=draw(TEXTS), five=draw(TEXTS)),
                expected_points=tuple(draw(st.lists(NAMES, max_size=4))),
            )
            for share in shares
        ),
    )


@st.composite
def plans(draw: st.DrawFn) -> PositionPlan:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    questions = draw(st.lists(st.tuples(NAMES, st.sampled_from(names), TEXTS), min_size=1, max_size=6))
    return PositionPlan(
        role_title="Engineer",
        family="engineering",
        skills_wanted=("Python",),
        focus_areas=("debugging",),
        competencies=tuple(draw(competencies(name)) for name in names),
        core_questions=tuple(
            Question(
                index=index,
                text=text,
                competency=name,
                purpose=purpose,
                style=draw(st.sampled_from(("behavioural", "situational"))),
            )
            for index, (text, name, purpose) in enumerate(questions)
        ),
    )


@given(plans())
def test_a_plan_and_its_rows_say_the_same(plan: PositionPlan) -> None:
    """Weights that are shares of 1 already stay as they are; points may have semicolons in them."""
    assert plan_of(rows_of(plan), plan) == plan


@given(plans())
def test_rows_come_back_from_a_table_as_they_went_in(plan: PositionPlan) -> None:
    """Also where a cell is empty: a table gives None or NaN for it."""
    rows = rows_of(plan)
    assert Rows.model_validate(rows.model_dump()) == rows
    assert CriterionRow.model_validate({"weight": float("nan"), "name": None, "points": float("nan")}) == CriterionRow()


def test_rows_without_words_are_left_out_and_order_is_by_number() -> None:
    plan = position_plan()
    rows = rows_of(plan)
    rows = Rows(
        competencies=(*rows.competencies, CompetencyRow()),
        criteria=(*rows.criteria, CriterionRow(weight=1)),
        questions=(QuestionRow(), rows.questions[2], rows.questions[0].model_copy(update={"order": 9})),
    )
    made = plan_of(rows, plan)
    assert [question.text for question in made.core_questions] == [
        "Tell me about planning, part 1.",
        "Tell me about debugging, part 1.",
    ]
    assert [question.index for question in made.core_questions] == [0, 1]
    assert [competency.name for competency in made.competencies] == [c.name for c in plan.competencies]


def test_points_are_split_at_line_ends_or_semicolons() -> None:
    plan = position_plan()
    for text in ("found the cause; wrote a test", "found the cause\n\nwrote a test\n"):
        rows = rows_of(plan)
        first = rows.criteria[0].model_copy(update={"points": text})
        made = plan_of(rows.model_copy(update={"criteria": (first, *rows.criteria[1:])}), plan)
        assert made.competencies[0].criteria[0].expected_points == ("found the cause", "wrote a test")


@pytest.mark.parametrize(
    ("table", "row", "sentence"),
    [
        ("criteria", CriterionRow(name="Lost", weight=1), "The criterion “Lost” belongs to no competency."),
        ("criteria", CriterionRow(competency="Debugging", name="Light"), "“Light” needs a weight above 0"),
        (
            "criteria",
            CriterionRow(competency="Debugging", weight=1, one="bad"),
            "A criterion of “Debugging” has no name",
        ),
        ("criteria", CriterionRow(competency="Debugging", name="x" * 121, weight=1), "at most 120 characters"),
        ("questions", QuestionRow(text="Why?", competency="Gone"), "belongs to “Gone”, which is no competency"),
        ("questions", QuestionRow(text="Why?", competency="Planning", style="rude"), "style: input should be"),
        ("competencies", CompetencyRow(description="What it means"), "described as “What it means” has no name"),
        ("competencies", CompetencyRow(name="Empty"), "“Empty” has no criteria."),
    ],
)
def test_what_makes_no_plan_is_said(table: str, row: Any, sentence: str) -> None:
    plan = position_plan()
    rows = rows_of(plan)
    with pytest.raises(InvalidPayload) as refused:
        plan_of(rows.model_copy(update={table: (*getattr(rows, table), row)}), plan)
    assert sentence in refused.value.message
    assert refused.value.code == "plan_invalid"


def test_names_that_change_places_are_not_taken_for_new_names() -> None:
    """Only a name that no competency has any more is carried over."""
    rows = rows_of(position_plan())
    swapped = rows.model_copy(update={"competencies": rows.competencies[::-1]})
    assert renamed(swapped, rows.names) == swapped
