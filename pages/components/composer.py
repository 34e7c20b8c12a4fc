"""Where an answer is written: the words survive a failed turn, and every question begins with an empty field."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from interview.contract import SessionSnapshot
from interview.events import PromptPayload
from interview.models import MAX_ANSWER_CHARS
from pages.components import problems, turns
from pages.components.keeper import keep, typed

_ANSWERED_ELSEWHERE = ("idempotency_key_reused", "turn_conflict")
_WORTH_TRYING_AGAIN = ("llm_failure", "busy", "internal_error")


def prompt_id(snapshot: SessionSnapshot) -> int:
    """The transcript entry of the prompt in hand; 0 before any. The snapshot must be a whole one."""
    prompts = (event.payload for event in reversed(snapshot.events) if isinstance(event.payload, PromptPayload))
    return next((prompt.entry_id for prompt in prompts), 0)


def field(snapshot: SessionSnapshot) -> str:
    """The key of the text area: another one for each prompt, and once words were sent from it.

    A correction is written elsewhere, and buttons bring no words: what stands in the field stays through both.
    """
    return f"answer-{snapshot.session_id}-{prompt_id(snapshot)}-{len(_sent(snapshot))}"


def standing(snapshot: SessionSnapshot, draft: str) -> str:
    """For a widget's callback: what stands in the field as far as it was heard of. `draft`: as given to `composer`."""
    key = field(snapshot)
    words = typed(key)
    return _beginning(key, _unsent(snapshot, draft)) if words is None else words


def put(snapshot: SessionSnapshot, words: str) -> None:
    """For a widget's callback: let these words stand in the field."""
    key = field(snapshot)
    st.session_state[f"beginning-{key}"] = ""  # Streamlit warns where a widget is given words in two ways
    st.session_state[key] = words


def composer(
    snapshot: SessionSnapshot,
    *,
    draft: str = "",
    busy: bool,
    save: Callable[[str], None] | None = None,
    label: str = "Your answer",
    auto_send: bool = False,
    auto_generate: bool = False,
) -> None:
    """The field and Send, with what went wrong last above them. The page has to call `turns.run_waiting` at its end.

    `draft`: what was typed in reply to this prompt and not sent. `busy`: a turn waits. `save`: called with what is
    typed, some moments after it was.
    """
    key, seen = field(snapshot), turns.last_event(snapshot)
    _failure(snapshot.session_id, key)
    with st.form(f"form-{key}", border=False):
        st.text_area(
            label,
            value=_beginning(key, _unsent(snapshot, draft)),
            key=key,
            height=180,
            # Open also while a turn waits, since Streamlit empties a field that it disables; and without `max_chars`,
            # which lets nothing come of pasting too much, without a word.
            placeholder="Take your time.",
        )
        st.form_submit_button(
            "Send",
            key=f"send-{key}",
            type="primary",
            icon=":material/send:",
            disabled=busy,
            on_click=_send,
            args=(snapshot.session_id, key, seen, save, auto_send, auto_generate),
        )
    if refused := st.session_state.pop(_refused(key), ""):
        st.warning(refused, icon=":material/edit:")
    if save is not None:
        keep(key, save)


def objection(words: str) -> str:
    """Why these words cannot be sent, as a sentence; empty where they can."""
    if not words.strip():
        return "There is nothing to send yet. Please write some words first."
    if len(words) > MAX_ANSWER_CHARS:
        return f"These are {len(words):,} characters; up to {MAX_ANSWER_CHARS:,} can be sent. Please shorten them."
    return ""


def unsent_words(session_id: str) -> None:
    """Words for a session that takes none any more, for copying; nothing where there are none."""
    failed = turns.failure(session_id)
    turn = failed[0] if failed else turns.waiting(session_id)
    if turn and turn.answer.strip():
        in_reach(turn.answer)


def _send(
    session_id: str,
    key: str,
    seen: int,
    save: Callable[[str], None] | None,
    auto_send: bool,
    auto_generate: bool,
) -> None:
    words: str = st.session_state.get(key, "")
    if refused := objection(words):
        st.session_state[_refused(key)] = refused
        return
    if save is not None:
        save(words)  # whatever becomes of the turn, the words are kept
    turns.submit(session_id, seen, "answer", words, auto_send=auto_send, auto_generate=auto_generate)


def _failure(session_id: str, key: str) -> None:
    failed = turns.failure(session_id)
    if failed is None:
        return
    turn, error = failed
    if error.code in _ANSWERED_ELSEWHERE:
        _answered_elsewhere(session_id, turn.answer, still_there=_at_hand(key, turn.answer))
        return
    problems.show(error)
    if error.code in _WORTH_TRYING_AGAIN:
        st.button(
            "Try again",
            key=f"again-{session_id}",
            icon=":material/refresh:",
            on_click=turns.retry,
            args=(session_id,),
        )


def _answered_elsewhere(session_id: str, words: str, *, still_there: bool) -> None:
    if still_there or not words.strip():
        st.info(
            "The interview went on meanwhile, perhaps in another tab. Here is where it stands. "
            + ("Your words are still in the field." if still_there else ""),
            icon=":material/sync:",
        )
        return
    st.info(
        "This question has been answered already, perhaps in another tab. Here is where the interview stands.",
        icon=":material/sync:",
    )
    in_reach(words)
    st.button("I do not need these words", key=f"forget-{session_id}", on_click=turns.forget, args=(session_id,))


def in_reach(words: str) -> None:
    """Words of the candidate's that have no place any more, for copying."""
    st.caption("What you wrote and was not taken. You can copy it from here.")
    st.code(words, language=None, wrap_lines=True, height=160 if len(words) > 400 else "content")


def _at_hand(key: str, words: str) -> bool:
    return bool(words.strip()) and st.session_state.get(key, "").strip() == words.strip()


def _sent(snapshot: SessionSnapshot) -> list[str]:
    """The words that came from this prompt's field: answers and what was asked or wished in words."""
    asked = prompt_id(snapshot)
    lines = [line for line in snapshot.transcript if line.entry_id > asked and line.corrects is None]
    return [line.text for line in lines if line.role == "candidate"]


def _unsent(snapshot: SessionSnapshot, draft: str) -> str:
    """The draft, unless it is the beginning of what was sent since: it is kept for a prompt, which may still stand."""
    sent = _sent(snapshot)
    return "" if sent and sent[-1].strip().startswith(draft.strip()) else draft


def _beginning(key: str, draft: str) -> str:
    """What the field began with in this visit: a newer draft must not take the place of words that are being typed."""
    first: str = st.session_state.setdefault(f"beginning-{key}", draft)
    return first


def _refused(key: str) -> str:
    return f"refused-{key}"
