"""The pictures in this folder: photographs a running demo, which begins again for it.

Run `make demo` in one terminal, and in another
`.venv/bin/uv run --no-project --with playwright --with pillow docs/screens/make.py http://localhost:8080`.
"""

import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent
HIGHEST = 4000
SLOWLY = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 40_000}
LIST = (
    "organisatie;soort;voornaam;achternaam;e-mail;rol\n"
    "De Vlinder;voorschool;Eva;Bos;eva@vlinder.example;contactpersoon voorschool\n"
    "De Vlinder;voorschool;Tom;Smit;tom@vlinder;rolbeheerder\n"
    "Basisschool De Es;school;;;;\n"
)
PDF = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n%%%b\n"
    b"trailer<</Root 1 0 R/Size 4>>\nstartxref\n9\n%%%%EOF\n"
)


def shoot(page: Page, name: str, *, whole: bool = True) -> None:
    """Take the page wide, and as on a phone; whole, or just what the window shows."""
    for width, ending in ((1200, ""), (360, "-smal")):
        page.set_viewport_size({"width": width, "height": 760 if whole else 960})
        if whole:
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})
        page.mouse.move(0, 0)
        file = FOLDER / f"{name}{ending}.png"
        page.screenshot(path=file, animations="disabled")
        Image.open(file).quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)
    page.set_viewport_size({"width": 1200, "height": 900})


def visitor(browser: Browser, address: str) -> Page:
    """Open a page as somebody who is not signed in."""
    page = browser.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam").new_page()
    page.goto(address)
    return page


def signed_in(browser: Browser, demo: str, key: str) -> Page:
    """Be a person of the demo."""
    page = visitor(browser, f"{demo}/demo")
    page.locator(f"form[action*='//{key}.'] button").click()
    page.wait_for_url(re.compile(rf"//{key}\."))
    return page


def front_door(browser: Browser, demo: str) -> None:
    """Take what one sees before signing in, up to the QR of somebody who was invited."""
    page = visitor(browser, f"{demo}/demo")
    page.get_by_role("button", name="Begin opnieuw").click()
    invited = page.get_by_role("link", name="Uw uitnodiging voor Kindbrug")
    while not invited.count():  # the mails go out again, one by one, and this is the last
        page.wait_for_timeout(500)
        page.goto(f"{demo}/demo/postvak")
    page.goto(f"{demo}/demo")
    shoot(page, "demo")
    page.goto(f"{demo}/demo/postvak")
    shoot(page, "postvak")
    invited.click()
    invitation = page.get_by_role("link", name="Open de link").get_attribute("href") or ""
    page.goto(f"{demo}/login")
    shoot(page, "inloggen")
    page.goto(demo + urlsplit(invitation).path)
    page.locator("main form button").click()
    for field in page.locator("input[type=password]").all():
        field.fill("een lange zin voor de demo")
    page.locator("main form button").click()
    shoot(page, "qr")


def at_work(browser: Browser, demo: str) -> None:
    """Take what a preschool sees and does, and the choice of a specialist."""
    page = signed_in(browser, demo, "voorschool")
    shoot(page, "werklijst")
    page.get_by_role("link", name="Hulpvragen", exact=True).first.click()
    shoot(page, "hulpvragen")
    page.get_by_role("link", name="Mila Jansen").click()
    shoot(page, "dossier")
    page.get_by_role("link", name="Hulpvraag bewerken").click()
    page.locator(".bar").get_by_text("Bijlagen").click()
    window = page.get_by_role("dialog")
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOWLY)
    names = (("Aanvraag onderwijsadvies.pdf", 2_000), ("Observatie in de groep.pdf", 900_000))
    files = [{"name": n, "mimeType": "application/pdf", "buffer": PDF % (b"x" * size)} for n, size in names]
    window.locator("[data-pick-files]").set_input_files(files)
    window.locator("[data-files] [data-soort]").nth(1).select_option(label="Observatieverslag")
    window.locator("[data-start]").click()
    window.locator("[data-files] .kept").wait_for()
    busy = window.locator("[data-files] progress").nth(1)
    while busy.evaluate("bar => bar.value") < 30:
        page.wait_for_timeout(200)
    window.locator(".dropzone").evaluate("zone => zone.scrollIntoView()")
    shoot(page, "bijlagen", whole=False)
    page.context.close()

    page = signed_in(browser, demo, "voorschool")
    page.get_by_role("link", name="Berichten").first.click()
    shoot(page, "berichten")
    page = signed_in(browser, demo, "specialist")
    page.get_by_role("link", name="Milan Özdemir").click()
    page.get_by_role("link", name="Status wijzigen").last.click()
    page.get_by_label("Aanvulling vragen").check()
    page.get_by_label("Toelichting").fill("Wilt u het verslag van de logopedist nog toevoegen?")
    page.locator("h1").click()
    shoot(page, "status-wijzigen")


def portal(page: Page) -> str:
    """Answer where the person of this page is."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(page.url))


def opened(page: Page, name: str) -> str:
    """Go to the dossier of a child by looking for it; answer its address."""
    page.goto(f"{portal(page)}/hulpvragen/?q={name}")
    page.get_by_role("link", name=name).first.click()
    return page.url


def round_the_table(page: Page, dossier: str) -> None:
    """Plan a meeting, invite two people and open the dossier for one."""
    page.goto(f"{dossier}/overlegrondes")
    page.get_by_role("link", name="Overleg plannen").click()
    page.get_by_label("Dag en tijd").fill(f"{datetime.now(tz=UTC).date() + timedelta(days=7)}T10:00")
    page.get_by_label("Plaats").fill("De Speelhoek, groep Geel")
    page.get_by_label("Agenda").fill("1. Hoe gaat het?\n2. Het advies\n3. Afspraken")
    shoot(page, "overleg-plannen")
    page.get_by_role("button", name="Overleg plannen").click()
    meeting = page.url
    page.get_by_role("link", name="Iemand uitnodigen").click()
    page.locator(".tabs").get_by_role("link", name="Een ouder").click()
    page.get_by_label("Elif Demir").check()
    shoot(page, "uitnodigen")
    page.get_by_role("button", name="Uitnodiging versturen").click()
    page.goto(meeting)
    page.get_by_role("link", name="Iemand uitnodigen").click()
    page.locator(".tabs").get_by_role("link", name="Iemand anders").click()
    page.get_by_label("Voornaam").fill("Hans")
    page.get_by_label("Achternaam").fill("Vos")
    page.get_by_label("E-mailadres").fill("hans.vos@jeugdzorg.example")
    page.get_by_role("button", name="Uitnodiging versturen").click()
    page.locator("tr", has_text="Hans Vos").get_by_role("link", name="Dossier openzetten").click()
    page.get_by_label("Nu", exact=True).check()
    shoot(page, "dossier-openzetten")
    page.get_by_role("button", name="Bekijk hoe het eruitziet").click()
    shoot(page, "zo-ziet-het-eruit")
    page.get_by_role("button", name="Dossier openzetten").click()
    page.goto(meeting)
    shoot(page, "overleg")


def to_the_endings(browser: Browser, demo: str) -> None:
    """Take the rounds, the schools, the consent and who may look, as a specialist and as a parent."""
    page = signed_in(browser, demo, "specialist")
    dossier = opened(page, "Emre")
    round_the_table(page, dossier)
    page.goto(f"{dossier}/scholen")
    page.get_by_role("link", name="School voorstellen").last.click()
    page.get_by_label(re.compile("^School")).and_(page.locator("input")).fill("De Linde")
    page.get_by_role("option", name="De Linde").first.click()
    shoot(page, "school-voorstellen")
    page.get_by_role("button", name="Opslaan").click()
    page.locator("main tr", has_text="De Linde").get_by_role("link").first.click()
    shoot(page, "school")
    page.goto(f"{dossier}/scholen")
    page.locator("tr", has_text="De Linde").get_by_role("link", name="Toestemming vragen").click()
    shoot(page, "toestemming-vragen")
    page.locator("main button[type=submit]").last.click()
    for tab in ("afspraken", "scholen", "toestemmingen", "toegang", "historie"):
        page.goto(f"{dossier}/{tab}")
        shoot(page, tab)
    page.goto(f"{dossier}/toegang")
    page.get_by_role("link", name="Betrokkenen wijzigen").first.click()
    shoot(page, "betrokkenen-wijzigen")
    page.goto(f"{portal(page)}/wat-ziet-wie")
    shoot(page, "wat-ziet-wie")
    page.goto(f"{portal(page)}/hulpvragen/?filter=einde")
    page.get_by_role("link", name="Nina Dekker").click()
    page.goto(f"{page.url}/overdracht")
    shoot(page, "overdracht")
    page.goto(f"{demo}/demo/stappen")
    shoot(page, "stappen")
    parent = signed_in(browser, demo, "ouder")
    theirs = f"{portal(parent)}{urlsplit(dossier).path}"
    parent.goto(f"{theirs}/toestemmingen")
    parent.locator("tr", has_text="De Linde").get_by_role("link").first.click()
    shoot(parent, "toestemming-als-ouder")
    parent.goto(f"{theirs}/toegang")
    shoot(parent, "toegang-als-ouder")


def with_documents(browser: Browser, demo: str) -> None:
    """Take a document: looked at, replaced, shared and retracted."""
    page = signed_in(browser, demo, "specialist")
    dossier = opened(page, "Emre")
    page.goto(f"{dossier}/bijlagen")
    page.wait_for_load_state("networkidle")
    shoot(page, "documenten")
    page.locator(".docs a").first.click()
    document = page.url
    for path, name in (
        ("bekijken", "document-bekijken"),
        ("vervangen", "document-vervangen"),
        ("delen", "document-delen"),
        ("intrekken", "document-intrekken"),
    ):
        page.goto(f"{document}/{path}")
        page.wait_for_load_state("networkidle")
        shoot(page, name)
    page.goto(f"{document}/bekijken")
    page.get_by_role("button", name="Beide bekijken").click()
    page.wait_for_load_state("networkidle")
    shoot(page, "documenten-bij-elkaar")
    page.goto(document)
    shoot(page, "document")
    page.goto(f"{dossier}/gekeken")
    shoot(page, "wie-heeft-gekeken")
    officer = signed_in(browser, demo, "privacy")
    officer.goto(f"{portal(officer)}/logboek/")
    shoot(officer, "logboek", whole=False)
    officer.goto(f"{portal(officer)}/status")
    shoot(officer, "systeemstatus")


def at_the_administrator(browser: Browser, demo: str) -> None:
    """Take what a role administrator of an SWV sees: people, rights, the review and a list to import."""
    page = signed_in(browser, demo, "rolbeheer")
    home = portal(page)
    page.goto(f"{home}/rechten/")
    page.get_by_label("Contactpersoon JK: Een document definitief maken").check()
    page.get_by_role("button", name="Opslaan").click()
    shoot(page, "rechten")
    page.locator("thead").get_by_role("link", name="JK-specialist").first.click()
    shoot(page, "rechten-rol")
    page.get_by_role("link", name="Bekijk als deze rol").click()
    shoot(page, "rechten-bekijken")
    page.get_by_role("link", name="Terug naar de rechten").click()
    page.get_by_role("link", name="Met een andere rol vergelijken").click()
    shoot(page, "rechten-vergelijken")
    page.goto(f"{home}/rechten/")
    page.get_by_role("link", name="Terug naar de standaardrechten").click()
    shoot(page, "rechten-herstellen")
    page.goto(f"{home}/medewerkers/")
    shoot(page, "medewerkers")
    page.get_by_role("link", name="Iemand uitnodigen").first.click()
    shoot(page, "medewerker-uitnodigen")
    page.goto(f"{home}/medewerkers/?q=Roos")
    page.locator("main tbody").get_by_role("link").first.click()
    shoot(page, "medewerker")
    member = page.url
    for path, name in (
        ("bewerken", "medewerker-bewerken"),
        ("waarneming", "waarneming"),
        ("overdragen", "werk-overdragen"),
        ("schorsen", "schorsen"),
        ("code-herstellen", "code-herstellen"),
    ):
        page.goto(f"{member}/{path}")
        shoot(page, name)
    page.goto(f"{home}/toegangscontrole/")
    shoot(page, "toegangscontrole")
    page.goto(f"{home}/toegangscontrole/vastleggen")
    shoot(page, "toegangscontrole-vastleggen")
    page.goto(f"{home}/invoer/")
    shoot(page, "importeren")
    page.locator("input[type=file]").set_input_files(
        {"name": "lijst.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    page.locator("main form button[type=submit]").last.click()
    shoot(page, "importeren-controle")


if __name__ == "__main__":
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--lang=nl"]
        )
        front_door(chromium, sys.argv[1].rstrip("/"))
        at_work(chromium, sys.argv[1].rstrip("/"))
        at_the_administrator(chromium, sys.argv[1].rstrip("/"))
        with_documents(chromium, sys.argv[1].rstrip("/"))
        to_the_endings(chromium, sys.argv[1].rstrip("/"))
