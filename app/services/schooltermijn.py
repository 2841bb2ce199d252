"""The term within which a school decides: extending it once, and the reminder before it ends."""

from datetime import datetime, timedelta
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update

from app import access
from app.access import Person
from app.errors import BadInput, Conflict
from app.extensions import db
from app.models import Hulpvraag, SchoolVoorkeur
from app.models.base import now
from app.models.schoolvoorkeur import WEEKS_MORE, WEEKS_TO_DECIDE
from app.services import log, notices, wording
from app.services.dossiers import take_turn
from app.terms import Actie, Verb, VoorkeurStaat
from app.workflow import OPEN

_AHEAD = timedelta(weeks=1)
_MOST_AT_ONCE = 100


def extend(voorkeur: SchoolVoorkeur, by: Person) -> SchoolVoorkeur:
    """Give the school four weeks more, once and before the first six are over; by JK staff or that school."""
    access.require(by, Verb.ANSWER, voorkeur)
    hulpvraag = take_turn(voorkeur.hulpvraag_id)
    db.session.refresh(voorkeur)
    if (refused := why_not(voorkeur, hulpvraag)) is not None:
        raise refused
    with access.as_system("the term is judged by its own rules"):
        voorkeur.verlengd, voorkeur.herinnerd_op = True, None
        db.session.flush()
    log.record(Actie.WIJZIGEN, row=voorkeur)
    db.session.commit()
    return voorkeur


def why_not(voorkeur: SchoolVoorkeur, hulpvraag: Hulpvraag) -> BadInput | Conflict | None:
    """Say why the term can't be extended; None when it can."""
    until = voorkeur.beslist_uiterlijk
    if hulpvraag.status not in OPEN:
        return Conflict(_l("This hulpvraag has ended."))
    if voorkeur.staat is not VoorkeurStaat.BENADERD or until is None:
        return Conflict(_l("Only of a school that has been approached and has not answered."))
    if voorkeur.verlengd:
        return Conflict(_("The term has been extended already, until %(day)s.", day=wording.day(until)))
    if wording.today() > until:
        return BadInput(_("The term ended on %(day)s. It cannot be extended.", day=wording.day(until)))
    return None


def is_over(voorkeur: SchoolVoorkeur) -> bool:
    """Tell whether the last day to decide has passed."""
    until = voorkeur.beslist_uiterlijk
    return until is not None and wording.today() > until


def remind(moment: datetime) -> int:
    """Remind school and JK specialist a week before a term ends, once; give of how many schools."""
    v = SchoolVoorkeur
    query = (
        select(v, Hulpvraag)
        .join(Hulpvraag, Hulpvraag.id == v.hulpvraag_id)
        .where(_due(moment), Hulpvraag.status.in_(sorted(OPEN)))
        .order_by(v.aangemeld_op, v.id)
        .limit(_MOST_AT_ONCE)
    )
    with access.as_system("the worker reminds of terms"):
        found = db.session.execute(query).all()
        return sum(_remind(voorkeur, hulpvraag, moment) for voorkeur, hulpvraag in found)


def _remind(voorkeur: SchoolVoorkeur, hulpvraag: Hulpvraag, moment: datetime) -> int:
    claim = (
        update(SchoolVoorkeur)
        .where(SchoolVoorkeur.id == voorkeur.id, _due(moment))
        .values(herinnerd_op=now())
        .execution_options(synchronize_session=False)
    )
    mine = cast("CursorResult[Any]", db.session.execute(claim)).rowcount == 1
    if mine:
        notices.tell("school_termijn", hulpvraag, voorkeur.school_id)
        notices.tell_swv("school_termijn", hulpvraag)
    db.session.commit()
    return int(mine)


def _due(moment: datetime) -> ColumnElement[bool]:
    v, today = SchoolVoorkeur, wording.local_day(moment)
    first = today + _AHEAD - timedelta(weeks=WEEKS_TO_DECIDE)
    longer = first - timedelta(weeks=WEEKS_MORE)
    return and_(
        v.staat == VoorkeurStaat.BENADERD,
        v.herinnerd_op.is_(None),
        or_(v.aangemeld_op <= longer, and_(v.verlengd.is_(False), v.aangemeld_op <= first)),
    )
