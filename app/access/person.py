"""Who is asking: the person of this request, or the system with a reason."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property

from flask import g, has_app_context

from app.access.roles import OPEN_DOSSIER, Deviation, right_to, rights_of
from app.errors import NotFound
from app.terms import Ground, Noun, OrganisationSoort, Role, Verb

_system: ContextVar[str | None] = ContextVar("as_system", default=None)
_everywhere: ContextVar[bool] = ContextVar("across_swvs", default=False)

# The role with which a ground opens a dossier: a role administrator of the same preschool sees nothing.
GROUND_OF_ROLE: dict[Role, tuple[Ground, ...]] = {
    Role.CONTACTPERSOON_JK: (Ground.SWV,),
    Role.JK_SPECIALIST: (Ground.SWV,),
    Role.CONTACTPERSOON_VOORSCHOOL: (Ground.VOORSCHOOL, Ground.GENODIGD, Ground.OVERLEGRONDE),
    Role.CONTACTPERSOON_SCHOOL: (Ground.SCHOOL, Ground.ZORGPLICHT, Ground.GENODIGD, Ground.OVERLEGRONDE),
    Role.OUDER: (Ground.OUDER,),
    Role.DEELNEMER: (Ground.GENODIGD, Ground.OVERLEGRONDE),
}
# Grounds of a person, on behalf of one organisation or of nobody; the others are an organisation's.
PERSONAL = frozenset({Ground.GENODIGD, Ground.OVERLEGRONDE, Ground.OUDER})


@dataclass(frozen=True)
class Person:
    """A person at work: one account, on behalf of one organisation (or of nobody: an invited person)."""

    gebruiker_id: int
    naam: str
    voornaam: str = ""
    organisation_id: uuid.UUID | None = None
    organisation_naam: str = ""
    soort: OrganisationSoort | None = None
    swv_id: uuid.UUID | None = None
    swv_naam: str = ""
    rollen: frozenset[Role] = field(default_factory=frozenset)
    sessie_id: uuid.UUID | None = None
    can_switch: bool = False
    afwijkingen: frozenset[Deviation] = frozenset()

    @cached_property
    def bare(self) -> "Person":
        """Give what the rights look at: the same person in every session, without a name."""
        return Person(
            self.gebruiker_id,
            "",
            organisation_id=self.organisation_id,
            soort=self.soort,
            swv_id=self.swv_id,
            rollen=self.rollen,
            afwijkingen=self.afwijkingen,
        )

    def roles_with(self, right: str) -> frozenset[Role]:
        """Give those of the roles that have this right in the organisation."""
        return frozenset(
            role for role in self.rollen if right in rights_of(self.soort, role, self.afwijkingen)
        )

    def has_right(self, right: str) -> bool:
        """Tell whether one of the roles has this right; what the dossier says comes on top."""
        return bool(self.roles_with(right))

    def permits(self, noun: Noun, verb: Verb) -> bool:
        """Tell whether one of the roles has the right to `verb` a `noun`."""
        return self.has_right(right_to(noun, verb))

    @cached_property
    def grounds(self) -> frozenset[Ground]:
        """Give the grounds on which the roles can open a dossier."""
        opening = self.roles_with(OPEN_DOSSIER)
        return frozenset(ground for role in opening for ground in GROUND_OF_ROLE.get(role, ()))

    @property
    def is_jk_staff(self) -> bool:
        """Tell whether this is JK staff, at work for the SWV itself, that opens dossiers."""
        return Ground.SWV in self.grounds and self.organisation_id == self.swv_id


def current_person() -> Person | None:
    """Give the signed-in person of this request; None in a worker, a command or before sign-in."""
    return g.get("person") if has_app_context() else None


def reader() -> Person:
    """Give the signed-in person of this request; NotFound for nobody."""
    person = current_person()
    if person is None:
        raise NotFound
    return person


def system_reason() -> str | None:
    """Give the reason of the `as_system` block we are in, if any."""
    return _system.get()


def across_swvs() -> bool:
    """Tell whether the block we are in may read rows of every SWV."""
    return _everywhere.get()


@contextmanager
def as_system(reason: str, *, across_swvs: bool = False) -> Iterator[None]:
    """Lift the gate for the block, for what the portal itself must know or write; `reason` says why.

    In a person's request row-level security still keeps to that person's SWV, unless `across_swvs`.
    """
    token, everywhere = _system.set(reason), _everywhere.set(across_swvs)
    try:
        yield
    finally:
        _system.reset(token)
        _everywhere.reset(everywhere)
