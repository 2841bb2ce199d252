"""Signing in: organisation, user name, password and code in one step; a session only when all are right."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select, update

from app.access import Person, as_system, invited_person, people_of
from app.errors import SignInRefused, TooMany
from app.extensions import db
from app.models import Gebruiker, Inloggegevens, Organisation
from app.services import budget, device, log, passwords, sessions, two_factor
from app.terms import Actie, OrganisationSoort

_WHY = "signing in comes before being somebody"
# What gives an account its place: one can sign in at an SWV or at the operator.
_DOORS = (OrganisationSoort.SAMENWERKINGSVERBAND, OrganisationSoort.EXPLOITANT)
_NOBODY = -1


@dataclass(frozen=True)
class SignedIn:
    """A session that has just begun: who, the token and the device for the cookies, and what to say first."""

    person: Person
    token: str
    device: str
    notice: str | None = None


@dataclass(frozen=True)
class _Proof:
    """A second proof: `holds` looks and uses nothing, `use` uses it up and can lose a race."""

    holds: Callable[[Inloggegevens | None], bool]
    use: Callable[[int], bool]


def organisations() -> list[tuple[str, str]]:
    """Give key and name of every organisation that one can sign in at, the operator last."""
    o = Organisation
    query = select(o).where(o.soort.in_(_DOORS), o.actief.is_(True)).order_by(o.soort.desc(), o.naam)
    with as_system("the page to sign in lists the SWVs"):
        return [(str(found.id), found.naam) for found in db.session.scalars(query)]


def sign_in(
    *,
    organisation_id: uuid.UUID | None,
    username: str,
    password: str,
    code: str,
    known_device: str | None = None,
    instead_of: uuid.UUID | None = None,
) -> SignedIn:
    """Begin a session; SignInRefused for whatever doesn't match, TooMany when the tries are used up.

    `known_device` is what this browser keeps of `SignedIn.device`, if anything.
    """
    step: list[int] = []

    def holds(secrets: Inloggegevens | None) -> bool:
        found = two_factor.matching_step(secrets.totp_geheim if secrets else None, code)
        step.extend([] if found is None else [found])
        return found is not None

    proof = _Proof(holds, lambda gebruiker_id: two_factor.use_step(gebruiker_id, step[0]))
    tries = device.tries_of(username, known_device)
    return _enter(organisation_id, username, password, proof, tries, instead_of, Actie.AANMELDEN)


def sign_in_with_recovery_code(
    *,
    organisation_id: uuid.UUID | None,
    username: str,
    password: str,
    code: str,
    known_device: str | None = None,
    instead_of: uuid.UUID | None = None,
) -> SignedIn:
    """Begin a session with one of the ten recovery codes, which is then used up; refusals as of `sign_in`."""

    def holds(secrets: Inloggegevens | None) -> bool:
        return two_factor.has_recovery_code(secrets.gebruiker_id if secrets else _NOBODY, code)

    proof = _Proof(holds, lambda gebruiker_id: two_factor.use_recovery_code(gebruiker_id, code))
    tries = device.tries_of(username, known_device)
    act = Actie.HERSTELCODE_GEBRUIKEN
    entered = _enter(organisation_id, username, password, proof, tries, instead_of, act)
    left = two_factor.recovery_codes_left(entered.person.gebruiker_id)
    notice = ngettext(
        "You used a recovery code. You have %(num)s recovery code left.",
        "You used a recovery code. You have %(num)s recovery codes left.",
        left,
    )
    return replace(entered, notice=notice)


def prove_again(
    person: Person, username: str, *, password: str, code: str, use: Callable[[int], bool]
) -> None:
    """Let `person`, who is signed in, prove it once more; refusals as of `sign_in`.

    The tries are apart from those to sign in: no stranger can use them up. `use` does what was asked with the
    30 s step of the code, or gives False when that can't be used any more; the caller commits.
    """
    key = budget.key_of("opnieuw", username)
    _spend(key, person.swv_id)
    gebruiker, secrets = _account(username)
    right = passwords.verify(password, secrets.wachtwoord_hash if secrets else None)
    step = two_factor.matching_step(secrets.totp_geheim if secrets else None, code)
    if not right or step is None or not use(step):
        _refused(person.swv_id, gebruiker, belongs=True)
        raise SignInRefused(_l("The password or the code is not right. Please fill in both once more."))
    budget.restore(key)


def is_account_of(person: Person | None, username: str) -> bool:
    """Tell whether `person` already is who signs in here, as after a double click."""
    gebruiker, _ = _account(username)
    return person is not None and gebruiker is not None and gebruiker.id == person.gebruiker_id


def _enter(
    organisation_id: uuid.UUID | None,
    username: str,
    password: str,
    proof: _Proof,
    tries: str,
    instead_of: uuid.UUID | None,
    actie: Actie,
) -> SignedIn:
    _spend(tries, organisation_id)
    gebruiker, secrets = _account(username)
    gebruiker_id = gebruiker.id if gebruiker else _NOBODY
    # Every question is asked whatever the answers before it: the time tells nothing.
    right = (
        passwords.verify(password, secrets.wachtwoord_hash if secrets else None),
        proof.holds(secrets),
        bool(found := places_at(gebruiker_id, organisation_id)),
        bool(gebruiker and gebruiker.active and secrets and secrets.actief_sinds),
    )
    if not all(right) or not proof.use(gebruiker_id):
        _refused(organisation_id, gebruiker, belongs=bool(found))
        raise SignInRefused
    person = sessions.last_place(gebruiker_id, found)
    token = sessions.begin(person, instead_of=instead_of)
    _renew_hash(secrets, password)
    budget.restore(tries)
    log.record(actie, person=person)
    db.session.commit()
    return SignedIn(person, token, device.proof_for(username))


def _spend(key: str, organisation_id: uuid.UUID | None) -> None:
    try:
        budget.spend(key)
    except TooMany:
        _refused(organisation_id)
        raise


def _refused(
    organisation_id: uuid.UUID | None, gebruiker: Gebruiker | None = None, *, belongs: bool = False
) -> None:
    key = gebruiker.id if gebruiker else None
    db.session.rollback()
    log.at_the_door(
        Actie.AANMELDEN_GEWEIGERD, door=organisation_id, gebruiker_id=key, belongs=belongs, gelukt=False
    )
    db.session.commit()


def places_at(gebruiker_id: int, organisation_id: uuid.UUID | None) -> list[Person]:
    """Give where this account can work when it signs in there, by name, and as an invited person."""
    found = people_of(gebruiker_id=gebruiker_id)
    members = [place for place in found if organisation_id in (place.swv_id, place.organisation_id)]
    if organisation_id is None:
        return []
    invited = invited_person(gebruiker_id, organisation_id)
    by_name = sorted(members, key=lambda place: place.organisation_naam.casefold())
    return [*by_name, *filter(None, [invited])]


def _account(username: str) -> tuple[Gebruiker | None, Inloggegevens | None]:
    query = (
        select(Gebruiker, Inloggegevens)
        .outerjoin(Inloggegevens, Inloggegevens.gebruiker_id == Gebruiker.id)
        .where(Gebruiker.username == username.strip().casefold())
    )
    with as_system(_WHY):
        found = db.session.execute(query).first()
    return (found[0], found[1]) if found else (None, None)


def _renew_hash(secrets: Inloggegevens | None, password: str) -> None:
    if secrets is None or not secrets.wachtwoord_hash or not passwords.is_outdated(secrets.wachtwoord_hash):
        return
    # Hashing takes a while: a password that was chosen meanwhile must not give way to the old one.
    unchanged = (
        Inloggegevens.gebruiker_id == secrets.gebruiker_id,
        Inloggegevens.wachtwoord_hash == secrets.wachtwoord_hash,
    )
    renewed = {"wachtwoord_hash": passwords.hash_password(password)}
    with as_system(_WHY):
        db.session.execute(update(Inloggegevens).where(*unchanged).values(renewed))
