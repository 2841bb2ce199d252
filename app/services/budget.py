"""The budget of tries for a typed name, known or not: counted in the database before anything is verified."""

import hashlib
import hmac
import unicodedata

from flask import current_app
from sqlalchemy import delete, func, select

from app.access import as_system
from app.errors import TooMany
from app.extensions import db
from app.models import Aanmeldpoging
from app.models.base import now

_WHY = "tries are counted before anybody is known"


def key_of(what: str, name: str) -> str:
    """Give the key under which tries of `what` count for `name`: a keyed hash, no typed name is kept."""
    plain = f"{what}:{unicodedata.normalize('NFKC', name).strip().casefold()}"
    return hmac.new(current_app.config["SECRET_KEY"].encode(), plain.encode(), hashlib.sha256).hexdigest()


def spend(key: str) -> None:
    """Count one try, in a transaction of its own; TooMany when the budget of SIGNIN_WINDOW is gone.

    First write, then count: of tries at the same moment none can overlook the others. A try that is refused
    here doesn't count, so the budget comes back by itself and nobody is locked out for good.
    """
    moment = now()
    oldest = moment - current_app.config["SIGNIN_WINDOW"]
    poging = Aanmeldpoging(sleutel=key, op=moment)
    with as_system(_WHY):
        db.session.execute(delete(Aanmeldpoging).where(Aanmeldpoging.op <= oldest))
        db.session.add(poging)
        db.session.commit()
        spent = select(func.count()).where(Aanmeldpoging.sleutel == key, Aanmeldpoging.op > oldest)
        if (db.session.scalar(spent) or 0) > current_app.config["SIGNIN_TRIES"]:
            db.session.delete(poging)
            db.session.commit()
            raise TooMany


def restore(key: str) -> None:
    """Give the whole budget back, in the caller's transaction: the owner got in."""
    with as_system(_WHY):
        db.session.execute(delete(Aanmeldpoging).where(Aanmeldpoging.sleutel == key))
