"""Who looked: the log of one dossier, and searching and exporting the log of a whole SWV."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_, select

from app import access
from app.access import Person, as_system
from app.access.scopes import allowed
from app.errors import BadInput, NotFound
from app.extensions import db
from app.models import Gebeurtenis, Gebruiker, Hulpvraag, Organisation
from app.services import days, log
from app.services.invoer_blad import Blad, Row
from app.services.wording import exact
from app.terms import Actie, Noun, Role, Verb

MOST = 50  # events on a page
MOST_EXPORTED = 50_000
_WHY = "the names beside events that the person may read"


@dataclass(frozen=True)
class Event:
    """One event with the names that go with its keys; `number` is the dossier's."""

    row: Gebeurtenis
    person: str | None
    organisation: str | None
    number: str | None

    @property
    def roles(self) -> str:
        """Name the roles in which it was done."""
        known = {role.value: str(role.label) for role in Role}
        return ", ".join(known[key] for key in (self.row.rollen or "").split(",") if key in known)

    @property
    def about(self) -> str:
        """Name the kind of thing that it was about."""
        return next((str(noun.label) for noun in Noun if noun == self.row.noun), "")

    @property
    def outcome(self) -> str:
        """Say whether it was done."""
        return "" if self.row.gelukt else _("not done, or refused")


@dataclass(frozen=True)
class Page:
    """One page of events, the newest first; `after` is the cursor of the next."""

    events: Sequence[Event]
    after: str | None


@dataclass(frozen=True)
class Asked:
    """What is searched for; `wrong` says which of it can't be used."""

    persoon: str = ""
    nummer: str = ""
    actie: Actie | None = None
    van: date | None = None
    tot: date | None = None
    wrong: Mapping[str, Any] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Tell whether it narrows the log at all."""
        return any((self.persoon, self.nummer, self.actie, self.van, self.tot))


def asked(typed: Mapping[str, str]) -> Asked:
    """Read what was typed to search for."""
    wrong: dict[str, Any] = {}

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(typed[name]) if typed.get(name) else None
        except ValueError:
            wrong[name] = _l("This is not a day. Write it like 2026-05-03.")
            return None

    return Asked(
        persoon=typed.get("persoon", "").strip()[:80],
        nummer=typed.get("nummer", "").strip()[:80],
        actie=next((one for one in Actie if one == typed.get("actie")), None),
        van=day("van"),
        tot=day("tot"),
        wrong=wrong,
    )


def of_dossier(hulpvraag: Hulpvraag, by: Person, after: str | None) -> Page:
    """Give one page of who looked into a dossier, and did something in it."""
    return _page([Gebeurtenis.hulpvraag_id == hulpvraag.id], by, after)


def search(ask: Asked, by: Person, after: str | None) -> Page:
    """Give one page of the SWV's log, and keep that it was searched; NotFound for who may not."""
    found = _page(_where(ask, by), by, after)
    actie = Actie.ZOEKEN if ask.anything else Actie.LEZEN
    log.record(actie, noun=Noun.GEBEURTENIS.value, hulpvraag_id=_dossier(ask, by))
    db.session.commit()
    return found


def export(ask: Asked, by: Person) -> Blad:
    """Give what was found as a sheet, and keep that it was exported; BadInput when it is too much."""
    if ask.wrong:
        raise BadInput(next(iter(ask.wrong.values())))
    query = _query(_where(ask, by), by).limit(MOST_EXPORTED + 1)
    with as_system(_WHY):
        events = [Event(*found) for found in db.session.execute(query)]
    if len(events) > MOST_EXPORTED:
        raise BadInput(_l("These are more than 50,000 events. Choose a shorter period first."))
    log.record(Actie.EXPORTEREN, noun=Noun.GEBEURTENIS.value, hulpvraag_id=_dossier(ask, by))
    db.session.commit()
    return Blad([_heads(), *_written(events)])


def _where(ask: Asked, by: Person) -> list[ColumnElement[bool]]:
    if not may_search(by):
        raise NotFound
    e, where = Gebeurtenis, [allowed(Gebeurtenis, by, Verb.SEARCH)]
    if ask.persoon:
        name = Gebruiker.first_name + " " + Gebruiker.last_name
        likes = (name, Gebruiker.username, Gebruiker.email)
        like = or_(*(column.icontains(ask.persoon, autoescape=True) for column in likes))
        where.append(e.gebruiker_id.in_(select(Gebruiker.id).where(like)))
    if ask.nummer:
        where.append(e.hulpvraag_id.in_(_numbered(ask, by)))
    if ask.actie:
        where.append(e.actie == ask.actie)
    if ask.van:
        where.append(e.op >= days.begin(ask.van))
    if ask.tot:
        where.append(e.op < days.end(ask.tot))
    return where


def _numbered(ask: Asked, by: Person) -> Select[Any]:
    return select(Hulpvraag.id).where(
        Hulpvraag.swv_id == by.swv_id, Hulpvraag.nummer.in_([ask.nummer, ask.nummer.upper()])
    )


def _dossier(ask: Asked, by: Person) -> Any:
    """Find the dossier that was asked about: who looks there through the log is seen there."""
    if not ask.nummer:
        return None
    with as_system(_WHY):
        return db.session.scalar(_numbered(ask, by))


def _page(where: Sequence[ColumnElement[bool]], by: Person, after: str | None) -> Page:
    query = _query(where, by)
    if start := _read(after):
        op, number = start
        e = Gebeurtenis
        query = query.where(or_(e.op < op, and_(e.op == op, e.volgnummer < number)))
    with as_system(_WHY):
        found = [Event(*row) for row in db.session.execute(query.limit(MOST + 1))]
    last = found[MOST - 1].row if len(found) > MOST else None
    return Page(found[:MOST], f"{last.op.isoformat()}~{last.volgnummer}" if last else None)


def _query(where: Sequence[ColumnElement[bool]], by: Person) -> Select[Any]:
    """Select events that `by` may read with their names, the newest first."""
    e = Gebeurtenis
    query = (
        select(e, Gebruiker.first_name + " " + Gebruiker.last_name, Organisation.naam, Hulpvraag.nummer)
        .outerjoin(Gebruiker, Gebruiker.id == e.gebruiker_id)
        .outerjoin(Organisation, Organisation.id == e.organisation_id)
        .outerjoin(Hulpvraag, Hulpvraag.id == e.hulpvraag_id)
        .where(allowed(e, by), *where)
    )
    return query.order_by(e.op.desc(), e.volgnummer.desc())


def _read(cursor: str | None) -> tuple[datetime, int] | None:
    """Read a cursor; a garbled one starts at the top."""
    op, _sep, number = (cursor or "").partition("~")
    try:
        moment, last = datetime.fromisoformat(op), int(number)
    except ValueError:
        return None
    return (moment, last) if moment.tzinfo and 0 < last < 2**63 and moment.year > 1 else None


def _heads() -> Row:
    return (
        _("Number of the event"), _("When"), _("Who"), _("Organisation"), _("Role"), _("Ground of access"),
        _("What was done"), _("About"), _("Dossier"), _("Outcome"), _("From address"),
    )  # fmt: skip


def _written(events: Sequence[Event]) -> Iterator[Row]:
    for it in events:
        e = it.row
        yield (
            e.volgnummer, exact(e.op), it.person, it.organisation, it.roles, e.toegang, str(e.actie.label),
            it.about, it.number, it.outcome, e.adres,
        )  # fmt: skip


def may_search(person: Person | None) -> bool:
    """Tell whether this person searches the log of an SWV."""
    return (
        person is not None
        and person.permits(Noun.GEBEURTENIS, Verb.SEARCH)
        and person.organisation_id == person.swv_id
    )


def fields(hulpvraag: Hulpvraag, by: Person) -> frozenset[str] | None:
    """Give what `by` may know of who looked into this dossier; None is all of it."""
    return access.fields(by, Noun.GEBEURTENIS, hulpvraag)
