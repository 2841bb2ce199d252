"""Every noun × verb × person × relation × status against the oracle: no leak, and nothing wrongly refused."""

import ast
import itertools
import uuid
from pathlib import Path

import pytest

from app import models as m
from app.access import as_system, may, visible
from app.extensions import db
from app.models.base import now
from app.terms import Verb
from tests import oracle
from tests.oracle import Dossier, Thing, Who
from tests.world import GONE, PEOPLE, World

GUARDED = ("Gebeurtenis", *oracle.NOUNS_OF_DOSSIER, "Organisation", "Lidmaatschap", "Bericht")
MOST_LOOKED_AT = 12  # dossiers
PRESENT = tuple(key for key in PEOPLE if key not in GONE)


def test_the_oracle_knows_nothing_of_the_app():
    source = ast.parse((Path(__file__).parent / "oracle.py").read_text())
    imported = {
        name.name for node in ast.walk(source) if isinstance(node, ast.Import) for name in node.names
    } | {node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
    assert imported == {"collections.abc", "dataclasses", "functools"}


@pytest.mark.both_engines
def test_everybody_sees_exactly_the_events_of_the_log_that_are_theirs(world: World, proven):
    """The log grows with every request: what it holds now is asked of the oracle, event by event."""
    dossiers = {dossier.id: dossier for dossier in world.dossiers.values()}
    wrong, cases = [], 0
    child = next(iter(dossiers.values())).kind
    world.browser("contact").get(f"/kinderen/{child}")
    for number, dossier in enumerate(dossiers):
        for key in ("specialist", "voorschool2"):  # one sees it, or is refused
            world.browser(key).get(f"/hulpvragen/{dossier}") if number < MOST_LOOKED_AT else None
    with world.app.app_context(), as_system("the test looks", across_swvs=True):
        events = db.session.scalars(db.select(m.Gebeurtenis)).all()
        known = [
            (
                e.id,
                str(e.swv_id),
                dossiers.get(str(e.hulpvraag_id)),
                "" if e.hulpvraag_id else e.noun,
                e.gelukt,
            )
            for e in events
        ]
    for key in PRESENT:
        who = world.who[key]
        with world.at_work(key):
            found = set(db.session.scalars(db.select(m.Gebeurtenis.id)))
        told = {number for number, *about, ok in known if oracle.reads_event(who, *about, succeeded=ok)}
        seen = found & {number for number, *_more in known}
        wrong += [f"{key} leak: {number}" for number in sorted(seen - told)]
        wrong += [f"{key} refused: {number}" for number in sorted(told - seen)]
        cases += len(known)
    assert not wrong, wrong[:20]
    proven("T2 events seen", cases)


def _outside(event: m.Gebeurtenis) -> str:
    """What an event outside any dossier is about."""
    return "" if event.hulpvraag_id else event.noun or ""


@pytest.mark.both_engines
def test_everybody_sees_exactly_the_rows_that_the_rights_table_gives_them(world: World, proven):
    """By the gate itself, and by the question `visible()`: for each noun the same rows as the oracle's."""
    wrong, cases = [], 0
    for key in PRESENT:
        who = world.who[key]
        with world.at_work(key) as person:
            for noun in oracle.NOUNS:
                things = world.of(noun)
                cases += len(things)
                model = getattr(m, noun)
                through_gate = {str(found) for found in db.session.scalars(db.select(model.id))}
                asked = {str(row.id) for row in db.session.scalars(visible(model, person))}
                expected = {thing.id for thing in things if oracle.may(who, "read", thing)}
                for name, found in (("gate", through_gate), ("visible", asked)):
                    wrong += [f"{key} {name} leak: {_name(world, i)}" for i in sorted(found - expected)]
                    wrong += [f"{key} {name} refused: {_name(world, i)}" for i in sorted(expected - found)]
    assert not wrong, _report(wrong)
    proven("T2 rows seen", cases)


def test_everybody_may_do_exactly_what_the_rights_table_says(world: World, lane, proven):
    every = [
        (key, verb, thing)
        for key, verb in itertools.product(PRESENT, oracle.VERBS)
        for noun in oracle.NOUNS
        for thing in world.of(noun)
        if verb != "add"
    ]
    number = lane.cases(gate=3_000, proof=len(every))
    chosen = lane.random("T2 may").sample(every, min(number, len(every)))
    wrong = []
    for key, group in itertools.groupby(sorted(chosen, key=lambda case: case[0]), key=lambda case: case[0]):
        with world.at_work(key) as person:
            for _key, verb, thing in group:
                allowed = may(person, Verb(verb), world.row(thing))
                if allowed != oracle.may(world.who[key], verb, thing):
                    wrong.append(f"{key} {'may' if allowed else 'may not'} {verb} {_name(world, thing.id)}")
    assert not wrong, _report(wrong)
    proven("T2 may", len(chosen))


@pytest.mark.both_engines
def test_everybody_adds_exactly_where_the_rights_table_says(world: World, proven):
    """Documents and notes for one's own organisation and for another's; children and dossiers."""
    wrong, cases = [], 0
    for key in PRESENT:
        who = world.who[key]
        with world.at_work(key) as person:
            for dossier in world.dossiers.values():
                for thing, row in _new_rows(world, who, dossier):
                    cases += 1
                    allowed = may(person, Verb.ADD, row)
                    if allowed != oracle.may(who, "add", thing):
                        said = "may" if allowed else "may not"
                        whose = "own" if thing.organisation == who.organisation else "another's"
                        wrong.append(f"{key} {said} add {whose} {thing.noun} in {dossier.key}")
    assert not wrong, _report(wrong)
    proven("T2 add", cases)


def _new_rows(world: World, who: Who, dossier: Dossier):
    swv, hulpvraag = uuid.UUID(dossier.swv), uuid.UUID(dossier.id)
    for place in {who.organisation, dossier.voorschool, dossier.swv} - {None}:
        of_dossier = {"swv_id": swv, "hulpvraag_id": hulpvraag, "organisation_id": uuid.UUID(place)}
        for noun, more in (
            ("Bijlage", {"titel": "x", "grootte": 1, "toegevoegd_door_id": who.account}),
            ("Notitie", {"tekst": "x", "geschreven_door_id": who.account}),
        ):
            yield (
                Thing(noun, "", dossier.swv, (dossier,), place),
                getattr(m, noun)(**of_dossier, **more),
            )
    of_child = {"swv_id": swv, "kind_id": uuid.UUID(dossier.kind)}
    if who.swv and who.swv != dossier.swv:  # a child of elsewhere, claimed as one's own
        claimed = of_child | {"swv_id": uuid.UUID(who.swv)}
        for noun, more in (
            ("Hulpvraag", {"voorschool_id": uuid.UUID(dossier.voorschool)}),
            ("Gezagsdrager", {}),
        ):
            yield Thing(noun, "", dossier.swv), getattr(m, noun)(**claimed, **more)
    for noun, more in (
        ("Afspraak", {"wat": "x"}),
        ("Overlegronde", {"begint_op": now()}),
        ("Deelname", {"gebruiker_id": who.account}),
        ("SchoolVoorkeur", {"school_id": uuid.UUID(world.organisations["berk"])}),
        ("Toestemming", {"organisation_id": uuid.UUID(world.organisations["berk"])}),
    ):
        yield (
            Thing(noun, "", dossier.swv, (dossier,)),
            getattr(m, noun)(swv_id=swv, hulpvraag_id=hulpvraag, **more),
        )
    for noun in ("StatusWijziging", "Betrokkenheid"):
        thing = Thing(noun, "", dossier.swv, (dossier,), who.organisation)
        yield (
            thing,
            getattr(m, noun)(
                swv_id=swv,
                hulpvraag_id=hulpvraag,
                **({"organisation_id": swv} if noun == "Betrokkenheid" else {}),
            ),
        )
    for noun, row in (
        ("Kind", m.Kind(swv_id=swv)),
        ("Hulpvraag", m.Hulpvraag(**of_child, voorschool_id=uuid.UUID(dossier.voorschool))),
        ("Gezagsdrager", m.Gezagsdrager(**of_child)),
    ):
        yield Thing(noun, "", dossier.swv), row
    yield Thing("Bericht", "", dossier.swv, (dossier,)), m.Bericht(swv_id=swv, gemaakt_op=now())


def _name(world: World, key: str) -> str:
    thing = world.things[key]
    name = next(name for name, other in world.named.items() if other is thing)
    return f"{thing.noun} {name}"


def _report(wrong: list[str]) -> str:
    return f"{len(wrong)} differences:\n" + "\n".join(wrong[:40])
