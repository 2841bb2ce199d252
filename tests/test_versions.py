"""A new version takes the place of the old one: by whom may, once, and the old ones stay for JK staff."""

import io
import re
import threading

import pytest
from playwright.sync_api import expect

from app.errors import Conflict, NotFound, PortalError
from app.extensions import db
from app.models import Bijlage, Gebeurtenis
from app.models.base import now
from app.services import bijlagen, versions
from app.terms import Actie, BijlageSoort, Controle, Stadium, Zichtbaarheid
from tests.browser import at_upload, violations
from tests.documents import PDF, TEXT, named, pages
from tests.involving import add_school, advance, approach
from tests.test_upload_window import go
from tests.uploading import JSON, Browser, acts, add, files, rows, serving

NEW = pages("Versie twee")


def replace(partnership, row, by: str, content: bytes = NEW, naam: str = "nieuw.pdf") -> Bijlage:
    with partnership.at_work(by) as person:
        return versions.replace(found(row), io.BytesIO(content), naam=naam, by=person)


def found(row) -> Bijlage:
    one = db.session.scalar(db.select(Bijlage).where(Bijlage.id == row.id))
    if one is None:
        raise NotFound
    return one


def token(browser: Browser, address: str) -> str:
    return re.search(
        r'name="csrf_token" value="([^"]+)"', browser.client.get(address).get_data(as_text=True)
    )[1]


def change(partnership, row, **values):
    with partnership.behind_the_scenes():
        for name, value in values.items():
            setattr(db.session.get(Bijlage, row.id), name, value)
        db.session.commit()


@pytest.mark.both_engines
def test_the_preschool_replaces_its_own_and_only_jk_staff_read_the_old_one(partnership, dossier):
    old = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    new = replace(partnership, old, "collega")
    assert (new.titel, new.soort, new.zichtbaarheid, new.stadium) == (
        "Aanvraag.pdf",
        BijlageSoort.AANVRAAG,
        Zichtbaarheid.GEDEELD,
        Stadium.DEFINITIEF,
    )
    assert (new.reeks_id, new.volgnummer) == (old.id, 2)
    third = replace(partnership, new, "voorschool", pages("Versie drie"))
    assert (third.reeks_id, third.volgnummer) == (old.id, 3)
    assert acts(partnership, Actie.VERVANGEN) == 4

    theirs, ours = Browser(partnership, "voorschool").client, Browser(partnership, "specialist").client
    for one in (old, new):
        gone = theirs.get(f"/bijlagen/{one.id}")
        assert gone.status_code == 409, "one who reads the newer version hears that there is one"
        assert "Aanvraag" not in gone.get_data(as_text=True)
        assert theirs.get(f"/bijlagen/{one.id}/bestand").status_code == 404
        assert ours.get(f"/bijlagen/{one.id}/bekijken").status_code == 200
    assert ours.get(f"/bijlagen/{old.id}/bestand").data == PDF
    page = ours.get(f"/bijlagen/{third.id}").get_data(as_text=True)
    for words in ("Eerdere versies", "Versie 1 bekijken", "Versie 2 downloaden", "Wietske"):
        assert words in page
    assert "Er is een nieuwere versie" in ours.get(f"/bijlagen/{old.id}").get_data(as_text=True)
    assert "Eerdere versies" not in theirs.get(f"/bijlagen/{third.id}").get_data(as_text=True)
    assert theirs.get(f"/hulpvragen/{dossier}/bijlagen").data.count(b"Aanvraag.pdf") == 1


def test_the_log_says_of_both_rows_what_took_whose_place(partnership, dossier):
    old = add(partnership, dossier, "voorschool")
    new = replace(partnership, old, "voorschool")
    with partnership.behind_the_scenes():
        query = db.select(Gebeurtenis).where(Gebeurtenis.actie == Actie.VERVANGEN)
        said = {(row.object_id, row.oud, row.nieuw) for row in db.session.scalars(query)}
    assert said == {(str(old.id), None, str(new.id)), (str(new.id), str(old.id), None)}


def test_a_new_version_of_the_advice_is_a_draft_again(partnership, dossier):
    ready = {"stadium": Stadium.DEFINITIEF, "zichtbaarheid": Zichtbaarheid.GEDEELD}
    old = add(partnership, dossier, "specialist", soort=BijlageSoort.ONDERWIJSADVIES, **ready)
    new = replace(partnership, old, "contact")
    assert (new.stadium, new.zichtbaarheid) == (Stadium.CONCEPT, Zichtbaarheid.INTERN)


@pytest.mark.parametrize(
    ("titel", "naam", "content", "kept"),
    [
        ("Verslag.pdf", "x.pdf", NEW, "Verslag.pdf"),
        ("Verslag.pdf", "x.txt", TEXT, "Verslag.txt"),
        ("Verslag van mei", "x.txt", TEXT, "Verslag van mei.txt"),
        ("Verslag v.2", "x.txt", TEXT, "Verslag v.2.txt"),
    ],
)
def test_the_title_stays_with_the_ending_of_what_it_is(partnership, dossier, titel, naam, content, kept):
    old = add(partnership, dossier, "voorschool")
    change(partnership, old, titel=titel)
    assert replace(partnership, old, "voorschool", content, naam).titel == kept


@pytest.mark.parametrize("by", ["voorschool2", "rolbeheer", "school"])
def test_for_others_there_is_nothing_to_replace(partnership, dossier, by):
    add_school(partnership, "LINDE", "school")
    row = add(partnership, dossier, "voorschool")
    browser = Browser(partnership, by)
    address = f"/bijlagen/{row.id}/vervangen"
    assert browser.client.get(address).status_code == 404
    with pytest.raises(NotFound):
        replace(partnership, row, by)
    assert len(rows(partnership)) == len(files(partnership)) == 1


def test_who_reads_it_but_did_not_add_it_does_not_replace_it(partnership, dossier):
    add_school(partnership, "LINDE", "school")
    theirs = add(partnership, dossier, "voorschool")
    ours = add(partnership, dossier, "specialist", zichtbaarheid=Zichtbaarheid.GEDEELD, naam="swv.pdf")
    partnership.documents(dossier)
    advance(partnership, dossier, "bijlagen_toegevoegd", "onderwijsadvies")
    approach(partnership, dossier, "LINDE")
    for by, row in (("school", theirs), ("school", ours), ("voorschool", ours)):
        client = Browser(partnership, by).client
        assert client.get(f"/bijlagen/{row.id}").status_code == 200
        assert client.get(f"/bijlagen/{row.id}/vervangen").status_code == 404
        with pytest.raises(NotFound):
            replace(partnership, row, by)


def test_what_jk_staff_replace_stays_its_organisations(partnership, dossier):
    old = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    new = replace(partnership, old, "specialist")
    assert new.organisation_id == partnership.organisations["VOORSCHOOL"]
    assert new.toegevoegd_door_id == partnership.people["specialist"][0]
    theirs = Browser(partnership, "voorschool").client
    assert theirs.get(f"/bijlagen/{new.id}/bestand").status_code == 200
    window = theirs.get(f"/hulpvragen/{dossier}/bijlagen/venster").get_data(as_text=True)
    assert "De Speelhoek" in window


def test_a_new_version_of_what_became_an_advice_is_the_swvs(partnership, dossier):
    old = add(partnership, dossier, "voorschool")
    with partnership.at_work("specialist") as person:
        bijlagen.edit(found(old), {"soort": BijlageSoort.ONDERWIJSADVIES}, person)
    assert Browser(partnership, "voorschool").client.get(f"/bijlagen/{old.id}/vervangen").status_code == 404
    new = replace(partnership, old, "specialist")
    assert Browser(partnership, "voorschool").client.get(f"/bijlagen/{new.id}").status_code == 404


def test_after_handing_over_the_preschool_replaces_nothing(partnership, dossier):
    row = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    page = Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}").get_data(as_text=True)
    assert f"/bijlagen/{row.id}/vervangen" in page
    partnership.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    client = Browser(partnership, "voorschool").client
    assert f"/bijlagen/{row.id}/vervangen" not in client.get(f"/bijlagen/{row.id}").get_data(as_text=True)
    assert client.get(f"/bijlagen/{row.id}/vervangen").status_code == 404
    with pytest.raises(NotFound):
        replace(partnership, row, "voorschool")
    assert add(partnership, dossier, "voorschool", NEW, naam="Aanvulling.pdf").geldt
    assert replace(partnership, row, "specialist").geldt


def test_who_opened_it_is_told_to_a_preschool_as_far_as_it_knows_them(partnership, dossier):
    row = add(partnership, dossier, "voorschool", NEW)
    add_school(partnership, "LINDE", "school")
    with partnership.behind_the_scenes():
        for organisation in (
            *(partnership.organisations[key] for key in ("SWV", "LINDE", "VOORSCHOOL")),
            None,
        ):
            of = {"hulpvraag_id": dossier, "noun": "Bijlage", "object_id": str(row.id)}
            more = {"actie": Actie.BEKIJKEN, "swv_id": row.swv_id, "organisation_id": organisation}
            db.session.add(Gebeurtenis(**of, **more))
        db.session.commit()
    asks = f"/bijlagen/{row.id}/intrekken"
    page = Browser(partnership, "voorschool").client.get(asks).get_data(as_text=True)
    for words in ("SWV De Brug", "De Speelhoek", "Anderen die toegang hebben"):
        assert words in page
    assert page.count("bekeken, laatst") == 3
    assert "De Linde" not in page
    partnership.documents(dossier)
    advance(partnership, dossier, "bijlagen_toegevoegd", "onderwijsadvies")
    approach(partnership, dossier, "LINDE")
    page = Browser(partnership, "voorschool").client.get(asks).get_data(as_text=True)
    assert "De Linde" in page, "in the dossier the preschool reads who is involved"
    assert "De Linde" in Browser(partnership, "specialist").client.get(asks).get_data(as_text=True)


def test_what_was_replaced_or_retracted_is_not_replaced_again(partnership, dossier):
    for gone in ("vervangen_op", "ingetrokken_op"):
        row = add(partnership, dossier, "voorschool", naam=f"{gone}.pdf")
        change(partnership, row, **{gone: now()})
        assert (
            Browser(partnership, "specialist").client.get(f"/bijlagen/{row.id}/vervangen").status_code == 409
        )
        assert (
            Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/vervangen").status_code == 404
        )
        with pytest.raises(Conflict):
            replace(partnership, row, "specialist")


def test_who_brought_a_virus_brings_another_version(partnership, dossier):
    row = add(partnership, dossier, "voorschool")
    change(partnership, row, controle=Controle.BESMET)
    assert replace(partnership, row, "voorschool").geldt


@pytest.mark.both_engines
def test_of_two_at_once_one_wins_and_the_other_is_told(partnership, dossier):
    row = add(partnership, dossier, "voorschool")
    start, outcomes = threading.Barrier(2), []

    def go_on(by: str) -> None:
        with partnership.at_work(by) as person:
            mine = found(row)
            db.session.commit()
            start.wait(20)
            try:
                outcomes.append(versions.replace(mine, io.BytesIO(NEW), naam="n.pdf", by=person).volgnummer)
            except PortalError as lost:
                outcomes.append(lost.status)

    threads = [threading.Thread(target=go_on, args=[by]) for by in ("voorschool", "specialist")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == [2, 409]
    assert len([one for one in rows(partnership) if one.geldt]) == 1
    assert len(files(partnership)) == 2


def test_what_is_refused_leaves_the_old_version_in_its_place(partnership, dossier):
    row = add(partnership, dossier, "voorschool")
    browser = Browser(partnership, "voorschool")
    address = f"/bijlagen/{row.id}/vervangen"
    headers = JSON | {"X-CSRFToken": token(browser, address)}
    answer = browser.client.post(address, data=b"<html>", headers=headers | named("x.pdf"))
    assert answer.status_code == 415
    assert answer.json["error"].startswith("Webpagina")
    form = {"csrf_token": token(browser, address), "bestand": (io.BytesIO(b"<html>"), "x.pdf")}
    answer = browser.client.post(address, data=form, content_type="multipart/form-data")
    assert answer.status_code == 415
    assert "Webpagina" in answer.get_data(as_text=True)
    empty = browser.client.post(address, data={"csrf_token": token(browser, address)})
    assert empty.status_code == 422
    assert browser.client.post(address, data=NEW, headers=JSON | named("x.pdf")).status_code == 400
    (kept,) = rows(partnership)
    assert kept.geldt
    assert len(files(partnership)) == 1


def test_before_it_is_retracted_one_sees_who_opened_it_each_as_far_as_it_is_theirs(partnership, dossier):
    row = add(partnership, dossier, "voorschool", NEW)
    asks = f"/bijlagen/{row.id}/intrekken"
    theirs, ours = Browser(partnership, "voorschool").client, Browser(partnership, "specialist").client
    assert "Nog niemand heeft dit document geopend" in theirs.get(asks).get_data(as_text=True)
    ours.get(f"/bijlagen/{row.id}/bekijken")
    Browser(partnership, "collega").client.get(f"/bijlagen/{row.id}/bestand").close()
    page = ours.get(asks).get_data(as_text=True)
    for words in ("Roderik", "Joris", "SWV De Brug", "De Speelhoek", "gedownload, laatst", "bekeken, laatst"):
        assert words in page
    page = theirs.get(asks).get_data(as_text=True)
    assert "SWV De Brug" in page
    assert "Roderik" not in page
    assert "Joris" not in page
    with partnership.at_work("voorschool") as person:
        bijlagen.retract(found(row), by=person)
    gone = theirs.get(f"/bijlagen/{row.id}")
    assert gone.status_code == 409
    assert "Joris" not in gone.get_data(as_text=True)
    assert "Joris" in ours.get(f"/bijlagen/{row.id}").get_data(as_text=True)


@pytest.mark.browser
def test_by_keyboard_only_and_with_a_bar(partnership, dossier, page):
    row = add(partnership, dossier, "voorschool")
    with serving(partnership.app) as port:
        go(
            partnership,
            page,
            f"http://localhost:{port}/bijlagen/{row.id}/vervangen",
            "voorschool",
            "networkidle",
        )
        assert violations(page) == []
        page.get_by_role("button", name="Nieuwe versie toevoegen").focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-wrong]")).to_have_text("Kies eerst een bestand.")
        expect(page.get_by_label("De nieuwe versie")).to_be_focused()
        page.get_by_label("De nieuwe versie").set_input_files(
            {"name": "v2.pdf", "mimeType": "application/pdf", "buffer": NEW}
        )
        at_upload(page, "v2", lambda route: None)  # it hangs
        page.get_by_role("button", name="Nieuwe versie toevoegen").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Stoppen")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Nieuwe versie toevoegen")).to_be_focused()
        page.unroute_all()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("De nieuwe versie staat op de plaats")
        assert violations(page) == []
        page.goto("about:blank")
    assert [one.volgnummer for one in rows(partnership) if one.geldt] == [2]


@pytest.mark.browser
def test_what_is_all_sent_is_not_stopped_and_not_left_unawares(partnership, dossier, page, monkeypatch):
    row, keep, go_on = add(partnership, dossier, "voorschool"), bijlagen.put, threading.Event()

    def slowly(row, hulpvraag, by):
        assert go_on.wait(30)
        return keep(row, hulpvraag, by)

    monkeypatch.setattr(bijlagen, "put", slowly)
    leaves = "() => dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    with serving(partnership.app) as port:
        address = f"http://localhost:{port}/bijlagen/{row.id}/vervangen"
        go(partnership, page, address, "voorschool", "networkidle")
        assert page.evaluate(leaves)
        page.get_by_label("De nieuwe versie").set_input_files(
            {"name": "v2.pdf", "mimeType": "application/pdf", "buffer": NEW}
        )
        page.get_by_role("button", name="Nieuwe versie toevoegen").click()
        expect(page.locator("[data-state]")).to_have_text("Wordt verwerkt")
        expect(page.get_by_role("button", name="Stoppen")).to_be_hidden()
        assert not page.evaluate(leaves)
        assert violations(page) == []
        go_on.set()
        expect(page.get_by_role("status").first).to_contain_text("De nieuwe versie staat op de plaats")
        page.goto("about:blank")


@pytest.mark.browser
def test_what_was_replaced_meanwhile_leads_on_to_the_new_version(partnership, dossier, page):
    row = add(partnership, dossier, "voorschool")
    with serving(partnership.app) as port:
        address = f"http://localhost:{port}/bijlagen/{row.id}/vervangen"
        go(partnership, page, address, "voorschool", "networkidle")
        new = replace(partnership, row, "collega")
        page.get_by_label("De nieuwe versie").set_input_files(
            {"name": "v2.pdf", "mimeType": "application/pdf", "buffer": pages("Anders")}
        )
        page.get_by_role("button", name="Nieuwe versie toevoegen").click()
        expect(page.get_by_role("alert")).to_contain_text("Dit document is vervangen.")
        page.get_by_role("alert").get_by_role("link", name="Nieuwe versie bekijken").click()
        page.wait_for_url(f"**/bijlagen/{new.id}")
        page.goto("about:blank")


@pytest.mark.browser
def test_without_javascript_it_is_a_form(partnership, dossier, page_without_javascript):
    page, row = page_without_javascript, add(partnership, dossier, "voorschool")
    with serving(partnership.app) as port:
        go(partnership, page, f"http://localhost:{port}/bijlagen/{row.id}", "voorschool")
        page.get_by_role("link", name="Nieuwe versie toevoegen").click()
        page.get_by_label("De nieuwe versie").set_input_files(
            {"name": "v2.pdf", "mimeType": "application/pdf", "buffer": NEW}
        )
        page.get_by_role("button", name="Nieuwe versie toevoegen").click()
        expect(page.get_by_role("status").first).to_contain_text("De nieuwe versie staat op de plaats")
    assert [one.volgnummer for one in rows(partnership) if one.geldt] == [2]
