"""The steps a person takes to get in, over HTTP with the forms' own tokens: invited, activated, signed in."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.extensions import db
from app.models.base import now
from app.services import accounts, first_account, two_factor
from app.terms import OrganisationSoort, Role

PASSWORD = "een lange zin voor Kindbrug"


class Visitor:
    """A browser without JavaScript: keeps cookies, sends each form with the token of the page it is on."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str) -> TestResponse:
        return self._seen(self.client.get(path))

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send the form of the page that is open; open `path` first when none is."""
        if not self.token:
            self.get(path)
        return self._seen(self.client.post(path, data=fields | {"csrf_token": self.token}))

    def sign_in(self, account: "Account", **other: str) -> TestResponse:
        """Fill in the four fields, with a code that was not used before; `other` fills in something else."""
        self.token = ""
        return self.post("/login", **(account.fields() | other))

    def is_in(self) -> bool:
        """Whether a page that is for signed-in people only opens."""
        return self.client.get("/organisatie-wisselen").status_code == 200

    def _seen(self, answer: TestResponse) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.get_data(as_text=True))
        self.token = found[1] if found else ""
        return answer


@dataclass
class Account:
    """An account as its owner knows it."""

    username: str
    organisation: str
    secret: str = ""
    recovery_codes: tuple[str, ...] = ()
    password: str = PASSWORD

    def code(self, steps_ahead: int = 0) -> str:
        """What the app on the phone shows now, or in so many times 30 s."""
        return two_factor.current_code(self.secret, now() + timedelta(seconds=30 * steps_ahead))

    def fields(self) -> dict[str, str]:
        return {
            "organisation": self.organisation,
            "username": self.username,
            "password": self.password,
            "code": self.code(),
        }


def swv(app: Flask, naam: str = "SWV De Brug") -> uuid.UUID:
    """Make an SWV without anybody in it."""
    with app.app_context():
        made = first_account.organisation(naam, OrganisationSoort.SAMENWERKINGSVERBAND)
        db.session.commit()
        return made.id


def invited(app: Flask, email: str, swv_id: uuid.UUID, rol: Role = Role.ROLBEHEERDER) -> str:
    """Invite from the command line, and give the path of the link."""
    with app.app_context():
        lidmaatschap = accounts.invite(
            voornaam="Noor", achternaam="Visser", email=email, organisation_id=swv_id, rol=rol, by=None
        )
        return str(first_account.link_of(lidmaatschap)).removeprefix("http://localhost")


def activate(app: Flask, path: str, username: str, swv_id: uuid.UUID) -> Account:
    """Walk the whole activation, with the code that the phone shows."""
    visitor, account = Visitor(app), Account(username, str(swv_id))
    visitor.get(path)
    visitor.post(path)
    visitor.get(f"{path}/wachtwoord")
    visitor.post(f"{path}/wachtwoord", password=PASSWORD, repeat=PASSWORD)
    account.secret = secret_on(visitor.get(f"{path}/code"))
    visitor.post(f"{path}/code", code=account.code())
    account.recovery_codes = codes_on(visitor.get(f"{path}/herstelcodes"))
    visitor.post(f"{path}/herstelcodes", kept="y")
    return account


def secret_on(page: TestResponse) -> str:
    """Read the secret that stands under the QR."""
    return re.search(r'class="secret"[^>]*>([^<]+)<', page.get_data(as_text=True))[1].replace(" ", "")


def codes_on(page: TestResponse) -> tuple[str, ...]:
    """Read the recovery codes."""
    return tuple(re.findall(r"<li>([a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4})</li>", page.get_data(as_text=True)))


def sentence_on(page: TestResponse) -> str:
    """Read the errors on top of a form."""
    found = re.search(r'id="errors".*?<ul>(.*?)</ul>', page.get_data(as_text=True), re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


@contextmanager
def statements() -> Iterator[list[str]]:
    """Gather the SQL statements of the block."""
    asked: list[str] = []

    def note(connection, cursor, statement, *rest):
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)
