"""New interviews on a page: what is submitted, what becomes of each file, and where the page leads to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import House
from page_tests import person, visiting, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM
from interview.models import PositionPlan
from pages.hiring.parts.batch import Batch, Resume, told_apart

PAGE = "pages/hiring/upload.py"
RESUME = "{} Example. Ten years of engineering at Example Ltd: Python, PostgreSQL, payments and on-call work."
JOB = "We look for an engineer who finds faults, writes Python and works well with other teams in our company."

File = tuple[str, bytes, str]


@pytest.fixture
def page(home: House) -> Iterator[AppTest]:
    with visiting(home, person(home, "hiring")) as open_page:
        yield open_page(PAGE)


def text(name: str, words: str | None = None) -> File:
    return f"{name}.txt", (words or RESUME.format(name)).encode(), "text/plain"


def fill(app: AppTest, *resumes: File, title: str = "Engineer", job: File | None = None) -> AppTest:
    """The form for a new position, sent."""
    app.text_input(key="upload-title-0").set_value(title)
    app.file_uploader(key="upload-job-0").set_value(job or text("job", JOB))
    app.file_uploader(key="upload-resumes-0").set_value(list(resumes))
    return send(app)


def send(app: AppTest) -> AppTest:
    app.form_submit_button[0].click().run()
    assert not app.exception, app.exception[0].value
    return app


def count(home: House) -> int:
    return len(home.service.interviews.list(SYSTEM)[0])


def test_every_resume_becomes_a_draft_and_the_page_leads_to_approval(home: House, page: AppTest) -> None:
    fill(page, text("Ada"), text("Grace"))
    found, _ = home.service.interviews.list(SYSTEM)
    assert [one.state for one in found] == ["draft", "draft"]
    assert "2 of 2 interviews planned for Engineer" in page.subheader[0].value
    assert {link.query_string for link in (row.proto for row in page.page_link)} == {
        f"interview={one.interview_id}" for one in found
    }
    assert page.button(key="upload-approve").label == "Next: approve the plan and rubric"


def test_a_rerun_repeats_nothing_and_neither_does_a_second_click(home: House, page: AppTest) -> None:
    """The form that was sent is gone with the first click; what comes from it afterwards is not taken."""
    fill(page, text("Ada"))
    page.run()
    page.run()
    assert count(home) == 1
    assert not page.file_uploader


def test_the_same_file_twice_is_told_and_taken_once(home: House, page: AppTest) -> None:
    fill(page, text("Ada"), ("copy.txt", text("Ada")[1], "text/plain"))
    assert count(home) == 1
    assert "copy\\.txt is the same file as Ada\\.txt and was taken once" in words(page).replace("\\\\", "\\")


def test_an_unreadable_file_holds_nothing_up_and_can_be_pasted(home: House, page: AppTest, shared_data: Path) -> None:
    """The others are done and stay done."""
    hostile = shared_data / "hostile_pdfs" / "pypdf_encrypted-file.pdf"
    fill(page, text("Ada"), (hostile.name, hostile.read_bytes(), "application/pdf"), text("Grace"))
    assert count(home) == 2
    assert "protected by a password" in page.text[0].value
    page.text_area(key="upload-text-1").set_value("Three words only").run()
    page.button(key="upload-plan-1").click().run()
    assert "paste at least a few sentences" in page.text[0].value
    page.text_area(key="upload-text-1").set_value(RESUME.format("Mary")).run()
    page.button(key="upload-plan-1").click().run()
    assert count(home) == 3
    assert "3 of 3" in page.subheader[0].value


def test_what_was_hidden_in_a_resume_is_told(page: AppTest) -> None:
    fill(page, text("Ada", RESUME.format("Ada") + "\u200b" * 30))
    assert any("invisible characters were left out" in caption.value for caption in page.caption)


def test_an_engine_that_fails_can_be_asked_again(home: House, page: AppTest) -> None:
    """For the résumé that it failed on; the others went through."""
    home.engine.fail_next(1)
    fill(page, text("Ada"), text("Grace"))
    assert count(home) == 1
    assert "The model did not answer" in page.text[0].value
    page.button(key="upload-again-0").click().run()
    assert count(home) == 2
    assert not page.text


def test_a_job_description_that_cannot_be_read_can_be_pasted(home: House, page: AppTest) -> None:
    """Nothing is planned before; the résumés need not be chosen again."""
    fill(page, text("Ada"), job=("job.pdf", b"%PDF-1.4 broken", "application/pdf"))
    assert count(home) == 0
    assert "damaged" in page.text[0].value
    page.text_area(key="upload-job-text").set_value(JOB).run()
    next(button for button in page.button if button.label == "Go on with this text").click().run()
    assert count(home) == 1


def test_a_private_web_address_is_refused_and_not_planned_without(home: House, page: AppTest) -> None:
    page.segmented_control(key="upload-source-0").set_value("Web address").run()
    page.text_input(key="upload-title-0").set_value("Engineer")
    page.text_input(key="upload-job-0").set_value("http://127.0.0.1/job")
    page.file_uploader(key="upload-resumes-0").set_value([text("Ada")])
    send(page)
    assert "This address is not fetched" in page.text[0].value
    assert count(home) == 0


def test_the_position_in_the_address_is_chosen_and_its_approved_plan_taken(home: House) -> None:
    old = home.interview()
    home.interview(role_title="Another role")
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, position=old.position_id)
        assert app.selectbox(key="upload-position-0").value == old.position_id
        app.file_uploader(key="upload-resumes-0").set_value([text("Ada")])
        home.clock.forward(hours=1)
        send(app)
    newest = home.service.interviews.list(SYSTEM)[0][0]
    assert (newest.position_id, newest.state) == (old.position_id, "ready")
    assert "Next: invite the candidates" in [link.label for link in app.page_link]


def test_an_address_of_no_position_says_so(home: House) -> None:
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, position="no-such-position")
    assert "does not exist any more" in app.caption[0].value


@pytest.mark.parametrize(
    ("title", "job", "resumes", "sentence"),
    [
        ("", text("job", JOB), [text("Ada")], "Give the role a title."),
        ("Engineer", None, [text("Ada")], "Add the job description"),
        ("Engineer", text("job", JOB), [], "Choose at least one résumé."),
        ("Engineer", text("job", JOB), [text(f"Ada{n}") for n in range(21)], "These are 21 résumés."),
    ],
)
def test_what_is_missing_is_said_and_what_was_filled_in_stays(
    home: House, page: AppTest, title: str, job: File | None, resumes: list[File], sentence: str
) -> None:
    page.text_input(key="upload-title-0").set_value(title)
    page.file_uploader(key="upload-job-0").set_value(job)
    page.file_uploader(key="upload-resumes-0").set_value(resumes)
    send(page)
    assert page.error[0].value.startswith(sentence)
    assert page.text_input(key="upload-title-0").value == title
    assert len(page.file_uploader(key="upload-resumes-0").value or []) == len(resumes)
    assert count(home) == 0


def test_upload_more_goes_on_with_the_same_position(home: House, page: AppTest) -> None:
    fill(page, text("Ada"))
    next(button for button in page.button if button.label == "Upload more").click().run()
    position = home.service.positions.list(SYSTEM)[0].position_id
    assert page.selectbox(key="upload-position-1").value == position


def test_names_from_files_are_not_read_as_markdown(page: AppTest) -> None:
    fill(page, ("**bold** <b>.txt", text("Ada")[1], "text/plain"))
    assert any("\\*\\*bold\\*\\* \\<b\\>\\.txt" in caption.value for caption in page.caption)


def test_work_that_broke_off_can_be_asked_for_again(home: House) -> None:
    """A fault that nobody foresaw leaves the file in the state of being worked on; it is neither lost nor repeated."""
    resumes, _ = told_apart([text("Ada")[:2], text("Grace")[:2]])
    batch = Batch(resumes, position_id=home.interview().position_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home.engine, "probe", broken)
        with pytest.raises(ZeroDivisionError):
            batch.work(home.service, SYSTEM)
    while batch.next:
        batch.work(home.service, SYSTEM)
    assert [resume.state for resume in batch.resumes] == ["failed", "planned"]
    resumes[0].again()
    batch.work(home.service, SYSTEM)
    assert len(batch.planned) == 2


def broken(plan: PositionPlan, job_text: str, resume_text: str) -> Resume:
    raise ZeroDivisionError
