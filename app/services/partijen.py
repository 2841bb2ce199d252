"""The parties of a dossier: who can be named in an agreement, and by which name a reader knows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.access import as_system
from app.access.involvement import holds
from app.extensions import db
from app.models import Betrokkenheid, Deelname, Gebruiker, Gezagsdrager, Hulpvraag, Organisation
from app.terms import Gezag, Ground

_SCHOOLS = frozenset({Ground.SCHOOL, Ground.ZORGPLICHT})


@dataclass(frozen=True)
class Candidate:
    """A party that can be named: `key` as Afspraak.voor has it."""

    key: str
    label: str


def candidates(hulpvraag: Hulpvraag) -> list[Candidate]:
    """List whom an agreement can name: the organisations of the dossier, then its people."""
    with as_system("JK staff chooses from all parties of the dossier"):
        places = [Candidate(f"organisation:{row.id}", row.naam) for row in _organisations(hulpvraag)]
        return places + [Candidate(f"gebruiker:{row.id}", label) for row, label in _people(hulpvraag)]


def _organisations(hulpvraag: Hulpvraag) -> list[Organisation]:
    b = Betrokkenheid
    schools = select(b.organisation_id).where(
        b.hulpvraag_id == hulpvraag.id, b.grond.in_(sorted(_SCHOOLS)), holds(b, hulpvraag, _SCHOOLS)
    )
    always = (hulpvraag.swv_id, hulpvraag.voorschool_id)
    query = select(Organisation).where(or_(Organisation.id.in_(always), Organisation.id.in_(schools)))
    first = {key: number for number, key in enumerate(always)}
    return sorted(db.session.scalars(query), key=lambda row: (first.get(row.id, 2), row.naam))


def _people(hulpvraag: Hulpvraag) -> list[tuple[Gebruiker, str]]:
    g, d = Gezagsdrager, Deelname
    parents = select(g.gebruiker_id).where(
        g.kind_id == hulpvraag.kind_id, g.gezag == Gezag.JA, g.gebruiker_id.is_not(None)
    )
    invited = select(d.gebruiker_id).where(d.hulpvraag_id == hulpvraag.id, d.verwijderd_op.is_(None))
    of_parents, of_rounds = set(db.session.scalars(parents)), set(db.session.scalars(invited))
    staff = {hulpvraag.specialist_id, hulpvraag.waarnemer_id} - {None}
    query = select(Gebruiker).where(
        Gebruiker.id.in_(staff | of_parents | of_rounds), Gebruiker.active.is_(True)
    )
    rows = sorted(db.session.scalars(query), key=lambda row: row.naam)

    def label(row: Gebruiker) -> str:
        if row.id in staff:
            return _("%(name)s, JK specialist", name=row.naam)
        if row.id in of_parents:
            return _("%(name)s, parent", name=row.naam)
        return _("%(name)s, participant", name=row.naam)

    return [(row, label(row)) for row in rows]


def names(hulpvraag: Hulpvraag, people: Iterable[Any]) -> dict[int, str]:
    """Name the accounts `people` as far as the reader may know: a parent by the name in the dossier."""
    wanted = {key for key in people if key is not None}
    if not wanted:
        return {}
    g = Gezagsdrager
    query = select(g.gebruiker_id, g.naam).where(g.kind_id == hulpvraag.kind_id, g.gebruiker_id.in_(wanted))
    return {key: naam for key, naam in db.session.execute(query) if key is not None}
