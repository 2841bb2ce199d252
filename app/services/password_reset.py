"""A forgotten password: a link by mail, and a new password. The code on the phone stays as it is."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from app.access import as_system
from app.extensions import db
from app.models import Gebruiker, Inloggegevens, Uitnodiging
from app.services import budget, log, outbox, passwords, sessions, signin, uitnodigingen
from app.terms import Actie, UitnodigingSoort

_WHY = "who forgot the password is not signed in"
_VALID_FOR = timedelta(days=1)


def ask(*, organisation_id: uuid.UUID | None, username: str) -> None:
    """Queue a mail with a link when this is an active account there, and say nothing; maybe TooMany.

    For any other name the same is done for another account and undone: the time tells nothing.
    """
    budget.spend(budget.key_of("wachtwoord-vergeten", username))
    active = (
        select(Gebruiker)
        .join(Inloggegevens, Inloggegevens.gebruiker_id == Gebruiker.id)
        .where(Gebruiker.active.is_(True), Inloggegevens.actief_sinds.is_not(None))
    )
    with as_system(_WHY):
        anybody = db.session.scalar(active.order_by(Gebruiker.id).limit(1))
        named = db.session.scalar(active.where(Gebruiker.username == username.strip().casefold()))
    gebruiker = named or anybody
    if gebruiker is None:
        return
    known = bool(signin.places_at(gebruiker.id, organisation_id)) and named is not None
    log.at_the_door(
        Actie.WACHTWOORD_VERGETEN,
        door=organisation_id,
        gebruiker_id=named.id if named else None,
        belongs=known,
        gelukt=known,
    )
    queued = db.session.begin_nested()
    uitnodiging = uitnodigingen.make(UitnodigingSoort.WACHTWOORD, gebruiker, valid_for=_VALID_FOR)
    outbox.queue_account_mail("wachtwoord_vergeten", gebruiker, uitnodiging)
    if not known:
        queued.rollback()
    db.session.commit()


def find(token: str) -> Uitnodiging:
    """Find a link that can still be used; NotFound or LinkGone."""
    return uitnodigingen.find(token, UitnodigingSoort.WACHTWOORD)


def choose(uitnodiging: Uitnodiging, password: str) -> None:
    """Set the new password and end every session; BadInput when weak, LinkGone when used meanwhile."""
    passwords.check(password, owner=uitnodiging.gebruiker)
    hashed = passwords.hash_password(password)
    uitnodigingen.use(uitnodiging)
    query = select(Inloggegevens).where(Inloggegevens.gebruiker_id == uitnodiging.gebruiker_id)
    with as_system(_WHY):
        db.session.scalars(query).one().wachtwoord_hash = hashed
        db.session.flush()
    sessions.end_all(uitnodiging.gebruiker_id)
    uitnodigingen.told(Actie.WACHTWOORD_WIJZIGEN, uitnodiging)
    db.session.commit()
