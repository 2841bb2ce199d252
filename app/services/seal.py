"""Seals on the log: what was committed since the last time goes, in batches, into an HMAC chain per SWV."""

import hashlib
import hmac
import json
import sqlite3
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from flask import current_app
from sqlalchemy import String, column, func, literal_column, or_, select, table
from sqlalchemy import cast as as_type
from sqlalchemy.exc import IntegrityError, OperationalError

from app.access import as_system, write_as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.models.base import parse_id
from app.services.seal_values import sound

_WHY = "the seals are over the whole log"
# The chain of what belongs to no SWV, such as the operator's work.
NO_SWV = uuid.UUID(int=0)
# A transaction that took a number so long ago has committed it by now, or never will.
LATE = timedelta(hours=1)
# A seal from so far ahead is no guide to the time of the next one.
_NO_CLOCK_IS_AHEAD = timedelta(days=1)
BATCH = 20_000  # events that are sealed at once: a seal that claims more numbers is no seal of ours
_HOLES_AT_ONCE = 400
Ranges = list[tuple[int, int]]
# One event as it is sealed: its number, the key of its SWV, and all of it in one text.
Line = tuple[int, str | None, str]
NUMBER = Gebeurtenis.__table__.c.volgnummer
# The moment comes first: `moment_of` finds it at its place in the text.
_SEALED = (
    "op", "volgnummer", "swv_id", "actie", "gelukt", "gebruiker_id", "organisation_id", "hulpvraag_id",
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
        top, holes, false = unsealed = _open(moment)
        if false:
            current_app.logger.error("%s seals claim events that they can't have: run verify-log", false)
        lines = _in(holes)
        lines += read(top < NUMBER, _given() >= NUMBER, limit=BATCH - len(lines))
        if not lines:
            db.session.rollback()
            return 0
        nummers = written(ranges([number for number, _swv, _text in lines]))
        op = max(moment, _newest(moment) + timedelta(microseconds=1))  # also after the clock was set back
        seals = [_made(swv_id, texts, nummers, op) for swv_id, texts in of_chains(lines).items()]
        # A worker that was first has either sealed by now, or will meet our seals at the same number.
        if _open(moment) != unsealed:
            db.session.rollback()
            return 0
    try:
        write_as_system(_WHY, *seals)
        db.session.commit()
    except IntegrityError:  # another worker was first
        db.session.rollback()
        return 0
    return len(lines)


def _open(moment: datetime) -> tuple[int, Ranges, int]:
    """Say which numbers no seal covers: all after the first, and the holes of the last hour.

    A seal that says what can't be stops no other: it counts for nothing, and how many do is said too.
    """
    given = _given()
    seals = select(Zegel.van, Zegel.tot, Zegel.nummers).where(sound())
    before = seals.where(Zegel.op <= moment - LATE).order_by(Zegel.op.desc()).limit(100)
    earlier = [_covered(*seal, given) for seal in db.session.execute(before)]
    settled = max((spans[-1][1] for spans in earlier if spans), default=0)
    recent = seals.where(Zegel.tot > settled).distinct()
    later = [_covered(*seal, given) for seal in db.session.execute(recent)]
    taken = merged(span for spans in later for span in spans)
    edges = [(0, settled), *(span for span in taken if span[1] > settled)]
    holes = [(left[1] + 1, right[0] - 1) for left, right in pairwise(edges) if right[0] - left[1] > 1]
    return edges[-1][1], holes, earlier.count([]) + later.count([])


def _covered(van: int, tot: int, nummers: str, given: int) -> Ranges:
    spans = spans_of(van, tot, nummers)
    return spans if spans and spans[-1][1] <= given else []


def _given() -> int:
    """Give the highest number that the database has given out: whatever is above it came in another way."""
    if _on_sqlite():
        counted = table("sqlite_sequence", column("name"), column("seq"))
        query = select(counted.c.seq).where(counted.c.name == Gebeurtenis.__tablename__)
    else:
        query = select(table("gebeurtenis_volgnummer_seq", column("last_value")).c.last_value)
    return int(db.session.scalar(query) or 0)


def _in(holes: Ranges) -> list[Line]:
    """Read what was committed late. An act that was undone leaves a hole of a number or a few."""
    found: list[Line] = []
    for at in range(0, len(holes), _HOLES_AT_ONCE):  # a statement takes so many
        spans = (NUMBER.between(*hole) for hole in holes[at : at + _HOLES_AT_ONCE])
        found += read(or_(*spans), limit=BATCH - len(found))
        if len(found) == BATCH:
            break
    return found


def _newest(moment: datetime) -> datetime:
    op = Zegel.op
    query = select(op).where(op < moment + _NO_CLOCK_IS_AHEAD, sound()).order_by(op.desc()).limit(1)
    return db.session.scalar(query) or moment - LATE


def _made(swv_id: uuid.UUID, texts: Sequence[str], nummers: str, op: datetime) -> Zegel:
    nummer = db.session.scalar(select(func.max(Zegel.nummer)).where(Zegel.swv_id == swv_id)) or 0
    last = select(Zegel.hmac).where(Zegel.swv_id == swv_id, sound()).order_by(Zegel.nummer.desc()).limit(1)
    vorige = db.session.scalar(last) or ""
    spans = parsed(nummers)
    made = Zegel(
        swv_id=swv_id, nummer=nummer + 1, op=op, van=spans[0][0], tot=spans[-1][1], nummers=nummers,
        aantal=len(texts), vorige=vorige, hmac="",
    )  # fmt: skip
    made.hmac = signed(made, texts)
    return made


def signed(seal: Any, texts: Sequence[str]) -> str:
    """Compute the seal on the texts of its events, in the order of their numbers; 64 hex digits."""
    digest = hashlib.sha256("\n".join(texts).encode("utf-8", "surrogateescape")).hexdigest()
    head = (
        seal.swv_id.hex, seal.nummer, seal.op.isoformat(), seal.van, seal.tot, seal.nummers, seal.aantal,
        seal.vorige, digest,
    )  # fmt: skip
    return hmac.new(_key(seal.swv_id), json.dumps(head).encode(), hashlib.sha256).hexdigest()


def _key(swv_id: uuid.UUID) -> bytes:
    """Derive the key of one chain (HKDF-Expand, RFC 5869): who has one can forge no other."""
    config = current_app.config
    # Tests and the demo have no key of their own; elsewhere the portal does not start without.
    secret = config["LOG_KEY"] or config["SECRET_KEY"]
    return hmac.new(secret.encode(), b"kindbrug log " + swv_id.bytes + b"\x01", hashlib.sha256).digest()


def read(*where: Any, limit: int | None = None) -> list[Line]:
    """Read events as they are sealed, in the order of their numbers.

    The database puts the text together, faster than Python. No two events have the same text: nothing is
    not an empty text, a text is not a number, and a value can't pass for two.
    """
    c = Gebeurtenis.__table__.c
    values = [_text(c[name]) for name in _SEALED]
    rest = select(NUMBER).where(*where).order_by(NUMBER).limit(limit)
    if not _on_sqlite():
        whole = as_type(func.row(*values), String)
        return _straight(rest.add_columns(as_type(c.swv_id, String), whole))
    try:
        return _straight(rest.add_columns(_raw(c.swv_id), func.json_array(*values)))
    except (OperationalError, sqlite3.OperationalError):  # it keeps what is no text where text belongs
        return _spoilt(rest.add_columns(*map(_raw, values)))


def _straight(query: Any) -> list[Any]:
    """Fetch from the driver: a Row of SQLAlchemy for each would cost as much as all the rest."""
    return cast("Any", db.session.execute(query)).cursor.fetchall()


def _spoilt(query: Any) -> list[Line]:
    """Read the same lines of SQLite, value by value: one with bytes or with broken text among them."""
    connection: Any = db.session.connection().connection.driver_connection
    connection.text_factory = lambda kept: kept.decode("utf-8", "surrogateescape")
    try:
        rows = _straight(query)
    finally:
        connection.text_factory = str
    return [(row[0], str(row[1 + _SEALED.index("swv_id")] or ""), _as_json(row[1:])) for row in rows]


def _as_json(values: Sequence[Any]) -> str:
    """Write values as SQLite does, and bytes as a list, which no event holds."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=lambda kept: [kept.hex()])


def _raw(kept: Any) -> Any:
    return literal_column(kept.name)


def _text(column: Any) -> Any:
    """Write a value as the engine keeps it, and moments in UTC whatever zone the server has."""
    if column.name == "op" and not _on_sqlite():
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    return column


def moment_of(text: str) -> str:
    """Give the moment of an event: both engines begin its text with that, between quotes."""
    return text[2:28]


def _on_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def of_chains(lines: Iterable[Line]) -> dict[uuid.UUID, list[str]]:
    """Sort the texts of events by the chain that they belong to."""
    apart: dict[str | None, list[str]] = defaultdict(list)
    for _number, swv, text in lines:
        apart[swv].append(text)
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for swv, texts in apart.items():
        found[_chain(swv)] += texts
    return found


@lru_cache(maxsize=1024)
def _chain(swv: str | None) -> uuid.UUID:
    """Give the key of a chain; what is no key of an SWV goes with what is of none."""
    return parse_id(swv) or NO_SWV


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


def spans_of(van: int, tot: int, nummers: str) -> Ranges:
    """Read the numbers of a seal; none when they can't be what was sealed at once."""
    try:
        spans = parsed(nummers)
    except ValueError:
        return []
    size = sum(last - first + 1 for first, last in spans)
    whole = all(first <= last for first, last in spans) and merged(spans) == spans and size <= BATCH
    return spans if whole and (spans[0][0], spans[-1][1], written(spans)) == (van, tot, nummers) else []
