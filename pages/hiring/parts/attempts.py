"""The sessions of an interview: which one is read, the list of all, and scoring one again."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.records import InterviewRecord, SessionSummary
from interview.service import Service
from pages.components.problems import problems
from pages.components.times import moment
from pages.hiring.parts.review import page
from pages.hiring.parts.wording import MODES, SESSION_STATES


def show_review(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    """The session that the URL names, else the one that stands for the interview."""
    chosen = _chosen(record)
    if chosen is None:
        st.subheader("Nothing has been said yet")
        st.write("Levels and transcript appear here with the first answers. The candidate comes in by an invitation.")
        return
    stands = chosen.session_id == (standing := _standing(record))
    rated = _rated_by_themselves(record)
    if len(rated) > 1:
        _choose(rated, chosen.session_id)
    if standing and not stands and chosen.session_id not in rated:
        st.caption(f"You are reading another session: {_about(chosen)}.")
        st.button("Read the one that counts", icon=":material/undo:", on_click=_read, args=(None,))
    with problems():
        chain = [candor.sessions.get(actor, one.session_id) for one in _chain(record, chosen)]
        page.show(candor, actor, record, chain, stands=stands)


def _rated_by_themselves(record: InterviewRecord) -> dict[str, str]:
    """What can be read and rated by itself, and what it is called: the session that counts, then imported ones."""
    standing = _standing(record)
    own = [one for one in reversed(record.sessions) if one.session_id == standing or one.status == "imported"]
    own.sort(key=lambda one: one.session_id != standing)
    return {one.session_id: _about(one) + ", counts" * (one.session_id == standing) for one in own}


def _choose(rated: dict[str, str], shown: str) -> None:
    """Which one; a widget of its own for each that is shown, so that the address and nothing else says which it is."""
    ids, key = list(rated), f"rated-{shown}"
    st.selectbox(
        "What to read and rate", ids, index=ids.index(shown) if shown in rated else None,
        format_func=rated.__getitem__, key=key, placeholder="Choose what to read",
        on_change=lambda: _read(st.session_state[key]),
    )  # fmt: skip


def show(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    """All sessions, newest first."""
    if not record.sessions:
        st.write("There are no sessions yet. One begins when the candidate opens their link, or when you practise.")
    standing = _standing(record)
    for one in reversed(record.sessions):
        with st.container(border=True):
            st.markdown(
                f"**{SESSION_STATES[one.status]}**{', stands for the interview' * (one.session_id == standing)}"
            )
            st.caption(_about(one))
            with st.container(horizontal=True):
                st.button(
                    "Read", key=f"read-{one.session_id}", icon=":material/article:", on_click=_read,
                    args=(one.session_id,),
                )  # fmt: skip
                again = one.status != "active" and st.button(
                    "Score again", key=f"score-{one.session_id}", icon=":material/refresh:"
                )
            if again:
                _score(candor, actor, record, one)
    if record.sessions:
        st.caption("Scoring again adds a scorecard; the earlier ones stay. It can take a minute.")


def _score(candor: Service, actor: Actor, record: InterviewRecord, one: SessionSummary) -> None:
    with problems(), st.spinner("Scoring every answer again …"):
        card = candor.scorecards.score(actor, record.interview_id, one.session_id)
        if not card.competencies:
            st.write("A new scorecard has been added. It is closed to you until you have rated.")
            return
        level = f"{card.overall_score:.1f} of 5" if card.overall_score else "no score"
        st.write(f"A new scorecard has been added: {level} overall.")


def _read(session_id: str | None) -> None:
    """For a button's callback: read this session (None: the one that counts)."""
    st.session_state["tab"] = "Review"
    if session_id:
        st.query_params["session"] = session_id
    else:
        st.query_params.pop("session", None)


def _standing(record: InterviewRecord) -> str | None:
    """The session that stands for the interview: completed ones first, then imported ones; of these the newest."""
    rank = {"complete": 0, "imported": 1}
    own = [one for one in reversed(record.sessions) if not one.rehearsal]
    return min(own, key=lambda one: rank.get(one.status, 2)).session_id if own else None


def _chosen(record: InterviewRecord) -> SessionSummary | None:
    by_id = {one.session_id: one for one in record.sessions}
    return by_id.get(st.query_params.get("session", "")) or by_id.get(_standing(record) or "")


def _chain(record: InterviewRecord, chosen: SessionSummary) -> list[SessionSummary]:
    """The session with the interrupted ones of its attempt that it carries on, oldest first."""
    earlier = [
        one
        for one in record.sessions
        if (one.attempt, one.rehearsal, one.status) == (chosen.attempt, chosen.rehearsal, "expired")
        and one.created_at < chosen.created_at
    ]
    return [*earlier, chosen] if chosen.status != "imported" else [chosen]


def _about(one: SessionSummary) -> str:
    if one.status == "imported":
        return f"Imported transcript, taken in {moment(one.created_at)}"
    kind = "rehearsal by the team" if one.rehearsal else f"attempt {one.attempt}"
    mode = MODES[one.mode].lower()
    ended = (
        f", completed {moment(one.completed_at)}" if one.completed_at else f", last touched {moment(one.last_touched)}"
    )
    return f"{kind.capitalize()}, {mode}, begun {moment(one.created_at)}{ended}"
