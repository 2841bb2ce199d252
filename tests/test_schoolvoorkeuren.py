"""Schools of preference: proposed, ranked, approached with consent, asked and answered within their term."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app import access
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Bericht, Betrokkenheid, Hulpvraag, Notitie, Organisation, SchoolVoorkeur
from app.models.base import now
from app.services import (
    berichten,
    reminders,
    schoolantwoorden,
    schooltermijn,
    schoolvoorkeuren,
    worklist,
)
from app.services.mail import deliver_due
from app.terms import BerichtStatus, Ground, MailFout, OrganisationSoort, Role, VoorkeurStaat, Zichtbaarheid
from tests.schools import Region, today

pytestmark = pytest.mark.both_engines


@pytest.fixture
def streek(app):
    return Region(app).settle()


def deliver(streek):
    with streek.app.app_context():
        return deliver_due()


def texts(smtp, key):
    return [letter.text for letter in smtp.to(f"{key}@example.org")]


def order(streek, dossier):
    with streek.at_work("specialist"):
        row = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        return [found.school.naam for found in schoolvoorkeuren.of(row)]


def changed_on(streek, dossier):
    with streek.at_work("specialist"):
        return db.session.scalar(db.select(Hulpvraag.gewijzigd_op).where(Hulpvraag.id == dossier))


def test_a_parent_proposes_a_school_and_the_specialist_hears_of_it(streek, smtp):
    dossier = streek.advised()
    streek.propose(dossier, "ESDOORN")
    key = streek.propose(dossier, "LINDE", by="ouder")
    deliver(streek)
    assert any("school van voorkeur" in text for text in texts(smtp, "specialist"))
    assert order(streek, dossier) == ["De Esdoorn", "De Linde"]
    with streek.voorkeur(key, by="specialist") as (row, _person):
        assert row.door_ouder


def test_only_a_school_of_the_swv_that_is_open_can_be_proposed_and_each_once(streek):
    dossier = streek.advised()
    with streek.behind_the_scenes():
        anker = Organisation(naam="SWV Het Anker", soort=OrganisationSoort.SAMENWERKINGSVERBAND)
        db.session.add(anker)
        db.session.flush()
        kade = Organisation(naam="De Kade", soort=OrganisationSoort.SCHOOL, swv_id=anker.id)
        gone = Organisation(
            naam="De Populier",
            soort=OrganisationSoort.SCHOOL,
            swv_id=streek.organisations["SWV"],
            actief=False,
        )
        db.session.add_all([kade, gone])
        db.session.commit()
        streek.organisations |= {"KADE": kade.id, "GONE": gone.id}
    streek.propose(dossier, "LINDE")
    for school in ("KADE", "GONE", "VOORSCHOOL", "LINDE"):
        for by in ("specialist", "ouder"):
            with pytest.raises(BadInput) as wrong:
                streek.propose(dossier, school, by=by)
            assert set(wrong.value.fields) == {"school"}
    for by in ("voorschool", "linde", "voorschool2"):
        with pytest.raises(NotFound):
            streek.propose(dossier, "WILG", by=by)


def test_the_order_changes_among_proposals_and_the_approached_keep_their_place(streek):
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    esdoorn, wilg = streek.propose(dossier, "ESDOORN"), streek.propose(dossier, "WILG")
    for key, act, expected in (
        (wilg, schoolvoorkeuren.higher, ["De Linde", "De Wilg", "De Esdoorn"]),
        (wilg, schoolvoorkeuren.higher, ["De Linde", "De Wilg", "De Esdoorn"]),
        (wilg, schoolvoorkeuren.lower, ["De Linde", "De Esdoorn", "De Wilg"]),
    ):
        before = order(streek, dossier), changed_on(streek, dossier)
        with streek.voorkeur(key, by="contact") as (row, person):
            act(row, person)
        after = order(streek, dossier), changed_on(streek, dossier)
        assert after[0] == expected
        assert (before[0] == after[0]) is (before[1] == after[1]), "what changes nothing leaves no trace"
    with streek.voorkeur(esdoorn, by="specialist") as (row, person):
        schoolvoorkeuren.remove(row, person)
    assert order(streek, dossier) == ["De Linde", "De Wilg"]
    with streek.at_work("specialist") as person:
        linde = db.session.scalars(
            db.select(SchoolVoorkeur).where(SchoolVoorkeur.staat == VoorkeurStaat.BENADERD)
        ).one()
        for act in (schoolvoorkeuren.remove, schoolvoorkeuren.higher):
            with pytest.raises(Conflict):
                act(linde, person)


def test_approaching_opens_the_dossier_tells_the_school_and_starts_its_term(streek, smtp):
    dossier = streek.advised()
    key = streek.propose(dossier, "LINDE")
    assert not streek.reads("linde", dossier)
    streek.consent_of_all(dossier, key)
    assert not streek.reads("linde", dossier)
    assert streek.approach(key) == ["de school De Linde"]
    assert streek.reads("linde", dossier)
    deliver(streek)
    (text,) = texts(smtp, "linde")
    assert "JK-" in text
    assert "Mila" not in text
    with streek.voorkeur(key, by="linde") as (row, person):
        assert row.beslist_uiterlijk == today() + timedelta(weeks=6)
        (task,) = worklist.asked(person)
        assert task.school.answers
    with streek.behind_the_scenes():
        (opened,) = db.session.scalars(db.select(Betrokkenheid).where(Betrokkenheid.grond == Ground.SCHOOL))
        assert opened.bron_id == key


def test_a_school_is_not_approached_without_consent_twice_too_early_or_after_it_closed(streek):
    dossier = streek.advised(parents=("ouder", "ouder2"))
    key = streek.propose(dossier, "LINDE")
    with pytest.raises(BadInput) as refused:
        streek.approach(key)
    assert "Olga Jansen" in str(refused.value.sentence)
    assert "Otto Jansen" in str(refused.value.sentence)
    streek.consent_of_all(dossier, key)
    with pytest.raises(BadInput) as refused:
        streek.approach(key, on=today() + timedelta(days=3))
    assert set(refused.value.fields) == {"aangemeld_op"}
    school(streek, "LINDE", actief=False)
    with pytest.raises(BadInput):
        streek.approach(key)
    school(streek, "LINDE", actief=True)
    streek.withdraw(dossier, by="ouder")
    with pytest.raises(BadInput) as refused:
        streek.approach(key)
    assert "Otto" not in str(refused.value.sentence)
    streek.record(key, streek.parents(dossier)["Olga"], streek.form(dossier))
    streek.approach(key)
    with pytest.raises(Conflict):
        streek.approach(key)
    early = streek.dossier(specialist="specialist")
    streek.parent(early, "ouder2", account=False)
    first = streek.propose(early, "ESDOORN")
    streek.consent_of_all(early, first)
    with pytest.raises(Conflict):
        streek.approach(first)


def test_where_a_school_has_nobody_that_is_a_task_which_tells_whoever_comes(streek, smtp):
    dossier = streek.advised()
    with streek.behind_the_scenes():
        empty = Organisation(
            naam="De Berk", soort=OrganisationSoort.SCHOOL, swv_id=streek.organisations["SWV"]
        )
        db.session.add(empty)
        db.session.commit()
        streek.organisations["BERK"] = empty.id
    streek.approached(dossier, "BERK")
    with streek.at_work("contact") as person:
        (task,) = berichten.undelivered(person)
        assert (task.soort, task.fout) == ("school_benaderd", MailFout.NIEMAND)
        with pytest.raises(Conflict):
            berichten.retry(person, task.id)
        with streek.behind_the_scenes():
            streek._account("berk", "Berend")
            streek._joins("berk", "BERK", Role.CONTACTPERSOON_SCHOOL)
            db.session.commit()
        berichten.retry(person, task.id)
    deliver(streek)
    assert len(texts(smtp, "berk")) == 1


def test_a_school_asks_and_only_it_and_jk_staff_read_question_and_answer(streek, smtp):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    streek.approached(dossier, "ESDOORN")
    with streek.voorkeur(linde, by="linde") as (row, person):
        with pytest.raises(BadInput):
            schoolantwoorden.ask(row, {"tekst": None}, person)
        assert schoolantwoorden.ask(row, {"tekst": "Is er logopedie?"}, person) != []
        with pytest.raises(NotFound):
            schoolantwoorden.reply(row, {"tekst": "x"}, person)
    with streek.voorkeur(linde, by="specialist") as (row, person):
        schoolantwoorden.reply(row, {"tekst": "Ja, elke week."}, person)
    deliver(streek)
    assert any("stelt een school u een vraag" in text for text in texts(smtp, "specialist"))
    assert len(texts(smtp, "linde")) == 2
    for text in [*texts(smtp, "specialist"), *texts(smtp, "linde")]:
        assert "logopedie" not in text
    readers = {"linde": 2, "specialist": 2, "contact": 2, "voorschool": 0, "esdoorn": 0, "ouder": 0}
    for key, number in readers.items():
        with streek.at_work(key):
            assert len(db.session.scalars(db.select(Notitie)).all()) == number, key
    with streek.voorkeur(linde, by="linde") as (row, _person):
        assert [note.tekst for note in schoolantwoorden.conversation(row)] == [
            "Is er logopedie?",
            "Ja, elke week.",
        ]
    with streek.behind_the_scenes():
        assert {note.zichtbaarheid for note in db.session.scalars(db.select(Notitie))} == {
            Zichtbaarheid.INTERN
        }


def test_a_school_answers_once_and_the_second_hears_who_and_when(streek, smtp):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    with pytest.raises(BadInput) as wrong:
        streek.answer(linde, "afgewezen", by="linde", reden=None)
    assert set(wrong.value.fields) == {"reden"}
    with pytest.raises(BadInput):
        streek.answer(linde, "misschien", by="linde")
    assert streek.answer(linde, "afgewezen", by="linde") == ["Roderik Verzonnenman"]
    deliver(streek)
    answers = [text for text in texts(smtp, "specialist") if "geantwoord" in text]
    assert len(answers) == 1
    assert "Geen plaats" not in answers[0]
    for by in ("linde", "specialist"):
        with pytest.raises(Conflict) as lost:
            streek.answer(linde, "akkoord", by=by)
        assert "Saskia Verzonnenman" in str(lost.value.sentence)
    with streek.voorkeur(linde, by="voorschool") as (row, person):
        assert access.readable(person, row) == {"rang", "school", "staat"}


def test_an_answer_after_the_term_is_for_the_specialist_to_note(streek, clock):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    clock.shift(timedelta(weeks=6, days=1))
    with pytest.raises(BadInput) as late:
        streek.answer(linde, "akkoord", by="linde")
    assert "specialist" in str(late.value.sentence)
    with streek.voorkeur(linde, by="linde") as (row, person), pytest.raises(BadInput):
        schooltermijn.extend(row, person)
    streek.answer(linde, "akkoord", by="specialist")


def test_the_term_is_extended_once_by_school_or_jk_staff(streek):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    with streek.voorkeur(linde, by="linde") as (row, person):
        schooltermijn.extend(row, person)
        assert row.beslist_uiterlijk == today() + timedelta(weeks=10)
    for by in ("linde", "specialist"):
        with streek.voorkeur(linde, by=by) as (row, person), pytest.raises(Conflict):
            schooltermijn.extend(row, person)


def test_a_week_before_the_term_school_and_specialist_are_reminded_once(streek, smtp, clock):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    clock.shift(timedelta(weeks=4, days=6))
    with streek.app.app_context():
        assert reminders.due(now()) == 0
        clock.shift(timedelta(days=1))
        assert reminders.due(now()) == 1
        assert reminders.due(now()) == 0
    with streek.voorkeur(linde, by="specialist") as (row, person):
        schooltermijn.extend(row, person)
    with streek.app.app_context():
        assert reminders.due(now()) == 0
        clock.shift(timedelta(weeks=4))
        assert reminders.due(now()) == 1
    deliver(streek)
    for key in ("linde", "specialist"):
        assert sum("termijn" in text for text in texts(smtp, key)) == 2


def test_two_workers_remind_once_together(streek, second_app):
    streek.approached(streek.advised(), "LINDE")
    moment, found = now() + timedelta(weeks=5), []

    def work(app):
        with app.app_context():
            try:
                found.append(reminders.due(moment))
            except OperationalError:  # SQLite: the other one held the database
                found.append(0)

    workers = [threading.Thread(target=work, args=(app,)) for app in (streek.app, second_app)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(found) == 1
    assert len(streek.berichten(soort="school_termijn")) == 2


def test_a_school_without_consent_is_not_reminded_but_the_specialist_is(streek):
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    streek.withdraw(dossier, by="ouder")
    with streek.app.app_context():
        reminders.due(now() + timedelta(weeks=5))
    (only,) = streek.berichten(soort="school_termijn")
    assert only.ontvanger_id == streek.people["specialist"][0]


def test_a_school_that_is_let_go_reads_no_more_and_hears_so_by_a_farewell(streek, smtp):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    with streek.voorkeur(linde, by="specialist") as (row, person):
        with pytest.raises(BadInput):
            schoolvoorkeuren.drop(row, {"reden": None}, person)
        assert schoolvoorkeuren.drop(row, {"reden": "De ouders verhuizen."}, person) == ["de school De Linde"]
    assert not streek.reads("linde", dossier)
    deliver(streek)
    assert any("niet meer om een antwoord" in text for text in texts(smtp, "linde"))
    assert not any("verhuizen" in letter.text for letter in smtp.letters)
    (farewell,) = streek.berichten(soort="school_vervallen")
    assert farewell.afscheid
    assert farewell.status is BerichtStatus.VERZONDEN
    streek.propose(dossier, "LINDE")


def test_two_people_approach_at_once_and_one_wins(streek, second_app):
    dossier = streek.advised()
    linde = streek.propose(dossier, "LINDE")
    streek.consent_of_all(dossier, linde)
    other = Region(second_app, organisations=streek.organisations, people=streek.people)
    outcomes, ready = [], threading.Barrier(2)

    def approach(region, by):
        try:
            with region.voorkeur(linde, by=by) as (row, person):
                ready.wait()
                schoolvoorkeuren.approach(row, {"aangemeld_op": today()}, person)
            outcomes.append("made")
        except Conflict:
            outcomes.append("refused")

    people = [
        threading.Thread(target=approach, args=pair) for pair in ((streek, "specialist"), (other, "contact"))
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) == ["made", "refused"]
    with streek.behind_the_scenes():
        opened = db.session.scalars(db.select(Betrokkenheid).where(Betrokkenheid.grond == Ground.SCHOOL))
        assert len(opened.all()) == 1
        sent = db.session.scalars(db.select(Bericht).where(Bericht.soort == "school_benaderd"))
        assert len(sent.all()) == 1


def school(streek, key, **values):
    with streek.behind_the_scenes():
        row = db.session.scalars(
            db.select(Organisation).where(Organisation.id == streek.organisations[key])
        ).one()
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()
