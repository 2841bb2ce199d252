"""The rights tables as SQL: which rows a person may read, or do something else with."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, false, or_, select, true
from sqlalchemy.orm import DeclarativeBase

from app import models as m
from app.access.involvement import Where, dossiers
from app.access.offices import gebruikers, lidmaatschappen, names, organisations, own_import, own_swv, rechten
from app.access.person import Person
from app.access.rights import Right, Scope, levels_with
from app.models.base import this_moment
from app.terms import (
    BerichtStatus,
    Controle,
    Gezag,
    Ground,
    Level,
    Noun,
    Verb,
    VoorkeurStaat,
    Zichtbaarheid,
)

# Tables and not classes: the gate must not be asked about the gate.
_betrokkenheid = m.Betrokkenheid.__table__
_organisation = m.Organisation.__table__
_lidmaatschap = m.Lidmaatschap.__table__
_gezagsdrager = m.Gezagsdrager.__table__
_deelname = m.Deelname.__table__
_voorkeur = m.SchoolVoorkeur.__table__

OPEN_LEVELS = frozenset(Level) - {Level.GEEN}

OF_DOSSIER: dict[type[Any], Noun] = {
    m.Kind: Noun.KIND,
    m.Gezagsdrager: Noun.GEZAGSDRAGER,
    m.Hulpvraag: Noun.HULPVRAAG,
    m.StatusWijziging: Noun.STATUSWIJZIGING,
    m.Bijlage: Noun.BIJLAGE,
    m.Notitie: Noun.NOTITIE,
    m.Afspraak: Noun.AFSPRAAK,
    m.Overlegronde: Noun.OVERLEGRONDE,
    m.Deelname: Noun.DEELNAME,
    m.SchoolVoorkeur: Noun.SCHOOLVOORKEUR,
    m.Toestemming: Noun.TOESTEMMING,
    m.Betrokkenheid: Noun.BETROKKENHEID,
}
NOUN_OF: dict[type[Any], Noun] = {
    **OF_DOSSIER,
    m.Organisation: Noun.ORGANISATION,
    m.Lidmaatschap: Noun.LIDMAATSCHAP,
    m.Bericht: Noun.BERICHT,
    m.Gebeurtenis: Noun.GEBEURTENIS,
    m.Rechtafwijking: Noun.RECHT,
    m.Toegangscontrole: Noun.TOEGANGSCONTROLE,
    m.Invoer: Noun.INVOER,
}


def allowed(model: type[Any], person: Person | None, verb: Verb = Verb.READ) -> Where:
    """Say which rows of `model` `person` may `verb`. A model that no table names is closed.

    The same question for the same person is written once; it holds no moment, only the asking for one.
    """
    noun: Any = model
    return false() if person is None else _written(noun, person.bare, verb)


@lru_cache(maxsize=2048)
def _written(model: Any, person: Person, verb: Verb) -> Where:
    if model is m.Gebruiker:
        return gebruikers(person) if verb is Verb.READ else false()
    noun = NOUN_OF.get(model)
    if noun is None or not person.permits(noun, verb):
        return names(model, person, verb)
    if model in OF_DOSSIER:
        return or_(
            false(),
            *(_of_dossier(model, person, right, levels) for right, levels in levels_with(noun, verb).items()),
        )
    return _OTHER[noun](person, verb)


def _of_dossier(model: type[Any], person: Person, right: Right, levels: frozenset[Level]) -> Where:
    everything = levels >= {Level.ALLES, Level.LEZEN} and not right.during and not right.grounds
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
        chosen = dossiers(person, levels, right.during, column, right.grounds)
        if chosen is None:
            return false()
        opened = getattr(model, key).in_(chosen)
    if model is m.Bijlage and Ground.SWV not in person.grounds:
        gone = (m.Bijlage.ingetrokken_op, m.Bijlage.vervangen_op)
        opened = and_(opened, *(moment.is_(None) for moment in gone), _no_virus(person))
    return and_(opened, _in_scope(model, person, right.scope))


def _no_virus(person: Person) -> Where:
    """Leave out what has a virus, but for who brought it and has to bring another."""
    return or_(m.Bijlage.controle != Controle.BESMET, own(m.Bijlage, person))


def _in_scope(model: type[Any], person: Person, scope: Scope) -> Where:
    return _SCOPES[scope](model, person)


def addable(model: type[Any], person: Person | None) -> Where:
    """Say in which hulpvragen `person` may add a row of `model`."""
    noun = OF_DOSSIER[model]
    if person is None or not person.permits(noun, Verb.ADD):
        return false()
    rights = levels_with(noun, Verb.ADD).items()
    chosen = [dossiers(person, levels, right.during, grounds=right.grounds) for right, levels in rights]
    return or_(false(), *(m.Hulpvraag.id.in_(ids) for ids in chosen if ids is not None))


def own(model: type[Any], person: Person) -> Where:
    """Say which rows come from, or are about, the organisation that `person` works for."""
    if person.organisation_id is None:
        return false()
    if model is m.SchoolVoorkeur:
        return m.SchoolVoorkeur.school_id == person.organisation_id
    if model is m.Notitie:  # also what the SWV wrote to that school alone
        return or_(
            m.Notitie.organisation_id == person.organisation_id, m.Notitie.voor_id == person.organisation_id
        )
    return model.organisation_id == person.organisation_id  # type: ignore[no-any-return]


def _shared(model: Any) -> Where:
    return model.zichtbaarheid == Zichtbaarheid.GEDEELD  # type: ignore[no-any-return]


def _oneself(model: type[Any], person: Person) -> Where:
    if model is m.Toestemming:
        rows = select(_gezagsdrager.c.id).where(
            _gezagsdrager.c.gebruiker_id == person.gebruiker_id, _gezagsdrager.c.gezag == Gezag.JA
        )
        return m.Toestemming.gezagsdrager_id.in_(rows)
    return model.gebruiker_id == person.gebruiker_id  # type: ignore[no-any-return]


def _named(model: type[Any], person: Person) -> Where:
    named: Where = model.voor_gebruiker_id == person.gebruiker_id
    if person.organisation_id is None:
        return named
    return or_(named, model.voor_organisation_id == person.organisation_id)


def _takes_part(model: type[Any], person: Person) -> Where:
    d = m.Deelname if model is m.Deelname else _deelname.c
    mine = (
        d.gebruiker_id == person.gebruiker_id,
        d.namens_id.is_not_distinct_from(person.organisation_id),
        d.verwijderd_op.is_(None),
    )
    if model is m.Deelname:
        return and_(*mine)
    return model.id.in_(select(_deelname.c.overlegronde_id).where(*mine))  # type: ignore[no-any-return]


def _agreed(model: type[Any], person: Person) -> Where:
    v = _voorkeur.c
    mine = (v.school_id == person.organisation_id, v.staat == VoorkeurStaat.AKKOORD)
    return model.id.in_(select(v.hulpvraag_id).where(*mine))  # type: ignore[no-any-return]


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
        and_(b.afscheid, b.leesbaar_tot > this_moment()),
    )
    if person.is_jk_staff:
        undelivered = and_(b.swv_id == person.swv_id, b.status == BerichtStatus.MISLUKT)
        return or_(and_(mine, known), undelivered)
    return and_(mine, known)


def _gebeurtenissen(person: Person, verb: Verb) -> Where:
    """The log of a dossier to who may know who looked; of the whole SWV to who searches it."""
    if verb not in (Verb.READ, Verb.SEARCH):
        return false()
    e = m.Gebeurtenis
    if person.permits(Noun.GEBEURTENIS, Verb.SEARCH) and person.organisation_id == person.swv_id:
        return e.swv_id == person.organisation_id
    found = [
        and_(or_(e.hulpvraag_id.in_(opened), _of_a_child(person, levels)), _looked(right))
        for right, levels in levels_with(Noun.GEBEURTENIS, verb).items()
        if (opened := dossiers(person, levels, right.during, grounds=right.grounds)) is not None
    ]
    return and_(e.swv_id == person.swv_id, or_(false(), *found))


def _of_a_child(person: Person, levels: frozenset[Level]) -> Where:
    """Of a child and its parents, who hang off no one dossier: to who sees every dossier of the SWV."""
    e = m.Gebeurtenis
    if Level.ALLES not in levels or not person.is_jk_staff:
        return false()
    return and_(e.hulpvraag_id.is_(None), e.noun.in_((Noun.KIND.value, Noun.GEZAGSDRAGER.value)))


def _looked(right: Right) -> Where:
    """Who was refused saw nothing: that is told to who reads all of the log alone."""
    return true() if right.fields is None else m.Gebeurtenis.gelukt.is_(True)


_OTHER = {
    Noun.ORGANISATION: organisations,
    Noun.LIDMAATSCHAP: lidmaatschappen,
    Noun.BERICHT: _berichten,
    Noun.GEBEURTENIS: _gebeurtenissen,
    Noun.RECHT: rechten,
    Noun.TOEGANGSCONTROLE: own_swv,
    Noun.INVOER: own_import,
}
GUARDED: tuple[type[DeclarativeBase], ...] = tuple(getattr(m, name) for name in m.__all__)
_SCOPES: dict[Scope, Callable[[Any, Person], Where]] = {
    Scope.ALL: lambda _model, _person: true(),
    Scope.OWN: own,
    Scope.OWN_OR_SHARED: lambda model, person: or_(own(model, person), _shared(model)),
    Scope.WITH_AUTHORITY: lambda model, _person: model.gezag == Gezag.JA,
    Scope.SELF: _oneself,
    Scope.ORGANISATIONS: lambda model, _person: model.organisation_id.is_not(None),
    Scope.NAMED: _named,
    Scope.NAMED_OR_SHARED: lambda model, person: or_(_named(model, person), _shared(model)),
    Scope.TAKES_PART: _takes_part,
    Scope.AGREED: _agreed,
}
