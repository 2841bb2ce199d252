"""THE status table and the questions to ask it: pure Python, no Flask, no SQL."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.terms import (
    JK_STAFF,
    BijlageSoort,
    Ground,
    Level,
    Role,
    Stadium,
    Status,
    Term,
    VoorkeurStaat,
    Zichtbaarheid,
)

Sentence = LazyString | str
OPEN = frozenset(Status) - {Status.ADVIES_AFGEROND, Status.INGETROKKEN}


class Need(Term):
    """What must be there before a transition can be made; the label is the sentence on the screen."""

    VOORSCHOOL = "voorschool", _l("A preschool has been chosen")
    AANVRAAG_GETEKEND = "aanvraag_getekend", _l("The request form signed by the parents has been added")
    ADVIES_DEFINITIEF = "advies_definitief", _l("The educational advice is final and shared")
    SCHOOL_BENADERD = "school_benaderd", _l("A school of preference has been approached")
    SCHOOL_AKKOORD = "school_akkoord", _l("A school of preference has agreed")
    SCHOOL_AFGEWEZEN = "school_afgewezen", _l("A school of preference has rejected, with its reason")
    PLAATSING = "plaatsing", _l("From which day the child goes to which school has been filled in")
    TOELICHTING = "toelichting", _l("An explanation has been given")


# What these say is a school's own answer: who does not see all schools of preference does not hear it.
OF_SCHOOLS = frozenset({Need.SCHOOL_BENADERD, Need.SCHOOL_AKKOORD, Need.SCHOOL_AFGEWEZEN})


class Told(Term):
    """Who gets mail about a transition."""

    VOORSCHOOL = "voorschool", _l("the preschool")
    SPECIALIST = "specialist", _l("the JK specialist, or else the contact person JK")
    SCHOLEN = "scholen", _l("the schools involved")
    BETROKKENEN = "betrokkenen", _l("everybody involved")
    DEZELFDE = "dezelfde", _l("the same people as for the change that is taken back")


class Act(Term):
    """What a transition does besides changing the status; taking it back undoes it."""

    JUDGE_REJECTIONS = "judge_rejections", _l("the first school of preference stays, a later one when chosen")
    PLACE = "place", _l("the placing school reads on for a while")
    END_OTHERS = "end_others", _l("the preschool and the other schools are no longer involved")
    CLOSE_ROUNDS = "close_rounds", _l("consultation rounds close")


class Ask(Term):
    """What a transition asks besides the explanation, on a page of its own; the label heads the field."""

    SCHOOL = "school", _l("To which school does the child go?")
    VANAF = "vanaf", _l("From which day?")
    BLIJVEN = "blijven", _l("Which of these schools stay involved?")


@dataclass(frozen=True)
class Document:
    """What the workflow needs to know of one document."""

    soort: BijlageSoort
    zichtbaarheid: Zichtbaarheid
    stadium: Stadium


@dataclass(frozen=True)
class Facts:
    """What the workflow needs to know of one dossier.

    `schools` are the states of its schools of preference; `rejected` says that one rejected and that no
    status has judged that yet.
    """

    status: Status | None
    previous: Status | None = None
    voorschool: bool = True
    documents: frozenset[Document] = frozenset()
    schools: frozenset[VoorkeurStaat] = frozenset()
    rejected: bool = False


@dataclass(frozen=True)
class Transition:
    """One line of the status table. `to` is None where it goes back to the previous status."""

    key: str
    label: Sentence
    to: Status | None
    since: frozenset[Status]
    who: frozenset[Role]
    tells: tuple[Told, ...]
    needs: tuple[Need, ...] = ()
    effect: Sentence = ""
    ask: Sentence = field(default=_l("Explanation"))
    asks: tuple[Ask, ...] = ()
    acts: tuple[Act, ...] = ()
    ends_access: bool = False

    @property
    def permission(self) -> str:
        """Give the name of its own FAB permission."""
        return f"can_status_{self.key}"

    @property
    def mail(self) -> str:
        """Give the name of its mail file, without folder and ending."""
        return f"status_{self.key}"


_specialist = frozenset({Role.JK_SPECIALIST})
_adds = frozenset({Role.CONTACTPERSOON_VOORSCHOOL}) | JK_STAFF

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "aanvraag", Status.AANVRAAG.label, Status.AANVRAAG, frozenset(), JK_STAFF,
        (Told.VOORSCHOOL,), (Need.VOORSCHOOL,),
        _l("The preschool can add documents."),
    ),
    Transition(
        "bijlagen_toegevoegd", Status.BIJLAGEN_TOEGEVOEGD.label, Status.BIJLAGEN_TOEGEVOEGD,
        frozenset({Status.AANVRAAG}), _adds, (Told.SPECIALIST,), (Need.AANVRAAG_GETEKEND,),
        _l("The JK specialist starts with the documents."),
    ),
    Transition(
        "aanvulling", _l("Ask for additions"), Status.AANVRAAG, frozenset({Status.BIJLAGEN_TOEGEVOEGD}),
        _specialist, (Told.VOORSCHOOL,), (Need.TOELICHTING,),
        _l("The preschool is asked to add what is missing."),
        ask=_l("What is missing?"),
    ),
    Transition(
        "onderwijsadvies", Status.ONDERWIJSADVIES.label, Status.ONDERWIJSADVIES,
        frozenset({Status.BIJLAGEN_TOEGEVOEGD}), _specialist, (Told.VOORSCHOOL,), (Need.ADVIES_DEFINITIEF,),
        _l("From now on the preschool can open the dossier."),
    ),
    Transition(
        "aanmelden_school", Status.AANMELDEN_SCHOOL.label, Status.AANMELDEN_SCHOOL,
        frozenset({Status.ONDERWIJSADVIES, Status.AFGEWEZEN, Status.JK_ADVIES_AFGEROND}), _specialist,
        (Told.VOORSCHOOL, Told.SCHOLEN), (Need.SCHOOL_BENADERD,),
        _l("The schools that were approached look whether they can offer the support."),
    ),
    Transition(
        "jk_advies_afgerond", Status.JK_ADVIES_AFGEROND.label, Status.JK_ADVIES_AFGEROND,
        frozenset({Status.AANMELDEN_SCHOOL, Status.AFGEWEZEN}), _specialist,
        (Told.VOORSCHOOL, Told.SCHOLEN), (Need.SCHOOL_AKKOORD,),
        _l("The parents can get to know the school and enrol their child."),
    ),
    Transition(
        "afgewezen", Status.AFGEWEZEN.label, Status.AFGEWEZEN, frozenset({Status.AANMELDEN_SCHOOL}),
        _specialist, (Told.VOORSCHOOL, Told.SCHOLEN), (Need.SCHOOL_AFGEWEZEN,),
        _l(
            "A new school of preference is chosen. The first school of preference stays involved"
            " (zorgplicht); for a later one you choose."
        ),
        asks=(Ask.BLIJVEN,), acts=(Act.JUDGE_REJECTIONS,),
    ),
    Transition(
        "advies_afgerond", Status.ADVIES_AFGEROND.label, Status.ADVIES_AFGEROND,
        frozenset({Status.JK_ADVIES_AFGEROND}), _specialist, (Told.VOORSCHOOL, Told.SCHOLEN),
        (Need.SCHOOL_AKKOORD, Need.PLAATSING),
        _l(
            "The preschool loses all access to hulpvraag and child, the other schools too, and rounds close."
            " The retention term starts."
        ),
        asks=(Ask.SCHOOL, Ask.VANAF), acts=(Act.PLACE, Act.END_OTHERS, Act.CLOSE_ROUNDS), ends_access=True,
    ),
    Transition(
        "ingetrokken", _l("Withdraw"), Status.INGETROKKEN, OPEN, JK_STAFF, (Told.BETROKKENEN,),
        (Need.TOELICHTING,), _l("Only the SWV can still open the dossier. The retention term starts."),
        ask=_l("Why is the hulpvraag withdrawn?"), acts=(Act.END_OTHERS, Act.CLOSE_ROUNDS), ends_access=True,
    ),
    Transition(
        "terugnemen", _l("Take the last change back"), None, frozenset(Status), JK_STAFF,
        (Told.DEZELFDE,), (Need.TOELICHTING,),
        _l("The hulpvraag goes back to its previous status."), ask=_l("Why is the change taken back?"),
    ),
)  # fmt: skip
# As which party somebody changes a status: being invited to a dossier is not being the preschool of it.
ACTS_AS: dict[Role, Ground] = {
    Role.CONTACTPERSOON_JK: Ground.SWV,
    Role.JK_SPECIALIST: Ground.SWV,
    Role.CONTACTPERSOON_VOORSCHOOL: Ground.VOORSCHOOL,
}
BY_KEY = {transition.key: transition for transition in TRANSITIONS}

AT_MOVE: dict[Status, Role | None] = {
    Status.AANVRAAG: Role.CONTACTPERSOON_VOORSCHOOL,
    Status.BIJLAGEN_TOEGEVOEGD: Role.JK_SPECIALIST,
    Status.ONDERWIJSADVIES: Role.JK_SPECIALIST,
    Status.AANMELDEN_SCHOOL: Role.CONTACTPERSOON_SCHOOL,
    Status.AFGEWEZEN: Role.JK_SPECIALIST,
    Status.JK_ADVIES_AFGEROND: Role.JK_SPECIALIST,
    Status.ADVIES_AFGEROND: None,
    Status.INGETROKKEN: None,
}

ROUTE = (
    Status.AANVRAAG,
    Status.BIJLAGEN_TOEGEVOEGD,
    Status.ONDERWIJSADVIES,
    Status.AANMELDEN_SCHOOL,
    Status.JK_ADVIES_AFGEROND,
    Status.ADVIES_AFGEROND,
)

_early = (Status.AANVRAAG, Status.BIJLAGEN_TOEGEVOEGD)
_advised = (
    Status.ONDERWIJSADVIES,
    Status.AANMELDEN_SCHOOL,
    Status.AFGEWEZEN,
    Status.JK_ADVIES_AFGEROND,
)

# From the educational advice until a school has been found: then schools can be approached.
APPROACHING = frozenset(_advised)


def _levels(early: Level, advised: Level, ended: Level, withdrawn: Level) -> dict[Status, Level]:
    return {
        **dict.fromkeys(_early, early),
        **dict.fromkeys(_advised, advised),
        Status.ADVIES_AFGEROND: ended,
        Status.INGETROKKEN: withdrawn,
    }


# After `advies afgerond` only the placing school keeps its SCHOOL row: the others' rows are ended by the act.
LEVELS: dict[Ground, dict[Status, Level]] = {
    Ground.SWV: _levels(Level.ALLES, Level.ALLES, Level.LEZEN, Level.LEZEN),
    Ground.VOORSCHOOL: _levels(Level.EIGEN, Level.DOSSIER, Level.GEEN, Level.GEEN),
    Ground.SCHOOL: _levels(Level.GEEN, Level.DOSSIER, Level.DOSSIER, Level.GEEN),
    Ground.ZORGPLICHT: _levels(Level.GEEN, Level.DOSSIER, Level.GEEN, Level.GEEN),
    Ground.GENODIGD: _levels(Level.UITNODIGING, Level.UITNODIGING, Level.GEEN, Level.GEEN),
    Ground.OVERLEGRONDE: _levels(Level.DOSSIER, Level.DOSSIER, Level.GEEN, Level.GEEN),
    Ground.OUDER: _levels(Level.OUDER, Level.OUDER, Level.OUDER, Level.OUDER),
}


def missing(transition: Transition, facts: Facts) -> list[Need]:
    """List what `transition` still needs; what is typed in its form is judged there."""
    return [need for need in transition.needs if not _holds(need, facts)]


def _holds(need: Need, facts: Facts) -> bool:
    match need:
        case Need.VOORSCHOOL:
            return facts.voorschool
        case Need.AANVRAAG_GETEKEND:
            return any(d.soort is BijlageSoort.AANVRAAG for d in facts.documents)
        case Need.ADVIES_DEFINITIEF:
            advice = Document(BijlageSoort.ONDERWIJSADVIES, Zichtbaarheid.GEDEELD, Stadium.DEFINITIEF)
            return advice in facts.documents
        case Need.SCHOOL_BENADERD:
            # One that has answered already was approached as well.
            return facts.rejected or bool(facts.schools & {VoorkeurStaat.BENADERD, VoorkeurStaat.AKKOORD})
        case Need.SCHOOL_AKKOORD:
            return VoorkeurStaat.AKKOORD in facts.schools
        case Need.SCHOOL_AFGEWEZEN:
            return facts.rejected
        case _:
            return True


def starts_at(transition: Transition, facts: Facts) -> bool:
    """Tell whether `transition` leaves from the dossier's status."""
    if transition.to is None and facts.previous is None:
        return False
    return facts.status in transition.since


def destination(transition: Transition, facts: Facts) -> Status:
    """Give the status that `transition` leads to; LookupError when there is nothing to take back."""
    target = transition.to or facts.previous
    if target is None:
        raise LookupError(transition.key)
    return target


def from_here(facts: Facts) -> list[Transition]:
    """List the transitions that leave from the dossier's status, in the table's order."""
    return [t for t in TRANSITIONS if t.since and starts_at(t, facts)]


def for_roles(transitions: Iterable[Transition], roles: frozenset[Role]) -> list[Transition]:
    """Keep the transitions that one of `roles` may make."""
    return [t for t in transitions if t.who & roles]
