"""The guard of forms against requests from elsewhere, the sign of life, and a failing database in words."""

import sqlite3

from flask_babel import lazy_gettext as _l
from sqlalchemy import literal, select
from sqlalchemy.exc import OperationalError

from app.errors import PortalError
from app.extensions import csrf, db

# What SQLite says of a full disk, and of a quota or a largest size of a file; the SQLSTATE of PostgreSQL.
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, "53100"})
_KEPT = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})  # by somebody else


class Busy(PortalError):
    """The database could not be reached, or somebody else kept it too long."""

    status = 503
    sentence = _l("The portal is busy just now, and nothing was saved. Wait a moment and try again.")


class Unsure(PortalError):
    """The database went away while it was told to keep what was done: it may have done so."""

    status = 503
    heading = _l("We do not know whether this was saved")
    sentence = _l("The connection was lost while the portal was saving. It may be saved, and it may not.")
    advice = _l("Look first whether it is there. Only when it is not, do it once more.")


class Full(PortalError):
    """The disk of the database is full: who waits and tries again gets no further."""

    status = 503
    heading = _l("The portal is full")
    sentence = _l(
        "The disk of the portal is full, and nothing was saved."
        " Waiting does not help: whoever looks after the portal must make room first."
    )
    advice = _l(
        "Tell the helpdesk of your samenwerkingsverband. Until there is room you cannot look at anything"
        " either, because the portal keeps on record who looks. What you saved before is safe."
    )


def protect() -> None:
    """Refuse a change without the form's token (raises CSRFError)."""
    csrf.protect()


def in_words(error: BaseException, *, saving: bool) -> PortalError | None:
    """Say to who was `saving`, or only looked, what the database lacks; None of any other error.

    What else SQLite says (read-only, damaged, no such table) does not go by itself.
    """
    if not isinstance(error, OperationalError):
        return None
    if is_full(error):
        return Full()
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None and code & 0xFF not in _KEPT:
        return None
    # Without a statement of ours, on a connection that there was: at the commit.
    lost = error.statement is None and error.connection_invalidated
    return Unsure() if saving and lost else Busy()


def is_full(error: OperationalError) -> bool:
    """Tell whether the database itself said that it has no room: then nothing of the transaction is kept."""
    return any(getattr(error.orig, code, None) in _NO_ROOM for code in ("sqlite_errorcode", "sqlstate"))


def ping() -> None:
    """Ask the database for an answer; raises when there is none."""
    db.session.execute(select(literal(1)))
