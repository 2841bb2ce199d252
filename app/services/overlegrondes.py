"""Consultations around one dossier: planned, changed, closed, opened again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Afspraak, Deelname, Hulpvraag, Overlegronde
from app.models.base import now, parse_id
from app.services import log, openingen, overleg_mail
from app.terms import Actie, Verb

FIELDS = ("begint_op", "duur", "plaats", "link", "agenda")
SHORTEST, LONGEST = 5, 600  # minutes
_FURTHEST = timedelta(days=2 * 366)
MOST = 100


def add(data: dict[str, Any], by: Person) -> Overlegronde:
    """Plan a consultation around the dossier `hulpvraag`. Manual: Onderwijsadvies, step 2."""
    hulpvraag = db.session.scalar(select(Hulpvraag).where(Hulpvraag.id == parse_id(data["hulpvraag"])))
    if hulpvraag is None:
        raise NotFound
    data["begint_op"] = data["begint_op"].replace(second=0, microsecond=0)
    _refuse_unfit(data, moved=True)
    ronde = Overlegronde(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        gemaakt_door_id=by.gebruiker_id,
        **{name: data.get(name) for name in FIELDS},
    )
    access.require(by, Verb.ADD, ronde)
    db.session.add(ronde)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=ronde)
    db.session.commit()
    return ronde


def edit(ronde: Overlegronde, data: dict[str, Any], by: Person) -> Overlegronde:
    """Change a consultation and tell the participants. At another moment each of them is asked anew.

    What opens after it moves along. Raises Conflict when somebody saved first, or it has been closed.
    """
    access.require(by, Verb.EDIT, ronde)
    openingen.refuse_closed(ronde)
    if str(data.get("versie") or ronde.versie) != str(ronde.versie):
        raise Conflict(_saved_first())
    moved = data["begint_op"] != ronde.begint_op
    _refuse_unfit(data, moved=moved)
    if all(data.get(name) == getattr(ronde, name) for name in FIELDS):
        return ronde
    for name in FIELDS:
        setattr(ronde, name, data.get(name))
    if moved:
        for deelname in overleg_mail.participants([ronde]):
            deelname.antwoord = deelname.voorstel = deelname.beantwoord_op = None
    try:
        db.session.flush()
        openingen.follow(ronde)
        log.record(Actie.WIJZIGEN, row=ronde)
        overleg_mail.changed(ronde, by)
        db.session.commit()
    except StaleDataError as late:
        db.session.rollback()
        raise Conflict(_saved_first()) from late
    return ronde


def close(ronde: Overlegronde, by: Person) -> None:
    """Close a consultation: what it opened ends at once. When it was still to come, people hear it is off."""
    access.require(by, Verb.EDIT, ronde)
    ronde = openingen.locked_round(ronde.id)
    if ronde.gesloten_op is not None:
        return
    deelnames = overleg_mail.participants([ronde])
    knew = overleg_mail.people(deelnames) if ronde.begint_op > now() else []
    ronde.gesloten_op = now()
    openingen.end(deelnames)
    log.record(Actie.SLUITEN, row=ronde)
    overleg_mail.off(ronde, knew, by.gebruiker_id)
    db.session.commit()


def reopen(ronde: Overlegronde, by: Person) -> None:
    """Take the closing back: invitations hold again, and the dossier opens as it was set for each."""
    access.require(by, Verb.EDIT, ronde)
    ronde = openingen.locked_round(ronde.id)
    if ronde.gesloten_op is None:
        return
    ronde.gesloten_op = ronde.einde_id = None
    log.record(Actie.WIJZIGEN, row=ronde)
    for deelname in overleg_mail.participants([ronde]):
        openingen.admit(deelname)
        openingen.grant(deelname, ronde)
    if ronde.begint_op > now():
        overleg_mail.on_again(ronde, by)
    db.session.commit()


@dataclass(frozen=True)
class Listed:
    """A consultation in the list of its dossier, with how many were invited and answered."""

    ronde: Overlegronde
    invited: int
    answered: int


def of_dossier(hulpvraag: Hulpvraag) -> Sequence[Listed]:
    """List the consultations that the person may see, the newest first; heads as far as they may be seen."""
    r, d = Overlegronde, Deelname
    heads = (d.overlegronde_id == r.id, d.verwijderd_op.is_(None))
    invited, answered = (
        select(func.count(column)).where(*heads).correlate(r).scalar_subquery()
        for column in (d.id, d.antwoord)
    )
    query = select(r, invited, answered).where(r.hulpvraag_id == hulpvraag.id)
    found = db.session.execute(query.order_by(r.begint_op.desc(), r.id).limit(MOST))
    return [Listed(*row) for row in found]


def agreed(ronde: Overlegronde) -> list[tuple[str, date]]:
    """List what was agreed in a consultation and by when, as far as the person may see it."""
    a = Afspraak
    query = select(a.wat, a.uiterlijk).where(a.overlegronde_id == ronde.id).order_by(a.uiterlijk, a.id)
    return [(wat, uiterlijk) for wat, uiterlijk in db.session.execute(query.limit(MOST))]


def number(ronde: Overlegronde) -> str:
    """Give the number of its dossier, which an invitation may say to who reads nothing else of it."""
    if ronde.hulpvraag:
        return ronde.hulpvraag.nummer
    with access.as_system("an invitation says the number of its dossier"):
        query = select(Hulpvraag.nummer).where(Hulpvraag.id == ronde.hulpvraag_id)
        return db.session.scalars(query).one()


def _refuse_unfit(data: dict[str, Any], *, moved: bool) -> None:
    wrong: dict[str, LazyString | str] = {}
    begins: datetime = data["begint_op"]
    if moved and begins <= now():
        wrong["begint_op"] = _l("This moment has passed. Choose a day and a time in the future.")
    if begins > now() + _FURTHEST:
        wrong["begint_op"] = _l("This is more than two years ahead. Is the year right?")
    if not SHORTEST <= (data.get("duur") or 0) <= LONGEST:
        wrong["duur"] = _l("Fill in a number of minutes, from 5 to 600.")
    if not data.get("plaats") and not data.get("link"):
        wrong["plaats"] = _l("Fill in where the consultation is: a place, a link, or both.")
    if data.get("link") and not _is_link(data["link"]):
        wrong["link"] = _l("This is not a whole link, like https://meeting.example.nl/123.")
    if wrong:
        raise BadInput("", wrong)


def _is_link(typed: str) -> bool:
    """Tell whether this is a web address: another kind, such as javascript:, would run on a click."""
    try:
        parts = urlsplit(typed)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(map(str.isspace, typed))
    except ValueError:
        return False


def _saved_first() -> LazyString | str:
    return _l(
        "Somebody else saved this consultation just before you. Your text is still here: compare and save"
        " again."
    )
