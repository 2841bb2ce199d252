"""A look at a document within the portal: its pages as pictures, its words, what comes before and after."""

import codecs
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import access
from app.access import Person
from app.errors import NotFound
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.services import bijlagen, log, render, scans, store, thumbnails
from app.terms import Actie, Verb

_MOST_WORDS = 200_000  # characters of a text that are shown
_MOST_FAILED = 300  # that one process remembers
_PATIENCE = 15  # seconds of drawing after which no other document is begun
_FAILED_FOR = 600  # seconds until a document that could not be drawn is tried again
_one_at_a_time = threading.Lock()
TEXT = "text/plain"


@dataclass(frozen=True)
class Look:
    """What is shown: `sheets`, or `text`; neither when this kind of document is only downloaded."""

    sheets: render.Sheets | None = None
    text: str | None = None
    cut: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Neighbours:
    """Where a document stands among those of its dossier that the person can open, which are `rows`.

    `number` is None for one that does not count any more.
    """

    rows: Sequence[Bijlage]
    number: int | None
    previous: Bijlage | None
    next: Bijlage | None


def look(bijlagen: Sequence[Bijlage], by: Person) -> list[Look]:
    """Show documents of one dossier, after that is in the log. Conflict while the scan holds one of them."""
    for bijlage in bijlagen:
        _require(bijlage, by)
    with ExitStack() as opened:
        _fetch_keys(bijlagen)
        files = [opened.enter_context(store.open_(it)) if can_show(it) else None for it in bijlagen]
        at, swv_id = bijlagen[0].hulpvraag_id, bijlagen[0].swv_id
        for actie, is_shown in ((Actie.BEKIJKEN, True), (Actie.LEZEN, False)):
            keys = [it.id for it in bijlagen if can_show(it) is is_shown]
            log.record_each(actie, Bijlage.__name__, keys, hulpvraag_id=at, swv_id=swv_id)
        db.session.commit()  # drawing takes a while: hold no transaction meanwhile
        until = time.monotonic() + _PATIENCE
        return [_shown(it, file, until) if file else Look() for it, file in zip(bijlagen, files, strict=True)]


def _fetch_keys(bijlagen: Sequence[Bijlage]) -> None:
    query = select(Bijlage).where(Bijlage.id.in_([it.id for it in bijlagen]))
    db.session.scalars(query.options(undefer(Bijlage.datasleutel))).all()


def _shown(bijlage: Bijlage, file: BinaryIO, until: float) -> Look:
    if bijlage.mimetype == TEXT:
        text, cut = _decoded(file.read(4 * _MOST_WORDS))
        return Look(text=text, cut=cut or bijlage.grootte > 4 * _MOST_WORDS)
    if time.monotonic() > until:
        return Look(failed=True)
    try:
        with _not_again(bijlage, render.TakesTooMuch):
            return Look(sheets=render.sheets(file, bijlage.mimetype))
    except render.CannotBeShown:
        return Look(failed=True)


def sheet(bijlage: Bijlage, number: str, by: Person) -> bytes:
    """Draw one page of a document that is being looked at, as WebP; NotFound when there is none."""
    _require(bijlage, by)
    known = number.isascii() and number.isdigit() and len(number) < 4
    if not known or not 1 <= int(number) <= render.MOST_PAGES or not render.can_draw(bijlage.mimetype):
        raise NotFound
    with store.open_(bijlage) as file:
        log.still_looking(Actie.BEKIJKEN, bijlage)
        with _not_again(bijlage, render.TakesTooMuch):
            return render.picture(file, bijlage.mimetype, int(number))


def thumbnail(bijlage: Bijlage, by: Person) -> bytes:
    """Give the small picture of the first page, as WebP; NotFound when it has none."""
    _require(bijlage, by)
    if not has_thumbnail(bijlage):
        raise NotFound
    log.still_looking(Actie.LEZEN, bijlage)
    return _kept(bijlage)


def has_thumbnail(bijlage: Bijlage) -> bool:
    """Tell whether a small picture goes with this document: not before the virus scan lets it out."""
    return bijlage.is_released and bijlage.ingetrokken_op is None and render.can_draw(bijlage.mimetype)


def can_show(bijlage: Bijlage) -> bool:
    """Tell whether this kind of document is shown at all; an Office document is downloaded."""
    return bijlage.mimetype == TEXT or render.can_draw(bijlage.mimetype)


def neighbours(bijlage: Bijlage) -> Neighbours:
    """Find the documents of its dossier that open, and which of them come before and after this one."""
    at = Hulpvraag(id=bijlage.hulpvraag_id)
    rows: Sequence[Bijlage] = [row for row in bijlagen.of(at) if row.is_released]
    place = next((number for number, row in enumerate(rows) if row.id == bijlage.id), None)
    if place is None:
        return Neighbours(rows, None, None, None)
    before = rows[place - 1] if place else None
    after = rows[place + 1] if place + 1 < len(rows) else None
    return Neighbours(rows, place + 1, before, after)


def _require(bijlage: Bijlage, by: Person) -> None:
    access.require(by, Verb.READ, bijlage)
    scans.refuse_unchecked(bijlage)


def _kept(bijlage: Bijlage) -> bytes:
    """Give the thumbnail from the memory of this process, or draw it."""
    if found := thumbnails.get(bijlage.id):
        return found
    with _not_again(bijlage, render.CannotBeShown), store.open_(bijlage) as file:
        db.session.commit()
        made = render.picture(file, bijlage.mimetype, width=render.SMALL)
    thumbnails.keep(bijlage.id, made)
    return made


@contextmanager
def _not_again(bijlage: Bijlage, failure: type[render.CannotBeShown]) -> Iterator[None]:
    """Draw, unless this failed so some minutes ago: a document is in a list that is opened all the time."""
    failed: OrderedDict[object, float] = current_app.extensions.setdefault("not_drawn", OrderedDict())
    key = (bijlage.id, failure)
    with _one_at_a_time:
        if failed.get(key, 0) > time.monotonic():
            raise failure
    try:
        yield
    except failure:
        with _one_at_a_time:
            failed[key] = time.monotonic() + _FAILED_FOR
            while len(failed) > _MOST_FAILED:
                failed.popitem(last=False)
        raise


def _decoded(content: bytes) -> tuple[str, bool]:
    """Read plain text as the intake does; the end of what was cut may be half a character."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", "ignore")
    else:
        try:
            text = codecs.getincrementaldecoder("utf-8-sig")().decode(content)
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return text[:_MOST_WORDS], len(text) > _MOST_WORDS
