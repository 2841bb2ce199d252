"""The gate on every database session: however a question is asked, it answers what the person may know."""

import ast
import re
import uuid
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, subqueryload
from sqlalchemy.sql import visitors

import app as portal
from app import models as m
from app.access import as_system, current_person, write_as_system
from app.access.scopes import GUARDED, allowed
from app.errors import NotFound
from app.extensions import db
from app.terms import Status, Verb
from tests import oracle
from tests.world import GONE, World

SOURCE = Path(portal.__file__).parent


def ids(rows) -> set[str]:
    return {str(row) for row in rows}


def readable(world: World, key: str, noun: str) -> set[str]:
    who = world.who[key]
    return {thing.id for thing in world.of(noun) if oracle.may(who, "read", thing)}


# Nobody


@pytest.mark.both_engines
@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_without_a_person_nothing_is_there(world: World, model):
    with world.app.app_context():
        assert db.session.scalars(sa.select(model)).all() == []
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
        with as_system("the test looks"):
            some = db.session.scalar(sa.select(sa.func.count()).select_from(model))
        assert some or model.__name__ not in world_nouns(world)
        assert db.session.scalars(sa.select(model)).all() == [], "as_system has ended"


def world_nouns(world: World) -> set[str]:
    return {thing.noun for thing in world.things.values()}


def test_every_table_of_the_portal_is_guarded():
    mapped = {
        mapper.class_ for mapper in m.Kind.registry.mappers if mapper.class_.__module__.startswith("app.")
    }
    assert mapped == set(GUARDED)


def test_no_moment_is_kept_in_a_question_of_the_gate(world: World):
    """Its conditions stay with the process: a moment written into one would go on to hold."""
    kept, looked_up = 0, 0
    with world.app.app_context():
        for key in world.who:
            if key in GONE:
                continue
            person = world.person(key)
            for model in GUARDED:
                for verb in Verb:
                    for part in visitors.iterate(allowed(model, person, verb)):
                        if isinstance(part, sa.BindParameter):
                            looked_up += part.callable is not None
                            kept += part.callable is None and isinstance(part.value, date)
    assert looked_up
    assert not kept


def test_after_a_failure_in_the_middle_as_system_is_over(world: World):
    with world.app.app_context():
        with pytest.raises(ZeroDivisionError), as_system("something goes wrong"):
            raise ZeroDivisionError
        assert db.session.scalars(sa.select(m.Kind)).all() == []


# Ways to ask


def _plain():
    return sa.select(m.Bijlage.id)


def _aliased():
    other = aliased(m.Bijlage)
    return sa.select(other.id)


def _joined_from_hulpvraag():
    return sa.select(m.Bijlage.id).join_from(m.Hulpvraag, m.Bijlage, m.Bijlage.hulpvraag_id == m.Hulpvraag.id)


def _joined_aliased():
    bijlage, hulpvraag = aliased(m.Bijlage), aliased(m.Hulpvraag)
    return sa.select(bijlage.id).join(bijlage.hulpvraag.of_type(hulpvraag))


def _subquery():
    inner = sa.select(m.Bijlage.id.label("key")).subquery()
    return sa.select(inner.c.key)


def _cte():
    inner = sa.select(m.Bijlage.id.label("key")).cte()
    return sa.select(inner.c.key)


def _union():
    return sa.union(sa.select(m.Bijlage.id), sa.select(aliased(m.Bijlage).id))


def _in_subquery():
    return sa.select(m.Bijlage.id).where(m.Bijlage.id.in_(sa.select(m.Bijlage.id)))


def _exists():
    other = aliased(m.Bijlage)
    return sa.select(m.Bijlage.id).where(sa.exists().where(other.id == m.Bijlage.id))


def _through_relation():
    return sa.select(m.Bijlage.id).where(m.Bijlage.hulpvraag.has(m.Hulpvraag.nummer.is_not(None)))


def _aliased_subquery():
    inner = aliased(m.Bijlage, sa.select(m.Bijlage).subquery())
    return sa.select(inner.id)


WAYS = (
    _plain,
    _aliased,
    _joined_from_hulpvraag,
    _joined_aliased,
    _subquery,
    _cte,
    _union,
    _in_subquery,
    _exists,
    _through_relation,
    _aliased_subquery,
)


@pytest.mark.both_engines
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_however_a_question_is_asked_the_answer_is_the_same(world: World, way):
    for key in ("voorschool", "school", "specialist", "ouder", "privacy", "deelnemer"):
        with world.at_work(key):
            assert ids(db.session.scalars(way())) == readable(world, key, "Bijlage"), key


def test_a_join_that_the_gate_cannot_narrow_gives_nothing(world: World):
    """SQLAlchemy puts the condition of a join to an alias, by hand, on the wrong name: an error, no leak."""
    bijlage, hulpvraag = aliased(m.Bijlage), aliased(m.Hulpvraag)
    by_hand = sa.select(bijlage.id).join(hulpvraag, bijlage.hulpvraag_id == hulpvraag.id)
    with world.at_work("voorschool"), pytest.raises(sa.exc.OperationalError):
        db.session.scalars(by_hand).all()


@pytest.mark.both_engines
def test_a_count_counts_only_what_the_person_may_see(world: World):
    for key in ("voorschool", "school", "specialist", "ouder", "privacy"):
        wanted = len(readable(world, key, "Bijlage"))
        with world.at_work(key):
            assert db.session.scalar(sa.select(sa.func.count(m.Bijlage.id))) == wanted
            assert db.session.scalar(sa.select(sa.func.count()).select_from(_plain().subquery())) == wanted
            inside = sa.select(sa.func.count(m.Bijlage.id)).scalar_subquery()
            assert db.session.execute(sa.select(inside)).scalar() == wanted
            assert db.session.scalar(sa.select(sa.exists().where(m.Bijlage.id.is_not(None)))) is (wanted > 0)


@pytest.mark.parametrize(
    "load", [joinedload, selectinload, subqueryload, None], ids=["joined", "selectin", "subquery", "lazy"]
)
def test_what_hangs_off_a_row_is_loaded_through_the_gate(world: World, load):
    """A message may say farewell to a closed dossier, and 'Wie heeft toegang' may hide somebody's name."""
    chosen = [load(m.Bericht.hulpvraag)] if load else []
    with world.at_work("voorschool-vroeger"):
        letters = db.session.scalars(sa.select(m.Bericht).options(*chosen)).unique().all()
        assert letters
        assert {letter.hulpvraag for letter in letters} == {None}
    chosen = [load(m.Betrokkenheid.gebruiker)] if load else []
    with world.at_work("ouder") as person:
        parties = db.session.scalars(sa.select(m.Betrokkenheid).options(*chosen)).unique().all()
        known = {party.gebruiker.id for party in parties if party.gebruiker}
        members = {who.account for who in world.who.values() if who.organisation is not None}
        assert person.gebruiker_id in known
        assert known - {person.gebruiker_id} <= members


def test_loading_in_steps_and_by_hand_goes_through_the_gate(world: World):
    with world.at_work("voorschool-vroeger"):
        query = sa.select(m.Bericht).options(joinedload(m.Bericht.hulpvraag).joinedload(m.Hulpvraag.kind))
        assert {row.hulpvraag for row in db.session.scalars(query).unique()} == {None}
        by_hand = (
            sa.select(m.Bericht).outerjoin(m.Bericht.hulpvraag).options(contains_eager(m.Bericht.hulpvraag))
        )
        assert {row.hulpvraag for row in db.session.scalars(by_hand).unique()} == {None}


def test_the_portal_itself_reads_on_from_a_row_that_a_person_loaded(world: World):
    """The person's conditions must not stay with the row: as_system is asked for what they may not know."""
    with world.at_work("voorschool-vroeger"):
        letter = db.session.scalars(sa.select(m.Bericht)).first()
        with as_system("the test reads on"):
            assert letter.hulpvraag is not None
            assert letter.hulpvraag.kind is not None


def test_a_row_that_the_portal_loaded_gives_a_person_no_way_on(world: World):
    with world.at_work("voorschool"):
        with as_system("the test looks"):
            foreign = db.session.scalars(
                sa.select(m.Hulpvraag).where(m.Hulpvraag.swv_id != g.person.swv_id)
            ).first()
        assert foreign.kind is None
        with as_system("the test looks"):
            theirs = foreign.id
        assert db.session.scalar(sa.select(m.Hulpvraag).where(m.Hulpvraag.id == theirs)) is None


# Writing

FOREIGN = "boei:aanvraag"


@pytest.mark.both_engines
def test_a_bulk_update_or_delete_reaches_only_the_rows_one_may_change(world: World):
    for key in ("specialist", "voorschool", "school", "collega", "ouder"):
        who = world.who[key]
        with world.at_work(key):
            for noun, column in (("Bijlage", "titel"), ("Kind", "voornaam"), ("Notitie", "tekst")):
                model = getattr(m, noun)
                changed = sa.update(model).values({column: "over alles heen"})
                db.session.execute(changed.execution_options(synchronize_session=False))
                with as_system("the test looks"):
                    rows = db.session.scalars(
                        sa.select(model.id).where(getattr(model, column) == "over alles heen")
                    )
                    touched = ids(rows)
                assert touched == {t.id for t in world.of(noun) if oracle.may(who, "edit", t)}, (key, noun)
            with as_system("a signed form that a consent rests on stays as it is"):
                unsigned = sa.update(m.Toestemming).values(bijlage_id=None)
                db.session.execute(unsigned.execution_options(synchronize_session=False))
            gone = sa.delete(m.Bijlage).execution_options(synchronize_session=False)
            retractable = [t for t in world.of("Bijlage") if oracle.may(who, "retract", t)]
            assert db.session.execute(gone).rowcount == len(retractable), key
            db.session.rollback()
    with world.app.app_context():
        assert db.session.execute(sa.update(m.Notitie).values(tekst="niemand")).rowcount == 0
        db.session.rollback()


def test_a_bulk_insert_is_refused(world: World):
    with world.at_work("specialist") as person, pytest.raises(PermissionError):
        db.session.execute(sa.insert(m.Kind), [{"swv_id": person.swv_id, "voornaam": "x"}])


def test_nobody_writes_outside_a_request(world: World):
    with world.app.app_context():
        db.session.add(m.Kind(swv_id=uuid.UUID(world.organisations["brug"]), voornaam="X", achternaam="Y"))
        with pytest.raises(NotFound):
            db.session.flush()
        db.session.rollback()


def _note(world: World, dossier: str, **other) -> m.Notitie:
    of = world.dossiers[dossier]
    person = current_person()
    return m.Notitie(
        **{
            "swv_id": uuid.UUID(of.swv),
            "hulpvraag_id": uuid.UUID(of.id),
            "tekst": "x",
            "geschreven_door_id": person.gebruiker_id,
            "organisation_id": person.organisation_id,
        }
        | other
    )


@pytest.mark.parametrize(
    ("key", "dossier"),
    [
        ("specialist", FOREIGN),
        ("voorschool", FOREIGN),
        ("voorschool", "nest:onderwijsadvies"),
        ("voorschool", "speelhoek:aanvraag"),  # its own contribution is documents
        ("voorschool", "speelhoek:ingetrokken"),
        ("specialist", "speelhoek:ingetrokken"),
        ("school2", "speelhoek:onderwijsadvies"),
        ("rolbeheer-voorschool", "speelhoek:onderwijsadvies"),
    ],
)
def test_a_new_row_goes_only_where_the_person_may_add_it(world: World, key: str, dossier: str):
    with world.at_work(key):
        db.session.add(_note(world, dossier))
        with pytest.raises(NotFound):
            db.session.flush()
        db.session.rollback()


@pytest.mark.parametrize("other", ["swv_id", "organisation_id"])
def test_a_new_row_does_not_claim_another_swv_or_organisation(world: World, other: str):
    with world.at_work("specialist"):
        db.session.add(
            _note(world, "speelhoek:onderwijsadvies", **{other: uuid.UUID(world.organisations["anker"])})
        )
        with pytest.raises(NotFound):
            db.session.flush()
        db.session.rollback()


def test_a_row_that_was_loaded_by_the_portal_is_not_changed_by_who_may_not(world: World):
    for key in ("specialist", "voorschool", "school", "platform", "rolbeheer-anker"):
        with world.at_work(key):
            row = world.row(world.named[f"{FOREIGN}/notitie-swv"])
            row.tekst = "van een ander"
            with pytest.raises(NotFound):
                db.session.flush()
            db.session.rollback()
            db.session.delete(world.row(world.named[f"{FOREIGN}/kind"]))
            with pytest.raises(NotFound):
                db.session.flush()
            db.session.rollback()


def test_a_row_does_not_move_to_another_dossier(world: World):
    with world.at_work("specialist"):
        row = world.row(world.named["speelhoek:onderwijsadvies/bijlage-advies"])
        row.hulpvraag_id = uuid.UUID(world.dossiers["nest:aanvraag"].id)
        with pytest.raises(PermissionError):
            db.session.flush()
        db.session.rollback()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", Status.ONDERWIJSADVIES),
        ("voorschool_id", None),
        ("specialist_id", 1),
        ("contactpersoon_id", 1),
    ],
)
def test_a_preschool_changes_nothing_of_its_hulpvraag_but_the_omschrijving(world: World, field: str, value):
    with world.at_work("voorschool"):
        row = db.session.scalars(
            sa.select(m.Hulpvraag).where(m.Hulpvraag.id == uuid.UUID(world.dossiers["speelhoek:aanvraag"].id))
        ).one()
        row.omschrijving = "dit mag"
        setattr(row, field, value if field != "voorschool_id" else uuid.UUID(world.organisations["nest"]))
        with pytest.raises(NotFound):
            db.session.flush()
        db.session.rollback()


@pytest.mark.parametrize("model", [m.StatusWijziging, m.Betrokkenheid, m.Bericht, m.Gebeurtenis, m.Sessie])
def test_what_only_the_portal_writes_no_person_writes(world: World, model):
    of = world.dossiers["speelhoek:onderwijsadvies"]
    known = {"swv_id": uuid.UUID(of.swv), "hulpvraag_id": uuid.UUID(of.id)}
    columns = {key: value for key, value in known.items() if hasattr(model, key)}
    with world.at_work("specialist"):
        db.session.add(model(**columns))
        with pytest.raises((NotFound, PermissionError)):
            db.session.flush()
        db.session.rollback()


def test_the_portal_writing_its_log_lets_nothing_of_the_person_slip_through(world: World):
    """What was pending is checked for the person before the portal writes in its own name."""
    with world.at_work("voorschool"):
        row = world.row(world.named[f"{FOREIGN}/notitie-swv"])
        row.tekst = "meegelift"
        with pytest.raises(NotFound):
            write_as_system("the test logs", m.Herstelcode(gebruiker_id=1, code_hash="x"))
        db.session.rollback()


# One request, one person


def test_the_next_request_knows_nothing_of_the_person_before(world: World):
    with world.app.app_context():
        with world.app.test_request_context("/"):
            world.app.preprocess_request()
            assert current_person() is None
        assert db.session.scalars(sa.select(m.Kind)).all() == []
    for _round in range(3):
        for key, dossier in (("voorschool", "speelhoek:aanvraag"), ("voorschool2", "nest:aanvraag")):
            address = f"/hulpvragen/{world.dossiers[dossier].id}"
            assert world.browser(key).get(address).status_code == 200
            other = "voorschool2" if key == "voorschool" else "voorschool"
            assert world.browser(other).get(address).status_code == 404


def test_one_context_with_two_people_in_turn_keeps_them_apart(world: World):
    with world.app.app_context():
        for key in ("specialist", "voorschool", "privacy", "specialist-anker", "specialist"):
            g.person = world.person(key)
            db.session.expunge_all()
            assert ids(db.session.scalars(sa.select(m.Hulpvraag.id))) == readable(world, key, "Hulpvraag")
        g.person = None
        assert db.session.scalars(sa.select(m.Hulpvraag.id)).all() == []


def test_no_context_is_left_open_when_the_portal_is_made(world: World):
    from flask import has_app_context

    assert not has_app_context()


# PostgreSQL: the net below the gate

SWV_TABLES = (
    "kind",
    "gezagsdrager",
    "hulpvraag",
    "statuswijziging",
    "bijlage",
    "notitie",
    "betrokkenheid",
    "bericht",
)


def test_row_level_security_keeps_the_swvs_apart_below_the_gate(world_on_postgresql: World):
    world = world_on_postgresql
    with world.app.app_context(), db.engine.connect() as connection:
        for table in (*SWV_TABLES, "gebeurtenis"):
            found = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()
            assert found == 0, f"{table} without a setting"
        for swv in ("brug", "anker"):
            key = world.organisations[swv]
            connection.execute(sa.text("SELECT set_config('kindbrug.swv', :swv, true)"), {"swv": key})
            for table in SWV_TABLES:
                found = connection.execute(sa.text(f"SELECT DISTINCT swv_id FROM {table}")).scalars()
                assert {str(one) for one in found} == {key}, table
                assert (
                    connection.execute(
                        sa.text(f"UPDATE {table} SET swv_id = swv_id WHERE swv_id <> '{key}'")
                    ).rowcount
                    == 0
                )
            other = world.organisations["anker" if swv == "brug" else "brug"]
            with pytest.raises(sa.exc.ProgrammingError), connection.begin_nested():
                connection.execute(sa.text(f"UPDATE kind SET swv_id = '{other}'"))
        connection.rollback()


def test_the_setting_of_one_request_is_gone_in_the_next(world_on_postgresql: World):
    world = world_on_postgresql
    for key in ("specialist", "specialist-anker", "voorschool", "platform"):
        world.browser(key).get("/")
        with world.app.app_context(), db.engine.connect() as connection:
            left = connection.execute(sa.text("SELECT current_setting('kindbrug.swv', true)")).scalar()
            assert left in (None, "")


def test_in_a_persons_request_even_the_portal_reads_that_swv_only(world_on_postgresql: World):
    world = world_on_postgresql
    with world.at_work("specialist") as person, as_system("the test looks"):
        found = set(db.session.scalars(sa.select(m.Kind.swv_id)))
        assert found == {person.swv_id}


def test_every_table_with_an_swv_is_isolated(world_on_postgresql: World):
    with world_on_postgresql.app.app_context(), db.engine.connect() as connection:
        forced = connection.execute(
            sa.text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        ).scalars()
        isolated = set(forced)
    carriers = {model.__tablename__ for model in GUARDED if "swv_id" in model.__mapper__.columns}
    # Who somebody is, and at which door, is asked before there is an SWV.
    assert carriers - isolated == {"organisation", "sessie"}


# The source

FORBIDDEN = {
    r"db\.session\.get\(|\.session\(\)\.get\(": "the identity map would pass by the gate",
    r"\.__table__": "a table is not guarded",
    r"import .*\btext\b|(?:sa|sqlalchemy)\.text\(": "written SQL is not guarded",
    r"\.get_or_404\(": "it uses session.get",
    r"\.query\b(?!\()": "FAB's and Flask-SQLAlchemy's query property",
    r"skip_gate|skip_filter": "no argument opens the gate",
}
SEALS = ("seal", "seal_check")  # they read the whole log, row by row, for the worker and the terminal alone
MAY = ("access", "migrations")  # and models, for the predicate of an index in text


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_code_passes_by_the_gate(pattern: str):
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] not in (*MAY, *("models",) * ("text" in pattern))
        and not ("__table__" in pattern and path.stem in SEALS)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line.partition("#")[0])
    ]
    assert found == [], FORBIDDEN[pattern]


def test_as_system_is_always_given_a_reason_in_words():
    """A literal of three words or more, or a constant of its module."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(
                getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", "")
            )
            if isinstance(node, ast.Call) and name in ("as_system", "write_as_system"):
                reason = node.args[0]
                words = len(str(reason.value).split()) if isinstance(reason, ast.Constant) else 3
                assert words >= 3, f"{path.name}:{node.lineno}"
