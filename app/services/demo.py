"""The demo while it runs: being somebody with one click, and beginning again."""

from datetime import date, timedelta

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app import models as m
from app.access import Person, as_system
from app.errors import NotFound, SignInRefused
from app.extensions import db
from app.models.base import now
from app.services import bijlage_bytes, demo_clock, log, postvak, sessions, signin, store
from app.services.demo_data import BEGINNING, PEOPLE, DemoPerson
from app.terms import Actie

# How far the clock can be moved at once, in days.
DAYS = (1, 7, 42)


def sign_in(key: str, *, instead_of: Person | None) -> str:
    """Begin a session without password or code and give its token; NotFound for strangers."""
    if not current_app.config["DEMO"] or key not in PEOPLE:
        raise NotFound
    with as_system("in the demo one is somebody with one click"):
        door = db.session.scalar(select(m.Organisation.id).where(m.Organisation.naam == PEOPLE[key].door))
        gebruiker = db.session.scalar(select(m.Gebruiker).where(m.Gebruiker.username == key))
    places = signin.places_at(gebruiker.id, door) if gebruiker and gebruiker.active else []
    if gebruiker is None or not places:
        raise SignInRefused(_l("This person works nowhere any more. “Begin again” brings everybody back."))
    person = sessions.last_place(gebruiker.id, places)
    token = sessions.begin(person, instead_of=instead_of.sessie_id if instead_of else None)
    log.record(Actie.AANMELDEN, person=person)
    db.session.commit()
    return token


def begin_again() -> None:
    """Put everything back as when the demo was filled, the days counted from today. All sessions end."""
    if not current_app.config["DEMO"]:
        raise NotFound
    db.session.remove()
    demo_clock.copy(demo_clock.beginning(), demo_clock.database())
    with as_system("the demo's story begins a fixed number of days ago"):
        first = db.session.scalars(select(func.min(m.Lidmaatschap.van))).one()
    age = today() - first.astimezone(demo_clock.ZONE).date()
    if passed := age.days - BEGINNING.days:
        demo_clock.change_moments(demo_clock.earlier(-passed))
    store.sweep(bijlage_bytes.known_keys(), older_than=timedelta(0))
    postvak.empty()


def pass_days(days: int) -> None:
    """Let a day, a week or six weeks pass in the demo: terms run out, and who is signed in stays so."""
    if not current_app.config["DEMO"] or days not in DAYS:
        raise NotFound
    demo_clock.pass_days(days)


def days_passed() -> int:
    """Give how many days the demo's clock was moved forward since it began."""
    return demo_clock.days_passed()


def today() -> date:
    """Give the date of today in the Netherlands."""
    return now().astimezone(demo_clock.ZONE).date()


def owner_of(address: str) -> DemoPerson | None:
    """Give the demo person who has this e-mail address."""
    return next((person for person in PEOPLE.values() if person.email == address.strip().casefold()), None)
