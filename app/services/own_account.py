"""One's own account: who one is, and new recovery codes."""

import uuid

from sqlalchemy import select

from app.access import Person
from app.extensions import db
from app.models import Gebruiker
from app.services import log, outbox, signin, two_factor
from app.terms import Actie


def of(person: Person) -> Gebruiker:
    """Give the account that this person is signed in with."""
    return db.session.scalars(select(Gebruiker).where(Gebruiker.id == person.gebruiker_id)).one()


def renew_recovery_codes(person: Person, *, password: str, code: str) -> list[str]:
    """Give ten new recovery codes after one more proof; the earlier ones work no longer.

    SignInRefused or TooMany as when signing in. A double click gets the codes that the first click made.
    """
    made: list[str] = []

    def use(step: int) -> bool:
        made.extend(two_factor.recovery_codes(uuid.uuid5(uuid.NAMESPACE_OID, f"{person.sessie_id}:{step}")))
        if not two_factor.use_step(person.gebruiker_id, step):
            return two_factor.has_recovery_code(person.gebruiker_id, made[0])
        two_factor.replace_recovery_codes(person.gebruiker_id, made)
        outbox.queue_account_mail(outbox.CODES_RENEWED, of(person))
        log.record(Actie.HERSTELCODES_VERNIEUWEN, person=person)
        return True

    signin.prove_again(person, of(person).username, password=password, code=code, use=use)
    db.session.commit()
    return made
