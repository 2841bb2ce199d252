"""Schools of preference: proposing them, their order, approaching one, and letting one go."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Hulpvraag, Organisation, SchoolVoorkeur
from app.models.base import now, parse_id
from app.services import log, notices, notities, related, toestemming_stand, writing
from app.services.dossiers import take_turn
from app.services.toestemming_stand import Needed
from app.services.wording import moment
from app.terms import (
    Actie,
    Ground,
    OrganisationSoort,
    Verb,
    VoorkeurStaat,
    Zichtbaarheid,
    ZorgplichtReden,
)
from app.workflow import APPROACHING


def add(data: Mapping[str, Any], by: Person) -> SchoolVoorkeur:
    """Propose a school, as JK staff or as a parent; it comes last in the order.

    BadInput for what is no active school of the SWV, and for a school that is there already.
    """
    hulpvraag = db.session.scalar(select(Hulpvraag).where(Hulpvraag.id == parse_id(data["hulpvraag"])))
    if hulpvraag is None:
        raise NotFound
    row = SchoolVoorkeur(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        rang=1,
        voorgesteld_door_id=by.gebruiker_id,
        door_ouder=not by.is_jk_staff,
    )
    access.require(by, Verb.ADD, row)
    hulpvraag = take_turn(hulpvraag.id, shows=True)
    row.school_id = _school(hulpvraag, data.get("school")).id
    row.rang = _last_rang(hulpvraag, row.school_id) + 1
    db.session.add(row)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=row)
    if row.door_ouder:
        notices.tell_swv("school_voorgesteld", hulpvraag)
    db.session.commit()
    related.fetch([row], ("school",))
    return row


def higher(voorkeur: SchoolVoorkeur, by: Person) -> SchoolVoorkeur:
    """Put a proposed school one place earlier; those that were approached keep their place."""
    return _trade_places(voorkeur, by, -1)


def lower(voorkeur: SchoolVoorkeur, by: Person) -> SchoolVoorkeur:
    """Put a proposed school one place later."""
    return _trade_places(voorkeur, by, 1)


def remove(voorkeur: SchoolVoorkeur, by: Person) -> None:
    """Take a proposed school off the list. Conflict once it has been approached."""
    _hulpvraag, voorkeur = _turn(voorkeur, by)
    if voorkeur.staat is not VoorkeurStaat.VOORGESTELD:
        raise Conflict(_already_approached(voorkeur))
    log.record(Actie.VERWIJDEREN, row=voorkeur)
    with access.as_system("what was only proposed leaves nothing behind"):
        db.session.delete(voorkeur)
        db.session.flush()
    db.session.commit()


def approach(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> list[str]:
    """Open the dossier to a school, tell it, and start its term; give who gets a mail.

    Manual: 'School van voorkeur betrekken'. BadInput without valid consent, for a school that has closed, or
    with a day in the future; Conflict when it was approached already or the advice is not there yet.
    """
    hulpvraag, voorkeur = _turn(voorkeur, by)
    if voorkeur.staat is not VoorkeurStaat.VOORGESTELD:
        raise Conflict(_already_approached(voorkeur))
    if hulpvraag.status not in APPROACHING:
        raise Conflict(_l("A school can be approached from the status JK Onderwijsadvies on."))
    if (refused := why_not(hulpvraag, voorkeur)) is not None:
        raise BadInput(refused)
    voorkeur.aangemeld_op = writing.past_day(data, "aangemeld_op")
    voorkeur.staat, voorkeur.benaderd_op = VoorkeurStaat.BENADERD, now()
    opened = Betrokkenheid(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        organisation_id=voorkeur.school_id,
        grond=Ground.SCHOOL,
        bron_id=voorkeur.id,
    )
    access.write_as_system("a school that was approached with consent is involved", opened)
    log.record(Actie.BENADEREN, row=voorkeur)
    told = notices.tell("school_benaderd", hulpvraag, voorkeur.school_id, without=by.gebruiker_id)
    db.session.commit()
    return told


def why_not(hulpvraag: Hulpvraag, voorkeur: SchoolVoorkeur, needed: Needed | None = None) -> str | None:
    """Say what stands in the way of approaching this school, in a sentence; None when nothing does."""
    related.fetch([voorkeur], ("school",))
    naam = voorkeur.school.naam
    if not voorkeur.school.actief:
        return _("%(school)s has closed or merged. Choose another school.", school=naam)
    needed = needed or toestemming_stand.needed(hulpvraag, voorkeur.school_id)
    if needed.valid:
        return None
    if not needed.parents:
        return _("No parent with parental authority is known of this child. Add the parents first.")
    return _(
        "%(school)s cannot be approached: there is no valid consent of %(parents)s.",
        school=naam,
        parents=", ".join(needed.lacking),
    )


def drop(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> list[str]:
    """Let a school go that was approached: its access ends and it is told so; give who gets a mail.

    The reason stays with JK staff. A school with the duty of care stays involved.
    """
    hulpvraag, voorkeur = _turn(voorkeur, by)
    if not may_drop(voorkeur):
        raise Conflict(_l("Only a school that was approached can be let go, and not one with zorgplicht."))
    if not data.get("reden"):
        raise BadInput("", {"reden": _l("Please fill this in.")})
    knew = notices.readers(hulpvraag, voorkeur.school_id)
    notities.write(notities.made(hulpvraag, data["reden"], Zichtbaarheid.INTERN, by))
    voorkeur.staat, voorkeur.einde_id = VoorkeurStaat.VERVALLEN, None
    b = Betrokkenheid
    with access.as_system("a school that is let go is no longer involved"):
        db.session.flush()
        db.session.execute(
            update(b).where(b.bron_id == voorkeur.id).values(tot=func.coalesce(b.tot, now()), einde_id=None)
        )
    log.record(Actie.SLUITEN, row=voorkeur)
    told = notices.tell("school_vervallen", hulpvraag, voorkeur.school_id, without=by.gebruiker_id, knew=knew)
    db.session.commit()
    return told


def may_drop(voorkeur: SchoolVoorkeur) -> bool:
    """Tell whether this school can be let go."""
    kept_by_choice = voorkeur.zorgplicht_reden is ZorgplichtReden.GEKOZEN
    return voorkeur.staat in (VoorkeurStaat.BENADERD, VoorkeurStaat.AKKOORD) or kept_by_choice


def of(hulpvraag: Hulpvraag) -> list[SchoolVoorkeur]:
    """List the schools of preference that the person may see, in their order, with their names."""
    v = SchoolVoorkeur
    query = (
        access.visible(v, access.current_person())
        .add_columns(Organisation)
        .join(Organisation, Organisation.id == v.school_id)
        .where(v.hulpvraag_id == hulpvraag.id)
        .order_by(v.rang, v.voorgesteld_op, v.id)
    )
    with access.as_system("which school a row is about belongs to that row"):
        found = db.session.execute(query.limit(100)).all()
    for row, school in found:
        set_committed_value(row, "school", school)
    return [row for row, _school in found]


def _turn(voorkeur: SchoolVoorkeur, by: Person) -> tuple[Hulpvraag, SchoolVoorkeur]:
    access.require(by, Verb.EDIT, voorkeur)
    hulpvraag = take_turn(voorkeur.hulpvraag_id, shows=True)
    query = select(SchoolVoorkeur).where(SchoolVoorkeur.id == voorkeur.id)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    access.require(by, Verb.EDIT, found)
    return hulpvraag, found


def _trade_places(voorkeur: SchoolVoorkeur, by: Person, step: int) -> SchoolVoorkeur:
    hulpvraag, voorkeur = _turn(voorkeur, by)
    if voorkeur.staat is not VoorkeurStaat.VOORGESTELD:
        raise Conflict(_already_approached(voorkeur))
    proposed = [row for row in of(hulpvraag) if row.staat is VoorkeurStaat.VOORGESTELD]
    there = proposed.index(voorkeur) + step
    if not 0 <= there < len(proposed):
        db.session.rollback()  # nothing changes, the dossier no more than the order
        return voorkeur
    other = proposed[there]
    voorkeur.rang, other.rang = other.rang, voorkeur.rang
    log.record(Actie.WIJZIGEN, row=voorkeur)
    db.session.commit()
    return voorkeur


def _school(hulpvraag: Hulpvraag, key: Any) -> Organisation:
    query = select(Organisation).where(
        Organisation.id == parse_id(key),
        Organisation.soort == OrganisationSoort.SCHOOL,
        Organisation.swv_id == hulpvraag.swv_id,
    )
    with access.as_system("which schools there are is no secret"):
        found = db.session.scalar(query)
    if found is None:
        raise BadInput("", {"school": _l("Please choose one from the list.")})
    if not found.actief:
        closed = _("%(school)s has closed or merged. Choose another school.", school=found.naam)
        raise BadInput("", {"school": closed})
    return found


def _last_rang(hulpvraag: Hulpvraag, school_id: uuid.UUID) -> int:
    v = SchoolVoorkeur
    with access.as_system("the order counts every school"):
        rows = db.session.execute(
            select(v.rang, v.school_id, v.staat).where(v.hulpvraag_id == hulpvraag.id)
        ).all()
    if any(key == school_id and staat is not VoorkeurStaat.VERVALLEN for _rang, key, staat in rows):
        raise BadInput("", {"school": _l("This school is a school of preference already.")})
    return max((rang for rang, _key, _staat in rows), default=0)


def _already_approached(voorkeur: SchoolVoorkeur) -> str:
    if voorkeur.benaderd_op is None:
        return _("This school is no longer wanted.")
    return _("This school has been approached already (%(when)s).", when=moment(voorkeur.benaderd_op))
