"""Who sees what, as the page explains it: made from the rights tables, whole, and without a dossier."""

import pytest

from app.access.rights import RIGHTS
from app.extensions import db
from app.services.wat_ziet_wie import PARTIES, SENTENCES, explain, party, what
from app.terms import Ground, Level, Role, Status
from app.workflow import LEVELS
from tests.involving import add_school, sign_in
from tests.partnership import FIRST_NAMES, Partnership
from tests.test_statements import MOST, statements


@pytest.fixture
def huis(app):
    made = Partnership(app).settle()
    with made.behind_the_scenes():
        FIRST_NAMES.setdefault("rolbeheer-swv", "Ilse")
        made.add_person("rolbeheer-swv", "SWV", Role.ROLBEHEERDER)
        db.session.commit()
    add_school(made, "LINDE", "school")
    return made


def every_right():
    return {
        what(noun, right, verb)
        for noun, by_level in RIGHTS.items()
        for rights in by_level.values()
        for right in rights
        for verb in right.verbs
    }


def test_every_right_has_its_sentence_and_no_sentence_is_without_use():
    assert every_right() == set(SENTENCES)


def test_every_ground_has_its_party():
    assert {one.ground for one in PARTIES} == set(Ground)


def test_of_each_party_every_status_is_explained_once():
    for one in PARTIES:
        periods = explain(one)
        assert [status for period in periods for status in period.statuses] == list(Status)
        for period in periods:
            assert all(LEVELS[one.ground][status] is period.level for status in period.statuses)
            assert bool(period.sentences) is (period.level is not Level.GEEN)


def said(app, key, status):
    with app.test_request_context():
        found = next(p for p in explain(party(key)) if status in p.statuses)
        return " ".join(str(sentence) for sentence in found.sentences)


def test_what_the_tables_say_is_what_one_reads(app):
    assert "wijzigen de omschrijving" in said(app, "voorschool", Status.AANVRAAG)
    assert "wijzigen de omschrijving" not in said(app, "voorschool", Status.BIJLAGEN_TOEGEVOEGD)
    assert said(app, "voorschool", Status.ADVIES_AFGEROND) == ""
    assert "zonder redenen" in said(app, "voorschool", Status.ONDERWIJSADVIES)
    assert "zonder redenen" not in said(app, "school", Status.ONDERWIJSADVIES)
    assert "downloaden de bundel" in said(app, "school", Status.ADVIES_AFGEROND)
    assert "downloaden de bundel" not in said(app, "zorgplicht", Status.JK_ADVIES_AFGEROND)
    assert "trekken hun eigen toestemming in" in said(app, "ouder", Status.AANVRAAG)
    assert "uitnodiging" in said(app, "genodigd", Status.AANVRAAG)
    assert "alle documenten, ook de interne" in said(app, "jk", Status.INGETROKKEN)


@pytest.mark.parametrize("who", ["contact", "specialist", "rolbeheer-swv"])
def test_jk_staff_and_the_role_administrator_of_the_swv_read_it(huis, who):
    visitor = sign_in(huis, who)
    assert "/wat-ziet-wie" in visitor.get("/").get_data(as_text=True), "in the menu"
    for one in PARTIES:
        page = visitor.get(f"/wat-ziet-wie?partij={one.key}")
        assert page.status_code == 200
        assert "Zij" in page.get_data(as_text=True)
    assert visitor.get("/wat-ziet-wie?partij=onzin").status_code == 200


@pytest.mark.parametrize("who", ["voorschool", "rolbeheer", "school"])
def test_for_others_it_does_not_exist(huis, who):
    visitor = sign_in(huis, who)
    assert visitor.get("/wat-ziet-wie").status_code == 404
    assert "/wat-ziet-wie" not in visitor.get("/").get_data(as_text=True)


def test_no_dossier_is_asked_for(huis):
    huis.dossier(specialist="specialist")
    visitor = sign_in(huis, "rolbeheer-swv")
    visitor.get("/wat-ziet-wie")

    class As:
        app = huis.app

    with statements(As) as seen:
        page = visitor.get("/wat-ziet-wie?partij=jk").get_data(as_text=True)
    assert len(seen) <= MOST
    assert not [statement for statement in seen if "FROM hulpvraag" in statement]
    assert "JK-2026" not in page
