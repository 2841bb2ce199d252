"""Who has opened a document: read from the log, for JK staff with names, for others with organisations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.access import Person, as_system
from app.extensions import db
from app.models import Bijlage, Gebeurtenis, Gebruiker, Organisation
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
    """List who opened this document, the last first; one line a person, or to others one an organisation."""
    g = Gebeurtenis
    whole = by.is_jk_staff
    who = (g.gebruiker_id, g.organisation_id) if whole else (g.organisation_id,)
    names = (Gebruiker.first_name, Gebruiker.last_name) if whole else ()
    downloads = func.count(g.id).filter(g.actie == Actie.DOWNLOADEN)
    query = (
        select(Organisation.naam, func.max(g.op), downloads, *names)
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
    return [
        Opened(" ".join(name) if whole and all(name) else None, organisation, op, bool(count))
        for organisation, op, count, *name in found
    ]
