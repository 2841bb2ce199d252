"""THE rights: visible(), may(), require(), level(), recipients(), as_system("why"), and the gate itself."""

from app.access.deviations import changed_rights, deviations
from app.access.gate import insert_as_system, install, write_as_system
from app.access.invited import INVITED_ROLES, invited_person, was_invited
from app.access.involvement import valid, works
from app.access.people import know_people, people_of, person_for
from app.access.person import Person, as_system, current_person, reader, system_reason
from app.access.questions import (
    editable,
    fields,
    forget_levels,
    form_fields,
    grounds_of,
    in_force,
    level,
    may,
    may_add_somewhere,
    readable,
    recipients,
    require,
    rights_to_set,
    standing,
    visible,
)
from app.access.roles import CEILING, right_of_permission, right_to_move

__all__ = [
    "CEILING",
    "INVITED_ROLES",
    "Person",
    "as_system",
    "changed_rights",
    "current_person",
    "deviations",
    "editable",
    "fields",
    "forget_levels",
    "form_fields",
    "grounds_of",
    "in_force",
    "insert_as_system",
    "install",
    "invited_person",
    "know_people",
    "level",
    "may",
    "may_add_somewhere",
    "people_of",
    "person_for",
    "readable",
    "reader",
    "recipients",
    "require",
    "right_of_permission",
    "right_to_move",
    "rights_to_set",
    "standing",
    "system_reason",
    "valid",
    "visible",
    "was_invited",
    "works",
    "write_as_system",
]
