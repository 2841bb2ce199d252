"""A small invented partnership in memory: what the administrator looks at as somebody with a role."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

from flask import current_app
from sqlalchemy import Engine, StaticPool, create_engine, delete, select

from app import models as m
from app.access import Person, as_system, person_for
from app.access.roles import INVITED, Deviation
from app.errors import NotFound
from app.extensions import another_database, db
from app.services import sessions
from app.services.invented_people import SWV, Filling, username
from app.terms import (
    OrganisationSoort,
    Role,
)

# One connection holds it all.
_ONE_LOOKS = Lock()
_WHY = "these people and this child are invented, and live in memory"


@contextmanager
def world() -> Iterator[None]:
    """Let the block, and every request made in it, work on the invented partnership alone, one at a time."""
    with _ONE_LOOKS, another_database(_engine()), current_app.app_context():
        yield


def become(role: Role, soort: OrganisationSoort, changed: Collection[Deviation]) -> str:
    """Give the token of a session of an invented person with this role and these rights, within `world`."""
    with as_system(_WHY):
        places = {place.soort: place for place in db.session.scalars(select(m.Organisation))}
        at = SWV if role in INVITED else soort
        if at not in places:
            raise NotFound
        db.session.execute(delete(m.Rechtafwijking))
        db.session.execute(delete(m.Sessie))
        account = db.session.scalars(
            select(m.Gebruiker).where(m.Gebruiker.username == username(role, soort))
        ).one()
        for of, right, granted in changed:
            row = m.Rechtafwijking(
                organisation_id=places[at].id, rol=of, recht=right, mag=granted, door_id=account.id
            )
            db.session.add(row)
        db.session.flush()
        place = None if role in INVITED else places[at].id
        person: Person | None = person_for(account.id, place, swv_id=places[SWV].id)
        if person is None:
            raise NotFound
        token = sessions.begin(person)
        db.session.commit()
    return token


@cache
def _engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    db.Model.metadata.create_all(engine)
    with another_database(engine), current_app.app_context(), as_system(_WHY):
        Filling().fill()
        db.session.commit()
    return engine
