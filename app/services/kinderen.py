"""Children: who they are, and the warning when a child is there already."""

import uuid
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import access
from app.access import Person
from app.errors import BadInput, NeedsConfirmation, NotFound
from app.extensions import db
from app.models import Hulpvraag, Kind
from app.models.base import now, parse_id
from app.models.kind import searchable
from app.services import log, turns
from app.terms import Actie, Verb

FIELDS = ("voornaam", "tussenvoegsel", "achternaam", "geboortedatum")
OLDEST_YEARS = 12


def add(data: dict[str, Any], by: Person) -> Kind:
    """Add a child to the SWV; raises NeedsConfirmation when one of that name and date of birth is there."""
    kind = new(data, by)
    db.session.commit()
    return kind


def known(key: Any) -> Kind:
    """Fetch a child that is there already and that the person may see; NotFound otherwise."""
    kind = db.session.scalar(select(Kind).where(Kind.id == parse_id(key)))
    if kind is None:
        raise NotFound
    return kind


def new(data: dict[str, Any], by: Person) -> Kind:
    """Make the child within the caller's transaction."""
    kind = Kind(swv_id=by.swv_id, **{name: data.get(name) for name in FIELDS})
    _check_birth(kind.geboortedatum)
    access.require(by, Verb.ADD, kind)
    _warn_double(kind, data)
    db.session.add(kind)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=kind)
    return kind


def edit(kind: Kind, data: dict[str, Any], by: Person) -> Kind:
    """Change a child's name or date of birth; Conflict when somebody else changed them first."""
    access.require(by, Verb.EDIT, kind)
    _check_birth(data["geboortedatum"])
    turns.take(kind)
    turns.refuse_overtaken(
        kind,
        data,
        _l(
            "Somebody else changed the details of this child just before you. "
            "Your text is still here: compare and save again."
        ),
    )
    _warn_double(Kind(**{name: data.get(name) for name in FIELDS}), data, besides=kind.id)
    for name in FIELDS:
        setattr(kind, name, data.get(name))
    log.record(Actie.WIJZIGEN, row=kind)
    db.session.commit()
    return kind


def _check_birth(born: date | None) -> None:
    today = now().date()
    if born is None or born > today or born.year < today.year - OLDEST_YEARS:
        raise BadInput(
            "", {"geboortedatum": _l("Please fill in a date of birth in the past, of a young child.")}
        )


def _warn_double(kind: Kind, data: dict[str, Any], besides: uuid.UUID | None = None) -> None:
    if data.get("anyway"):
        return
    name = searchable(" ".join(filter(None, (kind.voornaam, kind.tussenvoegsel, kind.achternaam))))
    with db.session.no_autoflush:
        numbers = db.session.execute(
            select(Kind.id, Hulpvraag.nummer)
            .outerjoin(Hulpvraag, Hulpvraag.kind_id == Kind.id)
            .where(Kind.zoeknaam == name, Kind.geboortedatum == kind.geboortedatum, Kind.id != besides)
            .limit(5)
        ).all()
    if numbers:
        known = ", ".join(number for _key, number in numbers if number)
        raise NeedsConfirmation(
            [
                _(
                    "There is already a child of this name and date of birth, with dossier %(numbers)s."
                    " Is it the same child? Then make the dossier on the page of that child.",
                    numbers=known,
                )
                if known
                else _(
                    "There is already a child of this name and date of birth, without a dossier."
                    " Is it the same child? Then make the dossier on the page of that child."
                )
            ]
        )
