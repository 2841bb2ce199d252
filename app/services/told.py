"""Who is told of a change of status: the mail column of the status table, made into people."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access import Person, as_system, in_force, know_people, level, people_of, recipients
from app.extensions import db
from app.models import Bericht, Hulpvraag, Organisation, StatusWijziging
from app.services import stand_in
from app.services.outbox import queue, queue_nobody
from app.terms import Ground, Level, OrganisationSoort, Role, Status
from app.workflow import Told, Transition


@dataclass(frozen=True)
class Party:
    """An organisation that is told, with its people to mail; `knows_nobody` when no one there may know."""

    organisation: Organisation
    people: tuple[Person, ...]
    knows_nobody: bool

    @property
    def to(self) -> list[Person | Organisation]:
        """List the addressees: the people, and the shared address, which hears only: something is ready."""
        outside = self.organisation.soort is not OrganisationSoort.SAMENWERKINGSVERBAND
        shared = outside and self.organisation.meldadres
        return [*self.people, *([self.organisation] if shared else [])]

    @property
    def naam(self) -> str:
        """Name the party in a sentence for the screen."""
        match self.organisation.soort:
            case OrganisationSoort.VOORSCHOOL:
                return _("the preschool %(name)s", name=self.organisation.naam)
            case OrganisationSoort.SCHOOL:
                return _("the school %(name)s", name=self.organisation.naam)
            case _soort if len(self.people) == 1:
                return self.people[0].naam
            case _soort:
                return _("the JK staff of %(name)s", name=self.organisation.naam)


@dataclass(frozen=True)
class Audience:
    """Whom a change of status concerns, gathered before it: `knew` could read the dossier until then."""

    asked: dict[uuid.UUID, list[Person]]
    knew: frozenset[Person]

    def parties(
        self,
        hulpvraag: Hulpvraag,
        *,
        without: int | None,
        found: Mapping[uuid.UUID, Organisation] = MappingProxyType({}),
    ) -> list[Party]:
        """Make parties of who may know now, or could just before; `without` is who acts.

        `found` are organisations that were fetched already.
        """
        known = self.knew | frozenset(recipients(hulpvraag, self._people()))
        found = {**found, **organisations(self.asked.keys() - found.keys())}
        return [
            Party(found[key], tuple(p for p in may_know if p.gebruiker_id != without), not may_know)
            for key, people in self.asked.items()
            for may_know in [[person for person in people if person in known]]
        ]

    def _people(self) -> list[Person]:
        return [person for people in self.asked.values() for person in people]


def audience(
    hulpvraag: Hulpvraag,
    transition: Transition,
    *,
    taken_back: StatusWijziging | None = None,
    before: Status | None = None,
) -> Audience:
    """Gather who is to be told of `transition`; `before` is the status from before one that was made."""
    with as_system("the portal tells people, whoever acts"):
        asked: dict[uuid.UUID, dict[int, Person]] = {}
        for told in transition.tells:
            for organisation_id, people in _asked(told, hulpvraag, taken_back):
                of_party = asked.setdefault(organisation_id, {})
                of_party.update({person.gebruiker_id: person for person in people})
        everybody = [person for people in asked.values() for person in people.values()]
        knew = frozenset(p for p in everybody if level(p, hulpvraag, at=before) is not Level.GEEN)
    return Audience({key: list(people.values()) for key, people in asked.items()}, knew)


def queue_status_mail(
    hulpvraag: Hulpvraag,
    wijziging: StatusWijziging,
    transition: Transition,
    heard_by: Audience,
    *,
    only: uuid.UUID | None = None,
) -> list[Bericht]:
    """Add the messages about a change that was just made and flushed; the caller commits.

    Who could read before the change and can't any more gets a farewell. The person who acts isn't mailed.
    Where there is nobody to tell, that becomes a task for JK staff. With `only`, one organisation is told.
    """
    queued: list[Bericht] = []
    with as_system("the portal tells people, whoever acts"):
        for party in heard_by.parties(hulpvraag, without=wijziging.door_id):
            if only not in (None, party.organisation.id):
                continue
            told = [
                queue(
                    transition.mail,
                    to=to,
                    hulpvraag=hulpvraag,
                    statuswijziging=wijziging,
                    farewell=_is_farewell(to, hulpvraag, party),
                )
                for to in party.to
            ]
            if not told and party.knows_nobody:
                told = [queue_nobody(transition.mail, party.organisation, hulpvraag, wijziging)]
            queued += told
    return queued


def will_be_told(
    hulpvraag: Hulpvraag, transitions: Sequence[Transition], last: StatusWijziging | None, by: Person
) -> dict[str, list[str]]:
    """Name, by the key of each transition, the parties that get a mail when it is made now.

    `last` is the change from before. Whole words for a sentence on the screen, such as `de voorschool De
    Speelhoek`; never for in a mail. Who works where is asked once for all transitions.
    """
    if not transitions:
        return {}
    with as_system("the screen says who will be told"):
        keys = frozenset(
            {hulpvraag.swv_id, hulpvraag.voorschool_id, *_organisations(hulpvraag, frozenset(Ground))}
        )
        know_people(keys)
        stand_in.current(keys)
        found = organisations(keys)
        told: dict[str, list[str]] = {}
        for transition in transitions:
            heard_by = audience(hulpvraag, transition, taken_back=last if transition.to is None else None)
            parties = heard_by.parties(hulpvraag, without=by.gebruiker_id, found=found)
            told[transition.key] = list(dict.fromkeys(party.naam for party in parties if party.to))
        return told


def were_told(change: StatusWijziging) -> list[str]:
    """Name the parties that get a mail about a change that was made, in the same words."""
    query = (
        select(Bericht)
        .where(Bericht.statuswijziging_id == change.id, Bericht.fout.is_(None))
        .options(joinedload(Bericht.organisation), joinedload(Bericht.ontvanger))
        .order_by(Bericht.gemaakt_op)
    )
    with as_system("the screen says who was told"):
        found: dict[Organisation, list[Person]] = {}
        for bericht in db.session.scalars(query).unique():
            if bericht.organisation is not None:
                people = found.setdefault(bericht.organisation, [])
                if bericht.ontvanger is not None:
                    people.append(Person(bericht.ontvanger.id, bericht.ontvanger.naam))
        return [Party(place, tuple(people), knows_nobody=False).naam for place, people in found.items()]


def contacts(hulpvraag: Hulpvraag, organisation_id: uuid.UUID) -> list[Person]:
    """Give whom to mail at a party: the contact person, the specialist and stand-in, the contact persons."""
    if organisation_id == hulpvraag.voorschool_id:
        return _of_voorschool(hulpvraag)
    if organisation_id == hulpvraag.swv_id:
        return of_swv(hulpvraag)
    return people_of(organisation_id=organisation_id, role=Role.CONTACTPERSOON_SCHOOL)


def told_sentence(names: Iterable[str]) -> str:
    """Say who gets a mail, as a sentence of its own; empty when nobody does."""
    names = list(names)
    if not names:
        return ""
    listed = format_list(names, locale=get_locale() or "nl")
    listed = listed[0].upper() + listed[1:]
    if len(names) == 1:
        return _("%(who)s gets a mail.", who=listed)
    return _("%(who)s get a mail.", who=listed)


def organisations(keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Organisation]:
    """Fetch organisations by their id."""
    wanted = list(keys)
    query = select(Organisation).where(Organisation.id.in_(wanted))
    return {row.id: row for row in db.session.scalars(query)} if wanted else {}


def _is_farewell(to: Person | Organisation, hulpvraag: Hulpvraag, party: Party) -> bool:
    people = [to] if isinstance(to, Person) else party.people
    return len(recipients(hulpvraag, people)) < len(people)


def _asked(
    told: Told, hulpvraag: Hulpvraag, taken_back: StatusWijziging | None
) -> list[tuple[uuid.UUID, list[Person]]]:
    match told:
        case Told.VOORSCHOOL:
            return [(hulpvraag.voorschool_id, _of_voorschool(hulpvraag))]
        case Told.SPECIALIST:
            return [(hulpvraag.swv_id, of_swv(hulpvraag))]
        case Told.SCHOLEN:
            return _schools(hulpvraag)
        case Told.BETROKKENEN:
            return _involved(hulpvraag)
        case Told.DEZELFDE:
            return _same_people(taken_back)


def _of_voorschool(hulpvraag: Hulpvraag) -> list[Person]:
    people = people_of(organisation_id=hulpvraag.voorschool_id, role=Role.CONTACTPERSOON_VOORSCHOOL)
    return stand_in.chosen(people, [hulpvraag.contactpersoon_id]) or people


def of_swv(hulpvraag: Hulpvraag) -> list[Person]:
    """Give the JK specialist of a dossier and the stand-ins, or else the contact persons JK."""
    specialists = people_of(organisation_id=hulpvraag.swv_id, role=Role.JK_SPECIALIST)
    own = stand_in.chosen(specialists, [hulpvraag.specialist_id, hulpvraag.waarnemer_id])
    return own or people_of(organisation_id=hulpvraag.swv_id, role=Role.CONTACTPERSOON_JK)


def _involved(hulpvraag: Hulpvraag) -> list[tuple[uuid.UUID, list[Person]]]:
    return [
        (key, _of_voorschool(hulpvraag) if key == hulpvraag.voorschool_id else people_of(organisation_id=key))
        for key in _organisations(hulpvraag, frozenset(Ground))
    ]


def _schools(hulpvraag: Hulpvraag) -> list[tuple[uuid.UUID, list[Person]]]:
    involved = _organisations(hulpvraag, frozenset({Ground.SCHOOL, Ground.ZORGPLICHT}))
    return [(key, people_of(organisation_id=key, role=Role.CONTACTPERSOON_SCHOOL)) for key in involved]


def _organisations(hulpvraag: Hulpvraag, grounds: frozenset[Ground]) -> list[uuid.UUID]:
    """Give the organisations that the dossier is open to on these grounds, the longest involved first."""
    parties = (party for party in in_force(hulpvraag) if party.grond in grounds)
    return list(dict.fromkeys(party.organisation_id for party in parties if party.organisation_id))


def _same_people(taken_back: StatusWijziging | None) -> list[tuple[uuid.UUID, list[Person]]]:
    """Give those who were told of the change that is taken back, and the one who had made it."""
    if taken_back is None:
        return []
    told = db.session.execute(
        select(Bericht.ontvanger_id, Bericht.organisation_id).where(
            Bericht.statuswijziging_id == taken_back.id
        )
    ).all()
    keys = [(taken_back.door_id, taken_back.namens_id), *((who, where) for who, where in told if where)]
    return [
        (where, [person for person in people_of(organisation_id=where) if person.gebruiker_id == who])
        for who, where in dict.fromkeys(keys)
    ]
