"""The log: one row an event, in the transaction of the act. When it can't be written, the act fails."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import literal, select

from app.access import Person, as_system, current_person, grounds_of, insert_as_system
from app.extensions import db
from app.models import (
    Afspraak,
    Bericht,
    Bijlage,
    Deelname,
    Gebeurtenis,
    Hulpvraag,
    Notitie,
    Organisation,
    Overlegronde,
    SchoolVoorkeur,
    Toestemming,
)
from app.models.base import now, parse_id
from app.terms import Actie, Noun

_WHY = "the log is written by the portal itself"
_IN_A_DOSSIER: tuple[Any, ...] = (
    Afspraak, Bericht, Bijlage, Deelname, Notitie, Overlegronde, SchoolVoorkeur, Toestemming,
)  # fmt: skip


def record(
    actie: Actie,
    *,
    row: Any = None,
    noun: str | None = None,
    hulpvraag_id: uuid.UUID | None = None,
    swv_id: uuid.UUID | None = None,
    person: Person | None = None,
    gebruiker_id: int | None = None,
    gelukt: bool = True,
    grond: str | None = None,
    object_id: uuid.UUID | None = None,
    oud: str | None = None,
    nieuw: str | None = None,
) -> None:
    """Add the event to the current transaction: ids only, no names, no contents. Source: NEN 7513.

    `person` is the one who acts (default: of this request), `row` what it is about; the caller commits.
    """
    person = person or current_person()
    about = hulpvraag_id or _hulpvraag_of(row)
    event = {
        "actie": actie,
        "gelukt": gelukt,
        "swv_id": swv_id or (person.swv_id if person else None) or getattr(row, "swv_id", None),
        "hulpvraag_id": about,
        "noun": noun or (type(row).__name__ if row is not None else None),
        "object_id": str(row.id) if row is not None else str(object_id) if object_id else None,
        "grond": grond,
        "oud": oud,
        "nieuw": nieuw,
        # Of a refusal nothing is asked: it would take longer where there is a dossier.
        "toegang": grounds_of(person, about, ask=gelukt),
        **_who(person, gebruiker_id),
    }
    insert_as_system(_WHY, Gebeurtenis, [event])


def record_each(
    actie: Actie,
    noun: str,
    keys: Iterable[uuid.UUID],
    *,
    hulpvraag_id: uuid.UUID | None = None,
    swv_id: uuid.UUID | None = None,
    grond: str | None = None,
) -> None:
    """Add an event about each of many objects, of one dossier or of none, in one statement.

    `swv_id` is that of the person unless another is given; the caller commits.
    """
    person = current_person()
    what = {"actie": actie, "noun": noun, "grond": grond, **_who(person)}
    what["swv_id"] = swv_id or (person.swv_id if person else None)
    if hulpvraag_id:
        what |= {"hulpvraag_id": hulpvraag_id, "toegang": grounds_of(person, hulpvraag_id)}
    if events := [{**what, "object_id": str(key)} for key in keys]:
        insert_as_system(_WHY, Gebeurtenis, events)


def at_the_door(
    actie: Actie,
    *,
    door: uuid.UUID | None,
    gebruiker_id: int | None,
    belongs: bool = True,
    gelukt: bool = True,
    row: Any = None,
    grond: str | None = None,
) -> None:
    """Add what somebody did or tried outside any session, in one statement; the caller commits.

    At the SWV of the organisation that was chosen, the `door`, it says whose account it was only when that
    account `belongs` there: an SWV does not hear who people of another one are. Otherwise a second event, of
    no SWV, says so.
    """
    with as_system(_WHY):
        swv_id = db.session.scalar(select(Organisation.swv_id).where(Organisation.id == door))
    noun, key = (type(row).__name__, str(row.id)) if row is not None else (None, None)
    what = {"actie": actie, "gelukt": gelukt, "noun": noun, "object_id": key, "grond": grond}
    known = gebruiker_id if belongs else None
    told = [(swv_id, known)] if known == gebruiker_id else [(swv_id, None), (None, gebruiker_id)]
    events = [{**what, "swv_id": at, **_who(None, who)} for at, who in told]
    insert_as_system(_WHY, Gebeurtenis, events)


def _hulpvraag_of(row: Any) -> uuid.UUID | None:
    found: uuid.UUID | None = row.id if isinstance(row, Hulpvraag) else getattr(row, "hulpvraag_id", None)
    return found


def _who(person: Person | None, gebruiker_id: int | None = None) -> dict[str, Any]:
    """Say who acts, for whom and from where."""
    return {
        "gebruiker_id": person.gebruiker_id if person else gebruiker_id,
        "organisation_id": person.organisation_id if person else None,
        "rollen": ",".join(sorted(person.rollen)) if person else None,
        "pagina": request.endpoint if has_request_context() else None,
        "adres": _address(request.remote_addr) if has_request_context() else None,
    }


def _address(told: str | None) -> str | None:
    """Give the IP address; what else a proxy, or who forged its header, says is no place."""
    try:
        return str(ip_address((told or "").partition("%")[0]))
    except ValueError:
        return None


def refusal(why: str) -> None:
    """Undo what was pending; when a signed-in person was refused, keep that, in a transaction of its own.

    What the page was about is forgotten as well: who shows it after all fetches it anew.
    """
    db.session.rollback()
    g.pop("at_hand", None)
    if current_person() is not None and not g.get("refused"):
        at = next((key for key in map(parse_id, _knocked_at()) if key is not None), None)
        dossier = _dossier_of(at) if at else None
        record(Actie.GEWEIGERD, gelukt=False, grond=why, object_id=at, hulpvraag_id=dossier)
        db.session.commit()
        g.refused = True


def _knocked_at() -> Iterator[Any]:
    """Give what the request says that it is about: in its address, or as the dossier of a new row."""
    if has_request_context():
        asked = request.view_args or {}
        yield from (asked.get(name) for name in ("pk", "hulpvraag_id", "bijlage_id"))
        yield request.args.get("hulpvraag")
        if "form" in vars(request):  # it was read: to read it now could be refused as well
            yield request.form.get("hulpvraag")


def _dossier_of(key: uuid.UUID) -> uuid.UUID | None:
    """Find at which dossier of the own SWV somebody knocked: as much work for a key of nothing."""
    person = current_person()
    own = person.swv_id if person else None
    here = (select(model.hulpvraag_id).where(model.id == key, model.swv_id == own) for model in _IN_A_DOSSIER)
    query = select(Hulpvraag.id).where(Hulpvraag.id == key, Hulpvraag.swv_id == own).union_all(*here)
    with as_system(_WHY):
        return db.session.scalar(query.limit(1))


def answered(status: int, *, page: bool) -> None:
    """Keep what the answer itself says: that somebody was refused, and what a form's page showed again.

    A form that comes back, with what is wrong or with what was searched, shows its dossier as it did before.
    """
    at_hand: dict[Any, dict[str, Any]] = g.pop("at_hand", {})
    if 400 <= status < 500 and not g.get("refused"):
        refusal(str(status))
    if not page or request.method != "POST" or 300 <= status < 400 or current_person() is None:
        return
    seen = [about for about in at_hand.values() if _key(about) not in g.get("seen", ())]
    for about in seen:
        record(Actie.LEZEN, **about)
    if seen:
        db.session.commit()


def at_hand(row: Any) -> None:
    """Hold what the page of this request is about, till it is known whether that page was shown."""
    named(type(row).__name__, row.id, _hulpvraag_of(row), getattr(row, "swv_id", None))


def named(
    noun: str, object_id: Any, hulpvraag_id: uuid.UUID | None = None, swv_id: uuid.UUID | None = None
) -> None:
    """Hold what a page names, as `at_hand` does."""
    if has_request_context():
        person = current_person()
        about = {"noun": noun, "object_id": object_id, "hulpvraag_id": hulpvraag_id}
        about["swv_id"] = (person.swv_id if person else None) or swv_id
        g.setdefault("at_hand", {})[_key(about)] = about


def _key(about: dict[str, Any]) -> tuple[str, str]:
    return about["noun"], str(about["object_id"])


def undo() -> None:
    """Undo what a failed request left pending; its page shows nothing of what that was about."""
    db.session.rollback()
    g.pop("at_hand", None)


def reading(row: Any) -> None:
    """Record that this row was read, and commit: a page that can't be accounted for is not shown."""
    record(Actie.LEZEN, row=row)
    db.session.commit()
    if has_request_context():
        g.setdefault("seen", set()).add((type(row).__name__, str(row.id)))


def reading_each(rows: Sequence[Any]) -> None:
    """Record that each of these rows, of one noun and no dossier, was read, and commit."""
    record_each(Actie.LEZEN, type(rows[0]).__name__, (row.id for row in rows))
    db.session.commit()


def still_looking(actie: Actie, bijlage: Bijlage) -> None:
    """Record a picture out of what was opened, and commit; it goes with that event for an hour.

    To see a page (BEKIJKEN) that document was opened; to see it small (LEZEN) its dossier or a document.
    """
    person, e = current_person(), Gebeurtenis
    of_dossier = e.noun.in_((Noun.HULPVRAAG.value, Noun.BIJLAGE.value))
    opened = e.object_id == str(bijlage.id) if actie is Actie.BEKIJKEN else of_dossier
    query = select(literal(1)).where(
        e.swv_id == bijlage.swv_id,
        e.hulpvraag_id == bijlage.hulpvraag_id,
        e.gebruiker_id == (person.gebruiker_id if person else None),
        e.organisation_id.is_not_distinct_from(person.organisation_id if person else None),
        e.op > now() - timedelta(hours=1),
        e.actie == actie,
        e.gelukt,
    )
    with as_system(_WHY):
        seen = db.session.scalar(query.where(opened).limit(1))
    if not seen:
        record(actie, row=bijlage)
    db.session.commit()


def searching(noun: str, *, typed: bool) -> None:
    """Record that a list was read or searched, and commit; the words that were typed are not kept."""
    record(Actie.ZOEKEN if typed else Actie.LEZEN, noun=str(noun))
    db.session.commit()
