"""The users' manual, walked in a browser by somebody who has only the printed page.

The first chapter, 'Delen gegevens vanuit de voorschoolse voorziening', from invitation to specialist.
Each step is named by the line of the manual that it follows.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.extensions import db
from app.models import Organisation
from app.services import accounts, first_account, mail, two_factor
from app.terms import OrganisationSoort, Role
from tests import browser as browsers
from tests import documents
from tests.account_steps import PASSWORD
from tests.live import Live
from tests.smtp_server import Letter, SmtpServer

pytestmark = pytest.mark.browser
FORM = "Aanvraag onderwijsadvies Jonge Kind (getekend)"
SECRET = re.compile(r"[A-Z2-7]{32}")


class Partnership:
    """SWV De Brug on its first morning, and the letters that its people get."""

    def __init__(self, live: Live, smtp: SmtpServer, chromium: Browser, *, javascript: bool) -> None:
        self.live, self.smtp, self.chromium, self.javascript = live, smtp, chromium, javascript
        self.read: set[int] = set()
        self.phones: dict[str, str] = {}
        self.organisations: dict[str, object] = {}
        with live.app.app_context():
            swv = first_account.organisation("SWV De Brug", OrganisationSoort.SAMENWERKINGSVERBAND)
            db.session.commit()
            self.organisations["SWV De Brug"] = swv.id

    def invite(self, email: str, first: str, last: str, organisation: str, role: Role) -> None:
        """Have somebody invited by the installation itself, before there is a role administrator."""
        with self.live.app.app_context():
            accounts.invite(
                voornaam=first,
                achternaam=last,
                email=email,
                organisation_id=self.organisations[organisation],
                rol=role,
                by=None,
            )

    def preschool(self, name: str) -> None:
        """Register a preschool of the SWV, as the platform administrator does."""
        from app.access import as_system

        with self.live.app.app_context(), as_system("the test makes its preschool"):
            made = Organisation(
                naam=name, soort=OrganisationSoort.VOORSCHOOL, swv_id=self.organisations["SWV De Brug"]
            )
            db.session.add(made)
            db.session.commit()
            self.organisations[name] = made.id

    def letter_to(self, email: str) -> Letter:
        """Let the worker deliver, and give the newest unread letter to this address."""
        with self.live.app.app_context():
            mail.deliver_due()
        found = [
            (at, letter)
            for at, letter in enumerate(self.smtp.letters)
            if at not in self.read and letter.recipients == (email,)
        ]
        assert found, f"no new mail for {email}"
        self.read.add(found[-1][0])
        return found[-1][1]

    def link_in(self, letter: Letter) -> str:
        """Give the one link in a letter."""
        links = re.findall(r"http://\S+", letter.text)
        assert len(links) == 1, links
        return links[0]

    def browser(self) -> Page:
        """Open a browser of one's own."""
        context = self.chromium.new_context(**browsers.AS_DUTCH, java_script_enabled=self.javascript)
        context.set_default_timeout(10_000)
        return context.new_page()

    def code(self, email: str, *, steps_ahead: int = 0) -> str:
        """Read the phone: what the app shows now, or the next code."""
        from datetime import timedelta

        from app.models.base import now

        return two_factor.current_code(self.phones[email], now() + timedelta(seconds=30 * steps_ahead))

    def activate(self, page: Page, email: str) -> None:
        """Follow the invitation mail: password, phone, recovery codes."""
        page.goto(self.link_in(self.letter_to(email)))
        page.locator("main button[type=submit]").click()
        page.get_by_label("Nieuw wachtwoord", exact=True).fill(PASSWORD)
        page.get_by_label("Hetzelfde wachtwoord nog een keer").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        expect(page.locator("main svg").first).to_be_visible()
        self.phones[email] = page.locator(".secret").inner_text().replace(" ", "")
        page.get_by_label("Code", exact=True).fill(self.code(email))
        page.locator("main button[type=submit]").click()
        page.get_by_role("checkbox").check()
        page.locator("main button[type=submit]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")

    def sign_in(self, page: Page, email: str) -> None:
        """Choose the organisation, then user name, password and code."""
        page.goto(f"{self.live.url}/login")
        page.get_by_label("Organisatie").select_option(label="SWV De Brug")
        page.get_by_label("Gebruikersnaam").fill(email.split("@")[0])
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.get_by_label("Code", exact=True).fill(self.code(email, steps_ahead=1))
        page.get_by_role("button", name="Inloggen").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Goede")


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def brug(request: pytest.FixtureRequest, live: Live, smtp: SmtpServer, chromium: Browser) -> Partnership:
    return Partnership(live, smtp, chromium, javascript=request.param)


@contextmanager
def line(of_the_manual: str) -> Iterator[None]:
    """Name the manual's line that is followed, also in the report of a failure."""
    try:
        yield
    except Exception as failure:
        failure.add_note(f"Manual: {of_the_manual}")
        raise


def pick(page: Page, label: str, words: str, *, javascript: bool) -> None:
    """Choose a foreign key by typing; without JavaScript the typed name itself does."""
    box = page.get_by_label(re.compile(f"^{label}")).and_(page.locator("input"))
    box.fill(words)
    if javascript:
        page.get_by_role("option", name=words).first.click()


def test_the_first_chapter_of_the_manual(brug: Partnership, app: Flask) -> None:
    brug.preschool("De Speelhoek")
    brug.invite("rolbeheer@example.org", "Noor", "Visser", "SWV De Brug", Role.ROLBEHEERDER)
    administrator = brug.browser()
    brug.activate(administrator, "rolbeheer@example.org")
    brug.sign_in(administrator, "rolbeheer@example.org")
    for first, last, email, organisation, role in (
        ("Karin", "Smit", "contact@example.org", "SWV De Brug", "Contactpersoon JK"),
        ("Roos", "Bakker", "specialist@example.org", "SWV De Brug", "JK-specialist"),
        ("Anna", "de Wit", "voorschool@example.org", "De Speelhoek", "Contactpersoon voorschool"),
    ):
        administrator.goto(f"{brug.live.url}/medewerkers/nieuw")
        administrator.get_by_label("Voornaam").fill(first)
        administrator.get_by_label("Achternaam").fill(last)
        administrator.get_by_label("E-mailadres").fill(email)
        pick(administrator, "Organisatie", organisation, javascript=brug.javascript)
        administrator.get_by_label("Functie", exact=True).select_option(label=role)
        administrator.get_by_role("button", name="Uitnodiging versturen").click()
        expect(administrator.get_by_role("status").first).to_contain_text("Opgeslagen")

    contact, specialist, anna = brug.browser(), brug.browser(), brug.browser()
    for page, email in ((contact, "contact@example.org"), (specialist, "specialist@example.org")):
        brug.activate(page, email)
        brug.sign_in(page, email)
    brug.activate(anna, "voorschool@example.org")

    with line(
        "Wanneer er verdere verdieping in het dossier nodig is, maakt de contactpersoon JK een dossier aan"
    ):
        contact.get_by_role("link", name="Hulpvragen", exact=True).first.click()
        contact.get_by_role("link", name="Dossier aanmaken").first.click()
        contact.get_by_label("Voornaam").fill("Mila")
        contact.get_by_label("Achternaam").fill("Jansen")
        contact.get_by_label("Geboortedatum").fill("2023-03-04")
        pick(contact, "Voorschool", "De Speelhoek", javascript=brug.javascript)
        pick(contact, "Contactpersoon voorschool", "Anna de Wit", javascript=brug.javascript)
        pick(contact, "JK-specialist", "Roos Bakker", javascript=brug.javascript)
        contact.get_by_label("Omschrijving").fill("Mila praat nog weinig.")
        contact.get_by_role("button", name="Dossier aanmaken").click()
        expect(contact.get_by_role("heading", level=1)).to_have_text("Mila Jansen")
        expect(contact.get_by_role("status").first).to_contain_text("De Speelhoek")

    with line(
        "Stap 1: De contactpersoon van de voorschoolse voorziening ontvangt per mail een melding van de "
        "status van de hulpvraag “JK onderwijsadvies aanvraag”"
    ):
        letter = brug.letter_to("voorschool@example.org")
        assert "JK onderwijsadvies aanvraag" in " ".join(letter.text.split())
        assert "Mila" not in letter.raw.decode()

    with line("Stap 2: Log in, kies organisatie, voer je gebruikersnaam, wachtwoord en code in"):
        anna.goto(brug.link_in(letter))
        expect(anna.get_by_role("heading", level=1)).to_have_text("Inloggen")
        anna.get_by_label("Organisatie").select_option(label="SWV De Brug")
        anna.get_by_label("Gebruikersnaam").fill("voorschool")
        anna.get_by_label("Wachtwoord").fill(PASSWORD)
        anna.get_by_label("Code", exact=True).fill(brug.code("voorschool@example.org", steps_ahead=1))
        anna.get_by_role("button", name="Inloggen").click()

    with line("Klik bovenaan op de tab Hulpvragen"):
        anna.get_by_role("link", name="Hulpvragen", exact=True).first.click()
    with line("Klik op de betreffende naam"):
        anna.get_by_role("link", name="Mila Jansen").click()
    with line("Je bent nu in de tab Hulpvraag van het kinddossier"):
        expect(anna.locator(".tabs [aria-current=page]")).to_contain_text("Hulpvraag")
        expect(anna.get_by_role("heading", level=1)).to_have_text("Mila Jansen")
    with line("Klik rechts onderaan op Hulpvraag bewerken"):
        edit = anna.get_by_role("link", name="Hulpvraag bewerken")
        assert is_bottom_right(anna, edit)
        edit.click()
    with line("Klik op de knop Bijlagen"):
        anna.get_by_label("Omschrijving").fill("Mila praat nog weinig en speelt het liefst alleen.")
        anna.locator(".bar").get_by_text("Bijlagen").click()
    with line(
        "In het nieuwe venster kan je nu één voor één documenten toevoegen. Voeg in ieder geval het (door "
        "ouders getekende) formulier Aanvraag onderwijsadvies Jonge Kind toe."
    ):
        add_documents(anna, javascript=brug.javascript)
    with line("Sluit het venster en klik rechts onderaan op Opslaan"):
        anna.get_by_role("link", name="Sluiten").click()
        if brug.javascript:
            expect(anna.get_by_label("Omschrijving")).to_have_value(re.compile("liefst alleen"))
        else:
            if not anna.get_by_label("Omschrijving").is_visible():
                anna.get_by_role("link", name="Hulpvraag bewerken").click()
            anna.get_by_label("Omschrijving").fill("Mila praat nog weinig en speelt het liefst alleen.")
        save = anna.get_by_role("button", name="Opslaan")
        assert is_bottom_right(anna, save)
        save.click()
        expect(anna.get_by_role("status").first).to_contain_text("Opgeslagen")
        expect(anna.locator("main")).to_contain_text("speelt het liefst alleen")
    with line("Klik nu op de knop Status wijzigen en kies de status JK bijlagen toegevoegd."):
        anna.get_by_role("link", name="Status wijzigen").last.click()
        anna.get_by_label("JK bijlagen toegevoegd").check()
        anna.get_by_role("button", name="Status wijzigen").click()
        expect(anna.get_by_role("status").first).to_contain_text("JK bijlagen toegevoegd")
    with line("De JKspecialist van Stromenland krijgt hiervan melding."):
        letter = brug.letter_to("specialist@example.org")
        assert "JK bijlagen toegevoegd" in " ".join(letter.text.split())
        assert "Mila" not in letter.raw.decode()
        specialist.goto(brug.link_in(letter))
        expect(specialist.locator("main")).to_contain_text("JK bijlagen toegevoegd")
        specialist.goto(f"{brug.live.url}/")
        expect(specialist.get_by_role("link", name="Mila Jansen").first).to_be_visible()


def add_documents(page: Page, *, javascript: bool) -> None:
    """Add the signed form and an observation report in the window Bijlagen."""
    form = {"name": "aanvraag.pdf", "mimeType": "application/pdf", "buffer": documents.pdf()}
    report = {"name": "observatie.pdf", "mimeType": "application/pdf", "buffer": documents.pdf(5000)}
    if javascript:
        window = page.get_by_role("dialog")
        picker = window.locator("[data-pick-files]")
        picker.set_input_files([form, report])
        assert window.locator("[data-files] [data-soort]").nth(0).input_value() == "aanvraag"
        window.locator("[data-files] [data-soort]").nth(1).select_option(label="Observatieverslag")
        window.locator("[data-start]").click()
        for bar in range(2):
            expect(window.locator("[data-files] progress").nth(bar)).to_have_js_property("value", 100)
        expect(window).to_contain_text(FORM)
    else:
        page.locator("input[type=file]").nth(0).set_input_files(form)
        page.locator("select").nth(0).select_option(label=FORM)
        page.locator("input[type=file]").nth(1).set_input_files(report)
        page.locator("select").nth(1).select_option(label="Observatieverslag")
        page.locator("form:has(input[type=file]) button[type=submit]").click()
        expect(page.get_by_role("status").first).to_be_visible()


def is_bottom_right(page: Page, button: object) -> bool:
    """Tell whether a button is the rightmost of the last bar of its panel."""
    box = button.bounding_box()
    others = [other.bounding_box() for other in page.locator(".bar .btn").all() if other.is_visible()]
    return all(box["x"] + box["width"] >= other["x"] + other["width"] - 1 for other in others if other)
