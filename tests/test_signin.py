"""Signing in: one sentence for every refusal, a budget of tries, a session that ends everywhere at once."""

import base64
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.access import as_system
from app.errors import SignInRefused, TooMany
from app.extensions import db
from app.models import (
    Aanmeldpoging,
    Betrokkenheid,
    Gebeurtenis,
    Gebruiker,
    Hulpvraag,
    Inloggegevens,
    Kind,
    Lidmaatschap,
    Organisation,
    Sessie,
)
from app.models.base import now
from app.services import links, passwords, sessions, signin, two_factor
from app.services import uitnodigingen as invitations
from app.terms import Actie, Ground, OrganisationSoort, Role, UitnodigingSoort
from app.views.signin import local_path
from tests import account_steps as steps


@pytest.fixture
def swv_id(app):
    return steps.swv(app)


@pytest.fixture
def noor(app, swv_id, clock):
    """A role administrator with a phone, whose last code is used up and whose next one is here."""
    account = steps.activate(app, steps.invited(app, "noor@example.nl", swv_id), "noor", swv_id)
    clock.shift(30)
    return account


def test_organisation_name_password_and_code_together_open_the_portal(app, noor):
    visitor = steps.Visitor(app)
    answer = visitor.sign_in(noor)
    assert answer.status_code == 302
    assert answer.location == "/"
    assert visitor.is_in()


def test_the_user_name_may_be_typed_with_capitals_and_spaces(app, noor):
    assert steps.Visitor(app).sign_in(noor, username=" NOOR ").status_code == 302


def test_somebody_who_came_from_a_link_goes_on_to_it(app, noor):
    visitor = steps.Visitor(app)
    visitor.get("/login?next=/hulpvragen/?q=a")
    assert visitor.post("/login?next=/hulpvragen/?q%3Da", **noor.fields()).location == "/hulpvragen/?q=a"


ELSEWHERE = (
    *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "x"),
    *("/\n//evil", "/\t/evil", "http:evil", "///evil", ""),
)


def test_nobody_is_led_elsewhere_after_signing_in(app, noor, clock):
    assert [local_path(link) for link in ELSEWHERE] == [None] * len(ELSEWHERE)
    for link in ELSEWHERE[:3]:
        visitor = steps.Visitor(app)
        visitor.get("/login")
        fields = noor.fields() | {"csrf_token": visitor.token}
        assert visitor.client.post("/login", query_string={"next": link}, data=fields).location == "/"
        clock.shift(30)


WRONG = {
    "nobody of that name": {"username": "niemand"},
    "a wrong password": {"password": "een heel andere zin"},
    "a wrong code": {"code": "000000"},
    "a code that is no code": {"code": "abc"},
    "an e-mail address for a name": {"username": "noor@example.nl"},
    "an ended account": {"username": "weg"},
    "an account that was never activated": {"username": "nieuw"},
    "another SWV": {"organisation": "het-anker"},
}


@pytest.fixture
def the_others(app, swv_id, noor, clock):
    """An account that is switched off, one that waits for activation, and a second SWV."""
    anker = steps.swv(app, "SWV Het Anker")
    steps.activate(app, steps.invited(app, "weg@example.nl", swv_id), "weg", swv_id)
    steps.invited(app, "nieuw@example.nl", swv_id)
    with app.app_context(), as_system("the test switches an account off"):
        db.session.scalars(select(Gebruiker).where(Gebruiker.username == "weg")).one().active = False
        db.session.commit()
    return {"het-anker": str(anker)}


def test_every_wrong_thing_gets_the_same_answer(app, noor, the_others, clock):
    answers = {}
    for why, wrong in WRONG.items():
        visitor = steps.Visitor(app)
        typed = {name: the_others.get(value, value) for name, value in wrong.items()}
        answer = visitor.sign_in(noor, **typed)
        answers[why] = (answer.status_code, steps.sentence_on(answer), dict(answer.headers).keys())
        assert not visitor.is_in(), why
    assert len({str(answer) for answer in answers.values()}) == 1, answers
    status, sentence, _headers = next(iter(answers.values()))
    assert status == 422
    assert sentence


def test_every_wrong_thing_costs_the_same_work(app, noor, the_others, clock, monkeypatch):
    hashed = []
    real = passwords.hashlib.scrypt
    monkeypatch.setattr(
        passwords.hashlib, "scrypt", lambda *a, **kw: hashed.append(kw["n"]) or real(*a, **kw)
    )
    work = {}
    for why, wrong in WRONG.items():
        typed = noor.fields() | {name: the_others.get(value, value) for name, value in wrong.items()}
        hashed.clear()
        with app.app_context(), steps.statements() as asked, pytest.raises(SignInRefused):
            signin.sign_in(
                organisation_id=uuid.UUID(typed["organisation"]),
                username=typed["username"],
                password=typed["password"],
                code=typed["code"],
            )
        work[why] = (len(asked), tuple(hashed))
    assert len(set(work.values())) == 1, work


def test_what_was_typed_stays_except_the_secrets(app, noor):
    fields = noor.fields() | {"password": "een heel andere zin"}
    page = steps.Visitor(app).sign_in(noor, **fields).get_data(as_text=True)
    assert f'value="{fields["code"]}"' not in page
    assert 'value="noor"' in page
    assert "een heel andere zin" not in page
    assert f'value="{noor.organisation}" selected' in page


def test_this_device_remembers_the_organisation(app, noor, the_others):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    visitor.post("/logout")
    assert f'value="{noor.organisation}" selected' in visitor.get("/login").get_data(as_text=True)


def test_a_session_cookie_is_for_this_host_and_for_no_script(settings, app, noor):
    visitor = steps.Visitor(app)
    cookies = {
        cookie.partition("=")[0]: cookie for cookie in visitor.sign_in(noor).headers.getlist("Set-Cookie")
    }
    assert "HttpOnly" in cookies["kindbrug"]
    assert "SameSite=Lax" in cookies["kindbrug"]
    assert "Domain" not in cookies["kindbrug"]
    assert "Expires" not in cookies["kindbrug"]


def test_over_https_the_cookie_is_bound_to_the_host(settings, app, noor):
    app.config["COOKIE_SECURE"] = True
    visitor = steps.Visitor(app)
    cookie = next(
        it for it in visitor.sign_in(noor).headers.getlist("Set-Cookie") if "__Host-kindbrug=" in it
    )
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_the_database_alone_opens_nothing(app, noor):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    token = visitor.client.get_cookie("kindbrug").value
    with app.app_context(), as_system("the test reads the rows as a thief would"):
        kept = [str(vars(row)) for row in db.session.scalars(select(Sessie))]
    assert kept
    assert not any(token in row for row in kept)
    with app.app_context(), as_system("the test reads the rows as a thief would"):
        stolen = db.session.scalars(select(Sessie.token_hash)).first()
    thief = steps.Visitor(app)
    thief.client.set_cookie("kindbrug", stolen)
    assert not thief.is_in()


def test_each_sign_in_gets_a_token_of_its_own_and_the_browsers_old_session_ends(app, noor, clock):
    visitor, copy = steps.Visitor(app), steps.Visitor(app)
    visitor.sign_in(noor)
    first = visitor.client.get_cookie("kindbrug").value
    copy.client.set_cookie("kindbrug", first)
    swv_id = uuid.UUID(noor.organisation)
    sam = steps.activate(app, steps.invited(app, "sam@example.nl", swv_id), "sam", swv_id)
    clock.shift(30)
    login = steps.Visitor(app)
    login.get("/login")
    login.client.set_cookie("kindbrug", first)
    assert login.post("/login", **sam.fields()).status_code == 302
    assert login.client.get_cookie("kindbrug").value != first
    assert not copy.is_in()


def test_a_double_click_on_sign_in_is_harmless(app, noor):
    visitor = steps.Visitor(app)
    form = visitor.get("/login") and visitor.token
    fields = noor.fields() | {"csrf_token": form}
    page_cookie = visitor.client.get_cookie("kindbrug_form").value
    assert visitor.client.post("/login", data=fields).status_code == 302
    visitor.client.set_cookie("kindbrug_form", page_cookie)
    assert visitor.client.post("/login", data=fields).status_code == 302
    assert visitor.is_in()


def test_the_back_button_after_signing_in_leads_in(app, noor):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    assert visitor.get("/login").location == "/"


def test_a_form_that_was_open_for_too_long_signs_nobody_in_and_keeps_what_was_typed(app, noor):
    for path, more in (("/login", {}), ("/login/herstelcode", {"recovery_code": noor.recovery_codes[0]})):
        client = app.test_client()
        answer = client.post(path, data=noor.fields() | more | {"csrf_token": "old"})
        assert answer.status_code == 422
        assert 'value="noor"' in answer.get_data(as_text=True)
        assert steps.sentence_on(answer)
        assert client.get("/organisatie-wisselen").status_code == 302
    assert steps.Visitor(app).sign_in(noor).status_code == 302, "no code was used up"


@pytest.mark.parametrize("field", ["organisation", "username", "password", "code"])
def test_garbage_in_any_field_is_a_clear_refusal(app, noor, field):
    for typed in ("", "x", "\x00", "é" * 5000, "' OR 1=1 --", "../../etc/passwd", "😀" * 300):
        assert steps.Visitor(app).sign_in(noor, **{field: typed}).status_code == 422, typed


def test_a_session_ends_after_a_quarter_of_an_hour_without_a_click(app, noor, clock):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    clock.shift(timedelta(minutes=14))
    assert visitor.is_in()
    clock.shift(timedelta(minutes=16))
    assert not visitor.is_in()


def test_a_session_ends_after_ten_hours_of_work(app, noor, clock):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    for _ in range(59):
        clock.shift(timedelta(minutes=10))
        assert visitor.is_in()
    clock.shift(timedelta(minutes=11))
    assert not visitor.is_in()


def test_signing_out_is_a_button_and_not_a_link(app, noor):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    assert visitor.get("/logout").status_code == 405
    assert visitor.is_in()
    assert visitor.post("/logout").location == "/login"
    assert not visitor.is_in()


# Switching organisation


@pytest.fixture
def preschool(app, swv_id, noor):
    """A preschool in which noor has a role too, and one in which she has none."""
    with app.app_context(), as_system("the test makes preschools"):
        made = [
            Organisation(naam=naam, soort=OrganisationSoort.VOORSCHOOL, swv_id=swv_id)
            for naam in ("De Speelhoek", "De Linde")
        ]
        db.session.add_all(made)
        db.session.commit()
        ids = [it.id for it in made]
    steps.invited(app, "noor@example.nl", ids[0], Role.CONTACTPERSOON_VOORSCHOOL)
    return ids


def test_switching_organisation_gives_a_new_token_and_the_old_one_is_worth_nothing(
    app, noor, preschool, clock
):
    visitor, copy = steps.Visitor(app), steps.Visitor(app)
    visitor.sign_in(noor)
    copy.client.set_cookie("kindbrug", visitor.client.get_cookie("kindbrug").value)
    assert namens(app, visitor) == preschool[0], "the first by name"
    visitor.get("/organisatie-wisselen")
    assert visitor.post("/organisatie-wisselen", membership=noor.organisation).location == "/"
    assert namens(app, visitor) == uuid.UUID(noor.organisation)
    assert not copy.is_in()


@pytest.mark.parametrize("key", ["", "onzin", str(uuid.UUID(int=7)), "de-linde"])
def test_nobody_switches_to_an_organisation_that_is_not_theirs(app, noor, preschool, key):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    before = namens(app, visitor)
    visitor.get("/organisatie-wisselen")
    key = str(preschool[1]) if key == "de-linde" else key
    assert visitor.post("/organisatie-wisselen", membership=key).status_code == 404
    assert namens(app, visitor) == before


def test_switching_to_another_swv_asks_to_sign_in_there(app, noor, preschool):
    anker = steps.swv(app, "SWV Het Anker")
    steps.invited(app, "noor@example.nl", anker)
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    assert "Het Anker" not in visitor.get("/organisatie-wisselen").get_data(as_text=True)
    assert visitor.post("/organisatie-wisselen", membership=str(anker)).status_code == 404


def test_switching_does_not_lengthen_the_day(app, noor, preschool, clock):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    for _ in range(59):
        clock.shift(timedelta(minutes=10))
        visitor.get("/organisatie-wisselen")
    visitor.post("/organisatie-wisselen", membership=noor.organisation)
    assert visitor.is_in()
    clock.shift(timedelta(minutes=11))
    assert not visitor.is_in()


def test_one_begins_where_one_worked_last(app, noor, preschool, clock):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    visitor.get("/organisatie-wisselen")
    visitor.post("/organisatie-wisselen", membership=noor.organisation)
    clock.shift(30)
    again = steps.Visitor(app)
    again.sign_in(noor)
    assert namens(app, again) == uuid.UUID(noor.organisation)


def test_a_parent_without_any_membership_signs_in_at_the_swv_of_the_dossier_and_at_no_other(
    app, noor, preschool
):
    ouder = a_parent(app, uuid.UUID(noor.organisation), preschool[0])
    anker = steps.swv(app, "SWV Het Anker")
    assert steps.Visitor(app).sign_in(ouder, organisation=str(anker)).status_code == 422
    visitor = steps.Visitor(app)
    assert visitor.sign_in(ouder).status_code == 302
    assert visitor.is_in()
    assert visitor.get("/").status_code == 200
    assert namens(app, visitor) is None


def a_parent(app, swv_id: uuid.UUID, voorschool_id: uuid.UUID) -> steps.Account:
    """Make a parent with an account, involved in one dossier of the SWV."""
    secret = two_factor.new_secret()
    with app.app_context(), as_system("the test makes a parent and a dossier"):
        parent = Gebruiker(
            first_name="Elif", last_name="Demir", username="elif", email="elif@example.nl", active=True
        )
        kind = Kind(voornaam="Mila", achternaam="Demir", geboortedatum=date(2023, 3, 4), swv_id=swv_id)
        db.session.add_all([parent, kind])
        db.session.flush()
        hulpvraag = Hulpvraag(
            nummer="JK-2026-00001",
            kind_id=kind.id,
            voorschool_id=voorschool_id,
            aangemaakt_door_id=parent.id,
            swv_id=swv_id,
        )
        db.session.add(hulpvraag)
        db.session.flush()
        party = Betrokkenheid(
            hulpvraag_id=hulpvraag.id, swv_id=swv_id, gebruiker_id=parent.id, grond=Ground.OUDER
        )
        db.session.add(party)
        hashed = passwords.hash_password(steps.PASSWORD)
        db.session.add(
            Inloggegevens(
                gebruiker_id=parent.id, wachtwoord_hash=hashed, totp_geheim=secret, actief_sinds=now()
            )
        )
        db.session.commit()
    return steps.Account("elif", str(swv_id), secret)


# Ended at once, everywhere (T7)


@pytest.mark.both_engines
def test_what_ends_a_session_ends_it_in_another_process_on_the_next_request(
    app, second_app, noor, swv_id, clock, lane, proven
):
    rounds = lane.cases(gate=50, proof=1000)
    chance = lane.random("T7")
    acts = [*ENDINGS, *chance.choices(ENDINGS, k=rounds - len(ENDINGS))]
    chance.shuffle(acts)
    for _ in range(rounds):
        clock.shift(60)
        visitor, elsewhere = steps.Visitor(app), steps.Visitor(second_app)
        assert visitor.sign_in(noor).status_code == 302
        elsewhere.client.set_cookie("kindbrug", visitor.client.get_cookie("kindbrug").value)
        assert elsewhere.is_in()
        act = acts.pop()
        repair = act(app, visitor, noor, swv_id)
        assert not elsewhere.is_in(), act.__name__
        assert not visitor.is_in(), act.__name__
        if repair:
            repair()
    assert not acts
    proven("T7 revocation in another process", rounds)


def signing_out(app, visitor, account, swv_id):
    visitor.get("/organisatie-wisselen")
    assert visitor.post("/logout").status_code == 302


def choosing_a_new_password(app, visitor, account, swv_id):
    account.password = f"een nieuwe zin {uuid.uuid4()}"
    with app.app_context():
        made = invitations.make(UitnodigingSoort.WACHTWOORD, gebruiker(account), valid_for=timedelta(hours=1))
        db.session.commit()
        path = f"/wachtwoord/{links.link_token(made.id)}"
    other = steps.Visitor(app)
    other.get(path)
    assert other.post(path, password=account.password, repeat=account.password).status_code == 302


def linking_a_new_phone(app, visitor, account, swv_id):
    with app.app_context():
        made = invitations.make(UitnodigingSoort.ACCOUNT, gebruiker(account), valid_for=timedelta(hours=1))
        db.session.commit()
        path = f"/uitnodiging/{links.link_token(made.id)}"
    renewed = steps.activate(app, path, account.username, swv_id)
    account.secret, account.password = renewed.secret, renewed.password


def ending_the_membership(app, visitor, account, swv_id):
    return change(app, account, "tot", now(), None)


def giving_the_membership_a_later_start(app, visitor, account, swv_id):
    return change(app, account, "van", now() + timedelta(days=1), now())


def suspending_the_membership(app, visitor, account, swv_id):
    return change(app, account, "geschorst_op", now(), None)


def resetting_the_code(app, visitor, account, swv_id):
    with app.app_context():
        who = gebruiker(account)
        two_factor.forget_phone(who.id)
        sessions.end_all(who.id)
        made = invitations.make(UitnodigingSoort.ACCOUNT, who, valid_for=timedelta(hours=1))
        db.session.commit()
        path = f"/uitnodiging/{links.link_token(made.id)}"
    assert steps.Visitor(app).sign_in(account).status_code == 422

    def phone_again():
        renewed = steps.activate(app, path, account.username, swv_id)
        account.secret, account.password = renewed.secret, renewed.password

    return phone_again


def switching_the_account_off(app, visitor, account, swv_id):
    def active(value):
        with app.app_context(), as_system("the test switches an account off"):
            gebruiker(account).active = value
            db.session.commit()

    active(False)
    return lambda: active(True)


def switching_the_organisation_off(app, visitor, account, swv_id):
    def active(value):
        with app.app_context(), as_system("the test switches an organisation off"):
            db.session.scalars(select(Organisation).where(Organisation.id == swv_id)).one().actief = value
            db.session.commit()

    active(False)
    return lambda: active(True)


ENDINGS = (
    signing_out,
    choosing_a_new_password,
    linking_a_new_phone,
    ending_the_membership,
    suspending_the_membership,
    resetting_the_code,
    giving_the_membership_a_later_start,
    switching_the_account_off,
    switching_the_organisation_off,
)


def gebruiker(account: steps.Account) -> Gebruiker:
    with as_system("the test looks an account up"):
        return db.session.scalars(select(Gebruiker).where(Gebruiker.username == account.username)).one()


def change(app, account, field, value, back):
    def put(it):
        with app.app_context(), as_system("the test changes a membership"):
            for lid in db.session.scalars(
                select(Lidmaatschap).where(Lidmaatschap.gebruiker_id == gebruiker(account).id)
            ):
                setattr(lid, field, it)
            db.session.commit()

    put(value)
    return lambda: put(back)


# The budget of tries (T8)


def test_after_ten_wrong_tries_even_the_right_ones_wait_a_quarter_of_an_hour(app, noor, clock):
    for _ in range(10):
        assert steps.Visitor(app).sign_in(noor, code="000000").status_code == 422
    assert steps.Visitor(app).sign_in(noor).status_code == 429
    clock.shift(timedelta(minutes=15, seconds=1))
    assert steps.Visitor(app).sign_in(noor).status_code == 302, "nobody is locked out for good"


def test_somebody_who_keeps_trying_does_not_keep_the_owner_out(app, noor, clock):
    for _ in range(15):
        steps.Visitor(app).sign_in(noor, code="000000")
    clock.shift(timedelta(minutes=14))
    for _ in range(5):
        assert steps.Visitor(app).sign_in(noor, code="000000").status_code == 429
    clock.shift(timedelta(minutes=1, seconds=1))
    assert steps.Visitor(app).sign_in(noor).status_code == 302


def test_getting_in_gives_the_budget_back(app, noor, clock):
    for _ in range(2):
        for _ in range(9):
            assert steps.Visitor(app).sign_in(noor, code="000000").status_code == 422
        assert steps.Visitor(app).sign_in(noor).status_code == 302
        clock.shift(30)


def test_the_budget_of_one_is_not_the_budget_of_another(app, noor, clock):
    for _ in range(11):
        steps.Visitor(app).sign_in(noor, username="iemand anders")
    assert steps.Visitor(app).sign_in(noor).status_code == 302


def test_a_name_that_nobody_has_runs_out_in_the_same_way(app, noor):
    known = [steps.Visitor(app).sign_in(noor, code="000000").status_code for _ in range(12)]
    unknown = [steps.Visitor(app).sign_in(noor, username="niemand").status_code for _ in range(12)]
    assert known == unknown == [422] * 10 + [429] * 2


def test_capitals_and_wide_letters_do_not_bring_a_new_budget(app, noor):
    for typed in ("noor", "NOOR", " Noor", "ｎｏｏｒ", "noor ") * 2:
        steps.Visitor(app).sign_in(noor, username=typed, code="000000")
    assert steps.Visitor(app).sign_in(noor).status_code == 429


def test_recovery_codes_come_out_of_the_same_budget(app, noor):
    for _ in range(10):
        wrong = noor.fields() | {"recovery_code": "aaaa-bbbb-cccc"}
        assert steps.Visitor(app).post("/login/herstelcode", **wrong).status_code == 422
    assert steps.Visitor(app).sign_in(noor).status_code == 429


def test_no_typed_name_is_kept(app, noor):
    steps.Visitor(app).sign_in(noor, username="iemand-die-zich-vertypt")
    with app.app_context(), as_system("the test reads every row"):
        rows = [*db.session.scalars(select(Aanmeldpoging)), *db.session.scalars(select(Gebeurtenis))]
        assert not [row for row in rows if "vertypt" in str(vars(row))]


@pytest.mark.both_engines
def test_however_many_try_at_once_in_several_processes_no_more_than_the_budget_is_verified(
    app, second_app, noor, swv_id, clock, lane, proven, monkeypatch
):
    tries = lane.cases(gate=300, proof=10_000)
    chance = lane.random("T8")
    verified = Counter()
    real = signin.budget.spend

    def spend(key):
        real(key)
        verified[key] += 1  # only who comes back from here is verified

    monkeypatch.setattr(signin.budget, "spend", spend)
    names = ("noor", "niemand", "Noor ", "NIEMAND", "een-ander")
    draws = [(chance.choice((app, second_app)), chance.choice(names)) for _ in range(tries)]

    def attempt(draw):
        door, name = draw
        with door.app_context():
            try:
                signin.sign_in(organisation_id=swv_id, username=name, password="verkeerd", code="000000")
            except (SignInRefused, TooMany) as refusal:
                return type(refusal).__name__

    with ThreadPoolExecutor(6) as pool:
        answers = Counter(pool.map(attempt, draws))
    assert answers.total() == tries
    assert len(verified) == 3
    assert all(1 <= count <= 10 for count in verified.values()), verified
    assert answers["SignInRefused"] == verified.total()
    proven("T8 sign-in budget", tries)


def test_the_budget_is_the_same_after_a_restart(app, second_app, noor):
    for _ in range(10):
        steps.Visitor(app).sign_in(noor, code="000000")
    assert steps.Visitor(second_app).sign_in(noor).status_code == 429


def test_one_address_may_not_try_all_names(settings, clock):
    from app import create_app

    portal = create_app(settings | {"RATELIMIT_ENABLED": True, "SIGNIN_LIMIT": "5 per 15 minutes"})
    try:
        swv_id = steps.swv(portal)
        noor = steps.Account("noor", str(swv_id), secret=two_factor.new_secret())
        answers = [steps.Visitor(portal).sign_in(noor, username=f"naam{n}") for n in range(7)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
        assert "<h1>" in answers[-1].get_data(as_text=True)
        assert steps.Visitor(portal).get("/login").status_code == 200, "looking is free"
    finally:
        with portal.app_context():
            db.engine.dispose()


# The device that somebody signed in on before


KNOWN = "kindbrug_apparaat"


@pytest.fixture
def known_device(app, noor, clock):
    """What Noor's browser keeps after she signed in on it and out again."""
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    visitor.get("/organisatie-wisselen")
    visitor.post("/logout")
    clock.shift(30)
    return visitor.client.get_cookie(KNOWN).value


def at(app, proof: str) -> steps.Visitor:
    """A visitor whose browser keeps this."""
    visitor = steps.Visitor(app)
    visitor.client.set_cookie(KNOWN, proof)
    return visitor


def use_up(app, noor) -> None:
    for _ in range(10):
        assert steps.Visitor(app).sign_in(noor, code="000000").status_code == 422


def test_a_stranger_who_uses_up_all_tries_does_not_keep_the_owner_out_of_her_own_device(
    app, noor, known_device
):
    use_up(app, noor)
    assert steps.Visitor(app).sign_in(noor).status_code == 429
    assert at(app, known_device).sign_in(noor).status_code == 302


def test_the_owner_gets_in_and_the_stranger_has_no_more_tries_for_it(app, noor, known_device, clock):
    use_up(app, noor)
    at(app, known_device).sign_in(noor)
    clock.shift(30)
    assert steps.Visitor(app).sign_in(noor).status_code == 429


def test_a_device_that_is_known_has_ten_tries_too_and_they_are_its_own(app, noor, known_device):
    answers = [at(app, known_device).sign_in(noor, code="000000").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert at(app, known_device).sign_in(noor).status_code == 429, "also the right one waits"
    assert steps.Visitor(app).sign_in(noor).status_code == 302


def test_a_recovery_code_is_tried_from_the_devices_own_tries(app, noor, known_device):
    use_up(app, noor)
    fields = noor.fields() | {"recovery_code": noor.recovery_codes[0]}
    assert at(app, known_device).post("/login/herstelcode", **fields).status_code == 302


def test_a_device_is_known_for_one_account_only(app, noor, known_device):
    swv_id = uuid.UUID(noor.organisation)
    sam = steps.activate(app, steps.invited(app, "sam@example.nl", swv_id), "sam", swv_id)
    for _ in range(10):
        assert at(app, known_device).sign_in(sam, code="000000").status_code == 422
    assert steps.Visitor(app).sign_in(sam, code="000000").status_code == 429


def test_what_a_device_keeps_cannot_be_made_up(app, noor, known_device, clock):
    use_up(app, noor)
    payload, moment, signature = known_device.split(".")
    for made_up in (
        *("", "x", "a.b.c", known_device[:-1], f"{payload}.{moment}.{signature[::-1]}"),
        *(f"{payload[:-2]}.{moment}.{signature}", "WyJhIiwiYiJd.aaaa.bbbb", "\x00", "é" * 500),
    ):
        assert at(app, made_up).sign_in(noor, code="000000").status_code == 429, made_up
    clock.shift(timedelta(days=366))
    use_up(app, noor)
    assert at(app, known_device).sign_in(noor).status_code == 429, "a year is over"


def test_what_a_device_keeps_opens_nothing_and_holds_no_name(app, noor, known_device):
    assert not at(app, known_device).is_in()
    assert at(app, known_device).sign_in(noor, code="000000").status_code == 422
    assert b"noor" not in base64.urlsafe_b64decode(known_device.partition(".")[0] + "==")


def test_a_known_device_gets_the_same_answer_for_a_name_that_nobody_has(app, noor, known_device):
    answers = [
        at(app, known_device).sign_in(noor, username=name, code="000000") for name in ("noor", "niemand")
    ]
    assert len({(answer.status_code, steps.sentence_on(answer)) for answer in answers}) == 1
    assert not any(KNOWN in line for answer in answers for line in answer.headers.getlist("Set-Cookie"))


# The log


def test_every_sign_in_and_every_refusal_is_one_row_of_the_log(app, noor, clock):
    seen = len(rows(app))
    steps.Visitor(app).sign_in(noor, code="000000")
    steps.Visitor(app).sign_in(noor, username="niemand")
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    visitor.get("/organisatie-wisselen")
    visitor.post("/logout")
    new = rows(app)[seen:]
    assert [(row.actie, row.gelukt, row.gebruiker_id is not None) for row in new] == [
        (Actie.AANMELDEN_GEWEIGERD, False, True),
        (Actie.AANMELDEN_GEWEIGERD, False, False),
        (Actie.AANMELDEN, True, True),
        (Actie.AFMELDEN, True, True),
    ]


def rows(app) -> list[Gebeurtenis]:
    with app.app_context(), as_system("the test reads the log"):
        return list(db.session.scalars(select(Gebeurtenis).order_by(Gebeurtenis.op)))


def namens(app, visitor) -> uuid.UUID | None:
    """The organisation that the visitor works for."""
    from app.security import person_of

    with app.app_context():
        return person_of(visitor.client.get_cookie("kindbrug").value).organisation_id
