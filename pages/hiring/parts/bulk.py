"""Many candidates invited by one file: looked at first, made with one click, the links shown once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import pandas as pd
import streamlit as st

from interview.access import Actor
from interview.bulk import BulkLinks, BulkLook
from interview.bulk_lines import COLUMNS, EXAMPLE, MAX_LINES, NEEDED
from interview.errors import InterviewError
from interview.positions import Position
from pages.components.problems import problems, show
from pages.components.service import service
from pages.components.text import escaped, sentence
from pages.hiring.parts.wording import MODES

_WISH, _LINKS, _FORM, _PROBLEM = "bulk-wish", "bulk-links", "bulk-form", "bulk-problem"
_BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""

_MEANING = {
    "candidate_name": "needed",
    "candidate_email": "needed; nothing is sent to it, it tells people apart",
    "resume_text": "the résumé's words, which bring questions of the candidate's own beside those that all get",
    "mode": "text, or live (by voice)",
    "extra_time_factor": "1 to 4",
    "expires_in_hours": "up to 2160",
}


@dataclass(frozen=True)
class Wish:
    """A file that is to be carried out. The key makes it happen once, however often the page runs meanwhile."""

    position_id: str
    data: bytes
    key: str


def invite_many(actor: Actor, position: Position) -> None:
    """The file, what it would make, and what it made."""
    links: BulkLinks | None = st.session_state.get(_LINKS)
    wanted: Wish | None = st.session_state.get(_WISH)
    if links is not None and links.position_id == position.position_id:
        _made(links)
    elif wanted is not None and wanted.position_id == position.position_id:
        _carry_out(actor, wanted)
    elif position.approved_at is None:
        st.write("Candidates can be invited when somebody has read this version of the plan and approved it.")
    else:
        _form(actor, position)


def _form(actor: Actor, position: Position) -> None:
    if problem := st.session_state.pop(_PROBLEM, None):
        show(problem)
    st.write(
        f"A CSV file with a line for each candidate, up to {MAX_LINES}. It is looked at first; then all of the "
        "interviews and links are made, or none."
    )
    with st.expander("The columns", icon=":material/table_chart:"):
        for column in COLUMNS:
            st.caption(f"**{escaped(column)}**: {_MEANING[column]}")
        st.caption(f"Comma or semicolon, in UTF-8. All but {' and '.join(map(escaped, NEEDED))} may be left out.")
    st.download_button(
        "Example file", EXAMPLE, "candidates.csv", "text/csv", icon=":material/download:", on_click="ignore"
    )
    number = st.session_state.get(_FORM, 0)
    file = st.file_uploader("File with the candidates", ["csv"], key=f"bulk-file-{position.position_id}-{number}")
    if file is None:
        return
    data = file.getvalue()
    with problems():
        _looked_at(service().bulk.look(actor, position.position_id, data), position.position_id, data)


def _looked_at(look: BulkLook, position_id: str, data: bytes) -> None:
    """The problems, all at once; without any, what would be made and the button."""
    if look.problems:
        count = "1 problem" if len(look.problems) == 1 else f"{len(look.problems)} problems"
        st.error(f"{count} in the file, so nothing can be made yet.", icon=":material/error:")
        rows = {
            "Line": [str(each.line) for each in look.problems],
            "Column": [escaped(each.column) for each in look.problems],
            "What to do": [sentence(each.problem) for each in look.problems],
        }
        st.table(pd.DataFrame(rows).set_index("Line"))  # a table that can be scrolled cuts sentences off on a phone
        st.caption("Put the file right and choose it again.")
        return
    st.dataframe(
        [
            {
                "Line": each.line,
                "Candidate": each.candidate_name,
                "E-mail": each.candidate_email,
                "Résumé": each.resume,
                "How": MODES[each.mode],
                "Time": f"×{each.extra_time_factor:g}",
                "Hours": each.expires_in_hours,
            }
            for each in look.invitees
        ],
        hide_index=True,
        column_config={"Line": st.column_config.NumberColumn(width=60)},
    )
    number = len(look.invitees)
    many = f"Make {number} interviews and links" if number > 1 else "Make the interview and its link"
    st.button(many, type="primary", icon=":material/group_add:", on_click=_begin, args=(position_id, data))


def _begin(position_id: str, data: bytes) -> None:
    """Callback: let the next run make what was looked at, once."""
    if _WISH not in st.session_state:
        st.session_state[_WISH] = Wish(position_id, data, str(uuid4()))


def _carry_out(actor: Actor, wanted: Wish) -> None:
    st.caption("Stay on this page until the links are shown.")
    bar = st.progress(0.0, "Reading the résumés")
    try:
        st.session_state[_LINKS] = service().bulk.make(
            actor, wanted.position_id, wanted.data, wanted.key, lambda share: bar.progress(share, "Reading the résumés")
        )
        st.session_state[_FORM] = st.session_state.get(_FORM, 0) + 1
    except InterviewError as error:
        st.session_state[_PROBLEM] = error
    st.session_state.pop(_WISH, None)
    st.rerun()


def _made(links: BulkLinks) -> None:
    """The only time that the links are shown: nothing keeps them."""
    number = len(links.made)
    st.subheader(f"{number} interviews and links are made" if number > 1 else "The interview and its link are made")
    st.write(
        "Keep the file with the links now: they cannot be shown again. Each link is for one person alone; send it by a "
        "way that nobody else reads."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Download the links",
            (_BYTE_ORDER_MARK + links.csv()).encode(),
            "links.csv",
            "text/csv",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button("I have kept the file", icon=":material/check:", on_click=_put_away)
    st.dataframe(
        [
            {
                "Candidate": one.line.name,
                "E-mail": one.line.email,
                "Until": one.issued.expires_at,
                "Link": one.issued.url,
            }
            for one in links.made
        ],
        hide_index=True,
        column_config={"Until": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")},
    )


def _put_away() -> None:
    """Callback: the links are not shown again."""
    st.session_state.pop(_LINKS, None)
