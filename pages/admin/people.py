"""People and keys: who is on the team, what lets them in, and which programs may call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import streamlit as st

from interview.access import Actor
from interview.people import STAFF_ROLES, Credential, Issued, Person
from pages.components.guard import staff
from pages.components.problems import needed, problems
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import day

_PEOPLE = {role: role.capitalize() for role in ("hiring", "analyst", "administrator")}
_PROGRAMS = {role: role.capitalize() for role in ("program", "hiring", "analyst", "administrator")}
_SEES = {
    "hiring": "Positions, interviews with résumés and transcripts, invitations, reviews; scores once they rated.",
    "analyst": "Scores, questions, agreement and fairness of many interviews, by ids. No names, no transcripts.",
    "administrator": "All that the hiring team and analysts see, and people and keys, webhooks and the audit log.",
    "program": "No pages. With an API key, the same calls as the hiring team, over REST.",
}
_HERE_ONLY = (
    " It works on this machine only: for others, start the server with INTERVIEW_PUBLIC_URL set to the address by "
    "which they reach it."
)
_SHOWN, _WISH = "fresh-secret", "people-wish"


@dataclass(frozen=True)
class Wish:
    """What was pressed last, until it is carried out.

    `subject`: an id, empty for what is new; of a new key, the person's whose it is. `ends`: the id of the link or key
    that stops working by it.
    """

    kind: Literal["person", "link", "removal", "key", "revocation"]
    name: str
    subject: str = ""
    role: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Fresh:
    """A secret that was just made; kept for this visit until it is put away."""

    credential_id: str
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
    """For a widget's callback: the secret is not shown again."""
    st.session_state.pop(_SHOWN, None)


def wish(wanted: Wish) -> None:
    """For a widget's callback: let this be done in the page run that follows."""
    st.session_state[_WISH] = wanted


def wish_new(kind: Literal["person", "key"]) -> None:
    """The same for a form, whose fields hold the name and the role, or the id of the person whose role a key has."""
    name, choice = st.session_state[f"{kind}-name"], st.session_state[f"{kind}-role"]
    wish(Wish(kind, name, role=choice) if choice in STAFF_ROLES else Wish(kind, name, choice))


def carry_out(actor: Actor) -> None:
    """The page's one write: what was pressed, once."""
    wanted: Wish | None = st.session_state.pop(_WISH, None)
    if wanted is None:
        return
    access = service().access
    match wanted.kind:
        case "person":
            show_link(access.add_person(actor, wanted.name, wanted.role), wanted.name)
        case "link":
            show_link(access.new_link(actor, wanted.subject), wanted.name)
        case "removal":
            access.remove_person(actor, wanted.subject)
        case "key":
            show_key(access.create_key(actor, wanted.name, wanted.role or None, wanted.subject or None), wanted.name)
        case "revocation":
            access.revoke(actor, wanted.subject)
    fresh: Fresh | None = st.session_state.get(_SHOWN)
    if fresh is not None and fresh.credential_id == wanted.ends:
        put_away()


def show_link(issued: Issued, name: str) -> None:
    """Keep a person's fresh link in view."""
    address = service().context.settings.public_url.rstrip("/")
    here_only = urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
    st.session_state[_SHOWN] = Fresh(
        issued.credential_id,
        f"The link of {name}",
        f"{address}/enter/{issued.secret}",
        "It is shown only now. Send it to this one person, by a way that nobody else reads: whoever has it is in. To "
        "try it yourself, use a private window; a browser holds one sign-in." + (_HERE_ONLY if here_only else ""),
    )


def show_key(issued: Issued, name: str) -> None:
    """Keep a fresh API key in view."""
    st.session_state[_SHOWN] = Fresh(
        issued.credential_id,
        f"The key for {name}",
        issued.secret,
        "It is shown only now. Programs send it as “Authorization: Bearer …”; whoever has it can call.",
    )


def new_form(
    kind: Literal["person", "key"], label: str, choice: str, choices: Mapping[str, str], button: str, icon: str
) -> None:
    """A name, a role (of a key, perhaps a person's) and the button that makes them a person or a key."""
    with st.form(kind, clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(label, max_chars=120, key=f"{kind}-name")
        st.selectbox(choice, list(choices), format_func=lambda each: choices.get(each, ""), key=f"{kind}-role")
        st.form_submit_button(button, type="primary", icon=icon, on_click=wish_new, args=(kind,))


def people(actor: Actor, known: Sequence[Person]) -> None:
    """Everybody with a personal link."""
    here = sorted((one for one in known if not one.removed_at), key=lambda one: one.name.casefold())
    if not here:
        st.caption("Nobody is here yet besides the link that the server prints when it starts. Add the first person.")
    for one in here:
        person(actor, one)
    if removed := [one for one in known if one.removed_at]:
        with st.expander(f"Removed ({len(removed)})"):
            for one in removed:
                st.text(f"{one.name}, {one.role}, {link_state(one)}")


def person(actor: Actor, one: Person) -> None:
    """A line: who, their role, how their link stands, and what can be done."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{escaped(one.name)}**, {one.role}")
            st.caption(link_state(one))
        with st.container(horizontal=True, width="content"):
            if st.button("New link", key=f"link-{one.person_id}", icon=":material/link:"):
                renew(actor, one)
            if st.button("Remove", key=f"remove-{one.person_id}", icon=":material/person_remove:"):
                remove(actor, one)


def link_state(one: Person) -> str:
    """How the person's newest link stands, in words."""
    link = one.link
    if one.removed_at:
        return f"removed on {day(one.removed_at)}"
    if link is None:
        return "Has no link"
    if link.revoked_at:
        return f"Link withdrawn on {day(link.revoked_at)}"
    if link.expires_at and link.expires_at <= service().context.clock():
        return f"Link ran out on {day(link.expires_at)}"
    return f"Link works until {day(link.expires_at)}" if link.expires_at else "Link works"


def is_own(actor: Actor, one: Person) -> bool:
    """Whether whoever looks at the page came in by this person's link."""
    return one.link is not None and actor.id == f"link:{one.link.credential_id}"


@st.dialog("Make a new link?")
def renew(actor: Actor, one: Person) -> None:
    st.write(f"{escaped(one.name)} gets a new link. The one they have stops working at once, wherever it is open.")
    if is_own(actor, one):
        st.caption("This is you. Keep the new link when it is shown: you come in by it again.")
    confirm("Make a new link", ":material/link:", Wish("link", one.name, one.person_id))


@st.dialog("Remove this person?")
def remove(actor: Actor, one: Person) -> None:
    st.write(f"{escaped(one.name)} is out at once, and so is whatever uses their keys.")
    st.write("What they did stays, and you can add them again later.")
    if is_own(actor, one):
        st.caption("This is you. You come in again only by a link that another administrator or the server gives you.")
    ends = one.link.credential_id if one.link else ""
    confirm("Remove", ":material/person_remove:", Wish("removal", one.name, one.person_id, ends=ends))


@st.dialog("Revoke this key?")
def revoke(one: Credential) -> None:
    st.write(f"Programs that use the key {escaped(one.name)} are refused at once. This cannot be taken back.")
    wanted = Wish("revocation", one.name, one.credential_id, ends=one.credential_id)
    confirm("Revoke", ":material/key_off:", wanted)


def confirm(label: str, icon: str, wanted: Wish) -> None:
    """A dialog's own button; the page runs anew without the dialog."""
    if st.button(label, key=f"confirm-{wanted.kind}", type="primary", icon=icon, on_click=wish, args=(wanted,)):
        st.rerun()


def keys(known: Sequence[Credential], names: Mapping[str, str]) -> None:
    """Every API key that was made here. `names`: of people, by id."""
    live = [one for one in known if not one.revoked_at]
    if not live:
        st.caption("There is no key yet. Programs need one to call the REST interface.")
    for one in live:
        key(one, names.get(one.person_id or ""))
    if len(live) < len(known):
        with st.expander(f"Revoked ({len(known) - len(live)})"):
            for one in known:
                if one.revoked_at:
                    st.text(f"{one.name}, {one.role}, revoked on {day(one.revoked_at)}")
    if service().context.settings.admin_key is not None:
        st.caption("The server's setting INTERVIEW_ADMIN_KEY is an administrator's key too; it is changed there.")


def key(one: Credential, whose: str | None) -> None:
    """A line: what uses the key, its role, whose it is, and the way to revoke it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{escaped(one.name)}**, {one.role}")
            made = f"Made on {day(one.created_at)}, works until it is revoked"
            st.caption(
                f"{made}. What it does counts as done by {escaped(whose)}, and it ends with them" if whose else made
            )
        if st.button("Revoke", key=f"revoke-{one.credential_id}", icon=":material/key_off:"):
            revoke(one)


def roles() -> None:
    """What each role sees, in plain words."""
    for role, sees in _SEES.items():
        st.markdown(f"**{role.capitalize()}.** {sees}")
    st.caption("A candidate sees their own interview and nothing else; their link is made on the interview's page.")


actor = staff("administrator")
st.title("People and keys")
with problems():
    carry_out(actor)
show_fresh()
with needed():
    everybody = service().access.people(actor)
    api_keys = service().access.credentials(actor, "key")
people_tab, keys_tab, roles_tab = st.tabs(["People", "API keys", "What each role sees"])
with people_tab:
    new_form("person", "Name", "Role", _PEOPLE, "Add", ":material/person_add:")
    people(actor, everybody)
with keys_tab:
    members = {one.person_id: f"{one.name}, {one.role}" for one in everybody if not one.removed_at}
    new_form("key", "What uses it", "Role, or whose key", _PROGRAMS | members, "Create key", ":material/key:")
    st.caption("Reviews and decisions are people's: made by their link, or by a key that is theirs.")
    keys(api_keys, {one.person_id: one.name for one in everybody})
with roles_tab:
    roles()
