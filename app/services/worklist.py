"""The work list: what is asked of a person now, and what is with others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.access import Person, as_system
from app.access.scopes import allowed
from app.extensions import db
from app.models import Bijlage, Deelname, Gebeurtenis, Hulpvraag, Overlegronde
from app.models.base import now
from app.services import related, school_tasks, stand_in
from app.services.school_tasks import Asked
from app.terms import Actie, BijlageSoort, Role, Status, Verb
from app.workflow import AT_MOVE, OPEN

MOST = 25


@dataclass(frozen=True)
class Task:
    """One dossier that waits, with the sentence that says for what."""

    hulpvraag: Hulpvraag
    what: str
    adds_documents: bool = False
    changes_status: bool = False
    school: Asked | None = None


@dataclass(frozen=True)
class Consultation:
    """A consultation that a person takes part in; until they answer, that is asked of them."""

    ronde: Overlegronde
    nummer: str
    answered: bool


def consultations(by: Person) -> list[Consultation]:
    """List the consultations to come that this person takes part in, the first one first."""
    d, r = Deelname, Overlegronde
    mine = (d.gebruiker_id == by.gebruiker_id, d.namens_id == by.organisation_id, d.verwijderd_op.is_(None))
    query = (
        select(r, d.antwoord, Hulpvraag.nummer)
        .join(d, d.overlegronde_id == r.id)
        .join(Hulpvraag, Hulpvraag.id == r.hulpvraag_id)
        .where(*mine, r.gesloten_op.is_(None), r.begint_op > now() - timedelta(days=1))
        .where(allowed(r, by), allowed(d, by))
        .order_by(r.begint_op, r.id)
        .limit(MOST)
    )
    with as_system("an invitation says the number of its dossier"):
        found = db.session.execute(query).all()
    return [
        Consultation(ronde, nummer, antwoord is not None)
        for ronde, antwoord, nummer in found
        if ronde.eindigt_op > now()
    ]


def asked(by: Person) -> list[Task]:
    """List what waits for this person, longest first, at most MOST."""
    rows = _rows(_mine(by), newest=False)
    # Only a preschool is asked for the signed form.
    signed = _signed(rows) if Role.CONTACTPERSOON_VOORSCHOOL in by.rollen else set()
    schools = school_tasks.asked_of(rows, by)
    return [
        _of_schools(row, schools[row.id]) if row.id in schools else _task(row, by, signed=row.id in signed)
        for row in rows
    ]


def elsewhere(by: Person) -> list[Hulpvraag]:
    """List the open dossiers that wait for somebody else, newest change first, at most MOST."""
    return _rows(and_(Hulpvraag.status.in_(sorted(OPEN)), ~_mine(by)), newest=True)


def to_take_over(by: Person) -> list[Hulpvraag]:
    """List the ended dossiers whose child comes to the school of `by`, and that it did not take over yet."""
    if Role.CONTACTPERSOON_SCHOOL not in by.rollen:
        return []
    mine = (Hulpvraag.status == Status.ADVIES_AFGEROND, allowed(Hulpvraag, by, Verb.HAND_OVER))
    rows = _rows(and_(*mine), newest=True)
    e, ids = Gebeurtenis, [row.id for row in rows]
    taken = (e.actie == Actie.OVERDRAGEN, e.organisation_id == by.organisation_id)
    with as_system("whether the own organisation took a dossier over"):
        query = select(e.hulpvraag_id).where(e.swv_id == by.swv_id, e.hulpvraag_id.in_(ids), *taken)
        done = set(db.session.scalars(query)) if ids else set()
    return [row for row in rows if row.id not in done]


def _mine(by: Person) -> ColumnElement[bool]:
    """Say what waits for this person: by the status, and because of schools and consents.

    A school is at move while it has not answered, whatever the status.
    """
    roles = by.rollen - {Role.CONTACTPERSOON_SCHOOL}
    statuses = sorted(status for status, role in AT_MOVE.items() if role in roles)
    where: ColumnElement[bool] = Hulpvraag.status.in_(statuses)
    if Role.JK_SPECIALIST in by.rollen:
        where = or_(where, school_tasks.answered())
    where = or_(where, *school_tasks.waits_for(by))
    if Role.JK_SPECIALIST in by.rollen:
        mine, whose = (Hulpvraag.specialist_id, Hulpvraag.waarnemer_id), stand_in.own_and_absent(by)
        where = and_(where, or_(Hulpvraag.specialist_id.is_(None), *(column.in_(whose) for column in mine)))
    return where


def _rows(where: ColumnElement[bool], *, newest: bool) -> list[Hulpvraag]:
    order = Hulpvraag.gewijzigd_op.desc() if newest else Hulpvraag.status_sinds.asc()
    query = select(Hulpvraag).where(where).order_by(order, Hulpvraag.id).limit(MOST)
    return list(db.session.scalars(query))


def know_children(rows: Iterable[Hulpvraag]) -> None:
    """Fetch the children of all dossiers that the work list names, at once."""
    related.fetch(list(rows), ("kind",))


def _signed(rows: list[Hulpvraag]) -> set[object]:
    """Say which dossiers have the signed request form, whoever added it."""
    if not rows:
        return set()
    with as_system("conditions look at the whole dossier"):
        query = select(Hulpvraag.id).where(
            Hulpvraag.id.in_([row.id for row in rows]),
            exists().where(
                Bijlage.hulpvraag_id == Hulpvraag.id,
                Bijlage.soort == BijlageSoort.AANVRAAG,
                Bijlage.geldt,
            ),
        )
        return set(db.session.scalars(query))


def _of_schools(row: Hulpvraag, asked: Asked) -> Task:
    return Task(row, asked.what, changes_status=asked.changes_status, school=asked)


def _task(row: Hulpvraag, by: Person, *, signed: bool) -> Task:
    if row.status is Status.AANVRAAG and Role.CONTACTPERSOON_VOORSCHOOL in by.rollen:
        if signed:
            return Task(
                row, _("Everything is there. Set the status to JK bijlagen toegevoegd"), changes_status=True
            )
        return Task(row, _("Add the form that the parents have signed"), adds_documents=True)
    if row.status is Status.BIJLAGEN_TOEGEVOEGD:
        return Task(row, _("The documents are in. Read them and prepare the educational advice"))
    if row.status is Status.ONDERWIJSADVIES:
        return Task(row, _("The advice is shared. Look with the parents for a school that fits"))
    return Task(row, str(row.status.label))
