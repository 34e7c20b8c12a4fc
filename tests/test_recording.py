"""Recording a talk: both voices on the transcript's clock, what a crash leaves, reading and deleting."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from bounded import bounded
from builders import House
from http_server import scripted_world

from interview.access import SYSTEM
from interview.errors import Forbidden, SessionUnknown
from interview.live import recording
from interview.live.recording import Recorder
from interview.recordings import recordings_folder

ROOT = Path(__file__).parent.parent
RATE = 48_000
LOUD = 0.05
SECONDS = 120
"""The longest wait for anything."""


def tone(hertz: float, ms: int, rate: int) -> bytes:
    times = np.arange(rate * ms // 1000) / rate
    return (8000 * np.sin(2 * np.pi * hertz * times)).astype("<i2").tobytes()


def talk(recorder: Recorder, start_ms: int, end_ms: int, speaks: range = range(0)) -> None:
    """The candidate's microphone, a tone of 300 Hz while they speak and silence otherwise."""
    spoken = tone(300, 20, 16_000)
    for at in range(start_ms, end_ms, 20):
        recorder.candidate(spoken if at in speaks else bytes(640), at)


def closed(recorder: Recorder) -> bytes:
    recorder.close()
    assert recorder.wait(SECONDS), "the recording was not finished"
    return recorder.file.read_bytes()


def heard(data: bytes) -> np.ndarray:
    """Both channels at 48 kHz, between -1 and 1; shape (2, samples)."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        assert (container.format.name, stream.codec_context.name, stream.layout.name) == ("ogg", "opus", "stereo")
        return np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)


def loud_from_to(channel: np.ndarray) -> tuple[float, float] | None:
    """When it is first and last loud, in seconds, to 20 ms."""
    blocks = channel[: len(channel) // 960 * 960].reshape(-1, 960)
    loud = np.flatnonzero(np.sqrt((blocks**2).mean(axis=1)) > LOUD)
    return (loud[0] * 0.02, loud[-1] * 0.02 + 0.02) if len(loud) else None


def test_each_voice_is_on_its_own_side_at_its_time(tmp_path: Path) -> None:
    """The candidate left, the interviewer right, both where the transcript's clock has them."""
    recorder = Recorder(tmp_path, "s", 5_000)
    recorder.interviewer(tone(700, 400, 24_000), 7_000)
    talk(recorder, 5_000, 8_000, range(6_000, 6_500))
    left, right = heard(closed(recorder))
    assert loud_from_to(left) == pytest.approx((1.0, 1.5), abs=0.05)
    assert loud_from_to(right) == pytest.approx((2.0, 2.4), abs=0.05)
    assert np.abs(right[: 2 * RATE - 4800]).max() < 0.01, "the candidate is heard on the interviewer's side"
    assert recorder.dropped == 0


def test_a_voice_that_comes_faster_than_it_is_played_is_played_in_a_row(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "s", 0)
    for _ in range(10):
        recorder.interviewer(tone(700, 100, 24_000), 500)
    talk(recorder, 0, 2_000)
    _, right = heard(closed(recorder))
    assert loud_from_to(right) == pytest.approx((0.5, 1.5), abs=0.05)


def test_what_was_not_heard_of_the_interviewer_is_cut(tmp_path: Path) -> None:
    """After a barge-in the recording has no more of the sentence than the candidate had."""
    recorder = Recorder(tmp_path, "s", 0)
    recorder.interviewer(tone(700, 5_000, 24_000), 200)
    talk(recorder, 0, 1_000)
    recorder.flush_interviewer(1_000)
    talk(recorder, 1_000, 4_000)
    _, right = heard(closed(recorder))
    assert loud_from_to(right) == pytest.approx((0.2, 1.0), abs=0.05)


def test_a_gap_in_the_microphone_is_silence_of_its_length(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "s", 0)
    talk(recorder, 0, 400, range(400))
    talk(recorder, 2_000, 2_400, range(2_000, 2_400))
    left, _ = heard(closed(recorder))
    assert left.shape[0] == pytest.approx(2.4 * RATE, abs=960)
    assert loud_from_to(left[RATE:]) == pytest.approx((1.0, 1.4), abs=0.05)
    assert loud_from_to(left[RATE // 2 : RATE * 19 // 10]) is None


def test_jitter_of_the_microphone_leaves_no_gaps(tmp_path: Path) -> None:
    """Sound that comes a few milliseconds early or late was spoken in a row."""
    recorder = Recorder(tmp_path, "s", 0)
    sound = tone(300, 1_000, 16_000)
    for number in range(50):
        recorder.candidate(sound[640 * number : 640 * (number + 1)], max(0, 20 * number + (-1) ** number * 9))
    left, _ = heard(closed(recorder))
    blocks = left[960 * 3 : 960 * 48].reshape(-1, 240)
    assert np.sqrt((blocks**2).mean(axis=1)).min() > LOUD


def test_the_file_is_for_the_servers_own_user_only(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "recordings", "s", 12)
    again = Recorder(tmp_path / "recordings", "s", 12)
    assert recorder.file != again.file, "a second stretch would overwrite the first"
    for one in (recorder, again):
        closed(one)
        assert stat.S_IMODE(one.file.stat().st_mode) == 0o600
        assert stat.S_IMODE(one.file.parent.stat().st_mode) == 0o700


def test_a_flood_is_dropped_and_counted(tmp_path: Path) -> None:
    """What is queued stays bounded; what was taken before is in the file."""
    recorder = Recorder(tmp_path, "s", 0)
    second = bytes(48_000)
    for _ in range(1_000):
        recorder.interviewer(second, 0)
    closed(recorder)
    assert recorder.dropped >= 1_000 - recording._VOICE_AHEAD_MS // 1000


def test_after_the_end_nothing_is_taken(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "s", 0)
    talk(recorder, 0, 200)
    before = closed(recorder)
    recorder.candidate(bytes(640), 200)
    recorder.close()
    assert (recorder.file.read_bytes(), recorder.dropped) == (before, 1)


def test_a_disk_that_fails_ends_the_recording_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The talk goes on: calls return, what comes is counted, the log has a number and no path of the candidate's."""
    recorder = Recorder(tmp_path, "s", 0)
    recorder.file.unlink()
    recorder.file.parent.rmdir()
    talk(recorder, 0, 200)
    assert recorder.wait(SECONDS)
    talk(recorder, 200, 400)
    assert recorder.dropped == 10
    assert "recording_failed" in caplog.text
    other = Recorder(tmp_path, "t", 0)
    talk(other, 0, 1_000, range(1_000))
    assert loud_from_to(heard(closed(other))[0]) is not None, "another talk's recording suffered"


def test_the_thread_ends_with_the_last_recording(tmp_path: Path) -> None:
    recorders = [Recorder(tmp_path, f"s{number}", 0) for number in range(5)]
    thread = recording._ENCODER._thread
    assert thread is not None
    for recorder in recorders:
        closed(recorder)
    thread.join(SECONDS)
    assert not thread.is_alive()


SPEAKING = """
import sys
from pathlib import Path
import av, numpy  # what encoding needs, which a server has imported long before
from interview.live.recording import Recorder
recorder = Recorder(Path(sys.argv[1]), "s", 0)
loud = (b"\\0\\x20" * 8 + b"\\0\\xe0" * 8) * 20
for at in range(0, 10_000, 20):
    recorder.candidate(loud, at)
"""


def test_a_crash_takes_no_more_than_a_second_with_it(tmp_path: Path) -> None:
    """Ten seconds were said, the file was never finished, and all but the last second can be played."""
    file = tmp_path / "s" / "0.ogg"
    command = [sys.executable, "-c", SPEAKING + "sys.stdin.read()", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process, bounded(SECONDS):
        while last_heard(file) < 9.0:
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
    assert last_heard(file) > 9.0


def last_heard(file: Path) -> float:
    """When the candidate is last heard in a file that may be anything, in seconds."""
    try:
        found = loud_from_to(heard(file.read_bytes())[0])
    except (OSError, av.FFmpegError, ValueError):
        return 0.0
    return found[1] if found else 0.0


def test_a_process_that_ends_finishes_its_recordings(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", SPEAKING, str(tmp_path)], cwd=ROOT, check=True, timeout=SECONDS)
    left, _ = heard((tmp_path / "s" / "0.ogg").read_bytes())
    assert left.shape[0] == pytest.approx(10 * RATE, abs=960)


# --- reading and deleting ---


def recorded(home: House, session_id: str, *stretches: range) -> None:
    """Stretches of talk, the candidate speaking throughout."""
    for stretch in stretches:
        recorder = Recorder(recordings_folder(home.settings), session_id, stretch.start)
        talk(recorder, stretch.start, stretch.stop, stretch)
        closed(recorder)


def test_stretches_are_read_as_one_recording_of_the_session(home: House) -> None:
    """Each at its time since the session's start, silence before and between."""
    session = home.start(home.interview()).session_id
    recorded(home, session, range(1_000, 2_000), range(12_000, 13_000))
    whole = home.service.recordings.read(SYSTEM, session)
    assert whole is not None
    left, _ = heard(whole)
    assert left.shape[0] == pytest.approx(13 * RATE, abs=2 * 960)
    assert loud_from_to(left[: 5 * RATE]) == pytest.approx((1.0, 2.0), abs=0.06)
    assert loud_from_to(left[5 * RATE :]) == pytest.approx((7.0, 8.0), abs=0.06)


def test_a_stretch_that_a_crash_left_is_read_as_far_as_it_goes(home: House, tmp_path: Path) -> None:
    session = home.start(home.interview()).session_id
    recorded(home, session, range(1_000))
    broken = recordings_folder(home.settings) / session / "0.ogg"
    broken.write_bytes(broken.read_bytes()[:-1_500])
    (broken.parent / "5000.ogg").write_bytes(b"")
    whole = home.service.recordings.read(SYSTEM, session)
    assert whole is not None
    assert loud_from_to(heard(whole)[0]) is not None


def test_a_session_without_a_recording_has_none(home: House) -> None:
    session = home.start(home.interview()).session_id
    assert home.service.recordings.read(SYSTEM, session) is None


def test_only_the_hiring_team_hears_recordings(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    session = home.start(record, candidate).session_id
    recorded(home, session, range(400))
    analyst = home.service.access.by_bearer(home.service.access.create_key(SYSTEM, "analyst", "analyst").secret)
    for actor in (candidate, analyst):
        with pytest.raises(Forbidden):
            home.service.recordings.read(actor, session)


@pytest.mark.parametrize("session_id", ["nowhere", "../../etc", "..", ""])
def test_an_unknown_session_is_no_way_into_the_files(home: House, session_id: str) -> None:
    with pytest.raises(SessionUnknown):
        home.service.recordings.read(SYSTEM, session_id)


def test_deleting_an_interview_takes_its_recordings_and_no_others(home: House) -> None:
    gone, stays = home.interview(), home.interview(resume_text="Five years of engineering.")
    sessions = [home.start(record).session_id for record in (gone, stays)]
    for session in sessions:
        recorded(home, session, range(400))
    home.service.interviews.delete(SYSTEM, gone.interview_id)
    kept = {folder.name for folder in recordings_folder(home.settings).iterdir()}
    assert kept == {sessions[1]}


def test_the_recording_is_read_over_rest(tmp_path: Path) -> None:
    """As Ogg for a key of the hiring team, 404 where there is none, 403 for the candidate."""
    with scripted_world(tmp_path) as world, world.client() as rest:
        made = world.interview()
        session = world.start(rest, made["interview_id"])
        address = f"/interview-sessions/{session}/recording"
        none = rest.get(address)
        assert (none.status_code, none.json()["code"]) == (404, "recording_not_found")
        recorder = Recorder(recordings_folder(world.service.context.settings), session, 0)
        talk(recorder, 0, 400, range(400))
        closed(recorder)
        found = rest.get(address)
        assert (found.status_code, found.headers["content-type"]) == (200, "audio/ogg")
        assert loud_from_to(heard(found.content)[0]) is not None
        token = world.invitation(made["interview_id"])["token"]
        with world.client(token=token) as theirs:
            assert theirs.get(address).status_code == 403
