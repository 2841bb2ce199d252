"""The log: events a second, what an event costs a page, and events a second that verify-log checks.

On SQLite in a temporary folder; with BENCH_DATABASE (the address of an empty database) on that one as well.
"""

import base64
import os
import secrets
import statistics
import tempfile
import time
import uuid

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from app import create_app
from app.access import Person, as_system
from app.extensions import db
from app.models import Gebeurtenis
from app.models.base import now
from app.services import log, seal
from app.services.seal_check import Check
from app.terms import Actie, Role

ACTS = 1_000  # transactions of one event each
EVENTS = 300_000  # to verify
SWVS = [uuid.uuid4() for _swv in range(5)]


def main() -> None:
    """Print the figures for each database."""
    with tempfile.TemporaryDirectory() as folder:
        for url in (f"sqlite:///{folder}/bench.sqlite", os.environ.get("BENCH_DATABASE")):
            if url:
                _measure(url)


def _measure(url: str) -> None:
    app = _portal(url)
    print(url.partition(":")[0])
    with app.app_context(), as_system("the measurement reads and writes the log"):
        upgrade()
        _acts()
        _many()
        began = time.perf_counter()
        sealed = seal.due(now())
        _say("sealed", sealed, began)
        check, began = Check(), time.perf_counter()
        assert list(check.findings()) == []
        _say("verified", check.events, began)
        db.session.remove()
        db.engine.dispose()


def _acts() -> None:
    """Write events one by one, each in a transaction that is committed, as pages do."""
    people = [
        Person(1, "Anneke", organisation_id=swv, swv_id=swv, rollen=frozenset({Role.JK_SPECIALIST}))
        for swv in SWVS
    ]
    costs, began = [], time.perf_counter()
    for act in range(ACTS):
        start = time.perf_counter()
        log.record(
            Actie.LEZEN,
            person=people[act % len(people)],
            noun="Hulpvraag",
            hulpvraag_id=SWVS[0],
            object_id=SWVS[0],
        )
        db.session.commit()
        costs.append(time.perf_counter() - start)
    _say("one event a transaction", ACTS, began)
    print(f"  what an event costs a page: median {statistics.median(costs) * 1e3:.2f} ms")


def _many() -> None:
    """Write many events: they are to be verified. The database copies them, which no clock here measures."""
    names = [column.name for column in Gebeurtenis.__table__.c if column.name != "volgnummer"]
    keys = ", ".join(name for name in names if name != "gebruiker_id")
    copy = (
        f"INSERT INTO gebeurtenis ({keys}, gebruiker_id) "
        f"SELECT {keys}, volgnummer % 1000 FROM gebeurtenis ORDER BY volgnummer LIMIT :number"
    )
    db.session.scalar(select(Gebeurtenis.volgnummer).limit(1))  # PostgreSQL is told whose SWV
    there = ACTS
    while there < EVENTS:
        db.session.execute(text(copy), {"number": EVENTS - there})
        there = min(2 * there, EVENTS)
    db.session.commit()


def _say(what: str, number: int, began: float) -> None:
    taken = time.perf_counter() - began
    print(f"  {what}: {number:,} in {taken:.1f} s = {number / taken:,.0f} a second")


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
