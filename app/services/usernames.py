"""User names for new accounts, made of their addresses."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from app.access import as_system
from app.extensions import db
from app.models import Gebruiker
from app.services.batches import batches


def free(emails: Iterable[str]) -> dict[str, str]:
    """Give each address a user name that nobody has, nor another of these: anna, anna2, anna3."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for email in dict.fromkeys(emails):
        waiting[_base(email)].append(email)
    given: dict[str, str] = {}
    taken: set[str] = set()
    first, step = dict.fromkeys(waiting, 1), 1
    while waiting:
        names = {base: _numbered(base, first[base], step * len(some)) for base, some in waiting.items()}
        taken |= _taken([name for some in names.values() for name in some])
        for base, some in names.items():
            first[base] += len(some)
            for name in some:
                if waiting[base] and name not in taken:
                    given[waiting[base].pop(0)] = name
                    taken.add(name)
        waiting = {base: some for base, some in waiting.items() if some}
        step *= 2  # where many are taken, ask for more at once
    return given


def _numbered(base: str, first: int, count: int) -> list[str]:
    return [base if number == 1 else f"{base}{number}" for number in range(first, first + count)]


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
