"""Berichten in the portal: one's own messages, and as a task for JK staff what could not be delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.access import Person, as_system, person_for, require, works
from app.access.scopes import allowed
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Bericht, Hulpvraag, Lidmaatschap, Overlegronde, StatusWijziging
from app.models.base import now, parse_id
from app.services import listing, log, notices
from app.services.outbox import INVITED_WITH_LINK, ONE_TIME_LINKS, OPENED, RESET
from app.services.told import audience, queue_status_mail
from app.terms import Actie, BerichtStatus, MailFout, Verb
from app.workflow import BY_KEY


@dataclass(frozen=True)
class Opened:
    """What a link in a mail leads to: a message, or `elsewhere`, as whom this person can read it."""

    bericht: Bericht | None = None
    elsewhere: Person | None = None


def inbox(person: Person, *, after: str | None, before: str | None) -> listing.Page:
    """Give one page of the person's own messages for the organisation they work for, newest first."""
    page = listing.page(Bericht, order=("gemaakt_op", "desc"), where=_own(person), after=after, before=before)
    _load([row.id for row in page.rows])
    return page


def unread_count(person: Person) -> int:
    """Count the person's own unread messages, in one statement."""
    unread = select(func.count(Bericht.id)).where(*_own(person), Bericht.gelezen_op.is_(None))
    return db.session.scalar(unread) or 0


def find(person: Person, key: Any) -> Bericht:
    """Fetch one of the person's own messages; NotFound for any other."""
    wanted = select(Bericht).where(Bericht.id == parse_id(key), *_own(person))
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    _load([found.id])
    return found


def open_link(person: Person, sleutel: str) -> Opened:
    """Follow the link in a mail. NotFound when it is unknown, or somebody else's.

    The link in a mail to a shared address leads to no message: the reader goes to the own list.
    """
    with as_system("a link is opened by its key, by who it was sent to", across_swvs=True):
        bericht = db.session.scalar(select(Bericht).where(Bericht.sleutel == sleutel, _sent_to(person)))
        if bericht is None:
            raise NotFound
        at = (bericht.organisation_id, bericht.swv_id)
        about_the_account = bericht.organisation_id is None and bericht.hulpvraag_id is None
        here = about_the_account or at == (person.organisation_id, person.swv_id)
        elsewhere = None if here else person_for(person.gebruiker_id, at[0], swv_id=at[1])
        if not here and elsewhere is None:
            raise NotFound
    if elsewhere is not None:
        return Opened(elsewhere=elsewhere)
    return Opened() if bericht.ontvanger_id is None else Opened(find(person, bericht.id))


def mark_read(bericht: Bericht) -> None:
    """Note that the recipient has read it; again changes nothing."""
    if bericht.gelezen_op is None:
        bericht.gelezen_op = now()
        log.record(Actie.WIJZIGEN, row=bericht)
        db.session.commit()


def may_open_round(bericht: Bericht) -> bool:
    """Tell whether the message is about a consultation that is there for the person who asks."""
    wanted = select(Overlegronde.id).where(Overlegronde.id == bericht.overlegronde_id)
    told_of = bericht.overlegronde_id is not None and bericht.soort != OPENED
    return told_of and db.session.scalar(wanted) is not None


def may_open_dossier(bericht: Bericht) -> bool:
    """Tell whether the dossier of the message is there for the person who asks."""
    wanted = select(Hulpvraag.id).where(Hulpvraag.id == bericht.hulpvraag_id)
    return bericht.hulpvraag_id is not None and db.session.scalar(wanted) is not None


def undelivered(person: Person) -> Sequence[Bericht]:
    """List what could not be delivered for the SWV, oldest first: a task for JK staff and nobody else."""
    if not person.is_jk_staff:
        return []
    failed = (Bericht.status == BerichtStatus.MISLUKT, Bericht.swv_id == person.swv_id)
    mine = select(Bericht.id).where(*failed, allowed(Bericht, person))
    return _load(mine.order_by(Bericht.gemaakt_op).limit(100))


def retry(person: Person, key: Any) -> None:
    """Send a message that failed once more; where there was nobody to tell, look again who there is."""
    bericht = _task(person, key)
    if bericht.fout is MailFout.NIEMAND:
        _tell_again(bericht)
    else:
        with as_system("JK staff sends a message once more"):
            bericht.status, bericht.pogingen = BerichtStatus.WACHT, 0
            bericht.volgende_poging, bericht.bezig_tot = now(), None
            db.session.flush()
    log.record(Actie.WIJZIGEN, row=bericht)
    db.session.commit()


def settle(person: Person, key: Any) -> None:
    """Note that JK staff told the person in another way."""
    bericht = _task(person, key)
    with as_system("JK staff has settled a task"):
        bericht.status = BerichtStatus.AFGEHANDELD
        db.session.flush()
    log.record(Actie.WIJZIGEN, row=bericht)
    db.session.commit()


def _sent_to(person: Person) -> ColumnElement[bool]:
    """Say that a message went to this account, or to the shared address of a place where it works.

    In the statement and not after it: who else has the link gets the answer to an unknown one as fast.
    """
    works_at = select(Lidmaatschap.organisation_id).where(
        Lidmaatschap.gebruiker_id == person.gebruiker_id, works(Lidmaatschap)
    )
    shared = and_(Bericht.ontvanger_id.is_(None), Bericht.organisation_id.in_(works_at))
    return or_(Bericht.ontvanger_id == person.gebruiker_id, shared)


_STATUS_MAILS = {transition.mail: transition for transition in BY_KEY.values()}


def _own(person: Person) -> tuple[ColumnElement[bool], ...]:
    """Say which messages are there to read: not those of a later moment, or that were not sent."""
    return (
        Bericht.ontvanger_id == person.gebruiker_id,
        # Most mails with a one-time link are no notices: who reads this has used it.
        Bericht.soort.not_in(ONE_TIME_LINKS - {INVITED_WITH_LINK, RESET}),
        Bericht.gemaakt_op <= now(),
        Bericht.status != BerichtStatus.VERVALLEN,
    )


def _load(keys: Sequence[Any] | Select[Any]) -> Sequence[Bericht]:
    """Fetch messages with what they say, also the number of a dossier that is closed since."""
    if not isinstance(keys, Select) and not keys:
        return []
    wanted = (
        select(Bericht)
        .where(Bericht.id.in_(keys))
        .options(
            joinedload(Bericht.hulpvraag),
            joinedload(Bericht.statuswijziging),
            joinedload(Bericht.organisation),
            joinedload(Bericht.ontvanger),
        )
        .order_by(Bericht.gemaakt_op)
        .execution_options(populate_existing=True)
    )
    with as_system("a message says its number and status, also when access has ended"):
        return db.session.scalars(wanted).unique().all()


def _task(person: Person, key: Any) -> Bericht:
    wanted = select(Bericht).where(Bericht.id == parse_id(key), Bericht.swv_id == person.swv_id)
    with as_system("a colleague may have done it: then say so"):
        bericht = db.session.scalar(wanted.with_for_update(of=Bericht))
    if bericht is None or bericht.fout is None or not person.is_jk_staff:
        raise NotFound
    if bericht.status is not BerichtStatus.MISLUKT:
        raise Conflict(_l("A colleague has done this already."))
    require(person, Verb.EDIT, bericht)
    return bericht


def _tell_again(bericht: Bericht) -> None:
    with as_system("JK staff tells people once more"):
        change = db.session.scalar(
            select(StatusWijziging).where(StatusWijziging.id == bericht.statuswijziging_id)
        )
        hulpvraag = db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == bericht.hulpvraag_id)).one()
        if change is None:
            _reached(reached=notices.tell_again(bericht, hulpvraag))
            return
        bericht.status = BerichtStatus.AFGEHANDELD
        db.session.flush()
        transition = _STATUS_MAILS[bericht.soort]
        heard_by = audience(hulpvraag, transition, before=change.van)
    told = queue_status_mail(hulpvraag, change, transition, heard_by, only=bericht.organisation_id)
    _reached(reached=not any(row.status is BerichtStatus.MISLUKT for row in told))


def _reached(*, reached: bool) -> None:
    if not reached:
        db.session.rollback()
        raise Conflict(
            _l("There is still nobody to tell. Invite a contact person first, or settle this task.")
        )
