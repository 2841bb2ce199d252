"""What people did in the demo's story: each act through its service, by who may. Nobody in here exists."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import models as m
from app.access import Person, as_system
from app.extensions import db
from app.services import (
    afspraken,
    bijlagen,
    deelnames,
    genodigden,
    notities,
    onderwijsadvies,
    openingen,
    overlegrondes,
    status,
    wording,
)
from app.services.demo_paper import paper
from app.services.effects import Answers
from app.services.genodigden import Wie
from app.terms import Antwoord, BijlageSoort, Opening, Stadium, Zichtbaarheid


class Cast(Protocol):
    """Who plays: the keys of organisations by name, and of people by the name that the story gives them."""

    @property
    def organisations(self) -> Mapping[str, uuid.UUID]:
        """Give the organisations."""

    @property
    def people(self) -> Mapping[str, int]:
        """Give the accounts."""


@dataclass(frozen=True)
class Step:
    """Something that somebody did `days` ago at `time` o'clock."""

    days: int
    time: str
    who: str


class Act(Step):
    """A step in a dossier."""

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Do it, through the service."""
        raise NotImplementedError


@dataclass(frozen=True)
class Paper(Act):
    """Added a document."""

    soort: BijlageSoort
    naam: str
    zichtbaarheid: Zichtbaarheid | None = None
    stadium: Stadium | None = None

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Add it."""
        add_paper(hulpvraag, by, self.naam, self.soort, self.zichtbaarheid, self.stadium)


@dataclass(frozen=True)
class Release(Act):
    """Made the draft of the educational advice final, and shared it."""

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Make it final."""
        drafts = select(m.Bijlage).where(
            m.Bijlage.hulpvraag_id == hulpvraag.id, m.Bijlage.soort == BijlageSoort.ONDERWIJSADVIES
        )
        onderwijsadvies.release(db.session.scalars(drafts).one(), by)


@dataclass(frozen=True)
class Note(Act):
    """Wrote a note."""

    tekst: str
    zichtbaarheid: Zichtbaarheid | None = None

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Write it."""
        data = {"hulpvraag": hulpvraag.id, "tekst": self.tekst, "zichtbaarheid": self.zichtbaarheid}
        notities.add(data, by=by)


@dataclass(frozen=True)
class Move(Act):
    """Changed the status, by the transition of this key; perhaps with a school and in how many days."""

    overgang: str
    toelichting: str | None = None
    school: str | None = None
    vanaf: int | None = None

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Change it."""
        last = status.last_change(hulpvraag)
        answers = Answers(
            school=cast.organisations[self.school] if self.school else None,
            vanaf=wording.today() + timedelta(days=self.vanaf) if self.vanaf is not None else None,
        )
        seen = str(last.id) if last else None
        status.move(hulpvraag, self.overgang, toelichting=self.toelichting, seen=seen, by=by, answers=answers)


@dataclass(frozen=True)
class Round(Act):
    """Planned a consultation, so many days later at that time."""

    later: int
    at: str
    plaats: str
    agenda: str

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Plan it."""
        data = {
            "hulpvraag": hulpvraag.id, "begint_op": _moment(self.later, self.at), "duur": 60,
            "plaats": self.plaats, "agenda": self.agenda,
        }  # fmt: skip
        overlegrondes.add(data, by=by)


@dataclass(frozen=True)
class Invite(Act):
    """Invited somebody to the newest consultation: a parent by name, somebody else by their key."""

    wie: Wie
    naam: str
    opening: Opening = Opening.NIET

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Invite, and say when the dossier opens."""
        deelname = genodigden.invite(_round(hulpvraag), self.wie, self._form(hulpvraag, cast), by)
        if self.opening is not Opening.NIET:
            openingen.open_dossier(deelname, self.opening, None, by)

    def _form(self, hulpvraag: m.Hulpvraag, cast: Cast) -> dict[str, Any]:
        if self.wie is Wie.OUDER:
            return {"gezagsdrager": parent_of(hulpvraag, self.naam)}
        with as_system("the story knows everybody's address"):
            who = db.session.scalars(
                select(m.Gebruiker).where(m.Gebruiker.id == cast.people[self.naam])
            ).one()
        if self.wie is Wie.DEELNEMER:
            return {"email": who.email, "first_name": who.first_name, "last_name": who.last_name}
        return {"persoon": f"{who.id}.{hulpvraag.voorschool_id}"}


@dataclass(frozen=True)
class Attend(Act):
    """Said whether one comes."""

    antwoord: Antwoord
    voorstel: str | None = None

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Answer the invitation."""
        deelnames.answer(_round(hulpvraag), self.antwoord, self.voorstel, by)


@dataclass(frozen=True)
class Close(Act):
    """Closed the newest consultation."""

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Close it."""
        overlegrondes.close(_round(hulpvraag), by)


@dataclass(frozen=True)
class Agree(Act):
    """Wrote down who does what within how many days: an organisation, or a person by their key."""

    wat: str
    voor: str
    within: int
    zichtbaarheid: Zichtbaarheid = field(default=Zichtbaarheid.GEDEELD)

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Write it down."""
        person, place = cast.people.get(self.voor), cast.organisations.get(self.voor)
        data = {
            "hulpvraag": hulpvraag.id, "wat": self.wat, "zichtbaarheid": self.zichtbaarheid,
            "voor": f"gebruiker:{person}" if person else f"organisation:{place}",
            "uiterlijk": wording.today() + timedelta(days=self.within),
        }  # fmt: skip
        afspraken.add(data, by=by)


@dataclass(frozen=True)
class Tick(Act):
    """Did what was agreed."""

    wat: str

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Tick it off."""
        mine = (m.Afspraak.hulpvraag_id == hulpvraag.id, m.Afspraak.wat == self.wat)
        afspraken.tick(db.session.scalars(select(m.Afspraak).where(*mine)).one(), by)


def add_paper(
    hulpvraag: m.Hulpvraag,
    by: Person,
    naam: str,
    soort: BijlageSoort,
    zichtbaarheid: Zichtbaarheid | None = None,
    stadium: Stadium | None = None,
) -> m.Bijlage:
    """Add a small PDF of a page to read."""
    stream = io.BytesIO(paper(naam.removesuffix(".pdf"), soort, hulpvraag.nummer))
    return bijlagen.add(
        hulpvraag, stream, naam=naam, soort=soort, zichtbaarheid=zichtbaarheid, stadium=stadium, by=by
    )


def parent_of(hulpvraag: m.Hulpvraag, naam: str) -> uuid.UUID:
    """Find a parent of the child by name."""
    g = m.Gezagsdrager
    return db.session.scalars(select(g.id).where(g.kind_id == hulpvraag.kind_id, g.naam == naam)).one()


def _round(hulpvraag: m.Hulpvraag) -> m.Overlegronde:
    r = m.Overlegronde
    query = select(r).where(r.hulpvraag_id == hulpvraag.id).order_by(r.gemaakt_op.desc()).limit(1)
    return db.session.scalars(query).one()


def _moment(later: int, at: str) -> datetime:
    hour, minute = at.split(":")
    day = wording.today() + timedelta(days=later)
    return datetime.combine(day, time(int(hour), int(minute)), ZoneInfo("Europe/Amsterdam"))
