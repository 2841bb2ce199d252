"""The bytes of documents over HTTP: sent, refused, saved, and in forms without JavaScript."""

import io
import re

import pytest

from app.errors import NotFound
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.services import bijlagen, wording
from app.terms import Actie
from tests.documents import GOOD, HOSTILE, PDF, TEXT, named, pdf
from tests.uploading import JSON, Browser, acts, add, files, rows, the


@pytest.mark.parametrize("by", ["voorschool2", "rolbeheer"])
def test_for_others_the_dossier_does_not_exist(partnership, dossier, by):
    browser = Browser(partnership, by)
    unknown = "00000000-0000-0000-0000-000000000000"
    kept = add(partnership, dossier, "voorschool")
    for path in (
        f"/hulpvragen/{dossier}/bijlagen/venster",
        f"/bijlagen/{kept.id}/bestand",
        f"/bijlagen/{kept.id}/intrekken",
    ):
        answers = [
            browser.client.get(p)
            for p in (path, path.replace(str(dossier), unknown).replace(str(kept.id), unknown))
        ]
        assert [a.status_code for a in answers] == [404, 404]
        texts = [
            re.sub(r'nonce="[^"]*"|value="[^"]*"|data-token="[^"]*"', "", a.get_data(as_text=True))
            for a in answers
        ]
        assert texts[0] == texts[1]
    with partnership.behind_the_scenes():
        row = the(dossier)
    with partnership.at_work(by) as person, pytest.raises(NotFound):
        bijlagen.add(row, io.BytesIO(PDF), naam="x.pdf", by=person)
    assert len(rows(partnership)) == 1


@pytest.mark.parametrize("key", ["x", "0", "%00", "..", "1e5", "DROP TABLE", "a" * 500])
def test_garbage_in_an_address_is_a_page_that_does_not_exist(partnership, key):
    browser = Browser(partnership, "specialist")
    for path in (
        f"/hulpvragen/{key}/bijlagen/venster",
        f"/bijlagen/{key}/bestand",
        f"/bijlagen/{key}/intrekken",
    ):
        assert browser.client.get(path).status_code == 404


def test_without_the_token_of_the_page_nothing_is_kept(partnership, dossier):
    browser = Browser(partnership, "voorschool")
    for path in (f"/hulpvragen/{dossier}/bijlagen", f"/hulpvragen/{dossier}/bijlagen/formulier"):
        answer = browser.client.post(path, data=PDF, headers=JSON | named("a.pdf"))
        assert answer.status_code == 400
    assert rows(partnership) == files(partnership) == []


def test_a_page_that_is_too_old_says_once_what_to_do(partnership, dossier):
    browser = Browser(partnership, "voorschool")
    answer = browser.client.post(f"/hulpvragen/{dossier}/bijlagen/formulier")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "U werkt intussen ergens anders, of deze pagina stond te lang open." in said
    assert said.count("laad de pagina opnieuw") == 1


def test_an_upload_does_not_tell_whether_there_is_such_a_dossier(partnership, dossier):
    browser, other = Browser(partnership, "voorschool"), Browser(partnership, "voorschool2")
    own = other.client.get("/hulpvragen/").get_data(as_text=True)
    headers = JSON | {"X-CSRFToken": re.search(r'name="csrf_token"[^>]* value="([^"]+)"', own)[1]}
    answers = [
        other.client.post(f"/hulpvragen/{key}/bijlagen?naam=a.pdf", data=PDF, headers=headers)
        for key in (dossier, "00000000-0000-0000-0000-000000000000")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json == answers[1].json
    assert browser.upload(dossier).status_code == 201


def test_signed_out_meanwhile_nothing_is_kept(partnership, dossier):
    browser = Browser(partnership, "voorschool")
    headers = JSON | named("a.pdf") | {"X-CSRFToken": browser.token(dossier)}
    browser.client.delete_cookie("kindbrug")
    answer = browser.client.post(f"/hulpvragen/{dossier}/bijlagen", data=PDF, headers=headers)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")
    assert rows(partnership) == files(partnership) == []


def test_hostile_files_leave_neither_row_nor_bytes_and_good_ones_both(partnership, dossier, proven):
    browser = Browser(partnership, "voorschool")
    headers = JSON | {"X-CSRFToken": browser.token(dossier)}
    address = f"/hulpvragen/{dossier}/bijlagen"
    for naam, content, _sentence in HOSTILE:
        answer = browser.client.post(address, data=content, headers=headers | named(naam))
        assert answer.status_code == 415, naam
        assert answer.json["error"].endswith("."), naam
    assert rows(partnership) == files(partnership) == []
    for naam, content in GOOD.items():
        answer = browser.client.post(address, data=content, headers=headers | named(naam))
        assert answer.status_code == 201, naam
    kept = rows(partnership)
    assert len(kept) == len(files(partnership)) == len(GOOD)
    proven("hostile uploads refused", len(HOSTILE))
    proven("good uploads kept", len(GOOD))


@pytest.mark.parametrize("query", ["soort=onzin&zichtbaarheid=onzin", "naam=b.exe", "page_X=y"])
def test_a_word_that_is_not_in_the_list_means_the_default(partnership, dossier, query):
    browser = Browser(partnership, "voorschool")
    headers = JSON | named("a.pdf") | {"X-CSRFToken": browser.token(dossier)}
    answer = browser.client.post(f"/hulpvragen/{dossier}/bijlagen?{query}", data=PDF, headers=headers)
    assert answer.status_code == 201
    (row,) = rows(partnership)
    assert (row.soort, row.zichtbaarheid) == ("overig", "gedeeld")


# Saving


def nummer(partnership):
    with partnership.behind_the_scenes():
        return db.session.scalars(db.select(Hulpvraag.nummer)).one()


def test_two_of_a_kind_on_one_day_are_told_apart_and_their_names_stay(partnership, dossier):
    first, second = (add(partnership, dossier, "voorschool", naam=naam) for naam in ("a.pdf", "b.pdf"))
    add(partnership, dossier, "contact", naam="c.pdf")
    names = {}
    for who in ("voorschool", "contact"):
        with partnership.at_work(who) as person:
            for key in (first.id, second.id):
                row = db.session.scalars(db.select(Bijlage).where(Bijlage.id == key)).one()
                found = bijlagen.download(row, by=person)
                found.file.close()
                names.setdefault(key, set()).add(found.naam)
    ((one,), (two,)) = names.values()
    assert two == one.replace(".pdf", " (2).pdf")


def test_a_document_is_only_ever_saved_and_kept_by_no_cache(partnership, dossier):
    row = add(partnership, dossier, "voorschool", naam="Zoë & “Mila”; filename=x.html.pdf")
    answer = Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/bestand")
    assert answer.data == PDF
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    with partnership.app.app_context():
        day = wording.local_day(row.toegevoegd_op).isoformat()
    naam = f"{nummer(partnership)} Overig {day}.pdf"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{naam}"; ' + f"filename*=UTF-8''{naam.replace(' ', '%20')}"
    )
    assert acts(partnership, Actie.DOWNLOADEN) == 1


def test_what_is_not_in_the_log_is_not_sent(partnership, dossier, monkeypatch):
    row = add(partnership, dossier, "voorschool")

    def fail(*_, **__):
        raise RuntimeError("no log")

    monkeypatch.setattr(bijlagen.log, "record", fail)
    answer = Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/bestand")
    assert answer.status_code == 500
    assert PDF not in answer.data


def test_bytes_that_are_missing_or_cut_are_said_and_not_half_sent(partnership, dossier):
    row = add(partnership, dossier, "voorschool", pdf(5000))
    (file,) = files(partnership)
    for spoil in (lambda: file.write_bytes(PDF), file.unlink):
        spoil()
        answer = Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/bestand")
        assert answer.status_code == 503
        assert b"%PDF" not in answer.data


def test_what_is_internal_to_the_swv_does_not_exist_for_the_preschool(partnership, dossier):
    row = add(partnership, dossier, "specialist", naam="Intern verslag.pdf")
    browser = Browser(partnership, "voorschool")
    assert browser.client.get(f"/bijlagen/{row.id}/bestand").status_code == 404
    window = browser.client.get(f"/hulpvragen/{dossier}/bijlagen/venster").get_data(as_text=True)
    assert "Intern verslag" not in window


# Without JavaScript


def send_form(browser: Browser, dossier, *chosen: tuple[str, bytes, str]):
    data = {"csrf_token": browser.token(dossier)}
    for number, (naam, content, soort) in enumerate(chosen):
        data |= {f"bestand-{number}": (io.BytesIO(content), naam), f"soort-{number}": soort}
    return browser.client.post(
        f"/hulpvragen/{dossier}/bijlagen/formulier", data=data, content_type="multipart/form-data"
    )


def test_several_files_go_in_one_form(partnership, dossier):
    browser = Browser(partnership, "voorschool")
    answer = send_form(
        browser,
        dossier,
        ("Aanvraag.pdf", PDF, "aanvraag"),
        ("", b"", "overig"),
        ("notitie.txt", TEXT, "overig"),
    )
    assert answer.status_code == 302
    page = browser.client.get(answer.location).get_data(as_text=True)
    assert "Aanvraag.pdf" in page
    assert "notitie.txt" in page
    assert {(row.titel, row.soort) for row in rows(partnership)} == {
        ("Aanvraag.pdf", "aanvraag"),
        ("notitie.txt", "overig"),
    }


def test_one_that_is_refused_leaves_the_others_and_says_which(partnership, dossier):
    browser = Browser(partnership, "voorschool")
    answer = send_form(
        browser, dossier, ("Aanvraag.pdf", PDF, "aanvraag"), ("pagina.pdf", b"<html>", "overig")
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "pagina.pdf: Webpagina" in page
    assert [row.titel for row in rows(partnership)] == ["Aanvraag.pdf"]
    assert send_form(browser, dossier).status_code == 422


def test_a_form_that_is_too_large_is_refused_before_it_fills_the_disk(partnership, dossier):
    partnership.app.config["MAX_FORM_BYTES"] = 100_000
    answer = send_form(
        Browser(partnership, "voorschool"), dossier, ("Aanvraag.pdf", pdf(200_000), "aanvraag")
    )
    assert answer.status_code == 413
    assert rows(partnership) == files(partnership) == []
