"""Invoer: a list of organisations and people is uploaded, checked without a change, and then carried out."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app import access
from app.access import Person, as_system, write_as_system
from app.errors import Conflict, LinkGone
from app.extensions import db
from app.models import Gebruiker, Inloggegevens, Invoer, Lidmaatschap, Organisation
from app.models.base import now
from app.services import (
    intake,
    invoer_lezen,
    invoer_lijst,
    invoer_plan,
    listing,
    log,
    outbox,
    uitnodigingen,
    usernames,
    wording,
)
from app.services.batches import batches
from app.services.invoer_uitkomst import Genodigde, Plan
from app.terms import Actie, UitnodigingSoort, Verb

KEPT = timedelta(days=1)
AT_ONCE = 500  # rows between two signs of progress
_WHY = "an account and who works where are made together"


@dataclass(frozen=True)
class Voortgang:
    """How far carrying out is: rows done of all; `refused` says why nothing was done at all."""

    done: int
    of: int
    refused: str = ""


def upload(name: str, content: bytes, by: Person) -> Invoer:
    """Read a file and keep its rows for a day; BadInput for what can't be read. Nothing else is made yet."""
    invoer = Invoer(swv_id=by.swv_id, door_id=by.gebruiker_id)
    access.require(by, Verb.ADD, invoer)
    lijst = invoer_lezen.read(name, content)
    invoer.bestandsnaam = intake.clean_name(name)
    invoer.aantal, invoer.regels = len(lijst.regels), lijst.to_json()
    db.session.add(invoer)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=invoer)
    db.session.commit()
    return invoer


def recent(by: Person) -> Sequence[Invoer]:
    """List the last lists that `by` uploaded."""
    i = Invoer
    columns = (i.id, i.bestandsnaam, i.aantal, i.op, i.uitgevoerd_op, i.regels.is_not(None).label("open"))
    query = select(*columns).where(i.door_id == by.gebruiker_id).order_by(i.op.desc(), i.id).limit(5)
    return list(db.session.execute(query))  # type: ignore[arg-type]


def check(invoer: Invoer, by: Person) -> Plan:
    """Say what carrying out would do now; LinkGone when the rows were forgotten."""
    if invoer.regels is None:
        raise LinkGone(_("This list was kept for a day and has been taken out. Upload it again."))
    return invoer_plan.make(invoer_lijst.from_json(invoer.regels), by)


def carry_out(invoer_id: uuid.UUID, seen: str, by: Person) -> Iterator[Voortgang]:
    """Do all that a list says or nothing, in one transaction, and say how far it is now and then.

    `seen` is the digest of the plan that `by` read: when it would do anything else now, Conflict. So too when
    it was done already. Who stops listening halfway stops the work: nothing is kept of it.
    """
    try:
        plan = _claim(invoer_id, seen, by)
        of = len(plan.plaatsen) + len(plan.genodigden)
        done = 0
        yield Voortgang(done, of)
        for made in chain(_make_places(plan, by), _invite(plan, by)):
            done += made
            yield Voortgang(done, of)
        _finish(invoer_id)
    except IntegrityError as meanwhile:
        raise Conflict(_changed()) from meanwhile
    finally:
        db.session.rollback()  # after the commit there is nothing left to undo


def forget(moment: datetime) -> int:
    """Empty the lists that nobody carried out within a day; give how many."""
    old = (Invoer.op < moment - KEPT, Invoer.regels.is_not(None))
    with as_system("a list with names is kept for a day", across_swvs=True):
        emptied = update(Invoer).where(*old).values(regels=None).returning(Invoer.id, Invoer.swv_id)
        found = db.session.execute(emptied.execution_options(synchronize_session=False)).all()
    for key, swv_id in found:
        log.record(Actie.VERWIJDEREN, noun=Invoer.__name__, object_id=key, swv_id=swv_id, grond="bewaard")
    db.session.commit()
    return len(found)


def _changed() -> str:
    return _("Something has changed since you read the check, so nothing has been done. Read it once more.")


def _claim(invoer_id: uuid.UUID, seen: str, by: Person) -> Plan:
    """Take the list for this transaction alone, and the SWV: two lists at once wait for each other."""
    invoer = listing.one(Invoer, invoer_id)
    access.require(by, Verb.ADD, invoer)
    taken = update(Invoer).where(Invoer.id == invoer.id, Invoer.uitgevoerd_op.is_(None))
    with as_system("one who carries out a list holds it"):
        first = db.session.execute(taken.values(uitgevoerd_op=now())).rowcount == 1  # type: ignore[attr-defined]
        swv = select(Organisation.id).where(Organisation.id == by.swv_id)
        db.session.execute(swv.with_for_update()).all()
        db.session.refresh(invoer)
    if not first:
        raise Conflict(done_already(invoer))
    plan = check(invoer, by)
    if plan.wrong or plan.digest != seen:
        raise Conflict(_changed())
    return plan


def done_already(invoer: Invoer) -> str:
    """Say when this list was carried out."""
    return _("This list was carried out %(moment)s.", moment=wording.moment(invoer.uitgevoerd_op or now()))


def _make_places(plan: Plan, by: Person) -> Iterator[int]:
    for some in batches(plan.plaatsen, AT_ONCE):
        made = [
            Organisation(
                id=uuid.uuid4(),
                naam=plaats.naam,
                soort=plaats.soort,
                swv_id=by.swv_id,
                platform=plaats.platform,
                meldadres=plaats.meldadres,
            )
            for plaats in some
        ]
        db.session.add_all(made)
        db.session.flush()  # the gate looks at each
        log.record_each(Actie.TOEVOEGEN, Organisation.__name__, (row.id for row in made))
        for plaats, row in zip(some, made, strict=True):
            plaats.id = row.id
        yield len(made)


def _invite(plan: Plan, by: Person) -> Iterator[int]:
    """Make the memberships, what accounts they need, and the mails.

    The gate would look at each membership with a statement of its own; the plan took the organisations from
    the gate, and the right to add from the person.
    """
    accounts = dict(plan.accounts)
    names = usernames.free(one.email for one in plan.genodigden if one.email not in accounts)
    active, told = _active(accounts.values()), set[Any]()
    for some in batches(plan.genodigden, AT_ONCE):
        _make_accounts(some, accounts, names)
        leden = [_lidmaatschap(one, accounts[one.email]) for one in some]
        write_as_system(_WHY, *leden)
        log.record_each(Actie.ACCOUNT_UITNODIGEN, Lidmaatschap.__name__, (lid.id for lid in leden))
        _tell(leden, active, told, by)
        yield len(some)


def _make_accounts(some: Sequence[Genodigde], accounts: dict[str, int], names: dict[str, str]) -> None:
    made = {
        one.email: Gebruiker(
            first_name=one.voornaam,
            last_name=one.achternaam,
            email=one.email,
            username=names[one.email],
            active=True,
        )
        for one in some
        if one.email not in accounts
    }
    write_as_system(_WHY, *made.values())
    accounts.update((email, row.id) for email, row in made.items())


def _lidmaatschap(one: Genodigde, gebruiker_id: int) -> Lidmaatschap:
    return Lidmaatschap(
        id=uuid.uuid4(),
        organisation_id=one.plaats.id,
        gebruiker_id=gebruiker_id,
        rol=one.rol,
        locatie=one.locatie,
        van=one.van or now(),
        tot=one.tot,
    )


def _active(accounts: Any) -> set[int]:
    """Give those of the accounts that were made theirs by who was invited."""
    key, since = Inloggegevens.gebruiker_id, Inloggegevens.actief_sinds
    with as_system(_WHY):
        return {
            found
            for some in batches(sorted(accounts))
            for found in db.session.scalars(select(key).where(key.in_(some), since.is_not(None)))
        }


def _tell(leden: Sequence[Lidmaatschap], active: set[int], told: set[Any], by: Person) -> None:
    """Queue one link to each account that isn't in use yet, and to others a mail about each new place."""
    invited: list[Lidmaatschap] = []
    others: list[Lidmaatschap] = []
    for lid in leden:
        who = (lid.gebruiker_id, lid.organisation_id if lid.gebruiker_id in active else None)
        if who not in told:
            (others if lid.gebruiker_id in active else invited).append(lid)
            told.add(who)
    valid_for = timedelta(days=current_app.config["INVITATION_DAYS"])
    links = uitnodigingen.make_all(UitnodigingSoort.ACCOUNT, invited, valid_for=valid_for, by=by)
    outbox.queue_invitations(invited, links, by.swv_id)
    outbox.queue_memberships(others, by.swv_id)


def _finish(invoer_id: uuid.UUID) -> None:
    invoer = listing.one(Invoer, invoer_id)
    log.record(Actie.IMPORTEREN, row=invoer)
    with as_system("what was carried out is not kept"):
        db.session.execute(update(Invoer).where(Invoer.id == invoer_id).values(regels=None))
        db.session.commit()
