"""The educational advice: from a draft of the specialist to what the others can read."""

from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.errors import Conflict
from app.extensions import db
from app.models import Bijlage
from app.services import bijlage_reeks, log
from app.terms import Actie, BijlageSoort, Noun, Stadium, Verb, Zichtbaarheid

_NEEDED = (Verb.FINALISE, Verb.SHARE)


def is_draft(bijlage: Bijlage) -> bool:
    """Tell whether this is an advice that the others can't read yet."""
    ready = bijlage.stadium is Stadium.DEFINITIEF and bijlage.zichtbaarheid is Zichtbaarheid.GEDEELD
    advice = bijlage.soort is BijlageSoort.ONDERWIJSADVIES
    return advice and not ready and bijlage.geldt


def permits(person: Person) -> bool:
    """Tell whether the roles of `person` make an advice final at all."""
    return all(person.permits(Noun.BIJLAGE, verb) for verb in _NEEDED)


def require_release(bijlage: Bijlage, by: Person) -> None:
    """Raise NotFound without the rights, Conflict when there is no draft any more."""
    for verb in _NEEDED:
        access.require(by, verb, bijlage)
    if not is_draft(bijlage):
        raise Conflict(_l("This document is no draft of an educational advice any more. Look at it again."))


def release(bijlage: Bijlage, by: Person) -> Bijlage:
    """Make a draft final and shared in one act. Manual: 'voegt dit toe in Kindkans'."""
    require_release(bijlage, by)
    bijlage = bijlage_reeks.take_turn(bijlage, by)
    require_release(bijlage, by)
    if bijlage.zichtbaarheid is not Zichtbaarheid.GEDEELD:
        log.record(Actie.DELEN, row=bijlage, oud=bijlage.zichtbaarheid, nieuw=Zichtbaarheid.GEDEELD)
    bijlage.stadium, bijlage.zichtbaarheid = Stadium.DEFINITIEF, Zichtbaarheid.GEDEELD
    log.record(Actie.WIJZIGEN, row=bijlage)
    db.session.commit()
    return bijlage
