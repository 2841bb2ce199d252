"""Activation: from the link in the mail by password and code to an account that can sign in."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update

from app.access import as_system
from app.errors import BadInput
from app.extensions import db
from app.models import Bericht, Inloggegevens, Organisation, Uitnodiging
from app.models.base import now
from app.services import new_accounts, outbox, passwords, sessions, two_factor, uitnodigingen
from app.terms import Actie, UitnodigingSoort

_WHY = "an account is activated before anybody can sign in to it"
# How long the recovery codes can be seen again after the code was right.
_TO_KEEP_CODES = timedelta(hours=1)


def find(token: str) -> Uitnodiging:
    """Find an invitation that can still be used; NotFound or LinkGone."""
    return uitnodigingen.find(token, UitnodigingSoort.ACCOUNT)


def door(uitnodiging: Uitnodiging) -> str:
    """Name the SWV that somebody who was invited to a consultation signs in at."""
    query = select(Organisation.naam).join(Bericht, Bericht.swv_id == Organisation.id)
    with as_system(_WHY):
        return db.session.scalar(query.where(Bericht.uitnodiging_id == uitnodiging.id).limit(1)) or ""


def choose_password(uitnodiging: Uitnodiging, password: str) -> None:
    """Keep the chosen password with the invitation and make the phone's secret; BadInput when weak.

    The secret stays the same when the password is chosen once more: the phone may be linked already.
    """
    passwords.check(password, owner=uitnodiging.gebruiker)
    with as_system(_WHY):
        unconfirmed = _unconfirmed(uitnodiging)
        secret = uitnodiging.nieuw_geheim or two_factor.new_secret()
        chosen = {"nieuw_wachtwoord": passwords.hash_password(password), "nieuw_geheim": secret}
        kept = db.session.execute(update(Uitnodiging).where(*unconfirmed).values(chosen))
    if kept.rowcount:  # type: ignore[attr-defined]
        uitnodigingen.told(Actie.WACHTWOORD_WIJZIGEN, uitnodiging)
    db.session.commit()


def confirm_code(uitnodiging: Uitnodiging, code: str) -> None:
    """Activate the account with the first right code; BadInput for a wrong one. Its open sessions end."""
    password, secret = uitnodiging.nieuw_wachtwoord, uitnodiging.nieuw_geheim
    step = two_factor.matching_step(secret, code)
    if step is None:
        uitnodigingen.told(Actie.GEWEIGERD, uitnodiging, gelukt=False, grond="code")
        db.session.commit()
        problem = _("This code is not right. Fill in the six digits that the app shows now.")
        raise BadInput(problem, {"code": problem})
    moment = now()
    ends = min(uitnodiging.verloopt_op, moment + _TO_KEEP_CODES)
    unconfirmed = _unconfirmed(uitnodiging)
    done = {"bevestigd_op": moment, "verloopt_op": ends, "nieuw_wachtwoord": None, "nieuw_geheim": None}
    with as_system(_WHY):
        confirmed = db.session.execute(update(Uitnodiging).where(*unconfirmed).values(done))
        if confirmed.rowcount != 1:  # type: ignore[attr-defined]
            db.session.rollback()  # a double click: the first one did it all
            return
    uitnodigingen.withdraw_others(uitnodiging)
    if new_accounts.is_active(uitnodiging.gebruiker):
        outbox.queue_account_mail(outbox.PHONE_LINKED, uitnodiging.gebruiker)
    _give(uitnodiging.gebruiker_id, password, secret, step)
    two_factor.replace_recovery_codes(uitnodiging.gebruiker_id, two_factor.recovery_codes(uitnodiging.id))
    sessions.end_all(uitnodiging.gebruiker_id)
    uitnodigingen.told(Actie.ACCOUNT_ACTIVEREN, uitnodiging)
    db.session.commit()


def _unconfirmed(uitnodiging: Uitnodiging) -> tuple[ColumnElement[bool], ...]:
    """Say that nobody used or withdrew the link since it was found."""
    u = Uitnodiging
    return (u.id == uitnodiging.id, u.bevestigd_op.is_(None), u.gebruikt_op.is_(None))


def finish(uitnodiging: Uitnodiging) -> None:
    """Use up the invitation: the recovery codes are kept and are never shown again."""
    uitnodigingen.use(uitnodiging)
    uitnodigingen.told(Actie.SLUITEN, uitnodiging)
    db.session.commit()


def _give(gebruiker_id: int, wachtwoord_hash: str | None, secret: str | None, step: int) -> None:
    with as_system(_WHY):
        found = db.session.scalar(select(Inloggegevens).where(Inloggegevens.gebruiker_id == gebruiker_id))
        secrets = found or Inloggegevens(gebruiker_id=gebruiker_id)
        secrets.wachtwoord_hash, secrets.totp_geheim, secrets.totp_stap = wachtwoord_hash, secret, step
        secrets.actief_sinds = secrets.actief_sinds or now()
        db.session.add(secrets)
        db.session.flush()
