"""What is not one's own does nothing: in an address, a form's choice, an extra field, a sort, a filter, a cursor."""
# ruff: noqa: E501 (tables: one case, one line)

import base64
import json
import re
import uuid

import pytest
import time_machine

from app.extensions import db
from app.models.base import now
from tests import oracle
from tests.census import PICKS, ROUTES, Route
from tests.lockstep import Statements
from tests.oracle import Thing, Who
from tests.test_forms_guard import VALID, resolved, whole
from tests.traces import changed, digest
from tests.world import GONE, PEOPLE, World, plain

PRESENT = tuple(key for key in PEOPLE if key not in GONE)
OF_ROW = [route for route in ROUTES if route.of and not route.endpoint.startswith("Membership")]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


# The address


def hidden(world: World, who: Who, noun: str) -> list[Thing]:
    """Rows that this person may not know of."""
    return [thing for thing in world.of(noun) if not oracle.may(who, "read", thing)]


def ask(world: World, route: Route, key: str, thing: Thing, mail_key: str = ""):
    browser, path = world.browser(key), route.path(thing, mail_key)
    if route.method == "GET":
        return browser.get(path)
    if route.raw:
        return browser.upload(path, b"Een briefje.", naam="brief.txt")
    return browser.post(path, whole(world, route.endpoint, thing))


def test_a_foreign_row_reads_exactly_like_one_that_does_not_exist(world: World, lane, proven):
    """The same status and the same page, byte for byte but for nonce and token, on every route that names a row."""
    chance = lane.random("T5 address")
    every = [
        (route, key, thing)
        for route in OF_ROW
        for key in PRESENT
        for thing in hidden(world, world.who[key], route.of)
        if not (route.of == "Bericht" and thing.account in (None, world.who[key].account))
    ]
    number = min(lane.cases(gate=90, proof=10_000), len(every))
    nowhere = Thing("", UNKNOWN, None)
    before = digest(world)
    for route, key, thing in chance.sample(every, number):
        foreign = ask(world, route, key, thing, world.keys.get(thing.id, ""))
        unknown = ask(world, route, key, nowhere, "bestaat-niet")
        here = f"{route.name} as {key}"
        assert foreign.status_code == unknown.status_code == 404, here
        assert plain(foreign) == plain(unknown).replace(UNKNOWN, thing.id), here
        told = {*foreign.headers.keys()} ^ {*unknown.headers.keys()}
        assert told <= {"Set-Cookie"}, here  # that of the form token, which comes once
    assert changed(before, digest(world)) == []
    proven("T5 foreign addresses", number)


def test_who_does_not_read_the_newer_version_finds_no_trace_of_an_old_one(world: World, lane, proven):
    """Who does read it is told; of all others the page and the number of statements are those of no document."""
    chance, series = lane.random("T5 versions"), []
    for old in (thing for thing in world.of("Bijlage") if thing.replaced):
        others = [
            thing for thing in world.of("Bijlage") if thing.dossiers == old.dossiers and thing is not old
        ]
        series.append((old, chance.choice([thing for thing in others if not thing.retracted])))
    every = [
        (old, new, key)
        for old, new in series
        for key in PRESENT
        if oracle.has(world.who[key], "Bijlage", "read") and not oracle.may(world.who[key], "read", old)
    ]
    number, statements = min(lane.cases(gate=60, proof=10_000), len(every)), Statements(world.app)
    with world.as_it_was(), time_machine.travel(now(), tick=False):
        with world.behind_the_scenes():
            for old, new in series:
                row = world.row(new)
                row.reeks_id, row.volgnummer = uuid.UUID(old.id), 2
            db.session.commit()
        for old, new, key in chance.sample(every, number):
            browser, here = world.browser(key), f"{key} on {old.name}, then {new.name}"
            browser.get(f"/bijlagen/{UNKNOWN}")  # the first of a session asks more
            unknown, wanted = statements.of(lambda b=browser: b.get(f"/bijlagen/{UNKNOWN}"))
            answer, asked = statements.of(lambda b=browser, at=f"/bijlagen/{old.id}": b.get(at))
            if oracle.may(world.who[key], "read", new):
                assert answer.status_code == 409, here
                continue
            assert answer.status_code == 404, here
            assert plain(answer) == plain(unknown).replace(UNKNOWN, old.id), here
            assert asked == wanted, here
    proven("T5 versions", number)


@pytest.mark.parametrize("key", ["specialist", "voorschool", "ouder", "platform"])
@pytest.mark.parametrize(
    "garbled",
    [
        "1",
        "0",
        "-1",
        "x",
        "None",
        "%00",
        "%27%20OR%201=1",
        "9" * 400,
        "é",
        UNKNOWN.upper(),
        "{}",
        "%ff",
    ],
)
def test_a_garbled_id_reads_like_one_that_does_not_exist(world: World, key: str, garbled: str, lane, proven):
    browser = world.browser(key)
    every = (*LISTS, "/berichten/", "/m/")
    share = lane.random(f"T5 garbled {key} {garbled}").sample(every, lane.cases(gate=3, proof=len(every)))
    for base in share:
        answer = browser.get(base + garbled)
        assert answer.status_code == 404, base
        assert plain(answer) == plain(browser.get(base + UNKNOWN)), base
    proven("T5 garbled addresses", len(share))


# The form


@pytest.mark.parametrize(
    ("key", "path", "endpoint", "field", "choice"),
    [
        ("specialist", "/hulpvragen/nieuw", "HulpvraagView.add", "voorschool", "org:boei"),
        ("specialist", "/hulpvragen/nieuw", "HulpvraagView.add", "voorschool", "org:linde"),
        ("specialist", "/hulpvragen/nieuw", "HulpvraagView.add", "contactpersoon", "voorschool-anker"),
        ("specialist", "/hulpvragen/nieuw", "HulpvraagView.add", "contactpersoon", "voorschool2"),
        ("specialist", "/hulpvragen/nieuw", "HulpvraagView.add", "specialist", "specialist-anker"),
        ("specialist", "/hulpvragen/nieuw", "HulpvraagView.add", "specialist", "voorschool"),
        ("specialist", "/hulpvragen/nieuw", "HulpvraagView.add", "kind", "boei:aanvraag/kind"),
        ("specialist", "/ouders/nieuw", "GezagsdragerView.add", "kind", "boei:aanvraag/kind"),
        ("specialist", "/notities/nieuw", "NotitieView.add", "hulpvraag", "boei:aanvraag"),
        ("specialist", "/notities/nieuw", "NotitieView.add", "hulpvraag", "speelhoek:ingetrokken"),
        ("voorschool", "/notities/nieuw", "NotitieView.add", "hulpvraag", "nest:onderwijsadvies"),
        ("voorschool", "/notities/nieuw", "NotitieView.add", "hulpvraag", "speelhoek:aanvraag"),
        ("school", "/notities/nieuw", "NotitieView.add", "hulpvraag", "nest:onderwijsadvies"),
        ("rolbeheer", "/medewerkers/nieuw", "LidmaatschapView.add", "organisation", "org:anker"),
        ("rolbeheer", "/medewerkers/nieuw", "LidmaatschapView.add", "organisation", "org:beheer"),
        ("rolbeheer", "/medewerkers/nieuw", "LidmaatschapView.add", "rol", "platformbeheerder"),
        ("rolbeheer-voorschool", "/medewerkers/nieuw", "LidmaatschapView.add", "organisation", "org:nest"),
        ("rolbeheer-voorschool", "/medewerkers/nieuw", "LidmaatschapView.add", "organisation", "org:brug"),
        ("rolbeheer-school", "/medewerkers/nieuw", "LidmaatschapView.add", "rol", "jk_specialist"),
        ("specialist", "/overlegrondes/nieuw", "OverlegrondeView.add", "hulpvraag", "boei:aanvraag"),
        ("specialist", "/scholen-van-voorkeur/nieuw", "SchoolVoorkeurView.add", "school", "org:kade"),
        ("specialist", "/scholen-van-voorkeur/nieuw", "SchoolVoorkeurView.add", "school", "org:speelhoek"),
        ("specialist", "/scholen-van-voorkeur/nieuw", "SchoolVoorkeurView.add", "hulpvraag", "boei:aanvraag"),
        ("ouder", "/scholen-van-voorkeur/nieuw", "SchoolVoorkeurView.add", "hulpvraag", "nest:aanvraag"),
        (
            "ouder",
            "/scholen-van-voorkeur/nieuw",
            "SchoolVoorkeurView.add",
            "hulpvraag",
            "speelhoek:ingetrokken",
        ),
        (
            "specialist",
            "{speelhoek:aanvraag}/afspraken",
            "AfspraakView.add",
            "voor",
            "organisation:{org:nest}",
        ),
        (
            "specialist",
            "{speelhoek:aanvraag}/afspraken",
            "AfspraakView.add",
            "voor",
            "gebruiker:{@specialist-anker}",
        ),
        (
            "specialist",
            "{speelhoek:aanvraag}/afspraken",
            "AfspraakView.add",
            "overlegronde",
            "{speelhoek:onderwijsadvies/ronde-open}",
        ),
        (
            "specialist",
            "/overlegrondes/{speelhoek:aanvraag/ronde-open}/uitnodigen/medewerker",
            "DeelnameView.add",
            "persoon",
            "{@voorschool2}.{org:nest}",
        ),
        (
            "specialist",
            "/overlegrondes/{speelhoek:aanvraag/ronde-open}/uitnodigen/medewerker",
            "DeelnameView.add",
            "persoon",
            "{@specialist-anker}.{org:anker}",
        ),
        (
            "specialist",
            "/overlegrondes/{speelhoek:aanvraag/ronde-open}/uitnodigen/medewerker",
            "DeelnameView.add",
            "persoon",
            "{@voorschool2}.{org:speelhoek}",
        ),
        (
            "specialist",
            "/overlegrondes/{speelhoek:aanvraag/ronde-open}/uitnodigen/ouder",
            "DeelnameView.add",
            "gezagsdrager",
            "{nest:aanvraag/ouder-ja}",
        ),
        (
            "specialist",
            "/overlegrondes/{speelhoek:aanvraag/ronde-open}/uitnodigen/ouder",
            "DeelnameView.add",
            "gezagsdrager",
            "{speelhoek:aanvraag/ouder-nee}",
        ),
        (
            "specialist",
            "/scholen-van-voorkeur/{speelhoek:aanvraag/school-esdoorn}/toestemming-vragen",
            "SchoolVoorkeurView.change",
            "ouder",
            "{nest:aanvraag/ouder-ja}",
        ),
        (
            "specialist",
            "/scholen-van-voorkeur/{speelhoek:aanvraag/school-esdoorn}/toestemming-vragen",
            "SchoolVoorkeurView.change",
            "ouder",
            "{speelhoek:aanvraag/ouder-nee}",
        ),
        (
            "specialist",
            "/scholen-van-voorkeur/{speelhoek:aanvraag/school-esdoorn}/toestemming-vastleggen",
            "SchoolVoorkeurView.change",
            "bijlage",
            "{speelhoek:onderwijsadvies/bijlage-formulier}",
        ),
        (
            "specialist",
            "/hulpvragen/{speelhoek:aanvraag}/betrokkenen",
            "BetrokkenenView.change",
            "voorschool",
            "{org:boei}",
        ),
        (
            "specialist",
            "/hulpvragen/{speelhoek:aanvraag}/betrokkenen",
            "BetrokkenenView.change",
            "contactpersoon",
            "{@voorschool}",
        ),
        (
            "specialist",
            "/hulpvragen/{speelhoek:aanvraag}/betrokkenen",
            "BetrokkenenView.change",
            "waarnemer",
            "{@vals-voorschool}",
        ),
        (
            "specialist",
            "/hulpvragen/{speelhoek:jk_advies_afgerond}/status/advies_afgerond",
            "HulpvraagView.change",
            "school",
            "{org:esdoorn}",
        ),
    ],
)
def test_a_foreign_choice_in_a_form_is_not_on_offer_and_changes_nothing(
    world: World, key: str, path: str, endpoint: str, field: str, choice: str, proven
):
    of = re.search(r"\{([^}]+)\}", path)
    thing = world.named[of[1]] if of else Thing("", "", None)
    form = whole(world, endpoint, thing)
    if path.endswith("/afspraken"):  # made in its dossier, which its address names
        path = f"/afspraken/nieuw?hulpvraag={thing.id}"
    path = resolved(world, thing, path)
    if endpoint == "LidmaatschapView.add" and key != "rolbeheer":
        own = world.who[key].organisation
        form |= {"organisation": own, "rol": "rolbeheerder"}
    chosen = world.named[choice].id if choice in world.named else world.accounts.get(choice, choice)
    chosen = resolved(world, thing, str(chosen))
    before = digest(world)
    answer = world.browser(key).post(path, form | {field: str(chosen)})
    assert answer.status_code in (404, 422)
    assert changed(before, digest(world)) == []
    proven("T5 foreign choices", 1)


# What saving changes besides what was typed.
BY_ITSELF = (
    "gewijzigd_op",
    "zoeknaam",
    "versie",
    "voor_organisation_id",
    "voor_gebruiker_id",
    "herinnerd_op",
)
BY_ITSELF += ("beantwoord_op", "voorstel", "open_vanaf", "link")
# On the form too, and not filled in above.
LEFT_EMPTY = ("contactpersoon_id", "specialist_id", "waarnemer_id", "status_in_mail", "geheim_adres")
LEFT_EMPTY += ("email", "telefoon", "adres", "gezag_bron", "gezag_datum", "tussenvoegsel")
EXTRA = {
    "id": UNKNOWN,
    "swv_id": "org:anker",
    "organisation_id": "org:nest",
    "organisation": "org:nest",
    "hulpvraag_id": "boei:aanvraag",
    "kind_id": "boei:aanvraag/kind",
    "voorschool_id": "org:nest",
    "status": "advies_afgerond",
    "status_sinds": "2020-01-01",
    "nummer": "JK-0000-GESTOLEN",
    "aangemaakt_door_id": "1",
    "toegevoegd_door_id": "1",
    "geschreven_door_id": "1",
    "ingetrokken_op": "2020-01-01",
    "sleutel": "x",
    "sha256": "x",
    "grootte": "0",
    "gebruiker_id": "1",
    "soort": "exploitant",
    "is_admin": "1",
    "zoeknaam": "x",
    "actief": "",
    "versie": "999",
    "gesloten_op": "2020-01-01",
    "gedaan_op": "2020-01-01",
    "overlegronde_id": "speelhoek:aanvraag/ronde-open",
    "namens_id": "org:nest",
    "open_vanaf": "2020-01-01T10:00",
    "verwijderd_op": "2020-01-01",
    "staat": "akkoord",
    "rang": "1",
    "zorgplicht": "1",
    "verlengd": "1",
    "gegeven_op": "2020-01-01",
    "voor_id": "org:nest",
}


@pytest.mark.parametrize(
    ("key", "of", "path", "endpoint"),
    [
        ("specialist", "speelhoek:onderwijsadvies", "/hulpvragen/{}/bewerken", "HulpvraagView.edit"),
        ("voorschool", "speelhoek:aanvraag", "/hulpvragen/{}/bewerken", "HulpvraagView.edit"),
        ("specialist", "speelhoek:onderwijsadvies/kind", "/kinderen/{}/bewerken", "KindView.edit"),
        ("specialist", "speelhoek:onderwijsadvies/ouder-nee", "/ouders/{}/bewerken", "GezagsdragerView.edit"),
        ("contact", "speelhoek:onderwijsadvies/bijlage-advies", "/bijlagen/{}/bewerken", "BijlageView.edit"),
        ("collega", "org:speelhoek", "/organisaties/{}/bewerken", "OrganisationView.edit"),
        (
            "contact",
            "speelhoek:onderwijsadvies/afspraak-school",
            "/afspraken/{}/bewerken",
            "AfspraakView.edit",
        ),
        (
            "contact",
            "speelhoek:onderwijsadvies/ronde-open",
            "/overlegrondes/{}/bewerken",
            "OverlegrondeView.edit",
        ),
        (
            "ouder",
            "speelhoek:onderwijsadvies/deelname-open-ouder",
            "/overlegrondes/{}/antwoord",
            "DeelnameView.edit",
        ),
        (
            "contact",
            "speelhoek:onderwijsadvies/deelname-open-ouder",
            "/deelnames/{}/openen",
            "DeelnameView.change",
        ),
        (
            "school",
            "speelhoek:onderwijsadvies/school-linde",
            "/scholen-van-voorkeur/{}/vraag",
            "SchoolVoorkeurView.change",
        ),
    ],
)
def test_a_field_that_the_form_does_not_have_is_not_saved(
    world: World, key: str, of: str, path: str, endpoint: str, lane, proven
):
    """One after the other, each beside a valid form: the row keeps what the form does not show."""
    thing, own = world.named[of], VALID[endpoint]
    count, foreign = 0, sorted(set(EXTRA) - set(own))
    at = thing.named if endpoint == "DeelnameView.edit" else thing.id  # one answers on the page of the round
    share = lane.cases(gate=8, proof=len(foreign))
    for name in lane.random(f"T5 extra {endpoint}").sample(foreign, min(share, len(foreign))):
        value = EXTRA[name]
        with world.as_it_was():
            before = _columns(world, thing)
            sent = world.named[value].id if value in world.named else value
            world.browser(key).post(path.format(at), whole(world, endpoint, thing) | {name: sent})
            after = _columns(world, thing)
            moved = {column for column in after if after[column] != before[column]}
            assert moved <= {*own, *LEFT_EMPTY, *BY_ITSELF}, f"{name}: {moved}"
            if isinstance(after.get("versie", 0), int):
                assert after.get("versie", 0) <= before.get("versie", 0) + 1
        count += 1
    proven("T5 extra fields", count)


@pytest.mark.parametrize(
    ("key", "of", "path", "endpoint", "kept"),
    [
        ("voorschool", "speelhoek:aanvraag", "/hulpvragen/{}/bewerken", "HulpvraagView.edit",
         {"contactpersoon": "", "specialist": "", "waarnemer": ""}),
        ("contact", "speelhoek:onderwijsadvies/bijlage-concept", "/bijlagen/{}/bewerken", "BijlageView.edit",
         {"stadium": "definitief", "soort": "onderwijsadvies"}),
        ("collega", "org:speelhoek", "/organisaties/{}/bewerken", "OrganisationView.edit",
         {"naam": "Gekaapt", "actief": ""}),
    ],
)  # fmt: skip
def test_a_field_that_this_person_may_not_fill_in_is_not_saved(
    world: World, key: str, of: str, path: str, endpoint: str, kept: dict, proven
):
    thing = world.named[of]
    page = world.browser(key).get(path.format(thing.id)).get_data(as_text=True)
    hidden_fields = set(kept) - {"soort"}
    assert [name for name in hidden_fields if f'name="{name}"' in page] == [], "not even on the page"
    with world.as_it_was():
        before = _columns(world, thing)
        world.browser(key).post(path.format(thing.id), whole(world, endpoint, thing) | kept)
        after = _columns(world, thing)
    for name in kept:
        column = name if name in after else f"{name}_id"
        assert after[column] == before[column], name
    proven("T5 fields of others", len(kept))


def _columns(world: World, thing: Thing) -> dict:
    with world.behind_the_scenes():
        row = world.row(thing)
        return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}


def test_a_new_row_is_made_in_ones_own_name_whatever_the_form_says(world: World, lane, proven):
    own, share = world.who["specialist"], lane.cases(gate=23, proof=len(EXTRA))
    for name in lane.random("T5 new rows").sample(sorted(EXTRA), share):
        value = EXTRA[name]
        sent = world.named[value].id if value in world.named else value
        with world.as_it_was():
            form = whole(world, "NotitieView.add")
            world.browser("specialist").post("/notities/nieuw", form | {name: sent})
            with world.behind_the_scenes():
                from app.extensions import db
                from app.models import Notitie

                made = db.session.scalars(db.select(Notitie).where(Notitie.tekst == form["tekst"])).all()
                assert [str(row.organisation_id) for row in made] == [own.organisation], name
                assert {(row.geschreven_door_id, str(row.swv_id)) for row in made} == {(own.account, own.swv)}
    proven("T5 new rows", share)


# Sort, filter, cursor

HIDDEN_COLUMNS = (
    "omschrijving", "versie", "swv_id", "kind_id", "voorschool_id", "id", "kind.achternaam", "sha256", "sleutel",
    "adres", "telefoon", "gezag", "geheim_adres", "meldadres", "__class__", "metadata", "password", "zoeknaam",
)  # fmt: skip
LISTS = (
    "/hulpvragen/",
    "/kinderen/",
    "/ouders/",
    "/bijlagen/",
    "/notities/",
    "/organisaties/",
    "/medewerkers/",
    "/afspraken/",
    "/overlegrondes/",
    "/scholen-van-voorkeur/",
    "/toestemmingen/",
)


WAYS = (
    "sort={0}.asc",
    "sort={0}.desc",
    "_flt_0_{0}=a",
    "_oc_x={0}&_od_x=asc",
    "order_column={0}",
    "filter={0}",
)


@pytest.mark.parametrize("key", ["specialist", "voorschool", "rolbeheer", "platform"])
def test_a_list_is_not_sorted_filtered_or_searched_by_a_hidden_column(world: World, key: str, lane, proven):
    """The page stays what it is without: else its order would tell what it does not show."""
    browser, chance = world.browser(key), lane.random(f"T5 columns {key}")
    as_it_is = {path: _rows(answer) for path in LISTS if (answer := browser.get(path)).status_code == 200}
    every = [
        (path, f"{path}?{way.format(column)}")
        for path in as_it_is
        for column in HIDDEN_COLUMNS
        for way in WAYS
    ]
    chosen = chance.sample(every, min(len(every), lane.cases(gate=30, proof=len(every))))
    for path, address in chosen:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert _rows(answer) == as_it_is[path], address
    proven("T5 hidden columns", len(chosen))


def _rows(answer) -> list[str]:
    """The links of the rows, in their order."""
    table = answer.get_data(as_text=True).partition("<tbody")[2].partition("</tbody>")[0]
    return re.findall(r'<th scope="row".*?href="([^"]*)"', table)


NEW_LISTS = (
    ("/afspraken/", "Afspraak"),
    ("/overlegrondes/", "Overlegronde"),
    ("/scholen-van-voorkeur/", "SchoolVoorkeur"),
    ("/notities/", "Notitie"),
)


@pytest.mark.parametrize("direction", ["na", "voor"])
def test_a_cursor_of_ones_own_making_opens_nothing(world: World, direction: str, lane, proven):
    """A cursor that names a foreign row, or another column's value, only says where to begin."""
    browser, who, count = world.browser("voorschool"), world.who["voorschool"], 0
    foreign = world.dossiers["boei:aanvraag"].id
    values = ("2100-01-01T00:00:00+00:00", "1900-01-01T00:00:00+00:00", "x", None, 1, [], {})
    chance = lane.random(f"T5 cursors {direction}")
    rows = (foreign, UNKNOWN, "x", None, [foreign])
    for value in values:
        for row in chance.sample(rows, lane.cases(gate=3, proof=len(rows))):
            made = base64.urlsafe_b64encode(json.dumps([value, row]).encode()).decode().rstrip("=")
            for path, noun in (
                ("/hulpvragen/", "Hulpvraag"),
                ("/bijlagen/", "Bijlage"),
                ("/berichten/", "Bericht"),
                *NEW_LISTS[lane.random(f"{value}{row}").randrange(4) :: lane.cases(gate=4, proof=1)],
            ):
                answer = browser.get(f"{path}?{direction}={made}")
                assert answer.status_code == 200, (path, value, row)
                for link in _rows(answer):
                    thing = world.things.get(link.rpartition("/")[2])
                    assert thing is None or thing.noun != noun or oracle.may(who, "read", thing)
                count += 1
    proven("T5 cursors", count)


# JSON


def test_a_choice_by_typing_finds_nothing_foreign_whatever_is_typed(world: World, lane, proven):
    """The names of foreign children, people and dossiers, their marks and their ids."""
    foreign = [
        word
        for word, mark in world.marks.items()
        if mark.thing.swv == world.organisations["anker"]
        or mark.thing.name in ("specialist-anker", "voorschool-anker")
    ]
    chosen = lane.random("T5 picks").sample(foreign, min(len(foreign), lane.cases(gate=30, proof=1_000)))
    picks = [pick for pick, roles in PICKS.items() if roles & world.who["specialist"].roles]
    for word in chosen:
        for pick in picks:
            assert world.browser("specialist").get(f"/kies/{pick}?q={word}").get_json() == []
    proven("T5 picks", len(chosen) * len(picks))


def test_an_answer_in_json_says_no_more_than_the_page(world: World):
    """A foreign dossier and one that does not exist give the same answer to a script as well."""
    browser = world.browser("voorschool")
    answers = {
        browser.upload(f"/hulpvragen/{key}/bijlagen", b"x", naam="x.txt").get_data()
        for key in (
            world.dossiers["nest:aanvraag"].id,
            world.dossiers["boei:aanvraag"].id,
            UNKNOWN,
            str(uuid.uuid4()),
        )
    }
    assert len(answers) == 1
