"""The demo as `make demo` runs it: started by the real command, visited over HTTP and in Chromium."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import config
from app.cli.demo_settings import at_hand
from app.services.demo_data import PASSWORD, PEOPLE

COMMAND = [sys.executable, "-m", "flask", "--app", "run"]
PATIENCE = 120  # seconds, for a machine that is busy


class Demo:
    """The running demo: its folder, its process, and what it has said so far."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.said = folder, ""
        self.process = subprocess.Popen(
            [*COMMAND, "demo", "--port", "0", *options],
            cwd=config.ROOT,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        while "Ctrl-C" not in self.said and (line := self.process.stdout.readline()):
            self.said += line
        watchdog.cancel()
        assert "Ctrl-C" in self.said, self.said
        self.port = int(re.search(r"localhost:(\d+)/demo\b", self.said)[1])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.said += self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode

    def command(self, *words: str) -> str:
        return run(self.folder, *words).stdout.strip()


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A terminal in which nothing is set up but where the demo is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KINDBRUG_")}
    return kept | {"KINDBRUG_DEMO_FOLDER": str(folder)} | more


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*COMMAND, *words],
        cwd=config.ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Visitor:
    """A browser without a screen; whatever host name it asks for is this machine."""

    def __init__(self, demo: Demo, host: str = "localhost") -> None:
        self.port, self.host, self.cookies = demo.port, host, {}

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict | None = None, **headers: str) -> tuple[int, str]:
        return self._ask("POST", path, urllib.parse.urlencode(fields or {}), headers)

    def token(self, path: str) -> str:
        return re.search(r'name="csrf_token" value="([^"]+)"', self.get(path)[1])[1]

    def _ask(self, method: str, path: str, body: str | None, headers: dict) -> tuple[int, str]:
        sent = {"Host": f"{self.host}:{self.port}", "Accept-Language": "nl"} | headers
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, value = line.partition(";")[0].split("=", 1)
                self.cookies[name] = value
            return answer.status, answer.read().decode()


STATUS_CHANGED = "De status van een hulpvraag is gewijzigd"


def look_for_a_mail_of_today(visitor: Visitor, address: str) -> None:
    """Look in the postvak until there is one about a status; those of the story are older."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        mails = visitor.get("/demo/postvak")[1].split("<li>")
        if any(all(it in mail for it in (address, "vandaag", STATUS_CHANGED)) for mail in mails):
            return
    raise AssertionError(f"no mail came for {address}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, started by its command in an empty folder."""
    started = Demo(tmp_path_factory.mktemp("demo"))
    yield started
    started.stop()


def test_the_terminal_names_everybody_with_password_and_how_to_get_a_code(demo):
    for key in PEOPLE:
        assert re.search(rf"^{key} +{PASSWORD} ", demo.said, re.MULTILINE)
    assert "code voorschool" in demo.said
    assert f"http://localhost:{demo.port}/demo" in demo.said


def test_the_demo_is_well(demo):
    assert Visitor(demo).get("/healthz")[0] == 200


def test_anna_is_signed_in_with_one_click(demo):
    anna = Visitor(demo, "voorschool.localhost")
    assert anna.post("/demo/als/voorschool", Origin=f"http://localhost:{demo.port}")[0] == 302
    status, page = anna.get("/")
    assert status == 200
    assert "Anna de Wit" in page
    assert "Mila" in page


def test_anna_signs_in_by_hand_with_the_code_that_the_command_prints(demo):
    anna = Visitor(demo)
    page = anna.get("/login")[1]
    swv = re.search(r'<option value="([0-9a-f-]+)"[^>]*>SWV De Brug<', page)[1]
    typed = {
        "csrf_token": anna.token("/login"),
        "organisation": swv,
        "username": "voorschool",
        "password": PASSWORD,
        "code": demo.command("code", "voorschool"),
    }
    assert anna.post("/login", typed)[0] == 302
    assert "Anna de Wit" in anna.get("/")[1]


def test_a_stranger_is_nobody(demo):
    assert Visitor(demo).post("/demo/als/niemand")[0] == 404
    assert Visitor(demo).get("/demo/als/voorschool")[0] == 405


@pytest.mark.parametrize("origin", ["https://elders.example", "http://localhost.elders.example", "null"])
def test_a_page_elsewhere_signs_nobody_in(demo, origin):
    assert Visitor(demo).post("/demo/als/voorschool", Origin=origin)[0] == 404


@pytest.mark.parametrize("host", ["elders.example", "localhost.elders.example", "192.0.2.1"])
def test_the_demo_does_not_answer_to_another_name(demo, host):
    for path in ("/demo", "/login", "/healthz"):
        assert Visitor(demo, host).get(path)[0] == 400


def test_beginning_again_needs_the_pages_own_token(demo):
    assert Visitor(demo).post("/demo/opnieuw")[0] == 400


def test_garbage_in_the_postvak_finds_nothing(demo):
    visitor = Visitor(demo)
    for key in ("0" * 20, "x", "..%2fsecret_key", "9" * 400):
        assert visitor.get(f"/demo/postvak/{key}")[0] == 404
    assert visitor.get("/demo/postvak?na=%00%27")[0] == 200


@pytest.mark.browser
def test_two_people_work_side_by_side_and_the_mail_of_one_reaches_the_other(demo, page: Page):
    visitor = Visitor(demo)
    roos = page.context.new_page()
    front = f"http://localhost:{demo.port}/demo"
    for tab, name in ((page, "Anna"), (roos, "Roos")):
        tab.goto(front)
        tab.get_by_role("button", name=re.compile(name)).click()
        expect(tab.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("link", name="Sem de Vries").first.click()
    page.get_by_role("link", name="Status wijzigen").last.click()
    page.get_by_label("JK bijlagen toegevoegd").check()
    page.get_by_role("button", name="Status wijzigen").click()
    expect(page.get_by_role("status").first).to_contain_text("JK bijlagen toegevoegd")
    look_for_a_mail_of_today(visitor, "roos.bakker@debrug.example")
    roos.goto(f"{front}/postvak")
    mails = roos.get_by_role("listitem").filter(has_text="roos.bakker").filter(has_text=STATUS_CHANGED)
    mails.first.get_by_role("link").click()
    expect(roos.locator("main")).to_contain_text("Message-ID")
    roos.get_by_role("link", name=re.compile("Roos")).click()
    expect(roos.locator("main")).to_contain_text("JK bijlagen toegevoegd")
    expect(roos.locator("header").first).to_contain_text("Roos Bakker")
    page.reload()
    expect(page.locator("header").first).to_contain_text("Anna de Wit")


def test_beginning_again_puts_everything_back_while_the_demo_runs(demo):
    karin, anna = Visitor(demo, "contact.localhost"), Visitor(demo, "voorschool.localhost")
    karin.post("/demo/als/contact")
    anna.post("/demo/als/voorschool")
    kept = anna.get("/hulpvragen/")[1]
    dossier = re.search(r'href="(/hulpvragen/[0-9a-f-]{36})"[^>]*>\s*Mila', kept)[1]
    note = {"csrf_token": anna.token(f"{dossier}/bewerken"), "omschrijving": "Weg is weg.", "versie": ""}
    assert anna.post(f"{dossier}/bewerken", note)[0] == 302
    assert "Weg is weg." in anna.get(dossier)[1]
    assert anna.post("/demo/opnieuw", {"csrf_token": anna.token("/demo")})[0] == 302
    assert "/login" in karin.get("/")[1]
    anna.post("/demo/als/voorschool")
    again = anna.get(dossier)[1]
    assert "Weg is weg." not in again
    assert "Mila praat nog weinig" in again


def test_it_ends_with_all_its_processes_and_goes_on_where_it_was(tmp_path):
    anna = None
    for how in (signal.SIGTERM, signal.SIGINT):
        started = Demo(tmp_path)
        if anna is None:
            anna = Visitor(started, "voorschool.localhost")
            anna.post("/demo/als/voorschool")
        anna.port = started.port
        assert "Anna de Wit" in anna.get("/")[1]
        parts = children(started.process.pid)
        assert len(parts) >= 3
        assert started.stop(how) == 0
        assert not [pid for pid in parts if Path(f"/proc/{pid}").exists()]
        with socket.socket() as taken:
            assert taken.connect_ex(("127.0.0.1", started.port)) != 0


def children(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    found = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [under for child in found for under in children(child)]


def test_a_taken_port_is_said_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run(tmp_path, "demo", "--port", str(port))
    assert refused.returncode == 1
    assert str(port) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_demo_that_runs_is_not_started_twice(demo):
    refused = run(demo.folder, "demo", "--port", "0")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    """Type a command where only the folder of the demo is known; gives the settings that the command gets."""
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    monkeypatch.setenv("KINDBRUG_DEMO_FOLDER", str(tmp_path / "demo"))

    def typed(*words: str) -> dict:
        monkeypatch.setattr(sys, "argv", ["flask", *words])
        return at_hand()

    return typed


@pytest.mark.parametrize(
    "name", ["SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "KEK", "STORE_URL", "BASE_URL", "MAIL_SERVER"]
)
def test_the_demo_does_not_start_where_a_real_portal_is_set_up(terminal, monkeypatch, tmp_path, name):
    monkeypatch.setenv(f"KINDBRUG_{name}", "iets")
    with pytest.raises(SystemExit, match=f"KINDBRUG_{name}"):
        terminal("--app", "run", "demo", "--port", "0")
    assert terminal("--app", "run", "code", "anna") == {}
    assert list(tmp_path.iterdir()) == []


def test_without_settings_only_the_demos_own_commands_work(terminal):
    assert terminal("--app", "run", "code", "anna") == {}  # there is no demo yet
    first = terminal("--app", "run", "demo")
    assert first["DEMO"]
    for words in (["demo"], ["-A", "run", "--debug", "seed"], ["--app", "run", "code", "anna"]):
        assert terminal(*words) == first
    for words in (["worker"], ["--app", "demo", "db", "upgrade"], ["invite", "--organisation", "demo"], []):
        assert terminal(*words) == {}


def test_a_web_server_without_settings_does_not_become_a_demo(terminal, monkeypatch):
    terminal("demo")
    monkeypatch.delenv("FLASK_RUN_FROM_CLI")
    assert terminal("demo") == {}
