"""Mail: the worker's side of the outbox and the only module that knows SMTP; names what services call."""

import re
import smtplib
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.charset import QP, Charset
from typing import Any, cast

import flask_mail
from flask import current_app
from sqlalchemy import CursorResult, or_, select, update

from app.access import as_system
from app.extensions import db
from app.extensions import mail as flask_mailer
from app.models import Bericht
from app.models.base import now
from app.services import anchor, log, reminders, scans, seal
from app.services.berichten import undelivered, unread_count
from app.services.letters import Letter, compose
from app.services.outbox import may_still_know, queue, queue_account_mail
from app.services.told import queue_status_mail
from app.terms import Actie, BerichtStatus, MailFout

__all__ = [
    "deliver_due",
    "post",
    "queue",
    "queue_account_mail",
    "queue_status_mail",
    "run",
    "undelivered",
    "unread_count",
]

# Longer than a whole try takes with MAIL_TIMEOUT at each of its steps.
LEASE = timedelta(minutes=2)
# The wait after each try that failed; after the last one, two days later, it becomes a task.
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, *(240,) * 12))
POLL_SECONDS = 1
REMIND_SECONDS = 60
_PLAIN_ADDRESS = re.compile(r"[!#-'*+\-/-9=?A-Z^-~.]+@[^\s@<>,;:\"()\[\]\\]+", re.ASCII)


class _Undeliverable(Exception):
    """The mail server will never take this mail."""

    def __init__(self, fout: MailFout) -> None:
        super().__init__(fout)
        self.fout = fout


class _NotNow(Exception):
    """The mail server can't be reached, or asks to come back later."""


def deliver_due(
    moment: datetime | None = None, *, limit: int = 100, stop: Callable[[], bool] = lambda: False
) -> int:
    """Try to send at most `limit` messages that are due at `moment` (default: now); give how many were sent.

    Each is claimed, tried and settled by itself; several workers share the work. `stop` is asked in between.
    """
    sent = 0
    for _number in range(limit):
        claim = None if stop() else _claim(moment or now())
        if claim is None:
            break
        sent += _deliver(*claim, moment=moment or now())
    return sent


def run(stop: Callable[[], bool]) -> None:
    """Deliver and scan until `stop` says so. A defect or a lost database ends a try, never the worker."""
    next_minute = 0.0

    def enough() -> bool:
        """Tell whether the mail is to wait: one that hangs must not hold up what is done each minute."""
        return stop() or time.monotonic() >= next_minute

    with scans.beside():
        while not stop():
            done = 0
            try:
                if time.monotonic() >= next_minute:
                    try:
                        _each_minute()
                    finally:
                        next_minute = time.monotonic() + REMIND_SECONDS
                done = deliver_due(stop=enough)
            except Exception as error:  # noqa: BLE001 - such as a database that restarts
                # The type alone: what a database says may quote a row.
                current_app.logger.error("a round of the worker broke off: %s", type(error).__name__)
            finally:
                db.session.remove()
            if not done and not stop():
                time.sleep(POLL_SECONDS)


def _each_minute() -> None:
    """Remind, seal and anchor: none of these waits for another one to be mended."""
    jobs: dict[str, Callable[[datetime], object]] = {
        "reminders": reminders.due,
        "seals on the log": seal.due,
        "anchor of the log": lambda moment: anchor.due(moment, post),
    }
    for name, job in jobs.items():
        try:
            job(now())
        except Exception as error:  # noqa: BLE001 - such as a database that restarts, or a file that is away
            current_app.logger.error("the worker could not do the %s: %s", name, type(error).__name__)
        finally:
            db.session.remove()


def _claim(moment: datetime) -> tuple[uuid.UUID, int] | None:
    """Take the next message for LEASE; give its id and the number of this try, which alone may settle it."""
    free = (
        Bericht.status == BerichtStatus.WACHT,
        or_(Bericht.bezig_tot.is_(None), Bericht.bezig_tot <= moment),
    )
    due = (
        select(Bericht.id, Bericht.pogingen)
        .where(*free, Bericht.volgende_poging <= moment)
        .order_by(Bericht.volgende_poging, Bericht.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with as_system("the outbox takes its next message"):
        while (found := db.session.execute(due).first()) is not None:
            key, tries = found
            taken = _update(
                key, *free, Bericht.pogingen == tries, bezig_tot=moment + LEASE, pogingen=tries + 1
            )
            db.session.commit()
            if taken:
                return key, tries + 1
        db.session.rollback()
    return None


def _deliver(key: uuid.UUID, tries: int, *, moment: datetime) -> int:
    db.session.expire_all()
    with as_system("the outbox sends"):
        bericht = db.session.scalars(select(Bericht).where(Bericht.id == key)).one()
        if not may_still_know(bericht):
            _settle(bericht, tries, BerichtStatus.VERVALLEN)
            return 0
        try:
            _send(_letter(bericht))
        except _Undeliverable as refused:
            _settle(bericht, tries, BerichtStatus.MISLUKT, fout=refused.fout)
            return 0
        except _NotNow:
            _later(bericht, tries, moment)
            return 0
        return int(_settle(bericht, tries, BerichtStatus.VERZONDEN, verzonden_op=now()))


def _letter(bericht: Bericht) -> Letter:
    """Write the mail and let go of the database: no transaction waits for a mail server."""
    try:
        letter = compose(bericht)
    except Exception as defect:
        current_app.logger.exception("message %s can't be written", bericht.id)
        raise _NotNow from defect
    finally:
        db.session.rollback()
    if not _PLAIN_ADDRESS.fullmatch(letter.to):
        raise _Undeliverable(MailFout.ADRES)
    return letter


def _later(bericht: Bericht, tries: int, moment: datetime) -> None:
    if tries > len(WAITS):
        _settle(bericht, tries, BerichtStatus.MISLUKT, fout=MailFout.ONBEREIKBAAR)
        return
    _update(bericht.id, Bericht.pogingen == tries, volgende_poging=moment + WAITS[tries - 1], bezig_tot=None)
    db.session.commit()


def _settle(bericht: Bericht, tries: int, status: BerichtStatus, **values: Any) -> bool:
    """Write the outcome and its log row in one commit; nothing when another worker has taken over since."""
    mine = _update(
        bericht.id,
        Bericht.status == BerichtStatus.WACHT,
        Bericht.pogingen == tries,
        status=status,
        bezig_tot=None,
        **values,
    )
    if mine:
        log.record(Actie.MAIL_VERZENDEN, row=bericht, gelukt=status is BerichtStatus.VERZONDEN)
    db.session.commit()
    return mine


def _update(key: uuid.UUID, *where: Any, **values: Any) -> bool:
    query = update(Bericht).where(Bericht.id == key, *where).values(**values)
    done = db.session.execute(query.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount == 1


def _send(letter: Letter) -> None:
    """Hand over one mail. What is wrong with the recipient is for good; anything else is tried again."""
    readable = Charset("utf-8")
    readable.body_encoding = QP
    message = flask_mail.Message(
        subject=letter.subject,
        recipients=[letter.to],
        body=letter.body,
        date=letter.date.timestamp(),
        charset=cast("str", readable),
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = letter.message_id
    try:
        with _Connection(flask_mailer.connect().mail) as connection:
            connection.send(message)
    except (flask_mail.BadHeaderError, UnicodeError) as bad:
        raise _Undeliverable(MailFout.ADRES) from bad
    except smtplib.SMTPRecipientsRefused as refused:
        raise _judged(*(code for code, _said in refused.recipients.values())) from refused
    except smtplib.SMTPDataError as refused:
        raise _judged(refused.smtp_code) from refused
    except (smtplib.SMTPException, OSError) as unreachable:
        current_app.logger.warning("the mail server does not take mail: %s", type(unreachable).__name__)
        raise _NotNow from unreachable


def post(address: str, subject: str, text: str) -> None:
    """Mail a few lines to an address of the operator's, outside the outbox; raises when nobody takes them."""
    message = flask_mail.Message(subject=subject, recipients=[address], body=text)
    with _Connection(flask_mailer.connect().mail) as connection:
        connection.send(message)


def _judged(*codes: int) -> Exception:
    permanent = all(500 <= code < 600 for code in codes)
    return _Undeliverable(MailFout.GEWEIGERD) if permanent else _NotNow()


class _Connection(flask_mail.Connection):
    """Flask-Mail's connection with a time limit, whose goodbye can't undo what was delivered."""

    def __enter__(self) -> "_Connection":
        self.host = self.configure_host()
        return self

    def __exit__(self, *error: object) -> None:
        if self.host is not None:
            try:
                self.host.quit()
            except (smtplib.SMTPException, OSError):
                self.host.close()

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect with a time limit for each step; debug output stays off, because it would print mails."""
        kind = smtplib.SMTP_SSL if self.mail.use_ssl else smtplib.SMTP
        host = kind(self.mail.server, self.mail.port, timeout=current_app.config["MAIL_TIMEOUT"])
        try:
            if self.mail.use_tls:
                host.starttls()
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host
