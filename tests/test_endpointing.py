"""When a candidate speaks, pauses, interrupts and has finished: the real detector on real and made sound."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_samples import SENTENCES, keyboard, pink_noise, quiet, up_rate, white_noise

from interview.settings import Settings
from interview.speech.endings import SILENCES, asks_for_time, ending, silence_ms
from interview.speech.endpointing import (
    PRE_ROLL_MS,
    BargedIn,
    Endpointing,
    PartialDue,
    SpeechEvent,
    SpeechPaused,
    SpeechStarted,
    TurnEnded,
)
from interview.speech.voices import best_voice

MESSAGE = 640
A_MS = 32
"""Bytes of a 20 ms message, and of a millisecond."""
FINISHED = "I traced the fault to the cache and wrote a test before anything was changed."
UNFINISHED = "I traced the fault to the cache and"


@pytest.fixture(scope="module")
def sentence() -> bytes:
    """About four seconds of a voice, with no quiet at its ends."""
    samples = np.frombuffer(up_rate(best_voice().speak(SENTENCES[0])), "<i2")
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 1_000)
    return samples[loud[0] : loud[-1]].tobytes()


def hear(line: Endpointing, pcm: bytes, *, interviewer_speaks: bool = False) -> list[tuple[int, SpeechEvent]]:
    """What came of the sound, each with its place in it, in milliseconds."""
    heard: list[tuple[int, SpeechEvent]] = []
    for at in range(0, len(pcm), MESSAGE):
        events = line.hear(pcm[at : at + MESSAGE], interviewer_speaks=interviewer_speaks)
        heard += [((at + MESSAGE) // A_MS, event) for event in events]
    return heard


def kinds(heard: list[tuple[int, SpeechEvent]]) -> list[type[SpeechEvent]]:
    return [type(event) for _, event in heard]


def spoken(sentence: bytes, text: str, **options: Any) -> Endpointing:
    """A line on which this was said; its words are known, and 0.3 s of quiet have passed."""
    line = Endpointing(**options)
    hear(line, sentence + quiet(0.3))
    line.words(text, line.position_ms)
    return line


def ended_after(line: Endpointing, seconds: float = 9) -> int | None:
    """Milliseconds of quiet, from the end of the voice, after which the turn ended; None: it did not."""
    return next((300 + at for at, event in hear(line, quiet(seconds)) if isinstance(event, TurnEnded)), None)


def after(silence_ms: int) -> range:
    """The detector takes up to 150 ms to notice that a voice has ended, in windows of 32 ms."""
    return range(silence_ms, silence_ms + 190)


# --- voice ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [white_noise, pink_noise, keyboard])
@pytest.mark.parametrize("level", [0.01, 0.1, 0.5])
def test_noise_is_not_speech(make: type[white_noise], level: float) -> None:
    """Fans, rooms and keyboards, soft and loud, begin no turn."""
    assert hear(Endpointing(), make(6, level)) == []


@pytest.mark.parametrize("make", [pink_noise, keyboard])
def test_a_voice_is_heard_over_noise(sentence: bytes, make: type[pink_noise]) -> None:
    """Noise 20 dB below the voice neither hides it nor keeps its turn open."""
    line = Endpointing()
    said = sentence + quiet(3)
    noisy = np.frombuffer(said, "<i2") // 2 + np.frombuffer(make(len(said) / 32_000, 0.02), "<i2")
    heard = kinds(hear(line, noisy.astype("<i2").tobytes()))
    assert heard[0] is SpeechStarted
    assert heard[-1] is TurnEnded
    assert heard.count(TurnEnded) == 1


def test_a_turn_begins_with_the_sound_before_its_first_voice(sentence: bytes) -> None:
    """The recogniser gets 300 ms of what came before, and nothing is missing up to the message just heard."""
    stream = quiet(1.5) + sentence
    at, started = hear(Endpointing(), stream)[0]
    assert isinstance(started, SpeechStarted)
    assert stream[: at * A_MS].endswith(started.pcm)
    before_voice = len(started.pcm) - (at - 1_500) * A_MS
    assert before_voice >= (PRE_ROLL_MS - 100) * A_MS


def test_a_turn_at_the_very_beginning_has_all_that_there_is(sentence: bytes) -> None:
    at, started = hear(Endpointing(), sentence)[0]
    assert isinstance(started, SpeechStarted)
    assert started.pcm == sentence[: at * A_MS]


def test_a_partial_result_is_due_each_second_of_voice(sentence: bytes) -> None:
    heard = hear(Endpointing(), sentence * 2)
    due = [at for at, event in heard if isinstance(event, PartialDue)]
    assert len(due) >= 5
    assert all(later - earlier >= 990 for earlier, later in pairwise(due))


def test_a_pause_is_told_once_and_early(sentence: bytes) -> None:
    """So that its words are known in time; the next pause is told again."""
    heard = hear(Endpointing(), sentence + quiet(0.55) + sentence + quiet(0.55))
    paused = [event.quiet_ms for _, event in heard if isinstance(event, SpeechPaused)]
    assert len(paused) >= 2
    assert all(200 <= quiet_ms < 260 for quiet_ms in paused)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=20))
def test_the_size_of_messages_changes_nothing(sentence: bytes, sizes: list[int]) -> None:
    """A line may bring sound in any pieces: the same events in the same order."""
    stream = quiet(0.5) + sentence + quiet(3)
    line, heard, at = Endpointing(), [], 0
    while at < len(stream):
        size = 2 * sizes[at % len(sizes)]
        heard += [type(event) for event in line.hear(stream[at : at + size])]
        at += size
    assert heard == kinds(hear(Endpointing(), stream))


# --- interrupting ---------------------------------------------------------------------------------------------------


def test_a_voice_of_300_ms_interrupts_the_interviewer(sentence: bytes) -> None:
    """Once, and with all the sound since before the first voice."""
    stream = quiet(1) + sentence
    heard = hear(Endpointing(), stream, interviewer_speaks=True)
    assert kinds(heard)[:2] == [SpeechStarted, BargedIn]
    assert kinds(heard).count(BargedIn) == 1
    at, started = heard[0]
    assert isinstance(started, SpeechStarted)
    assert stream[: at * A_MS].endswith(started.pcm)
    assert len(started.pcm) >= (PRE_ROLL_MS + 300 - 100) * A_MS


def test_a_short_sound_does_not_interrupt_the_interviewer(sentence: bytes) -> None:
    """Less than a sixth of a second while the interviewer speaks is no turn."""
    assert hear(Endpointing(), quiet(1) + sentence[: 150 * A_MS] + quiet(3), interviewer_speaks=True) == []


def test_nobody_interrupts_who_is_not_speaking(sentence: bytes) -> None:
    assert BargedIn not in kinds(hear(Endpointing(), quiet(1) + sentence))


# --- the end of a turn ----------------------------------------------------------------------------------------------


def test_a_finished_sentence_ends_the_turn_soon(sentence: bytes) -> None:
    assert ended_after(spoken(sentence, FINISHED)) in after(600)


@pytest.mark.parametrize(
    "text",
    [UNFINISHED, f"{UNFINISHED}.", "I did it because.", "I was, um", "We looked at the", "I worked on the cache, so.",
     "My number is five, five, one", "Yes.", "I led the migration of", "I moved the service to a new database"],
)  # fmt: skip
def test_two_seconds_in_mid_sentence_do_not_end_a_turn(sentence: bytes, text: str) -> None:
    """Whoever goes on after that is still in the same turn."""
    line = spoken(sentence, text)
    assert TurnEnded not in kinds(hear(line, quiet(1.7) + sentence))


def test_an_unfinished_sentence_ends_the_turn_at_last(sentence: bytes) -> None:
    assert ended_after(spoken(sentence, UNFINISHED)) in after(2_500)


def test_words_that_are_not_known_yet_end_no_turn_early(sentence: bytes) -> None:
    """The recogniser is behind: what was finished a second before may go on."""
    line = Endpointing()
    hear(line, sentence)
    line.words(FINISHED, line.position_ms - 1_000)
    assert ended_after(line) in after(2_500 + 300)  # the quiet before is missing here


def test_late_words_end_a_turn_that_is_overdue(sentence: bytes) -> None:
    line = Endpointing()
    hear(line, sentence + quiet(1.5))
    line.words(FINISHED, line.position_ms)
    assert kinds(hear(line, quiet(0.1))) == [TurnEnded]


def test_older_words_do_not_replace_newer_ones(sentence: bytes) -> None:
    line = spoken(sentence, UNFINISHED)
    line.words(FINISHED, line.position_ms - 2_000)
    assert ended_after(line) in after(2_500)


def test_the_next_turn_starts_with_no_words(sentence: bytes) -> None:
    """What ended one turn soon says nothing about the next."""
    line = spoken(sentence, FINISHED)
    assert ended_after(line, 1)
    hear(line, sentence)
    assert TurnEnded not in kinds(hear(line, quiet(2)))


def test_a_turn_can_be_ended_otherwise(sentence: bytes) -> None:
    """By a button: no end follows it, and the voice that is heard next begins a turn."""
    line = Endpointing()
    hear(line, sentence + quiet(0.1))
    line.end_turn()
    assert hear(line, quiet(4)) == []
    assert line.quiet_ms >= 4_000
    assert kinds(hear(line, sentence))[0] is SpeechStarted


@pytest.mark.parametrize(("patience", "expected"), [(1, 600), (2, 1_200), (3, 1_800), (99, 1_800), (0, 600)])
def test_patience_gives_a_candidate_longer_pauses(sentence: bytes, patience: float, expected: int) -> None:
    """From once to three times the usual."""
    assert ended_after(spoken(sentence, FINISHED, patience=patience)) in after(expected)


def test_a_pause_of_two_seconds_ends_no_turn_however_finished_it_sounds(sentence: bytes) -> None:
    """With the product's setting: the recogniser sets a full stop in the middle of a sentence, too."""
    least = int(Settings().voice_pause_seconds * 1000)
    assert least > 2_000
    assert ended_after(spoken(sentence, FINISHED, least_silence_ms=least)) in after(least)


def test_who_asks_for_a_moment_gets_it(sentence: bytes) -> None:
    """No end of the turn until more words come, and then twice the patience."""
    line = spoken(sentence, "Let me think about that.")
    assert line.thinking
    assert ended_after(line, 30) is None
    hear(line, sentence + quiet(0.3))
    line.words(f"Let me think about that. {FINISHED}", line.position_ms)
    assert not line.thinking
    assert ended_after(line) in after(1_200)


def test_a_moment_can_be_asked_for_by_a_control(sentence: bytes) -> None:
    """A cough does not end it: words do."""
    line = spoken(sentence, FINISHED)
    line.think()
    hear(line, quiet(5) + sentence[: 400 * A_MS] + quiet(0.3))
    line.words(FINISHED, line.position_ms)
    assert ended_after(line, 10) is None
    hear(line, sentence + quiet(0.3))
    line.words(f"{FINISHED} Then I told the others what I had found.", line.position_ms)
    assert ended_after(line) in after(1_200)


# --- what sounds finished -------------------------------------------------------------------------------------------

words = st.lists(st.sampled_from(FINISHED.rstrip(".").split()), max_size=30)
hanging = st.sampled_from(
    ["and", "or", "but", "because", "so", "the", "a", "an", "my", "our", "um", "uh", "er", "of", "for", "with", "when",
     "if", "which", "we", "they", "first", "second", "you know", "I mean", "for example"]
)  # fmt: skip
mark = st.sampled_from(["", ".", ",", "...", "…", "?", "!", " -", ".”"])


@given(words, hanging, mark)
def test_a_word_that_nobody_ends_on_always_gets_more_than_two_seconds(before: list[str], last: str, end: str) -> None:
    """Whatever mark the recogniser sets behind it, and however it writes it."""
    text = " ".join([*before, last]) + end
    assert silence_ms(text) >= 2_200
    assert silence_ms(text.upper()) >= 2_200


@given(words, st.sampled_from(["", ",", "...", "…", ":", ";", " -"]))
def test_a_sentence_without_an_end_gets_more_than_two_seconds(before: list[str], end: str) -> None:
    assert silence_ms(" ".join(before) + end) >= 2_200


@given(words.filter(lambda found: len(found) < 4), mark)
def test_few_words_get_more_than_two_seconds(before: list[str], end: str) -> None:
    assert silence_ms(" ".join(before) + end) >= 2_200


@given(st.text(max_size=300))
def test_any_text_has_a_silence(text: str) -> None:
    """Bounded on both sides, whatever a recogniser writes."""
    assert silence_ms(text) in SILENCES.values()


@pytest.mark.parametrize("text", SENTENCES)
def test_whole_sentences_sound_finished(text: str) -> None:
    assert ending(text) == "finished"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("We wrote it down. I did that.", "open"), ("That is what it was about.", "open"), ("", "short"),
     ("There were two of them, in 2019, 2020", "unfinished"), ("We were a team of five.", "finished")],
)  # fmt: skip
def test_endings_between(text: str, expected: str) -> None:
    assert ending(text) == expected


@pytest.mark.parametrize("text", ["Let me think.", "Hmm, let me think about that for a moment.", "Give me a second."])
def test_a_wish_for_time_is_heard(text: str) -> None:
    assert asks_for_time(text)


@pytest.mark.parametrize("text", ["", "Let me think about caching first: we had two layers.", FINISHED])
def test_an_answer_is_no_wish_for_time(text: str) -> None:
    assert not asks_for_time(text)
