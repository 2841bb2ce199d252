"""The forms' guard against requests from elsewhere, and the sign of life."""

from sqlalchemy import literal, select
from sqlalchemy.exc import OperationalError

from app.extensions import csrf, db


def protect() -> None:
    """Refuse a change without the form's token (raises CSRFError)."""
    csrf.protect()


def is_busy(error: Exception) -> bool:
    """Tell whether the database could not be reached, or somebody else kept it too long."""
    return isinstance(error, OperationalError)


def ping() -> None:
    """Ask the database for an answer; raises when there is none."""
    db.session.execute(select(literal(1)))
