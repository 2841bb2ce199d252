"""What the demo tells: invented people and dossiers that obey the portal's own rules."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import func, select

import config
from app import create_app, workflow
from app.access import as_system
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import (
    Afspraak,
    Bericht,
    Betrokkenheid,
    Bijlage,
    Deelname,
    Gebeurtenis,
    Gebruiker,
    Hulpvraag,
    Kind,
    Lidmaatschap,
    Notitie,
    Overlegronde,
    SchoolVoorkeur,
    Sessie,
    StatusWijziging,
    Toestemming,
)
from app.models.base import now
from app.security import person_of
from app.services import demo, demo_story, postvak, two_factor
from app.services.demo_data import COLLEAGUES, GROUPS, PEOPLE
from app.terms import Antwoord, BerichtStatus, Ground, Status, ToestemmingStaat, VoorkeurStaat
from tests.demo_told import everything, settings, told  # noqa: F401 - fixtures

EVERYBODY = {
    "contact", "specialist", "voorschool", "voorschool2", "school", "school2", "ouder", "rolbeheer",
    "rolbeheer-voorschool", "deelnemer", "privacy", "platform", "specialist-anker",
}  # fmt: skip


def test_everybody_of_the_demo_is_there_and_gets_in_with_one_click(told):
    assert set(PEOPLE) == EVERYBODY
    for key in EVERYBODY:
        with told.app_context():
            token = demo.sign_in(key, instead_of=None)
            assert person_of(token).naam == PEOPLE[key].naam


def test_everybody_has_a_phone_that_shows_the_same_codes_in_every_demo(told):
    with told.app_context():
        for key in EVERYBODY:
            shown = two_factor.current_code(demo_story.totp_secret(key))
            assert two_factor.usable_code(key) == shown


def test_the_dossiers_stand_at_every_status_and_every_transition_was_made(told):
    with told.app_context():
        dossiers = everything(Hulpvraag)
        assert len(dossiers) >= 48
        assert {row.status for row in dossiers} == set(Status)
        assert {row.overgang for row in everything(StatusWijziging)} == {t.key for t in workflow.TRANSITIONS}
        assert len(everything(Bijlage)) >= 15
        assert len(everything(Notitie)) >= 5
        assert len(everything(Kind)) == len(dossiers)


def test_nothing_happened_in_the_future_or_before_its_dossier(told):
    with told.app_context():
        made = {row.id: row.aangemaakt_op for row in everything(Hulpvraag)}
        for model, column in (
            (Bijlage, "toegevoegd_op"),
            (Notitie, "geschreven_op"),
            (StatusWijziging, "op"),
            (Betrokkenheid, "van"),
        ):
            for row in everything(model):
                assert made[row.hulpvraag_id] - timedelta(minutes=1) < getattr(row, column) < now()
        assert now() - min(made.values()) > timedelta(days=30)
        assert all(event.op < now() for event in everything(Gebeurtenis))


def test_each_history_runs_forward_and_ends_at_the_status_of_the_dossier(told):
    with told.app_context():
        for dossier in everything(Hulpvraag):
            history = sorted(
                (row for row in everything(StatusWijziging) if row.hulpvraag_id == dossier.id),
                key=lambda row: row.op,
            )
            for earlier, later in itertools.pairwise(history):
                assert later.van == earlier.naar
            assert history[-1].naar == dossier.status
            assert history[-1].op - dossier.status_sinds < timedelta(minutes=1)


def test_everybody_who_had_to_know_has_a_mail_and_what_is_of_the_last_days_still_goes_out(told):
    with told.app_context():
        mails = everything(Bericht)
        assert len(mails) > 100
        assert {mail.status for mail in mails} == {BerichtStatus.WACHT, BerichtStatus.VERZONDEN}
        for mail in mails:
            recent = mail.gemaakt_op > now() - timedelta(days=5)
            assert (mail.status is BerichtStatus.WACHT, mail.gelezen_op is None) == (recent, recent)


def test_consent_stands_in_every_way_it_can(told):
    with told.app_context():
        assert {row.staat for row in everything(Toestemming)} >= {
            ToestemmingStaat.GEGEVEN, ToestemmingStaat.GEVRAAGD, ToestemmingStaat.INGETROKKEN,
            ToestemmingStaat.GEWEIGERD,
        }  # fmt: skip
        on_paper = [row for row in everything(Toestemming) if row.bijlage_id]
        assert on_paper
        assert all(row.getekend_op <= now().date() for row in on_paper)


def test_schools_of_preference_stand_in_every_way_and_a_term_ends_within_a_week(told):
    with told.app_context():
        rows = everything(SchoolVoorkeur)
        assert {row.staat for row in rows} >= set(VoorkeurStaat) - {VoorkeurStaat.VERVALLEN}
        assert any(row.door_ouder for row in rows)
        assert any(row.zorgplicht for row in rows)
        waiting = [row.beslist_uiterlijk for row in rows if row.staat is VoorkeurStaat.BENADERD]
        ahead = [(day - now().date()).days for day in waiting]
        assert any(0 < days <= 7 for days in ahead)
        assert any(days < 0 for days in ahead)
        assert any(row.verlengd for row in rows)


def test_consultations_lie_behind_and_ahead_and_one_is_open_for_the_participant(told):
    with told.app_context():
        rondes = everything(Overlegronde)
        assert any(row.gesloten_op and row.begint_op < row.gesloten_op < now() for row in rondes)
        assert any(now() < row.begint_op < now() + timedelta(days=7) for row in rondes)
        assert {row.antwoord for row in everything(Deelname)} >= {None, Antwoord.AANWEZIG, Antwoord.VOORSTEL}
        days = {(row.gedaan_op is not None, row.uiterlijk < now().date()) for row in everything(Afspraak)}
        assert days >= {(True, True), (False, True), (False, False)}


def test_the_parent_and_the_participant_came_in_by_an_invitation(told):
    with told.app_context():
        accounts = {row.email: row.id for row in everything(Gebruiker)}
        assert len(accounts) == len(PEOPLE) + len(COLLEAGUES) + 1, "nobody got a second account"
        for key, grounds in (
            ("ouder", {Ground.GENODIGD, Ground.OVERLEGRONDE, Ground.OUDER}),
            ("deelnemer", {Ground.GENODIGD, Ground.OVERLEGRONDE}),
        ):
            theirs = [r for r in everything(Betrokkenheid) if r.gebruiker_id == accounts[PEOPLE[key].email]]
            assert {row.grond for row in theirs} == grounds
            assert any(r.gebruiker_id == accounts[PEOPLE[key].email] for r in everything(Deelname))


def test_a_demo_is_filled_once(told):
    with told.app_context(), pytest.raises(Conflict):
        demo_story.fill()


def test_beginning_again_counts_the_days_from_today(told, clock):
    with told.app_context():
        with as_system("the test looks"):
            before = db.session.scalar(select(func.max(StatusWijziging.op)))
        demo.sign_in("contact", instead_of=None)
        clock.shift(timedelta(days=10))
        demo.begin_again()
        with as_system("the test looks"):
            after = db.session.scalar(select(func.max(StatusWijziging.op)))
            still_in = select(func.count()).where(Sessie.beeindigd_op.is_(None))
            assert db.session.scalar(still_in) == 0
        assert after - before == timedelta(days=10)
        demo.begin_again()


def test_who_works_nowhere_any_more_is_told_so(told):
    with told.test_client() as visitor:
        with told.app_context(), as_system("the role administrator ends a membership"):
            for row in db.session.scalars(select(Lidmaatschap)):
                row.tot = now()
            db.session.commit()
        answer = visitor.post("/demo/als/voorschool", base_url="http://localhost")
        assert answer.status_code == 422


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_every_card_says_what_to_try(group):
    for person in GROUPS[group][1]:
        assert person.tries


def test_a_real_portal_has_no_demo(database_url, settings, tmp_path):
    real = create_app(settings | {"DEMO": False})
    visitor = real.test_client()
    for method, path in (
        ("GET", "/demo"), ("POST", "/demo/als/contact"), ("POST", "/demo/opnieuw"), ("GET", "/demo/postvak"),
        ("GET", "/demo/stappen"), ("POST", "/demo/verder"),
    ):  # fmt: skip
        assert visitor.open(path, method=method).status_code in (302, 400, 404)
    assert not [rule for rule in real.url_map.iter_rules() if "demo" in rule.rule]
    assert not {"demo", "seed"} & set(real.cli.commands)
    with real.app_context():
        for act in (
            lambda: demo.sign_in("contact", instead_of=None), lambda: demo.pass_days(1), demo.begin_again,
        ):  # fmt: skip
            with pytest.raises(NotFound):
                act()
        db.engine.dispose()


@pytest.mark.parametrize(
    "real",
    [
        {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://kindbrug@db/kindbrug"},
        {"BASE_URL": "https://portaal.example"},
        {"BASE_URL": "http://portaal.example"},
        {"BASE_URL": "https://localhost"},
        {"MAIL_SERVER": "mail.example"},
        {"SECRET_KEY": ""},
    ],
)
def test_the_demo_refuses_each_setting_of_a_real_portal(settings, real):
    with pytest.raises(SystemExit) as refused:
        config.refuse_unfit({**config.__dict__, **settings, **real})
    assert f"KINDBRUG_{'DEMO' if 'SECRET_KEY' not in real else 'SECRET_KEY'}" in str(refused.value)


def test_a_link_in_the_postvak_opens_as_the_person_who_got_the_mail(told, tmp_path):
    folder = tmp_path / "demo" / "postvak"
    folder.mkdir()
    (folder / f"{7:020d}.eml").write_bytes(
        b"To: anna.dewit@speelhoek.example\r\nSubject: Er staat iets klaar\r\n\r\n"
        b"Lees het hier:\r\nhttp://localhost/m/abc\r\n"
    )
    page = (
        told.test_client()
        .get(f"/demo/postvak/{7:020d}", base_url="http://localhost:81")
        .get_data(as_text=True)
    )
    assert "http://voorschool.localhost:81/m/abc" in page
    with told.app_context():
        assert postvak.count() == 1
        demo.begin_again()
        assert postvak.count() == 0
