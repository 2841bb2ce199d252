"""The store: the bytes of documents in a local folder, under random keys. Nothing else touches files."""

import errno
import hashlib
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.errors import PortalError
from app.models import Bijlage

_CHUNK = 256 * 1024
_INCOMING = "incoming"
_KEY = re.compile(r"[0-9a-f]{48}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_logger = logging.getLogger(__name__)


class StoreFull(PortalError):
    """There is no room left on the disk; nothing was kept."""

    status = 503
    sentence = _l("There is no room for documents at the moment. Nothing was saved. Please try again later.")


class StoreUnavailable(PortalError):
    """The folder can't be reached, or bytes are missing; the log of the server says what."""

    status = 503
    sentence = _l("The documents cannot be reached at the moment. Please try again later.")


class FileTooLarge(PortalError):
    """There are more bytes than the limit."""

    status = 413
    sentence = _l("This file is too large.")


class UploadCut(PortalError):
    """Fewer bytes came than were announced: the sender is gone."""

    status = 400
    sentence = _l("The file did not arrive wholly. Nothing was saved. Please try again.")


class Readable(Protocol):
    """Bytes that come in, such as the body of a request."""

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; nothing at the end."""


@dataclass(frozen=True)
class Stored:
    """What the store keeps: `size` in bytes, `sha256` in hex."""

    key: str
    size: int
    sha256: str


def put(
    stream: Readable,
    *,
    limit: int,
    announced: int | None = None,
    inspect: Callable[[BinaryIO], None] = lambda file: None,
) -> Stored:
    """Keep at most `limit` bytes; `inspect` may refuse them, by raising, before they get their key.

    Memory stays flat, and a file has its key only when it is whole and on the disk; if not, nothing stays.
    Raises FileTooLarge, UploadCut (when `announced` bytes did not come), StoreFull and StoreUnavailable.
    """
    if announced is not None and announced > limit:
        raise FileTooLarge
    key = secrets.token_hex(24)
    with _disk():
        waiting = _made(_root() / _INCOMING) / key
        file = os.fdopen(os.open(waiting, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w+b")
    try:
        with file:
            stored = _copy(stream, file, key, limit)
            if announced is not None and stored.size != announced:
                raise UploadCut
            file.seek(0)
            inspect(file)
            with _disk():
                os.fsync(file.fileno())
        with _disk():
            _move(waiting, _path(key))
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
    return stored


def read(key: str) -> BinaryIO:
    """Open what is kept under `key`; the caller closes it. Raises StoreUnavailable when it isn't there."""
    with _disk():
        return _path(key).open("rb")


def open_(bijlage: Bijlage) -> BinaryIO:
    """Open a document; the caller closes it. Raises StoreUnavailable when its bytes aren't there."""
    return read(bijlage.sleutel)


def delete(key: str) -> None:
    """Remove what is kept under `key`; harmless when it is gone already."""
    with _disk():
        _path(key).unlink(missing_ok=True)


def sweep(known_keys: Container[str], *, older_than: timedelta) -> int:
    """Remove, and count, what a crash left `older_than` ago: half files, and bytes that no row knows."""
    before = time.time() - older_than.total_seconds()
    removed = 0
    with _disk():
        for file in _root().rglob("*"):
            known = file.parent.name != _INCOMING and file.name in known_keys
            if known or not _KEY.fullmatch(file.name):
                continue
            with suppress(FileNotFoundError):  # it just got its name, or went by itself
                if file.lstat().st_mtime <= before:
                    file.unlink()
                    removed += 1
    return removed


def _copy(stream: Readable, file: BinaryIO, key: str, limit: int) -> Stored:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(min(_CHUNK, limit - size + 1)):
        size += len(chunk)
        if size > limit:
            raise FileTooLarge
        digest.update(chunk)
        with _disk():
            file.write(chunk)
    with _disk():
        file.flush()
    return Stored(key, size, digest.hexdigest())


def _root() -> Path:
    url = urlsplit(current_app.config["STORE_URL"])
    if url.scheme != "file" or url.netloc or not url.path.startswith("/"):
        raise StoreUnavailable
    return Path(unquote(url.path))


def _path(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise StoreUnavailable
    return _root() / key[:2] / key[2:4] / key


def _made(folder: Path) -> Path:
    """Make `folder` and what is above it, for our own eyes, lasting through a power cut."""
    if not folder.is_dir():
        above = _made(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(above)
    return folder


def _move(waiting: Path, path: Path) -> None:
    folder = _made(path.parent)
    waiting.rename(path)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk() -> Iterator[None]:
    """Turn what a disk says into a sentence for people, and a line for the operator."""
    try:
        yield
    except OSError as error:
        _logger.error("the document store fails: %s", os.strerror(error.errno or 0))
        raise (StoreFull if error.errno in _FULL else StoreUnavailable) from error
