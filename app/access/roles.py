"""What a role may at most, which roles a kind of organisation can give, and FAB's questions about them."""

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
        Noun.SCHOOLVOORKEUR: frozenset({_R, _A}),
        Noun.TOESTEMMING: frozenset({_R, Verb.ANSWER, Verb.WITHDRAW}),
    },
    Role.DEELNEMER: _dossier_read,
    Role.ROLBEHEERDER: {
        Noun.ORGANISATION: frozenset({_R, _E}),
        Noun.LIDMAATSCHAP: frozenset({_R, _A, _E}),
        Noun.BERICHT: frozenset({_R, _E}),
    },
    Role.PRIVACYFUNCTIONARIS: {Noun.BERICHT: frozenset({_R, _E})},
    Role.PLATFORMBEHEERDER: {
        Noun.ORGANISATION: frozenset({_R, _A, _E}),
        Noun.BERICHT: frozenset({_R, _E}),
    },
}

# The roles that a kind of organisation can give at all.
CEILING: dict[OrganisationSoort, tuple[Role, ...]] = {
    OrganisationSoort.SAMENWERKINGSVERBAND: (
        Role.CONTACTPERSOON_JK,
        Role.JK_SPECIALIST,
        Role.ROLBEHEERDER,
        Role.PRIVACYFUNCTIONARIS,
    ),
    OrganisationSoort.VOORSCHOOL: (Role.CONTACTPERSOON_VOORSCHOOL, Role.ROLBEHEERDER),
    OrganisationSoort.SCHOOL: (Role.CONTACTPERSOON_SCHOOL, Role.ROLBEHEERDER),
    OrganisationSoort.PARTNER: (Role.ROLBEHEERDER,),
    OrganisationSoort.EXPLOITANT: (Role.PLATFORMBEHEERDER,),
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
}
# Fields that are a verb of their own: who may not share does not see the choice.
VERB_OF_FIELD = {"zichtbaarheid": Verb.SHARE, "stadium": Verb.FINALISE}
# What a role may change of its own organisation; name, kind and whether it is active are the operator's.
FIELDS_OF_ROLE: dict[tuple[Role, Noun], frozenset[str]] = {
    (Role.ROLBEHEERDER, Noun.ORGANISATION): frozenset(
        {"meldadres", "status_in_mail", "toestemming_van_beiden", "school_leest_dagen"}
    ),
}
_WHO_MAY_MOVE = {transition.permission: transition.who for transition in workflow.TRANSITIONS}


def role_permits(roles: frozenset[Role], noun: Noun, verb: Verb) -> bool:
    """Tell whether one of `roles` may do `verb` on `noun` at most."""
    return any(verb in ROLE_RIGHTS[role].get(noun, ()) for role in roles)


def permits(roles: frozenset[Role], permission: str, view: str) -> bool:
    """Answer FAB's has_access: a permission name on a view named after its noun."""
    if permission in _WHO_MAY_MOVE:
        return view == Noun.HULPVRAAG and bool(_WHO_MAY_MOVE[permission] & roles)
    verb = VERB_OF_PERMISSION.get(permission)
    return verb is not None and view in set(Noun) and role_permits(roles, Noun(view), verb)


def fields_of_roles(roles: frozenset[Role], noun: Noun) -> frozenset[str] | None:
    """Give the fields of `noun` that one of `roles` may edit; None is every field."""
    bounded = [
        FIELDS_OF_ROLE.get((role, noun)) for role in roles if Verb.EDIT in ROLE_RIGHTS[role].get(noun, ())
    ]
    if any(fields is None for fields in bounded):
        return None
    return frozenset().union(*(fields or frozenset() for fields in bounded))
