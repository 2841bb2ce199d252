"""A list of organisations and people on SQLite: how long upload, check and doing take, in how much memory."""

import base64
import csv
import io
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from openpyxl import Workbook

from app import create_app
from app.access import person_for
from app.extensions import db
from app.services import accounts, first_account, sessions
from app.services.invoer_lijst import KOLOMMEN
from app.terms import OrganisationSoort, Role

ROWS = ((500, "csv"), (5_000, "csv"), (5_000, "xlsx"), (10_000, "xlsx"))
PER_ORGANISATION = 16  # 5,000 rows are 313 organisations


def main() -> None:
    """Print a line for each list, the first of which warms up."""
    with tempfile.TemporaryDirectory() as folder:
        app = _portal(folder)
        print("  rows  file   upload    check  first sign    doing  peak RSS")
        for number, (rows, ending) in enumerate(ROWS):
            client = _role_administrator(app, f"SWV {number}", number)
            content = _list(rows, ending, f"s{number}")
            with _memory() as peak:
                figures = _import(client, content, f"lijst.{ending}")
            print(f"{rows:>6} {ending:>5} " + "{:>7.2f}s {:>7.2f}s {:>10.2f}s {:>7.2f}s".format(*figures)
                  + f" {peak[0]:>+6.0f} MB")  # fmt: skip


def _portal(folder: str) -> Flask:
    app = create_app(
        {
            "TESTING": True,
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bench.sqlite",
            "STORE_URL": f"file://{folder}/store",
            "BASE_URL": "http://localhost",
            "SECRET_KEY": secrets.token_hex(32),
            "KEK": base64.b64encode(secrets.token_bytes(32)).decode(),
            "COOKIE_SECURE": False,
            "MAIL_SERVER": "127.0.0.1",
        }
    )
    with app.app_context():
        upgrade()
    return app


def _role_administrator(app: Flask, naam: str, number: int) -> FlaskClient:
    with app.app_context():
        swv = first_account.organisation(naam, OrganisationSoort.SAMENWERKINGSVERBAND)
        db.session.flush()
        lid = accounts.invite(
            voornaam="Sjoukje",
            achternaam="Verzonnenman",
            email=f"beheer{number}@example.org",
            organisation_id=swv.id,
            rol=Role.ROLBEHEERDER,
            by=None,
        )
        token = sessions.begin(person_for(lid.gebruiker_id, swv.id))
        db.session.commit()
    client = app.test_client()
    client.set_cookie("kindbrug", token)
    return client


def _list(rows: int, ending: str, mark: str) -> bytes:
    lines = [
        (f"School {n // PER_ORGANISATION} {mark}", "school", "Noord", "", f"Voornaam{n}", f"Achternaam{n}",
         f"naam{n}@{mark}.example", "rolbeheerder" if n % PER_ORGANISATION == 0 else "contactpersoon school",
         "Hoofdgebouw", "", "")
        for n in range(rows)
    ]  # fmt: skip
    if ending == "csv":
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([KOLOMMEN, *lines])
        return text.getvalue().encode()
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for line in (KOLOMMEN, *lines):
        sheet.append(line)
    book.save(file)
    return file.getvalue()


def _import(client: FlaskClient, content: bytes, name: str) -> tuple[float, ...]:
    token = _find("csrf_token", client.get("/invoer/").text)
    begin = time.perf_counter()
    form = {"csrf_token": token, "bestand": (io.BytesIO(content), name)}
    path = client.post("/invoer/", data=form, content_type="multipart/form-data").headers["Location"]
    uploaded = time.perf_counter()
    page = client.get(path).text
    checked = time.perf_counter()
    answer = client.post(path, data={"csrf_token": token, "gezien": _find("gezien", page)}, buffered=False)
    first, last = 0.0, b""
    for piece in answer.response:
        last += piece if isinstance(piece, bytes) else piece.encode()
        if not first and b"<li>0 " in last:
            first = time.perf_counter()
    done = time.perf_counter()
    assert b"The list was carried out." in last or b"De lijst is uitgevoerd." in last
    return uploaded - begin, checked - uploaded, first - checked, done - checked


def _find(name: str, page: str) -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', page)[1]


@contextmanager
def _memory() -> Iterator[list[float]]:
    """Give how many MB the process grew at its highest. Linux keeps that mark, and lets it be put back."""
    Path("/proc/self/clear_refs").write_text("5")
    before, peak = _status("VmRSS"), [0.0]
    yield peak
    peak[0] = (_status("VmHWM") - before) / 1024


def _status(name: str) -> int:
    return int(re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())[1])
