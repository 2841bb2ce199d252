"""The daily anchor: the last seal of every chain, put where who can change the database can't."""

import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import exists, func, select

from app.access import as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.services import days, log, wording
from app.terms import Actie

_WHY = "the anchor names the last seal of every SWV"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"
_LINE = re.compile(
    r"([\dTZ:-]{20}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,18}) ([0-9a-f]{64})\s*$", re.ASCII
)
_OLD = timedelta(days=2)
_TAIL = 1_000  # bytes: more than the longest line
Post = Callable[[str, str, str], None]


class Anchored(NamedTuple):
    """One line of an anchor: when it was put away, and the last seal of one chain."""

    op: datetime
    swv_id: uuid.UUID
    nummer: int
    hmac: str


def due(moment: datetime, post: Post) -> int:
    """Put today's anchor away, once a day; give how many lines. `post` mails (address, subject, text).

    The last line of the file says whether that was done. Of a mail, only its event in the log does; the mail
    is sent before that is committed, when the log takes one. Two workers at the same minute can each mail it.
    """
    place, today = _place(), wording.local_day(moment)
    if not place or (_in_file(today) if _is_file(place) else _mailed(moment)):
        return 0
    lines = _lines(moment)
    if not lines:
        return 0
    text = "\n".join(lines) + "\n"
    if not _is_file(place):
        log.record(Actie.VERANKEREN, noun=Zegel.__name__)  # raises now what would raise after the mail
        db.session.rollback()  # no transaction waits for a mail server
        with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
            post(place, _("The seals of the log of today"), text)
    log.record(Actie.VERANKEREN, noun=Zegel.__name__)
    if _is_file(place):
        with open(place, "a", encoding="ascii") as file:  # noqa: PTH123 - an operator's path, no document
            file.write(text)
    db.session.commit()
    return len(lines)


def known() -> str:
    """Give the anchors in the file of LOG_ANCHOR; nothing when they are mailed, or can't be read."""
    place = _place()
    with suppress(OSError):
        if _is_file(place):
            with open(place, encoding="ascii", errors="replace") as file:  # noqa: PTH123 - an operator's path
                return file.read()
    return ""


def lines_of(text: str) -> list[Anchored]:
    """Read the lines of anchors among others, such as those of a mail."""
    return [line for each in text.splitlines() if (line := _line_of(each)) is not None]


def faults(mailed: str | None, moment: datetime) -> Iterator[str]:
    """Give a sentence for whatever keeps the anchors of LOG_ANCHOR, and those that were mailed, from use."""
    place, kept = _place(), known()
    lines = [line for line in lines_of(f"{kept}\n{mailed or ''}") if line.op <= moment]
    rows = [number for number, row in enumerate(kept.splitlines(), 1) if row.strip() and not _line_of(row)]
    if _is_file(place) and not kept:
        yield _("The anchors can't be read, or there are none: %(place)s.", place=place)
    if rows:
        yield _("In %(place)s %(count)s lines are of no anchor, the first is line %(number)s.",
                place=place, count=len(rows), number=rows[0])  # fmt: skip
    if mailed is not None and not lines_of(mailed):
        yield _("What was given as anchors that were mailed holds no line of one.")
    if not lines:
        yield _("No anchor was compared: whether the log was cut or made anew, nobody can say.")
    elif (newest := max(line.op for line in lines)) < moment - _OLD:
        yield _("The newest anchor is of %(day)s: none was put away since.", day=wording.exact(newest))


def _place() -> str:
    return str(current_app.config["LOG_ANCHOR"] or "")


def _is_file(place: str) -> bool:
    return bool(place) and ("@" not in place or "/" in place)


def _line_of(row: str) -> Anchored | None:
    found = _LINE.search(row)
    if found is None:
        return None
    try:
        op = datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Anchored(op, uuid.UUID(found[2]), int(found[3]), found[4])


def _in_file(today: date) -> bool:
    """Tell whether the file ends with an anchor of today: it may lie where nobody can make it up."""
    try:
        with open(_place(), "rb") as file:  # noqa: PTH123 - an operator's path, no document
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            last = lines_of(file.read().decode("ascii", "replace"))[-1:]
    except FileNotFoundError:
        return False
    return any(wording.local_day(line.op) == today for line in last)


def _mailed(moment: datetime) -> bool:
    e, today = Gebeurtenis, days.begin(wording.local_day(moment))
    with as_system(_WHY):
        made = exists().where(e.swv_id.is_(None), e.op >= today, e.actie == Actie.VERANKEREN)
        return bool(db.session.scalar(select(made)))


def _lines(moment: datetime) -> list[str]:
    last = select(Zegel.swv_id, func.max(Zegel.nummer).label("nummer")).group_by(Zegel.swv_id).subquery()
    query = select(Zegel.swv_id, Zegel.nummer, Zegel.hmac).join(
        last, (last.c.swv_id == Zegel.swv_id) & (last.c.nummer == Zegel.nummer)
    )
    with as_system(_WHY):
        rows = db.session.execute(query.order_by(Zegel.swv_id)).all()
    stamp = moment.astimezone(UTC).strftime(_STAMP)
    return [f"{stamp} {swv_id} {nummer} {known}" for swv_id, nummer, known in rows]
