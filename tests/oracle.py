"""Who may do what, written a second time and apart from the app, from docs/domain.md alone: no SQL."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

JK = frozenset({"contactpersoon_jk", "jk_specialist"})

# The roles that a kind of organisation can give; None is a person who was invited and works for nobody.
CEILING = {
    "samenwerkingsverband": JK | {"rolbeheerder", "privacyfunctionaris"},
    "voorschool": {"contactpersoon_voorschool", "rolbeheerder"},
    "school": {"contactpersoon_school", "rolbeheerder"},
    "partner": {"rolbeheerder"},
    "exploitant": {"platformbeheerder"},
    None: {"ouder", "deelnemer"},
}
# The roles that a colleague stands in for during leave, and that are handed over.
STAND_INS = JK | {"contactpersoon_voorschool", "contactpersoon_school"}
# The roles that a ground is for: one is invited in person, also at work for a preschool or school.
_INVITED = frozenset({"deelnemer", "contactpersoon_voorschool", "contactpersoon_school"})
ROLES_OF = {
    "voorschool": frozenset({"contactpersoon_voorschool"}),
    "school": frozenset({"contactpersoon_school"}),
    "zorgplicht": frozenset({"contactpersoon_school"}),
    "genodigd": _INVITED,
    "overlegronde": _INVITED,
    "ouder": frozenset({"ouder"}),
}
IN_PERSON = frozenset({"genodigd", "overlegronde", "ouder"})
# The four columns of the table of levels.
COLUMN = {
    "aanvraag": 0,
    "bijlagen_toegevoegd": 0,
    "onderwijsadvies": 1,
    "aanmelden_school": 1,
    "afgewezen": 1,
    "jk_advies_afgerond": 1,
    "advies_afgerond": 2,
    "ingetrokken": 3,
}
LEVEL = {
    "swv": ("alles", "alles", "lezen", "lezen"),
    "voorschool": ("eigen", "dossier", "geen", "geen"),
    "school": ("geen", "dossier", "dossier", "geen"),
    "zorgplicht": ("geen", "dossier", "geen", "geen"),
    "genodigd": ("uitnodiging", "uitnodiging", "geen", "geen"),
    "overlegronde": ("dossier", "dossier", "geen", "geen"),
    "ouder": ("ouder", "ouder", "ouder", "ouder"),
}
HIGHER = ("geen", "uitnodiging", "eigen", "ouder", "dossier", "lezen", "alles")
NOUNS_OF_DOSSIER = (
    "Kind",
    "Gezagsdrager",
    "Hulpvraag",
    "StatusWijziging",
    "Bijlage",
    "Notitie",
    "Afspraak",
    "Overlegronde",
    "Deelname",
    "SchoolVoorkeur",
    "Toestemming",
    "Betrokkenheid",
)
NOUNS = (*NOUNS_OF_DOSSIER, "Organisation", "Lidmaatschap", "Bericht")
VERBS = (
    "read",
    "add",
    "edit",
    "retract",
    "share",
    "finalise",
    "answer",
    "ask",
    "tick",
    "withdraw",
    "hand_over",
    "search",
)


@dataclass(frozen=True)
class Who:
    """Somebody at work: one account, for one organisation or for nobody, with the roles given there.

    `elsewhere` are the other organisations of the account: one can switch to them. `changed` is what the
    organisation changed of its rights: role, right, has it.
    """

    key: str
    account: int
    organisation: str | None
    soort: str | None
    swv: str | None
    given: frozenset[str]
    signed_in: bool = True
    elsewhere: frozenset[str] = frozenset()
    changed: frozenset[tuple[str, str, bool]] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        return self.given & CEILING[self.soort] if self.signed_in else frozenset()

    @property
    def is_jk(self) -> bool:
        return bool(self.opening & JK)

    @property
    def opening(self) -> frozenset[str]:
        """The roles that open dossiers: to read a hulpvraag is the door to all of it."""
        return frozenset(role for role in self.roles if "Hulpvraag.read" in rights(self, role))


@dataclass(frozen=True)
class Party:
    """An organisation or an account on a ground; `running` in force now, `listed` on 'Wie heeft toegang'.

    An account is involved on behalf of one organisation (`behalf`), or of nobody.
    """

    ground: str
    running: bool
    organisation: str | None = None
    account: int | None = None
    listed: bool = True
    behalf: str | None = None


@dataclass(eq=False)
class Dossier:
    key: str
    id: str
    swv: str
    status: str
    kind: str
    voorschool: str
    parties: list[Party] = field(default_factory=list)
    agreed: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Thing:
    """A row, in the words of the rights table; a child hangs off all its dossiers, a document off one.

    `organisation` is whose it is, or, of a school of preference and a consent, which school it is about.
    `account` is the person it is about; a school is `wanted_in` the dossiers that it is a preference of.
    `people` take part in a round: account and on whose behalf. `named` is the organisation that has to do it.
    `state` is how far it is: of a school of preference, of a consent, of an advice that is not final yet.
    """

    noun: str
    id: str
    swv: str | None
    dossiers: tuple[Dossier, ...] = ()
    organisation: str | None = None
    soort: str | None = None
    account: int | None = None
    shared: bool = True
    retracted: bool = False
    replaced: bool = False
    infected: bool = False
    has_authority: bool = False
    farewell: bool = False
    failed: bool = False
    ended: bool = False
    name: str = ""
    people: frozenset[tuple[int, str | None]] = frozenset()
    named: str | None = None
    state: str = ""
    wanted_in: tuple[Dossier, ...] = ()


def level(who: Who, dossier: Dossier) -> str:
    """The highest of the levels that this person's grounds give on the dossier now."""
    return max((at for _ground, at in standing(who, dossier)), key=HIGHER.index, default="geen")


def standing(who: Who, dossier: Dossier) -> set[tuple[str, str]]:
    """The grounds that open the dossier to this person now, each with its level."""
    if not who.signed_in or who.swv != dossier.swv:
        return set()
    column = COLUMN[dossier.status]
    if who.is_jk and who.organisation == dossier.swv:
        return {("swv", LEVEL["swv"][column])}
    grounds = {
        p.ground for p in dossier.parties if p.running and ROLES_OF[p.ground] & who.opening and _is(p, who)
    }
    return {(g, LEVEL[g][column]) for g in grounds if LEVEL[g][column] != "geen"}


def _is(party: Party, who: Who) -> bool:
    if party.ground in IN_PERSON:
        return (party.account, party.behalf) == (who.account, who.organisation)
    return who.organisation is not None and party.organisation == who.organisation


def may(who: Who, verb: str, thing: Thing) -> bool:
    """The rights table: what this person may do with this row. For `add` the row is a new one of theirs."""
    if not who.roles or thing.noun == "Gebeurtenis":
        return False
    if thing.noun in NOUNS_OF_DOSSIER and not has(who, thing.noun, verb):
        return False
    others = {"Organisation": _organisation, "Lidmaatschap": _lidmaatschap, "Bericht": _bericht}
    if thing.noun in others:
        return others[thing.noun](who, verb, thing)
    # A child belongs to its SWV, also before and after its dossiers; so does a new hulpvraag.
    of_swv = thing.noun in ("Kind", "Gezagsdrager") or (thing.noun == "Hulpvraag" and verb == "add")
    if of_swv and _staff_of(who, thing):
        return verb in TABLE["alles", thing.noun]
    return any(
        _at(at, who, verb, thing, dossier, ground)
        for dossier in thing.dossiers
        for ground, at in standing(who, dossier)
    )


def _staff_of(who: Who, thing: Thing) -> bool:
    return who.is_jk and who.organisation == thing.swv


Condition = Callable[[bool, Who, Thing, Dossier], bool]


# (level, noun): what of which rows. A condition takes (is it one's own, who, row, dossier).
def _every(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return True


def _own(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return own


def _own_or_shared(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return own or thing.shared


def _during_aanvraag(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return dossier.status == "aanvraag"


def _own_during_aanvraag(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return own and dossier.status == "aanvraag"


def _with_authority(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return thing.has_authority


def _oneself(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return thing.account == who.account


def _organisations(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return thing.organisation is not None


def _takes_part(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return (who.account, who.organisation) in thing.people


def _named(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return thing.account == who.account or (thing.named is not None and thing.named == who.organisation)


def _named_or_shared(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return thing.shared or _named(own, who, thing, dossier)


def _while_open(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return dossier.status not in ("advies_afgerond", "ingetrokken")


def _own_while_open(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return own and _while_open(own, who, thing, dossier)


def _named_while_open(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return _named(own, who, thing, dossier) and _while_open(own, who, thing, dossier)


def _with_own_authority(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return thing.account == who.account and thing.has_authority


def _handed_over(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return dossier.status in ("jk_advies_afgerond", "advies_afgerond")


def _handed_over_to(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return _handed_over(own, who, thing, dossier) and who.organisation in dossier.agreed


TABLE: dict[tuple[str, str], dict[str, Condition]] = {
    ("eigen", "Kind"): {"read": _every},
    ("dossier", "Kind"): {"read": _every},
    ("ouder", "Kind"): {"read": _every},
    ("alles", "Kind"): {"read": _every, "add": _every, "edit": _every},
    ("dossier", "Gezagsdrager"): {"read": _with_authority},
    ("ouder", "Gezagsdrager"): {"read": _oneself},
    ("alles", "Gezagsdrager"): {"read": _every, "add": _every, "edit": _every},
    ("eigen", "Hulpvraag"): {"read": _every, "edit": _during_aanvraag},
    ("dossier", "Hulpvraag"): {"read": _every},
    ("ouder", "Hulpvraag"): {"read": _every},
    ("alles", "Hulpvraag"): {"read": _every, "add": _every, "edit": _every, "hand_over": _handed_over},
    ("eigen", "StatusWijziging"): {"read": _every},
    ("dossier", "StatusWijziging"): {"read": _every},
    ("ouder", "StatusWijziging"): {"read": _every},
    ("alles", "StatusWijziging"): {"read": _every},
    ("eigen", "Bijlage"): {"read": _own, "add": _own, "retract": _own_during_aanvraag},
    ("dossier", "Bijlage"): {
        "read": _own_or_shared,
        "add": _own_while_open,
        "retract": _own_while_open,
    },
    ("alles", "Bijlage"): {
        "read": _every,
        "add": _own,
        "edit": _every,
        "retract": _every,
        "share": _every,
        "finalise": _every,
    },
    ("eigen", "Notitie"): {"read": _own},
    ("dossier", "Notitie"): {"read": _own_or_shared, "add": _own_while_open},
    ("alles", "Notitie"): {"read": _every, "add": _own, "share": _every},
    ("ouder", "Afspraak"): {"read": _named},
    ("dossier", "Afspraak"): {"read": _named_or_shared, "tick": _named_while_open},
    ("alles", "Afspraak"): {"read": _every, "add": _every, "edit": _every, "share": _every, "tick": _every},
    ("uitnodiging", "Overlegronde"): {"read": _takes_part},
    ("eigen", "Overlegronde"): {"read": _takes_part},
    ("ouder", "Overlegronde"): {"read": _takes_part},
    ("dossier", "Overlegronde"): {"read": _takes_part},
    ("alles", "Overlegronde"): {"read": _every, "add": _every, "edit": _every},
    ("uitnodiging", "Deelname"): {"read": _takes_part, "answer": _takes_part},
    ("eigen", "Deelname"): {"read": _takes_part},
    ("ouder", "Deelname"): {"read": _takes_part},
    ("dossier", "Deelname"): {"read": _takes_part},
    ("alles", "Deelname"): {"read": _every, "add": _every, "edit": _every, "answer": _takes_part},
    ("ouder", "Gebeurtenis"): {"read": _every},
    ("alles", "Gebeurtenis"): {"read": _every},
    ("ouder", "SchoolVoorkeur"): {"read": _every, "add": _while_open},
    ("alles", "SchoolVoorkeur"): {"read": _every, "add": _every, "edit": _every, "answer": _every},
    ("ouder", "Toestemming"): {
        "read": _with_own_authority,
        "answer": _with_own_authority,
        "withdraw": _with_own_authority,
    },
    ("alles", "Toestemming"): {"read": _every, "add": _every, "withdraw": _every},
    ("dossier", "Betrokkenheid"): {"read": _organisations},
    ("ouder", "Betrokkenheid"): {"read": _every},
    ("alles", "Betrokkenheid"): {"read": _every},
}


# What a school sees of its own approach, and a preschool of all: by the ground, at level dossier.
OF_GROUND: dict[tuple[str, str], dict[str, Condition]] = {
    ("school", "SchoolVoorkeur"): {"read": _own, "answer": _own, "ask": _own},
    ("zorgplicht", "SchoolVoorkeur"): {"read": _own, "answer": _own, "ask": _own},
    ("voorschool", "SchoolVoorkeur"): {"read": _every},
    ("school", "Hulpvraag"): {"hand_over": _handed_over_to},
    ("school", "Toestemming"): {"read": _own},
    ("zorgplicht", "Toestemming"): {"read": _own},
}


def _at(at: str, who: Who, verb: str, thing: Thing, dossier: Dossier, ground: str) -> bool:
    if at == "lezen":  # a consent is taken back also after the end, and the school takes the dossier over
        also = {
            "withdraw": thing.noun == "Toestemming",
            "hand_over": thing.noun == "Hulpvraag" and _handed_over(True, who, thing, dossier),
        }
        return verb == "read" or also.get(verb, False)
    # Only JK staff see what was taken back, or replaced by a newer version.
    if thing.noun == "Bijlage" and (thing.retracted or thing.replaced) and at != "alles":
        return False
    # What has a virus, only who brought it.
    if thing.infected and at != "alles" and who.organisation != thing.organisation:
        return False
    by_ground = OF_GROUND.get((ground, thing.noun), {}) if at == "dossier" else {}
    condition = by_ground.get(verb) or TABLE.get((at, thing.noun), {}).get(verb)
    own = who.organisation is not None and who.organisation in (thing.organisation, _written_to(thing))
    return condition is not None and condition(own, who, thing, dossier)


def reads(standing: tuple[str, str], noun: str) -> bool:
    """Whether a ground, at its level, opens anything of this noun."""
    ground, at = standing
    at = "alles" if at == "lezen" else at
    by_ground = OF_GROUND.get((ground, noun), {}) if at == "dossier" else {}
    return "read" in by_ground or "read" in TABLE.get((at, noun), {})


def _written_to(thing: Thing) -> str | None:
    """The school that a note of the SWV is for."""
    return thing.named if thing.noun == "Notitie" else None


def open_fields(who: Who, thing: Thing) -> frozenset[str] | None:
    """The fields of a readable row that this person may read; None is all of them."""
    grounds = {pair for dossier in thing.dossiers for pair in standing(who, dossier)}
    levels = {at for _ground, at in grounds}
    if levels & {"lezen", "alles"} or _staff_of(who, thing):
        return None
    if thing.noun == "SchoolVoorkeur":
        of_school = {("school", "dossier"), ("zorgplicht", "dossier")} & grounds
        return None if of_school else frozenset({"school"})
    if thing.noun == "Gezagsdrager":
        return None if "ouder" in levels and thing.account == who.account else frozenset({"naam"})
    if levels <= {"ouder", "uitnodiging"} and thing.noun == "Hulpvraag":
        return frozenset({"nummer"})
    if levels <= {"ouder", "uitnodiging"} and thing.noun == "StatusWijziging":
        return frozenset()
    return None


def editable_fields(who: Who, dossier: Dossier) -> frozenset[str] | None:
    """The fields of a hulpvraag that may be changed; None is all of them."""
    levels = {at for _ground, at in standing(who, dossier)}
    if "alles" in levels:
        return None
    return frozenset({"omschrijving"}) if "eigen" in levels else frozenset()


def reads_event(who: Who, swv: str | None, dossier: Dossier | None, noun: str, *, succeeded: bool) -> bool:
    """Whether this person may know of an event of the log; a parent hears nothing of who was refused.

    `noun` is what an event outside any dossier is about: of children and parents JK staff of the SWV know.
    """
    if swv is None or swv != who.swv or not has(who, "Gebeurtenis", "read"):
        return False
    if who.organisation == who.swv and (
        has(who, "Gebeurtenis", "search") or (who.is_jk and noun in ("Kind", "Gezagsdrager"))
    ):
        return True
    levels = {at for _ground, at in standing(who, dossier)} if dossier else set()
    return bool(levels & {"alles", "lezen"}) or ("ouder" in levels and succeeded)


def _organisation(who: Who, verb: str, thing: Thing) -> bool:
    if "platformbeheerder" in who.roles and has(who, "Organisation", verb):
        return True
    if verb == "edit":  # an SWV's own, and its affiliated ones
        reach = thing.id == who.organisation or (thing.swv == who.swv == who.organisation)
        return has(who, "Organisation", "edit") and reach
    if verb != "read":
        return False
    if thing.id in (who.organisation, who.swv):
        return True
    if (
        who.organisation == who.swv
        and thing.swv == who.swv
        and (who.is_jk or has(who, "Organisation", "read"))
    ):
        return True
    if thing.soort == "school" and "ouder" in who.roles and thing.swv == who.swv:
        return True  # one chooses from them
    # The names of the other parties in a dossier are part of 'Wie heeft toegang'.
    if any(level(who, dossier) in ("dossier", "ouder") for dossier in thing.dossiers):
        return True
    return any(("voorschool", "dossier") in standing(who, dossier) for dossier in thing.wanted_in)


def _lidmaatschap(who: Who, verb: str, thing: Thing) -> bool:
    # JK staff choose people for a dossier: they may know who works where.
    chooses = who.is_jk and verb == "read"
    if not chooses and not has(who, "Lidmaatschap", verb):
        return False
    reach = thing.organisation == who.organisation or (
        who.organisation == who.swv and thing.swv is not None and thing.swv == who.swv
    )
    return reach and (verb == "read" or thing.account != who.account)


def _bericht(who: Who, verb: str, thing: Thing) -> bool:
    if verb not in ("read", "edit"):
        return False
    if who.is_jk and who.organisation == who.swv and thing.failed and thing.swv == who.swv:
        return True
    mine = thing.account == who.account and thing.organisation in (who.organisation, None)
    known = thing.farewell or all(level(who, dossier) != "geen" for dossier in thing.dossiers)
    return mine and known


# The status table: key → statuses it leaves from, roles, what it needs.
OPEN = frozenset(COLUMN) - {"advies_afgerond", "ingetrokken"}
MOVES: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "bijlagen_toegevoegd": (
        frozenset({"aanvraag"}),
        JK | {"contactpersoon_voorschool"},
        frozenset({"aanvraag getekend"}),
    ),
    "aanvulling": (
        frozenset({"bijlagen_toegevoegd"}),
        frozenset({"jk_specialist"}),
        frozenset({"toelichting"}),
    ),
    "onderwijsadvies": (
        frozenset({"bijlagen_toegevoegd"}),
        frozenset({"jk_specialist"}),
        frozenset({"advies definitief"}),
    ),
    "aanmelden_school": (
        frozenset({"onderwijsadvies", "afgewezen", "jk_advies_afgerond"}),
        frozenset({"jk_specialist"}),
        frozenset({"school benaderd"}),
    ),
    "jk_advies_afgerond": (
        frozenset({"aanmelden_school", "afgewezen"}),
        frozenset({"jk_specialist"}),
        frozenset({"school akkoord"}),
    ),
    "afgewezen": (
        frozenset({"aanmelden_school"}),
        frozenset({"jk_specialist"}),
        frozenset({"school afgewezen"}),
    ),
    "advies_afgerond": (
        frozenset({"jk_advies_afgerond"}),
        frozenset({"jk_specialist"}),
        frozenset({"school akkoord", "plaatsing"}),
    ),
    "ingetrokken": (OPEN, JK, frozenset({"toelichting"})),
    "terugnemen": (frozenset(COLUMN), JK, frozenset({"toelichting"})),
}


def may_move(who: Who, key: str, dossier: Dossier) -> bool:
    """Whether this person may make this change of status at all, when it leaves from here."""
    grounds = {ground for ground, _at in standing(who, dossier)}
    roles = {role for role in who.roles if f"status.{key}" in rights(who, role)}
    return (key in MOVES and bool(roles & JK and "swv" in grounds)) or (
        "contactpersoon_voorschool" in roles and "voorschool" in grounds
    )


# What a role has where its organisation changed nothing; which rows that is about is another question.
_READS = {
    **dict.fromkeys(NOUNS_OF_DOSSIER, ("read",)),
    "Afspraak": ("read", "tick"),
    "Deelname": ("read", "answer"),
    "Bericht": ("read", "edit"),
}
del _READS["Toestemming"]
_STAFF = _READS | {
    **dict.fromkeys(("Organisation", "Gebeurtenis"), ("read",)),
    **dict.fromkeys(("Kind", "Gezagsdrager", "Overlegronde"), ("read", "add", "edit")),
    "Hulpvraag": ("read", "add", "edit", "hand_over"),
    "Bijlage": ("read", "add", "edit", "share", "retract"),
    "Notitie": ("read", "add", "share"),
    "Afspraak": ("read", "add", "edit", "share", "tick"),
    "Deelname": ("read", "add", "edit", "answer"),
    "SchoolVoorkeur": ("read", "add", "edit", "answer"),
    "Toestemming": ("read", "add", "withdraw"),
}
_OUTSIDE = _READS | {"Bijlage": ("read", "add", "retract"), "Notitie": ("read", "add")}
_RUNS = {"Organisation": ("read", "edit"), "Lidmaatschap": ("read", "add", "edit"), "Recht": ("read", "edit")}
_WRITES = {"Bericht": ("read", "edit")}
GIVEN: dict[str, dict[str, tuple[str, ...]]] = {
    "contactpersoon_jk": _STAFF,
    "jk_specialist": _STAFF | {"Bijlage": (*_STAFF["Bijlage"], "finalise")},
    "contactpersoon_voorschool": _OUTSIDE | {"Hulpvraag": ("read", "edit")},
    "contactpersoon_school": _OUTSIDE
    | {
        "Hulpvraag": ("read", "hand_over"),
        "SchoolVoorkeur": ("read", "answer", "ask"),
        "Toestemming": ("read",),
    },
    "ouder": _READS
    | {"Gebeurtenis": ("read",)}
    | {"SchoolVoorkeur": ("read", "add"), "Toestemming": ("read", "answer", "withdraw")},
    "deelnemer": _READS,
    "rolbeheerder": _RUNS | _WRITES,
    "privacyfunctionaris": _WRITES | {"Gebeurtenis": ("read", "search")},
    "platformbeheerder": {"Organisation": ("read", "add", "edit")} | _WRITES,
}
# Of a whole region, at the SWV itself.
OF_REGION = {
    "rolbeheerder": {
        "Organisation.add",
        "Toegangscontrole.read",
        "Toegangscontrole.add",
        "Invoer.read",
        "Invoer.add",
    },
    "privacyfunctionaris": {"Toegangscontrole.read"},
}


def given(role: str, soort: str | None) -> frozenset[str]:
    """The rights of a role as they are where nothing was changed."""
    moves = (f"status.{key}" for key, (_since, roles, _needs) in MOVES.items() if role in roles)
    first = {"status.aanvraag"} if role in JK else set()
    region = OF_REGION.get(role, set()) if soort == "samenwerkingsverband" else set()
    nouns = (f"{noun}.{verb}" for noun, verbs in GIVEN[role].items() for verb in verbs)
    return frozenset({*nouns, *moves, *first, *region})


def rights(who: Who, role: str) -> frozenset[str]:
    """The rights of a role in the organisation of this person: changed, below the ceiling, of a whole."""
    return _rights(role, who.soort, who.changed)


@cache
def _rights(role: str, soort: str | None, changed: frozenset[tuple[str, str, bool]]) -> frozenset[str]:
    own = given(role, soort)
    most = given("jk_specialist", soort) | given("contactpersoon_jk", soort) if role in JK else own
    more = {right for of, right, granted in changed if of == role and granted}
    less = {right for of, right, granted in changed if of == role and not granted}
    kept = {right for right in own if right.startswith("Bericht.")}
    if role in CEILING[None]:  # what the law gives to parents is not taken away
        kept |= {right for right in own if right.endswith(".read") or right.startswith("Toestemming.")}
    found = ((own | more) - (less - kept)) & most
    if not {"Hulpvraag.read", "Kind.read"} <= found:
        found = {right for right in found if right.split(".")[0] not in (*NOUNS_OF_DOSSIER, "status")}
    if "Overlegronde.read" not in found:  # one takes part in what one may know of
        found = {right for right in found if not right.startswith("Deelname.")}
    if "Organisation.read" not in found:
        found = {right for right in found if not right.startswith("Recht.")}
    if "StatusWijziging.read" not in found:
        found = found - {"status.terugnemen"}
    return frozenset(r for r in found if r.startswith("status.") or f"{r.split('.')[0]}.read" in found)


def has(who: Who, noun: str, verb: str) -> bool:
    """Whether one of the roles has this right; the screens of a noun are there for who may read it."""
    return any(f"{noun}.{verb}" in rights(who, role) for role in who.roles)
