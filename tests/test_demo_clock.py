"""The demo's clock: time passes for the dossiers, and not for who is at work in them."""

import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import g
from sqlalchemy import Date, inspect, update

from app import models as m
from app.access import as_system, level, person_for
from app.errors import BadInput, NotFound
from app.extensions import db
from app.models.base import Moment, now
from app.security import person_of
from app.services import demo, demo_clock, openingen, postvak, reminders, schoolantwoorden
from app.services.mail import deliver_due
from app.terms import Doel, Level, Opening, Status, VoorkeurStaat
from tests.demo_told import everything, settings, told  # noqa: F401 - fixtures

WINTER = datetime(2026, 1, 20, 13, 5, 0, 123456, UTC)


def moments(model) -> dict[str, list]:
    columns = [c.key for c in inspect(model).column_attrs if isinstance(c.columns[0].type, Moment)]
    keys = [column.name for column in inspect(model).primary_key]
    return {
        f"{[getattr(row, key) for key in keys]} {name}": getattr(row, name)
        for row in everything(model)
        for name in columns
    }


def dutch(moment: datetime) -> datetime:
    return moment.astimezone(demo_clock.ZONE).replace(tzinfo=None)


@pytest.mark.parametrize("days", demo.DAYS)
def test_all_that_happened_is_that_much_longer_ago_at_the_same_hour(told, days):
    with told.app_context():
        story = [getattr(m, name) for name in m.__all__ if getattr(m, name) not in demo_clock.OF_NOW]
        before = {model: moments(model) for model in story}
        demo.pass_days(days)
        for model in story:
            after = moments(model)
            assert after.keys() == before[model].keys()
            for key, moment in before[model].items():
                if moment is not None:
                    assert dutch(after[key]) == dutch(moment) - timedelta(days=days), key


def test_who_is_signed_in_stays_so_and_a_link_in_a_mail_works_on(told):
    with told.app_context():
        token = demo.sign_in("voorschool", instead_of=None)
        links = moments(m.Uitnodiging)
        demo.pass_days(42)
        assert person_of(token).naam == "Anna de Wit"
        assert moments(m.Uitnodiging) == links


def test_a_mail_in_hand_stays_with_the_worker_that_has_it(told):
    with told.app_context():
        with as_system("a worker takes a mail"):
            db.session.execute(update(m.Bericht).values(bezig_tot=WINTER))
            db.session.commit()
        demo.pass_days(1)
        assert {row.bezig_tot for row in everything(m.Bericht)} == {WINTER}


def test_days_move_along_with_the_moment_at_which_they_were_noted(told):
    """A birthday does not move, nor the day on which authority was settled."""
    with told.app_context():
        dossier = next(row for row in everything(m.Hulpvraag) if row.status is Status.AANVRAAG)
        who, school = everything(m.Gebruiker)[0].id, everything(m.Organisation)[0].id
        parent = next(row for row in everything(m.Gezagsdrager) if row.kind_id == dossier.kind_id)
        of = {"swv_id": dossier.swv_id, "hulpvraag_id": dossier.id}
        added = (
            m.Afspraak(
                **of, wat="Bellen", uiterlijk=date(2026, 2, 3), gemaakt_door_id=who, gemaakt_op=WINTER
            ),
            m.SchoolVoorkeur(
                **of, school_id=school, rang=1, voorgesteld_door_id=who, voorgesteld_op=WINTER,
                benaderd_op=WINTER + timedelta(days=60), aangemeld_op=date(2026, 3, 21),
            ),
            m.Toestemming(
                **of, gezagsdrager_id=parent.id, organisation_id=school, doel=Doel.SCHOOL_VAN_VOORKEUR,
                tekst="…", gevraagd_op=WINTER, gevraagd_door_id=who, getekend_op=date(2026, 1, 19),
            ),
        )  # fmt: skip
        with as_system("the test makes what other services make"):
            parent.gezag_datum = date(2024, 1, 1)
            db.session.add_all(added)
            change = everything(m.StatusWijziging)[0]
            change.vanaf, start = date(2026, 8, 24), everything(m.Kind)[0].geboortedatum
            db.session.commit()
            change_id, keys = change.id, [row.id for row in added]
        demo.pass_days(7)
        with as_system("the test looks"):
            models = (m.Afspraak, m.SchoolVoorkeur, m.Toestemming)
            afspraak, voorkeur, toestemming = map(db.session.get_one, models, keys)
        assert afspraak.uiterlijk == date(2026, 1, 27)
        assert voorkeur.aangemeld_op == date(2026, 3, 14)
        assert voorkeur.beslist_uiterlijk == date(2026, 4, 25)
        assert toestemming.getekend_op == date(2026, 1, 12)
        assert {row.id: row.vanaf for row in everything(m.StatusWijziging)}[change_id] == date(2026, 8, 17)
        assert everything(m.Kind)[0].geboortedatum == start
        assert date(2024, 1, 1) in {row.gezag_datum for row in everything(m.Gezagsdrager)}


def test_each_day_in_the_tables_is_of_a_dossiers_time_or_is_not():
    days = {
        (model, column.key)
        for model in (getattr(m, name) for name in m.__all__)
        for column in inspect(model).column_attrs
        if isinstance(column.columns[0].type, Date)
    }
    assert days == demo_clock.NOTED.keys() | demo_clock.FIXED


def test_the_hour_stays_the_same_over_the_end_of_summer_time():
    summer = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert demo_clock.earlier(14)(summer) == datetime(2026, 10, 19, 8, 30, tzinfo=UTC)


def test_the_demo_remembers_how_far_it_went_until_it_begins_again(told):
    with told.app_context():
        before = {model: moments(model) for model in (m.StatusWijziging, m.Hulpvraag, m.Bericht)}
        assert demo.days_passed() == 0
        demo.pass_days(7)
        demo.pass_days(42)
        assert demo.days_passed() == 49
        demo.begin_again()
        assert demo.days_passed() == 0
        assert before == {model: moments(model) for model in before}


def test_beginning_again_after_days_have_really_passed(told, clock):
    with told.app_context():
        before = max(row.op for row in everything(m.StatusWijziging))
        demo.pass_days(42)
        clock.shift(timedelta(days=10))
        demo.begin_again()
        after = max(row.op for row in everything(m.StatusWijziging))
        assert dutch(after) - dutch(before) == timedelta(days=10)
        assert demo.days_passed() == 0


@pytest.mark.parametrize("days", [0, -7, 2, 43, 10**6])
def test_the_clock_takes_no_other_steps(told, days):
    with told.app_context():
        with pytest.raises(NotFound):
            demo.pass_days(days)
        assert demo.days_passed() == 0


def test_it_is_done_at_once_or_not_at_all(told, monkeypatch):
    with told.app_context():
        before = moments(m.StatusWijziging)
        monkeypatch.setattr(demo_clock, "days_passed", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            demo_clock.pass_days(7)
        db.session.rollback()
        assert moments(m.StatusWijziging) == before


def test_it_takes_less_than_a_second(told):
    with told.app_context():
        start = time.process_time()
        demo.pass_days(7)
        assert time.process_time() - start < 1


def test_people_and_the_mail_worker_go_on_while_the_clock_is_moved(told, smtp):
    """Nobody's change is lost: three people write, the worker sends, and each step of the clock counts."""
    told.config["MAIL_PORT"] = smtp.port
    failed: list[BaseException] = []

    def at_work(act, times: int) -> None:
        try:
            for _time in range(times):
                with told.app_context():
                    act()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    with told.app_context():
        sessions = len(everything(m.Sessie))
        oldest = min(row.op for row in everything(m.StatusWijziging))
        before = sum(row.verzonden_op is not None for row in everything(m.Bericht))
    acts = [
        (lambda: demo.pass_days(1), 8),
        (lambda: demo.pass_days(7), 4),
        (lambda: demo.sign_in("voorschool", instead_of=None), 10),
        (lambda: deliver_due(limit=3), 5),
    ]
    threads = [threading.Thread(target=at_work, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with told.app_context():
        assert demo.days_passed() == 36
        assert len(everything(m.Sessie)) == sessions + 10
        first = min(row.op for row in everything(m.StatusWijziging))
        assert dutch(first) == dutch(oldest) - timedelta(days=36)
        sent = [row for row in everything(m.Bericht) if row.verzonden_op is not None]
        assert len(sent) - before == len(smtp.letters) > 0
        assert all(row.verzonden_op <= now() for row in sent)


def test_the_page_says_how_far_it_is_and_each_page_too(told):
    with told.test_client() as visitor:
        page = visitor.get("/demo", base_url="http://localhost").get_data(as_text=True)
        assert "dag verder." not in page
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        moved = visitor.post(
            "/demo/verder", data={"csrf_token": token, "dagen": "7", "terug": "/demo/stappen"},
            base_url="http://localhost",
        )  # fmt: skip
        assert moved.location == "/demo/stappen"
        for path in ("/demo", "/demo/stappen", "/login"):
            page = visitor.get(path, base_url="http://localhost").get_data(as_text=True)
            assert "De demo is 7 dagen verder." in page


@pytest.mark.parametrize("typed", ["", "x", "-1", "7.0", "99999999999999999999", "²"])
def test_garbage_moves_no_clock(told, typed):
    with told.test_client() as visitor:
        page = visitor.get("/demo", base_url="http://localhost").get_data(as_text=True)
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        data = {"csrf_token": token, "dagen": typed, "terug": "//elders.example"}
        assert visitor.post("/demo/verder", data=data, base_url="http://localhost").status_code == 404


def test_the_clock_needs_the_pages_own_token(told):
    visitor = told.test_client()
    assert visitor.post("/demo/verder", data={"dagen": "7"}, base_url="http://localhost").status_code == 400
    with told.app_context():
        assert demo.days_passed() == 0
        assert postvak.count() == 0


def test_six_weeks_further_the_school_of_ravi_is_too_late_and_the_specialist_still_notes_its_answer(told):
    with told.app_context():
        demo.pass_days(42)
    with told.test_request_context("/"):
        school = play("school", "De Linde")
        answer = {"antwoord": VoorkeurStaat.AKKOORD}
        row = preference("Ravi")
        assert row.beslist_uiterlijk < now().date()
        with pytest.raises(BadInput) as refused:
            schoolantwoorden.answer(row, answer, school)
        assert "liep af op" in str(refused.value.sentence)
        db.session.rollback()
    with told.test_request_context("/"):
        specialist = play("specialist", "SWV De Brug")
        schoolantwoorden.answer(preference("Ravi"), answer | {"op": now().date()}, specialist)
        assert preference("Ravi").staat is VoorkeurStaat.AKKOORD


def test_a_dossier_that_opens_after_a_consultation_opens_when_its_day_has_come(told):
    with told.test_request_context("/"):
        specialist = play("specialist", "SWV De Brug")
        mother = next(row for row in everything(m.Gebruiker) if row.username == "moeder-milan")
        deelname = next(row for row in everything(m.Deelname) if row.gebruiker_id == mother.id)
        openingen.open_dossier(deelname, Opening.NA_OVERLEG, None, specialist)
        mother_id, hulpvraag_id = mother.id, deelname.hulpvraag_id
    for days, expected in ((0, Level.OUDER), (7, Level.DOSSIER)):
        with told.app_context():
            if days:
                demo.pass_days(days)
        with told.test_request_context("/"):
            person = person_for(mother_id, None, swv_id=play("specialist", "SWV De Brug").swv_id)
            with as_system("the test looks"):
                dossier = db.session.get_one(m.Hulpvraag, hulpvraag_id)
                assert level(person, dossier) is expected


def test_as_time_passes_people_are_reminded_of_terms_and_agreements(told):
    morning = now().replace(hour=11)
    with told.app_context():
        while reminders.due(morning):
            pass
        known = {row.id for row in everything(m.Bericht)}
        demo.pass_days(42)
        while reminders.due(morning):
            pass
        new = [row.soort for row in everything(m.Bericht) if row.id not in known]
        assert {"school_termijn", "afspraak_herinnering"} <= set(new)
        assert reminders.due(morning) == 0


def play(key: str, naam: str):
    """Be this person of the demo in the request of the test."""
    gebruiker = next(row for row in everything(m.Gebruiker) if row.username == key)
    place = next(row for row in everything(m.Organisation) if row.naam == naam)
    g.person = person_for(gebruiker.id, place.id)
    return g.person


def preference(voornaam: str) -> m.SchoolVoorkeur:
    """The school of preference of this child."""
    kind = next(row.id for row in everything(m.Kind) if row.voornaam == voornaam)
    dossier = next(row.id for row in everything(m.Hulpvraag) if row.kind_id == kind)
    return next(row for row in everything(m.SchoolVoorkeur) if row.hulpvraag_id == dossier)
