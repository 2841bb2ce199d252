"""The bytes of documents: kept within limits, looked into, cleaned, destroyed, and swept up."""

import math
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, cast

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from app import access
from app.access import Person
from app.errors import PortalError
from app.extensions import db
from app.models import Bijlage, Hulpvraag, Toestemming
from app.services import guard, intake, log, store, thumbnails, wording
from app.terms import Actie

LEFT_BEHIND = timedelta(hours=24)  # longer than any upload can take
_FOR_OTHERS = 0.8  # of a dossier's limits; what is left is for JK staff, whatever others put in


class DossierFull(PortalError):
    """The documents of one dossier have a limit together."""

    status = 413
    sentence = _l("This dossier has no room for this document. Ask the SWV to add it: it has more room.")


class SwvFull(PortalError):
    """The documents of one SWV have a limit together."""

    status = 413
    sentence = _l("The SWV has no room for more documents. Ask the operator of the portal for more room.")


@dataclass(frozen=True)
class Room:
    """How many bytes still fit, and what is full when more come."""

    size: int
    full: PortalError


def room(hulpvraag: Hulpvraag, by: Person, adding: int = 0) -> Room:
    """Give what dossier and SWV still take; DossierFull or SwvFull when there is no room for `adding`.

    Who is not JK staff gets no number: it would tell of documents that they do not see.
    """
    with access.as_system("the documents of a dossier have a limit together"):
        count, used = db.session.execute(
            select(func.count(), func.coalesce(func.sum(Bijlage.grootte), 0)).where(
                Bijlage.hulpvraag_id == hulpvraag.id
            )
        ).one()
        whole = db.session.scalar(
            select(func.coalesce(func.sum(Bijlage.grootte), 0)).where(Bijlage.swv_id == hulpvraag.swv_id)
        )
    share = 1 if by.is_jk_staff else _FOR_OTHERS
    room = math.ceil(current_app.config["MAX_DOSSIER_BYTES"] * share) - int(used)
    left = int(current_app.config["MAX_SWV_BYTES"]) - int(whole or 0)
    if left <= adding:
        raise SwvFull
    if count >= math.ceil(current_app.config["MAX_DOSSIER_FILES"] * share) or room <= adding:
        raise DossierFull(_to_the_operator() if by.is_jk_staff else None)
    if left < room:
        return Room(left, SwvFull())
    said = _("This dossier has room for %(size)s more. This file is larger.", size=wording.size(room))
    return Room(room, DossierFull(said if by.is_jk_staff else None))


def _to_the_operator() -> str:
    return _("This dossier has no room for more documents. Ask the operator of the portal for more room.")


def keep(
    stream: store.Readable, of: intake.FileType, *, key_id: uuid.UUID, room: Room, announced: int | None
) -> store.Stored:
    """Keep what comes in, looked into and cleaned, for the document `key_id`; refused: then nothing stays."""
    longest = int(current_app.config["MAX_FILE_BYTES"])
    db.session.commit()  # an upload can take minutes: hold no transaction meanwhile
    try:
        incoming = store.Incoming(stream, limit=min(longest, room.size), announced=announced)
        if of.is_taken_at_once:
            return _taken(incoming, of, key_id, longest)
        stored = store.put(incoming, key_id=key_id, limit=longest)
    except store.FileTooLarge as large:
        if room.size < longest:
            raise room.full from large
        raise store.FileTooLarge(
            _("This file is larger than %(size)s.", size=wording.size(longest))
        ) from large

    return _cleaned(stored, of, longest)


def _taken(incoming: store.Incoming, of: intake.FileType, key_id: uuid.UUID, longest: int) -> store.Stored:
    """Look inside and clean on the way to the store."""
    try:
        with store.writing(key_id=key_id, limit=2 * longest) as out:
            of.take(incoming, cast("BinaryIO", out))
    except intake.FileRefused:
        incoming.drain()
        raise
    return out.stored


def _cleaned(stored: store.Stored, of: intake.FileType, longest: int) -> store.Stored:
    """Look inside what came, and keep it without what has no place in it. Refused: then nothing stays."""
    try:
        with store.open_(stored) as file:
            of.inspect(file)
            with store.writing(key_id=stored.key_id, limit=2 * longest) as out:
                if not of.clean(file, cast("BinaryIO", out)):
                    raise _NothingToClean
    except _NothingToClean:
        return stored
    except BaseException:
        store.delete(stored.key)
        raise
    store.delete(stored.key)
    return out.stored


def commit(stored: store.Stored) -> None:
    """Commit the row of these bytes; when the database says that it has no room, remove them."""
    try:
        db.session.commit()
    except OperationalError as failed:
        db.session.rollback()
        if guard.is_full(failed):  # else nobody knows whether the row is there: the sweep removes the bytes
            discard(stored)
        raise


def discard(stored: store.Stored) -> None:
    """Remove bytes that no row has; what the store can't remove now, the sweep does."""
    with suppress(store.StoreUnavailable):
        store.delete(stored.key)


class _NothingToClean(Exception):
    """What came can stay as it is."""


def destroy(bijlage: Bijlage) -> None:
    """Remove a document for good: the row and its key first, then the bytes, which nobody can open any more.

    Who may is the caller's question: nobody has this right by hand. The versions after it stay.
    """
    key = bijlage.sleutel
    with access.as_system("what is destroyed is decided elsewhere"):
        later = db.session.scalars(
            select(Bijlage).where(Bijlage.reeks_id == bijlage.id).order_by(Bijlage.volgnummer)
        ).all()
        for version in later:
            version.reeks_id = later[0].id if version is not later[0] else None
        db.session.execute(
            update(Toestemming).where(Toestemming.bijlage_id == bijlage.id).values(bijlage_id=None)
        )
        db.session.flush()
        log.record(Actie.VERNIETIGEN, row=bijlage)
        db.session.delete(bijlage)
        db.session.commit()
    thumbnails.forget(bijlage.id)
    store.delete(key)


def sweep() -> int:
    """Remove the bytes that a crash left without a row, after a day; give how many files went."""
    gone = store.sweep(known_keys(), older_than=LEFT_BEHIND)
    log.record(Actie.VERWIJDEREN, noun=Bijlage.__name__, grond="sweep", nieuw=str(gone))
    db.session.commit()
    return gone


def known_keys() -> set[str]:
    """Give the keys of all bytes that belong to a row."""
    with access.as_system("bytes without a row belong to nobody", across_swvs=True):
        return set(db.session.scalars(select(Bijlage.sleutel)))
