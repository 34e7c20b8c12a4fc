"""The example client holds whole interviews with the real app, whose Gemini is the local one; faults lose nothing."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import urllib.error
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from gemini_audio import Hearing
from gemini_replies import Json, made_reply
from gemini_script import Close, Fault, GoAway, RefuseHandle, Turn, default_script
from gemini_server import GeminiServer, gemini_server
from http_server import ROOT, RunningApp, running_app

from examples.live_client import UP_RATE, Talk, read_wav, talk

pytestmark = pytest.mark.slow

SECONDS = 600
TURNS = 10
HEARD = tuple(f"In part {number} I compared both versions and found lock number {number}." for number in range(TURNS))
QUESTIONS = (
    "Tell me about an outage that you were on call for.",
    "How did you find out why a service was slow?",
    "Describe a migration of a large table that you led.",
    "When did you disagree with a colleague on a design, and what came of it?",
    "Which test has saved you from harm, and how did you come to write it?",
    "What did you learn from a project that failed?",
    "How do you decide that a change is ready to be released?",
    "Tell me of a customer whose problem you solved yourself.",
    "Describe how you taught somebody new in your team.",
    "What would you do with a backlog that grows every week?",
    "Which tool have you built for other teams?",
    "How did you make an estimate that turned out to be wrong?",
)
FORM = {
    "job_text": "We look for an engineer who finds faults, writes Python and works well with other teams.",
    "resume_text": "Ada Example. Ten years of engineering at Example Ltd: Python, PostgreSQL, payments, on-call work.",
}


def speech(ms: int = 500) -> bytes:
    """A tone: 16 kHz mono s16le. The local Gemini hears that somebody speaks, and its script says what."""
    return (8000 * np.sin(np.arange(UP_RATE * ms // 1000) * 0.2)).astype("<i2").tobytes()


@dataclass(frozen=True)
class Place:
    app: RunningApp
    gemini: GeminiServer

    def interview(self, at_least: int = 0) -> tuple[str, str, list[str]]:
        """A fresh interview of so many questions: its id, a token of an invitation to it, the questions."""
        words = iter(QUESTIONS)
        self.gemini.enqueue(*[partial(_with_questions, words)] * 2)  # the plan, and the probes on the résumé
        role = {"role_title": f"Engineer {len(self.gemini.requests)}"}
        with self.app.client() as rest:
            made = rest.post("/interviews", data=FORM | role).raise_for_status().json()
            address = f"/interviews/{made['interview_id']}"
            for _ in range(len(made["questions"]), at_least):
                rest.post(f"{address}/questions/custom", json={"text": next(words)}).raise_for_status()
            questions = rest.get(address).raise_for_status().json()["questions"]
            token = rest.post(f"{address}/invitations", json={"mode": "live"}).raise_for_status().json()["token"]
        return made["interview_id"], token, questions

    def kept(self, session_id: str) -> list[tuple[str, str]]:
        """Who said what, as it is stored."""
        with self.app.client() as rest:
            session = rest.get(f"/interview-sessions/{session_id}").raise_for_status().json()
        return [(line["role"], line["text"]) for line in session["transcript"]]

    def record(self, interview_id: str) -> dict[str, Any]:
        with self.app.client() as rest:
            record: dict[str, Any] = rest.get(f"/interviews/{interview_id}").raise_for_status().json()
        return record


def _with_questions(words: Iterator[str], request: Json) -> Any:
    """A reply made from the schema, its questions in words that no two share: the interview guards against repeats."""

    def put(part: Any) -> None:
        for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            put(value)
        if isinstance(part, dict) and {"text", "purpose"} <= part.keys():
            part["text"] = next(words)

    reply = json.loads(made_reply(request))
    put(reply)
    return reply


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("live-client")
    with gemini_server() as gemini, running_app(folder, **gemini.environment) as app:
        yield Place(app, gemini)


def hold(place: Place, interview_id: str, token: str, **how: Any) -> Talk:
    """An interview with an answer to everything."""
    answers = [speech()] * (TURNS + 3)
    held = asyncio.wait_for(talk(place.app.url, token, interview_id, answers, **how), SECONDS)
    return asyncio.run(held)


def said_by(kept: Sequence[tuple[str, str]], role: str) -> list[str]:
    return [text for who, text in kept if who == role]


def test_an_interview_of_ten_turns(place: Place, tmp_path: Path) -> None:
    """Every word is kept, every question answered, the score is there with the study guide, the voice was heard."""
    interview_id, token, questions = place.interview(TURNS - 1)
    place.gemini.script(*default_script(questions, hears=HEARD))
    lines: list[str] = []
    talked = hold(place, interview_id, token, voice=tmp_path / "voice.wav", show=lines.append)
    assert (talked.ended, talked.errors, talked.close_code) == ("finished", [], 1000)
    kept = place.kept(talked.session_id)
    assert said_by(kept, "candidate") == list(HEARD[: len(questions)])
    assert said_by(kept, "interviewer") == place.gemini.connections[-1].said
    assert len(said_by(kept, "interviewer")) == TURNS
    assert [talked.captions[number] for number in sorted(talked.captions)] == kept
    assert [line for line in lines if ": " in line and line[0] != "["] == [f"{who}: {text}" for who, text in kept]
    record = place.record(interview_id)
    assert {row["status"] for row in record["question_statuses"]} == {"answered"}
    assert record["asked_question_index"] == len(questions) - 1
    assert 1 <= record["score"]["overall_score"] <= 5
    with place.app.client() as rest:
        guide = rest.get(f"/interviews/{interview_id}/study-guide").raise_for_status()
    assert guide.content.startswith(b"%PDF")
    with wave.open(str(tmp_path / "voice.wav")) as voice:
        assert (voice.getframerate(), voice.getnchannels(), voice.getsampwidth()) == (24_000, 1, 2)
        heard = np.frombuffer(voice.readframes(voice.getnframes()), "<i2").astype(float)
    assert np.sqrt((heard**2).mean()) > 100


@pytest.mark.parametrize(
    ("faults", "continued", "cut"),
    [
        pytest.param((GoAway(after_ms=200, time_left_ms=60_000),), "handle", False, id="a notice with time"),
        pytest.param((GoAway(after_ms=200, time_left_ms=500),), "handle", True, id="a notice without time"),
        pytest.param((Close(after_ms=400, code=1011),), "handle", True, id="1011"),
        pytest.param(
            (RefuseHandle(after_ms=0), Close(after_ms=400, code=1011)), "history", True, id="1011, handle refused"
        ),
    ],
)
def test_a_fault_of_the_voice_loses_no_words(
    place: Place, faults: tuple[Fault, ...], continued: str, cut: bool
) -> None:
    """The client stays connected; the next connection knows what was said; what was cut is said again, no greeting."""
    interview_id, token, questions = place.interview()
    turns = list(default_script(questions, hears=HEARD))
    again = [Turn(turns[2].says, audio_ms=1_000)] if cut else []
    # What is to be cut is long: it comes five times as fast as it is heard, and must not all be there by then.
    length_ms = 6_000 if cut else 2_000
    place.gemini.script(*turns[:2], replace(turns[2], audio_ms=length_ms, then=faults), *again, *turns[3:])
    before = len(place.gemini.setups)
    talked = hold(place, interview_id, token)
    assert talked.ended in ("finished", "stopped")
    kept = place.kept(talked.session_id)
    assert said_by(kept, "candidate") == list(HEARD[: len(questions)])
    whole = [row.says for row in turns]
    assert [text for text in said_by(kept, "interviewer") if text in whole] == whole
    assert sum("Hello" in text for text in said_by(kept, "interviewer")) == 1
    connections = place.gemini.connections[before:]
    assert len(connections) == 2
    assert connections[-1].continued_by == continued
    assert not any(row.overlaps for row in connections)


def test_a_client_that_is_cut_off_in_a_sentence_resumes(place: Place) -> None:
    """What was said before is kept once; the interview goes on and is finished."""
    interview_id, token, questions = place.interview()
    turns = list(default_script(questions, hears=HEARD))
    place.gemini.script(*turns[:2], replace(turns[2], audio_ms=6_000), Turn(turns[2].says, audio_ms=800), *turns[3:])
    before = len(place.gemini.setups)
    session_id = asyncio.run(asyncio.wait_for(_cut_off(place, interview_id, token, sentences=3), SECONDS))
    talked = hold(place, interview_id, token, session_id=session_id)
    assert talked.ended in ("finished", "stopped")
    kept = place.kept(session_id)
    assert said_by(kept, "candidate") == list(HEARD[: len(questions)])
    whole = [row.says for row in turns]
    assert [text for text in said_by(kept, "interviewer") if text in whole] == whole
    setups = place.gemini.setups[before:]
    assert len(setups) == 2
    assert setups[1].handle or place.gemini.connections[-1].continued_by == "history"


async def _cut_off(place: Place, interview_id: str, token: str, sentences: int) -> str:
    """A client whose connection goes while the interviewer says this sentence; the session's id."""
    speaking = asyncio.Semaphore(0)

    def show(line: str) -> None:
        if line == "[The interviewer is speaking.]":
            speaking.release()

    from examples.live_client import live_session

    session_id = await asyncio.to_thread(live_session, place.app.url, token, interview_id)
    answers = [speech()] * sentences
    talking = asyncio.create_task(talk(place.app.url, token, interview_id, answers, session_id=session_id, show=show))
    for _ in range(sentences):
        await speaking.acquire()
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    return session_id


def test_where_the_position_records_both_voices_are_in_the_recording(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The candidate left, the interviewer right, each where the transcript has it.

    What a busy machine brings late is recorded late: the interviewer replies only after two seconds of quiet here.
    """
    monkeypatch.setattr(place.gemini.live, "hearing", Hearing(quiet_ms=2_000))
    interview_id, token, questions = place.interview()
    address = f"/positions/{place.record(interview_id)['position_id']}/settings"
    with place.app.client() as rest:
        rest.put(address, json={"settings": {"recording": True}}).raise_for_status()
    place.gemini.script(*default_script(questions, hears=HEARD))
    talked = hold(place, interview_id, token)
    with place.app.client() as rest:
        found = rest.get(f"/interview-sessions/{talked.session_id}/recording").raise_for_status()
        session = rest.get(f"/interview-sessions/{talked.session_id}").raise_for_status().json()
    with av.open(io.BytesIO(found.content)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    for line in session["transcript"]:
        own, other = sound if line["role"] == "candidate" else sound[::-1]
        part = slice(line["startMs"] * 48, line["endMs"] * 48)
        assert np.sqrt((own[part] ** 2).mean()) > 5 * np.sqrt((other[part] ** 2).mean()), line["text"]


# --- the command line ---


def command(*arguments: str, token: str | None = "nobody") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "CANDOR_TOKEN"}
    return subprocess.run(
        [sys.executable, "examples/live_client.py", *arguments],
        cwd=ROOT,
        env=environment | ({"CANDOR_TOKEN": token} if token else {}),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_the_command_says_what_it_needs(tmp_path: Path) -> None:
    assert "CANDOR_TOKEN" in command("http://127.0.0.1:1", "x", token=None).stderr
    stereo = tmp_path / "stereo.wav"
    with wave.open(str(stereo), "wb") as sound:
        sound.setparams((2, 2, 44_100, 0, "NONE", ""))
        sound.writeframes(bytes(400))
    assert "16 kHz" in command("http://127.0.0.1:1", "x", str(stereo)).stderr


def test_the_command_passes_on_why_the_server_refuses(place: Place) -> None:
    failed = command(place.app.url, "nowhere")
    assert failed.returncode == 1
    assert "This key or invitation is not known" in failed.stderr


def test_a_refusal_is_an_http_error(place: Place) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        hold(place, "nowhere", "nobody")
    refused.value.close()


def test_a_wav_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "answer.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, UP_RATE, 0, "NONE", ""))
        sound.writeframes(speech(100))
    assert read_wav(file) == speech(100)
