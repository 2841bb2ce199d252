"""Garbage in a query, a form field, a header or a method: a page in words, never a fault."""
# ruff: noqa: E501 (tables: one case, one line)

import random
import re

import pytest
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from tests.census import LEAVING, NOTHING, ROUTES, Route
from tests.oracle import Thing
from tests.test_forms_guard import VALID, filled, reached, resolved, whole
from tests.world import Browser, World

PIECES = (
    "", " ", "\t\r\n", "\x00", "a\x00b", "\ufeff", "\u202e", "\ud7ff", "é" * 300, "x" * 5_000, "-1", "0", "1e309", "NaN",
    "9" * 400, "2147483648", "9223372036854775808", "1.5", "true", "None", "null", "undefined", "[]", "{}", "{{7*7}}",
    "${7*7}", "%s%n", "%(x)s", "' OR 1=1 --", '"><script>alert(1)</script>', "javascript:alert(1)", "//elders.example",
    "\\\\elders\\x", "../../etc/passwd", "2026-02-30", "0000-00-00", "99999-01-01", "31-12-2026", "2026-11-23T00:00:00",
    "00000000-0000-4000-8000-000000000000", "{00000000-0000-4000-8000-000000000000}", "eyJ4IjoxfQ", "====", "W10",
    "WyJ4IiwgIngiXQ", "\r\nSet-Cookie: x=1", "=cmd|' /C calc'!A0", "😀" * 50, "ÿþ", "\u0130", "ﬁ", "%", "_", "\\", "/",
)  # fmt: skip
PARAMETERS = (
    "q", "na", "voor", "filter", "sort", "status", "kind", "hulpvraag", "organisation", "next", "back", "_search", "naam",
    "soort", "zichtbaarheid", "membership", "overlegronde", "ouder", "partij", "page", "page_x", "psize_x", "_flt_0_kind", "_oc_x", "_l_", "lang", "locale",
)  # fmt: skip
PEOPLE = ("", "specialist", "contact", "voorschool", "collega", "school", "ouder", "platform")


def fault(answer) -> bool:
    return answer.status_code >= 500


def at(world: World, route: Route, key: str) -> tuple[Thing, str]:
    thing = reached(world, route, key)
    return thing, route.path(thing, world.keys.get(thing.id, ""))


@pytest.mark.both_engines
def test_garbage_in_an_address_gets_a_page_in_words(world: World, lane, proven):
    chance, wrong = lane.random("Z1 query"), []
    looking = [route for route in ROUTES if route.method == "GET"]
    number = lane.cases(gate=150, proof=20_000)
    for _case in range(number):
        route, key = chance.choice(looking), chance.choice(PEOPLE)
        query = [(chance.choice(PARAMETERS), chance.choice(PIECES)) for _ in range(chance.randint(1, 4))]
        thing, path = at(world, route, key)
        named = [(route.asks, thing.id)] if route.asks else []
        answer = world.browser(key).get(path.partition("?")[0], query_string=MultiDict([*named, *query]))
        if fault(answer) or "Traceback" in answer.get_data().decode(errors="replace"):
            wrong.append(f"GET {path} as {key}: {query!r}: {answer.status_code}")
        if location := answer.headers.get("Location"):
            assert re.match("/(?!/)", location), f"{path} {query!r} leads to {location}"
        answer.close()
    assert not wrong, "\n".join(wrong[:20])
    proven("Z1 addresses", number)


def fields_of(world: World, endpoint: str) -> list[str]:
    """The names of a form's fields, from the WTForm itself; for a hand-made form those that the page shows."""
    view_name, _dot, method = endpoint.partition(".")
    views = {type(view).__name__: view for view in world.app.extensions["appbuilder"].baseviews}
    form_class = getattr(views.get(view_name), f"{method}_form", None)
    if form_class is None or not issubclass(form_class, FlaskForm):
        return []
    with world.app.test_request_context():
        return [field.name for field in form_class()]


# Their forms are written by hand: VALID names them.
BY_HAND = ("DeelnameView.add", "DeelnameView.edit", "ToegangscontroleView.add")


def test_every_generated_form_is_known_to_this_test(world: World):
    posting = {
        route.endpoint
        for route in ROUTES
        if route.method == "POST"
        and route.endpoint.endswith((".add", ".edit"))
        and route.endpoint not in BY_HAND
    }
    assert {endpoint for endpoint in posting if not fields_of(world, endpoint)} == set()


def _form(world: World, route: Route, key: str) -> tuple[Thing, str, list[str]]:
    """A row that this person could change, where its form is sent, and the names of all its fields."""
    thing, path = at(world, route, key)
    names = {*fields_of(world, route.endpoint), *VALID.get(route.endpoint, {})}
    page = world.browser(key).get(path)
    if page.status_code == 200 and page.mimetype == "text/html":
        names |= set(re.findall(r'\bname="([^"]+)"', page.get_data(as_text=True).partition("<main")[2]))
    page.close()
    names |= {"_search", "_anyway", "versie"}
    return thing, path, sorted(names - {"csrf_token"})


def _typed(
    world: World, route: Route, thing: Thing, names: list[str], chance: random.Random
) -> list[tuple[str, str]]:
    """A valid form with garbage in one to three fields, or only garbage, or fields twice."""
    valid = {name: value for name, value in filled(world, route, thing).items() if isinstance(value, str)}
    spoilt = chance.sample(names, min(len(names), chance.randint(1, 3)))
    kind = chance.random()
    if kind < 0.2:
        return [(name, chance.choice(PIECES)) for name in names]
    typed = list((valid | {name: chance.choice(PIECES) for name in spoilt}).items())
    twice = (chance.choice(names), chance.choice(PIECES))
    return [*typed, twice] if kind > 0.8 else typed


def test_garbage_in_a_form_field_gives_the_form_back_or_a_refusal(world: World, lane, proven):
    chance, wrong = lane.random("Z1 forms"), []
    number = lane.cases(gate=200, proof=30_000)
    with world.as_it_was():
        people = (*PEOPLE, "rolbeheer")
        posts = [route for route in ROUTES if route.method == "POST" and not route.raw]
        posts = [route for route in posts if route.endpoint not in LEAVING]
        forms: dict[tuple[str, str], tuple[Thing, str, list[str]]] = {}
        for _case in range(number):
            key, route = chance.choice(people), chance.choice(posts)
            if (key, route.name) not in forms:
                forms[key, route.name] = _form(world, route, key)
            thing, path, names = forms[key, route.name]
            typed = _typed(world, route, thing, names, chance)
            browser = world.browser(key)
            answer = browser.client.post(path, data=MultiDict([*typed, ("csrf_token", browser.csrf)]))
            text = answer.get_data().decode(errors="replace")
            if fault(answer) or "Traceback" in text:
                wrong.append(f"{route.name} as {key}: {typed!r}: {answer.status_code}")
            if "<script>alert(1)" in text or "49" in re.findall(r"\{\{7\*7\}\}|(?<=>)49(?=<)", text):
                wrong.append(f"{route.name} as {key} runs what was typed: {typed!r}")
            if answer.headers.get("Location", "/").startswith(("//", "http")):
                wrong.append(f"{route.name} leads to {answer.headers['Location']}")
            answer.close()
            if route.endpoint == "SigninView.switch" and answer.status_code == 302:
                world.browsers.pop(key)
    world.browsers.clear()  # their form tokens are of sessions that never were
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:20])
    proven("Z1 forms", number)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "ONZIN")


def test_a_wrong_method_is_refused_in_words(world: World, lane, proven):
    """405 or 404, never a fault, and nothing of FAB's answers to another method."""
    count, addresses = 0, world.app.url_map.bind("localhost")
    every = list({route.rule: route for route in ROUTES}.values())
    for route in lane.random("Z1 methods").sample(every, lane.cases(gate=70, proof=len(every))):
        _thing, path = at(world, route, "specialist")
        for method in METHODS:
            if addresses.test(path.partition("?")[0], method):
                continue
            answer = world.browser("specialist").client.open(path, method=method)
            assert answer.status_code in (400, 404, 405), f"{method} {path}: {answer.status_code}"
            count += 1
    proven("Z1 methods", count)


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "kindbrug=" + "x" * 4_000},
        {"Cookie": "kindbrug=\x01\x02"},
        {"Cookie": "kindbrug; kindbrug=; =x"},
        {"Cookie": "kindbrug_form=eyJ4IjoxfQ.x.y"},
        {"Accept-Language": "xx-" + "x" * 3_000 + ";q=abc"},
        {"Accept": "application/json"},
        {"Accept": ";;;,*/*;q=nan"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": "multipart/form-data; boundary=" + "x" * 500},
        {"Content-Type": "application/json"},
        {"Content-Length": "0"},
        {"X-Forwarded-For": "' OR 1=1", "X-Forwarded-Proto": "ftp"},
        {"Referer": "http://elders.example/\x00"},
        {"Range": "bytes=0-0,5-1,-9999999999"},
        {"If-Modified-Since": "gisteren"},
        {"Transfer-Encoding": "onzin"},
        {"User-Agent": ""},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_garbage_in_a_header_gets_a_page_in_words(world: World, headers: dict, proven):
    stranger = Browser(world.app, None)
    for path in ("/", "/login", "/hulpvragen/", "/healthz", "/static/kindbrug.css", "/uitnodiging/x"):
        for method in ("GET", "POST"):
            answer = stranger.client.open(path, method=method, headers=headers)
            assert not fault(answer), f"{method} {path}"
            answer.close()
    document = world.named["speelhoek:onderwijsadvies/bijlage-advies"]
    answer = world.browser("specialist").get(f"/bijlagen/{document.id}/bestand", headers=headers)
    assert not fault(answer)
    answer.close()
    proven("Z1 headers", 13)


@pytest.mark.parametrize("key", ["specialist", "voorschool"])
def test_a_raw_upload_with_garbage_around_it_is_refused_and_leaves_nothing(
    world: World, key: str, lane, proven
):
    chance = lane.random(f"Z1 upload {key}")
    path = f"/hulpvragen/{world.dossiers['speelhoek:aanvraag'].id}/bijlagen"
    number = lane.cases(gate=60, proof=2_000)
    with world.as_it_was():
        for _case in range(number):
            query = {name: chance.choice(PIECES) for name in ("naam", "soort", "zichtbaarheid")}
            body = chance.choice(PIECES).encode()
            answer = world.browser(key).upload(path, body, **query)
            assert answer.status_code in (201, 400, 413, 415, 422), (query, body)
            assert answer.get_json(), "an answer in JSON"
    proven("Z1 uploads", number)


def test_a_form_that_is_no_form_is_refused_in_words(world: World):
    browser = world.browser("specialist")
    path = f"/hulpvragen/{world.dossiers['speelhoek:aanvraag'].id}/bewerken"
    for body, mimetype in (
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b"a=1&" * 20_000, "application/x-www-form-urlencoded"),
        (b"<x/>", "text/xml"),
    ):
        answer = browser.client.post(path, data=body, content_type=mimetype)
        assert 400 <= answer.status_code < 500, mimetype


@pytest.mark.parametrize(
    ("path", "endpoint", "field"),
    [
        ("/hulpvragen/nieuw", "HulpvraagView.add", "voornaam"),
        ("/kinderen/nieuw", "KindView.add", "achternaam"),
        ("/ouders/nieuw", "GezagsdragerView.add", "naam"),
        ("/notities/nieuw", "NotitieView.add", "tekst"),
        (
            "/overlegrondes/{speelhoek:aanvraag/ronde-open}/uitnodigen/deelnemer",
            "DeelnameView.add",
            "first_name",
        ),
        ("/overlegrondes/{speelhoek:aanvraag/ronde-open}/uitnodigen/deelnemer", "DeelnameView.add", "email"),
        ("/afspraken/nieuw?hulpvraag={speelhoek:aanvraag}", "AfspraakView.add", "wat"),
        (
            "/scholen-van-voorkeur/{speelhoek:aanvraag/school-linde}/antwoord-op-vraag",
            "SchoolVoorkeurView.change",
            "tekst",
        ),
    ],
)
@pytest.mark.parametrize("nothing", ["", " ", "\t\r\n", "\u00a0", "\x00"])
def test_who_types_only_spaces_is_asked_to_fill_it_in(world: World, path, endpoint, field, nothing):
    path = resolved(world, NOTHING, path)
    answer = world.browser("specialist").post(path, whole(world, endpoint) | {field: nothing})
    assert answer.status_code == 422
    assert "Vul dit in." in answer.get_data(as_text=True)


def test_who_types_a_page_number_or_id_too_large_for_the_database_finds_nothing(world: World):
    for number in ("2147483648", "9223372036854775808", "9" * 100, "-1", "1e5"):
        for pick in ("contactpersoon", "specialist", "waarnemer"):
            typed = VALID["HulpvraagView.edit"] | {pick: number}
            of = world.dossiers["speelhoek:onderwijsadvies"].id
            assert world.browser("specialist").post(f"/hulpvragen/{of}/bewerken", typed).status_code == 422


@pytest.mark.parametrize("key", [None, "specialist"])
def test_bytes_in_an_address_that_are_no_text_get_a_page_in_words(world: World, key):
    client = world.browser(key).client if key else world.app.test_client()
    for path in ("/login", "/hulpvragen/", "/kinderen/", "/kies/kind", "/nergens"):
        asked = EnvironBuilder(path=path).get_environ() | {
            "QUERY_STRING": "q=\xff\xfe&na=%ff&filter=\xc3\xa9"
        }
        answer = client.open(asked)
        assert answer.status_code < 500, path
