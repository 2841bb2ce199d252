"""What is kept of an Office document: its parts, without links that load and without files inside it.

Python alone reads these, so it happens here. What would be lost with such a part is not taken out: somebody
is asked to save the document as PDF. Norms: ECMA-376 part 2 (relationships), OpenDocument 1.3.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO
from xml.parsers import expat

from app.services.content import UNREADABLE, Damaged

_CHUNK = 256 * 1024  # bytes
_DEEPEST = 256  # elements inside one another
_LONGEST = 8 * 2**20  # bytes of one piece of XML, such as an element with its attributes
_SMALL = 2 * 2**20  # bytes of a part that is changed, which is done in memory
_LINKS = ("http://", "https://", "mailto:", "tel:", "#")
_SAFE_TARGET = "about:blank"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a relationship leads to, by the last word of its type; the document loads or runs these.
_LOADS = _words(
    "oleobject package externallink externallinkpath externallinklongpath frame subdocument afchunk control"
    " activexcontrolbinary vbaproject wordvbadata connections querytable webextension webextensiontaskpanes"
    " attachedtoolbars keymapcustomizations ui extensibility mailmergesource mailmergeheadersource"
)
_TEMPLATE = "attachedtemplate"
_INSIDE = re.compile(r"(^|/)(embeddings|externallinks|activex|webextensions|querytables)/", re.IGNORECASE)
_FIELDS = re.compile(
    r"(^|[\s\x00{])(DDE|DDEAUTO|LINK|INCLUDETEXT|DATABASE|IMPORT)([\s\x00\"\\]|$)", re.IGNORECASE
)
_ODF_LOADS = _words(
    "dde-source dde-connection dde-connection-decl floating-frame object object-ole plugin applet"
    " event-listener section-source database-connection-resource connection-resource"
)


def ooxml(file: BinaryIO, out: BinaryIO) -> None:
    """Write a Word, Excel or PowerPoint document to `out` as far as it is harmless. Raises Damaged."""
    with zipfile.ZipFile(file) as parts:
        changed: dict[str, bytes] = {}
        without: set[str] = set()
        for info in parts.infolist():
            name = info.filename.lower()
            if _INSIDE.search(name) or name == "xl/connections.xml":
                raise Damaged("loads")
            if name.endswith(".rels"):
                links, gone = _relationships(_whole(parts, info))
                changed[info.filename] = links
                if gone:
                    without.add(_owner(info.filename))
            elif name.startswith("word/") and name.endswith(".xml"):
                _refuse_fields(parts, info)
        for name in without & set(parts.namelist()):
            changed[name] = _without_template(_whole(parts, parts.getinfo(name)))
        _copy(file, parts, changed, out)


def opendocument(file: BinaryIO, out: BinaryIO) -> None:
    """Write an OpenDocument text to `out` as it is, unless it loads or holds other things. Raises Damaged."""
    with zipfile.ZipFile(file) as parts:
        for info in parts.infolist():
            if info.filename in ("content.xml", "styles.xml"):
                _read(parts, info, start=_refuse_odf)
        _copy(file, parts, {}, out)


def _owner(rels: str) -> str:
    folder, name = posixpath.split(rels)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _relationships(content: bytes) -> tuple[bytes, bool]:
    """Write the links of a part anew; tell whether it loses its template. Raises Damaged for what loads."""
    kept: list[str] = []
    lost = False

    def start(name: str, of: dict[str, str]) -> None:
        nonlocal lost
        if name.rpartition(":")[2] != "Relationship":
            return
        kind = of.get("Type", "").rpartition("/")[2].lower()
        outside = of.get("TargetMode", "").lower() == "external"
        if kind == _TEMPLATE:
            lost = True
            return
        if kind in _LOADS or (outside and kind != "hyperlink"):
            raise Damaged("loads")
        if outside and not of.get("Target", "").strip().lower().startswith(_LINKS):
            of = of | {"Target": _SAFE_TARGET}
        kept.append(
            "<Relationship " + " ".join(f"{key}={_quoted(value)}" for key, value in of.items()) + "/>"
        )

    _feed([content], start=start)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns='
    space = '"http://schemas.openxmlformats.org/package/2006/relationships">'
    return (head + space + "".join(kept) + "</Relationships>").encode(), lost


def _quoted(value: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("\n", "&#10;"), ("\r", "&#13;")):
        value = value.replace(sign, entity)
    return f'"{value}"'


def _without_template(content: bytes) -> bytes:
    return re.sub(rb"<(\w+:)?attachedTemplate\b[^>]*?(/>|>\s*</(\w+:)?attachedTemplate>)", b"", content)


def _refuse_fields(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Refuse fields that fetch or run something, also when their code is cut into pieces."""
    code: list[str] = []
    reading = False

    def start(name: str, of: dict[str, str]) -> None:
        nonlocal reading
        local = name.rpartition(":")[2]
        reading = local in ("instrText", "delInstrText")
        if local == "fldChar":
            code.append("\x00")
        if local == "fldSimple":
            code.append(
                "\x00" + next((v for k, v in of.items() if k.rpartition(":")[2] == "instr"), "") + "\x00"
            )
        if local in ("altChunk", "subDoc", "object", "control"):
            raise Damaged("loads")

    def text(words: str) -> None:
        if reading:
            code.append(words)

    _read(parts, info, start=start, text=text)
    if _FIELDS.search("".join(code)):
        raise Damaged("loads")


def _refuse_odf(name: str, of: dict[str, str]) -> None:
    local = name.rpartition(":")[2]
    if local in _ODF_LOADS:
        raise Damaged("loads")
    link = _attribute(of, "href").strip().lower()
    outside = re.match(r"[a-z][a-z0-9+.-]*:|/|\\|\.\./", link)
    if outside and not (local == "a" and link.startswith((*_LINKS, "../"))):
        raise Damaged("loads")


def _attribute(of: dict[str, str], local: str) -> str:
    return next((value for key, value in of.items() if key.rpartition(":")[2] == local), "")


def _read(parts: zipfile.ZipFile, info: zipfile.ZipInfo, **handlers: Any) -> None:
    try:
        with parts.open(info) as part:
            _feed(iter(lambda: part.read(_CHUNK), b""), **handlers)
    except UNREADABLE as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged("incomplete") from error


def _feed(
    pieces: Any, *, start: Callable[[str, dict[str, str]], None], text: Callable[[str], None] | None = None
) -> None:
    """Read XML in little memory: no declarations of its own, not too deep, no piece too long."""
    parser = expat.ParserCreate()
    depth = fed = 0

    def opens(name: str, of: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Damaged("bomb")
        start(name, of)

    def closes(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declares(*_said: Any) -> None:
        raise Damaged("bomb")

    parser.StartElementHandler, parser.EndElementHandler = opens, closes
    parser.StartDoctypeDeclHandler = declares
    parser.CharacterDataHandler = text
    try:
        for piece in pieces:
            fed += len(piece)
            parser.Parse(piece)
            if fed - parser.CurrentByteIndex > _LONGEST:
                raise Damaged("bomb")
        parser.Parse(b"", True)  # noqa: FBT003 - as expat has it
    except expat.ExpatError as error:
        raise Damaged("incomplete") from error


def _whole(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.file_size > _SMALL:
        raise Damaged("bomb")
    try:
        return parts.read(info)
    except UNREADABLE as error:
        raise Damaged("incomplete") from error


def _copy(file: BinaryIO, parts: zipfile.ZipFile, changed: dict[str, bytes], out: BinaryIO) -> None:
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
    try:
        with parts.open(info) as part:
            while chunk := part.read(_CHUNK):
                size += len(chunk)
    except UNREADABLE as error:
        raise Damaged("incomplete") from error
    if size != info.file_size:
        raise Damaged("incomplete")


def _raw(file: BinaryIO, info: zipfile.ZipInfo, out: BinaryIO) -> None:
    """Pass the folded bytes of a part on as they are."""
    file.seek(info.header_offset + 26)
    named, more = struct.unpack("<HH", file.read(4))
    file.seek(named + more, 1)
    left = info.compress_size
    while left:
        if not (chunk := file.read(min(_CHUNK, left))):
            raise Damaged("incomplete")
        left -= len(chunk)
        out.write(chunk)
