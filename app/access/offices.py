"""Which rows of the portal's own administration somebody may read or change, as SQL: no dossiers."""

import uuid
from typing import Any

from sqlalchemy import and_, false, literal, or_, select, true

from app import models as m
from app.access.involvement import Where, dossiers
from app.access.person import Person
from app.terms import Ground, Level, OrganisationSoort, Role, Verb

# Tables and not classes: the gate must not be asked about the gate.
_betrokkenheid = m.Betrokkenheid.__table__
_organisation = m.Organisation.__table__
_lidmaatschap = m.Lidmaatschap.__table__
_voorkeur = m.SchoolVoorkeur.__table__


def organisations(person: Person, verb: Verb) -> Where:
    """The operator reaches all, a role administrator what they run, others the names they need."""
    o = m.Organisation
    if Role.PLATFORMBEHEERDER in person.rollen:
        return true()
    if verb is Verb.EDIT:
        return administered(o.id, person)
    if person.organisation_id is not None and person.organisation_id == person.swv_id:
        return o.swv_id == person.swv_id
    return names(o, person, verb)


def names(model: type[Any], person: Person, verb: Verb) -> Where:
    """Let everybody read the names of the own organisation, its SWV and the parties of the own dossiers.

    JK staff may know besides who works where within the SWV: they choose people for a dossier. A parent
    chooses schools, a preschool sees which were chosen.
    """
    if model is m.Lidmaatschap and verb is Verb.READ and person.is_jk_staff:
        return lidmaatschappen(person, verb)
    if model is not m.Organisation or verb is not Verb.READ:
        return false()
    return or_(
        m.Organisation.id.in_([i for i in (person.organisation_id, person.swv_id) if i]),
        and_(literal(person.is_jk_staff), m.Organisation.swv_id == person.swv_id),
        and_(
            literal(Role.OUDER in person.rollen),
            m.Organisation.swv_id == person.swv_id,
            m.Organisation.soort == OrganisationSoort.SCHOOL,
        ),
        _in_dossiers(person, _betrokkenheid.c.organisation_id, _betrokkenheid.c.hulpvraag_id),
        _in_dossiers(person, _voorkeur.c.school_id, _voorkeur.c.hulpvraag_id, frozenset({Ground.VOORSCHOOL})),
    )


def _in_dossiers(
    person: Person, organisation_id: Any, hulpvraag_id: Any, grounds: frozenset[Ground] | None = None
) -> Where:
    opened = dossiers(person, frozenset({Level.DOSSIER, Level.OUDER}), grounds=grounds)
    if opened is None:
        return false()
    return m.Organisation.id.in_(select(organisation_id).where(hulpvraag_id.in_(opened)))


def gebruikers(person: Person) -> Where:
    """Let people of one SWV know one another's names."""
    colleagues = (
        select(_lidmaatschap.c.gebruiker_id)
        .join_from(_lidmaatschap, _organisation, _organisation.c.id == _lidmaatschap.c.organisation_id)
        .where(
            or_(
                _organisation.c.swv_id == (person.swv_id or uuid.UUID(int=0)),
                _organisation.c.id == (person.organisation_id or uuid.UUID(int=0)),
            )
        )
    )
    known = [m.Gebruiker.id == person.gebruiker_id, m.Gebruiker.id.in_(colleagues)]
    if person.is_jk_staff:  # whom they invited, such as a parent
        invited = select(_betrokkenheid.c.gebruiker_id).where(
            _betrokkenheid.c.swv_id == person.swv_id, _betrokkenheid.c.gebruiker_id.is_not(None)
        )
        known.append(m.Gebruiker.id.in_(invited))
    return or_(*known)


def lidmaatschappen(person: Person, verb: Verb) -> Where:
    """Nobody changes a membership of their own."""
    reach = administered(m.Lidmaatschap.organisation_id, person)
    if verb is Verb.READ:
        return reach
    return and_(reach, m.Lidmaatschap.gebruiker_id != person.gebruiker_id)


def administered(organisation_id: Any, person: Person) -> Where:
    """Say which organisations a role administrator runs: the own one; for an SWV its affiliated ones too."""
    if person.organisation_id is None or person.organisation_id != person.swv_id:
        return organisation_id == person.organisation_id  # type: ignore[no-any-return]
    affiliated = select(_organisation.c.id).where(_organisation.c.swv_id == person.swv_id)
    return organisation_id.in_(affiliated)  # type: ignore[no-any-return]


def rechten(person: Person, verb: Verb) -> Where:
    """What an organisation changed is read by who runs it; written by services.rechten alone."""
    return administered(m.Rechtafwijking.organisation_id, person) if verb is Verb.READ else false()


def own_swv(person: Person, verb: Verb) -> Where:
    """An SWV's reviews are read at the SWV itself."""
    return and_(
        literal(person.organisation_id == person.swv_id), m.Toegangscontrole.swv_id == person.organisation_id
    )


def own_import(person: Person, verb: Verb) -> Where:
    """Who uploaded a list goes on with it."""
    i = m.Invoer
    return and_(
        literal(person.organisation_id == person.swv_id),
        i.swv_id == person.organisation_id,
        i.door_id == person.gebruiker_id,
    )
