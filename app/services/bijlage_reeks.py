"""A series of versions of one document: whose turn it is to change it, and going back to the one before."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select, update

from app import access
from app.access import Person
from app.errors import Conflict
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.services import dossiers, log, wording
from app.terms import Actie, BijlageSoort, Controle, Stadium, Verb, Zichtbaarheid


def of(bijlage: Bijlage) -> ColumnElement[bool]:
    """Say which rows are versions of this document."""
    first = bijlage.reeks_id or bijlage.id
    return or_(Bijlage.id == first, Bijlage.reeks_id == first)


def take_turn(bijlage: Bijlage, by: Person) -> Bijlage:
    """Let one at a time change the documents of a dossier, and give this one as it is then.

    What it was before is worth nothing: ask every right and state again. Conflict when it is not there for
    `by` any more.
    """
    dossiers.take_turn(bijlage.hulpvraag_id, shows=bijlage.zichtbaarheid is Zichtbaarheid.GEDEELD)
    return fresh(bijlage, by)


def fresh(bijlage: Bijlage, by: Person) -> Bijlage:
    """Give a document as it is now; Conflict when it is not there for `by` any more."""
    query = select(Bijlage).where(Bijlage.id == bijlage.id).execution_options(populate_existing=True)
    with access.as_system("a document that was there a moment ago"):
        found = db.session.scalar(query)
    if found is None or not access.may(by, Verb.READ, found):
        raise Conflict(_l("Somebody else replaced or retracted this document in the meantime."))
    return found


def refuse_replaced(bijlage: Bijlage) -> None:
    """Raise Conflict when there is a newer version."""
    if bijlage.vervangen_op is not None:
        raise Conflict(
            _(
                "This document was replaced on %(when)s. Look at the new version first.",
                when=wording.exact(bijlage.vervangen_op),
            )
        )


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
