"""Two journeys in a browser, against a real mail server: coming in, and coming back without the phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from app.terms import Role
from tests import account_steps as steps
from tests.live import Live
from tests.manual import Partnership, pick
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.browser
BEHEER, SAM = "beheer@example.org", "sam@example.org"


@pytest.fixture
def brug(live: Live, smtp: SmtpServer, chromium: Browser) -> Partnership:
    """SWV De Brug, with a role administrator."""
    made = Partnership(live, smtp, chromium, javascript=True)
    comes_in(made, BEHEER, Role.ROLBEHEERDER)
    return made


def comes_in(brug: Partnership, email: str, role: Role) -> None:
    """Somebody follows an invitation, without a browser."""
    swv_id = brug.organisations["SWV De Brug"]
    token = steps.invited(brug.live.app, email, swv_id, role).rpartition("/")[2]
    account = steps.activate(brug.live.app, f"/uitnodiging/{token}", email.split("@")[0], swv_id)
    brug.phones[email] = account.secret


def to_people(page: Page, url: str) -> None:
    """Go to the people by the menu."""
    page.goto(f"{url}/")
    page.get_by_text("Beheer", exact=True).first.click()
    page.get_by_role("link", name="Medewerkers").first.click()


def refused(page: Page) -> None:
    expect(page.get_by_role("alert")).to_contain_text("Deze gegevens kloppen niet")


def test_who_is_invited_comes_in_by_mail_and_goes_to_work(brug: Partnership) -> None:
    beheer = brug.browser()
    brug.sign_in(beheer, BEHEER)
    to_people(beheer, brug.live.url)
    beheer.get_by_role("link", name="Iemand uitnodigen").click()
    beheer.get_by_label("Voornaam").fill("Sam")
    beheer.get_by_label("Achternaam").fill("Bos")
    beheer.get_by_label("E-mailadres").fill(SAM)
    pick(beheer, "Organisatie", "SWV De Brug", javascript=True)
    beheer.get_by_label("Functie").select_option(label="JK-specialist")
    beheer.get_by_role("button", name="Uitnodiging versturen").click()
    expect(beheer.get_by_role("heading", level=1)).to_have_text("Sam Bos")
    expect(beheer.get_by_role("main")).to_contain_text("nog nooit")

    letter = brug.letter_to(SAM)
    assert "Sam" not in letter.raw.decode()
    sam = brug.browser()
    brug.activate_by(sam, SAM, letter)
    brug.sign_in(sam, SAM)
    sam.get_by_role("link", name="Hulpvragen", exact=True).first.click()
    expect(sam.get_by_role("heading", level=1)).to_have_text("Hulpvragen")
    beheer.reload()
    expect(beheer.get_by_role("main")).not_to_contain_text("nog nooit")
    sam.goto(brug.link_in(letter))
    expect(sam.get_by_role("main")).to_contain_text("Deze link is al gebruikt")


def test_who_lost_the_phone_comes_back_with_a_new_one_and_the_old_opens_nothing(
    brug: Partnership,
) -> None:
    comes_in(brug, SAM, Role.JK_SPECIALIST)
    at_work, beheer = brug.browser(), brug.browser()
    brug.sign_in(at_work, SAM)
    brug.sign_in(beheer, BEHEER)
    to_people(beheer, brug.live.url)
    beheer.locator(f'a[href="/medewerkers/{newest_membership(brug)}"]').click()
    beheer.get_by_role("link", name="Inlogcode opnieuw instellen").click()
    beheer.get_by_role("button", name="Inlogcode opnieuw instellen").click()
    expect(beheer.locator("main > .said").first).to_contain_text("opnieuw ingesteld")

    old = brug.phones[SAM]
    at_work.goto(f"{brug.live.url}/hulpvragen/")
    expect(at_work.get_by_role("heading", level=1)).to_have_text("Inloggen")
    brug.fill_in_sign_in(at_work, SAM)
    refused(at_work)

    letter = brug.letter_to(SAM)
    assert "opnieuw ingesteld" in str(letter.message["Subject"])
    brug.activate_by(at_work, SAM, letter)
    new = brug.phones[SAM]
    assert new != old
    brug.phones[SAM] = old
    brug.fill_in_sign_in(at_work, SAM)
    refused(at_work)
    brug.phones[SAM] = new
    brug.sign_in(at_work, SAM)
    at_work.get_by_role("link", name="Berichten").first.click()
    expect(at_work.get_by_role("main")).to_contain_text("Uw code om in te loggen is opnieuw ingesteld")
    assert "Er is een telefoon" in str(brug.letter_to(SAM).message["Subject"])


def newest_membership(brug: Partnership) -> str:
    """The key of the membership that was made last."""
    from app.access import as_system
    from app.extensions import db
    from app.models import Lidmaatschap

    with brug.live.app.app_context(), as_system("the test looks"):
        query = db.select(Lidmaatschap.id).order_by(Lidmaatschap.van.desc()).limit(1)
        return str(db.session.scalars(query).one())
