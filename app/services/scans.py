"""The virus scan of documents: the worker's side, which never gives up, and what people are told of it."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update

from app.access import Person, as_system, person_for, recipients
from app.errors import Conflict
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.models.base import now
from app.services import bijlage_reeks, keys, log, notices, scanner, store, wording
from app.services.outbox import queue
from app.terms import Actie, Controle

INFECTED = "bijlage_besmet"
# Longer than one scan takes. Who scans, holds a document for so long; then anybody tries it again.
LEASE = timedelta(minutes=15)
POLL_SECONDS = 1
AGAIN_SECONDS = 30  # after the scanner was down
_LATE = timedelta(minutes=5)  # a scan takes seconds: longer is worth telling


class BeingChecked(Conflict):
    """A document waits for the scan."""

    heading = _l("You cannot open this yet")
    sentence = _l("This document is being checked for viruses. Please try again in a moment.")
    advice = _l("You need not do anything: the check goes on by itself.")


class HasVirus(Conflict):
    """The scan found something in a document."""

    heading = _l("You cannot open this document")
    sentence = _l("There is a virus in this document. Nobody can open it.")
    advice = _l(
        "Was it your document? Have your computer checked, and add the document once more without the virus."
    )


def refuse_unchecked(bijlage: Bijlage) -> None:
    """Raise BeingChecked or HasVirus while the scan does not let the bytes of a document out."""
    if bijlage.controle is Controle.WACHT:
        raise BeingChecked
    if not bijlage.is_released:
        raise HasVirus


def first() -> Controle:
    """Give where the scan of a new document stands."""
    return Controle.WACHT if scanner.is_on() else Controle.OVERGESLAGEN


@contextmanager
def beside() -> Iterator[None]:
    """Scan in a thread of its own while the block runs: whatever the scanner does, the block waits for none.

    At its end a scan in hand is broken off: its document waits for who scans next.
    """
    ended = threading.Event()
    portal = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    thread = threading.Thread(target=_go_on, args=(portal, ended), name="scans")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _go_on(portal: Flask, ended: threading.Event) -> None:
    with portal.app_context():
        while not ended.is_set():
            judged: int | None = None
            try:
                try:
                    judged = due(stop=ended.is_set)
                finally:
                    db.session.remove()
            except Exception as error:  # noqa: BLE001 - such as a database that restarts
                # The type alone: what a database says may quote a row.
                current_app.logger.error("a round of the virus scan broke off: %s", type(error).__name__)
            if not judged:
                ended.wait(AGAIN_SECONDS if judged is None else POLL_SECONDS)


def due(
    moment: datetime | None = None, *, limit: int = 5, stop: Callable[[], bool] = lambda: False
) -> int | None:
    """Scan at most `limit` documents that wait; give how many were judged, None when the scanner is down.

    Each is claimed, scanned and settled by itself; several workers share the work. What could not be judged
    waits for its next turn, however often.
    """
    if not scanner.is_on():
        return 0
    judged = 0
    for _number in range(limit):
        claim = None if stop() else _claim(moment or now())
        if claim is None:
            break
        try:
            judged += _scan(*claim, stop)
        except scanner.Unreachable:
            if not stop():
                current_app.logger.warning("the virus scanner does not answer")
            return None
        except (scanner.NotScanned, store.StoreUnavailable, keys.KeyLost) as why:
            current_app.logger.error("document %s could not be scanned: %s", claim[0], type(why).__name__)
    return judged


def waiting_since(*where: ColumnElement[bool]) -> tuple[int, datetime | None]:
    """Count the documents that wait for the scan, as far as one may see them, and say since when."""
    query = select(func.count(Bijlage.id), func.min(Bijlage.toegevoegd_op)).where(
        Bijlage.controle == Controle.WACHT, *where
    )
    count, since = db.session.execute(query).one()
    return int(count), since


def late(by: Person, hulpvraag: Hulpvraag | None = None) -> str | None:
    """Say to JK staff that documents of the SWV, or of one dossier, wait long, and since when."""
    if not by.is_jk_staff or not scanner.is_on():
        return None
    where = [Bijlage.swv_id == by.swv_id, Bijlage.toegevoegd_op < now() - _LATE]
    if hulpvraag is not None:
        where.append(Bijlage.hulpvraag_id == hulpvraag.id)
    count, since = waiting_since(*where)
    if since is None or not count:
        return None
    return _(
        "The virus scanner does not answer. Documents wait for their check since %(when)s, and cannot be"
        " opened until then. You need not do anything: it goes on by itself.",
        when=wording.moment(since),
    )


def _claim(moment: datetime) -> tuple[uuid.UUID, datetime] | None:
    """Take the next document for LEASE; give its id and the moment of this turn, which alone settles it."""
    b = Bijlage
    free = (
        b.controle == Controle.WACHT,
        or_(b.gecontroleerd_op.is_(None), b.gecontroleerd_op <= moment - LEASE),
    )
    query = (
        select(b.id).where(*free).order_by(b.gecontroleerd_op.is_not(None), b.toegevoegd_op, b.id).limit(1)
    )
    with as_system("the scan takes its next document", across_swvs=True):
        while (key := db.session.scalar(query.with_for_update(skip_locked=True))) is not None:
            taken = _update(key, *free, gecontroleerd_op=moment)
            db.session.commit()
            if taken:
                return key, moment
        db.session.rollback()
    return None


def _scan(key: uuid.UUID, turn: datetime, stop: Callable[[], bool]) -> int:
    """Let the scanner read a document, and write what it says; no transaction waits for it."""
    db.session.expire_all()
    with as_system("the virus scan reads every document", across_swvs=True):
        bijlage = db.session.scalars(select(Bijlage).where(Bijlage.id == key)).one()
        file = store.read(bijlage)
        db.session.rollback()
        try:
            with file:
                infected = scanner.finds_virus(file, stop)
        except scanner.Unreachable as away:
            # When it answers, it is this document on which it hangs or falls over: others go first.
            if not stop() and scanner.answers():
                raise scanner.NotScanned from away
            _update(key, *_mine(turn), gecontroleerd_op=None)
            db.session.commit()
            raise
        return int(_settle(key, turn, Controle.BESMET if infected else Controle.SCHOON))


def _settle(key: uuid.UUID, turn: datetime, outcome: Controle) -> bool:
    if outcome is Controle.BESMET:
        bijlage_reeks.hold(key)
    mine = _update(key, *_mine(turn), controle=outcome, gecontroleerd_op=now())
    if mine:
        db.session.expire_all()
        bijlage = db.session.scalars(select(Bijlage).where(Bijlage.id == key)).one()
        if outcome is Controle.BESMET:
            log.record(Actie.VIRUS, row=bijlage, gelukt=False)
            bijlage_reeks.restore(bijlage)
            _tell(bijlage)
        else:
            log.record(Actie.WIJZIGEN, row=bijlage, grond="controle", oud=Controle.WACHT, nieuw=outcome)
    db.session.commit()
    return mine


def _tell(bijlage: Bijlage) -> None:
    """Tell who added it, and the JK specialist, else the contact persons JK."""
    hulpvraag = db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == bijlage.hulpvraag_id)).one()
    places = (bijlage.organisation_id, bijlage.swv_id)  # JK staff replace what is another organisation's
    uploader = next(filter(None, (person_for(bijlage.toegevoegd_door_id, place) for place in places)), None)
    for person in recipients(hulpvraag, [uploader]) if uploader else []:
        queue(INFECTED, to=person, hulpvraag=hulpvraag)
    notices.tell_swv(INFECTED, hulpvraag, without=bijlage.toegevoegd_door_id)


def _mine(turn: datetime) -> tuple[ColumnElement[bool], ...]:
    return Bijlage.controle == Controle.WACHT, Bijlage.gecontroleerd_op == turn


def _update(key: uuid.UUID, *where: Any, **values: Any) -> bool:
    query = update(Bijlage).where(Bijlage.id == key, *where).values(**values)
    done = db.session.execute(query.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount == 1
