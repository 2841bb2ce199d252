"""The dossier: making it for a child, changing it, and the ways to narrow the list of dossiers."""

import secrets
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm.exc import StaleDataError

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Gebruiker, Hulpvraag, Lidmaatschap, Organisation
from app.models.base import now, parse_id
from app.services import kinderen, log, status
from app.services.listing import COUNT_CAP
from app.services.wording import moment
from app.terms import Actie, Ground, OrganisationSoort, Role, Status, Verb
from app.workflow import AT_MOVE, OPEN

# No 0, O, 1, I, L: a number is read aloud over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# What is asked for a new dossier, besides who the child is.
ASKED = ("voorschool", "contactpersoon", "specialist", "omschrijving")
_PEOPLE = ("contactpersoon", "specialist", "waarnemer")


def add(data: dict[str, Any], by: Person) -> Hulpvraag:
    """Make the dossier: child, hulpvraag and the preschool's involvement, and tell the preschool.

    Manual: chapter 1, step 1. Raises NeedsConfirmation when the child may be there already, BadInput when
    preschool and person do not fit.
    """
    voorschool = active_voorschool(data.get("voorschool"))
    people = chosen_people(data, voorschool)
    kind = kinderen.known(data["kind"]) if data.get("kind") else kinderen.new(data, by)
    hulpvraag = Hulpvraag(
        swv_id=by.swv_id,
        nummer=new_number(),
        kind_id=kind.id,
        voorschool_id=voorschool.id,
        aangemaakt_door_id=by.gebruiker_id,
        omschrijving=data.get("omschrijving"),
        status=Status.AANVRAAG,
        **people,
    )
    access.require(by, Verb.ADD, hulpvraag)
    db.session.add(hulpvraag)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=hulpvraag)
    access.write_as_system(
        "the preschool of a dossier is involved from the start",
        Betrokkenheid(
            swv_id=hulpvraag.swv_id,
            hulpvraag_id=hulpvraag.id,
            organisation_id=voorschool.id,
            grond=Ground.VOORSCHOOL,
            bron_id=hulpvraag.id,
        ),
    )
    status.start(hulpvraag, by)
    db.session.commit()
    return hulpvraag


def edit(hulpvraag: Hulpvraag, data: dict[str, Any], by: Person) -> Hulpvraag:
    """Change what is known of the hulpvraag; raises Conflict when somebody else saved first."""
    access.require(by, Verb.EDIT, hulpvraag)
    if str(data.get("versie") or hulpvraag.versie) != str(hulpvraag.versie):
        raise Conflict(
            _(
                "Somebody else saved this hulpvraag just before you (%(when)s). "
                "Your text is still here: compare and save again.",
                when=moment(hulpvraag.gewijzigd_op),
            )
        )
    changed = {"omschrijving": data.get("omschrijving")} if "omschrijving" in data else {}
    if any(name in data for name in _PEOPLE):
        with access.as_system("the preschool of the dossier that is being edited"):
            voorschool = db.session.scalar(
                select(Organisation).where(Organisation.id == hulpvraag.voorschool_id)
            )
        if voorschool is None:
            raise NotFound
        changed |= chosen_people(data, voorschool)
    for name, value in changed.items():
        setattr(hulpvraag, name, value)
    hulpvraag.gewijzigd_op = now()
    try:
        log.record(Actie.WIJZIGEN, row=hulpvraag)
        db.session.commit()
    except StaleDataError as late:
        db.session.rollback()
        raise Conflict from late
    return hulpvraag


def new_number() -> str:
    """Draw a dossier number: the year and six random signs, unguessable enough not to count dossiers by."""
    return f"JK-{now().year}-" + "".join(secrets.choice(_ALPHABET) for _sign in range(6))


def active_voorschool(key: Any) -> Organisation:
    """Give the preschool that was chosen; BadInput for anything else."""
    found = db.session.scalar(
        select(Organisation).where(
            Organisation.id == parse_id(key),
            Organisation.soort == OrganisationSoort.VOORSCHOOL,
            Organisation.actief.is_(True),
        )
    )
    if found is None:
        raise BadInput("", {"voorschool": _l("Please choose one from the list.")})
    return found


def chosen_people(data: dict[str, Any], voorschool: Organisation) -> dict[str, int | None]:
    """Check that each person chosen has the role, and the contact person that preschool."""
    wanted = {
        "contactpersoon": (Role.CONTACTPERSOON_VOORSCHOOL, Lidmaatschap.organisation_id == voorschool.id),
        "specialist": (Role.JK_SPECIALIST, Lidmaatschap.organisation_id == voorschool.swv_id),
        "waarnemer": (Role.JK_SPECIALIST, Lidmaatschap.organisation_id == voorschool.swv_id),
    }
    chosen: dict[str, int | None] = {}
    for name, (role, where) in wanted.items():
        if name not in data:
            continue
        key = int(data[name]) if str(data[name] or "").isdecimal() else None
        if key is not None and not _has_role(key, role, where):
            raise BadInput("", {name: _l("This person does not work there in this role.")})
        chosen[f"{name}_id"] = key
    return chosen


def _has_role(key: int, role: Role, where: ColumnElement[bool]) -> bool:
    with access.as_system("a person chosen must have the role"):
        query = (
            select(Lidmaatschap.id)
            .join(Gebruiker, Gebruiker.id == Lidmaatschap.gebruiker_id)
            .where(
                Lidmaatschap.gebruiker_id == key, Lidmaatschap.rol == role, where, access.works(Lidmaatschap)
            )
        )
        return db.session.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class Chip:
    """One way to narrow the list, with its count."""

    key: str
    label: LazyString | str
    count: int


def chips(by: Person) -> list[Chip]:
    """Give the ways to narrow the list, counted in one statement, each capped."""
    counted = select(Hulpvraag.status).limit(COUNT_CAP).subquery()
    rows = db.session.execute(select(counted.c.status, func.count()).group_by(counted.c.status))
    by_status: dict[Status, int] = {status: number for status, number in rows}  # noqa: C416 - rows are no pairs to mypy

    def total(statuses: frozenset[Status]) -> int:
        return sum(by_status.get(s, 0) for s in statuses)

    return [
        Chip("", _l("All open"), total(OPEN)),
        Chip("mij", _l("For me"), total(_mine(by))),
        Chip("voorschool", _l("Waiting for the preschool"), total(frozenset({Status.AANVRAAG}))),
        Chip("einde", _l("Ended"), total(frozenset(Status) - OPEN)),
    ]


def narrow(chosen: str, by: Person) -> list[ColumnElement[bool]]:
    """Say which rows a chip keeps; an unknown one keeps what is open."""
    statuses = {
        "mij": _mine(by),
        "voorschool": frozenset({Status.AANVRAAG}),
        "einde": frozenset(Status) - OPEN,
        "alle": frozenset(Status),
    }.get(chosen, OPEN)
    return [Hulpvraag.status.in_(sorted(statuses))]


def _mine(by: Person) -> frozenset[Status]:
    return frozenset(status for status, role in AT_MOVE.items() if role in by.rollen)
