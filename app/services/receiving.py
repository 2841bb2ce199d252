"""The raw body of an upload: at a pace that is worth the wait, and heard out when it is refused."""

import time
from contextlib import suppress

from flask_babel import lazy_gettext as _l

from app.errors import PortalError
from app.extensions import db
from app.services.passing import Readable

_LEAST = 10_000  # bytes a second, over _WINDOW: a line that is slower keeps a process busy for nothing
_WINDOW = 60  # seconds
_FIRST = 64 * 1024  # bytes that are waited for at once; of a fast line more and more
_MOST = 2**20  # bytes at once of what nobody keeps
_FAST = 0.25  # seconds


class UploadTooSlow(PortalError):
    """So few bytes came in a minute that it would take hours."""

    status = 400
    sentence = _l("The connection is too slow for this file. Nothing was saved. Please try again later.")


class Body:
    """What is sent, of which `announced` bytes are known to come."""

    def __init__(self, stream: Readable, announced: int | None) -> None:
        """Take the pace from now on."""
        self._stream, self._announced = stream, announced
        self._size, self._piece = 0, _FIRST
        self._since, self._counted = time.monotonic(), 0

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; nothing at the end. Raises UploadTooSlow."""
        if self._announced is not None:
            size = min(size, self._announced - self._size)  # past its end some servers wait for ever
        began = time.monotonic()
        chunk = self._stream.read(min(size, self._piece))
        ended = time.monotonic()
        self._piece = self._piece * 2 if ended - began < _FAST else max(_FIRST, self._piece // 4)
        self._size += len(chunk)
        if ended - self._since > _WINDOW:
            if self._size - self._counted < _LEAST * (ended - self._since):
                raise UploadTooSlow
            self._since, self._counted = ended, self._size
        return chunk

    def hear_out(self, most: int) -> None:
        """Let the rest come in, `most` bytes in all: a browser listens for an answer only after that."""
        if self._announced is not None and self._announced > most:
            return
        db.session.rollback()  # it can take minutes: hold no transaction meanwhile
        with suppress(PortalError, OSError):  # gone, or too slow
            while self._size < most and self.read(min(_MOST, most - self._size)):
                pass
