"""A change needs the form's own token, on every route that changes; and who only looks changes nothing."""
# ruff: noqa: E501 (a table: one form, one line)

import io
import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.services.rechten_matrix import digest as digest_of
from tests.census import NOTHING, NOWHERE, ROUTES, Route, without_stand_in
from tests.documents import named
from tests.oracle import Thing
from tests.traces import changed, digest
from tests.world import GONE, PEOPLE, Browser, World

MUTATING = [route for route in ROUTES if route.method == "POST"]
LOOKING = [route for route in ROUTES if route.method == "GET"]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
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

SOON = datetime.now(UTC) + timedelta(days=20)
# What these forms would take when the token were right: whole and valid. In braces the id of a row, of a row
# of the same dossier ("/…"), of an account ("@…").
VALID: dict[str, dict[str, str]] = {
    "BijlageVersionsView.share": {"naar": "intern"},
    "HulpvraagView.add": {
        "voornaam": "Noor", "achternaam": "Zonder", "geboortedatum": "2023-01-02",
        "voorschool": "{org:speelhoek}",
    },
    "HulpvraagView.edit": {"omschrijving": "Zonder token"},
    "HulpvraagView.status": {
        "status": "ingetrokken", "toelichting": "Zonder token", "gezien": "{/laatste}", "anyway": "y",
    },
    "HulpvraagView.change": {
        "toelichting": "Zonder token", "gezien": "{/laatste}", "anyway": "y", "school": "{org:linde}",
        "vanaf": f"{SOON:%Y-%m-%d}",
    },
    "BetrokkenenView.change": {
        "voorschool": "{org:nest}", "contactpersoon": "{@voorschool2}", "specialist": "{@specialist}",
        "reden": "Zonder token",
    },
    "AfspraakView.add": {
        "wat": "Zonder token", "voor": "organisation:{org:brug}", "uiterlijk": f"{SOON:%Y-%m-%d}",
        "zichtbaarheid": "gedeeld",
    },
    "AfspraakView.edit": {
        "wat": "Zonder token", "voor": "organisation:{org:brug}", "uiterlijk": f"{SOON:%Y-%m-%d}",
        "zichtbaarheid": "gedeeld",
    },
    "OverlegrondeView.add": {
        "hulpvraag": "{speelhoek:aanvraag}", "begint_op": f"{SOON:%Y-%m-%dT10:00}", "duur": "60",
        "plaats": "Zonder token",
    },
    "OverlegrondeView.edit": {
        "begint_op": f"{SOON:%Y-%m-%dT10:00}", "duur": "60", "plaats": "Zonder token", "agenda": "Zonder token",
    },
    "DeelnameView.add": {
        "persoon": "{@collega}.{org:speelhoek}", "gezagsdrager": "{/ouder-ja}", "first_name": "Zonder",
        "last_name": "Token", "email": "zonder@example.org",
    },
    "DeelnameView.edit": {"antwoord": "aanwezig"},
    "DeelnameView.change": {"opening": "nu", "gezien": "nu"},
    "SchoolVoorkeurView.add": {"hulpvraag": "{speelhoek:aanvraag}", "school": "{org:kastanje}"},
    "SchoolVoorkeurView.change": {
        "ouder": "{/ouder-geheim}", "getekend_op": "2026-01-05", "bijlage": "{/bijlage-formulier}",
        "aangemeld_op": f"{datetime.now(UTC):%Y-%m-%d}", "reden": "Zonder token", "tekst": "Zonder token",
        "antwoord": "akkoord", "op": f"{datetime.now(UTC):%Y-%m-%d}",
    },
    "ToestemmingView.change": {"reden": "Zonder token"},
    "KindView.add": {"voornaam": "Noor", "achternaam": "Zonder", "geboortedatum": "2023-01-02"},
    "KindView.edit": {"voornaam": "Noor", "achternaam": "Zonder", "geboortedatum": "2023-01-02"},
    "GezagsdragerView.add": {"kind": "{speelhoek:aanvraag/kind}", "naam": "Zonder", "gezag": "ja"},
    "GezagsdragerView.edit": {"naam": "Zonder token", "gezag": "nee"},
    "BijlageView.edit": {"titel": "Zonder token", "soort": "overig", "zichtbaarheid": "gedeeld", "stadium": "concept"},
    "NotitieView.add": {"hulpvraag": "{speelhoek:aanvraag}", "tekst": "Zonder token", "zichtbaarheid": "gedeeld"},
    "OrganisationView.add": {"naam": "Zonder token", "soort": "school", "swv": "{org:brug}"},
    "OrganisationView.edit": {"naam": "Zonder token", "meldadres": "zonder@example.org"},
    "LidmaatschapView.add": {
        "first_name": "Zonder", "last_name": "Token", "email": "zonder@example.org",
        "organisation": "{org:brug}", "rol": "jk_specialist",
    },
    "ToegangscontroleView.add": {"opmerking": "Zonder token"},
    "LidmaatschapView.edit": {"tot": f"{SOON:%Y-%m-%d}", "locatie": "Zonder token"},
    "StandInView.arrange": {"waarnemer": "{@alleskunner}", "tot": f"{SOON:%Y-%m-%d}"},
    "OwnStandInView.arrange": {"waarnemer": "{@alleskunner}", "tot": f"{SOON:%Y-%m-%d}"},
    "HandOverView.hand_over": {"collega": "{@alleskunner}"},
    "ToegangscontroleView.suspend": {"lid": "{lid:voorschool:contactpersoon_voorschool}"},
    "RechtenView.change": {"gezien": digest_of(frozenset())},
    "SigninView.switch": {"membership": "{org:nest}"},
}  # fmt: skip


def filled(world: World, route: Route, thing: Thing) -> dict:
    """The form as somebody fills it in, without a token."""
    form = whole(world, route.endpoint, thing)
    if route.endpoint == "BijlageFilesView.form":
        form["bestand-0"] = (io.BytesIO(b"Een briefje."), "brief.txt")
    return form


def whole(world: World, endpoint: str, thing: Thing = NOTHING) -> dict[str, Any]:
    """A whole and valid form about this row."""
    return {name: resolved(world, thing, value) for name, value in VALID.get(endpoint, {}).items()}


def resolved(world: World, thing: Thing, value: str) -> str:
    """The value with the ids that it names."""

    def known(name: str) -> str:
        if name.startswith("@"):
            return str(world.accounts[name[1:]])
        if not name.startswith("/"):
            return world.named[name].id
        keys = [f"{dossier.key}{name}" for dossier in thing.dossiers]
        if name == "/laatste":
            keys = [f"{dossier.key}/wijziging-{n}" for dossier in thing.dossiers for n in (1, 0)]
        return next((world.named[key].id for key in keys if key in world.named), UNKNOWN)

    return re.sub(r"\{([^{}]+)\}", lambda found: known(found[1]), value)


def reached(world: World, route: Route, key: str) -> Thing:
    """A row that this person could change, when there is one."""
    return next(iter(within_reach(world, route, key)), (world.of(route.of) if route.of else [NOTHING])[0])


def within_reach(world: World, route: Route, key: str) -> list[Thing]:
    """The rows that this person could change, first those that are not too late."""
    things, who = world.of(route.of) if route.of else [NOTHING], world.who.get(key)
    answers = [(route.answer(who, thing), thing) for thing in things] if who else []
    found = [(answer == 409, thing) for answer, thing in answers if answer != 404]
    return [thing for _late, thing in sorted(found, key=lambda pair: pair[0])]


def send(world: World, route: Route, browser: Browser, thing: Thing, **kw):
    path = route.path(thing, world.keys.get(thing.id, ""))
    if route.raw:
        return browser.client.post(
            path,
            data=b"Een briefje.",
            headers={
                "Content-Type": "application/octet-stream",
                **named("brief.txt"),
                **kw.get("headers", {}),
            },
        )
    return browser.client.post(
        path, data=filled(world, route, thing) | kw.get("data", {}), headers=kw.get("headers")
    )


def drawn(routes: list[Route], people: Sequence[str], lane, chance: random.Random) -> dict[str, list[Route]]:
    """For each person the routes to try: in the gate lane every route as two of them."""
    share = lane.cases(gate=2, proof=len(people))
    tried = {route.name: set(chance.sample(people, share)) for route in routes}
    return {key: [route for route in routes if key in tried[route.name]] for key in people}


def test_without_the_forms_token_nothing_changes_on_any_route(world: World, lane, proven):
    """No token, somebody else's, one of another session, an empty one: a 4xx or the way to the door."""
    wrong, count, chance = [], 0, lane.random("T6 posts")
    stolen = world.browser("partner").csrf
    attempts: tuple[dict, ...] = (
        {},
        {"data": {"csrf_token": ""}},
        {"data": {"csrf_token": stolen}, "headers": {"X-CSRFToken": stolen}},
        {"headers": {"Origin": "http://elders.example", "Referer": "http://elders.example/"}},
    )
    for key, routes in drawn(MUTATING, ROLES, lane, chance).items():
        before = digest(world)
        for route in routes:
            thing = reached(world, route, key)
            for attempt in chance.sample(attempts, lane.cases(gate=2, proof=len(attempts))):
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


# Whoever changes something with a view, or with one act of it; all others are changed by the specialist.
WHO_CHANGES = {
    "OrganisationView": "platform",
    "LidmaatschapView": "rolbeheer",
    "HandOverView": "rolbeheer",
    "RechtenView": "rolbeheer",
    "StandInView": "rolbeheer",
    "ToegangscontroleView": "rolbeheer",
    "MembershipView": "rolbeheer",
    "SigninView": "dubbel-swv",
    "BijlageFilesView.form": "voorschool",
    "BerichtView.read": "voorschool",
    "vraag": "school",
    "geven": "ouder",
    "weigeren": "ouder",
}
# A link in a mail, kept text, a download, a password that nobody has here.
NOBODY = (
    "AccountView", "KeptTextView", "OverdrachtView", "OwnAccountView.recovery_codes",
    # Nobody here is suspended, has a password, or differs from the defaults, and no list was uploaded.
    "MembershipView.resume", "MembershipView.reset", "DeelnameView.reset", "RechtenView.reset", "InvoerView",
    "BijlageVersionsView.replace",  # it asks for a file
)  # fmt: skip


def who_changes(route: Route) -> str:
    view, act = route.endpoint.split(".")[0], route.values.get("act", "")
    found = (WHO_CHANGES.get(name) for name in (act, route.endpoint, view))
    return next((key for key in found if key), "specialist")


def test_with_the_forms_token_the_same_forms_do_change_something(world: World, lane, proven):
    """So that the test above can't pass because its forms are never right."""
    every = [
        route
        for route in MUTATING
        if not route.public
        and not {route.endpoint, route.endpoint.split(".")[0]} & set(NOBODY)
        and (within_reach(world, route, who_changes(route)) or not route.of)
        and route.answer not in (NOWHERE, without_stand_in)
    ]
    chosen = lane.random("T6 changes").sample(every, lane.cases(gate=min(36, len(every)), proof=len(every)))
    for route in chosen:
        key = who_changes(route)
        with world.as_it_was():
            browser, before = Browser(world.app, world.tokens[key]), digest(world)
            with_token: dict = {"headers": {"X-CSRFToken": browser.csrf}}
            if not route.raw:
                with_token["data"] = {"csrf_token": browser.csrf}
            things = within_reach(world, route, key) if route.of else [NOTHING]
            answers = []
            for thing in things[:40]:  # not every row is in a state that this form fits
                answers.append(send(world, route, browser, thing, **with_token).status_code)
                if answers[-1] in (201, 302) and changed(before, digest(world)):
                    break
            else:
                raise AssertionError(f"{route.name} changed nothing: {answers}")
        _forget_files(world)
    proven("T6 posts with a token", len(chosen))


def _forget_files(world: World) -> None:
    """as_it_was() puts the database back; what was uploaded goes too."""
    from datetime import timedelta

    from app.services import bijlage_bytes, store

    with world.behind_the_scenes():
        store.sweep(bijlage_bytes.known_keys(), older_than=timedelta(seconds=-1))


def test_who_only_looks_changes_nothing(world: World, lane, proven):
    """GET and HEAD on every route, also with words that would mean a change in a form."""
    wrong, count, chance = [], 0, lane.random("T6 looks")
    people = ["", *(key for key in PEOPLE if key not in GONE)] if lane.name == "proof" else ROLES
    for key, routes in drawn(ROUTES, people, lane, chance).items():
        before = digest(world)
        for route in routes:
            thing = reached(world, route, key)
            path = route.path(thing, world.keys.get(thing.id, ""))
            typed = {
                name: value for name, value in filled(world, route, thing).items() if isinstance(value, str)
            }
            for method in ("GET", "HEAD") if lane.name == "proof" or chance.random() < 0.15 else ("GET",):
                answer = world.browser(key).client.open(
                    f"{path}{'&' if route.asks else '?'}{urlencode(typed)}", method=method
                )
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


def test_every_form_on_every_page_carries_a_token_and_posts_to_this_portal(world: World, lane, proven):
    count, chance, share = 0, lane.random("T6 forms"), lane.cases(gate=18, proof=len(LOOKING))
    for key in ROLES:
        for route in chance.sample(LOOKING, share):
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
