"""Documents as pictures: a PDF's pages and photos, drawn by a program of its own within bounds."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from flask_babel import lazy_gettext as _l

from app.errors import PortalError

MOST_PAGES = 200  # shown of one document; who wants the rest downloads it
WIDTH = 1240  # pixels of a page: A4 at 150 dots an inch
SMALL = 144  # pixels of a thumbnail, shown half as wide
KINDS: Mapping[str, str] = {
    "application/pdf": "pdf",
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/tiff": "photo",
}
_PROGRAM = f"{__file__.removesuffix('render.py')}drawing.py"
_SECONDS = 15  # of waiting, at most
_LARGEST = 100 * 10**6  # bytes: the program holds the document in its memory
_turn = threading.Lock()  # one program at once, of one process
_logger = logging.getLogger(__name__)


class CannotBeShown(PortalError):
    """The document can't be drawn: damaged, too large, or made to be so."""

    status = 422
    sentence = _l("This document cannot be shown here. You can download it and open it on your computer.")


class TakesTooMuch(CannotBeShown):
    """Drawing it was ended: whoever tries it again waits as long for as little."""


@dataclass(frozen=True)
class Sheet:
    """One page that can be drawn: its size in pixels as drawn, and the words on it, if there are."""

    number: int
    width: int
    height: int
    text: str = ""


@dataclass(frozen=True)
class Sheets:
    """The pages that are shown, of `total`."""

    shown: tuple[Sheet, ...]
    total: int


def can_draw(mimetype: str) -> bool:
    """Tell whether documents of this kind are shown as pictures."""
    return mimetype in KINDS


def sheets(file: BinaryIO, mimetype: str) -> Sheets:
    """List the pages of a document. Raises CannotBeShown."""
    said = _ask(file, mimetype, "pages", MOST_PAGES)
    try:
        found = json.loads(said)
        grows = KINDS[mimetype] == "pdf"  # a small photo stays small
        pages = [_sheet(number, *page, grows=grows) for number, page in enumerate(found["pages"], 1)]
        return Sheets(tuple(pages), int(found["total"]))
    except (ValueError, TypeError, KeyError, ArithmeticError) as wrong:
        raise CannotBeShown from wrong


def picture(file: BinaryIO, mimetype: str, number: int = 1, width: int = WIDTH) -> bytes:
    """Draw one page, the first is 1, as WebP. Raises CannotBeShown, also for a page that is not there."""
    return _ask(file, mimetype, "small" if width == SMALL else "draw", number, width)


def _sheet(number: int, wide: float, high: float, text: str, *, grows: bool) -> Sheet:
    width = WIDTH if grows or wide > WIDTH else max(1, round(wide))
    return Sheet(number, width, max(1, round(width * high / wide)), str(text).strip())


def _ask(file: BinaryIO, mimetype: str, act: str, *numbers: int) -> bytes:
    """Let the program do one act, with an empty environment: it has no business with the portal's keys."""
    content = file.read(_LARGEST + 1)
    if mimetype not in KINDS or len(content) > _LARGEST:
        raise CannotBeShown
    command = [sys.executable, "-I", _PROGRAM, KINDS[mimetype], act, *map(str, numbers)]
    try:
        with _turn:
            done = subprocess.run(  # noqa: S603 - our own program, and only words and numbers of ours
                command,
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what it says can hold a child's name
                timeout=_SECONDS,
                env={},
                check=False,
            )
    except subprocess.TimeoutExpired as slow:
        _logger.warning("a document takes too long to draw")
        raise TakesTooMuch from slow
    if done.returncode < 0:
        _logger.warning("a document takes too much to draw: the program was ended by %s", -done.returncode)
        raise TakesTooMuch
    if done.returncode or not done.stdout:
        _logger.warning("a document can't be drawn: the program ended with %s", done.returncode)
        raise CannotBeShown
    return done.stdout
