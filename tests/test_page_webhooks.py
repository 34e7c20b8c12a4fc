"""Webhooks on a page: added, tried out, watched and removed by administrators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from builders import House
from page_tests import person, press, visiting, words
from streamlit.testing.v1 import AppTest
from test_webhooks import Receiver, receiving

from interview.access import SYSTEM
from interview.webhooks import Webhook

PAGE = "pages/admin/webhooks.py"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


@pytest.fixture
def page(home: House) -> Iterator[AppTest]:
    """The page as an administrator sees it."""
    with visiting(home, person(home, "administrator")) as open_page:
        yield open_page(PAGE)


def add(app: AppTest, url: str) -> AppTest:
    app.text_input("webhook-url").input(url)
    return press(app, "Add")


def standing(home: House) -> list[Webhook]:
    return [each for each in home.service.webhooks.list(SYSTEM) if not each.removed_at]


def test_an_added_webhook_is_shown_with_its_secret_until_that_is_hidden(
    home: House, page: AppTest, receiver: Receiver
) -> None:
    add(page, receiver.url)
    [webhook] = standing(home)
    secret = home.service.webhooks.secret(SYSTEM, webhook.webhook_id)
    assert [each.value for each in page.code] == [secret]
    assert page.text_input("webhook-url").value == ""
    press(page, "Hide it")
    assert secret not in words(page)
    press(page, "Show the secret")
    assert [each.value for each in page.code] == [secret]


def test_an_address_that_is_refused_is_told_and_stays_to_be_put_right(home: House, page: AppTest) -> None:
    add(page, "http://example.org/hook")
    assert "http only for 127.0.0.1" in page.error[0].value
    assert page.text_input("webhook-url").value == "http://example.org/hook"
    assert standing(home) == []


def test_an_address_is_shown_as_it_stands(page: AppTest) -> None:
    """It is no Markdown, and no link."""
    add(page, "https://example.org/*a*[b](c)")
    shown = next(each.value for each in page.markdown if "example" in each.value)
    assert "*a*" not in shown.strip("*")
    assert "[b](c)" not in shown


def test_a_test_message_is_watched_until_it_is_delivered(home: House, page: AppTest, receiver: Receiver) -> None:
    """Pressed once it is one message, however often the page runs; what failed says why and when it comes again."""
    receiver.answers.put(503)
    add(page, receiver.url)
    press(page, "Send a test").run()
    [webhook] = standing(home)
    assert len(home.service.webhooks.messages(SYSTEM, webhook.webhook_id)) == 1
    home.service.outbox.deliver_due()
    page.run()
    assert "It could not take the message. The next attempt comes within a minute." in words(page)
    assert "HTTP 503" in words(page)
    home.clock.forward(minutes=1)
    home.service.outbox.deliver_due()
    page.run()
    assert "Delivered 2 Mar 2026, 09:01" in words(page)
    press(page, "Deliver again")
    assert home.service.outbox.deliver_due() == 1


def test_removing_is_confirmed_and_its_messages_stay_to_be_read(home: House, page: AppTest, receiver: Receiver) -> None:
    add(page, receiver.url)
    press(page, "Send a test")
    press(page, "Remove")
    assert len(standing(home)) == 1
    press(page, "Remove it")
    assert standing(home) == []
    assert "not tried any more" in words(page)
    assert not [each for each in page.button if each.label.startswith("Deliver")]


def test_an_empty_page_offers_the_form(page: AppTest) -> None:
    assert page.expander[0].proto.expanded
    assert not [each for each in page.subheader if each.value == "Messages"]


def test_the_hiring_team_has_no_such_page(home: House) -> None:
    with visiting(home, person(home, "hiring")) as open_page, pytest.raises(ValueError, match=r"webhooks\.py"):
        open_page(PAGE)
