"""Mis-heard words of a spoken session, put right by the candidate or the team: marked, bounded and rated again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import TypeAdapter
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq
from sqlalchemy.orm import Session

from interview import flagging
from interview.access import Actor, audit
from interview.context import Context
from interview.draft import Draft
from interview.errors import Conflict, InvalidPayload
from interview.events import CandidateMove, SessionCompleted
from interview.folding import rate
from interview.matching import words_of
from interview.models import MAX_ANSWER_CHARS, TranscriptEntry, Words
from interview.scorecards import append_scorecard, evaluate_all, score_request
from interview.sessions import require_session
from interview.store import queries, rescoring_queries
from interview.store.sessions import Loaded, load, save_heard
from interview.transcript import by_id
from interview.usage import charged

MAX_ROUNDS = 3
MAX_TEAM_ROUNDS = 20
"""Rounds of the candidate, and of the team, counted apart: each has a model read the answers in it again."""
CANDIDATE_TIME = timedelta(hours=24)
_ALIKE, _SURELY_ALIKE = 55, 75
"""rapidfuzz ratio (0-100) of the words heard and those put in their place: below the first, an answer was rewritten.
Two English texts that have nothing in common reach 48, so that between them half of the words have to be the same.
"""
_HALF = 0.5
_LONGER, _LONGER_BY = 1.25, 40
"""How much longer words may get, in parts and in characters: what was swallowed is put back, nothing is told anew."""
_CLEANED = TypeAdapter(Words)


def put_right(context: Context, actor: Actor, session_id: str, corrections: Mapping[int, str]) -> None:
    """Put other words in the place of mis-heard ones in a spoken session that is complete.

    Both stay in the transcript. The answers are rated again and a new scorecard is appended, all at once or not at
    all; the same corrections again change nothing. An entry is named by its own id or by that of its correction.

    Raises InvalidPayload, SessionUnknown, EngineFailure, and Conflict: `session_open`, `correction_too_far` where it is
    no mis-hearing, `corrections_used` after three rounds of the candidate's or twenty of the team's,
    `corrections_closed` for a candidate after 24 hours, and for everybody where the scores that stand are those of
    another version of the plan.
    """
    with context.database.read() as tx:
        loaded = load(tx, session_id)
        require_session(actor, loaded)
        rounds = _rounds(tx, actor, loaded)
        standing = queries.session_scorecard(tx, session_id)
        before = rescoring_queries.scored_with(tx, session_id)
    draft = loaded.draft(context)
    wanted = _wanted(draft, corrections)
    if not wanted:
        return
    _require_open(context, actor, loaded, rounds)
    if standing is not None and standing.rubric != f"{loaded.position.position_id}/{loaded.plan_version}":
        raise Conflict(
            "This interview was scored again under another version of the plan. Its words stay as they are now.",
            code="corrections_closed",
        )
    for heard, stands, text in wanted:
        _replace(draft, heard, stands, text, by_team=_of_team(actor))
    with charged(context, loaded.interview.interview_id):
        rate(draft)
        engine = context.engine
        if before != {(engine.name, engine.model, engine.prompt_version)}:
            # The other answers' levels are another engine's or prompt's: one scorecard has one stamp.
            draft.evaluations.clear()
            draft.update(latest={})
            evaluate_all(draft)
        narrative = draft.scene.engine.score(score_request(draft))
    with context.database.write() as tx:
        save_heard(tx, draft, read_version=loaded.session.version, status="complete")
        append_scorecard(tx, context, loaded, draft, narrative)
        audit(tx, context, actor, "words_put_right", loaded.interview.interview_id, session=session_id)


def _of_team(actor: Actor) -> bool:
    return actor.role != "candidate"


def _rounds(tx: Session, actor: Actor, loaded: Loaded) -> int:
    """How often the candidate put words right before, or the team did: their turns after the session's end."""
    if loaded.session.status != "complete":
        raise Conflict(
            "This session has not been completed. Its words can be put right when it has.", code="session_open"
        )
    end = max(event.event_id for event in loaded.events if isinstance(event.payload, SessionCompleted))
    first = queries.turns_after(tx, loaded.session.session_id, end)
    began = (event.payload for event in loaded.events if event.event_id in first)
    return sum(isinstance(move, CandidateMove) and move.by_team == _of_team(actor) for move in began)


def _require_open(context: Context, actor: Actor, loaded: Loaded, rounds: int) -> None:
    most = MAX_TEAM_ROUNDS if _of_team(actor) else MAX_ROUNDS
    if rounds >= most:
        raise Conflict(f"Words have been put right {most} times, and that is the limit.", code="corrections_used")
    ended = loaded.session.completed_at
    if not _of_team(actor) and ended is not None and context.clock() - ended > CANDIDATE_TIME:
        raise Conflict(
            "Words can be put right for 24 hours after the interview. Please write to the hiring team.",
            code="corrections_closed",
        )


def _wanted(draft: Draft, corrections: Mapping[int, str]) -> list[tuple[TranscriptEntry, TranscriptEntry, str]]:
    """The corrections that change anything: the entry as it was heard, the one that stands for it now, its new text."""
    entries = by_id(draft.entries)
    corrected = {entry.corrects: entry for entry in draft.entries if entry.corrects is not None}
    answers = {answer for prompt in draft.state.prompts for answer in prompt.answers}
    wanted = []
    named: set[int] = set()
    for entry_id, words in sorted(corrections.items()):
        heard = standing = entries.get(entry_id)
        while heard is not None and heard.corrects is not None:
            heard = entries.get(heard.corrects)
        while standing is not None and standing.entry_id in corrected:
            standing = corrected[standing.entry_id]
        if heard is None or standing is None or not heard.spoken:
            raise InvalidPayload(f"Entry {entry_id} is no spoken answer of this session.")
        if standing.entry_id not in answers:
            raise InvalidPayload(f"Entry {entry_id} is no answer, and plays no part in the rating.")
        if standing.entry_id in named:
            raise InvalidPayload(f"Entry {entry_id} is named twice, by its own id and by that of its correction.")
        named.add(standing.entry_id)
        text = _checked(heard, words)
        if text != standing.text:
            wanted.append((heard, standing, text))
    return wanted


def _checked(heard: TranscriptEntry, words: str) -> str:
    text = _CLEANED.validate_python(words).strip()
    if not 1 <= len(text) <= MAX_ANSWER_CHARS:
        raise InvalidPayload(f"Please write the words as you said them, in 1 to {MAX_ANSWER_CHARS:,} characters.")
    if not _is_mishearing(heard.text.lower(), text.lower()):
        raise Conflict(
            "These words are too far from what was heard. A mis-heard word can be put right, an answer not rewritten.",
            code="correction_too_far",
        )
    return text


def _is_mishearing(heard: str, text: str) -> bool:
    alike = fuzz.ratio(heard, text)
    same_words = LCSseq.normalized_similarity(words_of(heard), words_of(text)) >= _HALF
    longer = len(text) > _LONGER * len(heard) + _LONGER_BY
    return not longer and alike >= _ALIKE and (same_words or alike >= _SURELY_ALIKE)


def _replace(draft: Draft, heard: TranscriptEntry, standing: TranscriptEntry, text: str, *, by_team: bool) -> None:
    """Put a correction in the place of the words that stand there now, to be rated with its response."""
    entry = draft.add_entry("candidate", text, corrects=standing.entry_id, at_ms=heard.start_ms)
    prompts = tuple(
        prompt.model_copy(
            update={"answers": tuple(entry.entry_id if a == standing.entry_id else a for a in prompt.answers)}
        )
        for prompt in draft.state.prompts
    )
    draft.update(prompts=prompts, rated_chars=draft.state.rated_chars | {entry.entry_id: 0})
    draft.spoken.add(entry.entry_id)
    draft.emit(CandidateMove(move="correct", entry_id=entry.entry_id, by_team=by_team))
    draft.add_flags(flagging.flags(entry.entry_id, entry.text))
