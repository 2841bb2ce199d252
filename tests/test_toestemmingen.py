"""Consent: who may be asked, what counts, and what happens when a parent takes it back."""

from datetime import timedelta

import pytest

from app.access.consent import consented
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import (
    Bericht,
    Gebeurtenis,
    Gezagsdrager,
    Hulpvraag,
    Notitie,
    Organisation,
    SchoolVoorkeur,
    Toestemming,
)
from app.services import organisaties, outbox, school_tasks, toestemming_stand, toestemmingen, worklist
from app.services.mail import deliver_due
from app.terms import Actie, BerichtStatus, BijlageSoort, Gezag, Role, ToestemmingStaat
from tests.schools import Region, today

pytestmark = pytest.mark.both_engines


@pytest.fixture
def streek(app):
    return Region(app).settle()


def deliver(streek):
    with streek.app.app_context():
        return deliver_due()


def asked(streek, key, parent, *, by="specialist"):
    with streek.voorkeur(key, by=by) as (row, person):
        return toestemmingen.ask(row, {"ouder": parent}, person).id


def consent(key):
    return db.session.scalars(db.select(Toestemming).where(Toestemming.id == key)).one()


def test_a_parent_with_an_account_is_asked_by_mail_reads_the_whole_text_and_gives_it(streek, smtp):
    dossier = streek.advised()
    linde = streek.propose(dossier, "LINDE")
    key = asked(streek, linde, streek.parents(dossier)["Olga"])
    deliver(streek)
    (letter,) = smtp.to("ouder@example.org")
    assert "De Linde" not in letter.text
    with streek.at_work("ouder") as parent:
        row = consent(key)
        assert "De Linde" in row.tekst
        assert "SWV De Brug" in row.tekst
        assert row.staat is ToestemmingStaat.GEVRAAGD
        (task,) = [task for task in worklist.asked(parent) if task.hulpvraag.id == dossier]
        assert task.school.toestemming.id == key
        toestemmingen.give(row, parent)
        toestemmingen.give(row, parent)
        assert row.staat is ToestemmingStaat.GEGEVEN
        assert row.gegeven_door_id == parent.gebruiker_id
        assert worklist.asked(parent) == []
    streek.approach(linde)
    assert streek.reads("linde", dossier)


def test_a_parent_who_refuses_stops_the_school_and_jk_staff_hear_of_it(streek, smtp):
    dossier = streek.advised()
    linde = streek.propose(dossier, "LINDE")
    key = asked(streek, linde, streek.parents(dossier)["Olga"])
    with streek.at_work("ouder") as parent:
        toestemmingen.refuse(consent(key), parent)
        with pytest.raises(Conflict):
            toestemmingen.give(consent(key), parent)
    deliver(streek)
    assert any("geweigerd" in letter.text for letter in smtp.to("specialist@example.org"))
    with pytest.raises(BadInput) as refused:
        streek.approach(linde)
    assert "Olga Jansen" in str(refused.value.sentence)


def test_a_paper_consent_needs_its_document_a_parent_with_authority_and_a_day_in_the_past(streek):
    dossier = streek.advised(parents=("ouder",))
    stranger = streek.parent(dossier, "ouder2", account=False, gezag=Gezag.ONBEKEND)
    linde, form = streek.propose(dossier, "LINDE"), streek.form(dossier)
    other = streek.form(dossier, BijlageSoort.OVERIG)
    parent = streek.parents(dossier)["Olga"]
    for data, field in (
        ({"ouder": stranger, "getekend_op": today(), "bijlage": form}, "ouder"),
        ({"ouder": "onzin", "getekend_op": today(), "bijlage": form}, "ouder"),
        ({"ouder": parent, "getekend_op": today() + timedelta(days=2), "bijlage": form}, "getekend_op"),
        ({"ouder": parent, "getekend_op": None, "bijlage": form}, "getekend_op"),
        ({"ouder": parent, "getekend_op": today(), "bijlage": None}, "bijlage"),
        ({"ouder": parent, "getekend_op": today(), "bijlage": other}, "bijlage"),
    ):
        with streek.voorkeur(linde, by="specialist") as (row, person):
            with pytest.raises(BadInput) as wrong:
                toestemmingen.record(row, data, person)
            assert set(wrong.value.fields) == {field}
    streek.record(linde, parent, form)
    with pytest.raises(Conflict):
        streek.record(linde, parent, form)
    with streek.behind_the_scenes():
        (row,) = db.session.scalars(db.select(Toestemming)).all()
        assert (row.getekend_op, row.bijlage_id, row.in_force) == (today(), form, True)


def test_a_paper_settles_what_was_asked_in_the_portal_on_the_same_row(streek):
    dossier = streek.advised()
    linde, form = streek.propose(dossier, "LINDE"), streek.form(dossier)
    parent = streek.parents(dossier)["Olga"]
    key = asked(streek, linde, parent)
    with pytest.raises(Conflict):
        asked(streek, linde, parent)
    assert streek.record(linde, parent, form) == key


@pytest.mark.parametrize("both", [True, False])
def test_two_parents_with_authority_both_count_or_one_as_the_swv_says(streek, both):
    dossier = streek.advised(parents=("ouder", "ouder2"))
    with streek.behind_the_scenes():
        swv = db.session.scalars(
            db.select(Organisation).where(Organisation.id == streek.organisations["SWV"])
        ).one()
        swv.toestemming_van_beiden = both
        db.session.commit()
    linde, form = streek.propose(dossier, "LINDE"), streek.form(dossier)
    parents = streek.parents(dossier)
    streek.record(linde, parents["Olga"], form)
    with streek.at_work("specialist"):
        row = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        found = toestemming_stand.needed(row, streek.organisations["LINDE"])
        assert {of.ouder.naam: of.staat.value for of in found.parents} == {
            "Olga Jansen": "gegeven",
            "Otto Jansen": "ontbreekt",
        }
        assert found.valid is not both
        assert found.lacking == (["Otto Jansen"] if both else [])
        assert found.valid == bool(
            db.session.scalar(db.select(consented(row, streek.organisations["LINDE"])))
        )
    if both:
        with pytest.raises(BadInput) as refused:
            streek.approach(linde)
        assert "Otto Jansen" in str(refused.value.sentence)
        assert "Olga" not in str(refused.value.sentence)
    else:
        streek.approach(linde)


def test_taking_consent_back_works_on_the_next_request_and_for_mails_not_yet_sent(streek, smtp):
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    school = streek.client("linde")
    assert school.get(f"/hulpvragen/{dossier}").status_code == 200
    streek.withdraw(dossier, by="ouder")
    assert school.get(f"/hulpvragen/{dossier}").status_code == 404
    assert not streek.reads("linde", dossier)
    deliver(streek)
    assert smtp.to("linde@example.org") == []
    with streek.behind_the_scenes():
        (lapsed,) = db.session.scalars(db.select(Bericht).where(Bericht.soort == "school_benaderd"))
        assert lapsed.status is BerichtStatus.VERVALLEN
    (letter,) = [one for one in smtp.to("specialist@example.org") if "toestemming" in one.text]
    assert "Jansen" not in letter.text
    for key in ("specialist", "contact"):
        with streek.at_work(key) as person:
            (task,) = [task for task in worklist.asked(person) if task.hulpvraag.id == dossier]
            assert "De Linde" in task.what
            assert task.school.voorkeur is not None


def test_the_shared_address_of_a_school_hears_nothing_after_consent_was_taken_back(streek, smtp):
    with streek.behind_the_scenes():
        school = db.session.scalars(
            db.select(Organisation).where(Organisation.id == streek.organisations["LINDE"])
        ).one()
        school.meldadres = "info@linde.example"
        db.session.commit()
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    streek.withdraw(dossier, by="ouder")
    deliver(streek)
    assert smtp.to("info@linde.example") == []


def test_jk_staff_say_how_they_know_that_a_parent_took_consent_back_and_only_they_read_it(streek, smtp):
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    with streek.at_work("contact") as person, pytest.raises(BadInput):
        toestemmingen.withdraw(db.session.scalars(db.select(Toestemming)).one(), person)
    streek.withdraw(dossier, by="contact")
    deliver(streek)
    assert not any("belde" in letter.text for letter in smtp.letters)
    with streek.at_work("specialist"):
        assert "De ouder belde." in [note.tekst for note in db.session.scalars(db.select(Notitie))]
    with streek.at_work("voorschool"):
        assert db.session.scalars(db.select(Notitie)).all() == []


def test_the_words_with_which_jk_staff_take_consent_back_are_an_event_as_well(streek):
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    streek.withdraw(dossier, by="contact")
    with streek.behind_the_scenes():
        query = db.select(Gebeurtenis).order_by(Gebeurtenis.volgnummer.desc()).limit(2)
        made = {(event.actie, event.noun, event.hulpvraag_id) for event in db.session.scalars(query)}
    assert made == {(Actie.TOEVOEGEN, "Notitie", dossier), (Actie.INTREKKEN, "Toestemming", dossier)}


def test_consent_can_be_taken_back_after_the_dossier_ended_by_parent_and_by_jk_staff(streek):
    for by in ("ouder", "specialist"):
        dossier = streek.advised(parents=("ouder",))
        linde = streek.approached(dossier, "LINDE")
        streek.step(dossier, "aanmelden_school")
        streek.answer(linde, "akkoord", by="linde")
        streek.step(dossier, "jk_advies_afgerond")
        ends = {"school": streek.organisations["LINDE"], "vanaf": today()}
        streek.step(dossier, "advies_afgerond", **ends)
        assert streek.reads("linde", dossier)
        streek.withdraw(dossier, by=by)
        assert not streek.reads("linde", dossier)


def test_nobody_else_asks_records_gives_or_takes_back(streek):
    dossier = streek.advised(parents=("ouder", "ouder2"))
    linde, form = streek.propose(dossier, "LINDE"), streek.form(dossier)
    parents = streek.parents(dossier)
    other = asked(streek, linde, parents["Otto"])
    data = {"ouder": parents["Olga"], "getekend_op": today(), "bijlage": form}
    for key in ("voorschool", "ouder", "linde"):
        with streek.behind_the_scenes():
            row = db.session.scalars(db.select(SchoolVoorkeur).where(SchoolVoorkeur.id == linde)).one()
            consents = consent(other)
        with streek.at_work(key) as person:
            for act in (
                lambda: toestemmingen.ask(row, data, person),  # noqa: B023 - called at once
                lambda: toestemmingen.record(row, data, person),  # noqa: B023
                lambda: toestemmingen.give(consents, person),  # noqa: B023
                lambda: toestemmingen.withdraw(consents, person, "x"),  # noqa: B023
            ):
                with pytest.raises(NotFound):
                    act()
                db.session.rollback()


def test_a_parent_who_lost_authority_can_no_longer_answer(streek):
    dossier = streek.advised()
    linde = streek.propose(dossier, "LINDE")
    key = asked(streek, linde, streek.parents(dossier)["Olga"])
    with streek.at_work("ouder") as parent:
        row = consent(key)
        with streek.behind_the_scenes():
            db.session.execute(db.update(Gezagsdrager).values(gezag=Gezag.NEE))
            db.session.commit()
        with pytest.raises(NotFound):
            toestemmingen.give(row, parent)


def test_the_settings_of_an_swv_are_its_own_role_administrators_and_bounded(streek):
    with streek.behind_the_scenes():
        streek.add_person("nieuw", "SWV", Role.ROLBEHEERDER)
        db.session.commit()
    with streek.at_work("nieuw") as person:
        swv = db.session.scalars(
            db.select(Organisation).where(Organisation.id == streek.organisations["SWV"])
        ).one()
        organisaties.edit(swv, {"toestemming_van_beiden": False, "school_leest_dagen": 0}, person)
        assert (swv.toestemming_van_beiden, swv.school_leest_dagen) == (False, 0)
        for days in (-1, 366, None, "veel"):
            with pytest.raises(BadInput):
                organisaties.edit(swv, {"school_leest_dagen": days}, person)
    form = streek.client("nieuw").get(f"/organisaties/{streek.organisations['SWV']}/bewerken")
    assert 'name="school_leest_dagen"' in form.get_data(as_text=True)
    form = streek.client("rolbeheer").get(f"/organisaties/{streek.organisations['VOORSCHOOL']}/bewerken")
    assert form.status_code == 200
    assert 'name="school_leest_dagen"' not in form.get_data(as_text=True)


def test_a_message_for_a_parent_is_checked_again_when_it_is_sent(streek):
    dossier = streek.advised()
    linde = streek.propose(dossier, "LINDE")
    asked(streek, linde, streek.parents(dossier)["Olga"])
    with streek.behind_the_scenes():
        (bericht,) = db.session.scalars(db.select(Bericht).where(Bericht.soort == "toestemming_gevraagd"))
        assert outbox.may_still_know(bericht)
        db.session.execute(db.update(Gezagsdrager).values(gezag=Gezag.NEE))
        assert not outbox.may_still_know(bericht)


def test_a_consent_opens_the_dossier_to_that_school_alone_and_of_that_child_alone(streek):
    """A consent for one school, or in another dossier, says nothing about the next."""
    dossier = streek.advised()
    streek.approached(dossier, "LINDE")
    esdoorn = streek.propose(dossier, "ESDOORN")
    with streek.behind_the_scenes():
        row = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        found = school_tasks.schools_of([row])[dossier]
        assert {school.naam: school.consented for school in found} == {"De Linde": True, "De Esdoorn": False}
    with pytest.raises(BadInput):
        streek.approach(esdoorn)
    streek.consent_of_all(dossier, esdoorn)
    streek.approach(esdoorn)
    streek.withdraw(dossier, by="ouder", school="LINDE")
    assert not streek.reads("linde", dossier)
    assert streek.reads("esdoorn", dossier)
