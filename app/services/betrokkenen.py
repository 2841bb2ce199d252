"""Who a hulpvraag is with: another preschool, contact person, specialist or stand-in, in one act."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm.exc import StaleDataError

from app import access
from app.access import Person, as_system
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Deelname, Hulpvraag, Organisation
from app.models.base import now
from app.services import hulpvragen, log, notices, notities, stand_in
from app.services.outbox import queue
from app.services.wording import moment
from app.terms import Actie, Ground, Verb, Zichtbaarheid
from app.workflow import OPEN

CHOSEN, LEFT, SPECIALIST = "voorschool_gekozen", "voorschool_gewisseld", "specialist_gekozen"
_FIELDS = ("voorschool_id", "contactpersoon_id", "specialist_id", "waarnemer_id")


def require_change(hulpvraag: Hulpvraag, by: Person) -> None:
    """Raise NotFound for who does not do this, Conflict when the dossier has ended."""
    if by.is_jk_staff and hulpvraag.status not in OPEN and access.may(by, Verb.READ, hulpvraag):
        raise Conflict(_l("This hulpvraag has ended. Who is involved does not change any more."))
    access.require(by, Verb.EDIT, hulpvraag)
    if access.editable(by, hulpvraag) is not None:
        raise NotFound


def change(hulpvraag: Hulpvraag, data: Mapping[str, Any], by: Person) -> list[str]:
    """Change who the hulpvraag is with, and name whom that is mailed to. The status and its history stay.

    The old preschool loses the dossier at once and gets a farewell; the reason becomes an internal note.
    Raises BadInput when preschool and person do not fit, Conflict when somebody else saved first.
    """
    require_change(hulpvraag, by)
    if str(data.get("versie") or hulpvraag.versie) != str(hulpvraag.versie):
        raise Conflict(_changed_before(hulpvraag))
    before = {name: getattr(hulpvraag, name) for name in _FIELDS}
    after = _wanted(hulpvraag, data)
    if after == before:
        raise BadInput(_("Nothing has changed yet. Choose another preschool or another person."))
    moves = after["voorschool_id"] != before["voorschool_id"]
    if moves and not data.get("reden"):
        raise BadInput("", {"reden": _l("Say why there is another preschool.")})
    leaving = notices.readers(hulpvraag, hulpvraag.voorschool_id)
    for name, value in after.items():
        setattr(hulpvraag, name, value)
    hulpvraag.gewijzigd_op = now()
    try:
        log.record(Actie.WIJZIGEN, row=hulpvraag, grond="betrokkenen")
        if moves:
            _hand_on(hulpvraag, before["voorschool_id"])
        if reason := data.get("reden"):
            why = _("Why other people are involved now: %(reason)s", reason=reason)
            notities.write(notities.made(hulpvraag, why, Zichtbaarheid.INTERN, by), by)
        names = _tell(hulpvraag, before, leaving, by)
        db.session.commit()
    except StaleDataError as late:
        db.session.rollback()
        raise Conflict from late
    return names


def _wanted(hulpvraag: Hulpvraag, data: Mapping[str, Any]) -> dict[str, Any]:
    """Check the choices against each other; a preschool that is kept may have been closed since."""
    kept = str(data.get("voorschool")) == str(hulpvraag.voorschool_id)
    with as_system("the preschool of the dossier"):
        current = select(Organisation).where(Organisation.id == hulpvraag.voorschool_id)
        voorschool = db.session.scalar(current) if kept else None
    voorschool = voorschool or hulpvragen.active_voorschool(data.get("voorschool"))
    people = {"contactpersoon": None, "specialist": None, "waarnemer": None} | dict(data)
    return {"voorschool_id": voorschool.id} | hulpvragen.chosen_people(people, voorschool)


def _hand_on(hulpvraag: Hulpvraag, old: Any) -> None:
    """End what the old preschool, and its people in consultation rounds, could see; let the new one in."""
    b, d = Betrokkenheid, Deelname
    theirs = or_(and_(b.organisation_id == old, b.grond == Ground.VOORSCHOOL), b.namens_id == old)
    running = or_(b.tot.is_(None), b.tot > now())
    invited = (d.hulpvraag_id == hulpvraag.id, d.namens_id == old, d.verwijderd_op.is_(None))
    with as_system("a hulpvraag goes to another preschool"):
        db.session.execute(update(b).where(b.hulpvraag_id == hulpvraag.id, theirs, running).values(tot=now()))
        db.session.execute(update(d).where(*invited).values(verwijderd_op=now()))
    access.write_as_system(
        "the preschool of a dossier is involved",
        Betrokkenheid(
            swv_id=hulpvraag.swv_id,
            hulpvraag_id=hulpvraag.id,
            organisation_id=hulpvraag.voorschool_id,
            grond=Ground.VOORSCHOOL,
            bron_id=hulpvraag.id,
        ),
    )


def _tell(
    hulpvraag: Hulpvraag, before: Mapping[str, Any], leaving: Sequence[Person], by: Person
) -> list[str]:
    names: list[str] = []
    if hulpvraag.voorschool_id != before["voorschool_id"]:
        names += notices.tell(CHOSEN, hulpvraag, hulpvraag.voorschool_id)
        names += notices.tell(LEFT, hulpvraag, before["voorschool_id"], knew=leaving)
    new = {hulpvraag.specialist_id, hulpvraag.waarnemer_id}
    new -= {before["specialist_id"], before["waarnemer_id"], by.gebruiker_id, None}
    for person in stand_in.chosen(access.people_of(organisation_id=hulpvraag.swv_id), new):
        if person.gebruiker_id != by.gebruiker_id:
            queue(SPECIALIST, to=person, hulpvraag=hulpvraag)
            names.append(person.naam)
    return names


def _changed_before(hulpvraag: Hulpvraag) -> str:
    return _(
        "Somebody else saved this hulpvraag just before you (%(when)s). "
        "Your text is still here: compare and save again.",
        when=moment(hulpvraag.gewijzigd_op),
    )
