"""What a participant would see of a dossier: the gate itself is asked as that person, and nothing is kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from flask import g
from sqlalchemy import select

from app import access
from app.access import Person
from app.errors import NotFound
from app.extensions import db
from app.models import Betrokkenheid, Deelname, Hulpvraag, SchoolVoorkeur
from app.models.base import now
from app.services import afspraken, dossiers, log, related
from app.services.wording import day, words
from app.terms import Ground, Noun

MOST = 100
Line = tuple[str, str]


@dataclass(frozen=True)
class Seen:
    """A dossier as one person sees it, in words: each line with what it comes from or is about."""

    naam: str
    kind: str
    omschrijving: str
    ouders: Sequence[str]
    documenten: Sequence[Line]
    notities: Sequence[Line]
    afspraken: Sequence[Line]
    scholen: Sequence[Line]
    historie: Sequence[Line]


def of(deelname: Deelname) -> Seen:
    """Say exactly what the dossier, once open, would show to this participant as it is now.

    The access is given in a transaction that is rolled back; that JK staff looked is kept before.
    """
    log.reading(deelname)
    reader = access.person_for(deelname.gebruiker_id, deelname.namens_id, swv_id=deelname.swv_id)
    if reader is None:
        raise NotFound
    row = Betrokkenheid(
        swv_id=deelname.swv_id,
        hulpvraag_id=deelname.hulpvraag_id,
        gebruiker_id=deelname.gebruiker_id,
        namens_id=deelname.namens_id,
        grond=Ground.OVERLEGRONDE,
        van=now() - timedelta(seconds=1),
        bron_id=deelname.id,
    )
    with _never_kept(row, reader):
        return _seen(deelname.hulpvraag_id, reader)


@contextmanager
def _never_kept(row: Betrokkenheid, reader: Person) -> Iterator[None]:
    """Be this person, with this access, for the block; what was asked as them is forgotten with it."""
    myself = g.person
    db.session.expunge_all()  # what was loaded as oneself would show through
    access.write_as_system("an access that is looked at and never given", row)
    try:
        g.person = reader
        yield
    finally:
        g.person = myself
        db.session.rollback()
        access.forget_levels()


def _seen(hulpvraag_id: object, reader: Person) -> Seen:
    hulpvraag = db.session.scalar(select(Hulpvraag).where(Hulpvraag.id == hulpvraag_id))
    if hulpvraag is None:
        raise NotFound
    related.fetch([hulpvraag], ("kind",))
    readable = access.fields(reader, Noun.HULPVRAAG, hulpvraag)
    whole = readable is None or "omschrijving" in readable
    return Seen(
        naam=reader.naam,
        kind=f"{hulpvraag.kind.naam}, {day(hulpvraag.kind.geboortedatum)}",
        omschrijving=(hulpvraag.omschrijving or "") if whole else "",
        ouders=dossiers.parents(hulpvraag),
        documenten=[
            (found.titel, str(found.organisation or "–"))
            for found in dossiers.documents(hulpvraag)
            if found.geldt
        ],
        notities=[(note.tekst, str(note.organisation or "–")) for note in dossiers.notes(hulpvraag)],
        afspraken=[(it.row.wat, day(it.row.uiterlijk)) for it in afspraken.of(hulpvraag, reader)],
        scholen=_schools(hulpvraag),
        historie=_history(hulpvraag, reader),
    )


def _history(hulpvraag: Hulpvraag, reader: Person) -> list[Line]:
    whole = access.fields(reader, Noun.STATUSWIJZIGING, hulpvraag) is None
    return [
        (str(change.naar.label), (change.toelichting or "") if whole else "")
        for change in dossiers.history(hulpvraag)
    ]


def _schools(hulpvraag: Hulpvraag) -> list[Line]:
    """List the schools of preference with their state: what every reader of their row may know."""
    v = SchoolVoorkeur
    query = select(v).where(v.hulpvraag_id == hulpvraag.id).order_by(v.rang, v.id).limit(MOST)
    rows = list(db.session.scalars(query))
    related.fetch(rows, ("school",))
    return [(str(found.school or "–"), words(found.staat)) for found in rows]
