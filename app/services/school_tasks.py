"""What schools of preference and consents ask of people: for the work list and the dossier's next step."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from app.access import Person, as_system
from app.access.consent import consented, not_refused
from app.extensions import db
from app.models import Hulpvraag, Organisation, SchoolVoorkeur, Toestemming
from app.services.wording import day
from app.terms import Role, Status, VoorkeurStaat
from app.workflow import APPROACHING

_WAITING = (VoorkeurStaat.VOORGESTELD, VoorkeurStaat.BENADERD, VoorkeurStaat.AKKOORD)


@dataclass(frozen=True)
class School:
    """A school of preference as the next step sees it: whether parents consent, are asked, or one refuses."""

    voorkeur: SchoolVoorkeur
    naam: str
    consented: bool
    refused: bool
    asked: bool


@dataclass(frozen=True)
class Asked:
    """One sentence on the work list, with what it is about; a school `answers` a request of its own."""

    what: str
    voorkeur: SchoolVoorkeur | None = None
    toestemming: Toestemming | None = None
    changes_status: bool = False
    answers: bool = False


def schools_of(rows: Iterable[Hulpvraag], *, also_gone: bool = False) -> dict[uuid.UUID, list[School]]:
    """Give the schools of these dossiers in their order, with the gate's answers, in one statement.

    `also_gone` are those that were let go.
    """
    v, h = SchoolVoorkeur, Hulpvraag
    t = Toestemming
    asked = (
        exists()
        .where(
            t.hulpvraag_id == v.hulpvraag_id,
            t.organisation_id == v.school_id,
            t.gegeven_op.is_(None),
            t.ingetrokken_op.is_(None),
        )
        .correlate_except(t)
    )
    query = (
        select(v, Organisation, consented(h, v.school_id), ~not_refused(h, v.school_id), asked)
        .join(h, h.id == v.hulpvraag_id)
        .join(Organisation, Organisation.id == v.school_id)
        .where(v.hulpvraag_id.in_([row.id for row in rows]))
        .where(or_(literal(also_gone), v.staat != VoorkeurStaat.VERVALLEN))
        .order_by(v.rang, v.id)
    )
    found: dict[uuid.UUID, list[School]] = {}
    with as_system("conditions look at the whole dossier"):
        for voorkeur, place, may, no, waits in db.session.execute(query):
            set_committed_value(voorkeur, "school", place)
            school = School(voorkeur, place.naam, bool(may), bool(no), bool(waits))
            found.setdefault(voorkeur.hulpvraag_id, []).append(school)
    return found


def waits_for(by: Person) -> list[ColumnElement[bool]]:
    """Say which dossiers wait for this person because of a school or a consent."""
    v, t = SchoolVoorkeur, Toestemming
    found: list[ColumnElement[bool]] = []
    if Role.CONTACTPERSOON_SCHOOL in by.rollen:
        mine = select(v.hulpvraag_id).where(
            v.school_id == by.organisation_id, v.staat == VoorkeurStaat.BENADERD
        )
        found.append(and_(Hulpvraag.id.in_(mine), Hulpvraag.status.in_(sorted(APPROACHING))))
    if Role.OUDER in by.rollen:
        asked = select(t.hulpvraag_id).where(t.gegeven_op.is_(None), t.ingetrokken_op.is_(None))
        found.append(Hulpvraag.id.in_(asked))
    if by.is_jk_staff:
        taken_back = exists().where(
            v.hulpvraag_id == Hulpvraag.id, v.staat.in_(_WAITING), ~not_refused(Hulpvraag, v.school_id)
        )
        found.append(and_(Hulpvraag.status.in_(sorted(APPROACHING)), taken_back))
    return found


def answered() -> ColumnElement[bool]:
    """Say which dossiers have a school that answered, so that the JK specialist is at move."""
    v = SchoolVoorkeur
    judged = or_(
        v.staat == VoorkeurStaat.AKKOORD, and_(v.staat == VoorkeurStaat.AFGEWEZEN, v.zorgplicht.is_(None))
    )
    has = exists().where(v.hulpvraag_id == Hulpvraag.id, judged)
    return and_(Hulpvraag.status == Status.AANMELDEN_SCHOOL, has)


def asked_of(rows: Sequence[Hulpvraag], by: Person) -> dict[uuid.UUID, Asked]:
    """Say, by dossier, what schools and consents ask of this person in it."""
    if not rows:
        return {}
    if by.is_jk_staff:
        schools = schools_of(rows)
        said = {row.id: _of_staff(row, schools.get(row.id, [])) for row in rows}
        return {key: asked for key, asked in said.items() if asked is not None}
    if Role.CONTACTPERSOON_SCHOOL in by.rollen:
        return _of_school(rows, by)
    return _of_parent(rows) if Role.OUDER in by.rollen else {}


def _of_school(rows: Sequence[Hulpvraag], by: Person) -> dict[uuid.UUID, Asked]:
    v = SchoolVoorkeur
    query = select(v).where(
        v.hulpvraag_id.in_([row.id for row in rows]),
        v.school_id == by.organisation_id,
        v.staat == VoorkeurStaat.BENADERD,
    )
    return {
        found.hulpvraag_id: Asked(
            _("Answer the request, decide by %(day)s", day=day(found.beslist_uiterlijk)),
            voorkeur=found,
            answers=True,
        )
        for found in db.session.scalars(query)
        if found.beslist_uiterlijk is not None
    }


def _of_parent(rows: Sequence[Hulpvraag]) -> dict[uuid.UUID, Asked]:
    t = Toestemming
    query = select(t).where(
        t.hulpvraag_id.in_([row.id for row in rows]), t.gegeven_op.is_(None), t.ingetrokken_op.is_(None)
    )
    found = db.session.scalars(query.order_by(t.gevraagd_op.desc()))
    return {row.hulpvraag_id: Asked(_("Give or refuse your consent"), toestemming=row) for row in found}


def _of_staff(row: Hulpvraag, schools: Sequence[School]) -> Asked | None:
    """Give the next thing to do in this status: what a parent took back comes first."""
    if row.status not in APPROACHING:
        return None
    stopped = next((s for s in schools if s.refused and s.voorkeur.staat in _WAITING), None)
    if stopped is not None:
        sentence = _(
            "There is no consent any more for %(school)s. Talk with the parents", school=stopped.naam
        )
        return Asked(sentence, voorkeur=stopped.voorkeur)
    return _STAFF[row.status](schools)


def _first(schools: Sequence[School], *staten: VoorkeurStaat) -> School | None:
    """Find the first in the order of preference; of the rejections, one that no status has judged."""
    return next((s for s in schools if s.voorkeur.staat in staten and s.voorkeur.zorgplicht is None), None)


def _find_school(schools: Sequence[School]) -> Asked | None:
    """Bring a proposed school to where it is approached; with one approached the status can change."""
    if _first(schools, VoorkeurStaat.BENADERD, VoorkeurStaat.AKKOORD):
        sentence = _("A school has been approached. Set the status to JK aanmelden school")
        return Asked(sentence, changes_status=True)
    first = _first(schools, VoorkeurStaat.VOORGESTELD)
    if first is None:
        return None
    if first.consented:
        sentence = _("The parents consent. Approach %(school)s", school=first.naam)
    elif first.asked:
        sentence = _("The parents were asked for their consent for %(school)s", school=first.naam)
    else:
        sentence = _("Ask the parents for their consent for %(school)s", school=first.naam)
    return Asked(sentence, voorkeur=first.voorkeur)


def _agreed(schools: Sequence[School]) -> Asked | None:
    said = _first(schools, VoorkeurStaat.AKKOORD)
    if said is None:
        return None
    sentence = _("%(school)s agrees. Set the status to JK advies afgerond", school=said.naam)
    return Asked(sentence, changes_status=True)


def _rejected(schools: Sequence[School]) -> Asked | None:
    said = _first(schools, VoorkeurStaat.AFGEWEZEN)
    if said is None:
        return None
    return Asked(
        _("%(school)s rejects. Set the status to JK afgewezen", school=said.naam), changes_status=True
    )


def _place(schools: Sequence[School]) -> Asked | None:
    said = _first(schools, VoorkeurStaat.AKKOORD)
    if said is None:
        return _find_school(schools)
    sentence = _("Will the child go to %(school)s? Then set the status to advies afgerond", school=said.naam)
    return Asked(sentence, changes_status=True)


_STAFF = {
    Status.ONDERWIJSADVIES: _find_school,
    Status.AANMELDEN_SCHOOL: lambda schools: _agreed(schools) or _rejected(schools),
    Status.AFGEWEZEN: lambda schools: _agreed(schools) or _find_school(schools),
    Status.JK_ADVIES_AFGEROND: _place,
}
