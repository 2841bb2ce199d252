"""The outbox: messages are rows in the transaction of the act, so they exist exactly when the act does."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import and_, delete, or_, select, update

from app.access import Person, as_system, level, people_of, person_for, recipients, write_as_system
from app.access.involvement import holds
from app.extensions import db
from app.models import (
    Bericht,
    Betrokkenheid,
    Gebruiker,
    Hulpvraag,
    Lidmaatschap,
    Organisation,
    Overlegronde,
    StatusWijziging,
    Uitnodiging,
)
from app.models.base import now
from app.services import days
from app.services.links import base_url
from app.terms import BerichtStatus, Level, MailFout
from app.workflow import LEVELS

SHARED = "iets_klaar"
MEMBERSHIP = "nieuw_lidmaatschap"
INVITED_WITH_LINK = "overleg_uitnodiging_account"
OPENED = "dossier_geopend"
RESET = "code_hersteld"
ONE_TIME_LINKS = frozenset({"uitnodiging", "wachtwoord_vergeten", INVITED_WITH_LINK, RESET})
# About many hulpvragen at once: they say in how many.
HANDED_OVER, OTHER_CONTACT = "werk_overgedragen", "contact_gewijzigd"
# What an account's owner hears wherever they work.
CODES_RENEWED, PHONE_LINKED = "herstelcodes_vernieuwd", "telefoon_gekoppeld"
ABOUT_THE_ACCOUNT = frozenset({CODES_RENEWED, PHONE_LINKED})
_WHY = "messages are written by the portal itself"
_READS_THE_DOSSIER = frozenset({Level.DOSSIER, Level.LEZEN, Level.ALLES})


def queue(
    soort: str,
    *,
    to: Person | Organisation,
    hulpvraag: Hulpvraag | None = None,
    statuswijziging: StatusWijziging | None = None,
    overlegronde: Overlegronde | None = None,
    farewell: bool = False,
    at: datetime | None = None,
    count: int | None = None,
) -> Bericht:
    """Add a message to a person, or to the shared address of an organisation; the caller commits.

    `soort` names the mail file. PermissionError when the person may not know of the dossier, unless it is a
    `farewell`, readable for FAREWELL_DAYS. With `at` it is sent, and there to read, from that moment: the
    right to know is asked then only. A message about several hulpvragen says how many: `count`.
    """
    if isinstance(to, Organisation):
        bericht = _bericht(SHARED, organisation_id=to.id, swv_id=to.swv_id)
    else:
        if hulpvraag is not None and not (farewell or at or recipients(hulpvraag, [to])):
            raise PermissionError(f"person {to.gebruiker_id} may not know of dossier {hulpvraag.id}")
        bericht = _bericht(soort, organisation_id=to.organisation_id, swv_id=to.swv_id)
        bericht.ontvanger_id = to.gebruiker_id
        bericht.afscheid = farewell
    if farewell:
        bericht.leesbaar_tot = now() + timedelta(days=current_app.config["FAREWELL_DAYS"])
    if at is not None:
        bericht.gemaakt_op = bericht.volgende_poging = at
    bericht.overlegronde_id = overlegronde.id if overlegronde else None
    bericht.aantal = count
    return _add(bericht, hulpvraag, statuswijziging)


def queue_nobody(
    soort: str,
    organisation: Organisation,
    hulpvraag: Hulpvraag,
    statuswijziging: StatusWijziging | None = None,
) -> Bericht:
    """Add the task that says that `organisation` has nobody to tell; the caller commits."""
    bericht = _bericht(soort, organisation_id=organisation.id, swv_id=hulpvraag.swv_id)
    bericht.status, bericht.fout = BerichtStatus.MISLUKT, MailFout.NIEMAND
    return _add(bericht, hulpvraag, statuswijziging)


def queue_account_mail(
    soort: str,
    gebruiker: Gebruiker,
    uitnodiging: Uitnodiging | None = None,
    *,
    organisation: Organisation | None = None,
    overlegronde: Overlegronde | None = None,
    at: datetime | None = None,
) -> Bericht:
    """Add a mail about somebody's account, such as `uitnodiging` or `nieuw_lidmaatschap`; the caller commits.

    Those of ONE_TIME_LINKS need the row of their link. One to a consultation names its `overlegronde`, and
    the `organisation` on behalf of which, if any. With `at` it is sent, and there to read, from that moment.
    """
    if (soort in ONE_TIME_LINKS) != (uitnodiging is not None):
        raise ValueError(soort)
    known = organisation or overlegronde
    swv_id = known.swv_id if known is not None else _swv_of(gebruiker)
    bericht = _bericht(soort, organisation_id=organisation.id if organisation else None, swv_id=swv_id)
    bericht.ontvanger_id = gebruiker.id
    bericht.uitnodiging_id = uitnodiging.id if uitnodiging else None
    if at is not None:
        bericht.gemaakt_op = bericht.volgende_poging = at
    if overlegronde is not None:
        bericht.overlegronde_id, bericht.hulpvraag_id = overlegronde.id, overlegronde.hulpvraag_id
    return _add(bericht, None, None)


def put_off(lidmaatschap: Lidmaatschap, at: datetime | None) -> None:
    """Say later, or now, what still waits to be said of this membership, in the caller's transaction.

    An invitation that goes with a list waits for the first day as well; its link is told by the membership.
    """
    moment, lid = at or now(), lidmaatschap
    links = select(Uitnodiging.id).where(Uitnodiging.lidmaatschap_id == lid.id)
    told = and_(Bericht.soort == MEMBERSHIP, Bericht.organisation_id == lid.organisation_id)
    waiting = (
        Bericht.ontvanger_id == lid.gebruiker_id,
        Bericht.status == BerichtStatus.WACHT,
        or_(told, Bericht.uitnodiging_id.in_(links)),
    )
    with as_system("what begins at another moment is told at that one"):
        query = update(Bericht).where(*waiting).values(gemaakt_op=moment, volgende_poging=moment)
        db.session.execute(query.execution_options(synchronize_session=False))


def queue_invitations(
    leden: Sequence[Lidmaatschap], links: Sequence[Uitnodiging], swv_id: uuid.UUID | None
) -> None:
    """Add the mail with its link for each of these memberships, in one statement; the caller commits.

    It is sent on the morning of the first day.
    """
    made = []
    for lid, link in zip(leden, links, strict=True):
        bericht = _bericht("uitnodiging", organisation_id=None, swv_id=swv_id)
        bericht.ontvanger_id, bericht.uitnodiging_id = lid.gebruiker_id, link.id
        made.append(_from(bericht, days.told_at(lid.van)))
    write_as_system(_WHY, *made)


def queue_memberships(leden: Sequence[Lidmaatschap], swv_id: uuid.UUID | None) -> None:
    """Tell people with an account where they can work too, as `queue_invitations` does."""
    made = []
    for lid in leden:
        bericht = _bericht(MEMBERSHIP, organisation_id=lid.organisation_id, swv_id=swv_id)
        bericht.ontvanger_id = lid.gebruiker_id
        made.append(_from(bericht, days.told_at(lid.van)))
    write_as_system(_WHY, *made)


def _from(bericht: Bericht, moment: datetime | None) -> Bericht:
    if moment is not None:
        bericht.gemaakt_op = bericht.volgende_poging = moment
    return bericht


def withdraw(soort: str, *, overlegronde: Overlegronde, gebruiker_id: int) -> None:
    """Take back what would be said later, in the caller's transaction."""
    waiting = (
        Bericht.soort == soort,
        Bericht.overlegronde_id == overlegronde.id,
        Bericht.ontvanger_id == gebruiker_id,
        Bericht.status == BerichtStatus.WACHT,
    )
    with as_system("what is not going to happen is not told"):
        db.session.execute(delete(Bericht).where(*waiting))


def may_still_know(bericht: Bericht) -> bool:
    """Tell whether the recipient may know this at this moment: checked again just before sending."""
    with as_system("the outbox asks who may know"):
        if bericht.soort in ONE_TIME_LINKS and not _works(bericht.uitnodiging):
            return False
        if bericht.uitnodiging is not None and bericht.hulpvraag is None:
            return True
        if bericht.ontvanger_id is None:
            return _organisation_may_know(bericht)
        if bericht.soort in ABOUT_THE_ACCOUNT:
            return bool(bericht.ontvanger and bericht.ontvanger.active)
        person = person_for(bericht.ontvanger_id, bericht.organisation_id, swv_id=bericht.swv_id)
        if person is None:
            return False
        if bericht.afscheid or bericht.hulpvraag is None:
            return True
        if bericht.soort == OPENED:
            return level(person, bericht.hulpvraag) in _READS_THE_DOSSIER
        return bool(recipients(bericht.hulpvraag, [person]))


def _works(uitnodiging: Uitnodiging | None) -> bool:
    return uitnodiging is not None and uitnodiging.gebruikt_op is None and uitnodiging.verloopt_op > now()


def _organisation_may_know(bericht: Bericht) -> bool:
    organisation, hulpvraag = bericht.organisation, bericht.hulpvraag
    if organisation is None or not organisation.actief:
        return False
    if hulpvraag is None or bericht.leesbaar_tot is not None or organisation.id == hulpvraag.swv_id:
        return True
    b = Betrokkenheid
    grounds = db.session.scalars(
        select(b.grond).where(
            b.hulpvraag_id == hulpvraag.id, b.organisation_id == organisation.id, holds(b, hulpvraag)
        )
    )
    return any(LEVELS[ground][hulpvraag.status] is not Level.GEEN for ground in grounds)


def _bericht(soort: str, *, organisation_id: uuid.UUID | None, swv_id: uuid.UUID | None) -> Bericht:
    key = uuid.uuid4()
    host = urlsplit(base_url()).hostname or "localhost"
    return Bericht(
        id=key,
        soort=soort,
        organisation_id=organisation_id,
        swv_id=swv_id,
        sleutel=secrets.token_urlsafe(24),
        message_id=f"<{key.hex}@{host}>",
        status=BerichtStatus.WACHT,
        gemaakt_op=now(),
        volgende_poging=now(),
        afscheid=False,
        pogingen=0,
    )


def _add(bericht: Bericht, hulpvraag: Hulpvraag | None, statuswijziging: StatusWijziging | None) -> Bericht:
    if hulpvraag is not None:
        bericht.hulpvraag_id, bericht.swv_id = hulpvraag.id, hulpvraag.swv_id
    if statuswijziging is not None:
        bericht.statuswijziging_id = statuswijziging.id
    write_as_system(_WHY, bericht)
    return bericht


def _swv_of(gebruiker: Gebruiker) -> uuid.UUID | None:
    people = people_of(gebruiker_id=gebruiker.id)
    if people:
        return people[0].swv_id
    with as_system("a failed mail is a task for the SWV of the person"):
        member = (
            select(Organisation.swv_id)
            .join(Lidmaatschap, Lidmaatschap.organisation_id == Organisation.id)
            .where(Lidmaatschap.gebruiker_id == gebruiker.id)
        )
        invited = select(Betrokkenheid.swv_id).where(Betrokkenheid.gebruiker_id == gebruiker.id)
        found = (db.session.scalar(query.limit(1)) for query in (member, invited))
        return next((swv_id for swv_id in found if swv_id), None)
