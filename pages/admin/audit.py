"""The audit log: who did what to what, and when. `?action=…&who=…&subject=…&from=YYYY-MM-DD&before=LINE`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import partial

import pandas as pd
import streamlit as st

from interview.access import Actor
from interview.auditing import MAX_EXPORT, AuditChoices, AuditFilter, AuditLine, AuditPage
from interview.exports import score_rows_csv
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.times import zone

PAGE = 100
"""Lines at once."""
COLUMNS = ("audit_id", "at", "who", "actor", "role", "action", "subject", "detail")
_UUID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_FILTERS = ("action", "who", "subject", "from")
_PLAIN = {"True": "yes", "False": "no", "None": "none"}
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


def told(choices: AuditChoices) -> AuditFilter:
    """What the URL asks for; a value that is none is passed over. The widgets follow it."""
    query = st.query_params
    action = query.get("action") if query.get("action") in choices.actions else None
    who = query.get("who") if query.get("who") in choices.who else None
    since, subject = day(query.get("from", "")), query.get("subject", "")[:80]
    for name, value in zip(_FILTERS, (action, who, subject, since), strict=True):
        st.session_state[f"audit-{name}"] = value
    midnight = datetime.combine(since, time.min, tzinfo=UTC) if since else None
    return AuditFilter(action=action, who=who, subject=subject, since=midnight)


def day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_DAY <= found <= _LAST_DAY else None


def place() -> int | None:
    """The line before which this page begins; None on the first."""
    before = st.query_params.get("before", "")
    return int(before) if before.isdecimal() and len(before) < 16 else None


def to_url(name: str) -> None:
    """Write a widget's value into the URL, from which the page reads it; another filter begins at its newest line."""
    value = st.session_state[f"audit-{name}"]
    st.query_params.pop("before", None)
    if value:
        st.query_params[name] = str(value)
    else:
        st.query_params.pop(name, None)


def turn(before: int | None) -> None:
    """For a button: to the page that begins before this line, or to the first."""
    if before is None:
        st.query_params.pop("before", None)
    else:
        st.query_params["before"] = str(before)


def clear() -> None:
    for name in (*_FILTERS, "before"):
        st.query_params.pop(name, None)


def widgets(choices: AuditChoices) -> None:
    with st.grid(4, min_column_width=190, vertical_alignment="bottom"):
        for name, label, options in (
            ("action", "What was done", {action: in_words(action) for action in choices.actions}),
            ("who", "Who did it", choices.who),
        ):
            st.selectbox(
                label,
                list(options),
                index=None,
                placeholder="Any" if name == "action" else "Anybody",
                format_func=partial(shown, options),
                key=f"audit-{name}",
                on_change=to_url,
                args=(name,),
            )
        st.text_input("Subject (its whole id)", max_chars=80, key="audit-subject", on_change=to_url, args=("subject",))
        st.date_input(
            "From (UTC)",
            value=None,
            min_value=_FIRST_DAY,
            max_value=_LAST_DAY,
            format="YYYY-MM-DD",
            key="audit-from",
            on_change=to_url,
            args=("from",),
        )


def shown(options: Mapping[str, str], each: str) -> str:
    return options.get(each, each)


def in_words(action: str) -> str:
    """As in `Scores seen unrated`."""
    return action.replace("_", " ").capitalize()


def detail(line: AuditLine) -> str:
    """As in `competency: Debugging, level: 4`; ids come last, after what a person reads."""
    said = sorted(line.detail.items(), key=lambda each: _UUID.fullmatch(str(each[1])) is not None)
    return ", ".join(f"{name}: {_PLAIN.get(str(each), each)}" for name, each in said)


def table(lines: Sequence[AuditLine]) -> None:
    frame = pd.DataFrame(
        {
            "When": [line.at.astimezone(zone()) for line in lines],
            "Who": [line.who for line in lines],
            "What": [in_words(line.action) for line in lines],
            "Detail": [_UUID.sub(r"\1…", detail(line)) for line in lines],
            "Role": [line.role for line in lines],
            "Subject": [line.subject for line in lines],
            "By": [line.actor for line in lines],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        alt="Audit log, newest first",
        column_config={
            "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss", width=158, help="In your own zone."),
            "Who": st.column_config.TextColumn(width=212),
            "What": st.column_config.TextColumn(width=150),
            "Detail": st.column_config.TextColumn(
                width=298,
                help="Codes, ids and figures; never anybody's words. Ids are shortened; a file has them whole.",
            ),
            "Role": st.column_config.TextColumn(width=110),
            "Subject": st.column_config.TextColumn(width=280, help="The id of what it was done to."),
            "By": st.column_config.TextColumn(width=280, help="The link, key or invitation that was used."),
        },
    )


def below(actor: Actor, wanted: AuditFilter, page: AuditPage) -> None:
    """The ways to older and newer lines, and the file."""
    with st.container(horizontal=True):
        if place() is not None:
            st.button("Newest", icon=":material/first_page:", on_click=turn, args=(None,))
        if page.next is not None:
            st.button("Older", icon=":material/chevron_right:", on_click=turn, args=(page.next,))
        st.download_button(
            "Download CSV",
            data=partial(file, actor, wanted),
            file_name="audit-log.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help=f"All lines of the filter, the newest {MAX_EXPORT:,} at most; times are UTC.",
        )


def file(actor: Actor, wanted: AuditFilter) -> str:
    lines = service().audits.export(actor, wanted)
    return score_rows_csv([line.model_dump() | {"detail": detail(line)} for line in lines], COLUMNS)


actor = staff("administrator")
st.title("Audit log")
st.caption(
    "What people, programs and candidates did here, newest first. Lines are added and never changed; they hold ids, "
    "codes and figures, and nobody's words."
)
with needed():
    choices = service().audits.choices(actor)
    wanted = told(choices)
widgets(choices)
with needed():
    page = service().audits.read(actor, wanted, place(), PAGE)
if page.lines:
    table(page.lines)
    below(actor, wanted, page)
else:
    st.subheader("Nothing in the log matches")
    st.write("Widen the filter, or begin with an earlier day.")
    st.button("Clear the filter", icon=":material/filter_alt_off:", on_click=clear)
