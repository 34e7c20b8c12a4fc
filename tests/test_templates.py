"""Templates and duplicates: positions made from others, each with an identity and an approval of its own."""

from __future__ import annotations

import pytest
from builders import House
from scripted import position_plan

from interview.access import SYSTEM, Actor
from interview.errors import Conflict, Forbidden, InvalidPayload, NotFound
from interview.models import Persona, PositionSettings
from interview.positions import Position
from interview.templates import MAX_TEMPLATES


def configured(home: House) -> Position:
    """A position with an edited plan, settings and an interviewer of its own."""
    position_id = home.interview().position_id
    positions = home.service.positions
    positions.save_plan(SYSTEM, position_id, position_plan(2))
    positions.approve(SYSTEM, position_id)
    settings = PositionSettings(time_limit_minutes=30, recording=True, retention_days=90)
    return positions.configure(SYSTEM, position_id, settings, Persona(name="Sam", probing_style="direct"))


def kept(position: Position) -> tuple[object, ...]:
    plan = position.plan.model_copy(update={"role_title": ""})
    return plan, position.settings, position.persona


def test_a_duplicate_has_everything_but_interviews_and_approval(home: House) -> None:
    position = configured(home)
    made = home.service.positions.duplicate(SYSTEM, position.position_id, "  Senior  engineer ", position.job_text)
    assert made.position_id != position.position_id
    assert (made.role_title, made.job_text, made.plan.role_title) == (
        "Senior engineer", "We build clocks.", "Senior engineer",
    )  # fmt: skip
    assert kept(made) == kept(position)
    assert (made.plan_version, made.approved_at) == (1, None)
    counts = {each.position_id: each.interviews for each in home.service.positions.list(SYSTEM)}
    assert counts == {position.position_id: 1, made.position_id: 0}
    assert home.service.positions.get(SYSTEM, position.position_id) == position


@pytest.mark.parametrize(
    ("title", "job", "code"),
    [
        ("Engineer", "We build clocks.", "position_exists"), (" Engineer ", "We build clocks.\n", "position_exists"),
        ("", "We build clocks.", "invalid_payload"), ("Engineer", "  ", "invalid_payload"),
        ("x" * 201, "We build clocks.", "invalid_payload"),
    ],
)  # fmt: skip
def test_a_duplicate_needs_an_identity_of_its_own(home: House, title: str, job: str, code: str) -> None:
    """Nothing is made otherwise."""
    position = configured(home)
    before = home.dump()
    with pytest.raises((Conflict, InvalidPayload)) as refused:
        home.service.positions.duplicate(SYSTEM, position.position_id, title, job)
    assert refused.value.code == code
    assert home.dump() == before


def test_an_interview_for_a_position_from_a_template_waits_for_approval(home: House) -> None:
    """A rubric that was approved for one position is read again for the next."""
    template = home.service.templates.save(SYSTEM, configured(home).position_id, "Engineers")
    made = home.service.templates.make(SYSTEM, template.template_id, job_text="We build boats.")
    record = home.interview(position_id=made.position_id, role_title="", job_text="", draft=True)
    with pytest.raises(Conflict) as refused:
        home.service.invitations.invite(SYSTEM, record.interview_id)
    assert refused.value.code == "plan_not_approved"
    home.service.positions.approve(SYSTEM, made.position_id)
    home.service.invitations.invite(SYSTEM, record.interview_id)


def test_a_template_keeps_the_position_as_it_was(home: House) -> None:
    """Changes afterwards, and even another plan, do not reach it."""
    position = configured(home)
    template = home.service.templates.save(SYSTEM, position.position_id, "  Engineers   of clocks ")
    assert (template.name, template.role_title, template.questions) == ("Engineers of clocks", "Engineer", 6)
    assert template.competencies == ("Debugging", "Teamwork", "Planning")
    home.service.positions.save_plan(SYSTEM, position.position_id, position_plan(1))
    home.service.positions.configure(SYSTEM, position.position_id, PositionSettings(), Persona())
    made = home.service.templates.make(SYSTEM, template.template_id, "Clockmaker", "We build clocks.")
    assert kept(made) == kept(position)
    assert made.role_title == "Clockmaker"


def test_a_template_alone_is_no_new_identity(home: House) -> None:
    """Made from with nothing changed, it would be the position that it was saved from."""
    template = home.service.templates.save(SYSTEM, configured(home).position_id, "Engineers")
    with pytest.raises(Conflict) as refused:
        home.service.templates.make(SYSTEM, template.template_id)
    assert refused.value.code == "position_exists"


def test_templates_are_listed_by_name_renamed_and_deleted(home: House) -> None:
    """What was made from a deleted one stays."""
    position = configured(home)
    templates = home.service.templates
    last, first = (templates.save(SYSTEM, position.position_id, name) for name in ("zebra", "Apple"))
    assert [each.name for each in templates.list(SYSTEM)] == ["Apple", "zebra"]
    assert templates.rename(SYSTEM, last.template_id, "Aardvark").name == "Aardvark"
    assert templates.rename(SYSTEM, last.template_id, "Aardvark").name == "Aardvark"
    assert [each.name for each in templates.list(SYSTEM)] == ["Aardvark", "Apple"]
    made = templates.make(SYSTEM, first.template_id, "Clockmaker")
    templates.delete(SYSTEM, first.template_id)
    assert [each.name for each in templates.list(SYSTEM)] == ["Aardvark"]
    assert home.service.positions.get(SYSTEM, made.position_id).role_title == "Clockmaker"
    for call in (
        lambda: templates.get(SYSTEM, first.template_id),
        lambda: templates.make(SYSTEM, first.template_id, "Baker"),
        lambda: templates.rename(SYSTEM, first.template_id, "Pear"),
        lambda: templates.delete(SYSTEM, first.template_id),
    ):
        with pytest.raises(NotFound):
            call()


def test_names_are_unique_and_templates_bounded(home: House) -> None:
    position = configured(home)
    templates = home.service.templates
    one = templates.save(SYSTEM, position.position_id, "One")
    two = templates.save(SYSTEM, position.position_id, "Two")
    with pytest.raises(Conflict) as taken:
        templates.save(SYSTEM, position.position_id, " One ")
    assert taken.value.code == "template_exists"
    with pytest.raises(Conflict):
        templates.rename(SYSTEM, two.template_id, "One")
    for name in ("  ", "x" * 201):
        with pytest.raises(InvalidPayload):
            templates.rename(SYSTEM, one.template_id, name)
    for number in range(MAX_TEMPLATES - 2):
        templates.save(SYSTEM, position.position_id, f"Number {number}")
    with pytest.raises(Conflict) as full:
        templates.save(SYSTEM, position.position_id, "One more")
    assert full.value.code == "template_limit"


def test_analysts_and_candidates_have_no_templates(home: House) -> None:
    position = configured(home)
    template = home.service.templates.save(SYSTEM, position.position_id, "Engineers")
    for actor in (Actor(role="analyst", id="x"), Actor(role="candidate", id="y")):
        for call in (
            lambda actor=actor: home.service.templates.list(actor),
            lambda actor=actor: home.service.templates.make(actor, template.template_id, "Baker"),
            lambda actor=actor: home.service.templates.save(actor, position.position_id, "Mine"),
            lambda actor=actor: home.service.templates.delete(actor, template.template_id),
            lambda actor=actor: home.service.positions.duplicate(actor, position.position_id, "Baker", "We bake."),
        ):
            with pytest.raises(Forbidden):
                call()
