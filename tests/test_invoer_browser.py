"""The import in a real browser: a list with errors, the corrected one, and watching it being carried out."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.terms import Role
from tests.browser import violations
from tests.importing import ANNA, add_person, csv_of, row, xlsx_of
from tests.partnership import Partnership
from tests.uploading import serving, sign_in

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("KINDBRUG_SHOTS")  # a folder, to look at the pages
CSV = {"name": "lijst.csv", "mimeType": "text/csv"}
XLSX = {"name": "lijst.xlsx", "mimeType": "application/octet-stream"}
JAN = row("Het Nest", "school", "Jan", "Bos", "jan@bos")
MANY = [row("De Eik", "school", "Voor", f"Naam {n}", f"n{n}@x.example", "rolbeheerder") for n in range(24)]


@pytest.fixture
def brug(app) -> Partnership:
    brug = Partnership(app).settle()
    add_person(brug, "swvbeheer", "SWV", Role.ROLBEHEERDER)
    return brug


def shoot(page: Page, name: str, *, axe: bool = True) -> None:
    if axe:
        assert violations(page) == []
    if SHOTS:
        for width, ending in ((1200, ""), (360, "-smal")):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=Path(SHOTS) / f"{name}{ending}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 720})


def signed_in(brug: Partnership, page: Page, port: int) -> Page:
    origin = f"http://localhost:{port}"
    page.context.add_cookies([{"name": "kindbrug", "value": sign_in(brug, "swvbeheer"), "url": origin}])
    page.goto(origin)
    return page


def test_a_list_with_errors_is_corrected_and_carried_out_while_one_watches(brug, page, monkeypatch):
    monkeypatch.setattr("app.services.invoer.AT_ONCE", 10)
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    with serving(brug.app) as port:
        signed_in(brug, page, port).get_by_text("Beheer", exact=True).first.click()
        page.get_by_role("link", name="Importeren").first.click()
        shoot(page, "importeren")
        wrong = csv_of(ANNA, row("De Linde"), JAN, row("De Eik", "school"))
        page.get_by_label("Bestand").set_input_files([CSV | {"buffer": wrong}])
        page.get_by_role("button", name="Lijst controleren").click()
        expect(page.get_by_role("alert")).to_contain_text("De lijst kan zo niet worden uitgevoerd.")
        expect(page.get_by_text("Rij 3, kolom soort (B3): Dit is een nieuwe organisatie.")).to_be_visible()
        expect(page.get_by_role("button", name="Lijst uitvoeren")).to_have_count(0)
        shoot(page, "controle-met-fouten")
        page.get_by_role("link", name=re.compile("^Alleen fouten")).click()
        expect(page.locator("tbody tr")).to_have_count(2)
        page.get_by_role("link", name="Andere lijst uploaden").click()
        page.get_by_label("Bestand").set_input_files([CSV | {"buffer": b"naam;rol\n"}])
        page.get_by_role("button", name="Lijst controleren").click()
        expect(page.get_by_role("alert")).to_contain_text("Cel A1: de kolom “naam” bestaat niet.")
        shoot(page, "importeren-fout", axe=False)

        page.get_by_label("Bestand").set_input_files([XLSX | {"buffer": xlsx_of(ANNA, *MANY)}])
        page.get_by_role("button", name="Lijst controleren").click()
        shoot(page, "controle", axe=False)
        page.get_by_role("button", name="Lijst uitvoeren").click()
        expect(page.get_by_text("De lijst is uitgevoerd.")).to_be_visible()
        expect(page.get_by_role("log")).to_contain_text("12 van 27")
        shoot(page, "uitgevoerd")
        page.go_back()
        expect(page.get_by_text("Deze lijst is uitgevoerd: vandaag")).to_be_visible()
        expect(page.get_by_role("button", name="Lijst uitvoeren")).to_have_count(0)
        shoot(page, "al-uitgevoerd", axe=False)
        page.get_by_role("link", name="Naar de medewerkers").click()
        expect(page.get_by_text("Voor Naam 23").first).to_be_visible()
        page.goto("about:blank")
    assert [said for said in complaints if "422" not in said] == []


def test_it_works_without_javascript(brug, page_without_javascript):
    page = page_without_javascript
    with serving(brug.app) as port:
        signed_in(brug, page, port).goto(f"http://localhost:{port}/invoer/")
        page.get_by_label("Bestand").set_input_files([CSV | {"buffer": csv_of(ANNA)}])
        page.get_by_role("button", name="Lijst controleren").click()
        page.get_by_role("button", name="Lijst uitvoeren").click()
        expect(page.get_by_text("De lijst is uitgevoerd.")).to_be_visible()
        page.goto("about:blank")
