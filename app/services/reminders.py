"""What the portal reminds people of by itself: each a function that gives how many it told."""

from collections.abc import Callable
from datetime import datetime

from app.services import afspraken

REMINDERS: tuple[Callable[[datetime], int], ...] = (afspraken.remind,)


def due(moment: datetime) -> int:
    """Tell everybody who is to be reminded at `moment`; give how many times."""
    return sum(remind(moment) for remind in REMINDERS)
