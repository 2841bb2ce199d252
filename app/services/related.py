"""What rows point at, in one statement a kind of row and no join: the gate's conditions stay simple."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm.attributes import set_committed_value

from app.access import as_system
from app.extensions import db

# Which school a row is about belongs to that row: who may read the row may read the name in it.
WITH_THE_ROW = frozenset({"SchoolVoorkeur.school", "Toestemming.organisation"})


def fetch(rows: Sequence[Any], names: Sequence[str]) -> None:
    """Fill the relations `names` of `rows` with what the person may see of it; the rest reads as nothing.

    A join would repeat the gate's sub-selects in its condition, which PostgreSQL then plans row by row.
    """
    if not rows:
        return
    relations = [inspect(type(rows[0])).relationships[name] for name in names]
    wanted: dict[tuple[type[Any], bool], set[Any]] = defaultdict(set)
    for relation in relations:
        wanted[relation.mapper.class_, _open(relation)] |= {_key(row, relation) for row in rows} - {None}
    found = {kind: _rows(*kind, keys) for kind, keys in wanted.items() if keys}
    for relation in relations:
        known = found.get((relation.mapper.class_, _open(relation)), {})
        for row in rows:
            set_committed_value(row, relation.key, known.get(_key(row, relation)))


def _rows(model: type[Any], with_the_row: bool, keys: set[Any]) -> dict[Any, Any]:  # noqa: FBT001 - unpacked
    query = select(model).where(model.id.in_(keys))
    with as_system("the name belongs to a row that was read") if with_the_row else nullcontext():
        return {row.id: row for row in db.session.scalars(query)}


def _open(relation: Any) -> bool:
    return str(relation) in WITH_THE_ROW


def _key(row: Any, relation: Any) -> Any:
    (column,) = relation.local_columns
    return getattr(row, inspect(type(row)).get_property_by_column(column).key)
