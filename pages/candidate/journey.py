"""The candidate's one page. The database says how far they are; each step stands in a file of its own."""

import streamlit as st

from pages.candidate.parts import done, live, talk, welcome
from pages.components import guard, problems
from pages.components.service import service

_OWN_DIRECTION = "<style>.stTextArea textarea, .stCode code { unicode-bidi: plaintext; text-align: start }</style>"
"""What somebody writes runs as its letters do: Arabic and Hebrew from the right, also while it is being written."""

actor = guard.candidate()
st.html(_OWN_DIRECTION)
with problems.needed():
    journey = service().journeys.read(actor)

speaking = journey.step in ("start", "interview") and journey.voice_offered and journey.mode == "live"
if not speaking:
    live.elsewhere()
if speaking:
    live.by_voice(actor, journey)
elif journey.step == "welcome":
    welcome.welcome(actor, journey)
elif journey.step == "start":
    welcome.start(actor, journey)
elif journey.step == "interview":
    talk.talk(actor, journey)
else:
    done.done(actor, journey)
