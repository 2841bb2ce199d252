"""The gate on every database session: reading is narrowed to the person, writing is checked row by row."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Insert, event, insert, inspect, text
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from app.access.person import Person, across_swvs, as_system, current_person, system_reason
from app.access.questions import editable, forget_levels, may
from app.access.scopes import GUARDED, allowed
from app.errors import NotFound
from app.extensions import db
from app.terms import Verb

# What a row belongs to never changes by hand.
IMMUTABLE = frozenset({"id", "swv_id", "kind_id", "hulpvraag_id", "organisation_id"})
_ISOLATION = "kindbrug.swv"


def install() -> None:
    """Put the gate on every ORM session of the process; calling it again changes nothing."""
    for name, listener in (("do_orm_execute", _narrow), ("before_flush", _check_writes)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)
    for name in ("load", "refresh"):
        for model in GUARDED:
            if not event.contains(model, name, _forget_options):
                event.listen(model, name, _forget_options)


@lru_cache(maxsize=256)
def _criteria(person: Person | None, verb: Verb) -> tuple[ORMOption, ...]:
    """Write the conditions for who is asking; no person sees nothing.

    Kept are questions: they say nothing but what `person` says, and look up the moment when they are asked.
    """
    # Propagated, or a joinedload would pass them by.
    return tuple(
        with_loader_criteria(model, allowed(model, person, verb), include_aliases=True) for model in GUARDED
    )


def _forget_options(row: Any, *_context: Any) -> None:
    """Keep the conditions from staying with the row: each later load asks for its own, as_system for none."""
    inspect(row).load_options = ()


def _narrow(state: ORMExecuteState) -> None:
    isolate(state.session, writes=not state.is_select)
    if not state.is_select:
        forget_levels()
    if system_reason() is not None or state.is_column_load:
        return
    if state.is_insert:
        raise PermissionError("bulk inserts of guarded rows need as_system")
    verb = Verb.EDIT if state.is_update else Verb.RETRACT if state.is_delete else Verb.READ
    person = current_person()
    state.statement = state.statement.options(*_criteria(person.bare if person else None, verb))


def _check_writes(session: Session, context: UOWTransaction, instances: Any) -> None:
    isolate(session, writes=_leaves_the_swv(session))
    forget_levels()
    if system_reason() is not None:
        return
    person = current_person()
    for row in session.new:
        _require(person, Verb.ADD, row)
    for row in session.dirty:
        changed = {attr.key for attr in inspect(row).attrs if attr.history.has_changes()}
        if changed:
            _require(person, Verb.EDIT, row)
            _require_fields(person, row, changed)
    for row in session.deleted:
        _require(person, Verb.RETRACT, row)


def _leaves_the_swv(session: Session) -> bool:
    """Tell whether something is written that is not of the person's own SWV, such as the log of a sign-in."""
    person = current_person()
    own = person.swv_id if person else None
    return any(getattr(row, "swv_id", own) != own for row in (*session.new, *session.dirty, *session.deleted))


def _require(person: Person | None, verb: Verb, row: Any) -> None:
    if not isinstance(row, GUARDED):
        raise PermissionError(f"{type(row).__name__} is written as_system only")
    if not may(person, verb, row):
        raise NotFound


def _require_fields(person: Person | None, row: Any, changed: set[str]) -> None:
    if changed & IMMUTABLE:
        raise PermissionError(f"{type(row).__name__} does not move: {changed & IMMUTABLE}")
    open_fields = editable(person, row)
    if open_fields is not None and not changed <= open_fields | {"gewijzigd_op", "versie"}:
        raise NotFound


def isolate(session: Session, *, writes: bool = False) -> None:
    """Tell PostgreSQL's row-level security whose SWV this transaction works for; nothing to do on SQLite.

    The net below the gate: policies compare each row's `swv_id` with the setting `kindbrug.swv`. In a
    person's request even the portal itself reads that person's SWV only; what it writes may belong to none.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    person = current_person()
    swv = str(person.swv_id) if person and person.swv_id else None
    unbound = system_reason() is not None and (writes or swv is None or across_swvs())
    wanted = "*" if unbound else swv or "-"
    connection: Connection = session.connection()
    transaction = connection.get_nested_transaction() or connection.get_transaction()
    known, value = session.info.get(_ISOLATION, (None, None))
    if known is transaction and value == wanted:
        return
    session.info[_ISOLATION] = (transaction, wanted)
    connection.execute(text("SELECT set_config('kindbrug.swv', :swv, true)"), {"swv": wanted})


def write_as_system(reason: str, *rows: Any) -> None:
    """Write `rows` that the portal itself makes, such as the log; what was pending is checked first."""
    db.session.flush()
    with as_system(reason):
        db.session.add_all(rows)
        db.session.flush()


def insert_as_system(reason: str, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows that nobody holds on to, such as the log, in this transaction: quicker than as objects."""
    session = db.session()
    session.flush()
    person = current_person()
    own = person.swv_id if person else None
    with as_system(reason):
        isolate(session, writes=any(row["swv_id"] != own for row in rows))
    session.connection().execute(_plain_insert(model), rows)


@lru_cache(maxsize=8)
def _plain_insert(model: Any) -> Insert:
    return insert(model.__table__).inline()
