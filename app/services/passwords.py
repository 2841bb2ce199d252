"""Passwords: how they are hashed, compared and refused."""

import base64
import hashlib
import hmac
import os
import unicodedata

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.access import as_system
from app.errors import BadInput
from app.extensions import db
from app.models import Betrokkenheid, Gebruiker, Lidmaatschap, Organisation
from app.services import guessing

SHORTEST = 12
LONGEST = 200
_R, _P = 8, 1


def hash_password(password: str) -> str:
    """Hash with scrypt, as text that says its own parameters.

    Source: OWASP Password Storage Cheat Sheet, the first of its scrypt settings: N=2^17 (128 MiB), r=8, p=1.
    """
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
        _("Use at least %(number)s characters. Four words at random work well.", number=SHORTEST),
        _("Leave out what others know of you, such as your name, your organisation or a date."),
        _("Do not use a password that you use elsewhere. A password manager can make and keep one for you."),
        _("Spaces are allowed. Capitals, digits and other signs are allowed too, but not needed."),
        _("You do not have to change it from time to time. Do so when somebody else may know it."),
    ]


def check(password: str, *, owner: Gebruiker) -> None:
    """Raise BadInput when the password is too weak. No composition rules. Source: NIST SP 800-63B, 3.1.1."""
    if problem := _wrong_length(password) or guessing.why_weak(password, known=_known_of(owner)):
        raise BadInput(problem, {"password": problem})


def _wrong_length(password: str) -> str | None:
    if len(password) < SHORTEST:
        return _("This password is too short: use at least %(number)s characters.", number=SHORTEST)
    if len(password) > LONGEST:
        return _("This password is too long: use at most %(number)s characters.", number=LONGEST)
    return None


def _known_of(owner: Gebruiker) -> list[str]:
    places = select(Lidmaatschap.organisation_id).where(Lidmaatschap.gebruiker_id == owner.id)
    swvs = select(Organisation.swv_id).where(Organisation.id.in_(places))
    invited_by = select(Betrokkenheid.swv_id).where(Betrokkenheid.gebruiker_id == owner.id)
    around = or_(*(Organisation.id.in_(some) for some in (places, swvs, invited_by)))
    with as_system("who chooses a password is not signed in"):
        organisations = db.session.scalars(select(Organisation.naam).where(around)).all()
    person = (owner.username, owner.email, owner.first_name, owner.last_name, owner.naam)
    return [*person, *organisations, current_app.config["APP_NAME"]]


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    plain = unicodedata.normalize("NFKC", password).encode()
    return hashlib.scrypt(plain, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value)
