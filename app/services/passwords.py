"""Passwords: how they are hashed, compared and refused."""

import base64
import hashlib
import hmac
import os
import unicodedata

from flask import current_app
from flask_babel import gettext as _

from app.errors import BadInput

SHORTEST = 12
LONGEST = 200
_R, _P = 8, 1
_FEWEST_DIFFERENT = 5


def hash_password(password: str) -> str:
    """Hash with scrypt, as text that says its own parameters. Source: OWASP Password Storage Cheat Sheet."""
    salt = os.urandom(16)
    n = int(current_app.config["SCRYPT_N"])
    return f"scrypt${n}${_R}${_P}${_text(salt)}${_text(_scrypt(password, salt, n, _R, _P))}"


def verify(password: str, stored: str | None) -> bool:
    """Compare in constant time; without `stored` (nobody of that name) do the same work and answer no."""
    if stored is None:
        _scrypt(password, bytes(16), int(current_app.config["SCRYPT_N"]), _R, _P)
        return False
    _scheme, n, r, p, salt, expected = stored.split("$")
    found = _scrypt(password, _bytes(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, _bytes(expected))


def is_outdated(stored: str) -> bool:
    """Tell whether the hash was made with other costs than today's."""
    return stored.split("$")[1:4] != [str(current_app.config["SCRYPT_N"]), str(_R), str(_P)]


def rules() -> list[str]:
    """Say what a good password is, for the page where one is chosen."""
    return [
        _("Use at least %(number)s characters. A short sentence works well.", number=SHORTEST),
        _("Do not use your user name in it, and no password that you use elsewhere."),
    ]


def check(password: str, *, username: str) -> None:
    """Raise BadInput when the password is too weak. No composition rules. Source: NIST SP 800-63B, 3.1.1."""
    if problem := _problem(password, username):
        raise BadInput(problem, {"password": problem})


def _problem(password: str, username: str) -> str | None:
    if len(password) < SHORTEST:
        return _("This password is too short: use at least %(number)s characters.", number=SHORTEST)
    if len(password) > LONGEST:
        return _("This password is too long: use at most %(number)s characters.", number=LONGEST)
    if username.casefold() in password.casefold():
        return _("Your user name is part of this password. Choose another password.")
    if len(set(password.casefold())) < _FEWEST_DIFFERENT:
        return _("This password is too easy to guess. Choose another password.")
    return None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    plain = unicodedata.normalize("NFKC", password).encode()
    return hashlib.scrypt(plain, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value)
