"""Agreements of a dossier: who does what, by when; ticking them off, and reminding who was named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, CursorResult, Date, and_, func, or_, select, update
from sqlalchemy.orm import joinedload

from app import access
from app.access import Person, as_system
from app.access.scopes import allowed
from app.errors import BadInput, NotFound
from app.extensions import db
from app.models import Afspraak, Hulpvraag, Overlegronde
from app.models.base import now, parse_id
from app.services import log, partijen, related, stand_in, turns
from app.services.dossiers import parent_name
from app.services.hulpvragen import Chip
from app.services.listing import COUNT_CAP
from app.services.outbox import queue
from app.services.told import contacts
from app.services.wording import local_day, local_hour
from app.terms import Actie, Verb, Zichtbaarheid
from app.workflow import OPEN

REMINDER = "afspraak_herinnering"
MOST = 200
_SOON = timedelta(days=14)
_AT_ONCE = 100
# Mail in the night wakes people; and from here on the day in UTC is the day on the calendar.
_FROM_HOUR = 7


def add(data: dict[str, Any], by: Person) -> Afspraak:
    """Make an agreement in `hulpvraag`, perhaps in one of its rounds; BadInput for a day that has passed."""
    hulpvraag = db.session.scalar(select(Hulpvraag).where(Hulpvraag.id == parse_id(data.get("hulpvraag"))))
    if hulpvraag is None:
        raise NotFound
    afspraak = Afspraak(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        wat=data["wat"],
        uiterlijk=data["uiterlijk"],
        zichtbaarheid=data.get("zichtbaarheid") or Zichtbaarheid.GEDEELD,
        overlegronde_id=_round(hulpvraag, data.get("overlegronde")),
        gemaakt_door_id=by.gebruiker_id,
    )
    access.require(by, Verb.ADD, afspraak)
    _refuse_past(data["uiterlijk"])
    _name(afspraak, data["voor"], hulpvraag)
    db.session.add(afspraak)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=afspraak)
    db.session.commit()
    return afspraak


def edit(afspraak: Afspraak, data: dict[str, Any], by: Person) -> Afspraak:
    """Change what was agreed; who is named anew is reminded anew. Conflict when somebody else saved first."""
    access.require(by, Verb.EDIT, afspraak)
    turns.take(afspraak)
    turns.refuse_overtaken(
        afspraak,
        data,
        _l(
            "Somebody else changed this agreement just before you. "
            "Your text is still here: compare and save again."
        ),
    )
    if data["uiterlijk"] != afspraak.uiterlijk:
        _refuse_past(data["uiterlijk"])
    if (data["voor"], data["uiterlijk"]) != (afspraak.voor, afspraak.uiterlijk):
        afspraak.herinnerd_op = None
    if data["voor"] != afspraak.voor:
        hulpvraag = db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == afspraak.hulpvraag_id)).one()
        _name(afspraak, data["voor"], hulpvraag)
    afspraak.wat, afspraak.uiterlijk = data["wat"], data["uiterlijk"]
    afspraak.zichtbaarheid = data.get("zichtbaarheid") or afspraak.zichtbaarheid
    log.record(Actie.WIJZIGEN, row=afspraak)
    db.session.commit()
    return afspraak


def tick(afspraak: Afspraak, by: Person) -> Afspraak:
    """Note that it was done, by whom and when; ticking it again changes nothing."""
    access.require(by, Verb.TICK, afspraak)
    done = {"gedaan_op": now(), "gedaan_door_id": by.gebruiker_id}
    if _changed(afspraak, Afspraak.gedaan_op.is_(None), **done):
        log.record(Actie.AFVINKEN, row=afspraak)
    db.session.commit()
    return afspraak


def reopen(afspraak: Afspraak, by: Person) -> Afspraak:
    """Take the tick back; who is named is reminded anew."""
    access.require(by, Verb.EDIT, afspraak)
    undone = {"gedaan_op": None, "gedaan_door_id": None, "herinnerd_op": None}
    if _changed(afspraak, Afspraak.gedaan_op.is_not(None), **undone):
        log.record(Actie.WIJZIGEN, row=afspraak)
    db.session.commit()
    return afspraak


@dataclass(frozen=True)
class Line:
    """An agreement in its dossier: whether the reader ticks it off, and the name of a parent who is named."""

    row: Afspraak
    ticks: bool
    parent: str | None


def of(hulpvraag: Hulpvraag, by: Person) -> list[Line]:
    """List the agreements that `by` may see: open ones first, each by date; in one statement."""
    a = Afspraak
    loads = (joinedload(a.voor_organisation), joinedload(a.voor_gebruiker), joinedload(a.gedaan_door))
    may_tick = and_(a.gedaan_op.is_(None), allowed(a, by, Verb.TICK))
    query = select(a, may_tick, parent_name(hulpvraag, a.voor_gebruiker_id)).options(*loads)
    order = (a.gedaan_op.is_not(None), a.uiterlijk, a.id)
    found = db.session.execute(query.where(a.hulpvraag_id == hulpvraag.id).order_by(*order).limit(MOST))
    return [Line(row, bool(ticks), naam) for row, ticks, naam in found]


def is_late(afspraak: Afspraak) -> bool:
    """Tell whether its day has passed and it was not done."""
    return afspraak.gedaan_op is None and afspraak.uiterlijk < local_day(now())


def tickable(rows: Sequence[Afspraak], by: Person) -> set[Any]:
    """Give the ids of those that `by` may tick off now, in one statement."""
    ids = [row.id for row in rows if row.gedaan_op is None]
    if not ids:
        return set()
    query = select(Afspraak.id).where(Afspraak.id.in_(ids), allowed(Afspraak, by, Verb.TICK))
    return set(db.session.scalars(query))


def due(by: Person) -> list[Line]:
    """List what `by` has to do within two weeks, by date; for JK staff also what is late in their own.

    What somebody has to do for whom they stand in is theirs as well.
    """
    a, today = Afspraak, local_day(now())
    whose = stand_in.own_and_absent(by)
    named = a.voor_gebruiker_id.in_(whose)
    if by.is_jk_staff:
        theirs = a.hulpvraag_id.in_(_dossiers_of(whose))
        where = or_(
            named, and_(theirs, or_(a.voor_organisation_id == by.organisation_id, a.uiterlijk < today))
        )
    else:
        where = or_(named, a.voor_organisation_id == by.organisation_id) if by.organisation_id else named
    query = select(a, allowed(a, by, Verb.TICK))
    query = query.where(a.gedaan_op.is_(None), a.uiterlijk <= today + _SOON, where)
    found = db.session.execute(query.order_by(a.uiterlijk, a.id).limit(25))
    lines = [Line(row, bool(ticks), None) for row, ticks in found]
    related.fetch([line.row for line in lines], ("hulpvraag",))
    return lines


def _dossiers_of(whose: frozenset[int]) -> Any:
    h = Hulpvraag
    theirs = (h.specialist_id, h.waarnemer_id, h.aangemaakt_door_id)
    return select(h.id).where(h.status.in_(sorted(OPEN)), or_(*(who.in_(whose) for who in theirs)))


def chips(by: Person) -> list[Chip]:
    """Give the ways to narrow the list, counted in one statement, each capped."""
    counted = select(Afspraak.gedaan_op.is_(None).label("open")).limit(COUNT_CAP).subquery()
    found = db.session.execute(select(counted.c.open, func.count()).group_by(counted.c.open))
    by_state = {bool(state): number for state, number in found}
    return [
        Chip("", _l("Still to do"), by_state.get(True, 0)),
        Chip("gedaan", _l("Done"), by_state.get(False, 0)),
    ]


def narrow(chosen: str, by: Person) -> list[ColumnElement[bool]]:
    """Say which rows a chip keeps; an unknown one keeps what is still to do."""
    column = Afspraak.gedaan_op
    return [column.is_not(None) if chosen == "gedaan" else column.is_(None)]


def remind(moment: datetime) -> int:
    """Mail who is named the day before, and with the JK specialist when it is late; give how many agreements.

    Each is claimed and told in a transaction of its own, so that several workers tell it once.
    """
    if local_hour(moment) < _FROM_HOUR:
        return 0
    with as_system("reminders go out by themselves", across_swvs=True):
        keys = list(db.session.scalars(_to_remind(local_day(moment)).limit(_AT_ONCE)))
        return sum(_remind(key, moment) for key in keys)


def _to_remind(today: date) -> Any:
    """Select what was not reminded since the day before, and what was not since it is late."""
    a = Afspraak
    last = func.date(a.herinnerd_op, type_=Date)
    never = a.herinnerd_op.is_(None)
    tomorrow = and_(a.uiterlijk == today + timedelta(days=1), or_(never, last < today))
    this_day = and_(a.uiterlijk == today, or_(never, last < today - timedelta(days=1)))
    late = and_(a.uiterlijk < today, or_(never, last <= a.uiterlijk))
    open_ones = select(Hulpvraag.id).where(Hulpvraag.status.in_(sorted(OPEN)))
    return (
        select(a.id)
        .where(a.gedaan_op.is_(None), or_(tomorrow, this_day, late), a.hulpvraag_id.in_(open_ones))
        .order_by(a.uiterlijk, a.id)
    )


def _remind(key: Any, moment: datetime) -> int:
    afspraak = db.session.scalars(select(Afspraak).where(Afspraak.id == key)).one()
    seen = Afspraak.herinnerd_op.is_not_distinct_from(afspraak.herinnerd_op)
    if not _changed(afspraak, Afspraak.gedaan_op.is_(None), seen, herinnerd_op=moment):
        db.session.rollback()
        return 0
    hulpvraag = db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == afspraak.hulpvraag_id)).one()
    people = _named(afspraak, hulpvraag)
    if afspraak.uiterlijk < local_day(moment):
        people += contacts(hulpvraag, hulpvraag.swv_id)
    for person in dict.fromkeys(people):
        if access.may(person, Verb.READ, afspraak):
            queue(REMINDER, to=person, hulpvraag=hulpvraag)
    db.session.commit()
    return 1


def _named(afspraak: Afspraak, hulpvraag: Hulpvraag) -> list[Person]:
    """Give who is named: the people of an organisation, or a person as they are involved here."""
    if afspraak.voor_organisation_id is not None:
        return contacts(hulpvraag, afspraak.voor_organisation_id)
    if afspraak.voor_gebruiker_id is None:
        return []
    known = access.people_of(gebruiker_id=afspraak.voor_gebruiker_id)
    invited = access.invited_person(afspraak.voor_gebruiker_id, afspraak.swv_id)
    known += [invited] if invited else []
    found = [person for person in known if access.may(person, Verb.READ, afspraak)][:1]
    colleagues = [access.people_of(organisation_id=p.organisation_id) for p in found if p.organisation_id]
    return found + [p for people in colleagues for p in stand_in.chosen(people, [afspraak.voor_gebruiker_id])]


def _name(afspraak: Afspraak, key: str, hulpvraag: Hulpvraag) -> None:
    """Name the party; BadInput when it is none of the dossier's."""
    if key not in {candidate.key for candidate in partijen.candidates(hulpvraag)}:
        raise BadInput("", {"voor": _l("Please choose one from the list.")})
    kind, _colon, value = key.partition(":")
    afspraak.voor_organisation_id = parse_id(value) if kind == "organisation" else None
    afspraak.voor_gebruiker_id = int(value) if kind == "gebruiker" else None


def _round(hulpvraag: Hulpvraag, key: Any) -> Any:
    """Give the id of a round of this dossier; NotFound for any other."""
    if not key:
        return None
    r = Overlegronde
    found = db.session.scalar(select(r.id).where(r.id == parse_id(key), r.hulpvraag_id == hulpvraag.id))
    if found is None:
        raise NotFound
    return found


def _refuse_past(day: date) -> None:
    if day < local_day(now()):
        raise BadInput("", {"uiterlijk": _l("This day has passed. Choose today or a later day.")})


def _changed(afspraak: Afspraak, *where: ColumnElement[bool], **values: Any) -> bool:
    query = update(Afspraak).where(Afspraak.id == afspraak.id, *where).values(**values)
    with as_system("ticking off and reminding are rights of their own, without editing"):
        done = db.session.execute(query.execution_options(synchronize_session=False))
        db.session.expire(afspraak)
    return cast("CursorResult[Any]", done).rowcount == 1
