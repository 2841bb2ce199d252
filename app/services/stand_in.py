"""Stand-ins during leave: who gets what is for an absent colleague, beside that one. No rights move."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from app import access
from app.access import Person, as_system, write_as_system
from app.errors import BadInput, NotFound
from app.extensions import db
from app.models import Gebruiker, Lidmaatschap, Waarneming
from app.models.base import now, parse_id
from app.services import accounts, days, log, outbox, turns
from app.terms import Actie, Role, Verb

ARRANGED = "waarneming_geregeld"
# Roles that have work of their own, which somebody can stand in for.
ROLES = frozenset(
    {
        Role.CONTACTPERSOON_JK,
        Role.JK_SPECIALIST,
        Role.CONTACTPERSOON_VOORSCHOOL,
        Role.CONTACTPERSOON_SCHOOL,
    }
)
_WHY = "the portal itself knows who stands in for whom"


@dataclass(frozen=True)
class Absent:
    """Whose work it is, where, and with which of the roles somebody stands in for it."""

    gebruiker_id: int
    organisation_id: uuid.UUID
    rollen: frozenset[Role]


@dataclass(frozen=True)
class StandIn:
    """Somebody who stands in for `gebruiker_id` now, at one organisation."""

    organisation_id: uuid.UUID
    gebruiker_id: int
    waarnemer_id: int
    naam: str
    tot: datetime


def for_member(lidmaatschap: Lidmaatschap, by: Person) -> Absent:
    """Say whose leave it is, for their role administrator; NotFound for a role without work of its own."""
    access.require(by, Verb.EDIT, lidmaatschap)
    if lidmaatschap.rol not in ROLES:
        raise NotFound
    return Absent(lidmaatschap.gebruiker_id, lidmaatschap.organisation_id, frozenset({lidmaatschap.rol}))


def for_oneself(by: Person) -> Absent:
    """Say that it is one's own leave, where one works now; NotFound without work of one's own there."""
    rollen = by.rollen & ROLES
    if by.organisation_id is None or not rollen:
        raise NotFound
    return Absent(by.gebruiker_id, by.organisation_id, rollen)


def arrange(absent: Absent, data: Mapping[str, Any], by: Person) -> Waarneming:
    """Let the colleague `waarnemer` stand in from `van` (default: today) to `tot` included, and say so.

    BadInput for somebody else than a colleague with the same role, and for days that can't be.
    """
    _take(absent)
    colleague = _colleague(absent, data.get("waarnemer"))
    if data.get("tot") is None:
        raise BadInput("", {"tot": _l("Fill in the last day.")})
    van, tot = days.from_until(data.get("van"), data["tot"])
    made = Waarneming(
        organisation_id=absent.organisation_id,
        gebruiker_id=absent.gebruiker_id,
        waarnemer_id=colleague.gebruiker_id,
        van=van,
        tot=tot,
        door_id=by.gebruiker_id,
    )
    _refuse_overlap(made)
    write_as_system("somebody arranges a stand-in", made)
    log.record(Actie.WAARNEMING_REGELEN, row=made, nieuw=str(colleague.gebruiker_id))
    if colleague.gebruiker_id != by.gebruiker_id:
        outbox.queue(ARRANGED, to=colleague)
    db.session.commit()
    _forget()
    return made


def cancel(absent: Absent, key: Any) -> None:
    """End a stand-in now, or before it begins. Once more changes nothing; NotFound for somebody else's."""
    _take(absent)
    with as_system(_WHY):
        found = db.session.scalar(select(Waarneming).where(Waarneming.id == parse_id(key), _of(absent)))
        if found is None:
            raise NotFound
        if found.tot > now():
            log.record(Actie.WAARNEMING_REGELEN, row=found, oud=str(found.waarnemer_id))
            if found.van > now():
                db.session.delete(found)
            else:
                found.tot = now()
            db.session.flush()
    db.session.commit()
    _forget()


def colleagues(absent: Absent) -> list[Person]:
    """List who can stand in: everybody else at work there with one of the same roles, by name."""
    with as_system(_WHY):
        people = access.people_of(organisation_id=absent.organisation_id)
    found = [p for p in people if p.rollen & absent.rollen and p.gebruiker_id != absent.gebruiker_id]
    return sorted(found, key=lambda person: person.naam.casefold())


def arranged_for(lidmaatschap: Lidmaatschap) -> Sequence[Waarneming]:
    """List who stands in for the person of a membership that the reader may see, the first one first."""
    if lidmaatschap.rol not in ROLES:
        return []
    return arranged(Absent(lidmaatschap.gebruiker_id, lidmaatschap.organisation_id, ROLES))


def arranged(absent: Absent) -> Sequence[Waarneming]:
    """List who stands in for somebody now and later, the first one first."""
    return _listed(_of(absent))


def asked_of(by: Person) -> Sequence[Waarneming]:
    """List for whom this person stands in now and later, where they work now."""
    return _listed(
        Waarneming.waarnemer_id == by.gebruiker_id, Waarneming.organisation_id == by.organisation_id
    )


def own_and_absent(by: Person) -> frozenset[int]:
    """Give the accounts whose work is up to this person now: the own one, and those they stand in for."""
    if by.organisation_id is None or not by.rollen & ROLES:
        return frozenset({by.gebruiker_id})
    found = current([by.organisation_id])
    return frozenset({by.gebruiker_id, *(s.gebruiker_id for s in found if s.waarnemer_id == by.gebruiker_id)})


def chosen(people: Sequence[Person], accounts_of: Iterable[int | None]) -> list[Person]:
    """Keep of the people of one organisation those with these accounts, and who stands in for them now.

    THE place where it is decided that a stand-in hears what an absent colleague hears. `people` have the role
    that it is about: a stand-in without it hears nothing.
    """
    wanted = set(accounts_of) - {None}
    if not wanted or not people:
        return []
    found = current({person.organisation_id for person in people if person.organisation_id})
    wanted |= {stand_in.waarnemer_id for stand_in in found if stand_in.gebruiker_id in wanted}
    return [person for person in people if person.gebruiker_id in wanted]


def named(who: Gebruiker | None, at: uuid.UUID, page: Iterable[uuid.UUID] = ()) -> str:
    """Name somebody at an organisation, with who stands in for them there and until when.

    `page` are all organisations that the page names people of: asked about at once.
    """
    if who is None:
        return "–"
    here = [stand_in for stand_in in current({at, *page}) if stand_in.organisation_id == at]
    found = [stand_in for stand_in in here if stand_in.gebruiker_id == who.id]
    parts = [
        _("Stand-in: %(name)s until %(day)s", name=one.naam, day=days.until_words(one.tot)) for one in found
    ]
    return " · ".join([who.naam, *parts])


def current(organisation_ids: Iterable[uuid.UUID]) -> list[StandIn]:
    """Give who stands in for whom now at these organisations; asked once a request."""
    kept: dict[uuid.UUID, list[StandIn]] = g.setdefault("stand_ins", {}) if has_request_context() else {}
    wanted = set(organisation_ids)
    if missing := wanted - kept.keys():
        kept |= {key: [] for key in missing}
        w, moment = Waarneming, now()
        query = (
            select(w, Gebruiker)
            .join(Gebruiker, Gebruiker.id == w.waarnemer_id)
            .where(w.organisation_id.in_(missing), w.van <= moment, w.tot > moment)
            .order_by(w.van, w.id)
        )
        with as_system(_WHY):
            for row, who in db.session.execute(query):
                found = StandIn(row.organisation_id, row.gebruiker_id, row.waarnemer_id, who.naam, row.tot)
                kept[row.organisation_id].append(found)
    return [stand_in for key in wanted for stand_in in kept[key]]


def _forget() -> None:
    if has_request_context():
        g.pop("stand_ins", None)


def _of(absent: Absent) -> ColumnElement[bool]:
    w = Waarneming
    return (w.gebruiker_id == absent.gebruiker_id) & (w.organisation_id == absent.organisation_id)


def _listed(*where: ColumnElement[bool]) -> Sequence[Waarneming]:
    names = (joinedload(Waarneming.gebruiker), joinedload(Waarneming.waarnemer))
    query = select(Waarneming).options(*names).where(*where, Waarneming.tot > now())
    with as_system(_WHY):
        return db.session.scalars(query.order_by(Waarneming.van, Waarneming.id).limit(50)).all()


def _take(absent: Absent) -> None:
    """Let one at a time arrange somebody's leave; Conflict when nothing is in force to stand in for."""
    lid = Lidmaatschap
    mine = (lid.gebruiker_id == absent.gebruiker_id, lid.organisation_id == absent.organisation_id)
    query = select(lid).where(*mine, lid.rol.in_(sorted(absent.rollen))).order_by(lid.van.desc(), lid.id)
    with as_system(_WHY):
        row = db.session.scalars(query.limit(1)).one()
    turns.take(row)
    accounts.refuse_ended(row)


def _colleague(absent: Absent, key: Any) -> Person:
    wanted = str(key)
    if wanted == str(absent.gebruiker_id):
        raise BadInput("", {"waarnemer": _l("Nobody stands in for themselves. Choose a colleague.")})
    for person in colleagues(absent):
        if str(person.gebruiker_id) == wanted:
            return person
    raise BadInput("", {"waarnemer": _l("Choose a colleague who works here in the same role.")})


def _refuse_overlap(made: Waarneming) -> None:
    w = Waarneming
    same = (w.gebruiker_id == made.gebruiker_id, w.organisation_id == made.organisation_id)
    query = select(w).options(joinedload(w.waarnemer)).where(*same, w.van < made.tot, w.tot > made.van)
    with as_system(_WHY), db.session.no_autoflush:
        other = db.session.scalar(query.order_by(w.van).limit(1))
    if other is not None:
        raise BadInput(
            "",
            {
                "van": _(
                    "On these days %(name)s stands in already, until %(day)s.",
                    name=other.waarnemer.naam,
                    day=days.until_words(other.tot),
                )
            },
        )
