"""Seals on the log: what was committed since the last time goes, in batches, into an HMAC chain per SWV."""

import hashlib
import hmac
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from flask import current_app
from sqlalchemy import Select, String, case, cast, func, literal, or_, select
from sqlalchemy.exc import IntegrityError

from app.access import as_system, write_as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel

_WHY = "the seals are over the whole log"
# The chain of what belongs to no SWV, such as the operator's work.
NO_SWV = uuid.UUID(int=0)
# A transaction that took a number so long ago has committed it by now, or never will.
LATE = timedelta(hours=1)
BATCH = 20_000
# Between two columns, and what an empty one reads as: signs that no column holds.
_NEXT, _NOTHING = "\x1f", "\x1e"
Ranges = list[tuple[int, int]]


@dataclass(frozen=True)
class Line:
    """One event as it is sealed: its number, the key of its SWV, and all of it in one text."""

    number: int
    swv: str
    text: str


def due(moment: datetime) -> int:
    """Seal what is there; give how many events. When another worker does the same, one of them stops."""
    total = 0
    while sealed := _seal(moment):
        total += sealed
        if sealed < BATCH:
            break
    return total


def _seal(moment: datetime) -> int:
    with as_system(_WHY):
        top, holes = _open(moment)
        n = Gebeurtenis.volgnummer
        late = read(or_(*(n.between(*hole) for hole in holes)), limit=BATCH) if holes else []
        lines = late + read(n > top, limit=BATCH - len(late))
        if not lines:
            db.session.rollback()
            return 0
        nummers = written(ranges([line.number for line in lines]))
        seals = [_made(swv, own, nummers, moment) for swv, own in of_chains(lines).items()]
    try:
        write_as_system(_WHY, *seals)
        db.session.commit()
    except IntegrityError:  # another worker was first
        db.session.rollback()
        return 0
    return len(lines)


def _open(moment: datetime) -> tuple[int, Ranges]:
    """Say which numbers no seal covers: all after the first, and the holes of the last hour."""
    before = select(Zegel.tot).where(Zegel.op <= moment - LATE).order_by(Zegel.op.desc()).limit(100)
    settled = db.session.scalar(select(func.max(before.subquery().c.tot))) or 0
    recent = select(Zegel.nummers).where(Zegel.tot > settled).distinct()
    taken = merged(span for nummers in db.session.scalars(recent) for span in parsed(nummers))
    edges = [(0, settled), *(span for span in taken if span[1] > settled)]
    holes = [(left[1] + 1, right[0] - 1) for left, right in pairwise(edges) if right[0] - left[1] > 1]
    # An act that was undone leaves a hole of a number or a few; a statement takes so many.
    return edges[-1][1], holes[-400:]


def _made(swv: str, own: Sequence[Line], nummers: str, moment: datetime) -> Zegel:
    key = uuid.UUID(swv) if swv else NO_SWV
    chain = select(Zegel.nummer, Zegel.hmac).where(Zegel.swv_id == key)
    nummer, vorige = db.session.execute(chain.order_by(Zegel.nummer.desc()).limit(1)).first() or (0, "")
    spans = parsed(nummers)
    made = Zegel(
        swv_id=key, nummer=nummer + 1, op=moment, van=spans[0][0], tot=spans[-1][1], nummers=nummers,
        aantal=len(own), vorige=vorige, hmac="",
    )  # fmt: skip
    made.hmac = signed(made, [line.text for line in own])
    return made


def signed(seal: Any, texts: Sequence[str]) -> str:
    """Compute the seal on the texts of its events, in the order of their numbers; 64 hex digits."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    head = (
        str(seal.swv_id), str(seal.nummer), seal.op.isoformat(), seal.nummers, str(seal.aantal), seal.vorige,
        digest,
    )  # fmt: skip
    return hmac.new(_key(seal.swv_id), _NEXT.join(head).encode(), hashlib.sha256).hexdigest()


def _key(swv_id: uuid.UUID) -> bytes:
    """Derive the key of one chain (HKDF-Expand, RFC 5869): who has one can forge no other."""
    config = current_app.config
    # Tests and the demo have no key of their own; elsewhere the portal does not start without.
    secret = config["LOG_KEY"] or config["SECRET_KEY"]
    return hmac.new(secret.encode(), b"kindbrug log " + swv_id.bytes + b"\x01", hashlib.sha256).digest()


def read(*where: Any, limit: int | None = None) -> list[Line]:
    """Read events as they are sealed, in the order of their numbers."""
    return [Line(*row) for row in db.session.execute(lines_of(*where).limit(limit))]


def lines_of(*where: Any) -> Select[int, str, str]:
    """Write an event as one text, the same on both engines; the database does it faster than Python."""
    e = Gebeurtenis
    swv = func.coalesce(func.replace(cast(e.swv_id, String), "-", ""), "")
    plain = (e.rollen, e.toegang, e.noun, e.object_id, e.grond, e.oud, e.nieuw, e.pagina, e.adres)
    keys = (func.replace(cast(key, String), "-", "") for key in (e.organisation_id, e.hulpvraag_id))
    parts = (
        cast(e.volgnummer, String), swv, _moment(), cast(e.actie, String), case((e.gelukt, "1"), else_="0"),
        cast(e.gebruiker_id, String), *keys, *(cast(column, String) for column in plain),
    )  # fmt: skip
    first, *rest = (func.coalesce(part, literal(_NOTHING)) for part in parts)
    text: Any = first
    for part in rest:
        text = text.concat(literal(_NEXT)).concat(part)
    return select(e.volgnummer, swv, text).where(*where).order_by(e.volgnummer)


def _moment() -> Any:
    """Write a moment in UTC as SQLite keeps it: 2026-11-26 09:00:00.000000."""
    op = Gebeurtenis.op
    if db.session.get_bind().dialect.name == "sqlite":
        return cast(op, String)
    return func.to_char(func.timezone("UTC", op), "YYYY-MM-DD HH24:MI:SS.US")


def of_chains(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Sort lines by the chain that they belong to."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.swv].append(line)
    return found


def ranges(numbers: Sequence[int]) -> Ranges:
    """Give growing numbers as spans of their first and last."""
    found: Ranges = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def merged(spans: Iterable[tuple[int, int]]) -> Ranges:
    """Join spans that touch or overlap, in order."""
    found: Ranges = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def written(spans: Ranges) -> str:
    """Write spans as text: `17,20-31`."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def parsed(text: str) -> Ranges:
    """Read spans from text."""
    ends = (part.partition("-") for part in text.split(","))
    return [(int(first), int(last or first)) for first, _dash, last in ends]
