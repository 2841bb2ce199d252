"""The many other dossiers of the demo, drawn from lists: always the same ones. Nobody in here exists."""

from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random

from app.services.demo_data import (
    KOMPAS,
    PIPPELOENTJE,
    SPEELHOEK,
    VLINDERTJE,
    DemoDossier,
    Move,
    Note,
    Paper,
    Step,
)
from app.terms import BijlageSoort, Stadium, Zichtbaarheid

_SEED = "De Brug"
_VOORNAMEN = (
    "Aaliyah", "Abel", "Amira", "Bo", "Boaz", "Cato", "Dani", "Elin", "Emma", "Evi", "Faas", "Femke",
    "Floris", "Guus", "Hidde", "Ilyas", "Imke", "Isa", "Jip", "Joris", "Julia", "Kaan", "Lieve", "Loek",
    "Luuk", "Maud", "Mees", "Naomi", "Nova", "Olivier", "Pien", "Quinn", "Rayan", "Fien", "Saar",
    "Siem", "Soraya", "Tijn", "Veerle", "Willem",
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

Beat = Callable[[int, str, str, Random], tuple[Step, ...]]


def _form(day: int, adds: str, _specialist: str, draw: Random) -> tuple[Step, ...]:
    hour = draw.randint(9, 16)
    return (Paper(day, f"{hour}:10", adds, _FORM, "Aanvraag onderwijsadvies, getekend.pdf", _SHARED),)


def _handed_in(day: int, adds: str, specialist: str, draw: Random) -> tuple[Step, ...]:
    form = _form(day, adds, specialist, draw)
    report = Paper(day, "16:52", adds, _REPORT, "Observatieverslag groep.pdf", _SHARED)
    return (*form, report, Move(day, "16:55", adds, "bijlagen_toegevoegd"))


def _observed(day: int, _adds: str, specialist: str, _draw: Random) -> tuple[Step, ...]:
    return (Note(day, "12:30", specialist, "In de groep gekeken en met de leidsters gesproken."),)


def _advised(day: int, _adds: str, specialist: str, _draw: Random) -> tuple[Step, ...]:
    advice = Paper(
        day, "10:05", specialist, _ADVICE, "Onderwijsadvies.pdf", _SHARED, Stadium.DEFINITIEF
    )  # fmt: skip
    return (advice, Move(day, "10:10", specialist, "onderwijsadvies"))


def _withdrawn(day: int, _adds: str, specialist: str, draw: Random) -> tuple[Step, ...]:
    return (Move(day, "14:20", specialist, "ingetrokken", draw.choice(_REDENEN)),)


# How many dossiers came how far: each beat is a day on which something happened.
ROUTES: tuple[tuple[int, tuple[Beat, ...]], ...] = (
    (7, ()),
    (3, (_form,)),
    (8, (_handed_in,)),
    (3, (_handed_in, _observed)),
    (12, (_handed_in, _observed, _advised)),
    (4, (_handed_in, _withdrawn)),
)


def crowd() -> Iterator[DemoDossier]:
    """Draw the dossiers; the same ones every time."""
    draw = Random(_SEED)  # noqa: S311 - a story, no secret
    children, preschools = iter(draw.sample(_VOORNAMEN, len(_VOORNAMEN))), cycle(_PRESCHOOLS)
    for number, beats in ROUTES:
        for _each in range(number):
            yield _dossier(next(children), next(preschools), beats, draw)


def _dossier(voornaam: str, voorschool: str, beats: tuple[Beat, ...], draw: Random) -> DemoDossier:
    tussenvoegsel, achternaam = draw.choice(_ACHTERNAMEN)
    makes, adds, specialists = _AT[voorschool]
    specialist = draw.choice(specialists)
    made = draw.randint(6, 20) + 16 * len(beats)
    days = sorted(draw.sample(range(2, made), len(beats)), reverse=True)
    family = " ".join(part for part in (tussenvoegsel, achternaam) if part)
    return DemoDossier(
        voornaam,
        tussenvoegsel,
        achternaam,
        (draw.randint(3, 4), draw.randint(1, 12), draw.randint(1, 28)),
        voorschool,
        draw.choice(_VRAGEN).format(voornaam),
        Step(made, f"{draw.randint(9, 16)}:{draw.randint(10, 59)}", makes),
        tuple(
            step for day, beat in zip(days, beats, strict=True) for step in beat(day, adds, specialist, draw)
        ),
        contactpersoon=adds if voorschool != KOMPAS else None,
        specialist=specialist,
        ouders=tuple((f"{naam} {family}", True) for naam in draw.sample(_OUDERS, draw.randint(1, 2))),
    )
