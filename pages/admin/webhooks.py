"""Webhooks: which addresses are told of what happens, and how each message was delivered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import streamlit as st

from interview.access import Actor
from interview.webhooks import EVENTS, MAX_URL_CHARS, TEST, Message, Webhook, WebhookEvent
from pages.components.guard import staff
from pages.components.problems import needed, problems
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import day, moment

_EVENTS: dict[str, str] = {
    "interview.completed": "An interview is completed",
    "decision.made": "A decision is made",
    TEST: "Test message",
}
_SHOWN = 50
_REFRESH_SECONDS = 3
_WISH, _SECRET, _LOGGED = "webhooks-wish", "webhooks-secret", "webhook-shown"


@dataclass(frozen=True)
class Wish:
    """What was pressed last, until it is carried out. `subject`: a webhook's id, a message's, or an address."""

    kind: Literal["add", "secret", "test", "remove", "again"]
    subject: str
    events: tuple[WebhookEvent, ...] = ()


@dataclass(frozen=True)
class Secret:
    """A webhook's secret, in view until it is put away."""

    webhook_id: str
    secret: str


def wish(wanted: Wish) -> None:
    """For a widget's callback: let this be done in the page run that follows."""
    st.session_state[_WISH] = wanted


def wish_new() -> None:
    """The same for the form."""
    wish(Wish("add", st.session_state["webhook-url"], tuple(st.session_state["webhook-events"])))


def put_away() -> None:
    st.session_state.pop(_SECRET, None)


def carry_out(actor: Actor) -> None:
    """The page's one write: what was pressed, once."""
    wanted: Wish | None = st.session_state.pop(_WISH, None)
    if wanted is None:
        return
    webhooks = service().webhooks
    match wanted.kind:
        case "add":
            added = webhooks.add(actor, wanted.subject, wanted.events)
            show_secret(actor, added.webhook_id)
            st.session_state["webhook-url"], st.session_state[_LOGGED] = "", added.webhook_id
        case "secret":
            show_secret(actor, wanted.subject)
        case "test":
            webhooks.test(actor, wanted.subject)
            st.session_state[_LOGGED] = wanted.subject
        case "remove":
            webhooks.remove(actor, wanted.subject)
            put_away()
        case "again":
            webhooks.deliver_again(actor, wanted.subject)


def show_secret(actor: Actor, webhook_id: str) -> None:
    st.session_state[_SECRET] = Secret(webhook_id, service().webhooks.secret(actor, webhook_id))


def form(*, first: bool) -> None:
    """A new webhook."""
    with st.expander("Add a webhook", icon=":material/add:", expanded=first), st.form("webhook", border=False):
        st.text_input(
            "Address",
            max_chars=MAX_URL_CHARS,
            key="webhook-url",
            placeholder="https://",
            help="https. For a program on this same machine also http://127.0.0.1 or http://localhost.",
        )
        st.multiselect(
            "Tell it when",
            EVENTS,
            default=EVENTS,
            format_func=_EVENTS.__getitem__,
            key="webhook-events",
        )
        st.form_submit_button("Add", type="primary", icon=":material/add:", on_click=wish_new)


def line(one: Webhook) -> None:
    """A webhook: where, of what, and what can be done."""
    with st.container(border=True):
        st.markdown(f"**{escaped(one.url)}**")
        told = " or ".join(_EVENTS[event].lower() for event in one.events)
        waits = f" {one.waiting} waiting." if one.waiting else ""
        st.caption(f"Told when {told}. Added on {day(one.created_at)}.{waits}")
        with st.container(horizontal=True):
            button("Send a test", ":material/send:", Wish("test", one.webhook_id))
            button("Show the secret", ":material/key:", Wish("secret", one.webhook_id))
            if st.button("Remove", key=f"remove-{one.webhook_id}", icon=":material/delete:"):
                remove(one)
        shown: Secret | None = st.session_state.get(_SECRET)
        if shown is not None and shown.webhook_id == one.webhook_id:
            secret(shown)


def secret(shown: Secret) -> None:
    st.code(shown.secret, language=None, wrap_lines=True)
    st.caption(
        "The receiver checks signatures with it, by a library of Standard Webhooks. Whoever has it can send messages "
        "that look like ours. It can be shown again; that it was is in the audit log."
    )
    st.button("Hide it", icon=":material/visibility_off:", on_click=put_away)


def button(label: str, icon: str, wanted: Wish) -> None:
    st.button(label, key=f"{wanted.kind}-{wanted.subject}", icon=icon, on_click=wish, args=(wanted,))


@st.dialog("Remove this webhook?")
def remove(one: Webhook) -> None:
    st.write("It is told of nothing any more, and what waits for it is not sent. Added again, it has another secret.")
    wanted = Wish("remove", one.webhook_id)
    if st.button("Remove it", key="remove-now", type="primary", on_click=wish, args=(wanted,)):
        st.rerun()


@st.fragment(run_every=_REFRESH_SECONDS)
def log(actor: Actor, known: list[Webhook]) -> None:
    """The messages of one webhook, newest first; drawn anew while the page is open."""
    st.subheader("Messages", anchor=False)
    names = {one.webhook_id: one.url + (" (removed)" if one.removed_at else "") for one in known}
    chosen = st.selectbox("Webhook", list(names), format_func=names.__getitem__, key=_LOGGED)
    with needed():
        messages = service().webhooks.messages(actor, chosen, _SHOWN)
    if not messages:
        st.caption("It has been told of nothing yet. “Send a test” tries it out.")
    removed = {one.webhook_id for one in known if one.removed_at}
    for message in messages:
        row(message, again=chosen not in removed)
    if len(messages) == _SHOWN:
        st.caption(f"The newest {_SHOWN} are shown. REST lists up to 200.")


def row(message: Message, *, again: bool) -> None:
    """A message, how it stands, and each attempt."""
    with st.container(border=True, gap="small", key=f"message-{message.message_id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch", gap=None):
                st.markdown(f"**{_EVENTS.get(message.type, message.type)}**, {moment(message.created_at)}")
                st.caption(standing_of(message))
            label = "Deliver now" if message.state == "waiting" else "Deliver again"
            if again and st.button(label, key=f"again-{message.message_id}", icon=":material/replay:"):
                wish(Wish("again", message.message_id))
                st.rerun()
        if message.deliveries:
            with st.expander(attempts(len(message.deliveries))):
                for each in message.deliveries:
                    status = f"HTTP {each.status}" if each.status else "no answer"
                    st.caption(f"{moment(each.at)}: {status} after {each.milliseconds:,} ms. {each.error}".rstrip())
        st.caption(f"Id {message.message_id}")


def standing_of(message: Message) -> str:
    """In words, with a sign that needs no colour."""
    why = f" {message.deliveries[0].error}" if message.deliveries else ""
    match message.state:
        case "delivered":
            assert message.delivered_at is not None  # noqa: S101 - the state says so
            return f":material/check: Delivered {moment(message.delivered_at)}"
        case "given_up":
            return f":material/error: Not delivered, and not tried any more.{why}"
        case "waiting":
            assert message.next_attempt_at is not None  # noqa: S101 - the state says so
            return f":material/schedule: Waits.{why} {soon(message.next_attempt_at - service().context.clock())}"


def soon(left: timedelta) -> str:
    """When the next attempt comes."""
    minutes = math.ceil(left.total_seconds() / 60)
    if minutes <= 1:
        return "The next attempt comes within a minute."
    return f"The next attempt comes in {f'{minutes} minutes' if minutes < 120 else f'{minutes // 60} hours'}."


def attempts(number: int) -> str:
    return f"{number} attempt{'' if number == 1 else 's'}"


actor = staff("administrator")
st.title("Webhooks")
st.caption(
    "Other systems are told of what happens here: ids and codes only, signed as Standard Webhooks says. A message that "
    "is not taken is tried again for about three days; each one has an id, and a receiver takes an id once."
)
with problems():
    carry_out(actor)
with needed():
    every = service().webhooks.list(actor)
standing = [one for one in every if not one.removed_at]
form(first=not standing)
for webhook in standing:
    line(webhook)
if every:
    log(actor, every)
