"""Whether the log is as it was sealed: every event, every seal, and the anchors that were put elsewhere."""

import uuid
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, groupby, pairwise
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, true, tuple_

from app.access import as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.models.base import now
from app.services import anchor
from app.services.seal import (
    LATE,
    NO_SWV,
    NUMBER,
    Line,
    Ranges,
    moment_of,
    of_chains,
    ranges,
    read,
    signed,
    spans_of,
    written,
)
from app.services.seal_order import Order
from app.services.seal_values import sound

_WHY = "every event and every seal is checked"
_AT_ONCE = 50_000  # events in memory
# What the anchors say of one seal: of each hash, there should be one.
_Wanted = dict[tuple[uuid.UUID, int], set[str]]


class _Events:
    """The events by their numbers: read in order, given out by span, and what nobody took."""

    def __init__(self) -> None:
        self.left: dict[int, Line] = {}
        self.twice: set[int] = set()
        self._top: int | None = None
        self._rows: Sequence[Line] = ()
        self._at = 0

    def read(self, top: int) -> None:
        """Read on, up to this number."""
        self.pass_by(top)
        if self._top is None or top > self._top:
            self._rows, self._at = read(self.above(), top >= NUMBER), 0
            self._top = top

    def above(self) -> ColumnElement[bool]:
        """Say which events were not read: at first all, also with a number that none can have."""
        return true() if self._top is None else self._top < NUMBER

    def take(self, first: int, last: int) -> tuple[Sequence[Line], Ranges]:
        """Take the events of one span, and say which of its numbers are gone."""
        rows, at = self._rows, self._at
        end = at + last - first + 1
        if at < end <= len(rows) and (rows[at][0], rows[end - 1][0]) == (first, last):
            self._at = end
            return rows[at:end], []
        self.pass_by(last)
        found = [number for number in range(first, last + 1) if number in self.left]
        edges = [first - 1, *found, last + 1]
        gone = [(one + 1, other - 1) for one, other in pairwise(edges) if other - one > 1]
        return [self.left.pop(number) for number in found], gone

    def pass_by(self, last: int) -> None:
        """Leave aside what comes before the end of a span: another seal may take it yet."""
        while self._at < len(self._rows) and self._rows[self._at][0] <= last:
            self._leave(self._rows[self._at])
            self._at += 1

    def pass_all(self) -> None:
        """Leave aside what was read and not taken."""
        for row in self._rows[self._at :]:
            self._leave(row)
        self._rows, self._at = (), 0

    def _leave(self, row: Line) -> None:
        if row[0] in self.left:
            self.twice.add(row[0])
        self.left[row[0]] = row


@dataclass
class _Run:
    """The seals that were made at once, and the numbers that they cover: none when these can't be right."""

    seals: list[Any]
    spans: Ranges


@dataclass
class Check:
    """One check of the whole log; `findings` gives a sentence for whatever is not as it was sealed."""

    anchors: str = ""
    moment: datetime = field(default_factory=now)
    events: int = 0
    seals: int = 0
    waiting: int = 0
    _false: int = 0
    _kept: _Events = field(default_factory=_Events)
    _order: Order = field(default_factory=Order)
    _last: dict[uuid.UUID, tuple[int, str]] = field(default_factory=dict)

    def findings(self) -> Iterator[str]:
        """Check, from the first event to the last."""
        wanted: _Wanted = defaultdict(set)
        for line in anchor.lines_of(self.anchors):
            if line.op <= self.moment:
                wanted[line.swv_id, line.nummer].add(line.hmac)
        settled = 0
        recent: deque[tuple[datetime, int]] = deque()
        with as_system(_WHY):
            yield from _spoilt()
            yield from _before_christ()
            for window in _windows():
                self._kept.read(max((last for run in window for _first, last in run.spans), default=0))
                for run in window:
                    yield from self._run(run, wanted)
                    op = run.seals[0].op
                    recent.append((op, run.spans[-1][1] if run.spans else 0))
                    while recent[0][0] <= op - LATE:
                        settled = max(settled, recent.popleft()[1])
            yield from self._unsealed(settled)
        for swv_id, nummer in wanted:
            yield _("%(chain)s: seal %(number)s of the anchor is not there: the log was cut or made anew.",
                    chain=_named(swv_id), number=nummer)  # fmt: skip
        if self.seals and self._false == self.seals:
            yield _("Not one seal is right: perhaps LOG_KEY is not the key that the log was sealed with.")

    def _run(self, run: _Run, wanted: _Wanted) -> Iterator[str]:
        """Check the seals that were made at once: they cover the same numbers, each of its own chain."""
        taken = [self._kept.take(*span) for span in run.spans]
        lines = list(chain.from_iterable(found for found, _gone in taken))
        if gone := [span for _found, missing in taken for span in missing]:
            yield _("These events were removed: %(numbers)s.", numbers=written(gone))
        if odd := self._order.against(lines, run.seals[0].op):
            yield _("The moments of these events are not of when they were written: %(numbers)s.",
                    numbers=written(ranges(odd)))  # fmt: skip
        texts = of_chains(lines)
        for seal in run.seals:
            own = texts.pop(seal.swv_id, [])
            self.seals += 1
            self.events += len(own)
            yield from self._seal(seal, own)
            yield from _anchored(seal, wanted)
        for swv_id, own in texts.items():
            self.events += len(own)
            yield _("%(chain)s: %(count)s events of %(numbers)s have no seal: added, or a seal was removed.",
                    chain=_named(swv_id), count=len(own), numbers=written(run.spans))  # fmt: skip

    def _seal(self, seal: Any, own: list[str]) -> Iterator[str]:
        nummer, vorige = self._last.get(seal.swv_id, (0, ""))
        self._last[seal.swv_id] = (seal.nummer, seal.hmac)
        said = {"chain": _named(seal.swv_id), "number": seal.nummer, "numbers": seal.nummers}
        if seal.nummer != nummer + 1:
            yield _("%(chain)s: before seal %(number)s one is missing.", **said)
        elif seal.vorige != vorige:
            yield _("%(chain)s: seal %(number)s does not follow the one before it.", **said)
        spans = spans_of(seal.van, seal.tot, seal.nummers)
        if spans and signed(seal, own) == seal.hmac:
            return
        self._false += 1
        if not spans:
            yield _("%(chain)s: seal %(number)s claims events that it can't have.", **said)
        elif len(own) < seal.aantal:
            yield _("%(chain)s: of the events of seal %(number)s (%(numbers)s) some were removed.", **said)
        elif len(own) > seal.aantal:
            yield _("%(chain)s: to the events of seal %(number)s (%(numbers)s) some were added.", **said)
        else:
            yield _("%(chain)s: seal %(number)s, or an event of %(numbers)s, was changed or swapped.", **said)

    def _unsealed(self, settled: int) -> Iterator[str]:
        """Count what waits for its seal, and name what should have had one."""
        kept, op = self._kept, Gebeurtenis.op
        kept.pass_all()
        added = [number for number in sorted(kept.left) if number <= settled]
        waiting = [line for number, line in kept.left.items() if number > settled]
        between = self.moment - LATE, self.moment + LATE
        more = select(func.count(), func.count().filter(~op.between(*between))).where(kept.above())
        rest, late = db.session.execute(more).one()
        self.waiting = len(waiting) + rest
        first, last = (end.strftime("%Y-%m-%d %H:%M:%S.%f") for end in between)
        late += sum(not first <= moment_of(line[2]) <= last for line in waiting)
        if added:
            numbers = written(ranges(added))
            yield _("These events have no seal, they were added later: %(numbers)s.", numbers=numbers)
        if kept.twice:
            numbers = written(ranges(sorted(kept.twice)))
            yield _("These numbers of events occur twice: %(numbers)s.", numbers=numbers)
        if late:
            yield _("%(count)s events have no seal and are not of the last hour: the worker seals nothing, "
                    "or they are false.", count=late)  # fmt: skip


def _anchored(seal: Any, wanted: _Wanted) -> Iterator[str]:
    """Compare a seal with what the anchors say of it: all of them."""
    known = wanted.pop((seal.swv_id, seal.nummer), {seal.hmac})
    if known != {seal.hmac}:
        said = {"chain": _named(seal.swv_id), "number": seal.nummer}
        yield _("%(chain)s: seal %(number)s is not what the anchor says: the log was made anew.", **said)


def _before_christ() -> Iterator[str]:
    """Count moments that PostgreSQL writes, without their era, as those of an ordinary year."""
    first = datetime(1, 1, 1, tzinfo=UTC)
    count = db.session.scalar(select(func.count()).where(Gebeurtenis.op < first))
    if count:
        yield _("%(count)s events have a moment that no event can have.", count=count)


def _spoilt() -> Iterator[str]:
    count = db.session.scalar(select(func.count()).select_from(Zegel).where(~sound()))
    if count:
        yield _("%(count)s seals hold what no seal can hold, and were passed over.", count=count)


def _windows() -> Iterator[list[_Run]]:
    """Give the seals in the order in which they were made, by run, as many at a time as memory takes."""
    window: list[_Run] = []
    size = 0
    for _key, run in groupby(_seals(), key=lambda seal: (seal.op, seal.nummers)):
        seals = list(run)
        sure = (spans for seal in seals if (spans := spans_of(seal.van, seal.tot, seal.nummers)))
        window.append(_Run(seals, next(sure, [])))
        size += sum(last - first + 1 for first, last in window[-1].spans)
        if size >= _AT_ONCE:
            yield window
            window, size = [], 0
    if window:
        yield window


def _seals() -> Iterator[Any]:
    z = Zegel.__table__.c
    columns = (z.swv_id, z.nummer, z.op, z.van, z.tot, z.nummers, z.aantal, z.vorige, z.hmac)
    order = tuple_(z.op, z.tot, z.nummers, z.swv_id)
    page = select(*columns).where(sound()).order_by(*order.clauses).limit(_AT_ONCE)
    found: Sequence[Any] = db.session.execute(page).all()
    while found:
        yield from found
        last = found[-1]
        onward = page.where(order > (last.op, last.tot, last.nummers, last.swv_id))
        found = db.session.execute(onward).all()


def _named(swv_id: uuid.UUID) -> str:
    return _("Log of no SWV") if swv_id == NO_SWV else _("Log of SWV %(id)s", id=swv_id)
