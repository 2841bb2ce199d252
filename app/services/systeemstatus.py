"""How the portal itself is doing, for who looks after it: the virus scan and the mail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.access import Person, as_system
from app.extensions import db
from app.models import Bericht, Bijlage
from app.models.base import now
from app.services import scanner, scans
from app.terms import BerichtStatus, OrganisationSoort, Role

_LOOK_AFTER_IT = frozenset({Role.ROLBEHEERDER, Role.PRIVACYFUNCTIONARIS})


@dataclass(frozen=True)
class Waiting:
    """How many wait, and since when the first of them does."""

    count: int
    since: datetime | None


@dataclass(frozen=True)
class Systeemstatus:
    """`scanner_answers` is None when scanning is off; the counts are of the own SWV, or of all."""

    scanner_answers: bool | None
    documents: Waiting
    mails: Waiting
    undelivered: int
    last_mail: datetime | None


def is_open_to(person: Person | None) -> bool:
    """Tell who looks after the portal: the operator, and of an SWV who manages roles or guards privacy."""
    if person is None:
        return False
    of_swv = person.soort is OrganisationSoort.SAMENWERKINGSVERBAND and bool(person.rollen & _LOOK_AFTER_IT)
    return of_swv or Role.PLATFORMBEHEERDER in person.rollen


def look(by: Person) -> Systeemstatus:
    """Ask the scanner and count what waits."""
    everywhere = Role.PLATFORMBEHEERDER in by.rollen
    with as_system("how long the scan takes, not of which document", across_swvs=everywhere):
        documents = scans.waiting_since(*([] if everywhere else [Bijlage.swv_id == by.swv_id]))
    b = Bericht
    own = [] if everywhere else [b.swv_id == by.swv_id]
    due = (b.status == BerichtStatus.WACHT, b.gemaakt_op <= now())
    with as_system("how many mails wait, not what they say", across_swvs=everywhere):
        mails = db.session.execute(select(func.count(b.id), func.min(b.gemaakt_op)).where(*due, *own)).one()
        failed = select(func.count(b.id)).where(b.status == BerichtStatus.MISLUKT, *own)
        undelivered = db.session.scalar(failed) or 0
        last = db.session.scalar(select(func.max(b.verzonden_op)).where(*own))
    return Systeemstatus(
        scanner_answers=scanner.answers() if scanner.is_on() else None,
        documents=Waiting(*documents),
        mails=Waiting(*mails),
        undelivered=undelivered,
        last_mail=last,
    )
