"""A database that somebody else keeps, and several who look at once: words, and nothing mixed up."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask, request_finished
from markupsafe import escape
from playwright.sync_api import expect

from app.extensions import db
from tests.account_steps import Visitor
from tests.staff import Staff
from tests.test_upload_window import go
from tests.uploading import Browser
from tests.world import ORGANISATIONS, World, text_of

BUSY = "Het portaal is nu even bezet, en er is niets opgeslagen. Wacht even en probeer het opnieuw."
TYPED = "Mila speelt het liefst alleen & <zingt>."


@contextmanager
def changed(app: Flask, change: Callable[[sqlite3.Connection], object]) -> Iterator[None]:
    """Let the portal's connections begin with this."""

    def begin(connection, _record) -> None:
        change(connection)

    with app.app_context():
        engine = db.engine
    engine.dispose()
    sa.event.listen(engine, "connect", begin)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", begin)
        engine.dispose()


@contextmanager
def kept_by_somebody_else(app: Flask, database_url: str) -> Iterator[None]:
    """Keep the database, before a portal that does not wait long."""
    with (
        changed(app, lambda connection: connection.execute("PRAGMA busy_timeout=50")),
        closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as keeper,
    ):
        keeper.execute("BEGIN IMMEDIATE")
        yield


def test_who_comes_while_a_long_import_keeps_the_database_is_told_so_in_words(app, database_url):
    huis = Staff(app).settle()
    beheer: Visitor = huis.visitor("beheer")
    with kept_by_somebody_else(app, database_url):
        answer = beheer.client.get("/medewerkers/")
        assert answer.status_code == 503
        assert BUSY in text_of(answer)
    assert beheer.client.get("/medewerkers/").status_code == 200


def test_what_was_typed_while_somebody_else_keeps_the_database_can_be_sent_once_more(
    app, partnership, dossier, database_url
):
    client, path = Browser(partnership, "voorschool").client, f"/hulpvragen/{dossier}/bewerken"
    form = client.get(path).get_data(as_text=True)
    sent = dict(re.findall(r'name="(csrf_token|versie)" value="([^"]*)"', form)) | {"omschrijving": TYPED}
    with kept_by_somebody_else(app, database_url):
        answer = client.post(path, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert BUSY in text_of(answer)
    assert f'action="{path}"' in page
    for name, value in sent.items():
        assert f'<textarea name="{name}" hidden>\n{escape(value)}</textarea>' in page
    assert client.post(path, data=sent).status_code == 302


def test_what_was_typed_is_still_there_when_something_breaks_that_does_not_go_by_itself(
    app, partnership, dossier, monkeypatch
):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)  # as in production
    client, path = Browser(partnership, "voorschool").client, f"/hulpvragen/{dossier}/bewerken"
    form = client.get(path).get_data(as_text=True)
    sent = dict(re.findall(r'name="(csrf_token|versie)" value="([^"]*)"', form)) | {"omschrijving": TYPED}

    changes: list[str] = []

    def asked(act: int, table: str, *_more: str) -> int:
        if act == sqlite3.SQLITE_UPDATE and table == "hulpvraag":
            changes.append(table)
        return sqlite3.SQLITE_DENY if changes and table == "bericht" else sqlite3.SQLITE_OK

    def spoil(connection: sqlite3.Connection) -> None:
        """Nothing can be written, and after a try what the menu asks for can't be read either."""
        connection.execute("PRAGMA query_only=ON")
        connection.set_authorizer(asked)

    with changed(app, spoil):
        answer = client.post(path, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert BUSY not in text_of(answer), "waiting does not help"
    assert "Er ging iets mis" in text_of(answer)
    assert "Uitloggen" in text_of(answer), "the page knows who is there"
    assert "Kijk eerst of het er staat." in text_of(answer)
    assert f'<textarea name="omschrijving" hidden>\n{escape(TYPED)}</textarea>' in page
    assert client.post(path, data=sent).status_code == 302


@pytest.mark.browser
def test_who_leaves_the_page_that_holds_what_was_typed_is_asked_first(
    partnership, dossier, live, page, database_url
):
    leaves = "() => dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    go(partnership, page, f"{live.url}/hulpvragen/{dossier}/bewerken", "voorschool")
    page.get_by_label("Omschrijving").fill(TYPED)
    with kept_by_somebody_else(partnership.app, database_url):
        page.get_by_role("button", name="Opslaan").click()
        expect(page.get_by_text(BUSY)).to_be_visible()
    assert not page.evaluate(leaves)
    page.get_by_role("button", name="Opnieuw proberen").click()
    expect(page.get_by_text(TYPED)).to_be_visible()
    assert page.evaluate(leaves)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_page_that_was_made_is_shown_though_the_database_goes_away_before_it_is_left(
    partnership, dossier, database_url, postgresql
):
    client, path = Browser(partnership, "voorschool").client, f"/hulpvragen/{dossier}"

    def goes(_app: Flask, **_response: object) -> None:
        assert db.session().in_transaction()
        postgresql.send_away(database_url)

    with request_finished.connected_to(goes, partnership.app):
        answer = client.get(path)
    assert answer.status_code == 200
    assert "Praat nog weinig." in text_of(answer)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_who_takes_back_what_the_database_lost_already_goes_on(app, database_url, postgresql):
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE taken_back (number integer)"))
        postgresql.send_away(database_url)
        db.session.rollback()
        assert not sa.inspect(db.session.connection()).has_table("taken_back")


def test_two_who_look_at_different_roles_at_once_each_see_their_own(world: World):
    places = [("speelhoek", "contactpersoon_voorschool"), ("brug", "jk_specialist")]
    alone = {}

    def look(place: str, role: str) -> str:
        path = f"/rechten/{world.organisations[place]}/rol/{role}/bekijken/"
        page = text_of(world.browser("rolbeheer").get(path))
        return re.sub(r"[0-9a-f-]{36}|nonce=\"[^\"]*\"|value=\"[^\"]*\"", "", page)

    assert set(dict(places)) <= set(ORGANISATIONS)
    for place, role in places:
        alone[place] = look(place, role)
    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda it: (it[0], look(*it)), places * 4))
    assert all(page == alone[place] for place, page in seen)
