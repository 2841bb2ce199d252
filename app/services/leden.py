"""The people of an organisation, for its role administrator: inviting somebody adds a membership."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, select

from app.access import Person, as_system, require
from app.errors import BadInput, NotFound
from app.extensions import db
from app.models import Lidmaatschap, Sessie
from app.models.base import now, parse_id
from app.services import accounts, days, log, outbox, related, turns, wording
from app.terms import Actie, Verb

_MOST = 50


def add(data: dict[str, Any], by: Person) -> Lidmaatschap:
    """Invite a person for one role in one organisation; see services.accounts.invite for what it refuses."""
    organisation_id = parse_id(data.get("organisation"))
    if organisation_id is None:
        raise NotFound
    return accounts.invite(
        voornaam=data["first_name"],
        achternaam=data["last_name"],
        email=data["email"],
        organisation_id=organisation_id,
        rol=data["rol"],
        van=data.get("van"),
        tot=data.get("tot"),
        locatie=data.get("locatie"),
        by=by,
    )


def edit(lidmaatschap: Lidmaatschap, data: Mapping[str, Any], by: Person) -> Lidmaatschap:
    """Change the last day and the location, and while it has not begun the first day.

    BadInput for days that can't be, Conflict when somebody else changed it first or it has ended.
    """
    require(by, Verb.EDIT, lidmaatschap)
    turns.take(lidmaatschap)
    turns.refuse_overtaken(
        lidmaatschap,
        data,
        _l(
            "Somebody else changed this membership just before you. "
            "Your text is still here: compare and save again."
        ),
    )
    accounts.refuse_ended(lidmaatschap)
    before, (van, tot) = _dates(lidmaatschap), _moments(lidmaatschap, data)
    if accounts.overlaps(lidmaatschap, van, tot):
        raise BadInput(
            "", {"tot": _("This person already has this role in this organisation on these days.")}
        )
    moved = van != lidmaatschap.van
    lidmaatschap.van, lidmaatschap.tot, lidmaatschap.locatie = van, tot, data.get("locatie")
    if moved:
        outbox.put_off(lidmaatschap, days.told_at(van))
    log.record(Actie.WIJZIGEN, row=lidmaatschap, oud=before, nieuw=_dates(lidmaatschap))
    db.session.commit()
    return lidmaatschap


def locations(organisation_id: uuid.UUID | None = None) -> list[str]:
    """List the locations in use, at one organisation or at all that the person administers, by name."""
    lid = Lidmaatschap
    where = [lid.locatie.is_not(None)] + ([lid.organisation_id == organisation_id] if organisation_id else [])
    query = select(lid.locatie).where(*where).distinct().order_by(lid.locatie).limit(_MOST)
    return [locatie for locatie in db.session.scalars(query) if locatie]


def others(lidmaatschap: Lidmaatschap) -> Sequence[Lidmaatschap]:
    """List the other memberships of the same person that the reader may see, those in force first."""
    lid = Lidmaatschap
    same = (lid.gebruiker_id == lidmaatschap.gebruiker_id, lid.id != lidmaatschap.id)
    found = db.session.scalars(select(lid).where(*same).order_by(lid.van.desc(), lid.id).limit(_MOST)).all()
    related.fetch(found, ("organisation",))
    return sorted(found, key=accounts.has_ended)


def last_signed_in(rows: Iterable[Lidmaatschap]) -> dict[uuid.UUID, datetime]:
    """Give when each account last worked at the organisation of its membership, in one statement.

    What it does elsewhere, or as a parent, is not for who administers that membership.
    """
    lid, keys = Lidmaatschap, [row.id for row in rows]
    here = and_(Sessie.gebruiker_id == lid.gebruiker_id, Sessie.organisation_id == lid.organisation_id)
    if not keys:
        return {}
    query = (
        select(lid.id, func.max(Sessie.begonnen_op))
        .join(Sessie, here)
        .where(lid.id.in_(keys))
        .group_by(lid.id)
    )
    with as_system("a role administrator sees which accounts are in use"):
        return {key: moment for key, moment in db.session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def _moments(lidmaatschap: Lidmaatschap, data: Mapping[str, Any]) -> tuple[datetime, datetime | None]:
    """Give the new moments; a day that was not changed stays the moment that it was."""
    begun = lidmaatschap.van <= now()
    first, tot = wording.local_day(lidmaatschap.van), data.get("tot")
    van: date = first if begun else data.get("van") or wording.today()
    same = not begun and van == first
    since, until = days.from_until(van, tot, begun=lidmaatschap.van if begun or same else None)
    if tot is not None and lidmaatschap.tot is not None and tot == days.last(lidmaatschap.tot):
        until = lidmaatschap.tot
    return since, until


def _dates(lidmaatschap: Lidmaatschap) -> str:
    """Write both days for the log: '2026-08-01/2027-07-31'."""
    tot = days.last(lidmaatschap.tot).isoformat() if lidmaatschap.tot else ""
    return f"{wording.local_day(lidmaatschap.van).isoformat()}/{tot}"
