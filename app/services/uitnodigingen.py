"""One-time links: made for an account, found again by their token, used once."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import joinedload

from app.access import Person, as_system, current_person, write_as_system
from app.errors import LinkGone, NotFound, PortalError
from app.extensions import db
from app.models import Bericht, Gebruiker, Lidmaatschap, Uitnodiging
from app.models.base import now
from app.security import token_hash
from app.services import days, log
from app.services.links import link_token
from app.terms import Actie, UitnodigingSoort

_WHY = "who has the link is not signed in yet"
_OWN = "a one-time link is a secret of the portal itself"


def make(
    soort: UitnodigingSoort,
    gebruiker: Gebruiker,
    *,
    valid_for: timedelta,
    lidmaatschap: Lidmaatschap | None = None,
    by: Person | None = None,
) -> Uitnodiging:
    """Add a link for `gebruiker` to the current transaction; an earlier one for the same stops working.

    What another organisation sent stays: nobody ends another's invitation. The first that is used ends all.
    """
    place = Uitnodiging.lidmaatschap_id
    same = place.is_(None) if lidmaatschap is None else place == lidmaatschap.id
    _end(Uitnodiging.gebruiker_id == gebruiker.id, Uitnodiging.soort == soort, same)
    key = uuid.uuid4()
    uitnodiging = Uitnodiging(
        id=key,
        token_hash=token_hash(link_token(key)),
        soort=soort,
        gebruiker_id=gebruiker.id,
        lidmaatschap_id=lidmaatschap.id if lidmaatschap else None,
        door_id=by.gebruiker_id if by else None,
        verloopt_op=now() + valid_for,
    )
    write_as_system(_OWN, uitnodiging)
    return uitnodiging


def make_all(
    soort: UitnodigingSoort, leden: Sequence[Lidmaatschap], *, valid_for: timedelta, by: Person
) -> list[Uitnodiging]:
    """Add a link for each of these memberships, of as many accounts, as `make` does; in a few statements.

    A membership that begins later has a link that works from then on for as long.
    """
    made = []
    for lid in leden:
        key = uuid.uuid4()
        made.append(
            Uitnodiging(
                id=key,
                token_hash=token_hash(link_token(key)),
                soort=soort,
                gebruiker_id=lid.gebruiker_id,
                lidmaatschap_id=lid.id,
                door_id=by.gebruiker_id,
                verloopt_op=(days.told_at(lid.van) or now()) + valid_for,
            )
        )
    write_as_system(_OWN, *made)
    return made


def withdraw(soort: UitnodigingSoort, *gebruiker_ids: int) -> None:
    """Let the open links of this kind to these accounts stop working, in the current transaction."""
    _end(Uitnodiging.gebruiker_id.in_(gebruiker_ids), Uitnodiging.soort == soort)


def withdraw_others(uitnodiging: Uitnodiging) -> None:
    """Let every other open link to this account stop working: this one was used."""
    _end(Uitnodiging.gebruiker_id == uitnodiging.gebruiker_id, Uitnodiging.id != uitnodiging.id)


def withdraw_of(*lidmaatschappen: Lidmaatschap) -> None:
    """Let the open links to these memberships stop working, in the current transaction."""
    _end(Uitnodiging.lidmaatschap_id.in_([lidmaatschap.id for lidmaatschap in lidmaatschappen]))


def _end(*which: ColumnElement[bool]) -> None:
    ended = update(Uitnodiging).where(*which, Uitnodiging.gebruikt_op.is_(None)).values(gebruikt_op=now())
    with as_system(_WHY):
        db.session.execute(ended)


def find(token: str, soort: UitnodigingSoort) -> Uitnodiging:
    """Find the link of this token; NotFound when it never was, LinkGone when over, which is an event."""
    query = (
        select(Uitnodiging)
        .options(
            joinedload(Uitnodiging.gebruiker),
            joinedload(Uitnodiging.door),
            joinedload(Uitnodiging.lidmaatschap).joinedload(Lidmaatschap.organisation),
        )
        .where(Uitnodiging.token_hash == token_hash(token), Uitnodiging.soort == soort)
    )
    with as_system(_WHY):
        uitnodiging = db.session.scalar(query)
    if uitnodiging is None:
        _refused(None, NotFound)
        raise NotFound
    if (
        uitnodiging.gebruikt_op is not None
        or uitnodiging.verloopt_op <= now()
        or not uitnodiging.gebruiker.active
    ):
        _refused(uitnodiging, LinkGone)
        raise LinkGone
    return uitnodiging


def reading(uitnodiging: Uitnodiging) -> None:
    """Record that the page of a link was shown, with whose it is and what it opens, and commit."""
    told(Actie.LEZEN, uitnodiging)
    db.session.commit()


def told(actie: Actie, uitnodiging: Uitnodiging, *, gelukt: bool = True, grond: str | None = None) -> None:
    """Add what was done with a link to the log: of its account, at its SWV; the caller commits."""
    log.at_the_door(
        actie,
        door=_swv_of(uitnodiging),
        gebruiker_id=uitnodiging.gebruiker_id,
        gelukt=gelukt,
        row=uitnodiging,
        grond=grond,
    )


def _refused(uitnodiging: Uitnodiging | None, why: type[PortalError]) -> None:
    """Record that a link opened nothing; of who is signed in the refusal itself is an event."""
    if current_person() is not None:
        return
    if uitnodiging is not None:
        told(Actie.GEWEIGERD, uitnodiging, gelukt=False, grond=why.__name__)
    else:
        log.record(Actie.GEWEIGERD, noun=Uitnodiging.__name__, gelukt=False, grond=why.__name__)
    db.session.commit()


def _swv_of(uitnodiging: Uitnodiging) -> uuid.UUID | None:
    with as_system(_WHY):
        if uitnodiging.lidmaatschap is not None:
            return uitnodiging.lidmaatschap.organisation.swv_id
        told_by = select(Bericht.swv_id).where(Bericht.uitnodiging_id == uitnodiging.id).limit(1)
        return db.session.scalar(told_by)


def use(uitnodiging: Uitnodiging) -> None:
    """Use the link up in the current transaction; LinkGone when another request was first."""
    unused = (Uitnodiging.id == uitnodiging.id, Uitnodiging.gebruikt_op.is_(None))
    with as_system(_WHY):
        used = db.session.execute(update(Uitnodiging).where(*unused).values(gebruikt_op=now()))
    if used.rowcount != 1:  # type: ignore[attr-defined]
        db.session.rollback()
        raise LinkGone
