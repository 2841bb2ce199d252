"""Long walks through everything that opens or closes a dossier, beside a ledger apart from the app (T3)."""

import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as walk

from app import access
from app import models as m
from app.extensions import db
from app.services import (
    accounts,
    betrokkenen,
    deelnames,
    genodigden,
    openingen,
    organisaties,
    ouders,
    overlegrondes,
    rechten,
    rechten_matrix,
    schoolantwoorden,
    schoolvoorkeuren,
    status,
    toestemmingen,
)
from app.services.effects import Answers
from app.services.genodigden import Wie
from app.terms import Gezag, Opening, Role, Verb
from tests import oracle
from tests.ledger import YES, Change, Choice, Consent, Guest, Ledger, Parent, Place, Round
from tests.oracle import Thing
from tests.region import START, Region

STEPS = 40
Who = tuple[str, Place | None]
# What a walk starts from: how far the dossier has come.
COME_SO_FAR = ("aanvraag", "onderwijsadvies", "benaderd", "afgewezen", "akkoord", "advies_afgerond")
LATER = {"twee uur": {"hours": 2}, "acht dagen": {"days": 8}, "zes weken": {"days": 43}, "lang": {"days": 95}}
# Rights that come and go, each of a role somewhere (the SWV itself without a key); the first is the door.
RIGHTS = ("Hulpvraag.read", "Notitie.read", "StatusWijziging.read", "Betrokkenheid.read")
ROLES = (
    ("jk_specialist", ""),
    ("contactpersoon_voorschool", "speelhoek"),
    ("contactpersoon_school", "linde"),
)
NOUNS = tuple(noun for noun in oracle.NOUNS if noun not in ("Hulpvraag", "Afspraak", "Gebeurtenis"))


class Walk(RuleBasedStateMachine):
    """One SWV: whoever acts, the portal accepts and shows what the ledger says."""

    region: Region
    make: Callable[[], Region]
    clock: Any
    tally: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        self.minute = START
        self.clock.move_to(START, tick=True)
        self.region = type(self).make()
        self.ledger = self.region.ledger
        self.ledger.changes.append(Change("aanvraag", None, self.region.began))

    # Acting

    def act(self, who: Who, said: str, service: Callable[[Any], Any], *, made: Any = None) -> bool:
        """Let the portal do it too: it must say the same. `made` gets the id of the new row."""
        heard, key = self.region.attempt(who, service)
        assert heard == said, f"the portal says {heard}, the ledger {said}"
        if said == YES and made is not None:
            made.id = str(key)
        return said == YES

    def who(self, who: Who) -> oracle.Who:
        return self.ledger.who(*who)

    def next_minute(self) -> None:
        """Each act has a minute of its own; looking is at rest, so that the moment is exact."""
        self.minute += timedelta(minutes=1)
        self.clock.move_to(self.minute + timedelta(seconds=30), tick=True)
        self.ledger.now = self.minute + timedelta(seconds=30)
        self.tally["steps"] += 1

    def by(self, data: st.DataObject, *likely: str) -> Who:
        """Somebody at work: mostly who does this, now and then anybody."""
        there = self.ledger.at_work()
        members = {address for address, place in there if place is not None}
        fit = [who for who in there if who[0] in likely and (who[1] is not None or who[0] not in members)]
        fit.sort(key=lambda who: likely.index(who[0]))
        first, *_rest = fit = fit or there
        one_of = st.one_of(*[st.just(first)] * 4, *[st.sampled_from(fit)] * 2, st.sampled_from(there))
        who = data.draw(one_of, label="by")
        self.next_minute()
        return who

    def look(self, data: st.DataObject) -> None:
        """Look with somebody's eyes at a few nouns, and now and then at the page itself."""
        self.rest()
        chance = random.Random(data.draw(st.integers(0, 2**32), label="look"))
        key = chance.choice(self.ledger.everybody())
        self.compare_rows(key, ("Hulpvraag", *chance.sample(NOUNS, 2)), chance)
        if chance.randrange(10) == 0:
            self.compare_page(chance.choice(self.ledger.everybody()))

    def rest(self) -> None:
        self.clock.move_to(self.minute + timedelta(seconds=45), tick=False)
        self.ledger.now = self.minute + timedelta(seconds=45)

    def hulpvraag(self) -> m.Hulpvraag:
        return self.region.find(m.Hulpvraag, self.ledger.id)

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        """One rule with a weighted choice: hypothesis would leave out half of many rules in each walk."""
        acts = [act for acts, there in ACTS if there(self.ledger) for act in acts]
        data.draw(st.sampled_from(acts), label="act")(self, data)
        self.look(data)

    # How far the dossier has come

    @initialize(far=st.sampled_from(COME_SO_FAR), parents=st.sampled_from((True, True, False)))
    def come(self, far: str, parents: bool) -> None:
        for name in COME_SO_FAR[: COME_SO_FAR.index(far) + 1]:
            for one in self.steps()[name]:
                self.next_minute()
                one()
            if name == "aanvraag" and parents:
                self.meet(("specialist", self.ledger.swv))
        self.rest()

    def steps(self) -> dict[str, list[Callable[[], object]]]:
        """What brings a dossier so far, from the one before."""
        by: Who = ("specialist", self.ledger.swv)
        choices = self.ledger.choices
        return {
            "aanvraag": [],
            "onderwijsadvies": [
                lambda: self.move(by, "bijlagen_toegevoegd"),
                lambda: self.move(by, "onderwijsadvies"),
            ],
            "benaderd": [lambda: self.let_in(by, "linde"), lambda: self.move(by, "aanmelden_school")],
            "afgewezen": [
                lambda: self.answer(("linde", self.place("linde")), choices[0], "afgewezen"),
                lambda: self.move(by, "afgewezen"),
            ],
            "akkoord": [
                lambda: self.let_in(by, "esdoorn"),
                lambda: self.answer(("esdoorn", self.place("esdoorn")), choices[1], "akkoord"),
                lambda: self.move(by, "jk_advies_afgerond"),
            ],
            "advies_afgerond": [lambda: self.move(by, "advies_afgerond", school=choices[1])],
        }

    def place(self, key: str) -> Place:
        return self.ledger.places[key]

    def meet(self, by: Who) -> None:
        self.next_minute()
        self.plan(by, 3)
        for parent in self.ledger.parents[:2]:
            self.next_minute()
            self.invite_parent(by, self.ledger.rounds[0], parent)

    def let_in(self, by: Who, school: str) -> None:
        self.propose(by, self.place(school))
        choice = self.ledger.choices[-1]
        for parent in self.ledger.parents[:2]:
            self.next_minute()
            self.record(by, choice, parent)
        self.next_minute()
        self.approach(by, choice)

    # The status

    def moving(self, data: st.DataObject) -> None:
        by = self.by(data, "specialist", "contact", "juf", "meester")
        from_here = [key for key, (since, *_rest) in oracle.MOVES.items() if self.ledger.status in since]
        onward = [key for key in from_here if key not in ("ingetrokken", "terugnemen")]
        draw = st.one_of(*[st.sampled_from(onward or from_here)] * 2, st.sampled_from(from_here))
        key = data.draw(st.one_of(draw, st.sampled_from(sorted(oracle.MOVES))), label="key")
        choices = self.ledger.choices
        agreed = [choice for choice in choices if choice.state == "akkoord"] or [None, *choices]
        school = data.draw(st.sampled_from(agreed), label="school") if key == "advies_afgerond" else None
        rejected = [choice for choice in choices if choice.state == "afgewezen"]
        keep = tuple(rejected) if rejected and data.draw(st.booleans(), label="keep") else ()
        self.move(by, key, words=data.draw(st.integers(0, 9)) < 9, school=school, keep=keep)

    def move(
        self,
        by: Who,
        key: str,
        *,
        words: bool = True,
        school: Choice | None = None,
        keep: tuple[Choice, ...] = (),
    ) -> None:
        seen = self.ledger.changes[-1].id
        said = self.ledger.move(self.who(by), key, words=words, school=school, keep=keep)
        answers = Answers(
            uuid.UUID(school.school.id) if school else None,
            self.minute.date() + timedelta(days=30) if school else None,
            frozenset(uuid.UUID(choice.id) for choice in keep),
        )
        self.act(
            by,
            said,
            lambda person: status.move(
                self.hulpvraag(),
                key,
                toelichting="Omdat." if words else None,
                seen=seen,
                by=person,
                answers=answers,
            ),
            made=self.ledger.changes[-1],
        )

    # Consultations

    def planning(self, data: st.DataObject) -> None:
        days = data.draw(st.integers(1, 9), label="days")
        self.plan(self.by(data, "specialist", "contact"), days)

    def plan(self, by: Who, days: int) -> None:
        begins = self.minute + timedelta(days=days)
        said = self.ledger.plan(self.who(by), begins)
        of = {"hulpvraag": self.ledger.id, "duur": 60, "plaats": "Kamer 3", "begint_op": begins}
        made = self.ledger.rounds[-1] if said == YES else None
        self.act(by, said, lambda person: overlegrondes.add(of, by=person), made=made)

    def round(self, data: st.DataObject) -> Round:
        still_open = [ronde for ronde in self.ledger.rounds if not ronde.closed]
        draw = st.sampled_from(self.ledger.rounds)
        return data.draw(st.one_of(st.sampled_from(still_open), draw) if still_open else draw, label="round")

    def putting_off(self, data: st.DataObject) -> None:
        days = data.draw(st.integers(1, 9), label="days")
        by, ronde, begins = self.by(data, "specialist"), self.round(data), self.minute + timedelta(days=days)
        said = self.ledger.put_off(self.who(by), ronde, begins)
        of = {"duur": 60, "plaats": "Kamer 4", "begint_op": begins}
        self.act(
            by,
            said,
            lambda person: overlegrondes.edit(self.region.find(m.Overlegronde, ronde.id), of, person),
        )

    def closing_or_reopening(self, data: st.DataObject) -> None:
        by = self.by(data, "specialist", "contact")
        ronde = data.draw(st.sampled_from(self.ledger.rounds), label="round")
        again = data.draw(st.sampled_from((ronde.closed, ronde.closed, not ronde.closed)), label="again")
        said = (self.ledger.reopen if again else self.ledger.close)(self.who(by), ronde)
        service = overlegrondes.reopen if again else overlegrondes.close
        self.act(by, said, lambda person: service(self.region.find(m.Overlegronde, ronde.id), person))

    def inviting_a_member(self, data: st.DataObject) -> None:
        by, ronde = self.by(data, "specialist", "contact"), self.round(data)
        guest = data.draw(st.sampled_from(self.ledger.members), label="guest")
        said = self.ledger.invite_member(self.who(by), ronde, guest.address, guest.place)
        key = f"{self.ledger.accounts[guest.address]}.{guest.place.id}"
        self._invite(by, said, ronde, Wie.MEDEWERKER, persoon=key)

    def inviting_a_parent(self, data: st.DataObject) -> None:
        by, ronde = self.by(data, "specialist", "contact"), self.round(data)
        self.invite_parent(by, ronde, self.parent(data))

    def invite_parent(self, by: Who, ronde: Round, parent: Parent) -> None:
        said = self.ledger.invite_parent(self.who(by), ronde, parent)
        self._invite(by, said, ronde, Wie.OUDER, gezagsdrager=parent.id)

    def inviting_somebody(self, data: st.DataObject) -> None:
        guest = data.draw(st.sampled_from(("logopedist", "juf", "wilg", "opa", "oma")), label="guest")
        by, ronde = self.by(data, "specialist", "contact"), self.round(data)
        said = self.ledger.invite_somebody(self.who(by), ronde, guest)
        name = {"first_name": guest, "last_name": "Gast"}
        self._invite(by, said, ronde, Wie.DEELNEMER, email=self.region.email(guest), **name)

    def _invite(self, by: Who, said: str, ronde: Round, wie: Wie, **how: str) -> None:
        guest = self.ledger.guests[-1] if said == YES else None
        self.act(
            by,
            said,
            lambda person: genodigden.invite(self.region.find(m.Overlegronde, ronde.id), wie, how, person),
            made=guest,
        )
        if guest is not None and guest.address not in self.ledger.accounts:
            account = self.region.account_of(guest.address)
            assert account is not None
            self.ledger.accounts[guest.address] = account

    def guest(self, data: st.DataObject) -> Guest:
        there = [guest for guest in self.ledger.guests if not guest.removed and not guest.round.closed]
        draw = st.sampled_from(self.ledger.guests)
        return data.draw(st.one_of(st.sampled_from(there), draw) if there else draw, label="guest")

    def removing(self, data: st.DataObject) -> None:
        by, guest = self.by(data, "specialist"), self.guest(data)
        said = self.ledger.remove(self.who(by), guest)
        self.act(by, said, lambda person: deelnames.remove(self.region.find(m.Deelname, guest.id), person))

    def opening(self, data: st.DataObject) -> None:
        opening = data.draw(st.sampled_from(Opening), label="opening")
        hours = data.draw(st.integers(1, 72), label="hours")
        by, guest = self.by(data, "specialist"), self.guest(data)
        moment = self.minute + timedelta(hours=hours)
        said = self.ledger.open(self.who(by), guest, opening.value, moment)
        self.act(
            by,
            said,
            lambda person: openingen.open_dossier(
                self.region.find(m.Deelname, guest.id), opening, moment, person
            ),
        )

    # Schools and consents

    def proposing(self, data: st.DataObject) -> None:
        school = data.draw(st.sampled_from(("linde", "esdoorn", "wilg")), label="school")
        self.propose(self.by(data, "specialist", "moeder"), self.place(school))

    def propose(self, by: Who, school: Place) -> None:
        said = self.ledger.propose(self.who(by), school)
        of = {"hulpvraag": self.ledger.id, "school": school.id}
        made = self.ledger.choices[-1] if said == YES else None
        self.act(by, said, lambda person: schoolvoorkeuren.add(of, person), made=made)

    def choice(self, data: st.DataObject) -> Choice:
        return data.draw(st.sampled_from(self.ledger.choices), label="choice")

    def parent(self, data: st.DataObject) -> Parent:
        known = [parent for parent in self.ledger.parents if parent.linked] or self.ledger.parents
        draw = st.one_of(st.sampled_from(known), st.sampled_from(self.ledger.parents))
        return data.draw(draw, label="parent")

    def preferring(self, data: st.DataObject) -> None:
        by, choice = self.by(data, "specialist"), self.choice(data)
        said = self.ledger.prefer(self.who(by), choice)
        self.act(by, said, lambda person: schoolvoorkeuren.higher(self.find(choice), person))

    def find(self, choice: Choice) -> m.SchoolVoorkeur:
        return self.region.find(m.SchoolVoorkeur, choice.id)

    def approaching(self, data: st.DataObject) -> None:
        self.approach(self.by(data, "specialist", "contact"), self.choice(data))

    def approach(self, by: Who, choice: Choice) -> None:
        said = self.ledger.approach(self.who(by), choice)
        of = {"aangemeld_op": self.ledger.today}
        self.act(by, said, lambda person: schoolvoorkeuren.approach(self.find(choice), of, person))

    def dropping(self, data: st.DataObject) -> None:
        by, choice = self.by(data, "specialist"), self.choice(data)
        proposed = choice.state == "voorgesteld"
        said = self.ledger.drop(self.who(by), choice)

        def service(person: Any) -> object:
            if proposed:
                return schoolvoorkeuren.remove(self.find(choice), person)
            return schoolvoorkeuren.drop(self.find(choice), {"reden": "Anders."}, person)

        self.act(by, said, service)

    def answering(self, data: st.DataObject) -> None:
        said = data.draw(st.sampled_from(("akkoord", "afgewezen")), label="said")
        choice = self.choice(data)
        self.answer(self.by(data, choice.school.key, "specialist"), choice, said)

    def answer(self, by: Who, choice: Choice, answer: str) -> None:
        said = self.ledger.answer(self.who(by), choice, answer)
        of = {"antwoord": answer, "reden": "Geen plaats.", "op": self.ledger.today}
        self.act(by, said, lambda person: schoolantwoorden.answer(self.find(choice), of, person))

    def asking(self, data: st.DataObject) -> None:
        by, choice, parent = self.by(data, "specialist", "contact"), self.choice(data), self.parent(data)
        said = self.ledger.ask(self.who(by), choice, parent)
        made = self.ledger.consents[-1] if said == YES else None
        self.act(
            by,
            said,
            lambda person: toestemmingen.ask(self.find(choice), {"ouder": parent.id}, person),
            made=made,
        )

    def recording(self, data: st.DataObject) -> None:
        by, choice, parent = self.by(data, "specialist", "contact"), self.choice(data), self.parent(data)
        self.record(by, choice, parent)

    def record(self, by: Who, choice: Choice, parent: Parent) -> None:
        known = len(self.ledger.consents)
        said = self.ledger.record(self.who(by), choice, parent)
        made = self.ledger.consents[-1] if len(self.ledger.consents) > known else None
        form = next(paper.id for paper in self.ledger.papers if paper.soort == "toestemmingsformulier")
        of = {"ouder": parent.id, "getekend_op": self.ledger.today, "bijlage": form}
        self.act(by, said, lambda person: toestemmingen.record(self.find(choice), of, person), made=made)

    def consent(self, data: st.DataObject) -> Consent:
        return data.draw(st.sampled_from(self.ledger.consents), label="consent")

    def replying(self, data: st.DataObject) -> None:
        gives = data.draw(st.booleans(), label="gives")
        consent = self.consent(data)
        by = self.by(data, consent.parent.linked or consent.parent.address)
        said = self.ledger.reply(self.who(by), consent, gives=gives)
        service = toestemmingen.give if gives else toestemmingen.refuse
        self.act(by, said, lambda person: service(self.region.find(m.Toestemming, consent.id), person))

    def withdrawing(self, data: st.DataObject) -> None:
        consent = self.consent(data)
        by = self.by(data, consent.parent.linked or consent.parent.address, "specialist", "contact")
        said = self.ledger.withdraw(self.who(by), consent)
        self.act(
            by,
            said,
            lambda person: toestemmingen.withdraw(
                self.region.find(m.Toestemming, consent.id), person, "Gebeld." if person.is_jk_staff else None
            ),
        )

    # People and places

    def saying_who_has_authority(self, data: st.DataObject) -> None:
        gezag = data.draw(st.sampled_from(("nee", "onbekend", "ja")), label="gezag")
        by, parent = self.by(data, "specialist", "contact"), self.parent(data)
        said = self.ledger.set_gezag(self.who(by), parent, gezag)
        of = {"naam": parent.address, "email": self.region.email(parent.address), "gezag": Gezag(gezag)}
        of["geheim_adres"] = False
        self.act(
            by, said, lambda person: ouders.edit(self.region.find(m.Gezagsdrager, parent.id), of, person)
        )

    def adding_a_parent(self, data: st.DataObject) -> None:
        address = data.draw(st.sampled_from(("opa", "logopedist", "juf")), label="address")
        gezag = data.draw(st.sampled_from(("ja", "nee", "onbekend")), label="gezag")
        by = self.by(data, "specialist", "contact")
        said = self.ledger.add_parent(self.who(by), address, gezag)
        made = self.ledger.parents[-1] if said == YES else None
        of = {"kind": self.ledger.child, "naam": address, "email": self.region.email(address)}
        of |= {"gezag": Gezag(gezag), "geheim_adres": False}
        self.act(by, said, lambda person: ouders.add(of, person), made=made)

    def ending_a_membership(self, data: st.DataObject) -> None:
        by = self.by(data, "rolbeheer")
        lid = data.draw(st.sampled_from(self.ledger.members[3:]), label="membership")
        said = self.ledger.end_membership(self.who(by), lid)
        self.act(by, said, lambda person: accounts.end(self.region.find(m.Lidmaatschap, lid.id), person))

    def giving_a_membership_again(self, data: st.DataObject) -> None:
        by: Who = ("rolbeheer", self.ledger.swv)
        self.next_minute()
        lid = data.draw(
            st.sampled_from([lid for lid in self.ledger.members if lid.ended]), label="membership"
        )
        said = self.ledger.give_membership(self.who(by), lid)
        made = self.ledger.members[-1] if said == YES else None
        of = {"voornaam": "Xx", "achternaam": "Yy", "email": self.region.email(lid.address)}
        of |= {"organisation_id": uuid.UUID(lid.place.id), "rol": Role(lid.role)}
        self.act(by, said, lambda person: accounts.invite(**of, by=person), made=made)

    def closing_or_opening_an_organisation(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(("linde", "esdoorn", "wilg", "speelhoek", "nest")), label="key")
        by, place = self.by(data, "beheer"), self.place(key)
        active = not place.active
        said = self.ledger.set_active(self.who(by), place, active=active)
        self._edit(by, said, place, actief=active)

    def changing_a_right(self, data: st.DataObject) -> None:
        role, key = data.draw(st.sampled_from(ROLES), label="role")
        by, place = self.by(data, "rolbeheer"), self.place(key) if key else self.ledger.swv
        right = data.draw(st.sampled_from(RIGHTS), label="right")
        said = self.ledger.set_right(self.who(by), place, role, right)

        def change(person: access.Person) -> None:
            row = self.region.find(m.Organisation, place.id)
            shown = rechten_matrix.matrix(row, person)
            chosen = {cell.key for cell in shown.cells if cell.open and cell.has} ^ {f"{role}:{right}"}
            rechten.change(row, chosen, shown.seen, person)

        self.act(by, said, change)

    def asking_all_parents_or_one(self, data: st.DataObject) -> None:
        by, both = self.by(data, "rolbeheer"), not self.ledger.both
        said = self.ledger.set_both(self.who(by), both=both)
        self._edit(by, said, self.ledger.swv, toestemming_van_beiden=both)

    def _edit(self, by: Who, said: str, place: Place, **changed: bool) -> None:
        self.act(
            by,
            said,
            lambda person: organisaties.edit(self.region.find(m.Organisation, place.id), changed, person),
        )

    def changing_the_preschool(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(("nest", "speelhoek")), label="key")
        by = self.by(data, "specialist", "contact", "juf")
        said = self.ledger.change_preschool(self.who(by), self.place(key))
        of = {"voorschool": self.place(key).id, "reden": "Verhuisd."}
        self.act(by, said, lambda person: betrokkenen.change(self.hulpvraag(), of, person))

    def waiting(self, data: st.DataObject) -> None:
        how = data.draw(st.sampled_from(sorted(LATER)), label="how")
        self.next_minute()
        self.minute += timedelta(**LATER[how])

    # Looking

    @invariant()
    def everybody_stands_where_the_ledger_says(self) -> None:
        self.rest()
        ledger, dossier = self.ledger, self.ledger.dossier()
        wrong = []
        with self.region.behind_the_scenes():
            access.know_people(frozenset(uuid.UUID(place.id) for place in ledger.places.values()))
            row = self.hulpvraag()
            told = []
            for address, place in ledger.everybody():
                who = ledger.who(address, place)
                person = self.standing_there(address, place)
                expected = oracle.standing(who, dossier) if who.roles else set()
                found = {(str(g), str(at)) for g, at in access.standing(person, row)} if person else set()
                level = str(access.level(person, row))
                if (found, level) != (expected, oracle.level(who, dossier)):
                    wrong.append(f"{address}: {sorted(found)}, by the ledger {sorted(expected)}")
                if person is not None:
                    told.append((person, bool(expected)))
            may_know = set(access.recipients(row, [person for person, _in in told]))
            wrong += [f"{p.naam} is told: {p in may_know}" for p, is_in in told if (p in may_know) != is_in]
            self.tally["probes"] += 2 * len(told)
        assert not wrong, "\n".join(wrong)

    def standing_there(self, address: str, place: Place | None) -> access.Person | None:
        if place is None:
            return self.region.person(address, None)
        account = self.ledger.accounts[address]
        there = access.people_of(organisation_id=uuid.UUID(place.id))
        return next((person for person in there if person.gebruiker_id == account), None)

    def compare_rows(self, key: Who, nouns: tuple[str, ...], chance: random.Random) -> None:
        """By the gate, the same rows as the oracle gives; and may they do with one what the table says."""
        who = self.who(key)
        if not who.roles:
            with self.region.behind_the_scenes():
                assert self.region.person(*key) is None
            return
        there = [*self.ledger.things(), *self.other_things(nouns)]
        wrong = []
        with self.region.at_work(*key) as person:
            for noun in dict.fromkeys(nouns):
                model = getattr(m, noun)
                expected = {t.id for t in there if t.noun == noun and oracle.may(who, "read", t)}
                found = set(map(str, db.session.scalars(db.select(model.id))))
                if noun == "Organisation" and "platformbeheerder" in who.roles:
                    found &= {thing.id for thing in there}
                wrong += [f"{who.key} sees {noun} {i}" for i in sorted(found - expected)]
                wrong += [f"{who.key} does not see {noun} {i}" for i in sorted(expected - found)]
                self.tally["probes"] += 1
            for thing in chance.sample(there, 2):
                verb = chance.choice([verb for verb in oracle.VERBS if verb != "add"])
                row = self.row(thing)
                if access.may(person, Verb(verb), row) != oracle.may(who, verb, thing):
                    wrong.append(f"{who.key} {verb} {thing.noun}: not {oracle.may(who, verb, thing)}")
                self.tally["probes"] += 1
        assert not wrong, "\n".join(wrong)

    def row(self, thing: Thing) -> Any:
        with access.as_system("the test looks"):
            return self.region.find(getattr(m, thing.noun), thing.id)

    def other_things(self, nouns: tuple[str, ...]) -> list[Thing]:
        """The rows that acts leave behind: whose they are is asked, who sees them is not."""
        ledger, of = self.ledger, (self.ledger.dossier(),)
        found: list[Thing] = []
        with self.region.behind_the_scenes():
            for noun in {"Notitie", "Betrokkenheid", "Bericht"} & set(nouns):
                model = getattr(m, noun)
                swv = uuid.UUID(ledger.swv.id)
                for row in db.session.scalars(db.select(model).where(model.swv_id == swv)):
                    of_row = of if row.hulpvraag_id else ()
                    place = str(row.organisation_id) if row.organisation_id else None
                    thing = Thing(noun, str(row.id), ledger.swv.id, of_row, place)
                    if noun == "Notitie":
                        thing.shared = row.zichtbaarheid == "gedeeld"
                    if noun == "Bericht":
                        thing.account, thing.failed = row.ontvanger_id, row.status == "mislukt"
                        thing.farewell = (
                            row.afscheid and row.leesbaar_tot is not None and row.leesbaar_tot > ledger.now
                        )
                    found.append(thing)
        return found

    def compare_page(self, key: Who) -> None:
        who = self.who(key)
        reads = self.ledger.may(who, "read", "Hulpvraag")
        expected = 302 if not who.roles else 200 if reads else 404
        assert self.region.page(key, f"/hulpvragen/{self.ledger.id}") == expected, who.key
        self.tally["probes"] += 1


# Acts, as often as they should be tried, and what must be there for them.
ACTS: list[tuple[tuple[Callable[[Walk, st.DataObject], None], ...], Callable[[Ledger], object]]] = [
    ((Walk.moving,) * 5, lambda ledger: True),
    ((Walk.saying_who_has_authority,) * 3, lambda ledger: True),
    ((Walk.planning, Walk.proposing, Walk.waiting, Walk.changing_the_preschool), lambda ledger: True),
    ((Walk.ending_a_membership, Walk.closing_or_opening_an_organisation), lambda ledger: True),
    ((Walk.asking_all_parents_or_one, *(Walk.changing_a_right,) * 2), lambda ledger: True),
    ((Walk.adding_a_parent,), lambda ledger: len(ledger.parents) < 5),
    ((Walk.giving_a_membership_again,), lambda ledger: any(lid.ended for lid in ledger.members)),
    ((Walk.inviting_a_member, Walk.inviting_a_parent, Walk.inviting_somebody), lambda ledger: ledger.rounds),
    ((Walk.putting_off, *(Walk.closing_or_reopening,) * 3), lambda ledger: ledger.rounds),
    ((Walk.removing, *(Walk.opening,) * 3), lambda ledger: ledger.guests),
    ((Walk.preferring, *(Walk.approaching,) * 2, Walk.dropping), lambda ledger: ledger.choices),
    ((*(Walk.answering,) * 2, Walk.asking, *(Walk.recording,) * 2), lambda ledger: ledger.choices),
    ((Walk.replying, Walk.withdrawing), lambda ledger: ledger.consents),
]


@pytest.mark.parametrize("part", [1, 2])
def test_whatever_people_do_the_portal_opens_what_the_ledger_says(part, app, clock, lane, proven):
    wanted = lane.cases(gate=1_000, proof=30_000) // 2
    tally = {"steps": 0, "probes": 0}
    chance = lane.random(f"T3 {part}")
    while (left := wanted - tally["steps"]) > 0:
        settings = hypothesis.settings(
            stateful_step_count=STEPS,
            max_examples=max(1, left // (STEPS + 12)),  # what brings a dossier so far are steps as well
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
            deadline=None,
        )
        walker = type("Walk", (Walk,), {"make": lambda: Region(app).settle(), "clock": clock, "tally": tally})
        hypothesis.seed(chance.randrange(2**32))(walker)
        walk(walker, settings=settings)
    proven("T3 steps", tally["steps"])
    proven("T3 probes", tally["probes"])
