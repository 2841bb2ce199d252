"""An organisation changes what its roles may: gate, screens, choices and status changes follow, both ways."""

import itertools
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import g

from app import models as m
from app.access import may, visible
from app.extensions import db
from app.terms import Role, Verb
from tests import oracle
from tests.test_matrix import PRESENT, _name, _new_rows, _report
from tests.test_moves import KEYS
from tests.test_moves import expected as expected_move
from tests.test_pages import _on_page, ask, cases, expected
from tests.world import ORGANISATIONS, World

NOUNS = (*oracle.NOUNS, "Recht", "Toegangscontrole", "Invoer")
EVERY_RIGHT = tuple(
    [f"{noun}.{verb}" for noun in NOUNS for verb in oracle.VERBS]
    + [f"status.{key}" for key in ("aanvraag", *oracle.MOVES)]
)
FAB = {
    "can_list": "read",
    "can_show": "read",
    "can_download": "read",
    "menu_access": "read",
    "can_add": "add",
    "can_edit": "edit",
    "can_delete": "retract",
    "can_share": "share",
    "can_finalise": "finalise",
    "can_answer": "answer",
    "can_ask": "ask",
    "can_tick": "tick",
    "can_withdraw": "withdraw",
    "can_hand_over": "hand_over",
}


@contextmanager
def changed(world: World, chance: random.Random) -> Iterator[None]:
    """Let every organisation have changed some rights of its roles, also beyond what it can give."""
    drawn = {key: _draw(key, chance) for key in ORGANISATIONS}
    before = dict(world.who)
    with world.behind_the_scenes():
        for key, changes in drawn.items():
            for role, right, granted in changes:
                row = m.Rechtafwijking(
                    organisation_id=uuid.UUID(world.organisations[key]),
                    rol=Role(role),
                    recht=right,
                    mag=granted,
                    door_id=world.accounts[
                        "rolbeheer-anker" if ORGANISATIONS[key][1] == "anker" else "rolbeheer"
                    ],
                )
                db.session.add(row)
        db.session.commit()
    keys = {place: key for key, place in world.organisations.items()}
    for key, who in before.items():
        of = drawn[keys[who.organisation or who.swv]] if who.organisation or who.swv else frozenset()
        world.who[key] = replace(who, changed=of)
    try:
        yield
    finally:
        world.who.update(before)
        with world.behind_the_scenes():
            db.session.execute(db.delete(m.Rechtafwijking))
            db.session.commit()


def _draw(key: str, chance: random.Random) -> frozenset[tuple[str, str, bool]]:
    soort = ORGANISATIONS[key][0]
    roles = sorted(
        {*oracle.CEILING[soort], *(oracle.CEILING[None] if soort == "samenwerkingsverband" else ())}
    )
    changes = set()
    for role in roles:
        own = sorted(oracle.given(role, soort))
        for right in chance.sample(own, min(len(own), chance.randrange(5))):
            changes.add((role, right, False))
        for right in set(chance.sample(EVERY_RIGHT, chance.randrange(12))) - set(own):
            changes.add((role, right, True))
    return frozenset(changes)


@pytest.mark.both_engines
def test_the_gate_gives_the_rows_of_the_changed_matrix(world: World, lane, proven):
    wrong, count = [], 0
    for number in range(lane.cases(gate=1, proof=40)):
        chance = lane.random(f"T2 changed rows {number}")
        with changed(world, chance):
            for key in chance.sample(PRESENT, lane.cases(gate=14, proof=len(PRESENT))):
                who = world.who[key]
                with world.at_work(key) as person:
                    for noun in oracle.NOUNS:
                        things = world.of(noun)
                        count += len(things)
                        found = {str(row.id) for row in db.session.scalars(visible(getattr(m, noun), person))}
                        wanted = {thing.id for thing in things if oracle.may(who, "read", thing)}
                        wrong += [f"{key} leak: {_name(world, i)}" for i in sorted(found - wanted)]
                        wrong += [f"{key} refused: {_name(world, i)}" for i in sorted(wanted - found)]
    assert not wrong, _report(wrong)
    proven("T2 rows seen, changed rights", count)


def test_everybody_may_do_what_the_changed_matrix_says(world: World, lane, proven):
    wrong, count = [], 0
    everything = [thing for noun in oracle.NOUNS for thing in world.of(noun)]
    verbs = [verb for verb in oracle.VERBS if verb != "add"]
    for number in range(lane.cases(gate=1, proof=40)):
        chance = lane.random(f"T2 changed may {number}")
        with changed(world, chance):
            for key in PRESENT:
                who = world.who[key]
                with world.at_work(key) as person:
                    for thing, verb in itertools.product(chance.sample(everything, 5), verbs):
                        count += 1
                        if may(person, Verb(verb), world.row(thing)) != oracle.may(who, verb, thing):
                            wrong.append(f"{key} {verb} {_name(world, thing.id)}")
                    for thing, row in _new_rows(world, who, chance.choice(list(world.dossiers.values()))):
                        count += 1
                        if may(person, Verb.ADD, row) != oracle.may(who, "add", thing):
                            wrong.append(f"{key} add {thing.noun}")
    assert not wrong, _report(wrong)
    proven("T2 may, changed rights", count)


def test_the_framework_asks_the_changed_matrix(world: World, lane, proven):
    wrong, count = [], 0
    security = world.app.appbuilder.sm
    for number in range(lane.cases(gate=1, proof=40)):
        with changed(world, lane.random(f"T2 changed access {number}")):
            for key in PRESENT:
                who = world.who[key]
                with world.at_work(key):
                    assert g.person.afwijkingen <= who.changed
                    for noun, (permission, verb) in itertools.product(NOUNS, FAB.items()):
                        count += 1
                        if security.has_access(permission, noun) != oracle.has(who, noun, verb):
                            wrong.append(f"{key} {permission} {noun}")
                    for move in oracle.MOVES:
                        right = f"status.{move}"
                        has = any(right in oracle.rights(who, role) for role in who.roles)
                        if security.has_access(f"can_status_{move}", "Hulpvraag") != has:
                            wrong.append(f"{key} {right}")
    assert not wrong, _report(wrong)
    proven("T2 questions of the framework, changed rights", count)


def test_every_page_follows_the_changed_matrix_on_the_next_request(world: World, lane, proven):
    wrong, number = [], lane.cases(gate=200, proof=20_000)
    reading = [
        case
        for case in cases(world)
        if case[0].method == "GET" and case[1] in PRESENT and case[0].endpoint != "PickView.search"
    ]
    rounds = max(2, number // 500)
    for turn in range(rounds):
        chance = lane.random(f"T2 changed pages {turn}")
        with changed(world, chance):
            for route, key, thing in chance.sample(reading, number // rounds):
                answer, wanted = ask(world, route, key, thing), expected(world, route, key, thing)
                here = f"{route.name} as {key} on {_name(world, thing.id) if thing.id else 'nothing'}"
                if answer.status_code != wanted:
                    wrong.append(f"{here}: {answer.status_code}, not {wanted}")
                    continue
                wrong += [f"{here}: {problem}" for problem in _on_page(world, route, key, thing, answer)]
    assert not wrong, _report(wrong)
    proven("T2 pages, changed rights", number)


def test_the_status_page_follows_the_changed_matrix(world: World, lane, proven):
    wrong, count = [], 0
    for turn in range(lane.cases(gate=1, proof=40)):
        chance = lane.random(f"T2 changed moves {turn}")
        with changed(world, chance):
            for key in ("contact", "specialist", "alleskunner", "voorschool", "collega", "dubbel-swv"):
                who = world.who[key]
                for dossier in chance.sample(list(world.dossiers.values()), 3):
                    answer = world.browser(key).get(f"/hulpvragen/{dossier.id}/status")
                    count += 1
                    if not oracle.has(who, "Hulpvraag", "read") or oracle.level(who, dossier) == "geen":
                        assert answer.status_code == 404
                        continue
                    page = answer.get_data(as_text=True)
                    offered = {
                        k for k in KEYS if f'name="status" value="{k}"' in page or f'/status/{k}"' in page
                    }
                    possible = {k for k in oracle.MOVES if expected_move(who, k, dossier) == 302}
                    if offered != possible:
                        wrong.append(f"{key} on {dossier.key}: {sorted(offered)}, not {sorted(possible)}")
    assert not wrong, _report(wrong)
    proven("T2 status pages, changed rights", count)
