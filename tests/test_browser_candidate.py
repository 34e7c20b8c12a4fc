"""The candidate's page in a real browser: nothing typed is lost, a phone is wide enough, a keyboard reaches all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from http_server import FORM, RunningApp, running_app
from typed_words import count_runs, handed_on, stored

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
QUESTION_IN_VIEW = """() => {
  const inView = (name) => {
    const box = document.querySelector(name).getBoundingClientRect()
    return box.top >= 0 && box.bottom <= innerHeight
  }
  return inView(".st-key-question") && inView("textarea")
}"""
WIDTH = "() => [document.documentElement.scrollWidth, document.querySelector('[data-testid=stMain]').scrollWidth]"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with running_app(tmp_path_factory.mktemp("candidate")) as running:
        yield running


@pytest.fixture
def link(app: RunningApp) -> str:
    """A fresh candidate's invitation."""
    return app.link(app.interview())


@pytest.fixture
def page(chromium: Browser, link: str) -> Iterator[Page]:
    """The candidate's phone, before the consent."""
    context = chromium.new_context(viewport=PHONE)
    opened = context.new_page()
    opened.goto(link)
    yield opened
    context.close()


def begin(page: Page) -> None:
    page.get_by_text("I have read this and agree").click()
    page.get_by_role("button", name="Agree and start").click()
    field(page).wait_for()


def field(page: Page) -> Locator:
    return page.get_by_label("Your answer").first  # one that has had its time may stand below it for a moment


def expect_value(found: Locator, text: str) -> None:
    from playwright.sync_api import expect

    expect(found).to_have_value(text)


def expect_focus(found: Locator) -> None:
    from playwright.sync_api import expect

    expect(found).to_be_focused(timeout=15_000)


def test_typed_words_survive_a_reload_and_reach_another_device(
    page: Page, app: RunningApp, chromium: Browser, link: str
) -> None:
    """They are stored while they are typed, without a click, and neither focus nor words move meanwhile."""
    begin(page)
    field(page).click()
    typed = ""
    for word in ("I", " looked", " for", " the", " lock"):
        page.keyboard.type(word)
        typed += word
        stored(app, typed)  # a fragment runs after each word
    assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    expect_value(field(page), "I looked for the lock")
    page.reload()
    expect_value(field(page), "I looked for the lock")
    other = chromium.new_context()
    second = other.new_page()
    second.goto(link)
    expect_value(field(second), "I looked for the lock")
    other.close()


def test_words_typed_just_before_leaving_are_put_back(page: Page) -> None:
    """A page that is left at once does not reach the server any more; the tab itself remembers."""
    begin(page)
    field(page).click()
    page.keyboard.type("No time to pause")
    page.reload()
    expect_value(field(page), "No time to pause")


def test_words_are_kept_through_a_button(page: Page) -> None:
    """A whole page run that does not take the words leaves them where they are."""
    begin(page)
    field(page).click()
    page.keyboard.type("Half an answer")
    page.get_by_role("button", name="Repeat").click()
    page.locator(".st-key-earlier").wait_for()
    expect_value(field(page), "Half an answer")


def test_an_old_question_on_another_device_leaves_the_new_one_alone(page: Page, chromium: Browser, link: str) -> None:
    """What is typed there is no draft of a question that its writer has not seen."""
    begin(page)
    other = chromium.new_context()
    second = other.new_page()
    second.goto(link)
    field(second).click()
    field(page).fill("My answer.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text(re.compile("question 1 of about")).wait_for()
    count_runs(second)
    second.keyboard.type("Words for the old question")
    handed_on(second)
    page.reload()
    expect_value(field(page), "")
    second.get_by_role("button", name="Send").click()
    second.get_by_text("This question has been answered already").wait_for()
    assert second.locator("[data-testid=stCode]").inner_text().strip() == "Words for the old question"
    other.close()


def test_a_phone_shows_the_question_and_nothing_is_wider_than_its_screen(page: Page) -> None:
    """At each step; after a turn question and field are in view together without any scrolling by hand."""
    page.get_by_text("What you agree to").wait_for()
    assert page.evaluate(WIDTH) == [390, 390]
    begin(page)
    page.wait_for_function(QUESTION_IN_VIEW)
    assert page.evaluate(WIDTH) == [390, 390]
    field(page).fill("A " + "verylongword" * 40)
    page.get_by_role("button", name="Send").click()
    page.get_by_text(re.compile("question 1 of about")).wait_for(state="attached")
    page.wait_for_function(QUESTION_IN_VIEW)
    assert page.evaluate(WIDTH) == [390, 390]
    page.get_by_role("button", name="Correct last answer").click()
    page.get_by_role("dialog").wait_for()
    assert page.evaluate(WIDTH) == [390, 390]


def test_a_link_withdrawn_in_the_middle_says_what_is_kept(chromium: Browser, app: RunningApp) -> None:
    """The words that were just being sent stand in the field when the candidate comes back by a new link."""
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    with app.client() as rest:
        invitations = f"/interviews/{rest.post('/interviews', data=FORM).json()['interview_id']}/invitations"
        first, second = (rest.post(invitations, json={}).raise_for_status().json() for _ in range(2))
        page.goto(f"{app.url}/enter/{first['token']}")
        begin(page)
        field(page).fill("I looked for the lock")
        rest.delete(f"/invitations/{first['invitation_id']}").raise_for_status()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Your link does not open any more").wait_for()
    page.get_by_text("so is what you were writing").wait_for()
    page.goto(f"{app.url}/enter/{second['token']}")
    expect_value(field(page), "I looked for the lock")
    context.close()


def test_the_keyboard_is_enough(page: Page) -> None:
    """Consent, start, an answer, the next field, a dialog and its way out: no pointer."""
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.locator("button:has-text('Agree and start'):enabled").focus()
    page.keyboard.press("Enter")
    field(page).focus()
    page.keyboard.type("An answer by keyboard.")
    page.keyboard.press("Control+Enter")
    page.get_by_text(re.compile("question 1 of about")).wait_for(state="attached")
    expect_value(field(page), "")
    expect_focus(field(page))
    page.keyboard.type("Half an answer.")
    expect_value(field(page), "Half an answer.")
    page.get_by_role("button", name="Skip").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Skip it").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.get_by_text(re.compile("question 1 of about")).count() == 1


def test_the_focus_is_in_the_next_field_after_an_answer_by_pointer_too(page: Page) -> None:
    """Not at first; and also where the answer was a wish, so that the question stands."""
    begin(page)
    assert page.evaluate("() => document.activeElement.tagName") != "TEXTAREA"
    field(page).fill("A first answer.")
    page.get_by_role("button", name="Send").click()
    expect_focus(field(page))
    field(page).fill("Could you repeat the question, please?")
    page.get_by_role("button", name="Send").click()
    expect_value(field(page), "")
    expect_focus(field(page))


def test_a_touch_screen_opens_no_keyboard_by_itself(chromium: Browser, link: str) -> None:
    """It would cover the question that has just come."""
    context = chromium.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(link)
    begin(page)
    field(page).fill("A first answer.")
    page.get_by_role("button", name="Send").tap()
    page.get_by_text(re.compile("question 1 of about")).wait_for(state="attached")
    expect_value(field(page), "")
    page.get_by_role("button", name="Finish early", disabled=False).wait_for()
    assert page.evaluate("() => document.activeElement.tagName") != "TEXTAREA"
    context.close()
