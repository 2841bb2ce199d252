"""What ends somebody's part in a dossier ends it in every process, and for the mail that waits (T7)."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from app import models as m
from app.access import as_system, person_for
from app.extensions import db
from app.security import session_cookie
from app.services import (
    betrokkenen,
    deelnames,
    openingen,
    ouders,
    outbox,
    overlegrondes,
    rechten,
    rechten_matrix,
    schoolvoorkeuren,
    sessions,
    toestemmingen,
)
from app.services.genodigden import Wie
from app.services.mail import deliver_due
from app.terms import BerichtStatus, Gezag, Opening
from tests.region import Region
from tests.test_stateful import Walk


class Shared(Walk):
    """A dossier with a school that agreed, a parent who follows it and a guest for whom it is open."""

    def settle(self) -> "Shared":
        self.come("akkoord", parents=True)
        self.specialist = ("specialist", self.ledger.swv)
        self.invite()
        return self

    def do(self, act: Callable[[Any], Any]) -> None:
        """Let the specialist do something that is allowed."""
        self.next_minute()
        assert self.region.attempt(self.specialist, act)[0] == "yes"

    def invite(self) -> None:
        self.next_minute()
        said = self.ledger.invite_somebody(self.who(self.specialist), self.ledger.rounds[0], "logopedist")
        name = {"first_name": "Lotte", "last_name": "Gast", "email": self.region.email("logopedist")}
        self._invite(self.specialist, said, self.ledger.rounds[0], Wie.DEELNEMER, **name)
        self.open(Opening.NU)

    def open(self, opening: Opening) -> None:
        key = self.ledger.guests[-1].id
        self.do(lambda by: openingen.open_dossier(self.region.find(m.Deelname, key), opening, None, by))

    # What ends somebody's part, and how it comes back

    def the_round_is_closed(self) -> None:
        self.do(lambda by: overlegrondes.close(self.ronde(), by))

    def it_is_opened_again(self) -> None:
        self.do(lambda by: overlegrondes.reopen(self.ronde(), by))

    def ronde(self) -> Any:
        return self.region.find(m.Overlegronde, self.ledger.rounds[0].id)

    def the_guest_is_removed(self) -> None:
        guest = self.ledger.guests[-1]
        self.do(lambda by: deelnames.remove(self.region.find(m.Deelname, guest.id), by))
        guest.removed = True

    def the_dossier_is_not_opened_after_all(self) -> None:
        self.open(Opening.NIET)

    def it_is_opened_for_the_guest(self) -> None:
        self.open(Opening.NU)

    def the_parent_loses_authority(self) -> None:
        self.gezag(Gezag.NEE)

    def the_parent_has_authority_again(self) -> None:
        self.gezag(Gezag.JA)

    def gezag(self, gezag: Gezag) -> None:
        parent = self.ledger.parents[0]
        of = {"naam": "moeder", "email": self.region.email("moeder"), "gezag": gezag, "geheim_adres": False}
        self.do(lambda by: ouders.edit(self.region.find(m.Gezagsdrager, parent.id), of, by))

    def the_parent_withdraws(self) -> None:
        self.withdraw(("moeder", None))

    def jk_staff_withdraw_for_the_parent(self) -> None:
        self.withdraw(self.specialist)

    def withdraw(self, by: Any) -> None:
        self.next_minute()
        consent = self.agreed()[-1]
        said = "Gebeld." if by is self.specialist else None
        heard, _key = self.region.attempt(
            by, lambda who: toestemmingen.withdraw(self.region.find(m.Toestemming, consent), who, said)
        )
        assert heard == "yes"

    def agreed(self) -> list[str]:
        """The consents in force of the parent with an account for the school that agreed."""
        school, parent = self.ledger.choices[1].school.id, self.ledger.parents[0].id
        t = m.Toestemming
        with self.region.behind_the_scenes():
            about = (t.organisation_id == uuid.UUID(school), t.gezagsdrager_id == uuid.UUID(parent))
            rows = db.session.scalars(db.select(t.id).where(*about, t.ingetrokken_op.is_(None)))
            return [str(key) for key in rows]

    def the_parent_signs_again(self) -> None:
        self.next_minute()
        form = self.ledger.papers[-1].id
        of = {"ouder": self.ledger.parents[0].id, "getekend_op": self.ledger.today, "bijlage": form}
        self.do(lambda by: toestemmingen.record(self.find(self.ledger.choices[1]), of, by))

    def the_school_is_dropped(self) -> None:
        choice = self.ledger.choices.pop(1)
        self.do(lambda by: schoolvoorkeuren.drop(self.find(choice), {"reden": "Anders."}, by))

    def it_is_approached_again(self) -> None:
        self.next_minute()
        self.propose(self.specialist, self.place("esdoorn"))
        self.next_minute()
        self.approach(self.specialist, self.ledger.choices[-1])

    def the_advice_is_finished(self) -> None:
        self.next_minute()
        choice = self.ledger.choices[1]
        if choice.state != "akkoord":
            self.answer(self.specialist, choice, "akkoord")
            self.next_minute()
        self.move(self.specialist, "advies_afgerond", school=choice)

    def that_is_taken_back(self) -> None:
        self.next_minute()
        self.move(self.specialist, "terugnemen")

    def the_right_to_open_dossiers_is_taken(self) -> None:
        self.set_right(shared=False)

    def it_is_given_back(self) -> None:
        self.set_right(shared=True)

    def set_right(self, *, shared: bool) -> None:
        self.next_minute()
        key, by = "contactpersoon_voorschool:Hulpvraag.read", ("rolbeheer", self.ledger.swv)

        def change(person: Any) -> None:
            row = self.region.find(m.Organisation, self.place("speelhoek").id)
            shown = rechten_matrix.matrix(row, person)
            chosen = {cell.key for cell in shown.cells if cell.open and cell.has}
            rechten.change(row, chosen | {key} if shared else chosen - {key}, shown.seen, person)

        assert self.region.attempt(by, change)[0] == "yes"

    def another_preschool_comes(self) -> None:
        self.preschool("nest")

    def the_first_one_is_back(self) -> None:
        self.preschool("speelhoek")

    def preschool(self, key: str) -> None:
        of = {"voorschool": self.place(key).id, "reden": "Verhuisd."}
        self.do(lambda by: betrokkenen.change(self.hulpvraag(), of, by))


# who is out: what ends it, what brings it back
S = Shared
ENDINGS = (
    ("logopedist", S.the_round_is_closed, S.it_is_opened_again),
    ("logopedist", S.the_guest_is_removed, S.invite),
    ("logopedist", S.the_dossier_is_not_opened_after_all, S.it_is_opened_for_the_guest),
    ("moeder", S.the_parent_loses_authority, S.the_parent_has_authority_again),
    ("esdoorn", S.the_parent_withdraws, S.the_parent_signs_again),
    ("esdoorn", S.jk_staff_withdraw_for_the_parent, S.the_parent_signs_again),
    ("esdoorn", S.the_school_is_dropped, S.it_is_approached_again),
    ("juf", S.the_advice_is_finished, S.that_is_taken_back),
    ("juf", S.another_preschool_comes, S.the_first_one_is_back),
    ("juf", S.the_right_to_open_dossiers_is_taken, S.it_is_given_back),
)


@pytest.mark.both_engines
def test_what_ends_a_part_in_a_dossier_refuses_the_old_cookie_in_another_process_and_lapses_its_mail(
    app, second_app, smtp, clock, lane, proven
):
    times = lane.cases(gate=len(ENDINGS), proof=1_000)
    chance = lane.random("T7 dossier")
    shared = type("Shared", (Shared,), {"make": lambda: Region(app).settle(), "clock": clock})
    shared.tally = {"steps": 0, "probes": 0}
    case = shared().settle()
    acts = [*ENDINGS, *chance.choices(ENDINGS, k=times - len(ENDINGS))]
    chance.shuffle(acts)
    path = f"/hulpvragen/{case.ledger.id}"
    for who, ends, comes_back in acts:
        case.next_minute()
        elsewhere = second_app.test_client()
        elsewhere.set_cookie("kindbrug", signed_in(case, who))
        assert elsewhere.get(path).status_code == 200, f"{who} before {ends.__name__}"
        waiting = queued(case, who)
        ends(case)
        assert elsewhere.get(path).status_code == 404, f"{who} after {ends.__name__}"
        with app.app_context():
            deliver_due()
            assert outcome(waiting) is BerichtStatus.VERVALLEN, ends.__name__
        comes_back(case)
        assert elsewhere.get(path).status_code == 200, f"{who} after {comes_back.__name__}"
    proven("T7 revocation in a dossier", times)


def place_of(case: Shared, who: str) -> Any:
    return next((lid.place for lid in case.ledger.members if lid.address == who), None)


def signed_in(case: Shared, who: str) -> str:
    place = place_of(case, who)
    with case.region.at_work(who, place) as person:
        token = sessions.begin(person)
        db.session.commit()
        assert session_cookie() == "kindbrug"
        return token


def queued(case: Shared, who: str) -> uuid.UUID:
    """A mail that this person may get now, and that was not sent yet; all others are out of the way."""
    place, swv = place_of(case, who), uuid.UUID(case.ledger.swv.id)
    with case.region.behind_the_scenes():
        others = db.update(m.Bericht).where(m.Bericht.status == BerichtStatus.WACHT)
        db.session.execute(others.values(status=BerichtStatus.AFGEHANDELD))
        at = uuid.UUID(place.id) if place else None
        person = person_for(case.ledger.accounts[who], at, swv_id=swv)
        soort = "overleg_gewijzigd" if who == "moeder" else outbox.OPENED
        bericht = outbox.queue(soort, to=person, hulpvraag=case.hulpvraag())
        assert outbox.may_still_know(bericht)
        db.session.commit()
        return bericht.id


def outcome(key: uuid.UUID) -> BerichtStatus:
    with as_system("the test looks"):
        return db.session.scalars(db.select(m.Bericht.status).where(m.Bericht.id == key)).one()
