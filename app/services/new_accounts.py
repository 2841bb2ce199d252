"""The account of an e-mail address: found, or made in the caller's transaction; and whether it is in use."""

import re

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import as_system, write_as_system
from app.errors import BadInput
from app.extensions import db
from app.models import Gebruiker, Inloggegevens
from app.services import usernames, writing

_WHY = "an account belongs to the portal, not to an organisation"
_LONGEST_NAME = 64


def account_of(email: str, voornaam: str, achternaam: str, username: str | None = None) -> Gebruiker:
    """Give the account of this e-mail address; when there is none, make it in the caller's transaction."""
    refuse_bad_name(voornaam, achternaam)
    return by_email(email) or _new_account(voornaam, achternaam, email, username)


def by_email(email: str) -> Gebruiker | None:
    """Find the account of this e-mail address; BadInput for what is none."""
    with as_system(_WHY):
        return db.session.scalar(select(Gebruiker).where(Gebruiker.email == _plain_email(email)))


def is_active(gebruiker: Gebruiker) -> bool:
    """Tell whether the account was made theirs by who was invited."""
    query = select(Inloggegevens.actief_sinds).where(Inloggegevens.gebruiker_id == gebruiker.id)
    with as_system(_WHY):
        return db.session.scalar(query) is not None


def refuse_bad_name(voornaam: str, achternaam: str) -> None:
    """Raise BadInput for what is no name, also when it isn't used: a refusal must not tell who is known."""
    for field, name in (("first_name", voornaam), ("last_name", achternaam)):
        if not name or not name.strip() or len(name.strip()) > _LONGEST_NAME or not name.isprintable():
            problem = _("Fill in a name of at most %(number)s characters.", number=_LONGEST_NAME)
            raise _wrong(field, problem)


def _plain_email(email: str) -> str:
    plain = writing.plain_address(email)
    if plain is None:
        raise _wrong("email", _("This is not a whole e-mail address, like name@example.nl."))
    return plain


def _new_account(voornaam: str, achternaam: str, email: str, username: str | None) -> Gebruiker:
    gebruiker = Gebruiker(
        first_name=voornaam.strip(),
        last_name=achternaam.strip(),
        email=_plain_email(email),
        username=_chosen_username(username) if username else usernames.free([email])[email],
        active=True,
    )
    write_as_system(_WHY, gebruiker)
    return gebruiker


def _chosen_username(username: str) -> str:
    plain = username.strip().casefold()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", plain):
        raise _wrong("username", _("A user name has only letters, digits, dots and dashes."))
    if _is_taken(plain):
        raise _wrong("username", _("This user name is taken. Choose another one."))
    return plain


def _is_taken(username: str) -> bool:
    with as_system(_WHY):
        return db.session.scalar(select(Gebruiker.id).where(Gebruiker.username == username)) is not None


def _wrong(field: str, sentence: str) -> BadInput:
    return BadInput(sentence, {field: sentence})
