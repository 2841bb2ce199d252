"""What one school hears of another's answer (nothing), and colleagues who do not all lose the same."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.services import genodigden, openingen, overlegrondes, schoolvoorkeuren, status
from app.services.genodigden import Wie
from app.terms import Role
from tests.schools import Region


@pytest.fixture
def streek(app):
    return Region(app).settle()


def plan(streek, dossier, guest):
    """A consultation next week with one person of an organisation; gives its id."""
    with streek.at_work("specialist") as person:
        begins = datetime.now(UTC) + timedelta(days=7)
        data = {"hulpvraag": dossier, "begint_op": begins, "duur": 60, "plaats": "Kamer 3"}
        ronde = overlegrondes.add(data, by=person)
        genodigden.invite(ronde, Wie.MEDEWERKER, {"persoon": "{}.{}".format(*streek.people[guest])}, person)
        return ronde.id


@pytest.mark.parametrize("antwoord", ["akkoord", "afgewezen"])
def test_a_school_does_not_see_in_the_next_step_what_another_school_answered(streek, antwoord):
    dossier = streek.advised()
    first = streek.approached(dossier, "LINDE")
    streek.approached(dossier, "ESDOORN")
    streek.step(dossier, "aanmelden_school")

    def offered(who):
        with streek.at_work(who) as person:
            found = status.options(streek._hulpvraag(dossier), person)
            return [(o.transition.key, tuple(o.missing)) for o in found]

    before, preschool = offered("esdoorn"), offered("voorschool")
    streek.answer(first, antwoord, by="linde")
    assert offered("esdoorn") == before
    assert offered("voorschool") != preschool  # who sees all schools and their state
    client = streek.client("esdoorn")
    for page in (f"/hulpvragen/{dossier}", f"/hulpvragen/{dossier}/status", f"/hulpvragen/{dossier}/toegang"):
        text = client.get(page).get_data(as_text=True)
        assert "van voorkeur heeft afgewezen" not in text
        assert "van voorkeur is akkoord" not in text


def test_that_a_parent_took_a_consent_back_is_told_to_jk_staff_alone(streek):
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    streek.approached(dossier, "ESDOORN")
    streek.withdraw(dossier, by="ouder", school="LINDE")

    def says(who):
        return "de toestemming van de ouders ontbreekt" in streek.client(who).get(
            f"/hulpvragen/{dossier}/toegang"
        ).get_data(as_text=True)

    assert says("specialist")
    assert not says("esdoorn")
    assert not says("voorschool")


@pytest.mark.both_engines
def test_a_school_is_let_go_while_one_of_its_people_is_in_a_consultation(streek):
    with streek.behind_the_scenes():
        streek._account("bob", "Bob")
        streek._joins("bob", "LINDE", Role.CONTACTPERSOON_SCHOOL)
        db.session.commit()
    dossier = streek.advised()
    key = streek.approached(dossier, "LINDE")
    plan(streek, dossier, "linde")
    with streek.voorkeur(key, by="specialist") as (row, person):
        schoolvoorkeuren.drop(row, {"reden": "De ouders kiezen anders."}, person)
    told = {b.ontvanger_id: b.afscheid for b in streek.berichten(soort="school_vervallen")}
    assert told == {streek.people["linde"][0]: False, streek.people["bob"][0]: True}


def test_what_must_not_cross_the_closing_of_a_round_waits_on_sqlite_too(streek):
    ronde = plan(streek, streek.advised(), "linde")
    with streek.at_work("specialist"):
        openingen.locked_round(ronde)
        with db.engine.connect() as other:
            other.exec_driver_sql("PRAGMA busy_timeout=0")
            with pytest.raises(OperationalError, match="locked"):
                other.exec_driver_sql("UPDATE overlegronde SET duur = 30")
            other.invalidate()  # its timeout goes with it
