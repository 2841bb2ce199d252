"""THE rights: visible(), may(), require(), level(), recipients(), as_system("why"), and the gate itself."""

from app.access.gate import install, write_as_system
from app.access.invited import invited_person, was_invited
from app.access.involvement import valid
from app.access.people import know_people, people_of, person_for
from app.access.person import Person, as_system, current_person, reader, system_reason
from app.access.questions import (
    editable,
    fields,
    forget_levels,
    form_fields,
    in_force,
    level,
    may,
    may_add_somewhere,
    readable,
    recipients,
    require,
    standing,
    visible,
)
from app.access.roles import CEILING, permits

__all__ = [
    "CEILING",
    "Person",
    "as_system",
    "current_person",
    "editable",
    "fields",
    "forget_levels",
    "form_fields",
    "in_force",
    "install",
    "invited_person",
    "know_people",
    "level",
    "may",
    "may_add_somewhere",
    "people_of",
    "permits",
    "person_for",
    "readable",
    "reader",
    "recipients",
    "require",
    "standing",
    "system_reason",
    "valid",
    "visible",
    "was_invited",
    "write_as_system",
]
