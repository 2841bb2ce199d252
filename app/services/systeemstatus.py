"""How the portal itself is doing, for who looks after it: the virus scan, the mail and the log."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from app.access import Person, as_system
from app.extensions import db
from app.models import Bericht, Bijlage, Gebeurtenis, Zegel
from app.models.base import now
from app.services import scanner, scans
from app.terms import Actie, BerichtStatus, OrganisationSoort, Role

_LOOK_AFTER_IT = frozenset({Role.ROLBEHEERDER, Role.PRIVACYFUNCTIONARIS})
# The worker seals every minute and anchors once a day.
_SEALED_WITHIN, _ANCHORED_WITHIN = timedelta(minutes=5), timedelta(days=2)
# So long a transaction may take between the moment of its event and its commit.
_COMMITTED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Waiting:
    """How many wait, and since when the first of them does."""

    count: int
    since: datetime | None


@dataclass(frozen=True)
class Sealing:
    """When the log was last sealed, since when events wait too long for it, and when it was last anchored."""

    sealed: datetime | None
    overdue_since: datetime | None
    anchored: datetime | None

    @property
    def has_anchor(self) -> bool:
        """Tell whether there is a place for the anchors."""
        return bool(current_app.config["LOG_ANCHOR"])

    @property
    def anchor_is_late(self) -> bool:
        """Tell whether the last anchor is too long ago."""
        return self.anchored is None or self.anchored < now() - _ANCHORED_WITHIN


@dataclass(frozen=True)
class Systeemstatus:
    """`scanner_answers` is None when scanning is off; the counts are of the own SWV, or of all."""

    scanner_answers: bool | None
    documents: Waiting
    mails: Waiting
    undelivered: int
    last_mail: datetime | None
    log: Sealing


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
        log=_sealing(None if everywhere else by.swv_id),
    )


def _sealing(swv_id: uuid.UUID | None) -> Sealing:
    """Look at the chain of one SWV, or at all; the anchor is of all chains together."""
    e, z = Gebeurtenis, Zegel
    seals = select(z.op, z.tot).order_by(z.op.desc()).limit(1)
    unsealed = select(e.op).where(e.op < now() - _SEALED_WITHIN).order_by(e.op).limit(1)
    if swv_id is not None:
        seals, unsealed = seals.where(z.swv_id == swv_id), unsealed.where(e.swv_id == swv_id)
    anchors = select(func.max(e.op)).where(e.swv_id.is_(None), e.actie == Actie.VERANKEREN, e.gelukt)
    with as_system("when the log was sealed, not what is in it", across_swvs=True):
        sealed, top = db.session.execute(seals).first() or (None, 0)
        if sealed is not None:
            unsealed = unsealed.where(e.volgnummer > top, e.op > sealed - _COMMITTED_WITHIN)
        return Sealing(sealed, db.session.scalar(unsealed), db.session.scalar(anchors))
