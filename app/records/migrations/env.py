"""Alembic runs this: the steps, inside the transaction that `records.migrating` has begun."""

from alembic import context

from app.records.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,  # in SQLite as well
)
context.run_migrations()
