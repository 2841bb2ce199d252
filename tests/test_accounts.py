"""Memberships: suspended, from and until, where, last signed in; and the reset of a lost phone."""

import re
from datetime import datetime, timedelta

import pytest

from app.access import person_for
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Bericht, Lidmaatschap, Sessie
from app.models.base import now
from app.services import accounts, first_account, outbox
from app.terms import Actie
from tests import account_steps as steps
from tests.account_steps import Visitor
from tests.staff import Staff, midnight, typed, written
from tests.test_statements import MOST, statements


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
    assert invited(huis, huis.visitor("beheer")).status_code == 302
    link = first_link(huis, newest(huis))
    assert huis.app.test_client().get(link).status_code == 200
    suspend(huis, "nieuw")
    assert huis.app.test_client().get(link).status_code == 410
    with huis.at_work("beheer") as person, pytest.raises(Conflict):
        accounts.invite_again(row(huis, "nieuw"), person)


def first_link(huis: Staff, lid: Lidmaatschap) -> str:
    with huis.app.app_context():
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


# From and until


def invited(huis: Staff, by: Visitor, email: str = "nieuw@example.org", **fields: str):
    """Send the form that invites somebody to the SWV."""
    asked = {
        "first_name": "Nienke",
        "last_name": "Verzonnenman",
        "email": email,
        "organisation": str(huis.organisations["SWV"]),
        "rol": "jk_specialist",
    }
    by.get("/medewerkers/nieuw")
    return by.post("/medewerkers/nieuw", **(asked | fields))


def newest(huis: Staff) -> Lidmaatschap:
    with huis.behind_the_scenes():
        query = db.select(Lidmaatschap).order_by(Lidmaatschap.van.desc()).limit(1)
        lid = db.session.scalars(query).one()
        huis.people["nieuw"] = (lid.gebruiker_id, lid.organisation_id)
        return lid


def test_a_membership_holds_from_the_first_day_to_the_last_included(huis, clock):
    assert invited(huis, huis.visitor("beheer"), van=typed(3), tot=typed(5)).status_code == 302
    lid = newest(huis)
    assert (lid.van, lid.tot) == (midnight(3), midnight(6))

    def works_at(moment: datetime) -> bool:
        clock.move_to(moment)
        with huis.app.app_context():
            return person_for(lid.gebruiker_id, lid.organisation_id) is not None

    second = timedelta(seconds=1)
    moments = [lid.van - second, lid.van + second, lid.tot - second, lid.tot + second]
    assert [works_at(moment) for moment in moments] == [False, True, True, False]


def test_who_begins_later_makes_the_account_now_and_works_from_that_day(huis, clock):
    invited(huis, huis.visitor("beheer"), van=typed(3))
    link = first_link(huis, newest(huis))
    assert written(3) in text_of(steps.Visitor(huis.app).get(link))
    nieuw = steps.activate(huis.app, link, "nieuw", huis.organisations["SWV"])
    clock.shift(timedelta(days=1))
    assert steps.Visitor(huis.app).sign_in(nieuw).status_code == 422
    clock.shift(timedelta(days=3))
    assert steps.Visitor(huis.app).sign_in(nieuw).status_code == 302


@pytest.mark.parametrize(
    ("van", "tot"), [(-1, None), (None, -1), (5, 3), (40_000, None), (None, 40_000)], ids=str
)
def test_days_that_cannot_be_are_refused_and_stay_in_the_form(huis, van, tot):
    fields = {name: typed(number) for name, number in (("van", van), ("tot", tot)) if number is not None}
    answer = invited(huis, huis.visitor("beheer"), **fields)
    assert answer.status_code == 422
    assert all(f'value="{value}"' in text_of(answer) for value in fields.values())
    assert huis.berichten() == []


def edited(huis: Staff, by: Visitor, key: str, **fields: str):
    home = huis.home(key)
    versie = re.search(r'name="versie" value="(\w+)"', text_of(by.get(f"{home}/bewerken")))[1]
    return by.post(f"{home}/bewerken", **({"versie": versie} | fields))


def test_a_role_administrator_changes_the_last_day_and_the_location(huis):
    beheer = huis.visitor("beheer")
    assert edited(huis, beheer, "specialist", tot=typed(0), locatie="Locatie Noord").status_code == 302
    lid = huis.lid("specialist")
    assert (lid.tot, lid.locatie) == (midnight(1), "Locatie Noord")
    page = text_of(beheer.get(huis.home("specialist")))
    assert written(0) in page
    assert "Locatie Noord" in page
    assert "Locatie Noord" in text_of(beheer.get("/medewerkers/"))
    assert 'option value="Locatie Noord"' in text_of(beheer.get(f"{huis.home('contact')}/bewerken"))
    (event,) = [event for event in huis.logged(Actie.WIJZIGEN) if event.noun == "Lidmaatschap"]
    assert event.nieuw.endswith(f"/{typed(0)}")


def test_the_first_day_changes_only_while_it_is_to_come(huis):
    beheer = huis.visitor("beheer")
    invited(huis, beheer, van=typed(9))
    newest(huis)
    assert edited(huis, beheer, "nieuw", van=typed(4)).status_code == 302
    assert huis.lid("nieuw").van == midnight(4)
    before = huis.lid("specialist").van
    assert edited(huis, beheer, "specialist", van=typed(4), tot=typed(9)).status_code == 302
    assert huis.lid("specialist").van == before, "a hidden field moves nothing"


def test_of_two_administrators_at_once_the_second_hears_it_and_loses_no_text(huis):
    first, second = huis.visitor("beheer"), huis.visitor("beheer2")
    path = f"{huis.home('specialist')}/bewerken"
    versie = re.search(r'name="versie" value="(\w+)"', text_of(second.get(path)))[1]
    assert edited(huis, first, "specialist", tot=typed(30)).status_code == 302
    late = second.post(path, versie=versie, tot=typed(60), locatie="Zuid")
    assert late.status_code == 409
    assert 'value="Zuid"' in text_of(late)
    assert huis.lid("specialist").tot == midnight(31)
    assert second.post(path, **fields_of(late)).status_code == 302
    assert huis.lid("specialist").locatie == "Zuid"


def fields_of(answer) -> dict[str, str]:
    """What the form on a page would send."""
    return dict(re.findall(r'<input[^>]* name="(versie|tot|locatie)" value="([^"]*)"', text_of(answer)))


def test_the_same_role_may_follow_itself_and_not_overlap(huis):
    beheer = huis.visitor("beheer")
    again = {"email": "specialist@example.org"}
    assert invited(huis, beheer, **again, van=typed(20)).status_code == 422
    assert edited(huis, beheer, "specialist", tot=typed(19)).status_code == 302
    assert invited(huis, beheer, **again, van=typed(20)).status_code == 302
    with huis.behind_the_scenes():
        first, later = db.session.scalars(
            db.select(Lidmaatschap)
            .filter_by(gebruiker_id=huis.people["specialist"][0])
            .order_by(Lidmaatschap.van)
        )
    beheer.get(f"/medewerkers/{first.id}/bewerken")
    assert beheer.post(f"/medewerkers/{first.id}/bewerken", tot=typed(20)).status_code == 422
    assert beheer.post(f"/medewerkers/{later.id}/bewerken", van=typed(19)).status_code == 422
    page = text_of(beheer.get(f"/medewerkers/{first.id}"))
    assert f"/medewerkers/{later.id}" in page, "the other membership is named"


def test_an_active_person_who_begins_later_hears_it_on_that_day(huis, clock):
    beheer = huis.visitor("beheer")
    invited(huis, beheer, email="voorschool2@example.org", van=typed(9))
    (bericht,) = huis.berichten(soort="nieuw_lidmaatschap")
    assert bericht.volgende_poging == midnight(9) + timedelta(hours=7)
    huis.people["nieuw"] = (bericht.ontvanger_id, huis.organisations["SWV"])
    edited(huis, beheer, "nieuw", van=typed(2))
    (bericht,) = huis.berichten(soort="nieuw_lidmaatschap")
    assert bericht.volgende_poging == midnight(2) + timedelta(hours=7)
    clock.move_to(bericht.volgende_poging)
    with huis.behind_the_scenes():
        assert outbox.may_still_know(db.session.get(Bericht, bericht.id))


# Last signed in


def test_the_list_says_when_each_last_signed_in_at_this_swv(huis):
    huis.visitor("specialist")
    with huis.behind_the_scenes():
        anker = huis.organisations["ANKER"]
        db.session.add(
            Sessie(
                token_hash="x", gebruiker_id=huis.people["contact"][0], swv_id=anker, organisation_id=anker
            )
        )
        db.session.commit()
    beheer = huis.visitor("beheer")
    rows = re.findall(r'<tr role="row">(.*?)</tr>', text_of(beheer.get("/medewerkers/")), re.DOTALL)
    (specialist,), (contact,) = ([row for row in rows if name in row] for name in ("Roderik", "Anneloes"))
    assert "vandaag" in specialist.partition("Laatst aangemeld")[2]
    assert "nog nooit" in contact
    assert "nog nooit" in text_of(beheer.get(huis.home("contact")))


@pytest.mark.parametrize("path", ["/medewerkers/", "{home}", "{home}/bewerken", "/medewerkers/nieuw"])
def test_no_page_asks_the_database_more_than_fifteen_questions(huis, path):
    beheer = huis.visitor("beheer")
    address = path.format(home=huis.home("specialist"))
    beheer.get(address)
    with statements(huis) as seen:
        assert beheer.get(address).status_code == 200
    assert len(seen) <= MOST, seen
