"""The people of the manual, and what a reader of the printed page does: sign in, pick, add documents."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from app.access import as_system
from app.extensions import db
from app.models import Organisation
from app.models.base import now
from app.services import accounts, first_account, mail, two_factor
from app.terms import OrganisationSoort, Role
from tests import browser as browsers
from tests import documents, oracle
from tests.account_steps import PASSWORD
from tests.census import TABS
from tests.live import Live
from tests.oracle import Dossier, Party, Who
from tests.smtp_server import Letter, SmtpServer

FORM = "Aanvraag onderwijsadvies Jonge Kind (getekend)"


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

    def register(self, name: str, soort: OrganisationSoort) -> None:
        """Register a preschool or school of the SWV, as the platform administrator does."""
        with self.live.app.app_context(), as_system("the test makes its organisations"):
            made = Organisation(naam=name, soort=soort, swv_id=self.organisations["SWV De Brug"])
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
        context.set_default_timeout(20_000)
        return context.new_page()

    def code(self, email: str, *, steps_ahead: int = 0) -> str:
        """Read the phone: what the app shows now, or the next code."""
        return two_factor.current_code(self.phones[email], now() + timedelta(seconds=30 * steps_ahead))

    def activate(self, page: Page, email: str) -> None:
        """Follow the invitation mail: password, phone, recovery codes."""
        self.activate_by(page, email, self.letter_to(email))

    def activate_by(self, page: Page, email: str, letter: Letter) -> None:
        """Follow the one-time link in this letter."""
        page.goto(self.link_in(letter))
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
        self.fill_in_sign_in(page, email)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Goede")

    def fill_in_sign_in(self, page: Page, email: str) -> None:
        """Fill in the page to sign in: organisation, user name, password, code."""
        page.get_by_label("Organisatie").select_option(label="SWV De Brug")
        page.get_by_label("Gebruikersnaam").fill(email.split("@")[0])
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.get_by_label("Code", exact=True).fill(self.code(email, steps_ahead=1))
        page.get_by_role("button", name="Inloggen").click()


class Witnesses:
    """Everybody's list and dossier after a step, against what the oracle says they may see."""

    # person: organisation, kind of organisation, roles
    THEY: dict[str, tuple[str | None, str | None, frozenset[str]]] = {
        "contact": ("SWV De Brug", "samenwerkingsverband", frozenset({"contactpersoon_jk"})),
        "specialist": ("SWV De Brug", "samenwerkingsverband", frozenset({"jk_specialist"})),
        "voorschool": ("De Speelhoek", "voorschool", frozenset({"contactpersoon_voorschool"})),
        "school": ("De Linde", "school", frozenset({"contactpersoon_school"})),
        "school2": ("De Wilg", "school", frozenset({"contactpersoon_school"})),
        "ouder": (None, None, frozenset({"ouder", "deelnemer"})),
        "deelnemer": (None, None, frozenset({"ouder", "deelnemer"})),
    }

    def __init__(self, brug: Partnership, child: str) -> None:
        self.brug, self.child, self.pages = brug, child, 0
        self.dossier = Dossier("manual", "", "", "aanvraag", "", "")
        self.grounds: dict[str, str | None] = {"voorschool": "voorschool"}

    def look(self, at: dict[str, Page], **changed: str | None) -> None:
        """Note the new status, or on which grounds somebody is involved from now; then look as everybody."""
        self.dossier.id = changed.pop("hulpvraag", None) or self.dossier.id
        self.dossier.status = changed.pop("status", None) or self.dossier.status
        self.grounds |= changed
        self.dossier.swv = str(self.brug.organisations["SWV De Brug"])
        accounts = {key: number for number, key in enumerate(self.THEY)}
        self.dossier.parties = [
            Party(ground, running=True, organisation=self._place(key), account=accounts[key])
            for key, grounds in self.grounds.items()
            for ground in (grounds or "").split()
        ]
        for key, page in at.items():
            _place, soort, roles = self.THEY[key]
            who = Who(key, accounts[key], self._place(key), soort, self.dossier.swv, roles)
            self._compare(who, page)

    def _place(self, key: str) -> str | None:
        organisation = self.THEY[key][0]
        return str(self.brug.organisations[organisation]) if organisation else None

    def _compare(self, who: Who, page: Page) -> None:
        """The child is on the list, and each tab of the dossier opens, exactly when the oracle says so.

        Asked in the session of that person's own browser. The walk without JavaScript ends in the same rows:
        there one tab says it.
        """
        standing = oracle.standing(who, self.dossier)
        reads = {
            noun
            for noun in (*oracle.NOUNS_OF_DOSSIER, "Gebeurtenis")
            for pair in standing
            if oracle.reads(pair, noun)
        }
        visitor = self.brug.live.app.test_client()
        for cookie in page.context.cookies():
            visitor.set_cookie(cookie["name"], cookie["value"])
        found = visitor.get("/hulpvragen/?filter=alle").get_data(as_text=True)
        assert (self.child in found) == ("Hulpvraag" in reads), f"{who.key} on the list: {standing}"
        for tab, noun in list(TABS.items())[: None if self.brug.javascript else 1]:
            answer = visitor.get(f"/hulpvragen/{self.dossier.id}/{tab}")
            expected = 200 if noun in reads and "Hulpvraag" in reads else 404
            here = f"{who.key} on {tab} in {self.dossier.status}"
            assert answer.status_code == expected, f"{here}: {answer.status_code}"
            self.pages += 1


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
