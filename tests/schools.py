"""The partnership with schools and parents: who proposes, consents, is approached and answers."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.access import Person, invited_person
from app.extensions import db
from app.models import (
    Betrokkenheid,
    Bijlage,
    Gebruiker,
    Gezagsdrager,
    Hulpvraag,
    Lidmaatschap,
    Organisation,
    SchoolVoorkeur,
    Toestemming,
)
from app.security import session_cookie
from app.services import (
    schoolantwoorden,
    schoolvoorkeuren,
    sessions,
    status,
    toestemmingen,
)
from app.services.effects import Answers
from app.terms import BijlageSoort, Gezag, Ground, OrganisationSoort, Role, Stadium, Zichtbaarheid
from tests.partnership import Partnership

SCHOOLS = {"LINDE": "De Linde", "ESDOORN": "De Esdoorn", "WILG": "De Wilg"}
CONTACTS = {"linde": ("Saskia", "LINDE"), "esdoorn": ("Erik", "ESDOORN"), "wilg": ("Willem", "WILG")}
PARENTS = {"ouder": "Olga", "ouder2": "Otto"}


def today() -> date:
    """The day that it is for the people of the partnership."""
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


class Region(Partnership):
    """The partnership, and a dossier of a child with two parents, of whom the first has an account."""

    def settle(self) -> "Region":
        super().settle()
        with self.behind_the_scenes():
            for key, name in SCHOOLS.items():
                row = Organisation(
                    naam=name, soort=OrganisationSoort.SCHOOL, swv_id=self.organisations["SWV"]
                )
                db.session.add(row)
                db.session.flush()
                self.organisations[key] = row.id
            for key, (voornaam, school) in CONTACTS.items():
                self._account(key, voornaam)
                self._joins(key, school, Role.CONTACTPERSOON_SCHOOL)
            db.session.commit()
        return self

    def _account(self, key: str, voornaam: str) -> int:
        row = Gebruiker(
            username=key,
            first_name=voornaam,
            last_name="Verzonnenman",
            email=f"{key}@example.org",
            active=True,
        )
        db.session.add(row)
        db.session.flush()
        self.people[key] = (row.id, None)
        return row.id

    def _joins(self, key: str, organisation: str, role: Role) -> None:
        who, where = self.people[key][0], self.organisations[organisation]
        db.session.add(Lidmaatschap(gebruiker_id=who, organisation_id=where, rol=role))
        self.people[key] = (who, where)

    def person(self, key: str) -> Person:
        gebruiker_id, place = self.people[key]
        if place is not None:
            return super().person(key)
        found = invited_person(gebruiker_id, self.organisations["SWV"])
        assert found is not None, key
        return found

    def advised(self, *, parents: tuple[str, ...] = ("ouder",)) -> object:
        """Make a dossier that has its advice, with these parents; the first one has an account."""
        dossier = self.dossier(specialist="specialist", contactpersoon="voorschool")
        self.documents(dossier)
        self.move(dossier, "bijlagen_toegevoegd", by="voorschool")
        self.move(dossier, "onderwijsadvies", by="specialist")
        for key in parents:
            self.parent(dossier, key, account=key == "ouder")
        return dossier

    def parent(self, dossier: object, key: str, *, account: bool, gezag: Gezag = Gezag.JA) -> object:
        with self.behind_the_scenes():
            of = self._hulpvraag(dossier)
            user = self.people[key][0] if key in self.people else None
            if account and user is None:
                user = self._account(key, PARENTS[key])
            row = Gezagsdrager(
                swv_id=of.swv_id,
                kind_id=of.kind_id,
                naam=f"{PARENTS[key]} Jansen",
                gezag=gezag,
                gebruiker_id=user if account else None,
            )
            db.session.add(row)
            db.session.flush()
            if account:
                opened = Betrokkenheid(
                    swv_id=of.swv_id,
                    hulpvraag_id=of.id,
                    gebruiker_id=user,
                    grond=Ground.OUDER,
                    bron_id=row.id,
                )
                db.session.add(opened)
            db.session.commit()
            return row.id

    def _hulpvraag(self, dossier: object) -> Hulpvraag:
        return db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()

    def form(self, dossier: object, soort: BijlageSoort = BijlageSoort.TOESTEMMINGSFORMULIER) -> object:
        """Put a signed consent form in the dossier."""
        with self.behind_the_scenes():
            row = Bijlage(
                hulpvraag_id=dossier,
                swv_id=self.organisations["SWV"],
                soort=soort,
                titel="toestemming.pdf",
                zichtbaarheid=Zichtbaarheid.INTERN,
                stadium=Stadium.DEFINITIEF,
                organisation_id=self.organisations["SWV"],
                toegevoegd_door_id=self.people["specialist"][0],
                grootte=1,
                mimetype="application/pdf",
                sha256="0" * 64,
                sleutel=secrets.token_hex(16),
            )
            db.session.add(row)
            db.session.commit()
            return row.id

    def parents(self, dossier: object) -> dict[str, object]:
        """The ids of the parents, by first name."""
        with self.behind_the_scenes():
            rows = db.session.scalars(
                db.select(Gezagsdrager).where(Gezagsdrager.kind_id == self._hulpvraag(dossier).kind_id)
            )
            return {row.naam.split()[0]: row.id for row in rows}

    def propose(self, dossier: object, school: str, *, by: str = "specialist") -> object:
        with self.at_work(by) as person:
            data = {"hulpvraag": dossier, "school": self.organisations[school]}
            return schoolvoorkeuren.add(data, by=person).id

    @contextmanager
    def voorkeur(self, key: object, *, by: str) -> Iterator[tuple[SchoolVoorkeur, Person]]:
        """Let somebody act on a school of preference that they see."""
        with self.at_work(by) as person:
            row = db.session.scalars(db.select(SchoolVoorkeur).where(SchoolVoorkeur.id == key)).one()
            yield row, person

    def record(self, key: object, parent: object, form: object, *, by: str = "specialist") -> object:
        with self.voorkeur(key, by=by) as (row, person):
            data = {"ouder": parent, "getekend_op": today(), "bijlage": form}
            return toestemmingen.record(row, data, person).id

    def consent_of_all(self, dossier: object, key: object) -> None:
        """Record the signed consent of every parent with authority."""
        form = self.form(dossier)
        for parent in self.parents(dossier).values():
            self.record(key, parent, form)

    def approach(self, key: object, *, by: str = "specialist", on: date | None = None) -> list[str]:
        with self.voorkeur(key, by=by) as (row, person):
            return schoolvoorkeuren.approach(row, {"aangemeld_op": on or today()}, person)

    def approached(self, dossier: object, school: str) -> object:
        """Propose a school, record the consents and approach it."""
        key = self.propose(dossier, school)
        self.consent_of_all(dossier, key)
        self.approach(key)
        return key

    def answer(self, key: object, antwoord: str, *, by: str, reden: str | None = "Geen plaats.") -> list[str]:
        with self.voorkeur(key, by=by) as (row, person):
            data = {"antwoord": antwoord, "reden": reden, "op": today()}
            return schoolantwoorden.answer(row, data, person)

    def withdraw(self, dossier: object, *, by: str, school: str = "LINDE") -> None:
        with self.at_work(by) as person:
            row = db.session.scalars(
                db.select(Toestemming).where(
                    Toestemming.hulpvraag_id == dossier,
                    Toestemming.organisation_id == self.organisations[school],
                    Toestemming.ingetrokken_op.is_(None),
                )
            ).first()
            toestemmingen.withdraw(row, person, "De ouder belde." if person.is_jk_staff else None)

    def step(self, dossier: object, transition: str, *, by: str = "specialist", **answers: object) -> object:
        """Change the status, with the answers that its form asks."""
        with self.at_work(by) as person:
            row = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
            confirmed = bool(answers.pop("confirmed", True))
            return status.move(
                row,
                transition,
                toelichting="Omdat.",
                seen=str(status.last_change(row).id),
                by=person,
                answers=Answers(**answers),
                confirmed=confirmed,
            )

    def reads(self, key: str, dossier: object) -> bool:
        """Whether this person finds the dossier now."""
        with self.at_work(key):
            return db.session.scalar(db.select(Hulpvraag.id).where(Hulpvraag.id == dossier)) is not None

    def client(self, key: str):
        """A browser of somebody who is signed in."""
        with self.app.app_context():
            token = sessions.begin(self.person(key))
            db.session.commit()
            name = session_cookie()
        client = self.app.test_client()
        client.set_cookie(name, token)
        return client
