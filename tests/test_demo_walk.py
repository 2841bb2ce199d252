"""Both walks of the demo, walked through the services: each line turns done when its step is done."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from flask import g

from app import models as m
from app.access import as_system, person_for
from app.extensions import db
from app.services import demo_acts, demo_steps, hulpvragen, openingen
from app.services.demo_acts import Agree, Invite, Move, Paper, Release, Round
from app.services.demo_data import DE_BRUG, LINDE, PEOPLE, WILG
from app.services.demo_school_acts import Answer, Approach, Ask, Consent, Propose
from app.services.demo_walk import look
from app.services.genodigden import Wie
from app.services.mail import deliver_due
from app.terms import BijlageSoort, Opening, Stadium
from tests.demo_told import everything, settings, told  # noqa: F401 - fixtures

ELIF = "Elif Demir"
NOW = (0, "0:00")
# The last line: what the end of the dossier did by itself, which one sees by a page that is gone.
GONE = "Try to open the dossier: for you it does not exist any more."
BY_ITSELF = {"Look at the dossier that Karin made for this child.", GONE}


class Open(demo_acts.Act):
    """Opens the dossier for the mother, now."""

    def do(self, hulpvraag, by, cast) -> None:
        mine = (m.Deelname.hulpvraag_id == hulpvraag.id, m.Deelname.gebruiker_id == cast.people["ouder"])
        openingen.open_dossier(
            db.session.scalars(db.select(m.Deelname).where(*mine)).one(), Opening.NU, None, by
        )


class Save(demo_acts.Act):
    """Saves the hulpvraag, as the button Opslaan does."""

    def do(self, hulpvraag, by, cast) -> None:
        hulpvragen.edit(hulpvraag, {"omschrijving": "Bijgewerkt.", "versie": hulpvraag.versie}, by=by)


def reading(walker: "Walker", step: demo_steps.Step) -> None:
    """Opening the page is the whole step."""


def finding(walker: "Walker", step: demo_steps.Step) -> None:
    """From the list on to the dossier."""
    walker.click(replace(step, where="/hulpvragen/{id}"))


def sending(walker: "Walker", step: demo_steps.Step) -> None:
    """The worker sends the mail."""
    walker.send()


def act(of: type, *asked: object) -> Callable:
    return lambda walker, step: walker.do(of(*NOW, step.who, *asked))


PREFERENCE = [
    act(Propose, LINDE), act(Ask, LINDE, ELIF), act(Consent, LINDE, True), act(Approach, LINDE), reading,
    act(Move, "aanmelden_school"), sending,
]  # fmt: skip


def agreed(school: str) -> list[Callable]:
    return [
        act(Answer, school), act(Move, "jk_advies_afgerond"), reading,
        act(Move, "advies_afgerond", None, school, 30), reading,
    ]  # fmt: skip


WALKED = (
    [
        reading, sending, finding, act(Paper, BijlageSoort.AANVRAAG, "Aanvraag.pdf"), act(Save),
        act(Move, "bijlagen_toegevoegd"), sending,
        act(Paper, BijlageSoort.OBSERVATIEVERSLAG, "Observatie.pdf"),
        act(Paper, BijlageSoort.ONDERWIJSADVIES, "Advies.pdf", None, Stadium.CONCEPT),
        act(Round, 3, "14:00", "De Speelhoek", "Het advies"),
        act(Invite, Wie.OUDER, ELIF), act(Invite, Wie.DEELNEMER, "deelnemer"), sending, act(Open), reading,
        act(Agree, "Bellen", "specialist", 5), act(Release), act(Move, "onderwijsadvies"), sending, reading,
        *PREFERENCE, *agreed(LINDE),
    ],
    [
        *PREFERENCE, act(Answer, LINDE, "Geen plek."), act(Move, "afgewezen"), reading, act(Propose, WILG),
        act(Ask, WILG, ELIF), act(Consent, WILG, True), act(Approach, WILG), *agreed(WILG),
    ],
)  # fmt: skip


class Walker:
    """Does what the steps say: by the button of the page, and by the services."""

    def __init__(self, told, smtp) -> None:
        self.app, self.child = told, ("", "")
        told.config["MAIL_PORT"] = smtp.port
        with told.app_context():
            self.cast = SimpleNamespace(
                organisations={row.naam: row.id for row in everything(m.Organisation)},
                people={row.username: row.id for row in everything(m.Gebruiker)},
            )

    def seen(self):
        with self.app.app_context():
            return look([self.child])[0]

    def click(self, step: demo_steps.Step) -> int:
        """Press the button of this line; gives the status of the page that opens."""
        with self.app.test_client() as visitor:
            path = step.path(self.seen())
            to = visitor.post(f"/demo/als/{step.who}", data={"naar": path}, base_url="http://localhost")
            assert to.location == path
            return visitor.get(path, base_url="http://localhost").status_code

    def do(self, what: demo_acts.Act) -> None:
        places = PEOPLE[what.who].places
        place = self.cast.organisations[places[0][0]] if places else None
        swv = self.cast.organisations[DE_BRUG]
        with self.app.app_context(), self.app.test_request_context("/"):
            g.person = person_for(self.cast.people[what.who], place, swv_id=swv)
            with as_system("the test finds the dossier"):
                key = m.Hulpvraag.id == self.seen().hulpvraag.id
                dossier = db.session.scalars(db.select(m.Hulpvraag).where(key)).one()
            what.do(dossier, g.person, self.cast)

    def send(self) -> None:
        with self.app.app_context():
            while deliver_due():
                pass


@pytest.mark.parametrize("number", range(len(demo_steps.WALKS)))
def test_each_line_of_a_walk_turns_done_when_its_step_is_done(told, smtp, number):
    walk, walker = demo_steps.WALKS[number], Walker(told, smtp)
    walker.child = walk.child
    steps = [step for chapter in walk.chapters for step in chapter.steps]
    assert len(WALKED[number]) == len(steps)
    for step, done in zip(steps, WALKED[number], strict=True):
        assert step.is_done(walker.seen()) is (step.do in BY_ITSELF), f"before: {step.quote}"
        assert walker.click(step) == (404 if step.do == GONE else 200), step.quote
        done(walker, step)
        assert step.is_done(walker.seen()), f"after: {step.quote}"
    assert all(step.is_done(walker.seen()) for step in steps), "what was done stays done"
