"""What is asked of the log: whose acts, in which dossier, which act and in which period."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from app.models import Gebeurtenis
from app.services import days
from app.terms import Actie

YEARS = range(2000, 2101)  # in which a day can be


@dataclass(frozen=True)
class Asked:
    """What is searched for; `wrong` says which of it can't be used."""

    persoon: str = ""
    nummer: str = ""
    actie: Actie | None = None
    van: date | None = None
    tot: date | None = None
    wrong: Mapping[str, Any] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Tell whether it narrows the log at all."""
        return any((self.persoon, self.nummer, self.actie, self.van, self.tot))


def asked(typed: Mapping[str, str]) -> Asked:
    """Read what was typed to search for."""
    wrong: dict[str, Any] = {}

    def day(name: str) -> date | None:
        try:
            found = date.fromisoformat(typed[name]) if typed.get(name) else None
        except ValueError:
            wrong[name] = _l("This is not a day. Write it like 2026-05-03.")
            return None
        if found and found.year not in YEARS:
            wrong[name] = _l("Choose a day from 2000 until 2100.")
            return None
        return found

    van, tot = day("van"), day("tot")
    if van and tot and van > tot:
        wrong["van"] = _l("The first day is after the last.")
    return Asked(
        persoon=typed.get("persoon", "").strip()[:80],
        nummer=typed.get("nummer", "").strip()[:80],
        actie=next((one for one in Actie if one == typed.get("actie")), None),
        van=van,
        tot=tot,
        wrong=wrong,
    )


def period(ask: Asked) -> Iterator[ColumnElement[bool]]:
    """Say between which moments an event was."""
    if ask.van:
        yield Gebeurtenis.op >= days.begin(ask.van)
    if ask.tot:
        yield Gebeurtenis.op < days.end(ask.tot)
