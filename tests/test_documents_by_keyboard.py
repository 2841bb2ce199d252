"""Working with documents from beginning to end without a mouse: only Tab, Space, Enter and letters."""

import re

import pytest
from playwright.sync_api import expect

from app.models.base import now
from app.terms import Zichtbaarheid
from tests.browser import at_upload, violations
from tests.documents import pages
from tests.keyboard import choose_files, hears_of_choosers, press, tab_to
from tests.partnership import Partnership
from tests.test_upload_window import FORM, LIE, go
from tests.uploading import rows, serving

REPORT = {"name": "Verslag.pdf", "mimeType": "application/pdf", "buffer": pages("Mila bouwt", "Mila zingt")}
NEWER = {"name": "v2.pdf", "mimeType": "application/pdf", "buffer": pages("Mila praat")}


@pytest.mark.browser
def test_documents_are_added_seen_shared_replaced_and_retracted_without_a_mouse(app, page):
    partnership = Partnership(app).settle()
    dossier = partnership.dossier(specialist="specialist")
    hears_of_choosers(page)
    link = lambda words: page.get_by_role("link", name=words, exact=True)  # noqa: E731 - short words for a long walk
    button = lambda words: page.get_by_role("button", name=words, exact=True)  # noqa: E731 - as above
    title, said = page.get_by_role("heading", level=1), page.get_by_role("status").first
    with serving(app) as port:
        go(partnership, page, f"http://localhost:{port}/hulpvragen/{dossier}/bijlagen", "specialist")

        # Adding: three at once. One is refused, one is stopped and sent again, one is kept.
        press(page, button("Bijlagen toevoegen").first)
        window = page.get_by_role("dialog")
        choose_files(page, window.get_by_role("button", name="Bestanden kiezen"), FORM, REPORT, LIE)
        row = lambda name: window.locator("[data-files] > li", has_text=name)  # noqa: E731 - as above
        tab_to(page, row("Verslag.pdf").get_by_label("Soort document"))
        page.keyboard.type("Observatie")
        expect(row("Verslag.pdf").get_by_label("Soort document")).to_have_value("observatieverslag")
        at_upload(page, "Verslag", lambda _route: None)  # it hangs
        press(page, window.get_by_role("button", name="Documenten toevoegen"))
        expect(row("Aanvraag.pdf").locator("[data-state]")).to_have_text("Bewaard")
        expect(row("pagina.pdf").locator("[data-wrong]")).to_contain_text("Webpagina")
        press(page, row("Verslag.pdf").get_by_role("button", name="Stoppen"))
        expect(row("Verslag.pdf").locator("[data-state]")).to_have_text("Gestopt")
        page.unroute_all()
        press(page, row("Verslag.pdf").get_by_role("button", name="Opnieuw proberen"))
        expect(row("Verslag.pdf").locator("[data-state]")).to_have_text("Bewaard")
        press(page, row("pagina.pdf").get_by_role("button", name="Weglaten"))
        expect(window.locator("[data-files] > li")).to_have_count(2)
        press(page, window.get_by_role("link", name="Sluiten"))
        expect(window).to_be_hidden()

        # Looking: its pages, then on to the next document.
        press(page, page.get_by_role("link", name=re.compile("^Verslag.pdf")))
        press(page, link("Bekijken"))
        expect(page.locator(".sheetview img")).to_have_count(2)
        press(page, page.get_by_text("Bladzijde 2 als tekst lezen"))
        expect(page.get_by_text("Mila zingt")).to_be_visible()
        press(page, page.get_by_role("link", name="Volgend document").first)
        expect(title).to_have_text("Aanvraag.pdf")
        press(page, page.get_by_role("link", name="Vorig document").first)
        expect(title).to_have_text("Verslag.pdf")
        press(page, link("Verslag.pdf"))

        # Sharing, after a look at who will see it and how.
        press(page, link("Wijzigen wie het ziet"))
        expect(page.locator(".stream > li")).to_contain_text(["De Speelhoek"])
        press(page, button("Delen met iedereen in het dossier"))
        expect(said).to_contain_text("Opgeslagen. Iedereen")

        # A new version, from the system's own window of files.
        press(page, link("Nieuwe versie toevoegen"))
        choose_files(page, page.get_by_label("De nieuwe versie"), NEWER)
        press(page, button("Nieuwe versie toevoegen"))
        expect(said).to_contain_text("De nieuwe versie staat op de plaats van de oude")
        expect(page.get_by_text("Versie 1 bekijken")).to_be_visible()

        # Retracting, at once, with who opened it.
        press(page, link("Document intrekken"))
        expect(page.get_by_text("Wie het heeft geopend")).to_be_visible()
        assert violations(page) == []
        press(page, button("Document intrekken"))
        expect(said).to_contain_text("Ingetrokken")
        page.goto("about:blank")
    form, old, new = sorted(rows(partnership), key=lambda one: (one.soort, one.volgnummer))
    assert (form.titel, form.geldt) == ("Aanvraag.pdf", True)
    # The version before has its place again, and is read by who read the last one.
    assert (old.volgnummer, old.geldt, new.volgnummer) == (1, True, 2)
    assert old.zichtbaarheid == new.zichtbaarheid == Zichtbaarheid.GEDEELD
    assert new.ingetrokken_op <= now()
