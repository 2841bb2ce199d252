"""The parties of a dossier: who can be named in an agreement."""

from dataclasses import dataclass

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
    g, d, who = Gezagsdrager, Deelname, Gebruiker
    parents = select(g.gebruiker_id).where(g.kind_id == hulpvraag.kind_id, g.gezag == Gezag.JA)
    invited = select(d.gebruiker_id).where(d.hulpvraag_id == hulpvraag.id, d.verwijderd_op.is_(None))
    staff = [key for key in (hulpvraag.specialist_id, hulpvraag.waarnemer_id) if key is not None]
    is_parent = who.id.in_(parents.where(g.gebruiker_id.is_not(None)))
    query = select(who, is_parent).where(
        who.active.is_(True), or_(who.id.in_(staff), is_parent, who.id.in_(invited))
    )

    def label(row: Gebruiker, *, parent: bool) -> str:
        if row.id in staff:
            return _("%(name)s, JK specialist", name=row.naam)
        if parent:
            return _("%(name)s, parent", name=row.naam)
        return _("%(name)s, participant", name=row.naam)

    found = [(row, label(row, parent=parent)) for row, parent in db.session.execute(query)]
    return sorted(found, key=lambda pair: pair[1])
