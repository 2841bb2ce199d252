"""Who looked: the log of one dossier, and searching and exporting the log of a whole SWV."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, inspect, literal, or_, select, union_all

from app import access
from app.access import Person, as_system
from app.access.scopes import allowed
from app.errors import BadInput, NotFound
from app.extensions import db
from app.models import Bijlage, Gebeurtenis, Gebruiker, Gezagsdrager, Hulpvraag, Kind, Organisation
from app.services import log
from app.services.gebeurtenis_woorden import Event, Words, aside, of_swv
from app.services.invoer_blad import Blad, Row
from app.services.inzage_vraag import YEARS, Asked, period
from app.terms import Actie, Noun, Verb

MOST = 50  # events on a page
MOST_EXPORTED = 50_000
_MOST_AT_ONCE = 10_000  # events of one moment
MOST_PEOPLE = 50  # that one name fits
_WHY = "the names beside events that the person may read"
# The same in every row, and said by its name.
_UNSAID = frozenset({"swv_id", "organisation_id"})
Where = ColumnElement[bool]
_Thing = tuple[Noun, uuid.UUID, str]
_Start = tuple[datetime, int]  # the moment at which a page begins, and how many of that moment came before


@dataclass(frozen=True)
class Page:
    """One page of events, the newest first; `after` is the cursor of the next.

    `titles` are those of the dossier's documents that the reader may read, by their key.
    """

    events: Sequence[Event] = ()
    after: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Within:
    """Where to look: each of `parts` is a walk along one index; without any there is nothing to find."""

    parts: Sequence[Sequence[Where]]
    dossier: uuid.UUID | None
    wrong: Mapping[str, Any]


def of_dossier(hulpvraag: Hulpvraag, by: Person, after: str | None) -> Page:
    """Give one page of who looked into a dossier, its child and parents, and did something there."""
    things = _things(hulpvraag.id, by)
    titles = {str(key): titel for noun, key, titel in things if noun == Noun.BIJLAGE}
    return replace(_page(_around(hulpvraag.id, things), by, after), titles=titles)


def search(ask: Asked, by: Person, after: str | None) -> Page:
    """Give one page of the SWV's log, and keep that it was searched; NotFound for who may not."""
    within = _within(ask, by)
    found = Page(wrong=within.wrong) if within.wrong else _page(within.parts, by, after)
    actie = Actie.ZOEKEN if ask.anything else Actie.LEZEN
    log.record(actie, noun=Noun.GEBEURTENIS.value, hulpvraag_id=within.dossier)
    db.session.commit()
    return found


def export(ask: Asked, by: Person) -> Blad:
    """Give what was found as a sheet, and keep that it was exported; BadInput when it is too much."""
    within = _within(ask, by)
    if within.wrong:
        raise BadInput(next(iter(within.wrong.values())))
    events = _events(within.parts, by, None, MOST_EXPORTED + 1)
    if len(events) > MOST_EXPORTED:
        raise BadInput(_l("These are more than 50,000 events. Choose a shorter period first."))
    log.record(Actie.EXPORTEREN, noun=Noun.GEBEURTENIS.value, hulpvraag_id=within.dossier)
    db.session.commit()
    return Blad(chain([_heads()], _written(events)))


def _within(ask: Asked, by: Person) -> _Within:
    if not may_search(by):
        raise NotFound
    wrong, people, dossier = dict(ask.wrong), list[int](), None
    with as_system(_WHY):
        if ask.nummer:
            numbers = (ask.nummer, ask.nummer.upper())
            here = (Hulpvraag.swv_id == by.swv_id, Hulpvraag.nummer.in_(numbers))
            dossier = db.session.scalar(select(Hulpvraag.id).where(*here))
        if ask.persoon:
            people = list(db.session.scalars(_named(ask.persoon, by)))
    if ask.nummer and dossier is None:  # "nothing found" would read as: nobody looked
        wrong["nummer"] = _l("This number is not known. Type the whole number, such as JK-2026-7HK4QM.")
    if len(people) > MOST_PEOPLE:
        wrong["persoon"] = _l("More than 50 people fit this. Type more of the name.")
    nobody = ask.persoon and not people
    parts = [] if wrong or nobody else _parts(people, dossier, ask.actie, by)
    return _Within([[*part, *period(ask)] for part in parts], dossier, wrong)


def _named(name: str, by: Person) -> Select[Any]:
    """Find the accounts of this SWV with a name or user name like this; one more than there may be."""
    who = Gebruiker
    likes = ((who.first_name + " " + who.last_name).icontains(name, autoescape=True),
             who.username.icontains(name, autoescape=True))  # fmt: skip
    return select(who.id).where(or_(*likes), of_swv(by.swv_id)).limit(MOST_PEOPLE + 1)


def _parts(
    people: Sequence[int], dossier: uuid.UUID | None, actie: Actie | None, by: Person
) -> list[list[Where]]:
    """Ask one index: of the dossier, of each person, or of the act."""
    e = Gebeurtenis
    more = [e.actie == actie] if actie else []
    if dossier is None:
        return [[e.gebruiker_id == one, *more] for one in people] or [more]
    if people:
        more.append(e.gebruiker_id.in_(people))
    return [[*one, *map(aside, more)] for one in _around(dossier, _things(dossier, by))]


def _things(dossier: uuid.UUID, by: Person) -> list[_Thing]:
    """List the child and the parents of a dossier, and the documents in it that `by` may read.

    Nothing for who reads just what was done in the dossier itself.
    """
    if not (by.is_jk_staff or may_search(by)):
        return []
    kind = select(Hulpvraag.kind_id).where(Hulpvraag.id == dossier, Hulpvraag.swv_id == by.swv_id)
    readable = (Bijlage.hulpvraag_id == dossier, Bijlage.swv_id == by.swv_id, allowed(Bijlage, by))
    query = union_all(
        select(literal(Noun.KIND.value), Kind.id, literal("")).where(Kind.id.in_(kind)),
        select(literal(Noun.GEZAGSDRAGER.value), Gezagsdrager.id, literal("")).where(
            Gezagsdrager.kind_id.in_(kind)
        ),
        select(literal(Noun.BIJLAGE.value), Bijlage.id, Bijlage.titel).where(*readable),
    )
    with as_system(_WHY):
        return [(Noun(noun), key, titel) for noun, key, titel in db.session.execute(query)]


def _around(dossier: uuid.UUID, things: Sequence[_Thing]) -> list[list[Where]]:
    """Ask one index: of the dossier, of its child, and of each parent; those two hang off no one dossier."""
    e, rest = Gebeurtenis, aside(Gebeurtenis.hulpvraag_id.is_(None))
    return [
        [e.hulpvraag_id == dossier],
        *(
            [e.object_id == str(key), aside(e.noun == noun.value), rest]
            for noun, key, _titel in things
            if noun != Noun.BIJLAGE
        ),
    ]


def _page(parts: Sequence[Sequence[Where]], by: Person, after: str | None) -> Page:
    start = _read(after)
    found = _events(parts, by, start, MOST + 1)
    return Page(found[:MOST], _next(found[:MOST], start) if len(found) > MOST else None)


def _next(shown: Sequence[Event], start: _Start | None) -> str:
    """Say where the next page begins: a number of an event would tell how busy others are."""
    last = shown[-1].row.op
    same = sum(event.row.op == last for event in shown) + (start[1] if start and start[0] == last else 0)
    return f"{last.isoformat()}~{same}"


def _events(parts: Sequence[Sequence[Where]], by: Person, start: _Start | None, most: int) -> list[Event]:
    """Read events that `by` may read with their names, the newest first."""
    if not parts:
        return []
    with as_system(_WHY):
        rows = db.session.execute(_query(parts, by, start, most)).all()
        words = Words(rows, by.swv_id)
    return [Event(row, words) for row in rows]


def _query(parts: Sequence[Sequence[Where]], by: Person, start: _Start | None, most: int) -> Select[Any]:
    """Select the newest of each part by its index alone, and of these the newest with their names."""
    e, who = Gebeurtenis, Gebruiker
    where = [e.swv_id == by.swv_id, aside(allowed(e, by))]
    until, skipped = start or (None, 0)
    if until:
        where.append(e.op <= until)
    keys = select(e.volgnummer).order_by(e.op.desc(), e.volgnummer.desc()).limit(most + skipped)
    walks = [select(keys.where(*where, *part).subquery()) for part in parts]
    newest = (union_all(*walks) if len(walks) > 1 else walks[0]).subquery()
    columns = [getattr(e, it.key) for it in inspect(e).column_attrs if it.key not in _UNSAID]
    name = (who.first_name + " " + who.last_name).label("person")
    return (
        select(*columns, name, Organisation.naam.label("organisation"), Hulpvraag.nummer.label("number"))
        .join(newest, newest.c.volgnummer == e.volgnummer)
        .outerjoin(who, and_(who.id == e.gebruiker_id, of_swv(by.swv_id)))
        .outerjoin(Organisation, Organisation.id == e.organisation_id)
        .outerjoin(Hulpvraag, and_(Hulpvraag.id == e.hulpvraag_id, Hulpvraag.swv_id == e.swv_id))
        .order_by(e.op.desc(), e.volgnummer.desc())
        .limit(most)
        .offset(skipped)
    )


def _read(cursor: str | None) -> _Start | None:
    """Read a cursor; a garbled one starts at the top."""
    op, _sep, same = (cursor or "").partition("~")
    try:
        moment, before = datetime.fromisoformat(op), int(same)
    except ValueError:
        return None
    return (
        (moment, before) if moment.tzinfo and 0 <= before <= _MOST_AT_ONCE and moment.year in YEARS else None
    )


def _heads() -> Row:
    return (
        _("When"), _("Who"), _("Number of the account"), _("Organisation"),
        _("Role"), _("Ground of access"), _("What was done"), _("About"), _("Which"), _("Particulars"),
        _("Before"), _("After"), _("Dossier"), _("Outcome"), _("Key"), _("Page"), _("From address"),
    )  # fmt: skip


def _written(events: Sequence[Event]) -> Iterator[Row]:
    """Write each event in words, and what has none as it is kept; the moment so that a sheet sorts it."""
    zone = ZoneInfo(str(get_timezone() or "Europe/Amsterdam"))  # Babel's own is slow
    for it in events:
        e, words = it.row, it.words
        dossier = it.number or (str(e.hulpvraag_id) if e.hulpvraag_id else None)
        yield (
            e.op.astimezone(zone).isoformat(" ", "seconds"), it.who, e.gebruiker_id,
            it.organisation, it.roles, it.toegang, it.act, words.about(e) or e.noun,
            words.which(e), words.ground(e) or e.grond, words.value(e, e.oud) or e.oud,
            words.value(e, e.nieuw) or e.nieuw, dossier, it.outcome, e.object_id, e.pagina, e.adres,
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
