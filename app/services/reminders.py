"""What the worker looks after besides the outbox, once a minute: what people are reminded of."""

from collections.abc import Callable
from datetime import datetime

from app.services import afspraken, schooltermijn

# Each queues what is due at a moment, once however many workers there are, and says how much that was.
REMINDERS: tuple[Callable[[datetime], int], ...] = (afspraken.remind, schooltermijn.remind)


def due(moment: datetime) -> int:
    """Queue every reminder that is due at `moment`; give how many."""
    return sum(remind(moment) for remind in REMINDERS)
