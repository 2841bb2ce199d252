"""The e-mail address of a parent: a wrong one lets nobody in, and a guest with it is that parent."""

import pytest

from app.access import person_for
from app.errors import NeedsConfirmation
from app.models import Deelname, Gezagsdrager, Hulpvraag
from app.services import ouders
from app.terms import Gezag, Opening
from tests.rounds import BEKENDE, MOEDER, Rounds

WRONG = "verkeerd@example.org"


@pytest.fixture
def huis(app):
    return Rounds(app).settle()


def correct(huis, ouder, address=MOEDER, *, anyway=True):
    with huis.at_work("specialist") as person:
        row = huis.row(Gezagsdrager, ouder)
        typed = {name: getattr(row, name) for name in ouders.FIELDS} | {"email": address, "anyway": anyway}
        ouders.edit(row, typed, by=person)


@pytest.mark.both_engines
def test_a_corrected_address_ends_what_the_account_at_the_former_one_was_given(huis):
    dossier = huis.dossier(specialist="specialist")
    ouder, ronde = huis.parent(dossier, WRONG), huis.round(dossier)
    huis.open_for(huis.invite_parent(ronde, ouder), Opening.NU)
    correct(huis, ouder)
    huis.known_as(WRONG)  # the stranger follows the link after all
    with huis.app.app_context():
        assert person_for(huis.people[WRONG][0], None, swv_id=huis.organisations["SWV"]) is None
    with huis.behind_the_scenes():
        stranger = huis.people[WRONG][0]
        assert all(row.tot is not None for row in huis.involved(gebruiker_id=stranger))
    again = huis.invite_parent(ronde, ouder)
    huis.known_as(MOEDER)
    assert huis.reads(MOEDER, Hulpvraag) == huis.reads(MOEDER, Deelname) == 1
    with huis.behind_the_scenes():
        assert huis.row(Deelname, again).gebruiker_id == huis.people[MOEDER][0]


def test_an_account_that_is_in_use_loses_access_as_well_after_a_warning_that_says_so(huis):
    dossier = huis.dossier(specialist="specialist")
    ouder, ronde = huis.parent(dossier), huis.round(dossier)
    huis.invite_parent(ronde, ouder)
    huis.known_as(MOEDER)
    correct(huis, ouder, anyway=False)  # the same address: nothing to warn of
    with pytest.raises(NeedsConfirmation) as asked:
        correct(huis, ouder, "nieuw@example.org", anyway=False)
    assert MOEDER in str(asked.value.warnings)
    assert huis.reads(MOEDER, Deelname) == huis.reads(MOEDER, Hulpvraag) == 1
    correct(huis, ouder, "nieuw@example.org")
    assert huis.reads(MOEDER, Deelname) == huis.reads(MOEDER, Hulpvraag) == 0
    huis.invite_parent(ronde, ouder)
    huis.known_as("nieuw@example.org")
    assert huis.reads("nieuw@example.org", Hulpvraag) == 1
    assert huis.reads(MOEDER, Hulpvraag) == 0


@pytest.mark.both_engines
@pytest.mark.parametrize("gezag", list(Gezag))
def test_a_guest_who_turns_out_to_be_a_parent_reads_on_with_authority_alone(huis, gezag):
    dossier = huis.dossier(specialist="specialist")
    ronde = huis.round(dossier)
    huis.open_for(huis.invite_guest(ronde), Opening.NU)
    huis.known_as(BEKENDE)
    assert huis.reads(BEKENDE, Hulpvraag) == 1
    huis.parent(dossier, BEKENDE, gezag=gezag)
    seen = 1 if gezag is Gezag.JA else 0
    assert huis.reads(BEKENDE, Hulpvraag) == huis.reads(BEKENDE, Deelname) == seen
