"""Who is a parent without parental authority comes in by no other door, whatever was written down first."""

import pytest

from app.extensions import db
from app.models import Gezagsdrager, Hulpvraag, Organisation
from app.services import ouders
from app.terms import Gezag, Opening
from tests.rounds import BEKENDE, MOEDER, Rounds

pytestmark = pytest.mark.both_engines


@pytest.fixture
def brug(app):
    return Rounds(app).settle()


def guest_with_open_dossier(brug):
    dossier = brug.dossier()
    guest = brug.invite_guest(brug.round(dossier))
    brug.open_for(guest, Opening.NU)
    brug.known_as(BEKENDE)
    assert brug.reads(BEKENDE, Hulpvraag) == 1
    return dossier


@pytest.mark.parametrize("gezag", [Gezag.NEE, Gezag.ONBEKEND])
def test_a_guest_who_turns_out_to_be_a_parent_without_authority_reads_nothing_more(brug, gezag):
    dossier = guest_with_open_dossier(brug)
    parent = brug.parent(dossier, BEKENDE, gezag)
    assert brug.reads(BEKENDE, Hulpvraag) == 0
    with brug.at_work("specialist") as person:
        row = brug.row(Gezagsdrager, parent)
        data = {name: getattr(row, name) for name in ouders.FIELDS} | {"gezag": Gezag.JA}
        ouders.edit(row, data, person)
    assert brug.reads(BEKENDE, Hulpvraag) == 1


def test_a_guest_stays_when_another_address_is_a_parent_without_authority(brug):
    dossier = guest_with_open_dossier(brug)
    brug.parent(dossier, MOEDER, Gezag.NEE)
    assert brug.reads(BEKENDE, Hulpvraag) == 1


def test_an_invited_person_is_out_on_the_next_click_when_the_swv_is_no_more(brug):
    guest_with_open_dossier(brug)
    visitor = brug.signed_in(BEKENDE)
    assert visitor.is_in()
    with brug.behind_the_scenes():
        brug.row(Organisation, brug.organisations["SWV"]).actief = False
        db.session.commit()
    assert not visitor.is_in()
