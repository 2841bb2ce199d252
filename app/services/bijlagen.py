"""Documents of a dossier: adding them, changing what is said of them, retracting them, handing them out."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.models.base import now
from app.services import (
    bijlage_bytes,
    bijlage_namen,
    bijlage_reeks,
    dossiers,
    intake,
    log,
    scans,
    sessions,
    store,
    thumbnails,
    turns,
)
from app.terms import Actie, BijlageSoort, Noun, Stadium, Verb, Zichtbaarheid

_CHUNK = 2**20  # bytes
_TITLE_LENGTH = 200  # characters
SAME_AGAIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Download:
    """An open file and what a browser must know of it; `size` in bytes."""

    file: BinaryIO
    naam: str
    mimetype: str
    size: int

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes piece by piece, and close the file after the last."""
        with self.file as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def add(
    hulpvraag: Hulpvraag,
    stream: store.Readable,
    *,
    naam: str,
    soort: BijlageSoort = BijlageSoort.OVERIG,
    zichtbaarheid: Zichtbaarheid | None = None,
    stadium: Stadium | None = None,
    announced: int | None = None,
    by: Person,
) -> Bijlage:
    """Add one document: check → store → row → log → commit. Manual: chapter 1, step 2, button Bijlagen.

    `announced` is the length in bytes that the sender promised. Raises NotFound without the right,
    FileRefused, FileTooLarge, DossierFull, UploadCut, StoreFull; then neither row nor bytes stay.
    The same document once more within a quarter of an hour (a lost answer, a double click) gives the row
    that is there.
    """
    titel = intake.clean_name(naam)
    row = Bijlage(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        soort=soort,
        titel=titel,
        zichtbaarheid=_visibility(zichtbaarheid, by),
        stadium=_stage(soort, stadium, by),
        toegevoegd_door_id=by.gebruiker_id,
        organisation_id=by.organisation_id,
    )
    access.require(by, Verb.ADD, row)
    if soort not in soorten(by):
        raise BadInput("", {"soort": _l("Please choose one from the list.")})
    of = intake.file_type(titel)
    return take_in(row, hulpvraag, stream, of, announced=announced, by=by, place=_place)


def take_in(
    row: Bijlage,
    hulpvraag: Hulpvraag,
    stream: store.Readable,
    of: intake.FileType,
    *,
    announced: int | None,
    by: Person,
    place: Callable[[Bijlage, Hulpvraag, Person], Bijlage],
) -> Bijlage:
    """Store the bytes of a new document, and give its row a place in the dossier, or keep neither.

    `place` writes row and log, while nobody else changes the documents of this dossier, and gives the row
    that is kept.
    """
    row.id, row.mimetype = uuid.uuid4(), of.mimetype  # its bytes are encrypted for this id alone
    stored = bijlage_bytes.keep(
        stream, of, key_id=row.id, room=bijlage_bytes.room(hulpvraag, by), announced=announced
    )
    try:
        dossiers.take_turn(hulpvraag.id, shows=row.zichtbaarheid is Zichtbaarheid.GEDEELD)
        still = _still(hulpvraag, by)
        row.grootte, row.sha256, row.sleutel = stored.size, stored.sha256, stored.key
        row.datasleutel, row.kek = stored.datasleutel, stored.kek
        row.controle = scans.first()
        kept = place(row, hulpvraag, still)
    except BaseException:
        db.session.rollback()
        bijlage_bytes.discard(stored)
        raise
    bijlage_bytes.commit(stored)
    if kept is not row:
        bijlage_bytes.discard(stored)
    return kept


def _still(hulpvraag: Hulpvraag, by: Person) -> Person:
    """Give the person as they are after the upload: right, membership or session can have ended meanwhile."""
    still = access.person_for(by.gebruiker_id, by.organisation_id)
    if still is None or not may_add(hulpvraag, still) or not sessions.goes_on(by):
        raise NotFound
    return still


def edit(bijlage: Bijlage, data: Mapping[str, Any], by: Person) -> Bijlage:
    """Change soort or titel, the rest has acts of its own; Conflict when somebody else changed it first."""
    access.require(by, Verb.EDIT, bijlage)
    titel = intake.clean_text(data.get("titel") or bijlage.titel)[:_TITLE_LENGTH].rstrip()
    if not titel:
        raise BadInput("", {"titel": _l("Please fill this in.")})
    bijlage = bijlage_reeks.take_turn(bijlage, by)
    access.require(by, Verb.EDIT, bijlage)
    bijlage_reeks.refuse_replaced(bijlage)
    if bijlage.ingetrokken_op is not None:
        raise Conflict(_l("This document was retracted. It cannot be changed any more."))
    turns.refuse_overtaken(
        bijlage,
        data,
        _l(
            "Somebody else changed this document just before you. "
            "Your text is still here: compare and save again."
        ),
    )
    soort = data.get("soort") or bijlage.soort
    if soort is not bijlage.soort:
        bijlage.stadium = _stage(soort, None, by)
    bijlage.titel, bijlage.soort = titel, soort
    log.record(Actie.WIJZIGEN, row=bijlage)
    db.session.commit()
    return bijlage


def comes_back(bijlage: Bijlage, by: Person) -> Bijlage | None:
    """Find the version that counts again when `by` retracts this one: only JK staff know the earlier ones."""
    return bijlage_reeks.before(bijlage) if by.is_jk_staff and bijlage.geldt else None


def require_retract(bijlage: Bijlage, by: Person) -> None:
    """Raise NotFound without the right, Conflict when there is a newer version: people see that one."""
    access.require(by, Verb.RETRACT, bijlage)
    bijlage_reeks.refuse_replaced(bijlage)


def retract(bijlage: Bijlage, by: Person) -> Bijlage:
    """Take a document back: only JK staff still see it, as retracted. Retracting it again changes nothing."""
    require_retract(bijlage, by)
    bijlage = bijlage_reeks.take_turn(bijlage, by)
    require_retract(bijlage, by)
    if bijlage.ingetrokken_op is not None:
        db.session.rollback()
        return bijlage
    if comes_back(bijlage, by):
        bijlage_reeks.restore(bijlage)
    with access.as_system("retracting is a right of its own, without editing"):
        bijlage.ingetrokken_op = now()
        db.session.flush()
    log.record(Actie.VERWIJDEREN, row=bijlage)
    db.session.commit()
    thumbnails.forget(bijlage.id)
    return bijlage


def download(bijlage: Bijlage, by: Person) -> Download:
    """Open a document for sending, after it is in the log; the caller closes the file.

    What is missing, cut, swapped or opens with no key is said first: StoreUnavailable, KeyLost.
    """
    access.require(by, Verb.READ, bijlage)
    scans.refuse_unchecked(bijlage)
    file = store.read(bijlage)
    try:
        log.record(Actie.DOWNLOADEN, row=bijlage)
        db.session.commit()
    except BaseException:
        file.close()
        raise
    return Download(file, bijlage_namen.of(bijlage), bijlage.mimetype, bijlage.grootte)


def of(hulpvraag: Hulpvraag) -> list[Bijlage]:
    """List the documents of a dossier that the person may see and that were not retracted, newest first."""
    query = (
        select(Bijlage)
        .where(Bijlage.hulpvraag_id == hulpvraag.id, Bijlage.geldt)
        .options(joinedload(Bijlage.organisation))
        .order_by(Bijlage.toegevoegd_op.desc(), Bijlage.id)
        .limit(current_app.config["MAX_DOSSIER_FILES"])
    )
    return list(db.session.scalars(query))


def may_add(hulpvraag: Hulpvraag, by: Person) -> bool:
    """Tell whether `by` may add documents to this dossier now."""
    new = Bijlage(swv_id=hulpvraag.swv_id, hulpvraag_id=hulpvraag.id, organisation_id=by.organisation_id)
    return access.may(by, Verb.ADD, new)


def soorten(by: Person) -> list[BijlageSoort]:
    """Give the kinds that `by` can add: the educational advice is the SWV's own to write."""
    return [soort for soort in BijlageSoort if by.is_jk_staff or soort is not BijlageSoort.ONDERWIJSADVIES]


def first_soort(hulpvraag: Hulpvraag) -> BijlageSoort:
    """Give the kind that the next document probably is: the signed request form while one sees none."""
    of_dossier = (Bijlage.hulpvraag_id == hulpvraag.id, Bijlage.soort == BijlageSoort.AANVRAAG)
    found = db.session.scalar(select(Bijlage.id).where(*of_dossier, Bijlage.geldt).limit(1))
    return BijlageSoort.OVERIG if found else BijlageSoort.AANVRAAG


def may_choose_visibility(by: Person) -> bool:
    """Tell whether `by` decides who sees a document."""
    return by.is_jk_staff and by.permits(Noun.BIJLAGE, Verb.SHARE)


def default_visibility(by: Person) -> Zichtbaarheid:
    """Give who sees a document of `by` when nothing is chosen."""
    return Zichtbaarheid.INTERN if by.is_jk_staff else Zichtbaarheid.GEDEELD


def _visibility(chosen: Zichtbaarheid | None, by: Person) -> Zichtbaarheid:
    return chosen if chosen and may_choose_visibility(by) else default_visibility(by)


def _stage(soort: BijlageSoort, chosen: Stadium | None, by: Person) -> Stadium:
    if chosen and by.permits(Noun.BIJLAGE, Verb.FINALISE):
        return chosen
    return Stadium.CONCEPT if soort is BijlageSoort.ONDERWIJSADVIES else Stadium.DEFINITIEF


def _place(row: Bijlage, hulpvraag: Hulpvraag, by: Person) -> Bijlage:
    if known := _same_again(row):
        return known
    put(row, hulpvraag, by)
    log.record(Actie.TOEVOEGEN, row=row)
    return row


def put(row: Bijlage, hulpvraag: Hulpvraag, by: Person) -> None:
    """Write the row of a new document; DossierFull when others filled the dossier during the upload."""
    bijlage_bytes.room(hulpvraag, by, row.grootte)
    db.session.add(row)
    db.session.flush()


def _same_again(row: Bijlage) -> Bijlage | None:
    return db.session.scalar(
        select(Bijlage).where(
            Bijlage.hulpvraag_id == row.hulpvraag_id,
            Bijlage.sha256 == row.sha256,
            Bijlage.titel == row.titel,
            Bijlage.soort == row.soort,
            Bijlage.zichtbaarheid == row.zichtbaarheid,
            Bijlage.stadium == row.stadium,
            Bijlage.toegevoegd_door_id == row.toegevoegd_door_id,
            Bijlage.organisation_id == row.organisation_id,
            Bijlage.geldt,
            Bijlage.toegevoegd_op > now() - SAME_AGAIN,
        )
    )
