"""Taking part in a consultation: the list, one's own answer, and being taken off."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Deelname, Overlegronde
from app.models.base import now
from app.services import log, openingen, overleg_mail, related
from app.terms import Actie, Antwoord, Verb

MOST = 100


def of_round(ronde: Overlegronde) -> Sequence[Deelname]:
    """List who takes part, as far as the person may see it, the longest invited first."""
    d = Deelname
    query = select(d).where(d.overlegronde_id == ronde.id, d.verwijderd_op.is_(None))
    rows = list(db.session.scalars(query.order_by(d.uitgenodigd_op, d.id).limit(MOST)))
    related.fetch(rows, ("gebruiker", "namens", "gezagsdrager"))
    return rows


def own(ronde: Overlegronde, by: Person) -> Deelname | None:
    """Give how this person takes part, on behalf of whom they work for now; None when they don't."""
    d = Deelname
    mine = (d.gebruiker_id == by.gebruiker_id, d.namens_id == by.organisation_id, d.verwijderd_op.is_(None))
    return db.session.scalar(select(d).where(d.overlegronde_id == ronde.id, *mine))


def answer(ronde: Overlegronde, antwoord: Antwoord, voorstel: str | None, by: Person) -> Deelname:
    """Keep what a participant says of coming; they may change it until the consultation is closed.

    Raises BadInput for another moment without words, Conflict once it is closed, NotFound for anybody else.
    """
    deelname = own(ronde, by)
    if deelname is None:
        raise NotFound
    if ronde.gesloten_op is not None:
        raise Conflict(_l("This consultation has been closed. Your answer can't be changed any more."))
    access.require(by, Verb.ANSWER, deelname)
    if antwoord is Antwoord.VOORSTEL and not voorstel:
        raise BadInput("", {"voorstel": _l("Please write which moment suits you.")})
    with access.as_system("a participant answers for themselves"):
        deelname.antwoord, deelname.beantwoord_op = antwoord, now()
        deelname.voorstel = voorstel if antwoord is Antwoord.VOORSTEL else None
        db.session.flush()
    log.record(Actie.BEANTWOORDEN, row=deelname)
    overleg_mail.answered(ronde, by)
    db.session.commit()
    return deelname


def remove(deelname: Deelname, by: Person) -> None:
    """Take somebody off a consultation: the invitation and what was opened end. Once more changes nothing."""
    access.require(by, Verb.EDIT, deelname)
    ronde = openingen.locked_round(deelname.overlegronde_id)
    openingen.refuse_closed(ronde)
    if deelname.verwijderd_op is not None:
        return
    knew = overleg_mail.people([deelname])
    deelname.verwijderd_op = now()
    openingen.end([deelname])
    overleg_mail.opened(deelname, ronde, None)
    log.record(Actie.VERWIJDEREN, row=deelname)
    overleg_mail.off(ronde, knew, by.gebruiker_id)
    db.session.commit()
