"""A lost phone: the role administrator resets how somebody signs in, and that person links a phone anew."""

from flask_babel import gettext as _

from app.access import Person, require
from app.errors import Conflict
from app.extensions import db
from app.models import Lidmaatschap, Uitnodiging
from app.services import accounts, log, new_accounts, outbox, sessions, two_factor
from app.terms import Actie, Verb


def reset(lidmaatschap: Lidmaatschap, by: Person) -> Uitnodiging:
    """Let phone, recovery codes and sessions of an account end at once, and mail its owner a link.

    With the link one takes the same steps as for a new account, a new password included: who has the mailbox
    gets one anyway, by *Wachtwoord vergeten?*. Never for oneself, and Conflict for an account that opens more
    than `by` administers, or that nobody uses yet.
    """
    require(by, Verb.EDIT, lidmaatschap)
    accounts.refuse_out_of_force(lidmaatschap)
    gebruiker = accounts.account_behind(lidmaatschap)
    if not new_accounts.is_active(gebruiker):
        raise Conflict(_("Nobody uses this account yet. Send a new link instead."))
    accounts.refuse_out_of_reach(gebruiker, by)
    two_factor.forget_phone(gebruiker.id)
    sessions.end_all(gebruiker.id)
    uitnodiging = accounts.link_for(gebruiker, by, lidmaatschap)
    outbox.queue_account_mail(outbox.RESET, gebruiker, uitnodiging)
    log.record(Actie.CODE_HERSTELLEN, row=lidmaatschap)
    db.session.commit()
    return uitnodiging
