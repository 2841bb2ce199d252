"""A lost phone: the role administrator resets how somebody signs in, and that person links a phone anew."""

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Person, as_system, require
from app.errors import Conflict
from app.extensions import db
from app.models import Deelname, Gebruiker, Lidmaatschap, Uitnodiging
from app.services import accounts, log, new_accounts, outbox, sessions, two_factor, uitnodigingen
from app.terms import Actie, UitnodigingSoort, Verb


def reset(lidmaatschap: Lidmaatschap, by: Person) -> Uitnodiging:
    """Let phone, recovery codes and sessions of an account end at once, and mail its owner a link.

    With the link one takes the same steps as for a new account, a new password included: who has the mailbox
    gets one anyway, by *Wachtwoord vergeten?*. The link is the account's, whatever membership ends. Never
    for oneself, and Conflict for an account that opens more than `by` administers, or that nobody uses yet.
    """
    require(by, Verb.EDIT, lidmaatschap)
    accounts.refuse_out_of_force(lidmaatschap)
    gebruiker = accounts.account_behind(lidmaatschap)
    # One answer for both: who administers one place of an account learns nothing of its other places.
    if not new_accounts.is_active(gebruiker) or not accounts.within_reach(gebruiker, by):
        raise Conflict(
            _(
                "The sign-in code cannot be reset from here. Send a new link instead, "
                "or ask the role administrator of the SWV."
            )
        )
    return _reset(gebruiker, lidmaatschap, by)


def reset_participant(deelname: Deelname, by: Person) -> Uitnodiging:
    """Do the same for somebody who takes part in a consultation and works nowhere, such as a parent.

    Nobody administers such an account: who invites people to the consultation helps them. Conflict for who
    does work somewhere, is involved in another SWV, has no account in use, or was taken off.
    """
    require(by, Verb.EDIT, deelname)
    with as_system("an account belongs to the portal, not to a consultation"):
        gebruiker = db.session.scalars(select(Gebruiker).where(Gebruiker.id == deelname.gebruiker_id)).one()
        works = select(Lidmaatschap.id).where(Lidmaatschap.gebruiker_id == gebruiker.id)
        somewhere = db.session.scalar(works.limit(1)) is not None
    alone = deelname.namens_id is None and deelname.verwijderd_op is None and not somewhere
    if not alone or not new_accounts.is_active(gebruiker) or not accounts.within_reach(gebruiker, by):
        raise Conflict(
            _(
                "The sign-in code of this person cannot be reset from here. "
                "Invite this person again instead, or ask the role administrator of the SWV."
            )
        )
    return _reset(gebruiker, deelname, by)


def _reset(gebruiker: Gebruiker, row: Lidmaatschap | Deelname, by: Person) -> Uitnodiging:
    uitnodigingen.withdraw(UitnodigingSoort.ACCOUNT, gebruiker.id)
    two_factor.forget_phone(gebruiker.id)
    sessions.end_all(gebruiker.id)
    uitnodiging = accounts.link_for(gebruiker, by)
    outbox.queue_account_mail(outbox.RESET, gebruiker, uitnodiging)
    log.record(Actie.CODE_HERSTELLEN, row=row)
    db.session.commit()
    return uitnodiging
