"""Who is involved in which dossier, on which grounds, and what must hold for that: as SQL."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, literal, or_, select

from app import models as m
from app.access.consent import consented, not_refused
from app.access.person import PERSONAL, Person
from app.models.base import this_moment
from app.terms import Gezag, Ground, Level, Status
from app.workflow import LEVELS

# Tables and not classes: the gate must not be asked about the gate.
_hulpvraag = m.Hulpvraag.__table__
_betrokkenheid = m.Betrokkenheid.__table__
_gezagsdrager = m.Gezagsdrager.__table__.alias("ouder")
_account = m.Gebruiker.__table__.alias("account")

Where = ColumnElement[bool]
Dossiers = Select[Any] | CompoundSelect[Any]


def dossiers(
    person: Person,
    levels: frozenset[Level],
    during: frozenset[Status] | None = None,
    column: str = "id",
    grounds: frozenset[Ground] | None = None,
) -> Dossiers | None:
    """Select the hulpvragen (or their `column`) open to `person` at one of `levels`; None: there are none.

    With `grounds`, only those open on one of them. What is kept is the question, the same for many nouns;
    the answer is asked of the database each time.
    """
    return _written(person.bare, levels, during, column, grounds)


@lru_cache(maxsize=1024)
def _written(
    person: Person,
    levels: frozenset[Level],
    during: frozenset[Status] | None,
    column: str,
    grounds: frozenset[Ground] | None,
) -> Dossiers | None:
    wanted = {
        ground: found
        for ground in person.grounds
        if (grounds is None or ground in grounds)
        and (
            found := frozenset(
                s for s, level in LEVELS[ground].items() if level in levels and (not during or s in during)
            )
        )
    }
    h = _hulpvraag.c
    if Ground.SWV in wanted:
        where = [h.swv_id == person.organisation_id]
        if wanted[Ground.SWV] != frozenset(Status):
            where.append(h.status.in_(sorted(wanted[Ground.SWV])))
        return select(h[column]).where(*where)
    branches = [
        _opened(person, party, {ground: wanted[ground] for ground in theirs}, column)
        for party, of in parties(person)
        if (theirs := of & wanted.keys())
    ]
    if not branches:
        return None
    return branches[0] if len(branches) == 1 else branches[0].union_all(*branches[1:])


def parties(person: Person) -> list[tuple[Where, frozenset[Ground]]]:
    """Say as which parties somebody is involved, and on which grounds: in person, as their organisation."""
    b = _betrokkenheid.c
    in_person = and_(
        b.gebruiker_id == person.gebruiker_id, b.namens_id.is_not_distinct_from(person.organisation_id)
    )
    found = [(in_person, person.grounds & PERSONAL)]
    if person.organisation_id is not None:
        found.append((b.organisation_id == person.organisation_id, person.grounds - PERSONAL))
    return found


def _opened(
    person: Person, party: Where, wanted: dict[Ground, frozenset[Status]], column: str
) -> Select[Any]:
    h, b = _hulpvraag.c, _betrokkenheid.c
    grounds = [and_(b.grond == ground, h.status.in_(sorted(found))) for ground, found in wanted.items()]
    return (
        select(h[column])
        .join_from(_betrokkenheid, _hulpvraag, h.id == b.hulpvraag_id)
        .where(party, h.swv_id == person.swv_id, holds(b, h, frozenset(wanted)), or_(*grounds))
    )


def holds(b: Any, hulpvraag: Any, grounds: frozenset[Ground] = frozenset(Ground)) -> Where:
    """Say that an involvement on one of `grounds` holds now: within its dates, and as the parents decide.

    A parent's own holds only while they have authority, in a consultation as well, a school's only while the
    parents consent, and what the duty of care keeps only until they say no. `hulpvraag` is a row, or its
    columns.
    """
    of_gate = b is _betrokkenheid.c and hulpvraag is _hulpvraag.c
    says = _parents_say if of_gate else _conditions(b, hulpvraag)
    asked = (or_(b.grond != ground, condition) for ground, condition in says.items() if ground in grounds)
    return and_(valid(b), *asked)


def _conditions(b: Any, hulpvraag: Any) -> dict[Ground, Where]:
    parent = _gezagsdrager.c
    of_child = parent.kind_id == hulpvraag.kind_id
    linked = parent.gebruiker_id == b.gebruiker_id
    has_authority = exists().where(of_child, linked, parent.gezag == Gezag.JA)
    # A guest may have been invited before the register said whose address that is.
    same_address = (
        select(literal(1))
        .where(_account.c.id == b.gebruiker_id, _account.c.email == parent.email)
        .correlate_except(_account)
        .exists()
    )
    without = exists().where(of_child, or_(linked, same_address), parent.gezag != Gezag.JA)
    not_without = or_(b.namens_id.is_not(None), ~without)
    return {
        Ground.OUDER: has_authority,
        Ground.GENODIGD: not_without,
        Ground.OVERLEGRONDE: not_without,
        Ground.SCHOOL: consented(hulpvraag, b.organisation_id),
        Ground.ZORGPLICHT: not_refused(hulpvraag, b.organisation_id),
    }


# The same in every statement of the gate: built once.
_parents_say = _conditions(_betrokkenheid.c, _hulpvraag.c)


def works(lidmaatschap: Any, moment: Any = None) -> Where:
    """Say that a membership is in force now, or at this moment: within its dates and not suspended."""
    return and_(valid(lidmaatschap, moment), lidmaatschap.geschorst_op.is_(None))


def valid(columns: Any, moment: Any = None) -> Where:
    """Say that a row with `van` and `tot` is in force now, or at this moment."""
    moment = this_moment() if moment is None else moment
    return and_(columns.van <= moment, or_(columns.tot.is_(None), columns.tot > moment))
