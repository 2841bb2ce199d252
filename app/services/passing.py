"""What is looked at while it comes in, from its first byte to its last, so that nobody reads it again."""

import codecs
import re
from typing import Protocol

from app.services.content import Damaged

_HEAD = 4096  # bytes
_TAIL = 64 * 1024  # bytes
_PIECE = 32 * 1024  # bytes: they stay in the processor's cache while they are looked at


class Readable(Protocol):
    """Bytes that come in, such as the body of a request."""

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; nothing at the end."""


class Passing:
    """Passes bytes on and looks at each. Raises Damaged, at the latest when they are all there."""

    def __init__(self, stream: Readable) -> None:
        """Read the head, which says what this claims to be."""
        self._stream = stream
        self.head = b""
        while len(self.head) < _HEAD and (more := stream.read(_HEAD - len(self.head))):
            self.head += more
        self._first = self.head

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes; nothing at the end, which is looked at as well."""
        if self._first:
            chunk, self._first = self._first[:size], self._first[size:]
        else:
            chunk = self._stream.read(size)
        if chunk:
            self._see(chunk)
        else:
            self._end()
        return chunk

    def _see(self, chunk: bytes) -> None:
        """Look at the next bytes."""

    def _end(self) -> None:
        """Look at the whole: there is no more."""


class Pdf(Passing):
    """A PDF, from its first byte to its end mark."""

    def __init__(self, stream: Readable) -> None:
        """Keep the last bytes in mind."""
        super().__init__(stream)
        self._last = b""

    def _see(self, chunk: bytes) -> None:
        if not self._last and not re.match(rb"%PDF-\d\.\d", self.head):
            raise Damaged
        self._last = chunk[-_TAIL:] if len(chunk) >= _TAIL else (self._last + chunk)[-_TAIL:]

    def _end(self) -> None:
        if b"%%EOF" not in self._last:
            raise Damaged("incomplete")


_CONTROLS = bytes([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_NOT_IN_1252 = b"\x81\x8d\x8f\x90\x9d"


class Text(Passing):
    """Plain text (UTF-8, UTF-16 with its mark, or Windows-1252), to the last byte."""

    def __init__(self, stream: Readable) -> None:
        """Read as UTF-16 after its mark; else as UTF-8, and in mind whether it can be Windows-1252."""
        super().__init__(stream)
        self._is_wide = self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._reading = codecs.getincrementaldecoder("utf-16" if self._is_wide else "utf-8")()
        self._is_read, self._is_1252 = True, not self._is_wide

    def _see(self, chunk: bytes) -> None:
        for at in range(0, len(chunk), _PIECE):
            piece = chunk[at : at + _PIECE]
            # In all but UTF-16 a control character is one byte: found without reading letter by letter.
            if not self._is_wide and _has_any(piece, _CONTROLS):
                raise Damaged
            self._read_on(piece, final=False)

    def _end(self) -> None:
        self._read_on(b"", final=True)

    def _read_on(self, chunk: bytes, *, final: bool) -> None:
        if chunk.isascii() and not (final or self._is_wide or self._reading.getstate()[0]):
            return  # as good in UTF-8 as in Windows-1252, and no letter is half read
        self._is_1252 = self._is_1252 and (chunk.isascii() or not _has_any(chunk, _NOT_IN_1252))
        self._is_read = self._is_read and self._reads(chunk, final=final)
        if not self._is_read and not self._is_1252:
            raise Damaged

    def _reads(self, chunk: bytes, *, final: bool) -> bool:
        try:
            said = self._reading.decode(chunk, final)
        except UnicodeError:
            return False
        return not (self._is_wide and _CONTROL.search(said))


def _has_any(chunk: bytes, unwanted: bytes) -> bool:
    return any(byte in chunk for byte in unwanted)
