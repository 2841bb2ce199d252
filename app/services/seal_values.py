"""Whether the values of a seal are of the kind that belongs there, so that they can be read at all."""

from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, String, and_, cast, func, type_coerce

from app.extensions import db
from app.models import Zegel

_HEX = "[0-9a-f]"
_MOMENT = "9999-99-99 99:99:99.999999".replace("9", "[0-9]")


def sound() -> ColumnElement[bool]:
    """Tell whether the values of a seal are of the kind that belongs there.

    SQLite takes anything in any column, bytes and broken text as well, which can't even be read.
    """
    z = Zegel
    if db.session.get_bind().dialect.name != "sqlite":
        return func.isfinite(z.op) & func.date_part("year", z.op).between(1, 9998)
    numbers = (z.nummer, z.van, z.tot, z.aantal)
    op = type_coerce(z.op, String)
    day = func.substr(op, 1, 10)
    return and_(
        *(func.typeof(column) == "integer" for column in numbers),
        _only(z.swv_id, _HEX, 32), _only(z.hmac, _HEX, 64), _only(z.nummers, "[0-9,-]"),
        _only(z.vorige, _HEX),
        func.typeof(op) == "text", func.length(_bytes(op)) == 26, op.op("GLOB")(_MOMENT),
        # It lets 31 February pass until it counts with it, and an hour of 24.
        func.coalesce(func.date(day, "+0 days"), "") == day,
        func.datetime(op).is_not(None), func.substr(op, 12, 2) < "24", day > "0001",
    )  # fmt: skip


def _only(column: Any, sign: str, length: int | None = None) -> ColumnElement[bool]:
    """Tell whether a value is text of these signs alone: the length in bytes counts what is after a zero."""
    kept = type_coerce(column, String)
    size = func.length(kept) if length is None else length
    return and_(
        func.typeof(kept) == "text",
        func.length(_bytes(kept)) == size,
        kept.op("NOT GLOB")(f"*[^{sign[1:-1]}]*"),
    )


def _bytes(kept: Any) -> Any:
    return cast(kept, LargeBinary)
