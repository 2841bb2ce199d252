"""A full disk, of the database or of the documents: said in words that help, nothing kept, and it goes on."""

import html
import io
import re
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.models import Gebeurtenis, Hulpvraag
from app.services import bijlagen, log
from app.terms import Actie
from tests import documents, uploading
from tests.partnership import Partnership
from tests.uploading import JSON, Browser
from tests.world import text_of

FULL = (
    "De schijf van het portaal is vol, en er is niets opgeslagen."
    " Wachten helpt niet: wie het portaal beheert, moet eerst ruimte maken."
)
NO_ROOM = "Er is op dit moment geen ruimte voor documenten. Er is niets bewaard. Probeer het later opnieuw."
TYPED = "Mila speelt het liefst alleen & <zingt>."
Fill = Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=["while it is written", "at the commit"])
def full(request, partnership: Partnership, dossier, engine) -> Fill:
    """Fill the disk of the database, for as long as a block lasts; it is noticed at this moment."""
    at_the_commit = request.param == "at the commit"
    if engine.name == "postgresql":
        return lambda: _with_a_trigger(partnership, NO_SPACE, deferred=at_the_commit)
    return lambda: (_no_longer_file if at_the_commit else _no_page_more)(partnership, dossier)


@contextmanager
def _no_page_more(partnership: Partnership, dossier: object) -> Iterator[None]:
    """SQLite gives out no page more: SQLITE_FULL as soon as a row finds no room in those that are there."""
    with partnership.app.app_context():
        engine = db.engine
    engine.dispose()

    def bound(connection, _record) -> None:
        connection.execute("PRAGMA max_page_count=1")  # it can't be less than there are

    sa.event.listen(engine, "connect", bound)
    try:
        with partnership.at_work("voorschool"):
            for row in (uploading.the(dossier), None):  # a long event, then a short one
                while _fits(row):
                    pass
        yield
    finally:
        sa.event.remove(engine, "connect", bound)
        engine.dispose()


def _fits(row: object) -> bool:
    """Add an event to the log, till its pages are full."""
    try:
        log.record(Actie.LEZEN, row=row)
        db.session.commit()
    except OperationalError:
        db.session.rollback()
        return False
    return True


@contextmanager
def _no_longer_file(partnership: Partnership, dossier: object) -> Iterator[None]:
    """The kernel lets no file of this process become longer than SQLite's journal is, as on a full quota."""
    path = partnership.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    keeper = sqlite3.connect(path)  # with it the journal stays, and begins no more at its beginning
    keeper.execute("CREATE TABLE filler (filling)")
    keeper.execute("INSERT INTO filler VALUES (zeroblob(200000))")
    keeper.commit()
    with _files_up_to(Path(f"{path}-wal").stat().st_size):
        yield
    keeper.close()


@contextmanager
def _files_up_to(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


NO_SPACE = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';"
GONE = "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL;"


@contextmanager
def _with_a_trigger(partnership: Partnership, does: str, *, deferred: bool) -> Iterator[None]:
    """PostgreSQL itself does this with each event, at once or at the commit: psycopg raises its own error."""
    kind, when = ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED") if deferred else ("", "")
    with partnership.app.app_context():
        engine = db.engine
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE FUNCTION spoils() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does} END $$"
        )
        connection.exec_driver_sql(
            f"CREATE {kind} TRIGGER spoils AFTER INSERT ON gebeurtenis {when}"
            " FOR EACH ROW EXECUTE FUNCTION spoils()"
        )
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION spoils() CASCADE")


def events(partnership: Partnership) -> int:
    with partnership.behind_the_scenes():
        return db.session.scalar(db.select(sa.func.count()).select_from(Gebeurtenis))


def omschrijving(partnership: Partnership, dossier: object) -> str | None:
    with partnership.behind_the_scenes():
        return db.session.scalar(db.select(Hulpvraag.omschrijving).where(Hulpvraag.id == dossier))


def held_on(page: str) -> dict[str, str]:
    """What a page holds of a form that could not be saved."""
    found = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in found}


@pytest.mark.either_engine
def test_who_saves_a_form_on_a_full_disk_hears_so_and_saves_it_when_there_is_room(
    partnership, dossier, full, proven
):
    client, path = Browser(partnership, "voorschool").client, f"/hulpvragen/{dossier}/bewerken"
    form = client.get(path).get_data(as_text=True)
    sent = dict(re.findall(r'name="(csrf_token|versie)" value="([^"]*)"', form)) | {"omschrijving": TYPED}
    with full():
        before = events(partnership)
        answer = client.post(path, data=sent)
        assert answer.status_code == 503
        assert FULL in text_of(answer)
        assert events(partnership) == before
        assert omschrijving(partnership, dossier) == "Praat nog weinig."
    held = held_on(answer.get_data(as_text=True))
    assert held == sent
    assert f'action="{path}"' in answer.get_data(as_text=True)
    assert client.post(path, data=held).status_code == 302
    assert omschrijving(partnership, dossier) == TYPED
    proven("F3 acts on a full disk of the database", 1)


@pytest.fixture
def sends_two(partnership, dossier, monkeypatch) -> Callable[[Fill], str]:
    """Add two documents in one form, without JavaScript; something happens after the first. Give the page."""
    partnership.app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production
    add, client = bijlagen.add, Browser(partnership, "voorschool").client

    def send(spoilt: Fill) -> str:
        page = client.get(f"/hulpvragen/{dossier}/bijlagen/venster").get_data(as_text=True)
        chosen = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1]}
        chosen |= {f"bestand-{n}": (io.BytesIO(documents.pdf(n)), f"{n}.pdf") for n in (1, 2)}
        with ExitStack() as stack:

            def add_and_spoil(*args, **kw):
                row = add(*args, **kw)
                stack.enter_context(spoilt())
                return row

            monkeypatch.setattr(bijlagen, "add", add_and_spoil)
            answer = client.post(f"/hulpvragen/{dossier}/bijlagen/formulier", data=chosen)
        assert answer.status_code == 503
        assert "Aantal toegevoegde documenten: 1." in text_of(answer)
        assert "er is niets opgeslagen" not in text_of(answer)
        assert len(uploading.rows(partnership)) == 1
        return text_of(answer)

    return send


@pytest.mark.either_engine
def test_who_adds_several_in_a_form_hears_how_many_were_kept_before_the_disk_was_full(
    partnership, full, sends_two, proven
):
    page = sends_two(full)
    assert "Wat daarna kwam, is niet opgeslagen." in page
    assert "Tot er weer ruimte is, kunt u ook niets bekijken" in page
    assert len(uploading.files(partnership)) == 1
    proven("F3 acts on a full disk of the database", 1)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_who_adds_several_in_a_form_hears_how_many_were_kept_before_the_connection_was_lost(
    partnership, sends_two
):
    page = sends_two(lambda: _with_a_trigger(partnership, GONE, deferred=True))
    assert "Misschien is het opgeslagen, misschien niet." in page
    assert "Kijk eerst of het er staat." in page


@pytest.mark.either_engine
def test_a_page_whose_look_cannot_be_kept_is_not_shown_and_says_why(partnership, dossier, full, proven):
    client = Browser(partnership, "voorschool").client
    partnership.app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production
    with full():
        answer = client.get(f"/hulpvragen/{dossier}")
        assert answer.status_code == 503
        assert FULL in text_of(answer)
        assert "Praat nog weinig" not in answer.get_data(as_text=True)
        refused = client.get("/hulpvragen/er-is-niets")  # nor can a refusal be kept
        assert refused.status_code == 503
        assert FULL in text_of(refused)
    assert "Praat nog weinig" in text_of(client.get(f"/hulpvragen/{dossier}"))
    proven("F3 acts on a full disk of the database", 2)


@pytest.mark.either_engine
def test_a_document_that_finds_the_database_full_leaves_neither_row_nor_file(
    partnership, dossier, full, proven
):
    browser = Browser(partnership, "voorschool")
    token = browser.token(dossier)
    with full():
        answer = _sent(browser, dossier, token)
        assert (answer.status_code, answer.json["error"]) == (503, FULL)
        assert uploading.rows(partnership) == []
        assert uploading.files(partnership) == []
    answer = _sent(browser, dossier, token)
    assert answer.status_code == 201
    assert [str(row.id) for row in uploading.rows(partnership)] == [answer.json["id"]]
    assert len(uploading.files(partnership)) == uploading.acts(partnership, Actie.TOEVOEGEN) == 1
    proven("F3 acts on a full disk of the database", 1)


def test_a_document_that_finds_the_store_full_is_refused_in_words_and_leaves_nothing(
    partnership, dossier, proven
):
    browser = Browser(partnership, "voorschool")
    token, large = browser.token(dossier), documents.pdf(400_000)
    with partnership.app.app_context():
        db.engine.dispose()  # its journal begins anew: the database has room
    with _files_up_to(200_000):
        answer = _sent(browser, dossier, token, large)
        assert (answer.status_code, answer.json["error"]) == (503, NO_ROOM)
        chosen = {"csrf_token": token, "soort-0": "overig", "bestand-0": (io.BytesIO(large), "Groot.pdf")}
        page = browser.client.post(f"/hulpvragen/{dossier}/bijlagen/formulier", data=chosen)
        assert page.status_code == 422  # without JavaScript: the other files of the form stay
        assert f"Groot.pdf: {NO_ROOM}" in text_of(page)
        assert uploading.rows(partnership) == []
        assert uploading.files(partnership) == []
    assert _sent(browser, dossier, token, large).status_code == 201
    assert len(uploading.rows(partnership)) == len(uploading.files(partnership)) == 1
    proven("F3 acts on a full disk of the store", 2)


def _sent(browser: Browser, dossier: object, token: str, content: bytes = documents.PDF):
    return browser.client.post(
        f"/hulpvragen/{dossier}/bijlagen",
        query_string={"soort": "aanvraag"},
        data=content,
        headers=JSON | documents.named("Aanvraag.pdf") | {"X-CSRFToken": token},
    )


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_who_saves_while_the_connection_is_lost_at_the_commit_is_told_to_look_first(partnership, dossier):
    client, path = Browser(partnership, "voorschool").client, f"/hulpvragen/{dossier}/bewerken"
    form = client.get(path).get_data(as_text=True)
    sent = dict(re.findall(r'name="(csrf_token|versie)" value="([^"]*)"', form)) | {"omschrijving": TYPED}
    partnership.app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production
    with _with_a_trigger(partnership, GONE, deferred=True):  # nobody knows then what became of it
        answer = client.post(path, data=sent)
        page = client.get(f"/hulpvragen/{dossier}")
    assert (answer.status_code, page.status_code) == (503, 503)
    assert "Misschien is het opgeslagen, misschien niet." in text_of(answer)
    assert "Kijk eerst of het er staat." in text_of(answer)
    assert held_on(answer.get_data(as_text=True)) == sent
    assert "Het portaal is nu even bezet" in text_of(page), "who only looks needs not wonder"
