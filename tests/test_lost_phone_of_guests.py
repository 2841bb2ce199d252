"""A parent or guest works nowhere: who invited them to a consultation helps when the phone is lost."""

import re

import pytest

from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Deelname, Gebeurtenis, Inloggegevens
from app.services import lost_phone
from app.services.mail import deliver_due
from app.terms import Actie
from tests.account_steps import activate
from tests.rounds import BEKENDE, MOEDER, Rounds


@pytest.fixture
def huis(app):
    return Rounds(app).settle()


@pytest.fixture
def dossier(huis):
    return huis.dossier(specialist="specialist", contactpersoon="voorschool")


@pytest.fixture
def ronde(huis, dossier):
    return huis.round(dossier)


@pytest.fixture
def moeder(huis, dossier, ronde):
    return huis.invite_parent(ronde, huis.parent(dossier))


def reset(huis: Rounds, deelname: object, by: str = "specialist") -> None:
    with huis.at_work(by) as person:
        lost_phone.reset_participant(huis.row(Deelname, deelname), person)


def link_in_mail(huis: Rounds, smtp, email: str) -> str:
    with huis.app.app_context():
        deliver_due()
    return re.search(r"/uitnodiging/\w{64}", smtp.to(email)[-1].text)[0]


@pytest.mark.both_engines
def test_a_parent_who_lost_the_phone_comes_back_by_mail_and_the_old_session_is_out(huis, smtp, moeder):
    swv = huis.organisations["SWV"]
    account = activate(huis.app, link_in_mail(huis, smtp, MOEDER), MOEDER.partition("@")[0], swv)
    at_home = huis.signed_in_by(account)
    specialist = huis.signed_in("specialist")
    specialist.get(f"/deelnames/{moeder}/code-herstellen")
    assert specialist.post(f"/deelnames/{moeder}/code-herstellen").status_code == 302
    assert not at_home.is_in()
    assert at_home.sign_in(account, code=account.code(1)).status_code == 422
    again = activate(huis.app, link_in_mail(huis, smtp, MOEDER), account.username, swv)
    assert again.secret != account.secret
    assert huis.signed_in_by(again).is_in()
    with huis.behind_the_scenes():
        (event,) = db.session.scalars(db.select(Gebeurtenis).filter_by(actie=Actie.CODE_HERSTELLEN))
    assert (event.noun, event.object_id) == ("Deelname", str(moeder))


def test_who_works_somewhere_or_is_not_here_yet_is_helped_elsewhere(huis, dossier, ronde, moeder):
    colleague = huis.invite_guest(ronde, "nieuw@example.org")
    member = huis.invite_member(ronde, "school")
    for deelname in (colleague, member, moeder):  # another SWV's, a school's, and an account not in use yet
        with pytest.raises(Conflict):
            reset(huis, deelname)
    gast = huis.invite_guest(ronde)
    huis.known_as(BEKENDE)
    huis.remove(gast)
    with pytest.raises(Conflict):
        reset(huis, gast)


@pytest.mark.parametrize("by", ["voorschool", "school", "nieuw"])
def test_nobody_but_jk_staff_of_the_dossier_resets_a_parent(huis, moeder, by):
    huis.known_as(MOEDER)
    visitor = huis.signed_in(by)
    visitor.get("/")
    for answer in (
        visitor.client.get(f"/deelnames/{moeder}/code-herstellen"),
        visitor.client.post(f"/deelnames/{moeder}/code-herstellen", data={"csrf_token": visitor.token}),
    ):
        assert answer.status_code in (400, 404)
    with huis.at_work(by) as person, pytest.raises(NotFound):
        lost_phone.reset_participant(Deelname(gebruiker_id=huis.people[MOEDER][0]), person)
    with huis.behind_the_scenes():
        assert db.session.get(Inloggegevens, huis.people[MOEDER][0]).actief_sinds is not None
