"""Who may not know of a dossier sees byte for byte the portal that they would see if it did not exist."""

import random
import re
from collections.abc import Iterator

import pytest

from tests import lanes, oracle
from tests.census import CONSENT_ACTS, LEAVING, PICKS, ROUTES, SCHOOL_ACTS, TABS
from tests.engines import Engine
from tests.hidden import HIDDEN, PRESENT, VARIANTS, Pair, Twins, same_chance
from tests.installation import install, settings_for
from tests.lockstep import Found, Lockstep
from tests.oracle import MOVES, Thing
from tests.test_forms_guard import whole
from tests.world import UUID

LISTS = {
    "Hulpvraag": "/hulpvragen/",
    "Kind": "/kinderen/",
    "Gezagsdrager": "/ouders/",
    "Bijlage": "/bijlagen/",
    "Notitie": "/notities/",
    "Afspraak": "/afspraken/",
    "Overlegronde": "/overlegrondes/",
    "SchoolVoorkeur": "/scholen-van-voorkeur/",
    "Toestemming": "/toestemmingen/",
    "Organisation": "/organisaties/",
    "Lidmaatschap": "/medewerkers/",
}
FORMS_OF = frozenset(LISTS) - {"Bijlage", "Afspraak", "Toestemming", "Bericht"}
FORMS = tuple(f"{path}nieuw" for noun, path in LISTS.items() if noun in FORMS_OF)
ALWAYS = ("/", "/hulpvragen/?filter=alle", "/berichten/")
NARROWED = ("/hulpvragen/?filter=mij", "/hulpvragen/?filter=einde")
TYPED = re.compile(r'name="(\w+)_q"')
NOT_ASKED = ("static", "bootstrap.static", *LEAVING)
NOUN_OF = {route.rule: route.of for route in ROUTES if route.of}


@pytest.fixture(scope="module")
def twins_on_sqlite(sqlite, tmp_path_factory, request) -> Iterator[Twins]:
    yield from _twins(sqlite, tmp_path_factory, request.config)


@pytest.fixture(scope="module")
def twins_on_postgresql(postgresql, tmp_path_factory, request) -> Iterator[Twins]:
    yield from _twins(postgresql, tmp_path_factory, request.config)


def _twins(engine: Engine, folders: pytest.TempPathFactory, config: pytest.Config) -> Iterator[Twins]:
    from app import create_app

    engine.template(install)
    store, urls = folders.mktemp("store"), [engine.fresh(), engine.fresh()]
    apps = [create_app(settings_for(url, store=store)) for url in urls]
    twins = Twins(*apps, engine, seed=str(lanes.of(config).seed))
    yield twins
    for url in (twins.one.left(), twins.other.left(), twins.as_made):
        engine.drop(url)


@pytest.fixture
def twins(request: pytest.FixtureRequest, engine: Engine) -> Twins:
    return request.getfixturevalue(f"twins_on_{engine.name}")


@pytest.mark.either_engine
@pytest.mark.parametrize("name", VARIANTS)
def test_a_hidden_dossier_changes_no_byte_and_costs_no_statement_for_who_may_not_know_of_it(
    name: str, twins: Twins, lane, proven
):
    """Status, headers and body, nonces and form tokens included; and how often the database was asked."""
    found, pair, chance = Found(), twins.with_hidden(VARIANTS[name]), lane.random(f"T4 {name}")
    for key in visitors(name, pair, lane):
        Visit(pair, key, found, lane, chance).walk()
    assert not found.unlike, _report(found.unlike)
    assert not found.asked_unlike, _report(found.asked_unlike)
    assert not [status for status in found.statuses if status >= 500]
    assert found.statuses[200] > 15, "there was something to compare"
    assert found.statuses[404] > 5
    proven("T4 pages", found.answers)
    proven("T4 pages with as many statements", found.answers)


@pytest.mark.either_engine
@pytest.mark.parametrize("key", ["voorschool", "school", "ouder", "deelnemer"])
def test_what_is_internal_to_the_swv_changes_no_byte_for_others_who_read_the_dossier(
    key: str, twins: Twins, lane, proven
):
    """The specialist writes a note, makes an agreement and adds a document, each internal, in one world."""
    one, other, written = twins.with_internal("speelhoek:onderwijsadvies")
    of = f"/hulpvragen/{one.dossiers['speelhoek:onderwijsadvies'].id}"
    with same_chance("the specialist looks"):
        assert HIDDEN in other.browser("specialist").get(f"{of}/notities").get_data(as_text=True)
    found, lists = Found(), [LISTS[noun] for noun in ("Hulpvraag", "Bijlage", "Notitie", "Afspraak")]
    pages = Lockstep(one, other, key, found)
    starts = [
        of,
        *(f"{of}/{tab}" for tab in TABS),
        *ALWAYS,
        *lists,
        *(f"{path}?q={HIDDEN}" for path in lists),
    ]
    chance = lane.random(f"T4 internal {key}")
    pages.crawl(starts, most=lane.cases(gate=10, proof=200), alike=lane.cases(gate=1, proof=3), chance=chance)
    for document in one.of("Bijlage"):
        pages.get(f"/bijlagen/{document.id}/bestand")
    for path in written:
        pages.get(path)
        pages.get(f"{path}/bewerken")
    assert not found.unlike, _report(found.unlike)
    assert not found.asked_unlike, _report(found.asked_unlike)
    assert found.statuses[200] > 15
    assert found.statuses[404] >= len(written)
    proven("T4 pages beside what is internal", found.answers)


def visitors(name: str, pair: Pair, lane) -> list[str]:
    """Who is near enough to notice, all others in the dark, and the stranger; in the gate a few of them."""
    dark = [key for key in PRESENT if pair.in_the_dark(key)]
    near = list(pair.variant.about)
    assert set(near) <= set(dark)
    far = [key for key in dark if key not in near]
    if lane.name == "proof":
        return [*near, *far, ""]
    drawn = lane.random("T4 far").sample(list(VARIANTS), 3)
    others = [lane.random(name).choice(far)] if name in drawn[:2] else [""] if name in drawn else []
    return [*near, *others]


class Visit:
    """One person's walk through both worlds."""

    def __init__(self, pair: Pair, key: str, found: Found, lane, chance: random.Random) -> None:
        self.pair, self.key, self.lane, self.chance = pair, key, lane, chance
        self.pages = Lockstep(pair.one, pair.other, key, found)
        self.rules = [rule for rule in pair.one.app.url_map.iter_rules() if rule.endpoint not in NOT_ASKED]

    def walk(self) -> None:
        """Read everything; look for what is hidden; name it; fill it in."""
        most, alike = self.lane.cases(gate=5, proof=60), self.lane.cases(gate=1, proof=3)
        self.seen = self.pages.crawl(self.starts(), most=most, alike=alike, chance=self.chance)
        if not self.key:
            return self.fill_in(self.at_the_door())
        for path in [*self.searches(), *self.some(self.searches_for_a_word(), gate=2, proof=20)]:
            self.pages.get(path)
        for path in self.filled_in_beforehand():
            self.pages.get(path)
        with self.pair.one.as_it_was(), self.pair.other.as_it_was():
            for path in self.some(self.addresses("GET"), gate=4, proof=25):
                self.pages.get(path)
            for path in self.some(self.addresses("POST"), gate=4, proof=15):
                self.pages.post(path, {})
            self.fill_in([*self.same_child(), *self.some(self.choices(), gate=2, proof=20)])
        return None

    def fill_in(self, forms: list[tuple[str, dict[str, str]]]) -> None:
        for path, form in forms:
            answer = self.pages.post(path, form)
            if answer.status_code == 302:
                self.pages.get(answer.headers["Location"])

    def some(self, every: list, *, gate: int, proof: int) -> list:
        return self.chance.sample(every, min(len(every), self.lane.cases(gate=gate, proof=proof)))

    def starts(self) -> list[str]:
        """Every page without a row in its address, every choice, and the pages nearest to what is hidden."""
        plain = [rule.rule for rule in self.rules if not rule.arguments and "GET" in rule.methods]
        if not self.key:
            return self.some(plain, gate=4, proof=len(plain))
        picks = [f"/kies/{pick}?q=" for pick in PICKS]
        every = [*plain, *NARROWED, *picks, *self.nearest()]
        return [*ALWAYS, *self.some(every, gate=6, proof=len(every))]

    def nearest(self) -> list[str]:
        """The child of the hidden dossier, when it has others, and those others, tab by tab."""
        kind = self.pair.dossier.kind
        others = [dossier for dossier in self.pair.one.dossiers.values() if dossier.kind == kind]
        pages = [
            f"/hulpvragen/{dossier.id}/{tab}" for dossier in others for tab in (*TABS, "status", "bewerken")
        ]
        return [*pages, *(f"/kinderen/{kind}{tab}" for tab in ("", "/ouders", "/bewerken") if others)]

    # What is hidden, named

    def hidden(self, noun: str = "") -> list[Thing]:
        return [thing for thing in self.pair.added if thing.noun == noun or not noun]

    def addresses(self, method: str) -> list[str]:
        """Each route with the ids of what is hidden, and each page that was seen with those in its place."""
        made = []
        for rule in self.rules:
            if not rule.arguments or method not in rule.methods:
                continue
            things = self.hidden(NOUN_OF.get(rule.rule, "")) or self.hidden()
            chosen = (self.chance.choice(things), self.chance.choice(self.hidden()))
            made += [self.filled(rule.rule, thing) for thing in chosen]
        if method == "GET":
            ids = [self.pair.dossier.id, self.chance.choice(self.hidden()).id]
            made += [UUID.sub(key, path) for path in self.seen for key in ids]
        return made

    def filled_in_beforehand(self) -> list[str]:
        """The forms as a tab's button opens them, with what is hidden chosen already."""
        hidden = {"kind": self.pair.dossier.kind, "hulpvraag": self.pair.dossier.id}
        return [f"{path}?{name}={key}" for path in self.open_forms() for name, key in hidden.items()]

    def filled(self, rule: str, thing: Thing) -> str:
        """Fill in an address; the key of a link is one in a mail to others."""
        others = {
            "tab": list(TABS),
            "key": list(MOVES),
            "pick": list(PICKS),
            "act": [*SCHOOL_ACTS, *CONSENT_ACTS],
            "wie": ["medewerker", "ouder", "deelnemer"],
            "token": ["onzin"],
            "ending": ["csv", "xlsx"],
            "filename": ["x"],
        }
        others["sleutel"] = self.keys_of_others()

        def fill(match: re.Match[str]) -> str:
            name = match[1].rpartition(":")[2]
            return self.chance.choice(others[name]) if name in others else thing.id

        return re.sub(r"<([^>]+)>", fill, rule)

    def keys_of_others(self) -> list[str]:
        """The links in mails to others: one's own mail says what it says."""
        who = self.pair.other.who.get(self.key)
        own = {who.organisation, *who.elsewhere} if who else set()
        return [
            self.pair.other.keys[thing.id]
            for thing in self.hidden("Bericht")
            if not who or (thing.account != who.account and (thing.account or thing.organisation not in own))
        ]

    # What is hidden, looked for

    def words(self) -> list[str]:
        """Words that occur in nothing but the hidden dossier: one of each field, and its number and names."""
        of_field: dict[tuple[str, str], str] = {}
        ids = {thing.id for thing in self.pair.added}
        for word, mark in self.pair.other.marks.items():
            if mark.thing.id in ids or word not in self.pair.one.marks:
                of_field[mark.thing.noun, mark.field] = word
        number = f"JK-2026-{of_field['Hulpvraag', 'nummer']}"
        child = {"achternaam", "tussenvoegsel", "voornaam"}
        name = self.child()
        full = " ".join(name[part] for part in ("voornaam", "tussenvoegsel", "achternaam"))
        return [*of_field.values(), number, full, *(name[part] for part in child), self.pair.dossier.id]

    def child(self) -> dict[str, str]:
        with self.pair.other.behind_the_scenes():
            row = self.pair.other.row(self.pair.other.things[self.pair.dossier.kind])
            fields = ("voornaam", "tussenvoegsel", "achternaam", "geboortedatum")
            return {name: str(getattr(row, name)) for name in fields}

    def places(self) -> list[str]:
        """Where this person can search; in the proof lane also where they cannot."""
        all_of_them, who = self.lane.name == "proof", self.pair.one.who[self.key]
        lists = [path for noun, path in LISTS.items() if all_of_them or oracle.has(who, noun, "read")]
        picks = [pick for pick, whose in PICKS.items() if all_of_them or whose & who.roles]
        return [*(f"{path}?filter=alle&q=" for path in lists), *(f"/kies/{pick}?q=" for pick in picks)]

    def searches(self) -> list[str]:
        """What every word in the hidden dossier begins with, and no other word."""
        return [place + HIDDEN for place in self.places()]

    def searches_for_a_word(self) -> list[str]:
        return [place + word for place in self.places() for word in self.words()]

    # What is hidden, filled in

    def choices(self) -> list[tuple[str, dict[str, str]]]:
        """What is hidden as a choice in every form that this person has, by its id and by its words."""
        made = []
        for path in self.open_forms():
            answer, valid = self.pages.get(path), self.valid(path)
            for name in dict.fromkeys(TYPED.findall(answer.get_data(as_text=True))):
                hidden = [*self.hidden(name.title()), self.chance.choice(self.hidden())]
                made += [(path, valid | {name: thing.id}) for thing in hidden]
                for word in (HIDDEN, self.chance.choice(self.words())):
                    made.append((path, {f"{name}_q": word, "_search": name}))
                    made.append((path, valid | {name: "", f"{name}_q": word}))
        return made

    def open_forms(self) -> list[str]:
        who = self.pair.one.who[self.key]
        return [
            path
            for path in FORMS
            if any(LISTS[n] + "nieuw" == path and n in FORMS_OF and oracle.has(who, n, "add") for n in LISTS)
        ]

    def same_child(self) -> list[tuple[str, dict[str, str]]]:
        """Dossiers for a child of the same name and date of birth, and another child renamed to it."""
        child = self.child()
        who, world = self.pair.one.who[self.key], self.pair.one
        forms = set(self.open_forms()) & {"/hulpvragen/nieuw", "/kinderen/nieuw"}
        made = [(path, self.valid(path) | child) for path in sorted(forms)]
        known = [thing for thing in world.of("Kind") if oracle.may(who, "edit", thing)][:1]
        return made + [(f"/kinderen/{thing.id}/bewerken", child) for thing in known]

    def valid(self, path: str) -> dict[str, str]:
        """A whole form, with a preschool of the visitor's own SWV."""
        view = next(rule.endpoint for rule in self.rules if rule.rule == path)
        form, own = whole(self.pair.one, view), self.pair.one.who[self.key].swv
        preschools = [
            t.id for t in self.pair.one.of("Organisation") if t.soort == "voorschool" and t.swv == own
        ]
        return form | ({"voorschool": preschools[0]} if "voorschool" in form and preschools else {})

    def at_the_door(self) -> list[tuple[str, dict[str, str]]]:
        """The names of accounts that are there for the hidden dossier only."""
        swv = self.pair.dossier.swv
        return [
            (path, {"organisation": swv, "username": name, "password": "fout", "code": "123456"})
            for name in self.pair.new_accounts
            for path in ("/login", "/wachtwoord-vergeten")
        ]


def _report(unlike: list[str]) -> str:
    return f"{len(unlike)} differences:\n" + "\n".join(unlike[:20])
