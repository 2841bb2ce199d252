"""A world to try every right in: two SWVs, people in every role and relation, a dossier in every status."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import models as m
from app.access import Person, as_system, person_for
from app.extensions import db
from app.terms import Role
from tests.documents import named
from tests.engines import Engine
from tests.oracle import Dossier, Thing, Who

# key: kind, its SWV
ORGANISATIONS = {
    "brug": ("samenwerkingsverband", "brug"),
    "speelhoek": ("voorschool", "brug"),
    "nest": ("voorschool", "brug"),
    "vlinder": ("voorschool", "brug"),
    "straks": ("voorschool", "brug"),
    "linde": ("school", "brug"),
    "esdoorn": ("school", "brug"),
    "wilg": ("school", "brug"),
    "berk": ("school", "brug"),
    "els": ("school", "brug"),
    "iep": ("school", "brug"),
    "hulst": ("school", "brug"),
    "beuk": ("school", "brug"),
    "kastanje": ("school", "brug"),
    "kei": ("voorschool", "brug"),
    "zorg": ("partner", "brug"),
    "anker": ("samenwerkingsverband", "anker"),
    "boei": ("voorschool", "anker"),
    "kade": ("school", "anker"),
    "beheer": ("exploitant", None),
}
# key: account, organisation (None: invited), roles
PEOPLE: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "contact": ("contact", "brug", ("contactpersoon_jk",)),
    "specialist": ("specialist", "brug", ("jk_specialist",)),
    "alleskunner": ("alleskunner", "brug", ("jk_specialist", "contactpersoon_jk", "rolbeheerder")),
    "rolbeheer": ("rolbeheer", "brug", ("rolbeheerder",)),
    "privacy": ("privacy", "brug", ("privacyfunctionaris",)),
    "voorschool": ("voorschool", "speelhoek", ("contactpersoon_voorschool",)),
    "collega": ("collega", "speelhoek", ("contactpersoon_voorschool", "rolbeheerder")),
    "rolbeheer-voorschool": ("rolbeheer-voorschool", "speelhoek", ("rolbeheerder",)),
    "voorschool2": ("voorschool2", "nest", ("contactpersoon_voorschool",)),
    "voorschool-vroeger": ("voorschool-vroeger", "vlinder", ("contactpersoon_voorschool",)),
    "voorschool-straks": ("voorschool-straks", "straks", ("contactpersoon_voorschool",)),
    "school": ("school", "linde", ("contactpersoon_school",)),
    "rolbeheer-school": ("rolbeheer-school", "linde", ("rolbeheerder",)),
    "school-zorgplicht": ("school-zorgplicht", "esdoorn", ("contactpersoon_school",)),
    "school-ingetrokken": ("school-ingetrokken", "wilg", ("contactpersoon_school",)),
    "school2": ("school2", "berk", ("contactpersoon_school",)),
    # Of this school a parent took the consent back; of the next only one parent consents, of two.
    "school-teruggenomen": ("school-teruggenomen", "els", ("contactpersoon_school",)),
    "school-half": ("school-half", "iep", ("contactpersoon_school",)),
    "zorgplicht-geweigerd": ("zorgplicht-geweigerd", "hulst", ("contactpersoon_school",)),
    "voorschool-genodigd": ("voorschool-genodigd", "kei", ("contactpersoon_voorschool",)),
    "voorschool-open": ("voorschool-open", "kei", ("contactpersoon_voorschool",)),
    "partner": ("partner", "zorg", ("rolbeheerder",)),
    "ouder": ("ouder", None, ("ouder", "deelnemer")),
    "ouder-zonder-gezag": ("ouder-zonder-gezag", None, ("ouder", "deelnemer")),
    "ouder-open": ("ouder-open", None, ("ouder", "deelnemer")),
    "ouder2": ("ouder2", None, ("ouder", "deelnemer")),
    "deelnemer": ("deelnemer", None, ("ouder", "deelnemer")),
    "deelnemer-dicht": ("deelnemer-dicht", None, ("ouder", "deelnemer")),
    "deelnemer-genodigd": ("deelnemer-genodigd", None, ("ouder", "deelnemer")),
    # One account in three places: the roles of one never open anything in another.
    "dubbel-swv": ("dubbel", "brug", ("jk_specialist",)),
    "dubbel-voorschool": ("dubbel", "nest", ("contactpersoon_voorschool",)),
    "dubbel-school": ("dubbel", "berk", ("contactpersoon_school",)),
    # Roles that their organisation can't give, as a mistake in the database would have them: worth nothing.
    "vals-voorschool": ("vals-voorschool", "speelhoek", ("jk_specialist",)),
    "vals-swv": (
        "vals-swv",
        "brug",
        ("privacyfunctionaris", "contactpersoon_voorschool", "platformbeheerder"),
    ),
    "specialist-anker": ("specialist-anker", "anker", ("jk_specialist", "contactpersoon_jk")),
    "rolbeheer-anker": ("rolbeheer-anker", "anker", ("rolbeheerder",)),
    "voorschool-anker": ("voorschool-anker", "boei", ("contactpersoon_voorschool",)),
    "platform": ("platform", "beheer", ("platformbeheerder",)),
    # Their cookies are from before: the membership ended, the account was closed, the organisation left.
    "oud-lid": ("oud-lid", "speelhoek", ("contactpersoon_voorschool",)),
    "oud-account": ("oud-account", "speelhoek", ("contactpersoon_voorschool",)),
}
GONE = frozenset({"oud-lid", "oud-account", "vals-voorschool"})
# What is written over and over on a page, and tells nothing.
MARK = re.compile(r"qx[0-9]{5}xq")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Mark:
    """A word that occurs in one field of one row, so that a page that shows it shows that."""

    thing: Thing
    field: str


@dataclass
class World:
    """What there is, in the words of the oracle, and the browsers of its people."""

    app: Flask
    engine: Engine
    organisations: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    who: dict[str, Who] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    named: dict[str, Thing] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)  # of links in mails, by Bericht
    members: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, "Browser"] = field(default_factory=dict)

    def person(self, key: str) -> Person:
        """The person as the app knows them in a request; call it within an application context."""
        account, organisation, _roles = PEOPLE[key]
        if organisation is None:
            return Person(
                gebruiker_id=self.accounts[account],
                naam=key,
                swv_id=uuid.UUID(self.organisations["brug"]),
                rollen=frozenset({Role.OUDER, Role.DEELNEMER}),
                afwijkingen=frozenset(
                    (Role(role), right, granted)
                    for role, right, granted in self.who[key].changed
                    if role in self.who[key].given
                ),
            )
        found = person_for(self.accounts[account], uuid.UUID(self.organisations[organisation]))
        assert found is not None, key
        return found

    @contextmanager
    def at_work(self, key: str) -> Iterator[Person]:
        """Let somebody act as in one request of theirs."""
        with self.app.test_request_context():
            g.person = self.person(key)
            yield g.person
            db.session.rollback()

    @contextmanager
    def behind_the_scenes(self) -> Iterator[None]:
        with self.app.app_context(), as_system("the test looks"):
            yield

    @contextmanager
    def as_it_was(self) -> Iterator[Callable[[], None]]:
        """Let the block change what it likes: afterwards the database is as before.

        The block gets what puts it back earlier, as often as it likes.
        """
        kept = self.engine.copy(self.left())
        try:
            yield lambda: self.engine.put_back(self.left(), kept)
        finally:
            self.engine.put_back(self.left(), kept)
            self.engine.drop(kept)
            for browser in self.browsers.values():
                browser.forget_what_was_said()

    def left(self) -> str:
        """Give the address of the database, with nobody at it."""
        with self.app.app_context():
            db.engine.dispose()
        return self.app.config["SQLALCHEMY_DATABASE_URI"]

    def browser(self, key: str | None) -> "Browser":
        """The signed-in browser of this person; None is somebody who is not signed in."""
        name = key or ""
        if name not in self.browsers:
            self.browsers[name] = Browser(self.app, self.tokens.get(name))
        return self.browsers[name]

    def of(self, noun: str) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.noun == noun]

    def row(self, thing: Thing) -> Any:
        """The row itself, whoever asks; call it within an application context."""
        model = getattr(m, thing.noun)
        with as_system("the test looks"):
            return db.session.scalars(db.select(model).where(model.id == thing.id)).one()


class Browser:
    """Somebody's browser without JavaScript: it keeps cookies and the form's token."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client: FlaskClient = app.test_client()
        if token:
            self.client.set_cookie("kindbrug", token)
        self._csrf = ""

    @property
    def csrf(self) -> str:
        if not self._csrf:
            page = self.client.get("/organisatie-wisselen", follow_redirects=True).get_data(as_text=True)
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert found, "no form with a token"
            self._csrf = found[1]
        return self._csrf

    def forget_what_was_said(self) -> None:
        """Take away the "Opgeslagen." that waits for the next page."""
        with self.client.session_transaction() as session:
            session.pop("_flashes", None)

    def get(self, path: str, **kw: Any) -> TestResponse:
        return self.client.get(path, **kw)

    def post(self, path: str, data: dict[str, Any] | None = None, **kw: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.csrf} | (data or {}), **kw)

    def upload(self, path: str, body: bytes = b"", **query: str) -> TestResponse:
        headers = {
            "Content-Type": "application/octet-stream",
            "Accept": "application/json",
            "X-CSRFToken": self.csrf,
            **named(query.pop("naam", "")),
        }
        return self.client.post(path, data=body, headers=headers, query_string=query)


def text_of(answer: TestResponse) -> str:
    return answer.get_data().decode(errors="replace")


def marks_on(answer: TestResponse) -> set[str]:
    return set(MARK.findall(text_of(answer)))


def ids_on(answer: TestResponse) -> set[str]:
    return set(UUID.findall(text_of(answer)))


def plain(answer: TestResponse) -> str:
    """The page without what is new on every page: its nonce and its form token."""
    text = re.sub(r'nonce="[^"]*"', "", text_of(answer))
    return re.sub(r'(csrf_token" value|csrf-token" content|data-token)="[^"]*"', "", text)
