"""Days as people here count them, made into the moments from and until which something holds."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.errors import BadInput
from app.models.base import now
from app.services import wording

_HERE = ZoneInfo("Europe/Amsterdam")
_FURTHEST = timedelta(days=3653)
_MORNING = timedelta(hours=7)  # mail in the night wakes people


def begin(day: date) -> datetime:
    """Give the first moment of a day."""
    return datetime.combine(day, time(), tzinfo=_HERE)


def end(day: date) -> datetime:
    """Give the moment after a day: until then, and no longer, that day counts."""
    return begin(day + timedelta(days=1))


def last(until: datetime) -> date:
    """Give the last day that counts before `until`."""
    return wording.local_day(until - timedelta(microseconds=1))


def told_at(begins: datetime) -> datetime | None:
    """Give when somebody hears of what begins at a later moment: that day, in the morning; None: now."""
    return begins + _MORNING if begins > now() else None


def until_words(until: datetime | None) -> str:
    """Write until when something holds: the last day, or the moment when it was ended within a day."""
    if until is None:
        return "–"
    day = last(until)
    return wording.day(day) if end(day) == until else wording.moment(until)


def from_until(
    van: date | None, tot: date | None, *, begun: datetime | None = None
) -> tuple[datetime, datetime | None]:
    """Give the moments of a first and a last day; BadInput for days that passed or that are the wrong way.

    Without a first day, or with today, it holds from now; with `begun` it holds since then.
    """
    today, wrong = wording.today(), dict[str, LazyString | str]()
    if begun is None and van is not None and van < today:
        wrong["van"] = _l("This day has passed. Choose today or a later day.")
    if tot is not None and tot < today:
        wrong["tot"] = _l("This day has passed. Choose today or a later day.")
    elif tot is not None and van is not None and tot < van:
        wrong["tot"] = _l("The last day is before the first one.")
    for name, day in (("van", van), ("tot", tot)):
        if day is not None and day > today + _FURTHEST:
            wrong[name] = _l("This is more than ten years ahead. Is the year right?")
    if wrong:
        raise BadInput("", wrong)
    since = begun or (now() if van in (None, today) else begin(van))
    return since, end(tot) if tot else None
