"""The parts of an Office document: its XML read in little memory, and the whole written anew.

Norms: ZIP as in ECMA-376 part 2, annex B.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, TypeAlias
from xml.parsers import expat

LOADS, BOMB = 9, 10
_CHUNK = 256 * 1024  # bytes
_DEEPEST = 256  # elements inside one another
_LONGEST = 8 * 2**20  # bytes of one piece of XML, such as an element with its attributes
SMALL = 2 * 2**20  # bytes of a part that is changed, or letters of a formula: they are in memory whole
_MOST_XML = 50 * 2**20  # bytes, of all parts together
_MAX_RATIO = 200  # of XML to its folded size

Attributes: TypeAlias = dict[str, str]


class Refused(Exception):
    """It can't be made safe; `code` is the exit, one of `clean.ENDS`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def xml(parts: zipfile.ZipFile, is_xml: Callable[[str], object]) -> Iterator[zipfile.ZipInfo]:
    """Give the parts that are XML, when they are not too large; an empty one says nothing."""
    found = [info for info in parts.infolist() if info.file_size and is_xml(info.filename.lower())]
    folded = any(it.file_size > max(SMALL, _MAX_RATIO * it.compress_size) for it in found)
    if folded or sum(it.file_size for it in found) > _MOST_XML:
        raise Refused(BOMB)
    yield from found


def read(parts: zipfile.ZipFile, info: zipfile.ZipInfo, **handlers: Any) -> None:
    """Read the XML of a part, as `feed` does."""
    with parts.open(info) as part:
        feed(iter(lambda: part.read(_CHUNK), b""), **handlers)


def feed(
    pieces: Iterable[bytes],
    *,
    start: Callable[[str, Attributes], None],
    of: frozenset[str] = frozenset(),
    said: Callable[[str, str], None] = lambda _local, _words: None,
) -> None:
    """Read XML in little memory: no declarations of its own, not too deep, no piece too long.

    `start` gets each element, `said` the words in each element whose name is one `of` these.
    """
    parser = expat.ParserCreate()
    reading = _Reading(parser, start, of, said)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reading.opens, reading.closes
    parser.StartDoctypeDeclHandler = _declares
    fed = 0
    for piece in pieces:
        fed += len(piece)
        parser.Parse(piece)
        if fed - parser.CurrentByteIndex > _LONGEST:
            raise Refused(BOMB)
    parser.Parse(b"", True)  # noqa: FBT003 - as expat has it


def _declares(*_said: Any) -> None:
    raise Refused(BOMB)


class _Reading:
    """Where one is in the XML, and the words of the element that is taken whole, however it is cut."""

    def __init__(
        self,
        parser: Any,
        start: Callable[[str, Attributes], None],
        of: frozenset[str],
        said: Callable[[str, str], None],
    ) -> None:
        self._parser, self._start, self._of, self._said = parser, start, of, said
        self._depth = self._length = 0
        self._at, self._local = 0, ""  # how deep the element stands whose words are taken; 0: none
        self._words: list[str] = []

    def opens(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Refused(BOMB)
        local = name.rpartition(":")[2]
        self._start(local, attributes)
        if not self._at and local in self._of:
            self._at, self._local, self._parser.CharacterDataHandler = self._depth, local, self._takes

    def closes(self, _name: str) -> None:
        if self._depth == self._at:
            whole = "".join(self._words)
            self._words, self._length, self._at = [], 0, 0
            self._parser.CharacterDataHandler = None
            self._said(self._local, whole)
        self._depth -= 1

    def _takes(self, words: str) -> None:
        self._words.append(words)
        self._length += len(words)
        if self._length > SMALL:
            raise Refused(BOMB)


def whole(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Give a part that is small."""
    if info.file_size > SMALL:
        raise Refused(BOMB)
    return parts.read(info)


def copy(file: BinaryIO, parts: zipfile.ZipFile, changed: dict[str, bytes], out: BinaryIO) -> None:
    """Write the zip anew: every part, checked, and nothing that stands before, between or after them."""
    directory, at = b"", 0
    for info in parts.infolist():
        name, packed = info.filename.encode(), b""
        if info.filename in changed:
            packed = _pack(info, changed[info.filename])
        else:
            _check(parts, info)
        sizes = (info.CRC, info.compress_size, info.file_size, len(name), 0)
        facts = struct.pack("<HHHHHIIIHH", 20, 0x800, info.compress_type, 0, 0x21, *sizes)
        out.write(b"PK\x03\x04" + facts + name + packed)
        if not packed:
            _raw(file, info, out)
        directory += b"PK\x01\x02\x14\x00" + facts + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
        at += 30 + len(name) + info.compress_size
    count = len(parts.infolist())
    out.write(directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), at, 0))


def _pack(info: zipfile.ZipInfo, content: bytes) -> bytes:
    """Fold a changed part, and say so of it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, zlib.crc32(content)
    info.file_size, info.compress_size = len(content), len(packed)
    return packed


def _check(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Unfold a part once, to its end: it must be as long as it says, and undamaged."""
    size = 0
    with parts.open(info) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
    if size != info.file_size:
        raise EOFError
    if not size:  # nor may it have folded bytes, which nobody looked at
        info.compress_type, info.CRC, info.compress_size = zipfile.ZIP_STORED, 0, 0


def _raw(file: BinaryIO, info: zipfile.ZipInfo, out: BinaryIO) -> None:
    """Pass the folded bytes of a part on as they are."""
    file.seek(info.header_offset + 26)
    named, more = struct.unpack("<HH", file.read(4))
    file.seek(named + more, 1)
    left = info.compress_size
    while left:
        if not (chunk := file.read(min(_CHUNK, left))):
            raise EOFError
        left -= len(chunk)
        out.write(chunk)
