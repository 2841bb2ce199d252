"""Uploads through real servers on a port of their own: giants, cuts, and memory that stays flat."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.services import receiving
from tests.documents import PDF, named, pdf
from tests.partnership import Partnership
from tests.uploading import JSON, Browser, files, rows, serving

ROOT = Path(__file__).parent.parent
GIANT = 10 * 2**30  # bytes


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
        **named(naam),
        **headers,
    }
    first = f"POST /hulpvragen/{dossier}/bijlagen HTTP/1.1\n"
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
def gunicorn(settings: dict, *options: str) -> Iterator[tuple[int, int]]:
    """Serve the portal as in production; gives the port and the worker's process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = {
        f"KINDBRUG_{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in settings.items()
    }
    command = [sys.executable, "-m", "gunicorn", "run:app", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    command += ["--log-level", "error", *options]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | known)
    try:
        wait_for(port)
        with urlopen(f"http://localhost:{port}/healthz", timeout=60) as answer:  # only a worker answers
            assert answer.status == 200
        yield port, child_of(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def child_of(process: int) -> int:
    """Give the process id of the first child of a process."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def resident(process: int, line: str = "VmRSS:") -> int:
    """Give the memory of a process, in KiB; VmHWM is the most that it ever had."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition(line)[2].split()[0])


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


def sent_as_by_a_browser(port: int, head: str, body: bytes) -> bytes:
    """Send all before listening: what a browser can't send, it calls a line that broke."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(head.replace("\n", "\r\n").encode())
        for at in range(0, len(body), 65536):
            line.sendall(body[at : at + 65536])
        answer = b""
        while part := line.recv(65536):
            answer += part
        return answer


def test_whoever_is_refused_at_once_can_read_why(partnership, dossier, settings):
    large = b"%PDF-1.4\n" + bytes(20_000_000)
    head = head_of(partnership, dossier, Content_Length=len(large))
    with gunicorn(settings | {"MAX_DOSSIER_FILES": 1}) as (port, _worker):
        for number in range(2):
            refused = {
                "415 a name": head.replace("''a.pdf", "''a.exe"),
                "404 no dossier": head.replace(str(dossier), str(uuid.uuid4())),
                "400 no token": head.replace("X-CSRFToken: ", "X-CSRFToken: x"),
                **({"413 full": head} if number else {}),
            }
            for what, lines in refused.items():
                answer = sent_as_by_a_browser(port, lines, large)
                assert answer.startswith(f"HTTP/1.1 {what[:3]}".encode()), what
                assert b'"error"' in answer, what
            if not number:
                first = head_of(partnership, dossier, Content_Length=len(PDF))
                assert raw(port, first, PDF).startswith(b"HTTP/1.1 201")


def test_nobody_waits_for_the_body_of_a_stranger_or_of_a_giant(partnership, dossier, settings):
    head = head_of(partnership, dossier, Content_Length=20_000_000)
    with gunicorn(settings) as (port, _worker):
        stranger = raw(port, head.replace("Cookie: kindbrug=", "Cookie: kindbrug=x"), PDF)
        giant = raw(port, head_of(partnership, dossier, Content_Length=GIANT), PDF)
    assert stranger.startswith(b"HTTP/1.1 302")
    assert giant.startswith(b"HTTP/1.1 413")


def test_a_line_that_is_too_slow_is_let_go_and_a_slow_one_is_not(monkeypatch):
    passed = [0.0]
    monkeypatch.setattr(receiving.time, "monotonic", lambda: passed[0])

    class Line:
        def __init__(self, rate: float) -> None:
            self.rate = rate

        def read(self, size: int, /) -> bytes:
            passed[0] += size / self.rate
            return bytes(size)

    def come_in(rate: float, size: int) -> int:
        body, whole = receiving.Body(Line(rate), size), 0
        while chunk := body.read(2**20):
            whole += len(chunk)
        return whole

    assert come_in(20_000, 5_000_000) == 5_000_000
    assert come_in(1_000, 50_000) == 50_000, "in less than a minute anything goes"
    began = passed[0]
    with pytest.raises(receiving.UploadTooSlow):
        come_in(5_000, 5_000_000)
    assert passed[0] - began < 90


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


def test_who_is_refused_a_giant_costs_no_memory_while_it_is_heard_out(partnership, dossier, settings):
    large = bytes(60 * 2**20)
    with gunicorn(settings | {"MAX_FILE_BYTES": len(large)}) as (port, worker):
        raw(port, head_of(partnership, dossier, Content_Length=len(PDF)), PDF)
        before = resident(worker)
        head = head_of(partnership, dossier, naam="a.exe", Content_Length=len(large))
        answer = sent_as_by_a_browser(port, head, large)
        grown = resident(worker, "VmHWM:") - before
    assert answer.startswith(b"HTTP/1.1 415")
    assert grown < 15 * 1024


def test_an_upload_that_takes_too_long_leaves_no_name_in_the_log_of_the_server(
    partnership, dossier, settings, capfd
):
    head = head_of(partnership, dossier, naam="Verslag Mila.pdf", Content_Length=500)
    with gunicorn(settings, "--timeout", "2") as (port, _worker):
        assert raw(port, head.replace("/bijlagen ", "/bijlagen?q=Mila "), PDF[:50]) == b""
    logged = capfd.readouterr().err
    assert "WORKER TIMEOUT" in logged
    assert "Mila" not in logged
