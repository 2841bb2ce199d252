"""The fixtures: databases, mail server, browser; people and situations."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page

from tests import browser as browsers
from tests import lanes
from tests.engines import Engine, Postgres, Sqlite
from tests.installation import install, settings_for
from tests.live import Live
from tests.partnership import Partnership
from tests.portals import Portals
from tests.smtp_server import SmtpServer
from tests.together import Together

FOLDER = "KINDBRUG_TEST_FOLDER"
ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    lanes.add_options(parser)
    parser.addoption("--engine", choices=ENGINES, help="run every test on this engine")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before the workers start: draw the seed and make their folder, in reach of PostgreSQL's own user."""
    lanes.configure(config)
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="kindbrug-")
        Path(os.environ[FOLDER]).chmod(0o755)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


def pytest_report_header(config: pytest.Config) -> str:
    return lanes.header(config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lanes.summarise(terminalreporter)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of the gate what is for the proof lane only."""
    if lanes.of(config).name == "proof":
        return
    left_out = [item for item in items if _is_for_the_proof(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_for_the_proof(item: pytest.Item) -> bool:
    """Tell whether it is marked so, or is a case for either engine and the seed drew the other one."""
    if item.get_closest_marker("proof"):
        return True
    if not item.get_closest_marker("either_engine") or item.config.getoption("engine"):
        return False
    engine = item.callspec.params["engine"]
    chance = lanes.of(item.config).random(item.nodeid.replace(engine, ""))
    return chance.choice(ENGINES) != engine


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """SQLite for every test, PostgreSQL too for those marked `both_engines` or `either_engine`."""
    named = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    if "engine" not in metafunc.fixturenames or "engine" in named:
        return
    if chosen := metafunc.config.getoption("engine"):
        metafunc.parametrize("engine", [chosen], indirect=True)
    elif any(map(metafunc.definition.get_closest_marker, ("both_engines", "either_engine"))):
        metafunc.parametrize("engine", ENGINES, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """No test talks to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address, /) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test wanted to talk to {address[0]}")
        connect(self, address)

    socket.socket.connect = guarded
    yield
    socket.socket.connect = connect


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder that the workers of this run share."""
    return Path(os.environ[FOLDER])


@pytest.fixture(scope="session")
def sqlite(run_folder: Path, worker_id: str) -> Sqlite:
    return Sqlite(run_folder, worker_id)


@pytest.fixture(scope="session")
def postgresql(run_folder: Path, worker_id: str) -> Iterator[Postgres]:
    server = Postgres(run_folder, worker_id)
    yield server
    server.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """The engine that this test runs on."""
    return request.getfixturevalue(getattr(request, "param", "sqlite"))


@pytest.fixture
def empty_database_url(engine: Engine) -> Iterator[str]:
    """The address of a database without a table."""
    url = engine.fresh(filled=False)
    yield url
    engine.drop(url)


@pytest.fixture
def database_url(engine: Engine) -> Iterator[str]:
    """The address of a database as a new installation has it: migrated, its roles made, nobody in it."""
    engine.template(install)
    url = engine.fresh()
    yield url
    engine.drop(url)


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> dict:
    """The settings of the portal under test; a fixture may change them before `app` is made.

    Its mail goes to `smtp` when the test asks for that too, else nobody takes it.
    """
    settings = settings_for(database_url, store=tmp_path / "store")
    if "smtp" in request.fixturenames:
        settings["MAIL_PORT"] = request.getfixturevalue("smtp").port
    return settings


@pytest.fixture(scope="session")
def portals() -> Portals:
    return Portals()


@pytest.fixture
def app(settings: dict, portals: Portals) -> Iterator[Flask]:
    """The portal, without an application context: each request and each `with` brings its own."""
    with portals.lend(settings) as portal:
        yield portal


@pytest.fixture
def second_app(settings: dict, portals: Portals) -> Iterator[Flask]:
    """The portal as another process has it: the same settings, the same database."""
    with portals.lend(settings) as portal:
        yield portal


@pytest.fixture
def partnership(app: Flask) -> Partnership:
    """De Brug with its people; a module about other people has one of its own."""
    return Partnership(app).settle()


@pytest.fixture
def dossier(partnership: Partnership) -> object:
    """The id of a dossier with a specialist."""
    return partnership.dossier(specialist="specialist")


@pytest.fixture(scope="session")
def world_on_sqlite(sqlite: Sqlite, portals: Portals, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    yield from _world(sqlite, portals, tmp_path_factory)


@pytest.fixture(scope="session")
def world_on_postgresql(
    postgresql: Postgres, portals: Portals, tmp_path_factory: pytest.TempPathFactory
) -> Iterator:
    yield from _world(postgresql, portals, tmp_path_factory)


def _world(engine: Engine, portals: Portals, folders: pytest.TempPathFactory) -> Iterator:
    from tests.world import World
    from tests.world_making import Maker

    engine.template(install)
    url = engine.fresh()
    # Who is put back as they were is not signed out: a proof takes longer than a session may be idle.
    settings = settings_for(url, store=folders.mktemp("store")) | {"SESSION_IDLE": timedelta(hours=9)}
    with portals.lend(settings) as portal:
        yield Maker(World(portal, engine)).settle()
    engine.drop(url)


@pytest.fixture
def world(request: pytest.FixtureRequest, engine: Engine):
    """The world of tests/world.py, one a worker: look, and put back what you change (`world.as_it_was()`)."""
    return request.getfixturevalue(f"world_on_{engine.name}")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time that passes without waiting: after `clock.shift(30)` it is half a minute later."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A real mail server; `smtp.fail(Fault.HANGING)` and the like make it fail."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def live(app: Flask) -> Iterator[Live]:
    """The portal under test behind a real web server; `live.url` is its address."""
    served = Live(app)
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    yield from browsers.open_chromium()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A Dutch visitor's tab, with cookies of its own."""
    context = chromium.new_context(**browsers.AS_DUTCH)
    yield context.new_page()
    context.close()


@pytest.fixture
def page_without_javascript(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(**browsers.AS_DUTCH, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def lane(request: pytest.FixtureRequest) -> lanes.Lane:
    """`lane.cases(gate=…, proof=…)` is this run's N; `lane.random("T5")` its chance."""
    return lanes.of(request.config)


@pytest.fixture
def proven(request: pytest.FixtureRequest):
    """`proven("T5", 10_000)` puts the N behind a promise in the summary."""
    return lambda promise, count: request.node.user_properties.append(("proven", [promise, count]))
