"""What an act leaves behind: a digest of the whole database, of the store and of the outbox."""

import hashlib
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from app.extensions import db
from tests.world import World

# Reading is logged, and a session is seen: these two are meant to change when somebody only looks.
LOOKING = {"gebeurtenis": None, "sessie": {"gezien_op"}}


def digest(world: World) -> dict[str, str]:
    """One digest a table (the outbox is one of them) and one of the files."""
    found: dict[str, str] = {}
    with world.app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('kindbrug.swv', '*', true)"))
        for name, query in _queries():
            # As the driver gives them: to make them what the models say takes several times as long.
            rows = sorted(map(repr, connection.exec_driver_sql(query).cursor.fetchall()))
            found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        connection.rollback()
    store = Path(world.app.config["STORE_URL"].removeprefix("file://"))
    files = sorted((str(path), path.stat().st_size) for path in store.rglob("*") if path.is_file())
    found["the store"] = hashlib.sha256(str(files).encode()).hexdigest()
    return found


@cache
def _queries() -> list[tuple[str, str]]:
    """The tables with what reads them, without what is meant to change."""
    return [
        (table.name, str(sa.select(*(column for column in table.columns if column.name not in left_out))))
        for table in db.metadata.sorted_tables
        if (left_out := LOOKING.get(table.name, set())) is not None
    ]


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name, value in after.items() if before.get(name) != value]
