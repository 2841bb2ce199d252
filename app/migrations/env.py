"""Runs the migrations for `flask db …`, on SQLite and on PostgreSQL."""

from alembic import context
from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Connection, text
from sqlalchemy.types import TypeDecorator

import app.models  # noqa: F401 - fills the metadata


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write what our own column types store, so that an old revision does not lean on today's code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run(connection: Connection) -> None:
    """Migrate, each revision in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,  # our tables and Flask-AppBuilder's own (ab_…)
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_on_sqlite(connection: Connection) -> None:
    """Migrate without foreign keys in force: a batch drops and remakes a table, which would cascade to its rows."""
    connection.execute(text("PRAGMA foreign_keys = OFF"))
    connection.commit()
    run(connection)
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    connection.execute(text("PRAGMA foreign_keys = ON"))
    if broken:
        raise RuntimeError(f"rows that point nowhere after the migration: {broken}")


if context.is_offline_mode():
    raise SystemExit("The migrations look at what is there; run them on a database, not as --sql.")

with current_app.extensions["migrate"].db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        run_on_sqlite(connection)
    else:
        run(connection)
