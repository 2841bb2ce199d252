"""Every look, change and refusal of every route is an event; without its event nothing is done."""

import itertools
import re
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Gebeurtenis
from app.terms import Actie
from tests.census import ALONG, LEAVING, PICKS, ROUTES, Route
from tests.engines import Engine
from tests.oracle import Thing
from tests.test_pages import LISTS, Case, _fair_share, ask, cases, expected
from tests.traces import changed, digest
from tests.world import GONE, MARK, Browser, World, marks_on, text_of

# Pages that hold nothing about anybody: a form to fill in, words that are the same for all.
ABOUT_NOBODY = frozenset(
    {
        "static",
        "bootstrap.static",
        "health_page.health",
        "KeptTextView.hold",
        "WatZietWieView.index",
        "InvoerView.index",
        "InvoerView.template",
        "SigninView.login",
        "SigninView.recovery",
        "SigninView.forgot",
        "SigninView.switch",
        "OwnAccountView.recovery_codes",
        # The link in a mail leads on, or says at which organisation of the reader it can be read.
        "BerichtView.open",
        # Empty forms, and the work list of who has no dossiers: a greeting.
        *("HulpvraagView.add", "NotitieView.add", "GezagsdragerView.add", "KindView.add"),
        *("OrganisationView.add", "LidmaatschapView.add", "SchoolVoorkeurView.add", "OverlegrondeView.add"),
        *("ToegangscontroleView.add", "WorklistView.index"),
        # How mail and scanning do: numbers.
        "SysteemstatusView.index",
        # A page of the invented partnership; opening it is an event (BekijkenView.begin).
        "BekijkenView.look",
    }
)
# Pictures out of what was opened: they go with the event of that for an hour.
OF_A_LOOK = frozenset({"BijlagePreviewView.sheet", "BijlagePreviewView.thumbnail"})


def last_number(world: World) -> int:
    with world.behind_the_scenes():
        return db.session.scalar(sa.select(sa.func.max(Gebeurtenis.volgnummer))) or 0


def events_since(world: World, number: int) -> list[Gebeurtenis]:
    with world.behind_the_scenes():
        query = sa.select(Gebeurtenis).where(Gebeurtenis.volgnummer > number)
        return list(db.session.scalars(query.order_by(Gebeurtenis.volgnummer)))


def words_of(made: list[Gebeurtenis]) -> set[str]:
    """The words of names and contents that any column of these events holds: there may be none."""
    columns = sa.inspect(Gebeurtenis).column_attrs.keys()
    return set(MARK.findall(" ".join(str(getattr(event, name)) for event in made for name in columns)))


def dossier_ids(world: World, thing: Thing) -> set[str]:
    return {one.id for one in world.of("Hulpvraag") if set(one.dossiers) & set(thing.dossiers)}


OF_A_DOSSIER = (
    "Hulpvraag",
    "Bijlage",
    "Notitie",
    "Afspraak",
    "Overlegronde",
    "SchoolVoorkeur",
    "Toestemming",
    "Deelname",
    "Bericht",
)


def looked(world: World, key: str, thing: Thing) -> bool:
    """Tell whether this person's look at the dossier is an event already."""
    return any(
        str(event.hulpvraag_id) in dossier_ids(world, thing) and event.gebruiker_id == world.who[key].account
        for event in events_since(world, 0)
    )


# What names children, parents or people: a page with a word of theirs is a look.
PERSONAL = frozenset({*OF_A_DOSSIER, "Kind", "Gezagsdrager", "Lidmaatschap"}) - {"Bericht"}


def _names(world: World, answer) -> set[str]:
    """The nouns of what an answer tells of a dossier or a person."""
    return {world.marks[mark].thing.noun for mark in marks_on(answer) if mark in world.marks} & PERSONAL


def _groundless(made: list[Gebeurtenis]) -> str:
    """Say which event of a dossier lacks the ground; a message may be read after one's part ended."""
    lacks = [
        event.actie.value
        for event in made
        if event.gelukt
        and event.hulpvraag_id
        and event.gebruiker_id
        and not event.toegang
        and event.noun != "Bericht"
    ]
    return f"no ground: {lacks}" if lacks else ""


def _of_somebody_else(world: World, key: str, made: list[Gebeurtenis]) -> str:
    """Say whose event this is, or for whom they did it; or which words of theirs it holds."""
    if words := words_of(made):
        return f"an event with {[world.marks[word].field for word in words]}"
    who = world.who[key]
    mine = {(who.account, str(who.organisation)), (None, "None")}
    others = {(event.gebruiker_id, str(event.organisation_id)) for event in made} - mine
    return f"an event of {others}" if others else ""


def _wrong(world: World, route: Route, thing: Thing, answer, made: list[Gebeurtenis]) -> str:
    """Say what the log lacks, or has too much, after this answer."""
    if groundless := _groundless(made):
        return groundless
    if 400 <= answer.status_code < 500:
        return _wrong_of_refusal(world, route, thing, answer, made)
    if not made and (route.endpoint in ABOUT_NOBODY or (answer.status_code == 302 and not route.changes)):
        return ""
    return _wrong_of_success(world, route, thing, made)


def _wrong_of_refusal(world: World, route: Route, thing: Thing, answer, made: list[Gebeurtenis]) -> str:
    """One event of the refusal, and one look at the row that is shown again."""
    looks = [event for event in made if event.gelukt]
    if len(made) - len(looks) != 1:
        return f"{len(made) - len(looks)} events of the refusal"
    about = [event.object_id for event in looks]
    if {event.actie for event in looks} - {Actie.LEZEN} or len(set(about)) < len(about):
        return f"not just looks: {_said(looks)}"
    shown = _names(world, answer)
    return f"no look at it, and it shows {shown}" if shown and route.of and thing.id not in about else ""


def _wrong_of_success(world: World, route: Route, thing: Thing, made: list[Gebeurtenis]) -> str:
    """What the census says that it leaves, once, of the row and the dossier of the address."""
    act, noun = route.leaves
    first, along = made[:1], made[1:]
    if [*_said(first), *dict.fromkeys(_said(along))] != [(act, noun), *ALONG.get(route.endpoint, [])]:
        return f"{_said(made)}, not {(act, noun)}"
    about = [event.object_id for event in made]
    if (route.of and about[0] != thing.id) or len(set(about)) < len(about):
        return f"events about {about}, not {thing.id}"
    of_dossier = route.of and noun in OF_A_DOSSIER
    wanted = dossier_ids(world, thing) if of_dossier else {"None"}
    wrong = {str(event.hulpvraag_id) for event in made} - wanted
    return f"an event of the dossiers {wrong}" if wrong or not all(event.gelukt for event in made) else ""


def _said(made: list[Gebeurtenis]) -> list[tuple[str, str | None]]:
    return [(event.actie.value, event.noun) for event in made]


def _drawn(world: World, every: list[Case], number: int, chance) -> list[Case]:
    """A third of them who may, of as many routes as there is room for: of any who ask most are refused."""
    by_route = [list(group) for _name, group in itertools.groupby(every, key=lambda case: case[0].name)]
    for group in by_route:
        chance.shuffle(group)
    chance.shuffle(by_route)
    who_may = [(case for case in group[:number] if expected(world, *case) < 400) for group in by_route]
    rows = itertools.zip_longest(*who_may)
    third = list(itertools.islice((case for row in rows for case in row if case), number // 3))
    return third + _fair_share(every, number - len(third), chance)


@pytest.mark.both_engines
def test_every_page_and_every_refusal_is_an_event_of_the_right_person_and_dossier(world: World, lane, proven):
    every = [case for case in cases(world) if case[1] and case[1] not in GONE]
    number = min(lane.cases(gate=220, proof=40_000), len(every))
    wrong: list[str] = []
    with world.as_it_was() as put_back:
        for route, key, thing in _drawn(world, every, number, lane.random("L2 routes")):
            changes = route.changes and expected(world, route, key, thing) < 400
            before, held = last_number(world), digest(world) if changes else {}
            answer = ask(world, route, key, thing)
            made = events_since(world, before)
            here = f"{route.name} as {key}: {answer.status_code}"
            if not made and route.endpoint in OF_A_LOOK and looked(world, key, thing):
                continue
            if not made and changes and not changed(held, digest(world)):
                continue  # such as closing what is closed: that needs no event
            if changes:
                put_back()
            if lacks := _of_somebody_else(world, key, made) or _wrong(world, route, thing, answer, made):
                wrong.append(f"{here}: {lacks}")
    assert not wrong, "\n".join(sorted(set(wrong))[:60])
    proven("L2 routes", number)


@pytest.mark.both_engines
def test_a_form_that_comes_back_after_a_search_is_an_event_of_what_it_shows(world: World, lane, proven):
    """Without JavaScript a search sends the whole form: `_search`, which any form of anybody can carry."""
    forms = [
        (route, key, thing)
        for route, key, thing in cases(world)
        if route.method == "POST" and not route.changes and not route.raw and key and key not in GONE
        if route.endpoint not in LEAVING and expected(world, route, key, thing) in (409, 422)
    ]
    number = min(lane.cases(gate=150, proof=5_000), len(forms))
    wrong, shown = [], 0
    with world.as_it_was() as put_back:
        for route, key, thing in _fair_share(forms, number, lane.random("L2 search")):
            browser, path = world.browser(key), route.path(thing, world.keys.get(thing.id, ""))
            before = last_number(world)
            typed = dict.fromkeys(TYPED, _a_word(world)) | route.sends | {"_search": "x"}
            answer = browser.post(path, typed if not _has_files(route) else {})
            made = events_since(world, before)
            if words_of(made):
                wrong.append(f"{route.name} as {key}: an event with what was typed")
            if answer.status_code == 302:  # what is no form may do something
                put_back()
            names = _names(world, answer) if answer.status_code < 300 else set()
            shown += bool(names)
            if names and not [event for event in made if event.gelukt]:
                wrong.append(f"{route.name} as {key}: no event, and it shows {names}")
            if groundless := _groundless(made):
                wrong.append(f"{route.name} as {key}: {groundless}")
    assert not wrong, "\n".join(sorted(set(wrong))[:60])
    assert shown
    proven("L2 search", number)


# The fields that people type in, and the words of one row: the name of an organisation, which is no look.
TYPED = (
    *("naam", "titel", "tekst", "wat", "reden", "toelichting", "omschrijving", "opmerking", "voorstel"),
    *("plaats", "agenda", "voornaam", "achternaam", "first_name", "last_name", "username", "locatie"),
)


def _a_word(world: World) -> str:
    return next(word for word, mark in world.marks.items() if mark.thing.noun == "Organisation")


def _has_files(route: Route) -> bool:
    return any(name.startswith("bestand") for name in route.sends)


SHUT = {
    "sqlite": ("CREATE TRIGGER shut BEFORE INSERT ON gebeurtenis BEGIN SELECT RAISE(ABORT, 'shut'); END",),
    "postgresql": (
        "CREATE FUNCTION shut() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'shut'; END$$",
        "CREATE TRIGGER shut BEFORE INSERT ON gebeurtenis FOR EACH ROW EXECUTE FUNCTION shut()",
    ),
}
OPENED = {"sqlite": "DROP TRIGGER shut", "postgresql": "DROP FUNCTION shut() CASCADE"}


@contextmanager
def unwritable(app: Flask, engine: Engine):
    """Let the database refuse every event."""
    with app.app_context():
        for statement in SHUT[engine.name]:
            db.session.execute(sa.text(statement))
        db.session.commit()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        yield
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
        with app.app_context():
            db.session.execute(sa.text(OPENED[engine.name]))
            db.session.commit()


@pytest.mark.both_engines
def test_when_the_log_cannot_be_written_every_act_fails_in_words_and_changes_nothing(
    world: World, lane, proven
):
    every = [
        case
        for case in cases(world)
        if case[1] and case[1] not in GONE and case[0].endpoint not in ABOUT_NOBODY | OF_A_LOOK
    ]
    number = min(lane.cases(gate=150, proof=20_000), len(every))
    wrong: list[str] = []
    with unwritable(world.app, world.engine):
        before = digest(world)
        for route, key, thing in _drawn(world, every, number, lane.random("L2 shut")):
            wanted = expected(world, route, key, thing)
            answer = ask(world, route, key, thing)
            here = f"{route.name} as {key}"
            if wanted == 200 or wanted >= 400:
                if answer.status_code not in (500, 503):
                    wrong.append(f"{here}: {answer.status_code}, though nothing was logged")
                elif "Traceback" in text_of(answer) or "shut" in text_of(answer):
                    wrong.append(f"{here}: a trace")
        left = changed(before, digest(world))  # of the acts that end in another page as well
    assert not wrong, "\n".join(sorted(set(wrong))[:60])
    assert set(left) <= {"aanmeldpoging"}  # tries and links are counted whatever becomes of them
    proven("L2 unwritable", number)


@pytest.mark.both_engines
def test_what_is_searched_for_or_typed_at_the_door_is_in_no_event(world: World):
    word = _a_word(world)
    searches = [f"{path.partition('?')[0]}?q={word}" for path, *_more in LISTS.values()]
    searches += [f"/kies/{pick}?q={word}" for pick, roles in PICKS.items() if "jk_specialist" in roles]
    with world.as_it_was():
        before = last_number(world)
        for path in searches:
            assert world.browser("specialist").get(path).status_code in (200, 404), path
        for path in ("/login", "/login/herstelcode", "/wachtwoord-vergeten"):
            stranger = Browser(world.app, None)
            token = re.search(r'csrf_token"[^>]*value="([^"]+)', text_of(stranger.get(path)))[1]
            typed = {"organisation": world.organisations["brug"], "csrf_token": token, "username": word}
            secret = {"password": word, "code": word, "recovery_code": word}
            assert stranger.client.post(path, data=typed | secret).status_code < 500
        made = events_since(world, before)
        assert len(made) == len(searches) + 2  # in this world there is no password to forget
        assert words_of(made) == set()


@pytest.mark.both_engines
def test_to_sign_out_here_or_everywhere_is_one_event(world: World):
    for route in (route for route in ROUTES if route.endpoint in LEAVING):
        with world.as_it_was():
            browser = Browser(world.app, world.tokens["specialist"])
            browser.csrf  # noqa: B018 - opening the page is an event
            before = last_number(world)
            assert browser.post(route.rule).status_code == 302
            made = events_since(world, before)
            assert [(event.actie.value, event.gelukt) for event in made] == [(route.does, True)]
            assert not _of_somebody_else(world, "specialist", made)


@pytest.mark.both_engines
def test_a_form_without_its_token_is_a_refusal_in_the_log(world: World):
    browser = world.browser("specialist")
    before = last_number(world)
    assert browser.client.post("/logout", data={}).status_code == 400
    made = events_since(world, before)
    assert [(event.gelukt, event.grond) for event in made] == [(False, "CSRFError")]


@pytest.mark.both_engines
def test_who_knocks_at_a_dossier_of_their_swv_is_in_that_dossiers_log(world: World):
    for thing in world.of("Hulpvraag"):
        if world.browser("voorschool2").get(f"/hulpvragen/{thing.id}").status_code == 404:
            event = events_since(world, last_number(world) - 1)[-1]
            own = thing.swv == world.who["voorschool2"].swv
            assert str(event.hulpvraag_id) == (thing.id if own else "None")
            break
    else:
        raise AssertionError("no dossier that is closed to them")
