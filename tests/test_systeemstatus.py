"""The page Systeemstatus: what it says of scanning and mail, and to whom."""

import socket
import uuid
from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Gebeurtenis, Lidmaatschap
from app.models.base import now
from app.services import seal
from app.terms import Actie, Role
from tests.partnership import Partnership
from tests.uploading import Browser


@pytest.fixture
def huis(app):
    return Partnership(app).settle()


def page(huis, role=Role.ROLBEHEERDER, **headers):
    with huis.behind_the_scenes():
        query = db.select(Lidmaatschap).where(Lidmaatschap.gebruiker_id == huis.people["contact"][0])
        db.session.scalars(query).one().rol = role
        db.session.commit()
    return Browser(huis, "contact").client.get("/status", headers=headers)


def keep(huis, *, swv="SWV", ago=timedelta(0), actie=Actie.LEZEN, gelukt=True):
    with huis.behind_the_scenes():
        at = huis.organisations[swv] if swv else None
        db.session.add(Gebeurtenis(actie=actie, swv_id=at, op=now() - ago, gelukt=gelukt))
        db.session.commit()


def do(huis, act, *words):
    with huis.behind_the_scenes():
        return act(*words)


def test_without_a_scanner_it_says_that_scanning_is_off(huis):
    answer = page(huis)
    assert answer.status_code == 200
    assert "Uit: documenten worden niet op virussen gecontroleerd" in answer.text
    assert "Er wacht geen document op controle." in answer.text


def test_a_scanner_that_is_down_shows(huis, app):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        app.config["CLAMD_ADDRESS"] = f"127.0.0.1:{free.getsockname()[1]}"
        assert "Aan, maar hij geeft geen antwoord" in page(huis, Role.PRIVACYFUNCTIONARIS).text


@pytest.mark.parametrize("role", [Role.CONTACTPERSOON_JK, Role.JK_SPECIALIST])
def test_who_works_on_dossiers_does_not_find_it(huis, role):
    answer = page(huis, role)
    assert answer.status_code == 404


def test_a_role_administrator_of_a_preschool_does_not_find_it(huis):
    assert Browser(huis, "rolbeheer").client.get("/status").status_code == 404


@pytest.mark.both_engines
def test_a_log_that_is_sealed_and_anchored_is_in_order(app, clock):
    huis = Partnership(app).settle()
    app.config["LOG_ANCHOR"] = "log@example.org"
    keep(huis, swv=None, actie=Actie.VERANKEREN, ago=timedelta(hours=26))
    keep(huis, ago=timedelta(minutes=30))
    do(huis, seal.due, now() - timedelta(minutes=20))
    do(huis, seal.due, now())
    clock.shift(240)
    answer = page(huis)
    assert "Laatst verzegeld" in answer.text
    assert "Te laat" not in answer.text
    assert "geen plaats ingesteld" not in answer.text


@pytest.mark.both_engines
def test_a_seal_that_is_overdue_shows_and_that_of_another_swv_does_not(app, clock):
    huis = Partnership(app).settle()
    do(huis, seal.due, now())
    huis.organisations["another"] = str(uuid.uuid4())
    keep(huis, swv="another", ago=timedelta(minutes=9))
    assert "hebben geen zegel" not in page(huis).text
    keep(huis)
    assert "hebben geen zegel" not in page(huis).text
    clock.shift(301)
    assert "hebben geen zegel" in page(huis).text
    do(huis, seal.due, now())
    assert "hebben geen zegel" not in page(huis).text


def test_a_log_that_was_never_sealed_is_overdue(huis):
    keep(huis, ago=timedelta(minutes=6))
    assert "hebben geen zegel" in page(huis).text


@pytest.mark.both_engines
def test_an_anchor_that_is_not_set_or_too_old_or_failed_shows(app):
    huis = Partnership(app).settle()
    assert "Er is geen plaats ingesteld voor het anker" in page(huis).text
    app.config["LOG_ANCHOR"] = "log@example.org"
    keep(huis, swv=None, actie=Actie.VERANKEREN, ago=timedelta(hours=49))
    keep(huis, swv=None, actie=Actie.VERANKEREN, gelukt=False)
    assert "Te laat: dit gebeurt eens per dag" in page(huis).text
    keep(huis, swv=None, actie=Actie.VERANKEREN, ago=timedelta(hours=47))
    assert "Te laat: dit gebeurt eens per dag" not in page(huis).text


def test_a_proxy_that_is_not_counted_shows_to_who_looks_after_the_portal(huis, app):
    assert "KINDBRUG_PROXIES" not in page(huis).text
    warned = page(huis, **{"X-Forwarded-For": "192.0.2.7"})
    assert "KINDBRUG_PROXIES is 0" in warned.text
    app.config["PROXIES"] = 1
    assert "KINDBRUG_PROXIES" not in page(huis, **{"X-Forwarded-For": "192.0.2.7"}).text
