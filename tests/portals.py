"""The portals under test, each lent to one test at a time and used again by the next.

Making one and compiling its templates and SQL takes longer than most tests. What a test may change of it, its
settings and its database, is put back; what it has compiled stays.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

# Where a portal finds its surroundings: read when needed, so that these may differ from test to test.
PLACES = frozenset(
    {
        "STORE_URL", "STORE_ENDPOINT", "STORE_REGION", "STORE_ACCESS_KEY", "STORE_SECRET_KEY",
        "MAIL_PORT", "BASE_URL", "DEMO_FOLDER",
    }
)  # fmt: skip


class Portals:
    """The portals of one worker."""

    def __init__(self) -> None:
        self.free: dict[Any, list[tuple[Flask, dict[str, Any]]]] = defaultdict(list)

    @contextmanager
    def lend(self, settings: dict[str, Any]) -> Iterator[Flask]:
        """Give a portal with these settings that nobody else has now."""
        from app import create_app
        from app.extensions import db, mail

        free = self.free[frozenset((name, repr(settings[name])) for name in settings.keys() - PLACES)]
        if free:
            portal, fresh = free.pop()
        else:
            portal = create_app(settings)
            fresh = dict(portal.config)
        portal.config.clear()
        portal.config.update(fresh | settings)
        mail.init_app(portal)  # it keeps its settings
        pages = len(portal.view_functions)
        yield portal
        assert len(portal.view_functions) == pages, "a test that adds pages makes a portal of its own"
        with portal.app_context():
            db.engine.dispose()
        free.append((portal, fresh))
