"""Memberships, from the invitation to their end, and the links that go with the account."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.access import CEILING, Person, as_system, require, works, write_as_system
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Gebruiker, Lidmaatschap, Organisation, Uitnodiging
from app.models.base import now
from app.services import budget, days, log, new_accounts, outbox, turns, uitnodigingen
from app.terms import Actie, Role, UitnodigingSoort, Verb

_WHY = "an account belongs to the portal, not to an organisation"


def invite(
    *,
    voornaam: str,
    achternaam: str,
    email: str,
    organisation_id: uuid.UUID | None,
    rol: Role,
    gebruikersnaam: str | None = None,
    van: date | None = None,
    tot: date | None = None,
    locatie: str | None = None,
    by: Person | None,
) -> Lidmaatschap:
    """Give somebody a role in an organisation, with an account and a link by mail when they have none yet.

    From the day `van` (default: now) to `tot` included. Whoever invites is told in no way whether the address
    was known: an account that is in use gets the role and a mail without a link. `by` is None on the command
    line only. BadInput for what can't be, NotFound where `by` has no say.
    """
    organisation = _organisation(organisation_id)
    if rol not in CEILING[organisation.soort]:
        raise _wrong("rol", _("This organisation cannot give that role."))
    if by is not None and not organisation.actief:
        raise _wrong("organisation", _("This organisation is not active. Make it active first."))
    since, until = days.from_until(van, tot)
    new_accounts.refuse_bad_name(voornaam, achternaam)
    gebruiker = new_accounts.by_email(email)
    if by is not None and gebruiker is not None and gebruiker.id == by.gebruiker_id:
        raise _wrong("email", _("You cannot give a role to yourself."))
    lidmaatschap = Lidmaatschap(
        organisation_id=organisation.id,
        rol=rol,
        gebruiker_id=gebruiker.id if gebruiker else None,
        van=since,
        tot=until,
        locatie=locatie,
    )
    if by is not None:
        require(by, Verb.ADD, lidmaatschap)
    try:
        gebruiker = new_accounts.account_of(email, voornaam, achternaam, gebruikersnaam)
        lidmaatschap.gebruiker_id = gebruiker.id
        if overlaps(lidmaatschap, since, until):
            raise _wrong("email", _("This person already has this role in this organisation."))
        _write(lidmaatschap, by)
        if new_accounts.is_active(gebruiker):
            outbox.queue_account_mail(
                outbox.MEMBERSHIP, gebruiker, organisation=organisation, at=days.told_at(since)
            )
        else:
            _mail_link("uitnodiging", gebruiker, lidmaatschap, by, organisation)
        log.record(Actie.ACCOUNT_UITNODIGEN, row=lidmaatschap, swv_id=organisation.swv_id)
        db.session.commit()
    except IntegrityError as twice:
        db.session.rollback()
        raise Conflict(_("Somebody just invited this person. Look in the list first.")) from twice
    return lidmaatschap


def invite_again(lidmaatschap: Lidmaatschap, by: Person) -> None:
    """Mail a new link, for who lost it, or lost the phone. Until it is used the account stays as it is.

    An account in use that opens more than `by` administers gets a mail without a link, and `by` is not told.
    """
    require(by, Verb.EDIT, lidmaatschap)
    refuse_out_of_force(lidmaatschap)
    budget.spend(budget.key_of("link", str(lidmaatschap.gebruiker_id)))  # nobody's mailbox is flooded
    gebruiker = account_behind(lidmaatschap)
    # What nobody has used yet has nothing to renew; what opens more than `by` administers is only told.
    if new_accounts.is_active(gebruiker) and not within_reach(gebruiker, by):
        outbox.queue_account_mail(outbox.MEMBERSHIP, gebruiker, organisation=lidmaatschap.organisation)
    else:
        _mail_link("uitnodiging", gebruiker, lidmaatschap, by)
    log.record(Actie.ACCOUNT_UITNODIGEN, row=lidmaatschap)
    db.session.commit()


def suspend(lidmaatschap: Lidmaatschap, by: Person) -> None:
    """Suspend a membership until `resume`: in force on that person's next request there, and told to nobody.

    Its open invitation stops working. Once more changes nothing; Conflict when it has ended.
    """
    require(by, Verb.EDIT, lidmaatschap)
    turns.take(lidmaatschap)
    refuse_ended(lidmaatschap)
    _refuse_last(lidmaatschap)
    if lidmaatschap.geschorst_op is None:
        lidmaatschap.geschorst_op = now()
        uitnodigingen.withdraw_of(lidmaatschap)
        log.record(Actie.LIDMAATSCHAP_SCHORSEN, row=lidmaatschap)
    db.session.commit()


def resume(lidmaatschap: Lidmaatschap, by: Person) -> None:
    """Lift a suspension: the roles count again from the next request. Once more changes nothing."""
    require(by, Verb.EDIT, lidmaatschap)
    turns.take(lidmaatschap)
    refuse_ended(lidmaatschap)
    if lidmaatschap.geschorst_op is not None:
        lidmaatschap.geschorst_op = None
        log.record(Actie.LIDMAATSCHAP_HERVATTEN, row=lidmaatschap)
    db.session.commit()


def end(lidmaatschap: Lidmaatschap, by: Person) -> None:
    """End a membership now: that person's next request there is refused. Once more changes nothing."""
    require(by, Verb.EDIT, lidmaatschap)
    turns.take(lidmaatschap)
    if not has_ended(lidmaatschap):
        _refuse_last(lidmaatschap)
        before = days.last(lidmaatschap.tot).isoformat() if lidmaatschap.tot else "-"
        close(lidmaatschap, now())
        log.record(Actie.WIJZIGEN, row=lidmaatschap, grond="tot", oud=before, nieuw="now")
    db.session.commit()


def _refuse_last(lidmaatschap: Lidmaatschap) -> None:
    """Raise Conflict when nobody would be left to administer the SWV: two who end each other, say."""
    lid, o = Lidmaatschap, Organisation
    if lidmaatschap.rol is not Role.ROLBEHEERDER:
        return
    turn = update(o).where(o.id == lidmaatschap.organisation_id).values(actief=o.actief)
    left = select(func.count()).select_from(lid).join(o, o.id == lid.organisation_id)
    left = left.where(lid.organisation_id == lidmaatschap.organisation_id, lid.id != lidmaatschap.id)
    left = left.where(lid.rol == Role.ROLBEHEERDER, works(lid))
    with as_system("somebody must be left to administer an SWV"):
        db.session.execute(turn.execution_options(synchronize_session=False))
        own = select(o.swv_id == o.id).where(o.id == lidmaatschap.organisation_id)
        if db.session.scalar(own) and not db.session.scalar(left):
            raise Conflict(_("This is the last role administrator of the SWV. Invite another one first."))


def close(lidmaatschap: Lidmaatschap, moment: datetime) -> None:
    """Let a membership end at `moment`, in the caller's transaction; one that ends before that does so."""
    lidmaatschap.tot = min(filter(None, [lidmaatschap.tot, moment]))
    if has_ended(lidmaatschap):
        uitnodigingen.withdraw_of(lidmaatschap)


def has_ended(lidmaatschap: Lidmaatschap) -> bool:
    """Tell whether the membership is over."""
    return lidmaatschap.tot is not None and lidmaatschap.tot <= now()


def refuse_ended(lidmaatschap: Lidmaatschap) -> None:
    """Raise Conflict when the membership is over."""
    if has_ended(lidmaatschap):
        raise Conflict(_("This membership has ended. Invite this person anew."))


def refuse_out_of_force(lidmaatschap: Lidmaatschap) -> None:
    """Raise Conflict when the membership is over, or suspended."""
    refuse_ended(lidmaatschap)
    if lidmaatschap.geschorst_op is not None:
        raise Conflict(_("This membership is suspended. Lift the suspension first."))


def within_reach(gebruiker: Gebruiker, by: Person) -> bool:
    """Tell whether everything that this account opens is `by`'s to give: a link renews all of it."""
    lid, of_swv = Lidmaatschap, by.organisation_id == by.swv_id
    query = select(lid.organisation_id, Organisation.swv_id)
    query = query.join(Organisation, Organisation.id == lid.organisation_id)
    # Also what is suspended, or begins later.
    query = query.where(lid.gebruiker_id == gebruiker.id, or_(lid.tot.is_(None), lid.tot > now()))
    involved = select(Betrokkenheid.swv_id).where(
        Betrokkenheid.gebruiker_id == gebruiker.id, Betrokkenheid.namens_id.is_(None)
    )
    with as_system(_WHY, across_swvs=True):
        places = db.session.execute(query).all()
        dossiers = db.session.scalars(involved).all()
    return all(of_swv and swv_id == by.swv_id for swv_id in dossiers) and all(
        organisation_id == by.organisation_id or (of_swv and swv_id == by.swv_id)
        for organisation_id, swv_id in places
    )


def overlaps(lidmaatschap: Lidmaatschap, van: datetime, tot: datetime | None) -> bool:
    """Tell whether the same person has the same role there in another membership, between these moments."""
    lid = Lidmaatschap
    same: list[Any] = [
        lid.gebruiker_id == lidmaatschap.gebruiker_id,
        lid.organisation_id == lidmaatschap.organisation_id,
        lid.rol == lidmaatschap.rol,
        or_(lid.tot.is_(None), lid.tot > van),
    ]
    if lidmaatschap.id is not None:
        same.append(lid.id != lidmaatschap.id)
    if tot is not None:
        same.append(lid.van < tot)
    with as_system(_WHY), db.session.no_autoflush:
        return db.session.scalar(select(lid.id).where(*same).limit(1)) is not None


def account_behind(lidmaatschap: Lidmaatschap) -> Gebruiker:
    """Give the account that has this membership."""
    with as_system(_WHY):
        query = select(Gebruiker).where(Gebruiker.id == lidmaatschap.gebruiker_id)
        return db.session.scalars(query).one()


def link_for(
    gebruiker: Gebruiker, by: Person | None, lidmaatschap: Lidmaatschap | None = None
) -> Uitnodiging:
    """Make the one-time link with which somebody makes the account theirs, in the caller's transaction."""
    return uitnodigingen.make(
        UitnodigingSoort.ACCOUNT,
        gebruiker,
        valid_for=timedelta(days=current_app.config["INVITATION_DAYS"]),
        lidmaatschap=lidmaatschap,
        by=by,
    )


def _mail_link(
    soort: str,
    gebruiker: Gebruiker,
    lidmaatschap: Lidmaatschap,
    by: Person | None,
    organisation: Organisation | None = None,
) -> Uitnodiging:
    uitnodiging = link_for(gebruiker, by, lidmaatschap)
    at = organisation or _organisation(lidmaatschap.organisation_id)
    outbox.queue_account_mail(soort, gebruiker, uitnodiging, organisation=at)
    return uitnodiging


def _organisation(organisation_id: uuid.UUID | None) -> Organisation:
    with as_system("what an organisation can give depends on its kind"):
        found = db.session.scalar(select(Organisation).where(Organisation.id == organisation_id))
    if found is None:
        raise NotFound
    return found


def _write(lidmaatschap: Lidmaatschap, by: Person | None) -> None:
    if by is None:
        write_as_system("the first account is made by who installs the portal", lidmaatschap)
        return
    db.session.add(lidmaatschap)
    db.session.flush()


def _wrong(field: str, sentence: str) -> BadInput:
    return BadInput(sentence, {field: sentence})
