"""The one-time links in mails: their tokens are derived from the invitation's id, so none is ever kept."""

import hashlib
import hmac
import uuid

from flask import current_app

from app.terms import UitnodigingSoort

_PATH = {UitnodigingSoort.ACCOUNT: "uitnodiging", UitnodigingSoort.WACHTWOORD: "wachtwoord"}


def link_token(uitnodiging_id: uuid.UUID) -> str:
    """Derive the token of an invitation, as 64 hex digits: who holds the database alone can't make it."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"uitnodiging:" + uitnodiging_id.bytes, hashlib.sha256).hexdigest()


def one_time_link(soort: UitnodigingSoort, uitnodiging_id: uuid.UUID) -> str:
    """Give the whole address that an invitation is consumed at."""
    return f"{base_url()}/{_PATH[soort]}/{link_token(uitnodiging_id)}"


def base_url() -> str:
    """Give the portal's address as people know it, without a slash at its end."""
    return str(current_app.config["BASE_URL"]).rstrip("/")
