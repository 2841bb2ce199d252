"""Codes of the phone and recovery codes: right only now, once, and for one account."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import SignInRefused
from app.models.base import now
from app.services import signin, two_factor
from tests import account_steps as steps

NOON = datetime(2026, 3, 4, 12, 0, 10, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_clock_that_is_half_a_minute_off_does_no_harm(seconds):
    code = two_factor.current_code(SECRET, NOON + timedelta(seconds=seconds))
    assert two_factor.matching_step(SECRET, code, NOON) is not None


@pytest.mark.parametrize("seconds", [-3600, -90, -60, 60, 90, 3600])
def test_a_code_of_another_moment_is_no_code(seconds):
    code = two_factor.current_code(SECRET, NOON + timedelta(seconds=seconds))
    assert two_factor.matching_step(SECRET, code, NOON) is None


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6, "0" * 10_000, "-1", "é"]
)
def test_what_is_no_code_is_refused_without_a_fuss(typed):
    assert two_factor.matching_step(SECRET, typed, NOON) is None


def test_a_code_may_be_typed_with_spaces():
    code = two_factor.current_code(SECRET, NOON)
    assert two_factor.matching_step(SECRET, f" {code[:3]} {code[3:]} ", NOON) is not None


def test_nobody_has_a_right_code():
    assert two_factor.matching_step(None, "123456", NOON) is None


def test_the_qr_is_a_picture_without_script_or_style():
    drawn = str(two_factor.qr(SECRET, "noor"))
    assert drawn.startswith("<svg")
    assert "script" not in drawn
    assert "style=" not in drawn


def test_the_qr_is_shown_whole_whatever_room_the_page_gives_it():
    tag = str(two_factor.qr(SECRET, "noor")).partition(">")[0]
    assert "viewBox=" in tag
    assert "width=" not in tag


def test_ten_recovery_codes_differ_and_stay_the_same_for_one_activation(app):
    with app.app_context():
        one, other = uuid.uuid4(), uuid.uuid4()
        assert len(set(two_factor.recovery_codes(one)) | set(two_factor.recovery_codes(other))) == 20
        assert two_factor.recovery_codes(one) == two_factor.recovery_codes(one)


def account(app) -> steps.Account:
    swv_id = steps.swv(app)
    return steps.activate(app, steps.invited(app, "noor@example.nl", swv_id), "noor", swv_id)


def test_a_code_that_was_used_does_not_work_again(app, clock):
    noor = account(app)
    clock.shift(30)
    fields = noor.fields()
    assert steps.Visitor(app).sign_in(noor, **fields).status_code == 302
    assert steps.Visitor(app).sign_in(noor, **fields).status_code == 422
    clock.shift(30)
    assert steps.Visitor(app).sign_in(noor, **fields).status_code == 422, "nor when the clock has moved on"


def test_the_code_before_the_last_used_one_does_not_work_either(app, clock):
    noor = account(app)
    clock.shift(60)
    before, present = noor.code(-1), noor.code()
    assert steps.Visitor(app).sign_in(noor, code=present).status_code == 302
    assert steps.Visitor(app).sign_in(noor, code=before).status_code == 422


def test_the_code_that_linked_the_phone_does_not_sign_in(app, clock):
    noor = account(app)
    assert steps.Visitor(app).sign_in(noor).status_code == 422


def test_of_all_codes_of_the_last_minutes_none_gets_anybody_in_twice(app, clock, lane, proven):
    tries = lane.cases(gate=200, proof=10_000)
    chance, noor = lane.random("T8 replay"), account(app)
    app.config["SIGNIN_TRIES"] = tries + 1
    clock.shift(120)  # the code that linked the phone is past
    used, last = set(), int(now().timestamp()) // two_factor.STEP - 2
    for _ in range(tries):
        clock.shift(chance.choice((0, 0, 1, 15, 30)))
        if now().timestamp() % two_factor.STEP > 20:
            clock.shift(10)  # no step ends while it is tried
        skew = chance.randint(-4, 4)
        present = int(now().timestamp()) // two_factor.STEP
        with app.app_context():
            got_in = signs_in(noor, noor.code(skew))
        step = present + skew
        assert got_in == (abs(skew) <= 1 and step > last), (skew, present - last)
        if got_in:
            assert step not in used
            used.add(step)
            last = step
    assert used
    proven("T8 code replay and skew", tries)


def signs_in(who: steps.Account, code: str) -> bool:
    try:
        signin.sign_in(
            organisation_id=uuid.UUID(who.organisation),
            username=who.username,
            password=who.password,
            code=code,
        )
    except SignInRefused:
        return False
    return True


@pytest.mark.both_engines
def test_of_two_who_use_one_code_at_the_same_moment_one_gets_in(app, second_app, clock, lane, proven):
    rounds = lane.cases(gate=15, proof=500)
    noor, doors = account(app), [app, second_app]
    for _ in range(rounds):
        clock.shift(30)
        assert sorted(at_once(doors, "/login", noor.fields())) == [302, 422]
    proven("T8 code replay by two at once", rounds)


@pytest.mark.both_engines
def test_of_two_who_use_one_recovery_code_at_the_same_moment_one_gets_in(app, second_app, clock):
    noor, doors = account(app), [app, second_app]
    for code in noor.recovery_codes[:4]:
        assert sorted(at_once(doors, "/login/herstelcode", noor.fields() | {"recovery_code": code})) == [
            302,
            422,
        ]


def test_a_recovery_code_works_once_and_says_how_many_are_left(app, clock):
    noor = account(app)
    visitor = steps.Visitor(app)
    answer = visitor.post("/login/herstelcode", **noor.fields(), recovery_code=noor.recovery_codes[0].upper())
    assert answer.status_code == 302
    assert "9" in said(visitor.get("/organisatie-wisselen"))
    again = steps.Visitor(app).post(
        "/login/herstelcode", **noor.fields(), recovery_code=noor.recovery_codes[0]
    )
    assert again.status_code == 422


def test_a_recovery_code_does_not_open_somebody_elses_account(app, clock):
    noor = account(app)
    swv_id = uuid.UUID(noor.organisation)
    sam = steps.activate(app, steps.invited(app, "sam@example.nl", swv_id), "sam", swv_id)
    answer = steps.Visitor(app).post(
        "/login/herstelcode", **sam.fields(), recovery_code=noor.recovery_codes[0]
    )
    assert answer.status_code == 422


def said(page) -> str:
    """The notice on top of a page."""
    return page.get_data(as_text=True).partition('class="said')[2].partition("</div>")[0]


def at_once(doors, path: str, fields: dict[str, str]) -> list[int]:
    """Send the same form through every door at the same moment, and give the answers' statuses."""
    visitors = [steps.Visitor(door) for door in doors]
    for visitor in visitors:
        visitor.get(path)
    start, answers = threading.Barrier(len(doors)), []

    def send(visitor):
        start.wait(10)
        answers.append(visitor.post(path, **fields).status_code)

    threads = [threading.Thread(target=send, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers
