"""User names for new accounts, made of their addresses."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from app.access import as_system
from app.extensions import db
from app.models import Gebruiker
from app.services.batches import batches


def free(emails: Iterable[str]) -> dict[str, str]:
    """Give each address a user name that nobody has, nor another of these: anna, anna2, anna3."""
    given: dict[str, str] = {}
    last: Counter[str] = Counter()
    waiting = list(dict.fromkeys(emails))
    while waiting:
        tried = {}
        for email in waiting:
            base = _base(email)
            last[base] += 1
            tried[email] = base if last[base] == 1 else f"{base}{last[base]}"
        taken = _taken(list(tried.values())) | set(given.values())
        for email, name in tried.items():
            if name not in taken:
                given[email] = name
                taken.add(name)
        waiting = [email for email in waiting if email not in given]
    return given


def _base(email: str) -> str:
    plain = unicodedata.normalize("NFKD", email.partition("@")[0].casefold())
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._-]", "", ascii_only).strip("._-")[:48] or "gebruiker"


def _taken(names: list[str]) -> set[str]:
    with as_system("a user name belongs to one account of the whole portal"):
        return {
            name
            for some in batches(names)
            for name in db.session.scalars(select(Gebruiker.username).where(Gebruiker.username.in_(some)))
        }
