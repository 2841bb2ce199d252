"""Documents of 100 MB in and out of a portal behind gunicorn, against `cp` and `openssl` in the same run.

One raw body an upload, encrypted as it comes in; a download decrypted as it goes out. Each takes turns with
`cp` and `openssl dgst -sha256`; of the medians, upload and download may be 1.5 times as long. A text is
kept as it came: it shows what the store costs. A PDF of scans is written anew meanwhile, without a bound.
KINDBRUG_BENCH_MB is another size, KINDBRUG_BENCH_S3=1 adds an S3 server (moto) on this machine.
"""

import base64
import http.client
import io
import json
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
from flask import g
from flask_migrate import upgrade

from app import create_app
from app.access import as_system, person_for
from app.extensions import db
from app.models import Lidmaatschap, Organisation
from app.services import accounts, first_account, hulpvragen, sessions
from app.terms import OrganisationSoort, Role

SIZE = int(os.environ.get("KINDBRUG_BENCH_MB", "100")) * 2**20
ROUNDS = int(os.environ.get("KINDBRUG_BENCH_ROUNDS", "5"))
MOST = 1.5
ROOT = Path(__file__).parent.parent


def main() -> None:
    """Print the seconds of each way and their ratio to `cp` + `openssl`."""
    with tempfile.TemporaryDirectory(prefix="kindbrug-bench-") as folder:
        _measure(Path(folder), {"STORE_URL": f"file://{folder}/store"}, "a folder")
        if os.environ.get("KINDBRUG_BENCH_S3"):
            from tests.s3_server import serving_s3

            with serving_s3() as s3, tempfile.TemporaryDirectory(prefix="kindbrug-bench-") as other:
                _measure(Path(other), s3.settings(), "an S3 server (moto, in Python)")


def _measure(folder: Path, where: dict[str, Any], called: str) -> None:
    settings, dossier, cookie = _portal(folder, where)
    for ending, make in {"txt": _text, "pdf": _scans}.items():
        _in_and_out(folder, settings, dossier, cookie, make(), ending, called)


def _text() -> bytes:
    line = b"Mila speelt graag in de bouwhoek, en praat nog weinig. "
    return (line * (SIZE // len(line) + 1))[:SIZE]


def _scans() -> bytes:
    file, size = io.BytesIO(), 2 * 2**20
    with pikepdf.new() as made:
        for _ in range(SIZE // size):
            made.add_blank_page().Contents = made.make_stream(os.urandom(size))
        made.save(file)
    return file.getvalue()


def _in_and_out(
    folder: Path,
    settings: dict[str, Any],
    dossier: str,
    cookie: str,
    content: bytes,
    ending: str,
    called: str,
) -> None:
    source = folder / "bron"
    source.write_bytes(content)
    took: dict[str, list[float]] = {"cp + openssl": [], "upload": [], "first byte": [], "download": []}
    with _gunicorn(settings) as (port, worker):
        browser = _Browser(port, cookie, dossier)
        browser.upload(b"Mila", f"warm {ending}.txt".replace(" ", "-"))  # compiles templates and statements
        before = _memory(worker, "VmRSS")
        for number in range(ROUNDS):
            took["cp + openssl"].append(_copied(source, folder / "kopie"))
            seconds, address = browser.upload(content, f"{number}.{ending}")
            took["upload"].append(seconds)
            first, whole = browser.download(address, content, is_same=ending == "txt")
            took["first byte"].append(first)
            took["download"].append(whole)
        grown = (_memory(worker, "VmHWM") - before) / 1024
    middle = {name: statistics.median(seconds) for name, seconds in took.items()}
    print(f"\nA {ending} of {SIZE // 2**20} MB in {called}, medians of {ROUNDS} in seconds")
    print(f"two processes at once take {_side_by_side(source):.2f} x as long as one: 1 on a machine at rest")
    for name, seconds in middle.items():
        ratio = seconds / middle["cp + openssl"]
        bound = name in ("upload", "download") and ending == "txt"
        print(f"{name:14}{seconds:8.3f}{ratio:7.2f} x{'  NOT PASSED' if bound and ratio > MOST else ''}")
    print(f"the worker grew {grown:.0f} MB at most", flush=True)


def _portal(folder: Path, where: dict[str, Any]) -> tuple[dict[str, Any], str, str]:
    settings = {
        "TESTING": True,
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bench.sqlite",
        "BASE_URL": "http://localhost",
        "SECRET_KEY": secrets.token_hex(32),
        "KEK": base64.b64encode(secrets.token_bytes(32)).decode(),
        "COOKIE_SECURE": False,
        "MAIL_SERVER": "127.0.0.1",
        "RATELIMIT_ENABLED": False,
        "MAX_FILE_BYTES": 10**10,
        "MAX_DOSSIER_BYTES": 10**11,
        **where,
    }
    app = create_app(settings)
    with app.app_context():
        upgrade()
        swv = first_account.organisation("SWV De Brug", OrganisationSoort.SAMENWERKINGSVERBAND)
        db.session.commit()
        made = accounts.invite(
            voornaam="Noor",
            achternaam="Verzonnenman",
            email="noor@example.org",
            organisation_id=swv.id,
            rol=Role.JK_SPECIALIST,
            by=None,
        )
        with as_system("the bench makes its preschool"):
            voorschool = Organisation(naam="De Speelhoek", soort=OrganisationSoort.VOORSCHOOL, swv_id=swv.id)
            db.session.add(voorschool)
            db.session.flush()
            somebody = accounts.invite(
                voornaam="Wietske",
                achternaam="Verzonnenman",
                email="wietske@example.org",
                organisation_id=voorschool.id,
                rol=Role.CONTACTPERSOON_VOORSCHOOL,
                by=None,
            )
            for lid in db.session.scalars(db.select(Lidmaatschap)):
                lid.gebruiker.active = True
            db.session.commit()
        del somebody
        person = person_for(made.gebruiker_id, swv.id)
        g.person = person
        dossier = hulpvragen.add(
            {
                "voornaam": "Mila",
                "tussenvoegsel": None,
                "achternaam": "Jansen",
                "geboortedatum": date(2023, 3, 4),
                "voorschool": voorschool.id,
                "omschrijving": "Praat nog weinig.",
            },
            by=person,
        ).id
        token = sessions.begin(person)
        db.session.commit()
    return settings, str(dossier), token


@contextmanager
def _gunicorn(settings: dict[str, Any]) -> Iterator[tuple[int, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = {
        f"KINDBRUG_{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in settings.items()
    }
    command = [sys.executable, "-m", "gunicorn", "run:app", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--log-level", "error", "--timeout", "900"], cwd=ROOT, env=os.environ | known
    )
    try:
        for _ in range(600):
            try:
                _ask(port, "GET", "/healthz")[1].read()
                break
            except OSError:
                time.sleep(0.1)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        yield port, int(children.split()[0])
    finally:
        process.terminate()
        process.wait(30)


def _ask(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    line = http.client.HTTPConnection("localhost", port, timeout=300)
    line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return line, line.getresponse()


class _Browser:
    def __init__(self, port: int, cookie: str, dossier: str) -> None:
        self.port, self.path = port, f"/hulpvragen/{dossier}/bijlagen"
        self.cookie = f"kindbrug={cookie}"
        _line, answer = _ask(port, "GET", f"{self.path}/venster", Cookie=self.cookie)
        page = answer.read().decode()
        self.token = re.search(r'data-token="([^"]+)"', page)[1]
        form = re.search(r"kindbrug_form=([^;]+)", answer.headers["Set-Cookie"])[1]
        self.cookie += f"; kindbrug_form={form}"

    def upload(self, content: bytes, naam: str) -> tuple[float, str]:
        headers = {
            "Cookie": self.cookie,
            "X_CSRFToken": self.token,
            "Content_Type": "application/octet-stream",
            "Accept": "application/json",
            "Content_Disposition": f"attachment; filename={naam}",
        }
        begun = time.perf_counter()
        line, answer = _ask(self.port, "POST", self.path, content, **headers)
        said = answer.read()
        seconds = time.perf_counter() - begun
        line.close()
        assert answer.status == 201, said
        return seconds, json.loads(said)["url"]

    def download(self, address: str, content: bytes, *, is_same: bool) -> tuple[float, float]:
        begun = time.perf_counter()
        line, answer = _ask(self.port, "GET", address, Cookie=self.cookie)
        got = [answer.read(1)]
        first = time.perf_counter() - begun
        while part := answer.read(2**20):
            got.append(part)
        whole = time.perf_counter() - begun
        line.close()
        there = b"".join(got)
        assert there == content if is_same else there[-1000:].rstrip().endswith(b"%%EOF")
        return first, whole


def _copied(source: Path, copy: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(["cp", source, copy], check=True)
    subprocess.run(["openssl", "dgst", "-sha256", copy], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _side_by_side(source: Path) -> float:
    """Give how much longer two take at once than one: who sends and who receives share the machine."""
    hashing = ["openssl", "dgst", "-sha256", str(source)]
    taken = []
    for number in (1, 2):
        begun = time.perf_counter()
        processes = [subprocess.Popen(hashing, stdout=subprocess.DEVNULL) for _process in range(number)]
        assert not any(process.wait() for process in processes)
        taken.append(time.perf_counter() - begun)
    return taken[1] / taken[0]


def _memory(process: int, name: str) -> int:
    """Give a figure of a process's memory, in KiB."""
    return int(re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[1])
