"""Where the bytes of documents are: a folder of this machine, or a bucket of an S3 server."""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import obstore
from flask import current_app
from flask_babel import lazy_gettext as _l
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.errors import PortalError

INCOMING = "incoming"
_CHUNK = 2**20  # bytes
_PART = 8 * 2**20  # bytes sent to an S3 server at once
_AHEAD = 4 * 2**20  # bytes that the disk begins to write while the next ones come in
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PATIENCE = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}
_logger = logging.getLogger(__name__)


class StoreFull(PortalError):
    """There is no room left on the disk; nothing was kept."""

    status = 503
    sentence = _l("There is no room for documents at the moment. Nothing was saved. Please try again later.")


class StoreUnavailable(PortalError):
    """The place can't be reached, or bytes are missing or were changed; the log of the server says what."""

    status = 503
    sentence = _l("The documents cannot be reached at the moment. Please try again later.")


class ObjectDamaged(StoreUnavailable):
    """The place answers, and an object is missing, cut or changed."""


class Drain(Protocol):
    """What takes encrypted bytes."""

    def write(self, data: bytes, /) -> int | None:
        """Take `data`."""


class Folder:
    """A folder of this machine: an object has its name only when it is whole and on the disk."""

    def __init__(self, root: Path) -> None:
        """Keep objects below `root`, which is made when somebody writes."""
        self._root = root

    @contextmanager
    def writing(self, key: str) -> Iterator[Drain]:
        """Take the bytes of `key`, and give them their name when the block ends well; else nothing stays."""
        with said():
            waiting = _made(self._root / INCOMING) / key
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            file = os.fdopen(os.open(waiting, flags, 0o600), "wb", buffering=0)
        try:
            with file:
                yield _Whole(file)
                with said():
                    os.fsync(file.fileno())
            with said():
                _move(waiting, self._root / path(key))
        except BaseException:
            waiting.unlink(missing_ok=True)
            raise

    def reading(self, key: str) -> tuple[int, Iterator[bytes]]:
        """Give how many bytes `key` has, and the bytes. Read as a file: obstore takes five times as long."""
        with said():
            file = (self._root / path(key)).open("rb", buffering=0)
            return os.fstat(file.fileno()).st_size, _Pieces(file)

    @property
    def objects(self) -> Any:
        """What obstore lists and removes."""
        return LocalStore(_made(self._root))


class Bucket:
    """A bucket of an S3 server: an object is there when its last part has arrived."""

    def __init__(self, **settings: Any) -> None:
        """Keep objects in this bucket; `settings` are obstore's."""
        self.objects = S3Store(**settings)

    @contextmanager
    def writing(self, key: str) -> Iterator[Drain]:
        """Take the bytes of `key`; when the block fails, the parts that were sent are thrown away."""
        with said():
            out = obstore.open_writer(self.objects, path(key), buffer_size=_PART, max_concurrency=2)
            with out:
                yield out

    def reading(self, key: str) -> tuple[int, Iterator[bytes]]:
        """Give how many bytes `key` has, and the bytes as they come in."""
        with said():
            found = obstore.get(self.objects, path(key))
            return found.meta["size"], (bytes(piece) for piece in found.stream(min_chunk_size=_CHUNK))


def place() -> Folder | Bucket:
    """Give the place of the setting STORE_URL. Raises StoreUnavailable when it can't be one."""
    settings = current_app.config
    names = ("STORE_URL", "STORE_ENDPOINT", "STORE_REGION", "STORE_ACCESS_KEY", "STORE_SECRET_KEY")
    with said():
        return _place(*(settings.get(name) or "" for name in names))


def path(key: str) -> str:
    """Give where `key` is within its place."""
    return f"{key[:2]}/{key[2:4]}/{key}"


@lru_cache(maxsize=8)
def _place(address: str, endpoint: str, region: str, access_key: str, secret_key: str) -> Folder | Bucket:
    url = urlsplit(address)
    if url.scheme == "file" and not url.netloc and url.path.startswith("/"):
        return Folder(Path(unquote(url.path)))
    if url.scheme != "s3" or not url.netloc:
        raise StoreUnavailable
    known = {
        "endpoint": endpoint,
        "region": region,
        "access_key_id": access_key,
        "secret_access_key": secret_key,
        "prefix": unquote(url.path).strip("/"),
    }
    return Bucket(
        bucket=url.netloc,
        client_options={"allow_http": endpoint.startswith("http://")},
        retry_config=_PATIENCE,
        **{name: value for name, value in known.items() if value},
    )


@contextmanager
def said() -> Iterator[None]:
    """Turn what a disk or a server says into a sentence for people, and a line for the operator."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else " ".join(str(error).split())[:300]
        _logger.error("the document store fails: %s", reason)
        if isinstance(error, FileNotFoundError):
            raise ObjectDamaged from None
        raise (StoreFull if error.errno in _FULL else StoreUnavailable) from None
    except (BaseError, ValueError) as error:
        _logger.error("the document store fails: %s", " ".join(str(error).split())[:300])
        raise StoreUnavailable from None


class _Pieces:
    """What is in a file, piece by piece."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __iter__(self) -> "_Pieces":
        return self

    def __next__(self) -> bytes:
        if piece := self._file.read(_CHUNK):
            return bytes(piece)
        raise StopIteration

    def close(self) -> None:
        self._file.close()


class _Whole:
    """A file without a buffer that takes all that it is given, and lets the disk begin before the end.

    Tink gives 128 kB at a time. To write 1 MB at once can take Linux five times as long: once it is short of
    large free pieces of memory.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        self._size = self._begun = 0

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self._size += len(data)
        if self._size - self._begun >= _AHEAD:
            self._begin()
        return len(data)

    def _begin(self) -> None:
        # Linux starts to write out what it hears that nobody needs, and waits for nothing: posix_fadvise(2).
        # Of 100 MB the last fsync takes a few ms then, and not 70.
        if hasattr(os, "posix_fadvise"):
            size = self._size - self._begun
            with suppress(OSError):  # it is no more than a hint
                os.posix_fadvise(self._file.fileno(), self._begun, size, os.POSIX_FADV_DONTNEED)
        self._begun = self._size


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
