"""What rows point at, in one statement a kind of row and no join: the gate's conditions stay simple."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import db


def fetch(rows: Sequence[Any], names: Sequence[str]) -> None:
    """Fill the relations `names` of `rows` with what the person may see of it; the rest reads as nothing.

    A join would repeat the gate's sub-selects in its condition, which PostgreSQL then plans row by row.
    """
    if not rows:
        return
    relations = [inspect(type(rows[0])).relationships[name] for name in names]
    wanted: dict[type[Any], set[Any]] = defaultdict(set)
    for relation in relations:
        wanted[relation.mapper.class_] |= {_key(row, relation) for row in rows} - {None}
    found: dict[type[Any], dict[Any, Any]] = {
        model: {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(keys)))}
        for model, keys in wanted.items()
        if keys
    }
    for relation in relations:
        known = found.get(relation.mapper.class_, {})
        for row in rows:
            set_committed_value(row, relation.key, known.get(_key(row, relation)))


def _key(row: Any, relation: Any) -> Any:
    (column,) = relation.local_columns
    return getattr(row, inspect(type(row)).get_property_by_column(column).key)
