"""Every route × person × row: the status code and what is on the page, against the oracle, both ways."""

import io
import itertools
import re
from contextlib import nullcontext

import pytest

from tests import oracle, sight
from tests.census import NOTHING, ROUTES, Route
from tests.oracle import Party, Thing, Who
from tests.world import GONE, MARK, PEOPLE, UUID, Browser, World, ids_on, marks_on, text_of

ANONYMOUS = Who("", 0, None, None, None, frozenset(), signed_in=False)
PRESENT = tuple(key for key in PEOPLE if key not in GONE)
Case = tuple[Route, str, Thing]


def cases(world: World) -> list[Case]:
    """Every route × person (also who is not signed in, or not any more) × row that the address can name."""
    people = ["", *PEOPLE]
    return [
        (route, key, thing)
        for route in ROUTES
        if route.endpoint != "SigninView.logout"  # it would end the session that the others need
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
    number = min(lane.cases(gate=1_500, proof=len(every)), len(every))
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
    share = [case for row in itertools.zip_longest(*by_route) for case in row if case is not None]
    return share[:number]


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
    ]
    named = set(UUID.findall(route.path(thing)))
    problems += [
        f"leaks the id of {_name(world, world.things[i])}"
        for i in sorted(ids - named)
        if i in world.things and not login and not _may_name(world, who, world.things[i])
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


def _may_name(world: World, who: Who, thing: Thing) -> bool:
    mine = {other.organisation for other in world.who.values() if other.account == who.account}
    return thing.id in mine or oracle.may(who, "read", thing)


LISTS = {
    "Hulpvraag": "/hulpvragen/?filter=alle",
    "Kind": "/kinderen/",
    "Gezagsdrager": "/ouders/",
    "Bijlage": "/bijlagen/",
    "Notitie": "/notities/",
    "Organisation": "/organisaties/",
    "Lidmaatschap": "/medewerkers/",
    "Bericht": "/berichten/",
}


@pytest.mark.both_engines
@pytest.mark.parametrize("key", PRESENT)
def test_a_list_walked_to_its_end_and_back_is_exactly_what_the_person_may_see(world: World, key, proven):
    who, wrong = world.who[key], []
    for noun, path in LISTS.items():
        if not oracle.LISTS[noun] & who.roles:
            continue
        forward, last = _walk(world.browser(key), path, "next")
        back, _first = _walk(world.browser(key), last, "prev")
        wanted = {thing.id for thing in world.of(noun) if _in_list(who, noun, thing)}
        of_noun = {thing.id for thing in world.of(noun)}
        for name, found in (("forward", forward), ("back", back)):
            wrong += [f"{noun} {name} leak {_name(world, world.things[i])}" for i in found & of_noun - wanted]
            wrong += [f"{noun} {name} lack {_name(world, world.things[i])}" for i in wanted - found]
    assert not wrong, _report(wrong)
    proven("T2 lists", len(LISTS))


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
        found |= set(re.findall(r'href="/[a-z]+/([0-9a-f-]{36})"', main))
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
    for pick, nouns in (("kind", "Kind"), ("voorschool", "Organisation"), ("hulpvraag", "Hulpvraag")):
        offered = browser.get(f"/kies/{pick}?q=")
        if offered.status_code != 200:
            continue
        found = {row["id"] for row in offered.get_json()}
        wanted = {thing.id for thing in world.of(nouns) if _choosable(who, pick, thing)}
        assert found == wanted, f"{key} {pick}"
    proven("T2 picks", 3)


@pytest.mark.parametrize("key", PRESENT)
def test_who_has_access_names_the_parties_as_far_as_the_person_may_know_them(world: World, key, proven):
    """JK staff read every name, another party the organisations; a party of before is not on it."""
    who, count = world.who[key], 0
    for dossier in world.dossiers.values():
        at = oracle.level(who, dossier)
        if at not in ("alles", "lezen", "dossier", "ouder"):
            continue
        page = world.browser(key).get(f"/hulpvragen/{dossier.id}/toegang")
        panel = text_of(page).partition('class="panel"')[2]
        found = {_party(world, word) for word in MARK.findall(panel)}
        wanted = {_key(p) for p in dossier.parties if p.listed}
        if at in ("dossier", "ouder"):
            own = who.account if at == "ouder" else None
            wanted = {key for key in wanted if isinstance(key, str) or key == own}
        assert found == wanted, f"{key} on {dossier.key}"
        count += 1
    proven("T2 parties", count)


def _choosable(who: Who, pick: str, thing: Thing) -> bool:
    if pick == "hulpvraag":
        if who.organisation is None:
            return False
        note = Thing("Notitie", "", thing.swv, thing.dossiers, who.organisation)
        return oracle.may(who, "add", note)
    if pick == "voorschool":
        return thing.soort == "voorschool" and oracle.may(who, "read", thing)
    return oracle.may(who, "read", thing)


def _key(party: Party) -> str | int | None:
    return party.organisation or party.account


def _party(world: World, word: str) -> str | int | None:
    thing = world.marks[word].thing
    return thing.organisation or thing.account


def _name(world: World, thing: Thing) -> str:
    return next((f"{thing.noun} {name}" for name, other in world.named.items() if other is thing), thing.name)


def _report(wrong: list[str]) -> str:
    return f"{len(wrong)} differences:\n" + "\n".join(wrong[:60])
