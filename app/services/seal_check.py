"""Whether the log is as it was sealed: every event, every seal, and the anchors that were put elsewhere."""

import re
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, groupby, pairwise
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, tuple_

from app.access import as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.services.seal import (
    LATE,
    NO_SWV,
    NUMBER,
    Line,
    Ranges,
    of_chains,
    parsed,
    ranges,
    read,
    signed,
    written,
)

_WHY = "every event and every seal is checked"
_AT_ONCE = 50_000  # events in memory
_ANCHOR = re.compile(r"([0-9a-f-]{36}) (\d+) ([0-9a-f]{64})\s*$", re.MULTILINE)


class _Events:
    """The events by their numbers: read in order, given out by span, and what nobody took."""

    def __init__(self) -> None:
        self.left: dict[int, Line] = {}
        self.top = 0
        self._rows: Sequence[Line] = ()
        self._at = 0

    def read(self, top: int) -> None:
        """Read on, up to this number."""
        self._pass_by(top)
        if top > self.top:
            self._rows, self._at = read(self.top < NUMBER, top >= NUMBER), 0
            self.top = top

    def take(self, first: int, last: int) -> tuple[Sequence[Line], Ranges]:
        """Take the events of one span, and say which of its numbers are gone."""
        rows, at = self._rows, self._at
        end = at + last - first + 1
        if at < end <= len(rows) and (rows[at][0], rows[end - 1][0]) == (first, last):
            self._at = end
            return rows[at:end], []
        self._pass_by(last)
        found = sorted(number for number in self.left if first <= number <= last)
        edges = [first - 1, *found, last + 1]
        gone = [(one + 1, other - 1) for one, other in pairwise(edges) if other - one > 1]
        return [self.left.pop(number) for number in found], gone

    def _pass_by(self, last: int) -> None:
        """Leave aside what comes before the end of a span: another seal may take it yet."""
        while self._at < len(self._rows) and self._rows[self._at][0] <= last:
            self.left[self._rows[self._at][0]] = self._rows[self._at]
            self._at += 1


@dataclass
class Check:
    """One check of the whole log; `findings` gives a sentence for whatever is not as it was sealed."""

    anchors: str = ""
    events: int = 0
    seals: int = 0
    waiting: int = 0
    _kept: _Events = field(default_factory=_Events)
    _last: dict[uuid.UUID, tuple[int, str]] = field(default_factory=dict)

    def findings(self) -> Iterator[str]:
        """Check, from the first event to the last."""
        wanted = {
            (uuid.UUID(swv), int(nummer)): known for swv, nummer, known in _ANCHOR.findall(self.anchors)
        }
        settled = 0
        recent: deque[tuple[datetime, int]] = deque()
        with as_system(_WHY):
            for window in _windows():
                self._kept.read(max(seal.tot for run in window for seal in run))
                for run in window:
                    yield from self._run(run, wanted)
                    recent.append((run[0].op, run[0].tot))
                    while recent[0][0] <= run[0].op - LATE:
                        settled = max(settled, recent.popleft()[1])
            yield from self._unsealed(settled)
        for (swv_id, nummer), _known in wanted.items():
            yield _("%(chain)s: seal %(number)s of the anchor is not there: the log was cut or made anew.",
                    chain=_named(swv_id), number=nummer)  # fmt: skip

    def _run(self, run: Sequence[Any], wanted: dict[tuple[uuid.UUID, int], str]) -> Iterator[str]:
        """Check the seals that were made at once: they cover the same numbers, each of its own chain."""
        texts, gone = self._covered(run[0].nummers)
        if gone:
            yield _("These events were removed: %(numbers)s.", numbers=written(gone))
        for seal in run:
            own = texts.pop("" if seal.swv_id == NO_SWV else seal.swv_id.hex, [])
            self.seals += 1
            self.events += len(own)
            yield from self._seal(seal, own)
            if wanted.get((seal.swv_id, seal.nummer)) == seal.hmac:
                del wanted[seal.swv_id, seal.nummer]
        for swv, own in texts.items():
            self.events += len(own)
            yield _("%(chain)s: %(count)s events of %(numbers)s have no seal: added, or a seal was removed.",
                    chain=_named(uuid.UUID(swv) if swv else NO_SWV), count=len(own),
                    numbers=run[0].nummers)  # fmt: skip

    def _covered(self, nummers: str) -> tuple[dict[str, list[str]], Ranges]:
        """Take the events with these numbers, by chain; and say which numbers are gone."""
        taken = [self._kept.take(*span) for span in _spans(nummers)]
        return of_chains(chain.from_iterable(lines for lines, _gone in taken)), [
            span for _lines, gone in taken for span in gone
        ]

    def _seal(self, seal: Any, own: list[str]) -> Iterator[str]:
        nummer, vorige = self._last.get(seal.swv_id, (0, ""))
        self._last[seal.swv_id] = (seal.nummer, seal.hmac)
        said = {"chain": _named(seal.swv_id), "number": seal.nummer, "numbers": seal.nummers}
        if seal.nummer != nummer + 1:
            yield _("%(chain)s: before seal %(number)s one is missing.", **said)
        elif seal.vorige != vorige:
            yield _("%(chain)s: seal %(number)s does not follow the one before it.", **said)
        if signed(seal, own) == seal.hmac:
            return
        if len(own) < seal.aantal:
            yield _("%(chain)s: of the events of seal %(number)s (%(numbers)s) some were removed.", **said)
        elif len(own) > seal.aantal:
            yield _("%(chain)s: to the events of seal %(number)s (%(numbers)s) some were added.", **said)
        else:
            yield _("%(chain)s: seal %(number)s, or an event of %(numbers)s, was changed or swapped.", **said)

    def _unsealed(self, settled: int) -> Iterator[str]:
        """Count what waits for its seal, and name what should have had one."""
        kept = self._kept
        added = [number for number in sorted(kept.left) if number <= settled]
        more = select(func.count()).select_from(Gebeurtenis).where(kept.top < NUMBER)
        self.waiting = len(kept.left) - len(added) + (db.session.scalar(more) or 0)
        if added:
            numbers = written(ranges(added))
            yield _("These events have no seal, they were added later: %(numbers)s.", numbers=numbers)


def _windows() -> Iterator[list[list[Any]]]:
    """Give the seals in the order in which they were made, by run, as many at a time as memory takes."""
    window: list[list[Any]] = []
    size = 0
    for _key, run in groupby(_seals(), key=lambda seal: (seal.op, seal.nummers)):
        window.append(list(run))
        size += sum(seal.aantal for seal in window[-1])
        if size >= _AT_ONCE:
            yield window
            window, size = [], 0
    if window:
        yield window


def _seals() -> Iterator[Any]:
    z = Zegel.__table__.c
    columns = (z.swv_id, z.nummer, z.op, z.van, z.tot, z.nummers, z.aantal, z.vorige, z.hmac)
    order = tuple_(z.op, z.tot, z.nummers, z.swv_id)
    page = select(*columns).order_by(*order.clauses).limit(_AT_ONCE)
    found: Sequence[Any] = db.session.execute(page).all()
    while found:
        yield from found
        last = found[-1]
        onward = page.where(order > (last.op, last.tot, last.nummers, last.swv_id))
        found = db.session.execute(onward).all()


def _spans(nummers: str) -> Iterable[tuple[int, int]]:
    """Read the numbers of a seal; of one that was spoiled, none."""
    try:
        return parsed(nummers)
    except ValueError:
        return ()


def _named(swv_id: uuid.UUID) -> str:
    return _("Log of no SWV") if swv_id == NO_SWV else _("Log of SWV %(id)s", id=swv_id)
