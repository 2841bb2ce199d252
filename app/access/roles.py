"""The matrix: what a role has by default, the ceiling, what an organisation changed, and FAB's questions."""

from collections.abc import Iterable
from functools import lru_cache

from app import workflow
from app.terms import Noun, OrganisationSoort, Role, Verb

_R, _A, _E = Verb.READ, Verb.ADD, Verb.EDIT

_dossier_read = {
    noun: frozenset({_R})
    for noun in (Noun.KIND, Noun.GEZAGSDRAGER, Noun.HULPVRAAG, Noun.STATUSWIJZIGING, Noun.BIJLAGE)
} | {
    Noun.NOTITIE: frozenset({_R}),
    Noun.AFSPRAAK: frozenset({_R, Verb.TICK}),
    Noun.OVERLEGRONDE: frozenset({_R}),
    Noun.DEELNAME: frozenset({_R, Verb.ANSWER}),
    Noun.SCHOOLVOORKEUR: frozenset({_R}),
    Noun.BETROKKENHEID: frozenset({_R}),
    Noun.BERICHT: frozenset({_R, _E}),
}
_jk = _dossier_read | {
    Noun.ORGANISATION: frozenset({_R}),
    Noun.GEBEURTENIS: frozenset({_R}),
    Noun.KIND: frozenset({_R, _A, _E}),
    Noun.GEZAGSDRAGER: frozenset({_R, _A, _E}),
    Noun.HULPVRAAG: frozenset({_R, _A, _E, Verb.HAND_OVER}),
    Noun.NOTITIE: frozenset({_R, _A, Verb.SHARE}),
    Noun.AFSPRAAK: frozenset({_R, _A, _E, Verb.SHARE, Verb.TICK}),
    Noun.OVERLEGRONDE: frozenset({_R, _A, _E}),
    Noun.DEELNAME: frozenset({_R, _A, _E, Verb.ANSWER}),
    Noun.SCHOOLVOORKEUR: frozenset({_R, _A, _E, Verb.ANSWER}),
    Noun.TOESTEMMING: frozenset({_R, _A, Verb.WITHDRAW}),
}
_outside = _dossier_read | {
    Noun.BIJLAGE: frozenset({_R, _A, Verb.RETRACT}),
    Noun.NOTITIE: frozenset({_R, _A}),
}

# What a role may at most; the rights of a dossier's level come on top as a second condition.
ROLE_RIGHTS: dict[Role, dict[Noun, frozenset[Verb]]] = {
    Role.CONTACTPERSOON_JK: _jk | {Noun.BIJLAGE: frozenset({_R, _A, _E, Verb.SHARE, Verb.RETRACT})},
    Role.JK_SPECIALIST: _jk
    | {Noun.BIJLAGE: frozenset({_R, _A, _E, Verb.SHARE, Verb.FINALISE, Verb.RETRACT})},
    Role.CONTACTPERSOON_VOORSCHOOL: _outside | {Noun.HULPVRAAG: frozenset({_R, _E})},
    Role.CONTACTPERSOON_SCHOOL: _outside
    | {
        Noun.HULPVRAAG: frozenset({_R, Verb.HAND_OVER}),
        Noun.SCHOOLVOORKEUR: frozenset({_R, Verb.ANSWER, Verb.ASK}),
        Noun.TOESTEMMING: frozenset({_R}),
    },
    Role.OUDER: _dossier_read
    | {
        Noun.GEBEURTENIS: frozenset({_R}),
        Noun.SCHOOLVOORKEUR: frozenset({_R, _A}),
        Noun.TOESTEMMING: frozenset({_R, Verb.ANSWER, Verb.WITHDRAW}),
    },
    Role.DEELNEMER: _dossier_read,
    Role.ROLBEHEERDER: {
        Noun.ORGANISATION: frozenset({_R, _A, _E}),
        Noun.LIDMAATSCHAP: frozenset({_R, _A, _E}),
        Noun.RECHT: frozenset({_R, _E}),
        Noun.TOEGANGSCONTROLE: frozenset({_R, _A}),
        Noun.INVOER: frozenset({_R, _A}),
        Noun.BERICHT: frozenset({_R, _E}),
    },
    Role.PRIVACYFUNCTIONARIS: {
        Noun.GEBEURTENIS: frozenset({_R, Verb.SEARCH}),
        Noun.TOEGANGSCONTROLE: frozenset({_R}),
        Noun.BERICHT: frozenset({_R, _E}),
    },
    Role.PLATFORMBEHEERDER: {
        Noun.ORGANISATION: frozenset({_R, _A, _E}),
        Noun.BERICHT: frozenset({_R, _E}),
    },
}

Rights = frozenset[str]
# One right that a role has in an organisation though not by default (True), or the other way round.
Deviation = tuple[Role, str, bool]


def right_to(noun: Noun, verb: Verb) -> str:
    """Name the right to `verb` a noun."""
    return f"{noun}.{verb}"


def right_to_move(transition: workflow.Transition) -> str:
    """Name the right to make a change of status."""
    return f"status.{transition.key}"


def _written_out(table: dict[Noun, frozenset[Verb]], moves: Iterable[workflow.Transition]) -> Rights:
    return frozenset(right_to(noun, verb) for noun, verbs in table.items() for verb in verbs) | frozenset(
        map(right_to_move, moves)
    )


OPEN_DOSSIER = right_to(Noun.HULPVRAAG, _R)
DOSSIER_NOUNS = frozenset(ROLE_RIGHTS[Role.JK_SPECIALIST]) - {
    Noun.ORGANISATION,
    Noun.BERICHT,
    Noun.GEBEURTENIS,
}

# What a role has where its organisation changed nothing.
DEFAULTS: dict[Role, Rights] = {
    role: _written_out(table, (t for t in workflow.TRANSITIONS if role in t.who))
    for role, table in ROLE_RIGHTS.items()
}
_anything_jk = _written_out(ROLE_RIGHTS[Role.JK_SPECIALIST], workflow.TRANSITIONS)
# Of a whole region: an SWV's alone.
_of_swv = {
    right_to(Noun.ORGANISATION, _A),
    *(right_to(noun, verb) for noun in (Noun.TOEGANGSCONTROLE, Noun.INVOER) for verb in Verb),
}
_in_own_house = DEFAULTS[Role.ROLBEHEERDER] - _of_swv

# THE ceiling: the roles that a kind of organisation can give at all, and the most that each can have there.
CEILING: dict[OrganisationSoort, dict[Role, Rights]] = {
    OrganisationSoort.SAMENWERKINGSVERBAND: {
        Role.CONTACTPERSOON_JK: _anything_jk,
        Role.JK_SPECIALIST: _anything_jk,
        Role.ROLBEHEERDER: DEFAULTS[Role.ROLBEHEERDER],
        Role.PRIVACYFUNCTIONARIS: DEFAULTS[Role.PRIVACYFUNCTIONARIS],
    },
    OrganisationSoort.VOORSCHOOL: {
        Role.CONTACTPERSOON_VOORSCHOOL: DEFAULTS[Role.CONTACTPERSOON_VOORSCHOOL],
        Role.ROLBEHEERDER: _in_own_house,
    },
    OrganisationSoort.SCHOOL: {
        Role.CONTACTPERSOON_SCHOOL: DEFAULTS[Role.CONTACTPERSOON_SCHOOL],
        Role.ROLBEHEERDER: _in_own_house,
    },
    OrganisationSoort.PARTNER: {Role.ROLBEHEERDER: _in_own_house},
    OrganisationSoort.EXPLOITANT: {Role.PLATFORMBEHEERDER: DEFAULTS[Role.PLATFORMBEHEERDER]},
}
# Who is invited has no membership: their rights are a matter of the SWV.
INVITED: dict[Role, Rights] = {role: DEFAULTS[role] for role in (Role.OUDER, Role.DEELNEMER)}
# What nobody takes away: one's own messages, and what the law gives to parents.
FIXED: dict[Role, Rights] = {
    role: frozenset(
        right
        for right in rights
        if right.startswith(f"{Noun.BERICHT}.")
        or (role in INVITED and (right.endswith(f".{_R}") or right.startswith(f"{Noun.TOESTEMMING}.")))
    )
    for role, rights in DEFAULTS.items()
}

# FAB's permission names and the verb each of them stands for.
VERB_OF_PERMISSION: dict[str, Verb] = {
    "can_list": Verb.READ,
    "can_show": Verb.READ,
    "can_download": Verb.READ,
    "menu_access": Verb.READ,
    "can_add": Verb.ADD,
    "can_edit": Verb.EDIT,
    "can_delete": Verb.RETRACT,
    "can_share": Verb.SHARE,
    "can_finalise": Verb.FINALISE,
    "can_answer": Verb.ANSWER,
    "can_ask": Verb.ASK,
    "can_tick": Verb.TICK,
    "can_withdraw": Verb.WITHDRAW,
    "can_hand_over": Verb.HAND_OVER,
    "can_search": Verb.SEARCH,
}
# Fields that are a verb of their own: who may not share does not see the choice.
VERB_OF_FIELD = {"zichtbaarheid": Verb.SHARE, "stadium": Verb.FINALISE}
# What a role may change of its own organisation; name, kind and whether it is active are the operator's.
FIELDS_OF_ROLE: dict[tuple[Role, Noun], frozenset[str]] = {
    (Role.ROLBEHEERDER, Noun.ORGANISATION): frozenset(
        {"meldadres", "status_in_mail", "toestemming_van_beiden", "school_leest_dagen"}
    ),
}
# And what an SWV's role administrator changes of its affiliated organisations.
FIELDS_OF_AFFILIATED = frozenset({"naam", "platform", "meldadres", "actief"})
_RIGHT_OF_MOVE = {transition.permission: right_to_move(transition) for transition in workflow.TRANSITIONS}


def roles_in(soort: OrganisationSoort) -> dict[Role, Rights]:
    """Give the roles of an organisation's matrix with the most each can have; the invited are their SWV's."""
    return CEILING[soort] | (INVITED if soort is OrganisationSoort.SAMENWERKINGSVERBAND else {})


@lru_cache(maxsize=512)
def rights_of(soort: OrganisationSoort | None, role: Role, deviations: frozenset[Deviation]) -> Rights:
    """Give the rights of a role: its defaults, as the organisation changed them, below the ceiling.

    Nobody does anything with what they may not read, and reading a hulpvraag is the door to its dossier.
    `soort` is None for who is invited.
    """
    most = (INVITED if soort is None else CEILING[soort]).get(role, frozenset())
    given = frozenset(right for of, right, granted in deviations if of is role and granted)
    taken = frozenset(right for of, right, granted in deviations if of is role and not granted)
    rights = ((DEFAULTS[role] | given) - (taken - FIXED[role])) & most
    return frozenset(right for right in rights if needed_for(right) <= rights)


# No page of a dossier is without the name of the child.
_DOOR = frozenset({OPEN_DOSSIER, right_to(Noun.KIND, _R)})
# What one has to read as well: one takes part in a consultation, and sets the rights of an organisation.
_BESIDE = {Noun.DEELNAME: Noun.OVERLEGRONDE, Noun.RECHT: Noun.ORGANISATION}


def needed_for(right: str) -> frozenset[str]:
    """Give the rights without which this one is worth nothing."""
    noun = right.partition(".")[0]
    if noun == "status":  # one takes back what one can read
        back = {right_to(Noun.STATUSWIJZIGING, _R)} if right == "status.terugnemen" else set()
        return frozenset({*_DOOR, *back})
    door = _DOOR if noun in DOSSIER_NOUNS else frozenset()
    beside = {right_to(_BESIDE[Noun(noun)], _R)} if noun in _BESIDE else set()
    return frozenset({right_to(Noun(noun), _R), *door, *beside})


def right_of_permission(permission: str, view: str) -> str | None:
    """Give the right that FAB asks for: a permission name on a view named after its noun."""
    if permission in _RIGHT_OF_MOVE:
        return _RIGHT_OF_MOVE[permission] if view == Noun.HULPVRAAG else None
    verb = VERB_OF_PERMISSION.get(permission)
    return right_to(Noun(view), verb) if verb is not None and view in set(Noun) else None


def fields_of_roles(roles: frozenset[Role], noun: Noun) -> frozenset[str] | None:
    """Give the fields of `noun` that one of `roles` may edit; None is every field."""
    bounded = [
        FIELDS_OF_ROLE.get((role, noun)) for role in roles if right_to(noun, Verb.EDIT) in DEFAULTS[role]
    ]
    if any(fields is None for fields in bounded):
        return None
    return frozenset().union(*(fields or frozenset() for fields in bounded))
