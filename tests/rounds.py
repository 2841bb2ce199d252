"""Consultations around one dossier of the partnership, with a school, a child's parents and strangers."""

from datetime import UTC, datetime, timedelta

from flask import g

from app.access import person_for
from app.extensions import db
from app.models import (
    Betrokkenheid,
    Deelname,
    Gebruiker,
    Gezagsdrager,
    Hulpvraag,
    Inloggegevens,
    Organisation,
    Overlegronde,
)
from app.models.base import now
from app.security import session_cookie
from app.services import deelnames, genodigden, openingen, overlegrondes, sessions
from app.services.genodigden import Wie
from app.terms import Gezag, Opening, OrganisationSoort, Role
from tests import partnership
from tests.account_steps import Account, Visitor
from tests.partnership import Partnership

partnership.FIRST_NAMES.setdefault("school", "Machteld")
MOEDER, VADER, BEKENDE = "moeder@example.org", "vader@example.org", "logopedist@example.org"


def next_week() -> datetime:
    """Next week at two in the afternoon, UTC."""
    return (datetime.now(UTC) + timedelta(days=7)).replace(hour=14, minute=0, second=0, microsecond=0)


class Rounds(Partnership):
    """The partnership with a school, an SWV elsewhere, and what is done with consultations."""

    def settle(self) -> "Rounds":
        super().settle()
        with self.behind_the_scenes():
            for key, name, soort in (
                ("SCHOOL", "De Linde", OrganisationSoort.SCHOOL),
                ("ANKER", "SWV Het Anker", OrganisationSoort.SAMENWERKINGSVERBAND),
            ):
                row = Organisation(naam=name, soort=soort)
                db.session.add(row)
                db.session.flush()
                self.organisations[key] = row.id
                row.swv_id = row.id if key == "ANKER" else self.organisations["SWV"]
            self.add_person("school", "SCHOOL", Role.CONTACTPERSOON_SCHOOL)
            self.add_person("nieuw", "ANKER", Role.JK_SPECIALIST)
            for key in self.people:
                db.session.add(Inloggegevens(gebruiker_id=self.people[key][0], actief_sinds=now()))
            db.session.commit()
        return self

    def round(self, dossier: object, *, by: str = "specialist", **other: object) -> object:
        """Plan a consultation and give its id."""
        data = {"hulpvraag": str(dossier), "begint_op": next_week(), "duur": 60, "plaats": "Kamer 3"}
        with self.at_work(by) as person:
            data |= {"link": None, "agenda": self.words or "Wat heeft dit kind nodig?"}
            return overlegrondes.add(data | other, by=person).id

    def parent(self, dossier: object, email: str | None = MOEDER, gezag: Gezag = Gezag.JA) -> str:
        """Add a parent to the child of a dossier."""
        with self.behind_the_scenes():
            hulpvraag = db.session.get(Hulpvraag, dossier)
            row = Gezagsdrager(
                swv_id=hulpvraag.swv_id, kind_id=hulpvraag.kind_id, naam="Sanne Verzonnenouder", email=email
            )
            row.gezag = gezag
            db.session.add(row)
            db.session.commit()
            return str(row.id)

    def invite(self, ronde: object, wie: Wie, *, by: str = "specialist", **data: object) -> object:
        with self.at_work(by) as person:
            return genodigden.invite(self.row(Overlegronde, ronde), wie, data, person).id

    def invite_member(self, ronde: object, key: str, *, by: str = "specialist") -> object:
        return self.invite(ronde, Wie.MEDEWERKER, by=by, persoon="{}.{}".format(*self.people[key]))

    def invite_parent(self, ronde: object, ouder: str) -> object:
        return self.invite(ronde, Wie.OUDER, gezagsdrager=ouder)

    def invite_guest(self, ronde: object, email: str = BEKENDE) -> object:
        return self.invite(ronde, Wie.DEELNEMER, first_name="Lotte", last_name="Verzonnengast", email=email)

    def open_for(self, deelname: object, opening: Opening, moment: datetime | None = None) -> None:
        with self.at_work("specialist") as person:
            openingen.open_dossier(self.row(Deelname, deelname), opening, moment, person)

    def remove(self, deelname: object) -> None:
        with self.at_work("specialist") as person:
            deelnames.remove(self.row(Deelname, deelname), person)

    def close(self, ronde: object) -> None:
        with self.at_work("specialist") as person:
            overlegrondes.close(self.row(Overlegronde, ronde), person)

    def reopen(self, ronde: object) -> None:
        with self.at_work("specialist") as person:
            overlegrondes.reopen(self.row(Overlegronde, ronde), person)

    def edit(self, ronde: object, **changed: object) -> None:
        with self.at_work("specialist") as person:
            row = self.row(Overlegronde, ronde)
            data = {name: getattr(row, name) for name in overlegrondes.FIELDS} | {"versie": row.versie}
            overlegrondes.edit(row, data | changed, person)

    def row(self, model: type, key: object):
        return db.session.scalars(db.select(model).where(model.id == key)).one()

    def known_as(self, email: str) -> None:
        """Let the account of this address be used from now on, on behalf of nobody."""
        with self.behind_the_scenes():
            gebruiker = db.session.scalars(db.select(Gebruiker).filter_by(email=email)).one()
            if db.session.get(Inloggegevens, gebruiker.id) is None:
                db.session.add(Inloggegevens(gebruiker_id=gebruiker.id, actief_sinds=now()))
            db.session.commit()
            self.people[email] = (gebruiker.id, None)

    def person(self, key: str):
        found = person_for(*self.people[key], swv_id=self.organisations["SWV"])
        assert found is not None
        return found

    def reads(self, key: str, model: type) -> int:
        """How many rows of this noun the person sees, asked anew."""
        with self.app.app_context():
            g.person = person_for(*self.people[key], swv_id=self.organisations["SWV"])
            return len(db.session.scalars(db.select(model)).unique().all())

    def involved(self, **where: object) -> list[Betrokkenheid]:
        with self.behind_the_scenes():
            query = db.select(Betrokkenheid).filter_by(**where).order_by(Betrokkenheid.van)
            return list(db.session.scalars(query))

    def soorten(self, key: str) -> list[str]:
        """The kinds of message that were made for this person, in their order."""
        return [bericht.soort for bericht in self.berichten(ontvanger_id=self.people[key][0])]

    def signed_in(self, key: str) -> Visitor:
        visitor = Visitor(self.app)
        with self.behind_the_scenes():
            token = sessions.begin(self.person(key))
            db.session.commit()
            visitor.client.set_cookie(session_cookie(), token)
        return visitor

    def signed_in_by(self, account: Account) -> Visitor:
        """Sign in with what the account's owner knows, once its first code has passed."""
        visitor = Visitor(self.app)
        assert visitor.sign_in(account, code=account.code(1)).status_code == 302
        return visitor
