"""Inviting to a consultation: people of organisations, parents, and people without a membership."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, PortalError
from app.extensions import db
from app.models import Betrokkenheid, Deelname, Gebruiker, Gezagsdrager, Hulpvraag, Organisation, Overlegronde
from app.models.base import now, parse_id
from app.services import log, new_accounts, openingen, overleg_mail, picks, turns, writing
from app.terms import Actie, Gezag, Ground, OrganisationSoort, Term, Verb


class Wie(Term):
    """Who can be invited to a consultation, each with a form of its own."""

    MEDEWERKER = "medewerker", _l("Somebody of an organisation")
    OUDER = "ouder", _l("A parent")
    DEELNEMER = "deelnemer", _l("Somebody else")


@dataclass(frozen=True)
class Guest:
    """An account to invite, on behalf of which organisation, or as which parent."""

    gebruiker: Gebruiker
    namens: Organisation | None = None
    ouder: Gezagsdrager | None = None


def invite(ronde: Overlegronde, wie: Wie, data: dict[str, Any], by: Person) -> Deelname:
    """Invite somebody: the participation, the involvement and the mail, in one transaction.

    Manual: Onderwijsadvies, step 2. Raises Conflict for a consultation that is closed or over, and BadInput
    for who can't be invited. Whether an e-mail address was known before is told to nobody.
    """
    access.require(by, Verb.EDIT, ronde)
    try:
        ronde = openingen.locked_round(ronde.id)
        openingen.refuse_closed(ronde)
        if ronde.eindigt_op <= now():
            raise Conflict(_l("This consultation is over. Plan a new one to invite people."))
        hulpvraag = db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == ronde.hulpvraag_id)).one()
        field, guest = _FINDS[wie](hulpvraag, data)
        _refuse_twice(ronde, guest, field)
        deelname = _add(ronde, guest, by)
        if guest.ouder is not None:
            _involve_parent(hulpvraag, guest.ouder)
        log.record(Actie.UITNODIGEN, row=deelname)
        overleg_mail.invite(deelname, ronde, by)
        db.session.commit()
    except PortalError:
        db.session.rollback()  # an account made for it goes as well
        raise
    except IntegrityError as twice:
        db.session.rollback()
        raise Conflict(_l("Somebody just invited this person. Look in the list first.")) from twice
    return deelname


def invite_again(deelname: Deelname, by: Person) -> None:
    """Mail the invitation once more, for who lost it; who has no account yet gets a new link."""
    access.require(by, Verb.EDIT, deelname)
    ronde = openingen.locked_round(deelname.overlegronde_id)
    openingen.refuse_closed(ronde)
    if deelname.verwijderd_op is not None:
        raise Conflict(_l("This person was taken off the consultation. Invite this person again first."))
    log.record(Actie.UITNODIGEN, row=deelname)
    overleg_mail.invite(deelname, ronde, by)
    db.session.commit()


def parents(ronde: Overlegronde) -> list[Gezagsdrager]:
    """List the parents and guardians of the child, by name."""
    kind = select(Hulpvraag.kind_id).where(Hulpvraag.id == ronde.hulpvraag_id).scalar_subquery()
    query = select(Gezagsdrager).where(Gezagsdrager.kind_id == kind).order_by(Gezagsdrager.naam)
    return list(db.session.scalars(query.limit(20)))


def _of_organisation(hulpvraag: Hulpvraag, data: dict[str, Any]) -> tuple[str, Guest]:
    """Find who was picked; of preschools only the dossier's own takes part."""
    member = picks.member(data.get("persoon"))
    if member is None:
        raise BadInput("", {"persoon": _l("Please choose one from the list.")})
    person = access.person_for(member.gebruiker_id, member.organisation_id)
    if person is None or not (person.is_jk_staff or Ground.GENODIGD in person.grounds):
        raise BadInput("", {"persoon": _l("Please choose one from the list.")})
    gebruiker = db.session.scalars(select(Gebruiker).where(Gebruiker.id == member.gebruiker_id)).one()
    namens = db.session.scalars(select(Organisation).where(Organisation.id == member.organisation_id)).one()
    if namens.soort is OrganisationSoort.VOORSCHOOL and namens.id != hulpvraag.voorschool_id:
        sentence = _("%(name)s is not the preschool of this dossier.", name=namens.naam)
        raise BadInput("", {"persoon": sentence})
    return "persoon", Guest(gebruiker, namens)


def _parent(hulpvraag: Hulpvraag, data: dict[str, Any]) -> tuple[str, Guest]:
    """Find the parent's account, or make it; it is linked to the parent from then on."""
    query = select(Gezagsdrager).where(Gezagsdrager.kind_id == hulpvraag.kind_id)
    ouder = db.session.scalar(query.where(Gezagsdrager.id == parse_id(data.get("gezagsdrager"))))
    if ouder is None:
        raise BadInput("", {"gezagsdrager": _l("Please choose one from the list.")})
    turns.take(ouder)
    if ouder.gezag is not Gezag.JA:
        raise BadInput("", {"gezagsdrager": _unfit(ouder)})
    if not ouder.email:
        sentence = _("There is no e-mail address of %(name)s yet. Fill it in first.", name=ouder.naam)
        raise BadInput("", {"gezagsdrager": sentence})
    gebruiker = _account_of(ouder)
    shared = query.where(Gezagsdrager.id != ouder.id, Gezagsdrager.gebruiker_id == gebruiker.id)
    if db.session.scalar(shared) is not None:
        sentence = _("Two parents have the same e-mail address. Each parent needs an own address.")
        raise BadInput("", {"gezagsdrager": sentence})
    ouder.gebruiker_id = gebruiker.id
    return "gezagsdrager", Guest(gebruiker, ouder=ouder)


def _unfit(ouder: Gezagsdrager) -> str:
    if ouder.gezag is Gezag.NEE:
        return _("%(name)s has no parental authority, and can't be invited.", name=ouder.naam)
    return _(
        "It is not known whether %(name)s has parental authority. Fill that in first; until then this parent"
        " can't be invited.",
        name=ouder.naam,
    )


def _account_of(ouder: Gezagsdrager) -> Gebruiker:
    """Keep to the account that a parent made theirs; else go by the address as it is written down now."""
    with access.as_system("a parent's account belongs to the portal"):
        linked = db.session.scalar(select(Gebruiker).where(Gebruiker.id == ouder.gebruiker_id))
        if linked is not None and new_accounts.is_active(linked):
            return linked
    first, _space, last = ouder.naam.strip().partition(" ")
    try:
        return new_accounts.account_of(str(ouder.email), first[:64], (last or first)[:64])
    except BadInput as wrong:
        raise BadInput("", {"gezagsdrager": wrong.sentence}) from wrong


def _somebody(hulpvraag: Hulpvraag, data: dict[str, Any]) -> tuple[str, Guest]:
    """Find the account of an address, or make it. A parent is not let in by this door."""
    address = writing.plain_address(data.get("email") or "")
    parent = select(Gezagsdrager.id).where(Gezagsdrager.kind_id == hulpvraag.kind_id)
    account = new_accounts.account_of(
        data.get("email") or "", data.get("first_name") or "", data.get("last_name") or ""
    )
    theirs = or_(Gezagsdrager.email == address, Gezagsdrager.gebruiker_id == account.id)
    if db.session.scalar(parent.where(theirs).limit(1)) is not None:
        sentence = _("This is the address of a parent of this child. Invite this person as a parent.")
        raise BadInput("", {"email": sentence})
    return "email", Guest(account)


_FINDS: Mapping[Wie, Callable[[Hulpvraag, dict[str, Any]], tuple[str, Guest]]] = {
    Wie.MEDEWERKER: _of_organisation,
    Wie.OUDER: _parent,
    Wie.DEELNEMER: _somebody,
}


def _add(ronde: Overlegronde, guest: Guest, by: Person) -> Deelname:
    deelname = Deelname(
        swv_id=ronde.swv_id,
        hulpvraag_id=ronde.hulpvraag_id,
        overlegronde_id=ronde.id,
        gebruiker_id=guest.gebruiker.id,
        namens_id=guest.namens.id if guest.namens else None,
        gezagsdrager_id=guest.ouder.id if guest.ouder else None,
        uitgenodigd_door_id=by.gebruiker_id,
    )
    access.require(by, Verb.ADD, deelname)
    db.session.add(deelname)
    db.session.flush()
    openingen.admit(deelname)
    return deelname


def _refuse_twice(ronde: Overlegronde, guest: Guest, field: str) -> None:
    same = (Deelname.overlegronde_id == ronde.id, Deelname.gebruiker_id == guest.gebruiker.id)
    if db.session.scalar(select(Deelname.id).where(*same, Deelname.verwijderd_op.is_(None))) is not None:
        raise BadInput("", {field: _l("This person has been invited to this consultation already.")})


def _involve_parent(hulpvraag: Hulpvraag, ouder: Gezagsdrager) -> None:
    """Let the parent follow the dossier from now on; once is enough."""
    b = Betrokkenheid
    theirs = (b.hulpvraag_id == hulpvraag.id, b.grond == Ground.OUDER, b.gebruiker_id == ouder.gebruiker_id)
    with access.as_system("a parent is involved once"):
        known = db.session.scalar(select(b.id).where(*theirs, b.namens_id.is_(None), b.tot.is_(None)))
    if known is None:
        row = Betrokkenheid(
            swv_id=hulpvraag.swv_id,
            hulpvraag_id=hulpvraag.id,
            gebruiker_id=ouder.gebruiker_id,
            grond=Ground.OUDER,
            bron_id=ouder.id,
        )
        access.write_as_system("a parent follows the dossier of the own child", row)
