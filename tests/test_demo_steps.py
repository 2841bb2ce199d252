"""The manual as a walk through the demo: its lines, who does them, how one sees that they are done."""

import re

import pytest
from sqlalchemy import event

from app import models as m
from app import workflow
from app.access import as_system
from app.extensions import db
from app.models.base import now
from app.services import demo_crowd, demo_steps
from app.services.demo_data import PEOPLE, WALK_A, WALK_B
from app.services.demo_walk import look
from app.terms import Actie, BerichtStatus, BijlageSoort, Status
from tests.demo_told import everything, settings, told  # noqa: F401 - fixtures

STEPS = [step for walk in demo_steps.WALKS for chapter in walk.chapters for step in chapter.steps]


def step(words: str, *, walk: int = 0) -> demo_steps.Step:
    """The first step of a walk whose line of the manual has these words."""
    chapters = demo_steps.WALKS[walk].chapters
    return next(it for chapter in chapters for it in chapter.steps if words in it.quote)


def seen(name: tuple[str, str] = WALK_A):
    found = look([name])[0]
    assert found is not None
    return found


def write(*rows) -> None:
    with as_system("the test makes what other services make"):
        db.session.add_all(rows)
        db.session.commit()


def test_every_status_of_the_manual_is_reached_on_the_walk():
    asked = " ".join(str(it.do) for it in STEPS)
    for transition in workflow.TRANSITIONS:
        if transition.key not in ("aanvraag", "aanvulling", "ingetrokken", "terugnemen"):
            assert str(transition.label) in asked


def test_everybody_on_the_walk_is_somebody_whom_one_can_be():
    assert {it.who for it in STEPS} <= PEOPLE.keys()
    assert {"contact", "voorschool", "specialist", "ouder", "school", "school2"} <= {it.who for it in STEPS}


def test_the_walk_begins_where_the_manual_does(told):
    with told.app_context():
        first, second = (seen(walk.child) for walk in demo_steps.WALKS)
        assert first.hulpvraag.status is Status.AANVRAAG
        assert not first.rows[m.Bijlage]
        assert second.hulpvraag.status is Status.ONDERWIJSADVIES
        done = [it for it in STEPS if it.done(first)]
        assert [it.who for it in done] == ["contact"]
        assert not any(it.done(second) for chapter in demo_steps.WALKS[1].chapters for it in chapter.steps)


def test_a_step_is_done_when_the_dossier_says_so(told):
    with told.app_context():
        added = step("Voeg in ieder geval")
        dossier = seen().hulpvraag
        anna = seen().people["voorschool"]
        of = {"swv_id": dossier.swv_id, "hulpvraag_id": dossier.id}
        document = m.Bijlage(
            **of, soort=BijlageSoort.AANVRAAG, titel="x", toegevoegd_door_id=anna, grootte=1, sha256="",
            organisation_id=dossier.voorschool_id, mimetype="application/pdf", sleutel="een sleutel",
        )  # fmt: skip
        write(document)
        assert added.done(seen())
        with as_system("the test retracts it"):
            document.ingetrokken_op = now()
            db.session.commit()
        assert not added.done(seen())


def test_a_change_that_is_taken_back_is_to_do_again(told):
    with told.app_context():
        dossier, anna = seen().hulpvraag, seen().people["voorschool"]
        moved = step("kies de status JK bijlagen toegevoegd")
        of = {
            "swv_id": dossier.swv_id, "hulpvraag_id": dossier.id, "door_id": anna,
            "namens_id": dossier.voorschool_id,
        }  # fmt: skip
        change = m.StatusWijziging(
            **of, overgang="bijlagen_toegevoegd", van=Status.AANVRAAG, naar=Status.BIJLAGEN_TOEGEVOEGD
        )
        write(change)
        assert moved.done(seen())
        write(m.StatusWijziging(**of, overgang="terugnemen", naar=Status.AANVRAAG, terug_id=change.id))
        assert not moved.done(seen())


def test_a_mail_counts_once_it_was_sent(told):
    with told.app_context():
        told_her = step("ontvangt per mail een melding van de")
        assert not told_her.done(seen())
        with as_system("the worker sends"):
            for bericht in everything(m.Bericht):
                bericht.status = BerichtStatus.VERZONDEN
            db.session.commit()
        assert told_her.done(seen())


def test_reading_counts_only_after_the_status_that_opened_the_dossier(told):
    with told.app_context():
        read = step("en kan vanaf dan")
        emre = seen(WALK_B)
        of = {"swv_id": emre.hulpvraag.swv_id, "hulpvraag_id": emre.hulpvraag.id, "actie": Actie.LEZEN}
        anna = emre.people["voorschool"]
        early = emre.made("bijlagen_toegevoegd")
        write(m.Gebeurtenis(**of, gebruiker_id=anna, op=early))
        assert not read.done(seen(WALK_B))
        write(m.Gebeurtenis(**of, gebruiker_id=anna))
        assert read.done(seen(WALK_B))


def test_the_page_has_each_line_with_a_button_for_the_right_person(told):
    with told.test_client() as visitor:
        page = visitor.get("/demo/stappen", base_url="http://localhost:81").get_data(as_text=True)
    forms = re.findall(
        r'action="http://([\w-]+)\.localhost:81/demo/als/([\w-]+)".*?name="naar" value="([^"]+)"', page
    )
    assert [(host, key) for host, key, _path in forms] == [(it.who, it.who) for it in STEPS]
    assert all(path.startswith("/") for *_who, path in forms)
    assert page.count("<blockquote>") == len(STEPS)
    assert page.count("tag need") == len(demo_steps.WALKS)


def test_the_button_signs_in_and_opens_the_page(told):
    with told.app_context():
        path = step("Voeg in ieder geval").path(seen())
    with told.test_client() as visitor:
        answer = visitor.post("/demo/als/voorschool", data={"naar": path}, base_url="http://localhost")
        assert answer.location == path
        assert visitor.get(path, base_url="http://localhost").status_code == 200
        elsewhere = visitor.post(
            "/demo/als/voorschool", data={"naar": "//elders.example/"}, base_url="http://localhost"
        )
        assert elsewhere.location == "/"


def test_the_page_stays_when_a_dossier_of_the_walk_is_gone(told):
    with told.app_context(), as_system("somebody renamed the child"):
        for kind in everything(m.Kind):
            kind.voornaam = "Iemand"
        db.session.commit()
    page = told.test_client().get("/demo/stappen", base_url="http://localhost")
    assert page.status_code == 200


def test_the_page_asks_at_most_fifteen_statements(told):
    asked: list[str] = []
    with told.test_client() as visitor:
        visitor.post("/demo/als/specialist", base_url="http://localhost")
        with told.app_context():
            engine = db.engine

        def note(*args):
            asked.append(args[2])

        event.listen(engine, "before_cursor_execute", note)
        visitor.get("/demo/stappen", base_url="http://localhost")
        event.remove(engine, "before_cursor_execute", note)
    assert 5 < len(asked) <= 15, "\n".join(asked)


def test_the_many_dossiers_are_the_same_every_time_and_nobody_is_there_twice():
    crowd = list(demo_crowd.crowd())
    assert crowd == list(demo_crowd.crowd())
    assert len(crowd) >= 28
    assert len({it.voornaam for it in crowd}) == len(crowd)
    assert len({it.voorschool for it in crowd}) == 4
    assert len({it.specialist for it in crowd}) == 3


@pytest.mark.parametrize("key", ["specialist", "voorschool", "voorschool2", "ouder"])
def test_the_start_page_stays_quick_with_dozens_of_dossiers(told, key):
    with told.test_client() as visitor:
        visitor.post(f"/demo/als/{key}", base_url="http://localhost")
        assert visitor.get("/", base_url="http://localhost").status_code == 200
        assert visitor.get("/hulpvragen/", base_url="http://localhost").status_code == 200
