"""A partnership with its role administrators, and one next door: the people that accounts are managed of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import select

from app.access import as_system
from app.extensions import db
from app.models import Gebeurtenis, Gebruiker, Inloggegevens, Lidmaatschap, Organisation
from app.models.base import now
from app.security import session_cookie
from app.services import sessions
from app.terms import Actie, OrganisationSoort, Role
from tests.account_steps import Visitor
from tests.partnership import LAST_NAME, Partnership

FIRST_NAMES = {
    "beheer": "Ottoline",
    "beheer2": "Reinout",
    "anker": "Hidde",
    "anker-jk": "Saar",
    "specialist3": "Cosima",
    "school": "Leendert",
}
OTHERS = {
    "beheer": ("SWV", Role.ROLBEHEERDER),
    "beheer2": ("SWV", Role.ROLBEHEERDER),
    "anker": ("ANKER", Role.ROLBEHEERDER),
    "anker-jk": ("ANKER", Role.JK_SPECIALIST),
}
GOLDEN = Path(__file__).parent / "golden" / "mail"
ZONE = ZoneInfo("Europe/Amsterdam")


def day_in(number: int) -> date:
    """The day in so many days."""
    return (datetime.now(UTC).astimezone(ZONE) + timedelta(days=number)).date()


def midnight(number: int) -> datetime:
    """The moment at which that day begins."""
    return datetime.combine(day_in(number), time(), tzinfo=ZONE)


def typed(number: int) -> str:
    """That day as a form sends it."""
    return day_in(number).isoformat()


def written(number: int) -> str:
    """That day as a page writes it."""
    return format_date(day_in(number), "d MMMM y", locale="nl")


@dataclass
class Staff(Partnership):
    """`beheer` and `beheer2` administer SWV De Brug, `anker` SWV Het Anker; all accounts are active."""

    def settle(self) -> "Staff":
        super().settle()
        with self.behind_the_scenes():
            anker = Organisation(naam="SWV Het Anker", soort=OrganisationSoort.SAMENWERKINGSVERBAND)
            db.session.add(anker)
            db.session.flush()
            anker.swv_id = self.organisations["ANKER"] = anker.id
            for key, (organisation, role) in OTHERS.items():
                self.hire(key, organisation, role)
            for person in db.session.scalars(select(Gebruiker)):
                db.session.add(Inloggegevens(gebruiker_id=person.id, actief_sinds=now()))
            db.session.commit()
        return self

    def hire(self, key: str, organisation: str, role: Role, **dates) -> None:
        """Give somebody a membership; who is new gets an account."""
        with as_system("the test makes its people"):
            if key in self.people:
                gebruiker_id = self.people[key][0]
            else:
                made = Gebruiker(
                    username=key,
                    first_name=FIRST_NAMES.get(key, "Nienke"),
                    last_name=LAST_NAME,
                    email=f"{key}@example.org",
                    active=True,
                )
                db.session.add(made)
                db.session.flush()
                gebruiker_id = made.id
                self.people[key] = (made.id, self.organisations[organisation])
            at = self.organisations[organisation]
            db.session.add(Lidmaatschap(gebruiker_id=gebruiker_id, organisation_id=at, rol=role, **dates))
            db.session.flush()

    def visitor(self, key: str) -> Visitor:
        """A browser in which this person is signed in."""
        visitor = Visitor(self.app)
        with self.app.app_context():
            token = sessions.begin(self.person(key))
            db.session.commit()
            visitor.client.set_cookie(session_cookie(), token)
        return visitor

    def lid(self, key: str, organisation: str | None = None) -> Lidmaatschap:
        """Somebody's membership, as it is now."""
        gebruiker_id, at = self.people[key]
        at = self.organisations[organisation] if organisation else at
        with self.behind_the_scenes():
            query = select(Lidmaatschap).filter_by(gebruiker_id=gebruiker_id, organisation_id=at)
            return db.session.scalars(query).first()

    def home(self, key: str) -> str:
        """The address of somebody's membership."""
        return f"/medewerkers/{self.lid(key).id}"

    def logged(self, actie: Actie) -> list[Gebeurtenis]:
        """What the log has of an act."""
        with self.behind_the_scenes():
            query = select(Gebeurtenis).where(Gebeurtenis.actie == actie).order_by(Gebeurtenis.op)
            return list(db.session.scalars(query))


def compare_golden(sent: dict[str, str]) -> None:
    """Compare each mail with its golden copy; one that is not there is written, to be read."""
    written_now = []
    for soort, text in sent.items():
        golden = GOLDEN / f"{soort}.txt"
        if not golden.exists():
            golden.write_text(text)
            written_now.append(golden.name)
        assert text == golden.read_text(), golden.name
    assert not written_now, "these were not there and are written now: read them"
