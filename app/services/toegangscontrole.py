"""The access review of an SWV: which memberships ask for attention, and that somebody looked them through."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, or_, select, update

from app import access
from app.access import Person, as_system
from app.access.scopes import allowed
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Gebruiker, Lidmaatschap, Organisation, Toegangscontrole
from app.models.base import now
from app.services import log, related, uitnodigingen
from app.services.toegang_regels import Finding, Rules
from app.services.wording import day
from app.terms import Aandacht, Actie, Noun, Verb

MOST = 50  # on one page, and to suspend at once
_HISTORY = 20
_WHY = "a review looks through all memberships of the SWV, also for who may not change them"


@dataclass(frozen=True)
class Counts:
    """How many memberships the SWV has, how many ask for attention, and for what."""

    memberships: int
    attention: int
    of: dict[Aandacht, int]


def counts(by: Person) -> Counts:
    """Count the memberships of the SWV and those that ask for attention."""
    rules = Rules(by)
    any_of = [case((rules.asks(why), 1), else_=0) for why in Aandacht]
    every = case((or_(*(rules.asks(why) for why in Aandacht)), 1), else_=0)
    query = rules.over(select(func.count(), *(func.coalesce(func.sum(it), 0) for it in (every, *any_of))))
    with as_system(_WHY):
        memberships, attention, *each = db.session.execute(query).one()
    return Counts(memberships, attention, dict(zip(Aandacht, each, strict=True)))


def findings(by: Person, *, why: Aandacht | None, typed: str, page: int) -> tuple[list[Finding], bool]:
    """Give one page of what asks for attention, by name, and whether there is more.

    `why` narrows to one reason, `typed` to people and organisations whose names hold it.
    """
    rules = Rules(by)
    query = rules.over(
        select(Lidmaatschap, Gebruiker, Organisation, allowed(Lidmaatschap, by, Verb.EDIT), *rules.facts)
    )
    query = query.where(or_(*(rules.asks(one) for one in ([why] if why else Aandacht))), *_matching(typed))
    name = (func.lower(Gebruiker.last_name), func.lower(Gebruiker.first_name), Gebruiker.id)
    query = query.order_by(*name, Organisation.naam, Lidmaatschap.id).offset((page - 1) * MOST)
    with as_system(_WHY):
        found = [rules.finding(*row) for row in db.session.execute(query.limit(MOST + 1))]
    return found[:MOST], len(found) > MOST


def chosen(keys: Collection[uuid.UUID | None], by: Person) -> Sequence[Lidmaatschap]:
    """Give those of the memberships that can be suspended now; NotFound for any that `by` has no say in."""
    if not keys or len(keys) > MOST:
        raise NotFound
    query = select(Lidmaatschap).where(Lidmaatschap.id.in_(keys), allowed(Lidmaatschap, by, Verb.EDIT))
    rows = db.session.scalars(query).all()
    if len(rows) < len(keys):
        raise NotFound
    related.fetch(rows, ("gebruiker", "organisation"))
    running = [row for row in rows if row.geschorst_op is None and (row.tot is None or row.tot > now())]
    if not running:
        raise Conflict(_("This has been done already: these memberships are suspended or have ended."))
    return sorted(running, key=lambda row: (str(row.gebruiker).casefold(), str(row.organisation).casefold()))


def suspend(rows: Sequence[Lidmaatschap], by: Person) -> None:
    """Suspend these memberships, all or none; in force on those people's next request, and told to nobody.

    Conflict when one of them ended or was suspended meanwhile.
    """
    moment, lid = now(), Lidmaatschap
    running = (lid.geschorst_op.is_(None), or_(lid.tot.is_(None), lid.tot > moment))
    these = (lid.id.in_([row.id for row in rows]), allowed(lid, by, Verb.EDIT))
    suspended = update(lid).where(*these, *running).values(geschorst_op=moment)
    done = db.session.execute(suspended.execution_options(synchronize_session=False))
    if done.rowcount != len(rows):  # type: ignore[attr-defined]
        db.session.rollback()
        raise Conflict
    uitnodigingen.withdraw_of(*rows)
    for row in rows:
        log.record(Actie.LIDMAATSCHAP_SCHORSEN, row=row)
    db.session.commit()


def history(by: Person) -> Sequence[Toegangscontrole]:
    """Give the reviews that were recorded, the last one first."""
    t = Toegangscontrole
    mine = (t.swv_id == by.organisation_id, allowed(t, by))
    rows = db.session.scalars(select(t).where(*mine).order_by(t.op.desc(), t.id).limit(_HISTORY)).all()
    related.fetch(rows, ("door",))
    return rows


def reminder(by: Person, reviews: Sequence[Toegangscontrole] | None = None) -> str | None:
    """Say that the yearly review is due, to who can record it; nothing when it isn't.

    `reviews` is their history, when the page knows it already.
    """
    if not by.permits(Noun.TOEGANGSCONTROLE, Verb.ADD):
        return None
    last = next(iter(history(by) if reviews is None else reviews), None)
    if last is None:
        return _("Nobody recorded yet that they looked through who has access.")
    if last.op > now() - timedelta(days=current_app.config["ACCESS_REVIEW_DAYS"]):
        return None
    return _("The last access review was on %(day)s. It is time for the next one.", day=day(last.op))


def add(data: dict[str, Any], by: Person) -> Toegangscontrole:
    """Record that `by` looked everything through, with the counts of now; Conflict when somebody just did."""
    found = counts(by)
    review = Toegangscontrole(
        swv_id=by.organisation_id,
        door_id=by.gebruiker_id,
        lidmaatschappen=found.memberships,
        aandacht=found.attention,
        opmerking=data.get("opmerking") or None,
    )
    access.require(by, Verb.ADD, review)
    _one_at_a_time(by)
    last = next(iter(history(by)), None)
    if last is not None and str(last.id) != data.get("seen"):
        db.session.rollback()
        raise Conflict(
            _("%(who)s recorded a review just now. Look at the page again.", who=last.door or _("Somebody"))
        )
    db.session.add(review)
    db.session.flush()
    log.record(Actie.TOEGANG_CONTROLEREN, row=review)
    db.session.commit()
    return review


def _one_at_a_time(by: Person) -> None:
    """Let whoever comes second wait here until the first has committed: a write, on both engines."""
    swv = update(Organisation).where(Organisation.id == by.organisation_id).values(naam=Organisation.naam)
    with as_system("two reviews at once wait for one another"):
        db.session.execute(swv.execution_options(synchronize_session=False))


def _matching(typed: str) -> list[ColumnElement[bool]]:
    """Say which rows hold every word that was typed in a name of the person or the organisation."""
    names = (Gebruiker.first_name, Gebruiker.last_name, Organisation.naam)
    words = typed[:80].split()
    return [or_(*(name.icontains(word, autoescape=True) for name in names)) for word in words]
