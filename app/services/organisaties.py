"""Organisations: what an administrator may add and change of them."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.errors import BadInput
from app.extensions import db
from app.models import Organisation
from app.models.base import parse_id
from app.services import log, writing
from app.terms import Actie, Noun, OrganisationSoort, Verb

SETTINGS = ("toestemming_van_beiden", "school_leest_dagen")
FIELDS = ("naam", "platform", "meldadres", "status_in_mail", "actief", *SETTINGS)
MOST_DAYS = 365
BOUNDS = _l("Please fill in a number from 0 to 365.")


def add(data: dict[str, Any], by: Person) -> Organisation:
    """Add an organisation; an SWV belongs to itself, every other one to its SWV. Raises BadInput without."""
    organisation = Organisation(soort=data["soort"], **_chosen(data))
    swv_id = parse_id(data.get("swv"))
    if organisation.soort is OrganisationSoort.EXPLOITANT:
        raise BadInput("", {"soort": _l("The operator of the portal is made once, at installation.")})
    if organisation.soort is not OrganisationSoort.SAMENWERKINGSVERBAND and swv_id is None:
        raise BadInput("", {"swv": _l("Please choose the SWV that this organisation belongs to.")})
    access.require(by, Verb.ADD, organisation)
    db.session.add(organisation)
    db.session.flush()
    of_itself = organisation.soort is OrganisationSoort.SAMENWERKINGSVERBAND
    with access.as_system("a new organisation gets its SWV once"):
        organisation.swv_id = organisation.id if of_itself else swv_id
        db.session.flush()
    log.record(Actie.TOEVOEGEN, row=organisation)
    db.session.commit()
    return organisation


def edit(organisation: Organisation, data: dict[str, Any], by: Person) -> Organisation:
    """Change name, platform, address and settings of an organisation."""
    access.require(by, Verb.EDIT, organisation)
    chosen = _chosen(data)
    for name in access.form_fields(by, Noun.ORGANISATION, chosen, organisation):
        setattr(organisation, name, chosen[name])
    log.record(Actie.WIJZIGEN, row=organisation)
    db.session.commit()
    return organisation


def _chosen(data: dict[str, Any]) -> dict[str, Any]:
    writing.refuse_bad_address(data, "meldadres")
    days = data.get("school_leest_dagen", 0)
    if not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
        raise BadInput("", {"school_leest_dagen": BOUNDS})
    return {name: data[name] for name in FIELDS if name in data}
