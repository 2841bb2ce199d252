"""The demo's time: the moments of its story, and the copy to begin again with."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Date, delete, func, inspect, update

from app import models as m
from app.access import as_system
from app.extensions import db
from app.models.base import Moment
from app.services.demo_acts import Step

ZONE = ZoneInfo("Europe/Amsterdam")
# A day of the story moves as many days as the moment at which it was noted: the first of these that is there.
NOTED = {
    (m.Afspraak, "uiterlijk"): ("gemaakt_op",),
    (m.SchoolVoorkeur, "aangemeld_op"): ("benaderd_op", "voorgesteld_op"),
    (m.StatusWijziging, "vanaf"): ("op",),
    (m.Toestemming, "getekend_op"): ("gegeven_op", "gevraagd_op"),
}
# These days are of no dossier's time: they stay what they are.
FIXED = frozenset({(m.Kind, "geboortedatum"), (m.Gezagsdrager, "gezag_datum")})
# When time passes in the demo, who is signed in stays so, a link in a mail works on, a mail in hand is sent.
OF_NOW = frozenset({m.Sessie, m.Aanmeldpoging, m.Uitnodiging})
_IN_HAND = (m.Bericht, "bezig_tot")


def moment(step: Step) -> datetime:
    """Give when a step of the story was, counted from the real day: also while another step is told."""
    hour, minute = step.time.split(":")
    day = datetime.now(ZONE).date() - timedelta(days=step.days)
    return datetime.combine(day, time(int(hour), int(minute)), ZONE)


def database() -> str:
    """Give the path of the demo's database."""
    return str(db.engine.url.database)


def beginning() -> str:
    """Give the path of the copy to begin again with."""
    return f"{current_app.config['DEMO_FOLDER']}/begin.sqlite"


def copy(source: str, target: str) -> None:
    """Copy an SQLite database over another that may be in use, at one stroke for who uses it."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def earlier(days: int) -> Callable[[datetime], datetime]:
    """Give the change to a moment that makes it `days` earlier, at the same hour in the Netherlands."""
    return lambda moment: (moment.astimezone(ZONE) - timedelta(days=days)).astimezone(UTC)


def change_moments(change: Callable[[datetime], datetime]) -> None:
    """Write every moment and day of the story anew."""
    _change(change, models=[getattr(m, name) for name in m.__all__])
    db.session.commit()


def pass_days(days: int) -> None:
    """Let all that happened be `days` longer ago, in one transaction, and remember how far that went."""
    _change(earlier(days), models=[model for name in m.__all__ if (model := getattr(m, name)) not in OF_NOW])
    _connection().execute(f"PRAGMA user_version = {days_passed() + days:d}")
    db.session.commit()


def days_passed() -> int:
    """Give how many days the clock was moved since the demo began; the copy to begin again with says 0."""
    found: int = _connection().execute("PRAGMA user_version").fetchone()[0]
    return found


def _change(change: Callable[[datetime], datetime], *, models: list[Any]) -> None:
    """Change all rows of each table in one statement, so that nobody's change comes in between.

    SQLite keeps moments and days as text; it is handed the functions to read and write them.
    """
    db.session.rollback()
    db.session.expunge_all()

    def moved(kept: str | None) -> str | None:
        return _write(change(_read(kept))) if kept else None

    def moved_day(kept: str | None, noted: str | None) -> str | None:
        if not kept or not noted:
            return kept
        moment = _read(noted)
        passed = change(moment).astimezone(ZONE).date() - moment.astimezone(ZONE).date()
        return (date.fromisoformat(kept) + passed).isoformat()

    _connection().create_function("demo_moment", 1, moved)
    _connection().create_function("demo_day", 2, moved_day)
    with _history_rewritten(), as_system("the demo tells a story of weeks"):
        for model in models:
            if values := _moments(model) | _days(model):
                query = update(model).values(values)
                db.session.execute(query.execution_options(synchronize_session=False))
        db.session.execute(delete(m.Zegel))  # they were of the log as it was; the worker seals it anew


@contextmanager
def _history_rewritten() -> Iterator[None]:
    """Take the triggers away that keep the log as it is, and put them back in the same transaction."""
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _sql in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    yield
    for _name, sql in triggers:
        connection.execute(sql)


def _moments(model: Any) -> dict[str, Any]:
    names = [column.key for column in inspect(model).column_attrs if _is(column, Moment)]
    return {
        name: func.demo_moment(getattr(model, name), type_=Moment())
        for name in names
        if (model, name) != _IN_HAND
    }


def _days(model: Any) -> dict[str, Any]:
    names = [column.key for column in inspect(model).column_attrs if _is(column, Date)]
    return {
        name: func.demo_day(getattr(model, name), func.coalesce(*noted, None), type_=Date())
        for name in names
        if (model, name) not in FIXED
        for noted in [[getattr(model, moment) for moment in NOTED[model, name]]]
    }


def _is(column: Any, kind: type[Any]) -> bool:
    return isinstance(column.columns[0].type, kind)


def _connection() -> sqlite3.Connection:
    found: Any = db.session.connection().connection.driver_connection
    return found


def _read(kept: str) -> datetime:
    return datetime.fromisoformat(kept).replace(tzinfo=UTC)


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
