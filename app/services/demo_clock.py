"""The demo's time: the moments of its story, and the copy to begin again with."""

import sqlite3
from bisect import bisect
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import inspect, select

from app import models as m
from app.access import as_system
from app.extensions import db
from app.models.base import Moment, now
from app.services.demo_data import Step

ZONE = ZoneInfo("Europe/Amsterdam")


class Clock:
    """When the acts happened according to the story: each `set` begins a new moment."""

    def __init__(self) -> None:
        self.real: list[datetime] = []
        self.story: list[datetime] = []

    def set(self, step: Step) -> None:
        """Let what is done from here have happened at `step`."""
        day = now().astimezone(ZONE).date() - timedelta(days=step.days)
        hour, minute = step.time.split(":")
        self._begin(datetime.combine(day, time(int(hour), int(minute)), ZONE))

    def stop(self) -> None:
        """Leave what lies ahead, such as when a link ends, where it is."""
        self._begin(now())

    def told(self, moment: datetime) -> datetime:
        """Give the moment in the story of a moment in which the demo was filled."""
        at = bisect(self.real, moment) - 1
        return self.story[at] + (moment - self.real[at])

    def _begin(self, story: datetime) -> None:
        self.real.append(now())
        self.story.append(story)


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


def change_moments(change: Callable[[datetime], datetime]) -> None:
    """Write every moment in the database anew; the one place where the demo turns the clock."""
    db.session.expunge_all()
    with as_system("the demo tells a story of weeks"):
        for name in m.__all__:
            model = getattr(m, name)
            columns = [c.key for c in inspect(model).column_attrs if isinstance(c.columns[0].type, Moment)]
            for row in db.session.scalars(select(model)) if columns else ():
                for column in columns:
                    if (moment := getattr(row, column)) is not None:
                        setattr(row, column, change(moment))
        db.session.commit()
