"""The page Systeemstatus: what it says of scanning and mail, and to whom."""

import socket

import pytest

from app.extensions import db
from app.models import Lidmaatschap
from app.terms import Role
from tests.partnership import Partnership
from tests.uploading import Browser


@pytest.fixture
def huis(app):
    return Partnership(app).settle()


def page(huis, role=Role.ROLBEHEERDER):
    with huis.behind_the_scenes():
        query = db.select(Lidmaatschap).where(Lidmaatschap.gebruiker_id == huis.people["contact"][0])
        db.session.scalars(query).one().rol = role
        db.session.commit()
    return Browser(huis, "contact").client.get("/status")


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
