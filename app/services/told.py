"""Who is told of a change of status: the mail column of the status table, made into people."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Person, as_system, current_person, level, people_of, person_for, recipients
from app.access.scopes import valid
from app.extensions import db
from app.models import Bericht, Betrokkenheid, Hulpvraag, Organisation, StatusWijziging
from app.services.outbox import queue, queue_nobody
from app.terms import Level, OrganisationSoort, Role, Status
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


def queue_status_mail(
    hulpvraag: Hulpvraag,
    wijziging: StatusWijziging,
    transition: Transition,
    *,
    only: uuid.UUID | None = None,
) -> list[Bericht]:
    """Add the messages about a change that was just made and flushed; the caller commits.

    Who could read before the change and can't any more gets a farewell. The person who acts isn't mailed.
    Where there is nobody to tell, that becomes a task for JK staff. With `only`, one organisation is told.
    """
    queued: list[Bericht] = []
    with as_system("the portal tells people, whoever acts"):
        taken_back = _change(wijziging.terug_id)
        for party in _parties(hulpvraag, transition, wijziging.door_id, taken_back, before=wijziging.van):
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


def told_names(
    hulpvraag: Hulpvraag,
    transition: Transition,
    *,
    by: Person | None = None,
    change: StatusWijziging | None = None,
) -> list[str]:
    """Name the parties that get a mail when `transition` is made now; with `change`, those that got one.

    Whole words for a sentence on the screen, such as `de voorschool De Speelhoek`; never for in a mail.
    """
    by = by or current_person()
    with as_system("the screen says who will be told"):
        taken_back = _change(change.terug_id) if change else _last_change(hulpvraag)
        before = change.van if change else hulpvraag.status
        found = _parties(hulpvraag, transition, by.gebruiker_id if by else None, taken_back, before=before)
        return list(dict.fromkeys(party.naam for party in found if party.to))


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


def _is_farewell(to: Person | Organisation, hulpvraag: Hulpvraag, party: Party) -> bool:
    people = [to] if isinstance(to, Person) else party.people
    return bool(people) and not recipients(hulpvraag, people)


def _parties(
    hulpvraag: Hulpvraag,
    transition: Transition,
    by: int | None,
    taken_back: StatusWijziging | None,
    *,
    before: Status | None,
) -> list[Party]:
    """Make people of the table's parties: those who may know now, or could just before, without who acts."""
    found: dict[uuid.UUID, dict[int, Person]] = {}
    for told in transition.tells:
        for organisation_id, people in _asked(told, hulpvraag, taken_back):
            known = [person for person in people if _may_know(person, hulpvraag, before)]
            found.setdefault(organisation_id, {}).update({person.gebruiker_id: person for person in known})
    organisations = {
        row.id: row for row in db.session.scalars(select(Organisation).where(Organisation.id.in_(found)))
    }
    return [
        Party(organisations[key], tuple(p for p in people.values() if p.gebruiker_id != by), not people)
        for key, people in found.items()
    ]


def _may_know(person: Person, hulpvraag: Hulpvraag, before: Status | None) -> bool:
    return bool(recipients(hulpvraag, [person])) or (
        before is not None and level(person, hulpvraag, at=before) is not Level.GEEN
    )


def _asked(
    told: Told, hulpvraag: Hulpvraag, taken_back: StatusWijziging | None
) -> list[tuple[uuid.UUID, list[Person]]]:
    match told:
        case Told.VOORSCHOOL:
            return [(hulpvraag.voorschool_id, _of_voorschool(hulpvraag))]
        case Told.SPECIALIST:
            return [(hulpvraag.swv_id, _of_swv(hulpvraag))]
        case Told.BETROKKENEN:
            return _involved(hulpvraag)
        case Told.DEZELFDE:
            return _same_people(taken_back)


def _of_voorschool(hulpvraag: Hulpvraag) -> list[Person]:
    people = people_of(organisation_id=hulpvraag.voorschool_id, role=Role.CONTACTPERSOON_VOORSCHOOL)
    own = [person for person in people if person.gebruiker_id == hulpvraag.contactpersoon_id]
    return own or people


def _of_swv(hulpvraag: Hulpvraag) -> list[Person]:
    specialists = people_of(organisation_id=hulpvraag.swv_id, role=Role.JK_SPECIALIST)
    chosen = {hulpvraag.specialist_id, hulpvraag.waarnemer_id}
    own = [person for person in specialists if person.gebruiker_id in chosen]
    return own or people_of(organisation_id=hulpvraag.swv_id, role=Role.CONTACTPERSOON_JK)


def _involved(hulpvraag: Hulpvraag) -> list[tuple[uuid.UUID, list[Person]]]:
    b = Betrokkenheid
    involved = db.session.scalars(
        select(b.organisation_id).where(
            b.hulpvraag_id == hulpvraag.id, b.organisation_id.is_not(None), valid(b)
        )
    )
    return [
        (key, _of_voorschool(hulpvraag) if key == hulpvraag.voorschool_id else people_of(organisation_id=key))
        for key in dict.fromkeys(involved)
        if key is not None
    ]


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
        (where, [person for person in [person_for(who, where)] if person] if who else [])
        for who, where in dict.fromkeys(keys)
    ]


def _change(key: uuid.UUID | None) -> StatusWijziging | None:
    if key is None:
        return None
    return db.session.scalar(select(StatusWijziging).where(StatusWijziging.id == key))


def _last_change(hulpvraag: Hulpvraag) -> StatusWijziging | None:
    return db.session.scalar(
        select(StatusWijziging)
        .where(StatusWijziging.hulpvraag_id == hulpvraag.id)
        .order_by(StatusWijziging.op.desc(), StatusWijziging.id.desc())
        .limit(1)
    )
