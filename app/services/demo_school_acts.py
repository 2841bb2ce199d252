"""What people did with schools and consents in the demo's story, each through its service."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from app import models as m
from app.access import Person
from app.extensions import db
from app.services import schoolantwoorden, schooltermijn, schoolvoorkeuren, toestemmingen, wording
from app.services.demo_acts import Act, Cast, add_paper, parent_of
from app.terms import BijlageSoort, VoorkeurStaat


@dataclass(frozen=True)
class OfSchool(Act):
    """An act about one school of preference."""

    school: str

    def row(self, hulpvraag: m.Hulpvraag, cast: Cast) -> m.SchoolVoorkeur:
        """Find the school in the order of preference."""
        v = m.SchoolVoorkeur
        mine = (v.hulpvraag_id == hulpvraag.id, v.school_id == cast.organisations[self.school])
        return db.session.scalars(select(v).where(*mine, v.staat != VoorkeurStaat.VERVALLEN)).one()


@dataclass(frozen=True)
class Propose(OfSchool):
    """Proposed a school, as JK staff or as a parent."""

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Propose it."""
        data = {"hulpvraag": hulpvraag.id, "school": cast.organisations[self.school]}
        schoolvoorkeuren.add(data, by=by)


@dataclass(frozen=True)
class Ask(OfSchool):
    """Asked a parent for consent; `ouder` is the parent's name."""

    ouder: str

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Ask."""
        toestemmingen.ask(self.row(hulpvraag, cast), {"ouder": parent_of(hulpvraag, self.ouder)}, by)


@dataclass(frozen=True)
class Signed(Ask):
    """Recorded the consent that a parent signed on paper."""

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Add the paper and record it."""
        naam = f"Toestemming {self.school}, {self.ouder}.pdf"
        form = add_paper(hulpvraag, by, naam, BijlageSoort.TOESTEMMINGSFORMULIER)
        data = {
            "ouder": parent_of(hulpvraag, self.ouder), "bijlage": form.id, "getekend_op": wording.today(),
        }  # fmt: skip
        toestemmingen.record(self.row(hulpvraag, cast), data, by)


@dataclass(frozen=True)
class Consent(OfSchool):
    """Gave, as the parent, the consent that was asked, or refused it."""

    gives: bool

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Answer."""
        answer = toestemmingen.give if self.gives else toestemmingen.refuse
        answer(_consent(hulpvraag, cast.organisations[self.school]), by)


@dataclass(frozen=True)
class TakeBack(OfSchool):
    """Took a consent back, as the parent, or as JK staff who say how they know."""

    reden: str | None = None

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Take it back."""
        toestemmingen.withdraw(_consent(hulpvraag, cast.organisations[self.school]), by, self.reden)


@dataclass(frozen=True)
class Approach(OfSchool):
    """Approached a school."""

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Approach it."""
        schoolvoorkeuren.approach(self.row(hulpvraag, cast), {"aangemeld_op": wording.today()}, by)


@dataclass(frozen=True)
class Extend(OfSchool):
    """Gave the school four weeks more."""

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Extend the term."""
        schooltermijn.extend(self.row(hulpvraag, cast), by)


@dataclass(frozen=True)
class Write(OfSchool):
    """Asked something as the school, or wrote to the school as JK staff."""

    tekst: str

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Write it."""
        write = schoolantwoorden.reply if by.is_jk_staff else schoolantwoorden.ask
        write(self.row(hulpvraag, cast), {"tekst": self.tekst}, by)


@dataclass(frozen=True)
class Answer(OfSchool):
    """Agreed or, with a reason, rejected: as the school, or as JK staff who heard it."""

    reden: str | None = None

    def do(self, hulpvraag: m.Hulpvraag, by: Person, cast: Cast) -> None:
        """Answer."""
        said = VoorkeurStaat.AFGEWEZEN if self.reden else VoorkeurStaat.AKKOORD
        data = {"antwoord": said, "reden": self.reden, "op": wording.today()}
        schoolantwoorden.answer(self.row(hulpvraag, cast), data, by)


def _consent(hulpvraag: m.Hulpvraag, school_id: uuid.UUID) -> m.Toestemming:
    t = m.Toestemming
    mine = (t.hulpvraag_id == hulpvraag.id, t.organisation_id == school_id, t.ingetrokken_op.is_(None))
    return db.session.scalars(select(t).where(*mine).order_by(t.gevraagd_op.desc()).limit(1)).one()
