"""A change needs the form's own token, on every route that changes; and who only looks changes nothing."""
# ruff: noqa: E501 (a table: one form, one line)

import io
import re

from tests.census import NOTHING, ROUTES, Route
from tests.oracle import Thing
from tests.traces import changed, digest
from tests.world import GONE, PEOPLE, Browser, World

MUTATING = [route for route in ROUTES if route.method == "POST"]
LOOKING = [route for route in ROUTES if route.method == "GET"]
ROLES = (
    "",
    "contact",
    "specialist",
    "alleskunner",
    "voorschool",
    "collega",
    "school",
    "ouder",
    "platform",
    "privacy",
)

# What these forms would take when the token were right: whole and valid.
VALID: dict[str, dict[str, str]] = {
    "HulpvraagView.add": {
        "voornaam": "Noor", "achternaam": "Zonder", "geboortedatum": "2023-01-02", "voorschool": "org:speelhoek",
    },
    "HulpvraagView.edit": {"omschrijving": "Zonder token"},
    "HulpvraagView.status": {"status": "ingetrokken", "toelichting": "Zonder token", "gezien": "wijziging"},
    "KindView.add": {"voornaam": "Noor", "achternaam": "Zonder", "geboortedatum": "2023-01-02"},
    "KindView.edit": {"voornaam": "Noor", "achternaam": "Zonder", "geboortedatum": "2023-01-02"},
    "GezagsdragerView.add": {"kind": "speelhoek:aanvraag/kind", "naam": "Zonder", "gezag": "ja"},
    "GezagsdragerView.edit": {"naam": "Zonder token", "gezag": "nee"},
    "BijlageView.edit": {"titel": "Zonder token", "soort": "overig", "zichtbaarheid": "gedeeld", "stadium": "concept"},
    "NotitieView.add": {"hulpvraag": "speelhoek:aanvraag", "tekst": "Zonder token", "zichtbaarheid": "gedeeld"},
    "OrganisationView.add": {"naam": "Zonder token", "soort": "school", "swv": "org:brug"},
    "OrganisationView.edit": {"naam": "Zonder token", "meldadres": "zonder@example.org"},
    "LidmaatschapView.add": {
        "first_name": "Zonder", "last_name": "Token", "email": "zonder@example.org",
        "organisation": "org:brug", "rol": "jk_specialist",
    },
    "SigninView.switch": {"membership": "org:nest"},
}  # fmt: skip


def filled(world: World, route: Route, thing: Thing) -> dict:
    """The form as somebody fills it in, without a token."""
    form = {}
    for name, value in VALID.get(route.endpoint, {}).items():
        if value == "wijziging":
            value = world.named[f"{thing.dossiers[0].key}/wijziging-0"].id
        form[name] = world.named[value].id if value in world.named else value
    if route.endpoint == "BijlageFilesView.form":
        form["bestand-0"] = (io.BytesIO(b"Een briefje."), "brief.txt")
    return form


def reached(world: World, route: Route, key: str) -> Thing:
    """A row that this person could change, when there is one."""
    things = world.of(route.of) if route.of else [NOTHING]
    who = world.who.get(key)
    return next((thing for thing in things if who and route.answer(who, thing) not in (404, 409)), things[0])


def send(world: World, route: Route, browser: Browser, thing: Thing, **kw):
    path = route.path(thing, world.keys.get(thing.id, ""))
    if route.raw:
        return browser.client.post(
            path,
            data=b"Een briefje.",
            query_string={"naam": "brief.txt"},
            headers={"Content-Type": "application/octet-stream", **kw.get("headers", {})},
        )
    return browser.client.post(
        path, data=filled(world, route, thing) | kw.get("data", {}), headers=kw.get("headers")
    )


def test_without_the_forms_token_nothing_changes_on_any_route(world: World, proven):
    """No token, somebody else's, one of another session, an empty one: a 4xx or the way to the door."""
    wrong, count = [], 0
    stolen = world.browser("partner").csrf
    attempts: tuple[dict, ...] = (
        {},
        {"data": {"csrf_token": ""}},
        {"data": {"csrf_token": stolen}, "headers": {"X-CSRFToken": stolen}},
        {"headers": {"Origin": "http://elders.example", "Referer": "http://elders.example/"}},
    )
    for key in ROLES:
        before = digest(world)
        for route in MUTATING:
            thing = reached(world, route, key)
            for attempt in attempts:
                answer = send(world, route, world.browser(key), thing, **attempt)
                count += 1
                here = f"{route.name} as {key or 'nobody'} with {attempt}"
                door = not key or route.endpoint == "KeptTextView.hold"
                fine = (302, 307, 400, 404, 410, 422) if door else (400, 404, 409, 410, 422)
                if answer.status_code not in fine and not (route.public and answer.status_code == 302):
                    wrong.append(f"{here}: {answer.status_code}")
        if left := changed(before, digest(world)):
            wrong.append(f"as {key or 'nobody'} something changed in {left}")
    assert not wrong, "\n".join(wrong[:30])
    proven("T6 posts without a token", count)


def test_with_the_forms_token_the_same_forms_do_change_something(world: World, proven):
    """So that the test above can't pass because its forms are never right."""
    for route in MUTATING:
        if route.endpoint.split(".")[0] in ("AccountView", "KeptTextView") or route.public:
            continue
        key = {
            "OrganisationView": "platform",
            "LidmaatschapView": "rolbeheer",
            "MembershipView": "rolbeheer",
            "SigninView": "dubbel-swv",
        }.get(route.endpoint.split(".")[0], "specialist")
        key = "voorschool" if route.endpoint in ("BijlageFilesView.form", "BerichtView.read") else key
        with world.as_it_was():
            browser = Browser(world.app, world.tokens[key])
            before, thing = digest(world), reached(world, route, key)
            token = {"csrf_token": browser.csrf}
            extra = {} if route.raw else {"data": token}
            answer = send(world, route, browser, thing, headers={"X-CSRFToken": browser.csrf}, **extra)
            assert answer.status_code in (201, 302), f"{route.name}: {answer.status_code}"
            assert changed(before, digest(world)), f"{route.name} changed nothing"
        _forget_files(world)
    proven("T6 posts with a token", len(MUTATING))


def _forget_files(world: World) -> None:
    """as_it_was() puts the database back; what was uploaded goes too."""
    from datetime import timedelta

    from app.extensions import db
    from app.models import Bijlage
    from app.services import store

    with world.behind_the_scenes():
        known = set(db.session.scalars(db.select(Bijlage.sleutel)))
        store.sweep(known, older_than=timedelta(seconds=-1))


def test_who_only_looks_changes_nothing(world: World, lane, proven):
    """GET and HEAD on every route, also with words that would mean a change in a form."""
    everybody = [key for key in PEOPLE if key not in GONE]
    wrong, count = [], 0
    for key in ["", *everybody] if lane.name == "proof" else ROLES:
        before = digest(world)
        for route in ROUTES:
            thing = reached(world, route, key)
            path = route.path(thing, world.keys.get(thing.id, ""))
            typed = {
                name: value for name, value in filled(world, route, thing).items() if isinstance(value, str)
            }
            for method in ("GET", "HEAD"):
                answer = world.browser(key).client.open(path, method=method, query_string=typed)
                answer.close()
                count += 1
                if answer.status_code >= 500 or (route.method == "POST" and answer.status_code == 201):
                    wrong.append(f"{method} {path}: {answer.status_code}")
        if left := changed(before, digest(world)):
            wrong.append(f"looking as {key or 'nobody'} changed {left}")
    assert not wrong, "\n".join(wrong[:30])
    proven("T6 looks", count)


def test_nobody_is_signed_out_or_moved_by_a_link(world: World):
    browser = world.browser("dubbel-swv")
    for path in ("/logout", "/organisatie-wisselen?membership=" + world.organisations["nest"]):
        browser.get(path)
        assert browser.get("/").status_code == 200
        assert "dubbel" in browser.get("/").get_data(as_text=True).casefold()


def test_every_form_on_every_page_carries_a_token_and_posts_to_this_portal(world: World, proven):
    count = 0
    for key in ROLES:
        for route in LOOKING:
            thing = reached(world, route, key)
            answer = world.browser(key).get(route.path(thing, world.keys.get(thing.id, "")))
            text = answer.get_data().decode(errors="replace") if answer.mimetype == "text/html" else ""
            for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
                start = form.partition(">")[0]
                action = re.search(r'action="([^"]*)"', start)
                assert not action or action[1].startswith("/"), f"{route.name}: {start}"
                if 'method="post"' in start:
                    assert 'name="csrf_token"' in form, f"{route.name}: {start}"
                    count += 1
            answer.close()
    proven("T6 forms seen", count)
