"""Talks that failed, and where hints are known"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FREELY = """(s.status = 'imported' OR json_extract(s.state, '$.rated_chars') <> '{}' AND (
    EXISTS (SELECT 1 FROM transcript_entries AS e WHERE e.interview_id = s.interview_id
        AND e.session_id = s.session_id AND e.role = 'interviewer' AND e.spoken)
    OR NOT EXISTS (SELECT 1 FROM transcript_entries AS e WHERE e.interview_id = s.interview_id
        AND e.session_id = s.session_id AND e.spoken)))"""
"""Transcripts from elsewhere, and sessions with words that were spoken freely. A voice that takes turns has written
words read out, so that the candidate's alone count as spoken; before 0004 there was none, and nobody's did. SQLite's
words, as no other database holds data of before."""

SCORES = f"""UPDATE question_scores SET hints_known = 0 WHERE EXISTS (
    SELECT 1 FROM scorecards AS c JOIN sessions AS s USING (session_id)
    WHERE c.scorecard_id = question_scores.scorecard_id AND {_FREELY})"""  # noqa: S608 - of this file alone

PROMPTS = f"""UPDATE sessions AS s SET state = json_set(s.state, '$.prompts', json((
    SELECT json_group_array(json_set(prompt.value, '$.heard', json('true')))
    FROM json_each(s.state, '$.prompts') AS prompt)))
    WHERE {_FREELY} AND EXISTS (SELECT 1 FROM json_each(s.state, '$.prompts') AS prompt
        WHERE coalesce(json_extract(prompt.value, '$.heard'), 0) = 0)"""  # noqa: S608
"""They are read whenever the session is scored again."""

AS_LOST_TIME = """UPDATE events SET event_type = 'time_given_back',
    payload = '{"cause": "voice_failed", "seconds": 0.0}' WHERE event_type = 'voice_failed'"""
"""What a version that does not know of it can read; events are numbered without gaps, so that none is taken out."""


def upgrade() -> None:
    op.add_column("question_scores", sa.Column("hints_known", sa.Boolean(), server_default=sa.true(), nullable=False))
    _index("event_type IN ('mode_changed', 'time_given_back', 'voice_failed')")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SCORES)
        op.execute(PROMPTS)


def downgrade() -> None:
    _index("event_type IN ('mode_changed', 'time_given_back')")
    op.execute(AS_LOST_TIME)
    op.drop_column("question_scores", "hints_known")


def _index(where: str) -> None:
    """In place: events are many, and turns refer to them by number."""
    op.drop_index("ix_events_faults", "events")
    op.create_index("ix_events_faults", "events", ["session_id", "event_type"], sqlite_where=sa.text(where))
