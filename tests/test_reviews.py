"""Reviews, overrides and decisions: what people make of an interview, and that every figure counts it once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from builders import House, house
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest
from interview.errors import Conflict, Forbidden, InterviewError, InvalidPayload, NotFound
from interview.imported import SpokenLine
from interview.models import PositionPlan, Scorecard
from interview.records import InterviewRecord
from interview.reviewing.rating import CriterionRating, Ratings
from interview.reviews import MAX_REASON_CHARS
from interview.store import queries
from interview.store.tables import ScorecardRow

NOTE, REASON = "She named the lock herself.", "The engine missed the second answer."


def member(home: House, name: str = "Ines", role: str = "hiring") -> Actor:
    """Somebody on the team, in by their link."""
    return home.service.access.enter(home.service.access.add_person(SYSTEM, name, role).secret)[2]


def held(home: House, *levels: float | None) -> InterviewRecord:
    """An interview that has been completed; the first responses got these levels."""
    record = home.interview()
    home.engine.levels.extend(levels)
    home.finish(home.start(record).session_id)
    return record


def rated(record: InterviewRecord, *levels: int | None, note: str = NOTE) -> Ratings:
    """A level for every criterion, these over and over."""
    given_levels = itertools.cycle(levels or (3,))
    return {
        one.name: {each.name: CriterionRating(level=next(given_levels), note=note) for each in one.criteria}
        for one in record.competencies
    }


def standing(home: House, record: InterviewRecord) -> Scorecard:
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card is not None
    return card


def cards(home: House, record: InterviewRecord) -> list[tuple[str, bool]]:
    """Source and whether it stands, oldest first."""
    with home.service.context.database.read() as tx:
        query = select(ScorecardRow).where(ScorecardRow.interview_id == record.interview_id)
        rows = tx.scalars(query.order_by(ScorecardRow.created_at)).all()
        return [(row.source, row.standing) for row in rows]


def refused(call: Callable[[], object], kind: type[InterviewError], code: str) -> str:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.code == code
    return caught.value.message


def audited(home: House) -> list[tuple[str, str]]:
    """Action and actor of the audit log, oldest first."""
    return [(row[4], row[2]) for row in sorted(home.dump()["audit_log"])]


# --- rating -----------------------------------------------------------------------------------------------------------


def test_ratings_are_kept_until_they_are_submitted_and_then_final(home: House) -> None:
    record, ines = held(home), member(home)
    first = {"Debugging": {"Debugging 1": CriterionRating(level=2, note=NOTE)}}
    kept = home.service.reviews.save(ines, record.interview_id, first)
    assert (kept.ratings, kept.submitted_at, kept.reviewer, kept.attempt) == (first, None, "Ines", 1)
    assert not home.service.reviews.state(ines, record.interview_id).scores_open
    given_all = rated(record, 4)
    review = home.service.reviews.submit(ines, record.interview_id, given_all)
    assert review.review_id == kept.review_id
    assert (review.ratings, review.submitted_at, review.blind) == (given_all, home.clock.now, True)
    for again in (home.service.reviews.save, home.service.reviews.submit):
        refused(lambda again=again: again(ines, record.interview_id, rated(record, 1)), Conflict, "review_submitted")
    state = home.service.reviews.state(ines, record.interview_id)
    assert state.mine == review
    assert state.scores_open


def test_what_was_kept_of_other_competencies_is_submitted_with_the_last(home: House) -> None:
    record, ines = held(home), member(home)
    whole = rated(record, 5, 1)
    for name, ratings in whole.items():
        home.service.reviews.save(ines, record.interview_id, {name: ratings})
    assert home.service.reviews.submit(ines, record.interview_id, {}).ratings == whole


def test_a_rating_can_be_taken_back_before_it_is_submitted(home: House) -> None:
    record, ines = held(home), member(home)
    home.service.reviews.save(ines, record.interview_id, rated(record, 5))
    kept = home.service.reviews.save(ines, record.interview_id, {"Debugging": {}})
    assert kept.ratings["Debugging"] == {}
    assert kept.ratings["Teamwork"] == rated(record, 5)["Teamwork"]


def test_incomplete_ratings_are_refused_with_all_that_is_missing(home: House) -> None:
    """What the transcript does not show is a rating, too; what is refused leaves nothing behind."""
    record, ines = held(home), member(home)
    ratings = rated(record, None)
    del ratings["Debugging"]["Debugging 2"], ratings["Planning"]
    before = home.dump()
    said = refused(
        lambda: home.service.reviews.submit(ines, record.interview_id, ratings), InvalidPayload, "review_incomplete"
    )
    assert said.endswith("Not rated yet are: Debugging: Debugging 2; Planning: Planning 1, Planning 2.")
    assert home.dump() == before


def test_only_what_the_rubric_has_is_rated(home: House) -> None:
    record, ines = held(home), member(home)
    for ratings in ({"Charm": {"Smile": CriterionRating(level=1)}}, {"Debugging": {"Smile": CriterionRating(level=1)}}):
        for call in (home.service.reviews.save, home.service.reviews.submit):
            with pytest.raises(NotFound) as caught:
                call(ines, record.interview_id, ratings)
            assert caught.value.code == "criterion_not_found"
    assert home.service.reviews.state(ines, record.interview_id).mine is None


def test_nothing_is_rated_before_the_interview_has_ended(home: House) -> None:
    """One that the team has closed has ended; so has a transcript from elsewhere."""
    ines, record = member(home), home.interview()
    reviews = home.service.reviews
    refused(lambda: reviews.save(ines, record.interview_id, {}), Conflict, "nothing_to_rate")
    session_id = home.start(record).session_id
    home.say(session_id)
    refused(lambda: reviews.submit(ines, record.interview_id, rated(record)), Conflict, "nothing_to_rate")
    assert not reviews.state(ines, record.interview_id).ratable
    home.service.interviews.close(SYSTEM, record.interview_id)
    assert reviews.state(ines, record.interview_id).ratable
    assert reviews.submit(ines, record.interview_id, rated(record)).session_id == session_id
    other = home.interview()
    lines = [SpokenLine(role="candidate", text="I wrote the test first.")]
    imported = home.service.scorecards.score_transcript(SYSTEM, other.interview_id, lines)
    assert reviews.submit(ines, other.interview_id, rated(other)).session_id == imported.session_id


def test_what_was_read_of_one_attempt_is_never_filed_for_a_newer_one(home: House) -> None:
    """Ratings, overrides and decisions from a form that was open while another attempt was completed are refused."""
    record, ines, root, reviews = held(home), member(home), member(home, "Root", "administrator"), home.service.reviews
    read = reviews.state(ines, record.interview_id).session_id
    reviews.save(ines, record.interview_id, rated(record, 2), read)
    home.clock.forward(minutes=1)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    newer = home.start(record).session_id
    home.finish(newer)
    before = home.dump()
    for stale in (
        lambda: reviews.save(ines, record.interview_id, rated(record, 2), read),
        lambda: reviews.submit(ines, record.interview_id, {}, read),
        lambda: reviews.override(root, record.interview_id, "Debugging", "Debugging 1", 5, REASON, read),
        lambda: reviews.decide(root, record.interview_id, "advance", REASON, read),
        lambda: reviews.decide(ines, record.interview_id, "decline", REASON, "nobody"),
    ):
        refused(stale, Conflict, "another_attempt")
    assert home.dump() == before
    assert reviews.state(ines, record.interview_id).session_id == newer
    assert reviews.submit(ines, record.interview_id, rated(record, 4), newer).session_id == newer
    assert reviews.decide(root, record.interview_id, "advance", REASON, newer).decision == "advance"


def test_rating_a_transcript_from_elsewhere_opens_nothing_else(home: House) -> None:
    """Neither the interview that is completed after it, nor another transcript; each is rated by itself."""
    record, ines, reviews = home.interview(), member(home), home.service.reviews
    session_id = home.start(record).session_id
    lines = [SpokenLine(role="candidate", text="I compared both versions.")]
    for level in (2, 4):
        home.clock.forward(minutes=1)
        card = home.service.scorecards.score_transcript(SYSTEM, record.interview_id, lines)
        assert not reviews.state(ines, record.interview_id).scores_open
        assert home.service.interviews.list(ines)[0][0].overall_score is None
        assert reviews.submit(ines, record.interview_id, rated(record, level)).session_id == card.session_id
        assert home.service.interviews.list(ines)[0][0].scores_open
    home.finish(session_id)
    state = reviews.state(ines, record.interview_id)
    assert (state.scores_open, state.mine, state.session_id) == (False, None, session_id)
    assert not home.see(session_id, ines).scores_open
    assert home.service.interviews.get(ines, record.interview_id).score is None
    assert session_id not in {row.session_id for row in home.service.analytics.score_rows(ines)}
    assert reviews.submit(ines, record.interview_id, rated(record, 5)).blind
    assert home.see(session_id, ines).scores_open


def test_a_transcript_from_elsewhere_beside_a_completed_interview_is_rated_by_itself(home: House) -> None:
    """By naming it, before or after the one that counts; each opens its own scores, and neither decides the other."""
    record, ines, noor, reviews = held(home), member(home), member(home, "Noor", "administrator"), home.service.reviews
    held_here = reviews.state(ines, record.interview_id).session_id
    home.clock.forward(minutes=1)
    lines = [SpokenLine(role="candidate", text="I compared both versions.")]
    imported = home.service.scorecards.score_transcript(SYSTEM, record.interview_id, lines).session_id
    reviews.decide(noor, record.interview_id, "decline", REASON)
    before = reviews.state(ines, record.interview_id, imported)
    assert (before.session_id, before.ratable, before.scores_open, before.mine) == (imported, True, False, None)
    reviews.save(ines, record.interview_id, {"Debugging": rated(record, 1)["Debugging"]}, imported)
    theirs = reviews.submit(ines, record.interview_id, rated(record, 1), imported)
    assert (theirs.session_id, theirs.blind) == (imported, True)
    assert reviews.state(ines, record.interview_id, imported).scores_open
    assert home.service.packets.of_interview(ines, record.interview_id, imported).decisions[0].decision is None
    state = reviews.state(ines, record.interview_id)
    assert (state.session_id, state.ratable, state.scores_open, state.mine) == (held_here, True, False, None)
    assert state.decisions[0].decision is None
    ours = reviews.submit(ines, record.interview_id, rated(record, 5))
    assert (ours.session_id, ours.blind) == (held_here, True)
    assert [reviews.state(ines, record.interview_id, one).mine for one in (held_here, imported)] == [ours, theirs]
    assert reviews.state(ines, record.interview_id).decisions[0].decision == "decline"
    stray = home.interview()
    refused(lambda: reviews.submit(ines, stray.interview_id, {}, imported), Conflict, "nothing_to_rate")
    refused(lambda: reviews.state(ines, stray.interview_id, imported), NotFound, "session_not_found")


def test_an_earlier_attempt_cannot_be_rated_any_more(home: House) -> None:
    record, ines, reviews = held(home), member(home), home.service.reviews
    first = reviews.state(ines, record.interview_id).session_id
    home.clock.forward(minutes=1)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    home.finish(home.start(record).session_id)
    assert not reviews.state(ines, record.interview_id, first).ratable
    assert reviews.state(ines, record.interview_id).ratable


def test_other_reviewers_ratings_are_closed_until_ones_own_stand(home: House) -> None:
    record, ines, noor = held(home), member(home, "Ines"), member(home, "Noor")
    theirs = home.service.reviews.submit(ines, record.interview_id, rated(record, 5))
    home.service.reviews.save(noor, record.interview_id, rated(record, 1))
    assert home.service.reviews.state(noor, record.interview_id).others == ()
    home.service.reviews.submit(noor, record.interview_id, {})
    assert home.service.reviews.state(noor, record.interview_id).others == (theirs,)


def test_what_is_not_submitted_is_nobody_elses_to_see(home: House) -> None:
    record, ines, noor = held(home), member(home, "Ines"), member(home, "Noor")
    home.service.reviews.save(ines, record.interview_id, rated(record, 5))
    home.service.reviews.submit(noor, record.interview_id, rated(record, 1))
    assert home.service.reviews.state(noor, record.interview_id).others == ()
    assert home.service.reviews.state(SYSTEM, record.interview_id).mine is None


def test_seeing_scores_unrated_is_logged_once_and_the_review_is_not_blind(home: House) -> None:
    record, ines = held(home), member(home)
    for _ in range(2):
        seen = home.service.reviews.see_unrated(ines, record.interview_id)
    assert (seen.seen_unrated_at, seen.submitted_at, seen.blind) == (home.clock.now, None, False)
    assert home.service.reviews.state(ines, record.interview_id).scores_open
    assert home.service.scorecards.newest(ines, record.interview_id) == standing(home, record)
    assert not home.service.reviews.submit(ines, record.interview_id, rated(record)).blind
    assert audited(home)[-2:] == [("scores_seen_unrated", ines.id), ("review_submitted", ines.id)]


def test_looking_after_rating_takes_nothing_from_a_blind_review(home: House) -> None:
    record, ines = held(home), member(home)
    home.service.reviews.submit(ines, record.interview_id, rated(record))
    assert home.service.reviews.see_unrated(ines, record.interview_id).blind


def test_an_administrator_who_sees_all_scores_never_rates_blind(home: House) -> None:
    record, root = held(home), member(home, "Root", "administrator")
    assert not home.service.reviews.submit(root, record.interview_id, rated(record)).blind


def test_seeing_needs_a_session_of_the_interview(home: House) -> None:
    record, other, ines = held(home), held(home), member(home)
    elsewhere = home.service.interviews.get(SYSTEM, other.interview_id).sessions[0].session_id
    for unknown in (elsewhere, "nobody"):
        refused(
            lambda unknown=unknown: home.service.reviews.see_unrated(ines, record.interview_id, unknown),
            NotFound,
            "session_not_found",
        )
    refused(lambda: home.service.reviews.see_unrated(ines, "nobody"), NotFound, "interview_not_found")


def test_a_reviewers_scorecard_has_totals_that_can_be_recomputed_by_hand(home: House) -> None:
    """Criteria weigh 1 and 2; what the transcript does not show has no part in a mean; it counts in no figure."""
    record, ines = held(home), member(home)
    before = home.dump()["score_rollup"]
    home.service.reviews.submit(ines, record.interview_id, rated(record, 4, 1, None, 5, None, None))
    with home.service.context.database.read() as tx:
        row = tx.scalars(select(ScorecardRow).where(ScorecardRow.source == "reviewer")).one()
        totals = {}
        for one in queries.competency_scores(tx, row.scorecard_id):
            totals[one.competency] = (one.total_score, one.criteria_assessed, one.rubric_filled)
            assert [each["rationale"] for each in one.criteria] == [NOTE, NOTE]
    assert totals == {
        "Debugging": (round((4 * 1 + 1 * 2) / 3, 2), 2, True),
        "Teamwork": (5.0, 1, False),
        "Planning": (0.0, 0, False),
    }
    assert (row.overall_score, row.engine, row.reviewer, row.standing) == ((2.0 + 5.0) / 2, "person", "Ines", False)
    assert standing(home, record).source == "engine"
    assert home.dump()["score_rollup"] == before


def test_two_saves_at_once_lose_and_double_nothing(home: House) -> None:
    """By the same person in two tabs; of two submits at once, one is told that the ratings stand already."""
    record, ines = held(home), member(home)
    whole = rated(record, 2)
    with ThreadPoolExecutor(3) as threads:
        saves = [
            threads.submit(home.service.reviews.save, ines, record.interview_id, {name: ratings})
            for name, ratings in whole.items()
        ]
        for each in saves:
            each.result(timeout=60)
        assert len(home.dump()["reviews"]) == 1
        tries = [threads.submit(home.service.reviews.submit, ines, record.interview_id, {}) for _ in range(3)]
        outcomes = [each.exception(timeout=60) for each in tries]
    lost = [each for each in outcomes if each is not None]
    assert [each.code for each in lost if isinstance(each, Conflict)] == ["review_submitted"] * 2
    assert cards(home, record).count(("reviewer", False)) == 1
    mine = home.service.reviews.state(ines, record.interview_id).mine
    assert mine is not None
    assert mine.ratings == whole


# --- overriding -------------------------------------------------------------------------------------------------------


def override(home: House, actor: Actor, record: InterviewRecord, level: int = 5, criterion: str = "Debugging 1") -> Any:
    competency = criterion.rpartition(" ")[0]
    return home.service.reviews.override(actor, record.interview_id, competency, criterion, level, REASON)


def level_of(card: Scorecard, criterion: str) -> tuple[float, str]:
    found = (one for each in card.competencies for one in each.criteria if one.criterion == criterion)
    one = next(found)
    return one.latest_score, one.rationale


def test_an_override_stands_with_its_reason_and_the_engines_scorecard_stays(home: House) -> None:
    record, root = held(home, 2.0), member(home, "Root", "administrator")
    former = standing(home, record)
    before = home.dump()["question_scores"]
    home.clock.forward(minutes=5)
    card = override(home, root, record)
    assert card == standing(home, record)
    assert (card.source, card.reviewer, card.stamp) == ("override", "Root", former.stamp)
    assert level_of(card, "Debugging 1") == (5.0, REASON)
    debugging, untouched = card.competencies[0], card.competencies[1:]
    assert debugging.total_score == round((5 * 1 + former.competencies[0].criteria[1].latest_score * 2) / 3, 2)
    assert untouched == former.competencies[1:]
    totals = [one.total_score for one in card.competencies]
    assert card.overall_score == round(sum(totals) / len(totals), 2)
    assert cards(home, record) == [("engine", False), ("override", True)]
    carried = [row for row in home.dump()["question_scores"] if row[0] == card.scorecard_id]
    assert [row[1:] for row in carried] == [row[1:] for row in before]
    assert before
    (told,) = home.service.reviews.state(root, record.interview_id).overrides
    assert (told.former_level, told.level, told.reason, told.name) == (
        former.competencies[0].criteria[0].latest_score, 5.0, REASON, "Root",
    )  # fmt: skip


def test_an_override_of_what_had_no_evidence_gives_it_a_level(home: House) -> None:
    record, root = held(home, *[None] * 20), member(home, "Root", "administrator")
    assert standing(home, record).overall_score == 0.0
    card = override(home, root, record, 4)
    assert (card.competencies[0].total_score, card.overall_score) == (4.0, 4.0)
    assert not card.competencies[0].rubric_filled


def test_levels_that_people_gave_outlast_a_new_scoring(home: House) -> None:
    """The newest of a criterion's, under a clock that stands still too; the engine's new scorecard stays beside it."""
    record, root = held(home, 2.0), member(home, "Root", "administrator")
    override(home, root, record, 1)
    override(home, root, record, 5)
    override(home, root, record, 2, "Teamwork 2")
    home.clock.forward(minutes=5)
    home.engine.levels.extend([4.0] * 20)
    card = home.service.scorecards.score(SYSTEM, record.interview_id)
    assert (card.source, card) == ("override", standing(home, record))
    assert [level_of(card, name)[0] for name in ("Debugging 1", "Debugging 2", "Teamwork 2")] == [5.0, 4.0, 2.0]
    assert [source for source, _ in cards(home, record)].count("engine") == 2
    assert [stands for _, stands in cards(home, record)].count(True) == 1


def test_only_what_was_scored_is_overridden(home: House) -> None:
    root, record = member(home, "Root", "administrator"), home.interview()
    refused(lambda: override(home, root, record), Conflict, "nothing_to_override")
    home.start(record)
    refused(lambda: override(home, root, record), Conflict, "nothing_to_override")
    done = held(home)
    refused(lambda: override(home, root, done, criterion="Debugging 9"), NotFound, "criterion_not_found")
    for level in (0, 6):
        refused(lambda level=level: override(home, root, done, level), InvalidPayload, "invalid_payload")


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * (MAX_REASON_CHARS + 1)])
def test_an_override_and_a_decision_need_a_reason(home: House, reason: str) -> None:
    record, root = held(home), member(home, "Root", "administrator")
    reviews, before = home.service.reviews, home.dump()
    for call in (
        lambda: reviews.override(root, record.interview_id, "Debugging", "Debugging 1", 3, reason),
        lambda: reviews.decide(root, record.interview_id, "advance", reason),
    ):
        assert "Say why" in refused(call, InvalidPayload, "invalid_payload")
    assert home.dump() == before


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_the_newest_decision_stands_and_the_others_stay(home: House) -> None:
    """Under a clock that stands still, too."""
    record, ines = held(home), member(home)
    for decision, why in (("hold", "one"), ("advance", "two"), ("decline", "three"), ("advance", "four")):
        home.service.reviews.decide(ines, record.interview_id, decision, why)  # type: ignore[arg-type]
    told = home.service.reviews.state(SYSTEM, record.interview_id).decisions
    assert [(one.decision, one.reason, one.name) for one in told] == [
        ("advance", "four", "Ines"), ("decline", "three", "Ines"), ("advance", "two", "Ines"), ("hold", "one", "Ines"),
    ]  # fmt: skip


def test_the_same_word_again_is_said_once(home: House) -> None:
    """A decision or an override that is sent again, because its answer was lost, changes nothing."""
    record, ines, root = held(home), member(home), member(home, "Root", "administrator")
    reviews = home.service.reviews
    decision, card = reviews.decide(root, record.interview_id, "hold", REASON), override(home, root, record)
    before = home.dump()
    home.clock.forward(minutes=1)
    assert reviews.decide(root, record.interview_id, "hold", f" {REASON}\n") == decision
    assert override(home, root, record) == card
    assert home.dump() == before
    assert reviews.decide(ines, record.interview_id, "hold", REASON) != decision
    override(home, root, record, 1)
    assert level_of(override(home, root, record), "Debugging 1") == (5.0, REASON)
    assert len(reviews.state(root, record.interview_id).overrides) == 3


def test_somebody_elses_decision_is_closed_until_one_has_rated(home: House) -> None:
    """That one was made is no secret, nor by whom."""
    record, ines, noor = held(home), member(home, "Ines"), member(home, "Noor")
    home.service.reviews.decide(ines, record.interview_id, "decline", REASON)
    (seen,) = home.service.reviews.state(noor, record.interview_id).decisions
    assert (seen.decision, seen.reason, seen.name) == (None, "", "Ines")
    (own,) = home.service.reviews.state(ines, record.interview_id).decisions
    assert (own.decision, own.reason) == ("decline", REASON)
    home.service.reviews.submit(noor, record.interview_id, rated(record))
    assert home.service.reviews.state(noor, record.interview_id).decisions == (own,)


ADMIN_KEY = "an-administrators-key-of-forty-characters"


def test_only_persons_review_override_and_decide(tmp_path: Path) -> None:
    """No program does, nor the administrator's key of the environment, nor the command line; analysts do not at all."""
    home = house(tmp_path, admin_key=ADMIN_KEY)
    record, access = held(home), home.service.access
    nobodys = [access.by_bearer(access.create_key(SYSTEM, "key", role).secret) for role in ("program", "hiring")]
    before, reviews = home.dump(), home.service.reviews
    calls: list[Callable[[Actor], object]] = [
        lambda actor: reviews.save(actor, record.interview_id, {}),
        lambda actor: reviews.submit(actor, record.interview_id, rated(record)),
        lambda actor: reviews.see_unrated(actor, record.interview_id),
        lambda actor: override(home, actor, record),
        lambda actor: reviews.decide(actor, record.interview_id, "advance", REASON),
    ]
    for actor in (*nobodys, access.by_bearer(ADMIN_KEY), SYSTEM):
        assert reviews.state(actor, record.interview_id).mine is None
        for call in calls:
            refused(lambda call=call, actor=actor: call(actor), Forbidden, "person_required")
    for role in ("analyst", "candidate"):
        outsider = Actor(role=role, id="x", person="x", interview_id=record.interview_id)  # type: ignore[arg-type]
        for call in (*calls, lambda actor: reviews.state(actor, record.interview_id)):
            refused(lambda call=call, outsider=outsider: call(outsider), Forbidden, "forbidden")
    assert home.dump() == before
    home.close()


def test_whoever_starts_the_server_is_a_person(home: House) -> None:
    record = held(home)
    local = home.service.access.enter(home.service.access.local_link())[2]
    assert home.service.reviews.decide(local, record.interview_id, "hold", REASON).name == "Local administrator"


def test_a_persons_key_is_the_same_reviewer_as_their_link(home: House) -> None:
    record, ines = held(home), member(home)
    secret = home.service.access.create_key(SYSTEM, "Ines's notebook", None, ines.person).secret
    by_key = home.service.access.by_bearer(secret)
    home.service.reviews.save(ines, record.interview_id, {"Debugging": rated(record)["Debugging"]})
    review = home.service.reviews.submit(by_key, record.interview_id, rated(record))
    assert review.reviewer == "Ines"
    assert home.service.reviews.state(ines, record.interview_id).mine == review
    assert len(home.dump()["reviews"]) == 1


# --- what is left behind ----------------------------------------------------------------------------------------------


def test_the_audit_log_has_every_step_and_no_words(home: House) -> None:
    record, ines = held(home), member(home)
    reviews, said = home.service.reviews, home.service.interviews.get(SYSTEM, record.interview_id).transcript
    reviews.see_unrated(ines, record.interview_id)
    reviews.submit(ines, record.interview_id, rated(record))
    override(home, ines, record)
    home.service.scorecards.score(ines, record.interview_id)
    reviews.decide(ines, record.interview_id, "advance", REASON)
    assert [action for action, who in audited(home) if who == ines.id] == [
        "scores_seen_unrated", "review_submitted", "score_overridden", "scored", "decision_made",
    ]  # fmt: skip
    log = repr(home.dump()["audit_log"])
    assert not [words for words in (NOTE, REASON, *(line.text for line in said)) if words in log]


def test_what_people_made_of_an_interview_goes_with_it(home: House) -> None:
    """And leaves what they made of another."""
    kept, gone, root = held(home), held(home), member(home, "Root", "administrator")
    tables = ("reviews", "overrides", "decisions", "scorecards", "competency_scores", "question_scores")

    def review(record: InterviewRecord) -> None:
        home.service.reviews.submit(root, record.interview_id, rated(record))
        override(home, root, record)
        home.service.reviews.decide(root, record.interview_id, "hold", REASON)

    review(kept)
    home.service.interviews.delete(SYSTEM, gone.interview_id)
    before = {name: home.dump()[name] for name in (*tables, "score_rollup", "scorecard_rollup")}
    other = held(home)
    review(other)
    assert all(len(home.dump()[name]) > len(before[name]) for name in tables)
    home.service.interviews.delete(SYSTEM, other.interview_id)
    assert {name: home.dump()[name] for name in before} == before


# --- counted once -----------------------------------------------------------------------------------------------------


def recount(home: House) -> dict[str, dict[tuple[Any, ...], list[float]]]:
    """What the sums by day have to be, from the scorecards alone."""
    scores: dict[tuple[Any, ...], list[float]] = {}
    overall: dict[tuple[Any, ...], list[float]] = {}
    with home.service.context.database.read() as tx:
        sessions: dict[str, list[ScorecardRow]] = {}
        for card in tx.scalars(select(ScorecardRow)):
            if card.source != "reviewer" and not card.rehearsal:
                sessions.setdefault(card.session_id, []).append(card)
        for of_session in sessions.values():
            (card,) = [one for one in of_session if one.standing]
            assert card.created_at == max(one.created_at for one in of_session)
            position_id, version = card.rubric.split("/")
            place = (card.created_at.date().isoformat(), position_id, int(version))
            add(overall, place, [1, float(card.overall_score > 0), card.overall_score])
            for row in queries.competency_scores(tx, card.scorecard_id):
                some = row.criteria_assessed > 0
                level = min(5, int(row.total_score + 0.5)) if some else 0
                counts = [float(some and level == each) for each in range(1, 6)]
                sums = [row.total_score if some else 0.0, row.criteria_assessed, row.criteria_total]
                add(scores, (*place, row.competency), [*counts, float(not some), *sums])
    return {"score_rollup": scores, "scorecard_rollup": overall}


def add(table: dict[tuple[Any, ...], list[float]], place: tuple[Any, ...], amounts: list[float]) -> None:
    table[place] = [a + b for a, b in zip(table.get(place, [0.0] * len(amounts)), amounts, strict=True)]


def counted(home: House) -> dict[str, dict[tuple[Any, ...], list[float]]]:
    """The sums by day as they are kept."""
    dump = home.dump()
    return {
        "score_rollup": {row[:4]: list(row[5:]) for row in dump["score_rollup"]},
        "scorecard_rollup": {row[:3]: list(row[3:]) for row in dump["scorecard_rollup"]},
    }


def assert_counted_once(home: House) -> None:
    kept, right = counted(home), recount(home)
    for table, rows in right.items():
        assert kept[table].keys() == rows.keys()
        for place, amounts in rows.items():
            assert kept[table][place] == pytest.approx(amounts, abs=1e-6)


LEVELS = st.sampled_from([None, 1.0, 2.0, 2.5, 3.0, 4.0, 4.5, 5.0])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "score", "override", "rate", "delete", "import"]),
        st.integers(0, 3),
        LEVELS,
        st.sampled_from(["Debugging 1", "Debugging 2", "Planning 2"]),
        st.sampled_from([0.0, 1.0, 30.0]),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_figures_count_each_session_once_whatever_is_done_to_it(steps: list[tuple[str, int, Any, str, float]]) -> None:
    """Scored, scored again, overridden, rated, imported and deleted in any order, over several days."""
    with TemporaryDirectory() as folder:
        home = house(Path(folder))
        root, there = member(home, "Root", "administrator"), [held(home)]
        for kind, which, level, criterion, hours in steps:
            home.clock.forward(hours=hours, seconds=1)
            home.engine.levels.clear()
            home.engine.levels.extend([level] * 30)
            record = there[which % len(there)] if there else None
            if kind == "hold" and len(there) < 3:
                there.append(held(home))
            elif record is not None:
                take(home, root, kind, record, level, criterion)
                if kind == "delete":
                    there.remove(record)
            assert_counted_once(home)
        home.close()


def take(home: House, root: Actor, kind: str, record: InterviewRecord, level: Any, criterion: str) -> None:
    """One step of the test above."""
    match kind:
        case "score":
            home.service.scorecards.score(SYSTEM, record.interview_id)
        case "override":
            override(home, root, record, int(level or 1), criterion)
        case "rate" if home.service.reviews.state(root, record.interview_id).mine is None:
            home.service.reviews.submit(root, record.interview_id, rated(record, 1, None, 5))
        case "import":
            lines = [SpokenLine(role="candidate", text="I wrote the test first.")]
            home.service.scorecards.score_transcript(SYSTEM, record.interview_id, lines)
        case "delete":
            home.service.interviews.delete(SYSTEM, record.interview_id)


def test_rehearsals_count_nowhere(home: House) -> None:
    record = home.interview()
    started = home.service.sessions.start(SYSTEM, StartRequest(interview_id=record.interview_id, rehearsal=True))
    home.finish(started.session_id)
    home.service.scorecards.score(SYSTEM, record.interview_id, started.session_id)
    assert counted(home) == {"score_rollup": {}, "scorecard_rollup": {}}


def test_what_a_plan_holds_is_what_is_rated(home: House) -> None:
    """An interview is rated on the rubric that it was held with, whatever the position's newest one is."""
    record, ines = held(home), member(home)
    plan = home.service.positions.get(SYSTEM, record.position_id).plan
    renamed = PositionPlan.model_validate_json(plan.model_dump_json().replace("Teamwork", "Cooperation"))
    home.service.positions.save_plan(SYSTEM, record.position_id, renamed)
    home.service.positions.approve(SYSTEM, record.position_id)
    assert "Teamwork" in home.service.reviews.submit(ines, record.interview_id, rated(record)).ratings
