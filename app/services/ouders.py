"""Parents and guardians of a child: how to reach them, and whether they have parental authority."""

from typing import Any

from sqlalchemy import select

from app import access
from app.access import Person
from app.errors import NotFound
from app.extensions import db
from app.models import Gezagsdrager, Kind
from app.models.base import parse_id
from app.services import log, writing
from app.terms import Actie, Verb

FIELDS = ("naam", "email", "telefoon", "adres", "geheim_adres", "gezag", "gezag_bron", "gezag_datum")


def add(data: dict[str, Any], by: Person) -> Gezagsdrager:
    """Add a parent or guardian to a child."""
    kind = db.session.scalar(select(Kind).where(Kind.id == parse_id(data["kind"])))
    if kind is None:
        raise NotFound
    writing.refuse_bad_address(data, "email")
    parent = Gezagsdrager(swv_id=kind.swv_id, kind_id=kind.id, **{name: data.get(name) for name in FIELDS})
    access.require(by, Verb.ADD, parent)
    db.session.add(parent)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=parent)
    db.session.commit()
    return parent


def edit(parent: Gezagsdrager, data: dict[str, Any], by: Person) -> Gezagsdrager:
    """Change what is known of a parent or guardian."""
    access.require(by, Verb.EDIT, parent)
    writing.refuse_bad_address(data, "email")
    for name in FIELDS:
        setattr(parent, name, data.get(name))
    log.record(Actie.WIJZIGEN, row=parent)
    db.session.commit()
    return parent


def of_child(kind: Kind) -> list[Gezagsdrager]:
    """List a child's parents and guardians that the person may see, by name."""
    query = select(Gezagsdrager).where(Gezagsdrager.kind_id == kind.id).order_by(Gezagsdrager.naam).limit(20)
    return list(db.session.scalars(query))
