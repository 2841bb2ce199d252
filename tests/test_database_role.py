"""The portal works as the role of docs/operating.md, which owns nothing and can't touch what the log says."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.extensions import db
from app.models import Gebeurtenis, Hulpvraag, Zegel
from app.models.base import now
from app.services import anchor, mail, reminders, seal
from app.services.seal_check import Check
from tests.installation import install, settings_for
from tests.partnership import Partnership
from tests.test_log import client_of

ROLE = "kindbrug_app"
OPERATING = Path(__file__).parents[1] / "docs" / "operating.md"


def said(start: str) -> list[str]:
    """Give the statements of docs/operating.md that begin so."""
    return re.findall(rf"^{start} [^;]*;", OPERATING.read_text(), re.MULTILINE)


@pytest.fixture
def url(postgresql) -> Iterator[str]:
    """The address of a new installation for the role that owns nothing; the owner gave what the page says."""
    postgresql.template(install)
    made = postgresql.fresh()
    there = postgresql.admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
    (creating,) = [line for line in said("CREATE ROLE") if ROLE in line]
    if not there:
        postgresql.admin.execute(creating)
    grants = [*said("GRANT"), *said("REVOKE")]
    assert len(grants) == 3
    with psycopg.connect(made.replace("+psycopg", "")) as owner:
        for statement in grants:
            owner.execute(statement)
    yield made.replace("//kindbrug@", f"//{ROLE}@")
    postgresql.drop(made)


@pytest.fixture
def brug(url: str, portals, tmp_path: Path) -> Iterator[Partnership]:
    with portals.lend(settings_for(url, store=tmp_path / "store")) as app:
        yield Partnership(app).settle()


def test_a_page_a_change_and_the_worker_do_their_work(brug: Partnership, tmp_path: Path):
    key = brug.dossier(specialist="specialist")
    brug.documents(key)
    brug.move(key, "bijlagen_toegevoegd", by="voorschool")
    client = client_of(brug, "specialist")
    for page in ("", "/bijlagen", "/gekeken", "/historie"):
        assert client.get(f"/hulpvragen/{key}{page}").status_code == 200, page
    brug.app.config["LOG_ANCHOR"] = str(tmp_path / "anchor.txt")
    with brug.behind_the_scenes():
        assert seal.due(now())
        assert anchor.due(now(), mail.post)
        reminders.due(now())
        mail.deliver_due()
        assert list(Check(anchor.known()).findings()) == []


REFUSED = (
    "UPDATE {} SET op = op", "DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} DISABLE TRIGGER USER",
    "DROP TABLE {}",
)  # fmt: skip


def test_the_log_cannot_be_changed_nor_what_keeps_it(brug: Partnership):
    for table, statement in itertools.product(("gebeurtenis", "zegel"), REFUSED):
        with brug.behind_the_scenes(), pytest.raises(sa.exc.ProgrammingError, match=r"permission|owner"):
            db.session.execute(sa.text(statement.format(table)))


def test_row_level_security_holds_for_it(brug: Partnership, url: str):
    brug.dossier()
    with brug.behind_the_scenes():
        seal.due(now())
    swv, other = str(brug.organisations["SWV"]), "00000000-0000-4000-8000-000000000001"
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for model in (Gebeurtenis, Zegel, Hulpvraag):
            count = f"SELECT count(*) FROM {model.__tablename__}"
            for who, sees in ((None, False), (other, False), (swv, True)):
                connection.rollback()
                if who:
                    connection.execute("SELECT set_config('kindbrug.swv', %s, true)", [who])
                assert (connection.execute(count).fetchone() != (0,)) == sees, (model, who)
        connection.rollback()
        connection.execute("SELECT set_config('kindbrug.swv', %s, true)", [other])
        adding = "INSERT INTO gebeurtenis (op, actie, gelukt, swv_id) VALUES (now(), 'lezen', true, %s)"
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(adding, [swv])
