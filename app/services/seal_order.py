"""Whether events are of when they were written: their moments grow as their numbers do."""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.services.seal import LATE, Line, moment_of

# The clocks of the machines differ, and an act takes a while. A number that is committed late is as old as
# its hour, and so may be what was sealed before it.
_SLACK = 2 * LATE


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
