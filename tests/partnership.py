"""A small partnership, made through the portal's services: the people that the tests of the mail write to."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from flask import Flask, g

from app.access import Person, as_system, person_for
from app.extensions import db
from app.models import Bericht, Bijlage, Gebruiker, Hulpvraag, Lidmaatschap, Organisation, StatusWijziging
from app.services import hulpvragen, status
from app.terms import BijlageSoort, OrganisationSoort, Role, Stadium, Zichtbaarheid

PEOPLE = {
    "contact": ("SWV", Role.CONTACTPERSOON_JK),
    "specialist": ("SWV", Role.JK_SPECIALIST),
    "specialist2": ("SWV", Role.JK_SPECIALIST),
    "voorschool": ("VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL),
    "collega": ("VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL),
    "voorschool2": ("VOORSCHOOL2", Role.CONTACTPERSOON_VOORSCHOOL),
    "rolbeheer": ("VOORSCHOOL", Role.ROLBEHEERDER),
}
FIRST_NAMES = {
    "contact": "Anneloes",
    "specialist": "Roderik",
    "specialist2": "Bente",
    "voorschool": "Wietske",
    "collega": "Joris",
    "voorschool2": "Tamara",
    "rolbeheer": "Gijsbert",
    "nieuw": "Nienke",
}
LAST_NAME = "Verzonnenman"
ORGANISATIONS = {
    "SWV": ("SWV De Brug", OrganisationSoort.SAMENWERKINGSVERBAND),
    "VOORSCHOOL": ("De Speelhoek", OrganisationSoort.VOORSCHOOL),
    "VOORSCHOOL2": ("Het Nest", OrganisationSoort.VOORSCHOOL),
}


@dataclass
class Partnership:
    """The ids of its organisations and people, and what they do. `words` go into every typed field."""

    app: Flask
    words: str = ""
    organisations: dict = field(default_factory=dict)
    people: dict = field(default_factory=dict)

    def settle(self) -> "Partnership":
        """Make the organisations and the accounts."""
        with self.app.app_context(), as_system("the test makes its people"):
            for key, (name, soort) in ORGANISATIONS.items():
                row = Organisation(naam=f"{name} {self.words}".strip(), soort=soort)
                db.session.add(row)
                db.session.flush()
                self.organisations[key] = row.id
                row.swv_id = self.organisations["SWV"]
            for key, (organisation, role) in PEOPLE.items():
                self.add_person(key, organisation, role)
            db.session.commit()
        return self

    def add_person(self, key: str, organisation: str, role: Role) -> None:
        person = Gebruiker(
            username=key,
            first_name=f"{FIRST_NAMES[key]} {self.words}".strip(),
            last_name=LAST_NAME,
            email=f"{key}@example.org",
            active=True,
        )
        db.session.add(person)
        db.session.flush()
        db.session.add(
            Lidmaatschap(gebruiker_id=person.id, organisation_id=self.organisations[organisation], rol=role)
        )
        self.people[key] = (person.id, self.organisations[organisation])

    def person(self, key: str) -> Person:
        found = person_for(*self.people[key])
        assert found is not None
        return found

    @contextmanager
    def at_work(self, key: str) -> Iterator[Person]:
        """Let this person act, as in a request of theirs."""
        with self.app.app_context():
            g.person = self.person(key)
            yield g.person

    @contextmanager
    def behind_the_scenes(self) -> Iterator[None]:
        """Look at, or change, what no person may."""
        with self.app.app_context(), as_system("the test looks"):
            yield

    def dossier(self, *, by: str = "contact", **people: str) -> object:
        """Make a dossier for De Speelhoek and give its id; `people` as in specialist="specialist"."""
        chosen = {name: self.people[key][0] for name, key in people.items()}
        with self.at_work(by) as person:
            data = {
                "voornaam": f"Mila {self.words}".strip(),
                "tussenvoegsel": None,
                "achternaam": "Jansen",
                "geboortedatum": date(2023, 3, 4),
                "voorschool": self.organisations["VOORSCHOOL"],
                "omschrijving": self.words or "Praat nog weinig.",
                "anyway": True,
                **chosen,
            }
            return hulpvragen.add(data, by=person).id

    def documents(self, hulpvraag_id: object) -> None:
        """Put the signed request and the final advice in the dossier."""
        with self.behind_the_scenes():
            for soort in (BijlageSoort.AANVRAAG, BijlageSoort.ONDERWIJSADVIES):
                db.session.add(
                    Bijlage(
                        hulpvraag_id=hulpvraag_id,
                        swv_id=self.organisations["SWV"],
                        soort=soort,
                        titel=self.words or "formulier.pdf",
                        zichtbaarheid=Zichtbaarheid.GEDEELD,
                        stadium=Stadium.DEFINITIEF,
                        organisation_id=self.organisations["VOORSCHOOL"],
                        toegevoegd_door_id=self.people["voorschool"][0],
                        grootte=1,
                        mimetype="application/pdf",
                        sha256="0" * 64,
                        sleutel=secrets.token_hex(16),
                    )
                )
            db.session.commit()

    def move(self, hulpvraag_id: object, transition: str, *, by: str) -> StatusWijziging:
        """Change the status, in the words and with the rights of this person."""
        with self.at_work(by) as person:
            hulpvraag = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == hulpvraag_id)).one()
            last = status.last_change(hulpvraag)
            return status.move(
                hulpvraag, transition, toelichting=self.words or "Omdat.", seen=str(last.id), by=person
            )

    def berichten(self, **where: object) -> list[Bericht]:
        """All messages, in the order in which they were made."""
        with self.behind_the_scenes():
            query = db.select(Bericht).filter_by(**where).order_by(Bericht.gemaakt_op)
            return list(db.session.scalars(query))
