"""THE rights: visible(), may(), require(), level(), recipients(), as_system("why"), and the gate on every session."""

from app.access.gate import install, write_as_system
from app.access.person import Person, as_system, current_person, system_reason
from app.access.questions import fields, level, may, people_of, person_for, recipients, require, visible
from app.access.rights import CEILING, permits

__all__ = [
    "CEILING",
    "Person",
    "as_system",
    "current_person",
    "fields",
    "install",
    "level",
    "may",
    "people_of",
    "permits",
    "person_for",
    "recipients",
    "require",
    "system_reason",
    "visible",
    "write_as_system",
]
