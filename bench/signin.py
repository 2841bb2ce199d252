"""Signing in: whether the answer, or the time that it takes, tells if a user name is known.

A real portal on SQLite with hashes as slow as in production. Known and unknown names take turns at random,
each page is asked 500 times of either, and the medians may differ by 10 ms at most. With fewer tries, in a
setting of the environment (KINDBRUG_BENCH_TRIES), it is done sooner.
"""

import base64
import os
import random
import re
import secrets
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from app import create_app
from app.access import as_system
from app.extensions import db
from app.models import Inloggegevens
from app.models.base import now
from app.services import accounts, first_account, passwords, two_factor
from app.terms import OrganisationSoort, Role

TRIES = int(os.environ.get("KINDBRUG_BENCH_TRIES", "500"))
MOST = 10.0  # ms between the medians
NAMES = 50  # of either kind: the tries are spread over them
PASSWORD = "een lange zin voor de meting"
# What is sent to which page besides organisation and user name.
PAGES = {
    "wrong password": ("/login", {"password": "een heel andere zin", "code": "000000"}),
    "right password, wrong code": ("/login", {"password": PASSWORD, "code": "000000"}),
    "wrong recovery code": (
        "/login/herstelcode",
        {"password": PASSWORD, "recovery_code": "aaaa-bbbb-cccc"},
    ),
    "forgotten password": ("/wachtwoord-vergeten", {}),
}
_TOKENS = re.compile(r'(name="csrf_token" value="|nonce=")[^"]*')


def main() -> None:
    """Ask every page and print, a line a page, the medians in ms and whether the answers were the same."""
    print(f"\nSigning in with known and unknown names, {TRIES} tries of each: medians in ms")
    print(f"{'page':28}{'known':>9}{'unknown':>9}{'apart':>8}  answers")
    with _portal() as (app, swv_id):
        for page, (path, typed) in PAGES.items():
            took, answers = _ask(app, path, {"organisation": str(swv_id), **typed})
            known, unknown = (statistics.median(took[kind]) * 1000 for kind in (True, False))
            apart = abs(known - unknown)
            same = "the same" if len(answers) == 1 else f"{len(answers)} DIFFERENT"
            passed = "" if apart <= MOST and len(answers) == 1 else "  NOT PASSED"
            print(f"{page:28}{known:9.1f}{unknown:9.1f}{apart:8.1f}  {same}{passed}", flush=True)


@contextmanager
def _portal() -> Iterator[tuple[Flask, uuid.UUID]]:
    with tempfile.TemporaryDirectory(prefix="kindbrug-bench-") as folder:
        app = create_app(
            {
                "TESTING": True,
                "SQLALCHEMY_DATABASE_URI": f"sqlite:///{Path(folder)}/bench.sqlite",
                "STORE_URL": f"file://{folder}/store",
                "BASE_URL": "http://localhost",
                "SECRET_KEY": secrets.token_hex(32),
                "KEK": base64.b64encode(secrets.token_bytes(32)).decode(),
                "LOG_KEY": secrets.token_hex(32),
                "COOKIE_SECURE": False,
                "MAIL_SERVER": "127.0.0.1",
                "RATELIMIT_ENABLED": False,
                "SIGNIN_TRIES": 10**6,  # the tries themselves are what is measured
            }
        )
        with app.app_context():
            upgrade()
            swv = first_account.organisation("SWV De Brug", OrganisationSoort.SAMENWERKINGSVERBAND)
            db.session.commit()
            _make_accounts(swv.id)
        yield app, swv.id


def _make_accounts(swv_id: uuid.UUID) -> None:
    hashed = passwords.hash_password(PASSWORD)
    for number in range(NAMES):
        made = accounts.invite(
            voornaam="Noor",
            achternaam="Verzonnenman",
            email=f"{_name(number, known=True)}@example.nl",
            organisation_id=swv_id,
            rol=Role.JK_SPECIALIST,
            by=None,
        )
        with as_system("the bench activates its accounts"):
            row = Inloggegevens(
                gebruiker_id=made.gebruiker_id,
                wachtwoord_hash=hashed,
                totp_geheim=two_factor.new_secret(),
                actief_sinds=now(),
            )
            db.session.add(row)
            db.session.commit()


def _name(number: int, *, known: bool) -> str:
    return f"{'bekend' if known else 'vreemd'}{number:03}"


def _ask(app: Flask, path: str, typed: dict[str, str]) -> tuple[dict[bool, list[float]], set[str]]:
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert token is not None
    numbers = {kind: cycle(range(NAMES)) for kind in (True, False)}
    # In pairs: a machine that slows down meanwhile slows both.
    turns = [known for _ in range(TRIES) for known in random.sample((True, False), 2)]
    took: dict[bool, list[float]] = {True: [], False: []}
    answers: set[str] = set()
    for known in (True, False):  # the first of all compiles templates and statements
        _post(client, path, typed | {"csrf_token": token[1], "username": _name(0, known=known)})
    for known in turns:
        name = _name(next(numbers[known]), known=known)
        seconds, answer = _post(client, path, typed | {"csrf_token": token[1], "username": name})
        took[known].append(seconds)
        answers.add(answer.replace(name, ""))
    return took, answers


def _post(client: FlaskClient, path: str, fields: dict[str, str]) -> tuple[float, str]:
    """Give the seconds that an answer took, and the answer without what is new in each."""
    begun = time.perf_counter()
    answer = client.post(path, data=fields)
    seconds = time.perf_counter() - begun
    headers = sorted(
        (name, value)
        for name, value in answer.headers
        if name not in ("Set-Cookie", "Content-Security-Policy")
    )
    cookies = sorted(cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie"))
    return seconds, f"{answer.status} {headers} {cookies} {_TOKENS.sub('', answer.get_data(as_text=True))}"
