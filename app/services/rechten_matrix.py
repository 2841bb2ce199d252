"""The matrix of an organisation: every right of every role, as it is and as it may be changed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import access
from app.access import CEILING, Person, as_system
from app.access.roles import DEFAULTS, FIXED, INVITED, Deviation, Rights, needed_for, rights_of, roles_in
from app.extensions import db
from app.models import Organisation, Rechtafwijking
from app.services.rechten_woorden import GROUPS, WORDS
from app.terms import JK_STAFF, OrganisationSoort, Role


@dataclass(frozen=True)
class Cell:
    """One right of one role: by default, now, whether one may change it, and why it is as it is.

    `works` is False when the role has it, but not the right that it needs.
    """

    role: Role
    right: str
    by_default: bool
    has: bool
    works: bool
    open: bool
    fixed: bool = False
    why: Any = ""

    @property
    def key(self) -> str:
        """Name it in a form."""
        return f"{self.role}:{self.right}"

    @property
    def differs(self) -> bool:
        """Tell whether the organisation changed it."""
        return self.has != self.by_default


@dataclass(frozen=True)
class Line:
    """One right, for every role of the organisation."""

    right: str
    words: Any
    cells: tuple[Cell, ...]

    def of(self, role: Role) -> Cell:
        """Give the cell of one role."""
        return next(cell for cell in self.cells if cell.role is role)

    @property
    def possible(self) -> bool:
        """Tell whether any role of such an organisation can have it."""
        return any(cell.open or cell.has for cell in self.cells)


@dataclass(frozen=True)
class Group:
    """The rights on one noun. `absent` are the roles that can have none of them, each with the reason."""

    heading: Any
    lines: tuple[Line, ...]

    @property
    def roles(self) -> list[Role]:
        """List the roles that can have any of these rights."""
        can = {cell.role for line in self.lines for cell in line.cells if cell.open or cell.has}
        return [cell.role for cell in self.lines[0].cells if cell.role in can]

    @property
    def absent(self) -> list[tuple[list[Role], str]]:
        """List the other roles by the reason."""
        found: dict[str, list[Role]] = {}
        for cell in self.lines[0].cells:
            if cell.role not in self.roles:
                found.setdefault(str(cell.why), []).append(cell.role)
        return [(roles, why) for why, roles in found.items()]


@dataclass(frozen=True)
class Matrix:
    """All rights × all roles of one organisation. `seen` stands for how it was when it was shown."""

    organisation: Organisation
    roles: tuple[Role, ...]
    groups: tuple[Group, ...]
    never: tuple[tuple[Any, Any], ...]
    own: frozenset[Role]
    changes: Sequence[Rechtafwijking]
    seen: str

    @property
    def has_fixed(self) -> bool:
        """Tell whether there are rights that nobody takes away."""
        return any(cell.fixed for cell in self.cells)

    @property
    def lines(self) -> list[Line]:
        """List every right."""
        return [line for group in self.groups for line in group.lines]

    @property
    def cells(self) -> list[Cell]:
        """List every cell."""
        return [cell for line in self.lines for cell in line.cells]


def matrix(organisation: Organisation, by: Person) -> Matrix:
    """Give the matrix as `by` may change it."""
    to_set = access.rights_to_set(by, organisation)
    rows = changes_of(organisation)
    changed = frozenset((row.rol, row.recht, row.mag) for row in rows)
    roles = tuple(roles_in(organisation.soort))
    own = frozenset(roles) - to_set.keys()
    groups, never = [], []
    soort = organisation.soort
    for heading, rights in GROUPS:
        lines = [
            Line(right, words, tuple(_cell(soort, role, right, changed, to_set) for role in roles))
            for right, words in rights.items()
        ]
        never += [(line.words, why_not(soort, line.right)) for line in lines if not line.possible]
        if kept := tuple(line for line in lines if line.possible):
            groups.append(Group(heading, kept))
    return Matrix(organisation, roles, tuple(groups), tuple(never), own, rows, digest(changed))


def _cell(
    soort: OrganisationSoort,
    role: Role,
    right: str,
    changed: frozenset[Deviation],
    to_set: Mapping[Role, Rights],
) -> Cell:
    most, default = roles_in(soort)[role], right in DEFAULTS[role]
    set_to = {of_right: granted for of, of_right, granted in changed if of is role}
    if right not in most:
        never = why_not(soort, right, role)
        return Cell(role, right, by_default=False, has=False, works=False, open=False, why=never)
    has = default if right in FIXED[role] else set_to.get(right, default)
    works = right in rights_of(None if role in INVITED else soort, role, changed)
    why: Any = ""
    if has and not works:
        needs = [WORDS[need] for need in sorted(needed_for(right)) if need in WORDS and need != right]
        why = _l("This does not work now. It needs: %(rights)s.", rights="; ".join(map(str, needs)))
    can = right in to_set.get(role, ())
    return Cell(
        role, right, by_default=default, has=has, works=works, open=can, fixed=right in FIXED[role], why=why
    )


def why_not(soort: OrganisationSoort, right: str, role: Role | None = None) -> Any:
    """Say why such an organisation, or this role in it, can never have this right."""
    can = {of for of, rights in _everywhere().items() if right in rights}
    if role is not None and role in can:
        return _l("Only the partnership itself can do this, for all its organisations.")
    if can <= {Role.ROLBEHEERDER, Role.PRIVACYFUNCTIONARIS, Role.PLATFORMBEHEERDER}:
        if Role.ROLBEHEERDER in roles_in(soort) and right not in roles_in(soort)[Role.ROLBEHEERDER]:
            return _l("Only the partnership itself can do this, for all its organisations.")
        return _l("People and rights are the work of the role administrator alone.")
    if role in (Role.ROLBEHEERDER, Role.PRIVACYFUNCTIONARIS):
        return _l("This role opens no dossiers, so that nobody gives themselves access to one.")
    if can <= JK_STAFF:
        return _l("This is the work of the JK staff of the partnership.")
    if can <= {Role.CONTACTPERSOON_SCHOOL, Role.OUDER} | JK_STAFF and Role.OUDER not in can:
        return _l("This is for a school that was approached, and for the JK staff.")
    if Role.OUDER in can:
        return _l("This is for the parents and the JK staff.")
    return _l("In this role one never sees this of a dossier.")


def _everywhere() -> dict[Role, Rights]:
    found: dict[Role, Rights] = dict(INVITED)
    for roles in CEILING.values():
        for role, rights in roles.items():
            found[role] = found.get(role, frozenset()) | rights
    return found


def changes_of(organisation: Organisation) -> Sequence[Rechtafwijking]:
    """List what the organisation changed of its rights, the newest first, as it is in the database now."""
    query = select(Rechtafwijking).where(Rechtafwijking.organisation_id == organisation.id)
    query = query.options(joinedload(Rechtafwijking.door)).order_by(Rechtafwijking.op.desc())
    with as_system("the names of who changed a right"):
        return db.session.scalars(query.execution_options(populate_existing=True)).all()


def changed_by(organisation: Organisation) -> frozenset[Deviation]:
    """Give what the organisation changed of its rights."""
    return frozenset((row.rol, row.recht, row.mag) for row in changes_of(organisation))


def digest(changed: frozenset[Deviation]) -> str:
    """Give a short word that stands for what was changed."""
    return hashlib.sha256(repr(sorted(changed)).encode()).hexdigest()[:16]
