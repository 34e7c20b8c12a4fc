"""People and keys: who is on the team, what lets them in, and which programs may call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from interview.access import Actor, Credential, Person, StaffRole
from pages.components.guard import staff
from pages.components.problems import needed, problems
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import day

_PEOPLE: tuple[StaffRole, ...] = ("hiring", "analyst", "administrator")
_PROGRAMS: tuple[StaffRole, ...] = ("program", "hiring", "analyst", "administrator")
_SEES = {
    "hiring": "Positions, interviews with résumés and transcripts, invitations, reviews and scores.",
    "analyst": "Score tables and charts, with ids in the place of names. No résumé, no transcript.",
    "administrator": "All that the hiring team sees, and this page: people and keys.",
    "program": "No pages. With an API key, the same calls as the hiring team, over REST.",
}
_SHOWN = "fresh-secret"


@dataclass(frozen=True)
class Fresh:
    """A secret that was just made; kept for this visit until it is put away."""

    title: str
    secret: str
    note: str


def show_fresh() -> None:
    """The link or key that was just made, with what to do with it."""
    fresh: Fresh | None = st.session_state.get(_SHOWN)
    if fresh is None:
        return
    with st.container(border=True):
        st.subheader(escaped(fresh.title), anchor=False)
        st.code(fresh.secret, language=None, wrap_lines=True)
        st.caption(fresh.note)
        st.button("I have kept it", icon=":material/check:", on_click=put_away)


def put_away() -> None:
    st.session_state.pop(_SHOWN, None)


def show_link(name: str, secret: str) -> None:
    """Keep a person's fresh link in view."""
    address = f"{service().context.settings.public_url.rstrip('/')}/enter/{secret}"
    st.session_state[_SHOWN] = Fresh(
        f"The link of {name}",
        address,
        "It is shown only now. Send it to this one person, by a way that nobody else reads: whoever has it is in. To "
        "try it yourself, use a private window; a browser holds one sign-in.",
    )


def add_person(actor: Actor) -> None:
    """The form for somebody new."""
    with st.form("person", clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", max_chars=120, key="person-name")
        role = st.selectbox("Role", _PEOPLE, format_func=str.capitalize, key="person-role")
        pressed = st.form_submit_button("Add", type="primary", icon=":material/person_add:")
    if pressed:
        with problems():
            show_link(name, service().access.add_person(actor, name, role).secret)


def people(actor: Actor) -> None:
    """Everybody with a personal link."""
    with needed():
        known = service().access.people(actor)
    removed = [one for one in known if one.removed_at]
    here = [one for one in known if not one.removed_at]
    if not here:
        st.caption("Nobody is here yet besides the link that the server prints when it starts. Add the first person.")
    for one in here:
        person(actor, one)
    if removed:
        with st.expander(f"Removed ({len(removed)})"):
            for one in removed:
                st.text(f"{one.name}, {one.role}, {link_state(one)}")


def person(actor: Actor, one: Person) -> None:
    """A line: who, what they see, how their link stands, and what can be done."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{escaped(one.name)}**, {one.role}")
            st.caption(link_state(one))
        if st.button("New link", key=f"link-{one.person_id}", icon=":material/link:"):
            renew(actor, one)
        if st.button("Remove", key=f"remove-{one.person_id}", icon=":material/person_remove:"):
            remove(actor, one)


def link_state(one: Person) -> str:
    """How the person's newest link stands, in words."""
    now, link = service().context.clock(), one.link
    if one.removed_at:
        return f"removed on {day(one.removed_at)}"
    if link is None:
        return "Has no link"
    if link.revoked_at:
        return f"Link withdrawn on {day(link.revoked_at)}"
    if link.expires_at and link.expires_at <= now:
        return f"Link ran out on {day(link.expires_at)}"
    return f"Link works until {day(link.expires_at)}" if link.expires_at else "Link works"


@st.dialog("Make a new link?")
def renew(actor: Actor, one: Person) -> None:
    st.write(f"{escaped(one.name)} gets a new link. The one they have stops working at once, wherever it is open.")
    if st.button("Make a new link", type="primary", icon=":material/link:"):
        with problems():
            show_link(one.name, service().access.new_link(actor, one.person_id).secret)
            st.rerun()


@st.dialog("Remove this person?")
def remove(actor: Actor, one: Person) -> None:
    st.write(f"{escaped(one.name)} is out at once. What they did stays, and you can add them again later.")
    if st.button("Remove", type="primary", icon=":material/person_remove:"):
        with problems():
            service().access.remove_person(actor, one.person_id)
            st.rerun()


def add_key(actor: Actor) -> None:
    """The form for a new API key."""
    with st.form("key", clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("What uses it", max_chars=120, key="key-name")
        role = st.selectbox("Role", _PROGRAMS, format_func=str.capitalize, key="key-role")
        pressed = st.form_submit_button("Create key", type="primary", icon=":material/key:")
    if pressed:
        with problems():
            secret = service().access.create_key(actor, name, role).secret
            st.session_state[_SHOWN] = Fresh(
                f"The key for {name}",
                secret,
                "It is shown only now. Programs send it as “Authorization: Bearer …”; whoever has it can call.",
            )


def keys(actor: Actor) -> None:
    """Every API key that was made here."""
    with needed():
        known = service().access.credentials(actor, "key")
    live = [one for one in known if not one.revoked_at]
    if not live:
        st.caption("There is no key yet. Programs need one to call the REST interface.")
    for one in live:
        key(actor, one)
    if len(live) < len(known):
        with st.expander(f"Revoked ({len(known) - len(live)})"):
            for one in known:
                if one.revoked_at:
                    st.text(f"{one.name}, {one.role}, revoked on {day(one.revoked_at)}")
    if service().context.settings.admin_key is not None:
        st.caption(
            "The server's setting INTERVIEW_ADMIN_KEY is an administrator's key too. It is changed there, not here."
        )


def key(actor: Actor, one: Credential) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{escaped(one.name)}**, {one.role}")
            st.caption(key_state(one.created_at))
        if st.button("Revoke", key=f"revoke-{one.credential_id}", icon=":material/key_off:"):
            revoke(actor, one)


def key_state(created_at: datetime) -> str:
    return f"Made on {day(created_at)}, works until it is revoked"


@st.dialog("Revoke this key?")
def revoke(actor: Actor, one: Credential) -> None:
    st.write(f"Programs that use the key {escaped(one.name)} are refused at once. This cannot be taken back.")
    if st.button("Revoke", type="primary", icon=":material/key_off:"):
        with problems():
            service().access.revoke(actor, one.credential_id)
            st.rerun()


actor = staff("administrator")
st.title("People and keys")
shown = st.container()
people_tab, keys_tab, roles_tab = st.tabs(["People", "API keys", "What each role sees"])
with people_tab:
    add_person(actor)
    people(actor)
with keys_tab:
    add_key(actor)
    keys(actor)
with roles_tab:
    for role, sees in _SEES.items():
        st.markdown(f"**{role.capitalize()}.** {sees}")
    st.caption("A candidate sees their own interview and nothing else; their link is made on the interview's page.")
with shown:
    show_fresh()
