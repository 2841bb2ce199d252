"""The questions to ask of the rights: about a list, about one row, about who may know."""

import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from flask import g, has_app_context, has_request_context
from sqlalchemy import Select, bindparam, exists, or_, select

from app import models as m
from app.access.invited import INVITED_ROLES, was_invited
from app.access.involvement import holds
from app.access.offices import administered
from app.access.person import PERSONAL, Person, as_system
from app.access.rights import RIGHTS, Scope, Standing, fields_at
from app.access.roles import FIELDS_OF_AFFILIATED, FIXED, VERB_OF_FIELD, Rights, fields_of_roles, roles_in
from app.access.scopes import NOUN_OF, OF_DOSSIER, OPEN_LEVELS, addable, allowed
from app.errors import NotFound
from app.extensions import db
from app.models.base import now
from app.terms import AFFILIATED, Ground, Level, Noun, Role, Status, Verb
from app.workflow import LEVELS

_ORDER = (Level.GEEN, Level.UITNODIGING, Level.EIGEN, Level.OUDER, Level.DOSSIER, Level.LEZEN, Level.ALLES)


def visible(model: type[Any], person: Person | None) -> Select[Any]:
    """Select the rows of `model` that `person` may read."""
    return select(model).where(allowed(model, person))


def may(person: Person | None, verb: Verb, row: Any) -> bool:
    """Tell whether `person` may `verb` this row. For ADD the row is new, and its dossier is what counts."""
    if person is None:
        return False
    with as_system("the gate itself asks"), db.session.no_autoflush:
        if verb is Verb.ADD:
            return _may_add(person, row)
        model = type(row)
        if model is m.Hulpvraag and (known := _level_gives(person, verb, row)) is not None:
            return known
        question = select(exists().where(model.id == row.id, allowed(model, person, verb)))
        return bool(db.session.scalar(question))


def _level_gives(person: Person, verb: Verb, row: m.Hulpvraag) -> bool | None:
    """Answer for a hulpvraag from the level that the page asks anyway; None when the rows decide."""
    if not person.permits(Noun.HULPVRAAG, verb):
        return False
    scopes = {
        right.scope
        for ground, lev in standing(person, row)
        for right in RIGHTS[Noun.HULPVRAAG].get(lev, ())
        if verb in right.verbs
        and (right.during is None or row.status in right.during)
        and (right.grounds is None or ground in right.grounds)
    }
    return bool(scopes) if Scope.ALL in scopes or not scopes else None


def require(person: Person | None, verb: Verb, row: Any) -> None:
    """Raise NotFound unless `person` may `verb` this row."""
    if row is None or not may(person, verb, row):
        raise NotFound


def _may_add(person: Person, row: Any) -> bool:
    noun = NOUN_OF.get(type(row))
    if noun is None or not person.permits(noun, Verb.ADD):
        return False
    if noun not in OF_DOSSIER.values():
        return _may_add_other(person, row, noun)
    if row.swv_id != person.swv_id:
        return False
    if noun in (Noun.KIND, Noun.HULPVRAAG, Noun.GEZAGSDRAGER):
        mine = Ground.SWV in person.grounds and row.swv_id == person.organisation_id
        return mine and (noun is Noun.KIND or _of_swv(m.Kind, row.kind_id, person))
    if noun in (Noun.BIJLAGE, Noun.NOTITIE) and row.organisation_id != person.organisation_id:
        return False
    question = select(exists().where(m.Hulpvraag.id == row.hulpvraag_id, addable(type(row), person)))
    return bool(db.session.scalar(question))


def _of_swv(model: type[Any], key: Any, person: Person) -> bool:
    return bool(db.session.scalar(select(exists().where(model.id == key, model.swv_id == person.swv_id))))


def _may_add_other(person: Person, row: Any, noun: Noun) -> bool:
    at_swv = person.organisation_id is not None and person.organisation_id == person.swv_id
    if noun is Noun.ORGANISATION:
        affiliated = at_swv and row.swv_id == person.swv_id and row.soort in AFFILIATED
        return Role.PLATFORMBEHEERDER in person.rollen or affiliated
    if noun in (Noun.TOEGANGSCONTROLE, Noun.INVOER):
        return at_swv and row.swv_id == person.swv_id and row.door_id == person.gebruiker_id
    if noun is Noun.LIDMAATSCHAP:
        organisation = db.session.scalar(
            select(m.Organisation).where(m.Organisation.id == row.organisation_id)
        )
        if organisation is None or row.gebruiker_id == person.gebruiker_id:
            return False
        affiliated = at_swv and organisation.swv_id == person.swv_id
        return organisation.id == person.organisation_id or affiliated
    return False


def rights_to_set(person: Person | None, organisation: m.Organisation) -> dict[Role, Rights]:
    """Give by role the rights that `person` may give or take in this organisation.

    Only what that role can have there, nothing that is fixed, and nothing of a role that they have there
    themselves, now or later. Empty for who does not run the organisation.
    """
    if person is None or not person.permits(Noun.RECHT, Verb.EDIT):
        return {}
    own = select(m.Lidmaatschap.rol).where(
        m.Lidmaatschap.gebruiker_id == person.gebruiker_id,
        m.Lidmaatschap.organisation_id == organisation.id,
        or_(m.Lidmaatschap.tot.is_(None), m.Lidmaatschap.tot > now()),
    )
    runs = select(
        exists().where(m.Organisation.id == organisation.id, administered(m.Organisation.id, person))
    )
    with as_system("the gate itself asks"):
        if not db.session.scalar(runs):
            return {}
        theirs = set(db.session.scalars(own))
        if db.session.scalar(select(was_invited(person.gebruiker_id, organisation.id))):
            theirs |= INVITED_ROLES  # a parent, or a participant: here as well
    most = roles_in(organisation.soort)
    return {role: rights - FIXED[role] for role, rights in most.items() if role not in theirs}


def level(person: Person | None, hulpvraag: m.Hulpvraag, at: Status | None = None) -> Level:
    """Give how far the dossier is open to `person`: the highest level of the grounds that hold now.

    With `at` it answers for that status instead of the present one.
    """
    return max(
        (lev for _ground, lev in standing(person, hulpvraag, at)), key=_ORDER.index, default=Level.GEEN
    )


def standing(person: Person | None, hulpvraag: m.Hulpvraag, at: Status | None = None) -> Standing:
    """Give the grounds on which the dossier is open to `person` now, each with its level, as `level` does."""
    status = at or hulpvraag.status
    if person is None or hulpvraag.swv_id != person.swv_id:
        return frozenset()
    if Ground.SWV in person.grounds:
        return frozenset({(Ground.SWV, LEVELS[Ground.SWV][status])} if person.is_jk_staff else ())
    found = {(ground, LEVELS[ground][status]) for ground in _grounds(person, hulpvraag)}
    return frozenset(pair for pair in found if pair[1] is not Level.GEEN)


def _grounds(person: Person, hulpvraag: m.Hulpvraag) -> frozenset[Ground]:
    """Give the grounds that hold for this person now."""
    return frozenset(party.grond for party in in_force(hulpvraag) if _is_party(person, party))


def _is_party(person: Person, party: Any) -> bool:
    if party.grond not in person.grounds:
        return False
    if party.grond in PERSONAL:
        return bool((party.gebruiker_id, party.namens_id) == (person.gebruiker_id, person.organisation_id))
    return person.organisation_id is not None and bool(party.organisation_id == person.organisation_id)


def grounds_of(person: Person | None, hulpvraag_id: uuid.UUID | None, *, ask: bool = True) -> str | None:
    """Name the grounds on which a dossier is open to `person`, for the log.

    Those that were known first in this request, before it changed anything. Without `ask` nothing is asked.
    """
    if person is None or hulpvraag_id is None:
        return None
    if person.is_jk_staff:
        return Ground.SWV.value
    first = g.get("first_grounds", {}) if has_request_context() else {}
    if hulpvraag_id not in first and not ask:
        return None
    parties = first[hulpvraag_id] if hulpvraag_id in first else _in_force(hulpvraag_id)
    return ",".join(sorted({party.grond for party in parties if _is_party(person, party)})) or None


def in_force(hulpvraag: m.Hulpvraag) -> Sequence[Any]:
    """Give every involvement that holds now, the longest first; asked once a request till a write."""
    return _in_force(hulpvraag.id)


def _in_force(hulpvraag_id: uuid.UUID) -> Sequence[Any]:
    kept: dict[uuid.UUID, Sequence[Any]] = g.setdefault("grounds", {}) if has_request_context() else {}
    if hulpvraag_id not in kept:
        with as_system("the gate itself asks"), db.session.no_autoflush:
            kept[hulpvraag_id] = db.session.execute(_holding(), {"dossier": hulpvraag_id}).all()
        if has_request_context():
            g.setdefault("first_grounds", {}).setdefault(hulpvraag_id, kept[hulpvraag_id])
    return kept[hulpvraag_id]


@lru_cache(maxsize=1)
def _holding() -> Select[Any]:
    """Write the question which involvements of a dossier hold; what is kept is the question."""
    parties, dossiers = m.Betrokkenheid.__table__, m.Hulpvraag.__table__
    b, h = parties.c, dossiers.c
    return (
        select(b.grond, b.organisation_id, b.gebruiker_id, b.namens_id)
        .join_from(parties, dossiers, h.id == b.hulpvraag_id)
        .where(h.id == bindparam("dossier"), holds(b, h))
        .order_by(b.van, b.id)
    )


def forget_levels() -> None:
    """Ask anew from here: something is being written."""
    if has_app_context():
        g.pop("grounds", None)
        g.pop("people", None)


def fields(
    person: Person | None, noun: Noun, hulpvraag: m.Hulpvraag, verb: Verb = Verb.READ
) -> frozenset[str] | None:
    """Give the fields of `noun` that `person` may `verb` in this dossier; None is every field.

    Empty without a right at all, whatever the rows; rows of one's own come on top (`may`).
    """
    if person is None or not person.permits(noun, verb):
        return frozenset()
    return fields_at(noun, standing(person, hulpvraag), verb)


def recipients(hulpvraag: m.Hulpvraag, people: Iterable[Person]) -> list[Person]:
    """Keep the people who may know of this dossier now."""
    return [person for person in people if level(person, hulpvraag) in OPEN_LEVELS]


def readable(person: Person | None, row: Any) -> frozenset[str] | None:
    """Give the fields of `row` that `person` may read; None is every field."""
    return _open_fields(person, row, Verb.READ)


def editable(person: Person | None, row: Any) -> frozenset[str] | None:
    """Give the fields of `row` that `person` may edit; None is every field."""
    return _open_fields(person, row, Verb.EDIT)


def may_add_somewhere(person: Person | None, model: type[Any]) -> bool:
    """Tell whether there is a dossier in which `person` may add a row of `model`; other nouns have none."""
    if model not in OF_DOSSIER or not hasattr(model, "hulpvraag_id"):
        return True
    with as_system("the gate itself asks"):
        return bool(db.session.scalar(select(exists().where(addable(model, person)))))


def form_fields(person: Person | None, noun: Noun, names: Iterable[str], row: Any = None) -> set[str]:
    """Keep of a form's field `names` those that `person` may fill in, on `row` or on a new one."""
    open_fields = editable(person, row) if row is not None else None
    return {
        name
        for name in names
        if (open_fields is None or name in open_fields)
        and (name not in VERB_OF_FIELD or (person is not None and person.permits(noun, VERB_OF_FIELD[name])))
    }


def _open_fields(person: Person | None, row: Any, verb: Verb) -> frozenset[str] | None:
    if verb is Verb.EDIT and person is not None and isinstance(row, m.Organisation):
        at_own = row.id == person.organisation_id or Role.PLATFORMBEHEERDER in person.rollen
        return fields_of_roles(person.rollen, Noun.ORGANISATION) if at_own else FIELDS_OF_AFFILIATED
    noun = OF_DOSSIER.get(type(row))
    if noun is None or (person is not None and person.is_jk_staff):
        return None
    dossier = _dossier_of(row)
    if dossier is None:  # a child, or a parent's row: whole to that parent
        whole = noun is Noun.KIND or (person is not None and row.gebruiker_id == person.gebruiker_id)
        return None if whole else frozenset({"naam"}) if verb is Verb.READ else frozenset()
    return fields_at(noun, standing(person, dossier), verb)


def _dossier_of(row: Any) -> m.Hulpvraag | None:
    """Give the dossier of a row, also to who may not read it; a child and its parents have many."""
    if isinstance(row, m.Hulpvraag):
        return row
    if not hasattr(row, "hulpvraag_id"):
        return None
    with as_system("the gate itself asks"), db.session.no_autoflush:
        return db.session.get(m.Hulpvraag, row.hulpvraag_id)
