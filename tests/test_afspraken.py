"""Agreements: who makes them, who sees and ticks them, who is reminded and how often."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from app.access import as_system
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Afspraak, Gebeurtenis, Hulpvraag, Overlegronde
from app.services import afspraken, partijen, reminders
from app.services.mail import deliver_due
from app.terms import Actie, Gezag, Zichtbaarheid
from tests.involving import (
    add_parent,
    add_school,
    advance,
    afspraken_of,
    approach,
    sign_in,
    the,
)
from tests.partnership import Partnership

TODAY = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
TOMORROW = date(2026, 5, 7)


@pytest.fixture
def settings(settings):
    return settings | {"SESSION_IDLE": timedelta(days=30), "SESSION_ABSOLUTE": timedelta(days=30)}


@pytest.fixture
def clock():
    with time_machine.travel(TODAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def huis(app, clock):
    return Partnership(app).settle()


@pytest.fixture
def dossier(huis):
    """A dossier that the preschool may open."""
    made = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    huis.documents(made)
    advance(huis, made, "bijlagen_toegevoegd", "onderwijsadvies")
    with huis.app.app_context():
        deliver_due()
    return made


def agreed(huis, dossier, *, by="specialist", voor=None, **changed):
    """Make an agreement, for the preschool when nobody is named."""
    data = {
        "hulpvraag": dossier,
        "wat": "De logopedist bellen",
        "voor": place(huis, "VOORSCHOOL") if voor is None else voor,
        "uiterlijk": TOMORROW,
        "zichtbaarheid": Zichtbaarheid.GEDEELD,
    } | changed
    with huis.at_work(by) as person:
        return afspraken.add(data, by=person).id


def place(huis, key):
    return f"organisation:{huis.organisations[key]}"


def account(huis, key):
    return f"gebruiker:{huis.people[key][0]}"


def titles(huis, dossier, key):
    with huis.at_work(key) as person:
        return [line.row.wat for line in afspraken.of(the(Hulpvraag, dossier), person)]


def remind(huis, at):
    with huis.app.app_context():
        return reminders.due(at)


def addressed(smtp, huis):
    """Deliver what waits, and give to whom."""
    before = len(smtp.letters)
    with huis.app.app_context():
        deliver_due()
    return sorted(to for letter in smtp.letters[before:] for to in letter.recipients)


def test_one_can_be_named_who_is_a_party_of_the_dossier_and_nobody_else(huis, dossier):
    add_school(huis, "LINDE", "school")
    add_school(huis, "WILG", "school2")
    add_parent(huis, dossier)
    add_parent(huis, dossier, "ouder2", gezag=Gezag.NEE)
    approach(huis, dossier, "LINDE")
    with huis.at_work("specialist"):
        found = {one.key for one in partijen.candidates(the(Hulpvraag, dossier))}
    assert found == {
        *(place(huis, key) for key in ("SWV", "VOORSCHOOL", "LINDE")),
        *(account(huis, key) for key in ("specialist", "ouder")),
    }
    for stranger in (place(huis, "WILG"), place(huis, "VOORSCHOOL2"), account(huis, "ouder2"), "x:1", ""):
        with pytest.raises(BadInput):
            agreed(huis, dossier, voor=stranger)
    assert afspraken_of(huis) == []


def test_an_agreement_for_a_day_that_has_passed_is_refused_and_today_is_fine(huis, dossier):
    with pytest.raises(BadInput) as refused:
        agreed(huis, dossier, uiterlijk=TODAY.date() - timedelta(days=1))
    assert set(refused.value.fields) == {"uiterlijk"}
    assert agreed(huis, dossier, uiterlijk=TODAY.date())


@pytest.mark.parametrize("by", ["voorschool", "collega", "voorschool2", "rolbeheer"])
def test_only_jk_staff_makes_agreements(huis, dossier, by):
    with pytest.raises(NotFound):
        agreed(huis, dossier, by=by)


def test_it_is_made_in_a_round_of_the_same_dossier_alone(huis, dossier):
    other = huis.dossier(specialist="specialist")
    with huis.behind_the_scenes():
        rounds = [
            Overlegronde(
                swv_id=huis.organisations["SWV"],
                hulpvraag_id=of,
                begint_op=TODAY,
                gemaakt_door_id=huis.people["specialist"][0],
            )
            for of in (dossier, other)
        ]
        db.session.add_all(rounds)
        db.session.commit()
        own, elsewhere = (row.id for row in rounds)
    assert agreed(huis, dossier, overlegronde=str(own))
    assert afspraken_of(huis)[0].overlegronde_id == own
    for wrong in (elsewhere, "x"):
        with pytest.raises(NotFound):
            agreed(huis, dossier, overlegronde=str(wrong))


@pytest.mark.both_engines
def test_shared_ones_are_seen_by_all_in_the_dossier_and_internal_ones_by_who_is_named(huis, dossier):
    add_school(huis, "LINDE", "school")
    approach(huis, dossier, "LINDE")
    agreed(huis, dossier, wat="gedeeld", uiterlijk=TOMORROW + timedelta(days=3))
    agreed(huis, dossier, wat="intern", voor=place(huis, "LINDE"), zichtbaarheid=Zichtbaarheid.INTERN)
    assert titles(huis, dossier, "specialist") == ["intern", "gedeeld"], "by date"
    assert titles(huis, dossier, "voorschool") == ["gedeeld"]
    assert titles(huis, dossier, "school") == ["intern", "gedeeld"]


@pytest.mark.both_engines
def test_who_is_named_ticks_it_off_once_and_jk_staff_takes_that_back(huis, dossier):
    key = agreed(huis, dossier)
    with huis.at_work("voorschool") as person:
        afspraken.tick(the(Afspraak, key), by=person)
    with huis.at_work("collega") as person:
        afspraken.tick(the(Afspraak, key), by=person)
        with pytest.raises(NotFound):
            afspraken.reopen(the(Afspraak, key), by=person)
    (row,) = afspraken_of(huis)
    assert row.gedaan_door_id == huis.people["voorschool"][0], "the first one stays"
    with huis.behind_the_scenes():
        events = db.session.scalars(db.select(Gebeurtenis).filter_by(actie=Actie.AFVINKEN)).all()
        assert len(events) == 1
    with huis.at_work("specialist") as person:
        afspraken.reopen(the(Afspraak, key), by=person)
    assert afspraken_of(huis)[0].gedaan_op is None


def test_who_is_not_named_does_not_tick_it_off(huis, dossier):
    key = agreed(huis, dossier, voor=account(huis, "specialist"))
    with huis.at_work("voorschool") as person:
        row = the(Afspraak, key)
        assert afspraken.tickable([row], person) == set()
        with pytest.raises(NotFound):
            afspraken.tick(row, by=person)


@pytest.mark.both_engines
def test_two_who_change_it_at_once_do_not_lose_each_others_words(huis, dossier):
    key = agreed(huis, dossier)
    (before,) = afspraken_of(huis)
    words = {"voor": before.voor, "uiterlijk": before.uiterlijk, "versie": before.versie}
    with huis.at_work("specialist") as person:
        afspraken.edit(the(Afspraak, key), words | {"wat": "De huisarts bellen"}, by=person)
    with huis.at_work("contact") as person, pytest.raises(Conflict):
        afspraken.edit(the(Afspraak, key), words | {"wat": "Niemand bellen"}, by=person)
    assert afspraken_of(huis)[0].wat == "De huisarts bellen"


@pytest.mark.both_engines
def test_who_is_named_is_reminded_once_the_day_before_and_once_when_it_is_late_with_the_specialist(
    huis, dossier, smtp, clock
):
    agreed(huis, dossier)
    assert remind(huis, TODAY.replace(hour=1)) == 0, "not in the night"
    assert remind(huis, TODAY) == 1
    assert remind(huis, TODAY + timedelta(minutes=1)) == 0
    assert addressed(smtp, huis) == ["voorschool@example.org"]
    on_the_day = TODAY + timedelta(days=1)
    clock.move_to(on_the_day)
    assert remind(huis, on_the_day) == 0
    late = TODAY + timedelta(days=2)
    clock.move_to(late)
    assert remind(huis, late) == 1
    assert remind(huis, late + timedelta(days=1)) == 0
    assert addressed(smtp, huis) == ["specialist@example.org", "voorschool@example.org"]
    text = smtp.letters[-1].text
    assert "logopedist" not in text
    assert "Mila" not in text
    assert re.search(r"JK-2026-\w{6}", text)


@pytest.mark.both_engines
def test_a_reminder_that_the_day_before_missed_still_comes_on_the_day(huis, dossier, clock):
    agreed(huis, dossier)
    clock.move_to(TODAY + timedelta(days=1))
    assert remind(huis, TODAY + timedelta(days=1)) == 1
    assert remind(huis, TODAY + timedelta(days=1, hours=2)) == 0


@pytest.mark.both_engines
def test_two_workers_remind_once(huis, dossier):
    key = agreed(huis, dossier)
    with huis.app.app_context(), as_system("two workers at once"):
        row = the(Afspraak, key)
        assert afspraken._remind(row.id, TODAY) == 1
        seen = Afspraak.herinnerd_op.is_(None)
        assert not afspraken._changed(row, seen, herinnerd_op=TODAY)
        db.session.rollback()
    assert len(huis.berichten(soort="afspraak_herinnering")) == 1


def test_what_is_done_and_what_is_of_an_ended_dossier_reminds_nobody(huis, dossier):
    key = agreed(huis, dossier)
    with huis.at_work("voorschool") as person:
        afspraken.tick(the(Afspraak, key), by=person)
    agreed(huis, dossier, wat="Andere")
    advance(huis, dossier, "ingetrokken")
    assert remind(huis, TODAY) == 0


def test_who_lost_the_dossier_is_not_reminded_of_it(huis, dossier, smtp):
    agreed(huis, dossier)
    advance(huis, dossier, "terugnemen")
    assert remind(huis, TODAY) == 1
    assert huis.berichten(soort="afspraak_herinnering") == []


def test_a_parent_who_is_named_is_reminded_at_the_own_address_and_reads_it(huis, dossier, smtp):
    add_parent(huis, dossier)
    agreed(huis, dossier, voor=account(huis, "ouder"), zichtbaarheid=Zichtbaarheid.INTERN)
    remind(huis, TODAY)
    assert addressed(smtp, huis) == ["ouder@example.org"]
    page = sign_in(huis, "ouder").get(f"/hulpvragen/{dossier}/afspraken").get_data(as_text=True)
    assert "De logopedist bellen" in page


def test_a_date_that_is_changed_reminds_anew(huis, dossier):
    key = agreed(huis, dossier)
    remind(huis, TODAY)
    (row,) = afspraken_of(huis)
    with huis.at_work("specialist") as person:
        data = {"wat": row.wat, "voor": row.voor, "uiterlijk": TOMORROW + timedelta(days=1)}
        afspraken.edit(the(Afspraak, key), data, by=person)
    assert remind(huis, TODAY + timedelta(hours=1)) == 0
    assert remind(huis, TODAY + timedelta(days=1)) == 1


def test_the_specialist_makes_changes_and_ticks_off_an_agreement_on_the_screen(huis, dossier):
    staff = sign_in(huis, "specialist")
    form = staff.get(f"/afspraken/nieuw?hulpvraag={dossier}").get_data(as_text=True)
    assert "De Speelhoek" in form
    typed = {"hulpvraag": str(dossier), "wat": "Bellen", "voor": place(huis, "VOORSCHOOL")}
    wrong = staff.post(f"/afspraken/nieuw?hulpvraag={dossier}", **typed, uiterlijk="2020-01-01",
                       zichtbaarheid="gedeeld")  # fmt: skip
    assert wrong.status_code == 422
    assert "Bellen" in wrong.get_data(as_text=True)
    made = staff.post("/afspraken/nieuw", **typed, uiterlijk="2026-05-07", zichtbaarheid="gedeeld")
    assert made.location == f"/hulpvragen/{dossier}/afspraken"
    (row,) = afspraken_of(huis)
    page = staff.get(f"/afspraken/{row.id}/bewerken").get_data(as_text=True)
    assert "Bellen" in page
    changed = staff.post(
        f"/afspraken/{row.id}/bewerken",
        **typed | {"wat": "Mailen", "versie": row.versie},
        uiterlijk="2026-05-08",
        zichtbaarheid="intern",
    )
    assert changed.status_code == 302
    assert afspraken_of(huis)[0].wat == "Mailen"
    preschool = sign_in(huis, "voorschool")
    assert "Mailen" in preschool.get("/").get_data(as_text=True), "on the work list"
    assert preschool.get(f"/afspraken/{row.id}").status_code == 200
    assert preschool.post(f"/afspraken/{row.id}/gedaan").status_code == 302
    assert "Mailen" not in preschool.get("/").get_data(as_text=True)
    assert preschool.post(f"/afspraken/{row.id}/niet-gedaan").status_code == 404
    staff.get(f"/afspraken/{row.id}")
    assert staff.post(f"/afspraken/{row.id}/niet-gedaan").status_code == 302
    assert "Mailen" in staff.get("/afspraken/").get_data(as_text=True)


@pytest.mark.parametrize("who", ["voorschool", "rolbeheer", "voorschool2"])
def test_the_form_does_not_exist_for_who_makes_no_agreements(huis, dossier, who):
    assert sign_in(huis, who).get(f"/afspraken/nieuw?hulpvraag={dossier}").status_code == 404


def test_without_a_dossier_of_ones_own_the_form_does_not_exist(huis, dossier):
    staff = sign_in(huis, "specialist")
    assert staff.get("/afspraken/nieuw").status_code == 404
    assert staff.get("/afspraken/nieuw?hulpvraag=x").status_code == 404


def test_the_work_list_of_jk_staff_shows_their_own_and_what_is_late_in_their_dossiers(huis, dossier, clock):
    agreed(huis, dossier, wat="van de voorschool")
    agreed(huis, dossier, wat="van mij", voor=account(huis, "specialist"))
    with huis.at_work("specialist") as person:
        assert [it.row.wat for it in afspraken.due(person)] == ["van mij"]
    clock.move_to(TODAY + timedelta(days=3))
    with huis.at_work("specialist") as person:
        assert {it.row.wat for it in afspraken.due(person)} == {"van mij", "van de voorschool"}
    with huis.at_work("specialist2") as person:
        assert afspraken.due(person) == []
    assert "Te laat" in sign_in(huis, "specialist").get("/").get_data(as_text=True)
