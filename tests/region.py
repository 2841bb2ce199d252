"""One small SWV, made anew for each walk: its people act through the services, and the ledger keeps what."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, g

from app import models as m
from app.access import Person, as_system, person_for
from app.errors import NotFound, PortalError
from app.extensions import db
from app.security import session_cookie
from app.services import hulpvragen, sessions
from app.terms import BijlageSoort, OrganisationSoort, Role, Stadium, Zichtbaarheid
from tests.ledger import HIDDEN, NO, YES, Ledger, Membership, Paper, Parent, Place

# key: kind, its SWV
PLACES = {
    "brug": ("samenwerkingsverband", "brug"),
    "speelhoek": ("voorschool", "brug"),
    "nest": ("voorschool", "brug"),
    "linde": ("school", "brug"),
    "esdoorn": ("school", "brug"),
    "wilg": ("school", "brug"),
    "anker": ("samenwerkingsverband", "anker"),
    "beheer": ("exploitant", None),
}
# who: where, in which role
MEMBERS = {
    "specialist": ("brug", "jk_specialist"),
    "contact": ("brug", "contactpersoon_jk"),
    "rolbeheer": ("brug", "rolbeheerder"),
    "juf": ("speelhoek", "contactpersoon_voorschool"),
    "meester": ("nest", "contactpersoon_voorschool"),
    "linde": ("linde", "contactpersoon_school"),
    "esdoorn": ("esdoorn", "contactpersoon_school"),
    "wilg": ("wilg", "contactpersoon_school"),
    "anker": ("anker", "jk_specialist"),
    "beheer": ("beheer", "platformbeheerder"),
}
PARENTS = {"moeder": "ja", "vader": "ja", "oma": "onbekend"}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = itertools.count()


@dataclass
class Region:
    """The SWV in the portal, and the ledger beside it. Accounts are known by the name before the @."""

    app: Flask
    number: int = field(default_factory=lambda: next(_numbers))

    def settle(self) -> "Region":
        with self.app.test_request_context(), as_system("the test makes its people"):
            places = {key: self._place(key) for key in PLACES}
            for place in places.values():
                if place.swv:
                    row = db.session.get(m.Organisation, uuid.UUID(place.id))
                    row.swv_id = uuid.UUID(places[place.swv].id)
            self.ledger = Ledger(places["brug"], places["speelhoek"], places, START)
            self.ledger.were_party.add("speelhoek")
            self._people()
            db.session.commit()
        self._dossier()
        return self

    def _place(self, key: str) -> Place:
        soort, swv = PLACES[key]
        row = m.Organisation(naam=f"{key} {self.number}", soort=OrganisationSoort(soort))
        db.session.add(row)
        db.session.flush()
        return Place(key, str(row.id), soort, swv)

    def _people(self) -> None:
        for key, (place, role) in MEMBERS.items():
            row = m.Gebruiker(
                username=f"{key}.{self.number}",
                first_name=key,
                last_name="Verzonnenman",
                email=self.email(key),
                active=True,
            )
            db.session.add(row)
            db.session.flush()
            self.ledger.accounts[key] = row.id
            at = self.ledger.places[place]
            lid = m.Lidmaatschap(gebruiker_id=row.id, organisation_id=uuid.UUID(at.id), rol=Role(role))
            db.session.add(lid)
            db.session.flush()
            self.ledger.members.append(Membership(key, at, role, str(lid.id)))

    def _dossier(self) -> None:
        ledger = self.ledger
        with self.at_work("contact", ledger.swv) as person:
            data = {
                "voornaam": "Mila",
                "tussenvoegsel": None,
                "achternaam": "Jansen",
                "anyway": True,
                "geboortedatum": date(2023, 3, 4),
                "voorschool": ledger.preschool.id,
            }
            row = hulpvragen.add(data, by=person)
            ledger.id, ledger.child = str(row.id), str(row.kind_id)
        with self.behind_the_scenes():
            self.began = str(db.session.scalars(self._of(m.StatusWijziging)).one().id)
            for address, gezag in PARENTS.items():
                parent = m.Gezagsdrager(
                    swv_id=uuid.UUID(ledger.swv.id),
                    kind_id=uuid.UUID(ledger.child),
                    naam=address,
                    email=self.email(address),
                    gezag=gezag,
                )
                db.session.add(parent)
                db.session.flush()
                ledger.parents.append(Parent(address, gezag, str(parent.id)))
            for soort, place, shared in (
                ("aanvraag", ledger.preschool, True),
                ("onderwijsadvies", ledger.swv, True),
                ("toestemmingsformulier", ledger.swv, False),
            ):
                ledger.papers.append(self._paper(soort, place, shared))
            db.session.commit()

    def _paper(self, soort: str, place: Place, shared: bool) -> Paper:
        row = m.Bijlage(
            swv_id=uuid.UUID(self.ledger.swv.id),
            hulpvraag_id=uuid.UUID(self.ledger.id),
            soort=BijlageSoort(soort),
            titel=f"{soort}.pdf",
            zichtbaarheid=Zichtbaarheid.GEDEELD if shared else Zichtbaarheid.INTERN,
            stadium=Stadium.DEFINITIEF,
            organisation_id=uuid.UUID(place.id),
            toegevoegd_door_id=self.ledger.accounts["specialist"],
            grootte=1,
            mimetype="application/pdf",
            sha256="0" * 64,
            sleutel=uuid.uuid4().hex,
        )
        db.session.add(row)
        db.session.flush()
        return Paper(soort, place, shared, str(row.id))

    def _of(self, model: Any) -> Any:
        return db.select(model).where(model.hulpvraag_id == uuid.UUID(self.ledger.id))

    def email(self, address: str) -> str:
        return f"{address}.{self.number}@example.org"

    def person(self, address: str, place: Place | None) -> Person | None:
        """The person as in a request of theirs; who was invited is there as long as the session is."""
        account = self.ledger.accounts[address]
        if place is not None:
            return person_for(account, uuid.UUID(place.id))
        roles = frozenset({Role.OUDER, Role.DEELNEMER})
        return Person(account, address, swv_id=uuid.UUID(self.ledger.swv.id), rollen=roles)

    @contextmanager
    def at_work(self, address: str, place: Place | None) -> Iterator[Person]:
        """Let somebody act, as in one request of theirs."""
        with self.app.test_request_context():
            person = self.person(address, place)
            assert person is not None, (address, place)
            g.person = person
            try:
                yield person
            finally:
                db.session.rollback()

    @contextmanager
    def behind_the_scenes(self) -> Iterator[None]:
        with self.app.test_request_context(), as_system("the test looks"):
            yield

    def attempt(self, who: tuple[str, Place | None], act: Callable[[Person], Any]) -> tuple[str, Any]:
        """Let somebody do `act`: what the portal says, and what it gives when it says YES."""
        with self.at_work(*who) as person:
            try:
                found = act(person)
            except NotFound:
                return HIDDEN, None
            except PortalError:
                return NO, None
            return YES, getattr(found, "id", None)

    def find(self, model: Any, key: str) -> Any:
        """One row as the person may read it, like a page does; NotFound otherwise."""
        found = db.session.scalar(db.select(model).where(model.id == uuid.UUID(key)))
        if found is None:
            raise NotFound
        return found

    def account_of(self, address: str) -> int | None:
        with self.behind_the_scenes():
            query = db.select(m.Gebruiker.id).where(m.Gebruiker.email == self.email(address))
            return db.session.scalar(query)

    def page(self, who: tuple[str, Place | None], path: str) -> int:
        """The status of the answer to somebody with a session of before."""
        address, place = who
        account, at = self.ledger.accounts[address], uuid.UUID(place.id) if place else None
        swv = self.ledger.swv_of(place) if place else self.ledger.swv.id
        with self.app.app_context():
            token = sessions.begin(
                Person(account, address, organisation_id=at, swv_id=uuid.UUID(swv) if swv else None)
            )
            db.session.commit()
            name = session_cookie()
        client = self.app.test_client()
        client.set_cookie(name, token)
        return client.get(path).status_code
