"""Where the consent of the parents stands for each school: what is needed to let it in, and what lacks."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app import access
from app.access.consent import consented
from app.extensions import db
from app.models import Gezagsdrager, Hulpvraag, Organisation, Toestemming
from app.terms import Gezag, Noun, ToestemmingStaat, Verb


@dataclass(frozen=True)
class OfParent:
    """Where the consent of one parent with authority stands for one school, with its newest row."""

    ouder: Gezagsdrager
    staat: ToestemmingStaat
    row: Toestemming | None = None

    @property
    def naam(self) -> str:
        """Name the parent to who reads the parents of children."""
        person = access.current_person()
        known = person is not None and person.permits(Noun.GEZAGSDRAGER, Verb.READ)
        return self.ouder.naam if known else _("A parent")


@dataclass(frozen=True)
class Needed:
    """What is needed to let one school in: `valid` is what the gate itself answers."""

    parents: Sequence[OfParent]
    valid: bool

    @property
    def lacking(self) -> list[str]:
        """Name the parents whose consent stands in the way."""
        if self.valid:
            return []
        return [of.naam for of in self.parents if of.staat is not ToestemmingStaat.GEGEVEN]


def needed(hulpvraag: Hulpvraag, school_id: uuid.UUID) -> Needed:
    """Say where the consent of each parent with authority for this school stands, and whether it is valid."""
    return needed_for(hulpvraag, [school_id])[school_id]


def needed_for(hulpvraag: Hulpvraag, school_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Needed]:
    """Say it for several schools, in as many statements as for one. For JK staff, who see all of it."""
    valid = select(Organisation.id, consented(hulpvraag, Organisation.id)).where(
        Organisation.id.in_(list(school_ids))
    )
    parents = select(Gezagsdrager).where(
        Gezagsdrager.kind_id == hulpvraag.kind_id, Gezagsdrager.gezag == Gezag.JA
    )
    t = Toestemming
    asked = select(t).where(t.hulpvraag_id == hulpvraag.id).order_by(t.gevraagd_op, t.id)
    with access.as_system("the consents of a dossier are looked at together"):
        answers: dict[uuid.UUID, bool] = {key: bool(holds) for key, holds in db.session.execute(valid)}
        with_authority = list(db.session.scalars(parents.order_by(Gezagsdrager.naam, Gezagsdrager.id)))
        rows = list(db.session.scalars(asked))
    return {
        key: Needed([_of_parent(parent, key, rows) for parent in with_authority], answers.get(key, False))
        for key in school_ids
    }


def _of_parent(parent: Gezagsdrager, school_id: uuid.UUID, rows: Sequence[Toestemming]) -> OfParent:
    about = [row for row in rows if (row.gezagsdrager_id, row.organisation_id) == (parent.id, school_id)]
    row = next((row for row in about if row.in_force), about[-1] if about else None)
    return OfParent(parent, row.staat if row else ToestemmingStaat.ONTBREEKT, row)
