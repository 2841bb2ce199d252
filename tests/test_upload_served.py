"""Uploads through real servers on a port of their own: giants, cuts, and memory that stays flat."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.documents import PDF, pdf
from tests.partnership import Partnership
from tests.uploading import JSON, Browser, files, rows, serving

ROOT = Path(__file__).parent.parent
GIANT = 10 * 2**30  # bytes


@pytest.fixture
def partnership(app):
    return Partnership(app).settle()


@pytest.fixture
def dossier(partnership):
    return partnership.dossier(specialist="specialist")


# Served for real


@pytest.fixture
def served(partnership):
    with serving(partnership.app) as port:
        yield port


def raw(port: int, head: str, body: bytes = b"", *, close: bool = False) -> bytes:
    """Send a request by hand, and give the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + body)
        if close:
            line.shutdown(socket.SHUT_WR)
        answer = b""
        while part := line.recv(65536):
            answer += part
        return answer


def head_of(partnership: Partnership, dossier, naam: str = "a.pdf", **headers: object) -> str:
    """Write the first lines of an upload by the preschool."""
    browser = Browser(partnership, "voorschool")
    token = browser.token(dossier)
    form = browser.client.get_cookie("kindbrug_form").value
    lines = {
        "Host": "localhost",
        "Cookie": f"kindbrug={browser.cookie}; kindbrug_form={form}",
        "X-CSRFToken": token,
        "Connection": "close",
        **JSON,
        **headers,
    }
    first = f"POST /hulpvragen/{dossier}/bijlagen?naam={naam} HTTP/1.1\n"
    return first + "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in lines.items()) + "\n"


def test_ten_gigabytes_are_refused_before_the_first_byte(partnership, dossier, served):
    answer = raw(served, head_of(partnership, dossier, Content_Length=GIANT))
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"Dit bestand is groter" in answer
    assert files(partnership) == []


def test_a_browser_that_goes_away_halfway_leaves_nothing(partnership, dossier, served):
    raw(served, head_of(partnership, dossier, Content_Length=len(PDF)), PDF[:100], close=True)
    assert rows(partnership) == files(partnership) == []


@contextmanager
def gunicorn(settings: dict) -> Iterator[tuple[int, int]]:
    """Serve the portal as in production; gives the port and the worker's process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = {
        f"KINDBRUG_{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in settings.items()
    }
    command = [sys.executable, "-m", "gunicorn", "run:app", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    process = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT, env=os.environ | known)
    try:
        wait_for(port)
        with urlopen(f"http://localhost:{port}/healthz", timeout=60) as answer:  # only a worker answers
            assert answer.status == 200
        yield port, int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
    finally:
        process.terminate()
        process.wait(20)


def resident(process: int) -> int:
    """Give the memory of a process, in KiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def test_a_large_file_passes_through_in_little_memory(partnership, dossier, settings):
    """40 MiB through gunicorn, whose worker may grow 20 MiB."""
    with gunicorn(settings) as (port, worker):
        small = raw(port, head_of(partnership, dossier, Content_Length=len(PDF)), PDF)
        before, large = resident(worker), pdf(40 * 2**20)
        answer = raw(port, head_of(partnership, dossier, Content_Length=len(large)), large)
        grown = resident(worker) - before
    assert small.startswith(b"HTTP/1.1 201")
    assert answer.startswith(b"HTTP/1.1 201")
    assert grown < 20 * 1024
    assert len(rows(partnership)) == len(files(partnership)) == 2


def test_in_production_too_a_whole_body_is_kept_and_a_cut_or_giant_one_is_not(partnership, dossier, settings):
    whole = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (PDF[:50], PDF[50:])) + b"0\r\n\r\n"
    with gunicorn(settings) as (port, _worker):
        chunked = raw(port, head_of(partnership, dossier, Transfer_Encoding="chunked"), whole)
        raw(port, head_of(partnership, dossier, Content_Length=500), PDF[:50], close=True)
        raw(port, head_of(partnership, dossier, Transfer_Encoding="chunked"), whole[:40], close=True)
        giant = raw(port, head_of(partnership, dossier, Content_Length=GIANT))
    assert chunked.startswith(b"HTTP/1.1 201")
    assert giant.startswith(b"HTTP/1.1 413")
    assert len(rows(partnership)) == len(files(partnership)) == 1


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError("the portal did not start")
