"""The parents' consent as SQL: whether a school may read, asked anew on every request."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select

from app import models as m
from app.terms import Gezag

# Tables and not classes: the gate must not be asked about the gate. SQLAlchemy correlates by itself with the
# nearest select alone: each question says what is its own, or it would look at the consents of every dossier.
_toestemming = m.Toestemming.__table__
_organisation = m.Organisation.__table__
_gezagsdrager = m.Gezagsdrager.__table__.alias("gezag")

Where = ColumnElement[bool]


def consented(hulpvraag: Any, organisation_id: Any) -> Where:
    """Say that the parents with authority let this organisation read: one gave it, nobody is in the way.

    Who once gave it and took it back, or refused, stands in the way; where the SWV asks for both parents
    (`toestemming_van_beiden`), so does who has not given it. `hulpvraag` has `id`, `kind_id` and `swv_id`,
    as columns or as a row.
    """
    both = _exists(
        _organisation,
        _organisation.c.id == hulpvraag.swv_id,
        _organisation.c.toestemming_van_beiden.is_(True),
    )
    covered = _parent(hulpvraag, lambda parent: _gave(hulpvraag, organisation_id, parent))
    in_the_way = _parent(
        hulpvraag,
        lambda parent: and_(
            ~_gave(hulpvraag, organisation_id, parent),
            or_(both, _said_no(hulpvraag, organisation_id, parent)),
        ),
    )
    return and_(covered, ~in_the_way)


def not_refused(hulpvraag: Any, organisation_id: Any) -> Where:
    """Say that no parent with authority took a consent for this organisation back, or refused it."""
    return ~_parent(
        hulpvraag,
        lambda parent: and_(
            ~_gave(hulpvraag, organisation_id, parent), _said_no(hulpvraag, organisation_id, parent)
        ),
    )


def _parent(hulpvraag: Any, says: Callable[[Any], Where]) -> Where:
    """Say that there is a parent with authority of whom `says` holds."""
    p = _gezagsdrager.c
    return _exists(_gezagsdrager, p.kind_id == hulpvraag.kind_id, p.gezag == Gezag.JA, says(p))


def _gave(hulpvraag: Any, organisation_id: Any, parent: Any) -> Where:
    t = _toestemming.c
    in_force = (t.gegeven_op.is_not(None), t.ingetrokken_op.is_(None))
    return _exists(_toestemming, *_about(hulpvraag, organisation_id, parent), *in_force)


def _said_no(hulpvraag: Any, organisation_id: Any, parent: Any) -> Where:
    about = _about(hulpvraag, organisation_id, parent)
    return _exists(_toestemming, *about, _toestemming.c.ingetrokken_op.is_not(None))


def _about(hulpvraag: Any, organisation_id: Any, parent: Any) -> tuple[Where, ...]:
    t = _toestemming.c
    return (
        t.hulpvraag_id == hulpvraag.id,
        t.organisation_id == organisation_id,
        t.gezagsdrager_id == parent.id,
    )


def _exists(table: Any, *where: Where) -> Where:
    """Say that `table` has such a row; all else in `where` is of the statement around, however far out."""
    return select(literal(1)).select_from(table).where(*where).correlate_except(table).exists()
