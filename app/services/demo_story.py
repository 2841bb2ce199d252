"""Filling the demo: each act through its service as the person who may, then the clock turned back once."""

import hashlib
import secrets
import uuid
from base64 import b32encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from flask import current_app, g
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from app import models as m
from app.access import Person, as_system, person_for, write_as_system
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models.base import at, now
from app.services import (
    accounts,
    demo_clock,
    first_account,
    hulpvragen,
    organisaties,
    passwords,
)
from app.services import ouders as gezagsdragers
from app.services.demo_acts import Act, Step
from app.services.demo_crowd import crowd
from app.services.demo_data import (
    BEGINNING,
    COLLEAGUES,
    DE_BRUG,
    HET_ANKER,
    OPERATOR,
    ORGANISATIONS,
    PASSWORD,
    PEOPLE,
    SPEELHOEK,
    DemoDossier,
)
from app.services.demo_dossiers import DOSSIERS
from app.services.demo_schools import AT_SCHOOLS
from app.terms import BerichtStatus, Gezag, OrganisationSoort, Role

_WHY = "the demo makes its invented people"
_EVERYBODY = PEOPLE | COLLEAGUES
_ADDRESSES = {person.naam: person.email for person in _EVERYBODY.values() if not person.places}
_DUTCH = {"Accept-Language": "nl"}
# After the beginning, from which on there is somebody who may add organisations.
_AFFILIATED = replace(BEGINNING, time="10:00")
_UNREAD_FOR = timedelta(days=5)
_SOORTEN = {
    DE_BRUG: OrganisationSoort.SAMENWERKINGSVERBAND,
    HET_ANKER: OrganisationSoort.SAMENWERKINGSVERBAND,
    OPERATOR: OrganisationSoort.EXPLOITANT,
}


def fill() -> None:
    """Fill an empty demo and keep a copy to begin again with; Conflict when there is somebody already."""
    with as_system(_WHY):
        if db.session.scalar(select(func.count()).select_from(m.Gebruiker)):
            raise Conflict(_l("The demo is filled already."))
    _Story().tell()
    demo_clock.copy(demo_clock.database(), demo_clock.beginning())


def totp_secret(key: str) -> str:
    """Give the secret of a demo person's phone: always the same, so an app that was linked stays right."""
    return b32encode(hashlib.sha256(f"kindbrug demo {key}".encode()).digest()[:20]).decode()


class _Story:
    """The making, act after act; what was made is found by its name."""

    def __init__(self) -> None:
        self.organisations: dict[str, uuid.UUID] = {}
        self.people: dict[str, int] = {}

    def tell(self) -> None:
        with at(demo_clock.moment(BEGINNING)):
            self.organisations = {
                naam: first_account.organisation(naam, soort).id for naam, soort in _SOORTEN.items()
            }
            self._make_accounts()
            self._make_places(_SOORTEN)
        self._make_affiliated()
        for dossier in (*DOSSIERS, *AT_SCHOOLS, *crowd()):
            self._make_dossier(dossier)
        self._invite_a_colleague()
        _settle_what_is_old()
        _note_who_signed_in()

    @contextmanager
    def _at_work(self, step: Step, place: str | None = None) -> Iterator[Person]:
        """Let somebody act at this step as in a request, with their own rights alone.

        They work for `place` or else their first; who works nowhere acts as somebody who was invited.
        """
        places = [naam for naam, _role in _EVERYBODY[step.who].places]
        where = next(iter([naam for naam in places if naam == place] or places), None)
        with (
            at(demo_clock.moment(step)),
            current_app.app_context(),  # or the request would find this command's, and its `g`
            current_app.test_request_context("/demo", headers=_DUTCH),
        ):
            organisation_id = self.organisations[where] if where else None
            person = person_for(self.people[step.who], organisation_id, swv_id=self.organisations[DE_BRUG])
            if person is None:
                raise NotFound
            g.person = person
            yield person

    def _make_accounts(self) -> None:
        """Make the accounts; nobody chose a password by mail, and one hash does for the one password."""
        hashed = passwords.hash_password(PASSWORD)
        people = {
            key: m.Gebruiker(
                username=key, first_name=who.voornaam, last_name=who.achternaam, email=who.email, active=True
            )
            for key, who in _EVERYBODY.items()
        }
        write_as_system(_WHY, *people.values())
        self.people = {key: gebruiker.id for key, gebruiker in people.items()}
        proofs = [
            m.Inloggegevens(
                gebruiker_id=gebruiker_id,
                wachtwoord_hash=hashed,
                totp_geheim=totp_secret(key),
                actief_sinds=now(),
            )
            for key, gebruiker_id in self.people.items()
        ]
        write_as_system(_WHY, *proofs)

    def _make_places(self, names: "dict[str, OrganisationSoort] | set[str]") -> None:
        memberships = [
            m.Lidmaatschap(gebruiker_id=self.people[key], organisation_id=self.organisations[naam], rol=rol)
            for key, who in _EVERYBODY.items()
            for naam, rol in who.places
            if naam in names
        ]
        write_as_system(_WHY, *memberships)
        db.session.commit()

    def _make_affiliated(self) -> None:
        with self._at_work(_AFFILIATED) as platform:
            for naam, soort, swv, region, address in ORGANISATIONS:
                data = {
                    "naam": naam, "soort": soort, "swv": self.organisations[swv],
                    "platform": region, "meldadres": address,
                }  # fmt: skip
                self.organisations[naam] = organisaties.add(data, by=platform).id
        with at(demo_clock.moment(_AFFILIATED)):
            self._make_places({naam for naam, *_more in ORGANISATIONS})

    def _make_dossier(self, dossier: DemoDossier) -> None:
        years, month, day = dossier.geboren
        people = {
            role: self.people[key]
            for role, key in (("contactpersoon", dossier.contactpersoon), ("specialist", dossier.specialist))
            if key
        }
        with self._at_work(dossier.made) as person:
            data = {
                "voornaam": dossier.voornaam,
                "tussenvoegsel": dossier.tussenvoegsel,
                "achternaam": dossier.achternaam,
                "geboortedatum": date(now().year - years, month, day),
                "voorschool": self.organisations[dossier.voorschool],
                "omschrijving": dossier.omschrijving,
                **people,
            }
            made = hulpvragen.add(data, by=person)
            hulpvraag_id = made.id
            for naam, has_authority in dossier.ouders:
                parent = {
                    "kind": made.kind_id, "naam": naam, "geheim_adres": False,
                    "gezag": Gezag.JA if has_authority else Gezag.ONBEKEND,
                    "email": _ADDRESSES.get(naam),
                }  # fmt: skip
                gezagsdragers.add(parent, by=person)
        for _who_and_when, sitting in groupby(dossier.steps, key=lambda step: (step.who, step.days)):
            self._play(list(sitting), hulpvraag_id, dossier.voorschool)

    def _play(self, sitting: Sequence[Act], hulpvraag_id: uuid.UUID, place: str) -> None:
        """Let somebody do what they did in this dossier on one day."""
        with self._at_work(sitting[0], place) as person:
            for act in sitting:
                with at(demo_clock.moment(act)):
                    act.do(_dossier(hulpvraag_id), person, self)

    def _invite_a_colleague(self) -> None:
        with self._at_work(Step(1, "11:15", "rolbeheer-voorschool")) as person:
            accounts.invite(
                voornaam="Bram",
                achternaam="Kuiper",
                email="bram.kuiper@speelhoek.example",
                organisation_id=self.organisations[SPEELHOEK],
                rol=Role.CONTACTPERSOON_VOORSCHOOL,
                by=person,
            )


def _dossier(key: uuid.UUID) -> m.Hulpvraag:
    """Fetch the dossier, also for who was only invited and reads nothing else of it."""
    with as_system(_WHY):
        return db.session.scalars(select(m.Hulpvraag).where(m.Hulpvraag.id == key)).one()


def _settle_what_is_old() -> None:
    """Leave as unread, and as still to be sent, what came in the last days only."""
    made = m.Bericht.gemaakt_op
    old = made < now() - _UNREAD_FOR
    with as_system(_WHY):
        db.session.execute(update(m.Bericht).where(old).values(gelezen_op=made))
        waiting = m.Bericht.status == BerichtStatus.WACHT
        sent = {"status": BerichtStatus.VERZONDEN, "verzonden_op": made}
        db.session.execute(update(m.Bericht).where(old, waiting).values(sent))
        db.session.commit()


def _note_who_signed_in() -> None:
    """Note that whoever did something in the story had signed in for it, the last time."""
    did = m.Gebeurtenis
    query = select(did.gebruiker_id, did.swv_id, func.max(did.op)).group_by(did.gebruiker_id, did.swv_id)
    with as_system(_WHY):
        last = db.session.execute(query.where(did.gebruiker_id.is_not(None), did.swv_id.is_not(None))).all()
    ended = [
        m.Sessie(
            token_hash=secrets.token_hex(32),
            gebruiker_id=who,
            swv_id=swv,
            begonnen_op=op,
            gezien_op=op,
            beeindigd_op=op,
        )
        for who, swv, op in last
    ]
    write_as_system(_WHY, *ended)
    db.session.commit()
