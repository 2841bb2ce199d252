"""What each party sees and does in each status, in sentences made from the tables; it opens no dossier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.access import Person, as_system
from app.access.rights import RIGHTS, Right, Scope
from app.access.roles import CEILING, Deviation, Rights, right_to, rights_of
from app.extensions import db
from app.models import Organisation
from app.services.rechten_matrix import changed_by
from app.terms import JK_STAFF, Ground, Level, Noun, OrganisationSoort, Role, Status, Verb
from app.workflow import LEVELS

# One act on one noun: which rows of it, and whether on some fields only.
What = tuple[Noun, Verb, Scope, bool]


@dataclass(frozen=True)
class Party:
    """Somebody that one can ask about: on which ground, in which role, and what they must meet."""

    key: str
    label: Any
    ground: Ground
    roles: frozenset[Role]
    condition: Any


@dataclass(frozen=True)
class Period:
    """Statuses in which a party sees and does the same."""

    statuses: tuple[Status, ...]
    level: Level
    sentences: tuple[Any, ...]


def _role(role: Role) -> frozenset[Role]:
    return frozenset({role})


PARTIES = (
    Party(
        "voorschool",
        _l("Preschool"),
        Ground.VOORSCHOOL,
        _role(Role.CONTACTPERSOON_VOORSCHOOL),
        _l("This goes for the contact persons of the preschool of the hulpvraag."),
    ),
    Party(
        "school",
        _l("School, approached"),
        Ground.SCHOOL,
        _role(Role.CONTACTPERSOON_SCHOOL),
        _l(
            "This goes for the contact persons of a school that was approached, as long as the consent of "
            "the parents is valid. After “advies afgerond” it goes for the school where the child goes, for "
            "as long as the SWV has set."
        ),
    ),
    Party(
        "zorgplicht",
        _l("School with the duty of care"),
        Ground.ZORGPLICHT,
        _role(Role.CONTACTPERSOON_SCHOOL),
        _l(
            "This goes for the contact persons of a school that rejected and stays involved, unless a parent "
            "refused or withdrew consent."
        ),
    ),
    Party(
        "genodigd",
        _l("Participant, invited"),
        Ground.GENODIGD,
        _role(Role.DEELNEMER),
        _l("This goes for who was invited to a consultation and does not have the dossier opened yet."),
    ),
    Party(
        "opengezet",
        _l("Participant, dossier opened"),
        Ground.OVERLEGRONDE,
        _role(Role.DEELNEMER),
        _l("This goes for who has the dossier opened for a consultation, until the consultation is closed."),
    ),
    Party(
        "ouder",
        _l("Parent"),
        Ground.OUDER,
        _role(Role.OUDER),
        _l("This goes for a parent with parental authority and an account."),
    ),
    Party(
        "jk",
        _l("JK staff"),
        Ground.SWV,
        JK_STAFF,
        _l("This goes for the contact persons JK and the JK specialists of the SWV."),
    ),
)

_A, _R, _E = Verb.ADD, Verb.READ, Verb.EDIT
ALL, OWN, SELF = Scope.ALL, Scope.OWN, Scope.SELF

SENTENCES: Mapping[What, Any] = {
    (Noun.KIND, _R, ALL, False): _l("They see the name and date of birth of the child."),
    (Noun.KIND, _A, ALL, False): _l("They add a child."),
    (Noun.KIND, _E, ALL, False): _l("They change the name and date of birth of the child."),
    (Noun.GEZAGSDRAGER, _R, Scope.WITH_AUTHORITY, True): _l(
        "They see the names of the parents with parental authority, and nothing else of them."
    ),
    (Noun.GEZAGSDRAGER, _R, SELF, False): _l("They see what is known of themselves as a parent."),
    (Noun.GEZAGSDRAGER, _R, ALL, False): _l("They see everything that is known of the parents."),
    (Noun.GEZAGSDRAGER, _A, ALL, False): _l("They add a parent or guardian."),
    (Noun.GEZAGSDRAGER, _E, ALL, False): _l("They change what is known of the parents."),
    (Noun.HULPVRAAG, _R, ALL, False): _l(
        "They read the hulpvraag: the description, the status and who it is with."
    ),
    (Noun.HULPVRAAG, _R, ALL, True): _l("They see the number and the status of the hulpvraag."),
    (Noun.HULPVRAAG, _A, ALL, False): _l("They make a dossier."),
    (Noun.HULPVRAAG, _E, ALL, True): _l("They change the description of the hulpvraag."),
    (Noun.HULPVRAAG, _E, ALL, False): _l("They change the hulpvraag and who is involved in it."),
    (Noun.HULPVRAAG, Verb.HAND_OVER, Scope.AGREED, False): _l(
        "They download the bundle of the dossier, when their school has agreed."
    ),
    (Noun.HULPVRAAG, Verb.HAND_OVER, ALL, False): _l(
        "They download the bundle of the dossier for the school that has agreed."
    ),
    (Noun.STATUSWIJZIGING, _R, ALL, False): _l("They read every change of status with who made it and why."),
    (Noun.STATUSWIJZIGING, _R, ALL, True): _l(
        "They see which statuses there were and when, without explanation."
    ),
    (Noun.BIJLAGE, _R, OWN, False): _l("They read the documents of their own organisation."),
    (Noun.BIJLAGE, _A, OWN, False): _l("They add documents."),
    (Noun.BIJLAGE, Verb.RETRACT, OWN, False): _l("They retract documents of their own organisation."),
    (Noun.BIJLAGE, _R, Scope.OWN_OR_SHARED, False): _l(
        "They read all documents that are shared, and those of their own organisation."
    ),
    (Noun.BIJLAGE, _R, ALL, False): _l("They read all documents, also the internal ones."),
    (Noun.BIJLAGE, _A, ALL, False): _l("They add documents."),
    (Noun.BIJLAGE, _E, ALL, False): _l("They change the title and the kind of a document."),
    (Noun.BIJLAGE, Verb.SHARE, ALL, False): _l("They decide who sees a document."),
    (Noun.BIJLAGE, Verb.FINALISE, ALL, False): _l("The JK specialist among them makes a document final."),
    (Noun.BIJLAGE, Verb.RETRACT, ALL, False): _l("They retract documents."),
    (Noun.NOTITIE, _R, OWN, False): _l("They read the notes of their own organisation."),
    (Noun.NOTITIE, _R, Scope.OWN_OR_SHARED, False): _l(
        "They read the notes that are shared, and those of their own organisation."
    ),
    (Noun.NOTITIE, _A, OWN, False): _l("They write notes that everybody in the dossier reads."),
    (Noun.NOTITIE, _R, ALL, False): _l("They read all notes, also the internal ones."),
    (Noun.NOTITIE, _A, ALL, False): _l("They write notes."),
    (Noun.NOTITIE, Verb.SHARE, ALL, False): _l("They decide who sees a note."),
    (Noun.AFSPRAAK, _R, Scope.NAMED, False): _l("They read the agreements that name them."),
    (Noun.AFSPRAAK, _R, Scope.NAMED_OR_SHARED, False): _l(
        "They read the agreements that are shared or that name them."
    ),
    (Noun.AFSPRAAK, Verb.TICK, Scope.NAMED, False): _l("They tick off the agreements that name them."),
    (Noun.AFSPRAAK, _R, ALL, False): _l("They read all agreements."),
    (Noun.AFSPRAAK, _A, ALL, False): _l("They make agreements."),
    (Noun.AFSPRAAK, _E, ALL, False): _l("They change agreements."),
    (Noun.AFSPRAAK, Verb.SHARE, ALL, False): _l("They decide who sees an agreement."),
    (Noun.AFSPRAAK, Verb.TICK, ALL, False): _l("They tick off every agreement."),
    (Noun.OVERLEGRONDE, _R, Scope.TAKES_PART, False): _l(
        "They see the consultations that they take part in."
    ),
    (Noun.OVERLEGRONDE, _R, ALL, False): _l("They see all consultations."),
    (Noun.OVERLEGRONDE, _A, ALL, False): _l("They plan a consultation."),
    (Noun.OVERLEGRONDE, _E, ALL, False): _l("They change, close and reopen a consultation."),
    (Noun.DEELNAME, _R, Scope.TAKES_PART, False): _l("They see their own invitation to a consultation."),
    (Noun.DEELNAME, Verb.ANSWER, Scope.TAKES_PART, False): _l("They answer whether they will be there."),
    (Noun.DEELNAME, _R, ALL, False): _l("They see who was invited to a consultation and what they answered."),
    (Noun.DEELNAME, _A, ALL, False): _l("They invite people to a consultation."),
    (Noun.DEELNAME, _E, ALL, False): _l("They open the dossier for a participant, or close it."),
    (Noun.SCHOOLVOORKEUR, _R, ALL, True): _l(
        "They see which schools the parents prefer and how far each is, without reasons."
    ),
    (Noun.SCHOOLVOORKEUR, _R, OWN, False): _l("They see what is asked of their own school."),
    (Noun.SCHOOLVOORKEUR, Verb.ANSWER, OWN, False): _l(
        "They answer for their school: agreed, or rejected with a reason."
    ),
    (Noun.SCHOOLVOORKEUR, Verb.ASK, OWN, False): _l("They ask the SWV a question about the request."),
    (Noun.SCHOOLVOORKEUR, _R, ALL, False): _l(
        "They see all schools of preference with their answers and reasons."
    ),
    (Noun.SCHOOLVOORKEUR, _A, ALL, False): _l("They propose a school of preference."),
    (Noun.SCHOOLVOORKEUR, _E, ALL, False): _l("They put the schools in order and approach them."),
    (Noun.SCHOOLVOORKEUR, Verb.ANSWER, ALL, False): _l("They note the answer of a school."),
    (Noun.TOESTEMMING, _R, SELF, False): _l("They read their own consents."),
    (Noun.TOESTEMMING, Verb.ANSWER, SELF, False): _l("They give or refuse a consent that is asked of them."),
    (Noun.TOESTEMMING, Verb.WITHDRAW, SELF, False): _l("They withdraw their own consent."),
    (Noun.TOESTEMMING, _R, OWN, False): _l("They read the consents for their own school."),
    (Noun.TOESTEMMING, _R, ALL, False): _l("They read all consents."),
    (Noun.TOESTEMMING, _A, ALL, False): _l("They ask for a consent and record one that was signed."),
    (Noun.TOESTEMMING, Verb.WITHDRAW, ALL, False): _l("They record that a parent withdraws a consent."),
    (Noun.BETROKKENHEID, _R, Scope.ORGANISATIONS, False): _l("They see which organisations have access."),
    (Noun.BETROKKENHEID, _R, ALL, False): _l("They see who has access, on which ground and since when."),
    (Noun.GEBEURTENIS, _R, ALL, True): _l(
        "They see which organisation looked, in which role and when; no names."
    ),
    (Noun.GEBEURTENIS, _R, ALL, False): _l("They see who looked, at what and when."),
}


# Where a role is worked in; the invited work nowhere.
_SOORT: dict[Role, OrganisationSoort] = {
    role: soort for soort, roles in CEILING.items() for role in roles if role is not Role.ROLBEHEERDER
}


def is_open_to(person: Person | None) -> bool:
    """Tell whether `person` explains the rights to others: JK staff and the role administrator of an SWV."""
    if person is None or person.organisation_id is None or person.organisation_id != person.swv_id:
        return False
    return bool(person.rollen & (JK_STAFF | {Role.ROLBEHEERDER}))


def changed_by_swv(by: Person) -> frozenset[Deviation]:
    """Give what the SWV of `by` changed of its rights."""
    with as_system("what the rights of the SWV are, its own people may read"):
        swv = db.session.scalars(select(Organisation).where(Organisation.id == by.swv_id)).one()
        return changed_by(swv)


def party(key: str) -> Party:
    """Give the party of that key; an unknown one is the first."""
    return next((one for one in PARTIES if one.key == key), PARTIES[0])


def explain(of: Party, changed: frozenset[Deviation] = frozenset()) -> list[Period]:
    """Say per status what this party sees and does; statuses in a row with the same words go together.

    `changed` is what the SWV changed of its rights; a preschool's and a school's own changes are not in it.
    """
    theirs = {role: rights_of(_SOORT.get(role), role, changed) for role in of.roles}
    found: list[Period] = []
    for status in Status:
        level, sentences = LEVELS[of.ground][status], tuple(_sentences(of, status, theirs))
        if found and (found[-1].level, found[-1].sentences) == (level, sentences):
            found[-1] = Period((*found[-1].statuses, status), level, sentences)
        else:
            found.append(Period((status,), level, sentences))
    return found


def what(noun: Noun, right: Right, verb: Verb) -> What:
    """Name what a right gives, as SENTENCES has it."""
    return noun, verb, right.scope, right.fields is not None


def _sentences(of: Party, status: Status, theirs: Mapping[Role, Rights]) -> list[Any]:
    level = LEVELS[of.ground][status]
    return [
        SENTENCES[what(noun, right, verb)]
        for noun, by_level in RIGHTS.items()
        for right in by_level.get(level, ())
        if _applies(right, of.ground, status)
        for verb in Verb
        if verb in right.verbs and any(right_to(noun, verb) in rights for rights in theirs.values())
    ]


def _applies(right: Right, ground: Ground, status: Status) -> bool:
    in_time = right.during is None or status in right.during
    return in_time and (right.grounds is None or ground in right.grounds)
