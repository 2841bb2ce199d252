"""The page Logboek at a million events: each way to search it, and an export of 50,000.

On SQLite and on PostgreSQL, as bench.log; beside each figure the work of this process alone.
"""

import random
import statistics
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import g
from flask_migrate import upgrade
from sqlalchemy import insert, text

from app.access import Person, as_system
from app.extensions import db
from app.models import Gebeurtenis, Gebruiker, Hulpvraag, Kind, Lidmaatschap, Organisation
from app.services import inzage
from app.services.inzage_vraag import Asked
from app.terms import Actie, OrganisationSoort, Role, Status
from bench.log import Clock, _portal, on_each_database

EVENTS, PEOPLE, DOSSIERS = 1_000_000, 2_000, 5_000
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=77)
DAYS = (EVENTS * STEP).days
WHY = "the measurement makes its log"
MOST_MS, MOST_S = 150, 8
COMMON = (Actie.LEZEN, Actie.LEZEN, Actie.ZOEKEN, Actie.WIJZIGEN, Actie.DOWNLOADEN)


def main() -> None:
    """Print how long each page takes, and the export, on each database."""
    on_each_database(_measure)


def _measure(url: str) -> None:
    app = _portal(url)
    print(url.partition(":")[0])
    with app.test_request_context():
        upgrade()
        with as_system(WHY, across_swvs=True):
            g.person = by = _filled()
        if url.startswith("postgresql"):
            db.session.commit()
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        middle = f"{(BEGAN + EVENTS // 2 * STEP).isoformat()}~{EVENTS // 2}"
        day = (BEGAN + timedelta(days=DAYS // 2)).date()
        for name, ask, after in (
            ("first page", Asked(), None),
            ("in the middle", Asked(), middle),
            ("rare act", Asked(actie=Actie.VIRUS), None),
            ("act of nobody", Asked(actie=Actie.VERNIETIGEN), None),
            ("common act, in the middle", Asked(actie=Actie.LEZEN), middle),
            ("person", Asked(persoon="Achter77x"), None),
            ("11 people", Asked(persoon="Achter77"), middle),
            ("too many people", Asked(persoon="a"), None),
            ("busy person, rare act", Asked(persoon="Achter0x", actie=Actie.VIRUS), None),
            ("nobody of that name", Asked(persoon="qqqqq"), None),
            ("dossier", Asked(nummer="JK-2026-00007"), None),
            ("dossier, act, people", Asked(nummer="JK-2026-00007", actie=Actie.LEZEN, persoon="77"), None),
            ("unknown number", Asked(nummer="JK-2026-XXXXX"), None),
            ("one day", Asked(van=day, tot=day), None),
            ("act on one day", Asked(van=day, tot=day, actie=Actie.VIRUS), None),
        ):
            _page(name, ask, by, after)
        until = (BEGAN + 49_000 * STEP).date()
        for ending in ("csv", "xlsx"):
            clock = Clock()
            size = len(inzage.export(Asked(tot=until), by).written(ending))
            wall, work = clock.taken()
            print(f"  {size:,} bytes {ending}: {wall:.1f} s, by its own work {work:.1f} (at most {MOST_S})")
        db.session.remove()
        db.engine.dispose()


def _page(name: str, ask: Asked, by: Person, after: str | None) -> None:
    times = []
    for _turn in range(5):
        clock = Clock()
        found = inzage.search(ask, by, after)
        times.append([1e3 * taken for taken in clock.taken()])
    wall, work = (statistics.median(of) for of in zip(*times, strict=True))
    print(
        f"  {name}, {len(found.events)} events: {wall:.0f} ms, by its own work {work:.0f} (at most {MOST_MS})"
    )


def _filled() -> Person:
    soort = OrganisationSoort.SAMENWERKINGSVERBAND
    swv = Organisation(naam="SWV", soort=soort)
    db.session.add(swv)
    db.session.flush()
    swv.swv_id = swv.id
    people = [
        Gebruiker(username=f"u{i}", first_name=f"Voor{i}x", last_name=f"Achter{i}x", email=f"{i}@x.nl")
        for i in range(PEOPLE)
    ]
    kind = Kind(swv_id=swv.id, voornaam="K", achternaam="K", geboortedatum=BEGAN.date())
    db.session.add_all([*people, kind])
    db.session.flush()
    db.session.add_all(
        Lidmaatschap(gebruiker_id=one.id, organisation_id=swv.id, rol=Role.JK_SPECIALIST) for one in people
    )
    shared: dict[str, Any] = {
        "swv_id": swv.id, "kind_id": kind.id, "voorschool_id": swv.id, "status": Status.AANVRAAG,
        "aangemaakt_door_id": people[0].id,
    }  # fmt: skip
    dossiers = [uuid.uuid4() for _dossier in range(DOSSIERS)]
    numbered = ({"id": key, "nummer": f"JK-2026-{n:05}"} | shared for n, key in enumerate(dossiers))
    db.session.execute(insert(Hulpvraag), list(numbered))
    _events(swv.id, [one.id for one in people], dossiers)
    db.session.commit()
    roles = frozenset({Role.PRIVACYFUNCTIONARIS})
    return Person(people[5].id, "P", organisation_id=swv.id, soort=soort, swv_id=swv.id, rollen=roles)


def _events(swv: uuid.UUID, people: list[int], dossiers: list[uuid.UUID]) -> None:
    """A log of years: one person did a tenth of it, and a few acts are rare."""
    chance = random.Random(1)
    shared: dict[str, Any] = {
        "gelukt": True, "swv_id": swv, "organisation_id": swv, "rollen": "jk_specialist", "toegang": "swv",
        "noun": "Hulpvraag", "pagina": "HulpvraagView.show", "adres": "192.0.2.1",
    }  # fmt: skip
    for start in range(0, EVENTS, 20_000):
        db.session.execute(
            insert(Gebeurtenis),
            [
                shared
                | {
                    "op": BEGAN + number * STEP,
                    "actie": Actie.VIRUS if number % 200_000 == 7 else chance.choice(COMMON),
                    "gebruiker_id": people[0] if number % 10 == 0 else chance.choice(people),
                    "hulpvraag_id": chance.choice(dossiers),
                }
                for number in range(start, start + 20_000)
            ],
        )
