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

from .loading import LINKS, refuse_active, refuse_odf, refuse_setting, words
from .parts import LOADS, Attributes, Refused, copy, feed, read, whole, xml

_SAFE_TARGET = "about:blank"
# What a relationship leads to, by the last word of its type; the document loads or runs these.
_LOADING = words(
    "oleobject package externallink externallinkpath externallinklongpath frame subdocument afchunk control"
    " activexcontrolbinary vbaproject wordvbadata connections querytable webextension webextensiontaskpanes"
    " attachedtoolbars keymapcustomizations ui extensibility mailmergesource mailmergeheadersource"
)
_TEMPLATE = "attachedtemplate"
_INSIDE = re.compile(r"(^|/)(embeddings|externallinks|activex|webextensions|querytables)/", re.IGNORECASE)
_IS_XML = re.compile(r"[/+]xml\s*(;|$)")
_ODF_TEMPLATE = re.compile(rb"<(\w+:)?template\b[^>]*?(/>|>\s*</(\w+:)?template\s*>)")
# The printer's name can be an address in a network, and is no one's business.
_PRINTER = re.compile(
    rb"(<(?:\w+:)?config-item\s[^<>]*?\bname=[\"'](?:PrinterName|PrintFaxName|PrinterSetup)[\"']"
    rb"[^<>]*(?<!/)>)[^<]*"
)
_OOXML_TEMPLATE = re.compile(rb"<(\w+:)?attachedTemplate\b[^>]*?(/>|>\s*</(\w+:)?attachedTemplate\s*>)")
_SETTINGS = words("config-item")
_ODF_WITHOUT = {"meta.xml": (_ODF_TEMPLATE, b""), "settings.xml": (_PRINTER, rb"\1")}


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
        for info in xml(parts, lambda name: name.endswith(".xml") or _IS_XML.search(kinds(name)) is not None):
            name = info.filename.lower()
            refuse_active(parts, info, is_word=name.startswith("word/") or "wordprocessing" in kinds(name))
        for name in without & set(parts.namelist()):
            changed[name] = _OOXML_TEMPLATE.sub(b"", whole(parts, parts.getinfo(name)))
        copy(file, parts, changed, out)


def opendocument(file: BinaryIO, out: BinaryIO) -> None:
    """Write an OpenDocument text to `out` as it is, unless it loads or holds other things."""
    with zipfile.ZipFile(file) as parts:
        changed: dict[str, bytes] = {}
        for info in xml(parts, lambda name: name.endswith(".xml")):
            if info.filename in _ODF_WITHOUT:
                sign, instead = _ODF_WITHOUT[info.filename]
                changed[info.filename] = sign.sub(instead, whole(parts, info))
                feed([changed[info.filename]], start=refuse_odf, of=_SETTINGS, said=refuse_setting)
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
            of = of | {"Target": _SAFE_TARGET}
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
