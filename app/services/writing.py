"""What is typed: warnings about what should not be in a dossier."""

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

_NINE_DIGITS = re.compile(r"(?<!\d)(?:\d[ .-]?){8}\d(?!\d)")


def passes_eleven_test(digits: str) -> bool:
    """Tell whether nine digits could be a BSN: 9a + 8b + … + 2h - i is a multiple of 11, and not 0."""
    weighted = sum(
        weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True)
    )
    return weighted % 11 == 0 and int(digits) > 0


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
