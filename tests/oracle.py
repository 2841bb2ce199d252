"""Who may do what, written a second time and apart from the app, from docs/domain.md alone: no SQL."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
# The role that a ground is for.
ROLE_OF = {
    "voorschool": "contactpersoon_voorschool",
    "school": "contactpersoon_school",
    "zorgplicht": "contactpersoon_school",
    "overlegronde": "deelnemer",
    "ouder": "ouder",
}
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
    "overlegronde": ("dossier", "dossier", "geen", "geen"),
    "ouder": ("ouder", "ouder", "ouder", "ouder"),
}
HIGHER = ("geen", "eigen", "ouder", "dossier", "lezen", "alles")
NOUNS_OF_DOSSIER = (
    "Kind",
    "Gezagsdrager",
    "Hulpvraag",
    "StatusWijziging",
    "Bijlage",
    "Notitie",
    "Betrokkenheid",
)
NOUNS = (*NOUNS_OF_DOSSIER, "Organisation", "Lidmaatschap", "Bericht", "Gebeurtenis")
VERBS = ("read", "add", "edit", "retract", "share", "finalise")


@dataclass(frozen=True)
class Who:
    """Somebody at work: one account, for one organisation or for nobody, with the roles given there.

    `elsewhere` are the other organisations of the account: one can switch to them.
    """

    key: str
    account: int
    organisation: str | None
    soort: str | None
    swv: str | None
    given: frozenset[str]
    signed_in: bool = True
    elsewhere: frozenset[str] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        return self.given & CEILING[self.soort] if self.signed_in else frozenset()

    @property
    def is_jk(self) -> bool:
        return bool(self.roles & JK)


@dataclass(frozen=True)
class Party:
    """An organisation or an account on a ground; `running` in force now, `listed` on 'Wie heeft toegang'."""

    ground: str
    running: bool
    organisation: str | None = None
    account: int | None = None
    listed: bool = True


@dataclass(eq=False)
class Dossier:
    key: str
    id: str
    swv: str
    status: str
    kind: str
    voorschool: str
    parties: list[Party] = field(default_factory=list)


@dataclass(eq=False)
class Thing:
    """A row, in the words of the rights table; a child hangs off all its dossiers, a document off one."""

    noun: str
    id: str
    swv: str | None
    dossiers: tuple[Dossier, ...] = ()
    organisation: str | None = None
    soort: str | None = None
    account: int | None = None
    shared: bool = True
    retracted: bool = False
    has_authority: bool = False
    farewell: bool = False
    failed: bool = False
    ended: bool = False
    name: str = ""


def level(who: Who, dossier: Dossier) -> str:
    """The highest of the levels that this person's grounds give on the dossier now."""
    if not who.signed_in or who.swv != dossier.swv:
        return "geen"
    column = COLUMN[dossier.status]
    found = [LEVEL["swv"][column]] if who.is_jk and who.organisation == dossier.swv else []
    for party in dossier.parties:
        if party.running and ROLE_OF[party.ground] in who.roles and _is(party, who):
            found.append(LEVEL[party.ground][column])
    return max(found, key=HIGHER.index, default="geen")


def _is(party: Party, who: Who) -> bool:
    if who.organisation is not None:
        return party.organisation == who.organisation
    return party.account == who.account


def may(who: Who, verb: str, thing: Thing) -> bool:
    """The rights table: what this person may do with this row. For `add` the row is a new one of theirs."""
    if not who.roles or thing.noun == "Gebeurtenis":
        return False
    others = {"Organisation": _organisation, "Lidmaatschap": _lidmaatschap, "Bericht": _bericht}
    if thing.noun in others:
        return others[thing.noun](who, verb, thing)
    # A child belongs to its SWV, also before and after its dossiers; so does a new hulpvraag.
    of_swv = thing.noun in ("Kind", "Gezagsdrager") or (thing.noun == "Hulpvraag" and verb == "add")
    if of_swv and _staff_of(who, thing):
        return verb in TABLE["alles", thing.noun]
    return any(_at(level(who, dossier), who, verb, thing, dossier) for dossier in thing.dossiers)


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


def _by_specialist(own: bool, who: Who, thing: Thing, dossier: Dossier) -> bool:
    return "jk_specialist" in who.roles


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
    ("alles", "Hulpvraag"): {"read": _every, "add": _every, "edit": _every},
    ("eigen", "StatusWijziging"): {"read": _every},
    ("dossier", "StatusWijziging"): {"read": _every},
    ("ouder", "StatusWijziging"): {"read": _every},
    ("alles", "StatusWijziging"): {"read": _every},
    ("eigen", "Bijlage"): {"read": _own, "add": _own, "retract": _own_during_aanvraag},
    ("dossier", "Bijlage"): {"read": _own_or_shared, "add": _own, "retract": _own},
    ("alles", "Bijlage"): {
        "read": _every,
        "add": _own,
        "edit": _every,
        "retract": _every,
        "share": _every,
        "finalise": _by_specialist,
    },
    ("eigen", "Notitie"): {"read": _own},
    ("dossier", "Notitie"): {"read": _own_or_shared, "add": _own},
    ("alles", "Notitie"): {"read": _every, "add": _own, "share": _every},
    ("dossier", "Betrokkenheid"): {"read": _organisations},
    ("ouder", "Betrokkenheid"): {"read": _every},
    ("alles", "Betrokkenheid"): {"read": _every},
}


def _at(at: str, who: Who, verb: str, thing: Thing, dossier: Dossier) -> bool:
    if at == "lezen":
        return verb == "read"
    # Only JK staff see what was taken back.
    if thing.noun == "Bijlage" and thing.retracted and at != "alles":
        return False
    condition = TABLE.get((at, thing.noun), {}).get(verb)
    own = thing.organisation is not None and thing.organisation == who.organisation
    return condition is not None and condition(own, who, thing, dossier)


def open_fields(who: Who, thing: Thing) -> frozenset[str] | None:
    """The fields of a readable row that this person may read; None is all of them."""
    levels = {level(who, dossier) for dossier in thing.dossiers}
    if levels & {"lezen", "alles"} or _staff_of(who, thing):
        return None
    if thing.noun == "Gezagsdrager" and "ouder" not in levels:
        return frozenset({"naam"})
    if levels == {"ouder"} and thing.noun == "Hulpvraag":
        return frozenset({"nummer"})
    if levels == {"ouder"} and thing.noun == "StatusWijziging":
        return frozenset()
    return None


def editable_fields(who: Who, dossier: Dossier) -> frozenset[str] | None:
    """The fields of a hulpvraag that may be changed; None is all of them."""
    return {"alles": None, "eigen": frozenset({"omschrijving"})}.get(level(who, dossier), frozenset())


def _organisation(who: Who, verb: str, thing: Thing) -> bool:
    if "platformbeheerder" in who.roles:
        return verb in ("read", "add", "edit")
    if verb == "edit":
        return "rolbeheerder" in who.roles and thing.id == who.organisation
    if verb != "read":
        return False
    if thing.id in (who.organisation, who.swv):
        return True
    if who.organisation == who.swv and who.roles & (JK | {"rolbeheerder"}) and thing.swv == who.swv:
        return True
    # The names of the other parties in a dossier are part of 'Wie heeft toegang'.
    return any(level(who, dossier) in ("dossier", "ouder") for dossier in thing.dossiers)


def _lidmaatschap(who: Who, verb: str, thing: Thing) -> bool:
    # JK staff choose people for a dossier: they may know who works where.
    chooses = who.is_jk and verb == "read"
    if not chooses and ("rolbeheerder" not in who.roles or verb not in ("read", "add", "edit")):
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
    "ingetrokken": (OPEN, JK, frozenset({"toelichting"})),
    "terugnemen": (frozenset(COLUMN), JK, frozenset({"toelichting"})),
}


def may_move(who: Who, key: str, dossier: Dossier) -> bool:
    """Whether this person may make this change of status at all, when it leaves from here."""
    return key in MOVES and bool(MOVES[key][1] & who.roles) and level(who, dossier) != "geen"


# The screens of a noun that a role has at all; which rows are on them is another question.
_DOSSIER_ROLES = JK | {"contactpersoon_voorschool", "contactpersoon_school", "ouder", "deelnemer"}
LISTS = {
    **dict.fromkeys(("Hulpvraag", "Kind", "Gezagsdrager", "Bijlage", "Notitie"), _DOSSIER_ROLES),
    "Organisation": JK | {"rolbeheerder", "platformbeheerder"},
    "Lidmaatschap": frozenset({"rolbeheerder"}),
    "Bericht": frozenset().union(*CEILING.values()),
}
EDITS = {
    **dict.fromkeys(("Kind", "Gezagsdrager", "Bijlage"), JK),
    "Hulpvraag": JK | {"contactpersoon_voorschool"},
    "Organisation": frozenset({"rolbeheerder", "platformbeheerder"}),
}
ADDS = {
    **dict.fromkeys(("Hulpvraag", "Kind", "Gezagsdrager"), JK),
    "Notitie": JK | {"contactpersoon_voorschool", "contactpersoon_school"},
    "Bijlage": JK | {"contactpersoon_voorschool", "contactpersoon_school"},
    "Organisation": frozenset({"platformbeheerder"}),
    "Lidmaatschap": frozenset({"rolbeheerder"}),
}
