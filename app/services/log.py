"""The log: one row an event, in the transaction of the act. When it can't be written, the act fails."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import literal, select

from app.access import Person, as_system, current_person, insert_as_system, known_grounds
from app.extensions import db
from app.models import (
    Afspraak,
    Bericht,
    Bijlage,
    Deelname,
    Gebeurtenis,
    Hulpvraag,
    Notitie,
    Overlegronde,
    SchoolVoorkeur,
    Toestemming,
)
from app.models.base import now, parse_id
from app.terms import Actie

_WHY = "the log is written by the portal itself"
_IN_A_DOSSIER: tuple[Any, ...] = (
    Afspraak, Bericht, Bijlage, Deelname, Notitie, Overlegronde, SchoolVoorkeur, Toestemming,
)  # fmt: skip


def record(
    actie: Actie,
    *,
    row: Any = None,
    noun: str | None = None,
    hulpvraag_id: uuid.UUID | None = None,
    swv_id: uuid.UUID | None = None,
    person: Person | None = None,
    gebruiker_id: int | None = None,
    gelukt: bool = True,
    grond: str | None = None,
    object_id: uuid.UUID | None = None,
    oud: str | None = None,
    nieuw: str | None = None,
) -> None:
    """Add the event to the current transaction: ids only, no names, no contents. Source: NEN 7513.

    `person` is the one who acts (default: of this request), `row` what it is about; the caller commits.
    """
    person = person or current_person()
    about = row.id if isinstance(row, Hulpvraag) else getattr(row, "hulpvraag_id", None)
    event = {
        "actie": actie,
        "gelukt": gelukt,
        "swv_id": swv_id or (person.swv_id if person else None) or getattr(row, "swv_id", None),
        "hulpvraag_id": hulpvraag_id or about,
        "noun": noun or (type(row).__name__ if row is not None else None),
        "object_id": str(row.id) if row is not None else str(object_id) if object_id else None,
        "grond": grond,
        "oud": oud,
        "nieuw": nieuw,
        "toegang": known_grounds(person, hulpvraag_id or about),
        **_who(person, gebruiker_id),
    }
    insert_as_system(_WHY, Gebeurtenis, [event])


def record_all(actie: Actie, rows: Iterable[Any]) -> None:
    """Add an event about each of many rows of no dossier, in one statement; the caller commits."""
    person = current_person()
    swv_id, who = person.swv_id if person else None, _who(person)
    events = [
        {"actie": actie, "swv_id": swv_id, "noun": type(row).__name__, "object_id": str(row.id), **who}
        for row in rows
    ]
    if events:
        insert_as_system(_WHY, Gebeurtenis, events)


def _who(person: Person | None, gebruiker_id: int | None = None) -> dict[str, Any]:
    """Say who acts, for whom and from where."""
    return {
        "gebruiker_id": person.gebruiker_id if person else gebruiker_id,
        "organisation_id": person.organisation_id if person else None,
        "rollen": ",".join(sorted(person.rollen)) if person else None,
        "pagina": request.endpoint if has_request_context() else None,
        "adres": request.remote_addr if has_request_context() else None,
    }


def refusal(why: str) -> None:
    """Undo what was pending; when a signed-in person was refused, keep that, in a transaction of its own."""
    db.session.rollback()
    if current_person() is not None:
        asked = (request.view_args or {}) if has_request_context() else {}
        keys = [parse_id(asked.get(name)) for name in ("pk", "hulpvraag_id", "bijlage_id")]
        at = next((key for key in keys if key is not None), None)
        dossier = _dossier_of(at) if at else None
        record(Actie.GEWEIGERD, gelukt=False, grond=why, object_id=at, hulpvraag_id=dossier)
        db.session.commit()
        g.refused = True


def _dossier_of(key: uuid.UUID) -> uuid.UUID | None:
    """Find at which dossier of the own SWV somebody knocked: as much work for a key of nothing."""
    here = (select(model.hulpvraag_id).where(model.id == key) for model in _IN_A_DOSSIER)
    query = select(Hulpvraag.id).where(Hulpvraag.id == key).union_all(*here)
    with as_system(_WHY):
        return db.session.scalar(query.limit(1))


def answered(status: int) -> None:
    """Keep that a signed-in person was refused, when the page itself said so: in words, or beside a form."""
    if 400 <= status < 500 and not g.get("refused"):
        refusal(str(status))


def undo() -> None:
    """Undo what a failed request left pending."""
    db.session.rollback()


def reading(row: Any) -> None:
    """Record that this row was read, and commit: a page that can't be accounted for is not shown."""
    record(Actie.LEZEN, row=row)
    db.session.commit()


def still_looking(actie: Actie, bijlage: Bijlage) -> None:
    """Record a picture out of what was opened, and commit; it goes with that event for an hour.

    To see a page (BEKIJKEN) that document was opened; to see it small (LEZEN) anything of its dossier.
    """
    person, e = current_person(), Gebeurtenis
    opened = [e.object_id == str(bijlage.id)] if actie is Actie.BEKIJKEN else []
    query = select(literal(1)).where(
        e.swv_id == bijlage.swv_id,
        e.hulpvraag_id == bijlage.hulpvraag_id,
        e.gebruiker_id == (person.gebruiker_id if person else None),
        e.organisation_id.is_not_distinct_from(person.organisation_id if person else None),
        e.op > now() - timedelta(hours=1),
        e.actie == actie,
        e.gelukt,
    )
    with as_system(_WHY):
        seen = db.session.scalar(query.where(*opened).limit(1))
    if not seen:
        record(actie, row=bijlage)
    db.session.commit()


def searching(noun: str, *, typed: bool) -> None:
    """Record that a list was read or searched, and commit; the words that were typed are not kept."""
    record(Actie.ZOEKEN if typed else Actie.LEZEN, noun=str(noun))
    db.session.commit()
