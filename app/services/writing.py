"""What is typed: warnings about what should not be in a dossier."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.errors import BadInput
from app.services import wording

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+")
_NINE_DIGITS = re.compile(r"(?<!\d)(?:\d[ .-]?){8}\d(?!\d)")
_YEARS_BACK = 5


def passes_eleven_test(digits: str) -> bool:
    """Tell whether nine digits could be a BSN: 9a + 8b + … + 2h - i is a multiple of 11, and not 0."""
    weighted = sum(
        weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True)
    )
    return weighted % 11 == 0 and int(digits) > 0


def plain_address(typed: str) -> str | None:
    """Give one whole e-mail address in small letters; None when it is not that."""
    plain = typed.strip().casefold()
    return plain if len(plain) <= 254 and _ADDRESS.fullmatch(plain) else None


def refuse_bad_address(data: dict[str, Any], field: str) -> None:
    """Raise BadInput when `field` was filled in with what is no e-mail address; keep the plain one."""
    if not data.get(field):
        return
    plain = plain_address(data[field])
    if plain is None:
        raise BadInput("", {field: _("This is not a whole e-mail address, like name@example.nl.")})
    data[field] = plain


def past_day(data: Mapping[str, Any], field: str) -> date:
    """Read the day in `field`; BadInput when it is missing, in the future or long ago."""
    value, today = data.get(field), wording.today()
    if not isinstance(value, date):
        raise BadInput("", {field: _l("Please fill in a date.")})
    if value > today:
        raise BadInput("", {field: _l("This day is in the future.")})
    if value.year < today.year - _YEARS_BACK:
        raise BadInput("", {field: _l("This day is too long ago.")})
    return value


def noon(value: date) -> datetime:
    """Give the middle of a day, for what happened on it at a time that nobody noted."""
    return datetime.combine(value, time(12), tzinfo=ZoneInfo("Europe/Amsterdam"))


def warnings(texts: Iterable[Any]) -> list[str]:
    """Warn once when a text holds what looks like a BSN: an SWV may not use it."""
    for text in texts:
        if not isinstance(text, str):
            continue
        for found in _NINE_DIGITS.findall(text):
            if passes_eleven_test(re.sub(r"\D", "", found)):
                return [
                    _(
                        "Your text holds a number that looks like a citizen service number (BSN). "
                        "Please leave it out."
                    )
                ]
    return []
