"""The store: documents under random keys, each encrypted with a key of its own while it streams in."""

import io
import re
import secrets
import uuid
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

import obstore
from flask_babel import lazy_gettext as _l

from app.errors import PortalError
from app.models import Bijlage
from app.services import keys
from app.services.digest import Digest
from app.services.passing import Readable
from app.services.store_places import (
    INCOMING,
    Drain,
    ObjectDamaged,
    StoreFull,
    StoreUnavailable,
    path,
    place,
    said,
)
from app.services.store_reading import Plaintext, Seekable

__all__ = [
    "FileTooLarge",
    "ObjectDamaged",
    "Readable",
    "StoreFull",
    "StoreUnavailable",
    "Stored",
    "UploadCut",
    "Writer",
]
_CHUNK = 2**20  # bytes
_KEY = re.compile(r"[0-9a-f]{48}")


class FileTooLarge(PortalError):
    """There are more bytes than the limit."""

    status = 413
    sentence = _l("This file is too large.")


class UploadCut(PortalError):
    """Fewer bytes came than were announced: the sender is gone."""

    status = 400
    sentence = _l("The file did not arrive wholly. Nothing was saved. Please try again.")


class Incoming:
    """What comes in: at most `limit` bytes, and as many as were announced, of which no byte more is asked."""

    def __init__(self, stream: Readable, *, limit: int, announced: int | None = None) -> None:
        """Read `stream`. Raises FileTooLarge at once when too much is announced."""
        if announced is not None and announced > limit:
            raise FileTooLarge
        self._stream, self._limit, self._announced, self._size = stream, limit, announced, 0

    def read(self, size: int = _CHUNK, /) -> bytes:
        """Give at most `size` bytes; nothing at the end. Raises FileTooLarge and UploadCut."""
        left = self._limit + 1 if self._announced is None else self._announced
        chunk = self._stream.read(min(size, left - self._size))
        self._size += len(chunk)
        if self._size > self._limit:
            raise FileTooLarge
        if not chunk and self._announced is not None and self._size != self._announced:
            raise UploadCut
        return chunk

    def drain(self) -> None:
        """Let the rest come in: who sends it listens for an answer only after that."""
        with suppress(PortalError):
            while self.read():
                pass


@dataclass(frozen=True)
class Stored:
    """What the store keeps: `size` in bytes and `sha256` in hex of what people get to see.

    `datasleutel` is its key, sealed by the key-encryption key `kek` for the document `key_id` alone.
    """

    key: str
    size: int
    sha256: str
    datasleutel: bytes
    kek: str
    key_id: uuid.UUID

    @classmethod
    def of(cls, bijlage: Bijlage) -> "Stored":
        """Give what the store keeps of a document."""
        b = bijlage
        return cls(b.sleutel, b.grootte, b.sha256, b.datasleutel, b.kek, b.id)


class Writer(io.RawIOBase):
    """Takes at most `limit` bytes of one document; FileTooLarge when there are more."""

    def __init__(self, out: Drain, key: str, key_id: uuid.UUID, limit: int) -> None:
        """Encrypt for the document `key_id` into `out`."""
        super().__init__()
        self._key, self._key_id, self._limit = key, key_id, limit
        self._data_key = keys.new(key_id)
        self._pipe = _Pipe(out)
        cipher: Any = self._data_key.cipher
        self._sealing = cipher.new_encrypting_stream(self._pipe, key_id.bytes)
        self._digest, self._size = Digest(), 0
        self._stored: Stored | None = None

    @property
    def stored(self) -> Stored:
        """What is kept, after the last byte."""
        if self._stored is None:
            raise StoreUnavailable
        return self._stored

    def writable(self) -> bool:
        """Tell that it takes bytes."""
        return True

    def tell(self) -> int:
        """Tell how many bytes it took."""
        return self._size

    def write(self, data: Any) -> int:
        """Take all of `data`."""
        self._size += len(data)
        if self._size > self._limit:
            raise FileTooLarge
        self._digest.update(bytes(data))
        self._sealing.write(data)
        self._pipe.check()
        return len(data)

    def finish(self) -> None:
        """Write the last piece."""
        self._sealing.close()
        self._pipe.check()
        sealed, digest = self._data_key, self._digest.hexdigest()
        self._stored = Stored(self._key, self._size, digest, sealed.sealed, sealed.kek, self._key_id)

    def abandon(self) -> None:
        """Let go without a word: what comes out of Tink from now on goes nowhere."""
        self._digest.abandon()
        self._pipe.abandon()
        self._sealing.close()


class _Pipe(io.RawIOBase):
    """From Tink to the place. Tink would make a riddle of an error: it is kept, and raised by `check`."""

    def __init__(self, out: Drain) -> None:
        super().__init__()
        self._out = out
        self._refused: PortalError | None = None
        self._is_open = True

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._is_open and self._refused is None:
            try:
                with said():
                    self._out.write(data)
            except PortalError as refused:
                self._refused = refused
        return len(data)

    def check(self) -> None:
        if self._refused is not None:
            raise self._refused

    def abandon(self) -> None:
        self._is_open = False


@contextmanager
def writing(*, key_id: uuid.UUID, limit: int) -> Iterator[Writer]:
    """Take one document that is written piece by piece; when the block fails, nothing stays.

    After the block `stored` says what is kept. `key_id` is the document's id: its bytes open for it alone.
    """
    key = secrets.token_hex(24)
    with place().writing(key) as out:
        writer = Writer(out, key, key_id, limit)
        try:
            yield writer
            writer.finish()
        except BaseException:
            writer.abandon()
            raise


def put(stream: Readable, *, key_id: uuid.UUID, limit: int, announced: int | None = None) -> Stored:
    """Keep at most `limit` bytes, encrypted, for the document with the id `key_id`.

    Memory stays flat, plaintext never touches a disk, and an object has its key only when it is whole;
    if not, nothing stays. Raises FileTooLarge, UploadCut (when `announced` bytes did not come), StoreFull,
    KeyLost and StoreUnavailable.
    """
    incoming = Incoming(stream, limit=limit, announced=announced)
    with writing(key_id=key_id, limit=limit) as writer:
        while chunk := incoming.read():
            writer.write(chunk)
    return writer.stored


def read(what: Bijlage | Stored) -> BinaryIO:
    """Open a document from its first byte to its last, a piece at a time; the caller closes it.

    That it is there, whole in length and opens with its key is known before this returns; what was changed
    further on raises StoreUnavailable when it comes by. Raises KeyLost.
    """
    return cast("BinaryIO", _plaintext(what))


def open_(what: Bijlage | Stored) -> BinaryIO:
    """Open a document to look inside, back and forth; the caller closes it. Raises as `read` does."""
    size = what.size if isinstance(what, Stored) else what.grootte
    return cast("BinaryIO", io.BufferedReader(Seekable(lambda: _plaintext(what), size), _CHUNK))


def delete(key: str) -> None:
    """Remove what is kept under `key`; harmless when it is gone already."""
    with said(), suppress(FileNotFoundError):
        obstore.delete(place().objects, _path(key))


def sweep(known_keys: Container[str], *, older_than: timedelta) -> int:
    """Remove, and count, what a crash left `older_than` ago: half files, and bytes that no row knows."""
    before = datetime.now(UTC) - older_than
    removed = 0
    for found in objects():
        folder, _slash, name = found["path"].rpartition("/")
        known = folder != INCOMING and name in known_keys
        if known or not _KEY.fullmatch(name) or found["last_modified"] > before:
            continue
        with said(), suppress(FileNotFoundError):  # it just got its name, or went by itself
            obstore.delete(place().objects, found["path"])
            removed += 1
    return removed


def is_there(path: str) -> bool:
    """Tell whether the place still has what `objects` gave under this path."""
    with said(), suppress(FileNotFoundError):
        obstore.head(place().objects, path)
        return True
    return False


def objects() -> Iterator[Any]:
    """Give all that is in the place: `path`, `size` in bytes and `last_modified`."""
    with said():
        for page in obstore.list(place().objects):
            yield from page


def _plaintext(what: Bijlage | Stored) -> Plaintext:
    found = what if isinstance(what, Stored) else Stored.of(what)
    _path(found.key)
    cipher = keys.opened(found.datasleutel, found.kek, found.key_id)
    sealed = keys.sealed_size(found.size)
    return Plaintext(found.key, cipher, found.key_id.bytes, size=found.size, sealed_size=sealed)


def _path(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise StoreUnavailable
    return path(key)
