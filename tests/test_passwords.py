"""Passwords: which are too easy to guess and why, in words that help; and how they are hashed."""

import logging
import uuid

import pytest
from sqlalchemy import select, update

import config
from app.access import as_system
from app.errors import BadInput
from app.extensions import db
from app.models import Gebruiker, Inloggegevens, Organisation
from app.services import demo_data, password_reset, passwords, signin
from app.services import uitnodigingen as invitations
from app.services.guessing import why_weak
from app.terms import OrganisationSoort, Role, UitnodigingSoort
from tests import account_steps as steps

# What others know of Noor.
NOOR = ("noor", "nvisser@speelhoek.example", "Noor", "Visser", "De Speelhoek", "SWV De Brug", "Kindbrug")
# Of each kind of weakness one password, with words of the Dutch sentence that refuses it.
REASONS = {
    "zo kort": "te kort",
    "elf tekens!": "te kort",
    "x" * 201: "te lang",
    "noorvisser2026": "anderen van u weten",
    "Speelhoek2026!": "anderen van u weten",
    "debrug2026!!": "anderen van u weten",
    "Kindbrug2026!": "anderen van u weten",
    "Wachtwoord2026!": "die veel mensen gebruiken",
    "01-01-1980-1": "datum of een jaartal",
    "asdfghjkl;'12": "naast elkaar liggen",
    "welkomwelkom": "iets te herhalen",
    " " * 20: "iets te herhalen",
    "abcdefghijkl": "rijtje zoals abcd of 1234",
}


@pytest.fixture
def link(app, clock):
    """The path of the link that Noor of De Speelhoek got by mail."""
    swv_id = steps.swv(app)
    with app.app_context(), as_system("the test makes a preschool"):
        made = Organisation(naam="De Speelhoek", soort=OrganisationSoort.VOORSCHOOL, swv_id=swv_id)
        db.session.add(made)
        db.session.commit()
        made_id = made.id
    return steps.invited(app, "noor@example.nl", made_id, Role.CONTACTPERSOON_VOORSCHOOL)


@pytest.fixture
def noor(app, clock):
    """A role administrator whose phone shows the next code."""
    swv_id = steps.swv(app)
    account = steps.activate(app, steps.invited(app, "noor@example.nl", swv_id), "noor", swv_id)
    clock.shift(30)
    return account


# Which passwords


@pytest.mark.parametrize(
    "weak",
    [
        "wachtwoord123",
        "Wachtwoord2026!",
        "W@chtw00rd2026",
        "mijn wachtwoord",
        "ditismijnwachtwoord",
        "droowthcaw12",
        "welkom2026!!",
        "Welkom01Welkom02",
        "welkom welkom welkom",
        "Geheim!Geheim!",
        "hallohallo2026",
        "ikhouvanjou123",
        "Zomer2026Winter",
        "zomervakantie26",
        "Januari2026!",
        "Maandag01-2026",
        "sinterklaas2026",
        "Voetbal2026!",
        "voetbal voetbal",
        "ajaxamsterdam",
        "feyenoord1908!",
        "amsterdam1980",
        "Rotterdam2025!",
        "sanneensanne",
        "Annelies1985",
        "qwertyuiop123",
        "qwertyasdfghzxcv",
        "1qaz2wsx3edc",
        "!@#$%^&*()_+",
        "123456789012",
        "           abcde",
        "abababababab",
        "passwordpassword",
        "wáchtwóórd123",
    ],
)
def test_what_dutch_people_choose_most_is_refused(weak):
    assert why_weak(weak, known=())


@pytest.mark.parametrize(
    "weak",
    [
        "noorvisser2026",
        "NoorVisser123!",
        "nvisser@speelhoek.example",
        "speelhoek2026!",
        "DeSpeelhoek26",
        "SWVDeBrug2026",
        "debrug2026!!",
        "Kindbrug-2026!",
        "welkom bij kindbrug",
    ],
)
def test_what_others_know_of_the_owner_is_refused(weak):
    assert why_weak(weak, known=NOOR)


def test_a_name_is_known_with_and_without_its_accents():
    for typed in ("ZoëGülsen2026", "zoegulsen2026"):
        assert why_weak(typed, known=["Zoë Gülsen"]), typed


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "kaas fiets wolk trap",
        "drie gekke eekhoorns",
        "Mijn tante bakt blauwe taarten",
        "paard lamp citroen ladder",
        "noor en nog wat woorden",
        "xK9#mQ2$vL7p",
        "ééèèêê œuvre ünïc😀de",
        "дождь над тихой рекой",
        "4@8({[<369 1!|70$5+%2",
        "de kat krabt de krullen van de trap " * 5,
    ],
)
def test_some_words_at_random_will_do_in_any_language_and_with_spaces(good):
    assert why_weak(good, known=NOOR) is None


def test_a_short_user_name_does_not_forbid_the_words_that_it_is_in():
    assert why_weak("de kat krabt de krullen", known=["an", "k", ""]) is None


def test_the_passwords_of_demo_and_tests_would_be_accepted():
    for password in (demo_data.PASSWORD, steps.PASSWORD):
        assert why_weak(password, known=NOOR) is None


def test_the_longest_password_can_be_judged():
    for sign in ("a", "é", "ﷺ", "😀", "4@8({[<369 1!|70$5+%2"):
        why_weak((sign * passwords.LONGEST)[: passwords.LONGEST], known=NOOR)


# In words


def test_each_refusal_says_in_dutch_why_at_the_field_and_gives_no_password_back(app, link, caplog):
    caplog.set_level(logging.DEBUG)
    visitor = steps.Visitor(app)
    visitor.get(f"{link}/wachtwoord")
    for weak, why in REASONS.items():
        answer = visitor.post(f"{link}/wachtwoord", password=weak, repeat=weak)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert why in steps.sentence_on(answer), weak
        assert 'href="#password"' in page
        assert 'href="#repeat"' not in page
        assert weak not in caplog.text
        if weak.strip():
            assert f'value="{weak}"' not in page
            assert weak not in steps.sentence_on(answer)


def test_a_refused_password_changes_nothing(app, link):
    steps_before = steps.Visitor(app).get(f"{link}/code").location
    visitor = steps.Visitor(app)
    visitor.get(f"{link}/wachtwoord")
    visitor.post(f"{link}/wachtwoord", password="Welkom2026!!", repeat="Welkom2026!!")
    assert visitor.get(f"{link}/code").location == steps_before == f"{link}/wachtwoord"


def test_the_page_says_beforehand_what_helps_and_that_a_password_stays(app, link):
    page = steps.Visitor(app).get(f"{link}/wachtwoord").get_data(as_text=True)
    for sentence in ("Vier willekeurige woorden", "wachtwoordmanager", "niet af en toe te wijzigen"):
        assert sentence in page


def test_a_new_password_for_a_forgotten_one_is_judged_by_the_same_rule(app, noor):
    with app.app_context(), app.test_request_context():
        with as_system("the test makes the link"):
            gebruiker = db.session.scalars(select(Gebruiker)).one()
            made = invitations.make(UitnodigingSoort.WACHTWOORD, gebruiker, valid_for=config.SESSION_ABSOLUTE)
        for weak in ("debrug2026!!", "noor@example.nl", "Welkom2026!!"):
            with pytest.raises(BadInput) as refused:
                password_reset.choose(made, weak)
            assert set(refused.value.fields) == {"password"}


# Hashed


@pytest.mark.parametrize("password", ["correct horse battery", "ééèèêê œuvre ünïc😀de", "           abcde"])
def test_only_the_same_password_is_verified(app, password):
    with app.app_context():
        stored = passwords.hash_password(password)
        assert passwords.verify(password, stored)
        assert not passwords.verify(password + " ", stored)
        assert len(stored) <= 256


def test_a_password_is_hashed_at_the_cost_that_owasp_advises(app):
    app.config["SCRYPT_N"] = config.SCRYPT_N
    with app.app_context():
        assert passwords.hash_password(steps.PASSWORD).split("$")[:4] == ["scrypt", str(2**17), "8", "1"]


def test_an_old_cheap_hash_is_made_anew_when_its_owner_signs_in(app, noor, clock):
    before = hash_of(app)
    app.config["SCRYPT_N"] *= 2
    assert steps.Visitor(app).sign_in(noor).status_code == 302
    renewed = hash_of(app)
    with app.app_context():
        assert passwords.is_outdated(before)
        assert not passwords.is_outdated(renewed)
        assert passwords.verify(noor.password, renewed)
    clock.shift(30)
    assert steps.Visitor(app).sign_in(noor).status_code == 302


def test_a_recovery_code_makes_an_old_hash_anew_as_well(app, noor):
    app.config["SCRYPT_N"] *= 2
    with app.app_context(), app.test_request_context():
        given = {"password": noor.password, "code": noor.recovery_codes[0]}
        organisation_id = uuid.UUID(noor.organisation)
        signin.sign_in_with_recovery_code(organisation_id=organisation_id, username="noor", **given)
        assert not passwords.is_outdated(hash_of(app))


def test_a_hash_of_today_stays_and_a_refused_sign_in_makes_none(app, noor):
    before = hash_of(app)
    assert steps.Visitor(app).sign_in(noor).status_code == 302
    assert hash_of(app) == before
    app.config["SCRYPT_N"] *= 2
    assert steps.Visitor(app).sign_in(noor, password="een andere zin dan deze").status_code == 422
    assert hash_of(app) == before


def test_a_password_chosen_while_its_old_hash_is_made_anew_stays(app, noor, monkeypatch):
    app.config["SCRYPT_N"] *= 2
    make, chosen = passwords.hash_password, "scrypt$of$the$new$password$x"

    def choose_meanwhile(password):
        made = make(password)
        with as_system("another request sets a new password"):
            db.session.execute(update(Inloggegevens).values(wachtwoord_hash=chosen))
        return made

    monkeypatch.setattr(passwords, "hash_password", choose_meanwhile)
    steps.Visitor(app).sign_in(noor)
    assert hash_of(app) == chosen


def hash_of(app) -> str:
    with app.app_context(), as_system("the test reads the hash"):
        return db.session.scalars(select(Inloggegevens.wachtwoord_hash)).one()
