"""How soon somebody would guess a password, and why: a library's judgement in sentences of ours."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from zxcvbn import zxcvbn

from app.services.common_words import COMMON

# The library's highest: 10^10 guesses or more. Enough even when hashes as slow as ours are stolen.
_STRONG = 4
# The library's own limit, and plenty: ten letters that no word or pattern explains are strong already.
_LOOKED_AT = 72
# It tries each combination of letters that these signs may stand for: 5 s with all, half a hash with six.
_STANDS_FOR_A_LETTER = "4@8({[<369!1|70$5+%2"
_MOST_SIGNS = 6
_PRIVATE_USE, _APART = 0xE000, 10
_SHORTEST_WORD = 3

_KNOWN = _l(
    "This password has something in it that others know of you, such as your name or your organisation. "
    "That makes it easy to guess. Choose four words that have nothing to do with you."
)
_DATE = _l(
    "A date or a year makes a password easy to guess. "
    "Choose four words that have nothing to do with each other."
)
_WHY = {
    "dictionary": _l(
        "This password has a word or a name in it that many people use. That makes it easy to guess. "
        "Choose four words that have nothing to do with each other."
    ),
    "spatial": _l(
        "Keys that lie next to each other are easy to guess. "
        "Choose four words that have nothing to do with each other."
    ),
    "repeat": _l(
        "To repeat something does not make a password harder to guess. "
        "Choose four words that have nothing to do with each other."
    ),
    "sequence": _l(
        "A row such as abcd or 1234 is easy to guess. "
        "Choose four words that have nothing to do with each other."
    ),
    "regex": _DATE,
    "date": _DATE,
}
_OTHERWISE = _l("This password is easy to guess. Choose four words that have nothing to do with each other.")


def why_weak(password: str, *, known: Iterable[str]) -> LazyString | None:
    """Say why this password is easy to guess, or nothing; `known` is what others know of its owner.

    Neither the password nor a part of it is in the sentence.
    """
    own = dict.fromkeys(word for fact in known for word in _words(fact))
    found = zxcvbn(_bounded(_plain(password)[:_LOOKED_AT]), user_inputs=list(dict.fromkeys([*own, *COMMON])))
    if found["score"] >= _STRONG:
        return None
    explained = [match for match in found["sequence"] if match["pattern"] in _WHY]
    longest = max(explained, key=lambda match: len(match["token"]), default=None)
    return _sentence(longest, own) if longest else _OTHERWISE


def _sentence(match: Any, own: Iterable[str]) -> LazyString:
    word = match.get("matched_word", "")
    if word in own:
        return _KNOWN
    return _DATE if word.isdecimal() and word in COMMON else _WHY[match["pattern"]]


def _words(fact: str) -> Iterator[str]:
    whole = _plain(fact).casefold()
    parts = re.findall(r"\w+", whole)
    glued = ("".join(parts[start:]) for start in range(len(parts)))  # "SWV De Brug" is also "debrug"
    yield from (word for word in (whole, *parts, *glued) if len(word) >= _SHORTEST_WORD)


def _plain(text: str) -> str:
    """Leave the accents out: with and without them it is the same word to who guesses."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _bounded(text: str) -> str:
    """Put signs that stand for nothing in the place of the seventh and later ones that stand for a letter."""
    surplus = list(dict.fromkeys(sign for sign in text if sign in _STANDS_FOR_A_LETTER))[_MOST_SIGNS:]
    return text.translate({ord(sign): _PRIVATE_USE + _APART * ord(sign) for sign in surplus})
