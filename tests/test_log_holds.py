"""The log holds against who can write in the database, against a worker that stands still, and in words."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import as_system
from app.extensions import db
from app.models import Gebeurtenis, Zegel
from app.models.base import now
from app.services import anchor, log, mail, reminders, seal
from app.services.seal_check import Check
from app.terms import Actie
from tests.partnership import Partnership
from tests.test_log_seals import around_the_triggers, findings, moved_on, numbers

TOO_FAR = 10**15


@pytest.fixture
def brug(app: Flask) -> Partnership:
    """A partnership whose log has some events of an SWV and of none, under three seals each."""
    partnership = Partnership(app).settle()
    for _batch in range(3):
        act(partnership, 3)
        with partnership.behind_the_scenes():
            log.record(Actie.AANMELDEN_GEWEIGERD, gelukt=False)
            db.session.commit()
        assert sealed(partnership)
    return partnership


def act(brug: Partnership, count: int = 1) -> None:
    with brug.at_work("specialist"):
        for _event in range(count):
            log.record(Actie.LEZEN, noun="Hulpvraag")
        db.session.commit()


def sealed(brug: Partnership, ago: timedelta = timedelta(0)) -> int:
    with brug.behind_the_scenes():
        return seal.due(now() - ago)


def waiting(brug: Partnership) -> int:
    check = Check()
    with brug.behind_the_scenes():
        list(check.findings())
    return check.waiting


def write(brug: Partnership, statement: str) -> None:
    """Write what the triggers let pass."""
    with brug.behind_the_scenes():
        db.session.scalar(sa.select(sa.func.count()).select_from(Zegel))  # PostgreSQL is told whose SWV
        db.session.execute(sa.text(statement))
        db.session.commit()


def verify(brug: Partnership, *options: str) -> tuple[int, str]:
    done = brug.app.test_cli_runner().invoke(args=["verify-log", *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def forged(spot: str, nummers: str) -> str:
    """A seal that says to cover these numbers, put behind the last one of a chain."""
    first, _dash, last = nummers.partition("-")
    return (
        "INSERT INTO zegel (swv_id, nummer, op, van, tot, nummers, aantal, vorige, hmac) "
        f"SELECT swv_id, nummer + 1, op, {first}, {last or first}, '{nummers}', 1, hmac, hmac FROM zegel "
        f"WHERE {spot} ORDER BY nummer DESC LIMIT 1"
    )


# A number of its own


def numbered(number: int, like: int) -> str:
    return (
        "INSERT INTO gebeurtenis (volgnummer, op, actie, gelukt) "
        f"SELECT {number}, op, actie, gelukt FROM gebeurtenis WHERE volgnummer = {like}"
    )


@pytest.mark.both_engines
@pytest.mark.parametrize("number", [TOO_FAR, -1, 0, "the next", "the last"])
def test_nobody_gives_an_event_a_number_of_its_own(brug, number):
    last = numbers(brug)[-1]
    number = {"the next": last + 2, "the last": last}.get(number, number)
    with pytest.raises(sa.exc.DBAPIError, match=r"number from the database|UNIQUE constraint|pk_gebeurtenis"):
        write(
            brug,
            numbered(number, last),
        )
    act(brug)
    assert sealed(brug) == 1
    assert not findings(brug)


@pytest.mark.both_engines
def test_a_number_that_was_put_in_around_the_triggers_stops_no_seal_and_is_found(brug, clock):
    last = numbers(brug)[-1]
    around_the_triggers(
        brug,
        numbered(TOO_FAR, last),
        *moved_on(brug, last),
    )
    if not on_sqlite(brug):  # SQLite goes on counting from there
        act(brug, 2)
        assert sealed(brug) == 2
        assert waiting(brug) == 1
    clock.shift(2 * 3600)
    assert findings(brug)


@pytest.mark.both_engines
@pytest.mark.parametrize("number", [0, -5, -(2**63)])
def test_a_number_from_before_the_first_is_found(brug, number):
    last = numbers(brug)[-1]
    around_the_triggers(brug, numbered(number, last))
    (finding,) = findings(brug)
    assert f": {number}." in finding


@pytest.mark.both_engines
def test_a_second_event_with_the_number_of_another_is_found(brug, clock):
    number, columns = numbers(brug)[3], "volgnummer, op, actie, gelukt, swv_id, gebruiker_id, noun"
    forged, one = columns.replace("gebruiker_id", "424242"), f"FROM gebeurtenis WHERE volgnummer = {number}"
    if on_sqlite(brug):
        write_anew = (
            "CREATE TABLE own AS SELECT * FROM gebeurtenis WHERE false",
            f"INSERT INTO own ({columns}) SELECT {forged} {one}",
            "INSERT INTO own SELECT * FROM gebeurtenis",
            "DROP TABLE gebeurtenis",
            "ALTER TABLE own RENAME TO gebeurtenis",
        )
    else:
        write_anew = (
            "ALTER TABLE gebeurtenis DROP CONSTRAINT pk_gebeurtenis",
            f"INSERT INTO gebeurtenis ({columns}) SELECT {forged} {one}",
        )
    assert not findings(brug)
    around_the_triggers(brug, *write_anew)
    clock.shift(2 * 3600)
    assert findings(brug)


@pytest.mark.both_engines
def test_the_same_moment_before_christ_is_another(brug):
    bc = "(to_char(op AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00 BC')::timestamptz"
    moment = "'-' || op" if on_sqlite(brug) else bc
    around_the_triggers(brug, f"UPDATE gebeurtenis SET op = {moment} WHERE volgnummer = {numbers(brug)[3]}")
    assert findings(brug)


@pytest.mark.parametrize("of", ["nummers", "hmac"])
@pytest.mark.parametrize("value", ["CAST({} AS BLOB)", "CAST(x'ff' AS TEXT)", "{} || char(0)"])
def test_a_seal_that_can_not_even_be_read_stops_no_other_and_is_found(brug, of, value):
    columns = "swv_id, nummer + 1, op, van, tot, nummers, aantal, vorige, hmac"
    write(
        brug,
        f"INSERT INTO zegel SELECT {columns.replace(of, value.format(of))} FROM zegel "
        "WHERE swv_id <> zeroblob(16) ORDER BY nummer DESC LIMIT 1",
    )
    for _turn in range(2):
        act(brug, 2)
        with brug.behind_the_scenes():
            log.record(Actie.AANMELDEN_GEWEIGERD, gelukt=False)
            db.session.commit()
        assert sealed(brug) == 3
    assert findings(brug)


def on_sqlite(brug: Partnership) -> bool:
    with brug.behind_the_scenes():
        return db.engine.dialect.name == "sqlite"


@pytest.mark.both_engines
@pytest.mark.parametrize("nummers", [str(TOO_FAR), f"1-{TOO_FAR}", "9223372036854775807"])
def test_a_false_seal_stops_no_other_and_is_found(brug, clock, nummers):
    write(brug, forged("nummer = 3", nummers))
    for _hour in range(3):
        act(brug, 2)
        assert sealed(brug) == 2
        clock.shift(3600)
    assert findings(brug)


@pytest.mark.both_engines
def test_a_seal_is_only_put_behind_the_last_of_its_chain(brug):
    for spot in ("nummer = 1", "nummer = 2"):
        with pytest.raises(sa.exc.IntegrityError):
            write(brug, forged(spot, "1"))
    with pytest.raises(sa.exc.IntegrityError):
        write(brug, forged("nummer = 3", "1").replace("nummer + 1", "9223372036854775806"))


# Around the triggers of SQLite


@pytest.mark.parametrize("place", ["last", "first"])
def test_an_event_is_not_replaced(brug, place):
    number = numbers(brug)[-1 if place == "last" else 0]
    with pytest.raises(sa.exc.IntegrityError, match="number from the database"):
        write(
            brug,
            f"INSERT OR REPLACE INTO gebeurtenis (volgnummer, op, actie, gelukt) "
            f"SELECT volgnummer, op, 'zoeken', gelukt FROM gebeurtenis WHERE volgnummer = {number}",
        )


def test_a_seal_is_not_replaced(brug):
    with pytest.raises(sa.exc.IntegrityError, match="last of its chain"):
        write(brug, "INSERT OR REPLACE INTO zegel SELECT * FROM zegel ORDER BY nummer DESC LIMIT 1")


# What is not as it was


@pytest.mark.parametrize("change", ["CAST(noun AS BLOB)", "noun || char(0)", "noun || char(0) || 'x'"])
def test_a_value_that_only_looks_the_same_is_found(brug, change):
    around_the_triggers(brug, f"UPDATE gebeurtenis SET noun = {change} WHERE noun IS NOT NULL")
    assert findings(brug)


@pytest.mark.both_engines
@pytest.mark.parametrize("sign", [0x1E, 0x1F, 0x20])
def test_nothing_is_not_a_sign_and_two_values_are_not_one(brug, sign):
    made = f"char({sign})" if on_sqlite(brug) else f"chr({sign})"
    around_the_triggers(brug, f"UPDATE gebeurtenis SET grond = {made} WHERE grond IS NULL")
    assert findings(brug)
    around_the_triggers(
        brug, "UPDATE gebeurtenis SET grond = NULL", f"UPDATE gebeurtenis SET noun = noun || {made}"
    )
    assert findings(brug)


@pytest.mark.both_engines
@pytest.mark.parametrize("column", ["van", "tot"])
def test_the_first_and_last_number_of_a_seal_are_its_own(brug, clock, column):
    around_the_triggers(brug, f"UPDATE zegel SET {column} = {TOO_FAR} WHERE nummer = 3")
    assert findings(brug)
    clock.shift(2 * 3600)
    act(brug, 2)
    assert sealed(brug) >= 2, "it stops no other"
    around_the_triggers(brug, f"DELETE FROM gebeurtenis WHERE volgnummer = {numbers(brug)[-1]}")
    assert any("-" in found or str(numbers(brug)[-1] + 1) in found for found in findings(brug))


@pytest.mark.both_engines
@pytest.mark.parametrize("days", [-900, -1, 1, 900])
def test_an_event_of_another_day_than_its_neighbours_is_named(brug, days):
    with brug.behind_the_scenes():
        db.session.add(Gebeurtenis(actie=Actie.LEZEN, op=now() + timedelta(days=days)))
        db.session.commit()
    act(brug)
    assert sealed(brug) == 2
    assert [found for found in findings(brug) if f": {numbers(brug)[-2]}." in found]
    assert len(findings(brug)) == 1, "and none of its neighbours is"


@pytest.mark.both_engines
def test_a_log_that_was_sealed_late_is_of_its_own_days(brug, clock):
    for _day in range(3):
        act(brug, 2)
        clock.shift(24 * 3600)
    act(brug, 2)
    assert sealed(brug) == 8
    assert not findings(brug)


# A worker that stands still


@pytest.mark.both_engines
def test_events_that_nobody_sealed_are_found(brug, clock):
    act(brug, 5)
    assert not findings(brug)
    assert waiting(brug) == 5
    clock.shift(2 * 3600)
    assert any("5" in found for found in findings(brug))
    assert sealed(brug) == 5
    assert not findings(brug)


@pytest.mark.both_engines
@pytest.mark.parametrize("broken", [(reminders, "due"), (seal, "due"), (anchor, "due")])
def test_one_job_of_the_worker_that_fails_stops_no_other(brug, monkeypatch, caplog, tmp_path, broken):
    place = tmp_path / "anchor.txt"
    brug.app.config["LOG_ANCHOR"] = str(place)
    act(brug)
    monkeypatch.setattr(*broken, lambda *_: 1 / 0)
    turns: list[int] = []
    with brug.app.app_context():
        mail.run(lambda: len(turns) > 2 or bool(turns.append(1)))
    assert place.exists() == (broken[0] is not anchor)
    own = place.exists()  # the anchor's own event comes after the seals
    assert waiting(brug) == (own + 1 if broken[0] is seal else own)
    assert "ZeroDivisionError" in caplog.text


def test_many_holes_are_all_looked_into(brug):
    last = numbers(brug)[-1]
    around_the_triggers(
        brug,
        *(
            f"INSERT INTO gebeurtenis (volgnummer, op, actie, gelukt) "
            f"SELECT {last + 2 * n}, op, actie, gelukt FROM gebeurtenis WHERE volgnummer = {last}"
            for n in range(1, 1001)
        ),
    )
    assert sealed(brug) == 1000
    around_the_triggers(
        brug,
        *(
            f"INSERT INTO gebeurtenis (volgnummer, op, actie, gelukt) "
            f"SELECT {last + n}, op, actie, gelukt FROM gebeurtenis WHERE volgnummer = {last}"
            for n in (1, 301, 1999)
        ),
    )
    assert sealed(brug) == 3
    assert not findings(brug)


# Two workers, two clocks


@pytest.mark.both_engines
@pytest.mark.parametrize("when", ["read", "_made"])
def test_two_workers_seal_no_event_twice(brug, monkeypatch, when):
    act(brug, 5)
    real, turns = getattr(seal, when), []

    def other_worker() -> None:
        with brug.app.app_context(), as_system("another worker"):
            turns.append(seal.due(now()))
            db.session.remove()

    def met(*args, **kw):
        if not turns:
            turns.append(0)
            other = threading.Thread(target=other_worker)
            other.start()
            other.join()
        return real(*args, **kw)

    monkeypatch.setattr(seal, when, met)
    assert (sealed(brug), turns) == (0, [0, 5])
    assert not findings(brug)


@pytest.mark.both_engines
@pytest.mark.parametrize("ago", [timedelta(seconds=30), timedelta(hours=5)])
def test_a_clock_that_is_behind_spoils_no_order(brug, ago):
    for turn in range(4):
        act(brug, 2)
        assert sealed(brug, ago if turn % 2 else timedelta(0)) == 2
    assert not findings(brug)


# The anchor


def anchored(brug: Partnership) -> int:
    with brug.behind_the_scenes():
        return anchor.due(now(), lambda *_mail: None)


def test_an_anchor_of_a_later_day_hides_none_before_it(brug, tmp_path, clock):
    place = tmp_path / "anchor.txt"
    brug.app.config["LOG_ANCHOR"] = str(place)
    assert anchored(brug)
    swv = brug.organisations["SWV"].hex
    mine = f"swv_id = '{swv}' AND nummer = 3"
    around_the_triggers(
        brug,
        f"UPDATE gebeurtenis SET gebruiker_id = 4242 WHERE swv_id = '{swv}' AND volgnummer >= "
        f"(SELECT van FROM zegel WHERE {mine})",
        f"DELETE FROM zegel WHERE {mine}",
    )
    assert sealed(brug), "the worker signs what it finds"
    assert findings(brug, place.read_text())
    clock.shift(24 * 3600)
    assert anchored(brug)
    sealed(brug)
    assert findings(brug, place.read_text())


def test_two_hashes_for_one_seal_are_a_finding(brug, tmp_path):
    place = tmp_path / "anchor.txt"
    brug.app.config["LOG_ANCHOR"] = str(place)
    assert anchored(brug)
    sealed(brug)
    lines = place.read_text()
    false = lines[:-65] + "0" * 64 + "\n"
    assert not findings(brug, lines + lines)
    for both in (lines + false, false + lines):
        assert findings(brug, both)


@pytest.mark.both_engines
def test_an_event_that_somebody_put_in_keeps_no_anchor_from_its_file(brug, tmp_path):
    brug.app.config["LOG_ANCHOR"] = str(tmp_path / "anchor.txt")
    with brug.behind_the_scenes():
        log.record(Actie.VERANKEREN)
        db.session.commit()
    assert anchored(brug)
    assert not anchored(brug), "once a day"


def test_the_check_says_that_no_anchor_was_compared(brug):
    code, said = verify(brug)
    assert code == 1
    assert "geen enkel anker" in said
    code, said = verify(brug, "--no-anchor")
    assert (code, "anker" in said) == (0, False)


def test_an_anchor_that_is_away_spoilt_or_old_is_a_finding(brug, tmp_path, clock):
    place = tmp_path / "anchor.txt"
    brug.app.config["LOG_ANCHOR"] = str(place)
    assert verify(brug)[0] == 1
    assert anchored(brug)
    sealed(brug)
    assert verify(brug)[0] == 0
    good = place.read_text()
    for spoilt in ("", "rubbish\n", good + "rubbish\n", good.replace("-", "_"), good[:-10] + "\n"):
        place.write_text(spoilt)
        code, said = verify(brug)
        assert code == 1, spoilt
        assert str(place) in said
    place.write_text(good)
    clock.shift(3 * 24 * 3600)
    code, said = verify(brug)
    assert code == 1
    assert "sindsdien" in said


def test_a_copy_is_checked_as_of_when_it_was_made(brug, tmp_path, clock):
    place = tmp_path / "anchor.txt"
    brug.app.config["LOG_ANCHOR"] = str(place)
    assert anchored(brug)
    made = now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    clock.shift(5 * 24 * 3600)
    assert verify(brug)[0] == 1
    assert verify(brug, "--as-of", made)[0] == 0


# Spoilt values


SPOILT = (
    "UPDATE gebeurtenis SET swv_id = 'zz' WHERE volgnummer = 3",
    "UPDATE gebeurtenis SET swv_id = x'ff' WHERE volgnummer = 3",
    "UPDATE gebeurtenis SET grond = CAST(x'ff' AS TEXT) WHERE volgnummer = 3",
    "UPDATE gebeurtenis SET op = 'x' WHERE volgnummer = 3",
    "UPDATE gebeurtenis SET op = x'00' WHERE volgnummer = 3",
    f"UPDATE zegel SET swv_id = 'zz' WHERE nummer = 2 AND swv_id = '{seal.NO_SWV.hex}'",
    f"UPDATE zegel SET swv_id = CAST(x'ff' AS TEXT) WHERE nummer = 2 AND swv_id = '{seal.NO_SWV.hex}'",
    "UPDATE zegel SET op = 'x' WHERE nummer = 2",
    "UPDATE zegel SET op = replace(op, substr(op, 6, 5), '02-31') WHERE nummer = 2",
    "UPDATE zegel SET op = replace(op, substr(op, 12, 2), '24') WHERE nummer = 2",
    "UPDATE zegel SET op = replace(op, substr(op, 6, 5), '99-99') WHERE nummer = 3",
    "UPDATE zegel SET op = replace(op, substr(op, 1, 4), '0000') WHERE nummer = 2",
    "UPDATE zegel SET nummers = 'x' WHERE nummer = 2",
    "UPDATE zegel SET nummers = '' WHERE nummer = 2",
    "UPDATE zegel SET nummers = nummers || char(0) WHERE nummer = 2",
    "UPDATE zegel SET nummers = replace(nummers, '-', '-9999') WHERE nummer = 2",
    "UPDATE zegel SET tot = 'x' WHERE nummer = 2",
    "UPDATE zegel SET aantal = 'x' WHERE nummer = 2",
    "UPDATE zegel SET hmac = CAST(hmac AS BLOB) WHERE nummer = 2",
)


@pytest.mark.parametrize("statement", SPOILT)
def test_the_check_says_in_words_what_was_spoilt_and_goes_on(brug, statement):
    around_the_triggers(brug, statement)
    act(brug, 2)
    assert sealed(brug) >= 2, "it stops no seal"
    code, said = verify(brug, "--no-anchor")
    assert code == 1
    assert len(said.splitlines()) > 1


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["gebeurtenis", "zegel"])
@pytest.mark.parametrize("moment", ["infinity", "-infinity", "0044-03-15 12:00:00 BC", "20000-01-01"])
def test_a_moment_that_is_none_is_named(brug, table, moment):
    which = "volgnummer = 3" if table == "gebeurtenis" else f"nummer = 3 AND swv_id = '{seal.NO_SWV}'"
    around_the_triggers(brug, f"UPDATE {table} SET op = '{moment}' WHERE {which}")
    act(brug, 2)
    assert sealed(brug) >= 2
    code, said = verify(brug, "--no-anchor")
    assert code == 1
    assert len(said.splitlines()) > 1


@pytest.mark.parametrize("value", ["'zz'", "x'ff'", "CAST(x'ff' AS TEXT)"])
def test_an_event_that_came_in_spoilt_is_sealed_all_the_same(brug, value):
    write(
        brug,
        f"INSERT INTO gebeurtenis (op, actie, gelukt, swv_id, noun) "
        f"SELECT op, actie, gelukt, {value}, {value} FROM gebeurtenis WHERE volgnummer = {numbers(brug)[-1]}",
    )
    act(brug)
    assert sealed(brug) == 2
    assert not findings(brug)
    around_the_triggers(brug, f"UPDATE gebeurtenis SET noun = 'x' WHERE noun = {value}")
    assert findings(brug)
