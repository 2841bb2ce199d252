"""The portal is killed in the middle of writing to SQLite: the database opens, and nothing is half done."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic

import sqlalchemy as sa

from app.extensions import db
from app.models import Bijlage, Gebeurtenis, Hulpvraag
from app.models.base import now
from app.services import seal, store_upkeep
from app.services.seal_check import Check
from app.terms import Actie
from tests import documents, uploading
from tests.partnership import Partnership
from tests.test_documents_kept import swept
from tests.uploading import JSON, Browser

ROOT = Path(__file__).parent.parent
BACK_WITHIN = 5  # seconds
TYPED = "Mila speelt het liefst alleen."
PORTAL = """
import json, sys
import sqlalchemy as sa
from app import create_app
from app.extensions import db
from tests.documents import PDF

settings, cookies, asked, last = map(json.loads, sys.argv[1:])
app, written = create_app(settings), 0
with app.app_context():
    engine = db.engine

@sa.event.listens_for(engine, "connect")
def short_of_memory(connection, record):
    connection.execute("PRAGMA cache_size=1")  # what is not committed goes to the disk already

@sa.event.listens_for(engine, "after_cursor_execute")
def in_the_middle(connection, cursor, statement, *rest):
    global written
    written += statement.startswith(("INSERT", "UPDATE"))
    if written == last:
        print("in the middle", flush=True)
        sys.stdin.read()

client = app.test_client()
for name, value in cookies.items():
    client.set_cookie(name, value)
print(client.post(**({"data": PDF} | asked)).status_code)
"""


class Act:
    """What somebody does in so many `writes`, and how one sees it, in the dossier and in the log."""

    def __init__(self, brug: Partnership, dossier: object) -> None:
        self.brug, self.dossier = brug, dossier
        self.browser = Browser(brug, "voorschool")

    def is_done(self) -> tuple[int, int]:
        with self.brug.behind_the_scenes():
            events = sa.select(sa.func.count()).where(Gebeurtenis.actie == self.actie)
            return db.session.scalar(events), db.session.scalar(self.seen)


class Saving(Act):
    """Saves a form: the row, its event."""

    actie, writes = Actie.WIJZIGEN, 2
    seen = sa.select(sa.func.count()).where(Hulpvraag.omschrijving == TYPED)

    def asked(self) -> dict:
        path = f"/hulpvragen/{self.dossier}/bewerken"
        page = self.browser.client.get(path).get_data(as_text=True)
        sent = dict(re.findall(r'name="(csrf_token|versie)" value="([^"]*)"', page))
        return {"path": path, "data": sent | {"omschrijving": TYPED}}


class Adding(Act):
    """Adds a document: the turn in its dossier, the row, its event."""

    actie, writes = Actie.TOEVOEGEN, 3
    seen = sa.select(sa.func.count()).select_from(Bijlage)

    def asked(self) -> dict:
        headers = JSON | documents.named("Aanvraag.pdf") | {"X-CSRFToken": self.browser.token(self.dossier)}
        query = {"soort": "aanvraag"}
        path = f"/hulpvragen/{self.dossier}/bijlagen"
        return {"path": path, "query_string": query, "headers": headers}


def killed(settings: dict, act: Act) -> None:
    """Do it at a portal of its own, which is killed when all is written and nothing is committed."""
    asked, client = act.asked(), act.browser.client
    cookies = {name: client.get_cookie(name).value for name in ("kindbrug", "kindbrug_form")}
    words = [json.dumps(part) for part in (settings, cookies, asked, act.writes)]
    portal = subprocess.Popen(
        [sys.executable, "-c", PORTAL, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert portal.stdout.readline() == "in the middle\n"
    finally:
        portal.kill()
        portal.communicate()


def test_a_portal_that_is_killed_while_it_writes_leaves_the_database_whole_and_nothing_half(
    partnership, dossier, settings, lane, proven
):
    acts, chance = [Saving(partnership, dossier), Adding(partnership, dossier)], lane.random("F3 killed")
    path = settings["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    count = lane.cases(gate=1, proof=10)
    for _ in range(count):
        act = chance.choice(acts)
        before = act.is_done()
        killed(settings, act)
        begun = monotonic()
        assert act.browser.client.get(f"/hulpvragen/{dossier}").status_code == 200
        assert monotonic() - begun <= BACK_WITHIN
        assert act.is_done() == before
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert swept(partnership) == isinstance(act, Adding)  # the bytes of a row that did not come
    for act in acts:
        before = act.is_done()
        assert act.browser.client.post(**({"data": documents.PDF} | act.asked())).status_code in (201, 302)
        assert act.is_done() == tuple(number + 1 for number in before)
    assert len(uploading.files(partnership)) == len(uploading.rows(partnership)) == 1
    with partnership.app.app_context():
        seal.due(now())
        assert list(Check().findings()) == list(store_upkeep.verify()) == []
    proven("F3 kill -9 while writing to SQLite", count)
