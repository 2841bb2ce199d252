"""People as at work for an organisation, or as invited: made from memberships and involvements."""

import uuid
from typing import Any

from flask import g, has_request_context
from sqlalchemy import select

from app import models as m
from app.access.deviations import changed_rights, deviations
from app.access.invited import invited_person
from app.access.involvement import works
from app.access.person import Person, as_system
from app.access.roles import CEILING
from app.extensions import db
from app.terms import Role


def person_for(
    gebruiker_id: int, organisation_id: uuid.UUID | None, *, swv_id: uuid.UUID | None = None
) -> Person | None:
    """Build the person as at work for that organisation now; None without a valid membership.

    Without an organisation: as somebody who was invited to a dossier of `swv_id`, for nobody.
    """
    if organisation_id is None:
        return invited_person(gebruiker_id, swv_id)
    with as_system("roles come from the memberships"):
        return next(iter(people_of(gebruiker_id=gebruiker_id, organisation_id=organisation_id)), None)


def people_of(
    *, gebruiker_id: int | None = None, organisation_id: uuid.UUID | None = None, role: Role | None = None
) -> list[Person]:
    """Build the active people with a valid membership: of one account, one organisation, with one role.

    Asked once a request until something is written.
    """
    kept: dict[Any, list[Person]] = g.setdefault("people", {}) if has_request_context() else {}
    if (gebruiker_id, organisation_id) not in kept:
        places = None if organisation_id is None else frozenset({organisation_id})
        kept[gebruiker_id, organisation_id] = _members(gebruiker_id, places)
    return [person for person in kept[gebruiker_id, organisation_id] if role is None or role in person.rollen]


def know_people(organisation_ids: frozenset[uuid.UUID]) -> None:
    """Ask who works at all these organisations in one statement, for the `people_of` of this request."""
    if not has_request_context():
        return
    kept: dict[Any, list[Person]] = g.setdefault("people", {})
    kept |= {(None, key): [] for key in organisation_ids}
    for person in _members(None, organisation_ids):
        kept[None, person.organisation_id].append(person)


def _members(gebruiker_id: int | None, organisation_ids: frozenset[uuid.UUID] | None) -> list[Person]:
    with as_system("roles come from the memberships"):
        query = (
            select(m.Lidmaatschap, m.Gebruiker, m.Organisation, changed_rights(m.Organisation.id))
            .join(m.Gebruiker, m.Gebruiker.id == m.Lidmaatschap.gebruiker_id)
            .join(m.Organisation, m.Organisation.id == m.Lidmaatschap.organisation_id)
            .where(works(m.Lidmaatschap), m.Gebruiker.active.is_(True), m.Organisation.actief.is_(True))
            .order_by(m.Gebruiker.id, m.Organisation.naam)
        )
        if gebruiker_id is not None:
            query = query.where(m.Lidmaatschap.gebruiker_id == gebruiker_id)
        if organisation_ids is not None:
            query = query.where(m.Lidmaatschap.organisation_id.in_(organisation_ids))
        found: dict[tuple[int, uuid.UUID], tuple[m.Gebruiker, m.Organisation, str | None, set[Role]]] = {}
        for lid, gebruiker, organisation, changed in db.session.execute(query):
            if lid.rol in CEILING[organisation.soort]:
                key, person = (gebruiker.id, organisation.id), (gebruiker, organisation, changed, set[Role]())
                found.setdefault(key, person)[-1].add(lid.rol)
    return [
        Person(
            gebruiker_id=gebruiker.id,
            naam=gebruiker.naam,
            voornaam=gebruiker.first_name,
            organisation_id=organisation.id,
            organisation_naam=organisation.naam,
            soort=organisation.soort,
            swv_id=organisation.swv_id,
            rollen=frozenset(rollen),
            afwijkingen=deviations(changed, frozenset(rollen)),
        )
        for gebruiker, organisation, changed, rollen in found.values()
    ]
