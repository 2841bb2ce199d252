"""The parents' consent as SQL: whether a school may read, asked anew on every request."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from app import models as m
from app.terms import Gezag

# Tables and not classes: the gate must not be asked about the gate.
# SQLAlchemy correlates by itself with the nearest select alone: each question here says what is its own,
# or it would look at the consents of every dossier.
_toestemmingen = m.Toestemming.__table__
_toestemming = _toestemmingen.c
_organisations = m.Organisation.__table__
_organisation = _organisations.c

Where = ColumnElement[bool]


def consented(hulpvraag: Any, organisation_id: Any) -> Where:
    """Say that the parents with authority let this organisation read: one gave it, nobody is in the way.

    Who once gave it and took it back, or refused, stands in the way; where the SWV asks for both parents
    (`toestemming_van_beiden`), so does who has not given it. `hulpvraag` has `id`, `kind_id` and `swv_id`,
    as columns or as a row.
    """
    gave, said_no = _parent(hulpvraag, organisation_id)
    both = exists().where(_organisation.id == hulpvraag.swv_id, _organisation.toestemming_van_beiden)
    both = both.correlate_except(_organisations)
    parents = m.Gezagsdrager.__table__.alias()
    parent = parents.c
    with_authority = (parent.kind_id == hulpvraag.kind_id, parent.gezag == Gezag.JA)
    covered = exists().where(*with_authority, gave(parent)).correlate_except(parents)
    blocking = exists().where(*with_authority, ~gave(parent), or_(both, said_no(parent)))
    blocking = blocking.correlate_except(parents)
    return and_(covered, ~blocking)


def not_refused(hulpvraag: Any, organisation_id: Any) -> Where:
    """Say that no parent with authority took a consent for this organisation back, or refused it."""
    gave, said_no = _parent(hulpvraag, organisation_id)
    parents = m.Gezagsdrager.__table__.alias()
    parent = parents.c
    refused = exists().where(
        parent.kind_id == hulpvraag.kind_id, parent.gezag == Gezag.JA, ~gave(parent), said_no(parent)
    )
    return ~refused.correlate_except(parents)


def _parent(hulpvraag: Any, organisation_id: Any) -> tuple[Any, Any]:
    t = _toestemming

    def about(parent: Any) -> tuple[Where, ...]:
        return (
            t.hulpvraag_id == hulpvraag.id,
            t.organisation_id == organisation_id,
            t.gezagsdrager_id == parent.id,
        )

    def gave(parent: Any) -> Where:
        given = exists().where(*about(parent), t.gegeven_op.is_not(None), t.ingetrokken_op.is_(None))
        return given.correlate_except(_toestemmingen)

    def said_no(parent: Any) -> Where:
        return exists().where(*about(parent), t.ingetrokken_op.is_not(None)).correlate_except(_toestemmingen)

    return gave, said_no
