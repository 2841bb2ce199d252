"""A stand-in during leave: hears and sees what is for the absent colleague, and gets no right by it."""

import re
from datetime import timedelta

import pytest

from app.access import level
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Afspraak, Bericht, Hulpvraag, Lidmaatschap, Waarneming
from app.models.base import now
from app.services import afspraken, betrokkenen, stand_in, told, worklist
from app.services.mail import deliver_due
from app.terms import Actie, Level, Role
from tests.staff import Staff, compare_golden, day_in, midnight, typed, written
from tests.test_mail import as_sent
from tests.test_statements import MOST, statements

OWN = "/mijn-account/waarneming"


@pytest.fixture
def huis(app):
    return Staff(app).settle()


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def arrange(huis: Staff, key: str, by_whom: str, *, by: str = "beheer", van: int = 0, tot: int = 10) -> None:
    """Let somebody stand in, for so many days."""
    with huis.at_work(by) as person:
        lid = db.session.get(Lidmaatschap, huis.lid(key).id)
        data = {"waarnemer": str(huis.people[by_whom][0]), "van": day_in(van), "tot": day_in(tot)}
        stand_in.arrange(stand_in.for_member(lid, person), data, by=person)


def told_of(huis: Staff, key: object, organisation: str) -> set[int]:
    """Who hears of a dossier at an organisation."""
    with huis.behind_the_scenes():
        dossier = db.session.get(Hulpvraag, key)
        people = told.contacts(dossier, huis.organisations[organisation])
        return {person.gebruiker_id for person in people}


def ids(huis: Staff, *keys: str) -> set[int]:
    return {huis.people[key][0] for key in keys}


def test_mail_for_the_absent_specialist_goes_to_both_while_it_lasts(huis, clock):
    dossier = huis.dossier(specialist="specialist")
    arrange(huis, "specialist", "specialist2", van=2, tot=4)
    assert told_of(huis, dossier, "SWV") == ids(huis, "specialist")
    for moment, keys in ((midnight(2), ("specialist", "specialist2")), (midnight(5), ("specialist",))):
        clock.move_to(moment + timedelta(seconds=1))
        assert told_of(huis, dossier, "SWV") == ids(huis, *keys)


def test_mail_for_the_absent_contact_person_of_a_preschool_goes_to_both(huis):
    dossier = huis.dossier(contactpersoon="voorschool")
    assert told_of(huis, dossier, "VOORSCHOOL") == ids(huis, "voorschool")
    arrange(huis, "voorschool", "collega", by="rolbeheer")
    assert told_of(huis, dossier, "VOORSCHOOL") == ids(huis, "voorschool", "collega")


def test_a_change_of_status_is_told_to_the_stand_in(huis):
    dossier = huis.dossier(specialist="specialist")
    huis.documents(dossier)
    arrange(huis, "specialist", "specialist2")
    huis.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    told_now = huis.berichten(soort="status_bijlagen_toegevoegd")
    assert {bericht.ontvanger_id for bericht in told_now} == ids(huis, "specialist", "specialist2")


def test_a_new_specialist_who_is_away_is_told_with_the_stand_in(huis):
    dossier = huis.dossier(contactpersoon="voorschool")
    arrange(huis, "specialist", "specialist2")
    with huis.at_work("contact") as person:
        row = db.session.get(Hulpvraag, dossier)
        data = {
            "voorschool": huis.organisations["VOORSCHOOL"],
            "contactpersoon": huis.people["voorschool"][0],
            "specialist": huis.people["specialist"][0],
        }
        assert len(betrokkenen.change(row, data, by=person)) == 2


def test_an_agreement_that_names_the_absent_person_reminds_the_stand_in_too(huis, clock):
    dossier = huis.dossier(specialist="specialist")
    arrange(huis, "specialist", "specialist2")
    with huis.at_work("contact") as person:
        afspraken.add(
            {
                "hulpvraag": dossier,
                "wat": "Bellen",
                "uiterlijk": day_in(1),
                "voor": f"gebruiker:{huis.people['specialist'][0]}",
            },
            by=person,
        )
    with huis.at_work("specialist2") as person:
        assert [line.row.wat for line in afspraken.due(person)] == ["Bellen"]
    clock.move_to(midnight(1) - timedelta(minutes=1))
    with huis.app.app_context():
        assert afspraken.remind(now()) == 1
    reminded = huis.berichten(soort=afspraken.REMINDER)
    assert {bericht.ontvanger_id for bericht in reminded} == ids(huis, "specialist", "specialist2")
    with huis.behind_the_scenes():
        assert db.session.scalars(db.select(Afspraak)).one().voor_gebruiker_id == huis.people["specialist"][0]


def asked_of(huis: Staff, key: str) -> set[object]:
    with huis.at_work(key) as person:
        return {task.hulpvraag.id for task in worklist.asked(person)}


@pytest.mark.both_engines
def test_the_dossiers_of_the_absent_specialist_are_in_the_work_list_of_the_stand_in(huis):
    dossier = huis.dossier(specialist="specialist")
    huis.documents(dossier)
    huis.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    assert dossier not in asked_of(huis, "specialist2")
    arrange(huis, "specialist", "specialist2")
    assert dossier in asked_of(huis, "specialist2")
    assert dossier in asked_of(huis, "specialist")


def test_the_dossier_says_who_stands_in_and_until_when(huis):
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    arrange(huis, "specialist", "specialist2", tot=10)
    arrange(huis, "voorschool", "collega", by="rolbeheer", tot=3)
    page = text_of(huis.visitor("voorschool").get(f"/hulpvragen/{dossier}"))
    assert f"Waarneming: Bente Verzonnenman tot en met {written(10)}" in page
    assert f"Waarneming: Joris Verzonnenman tot en met {written(3)}" in page
    visitor = huis.visitor("specialist")
    visitor.get(f"/hulpvragen/{dossier}")
    with statements(huis) as seen:
        visitor.get(f"/hulpvragen/{dossier}")
    assert len(seen) <= MOST, seen


def test_a_stand_in_gets_no_right_that_the_role_does_not_give(huis):
    dossier = huis.dossier(specialist="specialist")
    with huis.behind_the_scenes():
        db.session.add(
            Waarneming(
                organisation_id=huis.organisations["SWV"],
                gebruiker_id=huis.people["specialist"][0],
                waarnemer_id=huis.people["beheer"][0],
                van=now(),
                tot=midnight(9),
                door_id=huis.people["beheer"][0],
            )
        )
        db.session.commit()
    assert huis.visitor("beheer").get(f"/hulpvragen/{dossier}").status_code == 404
    assert huis.people["beheer"][0] not in told_of(huis, dossier, "SWV")
    with huis.behind_the_scenes():
        assert level(huis.person("beheer"), db.session.get(Hulpvraag, dossier)) is Level.GEEN


def test_who_lost_the_role_since_hears_nothing_any_more(huis):
    dossier = huis.dossier(specialist="specialist")
    arrange(huis, "specialist", "specialist2")
    with huis.behind_the_scenes():
        db.session.get(Lidmaatschap, huis.lid("specialist2").id).geschorst_op = now()
        db.session.commit()
    assert told_of(huis, dossier, "SWV") == ids(huis, "specialist")


# Arranging it


def test_a_role_administrator_arranges_a_stand_in_and_ends_it(huis):
    beheer, home = huis.visitor("beheer"), huis.home("specialist")
    page = f"{home}/waarneming"
    assert page in text_of(beheer.get(home))
    beheer.get(page)
    done = beheer.post(page, waarnemer=str(huis.people["specialist2"][0]), van=typed(1), tot=typed(5))
    assert done.location == home
    assert f"Bente Verzonnenman, vanaf {written(1)} tot en met {written(5)}" in text_of(beheer.get(home))
    (bericht,) = huis.berichten()
    assert (bericht.soort, bericht.ontvanger_id) == (stand_in.ARRANGED, huis.people["specialist2"][0])
    assert "U neemt waar voor" in text_of(huis.visitor("specialist2").get("/mijn-account"))
    (end,) = re.findall(rf'action="({page}/[^"]+/beeindigen)"', text_of(beheer.get(page)))
    assert beheer.post(end).location == page
    assert "Bente" not in text_of(beheer.get(home))
    assert len(huis.logged(Actie.WAARNEMING_REGELEN)) == 2


def test_one_arranges_a_stand_in_for_oneself(huis):
    specialist = huis.visitor("specialist")
    assert OWN in text_of(specialist.get("/mijn-account"))
    specialist.get(OWN)
    done = specialist.post(OWN, waarnemer=str(huis.people["specialist2"][0]), tot=typed(5))
    assert done.location == "/mijn-account"
    assert "Bente Verzonnenman" in text_of(specialist.get("/mijn-account"))
    (end,) = re.findall(rf'action="({OWN}/[^"]+/beeindigen)"', text_of(specialist.get(OWN)))
    other = huis.visitor("contact")
    other.get("/mijn-account")
    assert other.post(end).status_code == 404, "somebody else's"
    specialist.get(OWN)
    assert specialist.post(end).location == OWN
    assert "Bente" not in text_of(specialist.get("/mijn-account"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"waarnemer": "specialist"}, "zichzelf"),
        ({"waarnemer": "contact"}, "dezelfde functie"),
        ({"waarnemer": "anker-jk"}, "dezelfde functie"),
        ({"waarnemer": "voorschool"}, "dezelfde functie"),
        ({"waarnemer": "", "tot": 5}, "dezelfde functie"),
        ({"waarnemer": "specialist2", "tot": None}, "laatste dag"),
        ({"waarnemer": "specialist2", "van": 5, "tot": 3}, "voor de eerste dag"),
        ({"waarnemer": "specialist2", "van": -3}, "voorbij"),
        ({"waarnemer": "specialist2", "tot": -1}, "voorbij"),
        ({"waarnemer": "specialist2", "tot": 99_999}, "jaartal"),
    ],
    ids=str,
)
def test_what_cannot_be_arranged_is_refused_in_words(huis, fields, said):
    sent = {"waarnemer": fields["waarnemer"], "tot": typed(5)} | {
        name: typed(number) if number is not None else ""
        for name, number in fields.items()
        if name != "waarnemer"
    }
    sent["waarnemer"] = str(huis.people.get(sent["waarnemer"], [""])[0])
    for key, path in (("beheer", f"{huis.home('specialist')}/waarneming"), ("specialist", OWN)):
        visitor = huis.visitor(key)
        visitor.get(path)
        answer = visitor.post(path, **sent)
        assert answer.status_code == 422
        assert said in text_of(answer)
    with huis.behind_the_scenes():
        assert list(db.session.scalars(db.select(Waarneming))) == []


def test_two_stand_ins_at_once_are_refused_and_one_after_another_are_not(huis):
    with huis.behind_the_scenes():
        huis.hire("specialist3", "SWV", Role.JK_SPECIALIST)
        db.session.commit()
    arrange(huis, "specialist", "specialist2", van=2, tot=5)
    for van, tot in ((0, 2), (5, 9), (3, 4), (0, 20)):
        with pytest.raises(BadInput) as refused:
            arrange(huis, "specialist", "specialist3", van=van, tot=tot)
        assert "Bente" in refused.value.fields["van"]
    arrange(huis, "specialist", "specialist3", van=6, tot=9)
    arrange(huis, "specialist", "specialist3", van=0, tot=1)


@pytest.mark.parametrize(
    ("by", "whom"), [("anker", "specialist"), ("rolbeheer", "contact"), ("specialist", "contact")]
)
def test_nobody_arranges_leave_for_who_is_not_theirs(huis, by, whom):
    visitor = huis.visitor(by)
    path = f"{huis.home(whom)}/waarneming"
    assert visitor.get(path).status_code == 404
    visitor.get("/mijn-account")
    assert visitor.post(path, waarnemer="1", tot=typed(3)).status_code == 404


def test_a_role_without_work_of_its_own_has_no_stand_in(huis):
    assert huis.visitor("beheer").get(OWN).status_code == 404
    assert "Waarneming" not in text_of(huis.visitor("beheer").get("/mijn-account"))
    with huis.at_work("beheer") as person, pytest.raises(NotFound):
        stand_in.for_member(db.session.get(Lidmaatschap, huis.lid("beheer2").id), person)


def test_who_has_left_gets_no_stand_in(huis):
    with huis.behind_the_scenes():
        db.session.get(Lidmaatschap, huis.lid("specialist").id).tot = now()
        db.session.commit()
    with pytest.raises(Conflict):
        arrange(huis, "specialist", "specialist2")


def test_the_mail_to_the_stand_in_is_sent_as_its_golden_copy_says(huis, smtp):
    arrange(huis, "specialist", "specialist2")
    with huis.app.app_context():
        deliver_due()
    (letter,) = smtp.letters
    with huis.behind_the_scenes():
        assert db.session.scalars(db.select(Bericht)).one().soort == stand_in.ARRANGED
    compare_golden({stand_in.ARRANGED: as_sent(letter)})


@pytest.mark.parametrize("path", ["{home}/waarneming", "{home}", OWN, "/mijn-account", "/"])
def test_no_page_asks_the_database_more_than_fifteen_questions(huis, path):
    arrange(huis, "specialist", "specialist2")
    visitor = huis.visitor("beheer" if "home" in path else "specialist")
    address = path.format(home=huis.home("specialist"))
    visitor.get(address)
    with statements(huis) as seen:
        assert visitor.get(address).status_code == 200
    assert len(seen) <= MOST, seen
