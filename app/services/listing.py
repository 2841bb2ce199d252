"""Lists: ids first by keyset over an index, then one page of rows; counts are capped."""

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.errors import NotFound
from app.extensions import db
from app.models.base import parse_id
from app.models.kind import searchable
from app.services import log, related

COUNT_CAP = 10_001


@dataclass(frozen=True)
class Page:
    """One page of a list; `count` stops at COUNT_CAP; the cursors are opaque."""

    rows: Sequence[Any]
    count: int
    after: str | None
    before: str | None


def page(
    model: type[Any],
    *,
    order: tuple[str, str],
    where: Sequence[ColumnElement[bool]] = (),
    load: Sequence[str] = (),
    size: int = 25,
    after: str | None = None,
    before: str | None = None,
) -> Page:
    """Fetch one page of what the person may see, in `order` (column, 'asc' or 'desc') and then by id.

    `after` and `before` are cursors of an earlier page; a garbled one starts at the top.
    """
    column = getattr(model, order[0])
    descending = order[1] == "desc"
    back = _read(before, column)
    start = back or _read(after, column)
    keys = select(column, model.id).where(*where)
    if start:
        keys = keys.where(_beyond(column, model.id, start, down=descending != bool(back)))
    way = descending != bool(back)
    keys = keys.order_by(column.desc() if way else column.asc(), model.id.desc() if way else model.id.asc())
    found = [(value, key) for value, key in db.session.execute(keys.limit(size + 1))]
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    rows = _decorate(model, [key for _, key in found], load)
    return Page(
        rows,
        count(select(model.id).where(*where)),
        after=_write(found[-1]) if found and (more or back) else None,
        before=_write(found[0]) if found and ((back and more) or (start and not back)) else None,
    )


def count(ids: Select[Any]) -> int:
    """Count what the person may see, at most COUNT_CAP."""
    return db.session.scalar(select(func.count()).select_from(ids.limit(COUNT_CAP).subquery())) or 0


def matching(model: type[Any], columns: Sequence[str], typed: str) -> list[ColumnElement[bool]]:
    """Say which rows hold what was typed in one of `columns`; `kind.zoeknaam` looks through the relation."""
    typed = typed.strip()[:80]
    if not typed or not columns:
        return []
    return [or_(*(_contains(model, column, typed) for column in columns))]


def belonging(model: type[Any], relation: str, parent: Any) -> list[ColumnElement[bool]]:
    """Say which rows of `model` belong to `parent` through `relation`."""
    return [getattr(model, relation) == parent]


def _contains(model: type[Any], column: str, typed: str) -> ColumnElement[bool]:
    relation, _, leaf = column.rpartition(".")
    if relation:
        target = getattr(model, relation)
        return target.has(_contains(target.property.mapper.class_, leaf, typed))
    wanted = searchable(typed) if leaf == "zoeknaam" else typed
    return getattr(model, leaf).icontains(wanted, autoescape=True)


def _decorate(model: type[Any], keys: list[Any], load: Sequence[str]) -> Sequence[Any]:
    if not keys:
        return []
    by_key = {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(keys)))}
    rows = [by_key[key] for key in keys if key in by_key]
    related.fetch(rows, load)
    return rows


def _beyond(column: Any, key: Any, start: tuple[Any, Any], *, down: bool) -> ColumnElement[bool]:
    value, last = start
    if down:
        return or_(column < value, and_(column == value, key < last))
    return or_(column > value, and_(column == value, key > last))


def _write(at: tuple[Any, Any]) -> str:
    value, key = at
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    return base64.urlsafe_b64encode(json.dumps([text, str(key)]).encode()).decode().rstrip("=")


def _read(cursor: str | None, column: Any) -> tuple[Any, uuid.UUID] | None:
    if not cursor:
        return None
    try:
        text, key = json.loads(base64.urlsafe_b64decode(cursor[:400] + "=" * (-len(cursor) % 4)))
        value = column.type.python_type
        parsed = value.fromisoformat(text) if issubclass(value, date) else value(text)
        if isinstance(parsed, datetime):
            parsed = parsed.astimezone(UTC)
        if "\0" in str(text).encode().decode():
            return None
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    last = parse_id(key)
    return (parsed, last) if last else None


def one(model: type[Any], key: Any, load: Sequence[str] = ()) -> Any:
    """Fetch one row that the person may see; NotFound when there is none, or the key is no key."""
    wanted = parse_id(key)
    row = db.session.scalar(select(model).where(model.id == wanted)) if wanted else None
    if row is None:
        raise NotFound
    log.at_hand(row)
    related.fetch([row], load)
    return row
