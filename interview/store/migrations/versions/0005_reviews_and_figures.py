"""Reviews, decisions and what comes of them; sums by day for the analysts' figures; webhooks"""

import sqlalchemy as sa
from alembic import op

import interview.store.tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LEVELS = ", ".join(
    f"sum(c.criteria_assessed > 0 AND c.total_score >= {low} AND c.total_score < {high})"
    for low, high in ((0.0, 1.5), (1.5, 2.5), (2.5, 3.5), (3.5, 4.5), (4.5, 6.0))
)
_RUBRIC = "substr(s.rubric, 1, instr(s.rubric, '/') - 1), cast(substr(s.rubric, instr(s.rubric, '/') + 1) AS INTEGER)"
FILL = (
    """UPDATE scorecards SET standing = 1 WHERE NOT EXISTS (
       SELECT 1 FROM scorecards AS n WHERE n.session_id = scorecards.session_id
       AND (n.created_at, n.scorecard_id) > (scorecards.created_at, scorecards.scorecard_id))""",
    f"""INSERT INTO score_rollup (day, position_id, version, competency, place, level_1, level_2, level_3, level_4,
       level_5, not_assessed, total, criteria_assessed, criteria_total)
       SELECT date(s.created_at), {_RUBRIC}, c.competency, min(c.place), {_LEVELS}, sum(c.criteria_assessed = 0),
       sum(CASE WHEN c.criteria_assessed > 0 THEN c.total_score ELSE 0 END), sum(c.criteria_assessed),
       sum(c.criteria_total)
       FROM scorecards AS s JOIN competency_scores AS c USING (scorecard_id)
       WHERE s.standing AND NOT s.rehearsal GROUP BY 1, 2, 3, 4""",  # noqa: S608 - constants
    f"""INSERT INTO scorecard_rollup (day, position_id, version, scorecards, scored, total)
       SELECT date(s.created_at), {_RUBRIC}, count(*), sum(s.overall_score > 0), sum(s.overall_score)
       FROM scorecards AS s WHERE s.standing AND NOT s.rehearsal GROUP BY 1, 2, 3""",  # noqa: S608 - constants
    """INSERT INTO stage_rollup (day, position_id, version, stage, sessions, seconds)
       SELECT date(s.completed_at), i.position_id, p.version, e.stage, count(*), sum(e.seconds)
       FROM (SELECT session_id, json_extract(payload, '$.stage') AS stage,
             86400 * (julianday(lead(created_at) OVER (PARTITION BY session_id ORDER BY event_id))
                      - julianday(created_at)) AS seconds FROM events WHERE event_type = 'stage_entered') AS e
       JOIN sessions AS s USING (session_id) JOIN interviews AS i USING (interview_id) JOIN plans AS p USING (plan_id)
       WHERE s.status = 'complete' AND NOT s.rehearsal AND e.seconds IS NOT NULL GROUP BY 1, 2, 3, 4""",
    """INSERT INTO usage_rollup (day, position_id, model, calls, unpriced, input_tokens, output_tokens, cost)
       SELECT date(u.at), coalesce(i.position_id, ''), u.model, count(*), sum(u.cost IS NULL), sum(u.input_tokens),
       sum(u.output_tokens), coalesce(sum(u.cost), 0)
       FROM model_usage AS u LEFT JOIN interviews AS i USING (interview_id) GROUP BY 1, 2, 3""",
)
"""What is there already is counted, in SQLite's words: no other database holds data of before."""


def upgrade() -> None:
    op.create_table(
        "position_templates",
        sa.Column("template_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("template_id", name=op.f("pk_position_templates")),
        sa.UniqueConstraint("name", name=op.f("uq_position_templates_name")),
    )
    op.create_table(
        "usage_rollup",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("position_id", sa.String(length=36), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("day", "position_id", "model", name=op.f("pk_usage_rollup")),
    )
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.String(length=36), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("created_at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("removed_at", interview.store.tables.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("webhook_id", sa.String(length=36), nullable=False),
        sa.Column("interview_id", sa.String(length=36), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", interview.store.tables.UtcDateTime(), nullable=True),
        sa.Column("delivered_at", interview.store.tables.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.webhook_id"], name=op.f("fk_outbox_webhook_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_interview_id"), ["interview_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_next_attempt_at"), ["next_attempt_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_webhook_id"), ["webhook_id"], unique=False)

    op.create_table(
        "rehearsals",
        sa.Column("rehearsal_id", sa.String(length=36), nullable=False),
        sa.Column("position_id", sa.String(length=36), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["positions.position_id"], name=op.f("fk_rehearsals_position_id")),
        sa.PrimaryKeyConstraint("rehearsal_id", name=op.f("pk_rehearsals")),
    )
    with op.batch_alter_table("rehearsals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rehearsals_position_id"), ["position_id"], unique=False)

    op.create_table(
        "score_rollup",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("position_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("competency", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("level_1", sa.Integer(), nullable=False),
        sa.Column("level_2", sa.Integer(), nullable=False),
        sa.Column("level_3", sa.Integer(), nullable=False),
        sa.Column("level_4", sa.Integer(), nullable=False),
        sa.Column("level_5", sa.Integer(), nullable=False),
        sa.Column("not_assessed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("criteria_assessed", sa.Integer(), nullable=False),
        sa.Column("criteria_total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["positions.position_id"], name=op.f("fk_score_rollup_position_id")),
        sa.PrimaryKeyConstraint("day", "position_id", "version", "competency", name=op.f("pk_score_rollup")),
    )
    op.create_table(
        "scorecard_rollup",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("position_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scorecards", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["positions.position_id"], name=op.f("fk_scorecard_rollup_position_id")
        ),
        sa.PrimaryKeyConstraint("day", "position_id", "version", name=op.f("pk_scorecard_rollup")),
    )
    op.create_table(
        "stage_rollup",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("position_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["positions.position_id"], name=op.f("fk_stage_rollup_position_id")),
        sa.PrimaryKeyConstraint("day", "position_id", "version", "stage", name=op.f("pk_stage_rollup")),
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["outbox.message_id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_message_id"), ["message_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("interview_id", sa.String(length=36), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.interview_id"], name=op.f("fk_decisions_interview_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index("ix_decisions_newest", ["interview_id", "at", "decision_id", "decision"], unique=False)

    op.create_table(
        "demographics",
        sa.Column("interview_id", sa.String(length=36), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("race", sa.String(), nullable=False),
        sa.Column("notice", sa.JSON(), nullable=False),
        sa.Column("at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interviews.interview_id"], name=op.f("fk_demographics_interview_id")
        ),
        sa.PrimaryKeyConstraint("interview_id", name=op.f("pk_demographics")),
    )
    op.create_table(
        "overrides",
        sa.Column("override_id", sa.String(length=36), nullable=False),
        sa.Column("interview_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("scorecard_id", sa.String(length=36), nullable=False),
        sa.Column("competency", sa.String(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("former_level", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.interview_id"], name=op.f("fk_overrides_interview_id")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecards.scorecard_id"], name=op.f("fk_overrides_scorecard_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_overrides_session_id")),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_overrides")),
    )
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overrides_interview_id"), ["interview_id"], unique=False)

    op.create_table(
        "question_scores",
        sa.Column("scorecard_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("competency", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("others", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecards.scorecard_id"], name=op.f("fk_question_scores_scorecard_id")
        ),
        sa.PrimaryKeyConstraint("scorecard_id", "place", name=op.f("pk_question_scores")),
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(length=36), nullable=False),
        sa.Column("interview_id", sa.String(length=36), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("imported", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("reviewer_id", sa.String(length=80), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("created_at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("updated_at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("submitted_at", interview.store.tables.UtcDateTime(), nullable=True),
        sa.Column("seen_unrated_at", interview.store.tables.UtcDateTime(), nullable=True),
        sa.Column("scorecard_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.interview_id"], name=op.f("fk_reviews_interview_id")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecards.scorecard_id"], name=op.f("fk_reviews_scorecard_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_reviews_session_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("interview_id", "attempt", "reviewer_id", "imported", name=op.f("uq_reviews_interview_id")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_reviewer_id"), ["reviewer_id"], unique=False)

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_events_faults",
            ["session_id", "event_type"],
            unique=False,
            sqlite_where=sa.text("event_type IN ('mode_changed', 'time_given_back')"),
        )

    with op.batch_alter_table("interviews", schema=None) as batch_op:
        batch_op.create_index(
            "ix_interviews_funnel", ["position_id", "interview_id", "created_at", "plan_id"], unique=False
        )

    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index("ix_invitations_funnel", ["interview_id", "created_at"], unique=False)

    # In place: competency scores refer to scorecards, and SQLite lets no table go that is referred to.
    with op.batch_alter_table("scorecards", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("standing", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("reviewer_id", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("reviewer", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_scorecards_session_id"), ["session_id"], unique=False)
        batch_op.create_index("ix_scorecards_standing", ["standing", "rehearsal", "rubric"], unique=False)
        batch_op.create_index(
            "ix_scorecards_newest", ["standing", "rehearsal", "created_at", "scorecard_id", "rubric"], unique=False
        )

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sessions_funnel",
            ["interview_id", "rehearsal", "attempt", "status", "mode", "session_id"],
            unique=False,
        )
    if op.get_bind().dialect.name == "sqlite":
        for statement in FILL:
            op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_sessions_funnel")

    with op.batch_alter_table("scorecards", recreate="never") as batch_op:
        batch_op.drop_index("ix_scorecards_newest")
        batch_op.drop_index("ix_scorecards_standing")
        batch_op.drop_index(batch_op.f("ix_scorecards_session_id"))
        batch_op.drop_column("reviewer")
        batch_op.drop_column("reviewer_id")
        batch_op.drop_column("standing")

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_faults")

    with op.batch_alter_table("interviews", schema=None) as batch_op:
        batch_op.drop_index("ix_interviews_funnel")

    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index("ix_invitations_funnel")

    op.drop_table("reviews")
    op.drop_table("question_scores")
    op.drop_table("overrides")
    op.drop_table("demographics")
    op.drop_table("decisions")
    op.drop_table("deliveries")
    op.drop_table("stage_rollup")
    op.drop_table("scorecard_rollup")
    op.drop_table("score_rollup")
    op.drop_table("rehearsals")
    op.drop_table("outbox")
    op.drop_table("webhooks")
    op.drop_table("usage_rollup")
    op.drop_table("position_templates")
