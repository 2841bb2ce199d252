"""What is kept of an Office document: its parts, without links that load and without files inside it.

What would be lost with such a part is not taken out: somebody is asked to save the document as PDF.
Norms: ECMA-376 part 2 (packages, relationships), OpenDocument 1.3.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import unquote
from xml.parsers import expat

from .loading import LINKS, SAFE_TARGET, refuse_active, refuse_in_vml, refuse_odf, refuse_setting, words
from .parts import LOADS, SMALL, Attributes, Refused, copy, feed, read, whole, xml

# What a relationship leads to, by the last word of its type; the document loads or runs these.
_LOADING = words(
    "oleobject package externallink externallinkpath externallinklongpath frame subdocument afchunk control"
    " activexcontrolbinary vbaproject wordvbadata connections querytable webextension webextensiontaskpanes"
    " attachedtoolbars keymapcustomizations ui extensibility mailmergesource mailmergeheadersource"
)
_TEMPLATE = "attachedtemplate"
_INSIDE = re.compile(r"(^|/)(embeddings|externallinks|activex|webextensions|querytables)/", re.IGNORECASE)
_IS_VML = "vmldrawing"
_IS_XML = re.compile(rf"[/+]xml\s*(;|$)|{_IS_VML}")
_ODF_TEMPLATE = re.compile(rb"<(\w+:)?template\b[^>]*?(/>|>\s*</(\w+:)?template\s*>)")
# The printer's name can be an address in a network, and is no one's business.
_PRINTER = re.compile(
    rb"(<(?:\w+:)?config-item\s[^<>]*?\bname=[\"'](?:PrinterName|PrintFaxName|PrinterSetup)[\"']"
    rb"[^<>]*(?<!/)>)[^<]*"
)
_OOXML_TEMPLATE = re.compile(rb"<(\w+:)?attachedTemplate\b[^>]*?(/>|>\s*</(\w+:)?attachedTemplate\s*>)")
# What leads to a disk, a server of files or a telephone; what runs by a click is refused.
_ODF_LINK = re.compile(
    rb"(<(?:\w+:)?a\s(?:[^<>]*?\s)?(?:\w+:)?href=)([\"'])\s*(?:file:|ftps?:|sms:|[a-z]:|[/\\])"
    rb"(?:(?!\2)[^<>])*\2",
    re.IGNORECASE,
)
_BLANK = rb"\1\2" + SAFE_TARGET.encode() + rb"\2"
_SETTINGS = words("config-item")
_ODF_WITHOUT = {
    "meta.xml": (_ODF_TEMPLATE, b""),
    "settings.xml": (_PRINTER, rb"\1"),
    "content.xml": (_ODF_LINK, _BLANK),
    "styles.xml": (_ODF_LINK, _BLANK),
}


def ooxml(file: BinaryIO, out: BinaryIO) -> None:
    """Write a Word, Excel or PowerPoint document to `out` as far as it is harmless."""
    with zipfile.ZipFile(file) as parts:
        kinds = _kinds(parts)
        changed: dict[str, bytes] = {}
        without: set[str] = set()
        for info in parts.infolist():
            name = info.filename.lower()
            if _INSIDE.search(name) or name == "xl/connections.xml":
                raise Refused(LOADS)
            if not info.file_size and "main+xml" in kinds(name):
                raise EOFError
            if name.endswith(".rels"):
                links, gone = _relationships(whole(parts, info))
                changed[info.filename] = links
                if gone:
                    without.add(_owner(info.filename))
        _refuse_loading(parts, kinds)
        for name in without & set(parts.namelist()):
            changed[name] = _OOXML_TEMPLATE.sub(b"", whole(parts, parts.getinfo(name)))
        copy(file, parts, changed, out)


def _refuse_loading(parts: zipfile.ZipFile, kinds: Callable[[str], str]) -> None:
    """Refuse the document when one of its parts fetches or runs something."""
    has_formulas = any("spreadsheetml" in kinds(name.lower()) for name in parts.namelist())
    for info in xml(parts, lambda name: name.endswith((".xml", ".vml")) or _IS_XML.search(kinds(name))):
        name = info.filename.lower()
        is_word = name.startswith("word/") or "wordprocessing" in kinds(name)
        try:
            refuse_active(parts, info, is_word=is_word, has_formulas=has_formulas)
        except expat.ExpatError:
            if not (name.endswith(".vml") or _IS_VML in kinds(name)):
                raise
            refuse_in_vml(whole(parts, info))


def opendocument(file: BinaryIO, out: BinaryIO) -> None:
    """Write an OpenDocument text to `out` as far as it is harmless."""
    with zipfile.ZipFile(file) as parts:
        changed: dict[str, bytes] = {}
        for info in xml(parts, lambda name: name.endswith(".xml")):
            if info.filename in _ODF_WITHOUT and info.file_size <= SMALL:
                sign, instead = _ODF_WITHOUT[info.filename]
                calm = sign.sub(instead, before := whole(parts, info))
                feed([calm], start=refuse_odf, of=_SETTINGS, said=refuse_setting)
                if calm != before:
                    changed[info.filename] = calm
            else:
                read(parts, info, start=refuse_odf, of=_SETTINGS, said=refuse_setting)
        copy(file, parts, changed, out)


def _kinds(parts: zipfile.ZipFile) -> Callable[[str], str]:
    """Give the teller of what a part is, by its name in small letters."""
    by_ending: dict[str, str] = {}
    by_name: dict[str, str] = {}

    def start(local: str, of: Attributes) -> None:
        kind = of.get("ContentType", "").lower()
        if local == "Default":
            by_ending[of.get("Extension", "").lower()] = kind
        if local == "Override":
            by_name[unquote(of.get("PartName", "")).lstrip("/").lower()] = kind

    feed([whole(parts, parts.getinfo("[Content_Types].xml"))], start=start)
    return lambda name: by_name.get(name, by_ending.get(name.rpartition(".")[2], ""))


def _owner(rels: str) -> str:
    folder, name = posixpath.split(rels)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _relationships(content: bytes) -> tuple[bytes, bool]:
    """Write the links of a part anew; tell whether it loses its template."""
    kept: list[str] = []
    lost = False

    def start(local: str, of: Attributes) -> None:
        nonlocal lost
        if local != "Relationship":
            return
        kind = of.get("Type", "").rpartition("/")[2].lower()
        outside = of.get("TargetMode", "").lower() == "external"
        if kind == _TEMPLATE:
            lost = True
            return
        if kind in _LOADING or (outside and kind != "hyperlink"):
            raise Refused(LOADS)
        if outside and not of.get("Target", "").strip().lower().startswith(LINKS):
            of = of | {"Target": SAFE_TARGET}
        kept.append(
            "<Relationship " + " ".join(f"{key}={_quoted(value)}" for key, value in of.items()) + "/>"
        )

    feed([content], start=start)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns='
    space = '"http://schemas.openxmlformats.org/package/2006/relationships">'
    return (head + space + "".join(kept) + "</Relationships>").encode(), lost


def _quoted(value: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("\n", "&#10;"), ("\r", "&#13;")):
        value = value.replace(sign, entity)
    return f'"{value}"'
