"""From the mail with a link to an account that can sign in, and a forgotten password by the same road."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import access
from app.access import as_system
from app.errors import BadInput, NotFound
from app.extensions import db
from app.models import (
    Bericht,
    Gebeurtenis,
    Gebruiker,
    Herstelcode,
    Inloggegevens,
    Lidmaatschap,
    Organisation,
    Uitnodiging,
)
from app.services import accounts, outbox, password_reset, two_factor
from app.terms import Actie, OrganisationSoort, Role, UitnodigingSoort
from tests import account_steps as steps

NEW = "een gloednieuwe zin hier"


@pytest.fixture
def swv_id(app):
    return steps.swv(app)


@pytest.fixture
def link(app, swv_id, clock):
    """The path of the link that Noor got by mail."""
    return steps.invited(app, "noor@example.nl", swv_id)


def test_the_link_shows_who_is_invited_to_what(app, link):
    page = steps.Visitor(app).get(link)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Noor Visser" in text
    assert "SWV De Brug" in text


def test_a_mail_scanner_that_opens_every_link_uses_nothing_up(app, link, swv_id, clock):
    for path in ("", "/wachtwoord", "/code", "/herstelcodes"):
        scanner = app.test_client()
        scanner.get(link + path)
        scanner.head(link + path)
    noor = steps.activate(app, link, "noor", swv_id)
    clock.shift(30)
    assert steps.Visitor(app).sign_in(noor).status_code == 302


def test_opening_the_pages_changes_no_row(app, link):
    before = everything(app)
    for path in ("", "/wachtwoord", "/code", "/herstelcodes"):
        steps.Visitor(app).get(link + path)
    assert everything(app) == before


def test_the_whole_road_ends_at_signing_in_with_ten_codes_in_hand(app, link, swv_id, clock):
    noor = steps.activate(app, link, "noor", swv_id)
    assert len(set(noor.recovery_codes)) == 10
    clock.shift(30)
    assert steps.Visitor(app).sign_in(noor).status_code == 302


def test_the_qr_and_the_text_under_it_are_the_same_secret(app, link):
    visitor = with_password(app, link)
    page = visitor.get(f"{link}/code")
    assert str(two_factor.qr(steps.secret_on(page), "noor")) in page.get_data(as_text=True)


def test_half_way_one_goes_on_later_with_the_same_link(app, link, swv_id, clock):
    secret = steps.secret_on(with_password(app, link).get(f"{link}/code"))
    clock.shift(timedelta(days=3))
    noor = steps.activate(app, link, "noor", swv_id)
    assert noor.secret == secret, "the phone may be linked already"


def test_before_the_first_right_code_the_account_opens_nothing(app, link, swv_id, clock):
    visitor = with_password(app, link)
    noor = steps.Account("noor", str(swv_id), secret=steps.secret_on(visitor.get(f"{link}/code")))
    assert visitor.post(f"{link}/code", code="000000").status_code == 422
    assert steps.Visitor(app).sign_in(noor).status_code == 422


def test_the_recovery_codes_are_shown_until_they_are_kept_and_never_again(app, link, swv_id):
    visitor = with_password(app, link)
    secret = steps.secret_on(visitor.get(f"{link}/code"))
    visitor.post(f"{link}/code", code=two_factor.current_code(secret))
    once, twice = (steps.codes_on(visitor.get(f"{link}/herstelcodes")) for _ in range(2))
    assert once == twice
    assert len(once) == 10
    assert visitor.post(f"{link}/herstelcodes").status_code == 422, "without the tick"
    assert visitor.post(f"{link}/herstelcodes", kept="y").location == "/login"
    assert visitor.get(f"{link}/herstelcodes").status_code == 410


def test_recovery_codes_that_nobody_kept_are_gone_after_an_hour(app, link, clock):
    visitor = with_password(app, link)
    secret = steps.secret_on(visitor.get(f"{link}/code"))
    visitor.post(f"{link}/code", code=two_factor.current_code(secret))
    clock.shift(timedelta(minutes=61))
    assert steps.Visitor(app).get(f"{link}/herstelcodes").status_code == 410


def test_after_the_first_right_code_the_link_gives_no_new_password_or_phone(app, link):
    visitor = with_password(app, link)
    secret = steps.secret_on(visitor.get(f"{link}/code"))
    visitor.post(f"{link}/code", code=two_factor.current_code(secret))
    before = secrets_of(app)
    for path in ("/wachtwoord", "/code"):
        other = steps.Visitor(app)
        other.get(f"{link}/herstelcodes")
        answer = other.post(link + path, password=NEW, repeat=NEW, code=two_factor.current_code(secret))
        assert answer.location == f"{link}/herstelcodes"
    assert secrets_of(app) == before


def test_a_double_click_on_any_step_is_harmless(app, link, swv_id, clock):
    visitor = steps.Visitor(app)
    visitor.get(link)
    form = {"password": steps.PASSWORD, "repeat": steps.PASSWORD, "kept": "y", "csrf_token": visitor.token}
    steps_to = [("", f"{link}/wachtwoord"), ("/wachtwoord", f"{link}/code")]
    for path, to in steps_to:
        assert [visitor.client.post(link + path, data=form).location for _ in range(2)] == [to, to]
    form["code"] = two_factor.current_code(steps.secret_on(visitor.get(f"{link}/code")))
    for path, to in (("/code", f"{link}/herstelcodes"), ("/herstelcodes", "/login")):
        assert [visitor.client.post(link + path, data=form).location for _ in range(2)] == [to, to]


def test_a_link_works_for_seven_days(app, link, clock):
    clock.shift(timedelta(days=7, seconds=-60))
    assert steps.Visitor(app).get(link).status_code == 200
    clock.shift(timedelta(seconds=61))
    gone = steps.Visitor(app).get(link)
    assert gone.status_code == 410


def test_a_used_link_is_gone(app, link, swv_id):
    steps.activate(app, link, "noor", swv_id)
    for path in ("", "/wachtwoord", "/code", "/herstelcodes"):
        assert steps.Visitor(app).get(link + path).status_code == 410


def test_no_step_can_be_taken_from_another_site(app, link, swv_id):
    before = everything(app)
    form = {
        "password": NEW,
        "repeat": NEW,
        "code": "123456",
        "kept": "y",
        "organisation": str(swv_id),
        "username": "noor",
    }
    for path in (link, f"{link}/wachtwoord", f"{link}/code", f"{link}/herstelcodes", "/wachtwoord-vergeten"):
        app.test_client().post(path, data=form)
    assert everything(app) == before


@pytest.mark.parametrize("token", ["x", "a" * 64, "%00", "😀", "..%2f..", "a" * 4000, "' OR 1=1 --"])
def test_a_link_that_never_was_leads_nowhere(app, token):
    for road in ("uitnodiging", "wachtwoord"):
        assert steps.Visitor(app).get(f"/{road}/{token}").status_code == 404


def test_the_link_to_activate_is_no_link_to_a_new_password(app, link):
    assert steps.Visitor(app).get(link.replace("uitnodiging", "wachtwoord")).status_code == 404


def test_a_new_invitation_ends_the_old_link(app, link, swv_id):
    with app.app_context(), as_system("the test invites again"):
        gebruiker = db.session.scalars(select(Gebruiker)).one()
        lidmaatschap = db.session.scalars(select(Lidmaatschap)).one()
        accounts._mail_link("uitnodiging", gebruiker, lidmaatschap, None)
        db.session.commit()
    assert steps.Visitor(app).get(link).status_code == 410


def test_the_database_alone_gives_no_link_and_no_recovery_code(app, link, swv_id):
    noor = steps.activate(app, link, "noor", swv_id)
    rows = everything(app)
    assert link.rpartition("/")[2] not in rows
    assert not [code for code in noor.recovery_codes if code in rows or code.replace("-", "") in rows]
    assert steps.PASSWORD not in rows


def test_two_different_passwords_are_refused(app, link):
    visitor = steps.Visitor(app)
    visitor.get(f"{link}/wachtwoord")
    assert visitor.post(f"{link}/wachtwoord", password=NEW, repeat=NEW + "x").status_code == 422


# Who may invite whom


@pytest.fixture
def preschool_id(app, swv_id):
    with app.app_context(), as_system("the test makes a preschool"):
        made = Organisation(naam="De Speelhoek", soort=OrganisationSoort.VOORSCHOOL, swv_id=swv_id)
        db.session.add(made)
        db.session.commit()
        return made.id


def invite(
    app, by_email: str, at: uuid.UUID, email: str, organisation_id: uuid.UUID, rol: Role
) -> Lidmaatschap:
    """Invite as the person with that address, at work for `at`."""
    from flask import g

    with app.app_context(), app.test_request_context():
        with as_system("the test looks the inviter up"):
            by = db.session.scalars(select(Gebruiker).where(Gebruiker.email == by_email)).one()
        g.person = access.person_for(by.id, at)
        return accounts.invite(
            voornaam="Sam",
            achternaam="Bos",
            email=email,
            organisation_id=organisation_id,
            rol=rol,
            by=g.person,
        )


def test_the_role_administrator_of_an_swv_invites_for_its_preschools(app, link, swv_id, preschool_id):
    made = invite(
        app, "noor@example.nl", swv_id, "sam@example.nl", preschool_id, Role.CONTACTPERSOON_VOORSCHOOL
    )
    assert made.organisation_id == preschool_id


def test_a_role_administrator_invites_for_no_other_swv(app, link, swv_id):
    other = steps.swv(app, "SWV Het Anker")
    with pytest.raises(NotFound):
        invite(app, "noor@example.nl", swv_id, "sam@example.nl", other, Role.JK_SPECIALIST)


def test_a_role_administrator_of_a_preschool_invites_for_that_preschool_only(app, link, swv_id, preschool_id):
    steps.invited(app, "els@example.nl", preschool_id, Role.ROLBEHEERDER)
    invite(
        app, "els@example.nl", preschool_id, "sam@example.nl", preschool_id, Role.CONTACTPERSOON_VOORSCHOOL
    )
    with pytest.raises(NotFound):
        invite(app, "els@example.nl", preschool_id, "tom@example.nl", swv_id, Role.JK_SPECIALIST)


def test_a_preschool_has_no_specialists_to_give(app, link, swv_id, preschool_id):
    with pytest.raises(BadInput):
        invite(app, "noor@example.nl", swv_id, "sam@example.nl", preschool_id, Role.JK_SPECIALIST)


def test_nobody_makes_a_platform_administrator(app, link, swv_id, preschool_id):
    for organisation_id in (swv_id, preschool_id):
        with pytest.raises(BadInput):
            invite(app, "noor@example.nl", swv_id, "sam@example.nl", organisation_id, Role.PLATFORMBEHEERDER)


def test_nobody_gives_a_role_to_themselves(app, link, swv_id):
    for email in ("noor@example.nl", " NOOR@Example.nl"):
        with pytest.raises(BadInput):
            invite(app, "noor@example.nl", swv_id, email, swv_id, Role.JK_SPECIALIST)


def test_somebody_without_that_role_invites_nobody(app, link, swv_id):
    steps.invited(app, "jk@example.nl", swv_id, Role.JK_SPECIALIST)
    with pytest.raises(NotFound):
        invite(app, "jk@example.nl", swv_id, "sam@example.nl", swv_id, Role.JK_SPECIALIST)
    with app.app_context(), as_system("the test counts"):
        assert db.session.scalar(select(Gebruiker).where(Gebruiker.email == "sam@example.nl")) is None


def test_somebody_with_an_account_gets_a_role_and_a_mail_that_names_nobody(app, link, swv_id, preschool_id):
    steps.activate(app, link, "noor", swv_id)
    assert steps.invited(app, "noor@example.nl", preschool_id, Role.CONTACTPERSOON_VOORSCHOOL) == "None"
    assert mails(app) == ["uitnodiging", "nieuw_lidmaatschap"]


def test_the_same_role_twice_is_refused_in_words(app, link, swv_id):
    with pytest.raises(BadInput):
        steps.invited(app, "noor@example.nl", swv_id)


def test_two_people_with_the_same_local_part_get_names_of_their_own(app, link, swv_id):
    steps.invited(app, "noor@elders.example", swv_id)
    with app.app_context(), as_system("the test reads names"):
        assert sorted(db.session.scalars(select(Gebruiker.username))) == ["noor", "noor2"]


@pytest.mark.parametrize(
    "email", ["", "noor", "a@b", "a b@example.nl", "a@example.nl\r\nBcc: x@y.nl", "<a@example.nl>"]
)
def test_what_is_no_e_mail_address_is_refused(app, swv_id, email):
    with pytest.raises(BadInput):
        steps.invited(app, email, swv_id)


def test_an_invitation_that_was_withdrawn_is_not_mailed_any_more(app, link, swv_id):
    with app.app_context(), as_system("the test asks what the worker asks"):
        bericht = db.session.scalars(select(Bericht)).one()
        assert outbox.may_still_know(bericht)
    steps.activate(app, link, "noor", swv_id)
    with app.app_context(), as_system("the test asks what the worker asks"):
        assert not outbox.may_still_know(db.session.scalars(select(Bericht)).one())


@pytest.fixture
def administrator(app, link, swv_id, clock) -> steps.Visitor:
    """Noor, role administrator of the SWV, signed in."""
    noor = steps.activate(app, link, "noor", swv_id)
    clock.shift(30)
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    return visitor


def membership_of(app, email: str) -> Lidmaatschap:
    with app.app_context(), as_system("the test looks a membership up"):
        query = select(Lidmaatschap).join(Gebruiker, Gebruiker.id == Lidmaatschap.gebruiker_id)
        return db.session.scalars(query.where(Gebruiker.email == email)).one()


def test_a_role_administrator_ends_a_membership_and_the_person_is_out(app, administrator, swv_id, clock):
    sam = steps.activate(app, steps.invited(app, "sam@example.nl", swv_id), "sam", swv_id)
    clock.shift(30)
    at_work = steps.Visitor(app)
    at_work.sign_in(sam)
    home = f"/medewerkers/{membership_of(app, 'sam@example.nl').id}"
    assert f"{home}/beeindigen" in administrator.get(home).get_data(as_text=True)
    administrator.get(f"{home}/beeindigen")
    assert at_work.is_in(), "looking changes nothing"
    assert administrator.post(f"{home}/beeindigen").location == home
    assert not at_work.is_in()
    administrator.get(home)
    clock.shift(30)
    assert steps.Visitor(app).sign_in(sam).status_code == 422


def test_a_role_administrator_sends_a_new_link_to_who_lost_the_phone(app, administrator, swv_id, clock):
    sam = steps.activate(app, steps.invited(app, "sam@example.nl", swv_id), "sam", swv_id)
    path = f"/medewerkers/{membership_of(app, 'sam@example.nl').id}/uitnodigen"
    administrator.get(path)
    assert administrator.post(path).status_code == 302
    assert mails(app)[-1] == "uitnodiging"
    clock.shift(30)
    assert steps.Visitor(app).sign_in(sam).status_code == 302, "nothing changes until the link is used"


def test_a_role_administrator_has_no_say_over_the_own_membership_or_that_of_another_swv(
    app, administrator, swv_id
):
    steps.invited(app, "tom@example.nl", steps.swv(app, "SWV Het Anker"))
    for email in ("noor@example.nl", "tom@example.nl"):
        for act in ("beeindigen", "uitnodigen"):
            path = f"/medewerkers/{membership_of(app, email).id}/{act}"
            assert administrator.get(path).status_code == 404
            administrator.get("/organisatie-wisselen")
            assert administrator.post(path).status_code == 404
        assert membership_of(app, email).tot is None


# Forgotten


def reset_path(app) -> str:
    """The path in the newest mail about a forgotten password."""
    from app.services.links import link_token

    with app.app_context(), as_system("the test reads the mail"):
        newest = select(Uitnodiging).order_by(Uitnodiging.gemaakt_op.desc()).limit(1)
        return f"/wachtwoord/{link_token(db.session.scalars(newest).one().id)}"


def test_a_forgotten_password_is_renewed_by_mail_and_the_phone_stays_linked(app, link, swv_id, clock):
    noor = steps.activate(app, link, "noor", swv_id)
    visitor = steps.Visitor(app)
    visitor.post("/wachtwoord-vergeten", organisation=str(swv_id), username="Noor")
    assert mails(app)[-1] == "wachtwoord_vergeten"
    path = reset_path(app)
    visitor.get(path)
    assert visitor.post(path, password=NEW, repeat=NEW).location == "/login"
    clock.shift(30)
    assert steps.Visitor(app).sign_in(noor).status_code == 422, "the old password"
    noor.password = NEW
    assert steps.Visitor(app).sign_in(noor).status_code == 302
    assert steps.Visitor(app).get(path).status_code == 410


def test_asking_for_an_unknown_name_gets_the_same_answer_and_no_mail(app, link, swv_id):
    steps.activate(app, link, "noor", swv_id)
    steps.invited(app, "nieuw@example.nl", swv_id)
    other = steps.swv(app, "SWV Het Anker")
    before = len(mails(app))
    asked = [("niemand", swv_id), ("nieuw", swv_id), ("noor", other), ("noor", swv_id)]
    pages = {ask(app, name, at) for name, at in asked}
    assert len(pages) == 1
    assert len(mails(app)) == before + 1, "one of them is known there"


def test_asking_for_an_unknown_name_costs_the_same_work_and_leaves_nobody_a_link(app, link, swv_id):
    steps.activate(app, link, "noor", swv_id)
    other = steps.swv(app, "SWV Het Anker")
    work = {}
    for name, at in [("noor", swv_id), ("niemand", swv_id), ("noor", other)]:
        with app.app_context(), steps.statements() as asked:
            password_reset.ask(organisation_id=at, username=name)
        work[name, at] = [one.split()[0] for one in asked if not one.startswith(("SAVEPOINT", "R"))]
    assert len({tuple(done) for done in work.values()}) == 1, work
    with app.app_context(), as_system("the test reads the links and the log"):
        links = db.session.scalars(select(Uitnodiging).filter_by(soort=UitnodigingSoort.WACHTWOORD)).all()
        asked_for = db.session.scalars(select(Gebeurtenis).filter_by(actie=Actie.WACHTWOORD_VERGETEN)).all()
    assert len(links) == 1
    told = [(one.gelukt, one.swv_id, one.gebruiker_id is not None) for one in asked_for]
    elsewhere = [(False, other, False), (False, None, True)]  # that SWV does not hear whose name it was
    assert sorted(told, key=str) == sorted(
        [(True, swv_id, True), (False, swv_id, False), *elsewhere], key=str
    )


def test_a_wrong_guess_takes_nobody_elses_link_away(app, link, swv_id):
    steps.activate(app, link, "noor", swv_id)
    ask(app, "noor", swv_id)
    path = reset_path(app)
    ask(app, "niemand", swv_id)
    assert steps.Visitor(app).get(path).status_code == 200


def test_nobody_is_buried_under_mails(app, link, swv_id):
    steps.activate(app, link, "noor", swv_id)
    for _ in range(15):
        ask(app, "noor", swv_id)
    assert mails(app).count("wachtwoord_vergeten") == 10


def test_a_reset_link_works_for_a_day_and_only_the_newest(app, link, swv_id, clock):
    steps.activate(app, link, "noor", swv_id)
    ask(app, "noor", swv_id)
    first = reset_path(app)
    ask(app, "noor", swv_id)
    second = reset_path(app)
    assert [steps.Visitor(app).get(path).status_code for path in (first, second)] == [410, 200]
    clock.shift(timedelta(days=1, seconds=1))
    assert steps.Visitor(app).get(second).status_code == 410


def ask(app, username: str, organisation_id: uuid.UUID) -> tuple[int, str]:
    answer = steps.Visitor(app).post(
        "/wachtwoord-vergeten", organisation=str(organisation_id), username=username
    )
    return answer.status_code, re.sub(r'nonce="[^"]+"', "", answer.get_data(as_text=True))


# The terminal


def test_the_first_administrator_is_made_on_the_terminal_and_activates_with_the_link(app, clock):
    run = app.test_cli_runner().invoke(
        args=["create-admin", "--first-name", "Pim", "--last-name", "Post", "--email", "pim@example.nl"]
    )
    assert run.exit_code == 0, run.output
    path = re.search(r"http://localhost(/uitnodiging/\w+)", run.output)[1]
    with app.app_context(), as_system("the test reads"):
        operator = db.session.scalars(select(Organisation)).one()
    assert operator.soort is OrganisationSoort.EXPLOITANT
    pim = steps.activate(app, path, "pim", operator.id)
    clock.shift(30)
    assert steps.Visitor(app).sign_in(pim).status_code == 302


def test_an_swv_with_its_first_role_administrator_is_made_on_the_terminal(app):
    arguments = [
        "--first-name",
        "Rie",
        "--last-name",
        "Beek",
        "--email",
        "rie@example.nl",
        "--swv",
        "SWV De Brug",
    ]
    run = app.test_cli_runner().invoke(args=["create-admin", *arguments])
    assert run.exit_code == 0, run.output
    again = app.test_cli_runner().invoke(args=["create-admin", *arguments])
    assert again.exit_code == 1
    assert "Traceback" not in again.output


def test_codes_are_printed_in_the_demo_only(app, link, swv_id):
    steps.activate(app, link, "noor", swv_id)
    assert app.test_cli_runner().invoke(args=["code", "noor"]).exit_code == 1
    app.config["DEMO"] = True
    printed = app.test_cli_runner().invoke(args=["code", "noor"])
    assert re.fullmatch(r"\d{6}\n", printed.output)
    assert app.test_cli_runner().invoke(args=["code", "niemand"]).exit_code == 1


def test_a_printed_code_signs_in_also_when_the_present_one_was_used(app, link, swv_id):
    noor = steps.activate(app, link, "noor", swv_id)
    app.config["DEMO"] = True
    printed = app.test_cli_runner().invoke(args=["code", "noor"]).output.strip()
    assert steps.Visitor(app).sign_in(noor, code=printed).status_code == 302


def with_password(app, link: str) -> steps.Visitor:
    """Walk until the password is chosen."""
    visitor = steps.Visitor(app)
    visitor.get(f"{link}/wachtwoord")
    visitor.post(f"{link}/wachtwoord", password=steps.PASSWORD, repeat=steps.PASSWORD)
    return visitor


def mails(app) -> list[str]:
    """Which mails wait, oldest first."""
    with app.app_context(), as_system("the test reads the outbox"):
        return list(db.session.scalars(select(Bericht.soort).order_by(Bericht.gemaakt_op)))


def secrets_of(app) -> tuple[str | None, str | None]:
    with app.app_context(), as_system("the test reads the secrets"):
        found = db.session.scalars(select(Inloggegevens)).one()
        return found.wachtwoord_hash, found.totp_geheim


def everything(app) -> str:
    """Every row about accounts, as somebody with the database sees it."""
    models = (Gebruiker, Inloggegevens, Herstelcode, Uitnodiging, Lidmaatschap, Bericht)
    with app.app_context(), as_system("the test reads every row"):
        rows = [row for model in models for row in db.session.scalars(select(model))]
        return str([{k: v for k, v in vars(row).items() if not k.startswith("_")} for row in rows])
