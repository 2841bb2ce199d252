"""Reading an uploaded list of organisations and people, CSV or XLSX: within bounds, nothing is trusted."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from app.errors import BadInput
from app.services.invoer_lijst import DAGEN, KOLOMMEN, MOST_ROWS, Leesfout, Lijst, Regel

MOST_BYTES = 5 * 10**6
_MOST_UNPACKED = 50 * 10**6
_MOST_TAGS = 1_500_000  # each costs the reader some 100 bytes of memory
_MOST_PARTS = 500
_MOST_COLUMNS = 1_100  # LibreOffice may write 1,024, most of them empty
_LONGEST = 1_000  # characters of a cell that are kept
_SEPARATORS = ";,\t"
_ALSO = {"functie": "rol"}  # what the pages call it
# Excel takes a cell that begins so for a formula. What we write gets an apostrophe; what we read loses it.
RISKY = re.compile(r"'*[=+\-@\t\r]")
_PROTECTED = re.compile(r"'+[=+\-@\t\r]")
# Windows-1252 fits nearly any bytes: between letters these signs tell that they were written otherwise.
_GARBLED = re.compile(r"[A-Za-z][‚ƒ„†‡ˆ‰‹•“”˜›¢£¤¥¦§¨©ª«¬®¯±²³¶¸¹º»¼½¾¿][A-Za-z]")
_OLE = b"\xd0\xcf\x11\xe0"


def read(name: str, content: bytes) -> Lijst:
    """Read a file; BadInput, in words, for every file that is no such list or goes beyond a bound."""
    if len(content) > MOST_BYTES:
        raise BadInput(_("This file is larger than 5 MB. Split the list over several files."))
    if not content:
        raise BadInput(_("This file is empty."))
    ending = name.rpartition(".")[2].casefold()
    if ending in ("xlsm", "xltm", "xlsb"):
        raise BadInput(_macros())
    if content.startswith(_OLE) or ending == "xls":
        raise BadInput(
            _("This file has a password or is in an old format. Save it without a password as .xlsx.")
        )
    if ending not in ("csv", "xlsx"):
        raise BadInput(_("Only files that end in .xlsx or .csv can be read. Save the list as one of these."))
    return _lijst(_xlsx(content) if ending == "xlsx" else _csv(content))


def _macros() -> str:
    return _("This file holds macros. Save it as .xlsx, without macros.")


Cell = tuple[str, Leesfout | None]
_EMPTY: Cell = ("", None)


def _lijst(rows: Iterator[Sequence[Cell]]) -> Lijst:
    letters: dict[str, str] = {}
    names: list[str | None] = []
    regels = []
    for nummer, row in enumerate(rows, 1):
        if len(row) > _MOST_COLUMNS:
            raise BadInput(_large())
        if nummer == 1:
            letters, names = _header(row)
        elif nummer > MOST_ROWS + 1:
            raise BadInput(
                _(
                    "The list goes on after row %(number)s, the last that can be read. Split it over several"
                    " files, or take out the empty rows at its end.",
                    number=format_decimal(MOST_ROWS + 1),
                )
            )
        elif any(text or wrong for text, wrong in row):
            regels.append(_regel(nummer, names, row))
    if not regels:
        raise BadInput(_("There is no row below the header. Fill in the list first."))
    return Lijst(letters, regels)


def _header(row: Sequence[Cell]) -> tuple[dict[str, str], list[str | None]]:
    letters: dict[str, str] = {}
    names: list[str | None] = []
    for number, (text, _wrong) in enumerate(row, 1):
        kolom = _kolom(text)
        cell = f"{get_column_letter(number)}1"
        if text and kolom is None:
            raise BadInput(
                _(
                    "Cell %(cell)s: there is no column “%(name)s”. The columns are: %(columns)s.",
                    cell=cell,
                    name=text[:40],
                    columns=", ".join(KOLOMMEN),
                )
            )
        if kolom in letters:
            raise BadInput(_("Cell %(cell)s: the column %(name)s is there twice.", cell=cell, name=kolom))
        if kolom:
            letters[kolom] = get_column_letter(number)
        names.append(kolom)
    if "organisatie" not in letters:
        raise BadInput(
            _("The first row has no column “organisatie”. Use the header of the template, as the first row.")
        )
    return letters, names


def _kolom(text: str) -> str | None:
    plain = re.sub(r"[\s_:*-]", "", text).casefold()
    return {kolom.replace("-", ""): kolom for kolom in KOLOMMEN}.get(_ALSO.get(plain, plain))


def _regel(nummer: int, names: Sequence[str | None], row: Sequence[Cell]) -> Regel:
    cellen, fouten = {}, {}
    for number, (text, wrong) in enumerate(row, 1):
        kolom = names[number - 1] if number <= len(names) else None
        if kolom is None and (text or wrong):
            raise BadInput(
                _(
                    "Cell %(cell)s has a content, but its column has no name in the first row.",
                    cell=f"{get_column_letter(number)}{nummer}",
                )
            )
        if kolom and text:
            cellen[kolom] = text
        if kolom and wrong and not (wrong is Leesfout.DATUM and kolom in DAGEN):
            fouten[kolom] = wrong
    return Regel(nummer, cellen, fouten)


def _text(value: str) -> Cell:
    """Take a text as people read it, one space between words; signs that cannot be seen are refused."""
    plain = " ".join(value.split())
    if len(plain) > _LONGEST:
        return "", Leesfout.LANG
    return plain, None if plain.isprintable() else Leesfout.TEKENS


# CSV -----------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> Iterator[Sequence[Cell]]:
    text = _decoded(content)
    # Strict, or a quotation mark that is never closed would swallow the rest of the list in silence.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    number = 0
    try:
        for row in reader:
            number += 1
            yield [_of_csv(value) for value in row[: _MOST_COLUMNS + 1]]
    except csv.Error as broken:
        raise BadInput(
            _(
                "Row %(number)s cannot be read: its quotation marks do not fit, or a cell is far too long.",
                number=number + 1,
            )
        ) from broken


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not (encoding == "cp1252" and _GARBLED.search(text)):
            return text
    raise BadInput(
        _("This file is not written as UTF-8, UTF-16 or Windows-1252. Save it as “CSV UTF-8”, or as .xlsx.")
    )


def _separator(text: str) -> str:
    first = text.partition("\n")[0][:_LONGEST]
    known = {separator: sum(map(bool, map(_kolom, first.split(separator)))) for separator in _SEPARATORS}
    quoted = {separator: first.count(f'"{separator}"') for separator in _SEPARATORS}
    return max(
        _SEPARATORS, key=lambda separator: (known[separator], quoted[separator], first.count(separator))
    )


def _of_csv(value: str) -> Cell:
    if value.lstrip().startswith("="):
        return "", Leesfout.FORMULE
    return _text(value[1:] if _PROTECTED.match(value) else value)


# XLSX ----------------------------------------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[Sequence[Cell]]:
    try:
        _refuse_bomb(content)
        with warnings.catch_warnings(action="ignore"):  # of what we don't read, such as print settings
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size may be a lie
            yield from ([_of_xlsx(cell) for cell in row] for row in sheet.iter_rows(max_row=MOST_ROWS + 2))
    except BadInput:
        raise
    except Exception as broken:
        raise BadInput(
            _("This file cannot be read as .xlsx. Open it in your spreadsheet program and save it anew.")
        ) from broken


def _refuse_bomb(content: bytes) -> None:
    """Measure what is inside before anything reads it: a part never unpacks to more than it says."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        fits = len(parts) <= _MOST_PARTS and sum(part.file_size for part in parts) <= _MOST_UNPACKED
        if not fits or sum(_tags(package.open(part)) for part in parts) > _MOST_TAGS:
            raise BadInput(_large())
        names = [part.filename.casefold() for part in parts]
        with_macros = any(name.endswith("vbaproject.bin") for name in names)
        if with_macros or b"macroEnabled" in package.read("[Content_Types].xml"):
            raise BadInput(_macros())


def _large() -> str:
    return _("This file is far larger inside than a list needs. Save the list anew.")


def _tags(part: Any) -> int:
    with part:
        chunks: Iterable[bytes] = iter(lambda: part.read(2**16), b"")
        return sum(chunk.count(b"<") for chunk in chunks)


def _of_xlsx(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return _EMPTY
    if cell.data_type in ("f", "e"):
        return "", Leesfout.FORMULE if cell.data_type == "f" else Leesfout.FOUTWAARDE
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d"), Leesfout.DATUM
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _text(str(value))
