"""Everybody can use every page: axe in Chromium, narrow and wide, light and dark; the manual by keyboard."""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app import create_app
from app.access import as_system
from app.extensions import db
from app.models import Organisation
from app.security import session_cookie
from app.services import demo, demo_story, two_factor
from app.services.demo_data import PASSWORD, PEOPLE
from tests import documents
from tests.account_steps import invited
from tests.browser import AS_DUTCH
from tests.demo_told import tell
from tests.engines import Sqlite
from tests.installation import install, settings_for
from tests.keyboard import choose_files, hears_of_choosers, press, tab_to
from tests.live import Live

pytestmark = pytest.mark.browser
# Whose pages are looked at in the gate lane, and how many of each; between them they meet every page.
GATE = {"specialist": 10, "voorschool": 4, "ouder": 4, "school": 4, "rolbeheer": 3, "platform": 3}
AXE = "options => axe.run(document, options).then(found => found.violations)"
ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b\d+\b")
HREF = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
NO_PAGE = re.compile(r"^/(demo|m|static|bootstrap)\b|/bestand$|/agenda\.ics$|\.(csv|xlsx)$|/bekijken/.")
FORM = {"name": "aanvraag.pdf", "mimeType": "application/pdf", "buffer": documents.pdf()}
REPORT = {"name": "observatie.pdf", "mimeType": "application/pdf", "buffer": documents.pdf(5000)}
NO_DOCUMENT = {"name": "programma.exe", "mimeType": "application/pdf", "buffer": b"MZ"}


class Portal:
    """The served demo, and browsers of the people in it."""

    def __init__(self, app: Flask, live: Live, chromium: Browser) -> None:
        self.app, self.url, self.chromium = app, live.url, chromium
        self.looked = 0

    def visitor(self) -> Page:
        return self.chromium.new_context(**AS_DUTCH).new_page()

    def at_work(self, key: str) -> Page:
        page = self.visitor()
        with self.app.app_context():
            token, cookie = demo.sign_in(key, instead_of=None), session_cookie()
        page.context.add_cookies([{"name": cookie, "value": token, "url": self.url}])
        page.goto(self.url)
        return page

    def look(self, page: Page) -> list[str]:
        """List what is wrong with the page that is open, at two widths and in the dark."""
        self.looked += 1
        page.wait_for_load_state()
        page.evaluate(AXE_SCRIPT)
        found = []
        for width in (1200, 360):
            page.set_viewport_size({"width": width, "height": 800})
            found += [(str(width), it) for it in page.evaluate(AXE, ALL_RULES)]
        page.emulate_media(color_scheme="dark")
        found += [("dark", it) for it in page.evaluate(AXE, CONTRAST)]
        page.emulate_media(color_scheme="light")
        wrong = [f"{where}: {it['id']} {it['nodes'][0]['html'][:160]}" for where, it in found]
        page.set_viewport_size({"width": 320, "height": 640})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wrong.append(f"scrolls sideways: {wide} px")
        if (heads := page.locator("h1:visible").count()) != 1:
            wrong.append(f"{heads} headings of level 1")
        page.set_viewport_size({"width": 1200, "height": 800})
        return [f"{urlsplit(page.url).path}: {it}" for it in wrong]


@pytest.fixture(scope="module")
def portal(
    sqlite: Sqlite, chromium: Browser, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """The demo's people and dossiers behind a real web server."""
    folder: Path = tmp_path_factory.mktemp("accessible")
    (folder / "demo").mkdir()
    sqlite.template(install)
    url = sqlite.fresh()
    settings = settings_for(url, store=folder / "store")
    app = create_app(
        settings | {"DEMO": True, "DEMO_FOLDER": str(folder / "demo"), "MAIL_SERVER": "127.0.0.1"}
    )
    tell(app, run_folder)
    live = Live(app)
    live.start()
    yield Portal(app, live, chromium)
    live.stop()
    with app.app_context():
        db.engine.dispose()
    sqlite.drop(url)


def conclude(portal: Portal, proven, wrong: list[str]) -> None:
    """Say how many pages were looked at, and that nothing was wrong with them."""
    proven("W2 pages and states, 2 widths each", portal.looked)
    portal.looked = 0
    assert not wrong


def shape(url: str) -> str:
    """Give the address without what is of one row only."""
    parts = urlsplit(url)
    names = sorted({name for part in parts.query.split("&") if (name := part.partition("=")[0]) != "sort"})
    return f"{ID.sub('#', parts.path)}?{'&'.join(filter(None, names))}"


def pages_of(portal: Portal, page: Page) -> list[str]:
    """Follow every link in the session of this browser, and give one address of each shape."""
    visitor, found, to_see = portal.app.test_client(), {}, deque(["/"])
    for cookie in page.context.cookies():
        visitor.set_cookie(cookie["name"], cookie["value"])
    while to_see:
        address = to_see.popleft()
        if shape(address) not in found:
            found[shape(address)] = address
            links = HREF.findall(visitor.get(address).get_data(as_text=True))
            to_see.extend(unescape(it) for it in links if not NO_PAGE.search(urlsplit(it).path))
    return list(found.values())


def send(page: Page) -> None:
    page.locator("main form button[type=submit].btn-primary").last.click()


# Who meets the same pages as somebody else walks them in the proof lane.
EVERYBODY = [pytest.param(key, marks=[] if key in GATE else [pytest.mark.proof]) for key in PEOPLE]


@pytest.mark.parametrize("key", EVERYBODY)
def test_nobody_meets_a_page_that_some_cannot_use(portal, lane, proven, key):
    page, wrong = portal.at_work(key), []
    every = pages_of(portal, page)
    share = lane.cases(gate=min(GATE.get(key, 0), len(every)), proof=len(every))
    for address in lane.random(f"W2 {key}").sample(every, share):
        page.goto(portal.url + address)
        wrong += portal.look(page)
    page.context.close()
    conclude(portal, proven, wrong)


def test_a_mistake_is_told_in_a_way_that_all_can_read(portal, proven):
    page = portal.at_work("specialist")
    wrong = []
    for path in ("hulpvragen/nieuw", "kinderen/nieuw", "ouders/nieuw", "notities/nieuw"):
        page.goto(f"{portal.url}/{path}")
        send(page)
        expect(page.locator("#errors")).to_be_focused()
        wrong += portal.look(page)
    page.goto(f"{portal.url}/hulpvragen/nieuw")
    page.get_by_label("Voornaam").fill("Mila")
    page.get_by_label("Achternaam").fill("Jansen")
    page.get_by_label("Geboortedatum").fill("2023-03-04")
    page.get_by_role("combobox", name="Voorschool", exact=True).fill("speel")
    page.get_by_role("option").first.wait_for()
    wrong += portal.look(page)
    page.goto(f"{portal.url}/hulpvragen/?q=Noor")
    page.get_by_role("link", name="Noor Bakker").click()
    page.get_by_role("link", name="Status wijzigen").last.click()
    send(page)
    wrong += portal.look(page)
    page.get_by_label("Aanvulling vragen").check()
    send(page)
    expect(page.locator("#errors")).to_contain_text("Toelichting")
    wrong += portal.look(page)
    for path in ("hulpvragen/?q=niemand", "hulpvragen/bestaat-niet", "berichten/bestaat-niet"):
        page.goto(f"{portal.url}/{path}")
        wrong += portal.look(page)
    page.context.close()
    conclude(portal, proven, wrong)


def test_who_is_not_signed_in_can_use_every_page(portal, proven):
    page, wrong = portal.visitor(), []
    for path in (
        "login",
        "login/herstelcode",
        "wachtwoord-vergeten",
        "demo",
        "demo/postvak",
        "uitnodiging/oud",
    ):
        page.goto(f"{portal.url}/{path}")
        wrong += portal.look(page)
    for path in ("login", "login/herstelcode", "wachtwoord-vergeten"):
        page.goto(f"{portal.url}/{path}")
        send(page)
        wrong += portal.look(page)
    page.context.close()
    conclude(portal, proven, wrong)


def test_who_is_invited_can_use_every_page_up_to_the_codes(portal, proven):
    page, wrong = portal.visitor(), []
    with portal.app.app_context(), as_system("the test invites"):
        brug = db.session.scalars(select(Organisation.id).where(Organisation.naam == "SWV De Brug")).one()
    path = urlsplit("//x" + invited(portal.app, "nieuw@example.org", brug)).path
    page.goto(f"{portal.url}{path}")
    wrong += portal.look(page)
    send(page)
    send(page)
    wrong += portal.look(page)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    send(page)
    wrong += portal.look(page)
    send(page)
    wrong += portal.look(page)
    page.get_by_label("Code", exact=True).fill(
        two_factor.current_code(page.locator(".secret").inner_text().replace(" ", ""))
    )
    send(page)
    expect(page.locator(".codes li")).to_have_count(10)
    wrong += portal.look(page)
    send(page)
    wrong += portal.look(page)
    page.context.close()
    conclude(portal, proven, wrong)


def test_the_window_with_documents_can_be_used_by_all(portal, proven):
    page, wrong = portal.at_work("voorschool"), []
    page.goto(f"{portal.url}/hulpvragen/?q=Liv")
    page.get_by_role("link", name="Liv Mulder").click()
    page.get_by_role("link", name="Hulpvraag bewerken").click()
    page.wait_for_load_state()  # without its script the button is a link
    page.locator(".bar").get_by_text("Bijlagen").click()
    window = page.get_by_role("dialog")
    window.locator("[data-pick-files]").set_input_files([REPORT, NO_DOCUMENT])
    wrong += portal.look(page)
    window.locator("[data-start]").click()
    expect(window.locator("[data-files] .kept")).to_have_count(1)
    wrong += portal.look(page)
    page.context.close()
    conclude(portal, proven, wrong)


def type_in(page: Page, label: str, words: str) -> None:
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.type(words)


def test_the_manual_can_be_followed_without_a_mouse(portal):
    """Manual: 'Delen gegevens vanuit de voorschoolse voorziening', stap 2."""
    page = portal.visitor()
    hears_of_choosers(page)
    page.goto(f"{portal.url}/login")
    type_in(page, "Organisatie", "SWV De Brug")
    type_in(page, "Gebruikersnaam", "voorschool")
    type_in(page, "Wachtwoord", PASSWORD)
    type_in(page, "Code", two_factor.current_code(demo_story.totp_secret("voorschool")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna")

    press(page, page.get_by_role("link", name="Hulpvragen", exact=True))
    press(page, page.get_by_role("link", name="Mila Jansen"))
    expect(page.locator(".tabs [aria-current=page]")).to_contain_text("Hulpvraag")
    press(page, page.get_by_role("link", name="Hulpvraag bewerken"))
    opener = page.locator(".bar").get_by_text("Bijlagen")
    press(page, opener)
    window = page.get_by_role("dialog")
    expect(window).to_be_visible()
    choose_files(page, window.get_by_role("button", name="Bestanden kiezen"), FORM, REPORT)
    first, second = window.locator("[data-files] [data-soort]").all()
    expect(first).to_be_focused()
    assert first.input_value() == "aanvraag"
    tab_to(page, second)
    page.keyboard.type("Observatie")
    assert second.input_value() == "observatieverslag"
    press(page, window.get_by_role("button", name="Documenten toevoegen"))
    expect(window.locator("[data-files] .kept")).to_have_count(2)
    press(page, window.get_by_role("link", name="Sluiten"))
    expect(window).to_be_hidden()
    expect(opener).to_be_focused()
    press(page, page.get_by_role("button", name="Opslaan"))
    expect(page.get_by_role("status").first).to_contain_text("Opgeslagen")

    press(page, page.get_by_role("link", name="Status wijzigen").last)
    press(page, page.get_by_label("JK bijlagen toegevoegd"), "Space")
    press(page, page.get_by_role("button", name="Status wijzigen"))
    said = page.get_by_role("status").first
    expect(said).to_contain_text("De status is nu JK bijlagen toegevoegd")
    expect(said).to_contain_text("Roos Bakker")
    page.context.close()
