"""Documents in a dossier: added whole or not at all, within limits, changed and retracted by whom it may."""

import hashlib
import io
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from app.errors import BadInput, NotFound
from app.extensions import db
from app.models import Bijlage
from app.services import bijlage_bytes, bijlagen, status, store
from app.terms import Actie, BijlageSoort, Controle, Stadium, Status, Zichtbaarheid
from tests.documents import PDF, pdf
from tests.uploading import Browser, acts, add, files, rows, the

MAY = datetime(2026, 5, 3, 12, 5, tzinfo=UTC)


@pytest.mark.both_engines
def test_the_preschool_adds_the_signed_form_and_the_specialist_reads_it(partnership, dossier):
    answer = Browser(partnership, "voorschool").upload(dossier)
    assert answer.status_code == 201
    assert answer.json["titel"] == "Aanvraag.pdf"
    (row,) = rows(partnership)
    assert (row.soort, row.zichtbaarheid, row.stadium) == ("aanvraag", "gedeeld", "definitief")
    assert (row.grootte, row.sha256, row.mimetype) == (
        len(PDF),
        hashlib.sha256(PDF).hexdigest(),
        "application/pdf",
    )
    assert row.organisation_id == partnership.organisations["VOORSCHOOL"]
    assert acts(partnership, Actie.TOEVOEGEN) == 1
    saved = Browser(partnership, "specialist").client.get(answer.json["url"])
    assert saved.data == PDF


def test_a_document_fulfils_what_the_next_status_needs(partnership, dossier):
    add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    change = partnership.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    assert change.naar is Status.BIJLAGEN_TOEGEVOEGD


@pytest.mark.parametrize(
    ("by", "soort", "asked", "visible", "stage"),
    [
        ("voorschool", BijlageSoort.OVERIG, None, Zichtbaarheid.GEDEELD, Stadium.DEFINITIEF),
        ("voorschool", BijlageSoort.OVERIG, Zichtbaarheid.INTERN, Zichtbaarheid.GEDEELD, Stadium.DEFINITIEF),
        ("contact", BijlageSoort.OVERIG, None, Zichtbaarheid.INTERN, Stadium.DEFINITIEF),
        ("contact", BijlageSoort.OVERIG, Zichtbaarheid.GEDEELD, Zichtbaarheid.GEDEELD, Stadium.DEFINITIEF),
        ("specialist", BijlageSoort.ONDERWIJSADVIES, None, Zichtbaarheid.INTERN, Stadium.CONCEPT),
    ],
)
def test_who_adds_decides_who_sees_it_and_whether_it_is_final(
    partnership, dossier, by, soort, asked, visible, stage
):
    row = add(partnership, dossier, by, soort=soort, zichtbaarheid=asked)
    assert (row.zichtbaarheid, row.stadium) == (visible, stage)


def test_only_the_specialist_says_at_once_that_an_advice_is_final(partnership, dossier):
    advice = {"soort": BijlageSoort.ONDERWIJSADVIES, "stadium": Stadium.DEFINITIEF}
    assert add(partnership, dossier, "specialist", naam="a.pdf", **advice).stadium is Stadium.DEFINITIEF
    assert add(partnership, dossier, "contact", naam="b.pdf", **advice).stadium is Stadium.CONCEPT
    with pytest.raises(BadInput):
        add(partnership, dossier, "voorschool", naam="c.pdf", **advice)


def test_the_same_file_once_more_after_a_lost_answer_is_one_document(partnership, dossier):
    browser = Browser(partnership, "voorschool")
    first, again, other = (
        browser.upload(dossier),
        browser.upload(dossier),
        browser.upload(dossier, naam="Ander.pdf"),
    )
    assert first.json["id"] == again.json["id"] != other.json["id"]
    assert len(rows(partnership)) == len(files(partnership)) == 2


def test_the_same_file_for_other_readers_is_another_document(partnership, dossier):
    shared = add(partnership, dossier, "specialist", zichtbaarheid=Zichtbaarheid.GEDEELD)
    internal = add(partnership, dossier, "specialist", zichtbaarheid=Zichtbaarheid.INTERN)
    assert shared.id != internal.id
    assert internal.zichtbaarheid is Zichtbaarheid.INTERN
    advice = {"soort": BijlageSoort.ONDERWIJSADVIES, "naam": "advies.pdf"}
    draft = add(partnership, dossier, "specialist", **advice)
    final = add(partnership, dossier, "specialist", stadium=Stadium.DEFINITIEF, **advice)
    assert draft.id != final.id


def test_an_open_form_of_the_hulpvraag_can_still_be_saved_after_an_upload(partnership, dossier):
    with partnership.behind_the_scenes():
        before = the(dossier)
    add(partnership, dossier, "voorschool")
    with partnership.behind_the_scenes():
        after = the(dossier)
    assert after.versie == before.versie
    assert after.gewijzigd_op > before.gewijzigd_op


# Limits


def test_a_file_that_is_too_large_is_refused_in_words(partnership, dossier):
    partnership.app.config["MAX_FILE_BYTES"] = 100_000
    answer = Browser(partnership, "voorschool").upload(dossier, pdf(200_000))
    assert (answer.status_code, answer.json["error"][:20]) == (413, "Dit bestand is grote")
    assert rows(partnership) == files(partnership) == []


def test_a_full_dossier_takes_no_more(partnership, dossier):
    partnership.app.config["MAX_DOSSIER_BYTES"] = 500_000
    browser = Browser(partnership, "voorschool")
    assert browser.upload(dossier, pdf(300_000), "a.pdf").status_code == 201
    answer = browser.upload(dossier, pdf(300_000), "b.pdf")
    assert (answer.status_code, answer.json["error"][:23]) == (413, "Dit dossier heeft geen ")
    assert browser.upload(dossier, PDF, "c.pdf").status_code == 201
    partnership.app.config["MAX_DOSSIER_FILES"] = 2
    assert browser.upload(dossier, PDF, "d.pdf").status_code == 413
    assert len(rows(partnership)) == len(files(partnership)) == 2


def test_whatever_others_put_in_a_dossier_jk_staff_have_room(partnership, dossier):
    partnership.app.config["MAX_DOSSIER_FILES"] = 5
    for number in range(4):
        row = add(partnership, dossier, "voorschool", naam=f"{number}.pdf")
        with partnership.at_work("voorschool") as person:
            shown = db.session.scalars(db.select(Bijlage).where(Bijlage.id == row.id)).one()
            bijlagen.retract(shown, person)
    answer = Browser(partnership, "voorschool").upload(dossier, naam="meer.pdf")
    assert (answer.status_code, "Vraag het samenwerkingsverband" in answer.json["error"]) == (413, True)
    assert add(partnership, dossier, "specialist", naam="Advies.pdf").geldt
    answer = Browser(partnership, "specialist").upload(dossier, naam="meer.pdf")
    assert (answer.status_code, "Vraag de beheerder" in answer.json["error"]) == (413, True)


def test_nobody_outside_the_swv_reads_how_much_is_in_a_dossier(partnership, dossier):
    partnership.app.config["MAX_DOSSIER_BYTES"] = 500_000
    add(partnership, dossier, "specialist", pdf(100_000), naam="Intern.pdf")
    for by, size in (("voorschool", 350_000), ("specialist", 450_000)):
        answer = Browser(partnership, by).upload(dossier, pdf(size), "b.pdf")
        assert answer.status_code == 413
        assert bool(re.search(r"\d", answer.json["error"])) is (by == "specialist")


@pytest.mark.both_engines
def test_two_at_once_do_not_pass_the_limit_together(partnership, dossier):
    partnership.app.config["MAX_DOSSIER_FILES"] = 1
    meet = threading.Barrier(2)
    said = []

    class Slow(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            found = super().read(size)
            if not found:
                meet.wait(10)  # both have asked for room, and found it
            return found

    def send(naam: str) -> None:
        try:
            with partnership.at_work("voorschool") as person:
                said.append(bijlagen.add(the(dossier), Slow(PDF), naam=naam, by=person).titel)
        except bijlage_bytes.DossierFull:
            said.append("full")

    threads = [threading.Thread(target=send, args=(naam,)) for naam in ("a.pdf", "b.pdf")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said)[1] == "full"
    assert len(rows(partnership)) == len(files(partnership)) == 1


# Whole or not at all


@contextmanager
def commits(last: Callable[[Callable[[], None]], None]) -> Iterator[None]:
    """Let the first commit be real, the one before the bytes, and hand the next one to `last`."""
    real = db.session.commit
    calls = iter([real, lambda: last(real)])
    db.session.commit = lambda: next(calls)()
    try:
        yield
    finally:
        del db.session.commit


def test_when_the_row_cannot_be_written_the_bytes_go(partnership, dossier, monkeypatch):
    def fail(*_args: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(bijlagen, "put", fail)
    with partnership.at_work("voorschool") as person, pytest.raises(RuntimeError):
        bijlagen.add(the(dossier), io.BytesIO(PDF), naam="a.pdf", by=person)
    assert rows(partnership) == files(partnership) == []


def test_when_keeping_the_row_fails_the_bytes_are_left_to_the_sweep(partnership, dossier, monkeypatch):
    def fail(_real: Callable[[], None]) -> None:
        raise RuntimeError("nobody knows whether it is there")

    with partnership.at_work("voorschool") as person:
        row = the(dossier)
        with commits(fail), pytest.raises(RuntimeError):
            bijlagen.add(row, io.BytesIO(PDF), naam="a.pdf", by=person)
    assert rows(partnership) == []
    assert len(files(partnership)) == 1
    monkeypatch.setattr(bijlage_bytes, "LEFT_BEHIND", timedelta(seconds=-1))
    with partnership.app.app_context():
        assert bijlage_bytes.sweep() == 1


def test_when_the_answer_of_the_database_is_lost_the_bytes_of_a_kept_row_stay(partnership, dossier):
    def keep_and_fail(real: Callable[[], None]) -> None:
        real()
        raise RuntimeError("the answer is lost")

    with partnership.at_work("voorschool") as person:
        row = the(dossier)
        with commits(keep_and_fail), pytest.raises(RuntimeError):
            bijlagen.add(row, io.BytesIO(PDF), naam="a.pdf", by=person)
    assert len(rows(partnership)) == len(files(partnership)) == 1


def test_a_right_that_ends_during_the_upload_ends_the_upload(partnership, dossier):
    class Meanwhile(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            found = super().read(size)
            if not found:
                withdraw()
            return found

    @cache
    def withdraw() -> None:
        done = threading.Thread(target=lambda: partnership.move(dossier, "ingetrokken", by="contact"))
        done.start()
        done.join(30)

    with partnership.at_work("voorschool") as person, pytest.raises(NotFound):
        bijlagen.add(the(dossier), Meanwhile(PDF), naam="a.pdf", by=person)
    assert rows(partnership) == files(partnership) == []


def test_the_sweep_leaves_every_document_that_has_a_row(partnership, dossier, monkeypatch):
    add(partnership, dossier, "voorschool")
    with partnership.app.app_context():
        store.put(io.BytesIO(b"left by a crash"), key_id=uuid.uuid4(), limit=100)
        monkeypatch.setattr(bijlage_bytes, "LEFT_BEHIND", timedelta(seconds=-1))
        assert bijlage_bytes.sweep() == 1
        assert bijlage_bytes.sweep() == 0
    assert len(files(partnership)) == 1


# Changing and retracting


def test_jk_staff_change_title_and_kind_and_the_form_neither_shares_nor_finalises(partnership, dossier):
    row = add(partnership, dossier, "specialist", soort=BijlageSoort.ONDERWIJSADVIES)
    form = {
        "titel": " Advies\u202e  Mila ",
        "stadium": Stadium.DEFINITIEF,
        "zichtbaarheid": Zichtbaarheid.GEDEELD,
    }
    for by in ("contact", "specialist"):
        with partnership.at_work(by) as person:
            bijlagen.edit(db.session.scalars(db.select(Bijlage)).one(), form, by=person)
    (changed,) = rows(partnership)
    assert (changed.id, changed.titel) == (row.id, "Advies Mila")
    assert (changed.stadium, changed.zichtbaarheid) == (Stadium.CONCEPT, Zichtbaarheid.INTERN)
    assert acts(partnership, Actie.WIJZIGEN) == 2


@pytest.mark.both_engines
def test_a_title_that_grows_when_it_is_cleaned_is_cut(partnership, dossier):
    add(partnership, dossier, "specialist", naam="\u0344" * 200 + ".pdf")
    with partnership.at_work("specialist") as person:
        shown = db.session.scalars(db.select(Bijlage)).one()
        bijlagen.edit(shown, {"titel": "\u0344" * 200}, by=person)
    assert len(rows(partnership)[0].titel) == 200


def test_another_document_does_not_become_a_final_advice_by_its_name(partnership, dossier):
    add(partnership, dossier, "contact", zichtbaarheid=Zichtbaarheid.GEDEELD)
    for by, soort, stage in (
        ("contact", BijlageSoort.ONDERWIJSADVIES, Stadium.CONCEPT),
        ("contact", BijlageSoort.OVERIG, Stadium.DEFINITIEF),
        ("specialist", BijlageSoort.ONDERWIJSADVIES, Stadium.CONCEPT),
    ):
        with partnership.at_work(by) as person:
            shown = db.session.scalars(db.select(Bijlage)).one()
            assert bijlagen.edit(shown, {"soort": soort}, by=person).stadium is stage


def test_the_preschool_changes_nothing_of_a_document(partnership, dossier):
    add(partnership, dossier, "voorschool")
    with partnership.at_work("voorschool") as person:
        shown = db.session.scalars(db.select(Bijlage)).one()
        with pytest.raises(NotFound):
            bijlagen.edit(shown, {"titel": "Anders"}, by=person)


def test_a_wrong_document_is_retracted_after_a_question(partnership, dossier):
    row = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    browser = Browser(partnership, "voorschool")
    page = browser.client.get(f"/bijlagen/{row.id}")
    assert f"/bijlagen/{row.id}/intrekken" in page.get_data(as_text=True)
    asked = browser.client.get(f"/bijlagen/{row.id}/intrekken").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', asked)[1]
    assert rows(partnership)[0].ingetrokken_op is None
    done = browser.client.post(f"/bijlagen/{row.id}/intrekken", data={"csrf_token": token})
    assert (done.status_code, done.location) == (302, f"/hulpvragen/{dossier}/bijlagen")
    assert browser.client.get(f"/bijlagen/{row.id}/bestand").status_code == 404
    assert Browser(partnership, "specialist").client.get(f"/bijlagen/{row.id}/bestand").status_code == 200
    with partnership.at_work("voorschool") as person:
        assert status.options(the(dossier), person)[0].missing


def test_after_handing_over_the_preschool_takes_nothing_back(partnership, dossier):
    row = add(partnership, dossier, "voorschool", soort=BijlageSoort.AANVRAAG)
    partnership.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    browser = Browser(partnership, "voorschool")
    assert browser.client.get(f"/bijlagen/{row.id}/intrekken").status_code == 404
    assert "/intrekken" not in browser.client.get(f"/bijlagen/{row.id}").get_data(as_text=True)


def test_page_and_list_say_what_is_out_of_the_ordinary(partnership, dossier):
    """And not who may see what does not count, nor whether it is final."""
    row = add(partnership, dossier, "voorschool")
    for values, said in (
        ({}, None),
        ({"controle": Controle.WACHT}, "wordt gecontroleerd"),
        ({"controle": Controle.BESMET}, "heeft een virus"),
        ({"controle": Controle.SCHOON, "vervangen_op": MAY}, "vervangen op 3 mei 2026 14:05"),
        ({"vervangen_op": None, "ingetrokken_op": MAY}, "ingetrokken op 3 mei 2026 14:05"),
        ({"controle": Controle.BESMET}, "heeft een virus · ingetrokken op 3 mei 2026 14:05"),
    ):
        with partnership.behind_the_scenes():
            found = db.session.get(Bijlage, row.id)
            for name, value in values.items():
                setattr(found, name, value)
            db.session.commit()
            counts, is_gone = found.geldt, found.ingetrokken_op or found.vervangen_op
        for who in ("specialist", *(() if is_gone else ("voorschool",))):
            client = Browser(partnership, who).client
            page, listed = (
                client.get(it).get_data(as_text=True) for it in (f"/bijlagen/{row.id}", "/bijlagen/")
            )
            assert ("<dt>Stand</dt>" in page) == (said is not None), (who, said)
            if said:
                assert f"<dt>Stand</dt><dd>{said}</dd>" in page, who
                assert f'<span class="sub">{said}</span>' in listed, who
            for label in ("Wie mag het zien", "Concept of definitief"):
                assert (f"<dt>{label}</dt>" in page) == counts, (who, said)
