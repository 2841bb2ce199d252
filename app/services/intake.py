"""What a document may be: the allow-list by name and content, a sentence for each refusal, harmless names."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, TypeAlias

import puremagic
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.errors import PortalError
from app.services import clean, content, passing
from app.services.passing import Passing, Readable

Sentence: TypeAlias = LazyString | str
NAME_LENGTH = 150  # characters, the ending included
_CHUNK = 2**20  # bytes: what gunicorn reads at once, so that it copies least
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # device names on Windows
_ENDING = re.compile(r"\.([0-9A-Za-z]{1,10})")


class FileRefused(PortalError):
    """This kind of file is not taken; the sentence says why and what to do instead."""

    status = 415
    sentence = _l(
        "This kind of file cannot be added. Use PDF, Word, Excel, PowerPoint, a photo or plain text."
    )


@dataclass(frozen=True)
class FileType:
    """One line of the allow-list: what it is, how its name ends, who looks inside and who cleans it.

    A kind whose `check` is a Passing is looked at while it comes in; any other needs to go back and forth.
    """

    mimetype: str
    endings: tuple[str, ...]
    check: Callable[[BinaryIO], None] | type[Passing]
    cleaner: clean.Cleaner | None
    mismatch: Sentence
    magic: bool = True

    def inspect(self, file: BinaryIO) -> None:
        """Look inside, in little memory; raise FileRefused unless the file is what its name says."""
        head = content.head(file)
        self._refuse_signs(head)
        file.seek(0)
        with self._said():
            looking = self.check(file)
            while looking and looking.read(_CHUNK):
                pass
        self._refuse_unlike(head)

    @property
    def is_taken_at_once(self) -> bool:
        """Tell whether what comes in can be looked at and cleaned on its way."""
        return isinstance(self.check, type)

    def take(self, stream: Readable, out: BinaryIO) -> None:
        """Write to `out` what is kept of `stream`, and raise FileRefused as `inspect` and `clean` do."""
        if not isinstance(self.check, type):
            raise TypeError(self.mimetype)
        with self._said():
            looking = self.check(stream)
            self._refuse_signs(looking.head)
            self._refuse_unlike(looking.head)
            (self.cleaner or _copy)(looking, out)

    def clean(self, file: BinaryIO, out: BinaryIO) -> bool:
        """Write what is kept instead of `file` to `out`; False when it stays as it is.

        Raises FileRefused when it can't be made safe; what `out` has then is worth nothing.
        """
        if self.cleaner is None:
            return False
        file.seek(0)
        with self._said():
            self.cleaner(file, out)
        return True

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except content.Damaged as damaged:
            raise FileRefused(_DAMAGE.get(damaged.why, self.mismatch)) from damaged

    def _refuse_signs(self, head: bytes) -> None:
        if not head:
            raise FileRefused(_l("This file is empty."))
        for kind, signs in content.REFUSED_SIGNS:
            if signs(head):
                raise FileRefused(REFUSED[kind])

    def _refuse_unlike(self, head: bytes) -> None:
        if self.magic and not self._looks_right_to_puremagic(head):
            raise FileRefused(self.mismatch)

    def _looks_right_to_puremagic(self, head: bytes) -> bool:
        try:
            found = puremagic.magic_string(head)
        except puremagic.PureError:
            return False
        return any(match.extension.lstrip(".") in self.endings for match in found)


def _copy(looking: Readable, out: BinaryIO) -> None:
    while chunk := looking.read(_CHUNK):
        out.write(chunk)


_office = _l(
    "The name says that this is an Office document, but it is something else inside. Save it again as PDF."
)
_photo = _l(
    "The name says that this is a photo, but it is something else inside. Save it again as JPEG or PNG."
)

ALLOWED: tuple[FileType, ...] = (
    FileType(
        "application/pdf", ("pdf",), passing.Pdf, clean.pdf,
        _l("The name says that this is a PDF, but it is something else inside. Save it again as PDF."),
    ),
    FileType(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",),
        content.ooxml(b"wordprocessingml.document.main+xml"), clean.office("ooxml"), _office,
    ),
    FileType(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",),
        content.ooxml(b"spreadsheetml.sheet.main+xml"), clean.office("ooxml"), _office,
    ),
    FileType(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",),
        content.ooxml(b"presentationml.presentation.main+xml"), clean.office("ooxml"), _office,
    ),
    FileType(
        "application/vnd.oasis.opendocument.text", ("odt",),
        content.opendocument(b"application/vnd.oasis.opendocument.text"), clean.office("opendocument"),
        _office,
    ),
    FileType("image/jpeg", ("jpg", "jpeg"), content.jpeg, clean.photo("JPEG"), _photo),
    FileType("image/png", ("png",), content.png, clean.photo("PNG"), _photo),
    FileType("image/tiff", ("tif", "tiff"), content.tiff, clean.photo("TIFF"), _photo),
    FileType(
        "text/plain", ("txt",), passing.Text, None,
        _l("The name says that this is plain text, but it is something else inside. Save it as PDF."),
        magic=False,
    ),
)  # fmt: skip

REFUSED: dict[str, Sentence] = {
    "program": _l("Programs and scripts cannot be added."),
    "page": _l(
        "Web pages and drawings with code inside (HTML, SVG, XML) cannot be added. Save the page as PDF."
    ),
    "archive": _l("Archives such as ZIP cannot be added. Unpack it and add the documents one by one."),
    "old": _l(
        "This is an old kind of Office document, or it is locked with a password."
        " Save it without a password as .docx, .xlsx or .pptx, or as PDF."
    ),
    "macro": _l("Documents with macros cannot be added. Save it without macros, or as PDF."),
    "photo": _l("This kind of picture cannot be added. Save it as JPEG or PNG."),
    "film": _l("Film and sound cannot be added."),
    "mail": _l("E-mail messages cannot be added. Print the message to PDF and add that."),
}
_DAMAGE: dict[str, Sentence] = {
    "macro": REFUSED["macro"],
    "locked": _l("This document is locked with a password. Save it without a password."),
    "incomplete": _l("This file is damaged or incomplete. Open it, save it again and add it once more."),
    "bomb": _l("This file unfolds to something far too large. Save it as PDF."),
    "loads": _l("This document holds or fetches parts of other files. Save it as PDF and add that."),
    "heavy": _l("This file is too complicated to check. Print it to PDF, or split it, and add that."),
    "collection": _l("This PDF is a collection of documents. Save each of them as a PDF of its own."),
    "form": _l("This form opens in Adobe Reader only. Print it to PDF and add that."),
    "pixels": _l("This picture is too large to open: it has too many pixels. Make it smaller first."),
}
_REFUSED_ENDINGS: dict[str, str] = {
    ending: kind
    for kind, endings in {
        "program": "exe com bat cmd msi msix scr pif cpl dll sys ps1 psm1 js jse mjs vbs vbe wsf wsh"
        " hta jar class app dmg pkg deb rpm appimage apk sh bash py pyc pl rb php asp aspx jsp lnk url reg"
        " inf scf desktop chm xll",
        "page": "html htm xhtml shtml xht mht mhtml svg svgz xml xsl xslt css swf",
        "archive": "zip rar 7z tar gz tgz bz2 xz zst cab iso img vhd vhdx ace arj lzh z",
        "old": "doc dot xls xlt ppt pot pps rtf wps pub mdb accdb one",
        "macro": "docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam sldm",
        "photo": "heic heif webp gif bmp avif psd raw cr2 nef dng ico eps ai wmf emf",
        "film": "mp4 mov avi mkv wmv webm m4v 3gp mpg mpeg mp3 m4a wav aac ogg flac wma",
        "mail": "eml msg pst mbox",
    }.items()
    for ending in endings.split()
}
_NO_ENDING = _l("The name of this file has no ending, such as .pdf. Save it again as PDF.")
_OF_ENDING = {ending: of for of in ALLOWED for ending in of.endings}
ACCEPT = ",".join(f".{ending}" for ending in _OF_ENDING)
ACCEPT_TEXT = _l("PDF, Word, Excel, PowerPoint, photo or plain text")


def file_type(naam: str) -> FileType:
    """Give the line of the allow-list that a cleaned name asks for; raise FileRefused when there is none."""
    ending = _ending(naam)
    if not ending:
        raise FileRefused(_NO_ENDING)
    if ending in _OF_ENDING:
        return _OF_ENDING[ending]
    raise FileRefused(REFUSED[_REFUSED_ENDINGS[ending]] if ending in _REFUSED_ENDINGS else None)


def refusals() -> list[dict[str, Any]]:
    """Give the sentences of `file_type`, each with its endings in lower case; "" is a name without one."""
    found = [{"sentence": str(_NO_ENDING), "endings": [""]}]
    for kind, sentence in REFUSED.items():
        its = [ending for ending, of in _REFUSED_ENDINGS.items() if of == kind]
        found.append({"sentence": str(sentence), "endings": its})
    return found


def clean_name(naam: str) -> str:
    """Make the name of a file harmless to show and to save: no path, nothing invisible, not too long.

    The ending, when there is one, stays; what is left without a name is called after what it is.
    """
    naam = clean_text(naam.replace("\\", "/").rpartition("/")[2])
    naam = re.sub(r'[<>:"|?*]', "-", naam).rstrip(" .")
    ending = _ending(naam)
    stem = (naam[: -len(ending) - 1] if ending else naam).strip(" .")
    if _RESERVED.fullmatch(stem.partition(".")[0]):
        stem = f"_{stem}"
    stem = stem[: NAME_LENGTH - len(ending) - 1].rstrip(" .") or "bijlage"
    return f"{stem}.{ending}" if ending else stem


def clean_text(text: str) -> str:
    """Drop control, direction and zero-width characters, and fold white space to single spaces."""
    spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in spaced if unicodedata.category(c)[0] != "C").split())


def download_name(nummer: str, soort: str, day: date, mimetype: str, *, nth: int = 1) -> str:
    """Give the name under which a document is saved: `JK-2026-7HK4QM Observatieverslag 2026-05-03.pdf`.

    Nothing in it was typed by anybody: no name of a child gets into a list of downloads. The second of a
    kind and a day is ` (2)`.
    """
    endings = next((of.endings for of in ALLOWED if of.mimetype == mimetype), ("bin",))
    again = f" ({nth})" if nth > 1 else ""
    return f"{clean_name(f'{nummer} {soort} {day.isoformat()}{again}')}.{endings[0]}"


def _ending(naam: str) -> str:
    last = naam.rpartition(".")
    found = _ENDING.fullmatch("." + last[2]) if last[1] else None
    return found[1].lower() if found else ""
