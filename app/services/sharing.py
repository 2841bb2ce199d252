"""Who sees a document, intern or gedeeld, and how each party would see the dossier's documents then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import access
from app.access import Person
from app.access.scopes import allowed
from app.errors import BadInput
from app.extensions import db
from app.models import Bijlage, Gebruiker, Hulpvraag, Organisation
from app.services import bijlage_reeks, dossiers, log
from app.terms import Actie, Ground, Verb, Zichtbaarheid

_MOST = 500
_TO = {Zichtbaarheid.INTERN: Zichtbaarheid.GEDEELD, Zichtbaarheid.GEDEELD: Zichtbaarheid.INTERN}


@dataclass(frozen=True)
class Party:
    """Who is involved now, on which ground; `sees` are the titles that they would see, `it` this one."""

    naam: str
    grond: Ground
    it: bool
    sees: Sequence[str]


def other(bijlage: Bijlage) -> Zichtbaarheid:
    """Give what the visibility can be changed to."""
    return _TO[bijlage.zichtbaarheid]


def require_share(bijlage: Bijlage, by: Person) -> None:
    """Raise NotFound without the right, Overtaken for a document that does not count any more."""
    access.require(by, Verb.SHARE, bijlage)
    if bijlage.ingetrokken_op is not None or bijlage.vervangen_op is not None:
        said = _l("This document was retracted or replaced. Who sees it cannot be changed any more.")
        raise bijlage_reeks.overtaken(bijlage, said)


def share(bijlage: Bijlage, to: Zichtbaarheid | None, by: Person) -> Bijlage:
    """Change who sees a document: check → change → log → commit. What it is already stays so."""
    require_share(bijlage, by)
    if to is None:
        raise BadInput(_l("Please choose who may see this document."))
    dossiers.take_turn(bijlage.hulpvraag_id, shows=True)
    db.session.refresh(bijlage)
    require_share(bijlage, by)
    if bijlage.zichtbaarheid is to:
        db.session.rollback()  # nothing changes, the dossier no more than the document
        return bijlage
    log.record(Actie.DELEN, row=bijlage, oud=bijlage.zichtbaarheid, nieuw=to)
    with access.as_system("who sees a document is a right of its own, without editing"):
        bijlage.zichtbaarheid = to
        db.session.flush()
    db.session.commit()
    return bijlage


def look(bijlage: Bijlage, to: Zichtbaarheid, by: Person) -> Sequence[Party]:
    """Say how each party that is involved now would see the documents with this one as `to`.

    The gate itself answers, for all parties in one question, in a transaction that is rolled back; that JK
    staff looked is kept before.
    """
    require_share(bijlage, by)
    log.reading(bijlage)
    key, hulpvraag = bijlage.id, bijlage.hulpvraag
    parties = _parties(hulpvraag)
    readers = [reader for _naam, _grond, people in parties for reader in people]
    with _never_kept(bijlage, to):
        columns = [allowed(Bijlage, reader).label(f"r{n}") for n, reader in enumerate(readers)]
        query = select(Bijlage.id, Bijlage.titel, *columns).where(Bijlage.hulpvraag_id == hulpvraag.id)
        found = db.session.execute(
            query.order_by(Bijlage.toegevoegd_op.desc(), Bijlage.id).limit(_MOST)
        ).all()
    answers, at = [], 2
    for naam, grond, people in parties:
        rows = [row for row in found if any(row[at : at + len(people)])]
        it = any(row[0] == key for row in rows)
        answers.append(Party(naam, grond, it, [row[1] for row in rows]))
        at += len(people)
    return answers


@contextmanager
def _never_kept(bijlage: Bijlage, to: Zichtbaarheid) -> Iterator[None]:
    """Let the document be `to` for the block; nothing of it stays."""
    with access.as_system("a visibility that is looked at and never given"):
        bijlage.zichtbaarheid = to
        db.session.flush()
        try:
            yield
        finally:
            db.session.rollback()


def _parties(hulpvraag: Hulpvraag) -> list[tuple[str, Ground, list[Person]]]:
    """List who is involved now, once each, with the people that it reads through."""
    involved: dict[tuple[Any, ...], Any] = {}
    for row in access.in_force(hulpvraag):
        key = (row.organisation_id,) if row.organisation_id else (row.gebruiker_id, row.namens_id)
        if row.grond is Ground.OUDER or key not in involved:
            involved[key] = row
    rows = list(involved.values())
    places = frozenset(row.organisation_id or row.namens_id for row in rows) - {None}
    access.know_people(places)
    names = _names(places)
    invited = _invited(hulpvraag, {row.gebruiker_id for row in rows if row.gebruiker_id})
    return [_party(row, names, invited) for row in rows]


def _party(row: Any, names: dict[Any, str], invited: dict[int, Person]) -> tuple[str, Ground, list[Person]]:
    if row.organisation_id:
        people = [p for p in access.people_of(organisation_id=row.organisation_id) if row.grond in p.grounds]
        return names.get(row.organisation_id, "–"), row.grond, people
    one = invited.get(row.gebruiker_id)
    if row.namens_id is None:
        return (one.naam if one else "–"), row.grond, [one] if one else []
    people = access.people_of(organisation_id=row.namens_id)
    theirs = [person for person in people if person.gebruiker_id == row.gebruiker_id]
    naam = " · ".join([one.naam if one else "–", names.get(row.namens_id, "–")])
    return naam, row.grond, theirs


def _names(places: frozenset[Any]) -> dict[Any, str]:
    """Name the organisations: as their people do, and those where nobody works as the database does."""
    known = {
        place: people[0].organisation_naam
        for place in places
        if (people := access.people_of(organisation_id=place))
    }
    if not (others := places - known.keys()):
        return known
    query = select(Organisation.id, Organisation.naam).where(Organisation.id.in_(others))
    with access.as_system("the name belongs to who is involved"):
        return known | {row.id: row.naam for row in db.session.execute(query)}


def _invited(hulpvraag: Hulpvraag, accounts: set[int]) -> dict[int, Person]:
    """Build who is invited in person, in one statement: all have the roles, and rights, of the invited."""
    if not accounts:
        return {}
    changed = access.changed_rights(hulpvraag.swv_id)
    query = select(Gebruiker, changed).where(Gebruiker.id.in_(accounts), Gebruiker.active.is_(True))
    with access.as_system("an invited person has no membership"):
        return {
            one.id: Person(
                gebruiker_id=one.id,
                naam=one.naam,
                swv_id=hulpvraag.swv_id,
                rollen=access.INVITED_ROLES,
                afwijkingen=access.deviations(text, access.INVITED_ROLES),
            )
            for one, text in db.session.execute(query)
        }
