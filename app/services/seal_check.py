"""Whether the log is as it was sealed: every event, every seal, and the anchors that were put elsewhere."""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.services.seal import LATE, NO_SWV, lines_of, parsed, ranges, signed, written

_WHY = "every event and every seal is checked"
_AT_ONCE = 50_000  # events in memory
_ANCHOR = re.compile(r"([0-9a-f-]{36}) (\d+) ([0-9a-f]{64})\s*$", re.MULTILINE)


@dataclass
class Check:
    """One check of the whole log; `findings` gives a sentence for whatever is not as it was sealed."""

    anchors: str = ""
    events: int = 0
    seals: int = 0
    waiting: int = 0
    _rows: dict[int, tuple[str, str]] = field(default_factory=dict)
    _top: int = 0
    _last: dict[uuid.UUID, tuple[int, str]] = field(default_factory=dict)

    def findings(self) -> Iterator[str]:
        """Check, from the first event to the last."""
        wanted = {
            (uuid.UUID(swv), int(nummer)): known for swv, nummer, known in _ANCHOR.findall(self.anchors)
        }
        settled, newest = 0, None
        tops: list[tuple[Any, int]] = []
        with as_system(_WHY):
            for window in _windows():
                self._fetch(max(seal.tot for run in window for seal in run))
                for run in window:
                    yield from self._run(run, wanted)
                    newest = run[0].op
                    tops.append((newest, run[0].tot))
            for op, tot in tops:
                if newest is not None and op <= newest - LATE:
                    settled = max(settled, tot)
            yield from self._unsealed(settled)
        for (swv_id, nummer), _known in wanted.items():
            yield _("%(chain)s: seal %(number)s of the anchor is not there: the log was cut or made anew.",
                    chain=_named(swv_id), number=nummer)  # fmt: skip

    def _fetch(self, top: int) -> None:
        if top <= self._top:
            return
        n = Gebeurtenis.volgnummer
        for number, swv, text in db.session.execute(lines_of(n > self._top, n <= top)):
            self._rows[number] = (swv, text)
        self._top = top

    def _run(self, run: Sequence[Any], wanted: dict[tuple[uuid.UUID, int], str]) -> Iterator[str]:
        """Check the seals that were made at once: they cover the same numbers, each of its own chain."""
        texts, gone = self._covered(run[0].nummers)
        if gone:
            yield _("These events were removed: %(numbers)s.", numbers=written(ranges(gone)))
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

    def _covered(self, nummers: str) -> tuple[dict[str, list[str]], list[int]]:
        """Take the events with these numbers, by chain; and say which numbers are gone."""
        texts: dict[str, list[str]] = defaultdict(list)
        gone: list[int] = []
        for first, last in _spans(nummers):
            for number in range(first, last + 1):
                row = self._rows.pop(number, None)
                if row is None:
                    gone.append(number)
                else:
                    texts[row[0]].append(row[1])
        return texts, gone

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
        added = [number for number in sorted(self._rows) if number <= settled]
        more = select(Gebeurtenis.volgnummer).where(Gebeurtenis.volgnummer > self._top)
        self.waiting = len(self._rows) - len(added) + len(db.session.scalars(more).all())
        if added:
            numbers = written(ranges(added))
            yield _("These events have no seal, they were added later: %(numbers)s.", numbers=numbers)


def _windows() -> Iterator[list[list[Any]]]:
    """Give the seals in the order in which they were made, by run, as many at a time as memory takes."""
    z = Zegel
    columns = (z.swv_id, z.nummer, z.op, z.van, z.tot, z.nummers, z.aantal, z.vorige, z.hmac)
    order = select(*columns).order_by(z.op, z.tot, z.nummers, z.swv_id)
    # All at once: another cursor would not survive the questions about the events.
    seals = db.session.execute(order).all()
    window: list[list[Any]] = []
    size = 0
    for _key, run in groupby(seals, key=lambda seal: (seal.op, seal.nummers)):
        window.append(list(run))
        size += sum(seal.aantal for seal in window[-1])
        if size >= _AT_ONCE:
            yield window
            window, size = [], 0
    if window:
        yield window


def _spans(nummers: str) -> Iterable[tuple[int, int]]:
    """Read the numbers of a seal; of one that was spoiled, none."""
    try:
        return parsed(nummers)
    except ValueError:
        return ()


def _named(swv_id: uuid.UUID) -> str:
    return _("Log of no SWV") if swv_id == NO_SWV else _("Log of SWV %(id)s", id=swv_id)
