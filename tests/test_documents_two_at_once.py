"""Documents that somebody else changes meanwhile: during an upload, behind a form, before one's turn."""

import io
import re
import threading
import uuid

import pytest

from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Bijlage, Gebeurtenis, Sessie
from app.models.base import now
from app.services import (
    bijlage_bytes,
    bijlagen,
    dossiers,
    onderwijsadvies,
    scanner,
    scans,
    sharing,
    versions,
)
from app.terms import Actie, BijlageSoort, Controle, Stadium, Zichtbaarheid
from tests.documents import named, pages
from tests.involving import advance
from tests.lockstep import Statements
from tests.test_versions import NEW, change, found, replace, token
from tests.uploading import JSON, Browser, acts, add, files, rows, the
from tests.world import plain

INTERN, GEDEELD = Zichtbaarheid.INTERN, Zichtbaarheid.GEDEELD
pytestmark = pytest.mark.both_engines


def elsewhere(act) -> None:
    """Let somebody else do something, and wait till it is done."""
    failed = []

    def run() -> None:
        try:
            act()
        except Exception as why:  # noqa: BLE001
            failed.append(why)

    done = threading.Thread(target=run)
    done.start()
    done.join(60)
    assert not failed
    assert not done.is_alive()


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile.uploading(act)`: when the bytes are in; `meanwhile.asking(act)`: just before the turn."""

    class Meanwhile:
        @staticmethod
        def uploading(act) -> None:
            keep = bijlage_bytes.keep

            def and_then(*args, **more):
                kept = keep(*args, **more)
                monkeypatch.setattr(bijlage_bytes, "keep", keep)
                elsewhere(act)
                return kept

            monkeypatch.setattr(bijlage_bytes, "keep", and_then)

        @staticmethod
        def asking(act) -> None:
            take = dossiers.take_turn

            def and_then(*args, **more):
                monkeypatch.setattr(dossiers, "take_turn", take)
                elsewhere(act)
                return take(*args, **more)

            monkeypatch.setattr(dossiers, "take_turn", and_then)

    return Meanwhile


def share(partnership, row, to, by="specialist2"):
    with partnership.at_work(by) as person:
        return sharing.share(found(row), to, person)


def send(browser: Browser, row, content: bytes = NEW, naam: str = "nieuw.pdf"):
    address = f"/bijlagen/{row.id}/vervangen"
    return browser.client.post(address, data=content, headers=browser.headers | named(naam))


def at(partnership, row, by: str, page: str = "vervangen") -> Browser:
    """Give the browser of somebody who has a page of this document open."""
    browser = Browser(partnership, by)
    browser.headers = JSON | {"X-CSRFToken": token(browser, f"/bijlagen/{row.id}/{page}")}
    return browser


def last(partnership) -> Bijlage:
    (one,) = [row for row in rows(partnership) if row.geldt]
    return one


def leads_to(page, address: str) -> bool:
    """Tell whether somebody was first, and the page says where to go on."""
    return page.status_code == 409 and f'href="{address}"' in page.get_data(as_text=True)


# A new version


def test_a_new_version_has_the_readers_that_the_old_one_has_by_then(partnership, dossier, meanwhile):
    old = add(partnership, dossier, "specialist", zichtbaarheid=GEDEELD)
    browser = at(partnership, old, "specialist")
    meanwhile.uploading(lambda: share(partnership, old, INTERN))
    assert send(browser, old).status_code == 201
    assert last(partnership).zichtbaarheid is INTERN


def test_a_new_version_is_what_the_old_one_is_by_then(partnership, dossier, meanwhile):
    old = add(partnership, dossier, "specialist", zichtbaarheid=GEDEELD)

    def make_advice() -> None:
        with partnership.at_work("specialist2") as person:
            changed = {"titel": "Advies.pdf", "soort": BijlageSoort.ONDERWIJSADVIES}
            bijlagen.edit(found(old), changed, person)

    meanwhile.uploading(make_advice)
    new = replace(partnership, old, "specialist")
    assert (new.titel, new.soort) == ("Advies.pdf", BijlageSoort.ONDERWIJSADVIES)
    assert (new.stadium, new.zichtbaarheid) == (Stadium.CONCEPT, INTERN)


def test_what_was_handed_over_during_the_upload_is_not_replaced(partnership, dossier, meanwhile):
    old = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    meanwhile.uploading(lambda: partnership.move(dossier, "bijlagen_toegevoegd", by="collega"))
    with pytest.raises(NotFound):
        replace(partnership, old, "voorschool")
    assert last(partnership).id == old.id
    assert len(files(partnership)) == 1


def test_once_more_after_a_lost_answer_is_the_version_that_is_there(partnership, dossier):
    for by, wrong in (("voorschool", 409), ("specialist", 409)):
        old = add(partnership, dossier, by, naam=f"{by}.pdf")
        browser = at(partnership, old, by)
        first, again = send(browser, old), send(browser, old)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json == again.json
        assert send(browser, old, pages("Iets anders")).status_code == wrong
        form = {"csrf_token": browser.headers["X-CSRFToken"], "bestand": (io.BytesIO(NEW), "nieuw.pdf")}
        sent = browser.client.post(
            f"/bijlagen/{old.id}/vervangen", data=form, content_type="multipart/form-data"
        )
        assert sent.location == first.json["url"]
    assert acts(partnership, Actie.VERVANGEN) == 4
    assert len(rows(partnership)) == len(files(partnership)) == 4


def test_what_somebody_else_replaced_is_no_lost_answer(partnership, dossier, clock):
    old = add(partnership, dossier, "voorschool")
    mine, other = at(partnership, old, "voorschool"), at(partnership, old, "collega")
    assert send(mine, old).status_code == 201
    assert send(other, old).status_code == 409
    clock.shift(16 * 60)
    late = Browser(partnership, "voorschool")
    late.headers = JSON | {"X-CSRFToken": late.token(dossier)}
    assert send(late, old).status_code == 409
    assert len(rows(partnership)) == 2


# The form, the retracting, the advice


def test_a_form_that_was_open_shares_nothing_again(partnership, dossier):
    row = add(partnership, dossier, "specialist", zichtbaarheid=GEDEELD)
    browser = Browser(partnership, "specialist")
    address = f"/bijlagen/{row.id}/bewerken"
    page = browser.client.get(address).get_data(as_text=True)
    assert 'name="zichtbaarheid"' not in page
    form = {"csrf_token": token(browser, address), "titel": "Nieuw.pdf", "soort": "overig"}
    share(partnership, row, INTERN)
    sent = browser.client.post(address, data=form | {"zichtbaarheid": "gedeeld", "stadium": "concept"})
    assert sent.status_code == 302
    (kept,) = rows(partnership)
    assert (kept.titel, kept.zichtbaarheid, kept.stadium) == ("Nieuw.pdf", INTERN, Stadium.DEFINITIEF)


def test_the_form_says_that_the_document_was_replaced_and_keeps_what_was_typed(partnership, dossier):
    row = add(partnership, dossier, "specialist")
    browser = Browser(partnership, "specialist")
    address = f"/bijlagen/{row.id}/bewerken"
    form = {"csrf_token": token(browser, address), "titel": "Getypt.pdf", "soort": "overig"}
    replace(partnership, row, "specialist2")
    sent = browser.client.post(address, data=form)
    assert sent.status_code == 409
    assert "Getypt.pdf" in sent.get_data(as_text=True)
    assert "Bekijk eerst de nieuwe versie" in sent.get_data(as_text=True)
    assert {one.titel for one in rows(partnership)} == {"Aanvraag.pdf"}


def test_between_asking_and_changing_somebody_else_can_replace_it(partnership, dossier, meanwhile):
    row = add(partnership, dossier, "specialist", zichtbaarheid=GEDEELD)
    meanwhile.asking(lambda: replace(partnership, row, "specialist2"))
    with partnership.at_work("specialist") as person, pytest.raises(Conflict):
        bijlagen.edit(found(row), {"titel": "Anders.pdf"}, person)
    assert {one.titel for one in rows(partnership)} == {"Aanvraag.pdf"}


def test_what_has_a_newer_version_is_not_said_to_be_retracted(partnership, dossier):
    row = add(partnership, dossier, "specialist", zichtbaarheid=GEDEELD)
    browser = at(partnership, row, "specialist", "intrekken")
    new = replace(partnership, row, "specialist2")
    address = f"/bijlagen/{row.id}/intrekken"
    sent = browser.client.post(address, data={"csrf_token": browser.headers["X-CSRFToken"]})
    page = sent.get_data(as_text=True)
    assert sent.status_code == 409
    assert "Niet ingetrokken" in page
    assert f'href="/bijlagen/{new.id}"' in page
    assert browser.client.get(address).status_code == 409
    assert not [one for one in rows(partnership) if one.ingetrokken_op]


def test_a_page_that_is_out_of_date_leads_its_preschool_to_the_new_version(partnership, dossier):
    old = add(partnership, dossier, "voorschool")
    browsers = [at(partnership, old, by, "intrekken") for by in ("voorschool", "collega")]
    new = replace(partnership, old, "collega")
    for browser in browsers:
        form = {"csrf_token": browser.headers["X-CSRFToken"]}
        for page in ("", "/bekijken", "/intrekken", "/vervangen"):
            assert leads_to(browser.client.get(f"/bijlagen/{old.id}{page}"), f"/bijlagen/{new.id}"), page
        sent = browser.client.post(f"/bijlagen/{old.id}/intrekken", data=form)
        assert leads_to(sent, f"/bijlagen/{new.id}")
        assert "Niet ingetrokken" in sent.get_data(as_text=True)
    assert last(partnership).id == new.id


def test_who_retracts_twice_hears_that_it_was_done_and_others_that_there_is_no_such_page(
    partnership, dossier
):
    row = add(partnership, dossier, "voorschool")
    mine, other = (at(partnership, row, by, "intrekken") for by in ("voorschool", "collega"))
    address = f"/bijlagen/{row.id}/intrekken"
    first, again, late = (
        browser.client.post(address, data={"csrf_token": browser.headers["X-CSRFToken"]})
        for browser in (mine, mine, other)
    )
    assert first.status_code == 302
    assert leads_to(again, f"/hulpvragen/{dossier}/bijlagen")
    assert "U hebt dit document al ingetrokken." in again.get_data(as_text=True)
    assert late.status_code == 404
    assert acts(partnership, Actie.VERWIJDEREN) == 1


def test_who_retracted_it_hears_nothing_any_more_once_the_dossier_is_closed_for_them(partnership, dossier):
    row = add(partnership, dossier, "voorschool")
    with partnership.at_work("voorschool") as person:
        bijlagen.retract(found(row), person)
    client, told = Browser(partnership, "voorschool").client, []
    assert client.get(f"/bijlagen/{row.id}/intrekken").status_code == 409
    with partnership.behind_the_scenes():
        for party in db.session.scalars(db.select(Betrokkenheid)):
            party.tot = now()
        db.session.commit()
    for key in (str(uuid.uuid4()), str(row.id)):
        page = client.get(f"/bijlagen/{key}/intrekken")
        told.append((page.status_code, plain(page).replace(key, "")))
    assert told[0] == told[1]
    assert told[0][0] == 404


def test_who_does_not_read_the_newer_version_hears_of_none(partnership, dossier):
    """The same page for as many statements, whether the old version is there or not."""
    partnership.documents(dossier)
    advance(partnership, dossier, "bijlagen_toegevoegd", "onderwijsadvies")
    old = add(partnership, dossier, "specialist", zichtbaarheid=GEDEELD, naam="swv.pdf")
    new = replace(partnership, old, "specialist")
    for by, wanted in (("voorschool", 409), ("voorschool2", 404)):
        assert Browser(partnership, by).client.get(f"/bijlagen/{old.id}").status_code == wanted
    share(partnership, new, INTERN)
    client, told, statements = Browser(partnership, "voorschool").client, [], Statements(partnership.app)
    for key in (str(uuid.uuid4()), str(old.id), str(uuid.uuid4())):
        page, count = statements.of(lambda at=f"/bijlagen/{key}/intrekken": client.get(at))
        told.append((page.status_code, plain(page).replace(key, ""), count))
    assert told[1] == told[2]
    assert told[1][0] == 404


def test_who_replaced_it_in_another_tab_is_told_what_is_so_and_led_on(partnership, dossier):
    old = add(partnership, dossier, "voorschool")
    browser = at(partnership, old, "voorschool")
    new = send(browser, old).json
    sent = send(browser, old, pages("Nog iets anders"))
    assert sent.status_code == 409
    assert sent.json["error"] == "Dit document is intussen vervangen of ingetrokken."
    assert sent.json["button"]["url"] == new["url"]
    form = {"csrf_token": browser.headers["X-CSRFToken"]}
    form["bestand"] = (io.BytesIO(pages("En nog iets")), "nieuw.pdf")
    page = browser.client.post(f"/bijlagen/{old.id}/vervangen", data=form, content_type="multipart/form-data")
    assert leads_to(page, new["url"])
    assert "emand anders" not in page.get_data(as_text=True)
    assert len(files(partnership)) == 2


def test_of_what_is_retracted_during_the_upload_the_documents_of_the_dossier_are_left(
    partnership, dossier, meanwhile
):
    old = add(partnership, dossier, "voorschool")
    browser = at(partnership, old, "voorschool")

    def retract() -> None:
        with partnership.at_work("collega") as person:
            bijlagen.retract(found(old), person)

    meanwhile.uploading(retract)
    sent = send(browser, old)
    assert sent.status_code == 409
    assert sent.json["button"]["url"] == f"/hulpvragen/{dossier}/bijlagen"


def test_between_asking_and_retracting_it_can_be_replaced_or_handed_over(partnership, dossier, meanwhile):
    row = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    meanwhile.asking(lambda: replace(partnership, row, "specialist"))
    with partnership.at_work("voorschool") as person, pytest.raises(Conflict):
        bijlagen.retract(found(row), person)
    new = last(partnership)
    meanwhile.asking(lambda: partnership.move(dossier, "bijlagen_toegevoegd", by="collega"))
    with partnership.at_work("voorschool") as person, pytest.raises(NotFound):
        bijlagen.retract(found(new), person)
    assert last(partnership).id == new.id


def test_between_asking_and_making_it_final_the_advice_can_be_replaced(partnership, dossier, meanwhile):
    row = add(partnership, dossier, "specialist", soort=BijlageSoort.ONDERWIJSADVIES)
    meanwhile.asking(lambda: replace(partnership, row, "specialist2"))
    with partnership.at_work("specialist") as person, pytest.raises(Conflict):
        onderwijsadvies.release(found(row), person)
    assert {(one.stadium, one.zichtbaarheid) for one in rows(partnership)} == {(Stadium.CONCEPT, INTERN)}


# An upload


def test_who_is_signed_out_during_the_upload_keeps_nothing(partnership, dossier, meanwhile):
    browser = Browser(partnership, "voorschool")
    browser.token(dossier)

    def sign_out() -> None:
        with partnership.behind_the_scenes():
            for sessie in db.session.scalars(db.select(Sessie)):
                sessie.beeindigd_op = now()
            db.session.commit()

    meanwhile.uploading(sign_out)
    assert browser.upload(dossier).status_code == 404
    assert rows(partnership) == files(partnership) == []


# Going back to the version before


def infect(partnership, monkeypatch) -> None:
    """Let the scanner find a virus in all that waits."""
    with partnership.app.app_context():
        monkeypatch.setattr(scanner, "is_on", lambda: True)
        monkeypatch.setattr(scanner, "finds_virus", lambda *_: True)
        assert scans.due() == 1


def test_a_new_version_with_a_virus_gives_the_good_one_its_place_back(partnership, dossier, monkeypatch):
    old = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    new = replace(partnership, old, "voorschool")
    change(partnership, new, controle=Controle.WACHT)
    infect(partnership, monkeypatch)
    assert last(partnership).id == old.id
    with partnership.at_work("specialist"):
        assert versions.latest(found(old)) is None
    assert partnership.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    client = Browser(partnership, "voorschool").client
    assert client.get(f"/bijlagen/{old.id}").status_code == 200
    with partnership.behind_the_scenes():
        query = db.select(Gebeurtenis).where(Gebeurtenis.actie == Actie.VERVANGEN)
        said = {(row.object_id, row.oud) for row in db.session.scalars(query)}
    assert (str(old.id), str(new.id)) in said

    third = replace(partnership, old, "specialist", pages("Versie drie"))
    assert (third.volgnummer, last(partnership).id) == (3, third.id)
    assert [one.vervangen_op is None for one in rows(partnership)] == [False, False, True]


def test_who_replaced_what_is_another_organisations_hears_of_a_virus(partnership, dossier, monkeypatch):
    old = add(partnership, dossier, "voorschool")
    new = replace(partnership, old, "specialist")
    change(partnership, new, controle=Controle.WACHT)
    infect(partnership, monkeypatch)
    told = {one.ontvanger_id for one in partnership.berichten(soort=scans.INFECTED)}
    assert told == {partnership.people["specialist"][0]}


def test_a_virus_in_what_has_a_newer_version_changes_nothing(partnership, dossier, monkeypatch):
    first = add(partnership, dossier, "voorschool")
    second = replace(partnership, first, "voorschool")
    third = replace(partnership, second, "voorschool", pages("Versie drie"))
    change(partnership, second, controle=Controle.WACHT)
    infect(partnership, monkeypatch)
    assert last(partnership).id == third.id
    with partnership.at_work("specialist") as person:
        bijlagen.retract(found(third), person)
    assert last(partnership).id == first.id, "and what has a virus does not come back"
    with partnership.at_work("specialist"):
        assert versions.latest(found(second)).id == first.id


def test_jk_staff_read_what_comes_back_before_they_retract(partnership, dossier):
    old = add(partnership, dossier, "voorschool")
    new = replace(partnership, old, "specialist")
    browser = at(partnership, new, "specialist", "intrekken")
    address = f"/bijlagen/{new.id}/intrekken"
    page = browser.client.get(address).get_data(as_text=True)
    assert re.search(r"De versie van [^<]* komt ervoor in de plaats: wie het dossier kan lezen", page)
    assert "Een eerdere versie komt niet terug" in Browser(partnership, "voorschool").client.get(
        address
    ).get_data(as_text=True)
    browser.client.post(address, data={"csrf_token": browser.headers["X-CSRFToken"]})
    assert last(partnership).id == old.id
    with partnership.at_work("specialist") as person:
        bijlagen.retract(found(new), person)  # once more: nothing
    assert last(partnership).id == old.id


def test_what_was_made_internal_comes_back_internal(partnership, dossier):
    old = add(partnership, dossier, "specialist", zichtbaarheid=GEDEELD)
    new = replace(partnership, old, "specialist")
    share(partnership, new, INTERN)
    page = Browser(partnership, "specialist").client.get(f"/bijlagen/{new.id}/intrekken")
    assert "komt ervoor in de plaats, intern" in page.get_data(as_text=True)
    with partnership.at_work("specialist") as person:
        bijlagen.retract(found(new), person)
    assert (last(partnership).id, last(partnership).zichtbaarheid) == (old.id, INTERN)


def test_an_advice_comes_back_as_it_was_when_its_next_draft_is_retracted(partnership, dossier):
    ready = {"stadium": Stadium.DEFINITIEF, "zichtbaarheid": GEDEELD}
    old = add(partnership, dossier, "specialist", soort=BijlageSoort.ONDERWIJSADVIES, **ready)
    new = replace(partnership, old, "specialist")
    with partnership.at_work("specialist") as person:
        bijlagen.retract(found(new), person)
    back = last(partnership)
    assert (back.id, back.stadium, back.zichtbaarheid) == (old.id, Stadium.DEFINITIEF, GEDEELD)


def test_what_a_preschool_retracts_brings_nothing_back(partnership, dossier):
    old = add(partnership, dossier, "voorschool")
    new = replace(partnership, old, "voorschool")
    with partnership.at_work("voorschool") as person:
        bijlagen.retract(found(new), person)
        assert bijlagen.of(the(dossier)) == []
    assert not [one for one in rows(partnership) if one.geldt]
    assert len(files(partnership)) == 2
