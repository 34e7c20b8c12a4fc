"""What is said about an interview, to the team and to the candidate: nothing that was not shown."""

from __future__ import annotations

import re

from interview.engines import Exchange, Response, ScoreRequest
from interview.engines.embedded import bank
from interview.engines.embedded.guiding import guide
from interview.engines.embedded.narrating import narrate
from interview.models import (
    Competency,
    CompetencySummary,
    CriterionScore,
    CriterionSummary,
    Evaluation,
    Evidence,
    TranscriptEntry,
)

ANSWER = (
    "We had an outage on Black Friday. I rolled back the last release within fifteen minutes, then I went through the "
    "logs and found a missing index. I wrote a postmortem."
)
QUOTE = "I rolled back the last release within fifteen minutes"
INCIDENTS, TEAMWORK, COMMUNICATION = "Debugging and incident response", "Teamwork", "Communication"


def competency(name: str) -> Competency:
    found = bank.find(name)
    assert found is not None
    return found.competency


def evidence(words: str, *, joined: bool = True) -> Evidence:
    start = ANSWER.index(words)
    return Evidence(entry_id=4, start=start, end=start + len(words), quote=words if joined else "")


def scores(*, joined: bool = True) -> tuple[CriterionScore, ...]:
    return (
        CriterionScore(
            criterion="Finding the cause", score=3.6, weight=0.4, status="assessed", low=3.1, high=4.1,
            evidence=(evidence("I went through the logs and found a missing index", joined=joined),),
        ),
        CriterionScore(
            criterion="Limiting the harm", score=4.2, weight=0.3, status="assessed", low=4.2, high=4.2,
            evidence=(evidence(QUOTE, joined=joined),),
        ),
        CriterionScore(
            criterion="Preventing a repeat", score=2.1, weight=0.3, status="assessed", low=2.1, high=2.1,
            evidence=(evidence("I wrote a postmortem", joined=joined),),
        ),
    )  # fmt: skip


def summary(name: str, of: tuple[CriterionScore, ...], total: float) -> CompetencySummary:
    return CompetencySummary(
        competency=name,
        total_score=total,
        criteria=tuple(
            CriterionSummary(
                criterion=one.criterion, weight=one.weight, latest_score=one.score, status=one.status,
                evidence=one.evidence, low=one.low, high=one.high,
            )
            for one in of
        ),
    )  # fmt: skip


def interview(*, joined: bool = True) -> ScoreRequest:
    """Incidents were asked about and shown, teamwork asked about without evidence, communication never asked about."""
    told = TranscriptEntry(entry_id=4, role="candidate", text=ANSWER)
    vague = TranscriptEntry(entry_id=9, role="candidate", text="We always worked well together.")
    of = scores(joined=joined)
    thin = tuple(
        CriterionScore(criterion=one.name, weight=one.weight, status="insufficient_evidence")
        for one in competency(TEAMWORK).criteria
    )
    return ScoreRequest(
        role_title="Backend engineer",
        competencies=(competency(INCIDENTS), competency(TEAMWORK), competency(COMMUNICATION)),
        summaries=(summary(INCIDENTS, of, 3.3), summary(TEAMWORK, thin, 0.0), summary(COMMUNICATION, (), 0.0)),
        overall_score=3.3,
        responses=(
            Response(
                competency=INCIDENTS, question="Describe an outage that you helped to deal with.",
                exchanges=(Exchange(prompt="Describe an outage.", answers=(told,)),),
                evaluation=Evaluation(total_score=3.3, criterion_scores=of),
            ),
            Response(
                competency=TEAMWORK, question="Tell me about your part in a team.",
                exchanges=(Exchange(prompt="Tell me.", answers=(vague,)),),
                evaluation=Evaluation(criterion_scores=thin),
            ),
        ),
    )  # fmt: skip


def nothing() -> ScoreRequest:
    return ScoreRequest(
        role_title="Backend engineer", competencies=(competency(INCIDENTS),), summaries=(), overall_score=0.0
    )


# --- for the team -----------------------------------------------------------------------------------------------------


def test_the_summary_tells_shown_thin_and_not_asked_apart() -> None:
    text = narrate(interview()).summary
    assert "3 of 9 criteria" in text
    assert f"{INCIDENTS} stands at 3.3" in text
    assert re.search(r"Not asked about[^.;]*Communication", text)
    assert re.search(r"without enough evidence to rate: [^.]*Own contribution", text)


def test_the_summary_says_what_the_scores_are_not() -> None:
    for request in (interview(), nothing()):
        assert "structured reading aid" in narrate(request).summary
        assert "not calibrated against your own raters" in narrate(request).summary


def test_strengths_are_shown_criteria_with_the_words_that_show_them_the_highest_first() -> None:
    strengths = narrate(interview()).strengths
    assert [one.split(" (")[0] for one in strengths] == ["Limiting the harm", "Finding the cause"]
    assert QUOTE in strengths[0]
    assert "between 3.1 and 4.1" in strengths[1], "a spread is told, not hidden"


def test_a_level_below_the_middle_anchor_is_no_strength() -> None:
    assert not any("Preventing a repeat" in one for one in narrate(interview()).strengths)


def test_improvements_name_the_criterion_and_what_was_not_said() -> None:
    """Each names a criterion of the rubric, and where there are expected points, one that no answer came near."""
    improvements = narrate(interview()).improvements
    assert 2 <= len(improvements) <= 5
    names = {criterion.name for one in interview().competencies for criterion in one.criteria}
    assert all(one.split(" (")[0] in names for one in improvements)
    points = {
        point for one in interview().competencies for criterion in one.criteria for point in criterion.expected_points
    }
    quoted = [found for one in improvements for found in re.findall(r"“([^”]+)”", one)]
    assert quoted
    assert set(quoted) <= points


def test_a_point_that_was_said_is_not_called_missing() -> None:
    request = interview()
    point = competency(TEAMWORK).criteria[0].expected_points[0]
    told = TranscriptEntry(entry_id=9, role="candidate", text=f"{point}.")
    response = request.responses[1].model_copy(update={"exchanges": (Exchange(prompt="Tell me.", answers=(told,)),)})
    said = request.model_copy(update={"responses": (request.responses[0], response)})
    assert not any(point in one for one in narrate(said).improvements)
    first = next(one for one in guide(said).sections if one.competency == TEAMWORK).missing[0]
    assert point.removeprefix("I ") not in first


def test_nothing_assessed_is_said_and_nothing_is_praised() -> None:
    narrative = narrate(nothing())
    assert narrative.summary.startswith("Nothing could be assessed")
    assert narrative.strengths == ()
    assert narrative.improvements
    assert all("not asked about" in one for one in narrative.improvements)


def test_where_all_was_shown_the_least_complete_criteria_are_named_still() -> None:
    """A high level leaves something to ask: at least two lines, each with a point that was not said."""
    request = interview()
    full = tuple(one.model_copy(update={"score": 4.5, "low": 4.5, "high": 4.5}) for one in scores())
    high = request.model_copy(
        update={
            "competencies": request.competencies[:1],
            "summaries": (summary(INCIDENTS, full, 4.5),),
            "responses": request.responses[:1],
        }
    )
    improvements = narrate(high).improvements
    assert len(improvements) == 2
    assert all("level 4.5; no clear sign of" in one for one in improvements)
    assert guide(high).sections[0].missing == ()


def test_two_strengths_are_shown_in_different_words_where_there_are_some() -> None:
    strengths = narrate(interview()).strengths
    assert len({re.findall(r"“([^”]+)”", one)[0] for one in strengths}) == len(strengths)


def test_quotes_left_to_be_joined_are_read_from_the_transcript() -> None:
    assert narrate(interview(joined=False)) == narrate(interview())


def test_the_same_interview_gives_the_same_words() -> None:
    assert narrate(interview()) == narrate(interview())
    assert guide(interview()) == guide(interview())


# --- for the candidate ------------------------------------------------------------------------------------------------


def test_the_guide_shows_the_candidates_own_words_at_their_place() -> None:
    section = guide(interview()).sections[0]
    assert section.strengths[0].quote == QUOTE
    assert all(ANSWER[one.start : one.end] == one.quote for one in section.strengths)
    assert not any("postmortem" in one.quote for one in section.strengths), (
        "a weak answer is not dressed up as a strength"
    )


def test_the_guide_counts_what_has_evidence() -> None:
    shown, thin, unasked = guide(interview()).sections
    assert (shown.evidenced, shown.criteria, shown.level) == (3, 3, 3.3)
    assert (thin.evidenced, thin.criteria, thin.level) == (0, 3, 0.0)
    assert thin.questions == ("Tell me about your part in a team.",)
    assert unasked.questions == ()


def test_what_is_missing_is_put_as_what_a_fuller_answer_would_do() -> None:
    shown, thin, _ = guide(interview()).sections
    assert len(thin.missing) == 3
    assert all("a fuller answer would" in one for one in (*shown.missing, *thin.missing))
    assert not any("Limiting the harm" in one for one in shown.missing), "what was shown fully is not missing"
    assert not any(re.search(r"\b(I|my|we|our)\b", one) for one in (*shown.missing, *thin.missing))


def test_a_competency_that_was_never_asked_about_counts_neither_way() -> None:
    assert guide(interview()).sections[2].missing == (
        "No answer was given on this topic, so nothing here counts for or against you.",
    )


def test_practice_comes_from_the_bank_and_for_a_teams_own_competency_from_general_tips() -> None:
    known = bank.find(INCIDENTS)
    assert known is not None
    assert guide(interview()).sections[0].practice == known.practice
    own = Competency.model_validate({"name": "Beekeeping", "criteria": [{"name": "Care of the hive", "weight": 1}]})
    request = ScoreRequest(role_title="Beekeeper", competencies=(own,), summaries=(), overall_score=0.0)
    assert len(guide(request).sections[0].practice) >= 2


def test_three_next_steps_begin_with_the_weakest_competency_that_was_asked_about() -> None:
    steps = guide(interview()).next_steps
    assert len(steps) == 3
    assert "teamwork" in steps[0]
    assert "Tell me about your part in a team." in steps[1]
    assert "hiring team" in steps[2]


def test_the_guide_tells_no_decision() -> None:
    for request in (interview(), nothing()):
        assert "not a decision" in guide(request).opening


def test_advice_is_a_whole_sentence_for_every_point_of_the_bank() -> None:
    """No “bring in this:” in front of a clause: "show that something was changed"."""
    lines = [line for section in guide(interview()).sections for line in section.missing]
    assert any("show that" in line for line in lines)
    assert not any("bring in this" in line for line in lines)


def test_a_sentence_about_what_did_not_go_well_is_no_strength() -> None:
    """Owning up may be evidence; under "what was strong" it would sound like mockery."""
    request = interview()
    words = "I could not do everything well."
    entry = TranscriptEntry(entry_id=4, role="candidate", text=words)
    own = Evidence(entry_id=4, start=0, end=len(words), quote=words)
    of = tuple(one.model_copy(update={"evidence": (own,) if one.evidence else ()}) for one in scores())
    first = request.responses[0].model_copy(
        update={
            "exchanges": (Exchange(prompt="Describe an outage.", answers=(entry,)),),
            "evaluation": Evaluation(total_score=3.3, criterion_scores=of),
        }
    )
    section = guide(request.model_copy(update={"responses": (first,)})).sections[0]
    assert section.strengths == ()
