"""What a dossier holds, as far as the person may see it: documents, notes, history, parties."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import joinedload

from app.access import as_system
from app.access.involvement import holds
from app.errors import NotFound
from app.extensions import db
from app.models import (
    Afspraak,
    Betrokkenheid,
    Bijlage,
    Gezagsdrager,
    Hulpvraag,
    Notitie,
    Overlegronde,
    SchoolVoorkeur,
    StatusWijziging,
    Toestemming,
)
from app.models.base import now
from app.terms import VoorkeurStaat

MOST = 500


def counts(hulpvraag: Hulpvraag) -> dict[str, int]:
    """Count per tab, in one statement."""

    def number(model: Any, *where: Any) -> Any:
        return (
            select(func.count(model.id)).where(model.hulpvraag_id == hulpvraag.id, *where).scalar_subquery()
        )

    row = db.session.execute(
        select(
            number(Bijlage, Bijlage.geldt),
            number(Notitie),
            number(Afspraak, Afspraak.gedaan_op.is_(None)),
            number(Overlegronde),
            number(SchoolVoorkeur, SchoolVoorkeur.staat != VoorkeurStaat.VERVALLEN),
            number(Toestemming, Toestemming.ingetrokken_op.is_(None)),
            number(Betrokkenheid, or_(Betrokkenheid.tot.is_(None), Betrokkenheid.tot > now())),
        )
    ).one()
    names = ("bijlagen", "notities", "afspraken", "overlegrondes", "scholen", "toestemmingen", "toegang")
    return dict(zip(names, row, strict=True))


def take_turn(hulpvraag_id: Any, *, shows: bool = False) -> Hulpvraag:
    """Let one at a time change what hangs off a dossier, and give it as it is then.

    Whoever comes second waits for the first to commit, and then sees what was done. With `shows`, everybody
    in the dossier sees that it changed. NotFound when the dossier is not open to the person.
    """
    moved = now() if shows else Hulpvraag.gewijzigd_op
    with as_system("a dossier changes when something in it does"):
        db.session.execute(update(Hulpvraag).where(Hulpvraag.id == hulpvraag_id).values(gewijzigd_op=moved))
    query = select(Hulpvraag).where(Hulpvraag.id == hulpvraag_id)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def documents(hulpvraag: Hulpvraag) -> list[Bijlage]:
    """List the documents, newest first; of each the last version."""
    loads = (joinedload(Bijlage.organisation), joinedload(Bijlage.toegevoegd_door))
    last = select(Bijlage).options(*loads).where(Bijlage.vervangen_op.is_(None))
    return _list(last.order_by(Bijlage.toegevoegd_op.desc(), Bijlage.id), Bijlage, hulpvraag)


def notes(hulpvraag: Hulpvraag) -> list[Notitie]:
    """List the notes, newest first."""
    loads = (joinedload(Notitie.organisation), joinedload(Notitie.geschreven_door))
    return _list(
        select(Notitie).options(*loads).order_by(Notitie.geschreven_op.desc(), Notitie.id), Notitie, hulpvraag
    )


def history(hulpvraag: Hulpvraag) -> list[StatusWijziging]:
    """List the changes of status, newest first."""
    loads = (joinedload(StatusWijziging.door), joinedload(StatusWijziging.namens))
    query = select(StatusWijziging).options(*loads).order_by(StatusWijziging.op.desc(), StatusWijziging.id)
    return _list(query, StatusWijziging, hulpvraag)


@dataclass(frozen=True)
class Involved:
    """One involvement: `ended` when its time is over; `holds` when it opens the dossier now.

    `parent` is the name of that parent, as far as the reader may know it.
    """

    row: Betrokkenheid
    ended: bool
    holds: bool
    parent: str | None


def involved(hulpvraag: Hulpvraag) -> list[Involved]:
    """List who is or was involved and on which ground, newest first; a consent that lapsed is told apart."""
    b, moment = Betrokkenheid, now()
    loads = (joinedload(b.organisation), joinedload(b.namens), joinedload(b.gebruiker))
    query = select(b, holds(b, hulpvraag), parent_name(hulpvraag, b.gebruiker_id)).options(*loads)
    found = db.session.execute(
        query.where(b.hulpvraag_id == hulpvraag.id).order_by(b.van.desc(), b.id).limit(MOST)
    )
    return [Involved(row, row.tot is not None and row.tot <= moment, held, naam) for row, held, naam in found]


def parent_name(hulpvraag: Hulpvraag, account: Any) -> Any:
    """Select the name of the parent with this account, as far as the reader may know it."""
    g = Gezagsdrager
    where = (g.kind_id == hulpvraag.kind_id, g.gebruiker_id == account)
    return select(g.naam).where(*where).limit(1).correlate(Betrokkenheid, Afspraak).scalar_subquery()


def parents(hulpvraag: Hulpvraag) -> list[str]:
    """Name the parents and guardians that the person may know of."""
    query = (
        select(Gezagsdrager.naam).where(Gezagsdrager.kind_id == hulpvraag.kind_id).order_by(Gezagsdrager.naam)
    )
    return list(db.session.scalars(query.limit(20)))


def _list(query: Any, model: Any, hulpvraag: Hulpvraag) -> list[Any]:
    return list(db.session.scalars(query.where(model.hulpvraag_id == hulpvraag.id).limit(MOST)))
