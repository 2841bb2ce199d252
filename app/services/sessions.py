"""Sessions: begun, moved to another organisation, and ended at once wherever they are open."""

import secrets
import uuid

from sqlalchemy import ColumnElement, select, update

from app.access import Person, as_system, people_of, write_as_system
from app.errors import NotFound
from app.extensions import db
from app.models import Sessie
from app.models.base import now
from app.security import token_hash
from app.services import log
from app.terms import Actie

_WHY = "sessions belong to the portal itself"


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


def end_all(gebruiker_id: int) -> None:
    """End every session of an account in the current transaction; the caller commits."""
    _end(Sessie.gebruiker_id == gebruiker_id)


def places(person: Person) -> list[Person]:
    """Give where this person can work without signing in again: organisations of the same SWV."""
    found = people_of(gebruiker_id=person.gebruiker_id)
    return [place for place in found if place.swv_id == person.swv_id]


def switch(person: Person, organisation_id: uuid.UUID | None) -> str:
    """Go on in another organisation of the same SWV, with a new token; NotFound without membership there."""
    place = next((place for place in places(person) if place.organisation_id == organisation_id), None)
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
    """Give the one of `found` that was worked in last; else the first by name."""
    ids = [place.organisation_id for place in found]
    used = (
        select(Sessie.organisation_id)
        .where(Sessie.gebruiker_id == gebruiker_id, Sessie.organisation_id.in_(ids))
        .order_by(Sessie.gezien_op.desc())
        .limit(1)
    )
    with as_system(_WHY):
        last = db.session.scalar(used)
    return next((place for place in found if place.organisation_id == last), found[0])


def _add(sessie: Sessie) -> str:
    token = secrets.token_urlsafe(32)
    sessie.token_hash = token_hash(token)
    write_as_system(_WHY, sessie)
    return token


def _end(which: ColumnElement[bool]) -> None:
    ended = update(Sessie).where(which, Sessie.beeindigd_op.is_(None)).values(beeindigd_op=now())
    with as_system(_WHY):
        db.session.execute(ended)
