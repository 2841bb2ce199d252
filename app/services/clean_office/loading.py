"""What makes an Office document load or run something else: fields, formulas, elements, links."""

import html
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from .parts import LOADS, Attributes, Refused, read

LINKS = ("http://", "https://", "mailto:", "tel:", "#")
SAFE_TARGET = "about:blank"


def words(text: str) -> frozenset[str]:
    """Give the words of a list."""
    return frozenset(text.split())


_LOADS_ANYWHERE = words("altChunk subDoc")
_LOADS_IN_WORD = _LOADS_ANYWHERE | words("object control")
_DELETED = "delInstrText"
_CODES = words(f"instrText {_DELETED}")
_CHANGES = words(f"ins del moveFrom moveTo {_DELETED}")  # that are tracked, and can be undone
_INSTRUCTION = words("instr")
_FIELDS = re.compile(
    r"[\0{] ?(DDE|DDEAUTO|LINK|INCLUDE|INCLUDETEXT|INCLUDEPICTURE|DATABASE|IMPORT|RTD)[ \0{]", re.IGNORECASE
)
_AROUND = re.compile(r"[^\w\0{]+")
_LONGEST_FIELD = 32  # letters: more than the name of a field and what stands around it
_FORMULAS = words(
    "f formula formula1 formula2 definedName calculatedColumnFormula totalsRowFormula"  # of a workbook
)
_FUNCTIONS = re.compile(
    r"(?<![\w.])(_xl\w+\.)*(WEBSERVICE|RTD|IMAGE|STOCKHISTORY|TRANSLATE|COPILOT|PY|DDE|CALL|REGISTER(\.ID)?"
    r"|SQL\.REQUEST)\s*\(",
    re.IGNORECASE,
)
# A drawing in VML: what is fetched to fill it or its lines, and what is behind a click on it.
_PICTURES, _PICTURE = words("imagedata image fill stroke"), words("src href althref")
_IN_VML = re.compile(
    r"""\b(?:src|href|althref)\s*=[\s"']*([^\s"'>]*)|<(?:\w+:)?(?:object|control)\b""", re.IGNORECASE
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|/|\\|(.*[/\\])?\.\.([/\\]|$)", re.IGNORECASE | re.DOTALL)
_SETTING = re.compile(r"\s*(https?:|ftps?:|smb:|//|\\\\)", re.IGNORECASE)
_ODF_LOADS = words(
    "dde-source dde-connection dde-connection-decl floating-frame object object-ole plugin applet"
    " event-listener section-source database-connection-resource connection-resource auto-reload"
    " libraries library-embedded library-linked module"  # macros, in the text itself
)
# Where an element of OpenDocument says what it fetches, by itself or by a button; those of XForms as well.
_ODF_ADDRESSES = words(
    "href image-data target-location datasource database-name base src schema action resource"
)


def refuse_active(
    parts: zipfile.ZipFile, info: zipfile.ZipInfo, *, is_word: bool, has_formulas: bool
) -> None:
    """Refuse what a part fetches or runs: fields and formulas, also when they are cut into pieces."""
    loading, codes = _LOADS_IN_WORD if is_word else _LOADS_ANYWHERE, _Codes()

    def start(local: str, of: Attributes) -> None:
        if local in loading or _shows_elsewhere(local, of):
            raise Refused(LOADS)
        codes.meet(local, of)

    def said(local: str, words: str) -> None:
        if local in _CODES:
            codes.add(words, is_deleted=local == _DELETED)
        elif _asks_elsewhere(words):
            raise Refused(LOADS)

    read(parts, info, start=start, of=_CODES | _FORMULAS if has_formulas else _CODES, said=said)
    codes.end()


def refuse_in_vml(content: bytes) -> None:
    """Refuse a drawing that is no XML, as Excel writes it, by what it could have of what loads."""
    text = html.unescape(content.replace(b"\0", b"").decode("latin-1"))
    for found in _IN_VML.finditer(text):
        if found[1] is None or _is_fetched(found[1]):
            raise Refused(LOADS)


class _Codes:
    """The codes of fields one after another, of which the last letters are in mind: a name can be cut.

    Read in three ways: with what was deleted, without it, and with each piece apart where changes are
    tracked, as any of them can be undone.
    """

    def __init__(self) -> None:
        self._last = ["\0"] * 3
        self._is_open = self._is_changed = False

    def meet(self, local: str, of: Attributes) -> None:
        """Take an element in mind: a field begins or ends, is whole, or is changed."""
        if local == "fldChar":
            self.end()
        elif local in _CHANGES:
            self._is_changed = True
        elif local == "fldSimple":
            for code in attributes(of, _INSTRUCTION):
                self.end()
                self.add(code)
                self.end()

    def add(self, more: str, *, is_deleted: bool = False) -> None:
        """Read on in a code."""
        apart = f"\0{more}\0" if self._is_changed else more
        for way, words in enumerate((more, "" if is_deleted else more, apart)):
            seen = _AROUND.sub(" ", self._last[way] + words)
            if _FIELDS.search(seen):
                raise Refused(LOADS)
            self._last[way] = seen[-_LONGEST_FIELD:]
        self._is_open = True

    def end(self) -> None:
        """Begin another code."""
        if self._is_open:
            self.add("\0")
        self._is_open = self._is_changed = False


def _shows_elsewhere(local: str, of: Attributes) -> bool:
    """Tell whether a drawing fetches something, or leads to another place than a page by a click."""
    if local in _PICTURES:
        return any(map(_is_fetched, attributes(of, _PICTURE)))
    link = of.get("href", "")
    return _is_fetched(link) and not link.strip().lower().startswith(LINKS)


def _is_fetched(address: str) -> bool:
    """Tell whether it is outside the document; what a mail held stays behind in it."""
    return _is_outside(address) and not address.lower().startswith("cid:")


def _is_outside(address: str) -> bool:
    return _OUTSIDE.match(unquote(address).strip()) is not None


def _asks_elsewhere(formula: str) -> bool:
    """Tell whether a formula reaches past its workbook, by a function or as `program|'topic'!item`."""
    plain = _QUOTED.sub("", formula)
    return "|" in plain or _FUNCTIONS.search(plain) is not None


def refuse_odf(local: str, of: Attributes) -> None:
    """Refuse an element of OpenDocument that loads or runs something."""
    if local in _ODF_LOADS:
        raise Refused(LOADS)
    for link in attributes(of, _ODF_ADDRESSES):
        is_clicked = local == "a" and link.strip().lower().startswith((*LINKS, SAFE_TARGET, "../"))
        if not is_clicked and _is_outside(link):
            raise Refused(LOADS)


def refuse_setting(_local: str, words: str) -> None:
    """Refuse a setting of OpenDocument that is an address elsewhere."""
    if _SETTING.match(words):
        raise Refused(LOADS)


def attributes(of: Attributes, names: frozenset[str]) -> Iterator[str]:
    """Give what an element says under these names, whatever their prefix."""
    return (value for key, value in of.items() if key.rpartition(":")[2] in names)
