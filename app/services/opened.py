"""Who has opened a document: read from the log, for JK staff with names, for others what they may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.access import Person, as_system
from app.extensions import db
from app.models import Betrokkenheid, Bijlage, Gebeurtenis, Gebruiker, Organisation
from app.terms import Actie

_MOST = 100
_OPENS = (Actie.DOWNLOADEN, Actie.BEKIJKEN)


@dataclass(frozen=True)
class Opened:
    """Somebody who opened it and when last; `persoon` only to JK staff, `organisatie` None for nobody."""

    persoon: str | None
    organisatie: str | None
    op: datetime
    downloaded: bool


def of(bijlage: Bijlage, by: Person) -> Sequence[Opened]:
    """List who opened this document, the last first; one line a person, or to others one an organisation.

    Others read the name of their own organisation, of the SWV and of those they know to be involved.
    """
    g = Gebeurtenis
    whole = by.is_jk_staff
    who = (
        (g.organisation_id, g.gebruiker_id) if whole else (g.organisation_id,)
    )  # else SQLite walks by person
    names = (Gebruiker.first_name, Gebruiker.last_name) if whole else ()
    downloads = func.count(g.id).filter(g.actie == Actie.DOWNLOADEN)
    query = (
        select(g.organisation_id, Organisation.naam, func.max(g.op), downloads, *names)
        .select_from(g)
        .outerjoin(Organisation, Organisation.id == g.organisation_id)
        .where(g.swv_id == bijlage.swv_id, g.hulpvraag_id == bijlage.hulpvraag_id, g.gelukt.is_(True))
        .where(g.noun == "Bijlage", g.object_id == str(bijlage.id), g.actie.in_(_OPENS))
        .group_by(*who, Organisation.naam, *names)
        .order_by(func.max(g.op).desc())
        .limit(_MOST)
    )
    if whole:
        query = query.outerjoin(Gebruiker, Gebruiker.id == g.gebruiker_id)
    with as_system("who opened a document is told to who may retract it"):
        found = db.session.execute(query).all()
    if not whole:
        return _told(bijlage, by, found)
    return [
        Opened(" ".join(name) if all(name) else None, organisation, op, bool(count))
        for _key, organisation, op, count, *name in found
    ]


def _told(bijlage: Bijlage, by: Person, found: Sequence[Any]) -> Sequence[Opened]:
    """Keep the names that `by` may know; all others are one line."""
    b = Betrokkenheid
    involved = select(b.organisation_id).where(b.hulpvraag_id == bijlage.hulpvraag_id)
    known = {by.organisation_id, bijlage.swv_id, *db.session.scalars(involved)} - {None}
    others = [row for row in found if row[0] not in known]
    told = [Opened(None, naam, op, bool(count)) for key, naam, op, count in found if key in known]
    if others:
        naam, op = _("Others who have access"), max(row[2] for row in others)
        told.append(Opened(None, naam, op, any(row[3] for row in others)))
    return sorted(told, key=lambda one: one.op, reverse=True)
