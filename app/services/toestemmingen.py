"""The consent of each parent to share the dossier with one school: asked, given, refused, taken back."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from app import access
from app.access import Person
from app.errors import BadInput, Conflict
from app.extensions import db
from app.models import Bijlage, Gezagsdrager, Hulpvraag, Organisation, SchoolVoorkeur, Toestemming
from app.models.base import now, parse_id
from app.services import log, notices, notities, toestemming_tekst, writing
from app.services.dossiers import take_turn
from app.terms import (
    Actie,
    BijlageSoort,
    Doel,
    Gezag,
    Verb,
    VoorkeurStaat,
    Zichtbaarheid,
)

_WHY = "a parent's word is judged by the rules of consent"


def ask(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> Toestemming:
    """Ask one parent for consent; who has an account gets a mail and answers in the portal."""
    hulpvraag = _open(voorkeur, by)
    parent = _parent(hulpvraag, data.get("ouder"))
    if (found := _standing(voorkeur, parent)) is not None:
        raise Conflict(_already(found, parent))
    row = _new(voorkeur, parent, by)
    notices.tell_parent("toestemming_gevraagd", hulpvraag, _account(parent))
    db.session.commit()
    return row


def ask_and_tell(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> list[str]:
    """Ask, and name the parent who gets a mail; nobody without an account."""
    parent = ask(voorkeur, data, by).gezagsdrager
    return [parent.naam] if has_account(parent) else []


def record(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> Toestemming:
    """Record a consent that a parent signed on paper; the document is in the dossier.

    BadInput without parent, document or a day in the past.
    """
    hulpvraag = _open(voorkeur, by)
    parent = _parent(hulpvraag, data.get("ouder"))
    signed, document = writing.past_day(data, "getekend_op"), _document(hulpvraag, data.get("bijlage"))
    row = _standing(voorkeur, parent)
    if row is not None and row.in_force:
        raise Conflict(_already(row, parent))
    row = row or _new(voorkeur, parent, by)
    with access.as_system(_WHY):
        row.gegeven_op, row.gegeven_door_id = now(), by.gebruiker_id
        row.getekend_op, row.bijlage_id = signed, document.id
        db.session.flush()
    log.record(Actie.BEANTWOORDEN, row=row, nieuw=str(parent.id))
    db.session.commit()
    return row


def give(toestemming: Toestemming, by: Person) -> Toestemming:
    """Give the consent that was asked, as the parent; once more changes nothing. Conflict after a refusal."""
    return _answer(toestemming, by, gives=True)


def refuse(toestemming: Toestemming, by: Person) -> Toestemming:
    """Refuse the consent that was asked, as the parent; JK staff hear of it."""
    return _answer(toestemming, by, gives=False)


def withdraw(toestemming: Toestemming, by: Person, reason: str | None = None) -> Toestemming:
    """Take a consent back, as the parent or for the parent: in force on the school's next request.

    JK staff say how they know it, in a note of their own. Once more changes nothing.
    """
    access.require(by, Verb.WITHDRAW, toestemming)
    if by.is_jk_staff and not reason:
        raise BadInput("", {"reden": _l("Please fill this in.")})
    hulpvraag, toestemming = _turn(toestemming)
    if toestemming.ingetrokken_op is not None:
        return toestemming
    _take_back(toestemming, by)
    if reason:
        notities.write(notities.made(hulpvraag, reason, Zichtbaarheid.INTERN, by))
    behalf = str(toestemming.gezagsdrager_id) if by.is_jk_staff else None
    log.record(Actie.INTREKKEN, row=toestemming, nieuw=behalf)
    notices.tell_swv("toestemming_ingetrokken", hulpvraag, without=by.gebruiker_id)
    db.session.commit()
    return toestemming


def of(hulpvraag: Hulpvraag) -> list[Toestemming]:
    """List the consents that the person may see, newest first, with the names of school and parent."""
    t, g, person = Toestemming, Gezagsdrager, access.current_person()
    readable = access.visible(g, person).subquery()
    query = (
        access.visible(t, person)
        .add_columns(Organisation, g)
        .join(Organisation, Organisation.id == t.organisation_id)
        .outerjoin(readable, readable.c.id == t.gezagsdrager_id)
        .outerjoin(g, g.id == readable.c.id)
        .where(t.hulpvraag_id == hulpvraag.id)
        .order_by(t.gevraagd_op.desc(), t.id)
    )
    with access.as_system("which school a row is about belongs to that row"):
        found = db.session.execute(query.limit(200)).all()
    for row, school, parent in found:
        set_committed_value(row, "organisation", school)
        set_committed_value(row, "gezagsdrager", parent)
    return [row for row, _school, _parent in found]


def forms(hulpvraag: Hulpvraag) -> list[Bijlage]:
    """List the signed consent forms in the dossier, newest first."""
    b = Bijlage
    query = select(b).where(
        b.hulpvraag_id == hulpvraag.id,
        b.soort == BijlageSoort.TOESTEMMINGSFORMULIER,
        b.ingetrokken_op.is_(None),
    )
    return list(db.session.scalars(query.order_by(b.toegevoegd_op.desc(), b.id).limit(200)))


def parents_of(hulpvraag: Hulpvraag) -> list[Gezagsdrager]:
    """List the parents with authority, who alone can consent."""
    g = Gezagsdrager
    query = select(g).where(g.kind_id == hulpvraag.kind_id, g.gezag == Gezag.JA).order_by(g.naam, g.id)
    return list(db.session.scalars(query))


def has_account(parent: Gezagsdrager) -> bool:
    """Tell whether this parent can answer in the portal."""
    return _account(parent) is not None


def _open(voorkeur: SchoolVoorkeur, by: Person) -> Hulpvraag:
    access.require(by, Verb.EDIT, voorkeur)
    hulpvraag = take_turn(voorkeur.hulpvraag_id)
    db.session.refresh(voorkeur)
    if voorkeur.staat is VoorkeurStaat.VERVALLEN:
        raise Conflict(_l("This school is no longer wanted."))
    return hulpvraag


def _parent(hulpvraag: Hulpvraag, key: Any) -> Gezagsdrager:
    found = next((parent for parent in parents_of(hulpvraag) if parent.id == parse_id(key)), None)
    if found is None:
        raise BadInput("", {"ouder": _l("Please choose a parent with parental authority.")})
    return found


def _standing(voorkeur: SchoolVoorkeur, parent: Gezagsdrager) -> Toestemming | None:
    """Find the consent of this parent for this school that was given, or waits for an answer."""
    t = Toestemming
    query = select(t).where(
        t.hulpvraag_id == voorkeur.hulpvraag_id,
        t.organisation_id == voorkeur.school_id,
        t.gezagsdrager_id == parent.id,
        t.ingetrokken_op.is_(None),
    )
    return db.session.scalar(query.order_by(t.gegeven_op.is_(None), t.gevraagd_op.desc()).limit(1))


def _already(row: Toestemming, parent: Gezagsdrager) -> str:
    if row.in_force:
        return _("%(parent)s has given this consent already.", parent=parent.naam)
    return _("%(parent)s has been asked already.", parent=parent.naam)


def _new(voorkeur: SchoolVoorkeur, parent: Gezagsdrager, by: Person) -> Toestemming:
    row = Toestemming(
        swv_id=voorkeur.swv_id,
        hulpvraag_id=voorkeur.hulpvraag_id,
        gezagsdrager_id=parent.id,
        organisation_id=voorkeur.school_id,
        doel=Doel.SCHOOL_VAN_VOORKEUR,
        tekst=toestemming_tekst.text_of(voorkeur),
        gevraagd_door_id=by.gebruiker_id,
    )
    access.require(by, Verb.ADD, row)
    db.session.add(row)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=row)
    return row


def _document(hulpvraag: Hulpvraag, key: Any) -> Bijlage:
    found = next((row for row in forms(hulpvraag) if row.id == parse_id(key)), None)
    if found is None:
        raise BadInput("", {"bijlage": _l("Please choose the signed consent form in this dossier.")})
    return found


def _answer(toestemming: Toestemming, by: Person, *, gives: bool) -> Toestemming:
    access.require(by, Verb.ANSWER, toestemming)
    hulpvraag, toestemming = _turn(toestemming)
    if toestemming.ingetrokken_op is not None:
        if not gives:
            return toestemming
        raise Conflict(_l("You have refused or taken back this consent. Ask the SWV to ask you again."))
    if toestemming.gegeven_op is not None:
        if gives:
            return toestemming
        raise Conflict(_l("You have given this consent already. You can take it back."))
    if gives:
        with access.as_system(_WHY):
            toestemming.gegeven_op, toestemming.gegeven_door_id = now(), by.gebruiker_id
            db.session.flush()
    else:
        _take_back(toestemming, by)
        notices.tell_swv("toestemming_ingetrokken", hulpvraag, without=by.gebruiker_id)
    log.record(Actie.BEANTWOORDEN, row=toestemming)
    db.session.commit()
    return toestemming


def _turn(toestemming: Toestemming) -> tuple[Hulpvraag, Toestemming]:
    hulpvraag = take_turn(toestemming.hulpvraag_id)
    db.session.refresh(toestemming)
    return hulpvraag, toestemming


def _take_back(toestemming: Toestemming, by: Person) -> None:
    with access.as_system(_WHY):
        toestemming.ingetrokken_op, toestemming.ingetrokken_door_id = now(), by.gebruiker_id
        db.session.flush()


def _account(parent: Gezagsdrager) -> Person | None:
    if parent.gebruiker_id is None:
        return None
    return access.invited_person(parent.gebruiker_id, parent.swv_id)
