"""Whoever looks, changes or is refused stands in the log, with the dossier it was about."""

import pytest
from flask import Flask

from app.extensions import db
from app.models import Gebeurtenis, Kind
from app.security import session_cookie
from app.services import sessions
from app.terms import Actie
from tests.partnership import Partnership


@pytest.fixture
def brug(app: Flask) -> Partnership:
    return Partnership(app).settle()


def client_of(brug: Partnership, key: str):
    with brug.app.app_context():
        token = sessions.begin(brug.person(key))
        db.session.commit()
        cookie = session_cookie()
    client = brug.app.test_client()
    client.set_cookie(cookie, token)
    return client


def events(brug: Partnership) -> list[Gebeurtenis]:
    with brug.behind_the_scenes():
        return list(db.session.scalars(db.select(Gebeurtenis).order_by(Gebeurtenis.op, Gebeurtenis.id)))


PAGES = ("", "/bijlagen", "/notities", "/historie", "/toegang", "/bewerken", "/status", "/bijlagen/venster")


@pytest.mark.both_engines
@pytest.mark.parametrize("page", PAGES)
def test_each_look_at_a_dossier_is_one_row(brug, page):
    key = brug.dossier()
    client = client_of(brug, "specialist")
    before = len(events(brug))
    assert client.get(f"/hulpvragen/{key}{page}").status_code == 200
    made = events(brug)[before:]
    assert [(row.actie, row.gelukt, row.hulpvraag_id) for row in made] == [(Actie.LEZEN, True, key)]
    assert made[0].gebruiker_id == brug.people["specialist"][0]
    assert made[0].organisation_id == brug.organisations["SWV"]


@pytest.mark.parametrize("page", ["/", "/hulpvragen/", "/kinderen/", "/kies/kind?q=mi"])
def test_each_look_at_names_is_one_row(brug, page):
    brug.dossier()
    client = client_of(brug, "specialist")
    before = len(events(brug))
    assert client.get(page).status_code == 200
    assert len(events(brug)) == before + 1


@pytest.mark.parametrize("noun", ["notities", "scholen-van-voorkeur", "overlegrondes", "afspraken"])
def test_a_form_that_opens_with_a_dossier_is_a_look_at_it(brug, noun):
    key = brug.dossier()
    client = client_of(brug, "specialist")
    before = len(events(brug))
    assert client.get(f"/{noun}/nieuw?hulpvraag={key}").status_code == 200
    assert [(row.actie, row.hulpvraag_id) for row in events(brug)[before:]] == [(Actie.LEZEN, key)]


@pytest.mark.parametrize("noun", ["hulpvragen", "ouders"])
def test_a_form_that_opens_with_a_child_is_a_look_at_it(brug, noun):
    brug.dossier()
    with brug.behind_the_scenes():
        child = db.session.scalar(db.select(Kind.id))
    client = client_of(brug, "specialist")
    before = len(events(brug))
    assert client.get(f"/{noun}/nieuw?kind={child}").status_code == 200
    assert [(row.noun, row.object_id) for row in events(brug)[before:]] == [("Kind", str(child))]


@pytest.mark.parametrize("page", PAGES)
def test_a_refusal_says_at_which_dossier_somebody_knocked(brug, page):
    key = brug.dossier()
    client = client_of(brug, "voorschool2")
    before = len(events(brug))
    assert client.get(f"/hulpvragen/{key}{page}").status_code == 404
    made = events(brug)[before:]
    assert [(row.actie, row.gelukt, row.object_id) for row in made] == [(Actie.GEWEIGERD, False, str(key))]


def test_when_the_log_cannot_be_written_nothing_is_shown(brug):
    key = brug.dossier()
    client = client_of(brug, "specialist")
    with brug.app.app_context():
        full = "CREATE TRIGGER full BEFORE INSERT ON gebeurtenis BEGIN SELECT RAISE(ABORT, 'x'); END"
        db.session.execute(db.text(full))
        db.session.commit()
    brug.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get(f"/hulpvragen/{key}")
    assert answer.status_code == 500
    assert "Mila" not in answer.get_data(as_text=True)
