"""Filling the demo: each act through its service as the person who may, then the clock turned back once."""

import hashlib
import io
from base64 import b32encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from flask import g
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app import models as m
from app.access import Person, as_system, person_for, write_as_system
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models.base import now
from app.services import (
    accounts,
    bijlagen,
    demo_clock,
    first_account,
    hulpvragen,
    notities,
    organisaties,
    passwords,
    status,
)
from app.services import ouders as gezagsdragers
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
    Move,
    Note,
    Paper,
    Step,
)
from app.services.demo_dossiers import DOSSIERS
from app.services.demo_paper import paper
from app.terms import Gezag, Ground, OrganisationSoort, Role

_WHY = "the demo makes its invented people"
_EVERYBODY = PEOPLE | COLLEAGUES
_ADDRESSES = {person.naam: person.email for person in PEOPLE.values() if not person.places}
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
        self.clock = demo_clock.Clock()
        self.organisations: dict[str, m.Organisation] = {}
        self.people: dict[str, m.Gebruiker] = {}

    def tell(self) -> None:
        self.clock.set(BEGINNING)
        self.organisations = {
            naam: first_account.organisation(naam, soort) for naam, soort in _SOORTEN.items()
        }
        self._make_accounts()
        self._make_places(_SOORTEN)
        self._make_affiliated()
        for dossier in (*DOSSIERS, *crowd()):
            self._make_dossier(dossier)
        self._invite_a_colleague()
        self.clock.stop()
        demo_clock.change_moments(self.clock.told)
        _read_old_messages()

    @contextmanager
    def _at_work(self, step: Step, at: str | None = None) -> Iterator[Person]:
        """Let somebody act at this step, with their own rights alone, at organisation `at` or their first."""
        self.clock.set(step)
        places = _EVERYBODY[step.who].places
        where = at if at in [naam for naam, _role in places] else places[0][0]
        g.person = person_for(self.people[step.who].id, self.organisations[where].id)
        if g.person is None:
            raise NotFound
        try:
            # The services ask what this person may; the gate would build its net for each act anew.
            with as_system("the demo is filled by services that check who acts"):
                yield g.person
        finally:
            g.person = None

    def _make_accounts(self) -> None:
        """Make the accounts; nobody chose a password by mail, and one hash does for the one password."""
        hashed = passwords.hash_password(PASSWORD)
        self.people = {
            key: m.Gebruiker(
                username=key, first_name=who.voornaam, last_name=who.achternaam, email=who.email, active=True
            )
            for key, who in _EVERYBODY.items()
        }
        write_as_system(_WHY, *self.people.values())
        secrets = [
            m.Inloggegevens(
                gebruiker_id=gebruiker.id,
                wachtwoord_hash=hashed,
                totp_geheim=totp_secret(key),
                actief_sinds=now(),
            )
            for key, gebruiker in self.people.items()
        ]
        write_as_system(_WHY, *secrets)

    def _make_places(self, names: "dict[str, OrganisationSoort] | set[str]") -> None:
        memberships = [
            m.Lidmaatschap(
                gebruiker_id=self.people[key].id, organisation_id=self.organisations[naam].id, rol=rol
            )
            for key, who in _EVERYBODY.items()
            for naam, rol in who.places
            if naam in names
        ]
        write_as_system(_WHY, *memberships)
        db.session.commit()

    def _make_affiliated(self) -> None:
        with self._at_work(BEGINNING) as platform:
            for naam, soort, swv, region, address in ORGANISATIONS:
                data = {
                    "naam": naam, "soort": soort, "swv": self.organisations[swv].id,
                    "platform": region, "meldadres": address,
                }  # fmt: skip
                self.organisations[naam] = organisaties.add(data, by=platform)
        self._make_places({naam for naam, *_more in ORGANISATIONS})

    def _make_dossier(self, dossier: DemoDossier) -> None:
        years, month, day = dossier.geboren
        people = {
            role: self.people[key].id
            for role, key in (("contactpersoon", dossier.contactpersoon), ("specialist", dossier.specialist))
            if key
        }
        with self._at_work(dossier.made) as person:
            data = {
                "voornaam": dossier.voornaam,
                "tussenvoegsel": dossier.tussenvoegsel,
                "achternaam": dossier.achternaam,
                "geboortedatum": date(now().year - years, month, day),
                "voorschool": self.organisations[dossier.voorschool].id,
                "omschrijving": dossier.omschrijving,
                **people,
            }
            hulpvraag = hulpvragen.add(data, by=person)
            for naam, has_authority in dossier.ouders:
                parent = {
                    "kind": hulpvraag.kind_id, "naam": naam, "geheim_adres": False,
                    "gezag": Gezag.JA if has_authority else Gezag.ONBEKEND,
                    "email": _ADDRESSES.get(naam),
                }  # fmt: skip
                gezagsdragers.add(parent, by=person)
        for step in dossier.steps:
            with self._at_work(step, dossier.voorschool) as person:
                _do(step, hulpvraag, person)
        if dossier.opened:
            self._open_for_invited(hulpvraag)

    def _open_for_invited(self, hulpvraag: m.Hulpvraag) -> None:
        """Let the parent and the participant in; how they are invited is for a later chapter."""
        with as_system(_WHY):
            parents = select(m.Gezagsdrager).where(m.Gezagsdrager.kind_id == hulpvraag.kind_id)
            mine = [row for row in db.session.scalars(parents) if row.naam == PEOPLE["ouder"].naam]
            for row in mine:
                row.gebruiker_id = self.people["ouder"].id
            db.session.flush()
        for row in mine:
            opened = (("ouder", Ground.OUDER, row.id), ("deelnemer", Ground.OVERLEGRONDE, None))
            involved = [
                m.Betrokkenheid(
                    swv_id=hulpvraag.swv_id, hulpvraag_id=hulpvraag.id, gebruiker_id=self.people[key].id,
                    grond=ground, bron_id=source,
                )
                for key, ground, source in opened
            ]  # fmt: skip
            write_as_system(_WHY, *involved)
        db.session.commit()

    def _invite_a_colleague(self) -> None:
        with self._at_work(Step(1, "11:15", "rolbeheer-voorschool")) as person:
            accounts.invite(
                voornaam="Bram",
                achternaam="Kuiper",
                email="bram.kuiper@speelhoek.example",
                organisation_id=self.organisations[SPEELHOEK].id,
                rol=Role.CONTACTPERSOON_VOORSCHOOL,
                by=person,
            )


def _read_old_messages() -> None:
    """Leave as unread what came in the last days only."""
    with as_system(_WHY):
        old = select(m.Bericht).where(m.Bericht.gemaakt_op < now() - _UNREAD_FOR)
        for bericht in db.session.scalars(old):
            bericht.gelezen_op = bericht.gemaakt_op + timedelta(hours=2)
        db.session.commit()


def _do(step: Step, hulpvraag: m.Hulpvraag, by: Person) -> None:
    match step:
        case Paper():
            words = (
                f"Dossier {hulpvraag.nummer}",
                "Dit stuk is verzonnen en hoort bij de demo van Kindbrug.",
            )
            bijlagen.add(
                hulpvraag,
                io.BytesIO(paper(step.naam.removesuffix(".pdf"), *words)),
                naam=step.naam,
                soort=step.soort,
                zichtbaarheid=step.zichtbaarheid,
                stadium=step.stadium,
                by=by,
            )
        case Note():
            data = {"hulpvraag": hulpvraag.id, "tekst": step.tekst, "zichtbaarheid": step.zichtbaarheid}
            notities.add(data, by=by)
        case Move():
            last = status.last_change(hulpvraag)
            seen = str(last.id) if last else None
            status.move(hulpvraag, step.overgang, toelichting=step.toelichting, seen=seen, by=by)
