"""What makes an Office document load or run something else: fields, formulas, elements, links."""

import re
import zipfile

from .parts import LOADS, Attributes, Refused, read

LINKS = ("http://", "https://", "mailto:", "tel:", "#")


def words(text: str) -> frozenset[str]:
    """Give the words of a list."""
    return frozenset(text.split())


_LOADS_ANYWHERE = words("altChunk subDoc")
_LOADS_IN_WORD = _LOADS_ANYWHERE | words("object control")
_CODES = words("instrText delInstrText")
_FIELDS = re.compile(
    r"[\s\0{](DDE|DDEAUTO|LINK|INCLUDE|INCLUDETEXT|INCLUDEPICTURE|DATABASE|IMPORT|RTD)[\s\0\"\\]",
    re.IGNORECASE,
)
_LONGEST_FIELD = 32  # letters: more than the name of a field and what stands around it
_FORMULAS = words(
    "f formula formula1 formula2 definedName calculatedColumnFormula totalsRowFormula"  # of a workbook
)
_FUNCTIONS = re.compile(
    r"(?<![\w.])(_xl\w+\.)*(WEBSERVICE|RTD|IMAGE|STOCKHISTORY|TRANSLATE|COPILOT|PY|DDE|CALL|REGISTER(\.ID)?"
    r"|SQL\.REQUEST)\s*\(",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_OUTSIDE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|/|\\|\.\./)", re.IGNORECASE)
_SETTING = re.compile(r"\s*(https?:|ftps?:|smb:|//|\\\\)", re.IGNORECASE)
_ODF_LOADS = words(
    "dde-source dde-connection dde-connection-decl floating-frame object object-ole plugin applet"
    " event-listener section-source database-connection-resource connection-resource auto-reload"
)


def refuse_active(parts: zipfile.ZipFile, info: zipfile.ZipInfo, *, is_word: bool) -> None:
    """Refuse what a part fetches or runs: fields and formulas, also when they are cut into pieces."""
    loading, codes = _LOADS_IN_WORD if is_word else _LOADS_ANYWHERE, _Codes()

    def start(local: str, of: Attributes) -> None:
        if local in loading or (local == "imagedata" and _is_elsewhere(of)):
            raise Refused(LOADS)
        if local == "fldChar":
            codes.end()
        if local == "fldSimple":
            codes.add(f"\0{attribute(of, 'instr')}\0")

    def said(local: str, words: str) -> None:
        if local in _CODES:
            codes.add(words)
        elif _asks_elsewhere(words):
            raise Refused(LOADS)

    read(parts, info, start=start, of=_CODES | _FORMULAS, said=said)
    codes.end()


class _Codes:
    """The codes of fields one after another, of which the last letters are in mind: a name can be cut."""

    def __init__(self) -> None:
        self._last = "\0"

    def add(self, more: str) -> None:
        seen = self._last + more
        if _FIELDS.search(seen):
            raise Refused(LOADS)
        self._last = seen[-_LONGEST_FIELD:]

    def end(self) -> None:
        if self._last[-1] != "\0":
            self.add("\0")


def _is_elsewhere(picture: Attributes) -> bool:
    return any(_OUTSIDE.match(attribute(picture, where)) for where in ("src", "href"))


def _asks_elsewhere(formula: str) -> bool:
    """Tell whether a formula reaches past its workbook, by a function or as `program|'topic'!item`."""
    plain = _QUOTED.sub("", formula)
    return "|" in plain or _FUNCTIONS.search(plain) is not None


def refuse_odf(local: str, of: Attributes) -> None:
    """Refuse an element of OpenDocument that loads or runs something."""
    if local in _ODF_LOADS:
        raise Refused(LOADS)
    link = attribute(of, "href").strip().lower()
    if _OUTSIDE.match(link) and not (local == "a" and link.startswith((*LINKS, "../"))):
        raise Refused(LOADS)


def refuse_setting(_local: str, words: str) -> None:
    """Refuse a setting of OpenDocument that is an address elsewhere."""
    if _SETTING.match(words):
        raise Refused(LOADS)


def attribute(of: Attributes, local: str) -> str:
    """Give what an element says under a name, whatever its prefix; else nothing."""
    return next((value for key, value in of.items() if key.rpartition(":")[2] == local), "")
