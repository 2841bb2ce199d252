"""The window of the button Bijlagen in a real browser. Manual: 'In het nieuwe venster kan je nu …'."""

import re
import threading

import pytest
from playwright.sync_api import Locator, Page, expect

from app.errors import Conflict, TooMany
from app.extensions import db
from app.models import Rechtafwijking
from app.services import bijlage_bytes, bijlagen, intake, receiving, store, store_places
from app.terms import Controle, Role
from tests.browser import at_upload, is_upload, violations
from tests.documents import PDF, TEXT, jpeg, office, pdf
from tests.partnership import Partnership
from tests.uploading import add, files, rows, serving, sign_in

pytestmark = pytest.mark.browser

FORM = {"name": "Aanvraag.pdf", "mimeType": "application/pdf", "buffer": PDF}
NOTE = {"name": "notitie.txt", "mimeType": "text/plain", "buffer": TEXT}
LIE = {
    "name": "pagina.pdf",
    "mimeType": "application/pdf",
    "buffer": b"<html><script>alert(1)</script></html>",
}
LARGE = {"name": "groot.pdf", "mimeType": "application/pdf", "buffer": pdf(3_000_000)}


@pytest.fixture
def edit_page(partnership, dossier, page):
    """The preschool's page `Hulpvraag bewerken`."""
    with serving(partnership.app) as port:
        yield go(partnership, page, f"http://localhost:{port}/hulpvragen/{dossier}/bewerken", "voorschool")
        page.goto("about:blank")


def go(partnership: Partnership, page: Page, address: str, key: str, until: str = "load") -> Page:
    origin = address[: address.index("/", 8)]
    page.context.add_cookies([{"name": "kindbrug", "value": sign_in(partnership, key), "url": origin}])
    page.goto(address, wait_until=until)
    return page


WATCHED = """it => {
    it.told = [];
    const note = () => it.told.push(it.value);
    new MutationObserver(note).observe(it, { attributes: true, attributeFilter: ["value"] });
}"""


def open_window(page: Page) -> Locator:
    page.get_by_role("button", name=re.compile("^Bijlagen")).click()
    window = page.get_by_role("dialog")
    expect(window).to_be_visible()
    return window


def choose(window: Locator, *chosen: dict) -> None:
    window.locator("[data-pick-files]").set_input_files(list(chosen))


def row(window: Locator, name: str) -> Locator:
    return window.locator("[data-files] > li", has_text=name)


def start(window: Locator) -> None:
    window.get_by_role("button", name="Documenten toevoegen").click()


def test_several_files_at_once_and_one_refused_leaves_the_others(partnership, edit_page):
    edit_page.get_by_label("Omschrijving").fill("Mila begint te praten.")
    window = open_window(edit_page)
    choose(window, FORM, LIE, NOTE)
    soort = row(window, "Aanvraag.pdf").get_by_label("Soort document")
    expect(soort).to_have_value("aanvraag")
    expect(row(window, "Aanvraag.pdf").locator("[data-hint]")).to_be_visible()
    expect(row(window, "notitie.txt").get_by_label("Soort document")).to_have_value("overig")
    expect(row(window, "notitie.txt").locator("[data-hint]")).to_be_hidden()
    row(window, "notitie.txt").get_by_label("Soort document").select_option("observatieverslag")
    start(window)
    for name in ("Aanvraag.pdf", "notitie.txt"):
        expect(row(window, name).locator("[data-state]")).to_have_text("Bewaard")
        expect(row(window, name).locator("progress")).to_have_js_property("value", 100)
    expect(row(window, "pagina.pdf").locator("[data-wrong]")).to_contain_text("Webpagina")
    assert {(kept.titel, kept.soort) for kept in rows(partnership)} == {
        ("Aanvraag.pdf", "aanvraag"),
        ("notitie.txt", "observatieverslag"),
    }
    assert violations(edit_page) == []
    window.get_by_role("button", name="Sluiten").or_(window.get_by_role("link", name="Sluiten")).click()
    expect(edit_page.get_by_role("dialog")).to_have_count(0)
    expect(edit_page.get_by_role("button", name=re.compile("^Bijlagen"))).to_contain_text("2")
    expect(edit_page.get_by_label("Omschrijving")).to_have_value("Mila begint te praten.")
    edit_page.get_by_role("button", name="Opslaan").click()
    expect(edit_page.get_by_text("Mila begint te praten.")).to_be_visible()


def test_of_a_kind_that_is_not_taken_the_window_says_why_and_what_to_do(partnership, edit_page):
    sentences = {
        "oud.doc": "Dit is een oud soort Office-document",
        "IMG_0042.HEIC": "Dit soort afbeelding",
        "map.zip": "Archieven",
        "film.mov": "Film en geluid",
        "verslag.pages": "Dit soort bestand kan niet worden toegevoegd. Gebruik pdf",
        "verslag": "De naam van dit bestand eindigt niet op",
        "leeg.pdf": "Dit bestand is leeg",
    }
    window = open_window(edit_page)
    choose(window, *(FORM | {"name": name, "buffer": b"" if "leeg" in name else PDF} for name in sentences))
    shown = window.locator("[data-files] > li")
    for at, sentence in enumerate(sentences.values()):
        expect(shown.nth(at).locator("[data-wrong]")).to_contain_text(sentence)
    expect(row(window, "leeg.pdf").locator("[data-size]")).to_have_text("0 kB")
    expect(window.get_by_role("button", name="Documenten toevoegen")).to_be_hidden()


def test_trying_again_is_offered_only_where_it_can_help(partnership, edit_page, monkeypatch):
    helps = (receiving.UploadTooSlow, store.UploadCut, Conflict, TooMany, store_places.StoreFull, OSError)
    does_not = (intake.FileRefused, store.FileTooLarge, bijlage_bytes.DossierFull)
    of = {f"{why.__name__}.pdf": why for why in helps + does_not}

    def refuse(*_args, naam: str, **_more):
        raise of[naam]

    monkeypatch.setattr(bijlagen, "add", refuse)
    window = open_window(edit_page)
    choose(window, *(FORM | {"name": name} for name in of))
    start(window)
    for name, why in of.items():
        here = row(window, name)
        expect(here.locator("[data-wrong]")).not_to_be_empty()
        expect(here.get_by_role("button", name="Weglaten")).to_be_visible()
        expect(here.get_by_role("button", name="Opnieuw proberen")).to_be_visible(visible=why in helps)


def test_who_may_not_add_to_the_dossier_any_more_is_told_so(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, FORM)
    lose_right_to_add(partnership)
    start(window)
    refused(row(window, "Aanvraag.pdf"), "U kunt geen documenten meer toevoegen aan dit dossier.")
    assert rows(partnership) == []


def test_who_works_as_another_in_another_tab_is_told_to_load_the_page_anew(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, FORM)
    other = edit_page.context.new_page()
    other.goto(edit_page.url)
    other.locator("details.who summary").click()
    other.get_by_role("button", name="Uitloggen").click()
    go(partnership, other, edit_page.url, "collega")
    start(window)
    refused(row(window, "Aanvraag.pdf"), "U werkt intussen ergens anders, of deze pagina stond te lang open.")
    expect(row(window, "Aanvraag.pdf").locator("[data-wrong]")).to_contain_text("Laad de pagina opnieuw")
    assert rows(partnership) == []


def test_who_may_not_replace_a_document_any_more_is_told_so(partnership, dossier, page):
    kept = add(partnership, dossier, "voorschool")
    with serving(partnership.app) as port:
        go(partnership, page, f"http://localhost:{port}/bijlagen/{kept.id}/vervangen", "voorschool")
        page.get_by_label("De nieuwe versie").set_input_files(FORM)
        lose_right_to_add(partnership)
        page.get_by_role("button", name="Nieuwe versie toevoegen").click()
        expect(page.locator("[data-wrong]")).to_have_text(
            "U kunt geen nieuwe versie van dit document meer toevoegen."
        )
        page.goto("about:blank")
    assert len(rows(partnership)) == 1


def lose_right_to_add(partnership: Partnership) -> None:
    with partnership.behind_the_scenes():
        door, place = partnership.people["rolbeheer"]
        right = {"rol": Role.CONTACTPERSOON_VOORSCHOOL, "recht": "Bijlage.add", "mag": False}
        db.session.add(Rechtafwijking(organisation_id=place, door_id=door, **right))
        db.session.commit()


def refused(here: Locator, sentence: str) -> None:
    expect(here.locator("[data-wrong]")).to_contain_text(sentence)
    expect(here.get_by_role("button", name="Weglaten")).to_be_visible()
    expect(here.get_by_role("button", name="Opnieuw proberen")).to_be_hidden()


def test_a_bar_tells_how_far_a_file_is(partnership, edit_page):
    slowly = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
    network = edit_page.context.new_cdp_session(edit_page)
    network.send("Network.enable")
    window = open_window(edit_page)
    choose(window, LARGE)
    bar = row(window, "groot.pdf").locator("progress")
    bar.evaluate(WATCHED)
    network.send("Network.emulateNetworkConditions", slowly)
    start(window)
    expect(row(window, "groot.pdf").locator("[data-state]")).to_have_text("Bewaard", timeout=30_000)
    told = bar.evaluate("it => it.told")
    assert told == sorted(told)
    assert [value for value in told if 0 < value < 100], told
    assert told[-1] == 100


def test_each_document_has_its_small_picture_in_window_and_tab(partnership, dossier, page):
    for naam, content in (("Aanvraag.pdf", PDF), ("foto.jpg", jpeg()), ("brief.docx", office())):
        add(partnership, dossier, "voorschool", content, naam=naam)
    drawn = "all => all.length === 2 && all.every(it => it.complete && it.naturalWidth > 0)"
    with serving(partnership.app) as port:
        for place in ("bijlagen", "bijlagen/venster"):
            address = f"http://localhost:{port}/hulpvragen/{dossier}/{place}"
            go(partnership, page, address, "voorschool", until="networkidle")
            assert page.locator("img.small").evaluate_all(drawn), place
        page.goto("about:blank")


def test_files_chosen_before_the_script_was_there_are_taken(partnership, dossier, page):
    with serving(partnership.app) as port:
        address = f"http://localhost:{port}/hulpvragen/{dossier}/bijlagen/venster"
        with page.expect_request("**/js/upload.js"):
            held = []
            page.route("**/js/upload.js", lambda route: held.append(route))
            window = go(partnership, page, address, "voorschool", until="commit").locator("main")
            choose(window, FORM)
        while not held:
            page.title()  # the script is asked for; Playwright hands it over a moment later
        held[0].continue_()
        expect(row(window, "Aanvraag.pdf")).to_be_visible()  # until then the button is that of the form
        start(window)
        expect(row(window, "Aanvraag.pdf").locator("[data-state]")).to_have_text("Bewaard")
        page.goto("about:blank")


def test_after_a_lost_connection_one_tries_again_and_loses_nothing(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, FORM, NOTE)
    at_upload(edit_page, "notitie", lambda route: route.abort())
    start(window)
    expect(row(window, "Aanvraag.pdf").locator("[data-state]")).to_have_text("Bewaard")
    again = row(window, "notitie.txt").get_by_role("button", name="Opnieuw proberen")
    expect(again).to_be_visible()
    edit_page.unroute_all()
    again.click()
    expect(row(window, "notitie.txt").locator("[data-state]")).to_have_text("Bewaard")
    assert len(rows(partnership)) == len(files(partnership)) == 2


def test_a_file_under_way_is_stopped_and_leaves_nothing(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, LARGE)
    at_upload(edit_page, "groot", lambda route: None)  # it hangs
    start(window)
    stop = row(window, "groot.pdf").get_by_role("button", name="Stoppen")
    window.get_by_role("link", name="Sluiten").click()
    expect(window.locator("[data-ask]")).to_contain_text("Er worden nog bestanden toegevoegd")
    stop.click()
    expect(row(window, "groot.pdf").get_by_role("button", name="Opnieuw proberen")).to_be_visible()
    assert rows(partnership) == files(partnership) == []
    row(window, "groot.pdf").get_by_role("button", name="Weglaten").click()
    expect(window.locator("[data-files] > li")).to_have_count(0)
    edit_page.unroute_all()  # last: what hung can reach the portal even so


def test_no_key_and_no_gesture_closes_the_window_while_a_file_is_under_way(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, LARGE)
    held = []
    with edit_page.expect_request(lambda request: is_upload(request, "groot")):
        at_upload(edit_page, "groot", lambda route: held.append(route))
        start(window)
    for _ in range(3):  # Chromium closes a dialog on the second one, whatever a page says of the first
        edit_page.keyboard.press("Escape")
        expect(window.locator("[data-ask]")).to_contain_text("Er worden nog bestanden toegevoegd")
    window.evaluate("dialog => dialog.close()")  # as 'back' does on a phone
    expect(window.locator("[data-ask]")).to_be_in_viewport()
    while not held:
        edit_page.title()
    held[0].continue_()
    expect(row(window, "groot.pdf").locator("[data-state]")).to_have_text("Bewaard")
    edit_page.keyboard.press("Escape")
    expect(edit_page.get_by_role("dialog")).to_have_count(0)
    expect(edit_page.get_by_role("button", name=re.compile("^Bijlagen"))).to_be_focused()
    assert [kept.titel for kept in rows(partnership)] == ["groot.pdf"]


def test_why_the_window_stays_is_not_said_behind_its_buttons(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, *(LARGE | {"name": f"{number}.pdf"} for number in range(4)))
    at_upload(edit_page, "", lambda route: None)  # they hang
    start(window)
    for width in (1280, 390):
        edit_page.set_viewport_size({"width": width, "height": 700})
        for close in ("window.dispatchEvent(new Event('cancel', {cancelable: true}))", "window.close()"):
            window.evaluate(f"window => {{ window.scrollTo(0, 0); {close} }}")
            expect(window.locator("[data-ask]")).to_be_in_viewport(ratio=1)
            edges = """window => [window.querySelector("[data-ask]").getBoundingClientRect().bottom,
                window.querySelector(".upload > .bar").getBoundingClientRect().top]"""
            said, buttons = window.evaluate(edges)
            assert said <= buttons, (width, close)
    edit_page.unroute_all()


def test_what_is_all_sent_is_not_stopped_any_more(partnership, edit_page, monkeypatch):
    """It may be in the dossier by then: 'stopped' would not be so."""
    keep, go_on = bijlagen.put, threading.Event()

    def slowly(row, hulpvraag, by):
        assert go_on.wait(30)
        keep(row, hulpvraag, by)

    monkeypatch.setattr(bijlagen, "put", slowly)
    window = open_window(edit_page)
    choose(window, FORM)
    start(window)
    expect(row(window, "Aanvraag.pdf").locator("[data-state]")).to_have_text("Wordt verwerkt")
    expect(row(window, "Aanvraag.pdf").get_by_role("button", name="Stoppen")).to_be_hidden()
    assert row(window, "Aanvraag.pdf").evaluate("row => row.contains(document.activeElement)")
    assert edit_page.evaluate("() => !dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    go_on.set()
    expect(row(window, "Aanvraag.pdf").locator("[data-state]")).to_have_text("Bewaard")
    assert edit_page.evaluate("() => dispatchEvent(new Event('beforeunload', {cancelable: true}))")


def test_somebody_signed_out_is_told_so(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, FORM)
    edit_page.context.clear_cookies(name="kindbrug")
    start(window)
    refused(row(window, "Aanvraag.pdf"), "U bent uitgelogd")
    assert rows(partnership) == []


def test_files_are_dropped_in_the_window_and_the_keyboard_does_it_too(partnership, edit_page):
    window = open_window(edit_page)
    drop = """(zone) => {
        const data = new DataTransfer();
        data.items.add(new File(["Mila speelt graag."], "gesleept.txt", {type: "text/plain"}));
        zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    window.locator("[data-drop]").evaluate(drop)
    button = window.get_by_role("button", name="Documenten toevoegen")
    for _ in range(12):
        if button.evaluate("(it) => it === document.activeElement"):
            break
        edit_page.keyboard.press("Tab")
    edit_page.keyboard.press("Enter")
    expect(row(window, "gesleept.txt").locator("[data-state]")).to_have_text("Bewaard")
    edit_page.keyboard.press("Escape")
    expect(edit_page.get_by_role("dialog")).to_have_count(0)
    assert [kept.titel for kept in rows(partnership)] == ["gesleept.txt"]


def test_by_keyboard_one_stops_what_goes_and_what_waits_and_tries_again(partnership, edit_page):
    window = open_window(edit_page)
    choose(window, LARGE, LARGE | {"name": "tweede.pdf"}, LARGE | {"name": "derde.pdf"})
    at_upload(edit_page, "", lambda route: None)  # they hang; two go at once, the third waits
    window.get_by_role("button", name="Documenten toevoegen").focus()
    edit_page.keyboard.press("Enter")
    for name in ("groot.pdf", "derde.pdf"):
        stop = row(window, name).get_by_role("button", name="Stoppen")
        stop.focus()
        edit_page.keyboard.press("Enter")
        expect(row(window, name).locator("[data-state]")).to_have_text("Gestopt")
        assert row(window, name).evaluate("row => row.contains(document.activeElement)")
    edit_page.unroute_all()
    again = row(window, "derde.pdf").get_by_role("button", name="Opnieuw proberen")
    again.focus()
    edit_page.keyboard.press("Enter")
    expect(row(window, "derde.pdf").locator("[data-state]")).to_have_text("Bewaard")
    assert row(window, "derde.pdf").evaluate("row => row.contains(document.activeElement)")
    expect(row(window, "tweede.pdf").locator("[data-state]")).to_have_text("Bewaard")  # nobody stopped it
    assert {kept.titel for kept in rows(partnership)} == {"tweede.pdf", "derde.pdf"}


def test_a_document_that_is_still_being_checked_says_so(partnership, edit_page, monkeypatch):
    keep = bijlagen.put

    def wait(row, hulpvraag, by):
        row.controle = Controle.WACHT
        keep(row, hulpvraag, by)

    monkeypatch.setattr(bijlagen, "put", wait)
    window = open_window(edit_page)
    choose(window, FORM)
    start(window)
    expect(row(window, "Aanvraag.pdf").locator("[data-state]")).to_have_text("Bewaard, wordt gecontroleerd")
    there = window.locator("[data-docs] > li")
    expect(there).to_contain_text("wordt gecontroleerd")
    expect(there.get_by_role("link")).to_have_count(0)
    expect(there.locator("img")).to_have_count(0)
    assert violations(edit_page) == []


def test_jk_staff_choose_who_sees_each_document(partnership, dossier, page):
    with serving(partnership.app) as port:
        go(partnership, page, f"http://localhost:{port}/hulpvragen/{dossier}/bijlagen/venster", "specialist")
        window = page.locator("[data-window]")
        choose(window, FORM, NOTE)
        for name in ("Aanvraag.pdf", "notitie.txt"):
            expect(row(window, name).get_by_label("Wie mag het zien")).to_have_value("intern")
        row(window, "Aanvraag.pdf").get_by_label("Wie mag het zien").select_option("gedeeld")
        start(window)
        expect(window.locator("li.kept")).to_have_count(2)
        with page.expect_download() as saved:
            window.locator("[data-docs]").get_by_role("link", name="Aanvraag.pdf").click()
        # Named by the portal: nothing that somebody typed gets into a list of downloads.
        assert re.fullmatch(r"JK-\S+ Aanvraag .+ [\d-]+\.pdf", saved.value.suggested_filename)
        assert saved.value.path().read_bytes() == PDF
        page.goto("about:blank")
    assert {(kept.titel, kept.zichtbaarheid) for kept in rows(partnership)} == {
        ("Aanvraag.pdf", "gedeeld"),
        ("notitie.txt", "intern"),
    }


def test_without_javascript_the_window_is_a_page(partnership, dossier, page_without_javascript):
    page = page_without_javascript
    with serving(partnership.app) as port:
        go(partnership, page, f"http://localhost:{port}/hulpvragen/{dossier}/bewerken", "voorschool")
        page.get_by_role("link", name=re.compile("^Bijlagen")).last.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bijlagen")
        expect(page.locator("#soort-0")).to_have_value("aanvraag")
        page.locator("#bestand-0").set_input_files(FORM)
        page.locator("#bestand-1").set_input_files(NOTE)
        page.get_by_role("button", name="Documenten toevoegen").first.click()
        expect(page.locator("[data-docs] > li")).to_have_count(2)
        page.get_by_role("link", name="Sluiten").click()
        expect(page.get_by_role("button", name="Opslaan")).to_be_visible()
    assert {(kept.titel, kept.soort) for kept in rows(partnership)} == {
        ("Aanvraag.pdf", "aanvraag"),
        ("notitie.txt", "overig"),
    }
