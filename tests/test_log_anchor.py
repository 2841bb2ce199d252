"""The anchor by mail: one a day, of nobody, and whoever kept it finds a log that was cut."""

import re
import smtplib

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.models.base import now
from app.services import anchor, log, mail
from app.terms import Actie
from tests.partnership import Partnership
from tests.smtp_server import Fault, Letter
from tests.test_log_accounts import unwritable
from tests.test_log_holds import act, sealed, verify
from tests.test_log_seals import around_the_triggers, numbers

DAY = 24 * 3600
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} \d+ [0-9a-f]{64}"
)

pytestmark = pytest.mark.both_engines


@pytest.fixture
def settings(settings):
    sender = "Bureau Privé <noreply@kindbrug.example>"
    return settings | {"MAIL_DEFAULT_SENDER": sender, "MAIL_TIMEOUT": 1, "LOG_ANCHOR": "anker@elders.example"}


@pytest.fixture
def brug(app: Flask, smtp) -> Partnership:
    """A partnership with sealed events of its SWV and of none, whose anchors are mailed."""
    partnership = Partnership(app).settle()
    partnership.dossier()
    work(partnership)
    return partnership


def work(brug: Partnership) -> None:
    act(brug, 3)
    with brug.behind_the_scenes():
        log.record(Actie.AANMELDEN_GEWEIGERD, gelukt=False)
        db.session.commit()
    assert sealed(brug)


def a_minute(brug: Partnership) -> int:
    with brug.app.app_context():
        return anchor.due(now(), mail.post)


def cut(brug: Partnership, since: int) -> None:
    around_the_triggers(
        brug,
        f"DELETE FROM gebeurtenis WHERE volgnummer >= {since}",
        f"DELETE FROM zegel WHERE tot >= {since}",
    )


def kept(place, *letters: Letter) -> str:
    place.write_text("\n".join(letter.text for letter in letters))
    return str(place)


def test_one_mail_goes_out_a_day_and_its_event_stands_in_the_log(brug, smtp, clock):
    clock.shift(DAY)
    for day in (1, 2):
        assert a_minute(brug) == 2, "a line for the SWV and one for what is of none"
        assert a_minute(brug) == 0
        assert len(smtp.to("anker@elders.example")) == day
        with brug.behind_the_scenes():
            query = sa.select(sa.func.count()).where(Gebeurtenis.actie == Actie.VERANKEREN)
            assert db.session.scalar(query) == day
        clock.shift(DAY)
        work(brug)


@pytest.mark.parametrize("how", ["its text", "the mail as it came"])
def test_the_mail_that_was_kept_accepts_a_whole_log_and_finds_a_cut_one(brug, smtp, tmp_path, how):
    tail = numbers(brug)[-1]
    work(brug)
    assert a_minute(brug)
    (letter,) = smtp.letters
    place = tmp_path / "mail.txt"
    place.write_bytes(letter.raw if how == "the mail as it came" else letter.text.encode())
    work(brug)
    code, said = verify(brug, "--anchor", str(place))
    assert (code, len(said.splitlines())) == (0, 1), said
    cut(brug, tail + 1)
    assert verify(brug, "--no-anchor")[0] == 0, "a whole tail that was cut shows in nothing that is left"
    code, said = verify(brug, "--anchor", str(place))
    assert (code, "afgekapt" in said) == (1, True), said


def test_the_mails_of_some_days_are_compared_together(brug, smtp, tmp_path, clock):
    for _day in range(3):
        work(brug)
        assert a_minute(brug)
        sealed(brug)
        clock.shift(DAY)
    assert verify(brug, "--anchor", kept(tmp_path / "mails.txt", *smtp.letters))[0] == 0


def test_without_its_mails_the_check_says_that_no_anchor_was_compared(brug):
    assert a_minute(brug)
    code, said = verify(brug)
    assert (code, "geen enkel anker" in said) == (1, True)


@pytest.mark.either_engine
@pytest.mark.parametrize("fault", [Fault.ABSENT, Fault.TEMPORARY, Fault.PERMANENT, Fault.HANGING])
def test_while_nobody_takes_the_mail_it_is_tried_again_and_nothing_is_lost(brug, smtp, tmp_path, fault):
    smtp.fail(fault)
    for _minute in range(2):
        with pytest.raises((OSError, smtplib.SMTPException)):
            a_minute(brug)
    with brug.behind_the_scenes():
        assert not db.session.scalar(sa.select(sa.exists().where(Gebeurtenis.actie == Actie.VERANKEREN)))
    smtp.heal()
    assert a_minute(brug) == 2
    sealed(brug)
    assert verify(brug, "--anchor", kept(tmp_path / "mail.txt", *smtp.letters))[0] == 0


def test_no_mail_goes_out_while_its_event_cannot_be_kept(brug, smtp, engine, clock):
    clock.shift(DAY)
    with unwritable(brug.app, engine), pytest.raises(sa.exc.DBAPIError):
        a_minute(brug)
    assert smtp.to("anker@elders.example") == []
    assert a_minute(brug) == 2
    assert len(smtp.to("anker@elders.example")) == 1


def test_nobody_waits_for_the_database_while_the_mail_server_takes_its_time(brug):
    """On SQLite one writer keeps all others out."""
    written = []

    def slowly(*_mail: str) -> None:
        with brug.app.app_context():
            if db.engine.dialect.name == "sqlite":
                db.session.execute(sa.text("PRAGMA busy_timeout = 1"))  # millisecond
            log.record(Actie.AANMELDEN_GEWEIGERD, gelukt=False)
            db.session.commit()
        written.append(1)

    with brug.app.app_context():
        assert anchor.due(now(), slowly)
    assert written


def test_in_the_mail_are_moments_ids_numbers_and_seals_and_nothing_else(brug, smtp):
    assert a_minute(brug)
    (letter,) = smtp.letters
    lines = letter.text.splitlines()
    assert len(lines) == 2
    assert all(LINE.fullmatch(line) for line in lines), letter.text
    assert letter.recipients == ("anker@elders.example",)
    assert letter.message["Subject"] == "De zegels van het logboek van vandaag"
    with brug.behind_the_scenes():
        for swv_id, nummer, hmac in db.session.execute(sa.select(Zegel.swv_id, Zegel.nummer, Zegel.hmac)):
            said = f" {swv_id} {nummer} {hmac}"
            last = db.session.scalar(sa.select(sa.func.max(Zegel.nummer)).where(Zegel.swv_id == swv_id))
            assert (said in letter.text) == (nummer == last)
