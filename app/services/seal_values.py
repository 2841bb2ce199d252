"""What no event or seal of ours can hold: a moment against the order of numbers, a value of another kind."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, String, and_, cast, func, type_coerce

from app.extensions import db
from app.models import Zegel
from app.services.seal import LATE, Line, moment_of

# The clocks of the machines differ, and an act takes a while. A number that is committed late is as old as
# its hour, and so may be what was sealed before it.
_SLACK = 2 * LATE
_DAY, _CLOCK, _HEX = "[0-9]", "[0-9][0-9]", "[0-9a-f]"
_MOMENT = f"{_DAY * 4}-{_CLOCK}-{_CLOCK} {_CLOCK}:{_CLOCK}:{_CLOCK}.{_DAY * 6}"


class Order:
    """Events get their number and their moment at once, so that both grow together."""

    def __init__(self) -> None:
        self._latest = datetime.min.replace(tzinfo=UTC)

    def against(self, lines: Sequence[Line], sealed: datetime) -> list[int]:
        """Give the numbers of the events that were put long before, or later than, when they were written."""
        until = sealed + LATE
        texts = [line[2] for line in lines]
        first, last = (_read(moment_of(end)) for end in (min(texts, default=""), max(texts, default="")))
        if first and last and last <= until and max(last, self._latest) - first <= _SLACK:
            self._latest = max(last, self._latest)
            return []
        return [line[0] for line in lines if not self._fits(moment_of(line[2]), until)]

    def _fits(self, kept: str, until: datetime) -> bool:
        moment = _read(kept)
        if moment is None or moment > until or self._latest - moment > _SLACK:
            return False
        self._latest = max(moment, self._latest)
        return True


def _read(kept: str) -> datetime | None:
    try:
        return datetime.fromisoformat(kept).replace(tzinfo=UTC)
    except ValueError:
        return None


def sound() -> ColumnElement[bool]:
    """Tell whether the values of a seal are of the kind that belongs there.

    SQLite takes anything in any column, bytes and broken text as well, which can't even be read.
    """
    z = Zegel
    if db.session.get_bind().dialect.name != "sqlite":
        return func.isfinite(z.op) & (func.extract("year", z.op) < 9999)
    numbers = (z.nummer, z.van, z.tot, z.aantal)
    op = type_coerce(z.op, String)
    return and_(
        *(func.typeof(column) == "integer" for column in numbers),
        _only(z.swv_id, _HEX, 32), _only(z.hmac, _HEX, 64), _only(z.nummers, "[0-9,-]"),
        _only(z.vorige, _HEX),
        func.typeof(op) == "text", func.length(_bytes(op)) == 26, op.op("GLOB")(_MOMENT),
        func.datetime(op) == func.substr(op, 1, 19),
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
