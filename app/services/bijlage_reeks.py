"""A series of versions of one document: whose turn it is to change it, what became of it, going back."""

import uuid
from collections.abc import Sequence

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select, update

from app import access
from app.access import Person
from app.errors import NotFound, Overtaken
from app.extensions import db
from app.models import Bijlage, Gebeurtenis, Hulpvraag
from app.models.base import parse_id
from app.services import dossiers, listing, log, wording
from app.terms import Actie, BijlageSoort, Controle, Noun, Stadium, Verb, Zichtbaarheid


def of(bijlage: Bijlage) -> ColumnElement[bool]:
    """Say which rows are versions of this document."""
    first = bijlage.reeks_id or bijlage.id
    return or_(Bijlage.id == first, Bijlage.reeks_id == first)


def find(key: str, by: Person, load: Sequence[str] = ()) -> Bijlage:
    """Fetch a document that `by` may see; Overtaken for who may know what became of it, else NotFound."""
    try:
        found: Bijlage = listing.one(Bijlage, key, load)
    except NotFound:
        if (gone := _gone(key, by)) is None:
            raise
        raise gone from None
    return found


def _gone(key: str, by: Person) -> Overtaken | None:
    """Say what became of a document that `by` does not see; None for who may not know of it.

    Who may read a newer version may hear that there is one, and who retracted it knows. As much is asked of a
    document that is hidden as of one that is nowhere.
    """
    if (number := parse_id(key)) is None:
        return None
    with access.as_system("who reads the newer version may hear that there is one"):
        place = select(Bijlage.reeks_id, Bijlage.volgnummer).where(Bijlage.id == number)
        first, turn = db.session.execute(place).one_or_none() or (None, 1)
    newer = _newer(Bijlage(id=number, reeks_id=first, volgnummer=turn))
    dossier = _open_dossier(_retracted(number, by))
    if newer is not None:
        return _leading(_l("This document was replaced."), newer)
    if dossier is None:
        return None
    gone = _leading(_l("You have retracted this document already."), None, dossier)
    gone.heading = _l("Already retracted")
    return gone


def overtaken(bijlage: Bijlage, sentence: LazyString | str) -> Overtaken:
    """Refuse, and lead on to the newer version or to the dossier: to what the person may read."""
    return _leading(sentence, _newer(bijlage), _open_dossier(bijlage.hulpvraag_id))


def _leading(
    sentence: LazyString | str, newer: uuid.UUID | None, dossier: uuid.UUID | None = None
) -> Overtaken:
    refusal = Overtaken(sentence)
    refusal.newer, refusal.dossier = newer, dossier
    if newer is not None:
        refusal.heading, refusal.advice = _l("There is a newer version"), _l("Look at the new version.")
    return refusal


def _newer(bijlage: Bijlage) -> uuid.UUID | None:
    """Find the newer version that the person may read: the gate is asked, not the old version."""
    query = select(Bijlage.id).where(of(bijlage), Bijlage.volgnummer > bijlage.volgnummer)
    return db.session.scalar(query.order_by(Bijlage.geldt.desc(), Bijlage.volgnummer.desc()).limit(1))


def _open_dossier(key: uuid.UUID | None) -> uuid.UUID | None:
    """Give the dossier back when the person may read it."""
    return db.session.scalar(select(Hulpvraag.id).where(Hulpvraag.id == key))


def _retracted(number: uuid.UUID, by: Person) -> uuid.UUID | None:
    """Find the dossier out of which `by` retracted this document, by the log."""
    e = Gebeurtenis
    query = select(e.hulpvraag_id).where(
        e.swv_id == by.swv_id,
        e.object_id == str(number),
        e.noun == Noun.BIJLAGE.value,
        e.actie == Actie.VERWIJDEREN,
        e.gelukt,
        e.gebruiker_id == by.gebruiker_id,
        e.organisation_id.is_not_distinct_from(by.organisation_id),
    )
    with access.as_system("what somebody did they know"):
        return db.session.scalar(query.limit(1))


def take_turn(bijlage: Bijlage, by: Person) -> Bijlage:
    """Let one at a time change the documents of a dossier, and give this one as it is then.

    What it was before is worth nothing: ask every right and state again. Overtaken when it is not there for
    `by` any more.
    """
    dossiers.take_turn(bijlage.hulpvraag_id, shows=bijlage.zichtbaarheid is Zichtbaarheid.GEDEELD)
    return fresh(bijlage, by)


def fresh(bijlage: Bijlage, by: Person) -> Bijlage:
    """Give a document as it is now; Overtaken when it is not there for `by` any more."""
    query = select(Bijlage).where(Bijlage.id == bijlage.id).execution_options(populate_existing=True)
    with access.as_system("a document that was there a moment ago"):
        found = db.session.scalar(query)
    said = _l("This document was replaced or retracted in the meantime.")  # also by oneself, in another tab
    if found is None:
        raise Overtaken(said)
    if not access.may(by, Verb.READ, found):
        raise overtaken(found, said)
    return found


def refuse_replaced(bijlage: Bijlage) -> None:
    """Raise Overtaken when there is a newer version."""
    if bijlage.vervangen_op is not None:
        when = wording.exact(bijlage.vervangen_op)
        said = _("This document was replaced on %(when)s. Look at the new version first.", when=when)
        refusal = overtaken(bijlage, said)
        refusal.advice = _l("Nothing was changed.")
        raise refusal


def hold(key: uuid.UUID) -> None:
    """Take the turn for who works through documents without a person, before the document itself is written.

    In this order nobody waits for somebody who waits in turn.
    """
    of_it = select(Bijlage.hulpvraag_id).where(Bijlage.id == key).scalar_subquery()
    held = update(Hulpvraag).where(Hulpvraag.id == of_it).values(gewijzigd_op=Hulpvraag.gewijzigd_op)
    db.session.execute(held.execution_options(synchronize_session=False))


def before(bijlage: Bijlage) -> Bijlage | None:
    """Find the version that can take the place of the last one; None when there is none that is good."""
    if bijlage.volgnummer == 1 or bijlage.vervangen_op is not None or bijlage.ingetrokken_op is not None:
        return None
    query = select(Bijlage).where(
        of(bijlage),
        Bijlage.volgnummer < bijlage.volgnummer,
        Bijlage.ingetrokken_op.is_(None),
        Bijlage.controle != Controle.BESMET,
    )
    with access.as_system("a document goes back to the version before"):
        found = db.session.scalar(query.order_by(Bijlage.volgnummer.desc()).limit(1))
    return found if found is not None and found.vervangen_op is not None else None


def readers(bijlage: Bijlage, last: Bijlage) -> Zichtbaarheid:
    """Say who sees `bijlage` when it comes back for `last`: what was made internal since, stays so.

    A draft of an advice is internal by itself: nobody decided that about the advice before it.
    """
    draft = last.soort is BijlageSoort.ONDERWIJSADVIES and last.stadium is Stadium.CONCEPT
    decided = last.zichtbaarheid is Zichtbaarheid.INTERN and not draft
    return Zichtbaarheid.INTERN if decided else bijlage.zichtbaarheid


def restore(bijlage: Bijlage) -> Bijlage | None:
    """Put the version before in the place of this one, which has a virus or is retracted; the caller commits.

    Whoever calls this has the turn.
    """
    found = before(bijlage)
    if found is not None:
        with access.as_system("a document goes back to the version before"):
            found.vervangen_op, found.zichtbaarheid = None, readers(found, bijlage)
            db.session.flush()
        log.record(Actie.VERVANGEN, row=found, oud=str(bijlage.id))
    return found
