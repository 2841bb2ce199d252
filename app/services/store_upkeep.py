"""What an operator asks of the store: whether all is there and unchanged, and to seal every key anew."""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from app.access import as_system
from app.errors import PortalError
from app.extensions import db
from app.models import Bijlage
from app.models.base import now
from app.services import bijlage_bytes, keys, log, store
from app.terms import Actie

_BATCH = 200
_CHUNK = 2**20  # bytes
_WHY = "the operator keeps the store, and sees ids only"


@dataclass
class Rotated:
    """How many keys of documents were sealed anew, and how many are left because they could not be opened."""

    done: int = 0
    lost: int = 0


def rotate(told: Callable[[Rotated], None] = lambda so_far: None) -> Rotated:
    """Seal every document's key by the newest key-encryption key, replaced and retracted ones included.

    In batches that are kept one by one, each an event: what was stopped goes on where it was. `told` hears
    after each. Who still works with the old key can add a document behind our back: until none is left but
    what could not be opened, we begin again.
    """
    so_far = Rotated()
    while _count_sealed_otherwise(keys.newest()) > so_far.lost:
        so_far.lost = 0
        _rotate_all(so_far, told)
    return so_far


def _rotate_all(so_far: Rotated, told: Callable[[Rotated], None]) -> None:
    """Go once through all documents that another key-encryption key sealed."""
    last = None
    while batch := _sealed_otherwise(keys.newest(), last):
        before = so_far.done
        for key_id, sealed, kek in batch:
            try:
                anew, newest = keys.rewrapped(sealed, kek, key_id)
            except keys.KeyLost:
                so_far.lost += 1
                continue
            with as_system(_WHY, across_swvs=True):
                query = update(Bijlage).where(Bijlage.id == key_id, Bijlage.kek == kek)
                db.session.execute(query.values(datasleutel=anew, kek=newest))
            so_far.done += 1
        last = batch[-1][0]
        if so_far.done > before:
            log.record(Actie.WIJZIGEN, noun=Bijlage.__name__, grond="kek", nieuw=keys.newest())
        db.session.commit()
        told(so_far)


def verify() -> Iterator[str]:
    """Compare rows, objects, sizes and hashes both ways; give a line a finding, with ids only.

    Reads every document, in little memory. An object without a row is named when it is older than any upload
    that goes on, and still there.
    """
    there = {found["path"].rpartition("/")[2]: found for found in store.objects()}
    last = None
    while batch := _rows(last):
        for row in batch:
            there.pop(row.sleutel, None)
            if finding := _damage(row):
                yield f"document {row.id}: {finding}"
        last = batch[-1].id
        db.session.rollback()
        db.session.expunge_all()
    known = bijlage_bytes.known_keys()
    before = now() - bijlage_bytes.LEFT_BEHIND
    for key, found in there.items():
        if key not in known and found["last_modified"] < before and store.is_there(found["path"]):
            yield f"object {found['path']}: no document has it"


def _damage(row: Bijlage) -> str | None:
    """Say in a few words what is wrong with the bytes of a document."""
    digest, size = hashlib.sha256(), 0
    try:
        with store.read(row) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except PortalError as refused:
        if _is_gone(row):
            return None
        if isinstance(refused, keys.KeyLost):
            return "its key does not open with the key-encryption keys that are set"
        if isinstance(refused, store.ObjectDamaged):
            return "its object is missing, cut or changed"
        return "the store did not give it; the log of the server says why. Run this again"
    if size != row.grootte or digest.hexdigest() != row.sha256:
        return "its bytes are others than its row says"
    return None


def _is_gone(row: Bijlage) -> bool:
    """Tell whether a document was destroyed while we looked."""
    with as_system(_WHY, across_swvs=True):
        there = db.session.scalar(select(Bijlage.sleutel).where(Bijlage.id == row.id))
    return there != row.sleutel


def _rows(last: uuid.UUID | None) -> list[Bijlage]:
    query = select(Bijlage).options(undefer(Bijlage.datasleutel)).order_by(Bijlage.id).limit(_BATCH)
    with as_system(_WHY, across_swvs=True):
        return list(db.session.scalars(query if last is None else query.where(Bijlage.id > last)))


def _count_sealed_otherwise(newest: str) -> int:
    with as_system(_WHY, across_swvs=True):
        query = select(func.count(Bijlage.id)).where(Bijlage.kek != newest)
        return db.session.scalar(query) or 0


def _sealed_otherwise(newest: str, last: uuid.UUID | None) -> list[tuple[uuid.UUID, bytes, str]]:
    query = select(Bijlage.id, Bijlage.datasleutel, Bijlage.kek).where(Bijlage.kek != newest)
    if last is not None:
        query = query.where(Bijlage.id > last)
    with as_system(_WHY, across_swvs=True):
        rows = db.session.execute(query.order_by(Bijlage.id).limit(_BATCH)).all()
    return [(row[0], row[1], row[2]) for row in rows]
