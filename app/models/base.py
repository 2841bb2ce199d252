"""The column types and the mixins that the nouns share."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import BindParameter, DateTime, Dialect, Enum, ForeignKey, Uuid, bindparam
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from app.terms import Term


class Id(TypeDecorator[uuid.UUID]):
    """A random key. Text is parsed, so that FAB's string keys work on both engines; bad text is no key."""

    impl = Uuid
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        """Turn text into a key."""
        return parse_id(value)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, with its time zone, on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """Say what its values are: a cursor of a list reads them back from text."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; a moment without time zone is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's moments their time zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def parse_id(value: Any) -> uuid.UUID | None:
    """Read a key from text; None when it is no key (so that a garbled address finds nothing)."""
    if value is None or isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


_away: ContextVar[timedelta] = ContextVar("away", default=timedelta(0))


def now() -> datetime:
    """Give this moment in UTC."""
    return datetime.now(UTC) + _away.get()


def this_moment() -> BindParameter[datetime]:
    """Give this moment to a statement: looked up when it runs, so that a kept condition is never late.

    SQLAlchemy must never meet the same statement with a moment written into it: it would keep the one for
    the other.
    """
    return bindparam(None, callable_=now, type_=Moment(), unique=True)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be `moment` for what is done within; the demo's story is told so, and nothing else."""
    token = _away.set(moment - datetime.now(UTC))
    try:
        yield
    finally:
        _away.reset(token)


def term(of: type[Term], **kw: Any) -> Any:
    """Declare a column for a closed list: its keys as text, checked by SQLAlchemy."""
    column = Enum(of, native_enum=False, length=40, values_callable=lambda e: [m.value for m in e])
    return mapped_column(column, **kw)


class Keyed:
    """A noun with a random key."""

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=uuid.uuid4)


class Compared(Keyed):
    """A noun of which a form that was opened before somebody else's change loses: `versie` tells."""

    COMPARED: ClassVar[tuple[str, ...]]

    @property
    def versie(self) -> str:
        """Mark how it stands, by what the form shows."""
        stands = (getattr(self, name) for name in self.COMPARED)
        return hashlib.sha256("\0".join(map(str, stands)).encode()).hexdigest()[:16]


class OfSWV(Keyed):
    """A guarded noun: carries its SWV, by which row-level security isolates it."""

    @declared_attr
    def swv_id(cls) -> Mapped[uuid.UUID]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Give the column of the SWV that the row belongs to."""
        return mapped_column(Id, ForeignKey("organisation.id"), index=True)


class OfHulpvraag(OfSWV):
    """A guarded noun that hangs off one dossier."""

    @declared_attr
    def hulpvraag_id(cls) -> Mapped[uuid.UUID]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Give the column of the dossier that the row belongs to."""
        return mapped_column(Id, ForeignKey("hulpvraag.id", ondelete="CASCADE"), index=True)
