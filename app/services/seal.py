"""Seals on the log: what was committed since the last time goes, in batches, into an HMAC chain per SWV."""

import hashlib
import hmac
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, Integer, String, func, literal_column, or_, select
from sqlalchemy import cast as as_type
from sqlalchemy.exc import IntegrityError

from app.access import as_system, write_as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.models.base import Id

_WHY = "the seals are over the whole log"
# The chain of what belongs to no SWV, such as the operator's work.
NO_SWV = uuid.UUID(int=0)
# A transaction that took a number so long ago has committed it by now, or never will.
LATE = timedelta(hours=1)
BATCH = 20_000
# Between two columns, and what an empty one reads as: signs that no column holds.
_NEXT = "\x1f"
_NOTHING: ColumnElement[str] = literal_column("'\x1e'")
Ranges = list[tuple[int, int]]
# One event as it is sealed: its number, the key of its SWV, and all of it in one text.
Line = tuple[int, str, str]
NUMBER = Gebeurtenis.__table__.c.volgnummer
# All of an event but its SWV, which its chain says.
_SEALED = (
    "volgnummer", "op", "actie", "gelukt", "gebruiker_id", "organisation_id", "hulpvraag_id",
    "rollen", "toegang", "noun", "object_id", "grond", "oud", "nieuw", "pagina", "adres",
)  # fmt: skip


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
        n = NUMBER
        late = read(or_(*(n.between(*hole) for hole in holes)), limit=BATCH) if holes else []
        lines = late + read(n > top, limit=BATCH - len(late))
        if not lines:
            db.session.rollback()
            return 0
        nummers = written(ranges([number for number, _swv, _text in lines]))
        seals = [_made(swv, texts, nummers, moment) for swv, texts in of_chains(lines).items()]
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


def _made(swv: str, texts: Sequence[str], nummers: str, moment: datetime) -> Zegel:
    key = uuid.UUID(swv) if swv else NO_SWV
    chain = select(Zegel.nummer, Zegel.hmac).where(Zegel.swv_id == key)
    nummer, vorige = db.session.execute(chain.order_by(Zegel.nummer.desc()).limit(1)).first() or (0, "")
    spans = parsed(nummers)
    made = Zegel(
        swv_id=key, nummer=nummer + 1, op=moment, van=spans[0][0], tot=spans[-1][1], nummers=nummers,
        aantal=len(texts), vorige=vorige, hmac="",
    )  # fmt: skip
    made.hmac = signed(made, texts)
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
    c = Gebeurtenis.__table__.c
    whole = func.printf if _on_sqlite() else func.format
    parts = (func.coalesce(_text(c[name]), _NOTHING) for name in _SEALED)
    line = whole(_NEXT.join(["%s"] * len(_SEALED)), *parts)
    query = select(NUMBER, func.coalesce(_text(c.swv_id), literal_column("''")), line)
    result = db.session.execute(query.where(*where).order_by(NUMBER).limit(limit))
    # Straight from the driver: a Row of SQLAlchemy for each would cost as much as all the rest.
    return cast("Any", result).cursor.fetchall()


def _text(column: Any) -> Any:
    """Write a value the same on both engines: keys without dashes, moments in UTC, 0 or 1.

    SQLite keeps them so. The database puts the text together: it is faster than Python.
    """
    if _on_sqlite():
        return column
    if column.name == "op":
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    if isinstance(column.type, Id):
        return func.replace(as_type(column, String), "-", "")
    return as_type(as_type(column, Integer) if column.name == "gelukt" else column, String)


def _on_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def of_chains(lines: Iterable[Line]) -> dict[str, list[str]]:
    """Sort the texts of events by the chain that they belong to."""
    found: dict[str, list[str]] = defaultdict(list)
    for _number, swv, text in lines:
        found[swv].append(text)
    return found


def ranges(numbers: Sequence[int]) -> Ranges:
    """Give growing numbers as spans of their first and last."""
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
        return [(numbers[0], numbers[-1])]
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
