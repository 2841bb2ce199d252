"""Whoever changes, removes, swaps, cuts or adds an event of the log is found out, superusers included."""

import uuid
from itertools import combinations
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.models.base import now
from app.services import anchor, log, seal
from app.services.seal_check import Check
from app.terms import Actie
from tests.lanes import Lane
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
        off, on = triggers()
        for statement in (*off, *statements, *on):
            db.session.execute(sa.text(statement))
        db.session.commit()


def findings_after(brug: Partnership, *statements: str, anchors: str = "") -> list[str]:
    """Write around the triggers, check the log, and undo it all."""
    with brug.behind_the_scenes():
        off, _on = triggers()
        begin = ["BEGIN"] if on_sqlite() else []  # its driver begins at the first row that is written
        for statement in (*begin, *off, *statements):
            db.session.execute(sa.text(statement))
        found = list(Check(anchors).findings())
        db.session.rollback()
        return found


def triggers() -> tuple[list[str], list[str]]:
    """Give what switches the triggers off, and what switches them on."""
    if on_sqlite():
        rows = db.session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        return [f"DROP TRIGGER {name}" for name, _sql in rows], [made for _name, made in rows]
    return tuple(
        [f"ALTER TABLE {name} {how} TRIGGER USER" for name in ("gebeurtenis", "zegel")]
        for how in ("DISABLE", "ENABLE")
    )


def on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


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
KEY = uuid.UUID("00000000-0000-4000-8000-000000000001")


def other(column: str, engine: str) -> str:
    if column == "op":
        return "'2020-01-01 00:00:00.000000'" if engine == "sqlite" else "'2020-01-01T00:00:00Z'"
    if column.endswith("_id") and column not in ("object_id", "gebruiker_id"):
        return quoted(KEY, engine)
    return {"gelukt": "NOT gelukt", "gebruiker_id": "987654"}.get(
        column, "''" if column == "oud" else "'anders'"
    )


def of_a_seal(engine: str) -> dict[str, str]:
    zeros = f"'{'0' * 64}'"
    return {
        "swv_id": quoted(KEY, engine), "nummer": "nummer + 100", "op": other("op", engine), "van": "van + 1",
        "tot": "tot + 1", "nummers": "'1-2'", "aantal": "aantal + 1", "vorige": zeros, "hmac": zeros,
    }  # fmt: skip


def quoted(key: uuid.UUID, engine: str) -> str:
    return f"'{key.hex if engine == 'sqlite' else key}'"


@pytest.fixture
def chosen(brug: Partnership, lane: Lane) -> dict[int, uuid.UUID | None]:
    """The events to try, with their SWV: in the gate the first and last of either chain, and a handful."""
    e = Gebeurtenis
    with brug.behind_the_scenes():
        rows = db.session.execute(sa.select(e.volgnummer, e.swv_id).order_by(e.volgnummer))
        chain_of = dict(rows.all())
    of_none, of_swv = (
        [number for number in chain_of if bool(chain_of[number]) == one] for one in (False, True)
    )
    ends = {of_none[0], of_none[-1], of_swv[0], of_swv[-1]}
    rest = [number for number in chain_of if number not in ends]
    drawn = lane.random("L1").sample(rest, lane.cases(gate=4, proof=len(rest)))
    return {number: chain_of[number] for number in sorted([*ends, *drawn])}


@pytest.fixture
def anchors(brug: Partnership, tmp_path: Path) -> str:
    """The anchor of the day; its own event waits for a seal."""
    brug.app.config["LOG_ANCHOR"] = str(tmp_path / "anchor.txt")
    with brug.behind_the_scenes():
        assert anchor.due(now(), lambda *_mail: None) == 2
        assert anchor.due(now(), lambda *_mail: None) == 0, "once a day"
        return anchor.known()


def test_a_change_of_any_column_of_any_event_is_found(brug, engine, chosen, lane, proven):
    """Also from nothing to an empty text."""
    chance, tried = lane.random("L1 changed"), 0
    for number in chosen:
        some = chance.sample(COLUMNS, lane.cases(gate=3, proof=len(COLUMNS)))
        for column in COLUMNS if number == max(chosen) else some:
            value = other(column, engine.name)
            change = f"UPDATE gebeurtenis SET {column} = {value} WHERE volgnummer = {number}"
            assert findings_after(brug, change), (number, column)
            tried += 1
    assert not findings(brug)
    proven("L1 changed", tried)


@pytest.mark.parametrize("after_it", ["nothing", "events without a seal"])
def test_any_event_that_is_removed_is_named(brug, chosen, proven, after_it):
    if after_it != "nothing":
        with brug.at_work("specialist"):
            log.record_each(Actie.LEZEN, "Hulpvraag", [brug.organisations["SWV"]] * 3)
            db.session.commit()
    for number in chosen:
        gone = f"DELETE FROM gebeurtenis WHERE volgnummer = {number}"
        assert any(f": {number}." in found for found in findings_after(brug, gone)), number
    assert not findings(brug)
    proven("L1 removed", len(chosen))


def test_any_two_events_that_are_swapped_are_found(brug, chosen, lane, proven):
    pairs = list(combinations(chosen, 2))
    pairs = lane.random("L1 swapped").sample(pairs, lane.cases(gate=10, proof=len(pairs)))
    for one, two in pairs:
        places = ((one, 999999), (two, one), (999999, two))
        swap = [f"UPDATE gebeurtenis SET volgnummer = {to} WHERE volgnummer = {at}" for at, to in places]
        assert findings_after(brug, *swap), (one, two)
    assert not findings(brug)
    proven("L1 swapped", len(pairs))


def test_a_log_that_is_cut_anywhere_is_found_and_without_its_seals_by_the_anchor(
    brug, engine, chosen, anchors, proven
):
    for since, swv in chosen.items():
        events = f"DELETE FROM gebeurtenis WHERE volgnummer >= {since}"
        seals = f"DELETE FROM zegel WHERE tot >= {since}"
        own_events = f"{events} AND swv_id {'IS NOT' if swv else 'IS'} NULL"
        own_seals = f"{seals} AND swv_id {'<>' if swv else '='} {quoted(seal.NO_SWV, engine.name)}"
        assert findings_after(brug, events), since
        assert findings_after(brug, seals, anchors=anchors), since
        assert not findings_after(brug, events, seals), "a tail that was cut shows in nothing that is left"
        assert findings_after(brug, events, seals, anchors=anchors), since
        assert findings_after(brug, own_events, own_seals, anchors=anchors), since
    assert not findings(brug, anchors)
    proven("L1 cut", 4 * len(chosen))


def test_any_seal_that_is_changed_or_removed_is_found(brug, engine, lane, proven):
    with brug.behind_the_scenes():
        seals = db.session.execute(sa.select(Zegel.swv_id, Zegel.nummer).order_by(Zegel.op)).all()
    changes = [f"UPDATE zegel SET {column} = {value}" for column, value in of_a_seal(engine.name).items()]
    cases = [
        f"{change} WHERE swv_id = {quoted(swv, engine.name)} AND nummer = {nummer}"
        for change in (*changes, "DELETE FROM zegel")
        for swv, nummer in seals
    ]
    cases = lane.random("L1 seals").sample(cases, lane.cases(gate=12, proof=len(cases)))
    for case in cases:
        assert findings_after(brug, case), case
    assert not findings(brug)
    proven("L1 seals", len(cases))


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


ANOTHER_KEY = "Geen enkel zegel klopt: misschien is LOG_KEY niet de sleutel waarmee het logboek is verzegeld."


def test_another_key_than_the_log_was_sealed_with_is_called_that(brug):
    brug.app.config["LOG_KEY"] = "another key than the one it was sealed with"
    found = findings(brug)
    assert len(found) == 8 + 1
    assert found[-1] == ANOTHER_KEY


def test_where_a_seal_is_right_so_is_the_key(brug):
    after_the_first = "WHERE volgnummer > (SELECT min(tot) FROM zegel)"
    found = findings_after(brug, f"UPDATE gebeurtenis SET adres = '::1' {after_the_first}")
    assert len(found) == 6
    assert ANOTHER_KEY not in found
