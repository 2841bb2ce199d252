"""Versions of a document: a new one takes the place of the last, and JK staff read the earlier ones."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from app import access
from app.access import Person
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.models.base import now
from app.services import bijlagen, intake, log, related, store, wording
from app.terms import Actie, BijlageSoort, Stadium, Verb, Zichtbaarheid

_MOST = 100


def may_replace(bijlage: Bijlage, by: Person, *, edits: bool | None = None) -> bool:
    """Tell whether `by` may bring a new version: who adds here, of what they may edit or what is their own.

    A preschool or school replaces its own documents for as long as it may add them, JK staff each of the SWV.
    `edits` says whether `by` may edit it, when the caller knows.
    """
    if bijlage.vervangen_op is not None or bijlage.ingetrokken_op is not None:
        return False
    own = bijlage.organisation_id == by.organisation_id
    theirs = own or (access.may(by, Verb.EDIT, bijlage) if edits is None else edits)
    return theirs and access.may(by, Verb.ADD, _new(bijlage, by))


def require_replace(bijlage: Bijlage, by: Person) -> None:
    """Raise Conflict when there is a newer version or none any more, NotFound without the right."""
    if bijlage.vervangen_op is not None:
        raise Conflict(
            _(
                "This document was replaced on %(when)s. Look at the new version first.",
                when=wording.exact(bijlage.vervangen_op),
            )
        )
    if bijlage.ingetrokken_op is not None:
        raise Conflict(_l("This document was retracted. Add it as a new document."))
    if not may_replace(bijlage, by):
        raise NotFound


def replace(
    bijlage: Bijlage, stream: store.Readable, *, naam: str, announced: int | None = None, by: Person
) -> Bijlage:
    """Put a new version in the place of `bijlage`: same kind, title and readers.

    An advice is a draft again, which JK staff alone see until they make it final.

    Raises Conflict when somebody else was first, and what `bijlagen.add` raises; then nothing changes.
    """
    require_replace(bijlage, by)
    of = intake.file_type(intake.clean_name(naam))
    hulpvraag = db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == bijlage.hulpvraag_id)).one()
    row = _new(bijlage, by)
    row.titel = _titel(bijlage, of)

    def place(row: Bijlage, hulpvraag: Hulpvraag) -> Bijlage:
        query = select(Bijlage).where(Bijlage.id == bijlage.id).execution_options(populate_existing=True)
        old = db.session.scalar(query)
        if old is None:  # replaced meanwhile: not there any more for who is not JK staff
            raise Conflict(_l("Somebody else replaced or retracted this document in the meantime."))
        require_replace(old, by)
        with access.as_system("replacing is adding a version, without editing the last"):
            old.vervangen_op = now()
            db.session.flush()
        bijlagen.put(row, hulpvraag)
        log.record(Actie.VERVANGEN, row=old, nieuw=str(row.id))
        log.record(Actie.VERVANGEN, row=row, oud=str(old.id))
        return row

    return bijlagen.take_in(row, hulpvraag, stream, of, announced=announced, by=by, place=place)


def earlier(bijlage: Bijlage) -> list[Bijlage]:
    """List the earlier versions that the person may see, the last first: nobody but JK staff sees any."""
    if bijlage.volgnummer == 1:
        return []
    first = bijlage.reeks_id
    query = (
        select(Bijlage)
        .where(or_(Bijlage.id == first, Bijlage.reeks_id == first), Bijlage.volgnummer < bijlage.volgnummer)
        .order_by(Bijlage.volgnummer.desc())
        .limit(_MOST)
    )
    rows = list(db.session.scalars(query))
    related.fetch(rows, ("toegevoegd_door", "organisation"))
    return rows


def latest(bijlage: Bijlage) -> Bijlage | None:
    """Give the version that took the place of an earlier one, the last of all; None when this is the last."""
    if bijlage.vervangen_op is None:
        return None
    query = select(Bijlage).where(Bijlage.reeks_id == (bijlage.reeks_id or bijlage.id))
    return db.session.scalar(query.order_by(Bijlage.volgnummer.desc()).limit(1))


def _new(old: Bijlage, by: Person) -> Bijlage:
    advice = old.soort is BijlageSoort.ONDERWIJSADVIES
    return Bijlage(
        swv_id=old.swv_id,
        hulpvraag_id=old.hulpvraag_id,
        soort=old.soort,
        titel=old.titel,
        zichtbaarheid=Zichtbaarheid.INTERN if advice else old.zichtbaarheid,
        stadium=Stadium.CONCEPT if advice else old.stadium,
        toegevoegd_door_id=by.gebruiker_id,
        organisation_id=by.organisation_id,
        reeks_id=old.reeks_id or old.id,
        volgnummer=old.volgnummer + 1,
    )


def _titel(old: Bijlage, of: intake.FileType) -> str:
    """Keep the title, with the ending of what the new version is."""
    if of.mimetype == old.mimetype:
        return old.titel
    stem, dot, ending = old.titel.rpartition(".")
    known = dot and any(ending.lower() in kind.endings for kind in intake.ALLOWED)
    return intake.clean_name(f"{stem if known else old.titel}.{of.endings[0]}")
