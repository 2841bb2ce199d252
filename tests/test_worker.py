"""The worker does its work side by side: mail and seals go on, and it stops when asked, whatever hangs."""

import io
import threading
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.services import log, mail, scanner, scans
from app.terms import Actie, Controle
from tests.clamav import misbehaving
from tests.partnership import Partnership
from tests.smtp_server import Fault
from tests.uploading import add, rows

# Far less than a scan may take, which is as long as a worker would wait that waits for one.
PROMPTLY = 10


@pytest.fixture
def settings(settings):
    return settings | {"CLAMD_ADDRESS": "127.0.0.1:9", "MAIL_TIMEOUT": 1}


@pytest.fixture
def huis(app):
    return Partnership(app).settle()


@pytest.fixture
def dossier(huis):
    return huis.dossier(specialist="specialist")


@pytest.fixture
def hanging(app):
    """Let the scanner take the call, and say nothing; gives an event that is set once it was called."""
    called = threading.Event()
    with misbehaving("hanging", called) as address:
        app.config["CLAMD_ADDRESS"] = address
        yield called


@contextmanager
def at_work(huis):
    """Run the worker until the end of the block, where it has to stop promptly."""
    asked = threading.Event()

    def work():
        with huis.app.app_context():
            mail.run(asked.is_set)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        asked.set()
        worker.join(PROMPTLY)
    assert not worker.is_alive(), "it did not stop"
    assert "scans" not in {thread.name for thread in threading.enumerate()}, "the scan outlives the worker"


def wait_until(true, what):
    until = time.monotonic() + PROMPTLY
    pause = threading.Event()
    while not true():
        assert time.monotonic() < until, what
        pause.wait(0.05)


def every_event_has_its_seal(huis):
    with huis.behind_the_scenes():
        last = db.session.scalar(sa.select(sa.func.max(Gebeurtenis.volgnummer)))
        return db.session.scalar(sa.select(sa.func.max(Zegel.tot))) == last


@pytest.mark.both_engines
def test_while_the_scanner_hangs_mail_goes_out_and_the_log_is_sealed(
    huis, dossier, smtp, hanging, monkeypatch
):
    monkeypatch.setattr(mail, "REMIND_SECONDS", 0.1)
    add(huis, dossier, "voorschool")
    with at_work(huis):
        assert hanging.wait(PROMPTLY)
        before = len(smtp.letters)
        huis.dossier(contactpersoon="voorschool")
        smtp.wait_for(before + 1)
        wait_until(lambda: every_event_has_its_seal(huis), "no seal was made")
        assert rows(huis)[0].gecontroleerd_op, "the scan still hangs"
    (document,) = rows(huis)
    assert (document.controle, document.gecontroleerd_op) == (Controle.WACHT, None), "it is not the next"


def test_a_document_that_the_scanner_does_not_even_read_is_let_go_when_the_worker_stops(app, hanging):
    file, asked = io.BytesIO(bytes(30_000_000)), []

    def stop():
        """Stop when it gets no further."""
        asked.append(file.tell())
        return asked.count(file.tell()) > 3

    began = time.monotonic()
    with app.app_context(), pytest.raises(scanner.Unreachable):
        scanner.finds_virus(file, stop)
    assert file.tell() < 30_000_000
    assert time.monotonic() - began < PROMPTLY


def test_a_round_of_the_scan_that_breaks_off_is_not_the_last(huis, dossier, monkeypatch, caplog):
    rounds = []
    again = threading.Event()

    def breaks_off(**_kw):
        rounds.append(1)
        if len(rounds) == 1:
            raise ZeroDivisionError
        again.set()
        return 0

    monkeypatch.setattr(scans, "due", breaks_off)
    monkeypatch.setattr(scans, "AGAIN_SECONDS", 0.05)
    with at_work(huis):
        assert again.wait(PROMPTLY)
    assert "virus scan broke off: ZeroDivisionError" in caplog.text


def test_while_the_mail_server_hangs_the_log_is_sealed(huis, smtp, monkeypatch):
    """Each mail waits for it in turn; the seals wait for one at most."""
    for _mail in range(12):
        huis.dossier(contactpersoon="voorschool")
    smtp.fail(Fault.HANGING)
    monkeypatch.setattr(mail, "REMIND_SECONDS", 0.1)
    with at_work(huis):
        wait_until(lambda: smtp.calls, "no mail was tried")
        with huis.at_work("specialist"):
            log.record(Actie.LEZEN)
            db.session.commit()
        wait_until(lambda: every_event_has_its_seal(huis), "no seal was made")
        assert len(huis.berichten(pogingen=0)), "not every mail had its turn"
        smtp.heal()
