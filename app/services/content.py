"""What is really inside a file: one reader per kind, in little memory however large or hostile it is."""

import codecs
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO

_HEAD = 4096  # bytes
_TAIL = 64 * 1024  # bytes
_MAX_PIXELS = 250_000_000  # the largest phone photos have 200 million
_MAX_PARTS = 5000  # files inside one Office document
_MAX_DIRECTORY = 2 * 2**20  # bytes of a zip's directory
_MAX_UNFOLDED = 500 * 2**20  # bytes
_MAX_RATIO = 200
_SHORT = 3  # the kind of a TIFF value of two bytes
_MAX_SEGMENTS = 2000  # of a JPEG, before its picture begins


class Damaged(ValueError):
    """It isn't what it should be; `why` is one word: incomplete, locked, macro, bomb, pixels, other."""

    def __init__(self, why: str = "other") -> None:
        super().__init__(why)
        self.why = why


def head(file: BinaryIO) -> bytes:
    """Give the first bytes."""
    file.seek(0)
    return file.read(_HEAD)


def _tail(file: BinaryIO) -> bytes:
    file.seek(max(0, file.seek(0, 2) - _TAIL))
    return file.read(_TAIL)


_PAGE = re.compile(
    rb"\s*<(!--|(\?xml|!doctype|html|head|body|script|svg|iframe|style|meta|title|table|div)\b)",
    re.IGNORECASE,
)
_MAIL = re.compile(rb"(return-path|delivered-to|mime-version): |received: from", re.IGNORECASE)
_STILLS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"})


def _is_page(start: bytes) -> bool:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if start.startswith(mark):
            start = start[2:].decode(encoding, "ignore").encode()
    return _PAGE.match(start.removeprefix(codecs.BOM_UTF8)) is not None


_PROGRAMS = (
    b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
    b"dex\n0", b"L\x00\x00\x00\x01\x14\x02\x00", b"\x00asm", b"ITSF\x03",
)  # fmt: skip
_ARCHIVES = (
    b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF\x00",
    b"PK\x05\x06", b"PK\x07\x08", *(b"BZh%d1AY&SY" % level for level in range(1, 10)),
)  # fmt: skip


def _is_program(start: bytes) -> bool:
    return start.startswith(_PROGRAMS) or (start.startswith(b"MZ") and b"\x00" in start)


def _is_archive(start: bytes) -> bool:
    return start[257:262] == b"ustar" or start.startswith(_ARCHIVES)


def _is_other_picture(start: bytes) -> bool:
    container = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    still = start[4:8] == b"ftyp" and start[8:12] in _STILLS
    bitmap = start[:2] == b"BM" and start[6:10] == bytes(4)
    return container or still or bitmap or start.startswith((b"GIF87a", b"GIF89a", b"8BPS\x00"))


def _is_film(start: bytes) -> bool:
    mp3 = start[:3] == b"ID3" and start[3:4] < b"\x10"
    return (
        mp3
        or start[4:8] == b"ftyp"
        or start.startswith((b"OggS\x00", b"fLaC\x00", b"\x1aE\xdf\xa3", b"RIFF"))
    )


# What has no place here whatever its name says. The first that fits gives the sentence.
REFUSED_SIGNS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("program", _is_program),
    ("archive", _is_archive),
    ("old", lambda start: start.startswith((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rt"))),
    ("photo", _is_other_picture),
    ("film", _is_film),
    ("page", _is_page),
    ("mail", lambda start: _MAIL.match(start) is not None),
)


def jpeg(file: BinaryIO) -> None:
    """Check that this is a JPEG: walk to the frame that says how large the picture is."""
    if head(file)[:3] != b"\xff\xd8\xff":
        raise Damaged
    file.seek(2)
    for _ in range(_MAX_SEGMENTS):
        marker = _marker(file)
        length = int.from_bytes(_exactly(file, 2), "big")
        if length < 2 or marker in {0xD8, 0xD9, 0xDA}:
            raise Damaged("incomplete")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            _, height, width = struct.unpack(">BHH", _exactly(file, 5))
            return _picture(width, height)
        file.seek(length - 2, 1)
    raise Damaged("incomplete")


def _marker(file: BinaryIO) -> int:
    if _exactly(file, 1) != b"\xff":
        raise Damaged("incomplete")
    for _ in range(_HEAD):
        if (byte := _exactly(file, 1)[0]) != 0xFF:
            return byte
    raise Damaged("incomplete")


def png(file: BinaryIO) -> None:
    """Check that this is a PNG, whole, and of a size that can be opened."""
    start = head(file)
    if start[:16] != b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR":
        raise Damaged
    if len(start) < 33 or zlib.crc32(start[12:29]) != int.from_bytes(start[29:33], "big"):
        raise Damaged("incomplete")
    width, height = struct.unpack(">II", start[16:24])
    _picture(width, height)
    if b"IEND\xaeB`\x82" not in _tail(file):
        raise Damaged("incomplete")


def tiff(file: BinaryIO) -> None:
    """Check that this is a TIFF whose first directory is there, and of a size that can be opened."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(head(file)[:4])
    if order is None:
        raise Damaged
    file.seek(4)
    (offset,) = struct.unpack(f"{order}I", _exactly(file, 4))
    file.seek(offset)
    (entries,) = struct.unpack(f"{order}H", _exactly(file, 2))
    sizes = {256: 0, 257: 0}
    for _ in range(entries):
        tag, kind, _, value = struct.unpack(f"{order}HHI4s", _exactly(file, 12))
        if tag in sizes:
            (sizes[tag],) = struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'I'}", value)
    _picture(sizes[256], sizes[257])


def _picture(width: int, height: int) -> None:
    if not width or not height:
        raise Damaged("incomplete")
    if width * height > _MAX_PIXELS:
        raise Damaged("pixels")


def _exactly(file: BinaryIO, size: int) -> bytes:
    if len(found := file.read(size)) != size:
        raise Damaged("incomplete")
    return found


def ooxml(main: bytes) -> Callable[[BinaryIO], None]:
    """Make the reader of Word, Excel or PowerPoint documents, whose directory of types names `main`."""

    def check(file: BinaryIO) -> None:
        with _zip(file) as parts:
            types = _part(parts, "[Content_Types].xml", 2**20)
            if types.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                types = types.decode("utf-16", "ignore").encode()
            if b"macroenabled" in types.lower():
                raise Damaged("macro")
            if main not in types:
                raise Damaged

    return check


def opendocument(mimetype: bytes) -> Callable[[BinaryIO], None]:
    """Make the reader of OpenDocument files, whose first part says `mimetype`."""

    def check(file: BinaryIO) -> None:
        with _zip(file) as parts:
            if _part(parts, "mimetype", 200).strip() != mimetype:
                raise Damaged
            if b"encryption-data" in _part(parts, "META-INF/manifest.xml", 2**20):
                raise Damaged("locked")
            if not any(it.filename == "content.xml" and it.file_size for it in parts.infolist()):
                raise Damaged("incomplete")

    return check


UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
_FOLDINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MACRO = re.compile(r"vba(project|data)|(^|/)(basic|scripts|activex|macrosheets)/", re.IGNORECASE)


def _zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open a zip after a look at its directory: few parts, not too large unfolded, nothing locked."""
    if head(file)[:4] != b"PK\x03\x04":
        raise Damaged
    _directory(file)
    try:
        parts = zipfile.ZipFile(file)
    except UNREADABLE as error:
        raise Damaged("incomplete") from error
    infos = parts.infolist()
    names = {info.filename for info in infos}
    if len(names) != len(infos) or any(_escapes(name) for name in names):
        raise Damaged
    if not {info.compress_type for info in infos} <= _FOLDINGS:
        raise Damaged("incomplete")
    if any(info.flag_bits & 1 for info in infos):
        raise Damaged("locked")
    if any(_MACRO.search(name) for name in names):
        raise Damaged("macro")
    unfolded, folded = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if unfolded > _MAX_UNFOLDED or (unfolded > 20 * 2**20 and unfolded > _MAX_RATIO * max(folded, 1)):
        raise Damaged("bomb")
    return parts


def _directory(file: BinaryIO) -> None:
    """Refuse a zip whose directory would take much memory to read, or isn't there."""
    end = _tail(file)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) - at < 22:
        raise Damaged("incomplete")
    count, size = struct.unpack_from("<HI", end, at + 10)
    if b"PK\x06\x07" in end[max(0, at - 20) : at]:  # of huge zips: what is no larger than may be needs none
        raise Damaged("incomplete")
    if count > _MAX_PARTS or size > _MAX_DIRECTORY:
        raise Damaged("bomb")


def _escapes(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\x00" in name or ":" in name or ".." in name.split("/")


def _part(parts: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Read a part that must be there, at most `limit` bytes of it."""
    try:
        with parts.open(name) as part:
            return part.read(limit)
    except KeyError:
        raise Damaged from None
    except UNREADABLE as error:
        raise Damaged("incomplete") from error
