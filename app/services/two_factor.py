"""Codes: the six digits of the app on the phone, the QR that links it, and the recovery codes."""

import base64
import hashlib
import hmac
import io
import re
import uuid
from datetime import datetime

import pyotp
import segno
from flask import current_app
from markupsafe import Markup
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.engine import CursorResult

from app.access import as_system, write_as_system
from app.extensions import db
from app.models import Gebruiker, Herstelcode, Inloggegevens
from app.models.base import now

STEP = 30
RECOVERY_CODES = 10
_ISSUER = "Kindbrug"
_WINDOW = (0, -1, 1)
_WHY = "codes are secrets that only the portal itself handles"
# Compared with when nobody has this name, so that the work is the same.
_NOBODY = pyotp.random_base32()


def new_secret() -> str:
    """Make a secret for the app on the phone: 160 bits as base32. Source: RFC 4226, 4."""
    return pyotp.random_base32()


def qr(secret: str, username: str) -> Markup:
    """Draw the secret as inline SVG, to scan with the app."""
    out = io.BytesIO()
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)
    # Without a size of its own but with a viewBox, the page decides how large it is.
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, omitsize=True, border=4, light="#fff")
    return Markup(out.getvalue().decode())  # noqa: S704 - segno draws it from our own secret


def current_code(secret: str, moment: datetime | None = None) -> str:
    """Give the six digits that the app shows at `moment` (UTC; default: now)."""
    return pyotp.TOTP(secret).at(moment or now())


def matching_step(secret: str | None, code: str, moment: datetime | None = None) -> int | None:
    """Give the 30 s step whose code this is, one step of clock skew allowed; None when it is no code of now.

    Uses nothing: `use_step` does. Without `secret` the same work is done for the answer None.
    """
    typed = re.sub(r"\s", "", code)
    step = int((moment or now()).timestamp()) // STEP
    totp = pyotp.TOTP(secret or _NOBODY)
    found = [
        step + skew for skew in _WINDOW if hmac.compare_digest(totp.generate_otp(step + skew), _ascii(typed))
    ]
    return found[0] if found and secret else None


def usable_code(username: str) -> str | None:
    """Give the code that signs this account in now, the next one when this was used; for the demo only."""
    query = (
        select(Inloggegevens)
        .join(Gebruiker, Gebruiker.id == Inloggegevens.gebruiker_id)
        .where(Gebruiker.username == username.strip().casefold(), Inloggegevens.totp_geheim.is_not(None))
    )
    with as_system(_WHY):
        secrets = db.session.scalar(query)
    if secrets is None or secrets.totp_geheim is None:
        return None
    step = int(now().timestamp()) // STEP
    return pyotp.TOTP(secrets.totp_geheim).generate_otp(step if secrets.totp_stap < step else step + 1)


def use_step(gebruiker_id: int, step: int) -> bool:
    """Use up `step` in the caller's transaction; False when it or a later one was used (RFC 6238, 5.2)."""
    used = (
        update(Inloggegevens)
        .where(Inloggegevens.gebruiker_id == gebruiker_id, Inloggegevens.totp_stap < step)
        .values(totp_stap=step)
        .execution_options(synchronize_session=False)
    )
    return _changed(used) == 1


def recovery_codes(key: uuid.UUID) -> list[str]:
    """Give the ten recovery codes of one activation, 60 bits each: the same on every call, kept nowhere."""
    return [_recovery_code(key, number) for number in range(RECOVERY_CODES)]


def replace_recovery_codes(gebruiker_id: int, codes: list[str]) -> None:
    """Keep the hashes of `codes` instead of any earlier ones, in the caller's transaction."""
    with as_system(_WHY):
        db.session.execute(delete(Herstelcode).where(Herstelcode.gebruiker_id == gebruiker_id))
    rows = [
        Herstelcode(gebruiker_id=gebruiker_id, code_hash=_recovery_hash(gebruiker_id, code)) for code in codes
    ]
    write_as_system(_WHY, *rows)


def forget_phone(gebruiker_id: int) -> None:
    """Let the phone and the recovery codes of an account work no longer, in the caller's transaction."""
    linked = update(Inloggegevens).where(Inloggegevens.gebruiker_id == gebruiker_id)
    with as_system(_WHY):
        db.session.execute(linked.values(totp_geheim=None).execution_options(synchronize_session=False))
        db.session.execute(delete(Herstelcode).where(Herstelcode.gebruiker_id == gebruiker_id))


def has_recovery_code(gebruiker_id: int, code: str) -> bool:
    """Tell whether this is an unused recovery code of the account; uses nothing."""
    found = select(Herstelcode.id).where(*_unused(gebruiker_id, code))
    with as_system(_WHY):
        return db.session.scalar(found) is not None


def use_recovery_code(gebruiker_id: int, code: str) -> bool:
    """Use up a recovery code in the caller's transaction; False when somebody else just did."""
    used = update(Herstelcode).where(*_unused(gebruiker_id, code)).values(gebruikt_op=now())
    return _changed(used.execution_options(synchronize_session=False)) == 1


def recovery_codes_left(gebruiker_id: int) -> int:
    """Count the recovery codes that still work."""
    unused = (Herstelcode.gebruiker_id == gebruiker_id, Herstelcode.gebruikt_op.is_(None))
    with as_system(_WHY):
        return db.session.scalar(select(func.count()).select_from(Herstelcode).where(*unused)) or 0


def _recovery_code(key: uuid.UUID, number: int) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    digest = hmac.digest(secret, b"herstelcode:%b:%d" % (key.bytes, number), hashlib.sha256)
    text = base64.b32encode(digest)[:12].decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 12, 4))


def _recovery_hash(gebruiker_id: int, code: str) -> str:
    typed = re.sub(r"[^a-z2-7]", "", code.casefold())
    return hashlib.sha256(f"{gebruiker_id}:{typed}".encode()).hexdigest()


def _unused(gebruiker_id: int, code: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Herstelcode.gebruiker_id == gebruiker_id,
        Herstelcode.code_hash == _recovery_hash(gebruiker_id, code),
        Herstelcode.gebruikt_op.is_(None),
    )


def _ascii(typed: str) -> str:
    return typed if typed.isascii() else ""


def _changed(statement: object) -> int:
    with as_system(_WHY):
        result: CursorResult[object] = db.session.execute(statement)  # type: ignore[call-overload]
    return result.rowcount
