"""Runs the migrations on the connection that `Database` hands over."""

from alembic import context

from interview.store import access_tables, review_tables, rollup_tables, webhook_tables  # noqa: F401  # they belong to the metadata
from interview.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
