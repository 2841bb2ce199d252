"""The people, the child and the dossiers of the invented partnership: rows, each a likely one."""

import uuid
from datetime import date, timedelta
from typing import Any

from app import models as m
from app.access import CEILING
from app.extensions import db
from app.models.base import now
from app.terms import (
    BijlageSoort,
    Gezag,
    Ground,
    Opening,
    OrganisationSoort,
    Role,
    Stadium,
    Status,
    VoorkeurStaat,
    Zichtbaarheid,
)

SWV = OrganisationSoort.SAMENWERKINGSVERBAND
_PLACES = {
    SWV: "SWV Voorbeeld",
    OrganisationSoort.VOORSCHOOL: "Voorschool De Regenboog",
    OrganisationSoort.SCHOOL: "Basisschool De Iep",
    OrganisationSoort.PARTNER: "Zorgpartner De Kei",
}
_NAMES = {
    Role.CONTACTPERSOON_JK: ("Anna", "Voorbeeld"),
    Role.JK_SPECIALIST: ("Roos", "Voorbeeld"),
    Role.CONTACTPERSOON_VOORSCHOOL: ("Wies", "Voorbeeld"),
    Role.CONTACTPERSOON_SCHOOL: ("Sam", "Voorbeeld"),
    Role.ROLBEHEERDER: ("Petra", "Voorbeeld"),
    Role.PRIVACYFUNCTIONARIS: ("Ida", "Voorbeeld"),
    Role.OUDER: ("Noa", "Voorbeeld"),
    Role.DEELNEMER: ("Joep", "Voorbeeld"),
}
_TEXT = "Verzonnen: Mila speelt graag, maar zegt nog weinig. Zij heeft hulp nodig bij het leren praten."


def username(role: Role, soort: OrganisationSoort) -> str:
    """Name the account of this role; a role administrator is another person in each kind of organisation."""
    return f"{role}-{soort}" if role is Role.ROLBEHEERDER else str(role)


class Filling:
    """Makes one child with two dossiers, and everybody around it."""

    def __init__(self) -> None:
        self.places: dict[OrganisationSoort, uuid.UUID] = {}
        self.people: dict[str, int] = {}

    def fill(self) -> None:
        """Make it all, in the current transaction."""
        for soort, naam in _PLACES.items():
            row = m.Organisation(naam=naam, soort=soort, platform="Voorbeeld")
            self._add(row)
            self.places[soort] = row.id
            row.swv_id = self.places[SWV]
        self._people()
        kind = m.Kind(
            swv_id=self.places[SWV], voornaam="Mila", achternaam="Verzonnen", geboortedatum=_day(-3 * 365)
        )
        self._add(kind)
        parent = m.Gezagsdrager(
            swv_id=self.places[SWV],
            kind_id=kind.id,
            naam="Noa Voorbeeld",
            email="noa@example.org",
            gezag=Gezag.JA,
            gezag_bron="gezagsregister",
            gebruiker_id=self.people[Role.OUDER],
        )
        self._add(parent)
        self._early(kind)
        self._advised(kind, parent)

    def _people(self) -> None:
        for role, (first, last) in _NAMES.items():
            works_at = [soort for soort in _PLACES if role in CEILING[soort]]
            for soort in works_at or (None,):
                name = username(role, soort or SWV)
                row = m.Gebruiker(
                    username=name, first_name=first, last_name=last, email=f"{name}@example.org", active=True
                )
                self._add(row)
                self.people[name] = row.id
                if soort is not None:
                    place = self.places[soort]
                    self._add(
                        m.Lidmaatschap(gebruiker_id=row.id, organisation_id=place, rol=role, van=_ago(400))
                    )

    def _early(self, kind: m.Kind) -> None:
        """A hulpvraag that has just begun."""
        self._dossier(kind, "JK-VOORBEELD-1", Status.AANVRAAG, 3)

    def _advised(self, kind: m.Kind, gezagsdrager: m.Gezagsdrager) -> None:
        """A hulpvraag on its way to a school, with something of everything."""
        dossier = self._dossier(kind, "JK-VOORBEELD-2", Status.AANMELDEN_SCHOOL, 40)
        school, voorschool = self.places[OrganisationSoort.SCHOOL], self.places[OrganisationSoort.VOORSCHOOL]
        of = {"swv_id": dossier.swv_id, "hulpvraag_id": dossier.id}
        specialist = self.people[Role.JK_SPECIALIST]
        self._document(
            dossier, "Observatieverslag.pdf", BijlageSoort.OBSERVATIEVERSLAG, Zichtbaarheid.GEDEELD
        )
        self._document(dossier, "Onderwijsadvies.pdf", BijlageSoort.ONDERWIJSADVIES, Zichtbaarheid.GEDEELD)
        self._document(dossier, "Interne notities.pdf", BijlageSoort.OVERIG, Zichtbaarheid.INTERN)
        for text, seen in (
            ("Verzonnen: overlegd met de voorschool.", Zichtbaarheid.GEDEELD),
            ("Verzonnen: intern, alleen voor het JK-team.", Zichtbaarheid.INTERN),
        ):
            note = {"tekst": text, "zichtbaarheid": seen, "geschreven_door_id": specialist}
            self._add(m.Notitie(**of, **note, organisation_id=dossier.swv_id, geschreven_op=_ago(20)))
        ronde = m.Overlegronde(
            **of, begint_op=now() + timedelta(days=5), plaats="Op de voorschool", gemaakt_door_id=specialist
        )
        self._add(ronde)
        for name, behalf, opened in (
            (Role.CONTACTPERSOON_VOORSCHOOL, voorschool, False),
            (Role.OUDER, None, True),
            (Role.DEELNEMER, None, True),
        ):
            self._takes_part(ronde, self.people[name], behalf, opened=opened)
        for organisation, person in (
            (voorschool, None),
            (None, self.people[Role.OUDER]),
            (dossier.swv_id, None),
        ):
            agreed = {"voor_organisation_id": organisation, "voor_gebruiker_id": person}
            self._add(
                m.Afspraak(
                    **of,
                    **agreed,
                    wat="Verzonnen: elke dag samen lezen.",
                    uiterlijk=_day(14),
                    gemaakt_door_id=specialist,
                )
            )
        self._add(
            m.SchoolVoorkeur(
                **of,
                school_id=school,
                rang=1,
                staat=VoorkeurStaat.BENADERD,
                voorgesteld_door_id=specialist,
                benaderd_op=_ago(5),
                aangemeld_op=_day(-5),
            )
        )
        self._add(
            m.Toestemming(
                **of,
                gezagsdrager_id=gezagsdrager.id,
                organisation_id=school,
                tekst="Verzonnen: ik vind het goed dat de school meeleest.",
                gevraagd_op=_ago(9),
                gevraagd_door_id=specialist,
                gegeven_op=_ago(8),
                gegeven_door_id=self.people[Role.OUDER],
            )
        )
        self._involve(dossier.id, dossier.swv_id, Ground.SCHOOL, organisation_id=school)

    def _dossier(self, kind: m.Kind, nummer: str, status: Status, days: int) -> m.Hulpvraag:
        row = m.Hulpvraag(
            swv_id=kind.swv_id,
            nummer=nummer,
            kind_id=kind.id,
            voorschool_id=self.places[OrganisationSoort.VOORSCHOOL],
            contactpersoon_id=self.people[Role.CONTACTPERSOON_VOORSCHOOL],
            specialist_id=self.people[Role.JK_SPECIALIST],
            aangemaakt_door_id=self.people[Role.CONTACTPERSOON_JK],
            aangemaakt_op=_ago(days),
            omschrijving=_TEXT,
            status=status,
            status_sinds=_ago(min(days, 6)),
        )
        self._add(row)
        route = [Status.AANVRAAG] if status is Status.AANVRAAG else [*list(Status)[:3], status]
        for number, (before, after) in enumerate(zip([None, *route], route, strict=False)):
            self._add(
                m.StatusWijziging(
                    swv_id=row.swv_id,
                    hulpvraag_id=row.id,
                    overgang=str(after),
                    van=before,
                    naar=after,
                    door_id=self.people[Role.JK_SPECIALIST],
                    namens_id=row.swv_id,
                    op=_ago(days - number * days // 5),
                    toelichting="Verzonnen toelichting." if number else None,
                )
            )
        self._document(row, "Aanvraag.pdf", BijlageSoort.AANVRAAG, Zichtbaarheid.GEDEELD, of_preschool=True)
        self._involve(row.id, row.swv_id, Ground.VOORSCHOOL, organisation_id=row.voorschool_id)
        self._involve(row.id, row.swv_id, Ground.OUDER, gebruiker_id=self.people[Role.OUDER])
        return row

    def _document(
        self,
        dossier: m.Hulpvraag,
        titel: str,
        soort: BijlageSoort,
        seen: Zichtbaarheid,
        *,
        of_preschool: bool = False,
    ) -> None:
        by = Role.CONTACTPERSOON_VOORSCHOOL if of_preschool else Role.JK_SPECIALIST
        self._add(
            m.Bijlage(
                swv_id=dossier.swv_id,
                hulpvraag_id=dossier.id,
                titel=titel,
                soort=soort,
                zichtbaarheid=seen,
                stadium=Stadium.DEFINITIEF,
                organisation_id=dossier.voorschool_id if of_preschool else dossier.swv_id,
                toegevoegd_door_id=self.people[by],
                toegevoegd_op=_ago(2),
                grootte=120_000,
                mimetype="application/pdf",
                sha256="0" * 64,
                sleutel=uuid.uuid4().hex,
            )
        )

    def _takes_part(
        self, ronde: m.Overlegronde, account: int, behalf: uuid.UUID | None, *, opened: bool
    ) -> None:
        row = m.Deelname(
            swv_id=ronde.swv_id,
            hulpvraag_id=ronde.hulpvraag_id,
            overlegronde_id=ronde.id,
            gebruiker_id=account,
            namens_id=behalf,
            uitgenodigd_door_id=self.people[Role.JK_SPECIALIST],
            opening=Opening.NU if opened else Opening.NIET,
            open_vanaf=_ago(1) if opened else None,
        )
        self._add(row)
        grounds = (Ground.GENODIGD, Ground.OVERLEGRONDE) if opened else (Ground.GENODIGD,)
        for ground in grounds:
            self._involve(
                ronde.hulpvraag_id,
                ronde.swv_id,
                ground,
                gebruiker_id=account,
                namens_id=behalf,
                bron_id=row.id,
            )

    def _involve(self, dossier: uuid.UUID, swv: uuid.UUID, ground: Ground, **party: Any) -> None:
        row = {"swv_id": swv, "hulpvraag_id": dossier, "grond": ground, "van": _ago(1)}
        self._add(m.Betrokkenheid(**row, **party))

    def _add(self, row: Any) -> None:
        db.session.add(row)
        db.session.flush()


def _ago(days: int) -> Any:
    return now() - timedelta(days=days)


def _day(days: int) -> date:
    return (now() + timedelta(days=days)).date()
