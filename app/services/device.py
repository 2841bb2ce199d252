"""The device on which somebody signed in before: its tries are counted apart from those of strangers.

Whoever keeps guessing at an account uses up the tries of all unknown devices, and the owner still gets in.
Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
"""

import secrets

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from app.services import budget

REMEMBERED = 365 * 24 * 3600  # seconds


def proof_for(username: str) -> str:
    """Make what a browser keeps after its owner signed in: signed, for this account alone, without its name.

    It opens nothing and is no part of the proof of who somebody is.
    """
    return _signer().dumps([budget.key_of("apparaat", username), secrets.token_urlsafe(16)])


def tries_of(username: str, proof: str | None) -> str:
    """Give the key of the tries to sign in: the device's own with a valid `proof`, else that of strangers."""
    try:
        account, device = _signer().loads(proof or "", max_age=REMEMBERED)
    except (BadData, TypeError, ValueError):
        return budget.key_of("aanmelden", username)
    if account != budget.key_of("apparaat", username):
        return budget.key_of("aanmelden", username)
    return budget.key_of(f"aanmelden op {device}", username)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="apparaat")
