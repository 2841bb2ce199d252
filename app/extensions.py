"""The extensions, unbound; create_app() binds them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_appbuilder import Model
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

_log = logging.getLogger(__name__)
_instead: ContextVar[Engine | None] = ContextVar("another_database", default=None)


class PortalSession(Session):
    """Works on the portal's database, and within `another_database` on that one alone."""

    def get_bind(self, *args: Any, **kw: Any) -> Engine | Connection:
        """Give the database to work on."""
        return _instead.get() or super().get_bind(*args, **kw)

    def rollback(self) -> None:
        """Undo what was not committed."""
        with _undone_anyway():
            super().rollback()

    def close(self) -> None:
        """Undo what was not committed, and let go of the database."""
        with _undone_anyway():
            super().close()


@contextmanager
def _undone_anyway() -> Iterator[None]:
    """A database that went away undid it itself: a page that was made already is shown nevertheless."""
    try:
        yield
    except OperationalError as gone:
        if not gone.connection_invalidated:
            raise
        _log.warning("The database went away before it was told to undo", exc_info=gone)


@contextmanager
def another_database(engine: Engine) -> Iterator[None]:
    """Let every session that begins within work on `engine`, and none on the portal's own data."""
    token = _instead.set(engine)
    try:
        yield
    finally:
        _instead.reset(token)


# FAB's own SQLA() makes metadata of its own, of which alembic sees nothing.
db = SQLAlchemy(
    model_class=Model,
    session_options={"expire_on_commit": False, "class_": PortalSession},
)
migrate = Migrate()
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address)
mail = Mail()
