"""Organisations: what an administrator may add and change of them."""

import unicodedata
import uuid
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import access
from app.access import Person
from app.errors import BadInput
from app.extensions import db
from app.models import Organisation
from app.models.base import parse_id
from app.services import log, turns, writing
from app.terms import Actie, Noun, OrganisationSoort, Role, Verb

SETTINGS = ("toestemming_van_beiden", "school_leest_dagen")
FIELDS = ("naam", "platform", "meldadres", "status_in_mail", "actief", *SETTINGS)
MOST_DAYS = 365
BOUNDS = _l("Please fill in a number from 0 to 365.")


def add(data: dict[str, Any], by: Person) -> Organisation:
    """Add an organisation; an SWV belongs to itself, every other one to its SWV. Raises BadInput without.

    Who administers an SWV adds to that one; the operator says to which.
    """
    runs_all = Role.PLATFORMBEHEERDER in by.rollen
    swv_id = parse_id(data.get("swv")) if runs_all else by.swv_id
    of_itself = data["soort"] is OrganisationSoort.SAMENWERKINGSVERBAND
    if data["soort"] is OrganisationSoort.EXPLOITANT:
        raise BadInput("", {"soort": _l("The operator of the portal is made once, at installation.")})
    if not of_itself and swv_id is None:
        raise BadInput("", {"swv": _l("Please choose the SWV that this organisation belongs to.")})
    organisation = Organisation(
        soort=data["soort"], swv_id=None if of_itself else swv_id, **_chosen(data, swv_id)
    )
    access.require(by, Verb.ADD, organisation)
    db.session.add(organisation)
    db.session.flush()
    if of_itself:
        with access.as_system("a new SWV belongs to itself"):
            organisation.swv_id = organisation.id
            db.session.flush()
    log.record(Actie.TOEVOEGEN, row=organisation)
    db.session.commit()
    return organisation


def edit(organisation: Organisation, data: dict[str, Any], by: Person) -> Organisation:
    """Change name, platform, address and settings; Conflict when somebody else changed them first."""
    access.require(by, Verb.EDIT, organisation)
    turns.take(organisation)
    turns.refuse_overtaken(
        organisation,
        data,
        _l(
            "Somebody else changed this organisation just before you. "
            "Your text is still here: compare and save again."
        ),
    )
    chosen = _chosen(data, organisation.swv_id, organisation)
    for name in sorted(access.form_fields(by, Noun.ORGANISATION, chosen, organisation)):
        old, new = getattr(organisation, name), chosen[name]
        if old != new:
            setattr(organisation, name, new)
            was, is_now = _in_log(old), _in_log(new)
            log.record(Actie.WIJZIGEN, row=organisation, grond=name, oud=was, nieuw=is_now)
    db.session.commit()
    return organisation


def _in_log(value: Any) -> str | None:
    """Write a setting for the log; a name or an address is content, and stays out of it."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value) if isinstance(value, int) else None


def _chosen(
    data: dict[str, Any], swv_id: uuid.UUID | None, but: Organisation | None = None
) -> dict[str, Any]:
    writing.refuse_bad_address(data, "meldadres")
    if data.get("naam"):
        data = data | {"naam": unicodedata.normalize("NFC", data["naam"].strip())}
        _refuse_name(data["naam"], swv_id, but)
    days = data.get("school_leest_dagen", 0)
    if not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
        raise BadInput("", {"school_leest_dagen": BOUNDS})
    return {name: data[name] for name in FIELDS if name in data}


def _refuse_name(naam: str, swv_id: uuid.UUID | None, but: Organisation | None) -> None:
    """Refuse a name that looks like another of the same SWV: people choose by it."""
    if not naam.isprintable():
        raise BadInput("", {"naam": _l("Use letters, digits and ordinary signs only.")})
    if swv_id is None or (but is not None and but.naam == naam):
        return
    query = select(Organisation.naam).where(Organisation.swv_id == swv_id)
    with access.as_system("names are unique within an SWV"):
        others = db.session.scalars(query.where(Organisation.id != but.id) if but else query)
        taken = {unicodedata.normalize("NFC", other).casefold() for other in others}
    if naam.casefold() in taken:
        raise BadInput("", {"naam": _l("There is an organisation with this name already.")})
