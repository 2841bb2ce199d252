"""Notes in a dossier."""

import uuid
from typing import Any

from sqlalchemy import select

from app import access
from app.access import Person
from app.errors import NotFound
from app.extensions import db
from app.models import Hulpvraag, Notitie
from app.models.base import parse_id
from app.services import log
from app.terms import Actie, Verb, Zichtbaarheid


def add(data: dict[str, Any], by: Person) -> Notitie:
    """Add a note to the dossier `hulpvraag`; only JK staff choose who may see it."""
    hulpvraag = db.session.scalar(select(Hulpvraag).where(Hulpvraag.id == parse_id(data["hulpvraag"])))
    if hulpvraag is None or by.organisation_id is None:
        raise NotFound
    chosen = data.get("zichtbaarheid") if by.is_jk_staff else None
    zichtbaarheid = chosen or (Zichtbaarheid.INTERN if by.is_jk_staff else Zichtbaarheid.GEDEELD)
    note = made(hulpvraag, data["tekst"], zichtbaarheid, by)
    access.require(by, Verb.ADD, note)
    write(note)
    db.session.commit()
    return note


def write(note: Notitie) -> Notitie:
    """Add a note within the caller's transaction: the words of an act go with the right to the act."""
    access.write_as_system("the words of an act that was allowed", note)
    log.record(Actie.TOEVOEGEN, row=note)
    return note


def made(
    hulpvraag: Hulpvraag,
    tekst: str,
    zichtbaarheid: Zichtbaarheid,
    by: Person,
    *,
    voor_id: uuid.UUID | None = None,
) -> Notitie:
    """Make a note, not added yet; with `voor_id` only that school reads it, and the SWV."""
    return Notitie(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        tekst=tekst,
        zichtbaarheid=zichtbaarheid,
        geschreven_door_id=by.gebruiker_id,
        organisation_id=by.organisation_id,
        voor_id=voor_id,
    )
