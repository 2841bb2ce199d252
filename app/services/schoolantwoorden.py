"""What a school that was approached says: its questions and their answers, and whether it agrees."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app import access
from app.access import Person
from app.errors import BadInput, Conflict
from app.extensions import db
from app.models import Gebruiker, Hulpvraag, Notitie, SchoolVoorkeur
from app.models.base import now
from app.services import log, notices, notities, schooltermijn, wording, writing
from app.services.dossiers import take_turn
from app.terms import Actie, Verb, VoorkeurStaat, Zichtbaarheid
from app.workflow import OPEN

ANSWERS = (VoorkeurStaat.AKKOORD, VoorkeurStaat.AFGEWEZEN)
# What is known of a request to a school, in the order of its page.
FACTS = (
    *("benaderd_op", "aangemeld_op", "beslist_uiterlijk"),
    *("beantwoord_op", "beantwoord_door", "reden", "zorgplicht_reden"),
)
IN_TOUCH = frozenset({VoorkeurStaat.BENADERD, *ANSWERS})


def ask(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> list[str]:
    """Ask something as the school: only that school and JK staff read it; give who gets a mail."""
    return _write(voorkeur, data, by, Verb.ASK)


def reply(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> list[str]:
    """Write to the school as JK staff: only they and that school read it; give who gets a mail."""
    return _write(voorkeur, data, by, Verb.EDIT)


def answer(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person) -> list[str]:
    """Agree or reject, as the school; or as JK staff note what it said, with the day; give who gets a mail.

    BadInput without a reason for rejecting, or for a school after its term; Conflict when there is an answer.
    """
    hulpvraag = _turn(voorkeur, by, Verb.ANSWER)
    if voorkeur.staat in ANSWERS:
        raise Conflict(_answered(voorkeur))
    said = _said(data)
    if not by.is_jk_staff and schooltermijn.is_over(voorkeur):
        raise BadInput(_too_late(voorkeur))
    beantwoord_op = _when(data, voorkeur) if by.is_jk_staff else now()
    with access.as_system("an answer is judged by its own rules"):
        voorkeur.staat, voorkeur.reden = said, data.get("reden")
        voorkeur.beantwoord_op, voorkeur.beantwoord_door_id = beantwoord_op, by.gebruiker_id
        db.session.flush()
    behalf = str(voorkeur.school_id) if by.is_jk_staff else None
    log.record(Actie.BEANTWOORDEN, row=voorkeur, nieuw=behalf)
    told = notices.tell_swv("school_heeft_geantwoord", hulpvraag, without=by.gebruiker_id)
    db.session.commit()
    return told


def conversation(voorkeur: SchoolVoorkeur) -> list[Notitie]:
    """List what the school and JK staff wrote to each other, oldest first, as far as the person sees it."""
    n = Notitie
    query = (
        select(n)
        .where(
            n.hulpvraag_id == voorkeur.hulpvraag_id,
            n.zichtbaarheid == Zichtbaarheid.INTERN,
            or_(n.organisation_id == voorkeur.school_id, n.voor_id == voorkeur.school_id),
        )
        .options(joinedload(n.organisation), joinedload(n.geschreven_door))
    )
    return list(db.session.scalars(query.order_by(n.geschreven_op, n.id).limit(500)))


def _turn(voorkeur: SchoolVoorkeur, by: Person, verb: Verb) -> Hulpvraag:
    access.require(by, verb, voorkeur)
    hulpvraag = take_turn(voorkeur.hulpvraag_id, shows=verb is Verb.ANSWER)
    db.session.refresh(voorkeur)
    if hulpvraag.status not in OPEN:
        raise Conflict(_l("This hulpvraag has ended."))
    if voorkeur.staat not in IN_TOUCH:
        raise Conflict(_l("This school has not been approached, or is no longer wanted."))
    return hulpvraag


def _write(voorkeur: SchoolVoorkeur, data: Mapping[str, Any], by: Person, verb: Verb) -> list[str]:
    hulpvraag = _turn(voorkeur, by, verb)
    if not data.get("tekst"):
        raise BadInput("", {"tekst": _l("Please fill this in.")})
    asks = verb is Verb.ASK
    voor_id = None if asks else voorkeur.school_id
    notities.write(notities.made(hulpvraag, data["tekst"], Zichtbaarheid.INTERN, by, voor_id=voor_id))
    told = (
        notices.tell_swv("school_vraag", hulpvraag, without=by.gebruiker_id)
        if asks
        else notices.tell("school_antwoord_op_vraag", hulpvraag, voorkeur.school_id, without=by.gebruiker_id)
    )
    db.session.commit()
    return told


def _said(data: Mapping[str, Any]) -> VoorkeurStaat:
    said = next((staat for staat in ANSWERS if staat == data.get("antwoord")), None)
    if said is None:
        raise BadInput("", {"antwoord": _l("Please choose one from the list.")})
    if said is VoorkeurStaat.AFGEWEZEN and not data.get("reden"):
        raise BadInput("", {"reden": _l("Please give the reason why the school rejects.")})
    return said


def _when(data: Mapping[str, Any], voorkeur: SchoolVoorkeur) -> datetime:
    """Take the day that JK staff heard it: today is now, an earlier day is noon."""
    day: date = writing.past_day(data, "op")
    if voorkeur.aangemeld_op is not None and day < voorkeur.aangemeld_op:
        raise BadInput("", {"op": _l("This day is before the school was asked.")})
    if day == wording.today():
        return now()
    return writing.noon(day)


def _too_late(voorkeur: SchoolVoorkeur) -> str:
    until = voorkeur.beslist_uiterlijk
    return _(
        "The term to decide ended on %(day)s. Call the JK specialist, who can still note your answer.",
        day=wording.day(until) if until else "",
    )


def _answered(voorkeur: SchoolVoorkeur) -> str:
    with access.as_system("who answered is known to whoever answers"):
        who = db.session.scalar(select(Gebruiker).where(Gebruiker.id == voorkeur.beantwoord_door_id))
    return _(
        "%(who)s has answered already (%(when)s): %(answer)s.",
        who=who.naam if who else "",
        when=wording.exact(voorkeur.beantwoord_op) if voorkeur.beantwoord_op else "",
        answer=str(voorkeur.staat.label),
    )
