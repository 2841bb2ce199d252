"""The rights of an organisation's roles: what its role administrator changes of them."""

import uuid
from collections.abc import Collection, Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from app import access
from app.access import Person, as_system, write_as_system
from app.access.offices import administered
from app.access.roles import DEFAULTS, FIXED, OPEN_DOSSIER, Rights, roles_in
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Organisation, Rechtafwijking
from app.services import log
from app.services.rechten_matrix import changes_of, digest, why_not
from app.services.rechten_woorden import WORDS
from app.services.wording import moment
from app.terms import Actie, Noun, Role, Verb

_WHY = "what an organisation changed of its rights is written here alone"
_YES, _NO = "ja", "nee"
# One right of one role.
Cell = tuple[Role, str]


def find(key: uuid.UUID | None, by: Person | None) -> Organisation:
    """Find an organisation of which `by` may see the rights; NotFound otherwise."""
    if by is None or not by.permits(Noun.RECHT, Verb.READ):
        raise NotFound
    here = (Organisation.id == key, administered(Organisation.id, by))
    row = db.session.scalar(select(Organisation).where(*here))
    if row is None:
        raise NotFound
    return row


def change(organisation: Organisation, chosen: Collection[str], seen: str, by: Person) -> int:
    """Let exactly the `chosen` cells (`role:right`) be given, of those that `by` may set; count what changed.

    BadInput for a cell that is not theirs to give, Conflict when somebody changed the matrix since it was
    shown. In force on the next request of everybody with the role.
    """
    to_set = access.rights_to_set(by, organisation)
    every = {f"{role}:{right}": (role, right) for role, rights in to_set.items() for right in rights}
    if not every:
        raise NotFound
    if strange := set(chosen) - every.keys():
        raise BadInput(_refused(organisation, sorted(strange)[0], to_set))
    now_is = _unchanged_since(seen, organisation)
    count = _save(organisation, {cell: key in chosen for key, cell in every.items()}, now_is, by)
    db.session.commit()
    return count


def reset(organisation: Organisation, seen: str, by: Person) -> int:
    """Let every right that `by` may set be as by default again, as `change` does; count what changed."""
    to_set = access.rights_to_set(by, organisation)
    if not to_set:
        raise NotFound
    now_is = _unchanged_since(seen, organisation)
    mine = [cell for cell in now_is if cell[1] in to_set.get(cell[0], ())]
    count = _save(organisation, {(role, right): right in DEFAULTS[role] for role, right in mine}, now_is, by)
    db.session.commit()
    return count


def role_of(organisation: Organisation, name: str) -> Role:
    """Read a role of this organisation from an address; NotFound for any other word."""
    role = next((role for role in roles_in(organisation.soort) if role == name), None)
    if role is None:
        raise NotFound
    return role


def opens_dossiers(role: Role) -> bool:
    """Tell whether a dossier can open to this role at all."""
    return OPEN_DOSSIER in DEFAULTS[role]


def read(organisation: Organisation) -> None:
    """Record that the rights of this organisation were read, and commit."""
    log.record(Actie.LEZEN, noun=Noun.RECHT, object_id=organisation.id)
    db.session.commit()


def changed_places(by: Person) -> list[tuple[Organisation, int]]:
    """List the other organisations that `by` runs and that changed rights, with how many; for an SWV."""
    rows = db.session.scalars(select(Rechtafwijking).options(joinedload(Rechtafwijking.organisation)))
    found: dict[uuid.UUID, list[Organisation]] = {}
    for row in rows:
        if row.organisation_id != by.organisation_id:
            found.setdefault(row.organisation_id, []).append(row.organisation)
    return sorted(((of[0], len(of)) for of in found.values()), key=lambda pair: pair[0].naam)


def _save(
    organisation: Organisation, wanted: Mapping[Cell, bool], now_is: Mapping[Cell, Rechtafwijking], by: Person
) -> int:
    """Let these cells be so, keep what they were, and count what changed; the caller commits."""
    before = {cell: now_is[cell].mag if cell in now_is else cell[1] in DEFAULTS[cell[0]] for cell in wanted}
    moved = {cell: is_to for cell, is_to in wanted.items() if before[cell] != is_to}
    gone = [now_is[cell].id for cell in moved if cell in now_is]
    made = [
        Rechtafwijking(
            organisation_id=organisation.id, rol=rol, recht=recht, mag=mag, door_id=by.gebruiker_id
        )
        for (rol, recht), mag in moved.items()
        if mag != (recht in DEFAULTS[rol])
    ]
    with as_system(_WHY):
        db.session.execute(delete(Rechtafwijking).where(Rechtafwijking.id.in_(gone)))
    write_as_system(_WHY, *made)
    for (rol, recht), mag in moved.items():
        log.record(
            Actie.RECHT_WIJZIGEN,
            noun=Noun.RECHT,
            object_id=organisation.id,
            swv_id=organisation.swv_id,
            grond=recht,
            oud=f"{rol}:{_NO if mag else _YES}",
            nieuw=f"{rol}:{_YES if mag else _NO}",
        )
    return len(moved)


def _unchanged_since(seen: str, organisation: Organisation) -> dict[Cell, Rechtafwijking]:
    now_is = _take_turn(organisation)
    if seen != digest(frozenset((row.rol, row.recht, row.mag) for row in now_is.values())):
        raise Conflict(_somebody_first(list(now_is.values())))
    return now_is


def _take_turn(organisation: Organisation) -> dict[Cell, Rechtafwijking]:
    """Let one at a time change the rights of an organisation, and give what was changed until then."""
    turn = update(Organisation).where(Organisation.id == organisation.id).values(actief=Organisation.actief)
    with as_system(_WHY):
        db.session.execute(turn.execution_options(synchronize_session=False))
        return {(row.rol, row.recht): row for row in changes_of(organisation)}


def _refused(organisation: Organisation, key: str, to_set: Mapping[Role, Rights]) -> str:
    role_name, _colon, right = key.partition(":")
    role = next((role for role in roles_in(organisation.soort) if role == role_name), None)
    if role is None or right not in WORDS:
        return _("This right does not exist.")
    if right in FIXED[role] or right not in roles_in(organisation.soort)[role]:
        why = why_not(organisation.soort, right, role)
        return _(
            "The role %(role)s cannot get this right: %(right)s. %(why)s",
            role=role.label,
            right=WORDS[right],
            why=why,
        )
    return _(
        "You have the role %(role)s yourself. Another role administrator can change it.", role=role.label
    )


def _somebody_first(rows: Sequence[Rechtafwijking]) -> str:
    last = max(rows, key=lambda row: row.op, default=None)
    if last is None:
        return _("Somebody else just reset these rights. Look at them again; what you chose is still here.")
    return _(
        "%(who)s changed these rights (%(when)s). What you chose is still here: compare and save again.",
        who=last.door.naam,
        when=moment(last.op),
    )
