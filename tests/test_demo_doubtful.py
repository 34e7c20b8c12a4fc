"""Words of the demo data's talks that were not clearly heard, in the packets, against the truth."""

from __future__ import annotations

from typing import Literal

import pytest

from interview.access import SYSTEM
from interview.packet.warnings import LOW_QUALITY
from interview.synthetic.asking import Exchange
from interview.synthetic.held import Held
from interview.synthetic.truth import FIRST_WORDS, LAST_WORDS, Interview, Session

pytestmark = pytest.mark.slow


def _exchanges(interview: Interview, session: Session) -> list[Exchange]:
    return [one for response in interview.responses(session) for one in response.exchanges]


def _share(interview: Interview, session: Session) -> float:
    """Of the candidate's characters, those of every session that was carried on included."""
    found = _exchanges(interview, session)
    said = sum(len(one.said) for one in found) + len(FIRST_WORDS) * (2 if session.goes_on else 1)
    said += len(LAST_WORDS) if session.ending == "completed" else 0
    return sum(end - start for one in found for start, end in one.doubtful) / said


def test_packets_tell_of_words_that_were_not_clearly_heard(demo: Held) -> None:
    """How many places, what share of the words, and which of the two warnings; no warning in any other packet."""
    told: set[Literal["low_quality", "doubtful_words"]] = set()
    for interview in demo.truth.interviews:
        session = interview.standing
        if session is None:
            continue
        packet = demo.service.packets.of_interview(SYSTEM, demo.interview_ids[interview.number])
        places, share = sum(len(one.doubtful) for one in _exchanges(interview, session)), _share(interview, session)
        assert packet.doubtful_share == pytest.approx(share), interview.number
        warnings = [one for one in packet.warnings if one.kind in ("low_quality", "doubtful_words")]
        assert len(warnings) == (places > 0)
        for one in warnings:
            assert one.kind == ("low_quality" if share >= LOW_QUALITY else "doubtful_words")
            assert one.words.startswith(f"{share:.0%} of the candidate's words")
            assert ("in one place," if places == 1 else f"in {places} places,") in one.words
            told.add(one.kind)
    assert told == {"low_quality", "doubtful_words"}


def test_the_transcript_marks_the_places_and_no_others(demo: Held) -> None:
    """The ranges of each answer, in the order in which they were said."""
    for interview in demo.truth.interviews:
        session = interview.standing
        if session is None:
            continue
        entries = demo.service.interviews.transcript(SYSTEM, demo.interview_ids[interview.number])
        found = [(one.text, one.doubtful) for one in entries if one.role == "candidate" and one.doubtful]
        assert found == [(one.said, one.doubtful) for one in _exchanges(interview, session) if one.doubtful]


def test_doubtful_words_are_spoken_ones_and_show_no_level(demo: Held) -> None:
    """Nothing that was written is doubtful, and the sentences that an engine quotes were all understood."""
    for interview in demo.truth.interviews:
        for session in interview.sessions:
            spoken = session.responses[: session.voice_fails_after] if session.mode == "live" else ()
            assert not any(one.doubtful for each in session.responses[len(spoken) :] for one in each.exchanges)
            for one in (each for response in spoken for each in response.exchanges if each.doubtful):
                assert all("On “" not in one.said[start:end] for start, end in one.doubtful)
