"""The voice without a key where a talk is disturbed: muted, taken over, recorded, withdrawn, its worker killed."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import av
import numpy as np
import pytest
from builders import House, house
from embedded_talk import ANSWERS, FAST, Begin, Talking, leave, words_in
from speech_samples import quiet

from interview.access import SYSTEM, Actor
from interview.contract import TranscriptLine
from interview.live.embedded import EmbeddedVoice
from interview.live.line import MESSAGE_BYTES, ErrorMessage, TurnCompleteMessage
from interview.live.rooms import LiveRooms
from interview.records import InterviewRecord

pytestmark = pytest.mark.slow

APPLIED, EXPORT, COMPARED = ANSWERS[:3]
DEBUGGING = "Tell me about debugging, part 1."
_RATE = 48_000
_MESSAGE_SECONDS = 0.02


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("embedded-more")
    opened = house(folder, core=1, probes=0, most_talks=3, voice_pause_seconds=1, session_timeout_minutes=120)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def voice(home: House) -> EmbeddedVoice:
    return EmbeddedVoice(home.settings)


@pytest.fixture(scope="module")
def live(home: House, voice: EmbeddedVoice) -> Iterator[LiveRooms]:
    timing = replace(FAST, wrap_up=0.5)
    rooms = LiveRooms(home.service.context, home.service.spoken, voice=lambda _: voice, timing=timing)
    yield rooms
    rooms.close()


@pytest.fixture
def begin(home: House, live: LiveRooms, sounds: dict[str, bytes]) -> Iterator[Begin]:
    """Begins talks, and ends those that a test leaves open."""
    begun: list[Talking] = []

    def start(record: InterviewRecord | None = None, actor: Actor = SYSTEM) -> Talking:
        begun.append(Talking.begin(home, live, record or home.interview(), sounds, actor))
        return begun[-1]

    yield start
    leave(begun)


def part(talking: Talking, text: str, begin: float, end: float) -> bytes:
    """A share of a sentence's sound, whole messages."""
    sound = talking.sounds[text]
    first, last = (int(len(sound) * share) // MESSAGE_BYTES * MESSAGE_BYTES for share in (begin, end))
    return sound[first:last]


def begin_to_say(talking: Talking, text: str, word: str) -> None:
    """Somewhat more than half of it, until `word` stands in the captions."""
    talking.hear(part(talking, text, 0, 0.6))
    talking.wait(lambda: talking.line.said("candidate") and word in talking.line.said("candidate")[-1])


def until_state(talking: Talking, state: str) -> None:
    talking.wait(lambda: talking.talk.view().state == state)


# --- muted ------------------------------------------------------------------------------------------------------------


def test_what_is_said_while_muted_in_mid_answer_is_in_no_answer(begin: Begin) -> None:
    """The answer goes on where it was; a long silence while muted does not end it."""
    talking = begin()
    talking.asked(1)
    begin_to_say(talking, APPLIED, "applied")
    talking.talk.mute(True)
    until_state(talking, "muted")
    talking.hear(talking.sounds[EXPORT] + quiet(3))
    assert talking.answers() == []
    talking.talk.mute(False)
    until_state(talking, "listening")
    talking.say(COMPARED)
    talking.asked(2)
    (answer,) = talking.answers()
    assert {"applied", "simpler"} <= words_in(answer)
    assert not {"nightly", "export", "index"} & words_in(answer)


def test_the_time_is_up_for_somebody_who_stays_muted_in_mid_answer(home: House, begin: Begin) -> None:
    """A talk does not last for ever; what was said is the last answer."""
    first = begin()
    first.asked(1)
    first.talk.leave()
    first.ended()
    home.clock.forward(minutes=44, seconds=45)
    talking = first.again(first.live)
    talking.asked(1)
    begin_to_say(talking, APPLIED, "applied")
    talking.talk.mute(True)
    assert talking.ended() == "time_up"
    assert "applied" in talking.answers()[-1]


# --- another line -----------------------------------------------------------------------------------------------------


def test_a_second_line_in_mid_answer_loses_no_words_and_greets_nobody(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    talking.say(APPLIED)
    talking.asked(2)
    talking.hear(part(talking, EXPORT, 0, 0.6))
    second = talking.again(talking.live)
    assert talking.ended() == "taken_over"
    assert [message.code for message in talking.line.of(ErrorMessage)] == ["taken_over"]
    second.asked(1)
    assert second.line.said("interviewer") == [DEBUGGING]
    second.say(COMPARED)
    second.asked(2)
    assert len(second.answers()) == 2
    assert {"nightly", "export", "colleague", "simpler"} <= words_in(second.answers()[-1])
    second.talk.leave()
    second.ended()


# --- recorded ---------------------------------------------------------------------------------------------------------


def test_both_voices_are_recorded_at_their_times_in_the_transcript(home: House, begin: Begin) -> None:
    """The candidate left, the interviewer right; each is heard while its entry lasts, and silent in the other's."""
    record = home.interview(role_title="Recorded")
    home.configure(record, recording=True)
    talking = begin(record)
    talking.asked(1)
    for at, pcm in _in_real_time(talking.sounds[APPLIED] + quiet(3.2)):
        talking.talk.hear(pcm)
        time.sleep(max(0.0, at - time.monotonic()))
    talking.asked(2)
    talking.talk.to_text()
    talking.ended()
    whole = home.service.recordings.read(SYSTEM, talking.session_id)
    assert whole is not None
    left, right = _channels(whole)
    asked, answered = talking.seen.transcript[:2]
    assert (asked.role, answered.role) == ("interviewer", "candidate")
    assert _loudness(right, asked) > 0.02
    assert _loudness(left, answered) > 0.02
    assert _loudness(left, asked) < 0.002
    assert _loudness(right, answered) < 0.002


def _in_real_time(sound: bytes) -> Iterator[tuple[float, bytes]]:
    """Messages, and when the next one is due (monotonic)."""
    began = time.monotonic()
    for number, at in enumerate(range(0, len(sound), MESSAGE_BYTES), 1):
        yield began + number * _MESSAGE_SECONDS, sound[at : at + MESSAGE_BYTES]


def _channels(ogg: bytes) -> np.ndarray:
    with av.open(io.BytesIO(ogg)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(container.streams.audio[0])]
    return np.concatenate(frames, axis=1)


def _loudness(channel: np.ndarray, line: TranscriptLine) -> float:
    """Root mean square while the entry lasts."""
    piece = channel[line.start_ms * _RATE // 1000 : line.end_ms * _RATE // 1000]
    assert piece.size > _RATE // 4
    return float(np.sqrt((piece**2).mean()))


# --- withdrawn --------------------------------------------------------------------------------------------------------


def test_a_withdrawn_link_ends_the_talk_and_keeps_the_words(
    home: House, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interview.live.interview.ADMISSION_SECONDS", 0.05)
    record = home.interview()
    issued = home.service.invitations.invite(SYSTEM, record.interview_id)
    talking = begin(record, home.service.access.by_bearer(issued.token))
    talking.asked(1)
    begin_to_say(talking, APPLIED, "applied")
    home.service.invitations.revoke(SYSTEM, issued.invitation_id)
    assert talking.ended() == "closed"
    assert talking.line.of(ErrorMessage)[-1].code == "unauthorized"
    assert "applied" in talking.draft
    assert talking.seen.status == "active"


# --- the worker is killed ---------------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_in_mid_answer_takes_no_words_with_it(voice: EmbeddedVoice, begin: Begin) -> None:
    """It is started again, hears the whole answer, and says the next question."""
    talking = begin()
    talking.asked(1)
    begin_to_say(talking, EXPORT, "export")
    killed = kill(voice)
    talking.hear(part(talking, EXPORT, 0.6, 1) + quiet(3.2))
    talking.asked(2)
    assert {"nightly", "export", "wrote", "fixed"} <= words_in(talking.answers()[0])
    assert voice.speech.worker_pid not in (None, killed)
    assert talking.line.of(ErrorMessage) == []


def test_a_worker_that_is_killed_before_the_question_still_asks_it(voice: EmbeddedVoice, begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    kill(voice)
    talking.talk.say("I like clocks.")
    talking.wait(lambda: len(talking.line.of(TurnCompleteMessage)) >= 2)
    assert talking.line.said("interviewer")[-1] == DEBUGGING
    assert [line.spoken for line in talking.seen.transcript if line.role == "candidate"] == [False]


def kill(voice: EmbeddedVoice) -> int:
    pid = voice.speech.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


# --- put right --------------------------------------------------------------------------------------------------------


def test_mis_heard_words_are_put_right_and_rated_anew(home: House, begin: Begin) -> None:
    """Both wordings stay; a candidate may do so as well as the team."""
    record = home.interview()
    actor = home.candidate(record)
    talking = begin(record, actor)
    talking.asked(1)
    talking.say(APPLIED)
    talking.asked(2)
    talking.say(EXPORT)
    talking.asked(3)
    talking.talk.stop()
    assert talking.ended() == "stopped"
    before = talking.seen
    heard = next(line for line in before.transcript if "export" in line.text)
    assert heard.spoken
    right = heard.text.replace("nightly", "weekly")
    home.service.spoken.put_right(actor, talking.session_id, {heard.entry_id: right})
    after = talking.seen
    assert [line.text for line in after.transcript if line.corrects == heard.entry_id] == [right]
    assert next(line.text for line in after.transcript if line.entry_id == heard.entry_id) == heard.text
    quotes = [
        piece.quote for row in after.competencies for one in row.criteria for piece in one.evidence if piece.quote
    ]
    assert any("weekly" in quote for quote in quotes)
    assert not any("nightly" in quote for quote in quotes)
