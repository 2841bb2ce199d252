"""`flask demo`: the demo on this machine, with its web server, its mail worker and its mail catcher."""

import asyncio
import contextvars
import fcntl
import hashlib
import http.client
import multiprocessing
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import click
import flask_migrate
from flask import Flask, current_app
from flask_babel import gettext as _
from gunicorn.app.base import BaseApplication

import config
from app.cli.demo_settings import HOST
from app.errors import PortalError
from app.extensions import db, mail
from app.services import demo_story, postvak
from app.services.demo_data import PASSWORD, PEOPLE
from app.services.mail import run as deliver

_WEB_WORKERS = 2
_PATIENCE = 15  # seconds for a process to end by itself


@click.command("seed")
def seed() -> None:
    """Fill an empty demo with its invented people and dossiers."""
    try:
        demo_story.fill()
    except PortalError as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal


@click.command("demo")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any free one."
)
@click.option("--fresh", is_flag=True, help="Throw the demo away that is there, and make a new one.")
def demo(*, port: int, fresh: bool) -> None:
    """Serve the demo on this machine until Ctrl-C. It is made when it isn't there yet."""
    portal: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    folder = Path(portal.config["DEMO_FOLDER"])
    for number in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: a shell's background job is born deaf to it
        signal.signal(number, signal.default_int_handler)
    with _alone(folder), _listening(port) as web, _listening(0) as post:
        portal.config["BASE_URL"] = f"http://localhost:{web.getsockname()[1]}"
        portal.config["MAIL_PORT"] = post.getsockname()[1]
        mail.init_app(portal)
        try:
            _prepare(folder, fresh=fresh)
            _serve(portal, web, post)
        except KeyboardInterrupt:
            click.echo(_("The demo has stopped. Start it again and everything is as you left it."))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "running").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise click.ClickException(_("This demo is running already. Stop it first.")) from None
        yield


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if port and hasattr(socket, "TCP_DEFER_ACCEPT"):
            # Browsers open connections to spare; without this each would hold a worker that waits for words.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
        try:
            listening.bind((HOST, port))
        except OSError:
            sentence = _(
                "Port %(port)s is in use. Choose another one: make demo PORT=%(other)s",
                port=port,
                other=port + 1,
            )
            raise click.ClickException(sentence) from None
        listening.listen(64)
        yield listening


def _prepare(folder: Path, *, fresh: bool) -> None:
    """Make the demo, unless the one that is there was made by the same story and tables."""
    made, digest = folder / "made", _digest()
    if not fresh and made.exists() and made.read_text() == digest:
        return
    click.echo(_("The demo is being made."))
    made.unlink(missing_ok=True)
    for old in (*folder.glob("*.sqlite*"), folder / "store", folder / "postvak"):
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    flask_migrate.upgrade()
    demo_story.fill()
    made.write_text(digest)


def _digest() -> str:
    told = [*config.ROOT.glob("app/services/demo_*.py"), *config.ROOT.glob("app/migrations/versions/*.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(told))).hexdigest()


def _serve(portal: Flask, web: socket.socket, post: socket.socket) -> None:
    """Run three processes and end them by their ids, whichever way this one ends."""
    db.session.remove()
    db.engine.dispose()
    running: list[BaseProcess] = []
    try:
        running.append(_start(_catch_mail, portal, post))
        running.append(_start(_deliver_mail, portal))
        running.append(_start(_answer, portal, web))
        _say_hello(portal, web)
        connection.wait([process.sentinel for process in running])
        raise click.ClickException(_("A part of the demo stopped by itself. Start it again."))
    finally:
        for process in reversed(running):  # the catcher last: the worker finishes the mail in hand
            process.terminate()
            process.join(_PATIENCE)
            process.kill()


def _start(part: Callable[..., None], *arguments: Any) -> BaseProcess:
    # In a context of its own: a request must not find the application context of this command, and its `g`.
    process = multiprocessing.get_context("fork").Process(
        target=contextvars.Context().run, args=(part, *arguments)
    )
    process.start()
    return process


def _catch_mail(portal: Flask, post: socket.socket) -> None:
    with portal.app_context():
        asyncio.run(postvak.serve(post))


def _deliver_mail(portal: Flask) -> None:
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: asked.append(number))
    parent = os.getppid()
    with portal.app_context():
        deliver(stop=lambda: bool(asked) or os.getppid() != parent)


def _answer(portal: Flask, web: socket.socket) -> None:
    _Gunicorn(portal, {"bind": f"fd://{web.fileno()}", "workers": _WEB_WORKERS, "loglevel": "warning"}).run()


class _Gunicorn(BaseApplication):
    """Gunicorn's sync workers around a portal that is loaded already."""

    def __init__(self, portal: Flask, options: Mapping[str, Any]) -> None:
        self.portal, self.options = portal, options
        super().__init__()

    def load_config(self) -> None:
        """Take our options and no file's."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Give the portal."""
        return self.portal


def _say_hello(portal: Flask, web: socket.socket) -> None:
    """Say who one can be, once the portal answers."""
    asking = http.client.HTTPConnection(HOST, web.getsockname()[1], timeout=60)
    asking.request("GET", "/healthz")
    asking.getresponse().read()
    asking.close()
    address = portal.config["BASE_URL"]
    lines = [
        _("The demo is ready: %(address)s", address=f"{address}/demo"),
        _("The mails that it sends: %(address)s", address=f"{address}/demo/postvak"),
        "",
        f"{_('User name'):<22}{_('Password'):<22}{_('Who')}",
    ]
    for person in PEOPLE.values():
        roles = ", ".join(f"{rol.label} · {naam}" for naam, rol in person.places)
        lines.append(f"{person.key:<22}{PASSWORD:<22}{person.naam}{f' ({roles})' if roles else ''}")
    lines += [
        "",
        _("The code of this moment: %(command)s", command=".venv/bin/flask --app run code voorschool"),
        _("Stop with Ctrl-C."),
    ]
    click.echo("\n".join(lines))
