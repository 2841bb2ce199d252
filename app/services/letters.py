"""The words of a message: its mail file filled with facts alone, for the mail and for its page."""

import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.access import as_system
from app.extensions import db
from app.models import Bericht, Organisation
from app.services.links import base_url, one_time_link
from app.services.outbox import SHARED
from app.services.wording import day


@dataclass(frozen=True)
class Letter:
    """A mail to send: one recipient, plain text, and a Message-ID and date that are the same on every try."""

    to: str
    subject: str
    body: str
    message_id: str
    date: datetime


def compose(bericht: Bericht) -> Letter:
    """Write the mail of a message, in Dutch. `to` is empty when there is no e-mail address.

    In it: the portal, the dossier number, the status (unless the SWV left it out), one link. Never a name, a
    date of birth, a file name or typed text.
    """
    with as_system("the outbox writes the mail"), force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        facts = _facts(bericht)
        swv = db.session.scalar(select(Organisation).where(Organisation.id == bericht.swv_id))
        if swv is not None and not swv.status_in_mail:
            facts["status"] = None
        words = [
            *_paragraphs(bericht, "body", facts),
            *(_paragraphs(bericht, "link", facts) or [_how_to_read()]),
        ]
        wrapped = [textwrap.fill(text, 72, break_long_words=False, break_on_hyphens=False) for text in words]
        closing = textwrap.fill(_("This mail was sent automatically. Nobody reads an answer to it."), 72)
        body = "\n\n".join([_("Hello,"), *wrapped, _link(bericht), closing, current_app.config["APP_NAME"]])
        return Letter(
            to=_address(bericht),
            subject=_paragraphs(bericht, "subject", facts)[0],
            body=body + "\n",
            message_id=bericht.message_id,
            date=bericht.gemaakt_op,
        )


def subject(bericht: Bericht) -> str:
    """Give the subject, in the language of who reads the screen."""
    return _paragraphs(bericht, "subject", _facts(bericht))[0]


def paragraphs(bericht: Bericht) -> list[str]:
    """Give what the message says, for its page in the portal."""
    return _paragraphs(bericht, "body", _facts(bericht))


def status_label(bericht: Bericht) -> str | None:
    """Give the status that the message tells of."""
    with as_system("a message may say its status, also when access has ended"):
        change = bericht.statuswijziging
        return str(change.naar.label) if change else None


def placed_at(bericht: Bericht) -> str | None:
    """Give the school that the child goes to, on the page of the message only. Manual: ending A."""
    with as_system("a farewell says where the child goes"):
        school = bericht.statuswijziging.school if bericht.statuswijziging else None
        return school.naam if school else None


def placed_from(bericht: Bericht) -> str | None:
    """Give the day from which the child goes there, on the page of the message only."""
    change = bericht.statuswijziging
    return day(change.vanaf) if change and change.vanaf else None


def number(bericht: Bericht) -> str | None:
    """Give the number of the dossier that the message is about."""
    with as_system("a message may say its number, also when access has ended"):
        return bericht.hulpvraag.nummer if bericht.hulpvraag else None


def _facts(bericht: Bericht) -> dict[str, Any]:
    """Gather all that a mail file can use: what is not here can't end up in a mail."""
    return {
        "portal": current_app.config["APP_NAME"],
        "number": number(bericht),
        "status": status_label(bericht),
        "count": bericht.aantal or 0,
        "farewell": bericht.afscheid,
        "farewell_days": current_app.config["FAREWELL_DAYS"],
        "invitation_days": current_app.config["INVITATION_DAYS"],
    }


def _paragraphs(bericht: Bericht, block: str, facts: dict[str, Any]) -> list[str]:
    template = current_app.jinja_env.get_template(f"mail/{bericht.soort}.txt")
    if block not in template.blocks:
        return []
    text = "".join(template.blocks[block](template.new_context(dict(facts))))
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _how_to_read() -> str:
    return _("Read it with this link. You sign in with user name, password and code:")


def _link(bericht: Bericht) -> str:
    if bericht.uitnodiging is not None:
        return one_time_link(bericht.uitnodiging.soort, bericht.uitnodiging.id)
    return f"{base_url()}/m/{bericht.sleutel}"


def _address(bericht: Bericht) -> str:
    if bericht.soort == SHARED:
        return (bericht.organisation.meldadres if bericht.organisation else None) or ""
    return (bericht.ontvanger.email if bericht.ontvanger else None) or ""
