"""Every change of status × person × relation × status: by who may, from where it leaves, and no other."""

import itertools

from tests import oracle
from tests.oracle import Dossier, Who
from tests.traces import changed, digest
from tests.world import GONE, PEOPLE, World

KEYS = (*oracle.MOVES, "aanvraag", "onzin")


def expected(who: Who, key: str, dossier: Dossier) -> int:
    """404 for who has no such change; 409 when it does not leave from here; 302 when it is made."""
    if not oracle.may_move(who, key, dossier):
        return 404
    if dossier.status not in oracle.MOVES[key][0]:
        return 409
    if "school" in " ".join(oracle.MOVES[key][2]) and not dossier.key.startswith("speelhoek"):
        return 422  # it has no schools of preference
    went_on = dossier.status != "aanvraag"  # there is a change to take back
    return 302 if key != "terugnemen" or went_on else 409


def test_a_status_is_changed_by_exactly_who_may_and_where_it_may(world: World, lane, proven):
    every = list(itertools.product((key for key in PEOPLE if key not in GONE), KEYS, world.dossiers.values()))
    number = min(lane.cases(gate=400, proof=len(every)), len(every))
    before, wrong, made = digest(world), [], 0
    for person, key, dossier in lane.random("T2 moves").sample(every, number):
        wanted = expected(world.who[person], key, dossier)
        if wanted != 302:
            answer = _move(world, person, key, dossier)
        else:
            made += 1
            with world.as_it_was():
                answer = _move(world, person, key, dossier)
                if not changed(before, digest(world)):
                    wrong.append(f"{person} {key} on {dossier.key} changed nothing")
        if answer.status_code != wanted:
            wrong.append(f"{person} {key} on {dossier.key}: {answer.status_code}, not {wanted}")
    assert not wrong, f"{len(wrong)} differences:\n" + "\n".join(wrong[:40])
    assert changed(before, digest(world)) == [], "a refused change changed something"
    proven("T2 moves", number)
    proven("T2 moves made", made)


def _move(world: World, person: str, key: str, dossier: Dossier, toelichting: str = "Omdat."):
    last = [name for name in world.named if name.startswith(f"{dossier.key}/wijziging-")][-1]
    typed = {"status": key, "toelichting": toelichting, "gezien": world.named[last].id, "anyway": "y"}
    placed = {"school": world.organisations["linde"], "vanaf": "2027-01-11"}
    if "plaatsing" in oracle.MOVES.get(key, ((), (), ()))[2]:
        return world.browser(person).post(f"/hulpvragen/{dossier.id}/status/{key}", typed | placed)
    return world.browser(person).post(f"/hulpvragen/{dossier.id}/status", typed)


def test_a_change_that_asks_why_is_not_made_without_an_answer(world: World):
    before = digest(world)
    for key, (since, _roles, needs) in oracle.MOVES.items():
        if "toelichting" in needs:
            for status in since - {"aanvraag"}:
                dossier = world.dossiers[f"speelhoek:{status}"]
                for nothing in ("", " ", "\t\r\n"):
                    answer = _move(world, "specialist", key, dossier, toelichting=nothing)
                    assert answer.status_code == 422, f"{key} from {status}"
    assert changed(before, digest(world)) == []


def test_the_status_page_offers_exactly_what_this_person_can_do_now(world: World, proven):
    wrong, count = [], 0
    for person in (
        "contact",
        "specialist",
        "voorschool",
        "school",
        "deelnemer",
        "specialist-anker",
        "dubbel-swv",
    ):
        who = world.who[person]
        for dossier in world.dossiers.values():
            if oracle.level(who, dossier) == "geen":
                continue
            page = world.browser(person).get(f"/hulpvragen/{dossier.id}/status").get_data(as_text=True)
            offered = {
                key for key in KEYS if f'name="status" value="{key}"' in page or f'/status/{key}"' in page
            }
            possible = {key for key in oracle.MOVES if expected(who, key, dossier) == 302}
            if offered != possible:
                wrong.append(f"{person} on {dossier.key}: {sorted(offered)}, not {sorted(possible)}")
            count += 1
    assert not wrong, "\n".join(wrong)
    proven("T2 status pages", count)
