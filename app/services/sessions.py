"""Sessions: begun, moved to another organisation, and ended at once wherever they are open."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from app.access import Person, as_system, invited_person, people_of, write_as_system
from app.errors import NotFound
from app.extensions import db
from app.models import Organisation, Sessie
from app.models.base import now
from app.security import token_hash
from app.services import log
from app.terms import Actie

_WHY = "sessions belong to the portal itself"
# The place of an invited person: no organisation.
FOR_NOBODY = "uitgenodigd"


@dataclass(frozen=True)
class OpenSession:
    """A session that its owner can go on with now; without `organisation_naam` as an invited person."""

    key: uuid.UUID
    organisation_naam: str
    swv_naam: str
    begonnen_op: datetime
    gezien_op: datetime
    current: bool


def begin(person: Person, *, instead_of: uuid.UUID | None = None) -> str:
    """Add a session for `person` to the current transaction and give its token, of which only a hash is kept.

    `instead_of` is the session that this browser had; it ends. The caller commits.
    """
    if instead_of is not None:
        _end(Sessie.id == instead_of)
    return _add(
        Sessie(gebruiker_id=person.gebruiker_id, swv_id=person.swv_id, organisation_id=person.organisation_id)
    )


def end(person: Person) -> None:
    """Sign out: the token is worth nothing from now on, in every process."""
    _end(Sessie.id == person.sessie_id)
    log.record(Actie.AFMELDEN, person=person)
    db.session.commit()


def goes_on(person: Person) -> bool:
    """Tell whether the session of this request was not ended meanwhile; True where there is none."""
    open_ = select(Sessie.id).where(Sessie.id == person.sessie_id, Sessie.beeindigd_op.is_(None))
    with as_system(_WHY):
        return person.sessie_id is None or db.session.scalar(open_) is not None


def end_all(gebruiker_id: int) -> None:
    """End every session of an account in the current transaction; the caller commits."""
    _end(Sessie.gebruiker_id == gebruiker_id)


def open_of(person: Person) -> list[OpenSession]:
    """Give the sessions that this person has open, in every SWV: the one of now first, then by last use."""
    moment, swv = now(), aliased(Organisation)
    query = (
        select(Sessie, Organisation.naam, swv.naam)
        .outerjoin(Organisation, Organisation.id == Sessie.organisation_id)
        .outerjoin(swv, swv.id == Sessie.swv_id)
        .where(
            Sessie.gebruiker_id == person.gebruiker_id,
            Sessie.beeindigd_op.is_(None),
            Sessie.begonnen_op > moment - current_app.config["SESSION_ABSOLUTE"],
            Sessie.gezien_op > moment - current_app.config["SESSION_IDLE"],
        )
        .order_by(Sessie.gezien_op.desc(), Sessie.id)
    )
    with as_system(_WHY, across_swvs=True):
        found = [
            OpenSession(
                key=sessie.id,
                organisation_naam=organisation or "",
                swv_naam=of_swv or "",
                begonnen_op=sessie.begonnen_op,
                gezien_op=sessie.gezien_op,
                current=sessie.id == person.sessie_id,
            )
            for sessie, organisation, of_swv in db.session.execute(query)
        ]
    return sorted(found, key=lambda one: not one.current)


def last_before(person: Person) -> datetime | None:
    """Give when this person signed in before the session of now; None when that was the first time."""
    this = select(Sessie.begonnen_op).where(Sessie.id == person.sessie_id).scalar_subquery()
    earlier = (Sessie.gebruiker_id == person.gebruiker_id, Sessie.begonnen_op < this)
    with as_system(_WHY):
        return db.session.scalar(select(func.max(Sessie.begonnen_op)).where(*earlier))


def end_one(person: Person, key: uuid.UUID | None) -> None:
    """End one of this person's own sessions, also when it ended meanwhile; NotFound for any other."""
    with as_system(_WHY):
        own = (Sessie.id == key, Sessie.gebruiker_id == person.gebruiker_id)
        sessie = db.session.scalar(select(Sessie).where(*own))
    if sessie is None:
        raise NotFound
    _end(Sessie.id == sessie.id)
    log.record(Actie.AFMELDEN, row=sessie)
    db.session.commit()


def end_everywhere(person: Person) -> None:
    """Sign out of every session of this person, the one of now too."""
    end_all(person.gebruiker_id)
    log.record(Actie.OVERAL_AFMELDEN, person=person)
    db.session.commit()


def places(person: Person) -> list[Person]:
    """Give where this person can work without signing in again: in the same SWV, also as invited."""
    found = people_of(gebruiker_id=person.gebruiker_id)
    members = [place for place in found if place.swv_id == person.swv_id]
    return [*members, *filter(None, [invited_person(person.gebruiker_id, person.swv_id)])]


def key_of(place: Person) -> str:
    """Name a place in a form: its organisation, or that one was invited on behalf of nobody."""
    return str(place.organisation_id) if place.organisation_id else FOR_NOBODY


def switch(person: Person, key: str | None) -> str:
    """Go on in another place of the same SWV, with a new token; NotFound when it isn't this person's."""
    place = next((place for place in places(person) if key_of(place) == key), None)
    with as_system(_WHY):
        old = db.session.scalar(select(Sessie).where(Sessie.id == person.sessie_id))
    if place is None or old is None:
        raise NotFound
    _end(Sessie.id == old.id)
    # The end of the working day stays where it was.
    token = _add(
        Sessie(
            gebruiker_id=person.gebruiker_id,
            swv_id=person.swv_id,
            organisation_id=place.organisation_id,
            begonnen_op=old.begonnen_op,
        )
    )
    log.record(Actie.ORGANISATIE_WISSELEN, person=place)
    db.session.commit()
    return token


def last_place(gebruiker_id: int, found: list[Person]) -> Person:
    """Give the one of `found`, all of one SWV, that was worked in last; else the first of them."""
    by_place = {place.organisation_id: place for place in found}
    for_nobody = and_(literal(None in by_place), Sessie.organisation_id.is_(None))
    used = (
        select(Sessie.organisation_id)
        .where(Sessie.gebruiker_id == gebruiker_id, Sessie.swv_id.is_not_distinct_from(found[0].swv_id))
        .where(or_(Sessie.organisation_id.in_([key for key in by_place if key]), for_nobody))
        .order_by(Sessie.gezien_op.desc())
        .limit(1)
    )
    with as_system(_WHY):
        last = db.session.execute(used).first()
    return by_place[last[0]] if last else found[0]


def _add(sessie: Sessie) -> str:
    token = secrets.token_urlsafe(32)
    sessie.token_hash = token_hash(token)
    write_as_system(_WHY, sessie)
    return token


def _end(which: ColumnElement[bool]) -> None:
    ended = update(Sessie).where(which, Sessie.beeindigd_op.is_(None)).values(beeindigd_op=now())
    with as_system(_WHY):
        db.session.execute(ended)
