"""Whoever changes, removes, swaps, cuts or adds an event of the log is found out, superusers included."""

import random

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.models.base import now
from app.services import anchor, log, seal
from app.services.seal_check import Check
from app.terms import Actie
from tests.partnership import Partnership

pytestmark = pytest.mark.both_engines


@pytest.fixture
def brug(app: Flask) -> Partnership:
    """A partnership whose log has some events of an SWV and some of none, sealed in batches."""
    partnership = Partnership(app).settle()
    key = partnership.dossier()
    for batch in range(4):
        with partnership.at_work("specialist"):
            for _event in range(6):
                log.record(Actie.LEZEN, noun="Hulpvraag", hulpvraag_id=key, object_id=key)
            db.session.commit()
        with partnership.behind_the_scenes():
            log.record(Actie.AANMELDEN_GEWEIGERD, gebruiker_id=batch, gelukt=False)
            db.session.commit()
            assert seal.due(now())
    return partnership


def findings(brug: Partnership, anchors: str = "") -> list[str]:
    with brug.behind_the_scenes():
        return list(Check(anchors).findings())


def around_the_triggers(brug: Partnership, *statements: str) -> None:
    """Do what only who owns the database can: switch the triggers off, and write."""
    with brug.behind_the_scenes():
        sqlite = db.engine.dialect.name == "sqlite"
        names = ("gebeurtenis", "zegel")
        if sqlite:
            rows = db.session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
            triggers = rows.all()
            off, on = [f"DROP TRIGGER {name}" for name, _sql in triggers], [made for _name, made in triggers]
        else:
            off = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names]
            on = [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names]
        for statement in (*off, *statements, *on):
            db.session.execute(sa.text(statement))
        db.session.commit()


def numbers(brug: Partnership) -> list[int]:
    with brug.behind_the_scenes():
        return list(db.session.scalars(sa.select(Gebeurtenis.volgnummer).order_by(Gebeurtenis.volgnummer)))


def test_an_untouched_log_has_no_findings_and_every_event_a_seal(brug):
    check = Check()
    with brug.behind_the_scenes():
        assert list(check.findings()) == []
        total = db.session.scalar(sa.select(sa.func.count()).select_from(Gebeurtenis))
    assert (check.events, check.waiting) == (total, 0)
    assert {"nieuw", "oud"} <= {column.name for column in sa.inspect(Gebeurtenis).columns}


@pytest.mark.parametrize("table", ["gebeurtenis", "zegel"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET op = op", "DELETE FROM {}"])
def test_nobody_who_uses_the_database_as_the_portal_does_changes_or_removes_a_row(brug, table, statement):
    with brug.behind_the_scenes():
        db.session.scalar(sa.select(sa.func.count()).select_from(Zegel))  # PostgreSQL is told whose SWV
        with pytest.raises(sa.exc.DBAPIError, match="only added"):
            db.session.execute(sa.text(statement.format(table)))
        db.session.rollback()


COLUMNS = (
    "op", "actie", "gelukt", "swv_id", "gebruiker_id", "organisation_id", "rollen", "toegang", "hulpvraag_id",
    "noun", "object_id", "grond", "oud", "nieuw", "pagina", "adres",
)  # fmt: skip
KEY = "'00000000-0000-4000-8000-000000000001'"


def other(column: str, engine: str) -> str:
    if column == "op":
        return "'2020-01-01 00:00:00.000000'" if engine == "sqlite" else "'2020-01-01T00:00:00Z'"
    if column.endswith("_id") and column not in ("object_id", "gebruiker_id"):
        return KEY.replace("-", "") if engine == "sqlite" else KEY
    return {"gelukt": "NOT gelukt", "gebruiker_id": "987654"}.get(
        column, "''" if column == "oud" else "'anders'"
    )


def test_a_change_of_any_column_of_any_event_is_found(brug, engine, lane, proven):
    """Also from nothing to an empty text."""
    chance, tried = lane.random("L1 changed"), 0
    for number in numbers(brug):
        for column in COLUMNS if number % 7 == 0 else chance.sample(COLUMNS, 1):
            with brug.behind_the_scenes():
                (was,) = db.session.execute(
                    sa.text(f"SELECT {column} FROM gebeurtenis WHERE volgnummer = {number}")
                ).one()
            where = f"WHERE volgnummer = {number}"
            around_the_triggers(
                brug, f"UPDATE gebeurtenis SET {column} = {other(column, engine.name)} {where}"
            )
            assert findings(brug), (number, column)
            with brug.behind_the_scenes():
                db.session.scalar(sa.select(sa.func.count()).select_from(Zegel))
            restore(brug, column, was, number)
            assert not findings(brug), (number, column)
            tried += 1
    proven("L1 changed", tried)


def restore(brug: Partnership, column: str, was: object, number: int) -> None:
    with brug.behind_the_scenes():
        sqlite = db.engine.dialect.name == "sqlite"
        rows = (
            db.session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            if sqlite
            else []
        )
        for name, _made in rows:
            db.session.execute(sa.text(f"DROP TRIGGER {name}"))
        if not sqlite:
            db.session.execute(sa.text("ALTER TABLE gebeurtenis DISABLE TRIGGER USER"))
        db.session.scalar(sa.select(sa.func.count()).select_from(Zegel))
        db.session.execute(
            sa.text(f"UPDATE gebeurtenis SET {column} = :was WHERE volgnummer = :number"),
            {"was": was, "number": number},
        )
        for _name, made in rows:
            db.session.execute(sa.text(made))
        if not sqlite:
            db.session.execute(sa.text("ALTER TABLE gebeurtenis ENABLE TRIGGER USER"))
        db.session.commit()


def test_an_event_that_is_removed_is_named(brug):
    gone = numbers(brug)[9]
    around_the_triggers(brug, f"DELETE FROM gebeurtenis WHERE volgnummer = {gone}")
    assert any(str(gone) in found for found in findings(brug))


def test_two_events_that_are_swapped_are_found(brug):
    one, two = random.Random(1).sample(numbers(brug), 2)
    around_the_triggers(
        brug,
        f"UPDATE gebeurtenis SET volgnummer = 999999 WHERE volgnummer = {one}",
        f"UPDATE gebeurtenis SET volgnummer = {one} WHERE volgnummer = {two}",
        f"UPDATE gebeurtenis SET volgnummer = {two} WHERE volgnummer = 999999",
    )
    assert findings(brug)


def test_a_log_that_was_cut_with_its_seals_is_found_by_the_anchor(brug, tmp_path):
    brug.app.config["LOG_ANCHOR"] = str(tmp_path / "anker.txt")
    with brug.behind_the_scenes():
        assert anchor.due(now(), lambda *_mail: None) == 2
        assert anchor.due(now(), lambda *_mail: None) == 0, "once a day"
        seal.due(now())
        known = anchor.known()
        last = db.session.scalar(sa.select(sa.func.max(Zegel.van)).where(Zegel.tot < numbers(brug)[-1]))
    assert not findings(brug, known)
    around_the_triggers(
        brug, f"DELETE FROM gebeurtenis WHERE volgnummer >= {last}", f"DELETE FROM zegel WHERE tot >= {last}"
    )
    assert not findings(brug), "a whole tail that was cut shows in nothing that is left"
    assert findings(brug, known)


def test_a_seal_that_is_removed_or_changed_is_found(brug):
    around_the_triggers(brug, "UPDATE zegel SET aantal = aantal + 1 WHERE nummer = 2")
    assert findings(brug)
    around_the_triggers(brug, "UPDATE zegel SET aantal = aantal - 1 WHERE nummer = 2")
    assert not findings(brug)
    around_the_triggers(brug, "DELETE FROM zegel WHERE nummer = 2")
    assert findings(brug)


def test_an_event_that_is_put_in_later_is_found(brug, clock):
    hole = numbers(brug)[-1] + 1
    around_the_triggers(brug, *moved_on(brug, hole))
    with brug.at_work("specialist"):
        log.record(Actie.LEZEN)
        db.session.commit()
    with brug.behind_the_scenes():
        seal.due(now())
    clock.shift(2 * 3600)
    with brug.at_work("specialist"):
        log.record(Actie.LEZEN)
        db.session.commit()
    with brug.behind_the_scenes():
        seal.due(now())
    assert not findings(brug)
    columns = "op, actie, gelukt"
    around_the_triggers(
        brug,
        f"INSERT INTO gebeurtenis (volgnummer, {columns}) SELECT {hole}, {columns} FROM gebeurtenis "
        f"WHERE volgnummer = {hole - 1}",
    )
    assert any(str(hole) in found for found in findings(brug))


def moved_on(brug: Partnership, hole: int) -> list[str]:
    with brug.behind_the_scenes():
        if db.engine.dialect.name == "sqlite":
            return [f"UPDATE sqlite_sequence SET seq = {hole} WHERE name = 'gebeurtenis'"]
    return [f"SELECT setval('gebeurtenis_volgnummer_seq', {hole})"]


def test_an_event_that_is_committed_late_gets_its_seal_all_the_same(brug):
    hole = numbers(brug)[-1] + 1
    around_the_triggers(brug, *moved_on(brug, hole))
    with brug.at_work("specialist"):
        log.record(Actie.LEZEN)
        db.session.commit()
    with brug.behind_the_scenes():
        assert seal.due(now()) == 1
    columns = "op, actie, gelukt, swv_id"
    around_the_triggers(
        brug,
        f"INSERT INTO gebeurtenis (volgnummer, {columns}) SELECT {hole}, {columns} FROM gebeurtenis "
        f"WHERE volgnummer = {hole + 1}",
    )
    with brug.behind_the_scenes():
        assert seal.due(now()) == 1
        assert db.session.scalars(sa.select(Zegel.nummers).order_by(Zegel.op.desc())).first() == str(hole)
    assert not findings(brug)


def test_the_key_of_the_seals_is_not_in_the_database(brug):
    brug.app.config["LOG_KEY"] = "another key than the one it was sealed with"
    assert len(findings(brug)) >= 8
