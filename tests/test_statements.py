"""How many questions a page asks the database: few, and as many with ten thousand dossiers as with ten."""

import uuid
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app import models as m
from app.access import as_system
from app.extensions import db
from app.models.base import now
from app.terms import BijlageSoort, Gezag, Ground, Stadium, Status, Zichtbaarheid
from tests.census import NOTHING, ROUTES, TABS
from tests.installation import install, settings_for
from tests.world import World
from tests.world_making import Maker

MOST = 15  # statements a page, those that tell PostgreSQL whose SWV it is included
MANY = 10_000
# What a preschool has not at the start of a dossier, and what only JK staff have.
NOT_OPEN = {
    "voorschool": {
        *("toegang", "afspraken", "scholen", "toestemmingen", "school", "act", "consent list", "consent"),
        *("people", "round add", "round edit", "invite", "open", "agreement", "agreement add"),
        *("agreement edit", "who sees what", "school add", "gekeken"),
    }
}
PAGES = (
    "list",
    "list of all",
    "search",
    "work list",
    "children",
    "documents",
    *TABS,
    "status",
    "edit",
    "window",
    "rounds",
    "round",
    "round add",
    "round edit",
    "invite",
    "open",
    "answer",
    "agreements",
    "agreement",
    "agreement add",
    "agreement edit",
    "schools",
    "school",
    "school add",
    "act",
    "consent list",
    "consent",
    "people",
    "who sees what",
)


@pytest.fixture(scope="module")
def own_world_on_sqlite(sqlite, tmp_path_factory):
    yield from _own_world(sqlite, tmp_path_factory)


@pytest.fixture(scope="module")
def own_world_on_postgresql(postgresql, tmp_path_factory):
    yield from _own_world(postgresql, tmp_path_factory)


def _own_world(engine, folders):
    from app import create_app

    engine.template(install)
    url = engine.fresh()
    world = Maker(World(create_app(settings_for(url, store=folders.mktemp("store"))), engine)).settle()
    yield world, {key: _counts(world, key) for key in ("specialist", "voorschool")}
    engine.drop(world.left())


@contextmanager
def statements(world: World):
    """Gather what goes to the database, SELECT and set_config and all, but not BEGIN and COMMIT."""
    seen: list[str] = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if not statement.startswith("UPDATE sessie"):  # once a minute, whatever the page
            seen.append(statement)

    with world.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _counts(world: World, key: str, *, looks: int = 2) -> dict[str, int]:
    """The statements of each page, at the last of so many looks: the first fills caches of the driver."""
    of = world.dossiers["speelhoek:aanvraag"].id

    def named(name: str) -> str:
        return world.named[f"speelhoek:aanvraag/{name}"].id

    address = {
        "list": "/hulpvragen/",
        "list of all": "/hulpvragen/?filter=alle",
        "search": "/hulpvragen/?q=noor",
        "work list": "/",
        "children": "/kinderen/",
        "documents": "/bijlagen/",
        **{tab: f"/hulpvragen/{of}/{tab}" for tab in TABS},
        "hulpvraag": f"/hulpvragen/{of}",
        "status": f"/hulpvragen/{of}/status",
        "edit": f"/hulpvragen/{of}/bewerken",
        "window": f"/hulpvragen/{of}/bijlagen/venster",
        "look": f"/bijlagen/{named('bijlage-aanvraag')}/bekijken",
        "look at three": f"/bijlagen/{named('bijlage-aanvraag')}/bekijken?"
        f"naast={named('bijlage-advies')}&naast={named('bijlage-eigen-intern')}",
        "people": f"/hulpvragen/{of}/betrokkenen",
        "who sees what": "/wat-ziet-wie",
        "rounds": "/overlegrondes/",
        "round": f"/overlegrondes/{named('ronde-open')}",
        "round add": f"/overlegrondes/nieuw?hulpvraag={of}",
        "round edit": f"/overlegrondes/{named('ronde-open')}/bewerken",
        "invite": f"/overlegrondes/{named('ronde-open')}/uitnodigen/ouder",
        "answer": f"/overlegrondes/{named('ronde-open')}/antwoord",
        "open": f"/deelnames/{named('deelname-open-ouder')}/openen",
        "agreements": "/afspraken/",
        "agreement": f"/afspraken/{named('afspraak-school')}",
        "agreement add": f"/afspraken/nieuw?hulpvraag={of}",
        "agreement edit": f"/afspraken/{named('afspraak-school')}/bewerken",
        "schools": "/scholen-van-voorkeur/",
        "school": f"/scholen-van-voorkeur/{named('school-linde')}",
        "school add": f"/scholen-van-voorkeur/nieuw?hulpvraag={of}",
        "act": f"/scholen-van-voorkeur/{named('school-linde')}/toestemming-vastleggen",
        "consent list": "/toestemmingen/",
        "consent": f"/toestemmingen/{named('toestemming-linde-ja')}",
    }
    found = {}
    for name in PAGES:
        if name in NOT_OPEN.get(key, ()):
            continue
        for _look in range(looks):
            with statements(world) as seen:
                answer = world.browser(key).get(address[name])
            assert answer.status_code == 200, address[name]
        found[name] = len(seen)
    return found


def _fill(world: World) -> None:
    """Ten thousand dossiers more for the same preschool, each with all that hangs off one."""
    swv, voorschool = (uuid.UUID(world.organisations[key]) for key in ("brug", "speelhoek"))
    maker, began = world.accounts["contact"], now() - timedelta(days=400)
    keys = [(uuid.uuid4(), uuid.uuid4()) for _ in range(MANY)]
    statuses = (Status.AANVRAAG, Status.BIJLAGEN_TOEGEVOEGD, Status.ONDERWIJSADVIES)
    child = {"swv_id": swv, "voornaam": "Noor", "geboortedatum": date(2023, 1, 1), "gewijzigd_op": began}
    rows: dict[type, list[dict]] = {
        m.Kind: [
            child | {"id": kind, "achternaam": f"Nummer {n}", "zoeknaam": f"noor nummer {n}"}
            for n, (kind, _) in enumerate(keys)
        ],
        m.Gezagsdrager: [
            {"swv_id": swv, "kind_id": kind, "naam": "Ouder", "gezag": Gezag.JA, "geheim_adres": False}
            for kind, _ in keys
        ],
        m.Hulpvraag: [
            {
                "id": key,
                "swv_id": swv,
                "kind_id": kind,
                "voorschool_id": voorschool,
                "nummer": f"JK-2025-{n:06d}",
                "aangemaakt_door_id": maker,
                "status": statuses[n % 3],
                "status_sinds": began + timedelta(minutes=n),
                "gewijzigd_op": began + timedelta(minutes=n),
                "versie": 1,
            }
            for n, (kind, key) in enumerate(keys)
        ],
    }
    of = [{"swv_id": swv, "hulpvraag_id": key} for _, key in keys]
    mine = {"organisation_id": voorschool}
    rows[m.Betrokkenheid] = [one | mine | {"grond": Ground.VOORSCHOOL, "van": began} for one in of]
    change = {
        "overgang": "aanvraag",
        "naar": Status.AANVRAAG,
        "door_id": maker,
        "namens_id": swv,
        "op": began,
    }
    rows[m.StatusWijziging] = [one | change for one in of]
    note = {"tekst": "x", "zichtbaarheid": Zichtbaarheid.GEDEELD, "geschreven_door_id": maker}
    rows[m.Notitie] = [one | mine | note for one in of]
    paper = {
        "soort": BijlageSoort.OVERIG,
        "titel": "x.pdf",
        "zichtbaarheid": Zichtbaarheid.GEDEELD,
        "stadium": Stadium.DEFINITIEF,
        "toegevoegd_door_id": maker,
        "grootte": 1,
        "mimetype": "application/pdf",
        "sha256": "0" * 64,
    }
    rows[m.Bijlage] = [one | mine | paper | {"sleutel": uuid.uuid4().hex} for one in of]
    with world.app.app_context(), as_system("the test fills its world"):
        for model, many in rows.items():
            db.session.execute(sa.insert(model), many)
        db.session.commit()
        with db.engine.begin() as connection:  # autovacuum does so within a minute
            connection.execute(sa.text("ANALYZE"))


@pytest.mark.both_engines
def test_a_page_asks_few_questions_and_no_more_when_there_are_ten_thousand_dossiers(request, engine, proven):
    world, with_ten = request.getfixturevalue(f"own_world_on_{engine.name}")
    too_many = {
        (key, page): count for key, pages in with_ten.items() for page, count in pages.items() if count > MOST
    }
    assert too_many == {}, f"of {with_ten}"
    _fill(world)
    with_many = {key: _counts(world, key, looks=1) for key in with_ten}
    assert with_many == with_ten
    proven("statements counted", sum(map(len, with_many.values())))


@pytest.mark.both_engines
def test_a_search_as_you_type_asks_who_is_asking_then_searches_and_logs_it(world: World):
    for pick in ("kind", "voorschool", "specialist"):
        browser = world.browser("specialist")
        browser.get(f"/kies/{pick}?q=a")
        with statements(world) as seen:
            browser.get(f"/kies/{pick}?q=b")
        asked = [statement for statement in seen if "set_config" not in statement]
        assert len(asked) <= 3, asked


# Between them they open every page that there is.
READERS = ("specialist", "voorschool", "school", "ouder", "deelnemer", "rolbeheer", "platform")


@pytest.mark.both_engines
@pytest.mark.parametrize("key", READERS)
def test_no_page_that_somebody_can_open_asks_more(world: World, key: str, proven):
    """Every address of the census that this person can open, on the first row for which they can."""
    who, too_many, opened = world.who[key], [], 0
    for route in ROUTES:
        if route.method != "GET" or route.raw:
            continue
        things = world.of(route.of) if route.of else [NOTHING]
        thing = next((thing for thing in things if route.answer(who, thing) == 200), None)
        if thing is None:
            continue
        path = route.path(thing, world.keys.get(thing.id, ""))
        for _look in range(2):  # the first fills caches of the driver
            with statements(world) as seen:
                answer = world.browser(key).get(path)
                answer.get_data()
            if answer.status_code != 200 or len(seen) <= MOST:
                break
        assert answer.status_code == 200, path
        opened += 1
        if len(seen) > MOST:
            too_many.append(f"{route.name} {path}: {len(seen)}")
    assert not too_many, "\n".join(too_many)
    proven("pages that ask few questions", opened)
