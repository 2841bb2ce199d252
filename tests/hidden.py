"""Two worlds that differ in one hidden dossier: the same rows, ids, moments and chance but for that one."""

import copy
import io
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import time_machine
from flask import Flask

from app import models as m
from app.access import as_system
from app.extensions import db
from app.models.base import now
from app.services import afspraken, bijlagen, notities
from app.terms import Status, Zichtbaarheid
from tests import oracle, world_making
from tests.documents import PDF
from tests.engines import Engine
from tests.oracle import Dossier, Thing
from tests.world import GONE, PEOPLE, Browser, Mark, World
from tests.world_making import PARTIES, ROUNDS, SCHOOLS, Maker

# The marks of what is hidden begin like this, and no other does.
HIDDEN = "qx9"
_FIRST_HIDDEN = 90_000
KEY = "speelhoek:verborgen"  # the Maker gives parents of such a key an account
MOMENT = datetime(2026, 6, 3, 8, 30, tzinfo=UTC)
PRESENT = tuple(key for key in PEOPLE if key not in GONE)
INVITED = tuple(key for key, (_account, place, _roles) in PEOPLE.items() if place is None)
Parties = tuple[tuple[str, str, int, int | None], ...]


@dataclass(frozen=True)
class Variant:
    """To whom the hidden dossier belongs: who stands in the place of whom in a dossier of `speelhoek`.

    `people` are other accounts, by the name of the one whose place they take. Invited people who are not in
    it are new accounts, which occur in this dossier only.
    """

    status: Status
    swv: str = "brug"
    places: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    parties: Parties = PARTIES
    schools: dict[str, tuple[str, dict[str, str]]] = field(default_factory=lambda: SCHOOLS)
    rounds: dict[str, tuple[str, ...]] = field(default_factory=lambda: ROUNDS)
    child_of: str = ""
    also_wrote: str = ""  # a preschool that left documents and notes behind
    about: tuple[str, ...] = ()  # who is near enough to notice, and must not


def _of(*keys: str) -> Parties:
    return tuple(row for row in PARTIES if row[1] in keys)


_AT_NEST = {"speelhoek": "nest"}
_OF_NEST = {"voorschool": "voorschool2"}
_KEI = ("voorschool-genodigd", "voorschool-open")
_ANKER_PLACES = {"brug": "anker", **dict.fromkeys(("speelhoek", "vlinder", "kei", "nest"), "boei")} | (
    dict.fromkeys(("linde", "esdoorn", "wilg", "berk"), "kade")
)
_ANKER_PEOPLE = {
    **dict.fromkeys(("specialist", "contact", "dubbel"), "specialist-anker"),
    **dict.fromkeys(("voorschool", "voorschool-vroeger"), "voorschool-anker"),
}
# Of this SWV nobody has a school: new accounts stand in for its people.
_NEW_AT_ANKER = ("school", "school-zorgplicht", "school-ingetrokken", "school2")

VARIANTS: dict[str, Variant] = {
    "another preschool": Variant(
        Status.ONDERWIJSADVIES, places=_AT_NEST, people=_OF_NEST, about=("voorschool",)
    ),
    "another SWV": Variant(
        Status.BIJLAGEN_TOEGEVOEGD,
        swv="anker",
        places=_ANKER_PLACES,
        people=_ANKER_PEOPLE,
        parties=_of("speelhoek", "linde", "voorschool", *INVITED),
        schools={"linde": SCHOOLS["linde"]},
        rounds={"open": ("specialist", "voorschool", "ouder", "deelnemer"), "dicht": ("deelnemer-dicht",)},
        about=("alleskunner",),
    ),
    "own preschool, advice finished": Variant(
        Status.ADVIES_AFGEROND, about=("voorschool", "school-zorgplicht")
    ),
    "own preschool, before another": Variant(
        Status.ONDERWIJSADVIES,
        places={**_AT_NEST, "vlinder": "speelhoek"},
        people=_OF_NEST | {"voorschool-vroeger": "voorschool"},
        also_wrote="speelhoek",
        about=("voorschool",),
    ),
    "a school without consent": Variant(
        Status.AANMELDEN_SCHOOL,
        places={**_AT_NEST, "linde": "els", "els": "linde", "esdoorn": "hulst", "hulst": "esdoorn"},
        people=_OF_NEST | {"school": "school-teruggenomen", "school-zorgplicht": "zorgplicht-geweigerd"},
        about=("school", "school-zorgplicht"),
    ),
    "a closed round": Variant(
        Status.ONDERWIJSADVIES,
        places=_AT_NEST,
        people=_OF_NEST | {"deelnemer-dicht": "deelnemer"},
        parties=(
            *(row for row in PARTIES if row[1] not in _KEI),
            *((ground, key, -9, -2) for ground in ("genodigd", "overlegronde") for key in _KEI),
        ),
        rounds={
            "open": tuple(key for key in ROUNDS["open"] if key not in _KEI),
            "dicht": (*ROUNDS["dicht"], *_KEI),
        },
        about=("deelnemer", "voorschool-open"),
    ),
    "a parent without authority": Variant(
        Status.AANMELDEN_SCHOOL,
        places=_AT_NEST,
        people=_OF_NEST | {"ouder-zonder-gezag": "ouder"},
        about=("ouder",),
    ),
    "another dossier of a known child": Variant(
        Status.BIJLAGEN_TOEGEVOEGD,
        places=_AT_NEST,
        people=_OF_NEST,
        parties=_of("speelhoek", "voorschool"),
        rounds={"open": ("specialist", "voorschool")},
        child_of="speelhoek:onderwijsadvies",
        about=("voorschool", "ouder-open"),
    ),
}


@contextmanager
def same_chance(seed: str) -> Iterator[None]:
    """Draw keys, nonces and tokens from `seed`, at one moment that does not pass."""
    draw = random.Random(seed).randbytes
    # The first is read by uuid and by Flask-WTF, the second by secrets. SQLAlchemy draws the inner names of
    # conditions, which a process makes once for a person and both worlds then use: not of this chance.
    inner = SimpleNamespace(urandom=os.urandom)
    with (
        patch("sqlalchemy.sql.selectable.os", inner),
        patch("os.urandom", draw),
        patch("random._urandom", draw),
        time_machine.travel(MOMENT, tick=False),
    ):
        yield


class Twins:
    """A world, and beside it the same world with one dossier more."""

    def __init__(self, one: Flask, other: Flask, engine: Engine, seed: str) -> None:
        self.engine, self.seed = engine, seed
        Browser(one, "nobody's").get("/")  # what a process draws once in its life is drawn then
        with same_chance(seed):
            self.maker = Maker(World(one, engine))
            self.one = self.maker.settle()
        self.other = World(other, engine)
        self.as_made = engine.copy(self.one.left())

    def with_hidden(self, variant: Variant) -> "Pair":
        """Put both worlds back as they were made, and hide a dossier in the second."""
        hider = Hider(self._begin_again(), self.maker)
        with same_chance(f"{self.seed} and one more"):
            added = hider.hide(variant)
        hider.world.left()
        return Pair(self.one, hider.world, variant, added, hider.new_accounts)

    def with_internal(self, key: str) -> tuple[World, World, list[str]]:
        """Put both worlds back, and let the specialist write in the second what is internal to the SWV.

        Gives both, and the addresses of what was written in the dossier `key`.
        """
        other = self._begin_again()
        hulpvraag, swv = self.one.dossiers[key].id, self.one.organisations["brug"]
        of = {"hulpvraag": hulpvraag, "zichtbaarheid": Zichtbaarheid.INTERN}
        for_us = {"wat": f"{HIDDEN}0000", "voor": f"organisation:{swv}", "uiterlijk": MOMENT.date()}
        with same_chance(f"{self.seed} within"), other.at_work("specialist") as person:
            row = other.row(other.things[hulpvraag])
            note = notities.add(of | {"tekst": f"{HIDDEN}0001"}, person)
            agreed = afspraken.add(of | for_us, person)
            paper = {"naam": f"{HIDDEN}0002.pdf", "zichtbaarheid": Zichtbaarheid.INTERN}
            document = bijlagen.add(row, io.BytesIO(PDF), **paper, by=person)
            self._put_first(document)
            addresses = [f"/notities/{note.id}", f"/afspraken/{agreed.id}", f"/bijlagen/{document.id}"]
        other.left()
        return self.one, other, addresses

    @staticmethod
    def _put_first(document: m.Bijlage) -> None:
        """Make it one of a kind and a day that others read, and the first: no number may tell."""
        b = m.Bijlage
        with as_system("the test dates a document"):
            shared = (b.hulpvraag_id == document.hulpvraag_id, b.zichtbaarheid == Zichtbaarheid.GEDEELD)
            first = db.session.scalars(db.select(b).where(*shared).order_by(b.toegevoegd_op, b.id)).first()
            document.soort = first.soort
            document.toegevoegd_op = first.toegevoegd_op - timedelta(seconds=1)
            db.session.commit()

    def _begin_again(self) -> World:
        """Make both what the one was at first, and give the other."""
        for world in (self.one, self.other):
            self.engine.put_back(world.left(), self.as_made)
        self.one.browsers = {}
        return replace(self.one, app=self.other.app, browsers={})


@dataclass
class Pair:
    """The two worlds; `added` is what only the second has."""

    one: World
    other: World
    variant: Variant
    added: list[Thing]
    new_accounts: dict[str, str]

    @property
    def dossier(self) -> Dossier:
        return self.other.dossiers[KEY]

    def in_the_dark(self, key: str) -> bool:
        """Whether this person may not know that the hidden dossier is there."""
        who = self.other.who[key]
        return oracle.level(who, self.dossier) == "geen" and not any(
            oracle.may(who, "read", thing) for thing in self.added
        )


class Hider(Maker):
    """Makes one more dossier, by the Maker's own methods, with other people in the places of its own."""

    def __init__(self, world: World, maker: Maker) -> None:
        kept = (world.dossiers, world.things, world.named, world.marks, maker.parents)
        world.dossiers, world.things, world.named, world.marks, parents = copy.deepcopy(kept)
        world.keys = dict(world.keys)
        super().__init__(world)
        self.parents = parents
        self.new_accounts: dict[str, str] = {}

    def hide(self, variant: Variant) -> list[Thing]:
        """Add the dossier and all that hangs off one; give what was added."""
        world, before = self.world, set(self.world.things)
        with world.app.app_context(), as_system("the test hides a dossier"):
            people = {key: self._new_account(key) for key in (*INVITED, *self._unknown(variant))}
            people |= {key: world.accounts[account] for key, account in variant.people.items()}
            places = {key: world.organisations[place] for key, place in variant.places.items()}
            with (
                patch.dict(world.accounts, people),
                patch.dict(world.organisations, places),
                patch.multiple(world_making, SCHOOLS=variant.schools, ROUNDS=variant.rounds),
            ):
                kind = self._known_child(variant.child_of) if variant.child_of else None
                self._dossier(KEY, variant.swv, "speelhoek", variant.status, variant.parties, kind)
            if variant.also_wrote:
                self._contents(world.dossiers[KEY], variant.swv, variant.also_wrote, "contact")
            self._farewell_is_over()
            db.session.commit()
        return [thing for key, thing in world.things.items() if key not in before]

    def mark(self, thing: Thing, name: str) -> str:
        word = f"qx{_FIRST_HIDDEN + len(self.world.marks):05d}xq"
        self.world.marks[word] = Mark(thing, name)
        return word

    @staticmethod
    def _unknown(variant: Variant) -> tuple[str, ...]:
        return _NEW_AT_ANKER if variant.swv == "anker" else ()

    def _new_account(self, key: str) -> int:
        """Make an account that occurs in the hidden dossier only."""
        thing = Thing("Gebruiker", "", None, name=f"verborgen-{key}")
        row = m.Gebruiker(
            username=f"verborgen-{key}",
            first_name="Verborgen",
            last_name=self.mark(thing, "naam"),
            email=f"{self.mark(thing, 'email')}@example.org",
            active=True,
        )
        db.session.add(row)
        db.session.flush()
        self.new_accounts[row.username] = row.email
        return row.id

    def _known_child(self, dossier: str) -> str:
        """Take the child of another dossier, and its parents."""
        kind = self.world.dossiers[dossier].kind
        for name, parent in zip(("ja", "nee", "onbekend", "geheim"), self.parents[kind], strict=True):
            self.world.named[f"{KEY}/ouder-{name}"] = parent
        return kind

    def _farewell_is_over(self) -> None:
        """Let the last message to a former party be unreadable by now."""
        thing = self.world.named[f"{KEY}/bericht-afscheid"]
        thing.farewell = False
        self.world.row(thing).leesbaar_tot = now() - timedelta(days=1)
