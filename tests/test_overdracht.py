"""Handing a dossier over: what is in the bundle, who gets it, and that it can't leak or fill the memory."""

import io
import json
import re
import tracemalloc
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest

from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Afspraak, Bijlage, Gebeurtenis, Hulpvraag, Notitie, SchoolVoorkeur, Toestemming
from app.models.base import now
from app.services import opened, overdracht, store
from app.terms import Actie, BijlageSoort, Stadium, Status, VoorkeurStaat, Zichtbaarheid
from tests.documents import pdf
from tests.involving import (
    add_document,
    add_school,
    advance,
    agree,
    approach,
    placed,
    sign_in,
    the,
)
from tests.partnership import Partnership

HOSTILE = '#panic("x") $1$ *vet* <script> \\ `code` #import "@preview/x:1.0.0" @ref // weg'


@pytest.fixture
def huis(app):
    made = Partnership(app).settle()
    add_school(made, "LINDE", "school")
    add_school(made, "WILG", "school2")
    return made


@pytest.fixture
def dossier(huis):
    """A dossier that ended: the child goes to De Linde. Its own documents have no bytes: take them out."""
    made = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    approach(huis, made, "WILG", VoorkeurStaat.AFGEWEZEN)
    placed(huis, made, "LINDE")
    with huis.behind_the_scenes():
        for row in db.session.scalars(db.select(Bijlage)):
            row.ingetrokken_op = now()
        db.session.commit()
    return made


def bundled(huis, dossier, by="school"):
    with huis.at_work(by) as person:
        return b"".join(overdracht.download(the(Hulpvraag, dossier), by=person))


def unzipped(data):
    return zipfile.ZipFile(io.BytesIO(data))


def test_each_document_of_the_bundle_was_downloaded(huis, dossier):
    earlier(huis, dossier, "verslag.pdf", pdf(5000))
    names = unzipped(bundled(huis, dossier)).namelist()
    with huis.at_work("specialist") as by:
        seen = [opened.of(row, by) for row in db.session.scalars(db.select(Bijlage))]
    assert [one.downloaded for found in seen for one in found] == [True] * (len(names) - 1)


def earlier(huis, dossier, titel, content=b"", **kw):
    """Put a document in, as it was added before the dossier ended."""
    with huis.behind_the_scenes():
        row = the(Hulpvraag, dossier)
        then, row.status = row.status, Status.JK_ADVIES_AFGEROND
        db.session.commit()
    made = add_document(huis, dossier, titel, content, **kw)
    with huis.behind_the_scenes():
        the(Hulpvraag, dossier).status = then
        db.session.commit()
    return made


def cover(huis, dossier, by="school"):
    """What the cover says, as data."""
    with huis.at_work(by) as person:
        made = overdracht.bundle(the(Hulpvraag, dossier), by=person)
        with huis.behind_the_scenes():
            return json.dumps(overdracht._cover(made), ensure_ascii=False)


def test_the_bundle_holds_what_is_final_and_shared_and_nothing_else(huis, dossier):
    earlier(huis, dossier, "verslag.pdf", pdf(5000))
    earlier(huis, dossier, "geheim.pdf", zichtbaarheid=Zichtbaarheid.INTERN)
    concept = {"soort": BijlageSoort.ONDERWIJSADVIES, "stadium": Stadium.CONCEPT}
    earlier(huis, dossier, "concept.pdf", **concept)
    gone = earlier(huis, dossier, "fout.pdf")
    with huis.behind_the_scenes():
        the(Bijlage, gone).ingetrokken_op = now()
        db.session.commit()
    found = unzipped(bundled(huis, dossier))
    assert found.testzip() is None
    number = nummer(huis, dossier)
    cover, paper = found.namelist()
    assert cover == f"00 Overdracht {number}.pdf"
    assert re.fullmatch(r"01 Overig \d{4}-\d\d-\d\d\.pdf", paper)
    assert found.read(paper) == pdf(5000)


def test_names_are_safe_and_each_is_its_own(huis, dossier):
    titles = ("verslag.pdf", "verslag.pdf", "../../etc/pas:wd*?.pdf", "Zoë’s vraag\u202e.pdf")
    for number, titel in enumerate(titles):
        earlier(huis, dossier, titel, pdf(1000 + number))
    with huis.behind_the_scenes():
        for row in db.session.scalars(db.select(Bijlage)):
            if row.titel.startswith("Zo"):
                row.titel = "a\\b/c\n" + "x" * 150 + ".pdf"
        db.session.commit()
    names = unzipped(bundled(huis, dossier)).namelist()
    assert len(set(names)) == len(names) == 5
    for name in names:
        assert re.fullmatch(r"[\w .()-]{1,120}", name)
        assert ".." not in name


def test_the_cover_is_an_accessible_pdf_in_dutch_with_a_title(huis, dossier):
    with huis.at_work("school") as person:
        written = overdracht.pdf(overdracht.bundle(the(Hulpvraag, dossier), by=person))
    assert written.startswith(b"%PDF-")
    assert b"/Lang (nl" in written or b"/Lang(nl" in written
    assert b"pdfuaid" in written
    assert b"DisplayDocTitle true" in written


def test_the_cover_says_the_course_and_no_reasons(huis, dossier):
    with huis.behind_the_scenes():
        of = {"hulpvraag_id": dossier, "swv_id": huis.organisations["SWV"]}
        by = {"geschreven_door_id": huis.people["specialist"][0], "organisation_id": of["swv_id"]}
        intern, shared = Zichtbaarheid.INTERN, Zichtbaarheid.GEDEELD
        made = {"gemaakt_door_id": huis.people["specialist"][0], "voor_organisation_id": of["swv_id"]}
        soon = now().date()
        db.session.add_all(
            [
                Notitie(**of, **by, tekst="gedeelde notitie", zichtbaarheid=shared),
                Notitie(**of, **by, tekst="interne notitie", zichtbaarheid=intern),
                Notitie(**of, **by, tekst="alleen Wilg", voor_id=huis.organisations["WILG"],
                        zichtbaarheid=shared),
                Afspraak(**of, **made, wat="gedeelde afspraak", uiterlijk=soon, zichtbaarheid=shared),
                Afspraak(**of, **made, wat="interne afspraak", uiterlijk=soon, zichtbaarheid=intern),
            ]
        )  # fmt: skip
        db.session.commit()
    said = cover(huis, dossier)
    for word in ("Mila Jansen", "4 maart 2023", "De Speelhoek", "De Linde", "4 januari 2027",
                 "JK Onderwijsadvies", "gedeelde notitie", "gedeelde afspraak"):  # fmt: skip
        assert word in said
    for word in ("directie", "Omdat.", "afgewezen", "interne notitie", "alleen Wilg", "interne afspraak"):
        assert word not in said


def test_what_people_type_is_text_on_the_cover_and_never_markup(huis, dossier):
    with huis.behind_the_scenes():
        of = {"hulpvraag_id": dossier, "swv_id": huis.organisations["SWV"]}
        by = {"geschreven_door_id": huis.people["specialist"][0], "organisation_id": of["swv_id"]}
        db.session.add(Notitie(**of, **by, tekst=HOSTILE, zichtbaarheid=Zichtbaarheid.GEDEELD))
        db.session.commit()
    assert unzipped(bundled(huis, dossier)).testzip() is None


@pytest.mark.both_engines
def test_it_is_in_the_log_before_the_first_byte(huis, dossier):
    with huis.at_work("school") as person:
        waiting = overdracht.download(the(Hulpvraag, dossier), by=person)
        with huis.behind_the_scenes():
            (event,) = db.session.scalars(db.select(Gebeurtenis).filter_by(actie=Actie.OVERDRAGEN))
        assert (event.hulpvraag_id, event.gebruiker_id) == (dossier, huis.people["school"][0])
        assert b"".join(waiting)


@pytest.mark.parametrize("who", ["voorschool", "school2", "rolbeheer", "voorschool2"])
def test_for_all_but_the_placing_school_and_jk_staff_it_does_not_exist(huis, dossier, who):
    visitor = sign_in(huis, who)
    assert visitor.get(f"/hulpvragen/{dossier}/overdracht").status_code == 404
    visitor.get("/berichten/")
    assert visitor.post(f"/hulpvragen/{dossier}/overdracht").status_code == 404


@pytest.mark.both_engines
def test_before_the_school_agreed_there_is_nothing_to_hand_over_and_then_for_that_school_alone(huis):
    dossier = huis.dossier(specialist="specialist")
    huis.documents(dossier)
    advance(huis, dossier, "bijlagen_toegevoegd", "onderwijsadvies")
    for school in ("LINDE", "WILG"):
        approach(huis, dossier, school)
    advance(huis, dossier, "aanmelden_school")
    agree(huis, dossier, "LINDE")
    for who in ("school", "school2", "specialist"):
        with huis.at_work(who) as person, pytest.raises(NotFound):
            overdracht.bundle(the(Hulpvraag, dossier), by=person)
    advance(huis, dossier, "jk_advies_afgerond")
    for who in ("school", "specialist"):
        with huis.at_work(who) as person:
            assert overdracht.bundle(the(Hulpvraag, dossier), by=person).school.naam == "De Linde"
    with huis.at_work("school2") as person, pytest.raises(NotFound):
        overdracht.bundle(the(Hulpvraag, dossier), by=person)
    with huis.behind_the_scenes():
        for row in db.session.scalars(db.select(Toestemming)):
            row.ingetrokken_op = now()
        db.session.commit()
    with huis.at_work("specialist") as person:
        row = the(Hulpvraag, dossier)
    with huis.at_work("school") as person, pytest.raises(NotFound):
        overdracht.bundle(row, by=person)


def test_a_school_that_no_longer_wants_leaves_nobody_to_hand_over_to(huis):
    dossier = huis.dossier(specialist="specialist")
    huis.documents(dossier)
    advance(huis, dossier, "bijlagen_toegevoegd", "onderwijsadvies")
    approach(huis, dossier, "LINDE")
    advance(huis, dossier, "aanmelden_school")
    agree(huis, dossier, "LINDE")
    advance(huis, dossier, "jk_advies_afgerond")
    with huis.behind_the_scenes():
        for row in db.session.scalars(db.select(SchoolVoorkeur)):
            row.staat = VoorkeurStaat.VERVALLEN
        db.session.commit()
    with huis.at_work("specialist") as person, pytest.raises(Conflict):
        overdracht.bundle(the(Hulpvraag, dossier), by=person)


def test_when_a_document_is_missing_nothing_is_sent_and_nothing_logged(huis, dossier):
    key = earlier(huis, dossier, "verslag.pdf")
    with huis.behind_the_scenes():
        store.delete(the(Bijlage, key).sleutel)
    with pytest.raises(store.StoreUnavailable):
        bundled(huis, dossier)
    with huis.behind_the_scenes():
        assert not db.session.scalars(db.select(Gebeurtenis).filter_by(actie=Actie.OVERDRAGEN)).all()


def test_a_document_that_was_changed_behind_the_portal_breaks_the_download_off(huis, dossier):
    key = earlier(huis, dossier, "verslag.pdf", pdf(3000))
    with huis.behind_the_scenes():
        the(Bijlage, key).sha256 = sha256(b"anders").hexdigest()
        db.session.commit()
    with pytest.raises(store.StoreUnavailable):
        bundled(huis, dossier)


def test_a_large_bundle_takes_little_memory_and_leaves_no_file(huis, dossier, settings, tmp_path):
    for number in range(4):
        earlier(huis, dossier, f"film {number}.pdf", pdf(12_000_000 + number))
    kept = sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and "sqlite" not in path.name)
    with huis.at_work("school") as person:
        parts = overdracht.download(the(Hulpvraag, dossier), by=person)
        next(parts)
        tracemalloc.start()
        sent = sum(len(part) for part in parts)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert sent > 10_000
    assert most < 4_000_000
    after = sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and "sqlite" not in path.name)
    assert after == kept


def test_the_school_finds_it_on_the_work_list_until_it_took_the_dossier_over(huis, dossier):
    visitor = sign_in(huis, "school")
    assert f"/hulpvragen/{dossier}/overdracht" in visitor.get("/").get_data(as_text=True)
    page = visitor.get(f"/hulpvragen/{dossier}/overdracht")
    assert "De Linde" in page.get_data(as_text=True)
    token = {"csrf_token": visitor.token}
    answer = visitor.client.post(f"/hulpvragen/{dossier}/overdracht", data=token)
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert f"Overdracht {nummer(huis, dossier)}.zip" in answer.headers["Content-Disposition"]
    assert "Mila" not in answer.headers["Content-Disposition"]
    assert zipfile.is_zipfile(io.BytesIO(answer.data))
    assert f"/hulpvragen/{dossier}/overdracht" not in visitor.get("/").get_data(as_text=True)
    dossier_page = visitor.get(f"/hulpvragen/{dossier}").get_data(as_text=True)
    assert f"/hulpvragen/{dossier}/overdracht" in dossier_page, "the button stays"


def test_when_the_school_has_read_long_enough_the_bundle_is_gone_for_it(huis, dossier, clock):
    clock.shift(timedelta(days=91))
    with huis.at_work("specialist") as person:
        assert overdracht.bundle(the(Hulpvraag, dossier), by=person)
    assert sign_in(huis, "school").get(f"/hulpvragen/{dossier}/overdracht").status_code == 404


def test_the_specialist_makes_a_draft_of_the_advice_final_and_shared_in_one_act(huis):
    dossier = huis.dossier(specialist="specialist")
    draft = {"soort": BijlageSoort.ONDERWIJSADVIES, "zichtbaarheid": None, "stadium": None}
    key = add_document(huis, dossier, "advies.pdf", **draft)
    address = f"/bijlagen/{key}/definitief"
    assert sign_in(huis, "contact").get(address).status_code == 404
    visitor = sign_in(huis, "specialist")
    tab = visitor.get(f"/hulpvragen/{dossier}/bijlagen").get_data(as_text=True)
    assert address in tab
    assert tab.index("Van het SWV") < tab.index("advies.pdf") < tab.index("Van de voorschool")
    assert address in visitor.get(f"/bijlagen/{key}").get_data(as_text=True)
    assert "JK Onderwijsadvies" in visitor.get(address).get_data(as_text=True)
    assert visitor.post(address).status_code == 302
    with huis.behind_the_scenes():
        row = the(Bijlage, key)
        assert (row.stadium, row.zichtbaarheid) == (Stadium.DEFINITIEF, Zichtbaarheid.GEDEELD)
    visitor.get("/berichten/")
    assert visitor.post(address).status_code == 409, "once more says that it is done"
    assert address not in visitor.get(f"/hulpvragen/{dossier}/bijlagen").get_data(as_text=True)


def nummer(huis, dossier):
    with huis.behind_the_scenes():
        return the(Hulpvraag, dossier).nummer
