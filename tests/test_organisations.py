"""Organisations of an SWV: added and changed by who administers it, one at a time, each with its own name."""

import pytest

from app import models as m
from app.extensions import db
from tests.world import World, text_of

ADD = "/organisaties/nieuw"


def named(world: World, naam: str) -> list[m.Organisation]:
    with world.behind_the_scenes():
        return list(db.session.scalars(db.select(m.Organisation).where(m.Organisation.naam == naam)))


def test_the_administrator_of_an_swv_adds_a_preschool_to_it(world: World):
    with world.as_it_was():
        page = text_of(world.browser("rolbeheer").get(ADD))
        assert 'name="swv"' not in page
        assert 'value="samenwerkingsverband"' not in page
        sent = {"naam": "De Vlieger", "soort": "voorschool", "swv": world.organisations["anker"]}
        assert world.browser("rolbeheer").post(ADD, sent).status_code == 302
        (made,) = named(world, "De Vlieger")
        assert str(made.swv_id) == world.organisations["brug"]


@pytest.mark.parametrize("soort", ["samenwerkingsverband", "exploitant"])
def test_nobody_but_the_operator_makes_an_swv(world: World, soort):
    answer = world.browser("rolbeheer").post(ADD, {"naam": "De Vlieger", "soort": soort})
    assert answer.status_code in (404, 422)
    assert named(world, "De Vlieger") == []


def test_two_names_of_one_swv_never_look_the_same(world: World):
    with world.as_it_was():
        assert (
            world.browser("rolbeheer").post(ADD, {"naam": "Café Kind", "soort": "school"}).status_code == 302
        )
        for twin in ("CAFÉ kind", "Cafe\u0301 Kind"):
            answer = world.browser("rolbeheer").post(ADD, {"naam": twin, "soort": "school"})
            assert answer.status_code == 422
            assert "Er is al een organisatie met deze naam." in text_of(answer)
        odd = world.browser("rolbeheer").post(ADD, {"naam": "De \u202elinde", "soort": "school"})
        assert odd.status_code == 422


def test_who_saves_second_does_not_open_again_what_a_colleague_closed(world: World):
    path = f"/organisaties/{world.organisations['nest']}/bewerken"
    with world.as_it_was():
        page = text_of(world.browser("rolbeheer").get(path))
        version = page.split('name="versie"')[1].split('value="')[1].split('"')[0]
        sent = {"naam": "Het Nest", "versie": version}
        assert world.browser("rolbeheer").post(path, sent).status_code == 302  # without `actief`: closed
        answer = world.browser("alleskunner").post(
            path, sent | {"actief": "y", "meldadres": "nest@example.org"}
        )
        assert answer.status_code == 409
        assert "net vóór u gewijzigd" in text_of(answer)
        (row,) = named(world, "Het Nest")
        assert not row.actief
        with world.behind_the_scenes():
            log = db.select(m.Gebeurtenis).where(m.Gebeurtenis.grond == "actief")
            (event,) = db.session.scalars(log)
            assert (event.oud, event.nieuw) == ("ja", "nee")
