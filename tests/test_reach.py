"""How far a role administrator and a parent reach, and that it ends on the next click."""

import pytest
from flask import Flask

from app.access import Person
from app.extensions import db
from app.models import Betrokkenheid, Gebruiker, Gezagsdrager, Hulpvraag, Inloggegevens, Lidmaatschap
from app.models.base import now
from app.security import session_cookie
from app.services import accounts, sessions
from app.terms import Gezag, Ground, Role
from tests.partnership import Partnership


@pytest.fixture
def brug(app: Flask) -> Partnership:
    return Partnership(app).settle()


def invite(brug: Partnership, email: str) -> Lidmaatschap:
    """Let the role administrator of De Speelhoek invite somebody."""
    with brug.at_work("rolbeheer") as by:
        return accounts.invite(
            voornaam="Xx",
            achternaam="Yy",
            email=email,
            organisation_id=brug.organisations["VOORSCHOOL"],
            rol=Role.CONTACTPERSOON_VOORSCHOOL,
            by=by,
        )


def parent_of(brug: Partnership, key: object) -> tuple[int, object]:
    """Give the child of a dossier a parent with authority and an account, and open the dossier to them."""
    with brug.behind_the_scenes():
        dossier = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == key)).one()
        account = Gebruiker(username="ouder", first_name="Elif", last_name="Demir", email="ouder@example.org")
        db.session.add(account)
        db.session.flush()
        mine = {"swv_id": dossier.swv_id, "gebruiker_id": account.id}
        parent = Gezagsdrager(kind_id=dossier.kind_id, naam="Elif Demir", gezag=Gezag.JA, **mine)
        db.session.add_all([parent, Betrokkenheid(hulpvraag_id=key, grond=Ground.OUDER, **mine)])
        db.session.commit()
        return account.id, parent.id


@pytest.mark.both_engines
def test_a_parent_without_authority_any_more_sees_nothing_on_the_next_click(brug):
    key = brug.dossier()
    account, parent = parent_of(brug, key)
    with brug.app.app_context():
        person = Person(account, "Elif Demir", swv_id=brug.organisations["SWV"])
        token = sessions.begin(person)
        db.session.commit()
        client = brug.app.test_client()
        client.set_cookie(session_cookie(), token)
    assert client.get(f"/hulpvragen/{key}").status_code == 200
    with brug.behind_the_scenes():
        db.session.execute(db.update(Gezagsdrager).where(Gezagsdrager.id == parent).values(gezag=Gezag.NEE))
        db.session.commit()
    assert client.get(f"/hulpvragen/{key}").status_code == 404


def test_a_role_administrator_invites_who_works_elsewhere_and_cannot_renew_that_account(brug):
    with brug.behind_the_scenes():
        key = brug.people["specialist"][0]
        db.session.add(Inloggegevens(gebruiker_id=key, actief_sinds=now()))
        db.session.commit()
    made = invite(brug, "specialist@example.org")
    assert [bericht.soort for bericht in brug.berichten(ontvanger_id=key)] == ["nieuw_lidmaatschap"]
    with brug.at_work("rolbeheer") as by:
        accounts.invite_again(db.session.get(Lidmaatschap, made.id), by)
    sent = brug.berichten(ontvanger_id=key)
    assert [(one.soort, one.uitnodiging_id) for one in sent] == [("nieuw_lidmaatschap", None)] * 2


def test_the_account_of_a_parent_is_invited_like_any_other(brug):
    account, _parent = parent_of(brug, brug.dossier())
    assert invite(brug, "ouder@example.org").gebruiker_id == account


def test_a_role_administrator_invites_somebody_new(brug):
    assert invite(brug, "nieuw@example.org").rol is Role.CONTACTPERSOON_VOORSCHOOL
