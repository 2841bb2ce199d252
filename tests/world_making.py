"""How the world of tests/world.py is made: rows put straight into the database, a mark in every field."""

import io
import secrets
import uuid
from datetime import date, timedelta
from typing import Any

from app import models as m
from app.access import Person, as_system
from app.extensions import db
from app.models.base import now
from app.services import sessions, store
from app.terms import (
    Antwoord,
    BerichtStatus,
    BijlageSoort,
    Controle,
    Doel,
    Gezag,
    Ground,
    MailFout,
    OrganisationSoort,
    Role,
    Stadium,
    Status,
    VoorkeurStaat,
    Zichtbaarheid,
)
from tests.documents import PDF
from tests.oracle import Dossier, Party, Thing, Who
from tests.world import GONE, ORGANISATIONS, PEOPLE, Mark, World

PARTIES: tuple[tuple[str, str, int, int | None], ...] = (
    # ground, party (of a person: on whose behalf), begin and end in days from now
    ("voorschool", "speelhoek", -30, None),
    ("voorschool", "vlinder", -60, -30),
    ("voorschool", "straks", 5, None),
    ("school", "linde", -5, None),
    ("school", "wilg", -9, -1),
    ("school", "els", -5, None),
    ("school", "iep", -5, None),
    ("zorgplicht", "esdoorn", -5, None),
    ("zorgplicht", "hulst", -5, None),
    ("ouder", "ouder", -20, None),
    ("ouder", "ouder-open", -20, None),
    ("ouder", "ouder-zonder-gezag", -20, None),
    ("genodigd", "voorschool", -4, None),
    ("genodigd", "voorschool-genodigd", -4, None),
    ("genodigd", "voorschool-open", -4, None),
    ("genodigd", "dubbel-voorschool", -4, None),
    ("genodigd", "ouder", -4, None),
    ("genodigd", "ouder-open", -4, None),
    ("genodigd", "deelnemer", -4, None),
    ("genodigd", "deelnemer-genodigd", -4, None),
    ("genodigd", "deelnemer-dicht", -9, -2),
    ("overlegronde", "deelnemer", -2, None),
    ("overlegronde", "deelnemer-dicht", -9, -2),
    ("overlegronde", "deelnemer-genodigd", 3, None),
    ("overlegronde", "voorschool-open", -2, None),
    ("overlegronde", "dubbel-voorschool", -2, None),
    ("overlegronde", "ouder-open", -2, None),
)
# Whose row counts only by what the parents decide, and does not.
NOT_HELD = frozenset({"els", "iep", "hulst", "ouder-zonder-gezag"})
# school: state, and of which parents there is which consent
SCHOOLS: dict[str, tuple[str, dict[str, str]]] = {
    "linde": ("akkoord", {"ja": "gegeven", "geheim": "gegeven", "nee": "gegeven"}),
    "esdoorn": ("afgewezen", {}),
    "els": ("benaderd", {"ja": "gegeven", "geheim": "teruggenomen"}),
    "iep": ("benaderd", {"ja": "gegeven"}),
    "hulst": ("afgewezen", {"geheim": "geweigerd"}),
    "wilg": ("afgewezen", {}),
    "berk": ("voorgesteld", {"ja": "gegeven", "geheim": "gegeven"}),
    "beuk": ("voorgesteld", {"ja": "gevraagd"}),
}
# round: who takes part in it
ROUNDS = {
    "open": (
        "specialist", "voorschool", "voorschool-genodigd", "voorschool-open", "dubbel-voorschool", "ouder",
        "ouder-open", "deelnemer", "deelnemer-genodigd",
    ),
    "dicht": ("voorschool", "deelnemer-dicht"),
    "leeg": ("specialist",),
}  # fmt: skip
# agreement: for which organisation, for whom, shared
AGREEMENTS: dict[str, tuple[str | None, str | None, bool]] = {
    "voorschool": ("speelhoek", None, False),
    "gedeeld": ("brug", None, True),
    "school": ("linde", None, False),
    "ouder": (None, "ouder", False),
    "deelnemer": (None, "deelnemer", False),
    "specialist": (None, "specialist", False),
    "gedaan": ("speelhoek", None, True),
}
# Made in the open round, the others apart.
IN_ROUND = frozenset({"gedeeld", "deelnemer"})


class Maker:
    """Makes one world, whole."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parents: dict[str, list[Thing]] = {}

    def settle(self) -> World:
        with self.world.app.app_context(), as_system("the test makes its world"):
            self._organisations()
            self._people()
            for status in Status:
                self._dossier(f"speelhoek:{status}", "brug", "speelhoek", status, PARTIES)
            nest = (("voorschool", "nest", -30, None),)
            boei = (("voorschool", "boei", -30, None),)
            for status in (Status.AANVRAAG, Status.ONDERWIJSADVIES):
                self._dossier(f"nest:{status}", "brug", "nest", status, nest)
                self._dossier(f"boei:{status}", "anker", "boei", status, boei)
            # A child that another preschool knew, and whose dossier there has ended.
            known = self.world.dossiers["speelhoek:ingetrokken"].kind
            self._dossier("nest:weer", "brug", "nest", Status.AANVRAAG, nest, kind=known)
            self._child("zonder", "brug")
            db.session.commit()
            self._name_what_parties_know()
            self._sessions()
            db.session.commit()
        return self.world

    def mark(self, thing: Thing, name: str) -> str:
        word = f"qx{len(self.world.marks):05d}xq"
        self.world.marks[word] = Mark(thing, name)
        return word

    def _add(self, row: Any, thing: Thing, key: str) -> Thing:
        db.session.add(row)
        db.session.flush()
        thing.id = str(row.id)
        self.world.things[thing.id] = self.world.named[key] = thing
        return thing

    def _organisations(self) -> None:
        for key, (soort, swv) in ORGANISATIONS.items():
            thing = Thing("Organisation", "", None, soort=soort, name=key)
            row = m.Organisation(
                naam=f"{key} {self.mark(thing, 'naam')}",
                soort=OrganisationSoort(soort),
                meldadres=f"{self.mark(thing, 'meldadres')}@example.org",
                platform="Noord",
            )
            self._add(row, thing, f"org:{key}")
            self.world.organisations[key] = thing.id
            thing.organisation = thing.id
            if swv:
                row.swv_id = uuid.UUID(self.world.organisations[swv])
                thing.swv = self.world.organisations[swv]
        db.session.flush()

    def _people(self) -> None:
        for key, (account, organisation, roles) in PEOPLE.items():
            if account not in self.world.accounts:
                thing = Thing("Gebruiker", "", None, name=account)
                row = m.Gebruiker(
                    username=account,
                    first_name=account.title(),
                    last_name=self.mark(thing, "naam"),
                    email=f"{self.mark(thing, 'email')}@example.org",
                    active=key != "oud-account",
                )
                db.session.add(row)
                db.session.flush()
                self.world.accounts[account] = row.id
                thing.account = row.id
            soort, swv = ORGANISATIONS[organisation] if organisation else (None, "brug")
            place = self.world.organisations[organisation] if organisation else None
            self.world.who[key] = Who(
                key,
                self.world.accounts[account],
                place,
                soort,
                self.world.organisations[swv] if swv else None,
                frozenset(roles),
                signed_in=key not in GONE,
                elsewhere=frozenset(
                    self.world.organisations[place]
                    for other, place, _roles in PEOPLE.values()
                    if other == account and place and place != organisation
                ),
            )
            for role in roles if place else ():
                thing = Thing("Lidmaatschap", "", self.world.who[key].swv, organisation=place)
                thing.account, thing.ended = self.world.accounts[account], key == "oud-lid"
                thing.state, thing.name = role, "has work" if key == "specialist" else ""
                row = m.Lidmaatschap(
                    gebruiker_id=self.world.accounts[account],
                    organisation_id=uuid.UUID(place),
                    rol=Role(role),
                    van=now() - timedelta(days=90),
                    tot=now() - timedelta(minutes=1) if key == "oud-lid" else None,
                )
                self._add(row, thing, f"lid:{key}:{role}")

    def _child(self, key: str, swv: str) -> Thing:
        of_swv = self.world.organisations[swv]
        child = Thing("Kind", "", of_swv)
        self._add(
            m.Kind(
                swv_id=uuid.UUID(of_swv),
                voornaam="Noor",
                tussenvoegsel="van",
                achternaam=self.mark(child, "achternaam"),
                geboortedatum=date(2023, 5, 6),
            ),
            child,
            f"{key}/kind",
        )
        parents = (("ja", Gezag.JA), ("nee", Gezag.NEE), ("onbekend", Gezag.ONBEKEND), ("geheim", Gezag.JA))
        for name, gezag in parents:
            parent = Thing("Gezagsdrager", "", of_swv, has_authority=gezag is Gezag.JA)
            known = {"ja": "ouder", "nee": "ouder-zonder-gezag", "geheim": "ouder-open"}
            accounts = known if key.startswith("speelhoek") else {}
            account = self.world.accounts.get(accounts.get(name, ""))
            parent.account = account
            self.parents.setdefault(child.id, []).append(parent)
            self._add(
                m.Gezagsdrager(
                    swv_id=uuid.UUID(of_swv),
                    kind_id=uuid.UUID(child.id),
                    naam=self.mark(parent, "naam"),
                    email=f"{self.mark(parent, 'email')}@example.org",
                    telefoon=self.mark(parent, "telefoon"),
                    adres=self.mark(parent, "adres"),
                    geheim_adres=name == "geheim",
                    gezag=gezag,
                    gezag_bron=self.mark(parent, "gezag_bron"),
                    gebruiker_id=account,
                ),
                parent,
                f"{key}/ouder-{name}",
            )
        return child

    def _dossier(
        self, key: str, swv: str, voorschool: str, status: Status, parties: tuple, kind: str | None = None
    ) -> None:
        of_swv, maker = self.world.organisations[swv], "contact" if swv == "brug" else "specialist-anker"
        child = self.world.things[kind] if kind else self._child(key, swv)
        thing = Thing("Hulpvraag", "", of_swv)
        row = m.Hulpvraag(
            swv_id=uuid.UUID(of_swv),
            nummer=f"JK-2026-{self.mark(thing, 'nummer')}",
            kind_id=uuid.UUID(child.id),
            voorschool_id=uuid.UUID(self.world.organisations[voorschool]),
            aangemaakt_door_id=self.world.accounts[maker],
            omschrijving=self.mark(thing, "omschrijving"),
            status=status,
            specialist_id=self.world.accounts["specialist"] if swv == "brug" else None,
        )
        self._add(row, thing, key)
        dossier = Dossier(key, thing.id, of_swv, str(status), child.id, self.world.organisations[voorschool])
        self.world.dossiers[key] = dossier
        thing.dossiers = (dossier,)
        for of_child in (child, *self.parents[child.id]):
            of_child.dossiers = (*of_child.dossiers, dossier)
        for ground, party, begin, end in parties:
            self._party(dossier, ground, party, begin, end)
        self._history(dossier, maker, status)
        self._contents(dossier, swv, voorschool, maker)
        self._messages(dossier, voorschool, maker)
        if voorschool == "speelhoek":
            self._schools(dossier, maker)
            self._rounds(dossier, maker)
            self._agreements(dossier, maker)

    def _party(self, dossier: Dossier, ground: str, party: str, begin: int, end: int | None) -> None:
        organisation, account = self.world.organisations.get(party), None
        behalf = None
        if organisation is None:
            account, behalf = self._who(party)
        running = begin < 0 and (end is None or end > 0)
        listed = running or begin > 0
        dossier.parties.append(
            Party(ground, running and party not in NOT_HELD, organisation, account, listed, behalf)
        )
        row = m.Betrokkenheid(
            swv_id=uuid.UUID(dossier.swv),
            hulpvraag_id=uuid.UUID(dossier.id),
            organisation_id=uuid.UUID(organisation) if organisation else None,
            gebruiker_id=account,
            namens_id=uuid.UUID(behalf) if behalf else None,
            grond=Ground(ground),
            van=now() + timedelta(days=begin),
            tot=now() + timedelta(days=end) if end is not None else None,
        )
        thing = Thing("Betrokkenheid", "", dossier.swv, (dossier,), organisation, account=account, name=party)
        self._add(row, thing, f"{dossier.key}/partij-{ground}-{party}")

    def _who(self, key: str) -> tuple[int, str | None]:
        """The account of a person, and for which organisation they are at work."""
        account, organisation, _roles = PEOPLE[key]
        return self.world.accounts[account], self.world.organisations[organisation] if organisation else None

    def _history(self, dossier: Dossier, maker: str, status: Status) -> None:
        steps = [(None, Status.AANVRAAG, "aanvraag")]
        if status is not Status.AANVRAAG:
            made = {Status.INGETROKKEN: "ingetrokken", Status.ONDERWIJSADVIES: "onderwijsadvies"}
            steps.append((Status.AANVRAAG, status, made.get(status, "bijlagen_toegevoegd")))
        for number, (van, naar, overgang) in enumerate(steps):
            thing = Thing("StatusWijziging", "", dossier.swv, (dossier,))
            row = m.StatusWijziging(
                swv_id=uuid.UUID(dossier.swv),
                hulpvraag_id=uuid.UUID(dossier.id),
                overgang=overgang,
                van=van,
                naar=naar,
                door_id=self.world.accounts[maker],
                namens_id=uuid.UUID(dossier.swv),
                op=now() - timedelta(days=20 - number),
                toelichting=self.mark(thing, "toelichting"),
            )
            self._add(row, thing, f"{dossier.key}/wijziging-{number}")

    def _contents(self, dossier: Dossier, swv: str, voorschool: str, maker: str) -> None:
        # name: organisation, shared, retracted, soort, stadium
        documents: dict[str, tuple[str, bool, bool, str, str]] = {
            "aanvraag": (voorschool, True, False, "aanvraag", "definitief"),
            "eigen-intern": (voorschool, False, False, "overig", "definitief"),
            "eigen-weg": (voorschool, True, True, "overig", "definitief"),
            "swv-intern": (swv, False, False, "observatieverslag", "definitief"),
            "advies": (swv, True, False, "onderwijsadvies", "definitief"),
            "concept": (swv, True, False, "onderwijsadvies", "concept"),
            "swv-weg": (swv, True, True, "overig", "definitief"),
        }
        notes: dict[str, tuple[str, bool]] = {
            "eigen": (voorschool, True),
            "eigen-intern": (voorschool, False),
            "swv": (swv, True),
            "swv-intern": (swv, False),
        }
        if voorschool == "speelhoek":
            documents["formulier"] = (swv, False, False, "toestemmingsformulier", "definitief")
            documents["vervangen"] = (voorschool, True, False, "overig", "definitief")
            documents["besmet"] = (voorschool, True, False, "overig", "definitief")
            documents["swv-besmet"] = (swv, True, False, "overig", "definitief")
            documents["school"] = ("linde", True, False, "overig", "definitief")
            documents["zorgplicht"] = ("esdoorn", False, False, "overig", "definitief")
            notes["school"] = ("linde", True)
            notes["school-intern"] = ("linde", False)
        author = {voorschool: {"speelhoek": "voorschool", "nest": "voorschool2", "boei": "voorschool-anker"}}
        writers = {swv: maker, "linde": "school", "esdoorn": "school-zorgplicht"} | {
            key: found[key] for key, found in author.items()
        }
        for name, (organisation, shared, retracted, soort, stadium) in documents.items():
            thing = Thing("Bijlage", "", dossier.swv, (dossier,), self.world.organisations[organisation])
            thing.shared, thing.retracted, thing.name = shared, retracted, name
            thing.replaced, thing.infected = "vervangen" in name, "besmet" in name
            thing.state = "voorlopig advies" if (soort, stadium) == ("onderwijsadvies", "concept") else ""
            key = uuid.uuid4()
            stored = store.put(io.BytesIO(PDF), key_id=key, limit=10_000)
            row = m.Bijlage(
                id=key,
                swv_id=uuid.UUID(dossier.swv),
                hulpvraag_id=uuid.UUID(dossier.id),
                soort=BijlageSoort(soort),
                titel=f"{self.mark(thing, 'titel')}.pdf",
                zichtbaarheid=Zichtbaarheid.GEDEELD if shared else Zichtbaarheid.INTERN,
                stadium=Stadium(stadium),
                toegevoegd_door_id=self.world.accounts[writers[organisation]],
                organisation_id=uuid.UUID(self.world.organisations[organisation]),
                ingetrokken_op=now() if retracted else None,
                vervangen_op=now() if thing.replaced else None,
                controle=Controle.BESMET if thing.infected else Controle.SCHOON,
                grootte=stored.size,
                mimetype="application/pdf",
                sha256=stored.sha256,
                sleutel=stored.key,
                datasleutel=stored.datasleutel,
                kek=stored.kek,
            )
            self._add(row, thing, f"{dossier.key}/bijlage-{name}")
        for name, (organisation, shared) in notes.items():
            thing = Thing("Notitie", "", dossier.swv, (dossier,), self.world.organisations[organisation])
            thing.shared, thing.name = shared, name
            row = m.Notitie(
                swv_id=uuid.UUID(dossier.swv),
                hulpvraag_id=uuid.UUID(dossier.id),
                tekst=self.mark(thing, "tekst"),
                zichtbaarheid=Zichtbaarheid.GEDEELD if shared else Zichtbaarheid.INTERN,
                geschreven_door_id=self.world.accounts[writers[organisation]],
                organisation_id=uuid.UUID(self.world.organisations[organisation]),
            )
            self._add(row, thing, f"{dossier.key}/notitie-{name}")

    def _of(self, dossier: Dossier) -> dict[str, Any]:
        return {"swv_id": uuid.UUID(dossier.swv), "hulpvraag_id": uuid.UUID(dossier.id)}

    def _schools(self, dossier: Dossier, maker: str) -> None:
        maker_id = self.world.accounts[maker]
        parents = {
            name.rpartition("-")[2]: thing
            for name, thing in self.world.named.items()
            if name.startswith(f"{dossier.key}/ouder-")
        }
        for rank, (key, (state, consents)) in enumerate(SCHOOLS.items(), 1):
            school = self.world.organisations[key]
            thing = Thing("SchoolVoorkeur", "", dossier.swv, (dossier,), school, name=key, state=state)
            row = m.SchoolVoorkeur(
                **self._of(dossier),
                school_id=uuid.UUID(school),
                rang=rank,
                staat=VoorkeurStaat(state),
                voorgesteld_door_id=maker_id,
                benaderd_op=now() - timedelta(days=5) if state != "voorgesteld" else None,
                aangemeld_op=now().date() - timedelta(days=5) if state != "voorgesteld" else None,
                beantwoord_op=now() if state == "afgewezen" else None,
                reden=self.mark(thing, "reden"),
                zorgplicht=True
                if key in ("esdoorn", "hulst")
                else None,  # of the last one no status has judged
            )
            self._add(row, thing, f"{dossier.key}/school-{key}")
            self.world.named[f"org:{key}"].wanted_in += (dossier,)
            if state == "akkoord":
                dossier.agreed.add(school)
            for name, how in consents.items():
                parent = parents[name]
                consent = Thing("Toestemming", "", dossier.swv, (dossier,), school, name=name, state=how)
                consent.account, consent.has_authority = parent.account, parent.has_authority
                given = now() - timedelta(days=6) if how in ("gegeven", "teruggenomen") else None
                back = now() - timedelta(days=1) if how in ("teruggenomen", "geweigerd") else None
                paper = self.world.named.get(f"{dossier.key}/bijlage-formulier")
                signed = paper if name == "geheim" else None
                row = m.Toestemming(
                    **self._of(dossier),
                    gezagsdrager_id=uuid.UUID(parent.id),
                    organisation_id=uuid.UUID(school),
                    doel=Doel.SCHOOL_VAN_VOORKEUR,
                    tekst=self.mark(consent, "tekst"),
                    gevraagd_door_id=maker_id,
                    gegeven_op=given,
                    ingetrokken_op=back,
                    bijlage_id=uuid.UUID(signed.id) if signed else None,
                )
                self._add(row, consent, f"{dossier.key}/toestemming-{key}-{name}")
        talk = Thing("Notitie", "", dossier.swv, (dossier,), dossier.swv, shared=False, name="aan-school")
        talk.named = self.world.organisations["linde"]
        row = m.Notitie(
            **self._of(dossier),
            tekst=self.mark(talk, "tekst"),
            zichtbaarheid=Zichtbaarheid.INTERN,
            geschreven_door_id=maker_id,
            organisation_id=uuid.UUID(dossier.swv),
            voor_id=uuid.UUID(talk.named),
        )
        self._add(row, talk, f"{dossier.key}/notitie-aan-school")

    def _rounds(self, dossier: Dossier, maker: str) -> None:
        for name, takers in ROUNDS.items():
            people = frozenset(self._who(key) for key in takers)
            thing = Thing("Overlegronde", "", dossier.swv, (dossier,), name=name, people=people)
            thing.ended = name == "dicht"
            when = timedelta(days=-3 if thing.ended else 3)
            row = m.Overlegronde(
                **self._of(dossier),
                begint_op=now() + when,
                plaats=self.mark(thing, "plaats"),
                agenda=self.mark(thing, "agenda"),
                gemaakt_door_id=self.world.accounts[maker],
                gesloten_op=now() - timedelta(days=2) if thing.ended else None,
            )
            self._add(row, thing, f"{dossier.key}/ronde-{name}")
            for key in (*takers, "school2"):  # of the last one the invitation was taken back
                account, behalf = self._who(key)
                gone = key == "school2"
                part = Thing("Deelname", "", dossier.swv, (dossier,), name=f"{name}-{key}")
                part.people = frozenset() if gone else frozenset({(account, behalf)})
                part.account, part.ended = account, name == "dicht"
                part.named = thing.id
                taken = m.Deelname(
                    **self._of(dossier),
                    overlegronde_id=row.id,
                    gebruiker_id=account,
                    namens_id=uuid.UUID(behalf) if behalf else None,
                    uitgenodigd_door_id=self.world.accounts[maker],
                    antwoord=Antwoord.VOORSTEL,
                    beantwoord_op=now(),
                    voorstel=self.mark(part, "voorstel"),
                    verwijderd_op=now() if gone else None,
                )
                self._add(taken, part, f"{dossier.key}/deelname-{name}-{key}")

    def _agreements(self, dossier: Dossier, maker: str) -> None:
        for name, (organisation, person, shared) in AGREEMENTS.items():
            thing = Thing("Afspraak", "", dossier.swv, (dossier,), shared=shared, name=name)
            thing.named = self.world.organisations[organisation] if organisation else None
            thing.account = self.world.accounts[person] if person else None
            thing.ended = name == "gedaan"
            held = self.world.named[f"{dossier.key}/ronde-open"].id if name in IN_ROUND else None
            row = m.Afspraak(
                **self._of(dossier),
                wat=self.mark(thing, "wat"),
                voor_organisation_id=uuid.UUID(thing.named) if thing.named else None,
                voor_gebruiker_id=thing.account,
                uiterlijk=now().date() + timedelta(days=7),
                zichtbaarheid=Zichtbaarheid.GEDEELD if shared else Zichtbaarheid.INTERN,
                gemaakt_door_id=self.world.accounts[maker],
                overlegronde_id=uuid.UUID(held) if held else None,
                gedaan_op=now() if thing.ended else None,
                gedaan_door_id=self.world.accounts[maker] if thing.ended else None,
            )
            self._add(row, thing, f"{dossier.key}/afspraak-{name}")

    def _messages(self, dossier: Dossier, voorschool: str, maker: str) -> None:
        reader = {"speelhoek": "voorschool", "nest": "voorschool2", "boei": "voorschool-anker"}[voorschool]
        # name: person, farewell (None: no farewell), failed
        messages: dict[str, tuple[str | None, int | None, bool]] = {
            "voorschool": (reader, None, False),
            "staf": (maker, None, False),
            "mislukt": (reader, None, True),
            "niemand": (None, None, True),
        }
        if voorschool == "speelhoek":
            messages |= {
                "school": ("school", None, False),
                "ouder": ("ouder", None, False),
                "afscheid": ("voorschool-vroeger", 10, False),
                "afscheid-voorbij": ("school-ingetrokken", -10, False),
                "dubbel": ("dubbel-swv", None, False),
            }
        change = self.world.named[f"{dossier.key}/wijziging-0"].id
        for name, (to, readable, failed) in messages.items():
            place = PEOPLE[to][1] if to else voorschool
            thing = Thing("Bericht", "", dossier.swv, (dossier,))
            thing.organisation = self.world.organisations[place] if place else None
            thing.account = self.world.accounts[PEOPLE[to][0]] if to else None
            thing.farewell, thing.failed = readable is not None and readable > 0, failed
            row = m.Bericht(
                swv_id=uuid.UUID(dossier.swv),
                soort="status_aanvraag",
                ontvanger_id=thing.account,
                organisation_id=uuid.UUID(thing.organisation) if thing.organisation else None,
                hulpvraag_id=uuid.UUID(dossier.id),
                statuswijziging_id=uuid.UUID(change),
                afscheid=readable is not None,
                leesbaar_tot=now() + timedelta(days=readable) if readable is not None else None,
                sleutel=secrets.token_urlsafe(24),
                message_id=f"<{secrets.token_hex(16)}@example.org>",
                status=BerichtStatus.MISLUKT if failed else BerichtStatus.VERZONDEN,
                fout=(MailFout.GEWEIGERD if to else MailFout.NIEMAND) if failed else None,
            )
            self._add(row, thing, f"{dossier.key}/bericht-{name}")
            self.world.keys[thing.id] = row.sleutel

    def _name_what_parties_know(self) -> None:
        """Tell the oracle in which dossiers an organisation is named as a party."""
        for thing in self.world.of("Organisation"):
            thing.dossiers = tuple(
                dossier
                for dossier in self.world.dossiers.values()
                if any(party.organisation == thing.id for party in dossier.parties)
            )

    def _sessions(self) -> None:
        for key, (account, organisation, _roles) in PEOPLE.items():
            where = self.world.organisations[organisation] if organisation else None
            person = Person(
                gebruiker_id=self.world.accounts[account],
                naam=key,
                organisation_id=uuid.UUID(where) if where else None,
                swv_id=uuid.UUID(swv) if (swv := self.world.who[key].swv) else None,
            )
            self.world.tokens[key] = sessions.begin(person)
