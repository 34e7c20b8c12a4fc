"""Before the first question: who invites to what, what happens, the consent; and coming back after a break."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.errors import InterviewError
from interview.journeys import Journey
from pages.candidate.parts import adjustments
from pages.components import composer, problems
from pages.components.in_view import in_view
from pages.components.service import service
from pages.components.text import escaped

_BEGIN = "begin-now"
_REFUSED = "consent-refused"
_IN_WRITING = (
    "- **You write with software.** The interviewer is called {interviewer}. It asks the planned questions, one at a "
    "time, and some follow-ups.\n"
    "- **You set the pace.** You can have a question repeated or put in other words, take a moment, skip, correct your "
    "last answer, or finish early. None of that is rated.\n"
    "- **Nothing is lost.** You can refresh the page or open your link on another device; what you have typed is kept "
    "too. After about {pause} minutes without a message the interview pauses. It goes on where it was when you come "
    "back.\n"
)
_BY_VOICE = (
    "- **You talk with software.** The interviewer is called {interviewer}. It asks the planned questions, one at a "
    "time, and some follow-ups. You see in writing what both of you say.\n"
    "- **You need a microphone and a quiet place.** Headphones help. Before it starts you can try whether you are "
    "heard.\n"
    "- **A pause ends your answer.** A short one does not. Press “Let me think” when you want longer.\n"
    "- **You set the pace.** You can ask to hear a question again or in other words, take a moment, skip, or finish "
    "early. None of that is rated, and neither is how you speak.\n"
    "- **You can switch to text at any moment**, and go on from the same question.\n"
    "- **Nothing is lost.** You can refresh the page or open your link on another device. After about {pause} minutes "
    "without a word the interview pauses. It goes on where it was when you come back.\n"
)


def welcome(actor: Actor, journey: Journey) -> None:
    """What the candidate should know, then their consent; agreeing starts the interview, or the device check."""
    _title(journey)
    name = f", {escaped(journey.candidate_name)}" if journey.candidate_name.strip() else ""
    if journey.purpose == "practice":
        st.write(f"Hello{name}. Here you can practise for an interview. Nothing depends on how it goes.")
    else:
        how = "by voice" if journey.voice_offered else "in writing"
        st.write(f"Hello{name}. Thank you for your interest. The hiring team invites you to an interview {how}.")
    _figures(journey)
    _what_happens(journey)
    adjustments.section(actor, journey)
    _consent(actor, journey)


def start(actor: Actor, journey: Journey) -> None:
    """Consented, and no session open: the first start, or going on after a break."""
    if st.session_state.get(_BEGIN):
        _begin(actor)
    _title(journey)
    if journey.expired:
        st.subheader("Welcome back", anchor=False)
        st.write(
            "You were away for a while. Your answers are kept; the interview goes on where it was, after a short "
            "question to find your way in again."
        )
    else:
        st.write("Everything is ready. Begin when you are; the time starts with the first question.")
        _figures(journey)
    st.button(
        "Go on" if journey.expired else "Start the interview",
        key="start",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_wish_to_begin,
    )
    if typed := (journey.draft or journey.before_break).strip():
        composer.in_reach(typed)
    elif journey.session_id:
        composer.unsent_words(journey.session_id)
    adjustments.section(actor, journey)


def elsewhere() -> None:
    """The candidate is further (by another tab, say): a press that waits must not begin anything later."""
    st.session_state.pop(_BEGIN, None)


def _title(journey: Journey) -> None:
    kind = "Practice interview" if journey.purpose == "practice" else "Your interview"
    with st.container(key="beginning"):
        st.title(f"{kind}: {escaped(journey.role_title)}", anchor=False)
    in_view("beginning", journey.step)


def _figures(journey: Journey) -> None:
    with st.container(horizontal=True, gap="small"):
        if journey.voice_offered:
            st.badge("By voice", icon=":material/mic:", color="grey")
        else:
            st.badge("In writing", icon=":material/keyboard:", color="grey")
        st.badge(f"About {journey.planned_questions} questions", icon=":material/forum:", color="grey")
        extra = ", extra time included" if journey.extra_time_factor > 1 else ""
        st.badge(f"Up to {journey.time_limit_minutes:.0f} minutes{extra}", icon=":material/schedule:", color="grey")


def _what_happens(journey: Journey) -> None:
    pause = service().context.settings.session_timeout_minutes
    st.subheader("What happens", anchor=False)
    told = _BY_VOICE if journey.voice_offered else _IN_WRITING
    st.markdown(
        told.format(interviewer=escaped(journey.interviewer_name), pause=f"{pause:.0f}")
        + f"- **Your link is good until {journey.link_expires_at:%-d %B %Y}.**"
    )


def _consent(actor: Actor, journey: Journey) -> None:
    with st.container(border=True):
        st.subheader("What you agree to", anchor=False)
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in journey.notice))
        agreed = st.checkbox(
            "I have read this and agree to being interviewed this way", key=f"agreed-{hash(journey.notice)}"
        )
        st.button(
            "Agree and check the microphone" if journey.voice_offered else "Agree and start",
            key="agree",
            type="primary",
            icon=":material/mic:" if journey.voice_offered else ":material/play_arrow:",
            disabled=not agreed,
            on_click=_agree,
            args=(actor, journey),
        )
        st.caption("The time starts with the first question." if agreed else "Tick the box to go on.")
        if refused := st.session_state.pop(_REFUSED, None):
            problems.show(refused)


def _agree(actor: Actor, journey: Journey) -> None:
    """Keep the consent, then let the page begin, where there is room to say that it takes a moment; by voice the
    microphone is tried first.
    """
    try:
        service().journeys.consent(actor, journey.notice)
    except InterviewError as error:
        st.session_state[_REFUSED] = error
    else:
        if not journey.voice_offered:
            _wish_to_begin()


def _wish_to_begin() -> None:
    st.session_state[_BEGIN] = True


def _begin(actor: Actor) -> None:
    with problems.problems():
        with st.spinner("The interviewer is getting ready …"):
            st.session_state.pop(_BEGIN, None)  # last before the work: what is drawn may stop this run for another
            service().journeys.begin(actor)
        st.rerun()
