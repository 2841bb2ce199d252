"""Mijn account: one's own sessions and where they end, and new recovery codes after one more proof."""

import re
import threading
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import as_system, people_of
from app.extensions import db
from app.models import Gebeurtenis, Gebruiker, Herstelcode, Sessie
from app.services import sessions
from app.terms import Actie, Role
from tests import account_steps as steps

HOME = "/mijn-account"
CODES = f"{HOME}/herstelcodes"
EVERYWHERE = f"{HOME}/overal-uitloggen"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
MOST = 15  # statements a page


@pytest.fixture
def swv_id(app):
    return steps.swv(app)


@pytest.fixture
def noor(app, swv_id, clock):
    return account_of(app, swv_id, clock, "noor")


def account_of(app, swv_id, clock, name: str) -> steps.Account:
    account = steps.activate(app, steps.invited(app, f"{name}@example.nl", swv_id), name, swv_id)
    clock.shift(30)
    return account


def signed_in(app: Flask, account: steps.Account, clock) -> steps.Visitor:
    """Another browser in which this person is signed in, with a code of its own."""
    visitor = steps.Visitor(app)
    assert visitor.sign_in(account).status_code == 302
    clock.shift(30)
    return visitor


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def rows_on(page: str) -> list[str]:
    return re.findall(r'<tr role="row">(.*?)</tr>', page.partition("<tbody")[2], re.DOTALL)


def buttons_on(page: str) -> list[str]:
    """The addresses that end one session each."""
    return re.findall(rf'action="({HOME}/sessies/[^"]+)"', page)


def session_of(app: Flask, visitor: steps.Visitor) -> str:
    from app.security import token_hash

    with app.app_context(), as_system("the test looks"):
        token = visitor.client.get_cookie("kindbrug").value
        return str(
            db.session.scalars(sa.select(Sessie.id).where(Sessie.token_hash == token_hash(token))).one()
        )


def logged(app: Flask, actie: Actie) -> list[tuple[int | None, str | None, bool]]:
    with app.app_context(), as_system("the test looks"):
        events = db.session.scalars(sa.select(Gebeurtenis).where(Gebeurtenis.actie == actie))
        return [(event.gebruiker_id, event.object_id, event.gelukt) for event in events]


def proof(account: steps.Account, **other: str) -> dict[str, str]:
    return {"password": account.password, "code": account.code()} | other


def with_recovery_code(app: Flask, account: steps.Account, code: str) -> int:
    fields = account.fields()
    fields.pop("code")
    return steps.Visitor(app).post("/login/herstelcode", **fields, recovery_code=code).status_code


def test_the_menu_leads_to_who_one_is_and_when_one_was_here_before(app, noor, clock):
    visitor = signed_in(app, noor, clock)
    assert f'href="{HOME}"' in text_of(visitor.get("/"))
    first = text_of(visitor.get(HOME))
    for fact in ("Noor Visser", "noor", "noor@example.nl", "Dit is de eerste keer."):
        assert fact in first
    clock.move_to("2031-05-03T12:05:00+00:00")
    signed_in(app, noor, clock)
    clock.move_to("2031-05-04T12:05:00+00:00")
    later = text_of(signed_in(app, noor, clock).get(HOME))
    assert "3 mei 2031 14:05" in later
    assert "Dit is de eerste keer." not in later


def test_each_open_session_is_there_and_the_one_of_now_is_marked(app, noor, clock):
    here, there = signed_in(app, noor, clock), signed_in(app, noor, clock)
    page = text_of(here.get(HOME))
    rows = rows_on(page)
    assert len(rows) == 2
    assert "In deze sessie werkt u nu." in rows[0]
    assert "In deze sessie werkt u nu." not in rows[1]
    assert all("SWV De Brug" in row for row in rows)
    assert buttons_on(page) == [f"{HOME}/sessies/{session_of(app, there)}/beeindigen"]


def test_what_ended_or_is_too_old_is_not_open(app, noor, clock):
    idle = signed_in(app, noor, clock)
    clock.shift(app.config["SESSION_IDLE"].total_seconds() + 60)
    gone = signed_in(app, noor, clock)
    gone.get(HOME)
    gone.post("/logout")
    assert len(rows_on(text_of(signed_in(app, noor, clock).get(HOME)))) == 1
    assert not idle.is_in()


def test_ending_one_session_ends_that_one_in_every_process(app, second_app, noor, clock):
    here, there, elsewhere = (
        signed_in(app, noor, clock),
        signed_in(second_app, noor, clock),
        signed_in(app, noor, clock),
    )
    key = session_of(app, there)
    here.get(HOME)
    answer = here.post(f"{HOME}/sessies/{key}/beeindigen")
    assert answer.status_code == 302
    assert answer.location == HOME
    assert not there.is_in()
    assert here.is_in()
    assert elsewhere.is_in()
    assert key not in text_of(here.get(HOME))
    assert [found[1] for found in logged(app, Actie.AFMELDEN)] == [key]
    assert here.post(f"{HOME}/sessies/{key}/beeindigen").status_code == 302  # a double click


def test_ending_the_session_of_now_signs_out_here(app, noor, clock):
    here, there = signed_in(app, noor, clock), signed_in(app, noor, clock)
    here.get(HOME)
    assert here.post(f"{HOME}/sessies/{session_of(app, here)}/beeindigen").location == "/login"
    assert not here.is_in()
    assert there.is_in()


@pytest.mark.both_engines
def test_signing_out_everywhere_counts_on_the_next_request_in_every_process(app, second_app, noor, clock):
    here, there = signed_in(app, noor, clock), signed_in(second_app, noor, clock)
    assert there.is_in()
    here.get(HOME)
    answer = here.post(EVERYWHERE)
    assert answer.location == "/login"
    assert not there.is_in()
    assert not here.is_in()
    assert "overal uitgelogd" in text_of(here.get("/login"))
    assert len(logged(app, Actie.OVERAL_AFMELDEN)) == 1
    assert signed_in(app, noor, clock).is_in()


def test_signing_out_everywhere_leaves_others_alone(app, swv_id, noor, clock):
    sam = signed_in(app, account_of(app, swv_id, clock, "sam"), clock)
    here = signed_in(app, noor, clock)
    here.get(HOME)
    here.post(EVERYWHERE)
    assert sam.is_in()


def test_somebody_elses_session_is_answered_like_none_at_all(app, swv_id, noor, clock):
    sam = signed_in(app, account_of(app, swv_id, clock, "sam"), clock)
    here = signed_in(app, noor, clock)
    assert session_of(app, sam) not in text_of(here.get(HOME))
    bodies = set()
    for key in (session_of(app, sam), UNKNOWN, str(uuid.uuid4()), "onzin"):
        here.get(HOME)
        answer = here.post(f"{HOME}/sessies/{key}/beeindigen")
        assert answer.status_code == 404
        bodies.add(re.sub(r'(nonce|name="csrf_token" value)="[^"]*"', "", text_of(answer)))
    assert len(bodies) == 1
    assert sam.is_in()


def test_nothing_ends_without_the_forms_token_or_by_a_link(app, noor, clock):
    here, there = signed_in(app, noor, clock), signed_in(app, noor, clock)
    key = session_of(app, there)
    for path in (EVERYWHERE, f"{HOME}/sessies/{key}/beeindigen", CODES):
        assert here.client.post(path, data=proof(noor)).status_code == 400
    for path in (EVERYWHERE, f"{HOME}/sessies/{key}/beeindigen"):
        assert here.client.get(path).status_code in (404, 405)
    assert here.is_in()
    assert there.is_in()
    assert with_recovery_code(app, noor, noor.recovery_codes[0]) == 302


def test_new_recovery_codes_are_shown_once_and_the_earlier_ones_stop_working(app, noor, clock):
    here = signed_in(app, noor, clock)
    assert "nog 10 codes" in text_of(here.get(HOME))
    here.get(CODES)
    answer = here.post(CODES, **proof(noor))
    fresh = steps.codes_on(answer)
    assert answer.status_code == 200
    assert len(set(fresh)) == 10
    assert not set(fresh) & set(noor.recovery_codes)
    assert not steps.codes_on(here.get(CODES))
    assert not steps.codes_on(here.get(HOME))
    assert with_recovery_code(app, noor, noor.recovery_codes[0]) == 422
    assert with_recovery_code(app, noor, fresh[0]) == 302
    assert with_recovery_code(app, noor, fresh[0]) == 422
    assert "nog 9 codes" in text_of(here.get(HOME))
    assert len(logged(app, Actie.HERSTELCODES_VERNIEUWEN)) == 1
    with app.app_context(), as_system("the test looks"):
        kept = {row.code_hash for row in db.session.scalars(sa.select(Herstelcode))}
    assert not kept & set(fresh)


WRONG = {
    "password": {"password": "een heel andere zin"},
    "code": {"code": "000000"},
    "both": {"password": "een heel andere zin", "code": "000000"},
}


def test_a_wrong_password_and_a_wrong_code_get_the_same_answer_and_change_nothing(app, noor, clock):
    here = signed_in(app, noor, clock)
    sentences = set()
    for wrong in WRONG.values():
        here.get(CODES)
        answer = here.post(CODES, **proof(noor, **wrong))
        assert answer.status_code == 422
        assert "een heel andere zin" not in text_of(answer)
        assert f'value="{noor.code()}"' not in text_of(answer)
        sentences.add(steps.sentence_on(answer))
    assert len(sentences) == 1
    assert "klopt niet" in sentences.pop()
    assert not logged(app, Actie.HERSTELCODES_VERNIEUWEN)
    assert with_recovery_code(app, noor, noor.recovery_codes[0]) == 302


def test_a_code_that_signed_in_does_not_renew_as_well(app, noor, clock):
    visitor = steps.Visitor(app)
    visitor.sign_in(noor)
    visitor.get(CODES)
    assert visitor.post(CODES, **proof(noor)).status_code == 422


@pytest.mark.both_engines
def test_wrong_proofs_have_a_budget_of_their_own_that_survives_another_process(app, second_app, noor, clock):
    here, tries = signed_in(app, noor, clock), app.config["SIGNIN_TRIES"]
    for _try in range(tries):
        here.get(CODES)
        assert here.post(CODES, **proof(noor, code="000000")).status_code == 422
    here.get(CODES)
    answer = here.post(CODES, **proof(noor))
    assert answer.status_code == 429
    assert not steps.codes_on(answer)
    assert steps.Visitor(second_app).sign_in(noor).status_code == 302
    assert len([event for event in logged(app, Actie.AANMELDEN_GEWEIGERD) if not event[2]]) == tries + 1
    clock.shift(app.config["SIGNIN_WINDOW"].total_seconds() - 60)
    here.get(HOME)
    clock.shift(61)
    here.get(CODES)
    assert steps.codes_on(here.post(CODES, **proof(noor)))


def test_who_guesses_at_the_door_keeps_nobody_from_new_recovery_codes(app, noor, clock):
    here, stranger = signed_in(app, noor, clock), steps.Visitor(app)
    for _try in range(app.config["SIGNIN_TRIES"]):
        assert stranger.sign_in(noor, password="een heel andere zin").status_code == 422
    assert stranger.sign_in(noor).status_code == 429
    here.get(CODES)
    assert steps.codes_on(here.post(CODES, **proof(noor)))


def test_a_right_proof_gives_the_whole_budget_back(app, noor, clock):
    here = signed_in(app, noor, clock)
    for _round in range(2):
        for _try in range(app.config["SIGNIN_TRIES"] - 1):
            here.get(CODES)
            assert here.post(CODES, **proof(noor, code="000000")).status_code == 422
        here.get(CODES)
        assert steps.codes_on(here.post(CODES, **proof(noor)))
        clock.shift(30)


@pytest.mark.both_engines
def test_a_double_click_gets_the_same_ten_codes_and_they_work(app, second_app, noor, clock):
    here, again = signed_in(app, noor, clock), steps.Visitor(second_app)
    here.get(CODES)
    for name in ("kindbrug", "kindbrug_form"):
        again.client.set_cookie(name, here.client.get_cookie(name).value)
    again.token, typed, answers = here.token, proof(noor), []
    clicks = [
        threading.Thread(target=lambda visitor=visitor: answers.append(visitor.post(CODES, **typed)))
        for visitor in (here, again)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    first, second = (steps.codes_on(answer) for answer in answers)
    assert len(first) == 10
    assert first == second
    assert len(logged(app, Actie.HERSTELCODES_VERNIEUWEN)) == 1
    clock.shift(30)
    assert with_recovery_code(app, noor, first[0]) == 302


def test_a_code_that_was_seen_renews_nothing_from_another_browser(app, noor, clock):
    here, there = signed_in(app, noor, clock), signed_in(app, noor, clock)
    here.get(CODES)
    typed = proof(noor)
    assert steps.codes_on(here.post(CODES, **typed))
    there.get(CODES)
    assert there.post(CODES, **typed).status_code == 422


def test_an_empty_form_says_what_to_fill_in_and_costs_no_try(app, noor, clock):
    here = signed_in(app, noor, clock)
    for _try in range(app.config["SIGNIN_TRIES"] + 1):
        here.get(CODES)
        answer = here.post(CODES, password="", code="")
        assert answer.status_code == 422
    assert "Vul uw wachtwoord in." in text_of(answer)
    here.get(CODES)
    assert steps.codes_on(here.post(CODES, **proof(noor)))


def test_a_session_in_another_swv_is_ones_own_too(app, swv_id, noor, clock):
    here = signed_in(app, noor, clock)
    anker = steps.swv(app, "SWV Het Anker")
    steps.invited(app, "noor@example.nl", anker, Role.JK_SPECIALIST)
    with app.app_context(), as_system("the test begins a session"):
        gebruiker = db.session.scalars(sa.select(Gebruiker).where(Gebruiker.username == "noor")).one()
        there = next(one for one in people_of(gebruiker_id=gebruiker.id) if one.swv_id == anker)
        sessions.begin(there)
        db.session.commit()
    page = text_of(here.get(HOME))
    assert len(rows_on(page)) == 2
    assert "SWV Het Anker" in page


def test_who_is_not_signed_in_goes_to_the_door(app):
    visitor = steps.Visitor(app)
    assert visitor.client.get(HOME).location == "/login?next=/mijn-account"
    for path in (EVERYWHERE, CODES, f"{HOME}/sessies/{UNKNOWN}/beeindigen"):
        assert visitor.client.post(path).location.startswith("/login")


@pytest.mark.both_engines
def test_no_page_asks_the_database_more_than_fifteen_times(app, noor, clock):
    here = signed_in(app, noor, clock)
    for _browser in range(3):
        signed_in(app, noor, clock)
    asked: list[str] = []
    with app.app_context():
        engine = db.engine
    note = lambda *event: asked.append(event[2])  # noqa: E731 - to take it off again
    for path in (HOME, CODES):
        here.get(path)
        asked.clear()
        sa.event.listen(engine, "before_cursor_execute", note)
        assert here.get(path).status_code == 200
        sa.event.remove(engine, "before_cursor_execute", note)
        assert len(asked) <= MOST, f"{path}: {len(asked)}\n" + "\n".join(asked)
        assert asked


@pytest.mark.parametrize("key", ["ouder", "deelnemer"])
def test_who_was_invited_for_nobody_has_an_account_page_too(world, key):
    page = text_of(world.browser(key).get(HOME))
    assert f'href="{HOME}"' in text_of(world.browser(key).get("/"))
    (row,) = rows_on(page)
    assert "Uitgenodigd persoon" in row
    assert "In deze sessie werkt u nu." in row
