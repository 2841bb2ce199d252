"""THE rights table: which level of access gives what on which noun. Pure data, no SQL."""

from dataclasses import dataclass
from enum import Enum, auto

from app import workflow
from app.terms import Ground, Level, Noun, Status, Verb


class Scope(Enum):
    """Which rows of a dossier a right is about."""

    ALL = auto()
    OWN = auto()
    OWN_OR_SHARED = auto()
    WITH_AUTHORITY = auto()
    SELF = auto()
    ORGANISATIONS = auto()
    NAMED = auto()
    NAMED_OR_SHARED = auto()
    TAKES_PART = auto()
    AGREED = auto()


# On which grounds, and how far each opens the dossier.
Standing = frozenset[tuple[Ground, Level]]


@dataclass(frozen=True)
class Right:
    """`verbs` on the rows in `scope`; when given only `fields`, statuses `during`, parties on `grounds`."""

    verbs: frozenset[Verb]
    scope: Scope = Scope.ALL
    fields: frozenset[str] | None = None
    during: frozenset[Status] | None = None
    grounds: frozenset[Ground] | None = None


def _may(
    *verbs: Verb,
    scope: Scope = Scope.ALL,
    fields: tuple[str, ...] | None = None,
    during: tuple[Status, ...] | None = None,
    grounds: tuple[Ground, ...] | None = None,
) -> Right:
    return Right(
        frozenset(verbs),
        scope,
        frozenset(fields) if fields else None,
        frozenset(during) if during else None,
        frozenset(grounds) if grounds else None,
    )


_R, _A, _E = Verb.READ, Verb.ADD, Verb.EDIT
_of_school = (Ground.SCHOOL, Ground.ZORGPLICHT)
_takes_part = (_may(_R, scope=Scope.TAKES_PART),)
_read = (_may(_R),)
# The school where the child goes reads on after the end, and like JK staff it writes no more.
_open = tuple(workflow.OPEN)
_handed_over = (Status.JK_ADVIES_AFGEROND, Status.ADVIES_AFGEROND)

RIGHTS: dict[Noun, dict[Level, tuple[Right, ...]]] = {
    Noun.KIND: {
        Level.EIGEN: _read,
        Level.OUDER: _read,
        Level.DOSSIER: _read,
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, _E),),
    },
    Noun.GEZAGSDRAGER: {
        Level.DOSSIER: (_may(_R, scope=Scope.WITH_AUTHORITY, fields=("naam",)),),
        Level.OUDER: (_may(_R, scope=Scope.SELF),),
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, _E),),
    },
    Noun.HULPVRAAG: {
        Level.EIGEN: (_may(_R), _may(_E, fields=("omschrijving",), during=(Status.AANVRAAG,))),
        Level.OUDER: (_may(_R, fields=("nummer", "status", "status_sinds", "kind")),),
        Level.DOSSIER: (
            _may(_R),
            # The school that agreed takes it over. Manual: 'veilig en eenvoudig worden overgedragen'.
            _may(Verb.HAND_OVER, scope=Scope.AGREED, during=_handed_over, grounds=(Ground.SCHOOL,)),
        ),
        Level.LEZEN: (_may(_R), _may(Verb.HAND_OVER, during=_handed_over)),
        Level.ALLES: (_may(_R, _A, _E), _may(Verb.HAND_OVER, during=_handed_over)),
    },
    Noun.STATUSWIJZIGING: {
        Level.EIGEN: _read,
        Level.OUDER: (_may(_R, fields=("van", "naar", "op")),),
        Level.DOSSIER: _read,
        Level.LEZEN: _read,
        Level.ALLES: _read,
    },
    Noun.BIJLAGE: {
        # Retracting one's own wrong document before it is handed over: ours, see docs/domain.md.
        Level.EIGEN: (
            _may(_R, _A, scope=Scope.OWN),
            _may(Verb.RETRACT, scope=Scope.OWN, during=(Status.AANVRAAG,)),
        ),
        Level.DOSSIER: (
            _may(_R, scope=Scope.OWN_OR_SHARED),
            _may(_A, Verb.RETRACT, scope=Scope.OWN, during=_open),
        ),
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, _E, Verb.SHARE, Verb.FINALISE, Verb.RETRACT),),
    },
    Noun.NOTITIE: {
        Level.EIGEN: (_may(_R, scope=Scope.OWN),),
        Level.DOSSIER: (_may(_R, scope=Scope.OWN_OR_SHARED), _may(_A, scope=Scope.OWN, during=_open)),
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, Verb.SHARE),),
    },
    Noun.AFSPRAAK: {
        Level.OUDER: (_may(_R, scope=Scope.NAMED),),
        Level.DOSSIER: (
            _may(_R, scope=Scope.NAMED_OR_SHARED),
            _may(Verb.TICK, scope=Scope.NAMED, during=_open),
        ),
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, _E, Verb.SHARE, Verb.TICK),),
    },
    Noun.OVERLEGRONDE: {
        Level.UITNODIGING: _takes_part,
        Level.EIGEN: _takes_part,
        Level.OUDER: _takes_part,
        Level.DOSSIER: _takes_part,
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, _E),),
    },
    Noun.DEELNAME: {
        Level.UITNODIGING: (_may(_R, Verb.ANSWER, scope=Scope.TAKES_PART),),
        Level.EIGEN: _takes_part,
        Level.OUDER: _takes_part,
        Level.DOSSIER: _takes_part,
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, _E), _may(Verb.ANSWER, scope=Scope.TAKES_PART)),
    },
    Noun.SCHOOLVOORKEUR: {
        Level.OUDER: (_may(_R, fields=("rang", "school", "staat")), _may(_A, during=_open)),
        Level.DOSSIER: (
            _may(_R, fields=("rang", "school", "staat"), grounds=(Ground.VOORSCHOOL,)),
            _may(_R, Verb.ANSWER, Verb.ASK, scope=Scope.OWN, grounds=_of_school),
        ),
        Level.LEZEN: _read,
        Level.ALLES: (_may(_R, _A, _E, Verb.ANSWER),),
    },
    Noun.TOESTEMMING: {
        Level.OUDER: (_may(_R, Verb.ANSWER, Verb.WITHDRAW, scope=Scope.SELF),),
        Level.DOSSIER: (_may(_R, scope=Scope.OWN, grounds=_of_school),),
        # A parent's word counts also after the dossier has ended.
        Level.LEZEN: (_may(_R, Verb.WITHDRAW),),
        Level.ALLES: (_may(_R, _A, Verb.WITHDRAW),),
    },
    Noun.BETROKKENHEID: {
        Level.DOSSIER: (_may(_R, scope=Scope.ORGANISATIONS),),
        Level.OUDER: _read,
        Level.LEZEN: _read,
        Level.ALLES: _read,
    },
    # Who looked. To a parent: which organisation, in which role, and when; never which person.
    Noun.GEBEURTENIS: {
        Level.OUDER: (_may(_R, fields=("op", "organisation", "rollen")),),
        Level.LEZEN: _read,
        Level.ALLES: _read,
    },
}


def levels_with(noun: Noun, verb: Verb) -> dict[Right, frozenset[Level]]:
    """Give each right on `noun` that includes `verb`, with the levels that have it."""
    found: dict[Right, set[Level]] = {}
    for level, rights in RIGHTS[noun].items():
        for right in rights:
            if verb in right.verbs:
                found.setdefault(
                    Right(frozenset({verb}), right.scope, right.fields, right.during, right.grounds), set()
                ).add(level)
    return {right: frozenset(levels) for right, levels in found.items()}


def fields_at(noun: Noun, standing: Standing, verb: Verb) -> frozenset[str] | None:
    """Give the fields that these grounds and levels may `verb` on `noun`; None is every field."""
    rights = [
        right
        for ground, level in standing
        for right in RIGHTS.get(noun, {}).get(level, ())
        if verb in right.verbs and (right.grounds is None or ground in right.grounds)
    ]
    if not rights:
        return frozenset()
    if any(right.fields is None for right in rights):
        return None
    return frozenset().union(*(right.fields or frozenset() for right in rights))
