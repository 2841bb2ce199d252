"""Who was invited to the dossiers of an SWV on behalf of nobody: a parent, or a participant of a round."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from app import models as m
from app.access.deviations import changed_rights, deviations
from app.access.involvement import valid
from app.access.person import Person, as_system
from app.extensions import db
from app.models.base import this_moment
from app.terms import Role

INVITED_ROLES = frozenset({Role.OUDER, Role.DEELNEMER})
# Tables and not classes: the gate must not be asked about the gate.
_betrokkenheid = m.Betrokkenheid.__table__.c
_bericht = m.Bericht.__table__.c


def was_invited(gebruiker_id: Any, swv_id: Any, moment: Any = None) -> ColumnElement[bool]:
    """Say that this account is involved in a dossier of this SWV for nobody, or may still read a farewell."""
    b, letter = _betrokkenheid, _bericht
    involved = exists().where(
        b.gebruiker_id == gebruiker_id, b.namens_id.is_(None), b.swv_id == swv_id, valid(b, moment)
    )
    farewell = exists().where(
        letter.ontvanger_id == gebruiker_id,
        letter.organisation_id.is_(None),
        letter.swv_id == swv_id,
        letter.leesbaar_tot > (this_moment() if moment is None else moment),
    )
    return or_(involved, farewell)


def invited_person(gebruiker_id: int, swv_id: uuid.UUID | None) -> Person | None:
    """Build the person as invited to dossiers of this SWV, on behalf of nobody; None when there are none."""
    query = (
        select(m.Gebruiker, m.Organisation, changed_rights(m.Organisation.id))
        .join(m.Organisation, m.Organisation.id == swv_id)
        .where(m.Gebruiker.id == gebruiker_id, m.Gebruiker.active.is_(True), m.Organisation.actief.is_(True))
        .where(was_invited(gebruiker_id, swv_id))
    )
    with as_system("an invited person has no membership", across_swvs=True):
        found = db.session.execute(query).first()
    if found is None:
        return None
    gebruiker, swv, changed = found
    return Person(
        gebruiker_id=gebruiker.id,
        naam=gebruiker.naam,
        voornaam=gebruiker.first_name,
        swv_id=swv.id,
        swv_naam=swv.naam,
        rollen=INVITED_ROLES,
        afwijkingen=deviations(changed, INVITED_ROLES),
    )
