"""The candidate's way through their interview, and what the team answers to what they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import ANSWER, House, house

from interview.access import SYSTEM, Actor
from interview.attempts import MAX_ATTEMPTS
from interview.errors import (
    Conflict,
    EngineFailure,
    Forbidden,
    InvalidPayload,
    NotFound,
    SessionExpired,
    SessionUnknown,
)
from interview.journeys import AdjustmentReply, Journey
from interview.keeping import Utterance
from interview.models import MAX_ANSWER_CHARS
from interview.records import InterviewRecord
from interview.store.tables import InterviewRow, SessionRow


@pytest.fixture
def record(home: House) -> InterviewRecord:
    return home.interview()


@pytest.fixture
def ada(home: House, record: InterviewRecord) -> Actor:
    """The candidate, by a link with half as much time again."""
    return home.candidate(record, extra_time_factor=1.5)


def agree(home: House, actor: Actor) -> Journey:
    return home.service.journeys.consent(actor, home.service.journeys.read(actor).notice)


def begin(home: House, actor: Actor) -> str:
    agree(home, actor)
    return home.service.journeys.begin(actor)


def end_by_team(home: House, interview_id: str) -> None:
    """The team closes the interview while nobody is in it."""
    with home.service.context.database.write() as tx:
        tx.get_one(InterviewRow, interview_id).closed_at = home.clock.now


# --- the steps --------------------------------------------------------------------------------------------------------


def test_the_way_leads_from_welcome_to_done(home: House, record: InterviewRecord, ada: Actor) -> None:
    """Each step follows from what is stored, and the page's words come with it."""
    journeys = home.service.journeys
    first = journeys.read(ada)
    assert (first.step, first.session_id, first.consented_at) == ("welcome", None, None)
    assert (first.role_title, first.candidate_name, first.interviewer_name) == ("Engineer", "Ada Example", "Alex")
    assert (first.time_limit_minutes, first.planned_questions) == (67.5, len(record.questions))
    assert (first.scores_shown, first.study_guide, first.closed, first.expired) == (False, True, False, False)
    home.clock.forward(minutes=1)
    agreed = agree(home, ada)
    assert (agreed.step, agreed.consented_at) == ("start", home.clock.now)
    session_id = journeys.begin(ada)
    going = journeys.read(ada)
    assert (going.step, going.session_id) == ("interview", session_id)
    home.finish(session_id, ada)
    done = journeys.read(ada)
    assert (done.step, done.session_id, done.closed) == ("done", session_id, False)


def test_only_candidates_have_a_journey(home: House, record: InterviewRecord) -> None:
    for role in ("administrator", "hiring", "analyst", "program"):
        actor = Actor(role=role, id="somebody", interview_id=record.interview_id)
        with pytest.raises(Forbidden):
            home.service.journeys.read(actor)
        with pytest.raises(Forbidden):
            home.service.journeys.begin(actor)
        with pytest.raises(Forbidden):
            home.service.journeys.request_adjustment(actor, "More time")


def test_an_idle_session_expires_on_reading_and_a_start_goes_on(home: House, ada: Actor) -> None:
    session_id = begin(home, ada)
    home.clock.forward(hours=2)
    journey = home.service.journeys.read(ada)
    assert (journey.step, journey.expired, journey.session_id) == ("start", True, session_id)
    again = home.service.journeys.begin(ada)
    assert again != session_id
    assert home.service.journeys.read(ada).expired is False


def test_another_attempt_begins_at_the_start(home: House, record: InterviewRecord, ada: Actor) -> None:
    """A consent still holds; the attempt before counts no longer."""
    home.finish(begin(home, ada), ada)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    assert home.service.journeys.read(ada).step == "start"


def test_a_closed_interview_is_done_and_starts_no_more(home: House, record: InterviewRecord, ada: Actor) -> None:
    """Also before any consent, and whatever was open."""
    agree(home, ada)
    end_by_team(home, record.interview_id)
    journey = home.service.journeys.read(ada)
    assert (journey.step, journey.closed) == ("done", True)
    with pytest.raises(Conflict, match="ended this interview") as refused:
        home.service.journeys.begin(ada)
    assert refused.value.code == "interview_closed"


def test_a_session_that_the_team_closed_takes_no_answer_and_says_why(
    home: House, record: InterviewRecord, ada: Actor
) -> None:
    session_id = begin(home, ada)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    with pytest.raises(Conflict, match="team has ended this session") as refused:
        home.say(session_id, actor=ada)
    assert refused.value.code == "session_complete"
    end_by_team(home, record.interview_id)
    with pytest.raises(Conflict, match="team has ended this interview"):
        home.say(session_id, actor=ada)


def test_a_rehearsal_does_not_exist_for_the_candidate(home: House, record: InterviewRecord, ada: Actor) -> None:
    """Neither as a step of the journey nor by its id."""
    session_id = home.start(record).session_id
    with home.service.context.database.write() as tx:
        tx.get_one(SessionRow, session_id).rehearsal = True
    agreed = agree(home, ada)
    assert (agreed.step, agreed.session_id) == ("start", None)
    with pytest.raises(SessionUnknown):
        home.see(session_id, ada)
    with pytest.raises(SessionUnknown):
        home.say(session_id, actor=ada)
    with pytest.raises(SessionUnknown):
        home.service.journeys.save_draft(ada, session_id, "Some words")


# --- consent ----------------------------------------------------------------------------------------------------------


def test_nothing_begins_without_consent(home: House, ada: Actor) -> None:
    with pytest.raises(Conflict) as refused:
        home.service.journeys.begin(ada)
    assert refused.value.code == "consent_missing"
    assert home.dump()["sessions"] == []


def test_consent_is_kept_once_with_its_sentences(home: House, ada: Actor) -> None:
    first = agree(home, ada)
    home.clock.forward(minutes=5)
    assert agree(home, ada).consented_at == first.consented_at
    (kept,) = home.dump()["consents"]
    assert "The interviewer is software, not a person." in str(kept)
    given = [row for row in home.dump()["audit_log"] if "consent_given" in row]
    assert len(given) == 1
    assert "software" not in str(given)


def test_other_settings_ask_for_a_new_consent(home: House, record: InterviewRecord, ada: Actor) -> None:
    """The old sentences are refused, an open session waits behind the new ones, and the first consent stays on file."""
    old = home.service.journeys.read(ada).notice
    session_id = begin(home, ada)
    home.configure(record, recording=True)
    changed = home.service.journeys.read(ada)
    assert (changed.step, changed.session_id, changed.consented_at) == ("welcome", session_id, None)
    with pytest.raises(Conflict) as refused:
        home.service.journeys.consent(ada, old)
    assert refused.value.code == "notice_changed"
    assert home.service.journeys.consent(ada, changed.notice).step == "interview"
    assert len(home.dump()["consents"]) == 2


def test_what_is_done_stays_done_under_other_settings(home: House, record: InterviewRecord, ada: Actor) -> None:
    home.finish(begin(home, ada), ada)
    home.configure(record, recording=True)
    assert home.service.journeys.read(ada).step == "done"


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_outlives_a_repeat_and_ends_with_the_answer(home: House, ada: Actor) -> None:
    """After the answer the words stand in the transcript only."""
    session_id = begin(home, ada)
    journeys = home.service.journeys
    journeys.save_draft(ada, session_id, "I once wr")
    journeys.save_draft(ada, session_id, "I once wrote a parser")
    assert journeys.read(ada).draft == "I once wrote a parser"
    home.say(session_id, "", actor=ada, action="repeat")
    assert home.again().service.journeys.read(ada).draft == "I once wrote a parser"
    home.say(session_id, "I once wrote a parser.", actor=ada)
    assert journeys.read(ada).draft == ""
    assert home.dump()["answer_drafts"] == []


def test_a_draft_is_bounded_and_made_safe_to_store(home: House, ada: Actor) -> None:
    session_id = begin(home, ada)
    home.service.journeys.save_draft(ada, session_id, "x" * MAX_ANSWER_CHARS)
    with pytest.raises(InvalidPayload):
        home.service.journeys.save_draft(ada, session_id, "x" * (MAX_ANSWER_CHARS + 1))
    home.service.journeys.save_draft(ada, session_id, "half\ud800 a\x00 pair\n\tand a tab")
    assert home.service.journeys.read(ada).draft == "half? a pair\n\tand a tab"


def test_a_draft_belongs_to_an_open_session_of_ones_own(home: House, record: InterviewRecord, ada: Actor) -> None:
    session_id = begin(home, ada)
    other = home.candidate(home.interview())
    for actor, wanted in ((other, session_id), (ada, "nobody")):
        with pytest.raises(SessionUnknown):
            home.service.journeys.save_draft(actor, wanted, "Some words")
    home.finish(session_id, ada)
    home.service.journeys.save_draft(ada, session_id, "Too late")
    assert home.dump()["answer_drafts"] == []


def test_what_is_written_while_the_session_expires_is_kept(home: House, ada: Actor) -> None:
    """Somebody writes for longer than the session waits, and the team looks at its list meanwhile."""
    session_id = begin(home, ada)
    home.service.journeys.save_draft(ada, session_id, "It began")
    home.clock.forward(minutes=31)
    home.service.interviews.list(SYSTEM)
    home.service.journeys.save_draft(ada, session_id, "It began with a long story, told in full.")
    with pytest.raises(SessionExpired):
        home.say(session_id, "It began with a long story, told in full.", actor=ada)
    journey = home.service.journeys.read(ada)
    assert (journey.step, journey.draft) == ("start", "It began with a long story, told in full.")


@pytest.mark.parametrize("idle", [0, 31])
@pytest.mark.parametrize("end", ["close", "restart"])
def test_a_draft_goes_with_its_attempt(home: House, record: InterviewRecord, ada: Actor, end: str, idle: int) -> None:
    """Words that were not sent are nobody's to read once the session that they were for is over."""
    session_id, other = begin(home, ada), home.candidate(home.interview())
    home.service.journeys.save_draft(ada, session_id, "It began")
    home.service.journeys.save_draft(other, begin(home, other), "Another's words")
    home.clock.forward(minutes=idle)
    getattr(home.service.interviews, end)(SYSTEM, record.interview_id)
    assert [row[2] for row in home.dump()["answer_drafts"]] == ["Another's words"]


def test_writing_is_activity(home: House, ada: Actor) -> None:
    """Somebody writes for an hour without sending; the session's version stays, so that no turn is overtaken."""
    session_id = begin(home, ada)
    versions = {home.dump()["sessions"][0][7:9]}
    for minute in range(0, 60, 5):
        home.clock.forward(minutes=5)
        home.service.journeys.save_draft(ada, session_id, f"It began, and {minute} minutes later it went on.")
    assert home.service.journeys.read(ada).step == "interview"
    assert versions == {home.dump()["sessions"][0][7:9]}
    home.clock.forward(minutes=31)
    assert home.service.journeys.read(ada).expired


def test_writing_touches_a_session_once_a_minute_at_most(home: House, ada: Actor) -> None:
    session_id = begin(home, ada)
    touched = home.see(session_id, ada).last_touched
    home.clock.forward(seconds=50)
    home.service.journeys.save_draft(ada, session_id, "It began")
    assert home.see(session_id, ada).last_touched == touched
    home.clock.forward(seconds=20)
    home.service.journeys.save_draft(ada, session_id, "It began well")
    assert (home.see(session_id, ada).last_touched - touched).total_seconds() >= 70


def test_writing_to_an_old_prompt_or_too_late_is_no_activity(home: House, ada: Actor) -> None:
    """A forgotten tab keeps no session alive, and one that is overdue is not revived by luck of who looks first."""
    session_id = begin(home, ada)
    home.say(session_id, "Hello.", actor=ada)
    touched = home.see(session_id, ada).last_touched
    home.clock.forward(minutes=20)
    home.service.journeys.save_draft(ada, session_id, "In the other tab", prompt_id=1)
    assert home.see(session_id, ada).last_touched == touched
    home.clock.forward(minutes=11)
    home.service.journeys.save_draft(ada, session_id, "Too late")
    assert home.service.journeys.read(ada).expired


def break_off(home: House, ada: Actor, session_id: str, typed: str) -> str:
    """Words are typed, the session expires, and the candidate goes on; the new session's id."""
    home.service.journeys.save_draft(ada, session_id, typed)
    home.clock.forward(minutes=31)
    assert home.service.journeys.read(ada).expired
    return home.service.journeys.begin(ada)


def test_words_from_before_a_break_stay_until_they_are_sent(home: House, ada: Actor) -> None:
    """Over a second break too; sent within a longer answer, with other spacing, counts."""
    second = break_off(home, ada, begin(home, ada), "It began\nwith a lock.")
    assert home.service.journeys.read(ada).before_break == "It began\nwith a lock."
    third = break_off(home, ada, second, "And then it ended.")
    assert home.service.journeys.read(ada).before_break == "It began\nwith a lock.\n\nAnd then it ended."
    home.say(third, "As I said: it ended.", actor=ada)
    assert home.service.journeys.read(ada).before_break == "It began\nwith a lock.\n\nAnd then it ended."
    home.say(third, "Well. It began with a  lock. So it went.", actor=ada)
    assert home.service.journeys.read(ada).before_break == "And then it ended."


def test_words_from_before_a_break_come_back_when_they_are_deleted_in_the_field(home: House, ada: Actor) -> None:
    session_id = break_off(home, ada, begin(home, ada), "It began")
    home.service.journeys.save_draft(ada, session_id, "Well. It began")
    assert home.service.journeys.read(ada).before_break == ""
    home.service.journeys.save_draft(ada, session_id, "Well.")
    assert home.service.journeys.read(ada).before_break == "It began"


def test_no_unsent_words_outlive_the_end_of_the_interview(home: House, ada: Actor) -> None:
    """Not even those from before a break."""
    session_id = break_off(home, ada, begin(home, ada), "It began")
    assert len(home.dump()["answer_drafts"]) == 1
    home.say(session_id, "", actor=ada, action="stop")
    assert home.dump()["answer_drafts"] == []


def test_words_from_before_a_break_are_dismissed_for_good(home: House, ada: Actor) -> None:
    """What stands in the field now is none of them."""
    session_id = break_off(home, ada, begin(home, ada), "It began")
    home.service.journeys.save_draft(ada, session_id, "Once more")
    for _ in range(2):
        home.service.journeys.dismiss_before_break(ada)
    journey = home.service.journeys.read(ada)
    assert (journey.before_break, journey.draft) == ("", "Once more")
    assert [row[2] for row in home.dump()["answer_drafts"]] == ["Once more"]


# --- practice ---------------------------------------------------------------------------------------------------------


def test_practice_is_bounded(home: House, record: InterviewRecord, ada: Actor) -> None:
    """As many attempts as anybody needs; the next one is refused in words, and what is open stays open."""
    home.configure(record, purpose="practice")
    for _ in range(MAX_ATTEMPTS - 1):
        home.service.journeys.practise_again(ada)
    session_id = begin(home, ada)
    before = home.dump()
    with pytest.raises(Conflict, match="held 50 times") as refused:
        home.service.journeys.practise_again(ada)
    assert (refused.value.code, home.dump()) == ("attempt_limit", before)
    assert not home.say(session_id, actor=ada).completed


# --- adjustments ------------------------------------------------------------------------------------------------------


def test_a_request_is_answered_by_the_team(home: House, record: InterviewRecord, ada: Actor) -> None:
    """Newest first, to both sides; the audit log has neither's words."""
    journeys = home.service.journeys
    journeys.request_adjustment(ada, "  Captions, please.  ")
    home.clock.forward(minutes=1)
    asked = journeys.request_adjustment(ada, "A break halfway").adjustments
    assert [one.text for one in asked] == ["A break halfway", "Captions, please."]
    assert journeys.adjustments(SYSTEM, record.interview_id) == list(asked)
    answered = journeys.reply(SYSTEM, asked[1].adjustment_id, AdjustmentReply(text="They are always on."))
    assert (answered.reply, answered.replied_at) == ("They are always on.", home.clock.now)
    assert journeys.read(ada).adjustments == (asked[0], answered)
    log = str(home.dump()["audit_log"])
    assert log.count("adjustment_requested") == 2
    assert log.count("adjustment_answered") == 1
    assert "Captions" not in log
    assert "always on" not in log


def test_requests_are_bounded(home: House, ada: Actor) -> None:
    """Ten may wait; the same words twice are one, and an answer makes room."""
    journeys = home.service.journeys
    for text in ("", "   ", "x" * 2_001):
        with pytest.raises(InvalidPayload):
            journeys.request_adjustment(ada, text)
    journeys.request_adjustment(ada, "x" * 2_000)
    for number in range(9):
        journeys.request_adjustment(ada, f"Wish {number}")
    assert len(journeys.request_adjustment(ada, "Wish 0").adjustments) == 10
    with pytest.raises(Conflict) as refused:
        journeys.request_adjustment(ada, "One more")
    assert refused.value.code == "too_many_adjustments"
    journeys.reply(SYSTEM, journeys.read(ada).adjustments[0].adjustment_id, AdjustmentReply(text="Yes"))
    assert len(journeys.request_adjustment(ada, "One more").adjustments) == 11


def test_adjustments_are_the_hiring_teams_to_read_and_answer(home: House, record: InterviewRecord, ada: Actor) -> None:
    asked = home.service.journeys.request_adjustment(ada, "More time").adjustments[0]
    for actor in (ada, Actor(role="analyst", id="link:x")):
        with pytest.raises(Forbidden):
            home.service.journeys.adjustments(actor, record.interview_id)
        with pytest.raises(Forbidden):
            home.service.journeys.reply(actor, asked.adjustment_id, AdjustmentReply(text="Yes"))
    with pytest.raises(NotFound) as unknown:
        home.service.journeys.reply(SYSTEM, "nobody", AdjustmentReply(text="Yes"))
    assert unknown.value.code == "adjustment_not_found"
    with pytest.raises(NotFound):
        home.service.journeys.adjustments(SYSTEM, "nobody")


def test_extra_time_reaches_the_running_session(home: House, ada: Actor) -> None:
    """From 1.5 to 2 times 45 minutes; given again it changes nothing, and a turn in between is not lost."""
    session_id = begin(home, ada)
    home.say(session_id, actor=ada)
    asked = home.service.journeys.request_adjustment(ada, "More time").adjustments[0]
    for _ in range(2):
        home.service.journeys.reply(
            SYSTEM, asked.adjustment_id, AdjustmentReply(text="Certainly.", extra_time_factor=2)
        )
        assert home.service.journeys.read(ada).time_limit_minutes == pytest.approx(90)
    assert home.see(session_id, ada).time_limit_ms == 90 * 60_000
    home.say(session_id, actor=ada)


def test_extra_time_given_while_nobody_is_there_is_there_on_coming_back(home: House, ada: Actor) -> None:
    """The candidate asks after a minute and leaves; the session has expired when the team answers."""
    begin(home, ada)
    asked = home.service.journeys.request_adjustment(ada, "More time").adjustments[0]
    home.clock.forward(hours=2)
    home.service.journeys.reply(SYSTEM, asked.adjustment_id, AdjustmentReply(text="Yes.", extra_time_factor=3))
    home.service.journeys.begin(ada)
    assert home.service.journeys.read(ada).time_limit_minutes == pytest.approx(135)


def test_extra_time_is_given_once_to_a_session_that_another_link_opened(
    home: House, record: InterviewRecord, ada: Actor
) -> None:
    """The team opened the session, or an older link did: the candidate's time is that of the answer."""
    opened = home.start(record).session_id
    asked = home.service.journeys.request_adjustment(ada, "More time").adjustments[0]
    home.service.journeys.reply(SYSTEM, asked.adjustment_id, AdjustmentReply(text="Yes.", extra_time_factor=2))
    assert begin(home, ada) == opened
    assert home.service.journeys.read(ada).time_limit_minutes == pytest.approx(90)
    later = home.candidate(record, extra_time_factor=1)
    again = home.service.journeys.request_adjustment(later, "Yet more").adjustments
    newest = next(one for one in again if one.text == "Yet more")
    home.service.journeys.reply(SYSTEM, newest.adjustment_id, AdjustmentReply(text="Yes.", extra_time_factor=3))
    assert home.service.journeys.read(later).time_limit_minutes == pytest.approx(135)


# --- by voice ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def spoken_home(tmp_path: Path) -> Iterator[House]:
    """A house that has a voice; no test here calls it."""
    made = house(tmp_path / "spoken", probes=0, gemini_api_key="no real key")
    yield made
    made.close()


@pytest.fixture
def bea(spoken_home: House) -> Actor:
    """A candidate with a link to speak by."""
    return spoken_home.candidate(spoken_home.interview(), mode="live")


def test_a_voice_link_leads_to_a_talk_and_back_to_writing(spoken_home: House, bea: Actor) -> None:
    """The session in hand says how it is held; going on by voice is another begin."""
    journeys = spoken_home.service.journeys
    first = journeys.read(bea)
    assert (first.mode, first.voice_offered) == ("live", True)
    with pytest.raises(Conflict) as refused:
        journeys.begin_text(bea)
    assert refused.value.code == "consent_missing"
    session_id = begin(spoken_home, bea)
    assert (journeys.read(bea).mode, journeys.read(bea).session_id) == ("live", session_id)
    assert spoken_home.see(session_id).transcript == ()
    assert journeys.begin_text(bea) == session_id
    assert journeys.read(bea).mode == "text"
    question = spoken_home.see(session_id).question
    assert question
    assert question.content == "Words for warmup."
    assert journeys.begin(bea) == session_id
    assert journeys.read(bea).mode == "live"


def test_a_voice_link_may_begin_in_writing(spoken_home: House, bea: Actor) -> None:
    agree(spoken_home, bea)
    session_id = spoken_home.service.journeys.begin_text(bea)
    journey = spoken_home.service.journeys.read(bea)
    assert (journey.mode, journey.voice_offered, journey.session_id) == ("text", True, session_id)


def test_a_text_link_is_one(spoken_home: House, home: House, ada: Actor) -> None:
    text = spoken_home.candidate(spoken_home.interview())
    journey = spoken_home.service.journeys.read(text)
    assert (journey.mode, journey.voice_offered) == ("text", False)
    assert home.service.journeys.read(ada).voice_offered is False


def test_the_consent_says_what_is_sent_and_heard(spoken_home: House, bea: Actor) -> None:
    """To whom, by voice and in writing; and whether sound is kept. Another way of holding it asks anew."""
    journeys = spoken_home.service.journeys
    by_voice = agree(spoken_home, bea)
    text = spoken_home.candidate(spoken_home.interview())
    in_writing = journeys.read(text).notice
    for sentences in (by_voice.notice, in_writing):
        assert any("Gemini" in sentence for sentence in sentences)
    assert any("No sound" in sentence and "what I say" in sentence for sentence in by_voice.notice)
    assert by_voice.notice != in_writing
    record = spoken_home.service.interviews.get(SYSTEM, by_voice.interview_id)
    spoken_home.configure(record, recording=True)
    now = journeys.read(bea)
    assert (now.step, now.consented_at) == ("welcome", None)
    assert any("are recorded" in sentence for sentence in now.notice)


def test_a_talk_that_could_not_be_rated_is_finished_later(spoken_home: House, bea: Actor) -> None:
    """While the rating fails, it stays open and its words are kept."""
    spoken, journeys = spoken_home.service.spoken, spoken_home.service.journeys
    session_id = begin(spoken_home, bea)
    scene = spoken.scene(bea, session_id)
    words = [("interviewer", scene.questions[0].text), ("candidate", ANSWER)]
    spoken.keep(session_id, [Utterance(role, text, 0, 1, True) for role, text in words])
    spoken_home.engine.fail_next()
    with pytest.raises(EngineFailure):
        journeys.finish(bea, "finished")
    assert journeys.read(bea).step == "interview"
    assert journeys.finish(bea, "finished").step == "done"
    assert spoken_home.see(session_id).overall_score == 3.0
    assert journeys.finish(bea, "finished").step == "done"
