"""The daily anchor: the last seal of every chain, put where who can change the database can't."""

from collections.abc import Callable
from datetime import datetime

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
Post = Callable[[str, str, str], None]


def due(moment: datetime, post: Post) -> int:
    """Put today's anchor away, once a day; give how many lines. `post` mails (address, subject, text).

    Its event in the log is what says that it was done; the anchor is put away before that is committed.
    """
    place = str(current_app.config["LOG_ANCHOR"] or "")
    if not place or _done(moment):
        return 0
    lines = _lines(moment)
    if not lines:
        return 0
    log.record(Actie.VERANKEREN, noun=Zegel.__name__)
    text = "\n".join(lines) + "\n"
    if "@" in place and "/" not in place:
        with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
            post(place, _("The seals of the log of today"), text)
    else:
        with open(place, "a", encoding="ascii") as file:  # noqa: PTH123 - an operator's path, no document
            file.write(text)
    db.session.commit()
    return len(lines)


def known() -> str:
    """Give the anchors in the file of LOG_ANCHOR; nothing when they are mailed, or never were put away."""
    place = str(current_app.config["LOG_ANCHOR"] or "")
    if not place or ("@" in place and "/" not in place):
        return ""
    try:
        with open(place, encoding="ascii") as file:  # noqa: PTH123 - an operator's path, no document
            return file.read()
    except FileNotFoundError:
        return ""


def _done(moment: datetime) -> bool:
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
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [f"{stamp} {swv_id} {nummer} {known}" for swv_id, nummer, known in rows]
