"""Opening a dossier per participant: each invitation and each opening is one Betrokkenheid, never a copy."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Deelname, Gezagsdrager, Overlegronde
from app.models.base import now
from app.services import log, overleg_mail
from app.terms import Actie, Gezag, Ground, Opening, Verb

_WHY = "who was invited is involved in the dossier"


def open_dossier(deelname: Deelname, opening: Opening, moment: datetime | None, by: Person) -> Deelname:
    """Say when the dossier opens for one participant; once more the same changes nothing.

    Manual: 'wanneer het dossier opengezet wordt en voor wie'. Raises Conflict for who was taken off the
    round, or a round that is closed, BadInput for a moment that can't be, or a parent without authority.
    """
    access.require(by, Verb.EDIT, deelname)
    ronde = locked_round(deelname.overlegronde_id)
    deelname = db.session.scalars(
        select(Deelname).where(Deelname.id == deelname.id).execution_options(populate_existing=True)
    ).one()
    since = refuse_unfit(deelname, ronde, opening, moment)
    if opening is deelname.opening and (opening is Opening.NU or since == deelname.open_vanaf):
        return deelname
    deelname.opening, deelname.open_vanaf = opening, since
    _end([deelname], Ground.OVERLEGRONDE)
    grant(deelname, ronde)
    log.record(Actie.OPENEN, row=deelname, grond=opening.value)
    db.session.commit()
    return deelname


def refuse_unfit(
    deelname: Deelname, ronde: Overlegronde, opening: Opening, moment: datetime | None
) -> datetime | None:
    """Give from when the dossier is to be open; raises what says why it can't be opened so."""
    refuse_closed(ronde)
    if deelname.verwijderd_op is not None:
        raise Conflict(_l("This person was taken off the consultation. Invite this person again first."))
    if opening is Opening.NIET:
        return None
    if deelname.namens_id == deelname.swv_id:
        raise BadInput("", {"opening": _l("JK staff of the SWV can open the dossier already.")})
    if access.person_for(deelname.gebruiker_id, deelname.namens_id, swv_id=deelname.swv_id) is None:
        raise BadInput("", {"opening": _l("This person does not work there any more. Invite somebody else.")})
    if deelname.gezagsdrager_id is not None and not _has_authority(deelname):
        raise BadInput("", {"opening": _l("The dossier opens only for a parent who has parental authority.")})
    if opening is Opening.MOMENT and (moment is None or moment <= now()):
        raise BadInput("", {"moment": _l("Please fill in a day and a time in the future.")})
    return {Opening.NU: now(), Opening.MOMENT: moment, Opening.NA_OVERLEG: ronde.eindigt_op}[opening]


def refuse_closed(ronde: Overlegronde) -> None:
    """Raise Conflict when the consultation has been closed."""
    if ronde.gesloten_op is not None:
        raise Conflict(_l("This consultation has been closed. Open it again first."))


def locked_round(key: object) -> Overlegronde:
    """Fetch a consultation for a change that must not cross its closing; NotFound when it isn't there.

    Writing is what makes others wait, on SQLite as well.
    """
    r = Overlegronde
    with access.as_system("one at a time changes a consultation"):
        db.session.execute(update(r).where(r.id == key).values(gesloten_op=r.gesloten_op))
    found = db.session.scalar(select(r).where(r.id == key).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def admit(deelname: Deelname) -> None:
    """Involve a participant as invited; JK staff are in every dossier of their SWV already."""
    if deelname.namens_id != deelname.swv_id:
        _involve(deelname, Ground.GENODIGD, now())


def grant(deelname: Deelname, ronde: Overlegronde) -> None:
    """Involve a participant from when the dossier is open for them, and tell them at that moment."""
    since = _since(deelname)
    if since is not None:
        _involve(deelname, Ground.OVERLEGRONDE, since)
    overleg_mail.opened(deelname, ronde, since)


def end(deelnames: Iterable[Deelname]) -> None:
    """End the invitation of these participants, and what was opened for them."""
    _end(deelnames, Ground.GENODIGD, Ground.OVERLEGRONDE)


def follow(ronde: Overlegronde) -> None:
    """Move what opens after the consultation to its new end."""
    for deelname in overleg_mail.participants([ronde]):
        if deelname.opening is Opening.NA_OVERLEG and deelname.open_vanaf != ronde.eindigt_op:
            with access.as_system(_WHY):
                deelname.open_vanaf = ronde.eindigt_op
            _end([deelname], Ground.OVERLEGRONDE)
            grant(deelname, ronde)


def _since(deelname: Deelname) -> datetime | None:
    """Give from when the dossier is open: never before now."""
    return max(deelname.open_vanaf, now()) if deelname.open_vanaf else None


def _has_authority(deelname: Deelname) -> bool:
    with access.as_system("parental authority is asked anew each time"):
        query = select(Gezagsdrager.gezag).where(
            Gezagsdrager.id == deelname.gezagsdrager_id, Gezagsdrager.gebruiker_id == deelname.gebruiker_id
        )
        return db.session.scalar(query) is Gezag.JA


def _involve(deelname: Deelname, grond: Ground, since: datetime) -> None:
    access.write_as_system(
        _WHY,
        Betrokkenheid(
            swv_id=deelname.swv_id,
            hulpvraag_id=deelname.hulpvraag_id,
            gebruiker_id=deelname.gebruiker_id,
            namens_id=deelname.namens_id,
            grond=grond,
            van=since,
            bron_id=deelname.id,
        ),
    )


def _end(deelnames: Iterable[Deelname], *grounds: Ground) -> None:
    b = Betrokkenheid
    theirs = (b.bron_id.in_([d.id for d in deelnames]), b.grond.in_(grounds), b.tot.is_(None))
    with access.as_system("whose part ended is involved no more"):
        db.session.execute(update(b).where(*theirs).values(tot=now()))
