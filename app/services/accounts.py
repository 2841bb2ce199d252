"""Accounts and memberships: invite somebody (again), change or end a membership, the first administrator."""

import re
import unicodedata
import uuid
from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access import CEILING, Person, as_system, require, write_as_system
from app.access.involvement import valid
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Gebruiker, Inloggegevens, Lidmaatschap, Organisation, Uitnodiging
from app.models.base import now
from app.services import log, outbox, uitnodigingen, writing
from app.terms import Actie, Role, UitnodigingSoort, Verb

_WHY = "an account belongs to the portal, not to an organisation"
_LONGEST_NAME = 64


def invite(
    *,
    voornaam: str,
    achternaam: str,
    email: str,
    organisation_id: uuid.UUID | None,
    rol: Role,
    gebruikersnaam: str | None = None,
    by: Person | None,
) -> Lidmaatschap:
    """Give somebody a role in an organisation, with an account and a link by mail when they have none yet.

    `by` is None on the command line only. BadInput for what can't be, NotFound where `by` has no say.
    """
    organisation = _organisation(organisation_id)
    if rol not in CEILING[organisation.soort]:
        raise _wrong("rol", _("This organisation cannot give that role."))
    gebruiker = _by_email(email)
    if by is not None and gebruiker is not None and gebruiker.id == by.gebruiker_id:
        raise _wrong("email", _("You cannot give a role to yourself."))
    if by is not None and gebruiker is not None and not _within_reach(gebruiker, by):
        raise _wrong("email", _("You cannot invite this person. Ask the role administrator of your SWV."))
    is_new = gebruiker is None
    lidmaatschap = Lidmaatschap(
        organisation_id=organisation.id, rol=rol, gebruiker_id=gebruiker.id if gebruiker else None
    )
    if by is not None:
        require(by, Verb.ADD, lidmaatschap)
    try:
        gebruiker = gebruiker or _new_account(voornaam, achternaam, email, gebruikersnaam)
        _refuse_double(gebruiker, organisation, rol)
        lidmaatschap.gebruiker_id = gebruiker.id
        _write(lidmaatschap, by)
        if is_new or not is_active(gebruiker):
            _mail_invitation(gebruiker, lidmaatschap, by)
        else:
            outbox.queue_account_mail("nieuw_lidmaatschap", gebruiker, organisation=organisation)
        log.record(Actie.ACCOUNT_UITNODIGEN, row=lidmaatschap, swv_id=organisation.swv_id)
        db.session.commit()
    except IntegrityError as twice:
        db.session.rollback()
        raise Conflict(_("Somebody just invited this person. Look in the list first.")) from twice
    return lidmaatschap


def invite_again(lidmaatschap: Lidmaatschap, by: Person) -> Uitnodiging:
    """Mail a new link, for who lost it, or lost the phone. Until it is used the account stays as it is."""
    require(by, Verb.EDIT, lidmaatschap)
    _refuse_ended(lidmaatschap)
    if lidmaatschap.geschorst_op is not None:
        raise Conflict(_("This membership is suspended. Lift the suspension first."))
    with as_system(_WHY):
        gebruiker = db.session.scalars(
            select(Gebruiker).where(Gebruiker.id == lidmaatschap.gebruiker_id)
        ).one()
    if not _within_reach(gebruiker, by):
        raise Conflict(_("This person works elsewhere too. Ask the role administrator of your SWV."))
    uitnodiging = _mail_invitation(gebruiker, lidmaatschap, by)
    log.record(Actie.ACCOUNT_UITNODIGEN, row=lidmaatschap)
    db.session.commit()
    return uitnodiging


def end(lidmaatschap: Lidmaatschap, by: Person) -> None:
    """End a membership now: that person's next request there is refused. Once more changes nothing."""
    require(by, Verb.EDIT, lidmaatschap)
    if has_ended(lidmaatschap):
        return
    lidmaatschap.tot = now()
    uitnodigingen.withdraw_of(lidmaatschap)
    log.record(Actie.WIJZIGEN, row=lidmaatschap)
    db.session.commit()


def suspend(lidmaatschap: Lidmaatschap, by: Person) -> None:
    """Suspend a membership until `resume`: in force on that person's next request there, and told to nobody.

    Its open invitation stops working. Once more changes nothing; Conflict when it has ended.
    """
    require(by, Verb.EDIT, lidmaatschap)
    _refuse_ended(lidmaatschap)
    if lidmaatschap.geschorst_op is not None:
        return
    lidmaatschap.geschorst_op = now()
    uitnodigingen.withdraw_of(lidmaatschap)
    log.record(Actie.LIDMAATSCHAP_SCHORSEN, row=lidmaatschap)
    db.session.commit()


def resume(lidmaatschap: Lidmaatschap, by: Person) -> None:
    """Lift a suspension: the roles count again from the next request. Once more changes nothing."""
    require(by, Verb.EDIT, lidmaatschap)
    _refuse_ended(lidmaatschap)
    if lidmaatschap.geschorst_op is None:
        return
    lidmaatschap.geschorst_op = None
    log.record(Actie.LIDMAATSCHAP_HERVATTEN, row=lidmaatschap)
    db.session.commit()


def _refuse_ended(lidmaatschap: Lidmaatschap) -> None:
    if has_ended(lidmaatschap):
        raise Conflict(_("This membership has ended. Invite this person anew."))


def _within_reach(gebruiker: Gebruiker, by: Person) -> bool:
    """Tell whether everything that this account opens is `by`'s to give: a link renews all of it."""
    with as_system(_WHY, across_swvs=True):
        query = select(Lidmaatschap.organisation_id, Organisation.swv_id).join(
            Organisation, Organisation.id == Lidmaatschap.organisation_id
        )
        places = db.session.execute(
            query.where(Lidmaatschap.gebruiker_id == gebruiker.id, valid(Lidmaatschap))
        )
        of_swv = by.organisation_id == by.swv_id
        involved = select(Betrokkenheid.swv_id).where(
            Betrokkenheid.gebruiker_id == gebruiker.id, Betrokkenheid.namens_id.is_(None)
        )
        if any(not of_swv or swv_id != by.swv_id for swv_id in db.session.scalars(involved)):
            return False
        return all(
            organisation_id == by.organisation_id or (of_swv and swv_id == by.swv_id)
            for organisation_id, swv_id in places
        )


def has_ended(lidmaatschap: Lidmaatschap) -> bool:
    """Tell whether the membership is over."""
    return lidmaatschap.tot is not None and lidmaatschap.tot <= now()


def account_of(email: str, voornaam: str, achternaam: str) -> Gebruiker:
    """Give the account of this e-mail address; when there is none, make it in the caller's transaction."""
    _refuse_bad_name(voornaam, achternaam)  # also when it isn't used: a refusal must not tell who is known
    return _by_email(email) or _new_account(voornaam, achternaam, email, None)


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


def _mail_invitation(gebruiker: Gebruiker, lidmaatschap: Lidmaatschap, by: Person | None) -> Uitnodiging:
    uitnodiging = link_for(gebruiker, by, lidmaatschap)
    outbox.queue_account_mail("uitnodiging", gebruiker, uitnodiging)
    return uitnodiging


def _organisation(organisation_id: uuid.UUID | None) -> Organisation:
    with as_system("what an organisation can give depends on its kind"):
        found = db.session.scalar(select(Organisation).where(Organisation.id == organisation_id))
    if found is None:
        raise NotFound
    return found


def _by_email(email: str) -> Gebruiker | None:
    with as_system(_WHY):
        return db.session.scalar(select(Gebruiker).where(Gebruiker.email == _plain_email(email)))


def _plain_email(email: str) -> str:
    plain = writing.plain_address(email)
    if plain is None:
        raise _wrong("email", _("This is not a whole e-mail address, like name@example.nl."))
    return plain


def _refuse_bad_name(voornaam: str, achternaam: str) -> None:
    for field, name in (("first_name", voornaam), ("last_name", achternaam)):
        if not name or not name.strip() or len(name.strip()) > _LONGEST_NAME or not name.isprintable():
            problem = _("Fill in a name of at most %(number)s characters.", number=_LONGEST_NAME)
            raise _wrong(field, problem)


def _new_account(voornaam: str, achternaam: str, email: str, username: str | None) -> Gebruiker:
    _refuse_bad_name(voornaam, achternaam)
    gebruiker = Gebruiker(
        first_name=voornaam.strip(),
        last_name=achternaam.strip(),
        email=_plain_email(email),
        username=_chosen_username(username) if username else _free_username(email),
        active=True,
    )
    write_as_system(_WHY, gebruiker)
    return gebruiker


def _chosen_username(username: str) -> str:
    plain = username.strip().casefold()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", plain):
        raise _wrong("username", _("A user name has only letters, digits, dots and dashes."))
    if _is_taken(plain):
        raise _wrong("username", _("This user name is taken. Choose another one."))
    return plain


def _free_username(email: str) -> str:
    ascii_only = (
        unicodedata.normalize("NFKD", email.partition("@")[0].casefold()).encode("ascii", "ignore").decode()
    )
    base = re.sub(r"[^a-z0-9._-]", "", ascii_only).strip("._-")[:48] or "gebruiker"
    number = 1
    name = base
    while _is_taken(name):
        number += 1
        name = f"{base}{number}"
    return name


def _is_taken(username: str) -> bool:
    with as_system(_WHY):
        return db.session.scalar(select(Gebruiker.id).where(Gebruiker.username == username)) is not None


def is_active(gebruiker: Gebruiker) -> bool:
    """Tell whether the account was made theirs by who was invited."""
    query = select(Inloggegevens.actief_sinds).where(Inloggegevens.gebruiker_id == gebruiker.id)
    with as_system(_WHY):
        return db.session.scalar(query) is not None


def _refuse_double(gebruiker: Gebruiker, organisation: Organisation, rol: Role) -> None:
    same = (Lidmaatschap.gebruiker_id == gebruiker.id, Lidmaatschap.organisation_id == organisation.id)
    query = select(Lidmaatschap.id).where(*same, Lidmaatschap.rol == rol, valid(Lidmaatschap))
    with as_system(_WHY):
        if db.session.scalar(query) is not None:
            raise _wrong("email", _("This person already has this role in this organisation."))


def _write(lidmaatschap: Lidmaatschap, by: Person | None) -> None:
    if by is None:
        write_as_system("the first account is made by who installs the portal", lidmaatschap)
        return
    db.session.add(lidmaatschap)
    db.session.flush()


def _wrong(field: str, sentence: str) -> BadInput:
    return BadInput(sentence, {field: sentence})
