"""What an organisation changed of its rights, read along with whoever is asked about."""

from typing import Any

from sqlalchemy import Label, String, case, func, select, type_coerce

from app import models as m
from app.access.roles import Deviation
from app.terms import Role

# A table and not the class: the gate must not be asked about the gate.
_changed = m.Rechtafwijking.__table__.c


def changed_rights(organisation_id: Any) -> Label[str | None]:
    """Give a column with all that this organisation changed, in one text: no statement of its own.

    `organisation_id` is a column of the statement around. `deviations` reads the text.
    """
    one = (
        type_coerce(_changed.rol, String) + ":" + _changed.recht + ":" + case((_changed.mag, "1"), else_="0")
    )
    found = select(func.aggregate_strings(one, ",")).where(_changed.organisation_id == organisation_id)
    return found.correlate_except(m.Rechtafwijking.__table__).scalar_subquery().label("afwijkingen")


def deviations(text: str | None, roles: frozenset[Role]) -> frozenset[Deviation]:
    """Read what `changed_rights` gave, as far as it is about one of `roles`."""
    lines = (line.split(":") for line in (text or "").split(",") if line)
    return frozenset((Role(rol), recht, mag == "1") for rol, recht, mag in lines if rol in roles)
