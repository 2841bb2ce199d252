"""The rights tables as SQL: which rows a person may read, or do something else with."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, literal, or_, select, true
from sqlalchemy.orm import DeclarativeBase

from app import models as m
from app.access.person import Person
from app.access.rights import Right, Scope, levels_with, role_permits
from app.models.base import now
from app.terms import BerichtStatus, Gezag, Ground, Level, Noun, Role, Status, Verb, Zichtbaarheid
from app.workflow import LEVELS

# Tables and not classes: the gate must not be asked about the gate.
_hulpvraag = m.Hulpvraag.__table__
_betrokkenheid = m.Betrokkenheid.__table__
_organisation = m.Organisation.__table__
_lidmaatschap = m.Lidmaatschap.__table__
_gezagsdrager = m.Gezagsdrager.__table__

Where = ColumnElement[bool]
OPEN_LEVELS = frozenset(Level) - {Level.GEEN}

OF_DOSSIER: dict[type[Any], Noun] = {
    m.Kind: Noun.KIND,
    m.Gezagsdrager: Noun.GEZAGSDRAGER,
    m.Hulpvraag: Noun.HULPVRAAG,
    m.StatusWijziging: Noun.STATUSWIJZIGING,
    m.Bijlage: Noun.BIJLAGE,
    m.Notitie: Noun.NOTITIE,
    m.Betrokkenheid: Noun.BETROKKENHEID,
}
NOUN_OF: dict[type[Any], Noun] = {
    **OF_DOSSIER,
    m.Organisation: Noun.ORGANISATION,
    m.Lidmaatschap: Noun.LIDMAATSCHAP,
    m.Bericht: Noun.BERICHT,
    m.Gebeurtenis: Noun.GEBEURTENIS,
}


def dossiers(
    person: Person, levels: frozenset[Level], during: frozenset[Status] | None = None, column: str = "id"
) -> Select[Any] | None:
    """Select the hulpvragen (or their `column`) open to `person` at one of `levels`; None: there are none."""
    statuses = {
        ground: frozenset(
            s for s, level in LEVELS[ground].items() if level in levels and (not during or s in during)
        )
        for ground in person.grounds
    }
    wanted = {ground: found for ground, found in statuses.items() if found}
    h, b = _hulpvraag.c, _betrokkenheid.c
    if Ground.SWV in wanted:
        where = [h.swv_id == person.organisation_id]
        if wanted[Ground.SWV] != frozenset(Status):
            where.append(h.status.in_(sorted(wanted[Ground.SWV])))
        return select(h[column]).where(*where)
    if not wanted:
        return None
    party = (
        b.organisation_id == person.organisation_id
        if person.organisation_id
        else b.gebruiker_id == person.gebruiker_id
    )
    grounds = [and_(b.grond == ground, h.status.in_(sorted(found))) for ground, found in wanted.items()]
    in_force = holds(b, h.kind_id) if Ground.OUDER in wanted else valid(b)
    return (
        select(h[column])
        .join_from(_betrokkenheid, _hulpvraag, h.id == b.hulpvraag_id)
        .where(party, h.swv_id == person.swv_id, in_force, or_(*grounds))
    )


def holds(columns: Any, kind_id: Any) -> Where:
    """Say that an involvement holds: within its dates, and a parent's only while they have authority."""
    parent = _gezagsdrager.c
    with_authority = exists().where(
        parent.kind_id == kind_id, parent.gebruiker_id == columns.gebruiker_id, parent.gezag == Gezag.JA
    )
    return and_(valid(columns), or_(columns.grond != Ground.OUDER, with_authority))


def valid(columns: Any) -> Where:
    """Say that a row with `van` and `tot` is in force now."""
    moment = now()
    return and_(columns.van <= moment, or_(columns.tot.is_(None), columns.tot > moment))


def allowed(model: type[Any], person: Person | None, verb: Verb = Verb.READ) -> Where:
    """Say which rows of `model` `person` may `verb`. A model that no table names is closed."""
    if person is None:
        return false()
    if model is m.Gebruiker:
        return _gebruikers(person) if verb is Verb.READ else false()
    noun = NOUN_OF.get(model)
    if noun is None or not role_permits(person.rollen, noun, verb):
        return _names(model, person, verb)
    if model in OF_DOSSIER:
        return or_(
            false(),
            *(_of_dossier(model, person, right, levels) for right, levels in levels_with(noun, verb).items()),
        )
    return _OTHER[noun](person, verb)


def _of_dossier(model: type[Any], person: Person, right: Right, levels: frozenset[Level]) -> Where:
    everything = levels >= {Level.ALLES, Level.LEZEN} and not right.during
    if Ground.SWV in person.grounds and everything:
        opened: Where = model.swv_id == person.organisation_id
    elif Ground.SWV in person.grounds and model in (m.Kind, m.Gezagsdrager) and Level.ALLES in levels:
        # A child belongs to its SWV before and after its dossiers.
        opened = model.swv_id == person.organisation_id
    else:
        column, key = {
            m.Kind: ("kind_id", "id"),
            m.Gezagsdrager: ("kind_id", "kind_id"),
            m.Hulpvraag: ("id", "id"),
        }.get(model, ("id", "hulpvraag_id"))
        chosen = dossiers(person, levels, right.during, column)
        if chosen is None:
            return false()
        opened = getattr(model, key).in_(chosen)
    if model is m.Bijlage and Ground.SWV not in person.grounds:
        opened = and_(opened, m.Bijlage.ingetrokken_op.is_(None))
    return and_(opened, _in_scope(model, person, right.scope))


def _in_scope(model: type[Any], person: Person, scope: Scope) -> Where:
    match scope:
        case Scope.ALL:
            return true()
        case Scope.OWN:
            return own(model, person)
        case Scope.OWN_OR_SHARED:
            return or_(own(model, person), model.zichtbaarheid == Zichtbaarheid.GEDEELD)
        case Scope.WITH_AUTHORITY:
            return model.gezag == Gezag.JA  # type: ignore[no-any-return]
        case Scope.SELF:
            return model.gebruiker_id == person.gebruiker_id  # type: ignore[no-any-return]
        case Scope.ORGANISATIONS:
            return model.organisation_id.is_not(None)  # type: ignore[no-any-return]


def addable(model: type[Any], person: Person | None) -> Where:
    """Say in which hulpvragen `person` may add a row of `model`."""
    noun = OF_DOSSIER[model]
    if person is None or not role_permits(person.rollen, noun, Verb.ADD):
        return false()
    rights = levels_with(noun, Verb.ADD).items()
    chosen = [dossiers(person, levels, right.during) for right, levels in rights]
    return or_(false(), *(m.Hulpvraag.id.in_(ids) for ids in chosen if ids is not None))


def own(model: type[Any], person: Person) -> Where:
    """Say which rows come from the organisation that `person` works for."""
    if person.organisation_id is None:
        return false()
    return model.organisation_id == person.organisation_id  # type: ignore[no-any-return]


def _organisations(person: Person, verb: Verb) -> Where:
    o = m.Organisation
    if Role.PLATFORMBEHEERDER in person.rollen:
        return true()
    if verb is Verb.EDIT:
        return o.id == person.organisation_id
    if person.organisation_id is not None and person.organisation_id == person.swv_id:
        return o.swv_id == person.swv_id
    return _names(o, person, verb)


def _names(model: type[Any], person: Person, verb: Verb) -> Where:
    """Let everybody read the names of the own organisation, its SWV and the parties of the own dossiers.

    JK staff may know besides who works where within the SWV: they choose people for a dossier.
    """
    if model is m.Lidmaatschap and verb is Verb.READ and person.is_jk_staff:
        return _lidmaatschappen(person, verb)
    if model is not m.Organisation or verb is not Verb.READ:
        return false()
    involved = dossiers(person, frozenset({Level.DOSSIER, Level.OUDER}))
    parties = (
        m.Organisation.id.in_(
            select(_betrokkenheid.c.organisation_id).where(_betrokkenheid.c.hulpvraag_id.in_(involved))
        )
        if involved is not None
        else false()
    )
    return or_(
        m.Organisation.id.in_([i for i in (person.organisation_id, person.swv_id) if i]),
        and_(literal(person.is_jk_staff), m.Organisation.swv_id == person.swv_id),
        parties,
    )


def _gebruikers(person: Person) -> Where:
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


def _lidmaatschappen(person: Person, verb: Verb) -> Where:
    reach = m.Lidmaatschap.organisation_id == person.organisation_id
    if person.organisation_id is not None and person.organisation_id == person.swv_id:
        affiliated = select(_organisation.c.id).where(_organisation.c.swv_id == person.swv_id)
        reach = m.Lidmaatschap.organisation_id.in_(affiliated)
    if verb is Verb.READ:
        return reach
    return and_(reach, m.Lidmaatschap.gebruiker_id != person.gebruiker_id)


def _berichten(person: Person, verb: Verb) -> Where:
    b = m.Bericht
    mine = and_(
        b.ontvanger_id == person.gebruiker_id,
        or_(b.organisation_id == person.organisation_id, b.organisation_id.is_(None)),
    )
    opened = dossiers(person, OPEN_LEVELS)
    known = or_(
        b.hulpvraag_id.is_(None)
        if opened is None
        else or_(b.hulpvraag_id.is_(None), b.hulpvraag_id.in_(opened)),
        and_(b.afscheid, b.leesbaar_tot > now()),
    )
    if person.is_jk_staff:
        undelivered = and_(b.swv_id == person.swv_id, b.status == BerichtStatus.MISLUKT)
        return or_(and_(mine, known), undelivered)
    return and_(mine, known)


def _closed(person: Person, verb: Verb) -> Where:
    return false()


_OTHER = {
    Noun.ORGANISATION: _organisations,
    Noun.LIDMAATSCHAP: _lidmaatschappen,
    Noun.BERICHT: _berichten,
    Noun.GEBEURTENIS: _closed,
}
GUARDED: tuple[type[DeclarativeBase], ...] = tuple(getattr(m, name) for name in m.__all__)
