"""The first accounts of an installation: made by who holds the machine, where nobody can sign in yet."""

from sqlalchemy import select

from app.access import as_system
from app.errors import NotFound
from app.extensions import db
from app.models import Lidmaatschap, Organisation, Uitnodiging
from app.services import log
from app.services.links import one_time_link
from app.terms import Actie, OrganisationSoort

_WHY = "who installs the portal makes the first account"


def organisation(naam: str, soort: OrganisationSoort) -> Organisation:
    """Find the organisation of this name and kind, or add it to the current transaction."""
    found = _find(naam, soort)
    if found is not None:
        return found
    made = Organisation(naam=naam, soort=soort)
    with as_system(_WHY):
        db.session.add(made)
        db.session.flush()
        if soort is OrganisationSoort.SAMENWERKINGSVERBAND:
            made.swv_id = made.id
            db.session.flush()
    log.record(Actie.TOEVOEGEN, row=made)
    return made


def organisation_named(naam: str) -> Organisation:
    """Find the one organisation of this name; NotFound when there is none, or more than one."""
    with as_system(_WHY):
        found = db.session.scalars(select(Organisation).where(Organisation.naam == naam)).all()
    if len(found) != 1:
        raise NotFound
    return found[0]


def link_of(lidmaatschap: Lidmaatschap) -> str | None:
    """Give the address to activate the account at; None when it is active already."""
    query = select(Uitnodiging).where(
        Uitnodiging.lidmaatschap_id == lidmaatschap.id, Uitnodiging.gebruikt_op.is_(None)
    )
    with as_system(_WHY):
        uitnodiging = db.session.scalar(query)
    return one_time_link(uitnodiging.soort, uitnodiging.id) if uitnodiging else None


def _find(naam: str, soort: OrganisationSoort) -> Organisation | None:
    query = select(Organisation).where(Organisation.naam == naam, Organisation.soort == soort)
    with as_system(_WHY):
        return db.session.scalar(query)
