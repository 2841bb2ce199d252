"""What a foreign key can be picked from: rows that the person may see, found by typing, at most 20."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select

from app.access import current_person
from app.access.involvement import works
from app.access.roles import CEILING
from app.access.scopes import addable
from app.errors import NotFound
from app.extensions import db
from app.models import Gebruiker, Hulpvraag, Kind, Lidmaatschap, Notitie, Organisation, SchoolVoorkeur
from app.models.base import parse_id
from app.models.kind import searchable
from app.services import log
from app.terms import JK_STAFF, Actie, Noun, OrganisationSoort, Role

MOST = 20
_INVITED = JK_STAFF | {Role.CONTACTPERSOON_VOORSCHOOL, Role.CONTACTPERSOON_SCHOOL}
Choice = tuple[str, str, str]
Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Member:
    """Somebody at work for one organisation."""

    gebruiker_id: int
    organisation_id: uuid.UUID


@dataclass(frozen=True)
class Pick:
    """One kind of choice: of what, who may be offered it, the query for what was typed, and for one id."""

    noun: Noun
    who: frozenset[Role]
    query: Callable[[str], Query]
    one: Callable[[Any], Query]
    key: Callable[[Any], Any] = parse_id


def _organisations(
    soort: OrganisationSoort | None,
) -> tuple[Callable[[str], Query], Callable[[Any], Query]]:
    def base() -> Query:
        found = select(Organisation.id, Organisation.naam, Organisation.platform).where(
            Organisation.actief.is_(True)
        )
        return found.where(Organisation.soort == soort) if soort else found

    return (
        lambda typed: (
            base().where(_like(Organisation.naam, typed)).order_by(Organisation.naam, Organisation.id)
        ),
        lambda key: base().where(Organisation.id == key),
    )


def _people(role: Role) -> tuple[Callable[[str], Query], Callable[[Any], Query]]:
    name = Gebruiker.first_name + " " + Gebruiker.last_name
    place = Organisation.naam + func.coalesce(" · " + Lidmaatschap.locatie, "")

    def base() -> Query:
        return (
            select(Gebruiker.id, name, func.min(place))
            .join(Lidmaatschap, Lidmaatschap.gebruiker_id == Gebruiker.id)
            .join(Organisation, Organisation.id == Lidmaatschap.organisation_id)
            .where(_gives({role}), works(Lidmaatschap), Gebruiker.active.is_(True), Organisation.actief)
            .group_by(Gebruiker.id, name)
        )

    return (
        lambda typed: base().where(_like(name, typed)).order_by(name, Gebruiker.id),
        lambda key: base().where(Gebruiker.id == key),
    )


def _members() -> tuple[Callable[[str], Query], Callable[[Any], Query]]:
    """Offer everybody who can be invited on behalf of an organisation; the key names both."""
    name = Gebruiker.first_name + " " + Gebruiker.last_name

    def base() -> Query:
        key = cast(Gebruiker.id, String) + "." + cast(Organisation.id, String)
        return (
            select(key, name, Organisation.naam)
            .join(Lidmaatschap, Lidmaatschap.gebruiker_id == Gebruiker.id)
            .join(Organisation, Organisation.id == Lidmaatschap.organisation_id)
            .where(_gives(_INVITED), works(Lidmaatschap))
            .where(Gebruiker.active.is_(True), Organisation.actief)
            .group_by(Gebruiker.id, name, Organisation.id, Organisation.naam)
        )

    def one(member: Member) -> Query:
        return base().where(Gebruiker.id == member.gebruiker_id, Organisation.id == member.organisation_id)

    def query(typed: str) -> Query:
        found = base().where(or_(_like(name, typed), _like(Organisation.naam, typed)))
        return found.order_by(name, Gebruiker.id, Organisation.naam)

    return query, one


def _gives(roles: Collection[Role]) -> ColumnElement[bool]:
    """Say which memberships give one of `roles`: no more than their organisation can."""
    return or_(
        *(
            and_(Lidmaatschap.rol.in_(sorted(given)), Organisation.soort == soort)
            for soort, ceiling in CEILING.items()
            if (given := set(roles) & set(ceiling))
        )
    )


def _like(column: Any, typed: str) -> Any:
    return column.icontains(typed, autoescape=True)


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _member(value: Any) -> Member | None:
    person, _dot, place = str(value).partition(".")
    gebruiker_id, organisation_id = _number(person), parse_id(place)
    return Member(gebruiker_id, organisation_id) if gebruiker_id and organisation_id else None


_kind_name = Kind.voornaam + " " + func.coalesce(Kind.tussenvoegsel + " ", "") + Kind.achternaam
_kind = (
    lambda typed: (
        select(Kind.id, _kind_name, Kind.geboortedatum)
        .where(Kind.zoeknaam.contains(searchable(typed), autoescape=True))
        .order_by(Kind.zoeknaam, Kind.id)
    ),
    lambda key: select(Kind.id, _kind_name, Kind.geboortedatum).where(Kind.id == key),
)


def _hulpvragen(model: type[Any]) -> tuple[Callable[[str], Query], Callable[[Any], Query]]:
    """Offer the dossiers in which the person may add a row of `model`."""
    return (
        lambda typed: (
            select(Hulpvraag.id, Hulpvraag.nummer, _kind_name)
            .join(Kind, Kind.id == Hulpvraag.kind_id)
            .where(
                or_(
                    _like(Hulpvraag.nummer, typed), Kind.zoeknaam.contains(searchable(typed), autoescape=True)
                )
            )
            .where(addable(model, current_person()))
            .order_by(Hulpvraag.gewijzigd_op.desc(), Hulpvraag.id)
        ),
        lambda key: select(Hulpvraag.id, Hulpvraag.nummer, Hulpvraag.status).where(
            Hulpvraag.id == key, addable(model, current_person())
        ),
    )


_administrators = frozenset({Role.ROLBEHEERDER})
_propose_schools = JK_STAFF | {Role.OUDER}
_write_notes = JK_STAFF | {Role.CONTACTPERSOON_VOORSCHOOL, Role.CONTACTPERSOON_SCHOOL}

# The relation's name is the key, so that a screen declares nothing.
PICKS: dict[str, Pick] = {
    "kind": Pick(Noun.KIND, JK_STAFF, *_kind),
    "hulpvraag": Pick(Noun.HULPVRAAG, _write_notes, *_hulpvragen(Notitie)),
    "hulpvraag_school": Pick(Noun.HULPVRAAG, _propose_schools, *_hulpvragen(SchoolVoorkeur)),
    "school": Pick(Noun.ORGANISATION, _propose_schools, *_organisations(OrganisationSoort.SCHOOL)),
    "voorschool": Pick(Noun.ORGANISATION, JK_STAFF, *_organisations(OrganisationSoort.VOORSCHOOL)),
    "organisation": Pick(Noun.ORGANISATION, _administrators, *_organisations(None)),
    "swv": Pick(
        Noun.ORGANISATION,
        frozenset({Role.PLATFORMBEHEERDER}),
        *_organisations(OrganisationSoort.SAMENWERKINGSVERBAND),
    ),
    "contactpersoon": Pick(
        Noun.LIDMAATSCHAP, JK_STAFF, *_people(Role.CONTACTPERSOON_VOORSCHOOL), key=_number
    ),
    "specialist": Pick(Noun.LIDMAATSCHAP, JK_STAFF, *_people(Role.JK_SPECIALIST), key=_number),
    "persoon": Pick(Noun.LIDMAATSCHAP, JK_STAFF, *_members(), key=_member),
    "waarnemer": Pick(Noun.LIDMAATSCHAP, JK_STAFF, *_people(Role.JK_SPECIALIST), key=_number),
}

_OF_A_CHILD = frozenset({Noun.KIND, Noun.HULPVRAAG})


def search(pick: str, typed: str) -> list[Choice]:
    """Find at most MOST rows for what was typed, as (id, label, hint). Commits: it is an event."""
    offered = _allowed(pick)
    found = db.session.execute(offered.query(typed.strip()[:80]).limit(MOST)).all()
    log.searching(offered.noun, typed=True)
    return [(str(key), label, str(hint or "")) for key, label, hint in found]


def name(pick: str, key: Any) -> str:
    """Give the label of one row on offer; empty when it is not on offer."""
    offered = _allowed(pick)
    value = offered.key(key)
    if value is None:
        return ""
    row = db.session.execute(offered.one(value)).first()
    if row and offered.noun in _OF_A_CHILD:
        log.named(offered.noun.value, value, value if offered.noun is Noun.HULPVRAAG else None)
    return row[1] if row else ""


def opened(pick: str, key: Any) -> None:
    """Record that a form opens with this child or dossier filled in, or that it is not on offer. Commits."""
    noun = _allowed(pick).noun
    if noun in _OF_A_CHILD and name(pick, key):
        row = parse_id(key)
        of = row if noun is Noun.HULPVRAAG else None
        log.record(Actie.LEZEN, noun=noun.value, object_id=row, hulpvraag_id=of)
        db.session.commit()
    elif noun in _OF_A_CHILD:
        log.refusal(NotFound.__name__)


def member(key: Any) -> Member | None:
    """Read who was picked, when that is still on offer."""
    return _member(key) if name("persoon", key) else None


def _allowed(pick: str) -> Pick:
    person = current_person()
    offered = PICKS.get(pick)
    if offered is None or person is None or not offered.who & person.rollen:
        raise NotFound
    return offered
