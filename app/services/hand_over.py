"""A leaver's hand-over: all open work of one membership goes to a colleague, in one step."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.orm.exc import StaleDataError

from app import access
from app.access import Person, as_system, recipients
from app.errors import BadInput, Conflict, NeedsConfirmation
from app.extensions import db
from app.models import Afspraak, Betrokkenheid, Hulpvraag, Lidmaatschap
from app.models.base import now
from app.services import accounts, days, log, outbox, stand_in, told, turns
from app.terms import JK_STAFF, Actie, Ground, Role, Verb
from app.workflow import OPEN

_WHY = "the work of who leaves goes over whoever may read it"
# The fields of a hulpvraag that hold somebody with this role.
_FIELDS: Mapping[Role, tuple[str, ...]] = {
    Role.CONTACTPERSOON_VOORSCHOOL: ("contactpersoon_id",),
    Role.JK_SPECIALIST: ("specialist_id", "waarnemer_id"),
}
_SCHOOLS = (Ground.SCHOOL, Ground.ZORGPLICHT)


@dataclass(frozen=True)
class OpenWork:
    """How much waits for somebody in one membership: numbers alone, for who may read no dossier."""

    as_contact: int = 0
    as_specialist: int = 0
    as_stand_in: int = 0
    agreements: int = 0

    def __bool__(self) -> bool:
        return any((self.as_contact, self.as_specialist, self.as_stand_in, self.agreements))

    def sentences(self) -> list[str]:
        """Say it in words, without what there is none of."""
        said = (
            (
                self.as_contact,
                ngettext(
                    "This person is the contact of %(num)s open hulpvraag.",
                    "This person is the contact of %(num)s open hulpvragen.",
                    self.as_contact,
                ),
            ),
            (
                self.as_specialist,
                ngettext(
                    "This person is the JK specialist of %(num)s open hulpvraag.",
                    "This person is the JK specialist of %(num)s open hulpvragen.",
                    self.as_specialist,
                ),
            ),
            (
                self.as_stand_in,
                ngettext(
                    "This person is the stand-in of %(num)s open hulpvraag.",
                    "This person is the stand-in of %(num)s open hulpvragen.",
                    self.as_stand_in,
                ),
            ),
            (
                self.agreements,
                ngettext(
                    "%(num)s agreement is still to be done by this person.",
                    "%(num)s agreements are still to be done by this person.",
                    self.agreements,
                ),
            ),
        )
        return [sentence for number, sentence in said if number]


def open_work(lidmaatschap: Lidmaatschap) -> OpenWork:
    """Count what waits for the person of a membership that the reader may see, in one statement."""
    if lidmaatschap.rol not in stand_in.ROLES:
        return OpenWork()
    whose, held = lidmaatschap.gebruiker_id, _FIELDS.get(lidmaatschap.rol, ())
    names = ("contactpersoon_id", "specialist_id", "waarnemer_id")
    columns = [
        select(func.count(Hulpvraag.id))
        .where(_of(lidmaatschap), getattr(Hulpvraag, name) == whose)
        .scalar_subquery()
        for name in names
        if name in held
    ]
    agreed = select(func.count(Afspraak.id)).where(_agreed(lidmaatschap)).scalar_subquery()
    with as_system(_WHY):
        *numbers, agreements = db.session.execute(select(*columns, agreed)).one()
    counted = dict(zip([name for name in names if name in held], numbers, strict=True))
    as_contact, as_specialist, as_stand_in = (counted.get(name, 0) for name in names)
    return OpenWork(as_contact, as_specialist, as_stand_in, agreements)


def end_leaving_work(lidmaatschap: Lidmaatschap, by: Person, *, confirmed: bool) -> None:
    """End a membership now; NeedsConfirmation when open work would stay behind and that was not said."""
    access.require(by, Verb.EDIT, lidmaatschap)
    if not confirmed and not accounts.has_ended(lidmaatschap) and (work := open_work(lidmaatschap)):
        raise NeedsConfirmation(work.sentences())
    accounts.end(lidmaatschap, by)


def colleagues(lidmaatschap: Lidmaatschap, by: Person) -> list[Person]:
    """List who can take the work over; NotFound for a role without work of its own."""
    return stand_in.colleagues(stand_in.for_member(lidmaatschap, by))


def hand_over(lidmaatschap: Lidmaatschap, data: Mapping[str, Any], by: Person) -> OpenWork:
    """Give all open work of a membership to the colleague `collega`, and let it end after the day `per`.

    Without a day it ends now; the work goes over now either way. The colleague gets one message, and so does
    each person on the other side. BadInput for who can't take it over, Conflict when somebody else was first.
    """
    found = colleagues(lidmaatschap, by)
    turns.take(lidmaatschap)
    accounts.refuse_ended(lidmaatschap)
    colleague = next((p for p in found if str(p.gebruiker_id) == str(data.get("collega"))), None)
    if colleague is None:
        raise BadInput("", {"collega": _l("Choose a colleague who works here in the same role.")})
    until = _last_day(data.get("per"))
    work = open_work(lidmaatschap)
    with as_system(_WHY):
        held = db.session.scalars(select(Hulpvraag).where(_of(lidmaatschap), _held(lidmaatschap))).all()
        agreed = set(db.session.scalars(select(Afspraak.hulpvraag_id).where(_agreed(lidmaatschap))))
        others = _others(lidmaatschap, held)
    try:
        with as_system(_WHY):
            for hulpvraag in held:
                _move(hulpvraag, lidmaatschap, colleague)
            db.session.flush()
            moved = {"voor_gebruiker_id": colleague.gebruiker_id, "herinnerd_op": None}
            query = update(Afspraak).where(_agreed(lidmaatschap)).values(moved)
            db.session.execute(query.execution_options(synchronize_session=False))
    except StaleDataError as late:
        db.session.rollback()
        raise Conflict(_l("Somebody just changed one of these hulpvragen. Please try again.")) from late
    _record(lidmaatschap, {hulpvraag.id for hulpvraag in held} | agreed, colleague)
    _tell(held, others, colleague, by, anything=bool(work))
    accounts.close(lidmaatschap, until or now())
    log.record(Actie.WIJZIGEN, row=lidmaatschap)
    db.session.commit()
    return work


def _last_day(day: date | None) -> Any:
    try:
        return days.from_until(None, day)[1]
    except BadInput as wrong:
        raise BadInput("", {"per": wrong.fields["tot"]}) from wrong


def _of(lidmaatschap: Lidmaatschap) -> ColumnElement[bool]:
    """Say which open hulpvragen somebody can have work in by this membership."""
    h, at = Hulpvraag, lidmaatschap.organisation_id
    if lidmaatschap.rol in JK_STAFF:
        there: ColumnElement[bool] = h.swv_id == at
    elif lidmaatschap.rol is Role.CONTACTPERSOON_VOORSCHOOL:
        there = h.voorschool_id == at
    else:
        b = Betrokkenheid
        involved = (b.organisation_id == at, b.grond.in_(_SCHOOLS), or_(b.tot.is_(None), b.tot > now()))
        there = h.id.in_(select(b.hulpvraag_id).where(*involved))
    return and_(there, h.status.in_(sorted(OPEN)))


def _held(lidmaatschap: Lidmaatschap) -> ColumnElement[bool]:
    """Say which hulpvragen name the person in a field of the role."""
    names = _FIELDS.get(lidmaatschap.rol, ())
    columns = [getattr(Hulpvraag, name) == lidmaatschap.gebruiker_id for name in names]
    return or_(false(), *columns)


def _agreed(lidmaatschap: Lidmaatschap) -> ColumnElement[bool]:
    """Say which agreements are still to be done by the person, in those hulpvragen.

    An agreement is somebody's, not a role's: it stays with who keeps another role there that has work.
    """
    a, lid = Afspraak, Lidmaatschap
    mine = (a.voor_gebruiker_id == lidmaatschap.gebruiker_id, a.gedaan_op.is_(None))
    there = (lid.organisation_id == lidmaatschap.organisation_id, lid.rol.in_(sorted(stand_in.ROLES)))
    other = (lid.gebruiker_id == lidmaatschap.gebruiker_id, lid.id != lidmaatschap.id)
    stays = select(lid.id).where(*there, *other, access.works(lid)).exists()
    return and_(*mine, ~stays, a.hulpvraag_id.in_(select(Hulpvraag.id).where(_of(lidmaatschap))))


def _move(hulpvraag: Hulpvraag, lidmaatschap: Lidmaatschap, colleague: Person) -> None:
    """Put the colleague where the leaver was; who is the specialist already is no stand-in as well."""
    for name in _FIELDS[lidmaatschap.rol]:
        if getattr(hulpvraag, name) == lidmaatschap.gebruiker_id:
            setattr(hulpvraag, name, colleague.gebruiker_id)
    if hulpvraag.waarnemer_id == hulpvraag.specialist_id:
        hulpvraag.waarnemer_id = None
    hulpvraag.gewijzigd_op = now()


def _others(lidmaatschap: Lidmaatschap, held: Sequence[Hulpvraag]) -> Counter[Person]:
    """Count for each person on the other side in how many of the dossiers their contact changes."""
    found: Counter[Person] = Counter()
    for hulpvraag in held:
        at = hulpvraag.swv_id if lidmaatschap.organisation_id == hulpvraag.voorschool_id else None
        people = told.contacts(hulpvraag, at or hulpvraag.voorschool_id)
        found.update(recipients(hulpvraag, people))
    return found


def _record(lidmaatschap: Lidmaatschap, dossiers: set[Any], colleague: Person) -> None:
    for key in dossiers:
        log.record(
            Actie.WERK_OVERDRAGEN,
            noun=Hulpvraag.__name__,
            hulpvraag_id=key,
            object_id=key,
            oud=str(lidmaatschap.gebruiker_id),
            nieuw=str(colleague.gebruiker_id),
        )


def _tell(
    held: Sequence[Hulpvraag], others: Counter[Person], colleague: Person, by: Person, *, anything: bool
) -> None:
    """Tell each person once, with in how many hulpvragen; who acts, or takes over, is no other side."""
    if anything and colleague.gebruiker_id != by.gebruiker_id:
        outbox.queue(outbox.HANDED_OVER, to=colleague, count=len(held))
    for person, number in others.items():
        if person.gebruiker_id not in (colleague.gebruiker_id, by.gebruiker_id):
            outbox.queue(outbox.OTHER_CONTACT, to=person, count=number)
