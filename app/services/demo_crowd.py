"""The many other dossiers of the demo, drawn from lists: always the same ones. Nobody in here exists."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

from app.services.demo_acts import Act, Move, Note, Paper, Step
from app.services.demo_data import (
    KOMPAS,
    LINDE,
    PIPPELOENTJE,
    SPEELHOEK,
    VLINDERTJE,
    WILG,
    DemoDossier,
)
from app.services.demo_school_acts import Answer, Propose
from app.services.demo_schools import approached
from app.terms import BijlageSoort, Stadium, Zichtbaarheid

_SEED = "De Brug"
_VOORNAMEN = (
    "Aaliyah", "Abel", "Amira", "Bo", "Boaz", "Cato", "Dani", "Elin", "Emma", "Evi", "Faas", "Femke",
    "Floris", "Guus", "Hidde", "Ilyas", "Imke", "Isa", "Jip", "Joris", "Julia", "Kaan", "Lieve", "Loek",
    "Luuk", "Maud", "Mees", "Naomi", "Nova", "Olivier", "Pien", "Quinn", "Rayan", "Fien", "Saar",
    "Siem", "Soraya", "Tijn", "Veerle", "Willem", "Alma", "Benthe", "Casper", "Dewi", "Ezra", "Fabian",
    "Gijs", "Hugo", "Indy", "Jesse", "Kiki", "Levi",
)  # fmt: skip
_ACHTERNAMEN = (
    (None, "Aydin"), ("van den", "Berg"), (None, "Boersma"), ("de", "Bruijn"), (None, "Claassen"),
    ("van", "Doorn"), (None, "Evers"), (None, "Fernandes"), (None, "Gerritsen"), ("de", "Haan"),
    (None, "Hoekstra"), (None, "Ibrahim"), ("in ’t", "Veld"), (None, "Jacobs"), (None, "Kuipers"),
    ("van der", "Laan"), (None, "Martens"), (None, "Nguyen"), (None, "Oosterhuis"), (None, "Pieters"),
    (None, "Reinders"), ("de", "Ruiter"), (None, "Sahin"), (None, "Scholten"), (None, "Tuinstra"),
    (None, "Verhoeven"), ("van der", "Velden"), (None, "Wouters"), (None, "Yilmaz"), (None, "Zijlstra"),
)  # fmt: skip
_OUDERS = (
    "Anouk", "Bram", "Carla", "Dennis", "Esra", "Frank", "Gerda", "Hamza", "Inge", "Jasper", "Karim", "Linda",
    "Maarten", "Nienke", "Omar", "Patricia", "Rik", "Samira", "Thijs", "Wendy",
)  # fmt: skip
_VRAGEN = (
    "{} reageert weinig op de naam en speelt graag met één soort speelgoed.",
    "{} spreekt in losse woorden. De ouders vragen of een school met extra taalhulp past.",
    "{} heeft veel herhaling nodig en wordt onrustig van een volle groep.",
    "{} is te vroeg geboren en loopt in de motoriek nog wat achter.",
    "{} eet alleen met hulp. Wat betekent dat voor de overblijf?",
    "{} kent alle letters al, maar vindt het moeilijk om met anderen te spelen.",
    "{} heeft diabetes. Wie let er op school op de metingen?",
    "{} huilt lang bij het afscheid en praat niet met de leidsters.",
    "{} draagt gehoorapparaten. Welke aanpassingen zijn er in de klas nodig?",
    "{} klimt overal op en ziet geen gevaar. Eén op één gaat het goed.",
)
_REDENEN = (
    "De ouders kiezen zelf een school; er is geen advies meer nodig.",
    "Het gezin verhuist naar een andere regio.",
    "De vraag gaat verder bij de jeugdhulp.",
)
_AFWIJZINGEN = (
    "De groepen zijn te groot voor wat dit kind nodig heeft.",
    "De school heeft de begeleiding die gevraagd wordt dit jaar niet.",
    "Er is geen ruimte voor de hulpmiddelen in het lokaal.",
)
_FORM, _REPORT, _ADVICE = (
    BijlageSoort.AANVRAAG, BijlageSoort.OBSERVATIEVERSLAG, BijlageSoort.ONDERWIJSADVIES,
)  # fmt: skip
_SHARED = Zichtbaarheid.GEDEELD
# Who makes a dossier, who adds the documents and who are the specialists, by preschool.
_AT = {
    SPEELHOEK: ("contact", "voorschool", ("specialist", "specialist2")),
    PIPPELOENTJE: ("contact", "voorschool2", ("specialist2", "specialist")),
    VLINDERTJE: ("contact", "voorschool2", ("specialist2",)),
    KOMPAS: ("specialist-anker", "specialist-anker", ("specialist-anker",)),
}
_PRESCHOOLS = (PIPPELOENTJE, VLINDERTJE, SPEELHOEK, PIPPELOENTJE, VLINDERTJE, KOMPAS)


@dataclass(frozen=True)
class Who:
    """Who has to do with one dossier: who adds, the specialist, the parents, and two schools."""

    adds: str
    specialist: str
    ouders: tuple[str, ...]
    schools: tuple[str, str]


Beat = Callable[[int, Who, Random], Iterable[Act]]


def _form(day: int, who: Who, draw: Random) -> tuple[Act, ...]:
    hour = draw.randint(9, 16)
    return (Paper(day, f"{hour}:10", who.adds, _FORM, "Aanvraag onderwijsadvies, getekend.pdf", _SHARED),)


def _handed_in(day: int, who: Who, draw: Random) -> tuple[Act, ...]:
    return (*_form(day, who, draw), Move(day, "16:55", who.adds, "bijlagen_toegevoegd"))


def _reported(day: int, who: Who, draw: Random) -> tuple[Act, ...]:
    report = Paper(day, "16:52", who.adds, _REPORT, "Observatieverslag groep.pdf", _SHARED)
    return (*_form(day, who, draw), report, Move(day, "16:55", who.adds, "bijlagen_toegevoegd"))


def _observed(day: int, who: Who, _draw: Random) -> tuple[Act, ...]:
    return (Note(day, "12:30", who.specialist, "In de groep gekeken en met de leidsters gesproken."),)


def _advised(day: int, who: Who, _draw: Random) -> tuple[Act, ...]:
    advice = Paper(
        day, "10:05", who.specialist, _ADVICE, "Onderwijsadvies.pdf", _SHARED, Stadium.DEFINITIEF
    )  # fmt: skip
    return (advice, Move(day, "10:10", who.specialist, "onderwijsadvies"))


def _proposed(day: int, who: Who, _draw: Random) -> tuple[Act, ...]:
    return (Propose(day, "9:15", who.specialist, who.schools[0]),)


def _at_school(day: int, who: Who, _draw: Random) -> tuple[Act, ...]:
    move = Move(day, "11:40", who.specialist, "aanmelden_school")
    return (*approached(who.schools[0], who.ouders, day, who.specialist), move)


def _rejected(day: int, who: Who, draw: Random) -> tuple[Act, ...]:
    said = Answer(day, "13:20", who.specialist, who.schools[0], draw.choice(_AFWIJZINGEN))
    proposed = Propose(day, "13:40", who.specialist, who.schools[1])
    return (said, Move(day, "13:30", who.specialist, "afgewezen"), proposed)


def _agreed(day: int, who: Who, _draw: Random) -> tuple[Act, ...]:
    said = Answer(day, "9:25", who.specialist, who.schools[0])
    return (said, Move(day, "9:35", who.specialist, "jk_advies_afgerond"))


def _placed(day: int, who: Who, draw: Random) -> tuple[Act, ...]:
    starts = draw.randint(14, 90)
    return (
        Move(day, "15:45", who.specialist, "advies_afgerond", school=who.schools[0], vanaf=starts),
    )  # fmt: skip


def _withdrawn(day: int, who: Who, draw: Random) -> tuple[Act, ...]:
    return (Move(day, "14:20", who.specialist, "ingetrokken", draw.choice(_REDENEN)),)


# How many dossiers came how far: each beat is a day on which something happened.
ROUTES: tuple[tuple[int, tuple[Beat, ...]], ...] = (
    (3, ()),
    (1, (_form,)),
    (4, (_reported,)),
    (2, (_handed_in, _observed)),
    (4, (_handed_in, _advised)),
    (2, (_reported, _withdrawn)),
    (2, (_handed_in, _advised, _proposed)),
    (4, (_handed_in, _advised, _at_school)),
    (2, (_handed_in, _advised, _at_school, _rejected)),
    (2, (_handed_in, _advised, _at_school, _agreed)),
    (3, (_handed_in, _advised, _at_school, _agreed, _placed)),
)
# From here on a school has a part in it, and the schools are of SWV De Brug.
_OF_SCHOOLS = frozenset({_proposed, _at_school})


def crowd() -> Iterator[DemoDossier]:
    """Draw the dossiers; the same ones every time."""
    draw = Random(_SEED)  # noqa: S311 - a story, no secret
    children, preschools = iter(draw.sample(_VOORNAMEN, len(_VOORNAMEN))), cycle(_PRESCHOOLS)
    for number, beats in ROUTES:
        for _each in range(number):
            preschool = next(preschools)
            while preschool == KOMPAS and _OF_SCHOOLS & set(beats):
                preschool = next(preschools)
            yield _dossier(next(children), preschool, beats, draw)


def _dossier(voornaam: str, voorschool: str, beats: tuple[Beat, ...], draw: Random) -> DemoDossier:
    tussenvoegsel, achternaam = draw.choice(_ACHTERNAMEN)
    family = " ".join(part for part in (tussenvoegsel, achternaam) if part)
    makes, adds, specialists = _AT[voorschool]
    ouders = tuple(f"{naam} {family}" for naam in draw.sample(_OUDERS, draw.randint(1, 2)))
    first, second = draw.sample((LINDE, WILG), 2)
    who = Who(adds, draw.choice(specialists), ouders, (first, second))
    made = draw.randint(6, 20) + 16 * len(beats)
    days = sorted(draw.sample(range(2, made), len(beats)), reverse=True)
    return DemoDossier(
        voornaam,
        tussenvoegsel,
        achternaam,
        (draw.randint(3, 4), draw.randint(1, 12), draw.randint(1, 28)),
        voorschool,
        draw.choice(_VRAGEN).format(voornaam),
        Step(made, f"{draw.randint(9, 16)}:{draw.randint(10, 59)}", makes),
        tuple(step for day, beat in zip(days, beats, strict=True) for step in beat(day, who, draw)),
        contactpersoon=adds if voorschool != KOMPAS else None,
        specialist=who.specialist,
        ouders=tuple((naam, True) for naam in ouders),
    )
