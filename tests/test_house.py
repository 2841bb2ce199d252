"""The house keeps its own promises: engines, mail server, browser, a network that ends at this machine."""

import smtplib
import socket
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from tests.smtp_server import Fault, SmtpServer


def post(smtp: SmtpServer, subject: str = "Er staat iets klaar") -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "portaal@example.org", "anna@example.org", subject
    letter.set_content("Log in om het te lezen.")
    with smtplib.SMTP(smtp.host, smtp.port, timeout=0.5) as client:
        client.send_message(letter)


@pytest.mark.both_engines
def test_each_test_gets_an_empty_house_of_its_own(empty_database_url):
    engine = sa.create_engine(empty_database_url)
    assert sa.inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE leftover (id integer)"))
    engine.dispose()


def test_postgresql_gives_the_portal_an_ordinary_role_so_that_row_level_security_holds(postgresql):
    url = postgresql.fresh(filled=False)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        role = connection.execute(
            sa.text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
    engine.dispose()
    postgresql.drop(url)
    assert tuple(role) == ("kindbrug", False, False)


def test_a_letter_arrives_as_it_was_sent(smtp):
    post(smtp)
    (letter,) = smtp.wait_for(1)
    assert letter.message["Subject"] == "Er staat iets klaar"
    assert letter.text.strip() == "Log in om het te lezen."
    assert smtp.to("anna@example.org") == [letter]


@pytest.mark.parametrize(
    ("fault", "error", "kept"),
    [
        (Fault.ABSENT, ConnectionRefusedError, 0),
        (Fault.HANGING, smtplib.SMTPServerDisconnected, 0),
        (Fault.TEMPORARY, smtplib.SMTPRecipientsRefused, 0),
        (Fault.PERMANENT, smtplib.SMTPRecipientsRefused, 0),
        (Fault.CUT, smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_a_mail_server_that_fails_fails_as_asked_and_then_works_again(smtp, fault, error, kept):
    smtp.fail(fault)
    with pytest.raises(error):
        post(smtp)
    assert len(smtp.letters) == kept
    smtp.heal()
    post(smtp, "Nu wel")
    assert smtp.wait_for(kept + 1)[-1].message["Subject"] == "Nu wel"


def test_nobody_on_another_machine_hears_from_a_test():
    with socket.socket() as sock, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))


@pytest.mark.browser
def test_a_dutch_visitor_has_a_browser(page):
    page.set_content("<h1>Goedemorgen</h1>")
    assert page.get_by_role("heading").inner_text() == "Goedemorgen"
    assert page.evaluate("navigator.language") == "nl-NL"


def test_the_n_of_a_lane_is_printed(lane, proven):
    proven("lanes", lane.cases(gate=1, proof=2))
    assert lane.random("x").random() == lane.random("x").random()
