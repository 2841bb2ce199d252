"""Memberships: suspended, from and until, where, last signed in; and the reset of a lost phone."""

import pytest

from app.access import person_for
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Lidmaatschap
from app.models.base import now
from app.services import accounts
from app.terms import Actie
from tests.staff import Staff


@pytest.fixture
def huis(app):
    return Staff(app).settle()


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def row(huis: Staff, key: str) -> Lidmaatschap:
    """The membership within the context of who acts."""
    return db.session.get(Lidmaatschap, huis.lid(key).id)


def suspend(huis: Staff, key: str, by: str = "beheer") -> None:
    with huis.at_work(by) as person:
        accounts.suspend(row(huis, key), person)


# Suspended


def test_who_is_suspended_is_out_at_the_next_click_and_back_when_that_is_lifted(huis):
    at_work, beheer = huis.visitor("specialist"), huis.visitor("beheer")
    home = huis.home("specialist")
    assert at_work.is_in()
    beheer.get(f"{home}/schorsen")
    assert at_work.is_in(), "looking changes nothing"
    assert beheer.post(f"{home}/schorsen").location == home
    assert not at_work.is_in()
    assert "geschorst" in text_of(beheer.get(home))
    assert "geschorst" in text_of(beheer.get("/medewerkers/"))
    beheer.get(f"{home}/hervatten")
    assert beheer.post(f"{home}/hervatten").location == home
    assert at_work.is_in()
    assert "geschorst" not in text_of(beheer.get(home))


def test_suspending_is_logged_once_and_nobody_is_mailed(huis):
    for _time in range(2):
        suspend(huis, "specialist")
    for _time in range(2):
        with huis.at_work("beheer") as person:
            accounts.resume(row(huis, "specialist"), person)
    assert len(huis.logged(Actie.LIDMAATSCHAP_SCHORSEN)) == 1
    assert len(huis.logged(Actie.LIDMAATSCHAP_HERVATTEN)) == 1
    assert huis.berichten() == []


def test_an_invitation_to_a_suspended_membership_stops_working(huis):
    beheer = huis.visitor("beheer")
    beheer.get("/medewerkers/nieuw")
    made = beheer.post(
        "/medewerkers/nieuw",
        first_name="Nienke",
        last_name="Verzonnenman",
        email="nieuw@example.org",
        organisation=str(huis.organisations["SWV"]),
        rol="jk_specialist",
    )
    assert made.status_code == 302
    with huis.behind_the_scenes():
        query = db.select(Lidmaatschap).order_by(Lidmaatschap.van.desc()).limit(1)
        lid = db.session.scalars(query).one()
        huis.people["nieuw"] = (lid.gebruiker_id, lid.organisation_id)
        link = first_link(lid)
    assert huis.app.test_client().get(link).status_code == 200
    suspend(huis, "nieuw")
    assert huis.app.test_client().get(link).status_code == 410
    with huis.at_work("beheer") as person, pytest.raises(Conflict):
        accounts.invite_again(row(huis, "nieuw"), person)


def first_link(lid: Lidmaatschap) -> str:
    from app.services import first_account

    return str(first_account.link_of(lid)).removeprefix("http://localhost")


def test_a_membership_that_has_ended_is_not_suspended(huis):
    with huis.behind_the_scenes():
        row(huis, "specialist").tot = now()
        db.session.commit()
    with pytest.raises(Conflict):
        suspend(huis, "specialist")


@pytest.mark.parametrize(
    ("by", "whom"),
    [("beheer", "beheer"), ("anker", "specialist"), ("rolbeheer", "specialist"), ("specialist", "contact")],
)
def test_nobody_suspends_themselves_or_who_is_not_theirs(huis, by, whom):
    visitor = huis.visitor(by)
    with huis.at_work(by) as person, pytest.raises(NotFound):
        accounts.suspend(huis.lid(whom), person)
    for act in ("schorsen", "hervatten"):
        assert visitor.get(f"{huis.home(whom)}/{act}").status_code == 404
        visitor.get("/mijn-account")
        assert visitor.post(f"{huis.home(whom)}/{act}").status_code == 404
    assert huis.lid(whom).geschorst_op is None


def test_who_is_suspended_is_nobody_to_mail(huis):
    suspend(huis, "specialist")
    with huis.app.app_context():
        assert person_for(*huis.people["specialist"]) is None
