"""The manual's endings A and B, loops between them, withdrawal and taking back: who reads what after each."""

import secrets
from datetime import timedelta

import pytest
from babel.dates import format_date

from app.errors import NeedsConfirmation, TransitionRefused
from app.extensions import db
from app.models import Bericht, Betrokkenheid, Hulpvraag, Organisation, Overlegronde, SchoolVoorkeur
from app.models.base import now
from app.services import schoolvoorkeuren
from app.services.mail import deliver_due
from app.terms import BerichtStatus, Ground, ZorgplichtReden
from tests.schools import Region, today

pytestmark = pytest.mark.both_engines
EVERYBODY = ("contact", "specialist", "voorschool", "linde", "esdoorn", "wilg", "ouder")


@pytest.fixture
def streek(app):
    return Region(app).settle()


def readers(streek, dossier):
    return {key for key in EVERYBODY if streek.reads(key, dossier)}


def deliver(streek):
    with streek.app.app_context():
        return deliver_due()


ALWAYS = {"contact", "specialist", "ouder"}


def rejected_then_agreed(streek):
    """Ending B and then A: De Linde rejects and is kept, De Esdoorn agrees."""
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    streek.step(dossier, "aanmelden_school")
    streek.answer(linde, "afgewezen", by="linde")
    streek.step(dossier, "afgewezen")
    esdoorn = streek.approached(dossier, "ESDOORN")
    streek.step(dossier, "aanmelden_school")
    streek.answer(esdoorn, "akkoord", by="esdoorn")
    streek.step(dossier, "jk_advies_afgerond")
    return dossier, linde, esdoorn


def end(streek, dossier, school="ESDOORN", **more):
    placed = {"school": streek.organisations[school], "vanaf": today() + timedelta(days=30)}
    return streek.step(dossier, "advies_afgerond", **placed, **more)


def test_ending_a_the_school_agrees_and_reads_on_and_the_preschool_is_out(streek, smtp, clock):
    dossier = streek.advised()
    with pytest.raises(TransitionRefused):
        streek.step(dossier, "aanmelden_school")
    linde = streek.approached(dossier, "LINDE")
    assert readers(streek, dossier) == ALWAYS | {"voorschool", "linde"}
    streek.step(dossier, "aanmelden_school")
    with pytest.raises(TransitionRefused):
        streek.step(dossier, "jk_advies_afgerond")
    streek.answer(linde, "akkoord", by="linde")
    streek.step(dossier, "jk_advies_afgerond")
    deliver(streek)
    smtp.letters.clear()
    end(streek, dossier, "LINDE")
    assert readers(streek, dossier) == ALWAYS | {"linde"}
    deliver(streek)
    (farewell,) = smtp.to("voorschool@example.org")
    assert "advies afgerond" in farewell.text
    assert "Linde" not in farewell.text
    (told,) = [one for one in streek.berichten(soort="status_advies_afgerond") if one.afscheid]
    assert told.ontvanger_id == streek.people["voorschool"][0]
    page = streek.client("voorschool").get(f"/berichten/{told.id}").get_data(as_text=True)
    assert "De Linde" in page
    assert format_date(today() + timedelta(days=30), "d MMMM y", locale="nl") in page
    assert "Mila" not in page
    with streek.behind_the_scenes():
        setting = db.select(Organisation.school_leest_dagen)
        swv = Organisation.id == streek.organisations["SWV"]
        days = db.session.scalars(setting.where(swv)).one()
    clock.shift(timedelta(days=days - 1))
    assert streek.reads("linde", dossier)
    clock.shift(timedelta(days=2))
    assert readers(streek, dossier) == ALWAYS


def test_ending_b_the_first_school_stays_by_zorgplicht_and_leaves_when_another_places(streek, smtp):
    dossier, linde, _esdoorn = rejected_then_agreed(streek)
    assert readers(streek, dossier) == ALWAYS | {"voorschool", "linde", "esdoorn"}
    with streek.voorkeur(linde, by="linde") as (row, _person):
        assert row.zorgplicht_reden is ZorgplichtReden.EERSTE
    page = streek.client("linde").get(f"/scholen-van-voorkeur/{linde}").get_data(as_text=True)
    assert "zorgplicht" in page
    end(streek, dossier)
    assert readers(streek, dossier) == ALWAYS | {"esdoorn"}
    deliver(streek)
    for key in ("voorschool", "linde"):
        (told,) = [
            one
            for one in streek.berichten(soort="status_advies_afgerond")
            if one.ontvanger_id == streek.people[key][0]
        ]
        assert told.afscheid
        assert told.status is BerichtStatus.VERZONDEN


def test_a_later_school_that_rejects_goes_unless_the_specialist_keeps_it(streek):
    for kept in (False, True):
        dossier = streek.advised()
        linde = streek.approached(dossier, "LINDE")
        streek.step(dossier, "aanmelden_school")
        streek.answer(linde, "afgewezen", by="linde")
        streek.step(dossier, "afgewezen")
        esdoorn = streek.approached(dossier, "ESDOORN")
        streek.step(dossier, "aanmelden_school")
        streek.answer(esdoorn, "afgewezen", by="specialist")
        streek.step(dossier, "afgewezen", blijven=frozenset({esdoorn} if kept else ()))
        wanted = {"voorschool", "linde"} | ({"esdoorn"} if kept else set())
        assert readers(streek, dossier) == ALWAYS | wanted
        with streek.voorkeur(esdoorn, by="specialist") as (row, _person):
            assert row.zorgplicht is kept
            assert row.zorgplicht_reden is (ZorgplichtReden.GEKOZEN if kept else None)


def test_taking_a_rejection_back_undoes_what_it_judged(streek):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    streek.step(dossier, "aanmelden_school")
    streek.answer(linde, "afgewezen", by="linde")
    streek.step(dossier, "afgewezen")
    streek.step(dossier, "terugnemen")
    assert streek.reads("linde", dossier)
    with streek.behind_the_scenes():
        row = db.session.scalars(db.select(SchoolVoorkeur).where(SchoolVoorkeur.id == linde)).one()
        assert row.zorgplicht is None
        running = db.session.scalars(
            db.select(Betrokkenheid.grond).where(
                Betrokkenheid.organisation_id == streek.organisations["LINDE"], Betrokkenheid.tot.is_(None)
            )
        )
        assert running.all() == [Ground.SCHOOL]
    streek.step(dossier, "afgewezen")
    assert streek.reads("linde", dossier)


def test_taking_the_ending_back_lets_everybody_in_again(streek, smtp):
    dossier, _linde, _esdoorn = rejected_then_agreed(streek)
    end(streek, dossier)
    streek.step(dossier, "terugnemen", by="contact")
    assert readers(streek, dossier) == ALWAYS | {"voorschool", "linde", "esdoorn"}
    end(streek, dossier)
    assert readers(streek, dossier) == ALWAYS | {"esdoorn"}


@pytest.mark.parametrize("when", ["onderwijsadvies", "aanmelden_school", "jk_advies_afgerond"])
def test_a_withdrawn_hulpvraag_is_for_the_swv_and_the_parents_alone_until_that_is_taken_back(streek, when):
    dossier = streek.advised()
    linde = streek.approached(dossier, "LINDE")
    if when != "onderwijsadvies":
        streek.step(dossier, "aanmelden_school")
    if when == "jk_advies_afgerond":
        streek.answer(linde, "akkoord", by="linde")
        streek.step(dossier, "jk_advies_afgerond")
    before = readers(streek, dossier)
    streek.step(dossier, "ingetrokken", by="contact")
    assert readers(streek, dossier) == ALWAYS
    streek.step(dossier, "terugnemen", by="contact")
    assert readers(streek, dossier) == before


def test_an_open_round_is_closed_with_the_ending_after_a_warning_and_opens_again_when_taken_back(streek):
    dossier, _linde, _esdoorn = rejected_then_agreed(streek)
    with streek.behind_the_scenes():
        of = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        ronde = Overlegronde(
            swv_id=of.swv_id,
            hulpvraag_id=dossier,
            begint_op=now() + timedelta(days=3),
            plaats=secrets.token_hex(4),
            gemaakt_door_id=streek.people["specialist"][0],
        )
        db.session.add(ronde)
        db.session.commit()
        key = ronde.id
    with pytest.raises(NeedsConfirmation):
        end(streek, dossier, confirmed=False)
    assert streek.reads("voorschool", dossier)
    end(streek, dossier, confirmed=True)
    with streek.behind_the_scenes():
        closed = db.select(Overlegronde.gesloten_op).where(Overlegronde.id == key)
        assert db.session.scalars(closed).one() is not None
    streek.step(dossier, "terugnemen")
    with streek.behind_the_scenes():
        assert db.session.scalars(closed).one() is None


def test_the_parents_choose_another_school_after_one_agreed(streek):
    dossier, _linde, esdoorn = rejected_then_agreed(streek)
    with streek.voorkeur(esdoorn, by="specialist") as (row, person):
        schoolvoorkeuren.drop(row, {"reden": "De ouders kiezen anders."}, person)
    assert readers(streek, dossier) == ALWAYS | {"voorschool", "linde"}
    with pytest.raises(TransitionRefused):
        streek.step(dossier, "aanmelden_school")
    wilg = streek.approached(dossier, "WILG")
    streek.step(dossier, "aanmelden_school")
    streek.answer(wilg, "akkoord", by="wilg")
    streek.step(dossier, "jk_advies_afgerond")
    end(streek, dossier, "WILG")
    assert readers(streek, dossier) == ALWAYS | {"wilg"}


def test_nobody_gets_a_message_about_a_dossier_that_was_never_theirs(streek):
    dossier, *_rest = rejected_then_agreed(streek)
    end(streek, dossier)
    with streek.behind_the_scenes():
        told = set(db.session.scalars(db.select(Bericht.ontvanger_id)))
        strangers = {streek.people[key][0] for key in ("wilg", "voorschool2", "rolbeheer")}
        assert not told & strangers
