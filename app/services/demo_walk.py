"""What the demo's data say of the dossiers in which the manual is walked: what its steps ask."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import models as m
from app.access import as_system
from app.extensions import db
from app.services.demo_data import PEOPLE
from app.terms import Actie, BerichtStatus

# A value that is there, whichever it is.
SOME = object()
_LOOKED_AT: tuple[Any, ...] = (
    m.Bijlage, m.StatusWijziging, m.Overlegronde, m.Deelname, m.Afspraak, m.SchoolVoorkeur, m.Toestemming,
    m.Bericht, m.Gebeurtenis,
)  # fmt: skip
_WITH = {m.SchoolVoorkeur: m.SchoolVoorkeur.school, m.Toestemming: m.Toestemming.organisation}


@dataclass(frozen=True)
class Seen:
    """One dossier with all that hangs off it; `people` are the ids of the personas by their keys."""

    hulpvraag: m.Hulpvraag
    rows: Mapping[type[Any], list[Any]]
    people: Mapping[str, int]

    def all(self, model: Any, **values: Any) -> list[Any]:
        """List the rows of `model` that have these values; SOME is anything but None."""
        return [row for row in self.rows[model] if all(_is(row, *wanted) for wanted in values.items())]

    def made(self, key: str) -> datetime | None:
        """Give when the transition `key` was made last; None when it was not, or was taken back."""
        back = {row.terug_id for row in self.rows[m.StatusWijziging]}
        stand = [row.op for row in self.all(m.StatusWijziging, overgang=key) if row.id not in back]
        return max(stand, default=None)


Done = Callable[[Seen], bool]


@dataclass(frozen=True)
class Step:
    """One line of the manual, in its own words; `where` is a path in which {id} is the dossier's key."""

    quote: str
    who: str
    do: LazyString
    where: str
    done: Done

    def path(self, seen: Seen | None) -> str:
        """Give the page on which this is done."""
        return self.where.format(id=seen.hulpvraag.id) if seen else "/hulpvragen/"

    def is_done(self, seen: Seen | None) -> bool:
        """Tell whether the demo's data say that this was done."""
        return seen is not None and self.done(seen)


def look(names: list[tuple[str, str]]) -> list[Seen | None]:
    """Look at the dossier of each of these children: first name, last name; None when there is none."""
    with as_system("the demo looks how far its walk is"):
        query = select(m.Hulpvraag).join(m.Hulpvraag.kind).options(joinedload(m.Hulpvraag.kind))
        query = query.where(m.Kind.voornaam.in_([name for name, _last in names]))
        found: dict[tuple[str, str], m.Hulpvraag] = {}
        for row in db.session.scalars(query.order_by(m.Hulpvraag.aangemaakt_op)):
            found.setdefault((row.kind.voornaam, row.kind.achternaam), row)
        keys = [found[name].id for name in names if name in found]
        rows = {model: _of(model, keys) for model in _LOOKED_AT}
        username = m.Gebruiker.username
        people = {
            row.username: row.id
            for row in db.session.scalars(select(m.Gebruiker).where(username.in_(PEOPLE)))
        }
    return [
        Seen(
            found[name],
            {model: [row for row in of if row.hulpvraag_id == found[name].id] for model, of in rows.items()},
            people,
        )
        if name in found
        else None
        for name in names
    ]


def _of(model: Any, keys: list[uuid.UUID]) -> list[Any]:
    query = select(model).where(model.hulpvraag_id.in_(keys))
    if model in _WITH:
        query = query.options(joinedload(_WITH[model]))
    return list(db.session.scalars(query))


def _is(row: Any, name: str, value: Any) -> bool:
    kept = getattr(row, name)
    return kept is not None if value is SOME else kept == value


def there(_seen: Seen) -> bool:
    """Say yes: the dossier of the walk is there from the start."""
    return True


def has(model: Any, **values: Any) -> Done:
    """Ask for a row of `model` with these values."""
    return lambda seen: bool(seen.all(model, **values))


def added(*, by_swv: bool = False, **values: Any) -> Done:
    """Ask for a document that was not retracted; with `by_swv`, one that JK staff added."""

    def done(seen: Seen) -> bool:
        also = {"organisation_id": seen.hulpvraag.swv_id} if by_swv else {}
        return bool(seen.all(m.Bijlage, ingetrokken_op=None, **values, **also))

    return done


def moved(key: str) -> Done:
    """Ask for a change of status that still stands."""
    return lambda seen: seen.made(key) is not None


def mailed(who: str, **values: Any) -> Done:
    """Ask for a mail that was sent to this persona."""
    return lambda seen: bool(
        seen.all(m.Bericht, ontvanger_id=seen.people[who], status=BerichtStatus.VERZONDEN, **values)
    )


def did(who: str, actie: Actie, *, since: str | None = None) -> Done:
    """Ask the log whether this persona did that in this dossier, `since` the transition of that key."""

    def done(seen: Seen) -> bool:
        from_then = seen.made(since) if since else None
        if since and from_then is None:
            return False
        events = seen.all(m.Gebeurtenis, gebruiker_id=seen.people[who], actie=actie, gelukt=True)
        return any(from_then is None or event.op > from_then for event in events)

    return done


def invited(who: str, **values: Any) -> Done:
    """Ask whether this persona takes part in a consultation round."""
    return lambda seen: bool(
        seen.all(m.Deelname, gebruiker_id=seen.people[who], verwijderd_op=None, **values)
    )


def opened(seen: Seen) -> bool:
    """Ask whether the dossier is, or will be, opened for somebody in a consultation round."""
    return bool(seen.all(m.Deelname, verwijderd_op=None, open_vanaf=SOME))


def asked(naam: str) -> Done:
    """Ask whether a parent was asked for consent to share with this school."""
    return lambda seen: any(row.organisation.naam == naam for row in seen.rows[m.Toestemming])


def consented(naam: str) -> Done:
    """Ask whether a parent consented to sharing with this school, and did not take that back."""
    return lambda seen: any(row.in_force for row in seen.rows[m.Toestemming] if row.organisation.naam == naam)


def preference(naam: str, **values: Any) -> Done:
    """Ask for this school in the order of preference."""
    return lambda seen: any(row.school.naam == naam for row in seen.all(m.SchoolVoorkeur, **values))
