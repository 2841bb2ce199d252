"""Reading what is encrypted: straight on, or back and forth for who looks inside; in little memory."""

import io
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from tink import TinkError
from tink.streaming_aead import StreamingAead

from app.services.store_places import ObjectDamaged, StoreUnavailable, place, said

_BLOCK = 256 * 1024  # bytes
_BLOCKS = 64  # kept at most: 16 MB
_logger = logging.getLogger(__name__)


class Plaintext(io.RawIOBase):
    """A document from its first byte to its last. Its first bytes are checked before anybody gets them.

    Raises ObjectDamaged, after a line for the operator, when an object is missing, cut or changed, and
    StoreUnavailable when its place can't be reached.
    """

    def __init__(self, key: str, cipher: StreamingAead, of: bytes, *, size: int, sealed_size: int) -> None:
        """Open the object `key`, encrypted for `of`, whose plaintext has `size` bytes."""
        super().__init__()
        self._key, self._size, self._at = key, size, 0
        there, pieces = place().reading(key)
        self._source = _Source(pieces)
        if there != sealed_size:
            self._source.close()
            raise self._changed("it has %s bytes", there)
        self._plain: Any = cipher.new_decrypting_stream(self._source, of)
        try:
            self._first = self._next(_BLOCK)
        except BaseException:
            self._plain.close()
            raise

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Give at most `size` bytes, or all that is left; without the copy that a RawIOBase makes."""
        if size is None or size < 0:
            return self.readall()
        if not self._first:
            return self._next(size)
        found, self._first = self._first[:size], self._first[size:]
        return found

    def readinto(self, into: Any) -> int:
        """Fill `into`, as far as the document goes."""
        found = self.read(len(into))
        into[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Let go of the object."""
        if not self.closed:
            self._plain.close()
        super().close()

    def _next(self, count: int) -> bytes:
        try:
            found: bytes = self._plain.read(count)
        except TinkError:
            if self._source.refused:
                raise self._source.refused from None
            raise self._changed("it does not open") from None
        self._at += len(found)
        if not found and count and self._at != self._size:
            raise self._changed("it ends after %s bytes", self._at)
        return found

    def _changed(self, what: str, *values: object) -> ObjectDamaged:
        _logger.error(f"object %s of the document store is damaged: {what}", self._key, *values)  # noqa: G004 - a closed list
        return ObjectDamaged()


class _Source(io.RawIOBase):
    """The pieces of an object as a file; keeps the refusal that Tink would turn into an error of its own."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = memoryview(b"")
        self.refused: StoreUnavailable | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if not self._left:
            try:
                with said():
                    self._left = memoryview(next(self._pieces, b""))
            except StoreUnavailable as refused:
                self.refused = refused
                raise
        found = self._left[:size]
        self._left = self._left[len(found) :]
        return bytes(found)

    def close(self) -> None:
        if hasattr(self._pieces, "close"):
            self._pieces.close()
        super().close()


class Seekable(io.RawIOBase):
    """A document in which one can go back and forth; 16 MB of it at most are in memory.

    What is encrypted can be read from its beginning only, so going back beyond what is kept begins again.
    """

    def __init__(self, begin: Callable[[], Plaintext], size: int) -> None:
        """Read what `begin` opens, `size` bytes."""
        super().__init__()
        self._begin, self._size, self._at = begin, size, 0
        self._plain, self._next = begin(), 0
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that one can go to any byte of it."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """Tell at which byte one is."""
        return self._at

    def readinto(self, into: Any) -> int:
        """Fill `into` from here, at most to the end of a block."""
        if self._at >= self._size:
            return 0
        number, skip = divmod(self._at, _BLOCK)
        found = self._block(number)[skip : skip + len(into)]
        into[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        """Let go of the object."""
        self._kept.clear()
        self._plain.close()
        super().close()

    def _block(self, number: int) -> bytes:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        if number < self._next:
            self._plain.close()
            self._plain, self._next = self._begin(), 0
        found = b""
        while self._next <= number:
            found = self._whole_block()
            if self._next < number and len(self._kept) < _BLOCKS:
                self._kept.setdefault(self._next, found)
            self._next += 1
        self._kept[number] = found
        if len(self._kept) > _BLOCKS:
            self._kept.popitem(last=False)
        return found

    def _whole_block(self) -> bytes:
        parts, wanted = [], _BLOCK
        while wanted and (part := self._plain.read(wanted)):
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)
