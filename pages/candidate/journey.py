"""The candidate's one page. The database says how far they are; each step stands in a file of its own."""

from pages.candidate.parts import done, talk, welcome
from pages.components import guard, problems
from pages.components.service import service

actor = guard.candidate()
with problems.needed():
    journey = service().journeys.read(actor)

if journey.step == "welcome":
    welcome.welcome(actor, journey)
elif journey.step == "start":
    welcome.start(actor, journey)
elif journey.step == "interview":
    talk.talk(actor, journey)
else:
    done.done(actor, journey)
