"""What happened around one child, kept in plain Python apart from the app, and what follows from it.

Written from docs/domain.md. Each act says whether it is allowed, and is kept when it is: YES, NO (refused in
words) or HIDDEN (refused as if it did not exist). Accounts and people are named by their address.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from tests import oracle
from tests.oracle import Dossier, Party, Thing, Who

YES, NO, HIDDEN = "yes", "no", "hidden"
INVITED = frozenset({"ouder", "deelnemer"})
APPROACHING = frozenset({"onderwijsadvies", "aanmelden_school", "afgewezen", "jk_advies_afgerond"})
IN_TOUCH = frozenset({"benaderd", "akkoord", "afgewezen"})
WEEKS_TO_DECIDE, READS_ON = timedelta(weeks=6), timedelta(days=90)
JK = oracle.JK


Words = dict[str, Any]


class Fact:
    """Something that is written down; in the story of a failed walk it is named in a word."""

    noun: ClassVar[str]
    id: str

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        """What the oracle asks of the row, besides its SWV and its dossiers."""
        return {}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


@dataclass(eq=False, repr=False)
class Place(Fact):
    """An organisation; `swv` is the key of its SWV, if any."""

    noun = "Organisation"
    key: str
    id: str
    soort: str
    swv: str | None
    active: bool = True

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        wanted = of if any(c.school is self for c in ledger.choices) else ()
        party = of if self.key in ledger.were_party else ()
        here = {"swv": ledger.swv_of(self), "organisation": self.id, "soort": self.soort}
        return here | {"dossiers": party, "wanted_in": wanted}

    def __repr__(self) -> str:
        return self.key


@dataclass(eq=False, repr=False)
class Membership(Fact):
    noun = "Lidmaatschap"
    address: str
    place: Place
    role: str
    id: str = ""
    ended: bool = False

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        account = ledger.accounts[self.address]
        here = {"swv": ledger.swv_of(self.place), "organisation": self.place.id}
        return here | {"dossiers": (), "account": account}

    def __repr__(self) -> str:
        return f"{self.address} at {self.place}"


@dataclass(eq=False, repr=False)
class Parent(Fact):
    """A parent of the child; `linked` is the address of the account that the parent was invited with."""

    noun = "Gezagsdrager"
    address: str
    gezag: str
    id: str = ""
    linked: str | None = None

    def has(self, address: str) -> bool:
        """Whether this account is that parent's: linked to it, or of the same address."""
        return address in (self.linked, self.address)

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        account = ledger.accounts.get(self.linked) if self.linked else None
        return {"account": account, "has_authority": self.gezag == "ja"}

    def __repr__(self) -> str:
        return self.address


@dataclass(eq=False, repr=False)
class Round(Fact):
    noun = "Overlegronde"
    begins: datetime
    id: str = ""
    closed: bool = False
    closed_by: "Change | None" = None

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(hours=1)

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        there = [g for g in ledger.guests if g.round is self and not g.removed]
        return {"people": frozenset(guest.key(ledger) for guest in there)}

    def __repr__(self) -> str:
        return f"round of {self.begins:%d %b %H:%M}"


@dataclass(eq=False, repr=False)
class Guest(Fact):
    """Somebody who was invited to a round, on behalf of one organisation or of nobody, or as a parent."""

    noun = "Deelname"
    round: Round
    address: str
    behalf: Place | None = None
    parent: Parent | None = None
    id: str = ""
    removed: bool = False
    opening: str = "niet"
    since: datetime | None = None

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        return {"people": frozenset(() if self.removed else {self.key(ledger)})}

    def key(self, ledger: "Ledger") -> tuple[int, str | None]:
        return ledger.accounts[self.address], self.behalf.id if self.behalf else None

    def __repr__(self) -> str:
        return f"{self.address} in {self.round}"


@dataclass(eq=False, repr=False)
class Choice(Fact):
    """A school of preference; `judged` is how 'JK afgewezen' judged its rejection: weg, eerste, gekozen."""

    noun = "SchoolVoorkeur"
    school: Place
    rank: int
    id: str = ""
    state: str = "voorgesteld"
    asked_on: date | None = None
    judged: str | None = None
    judged_by: "Change | None" = None

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        return {"organisation": self.school.id}

    def __repr__(self) -> str:
        return f"{self.school} ({self.state})"


@dataclass(eq=False, repr=False)
class Consent(Fact):
    noun = "Toestemming"
    parent: Parent
    school: Place
    id: str = ""
    given: bool = False
    withdrawn: bool = False

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        return self.parent.in_words(ledger, of) | {"organisation": self.school.id}

    def __repr__(self) -> str:
        return f"{self.parent} for {self.school}"


@dataclass(eq=False, repr=False)
class Change(Fact):
    """A change of status; the one to 'advies afgerond' says which school reads on, and until when."""

    noun = "StatusWijziging"
    key: str
    origin: str | None
    id: str = ""
    placed: Choice | None = None
    until: datetime | None = None

    def __repr__(self) -> str:
        return self.key


@dataclass(eq=False, repr=False)
class Paper(Fact):
    noun = "Bijlage"
    soort: str
    place: Place
    shared: bool
    id: str = ""

    def in_words(self, ledger: "Ledger", of: tuple[Dossier, ...]) -> Words:
        return {"organisation": self.place.id, "shared": self.shared}

    def __repr__(self) -> str:
        return self.soort


@dataclass(repr=False)
class Ledger:
    """The facts about one dossier of the SWV `swv`, as they are at the moment `now`."""

    swv: Place
    preschool: Place
    places: dict[str, Place]
    now: datetime
    id: str = ""
    child: str = ""
    status: str = "aanvraag"
    both: bool = True
    accounts: dict[str, int] = field(default_factory=dict)
    members: list[Membership] = field(default_factory=list)
    parents: list[Parent] = field(default_factory=list)
    followers: set[str] = field(default_factory=set)
    rounds: list[Round] = field(default_factory=list)
    guests: list[Guest] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    were_party: set[str] = field(default_factory=set)
    changed: dict[str, frozenset[tuple[str, str, bool]]] = field(default_factory=dict)

    # Who somebody is, and what there is

    def who(self, address: str, place: Place | None) -> Who:
        """Somebody at work for that organisation now, or as invited on behalf of nobody."""
        account = self.accounts[address]
        if place is None:
            return Who(address, account, None, None, self.swv.id, INVITED)
        roles = frozenset(
            m.role for m in self.members if (m.address, m.place) == (address, place) and not m.ended
        )
        swv, changed = self.swv_of(place), self.changed.get(place.id, frozenset())
        who = Who(address, account, place.id, place.soort, swv, roles, signed_in=place.active)
        return replace(who, changed=changed)

    def everybody(self) -> list[tuple[str, Place | None]]:
        """Every account wherever it works or worked, and on behalf of nobody."""
        at_work = dict.fromkeys((m.address, m.place) for m in self.members)
        return [*at_work, *((address, None) for address in self.accounts)]

    def at_work(self) -> list[tuple[str, Place | None]]:
        return [(address, place) for address, place in self.everybody() if self.who(address, place).roles]

    def dossier(self) -> Dossier:
        agreed = {c.school.id for c in self.choices if c.state == "akkoord"}
        return Dossier(
            "", self.id, self.swv.id, self.status, self.child, self.preschool.id, self.parties(), agreed
        )

    def parties(self) -> list[Party]:
        """Who is involved now, on which ground."""
        found = [Party("voorschool", True, organisation=self.preschool.id)]
        for choice in self.choices:
            for ground, holds in (("school", self._reads(choice)), ("zorgplicht", self._is_kept(choice))):
                found.append(Party(ground, holds, organisation=choice.school.id))
        for guest in self.guests:
            behalf, account = guest.behalf, self.accounts.get(guest.address)
            if behalf is self.swv or account is None:  # JK staff are in the dossier already
                continue
            takes_part = not guest.removed and not guest.round.closed and not self._stands_outside(guest)
            is_open = takes_part and guest.since is not None and guest.since <= self.now
            of = {"account": account, "behalf": behalf.id if behalf else None}
            found += [Party("genodigd", takes_part, **of), Party("overlegronde", is_open, **of)]
        for address in self.followers:
            has_authority = any(p.linked == address and p.gezag == "ja" for p in self.parents)
            found.append(Party("ouder", has_authority, account=self.accounts.get(address)))
        return found

    def _reads(self, choice: Choice) -> bool:
        """A school that was approached, while the parents consent; at the end the placing one alone."""
        if choice.state not in IN_TOUCH or choice.judged or not self.consented(choice.school):
            return False
        if self.status != "advies_afgerond":
            return True
        end = self.changes[-1]
        return end.placed is choice and end.until is not None and self.now < end.until

    def _is_kept(self, choice: Choice) -> bool:
        """A school that rejected and was kept, until a parent says no to it."""
        kept = choice.state == "afgewezen" and choice.judged in ("eerste", "gekozen")
        return kept and not self._said_no(choice.school)

    def _stands_outside(self, guest: Guest) -> bool:
        """A parent without authority comes in by no other door, unless at work for an organisation."""
        return guest.behalf is None and any(p.has(guest.address) and p.gezag != "ja" for p in self.parents)

    def consented(self, school: Place) -> bool:
        """One parent with authority gave it and none said no; all gave it, where the SWV asks for all."""
        with_authority = {p for p in self.parents if p.gezag == "ja"}
        gave = {p for p in with_authority if self._gave(p, school)}
        return bool(gave) and not self._said_no(school) and (not self.both or gave == with_authority)

    def _gave(self, parent: Parent, school: Place) -> bool:
        return any(c.given and not c.withdrawn for c in self._of(parent, school))

    def _said_no(self, school: Place) -> bool:
        return any(
            any(c.withdrawn for c in self._of(parent, school)) and not self._gave(parent, school)
            for parent in self.parents
            if parent.gezag == "ja"
        )

    def _of(self, parent: Parent, school: Place) -> list[Consent]:
        return [c for c in self.consents if (c.parent, c.school) == (parent, school)]

    def things(self) -> list[Thing]:
        """The rows there are, in the words of the oracle."""
        of_people = (*self.places.values(), *self.members, *self.parents)
        of_dossier = (*self.rounds, *self.guests, *self.choices, *self.consents, *self.changes, *self.papers)
        dossier = self.dossier()
        return [self.thing(row, dossier) for row in ("Hulpvraag", "Kind", *of_people, *of_dossier)]

    def thing(self, row: "Fact | str", dossier: Dossier | None = None) -> Thing:
        """One row in the words of the oracle; a noun alone is the dossier's own, or a new one in it."""
        of = (dossier or self.dossier(),)
        if isinstance(row, str):
            return Thing(row, {"Hulpvraag": self.id, "Kind": self.child}.get(row, ""), self.swv.id, of)
        return Thing(row.noun, row.id, **{"swv": self.swv.id, "dossiers": of} | row.in_words(self, of))

    def swv_of(self, place: Place) -> str | None:
        return self.places[place.swv].id if place.swv else None

    def may(self, who: Who, verb: str, row: "Fact | str") -> bool:
        return oracle.may(who, verb, self.thing(row))

    # The status

    def move(
        self, who: Who, key: str, *, words: bool, school: Choice | None = None, keep: tuple[Choice, ...] = ()
    ) -> str:
        """Change the status, or take the last change back."""
        dossier = self.dossier()
        if oracle.level(who, dossier) == "geen" or not oracle.may_move(who, key, dossier):
            return HIDDEN
        since, _roles, needs = oracle.MOVES[key]
        last = self.changes[-1]
        takes_back = key == "terugnemen"
        nothing_to_take_back = takes_back and (last.origin is None or last.key == key)
        if self.status not in since or nothing_to_take_back or not needs <= self._there(words, school):
            return NO
        change = Change(key, self.status)
        if takes_back:
            self._undo(last)
            self.status = str(last.origin)
        else:
            self._judge(change, keep)
            self.status = "aanvraag" if key == "aanvulling" else key
        if key == "advies_afgerond":
            change.placed, change.until = school, self.now + READS_ON
        if self.status not in oracle.OPEN:
            self._close_rounds(change)
        self.changes.append(change)
        return YES

    def _there(self, words: bool, school: Choice | None) -> set[str]:
        states = {c.state for c in self.choices}
        rejected = any(c.state == "afgewezen" and not c.judged for c in self.choices)
        there = {
            "toelichting": words,
            "aanvraag getekend": any(p.soort == "aanvraag" for p in self.papers),
            "advies definitief": any(p.soort == "onderwijsadvies" for p in self.papers),
            "school benaderd": bool(states & {"benaderd", "akkoord"}) or rejected,
            "school akkoord": "akkoord" in states,
            "school afgewezen": rejected,
            "plaatsing": school is not None and school.state == "akkoord",
        }
        return {need for need, holds in there.items() if holds}

    def _close_rounds(self, change: Change) -> None:
        for ronde in self.rounds:
            if not ronde.closed:
                ronde.closed, ronde.closed_by = True, change

    def _judge(self, change: Change, keep: tuple[Choice, ...]) -> None:
        if change.key != "afgewezen":
            return
        approached = [c for c in self.choices if c.state in IN_TOUCH]
        first = min(approached, key=lambda c: c.rank)
        for choice in approached:
            if choice.state == "afgewezen" and not choice.judged:
                choice.judged = "eerste" if choice is first else "gekozen" if choice in keep else "weg"
                choice.judged_by = change

    def _undo(self, change: Change) -> None:
        for choice in self.choices:
            if choice.judged_by is change and choice.state == "afgewezen":
                choice.judged = choice.judged_by = None
        for ronde in self.rounds:
            if ronde.closed_by is change:
                ronde.closed, ronde.closed_by = False, None

    # Consultations

    def plan(self, who: Who, begins: datetime) -> str:
        if not self.may(who, "add", "Overlegronde"):
            return HIDDEN
        self.rounds.append(Round(begins))
        return YES

    def put_off(self, who: Who, ronde: Round, begins: datetime) -> str:
        """Move a consultation; what opens after it moves along."""
        if not self.may(who, "edit", ronde):
            return HIDDEN
        if ronde.closed:
            return NO
        ronde.begins = begins
        for guest in self.guests:
            if guest.round is ronde and not guest.removed and guest.opening == "na_overleg":
                guest.since = ronde.ends
        return YES

    def close(self, who: Who, ronde: Round) -> str:
        if not self.may(who, "edit", ronde):
            return HIDDEN
        ronde.closed = True
        return YES

    def reopen(self, who: Who, ronde: Round) -> str:
        if not self.may(who, "edit", ronde):
            return HIDDEN
        ronde.closed, ronde.closed_by = False, None
        return YES

    def _invite(self, who: Who, guest: Guest, *, fits: bool) -> str:
        ronde = guest.round
        if not self.may(who, "edit", ronde):
            return HIDDEN
        taking_part = {g.address for g in self.guests if g.round is ronde and not g.removed}
        if ronde.closed or ronde.ends <= self.now or guest.address in taking_part or not fits:
            return NO
        self.guests.append(guest)
        return YES

    def invite_member(self, who: Who, ronde: Round, address: str, place: Place) -> str:
        """Somebody of an organisation of the SWV; of preschools only the dossier's own."""
        guest = self.who(address, place)
        works_in_dossiers = guest.opening & (JK | {"contactpersoon_voorschool", "contactpersoon_school"})
        own = place.soort != "voorschool" or place is self.preschool
        fits = bool(works_in_dossiers) and guest.swv == self.swv.id and own
        return self._invite(who, Guest(ronde, address, place), fits=fits)

    def invite_parent(self, who: Who, ronde: Round, parent: Parent) -> str:
        address = parent.linked or parent.address
        alone = not any(p.linked == address for p in self.parents if p is not parent)
        guest = Guest(ronde, address, parent=parent)
        said = self._invite(who, guest, fits=parent.gezag == "ja" and alone)
        if said == YES:
            parent.linked = address
            self.followers.add(address)
        return said

    def invite_somebody(self, who: Who, ronde: Round, address: str) -> str:
        is_parent = any(parent.has(address) for parent in self.parents)
        return self._invite(who, Guest(ronde, address), fits=not is_parent)

    def remove(self, who: Who, guest: Guest) -> str:
        if not self.may(who, "edit", guest):
            return HIDDEN
        if guest.round.closed:
            return NO
        guest.removed = True
        return YES

    def open(self, who: Who, guest: Guest, opening: str, moment: datetime | None) -> str:
        """Say when the dossier opens for one participant."""
        if not self.may(who, "edit", guest):
            return HIDDEN
        parent = guest.parent
        there = self.who(guest.address, guest.behalf)
        gone = guest.behalf is not None and not (there.roles and there.signed_in)
        unfit = guest.behalf is self.swv or gone or (parent is not None and parent.gezag != "ja")
        if guest.round.closed or guest.removed or (opening != "niet" and unfit):
            return NO
        guest.opening = opening
        guest.since = {"niet": None, "nu": self.now, "moment": moment, "na_overleg": guest.round.ends}[
            opening
        ]
        return YES

    # Schools and consents

    def propose(self, who: Who, school: Place) -> str:
        if not self.may(who, "add", "SchoolVoorkeur"):
            return HIDDEN
        there = any(c.school is school and c.state != "vervallen" for c in self.choices)
        if there or not school.active:
            return NO
        self.choices.append(Choice(school, max((c.rank for c in self.choices), default=0) + 1))
        return YES

    def prefer(self, who: Who, choice: Choice) -> str:
        """Put a proposed school one place earlier, among those that were only proposed."""
        if not self.may(who, "edit", choice):
            return HIDDEN
        if choice.state != "voorgesteld":
            return NO
        proposed = sorted((c for c in self.choices if c.state == "voorgesteld"), key=lambda c: c.rank)
        place = proposed.index(choice)
        if place:
            other = proposed[place - 1]
            choice.rank, other.rank = other.rank, choice.rank
        return YES

    def approach(self, who: Who, choice: Choice) -> str:
        if not self.may(who, "edit", choice):
            return HIDDEN
        consented = self.consented(choice.school) and choice.school.active
        if choice.state != "voorgesteld" or self.status not in APPROACHING or not consented:
            return NO
        choice.state, choice.asked_on = "benaderd", self.today
        self.were_party.add(choice.school.key)
        return YES

    def drop(self, who: Who, choice: Choice) -> str:
        """Let a school go: one that was only proposed leaves the list, one with zorgplicht stays."""
        if not self.may(who, "edit", choice):
            return HIDDEN
        if choice.state == "voorgesteld":
            self.choices.remove(choice)
            return YES
        if choice.state not in ("benaderd", "akkoord") and not self._kept_by_choice(choice):
            return NO
        choice.state = "vervallen"
        return YES

    def _kept_by_choice(self, choice: Choice) -> bool:
        return choice.state == "afgewezen" and choice.judged == "gekozen"

    def answer(self, who: Who, choice: Choice, said: str) -> str:
        if not self.may(who, "answer", choice):
            return HIDDEN
        late = choice.asked_on is not None and self.today > choice.asked_on + WEEKS_TO_DECIDE
        if self.status not in oracle.OPEN or choice.state != "benaderd" or (late and not who.is_jk):
            return NO
        choice.state = said
        return YES

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo("Europe/Amsterdam")).date()

    def ask(self, who: Who, choice: Choice, parent: Parent) -> str:
        said = self._may_ask(who, choice, parent)
        if said == YES and any(not c.withdrawn for c in self._of(parent, choice.school)):
            return NO
        if said == YES:
            self.consents.append(Consent(parent, choice.school))
        return said

    def record(self, who: Who, choice: Choice, parent: Parent) -> str:
        """Record what a parent signed on paper."""
        said = self._may_ask(who, choice, parent)
        if said != YES or self._gave(parent, choice.school):
            return NO if said == YES else said
        asked = [c for c in self._of(parent, choice.school) if not c.withdrawn]
        if not asked:
            asked = [Consent(parent, choice.school)]
            self.consents += asked
        asked[0].given = True
        return YES

    def _may_ask(self, who: Who, choice: Choice, parent: Parent) -> str:
        if not self.may(who, "edit", choice):
            return HIDDEN
        return NO if choice.state == "vervallen" or parent.gezag != "ja" else YES

    def reply(self, who: Who, consent: Consent, *, gives: bool) -> str:
        """Give or refuse, as the parent; once more the same changes nothing."""
        if not self.may(who, "answer", consent):
            return HIDDEN
        if consent.withdrawn or consent.given:
            return YES if gives is (consent.given and not consent.withdrawn) else NO
        consent.given, consent.withdrawn = gives, not gives
        return YES

    def withdraw(self, who: Who, consent: Consent) -> str:
        if not self.may(who, "withdraw", consent):
            return HIDDEN
        consent.withdrawn = True
        return YES

    # People and places

    def set_gezag(self, who: Who, parent: Parent, gezag: str) -> str:
        if not self.may(who, "edit", parent):
            return HIDDEN
        parent.gezag = gezag
        return YES

    def add_parent(self, who: Who, address: str, gezag: str) -> str:
        if not self.may(who, "add", "Gezagsdrager"):
            return HIDDEN
        self.parents.append(Parent(address, gezag))
        return YES

    def end_membership(self, who: Who, membership: Membership) -> str:
        if not self.may(who, "edit", membership):
            return HIDDEN
        membership.ended = True
        return YES

    def give_membership(self, who: Who, of: Membership) -> str:
        """Give the role of a membership again."""
        if not self.may(who, "add", of):
            return HIDDEN
        same = (of.address, of.place, of.role)
        if not of.place.active:
            return NO
        if any((m.address, m.place, m.role) == same and not m.ended for m in self.members):
            return NO
        self.members.append(Membership(*same))
        return YES

    def set_active(self, who: Who, place: Place, *, active: bool) -> str:
        """The operator says whether an organisation is there, or who runs the SWV that it belongs to."""
        if not self.may(who, "edit", place) or who.organisation == place.id:
            return HIDDEN
        place.active = active
        return YES

    def set_right(self, who: Who, place: Place, role: str, right: str) -> str:
        """Give what a role has not, take what it has."""
        reach = who.organisation in (place.id, self.swv_of(place))
        if not oracle.has(who, "Recht", "edit") or not reach:
            return HIDDEN
        now = self.changed.get(place.id, frozenset())
        default = right in oracle.given(role, place.soort)
        is_set = next((granted for of, key, granted in now if (of, key) == (role, right)), default)
        rest = frozenset(one for one in now if one[:2] != (role, right))
        self.changed[place.id] = rest if is_set != default else rest | {(role, right, not is_set)}
        return YES

    def set_both(self, who: Who, *, both: bool) -> str:
        if not self.may(who, "edit", self.swv):
            return HIDDEN
        self.both = both
        return YES

    def change_preschool(self, who: Who, place: Place) -> str:
        """The old preschool, and its people in consultations, are out at once."""
        if who.is_jk and self.status not in oracle.OPEN and self.may(who, "read", "Hulpvraag"):
            return NO
        if not self.may(who, "edit", "Hulpvraag") or oracle.editable_fields(who, self.dossier()) is not None:
            return HIDDEN
        if place is self.preschool or not place.active:
            return NO
        for guest in self.guests:
            guest.removed = guest.removed or guest.behalf is self.preschool
        self.preschool = place
        self.were_party.add(place.key)
        return YES
