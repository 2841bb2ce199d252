"""What the worker looks after besides the outbox, once a minute: who is reminded, what is forgotten."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app

from app.extensions import db
from app.services import afspraken, invoer, schooltermijn

# Each queues what is due at a moment, once however many workers there are, and says how much that was.
REMINDERS: tuple[Callable[[datetime], int], ...] = (afspraken.remind, schooltermijn.remind, invoer.forget)


def due(moment: datetime) -> int:
    """Queue every reminder that is due at `moment`; give how many. One that breaks off holds up no other."""
    return sum(_queued(remind, moment) for remind in REMINDERS)


def _queued(remind: Callable[[datetime], int], moment: datetime) -> int:
    try:
        return remind(moment)
    except Exception as error:  # noqa: BLE001 - the mails that wait and the other reminders go on
        db.session.rollback()
        # The type alone: what a database says may quote a row.
        current_app.logger.error("reminders broke off: %s", type(error).__name__)
        return 0
