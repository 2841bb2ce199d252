"""Versions of a document: a new one takes the place of the last, and JK staff read the earlier ones."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import access
from app.access import Person
from app.errors import NotFound
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.models.base import now, parse_id
from app.services import bijlage_reeks, bijlagen, intake, log, store
from app.terms import Actie, BijlageSoort, Stadium, Verb, Zichtbaarheid

_MOST = 100


def may_replace(bijlage: Bijlage, by: Person, *, edits: bool | None = None) -> bool:
    """Tell whether `by` may bring a new version: who adds here, of what they may edit or may take back.

    To replace is to take back: others than JK staff do so with their own, for as long as they may retract it.
    `edits` says whether `by` may edit it, when the caller knows.
    """
    if bijlage.vervangen_op is not None or bijlage.ingetrokken_op is not None:
        return False
    theirs = access.may(by, Verb.EDIT, bijlage) if edits is None else edits
    if not theirs:
        own = bijlage.organisation_id == by.organisation_id and bijlage.soort in bijlagen.soorten(by)
        theirs = own and access.may(by, Verb.RETRACT, bijlage)
    of_dossier = {"swv_id": bijlage.swv_id, "hulpvraag_id": bijlage.hulpvraag_id}
    return theirs and access.may(by, Verb.ADD, Bijlage(**of_dossier, organisation_id=by.organisation_id))


def require_replace(bijlage: Bijlage, by: Person) -> None:
    """Raise Overtaken when there is a newer version or none any more, NotFound without the right."""
    bijlage_reeks.refuse_replaced(bijlage)
    if bijlage.ingetrokken_op is not None:
        said = _l("This document was retracted. Add it as a new document.")
        raise bijlage_reeks.overtaken(bijlage, said)
    if not may_replace(bijlage, by):
        raise NotFound


def again(key: str, by: Person) -> Bijlage | None:
    """Find what `by` replaced just now: when the answer was lost they ask once more, and see it no more.

    As much is asked of a document that is hidden as of one that is nowhere.
    """
    number = parse_id(key)
    with access.as_system("who replaced it a moment ago may hear so"):
        old = db.session.scalar(select(Bijlage).where(Bijlage.id == number))
    made = _just_made(old or Bijlage(id=number, volgnummer=1), by)
    return old if made is not None else None


def replace(
    bijlage: Bijlage, stream: store.Readable, *, naam: str, announced: int | None = None, by: Person
) -> Bijlage:
    """Put a new version in the place of `bijlage`: what that is and who reads it then, the new one is too.

    An advice is a draft again, which JK staff alone see until they make it final. The same file once more
    within a quarter of an hour gives the version that is there.

    Raises Overtaken when another was first, and what `bijlagen.add` raises; then nothing changes.
    """
    if not _just_made(bijlage, by):
        require_replace(bijlage, by)
    of = intake.file_type(intake.clean_name(naam))
    hulpvraag = db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == bijlage.hulpvraag_id)).one()
    row = Bijlage(
        swv_id=bijlage.swv_id, hulpvraag_id=bijlage.hulpvraag_id, toegevoegd_door_id=by.gebruiker_id
    )
    _follow(row, bijlage, of, by)

    def place(row: Bijlage, hulpvraag: Hulpvraag, by: Person) -> Bijlage:
        if known := _just_made(bijlage, by, row.sha256):
            return known
        old = bijlage_reeks.fresh(bijlage, by)
        require_replace(old, by)
        _follow(row, old, of, by)
        with access.as_system("replacing is adding a version, without editing the last"):
            row.volgnummer = _take_places(old, row)
            bijlagen.put(row, hulpvraag, by)
        log.record(Actie.VERVANGEN, row=row, oud=str(old.id))
        return row

    return bijlagen.take_in(row, hulpvraag, stream, of, announced=announced, by=by, place=place)


def earlier(bijlage: Bijlage) -> list[Bijlage]:
    """List the earlier versions that the person may see, the last first: nobody but JK staff sees any."""
    if bijlage.volgnummer == 1:
        return []
    query = (
        select(Bijlage)
        .where(bijlage_reeks.of(bijlage), Bijlage.volgnummer < bijlage.volgnummer)
        .options(joinedload(Bijlage.toegevoegd_door), joinedload(Bijlage.organisation))
        .order_by(Bijlage.volgnummer.desc())
        .limit(_MOST)
    )
    return list(db.session.scalars(query))


def latest(bijlage: Bijlage) -> Bijlage | None:
    """Give the version that has the place of an earlier one now; None when this one has it."""
    if bijlage.vervangen_op is None:
        return None
    query = select(Bijlage).where(bijlage_reeks.of(bijlage))
    return db.session.scalar(query.order_by(Bijlage.geldt.desc(), Bijlage.volgnummer.desc()).limit(1))


def _just_made(old: Bijlage, by: Person, sha256: str | None = None) -> Bijlage | None:
    """Find the version that `by` put in the place of `old` a moment ago, while it is the last."""
    query = select(Bijlage).where(
        bijlage_reeks.of(old),
        Bijlage.geldt,
        Bijlage.volgnummer > old.volgnummer,
        Bijlage.toegevoegd_door_id == by.gebruiker_id,
        Bijlage.toegevoegd_op > now() - bijlagen.SAME_AGAIN,
    )
    if sha256 is not None:
        query = query.where(Bijlage.sha256 == sha256)
    return db.session.scalar(query.limit(1))


def _follow(row: Bijlage, old: Bijlage, of: intake.FileType, by: Person) -> None:
    """Make a new version what the last one is: of the same organisation too, whoever of the SWV brings it."""
    advice = old.soort is BijlageSoort.ONDERWIJSADVIES
    row.reeks_id, row.volgnummer = old.reeks_id or old.id, old.volgnummer + 1
    row.soort, row.titel = old.soort, _titel(old, of)
    row.zichtbaarheid = Zichtbaarheid.INTERN if advice else old.zichtbaarheid
    row.stadium = Stadium.CONCEPT if advice else old.stadium
    organisation_id = by.organisation_id if advice else old.organisation_id
    if organisation_id is not None:
        row.organisation_id = organisation_id


def _take_places(old: Bijlage, row: Bijlage) -> int:
    """Take the places of the versions that have one, such as one with a virus too; give the next number."""
    query = select(Bijlage).where(bijlage_reeks.of(old)).order_by(Bijlage.volgnummer)
    versions = list(db.session.scalars(query))
    for version in versions:
        if version.vervangen_op is None and version.ingetrokken_op is None:
            version.vervangen_op = now()
            db.session.flush()
            log.record(Actie.VERVANGEN, row=version, nieuw=str(row.id))
    return versions[-1].volgnummer + 1


def _titel(old: Bijlage, of: intake.FileType) -> str:
    """Keep the title, with the ending of what the new version is."""
    if of.mimetype == old.mimetype:
        return old.titel
    stem, dot, ending = old.titel.rpartition(".")
    known = dot and any(ending.lower() in kind.endings for kind in intake.ALLOWED)
    return intake.clean_name(f"{stem if known else old.titel}.{of.endings[0]}")
