"""Every route × person × row: the status code and what is on the page, against the oracle, both ways."""

import io
import itertools
import re
import uuid
from contextlib import nullcontext

import pytest

from tests import oracle, sight
from tests.census import LEAVING, NOTHING, ROUTES, Route
from tests.oracle import Party, Thing, Who
from tests.world import GONE, MARK, PEOPLE, UUID, Browser, Mark, World, ids_on, marks_on, text_of

ANONYMOUS = Who("", 0, None, None, None, frozenset(), signed_in=False)
PRESENT = tuple(key for key in PEOPLE if key not in GONE)
Case = tuple[Route, str, Thing]


def cases(world: World) -> list[Case]:
    """Every route × person (also who is not signed in, or not any more) × row that the address can name."""
    people = ["", *PEOPLE]
    return [
        (route, key, thing)
        for route in ROUTES
        if route.endpoint not in LEAVING  # it would end the session that the others need
        for thing in (world.of(route.of) if route.of else [NOTHING])
        for key in people
    ]


def ask(world: World, route: Route, key: str, thing: Thing):
    browser, path = world.browser(key), route.path(thing, world.keys.get(thing.id, ""))
    if route.method == "GET":
        return browser.get(path)
    if route.raw:
        return browser.upload(path, b"", naam="leeg.pdf")
    return browser.post(path, _filled(route))


def _filled(route: Route) -> dict:
    return {
        name: (io.BytesIO(b""), value) if name.startswith("bestand") else value
        for name, value in route.sends.items()
    }


def expected(world: World, route: Route, key: str, thing: Thing) -> int:
    who = world.who.get(key, ANONYMOUS)
    if not who.signed_in:
        return route.stranger
    return route.answer(who, thing)


def test_every_page_opens_for_exactly_who_may_and_shows_exactly_what_they_may_see(world: World, lane, proven):
    every = cases(world)
    number = min(lane.cases(gate=700, proof=60_000), len(every))
    wrong: list[str] = []
    for route, key, thing in _fair_share(every, number, lane.random("T2 pages")):
        wanted = expected(world, route, key, thing)
        changes = route.changes and wanted < 400 and key not in GONE and key
        with world.as_it_was() if changes else nullcontext():
            answer = ask(world, route, key, thing)
        here = f"{route.name} as {key or 'nobody'} on {_name(world, thing)}"
        if answer.status_code != wanted:
            wrong.append(f"{here}: {answer.status_code}, not {wanted}")
            continue
        wrong += [f"{here}: {problem}" for problem in _on_page(world, route, key, thing, answer)]
    assert not wrong, _report(wrong)
    proven("T2 pages", number)


def _fair_share(every: list[Case], number: int, chance) -> list[Case]:
    """As many of each route as there is room for, so that no noun crowds out another."""
    by_route = [list(group) for _route, group in itertools.groupby(every, key=lambda case: case[0].name)]
    for group in by_route:
        chance.shuffle(group)
    chance.shuffle(by_route)  # where there is no room for all, not always the same ones are left out
    share = [case for row in itertools.zip_longest(*by_route) for case in row if case is not None]
    return share[:number]


def _says_who_looked(route: Route) -> bool:
    """Which organisations looked is told whatever else one knows of them."""
    return route.values.get("tab") == "gekeken"


def _is_the_log(route: Route) -> bool:
    """The log of an SWV tells numbers and keys of its dossiers, also to who reads none of them."""
    return route.endpoint in {"LogboekView.index", "LogboekView.export"}


def _log_names(who: Who, mark: Mark) -> bool:
    """It names those dossiers, and the organisation that runs the portal where that did something here."""
    of_dossier = mark.field == "nummer" and mark.thing.swv == who.swv
    operator = (mark.thing.noun, mark.field, mark.thing.swv) == ("Organisation", "naam", None)
    return of_dossier or operator


def _on_page(world: World, route: Route, key: str, thing: Thing, answer) -> list[str]:
    who = world.who.get(key, ANONYMOUS)
    marks, ids = marks_on(answer), ids_on(answer)
    if not who.signed_in and route.public is None:
        return [f"shows {len(marks)} words to nobody"] if marks else []
    known = {word for word in marks if word in world.marks and sight.knows(world, who, world.marks[word])}
    login = route.public is not None  # it lists the SWVs that one can sign in to
    problems = [
        f"leaks {mark.field} of {_name(world, mark.thing)}"
        for mark in (world.marks[word] for word in sorted(marks - known) if word in world.marks)
        if not (login and mark.thing.noun == "Organisation")
        and not (route.endpoint == "InvoerView.export" and _administers(world, who, mark))
        and not (_says_who_looked(route) and mark.thing.noun == "Organisation" and mark.thing.swv == who.swv)
        and not (_is_the_log(route) and _log_names(who, mark))
    ]
    named = set(UUID.findall(route.path(thing)))
    problems += [
        f"leaks the id of {_name(world, world.things[i])}"
        for i in sorted(ids - named)
        if i in world.things and not login and not _may_name(world, who, world.things[i])
        if not _is_the_log(route)
    ]
    if _says_who_looked(route):  # which of its documents is told, and of no other dossier
        here = {(found.noun, found.id) for found in sight.inside(world, thing, "Bijlage")}
        titles = [mark for mark in map(world.marks.get, marks & known) if mark and mark.field == "titel"]
        problems += [
            f"shows the title of {_name(world, mark.thing)}"
            for mark in titles
            if (mark.thing.noun, mark.thing.id) not in here
        ]
    if answer.status_code == 200 and who.signed_in:
        for (noun, field), wanted in sight.on_page(world, who, route.endpoint, route.values, thing).items():
            found = {w for w in marks if world.marks[w].thing.noun == noun and world.marks[w].field == field}
            problems += [
                f"shows {noun} {field} of {_name(world, world.marks[w].thing)}" for w in found - wanted
            ]
            problems += [
                f"lacks {noun} {field} of {_name(world, world.marks[w].thing)}" for w in wanted - found
            ]
    return problems


def _administers(world: World, who: Who, mark: Mark) -> bool:
    """The list to carry over has the addresses of the people of one's own organisations."""
    places = [other.swv for other in world.who.values() if other.account == mark.thing.account]
    return (mark.thing.noun, mark.field) == ("Gebruiker", "email") and who.swv in places


def _may_name(world: World, who: Who, thing: Thing) -> bool:
    mine = {other.organisation for other in world.who.values() if other.account == who.account}
    return thing.id in mine or oracle.may(who, "read", thing)


LISTS: dict[str, tuple[str, ...]] = {
    "Hulpvraag": ("/hulpvragen/?filter=alle",),
    "Kind": ("/kinderen/",),
    "Gezagsdrager": ("/ouders/",),
    "Bijlage": ("/bijlagen/",),
    "Notitie": ("/notities/",),
    "Organisation": ("/organisaties/",),
    "Lidmaatschap": ("/medewerkers/",),
    "Bericht": ("/berichten/",),
    "Afspraak": ("/afspraken/", "/afspraken/?filter=gedaan"),  # what is done is a list of its own
    "Overlegronde": ("/overlegrondes/",),
    "SchoolVoorkeur": ("/scholen-van-voorkeur/",),
    "Toestemming": ("/toestemmingen/",),
}


@pytest.mark.parametrize("key", ["specialist", "school", "rolbeheer", "platform"])
def test_every_heading_that_offers_an_order_gives_it(world: World, key, proven):
    browser, followed = world.browser(key), 0
    for path in itertools.chain(*LISTS.values()):
        page = text_of(browser.get(path))
        for link in re.findall(r'href="([^"]*sort=[^"]*)"', page):
            answer = browser.get(link.replace("&amp;", "&"))
            assert answer.status_code == 200, link
            assert ids_on(answer) >= ids_on(browser.get(path)) or "na=" in page, link
            followed += 1
    assert followed
    proven("T2 orders of lists", followed)


@pytest.mark.both_engines
@pytest.mark.parametrize("key", PRESENT)
def test_a_list_walked_to_its_end_and_back_is_exactly_what_the_person_may_see(
    world: World, key, lane, proven
):
    who, wrong, count = world.who[key], [], lane.cases(gate=5, proof=len(LISTS))
    for noun in lane.random(f"T2 lists {key}").sample(sorted(LISTS), count):
        if not oracle.has(who, noun, "read"):
            continue
        forward, back = _there_and_back(world.browser(key), LISTS[noun])
        wanted = {thing.id for thing in world.of(noun) if _in_list(who, noun, thing)}
        of_noun = {thing.id for thing in world.of(noun)}
        for name, found in (("forward", forward), ("back", back)):
            wrong += [f"{noun} {name} leak {_name(world, world.things[i])}" for i in found & of_noun - wanted]
            wrong += [f"{noun} {name} lack {_name(world, world.things[i])}" for i in wanted - found]
    assert not wrong, _report(wrong)
    proven("T2 lists", count)


def _there_and_back(browser: Browser, paths: tuple[str, ...]) -> tuple[set[str], set[str]]:
    forward, back = set(), set()
    for path in paths:
        found, last = _walk(browser, path, "next")
        forward |= found
        back |= _walk(browser, last, "prev")[0]
    return forward, back


def _in_list(who: Who, noun: str, thing: Thing) -> bool:
    return oracle.may(who, "read", thing) and (noun != "Bericht" or thing.account == who.account)


def _walk(browser: Browser, path: str, rel: str) -> tuple[set[str], str]:
    """The ids of the rows' links on all pages from here on, and the address of the last page."""
    found: set[str] = set()
    for _page in range(40):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        text = answer.get_data(as_text=True)
        main = text[text.index("<main") :]
        found |= set(re.findall(r'href="/[a-z-]+/([0-9a-f-]{36})"', main))
        link = re.search(
            rf'<a[^>]*rel="{rel}"[^>]*href="([^"]+)"|<a[^>]*href="([^"]+)"[^>]*rel="{rel}"', main
        )
        if not link:
            return found, path
        path = (link[1] or link[2]).replace("&amp;", "&")
    raise AssertionError("a list without end")


@pytest.mark.parametrize("key", PRESENT)
def test_a_choice_offers_exactly_the_rows_that_the_person_may_choose(world: World, key, proven):
    who, browser = world.who[key], world.browser(key)
    for pick, nouns in (
        ("kind", "Kind"),
        ("voorschool", "Organisation"),
        ("school", "Organisation"),
        ("hulpvraag", "Hulpvraag"),
        ("hulpvraag_school", "Hulpvraag"),
    ):
        offered = browser.get(f"/kies/{pick}?q=")
        if offered.status_code != 200:
            continue
        found = {row["id"] for row in offered.get_json()}
        wanted = {thing.id for thing in world.of(nouns) if _choosable(who, pick, thing)}
        assert found == wanted, f"{key} {pick}"
    proven("T2 picks", 5)


@pytest.mark.parametrize("key", [key for key in PRESENT if "jk" in "".join(PEOPLE[key][2])])
def test_a_choice_of_people_offers_exactly_who_has_the_role(world: World, key, lane, proven):
    """For a dossier by role; for a round per organisation whoever can be invited for it."""
    who, browser = world.who[key], world.browser(key)
    nearby = [other for other in world.who.values() if other.swv == who.swv and who.is_jk]
    for pick, role in (
        ("contactpersoon", "contactpersoon_voorschool"),
        ("specialist", "jk_specialist"),
        ("waarnemer", "jk_specialist"),
    ):
        offered = browser.get(f"/kies/{pick}?q=").get_json() if who.is_jk else []
        wanted = {str(other.account) for other in nearby if role in other.roles}
        assert {row["id"] for row in offered} == wanted, f"{key} {pick}"
    words = {mark.thing.name: word for word, mark in world.marks.items() if mark.thing.noun == "Organisation"
             and mark.field == "naam"}  # fmt: skip
    chosen = lane.random(f"T2 people {key}").sample(sorted(words), lane.cases(gate=6, proof=len(words)))
    for place in chosen:
        organisation = world.organisations[place]
        offered = browser.get(f"/kies/persoon?q={words[place]}").get_json() if who.is_jk else []
        wanted = {
            f"{other.account}.{uuid.UUID(organisation).hex}"
            for other in nearby
            if other.organisation == organisation and other.roles & INVITED_AT_WORK
        }
        assert {row["id"].replace("-", "") for row in offered} == wanted, f"{key} {place}"
    proven("T2 picks", 3 + len(chosen))


INVITED_AT_WORK = oracle.JK | {"contactpersoon_voorschool", "contactpersoon_school"}


@pytest.mark.parametrize("key", PRESENT)
def test_who_has_access_names_the_parties_as_far_as_the_person_may_know_them(world: World, key, proven):
    """JK staff read every name, also of before; the others the organisations of now, and no other person."""
    who, count = world.who[key], 0
    for dossier in world.dossiers.values():
        at = oracle.level(who, dossier)
        if at not in ("alles", "lezen", "dossier", "ouder"):
            continue
        page = world.browser(key).get(f"/hulpvragen/{dossier.id}/toegang")
        running, _title, before = text_of(page).partition('class="panel"')[2].partition("<h3>")
        for part, of_before in ((running, False), (before, True)):
            found = {_party(world, word) for word in MARK.findall(part)}
            parties = [p for p in dossier.parties if p.listed != of_before]
            wanted = _named_to(world, who, at, [] if of_before and not who.is_jk else parties)
            assert found == wanted, f"{key} on {dossier.key}, before: {of_before}"
        count += 1
    proven("T2 parties", count)


def _named_to(world: World, who: Who, at: str, parties: list[Party]) -> set[str | int]:
    """Who stands on 'Wie heeft toegang': organisations; others, and for whom they are there, by level."""
    whole = at in ("alles", "lezen")
    behalf = {p.behalf for p in parties if p.behalf and at != "dossier"}
    known = {i for i in behalf if whole or oracle.may(who, "read", world.things[i])}
    people = {p.account for p in parties if p.account and whole and p.account != who.account}
    return known | people | {p.organisation for p in parties if p.organisation}


def _choosable(who: Who, pick: str, thing: Thing) -> bool:
    if pick in ("hulpvraag", "hulpvraag_school"):
        noun = "Notitie" if pick == "hulpvraag" else "SchoolVoorkeur"
        new = Thing(noun, "", thing.swv, thing.dossiers, who.organisation)
        return oracle.may(who, "add", new)
    if pick in ("voorschool", "school"):
        return thing.soort == pick and oracle.may(who, "read", thing)
    return oracle.may(who, "read", thing)


def _party(world: World, word: str) -> str | int | None:
    thing = world.marks[word].thing
    return thing.organisation or thing.account


def _name(world: World, thing: Thing) -> str:
    return next((f"{thing.noun} {name}" for name, other in world.named.items() if other is thing), thing.name)


def _report(wrong: list[str]) -> str:
    return f"{len(wrong)} differences:\n" + "\n".join(wrong[:60])
