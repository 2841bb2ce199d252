"""create_app(): the wiring of the portal, top to bottom."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request
from flask_appbuilder import AppBuilder
from flask_bootstrap import Bootstrap5
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app import access, cli, views
from app.extensions import csrf, db, limiter, mail, migrate
from app.security import PortalSecurity


class PortalRequest(Request):
    """A request whose form keeps its files in memory: werkzeug would write large ones to a temporary file."""

    def _get_file_stream(self, *args: Any, **kw: Any) -> IO[bytes]:
        return BytesIO()


class Portal(AppBuilder):
    """FAB's builder without its own pages: no index, no /back, no /lang, no API, no assets."""

    def _add_admin_views(self) -> None:
        self.sm.register_views()

    def _add_global_static(self) -> None:
        pass


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Make the portal. `settings` win from the environment (KINDBRUG_…), which wins from config.py.

    Raises SystemExit, naming each setting that is missing or weak.
    """
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.request_class = PortalRequest
    app.config.from_object(config)
    app.config.from_prefixed_env("KINDBRUG")
    app.config.update(settings or {})
    config.refuse_unfit(app.config)
    app.config["SESSION_COOKIE_SECURE"] = app.config["COOKIE_SECURE"]
    app.config["PREFERRED_URL_SCHEME"] = "https" if app.config["COOKIE_SECURE"] else "http"
    if app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=app.config["PROXIES"], x_proto=app.config["PROXIES"])  # type: ignore[method-assign]

    db.init_app(app)
    access.install()
    migrate.init_app(app, db, directory=str(config.ROOT / "app" / "migrations"), render_as_batch=True)
    mail.init_app(app)
    limiter.init_app(app)
    csrf.init_app(app)  # before FAB, so that its forms are covered
    Bootstrap5(app)
    with app.app_context():
        _mind_sqlite(db.engine)
        appbuilder = Portal(
            security_manager_class=PortalSecurity, base_template="base.html", update_perms=False
        )
        appbuilder.init_app(app, db.session)
        views.register(app, appbuilder)
    cli.register(app)
    return app


def _mind_sqlite(engine: Engine) -> None:
    """Let SQLite keep foreign keys, read while another writes, and wait 10 s for a writer."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: Any) -> None:
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
