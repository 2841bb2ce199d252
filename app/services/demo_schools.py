"""The invented dossiers of the demo that came to a school, by both endings. Nobody in here exists."""

from collections.abc import Iterator

from app.services.demo_acts import (
    Act,
    Agree,
    Attend,
    Invite,
    Move,
    Note,
    Paper,
    Release,
    Round,
    Step,
)
from app.services.demo_data import LINDE, PIPPELOENTJE, SPEELHOEK, VLINDERTJE, WILG, DemoDossier
from app.services.demo_school_acts import (
    Answer,
    Approach,
    Ask,
    Consent,
    Extend,
    Propose,
    Signed,
    TakeBack,
    Write,
)
from app.services.genodigden import Wie
from app.terms import Antwoord, BijlageSoort, Stadium, Zichtbaarheid

_SHARED = Zichtbaarheid.GEDEELD


def advised(adds: str, specialist: str, *, handed_in: int, final: int) -> Iterator[Act]:
    """Tell how a dossier came to 'JK Onderwijsadvies': the documents, and the advice made final."""
    form = "Aanvraag onderwijsadvies, getekend.pdf"
    yield Paper(handed_in, "10:10", adds, BijlageSoort.AANVRAAG, form, _SHARED)
    yield Move(handed_in, "10:14", adds, "bijlagen_toegevoegd")
    advice = BijlageSoort.ONDERWIJSADVIES
    yield Paper(final, "9:30", specialist, advice, "Onderwijsadvies.pdf", None, Stadium.CONCEPT)
    yield Release(final, "9:50", specialist)
    yield Move(final, "9:55", specialist, "onderwijsadvies")


def approached(
    school: str, ouders: tuple[str, ...], day: int, specialist: str = "specialist"
) -> Iterator[Act]:
    """Tell how a school was proposed, the parents signed, and it was approached."""
    yield Propose(day, "11:00", specialist, school)
    for number, ouder in enumerate(ouders):
        yield Signed(day, f"11:{10 + number}", specialist, school, ouder)
    yield Approach(day, "11:30", specialist, school)


_RAVI = ("Priya Kumar", "Arjun Kumar")
_OTIS, _NINA, _SAMIR, _MAYA = ("Femke Groen",), ("Joris Dekker",), ("Leila Haddad",), ("Claire Lambert",)
_BIBI, _JENS, _LUNA, _HANNA = ("Rosa Martins",), ("Erik Lund",), ("Marit Visser",), "Wietske Postma"

AT_SCHOOLS: tuple[DemoDossier, ...] = (
    DemoDossier(
        "Ravi", None, "Kumar", (3, 10, 8), SPEELHOEK,
        "Ravi beweegt graag en valt vaak. De kinderfysiotherapeut vraagt een rustige plek in de klas.",
        Step(64, "9:20", "contact"),
        (
            *advised("voorschool", "specialist", handed_in=58, final=44),
            *approached(LINDE, _RAVI, 38),
            Move(38, "11:40", "specialist", "aanmelden_school"),
            Write(12, "14:20", "school", LINDE, "Hoeveel uur per week heeft Ravi hulp nodig?"),
            Write(11, "9:15", "specialist", LINDE, "Twee keer een half uur. Het staat ook in het advies."),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=tuple((it, True) for it in _RAVI),
    ),
    DemoDossier(
        "Jens", None, "Lund", (3, 12, 1), PIPPELOENTJE,
        "Jens spreekt thuis Deens. Zijn ouders vragen een school waar hij rustig kan wennen.",
        Step(80, "13:10", "contact"),
        (
            *advised("voorschool2", "specialist", handed_in=74, final=60),
            *approached(LINDE, _JENS, 52),
            Move(52, "11:40", "specialist", "aanmelden_school"),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=tuple((it, True) for it in _JENS),
    ),
    DemoDossier(
        "Luna", None, "Visser", (3, 5, 25), VLINDERTJE,
        "Luna heeft een bril en een pleister op één oog. Welke plek in de klas past bij haar?",
        Step(70, "10:05", "contact"),
        (
            *advised("voorschool2", "specialist", handed_in=66, final=56),
            *approached(WILG, _LUNA, 48),
            Move(48, "11:40", "specialist", "aanmelden_school"),
            Write(15, "10:40", "school2", WILG, "Mogen wij Luna eerst zien op Het Vlindertje?"),
            Extend(12, "15:05", "school2", WILG),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=tuple((it, True) for it in _LUNA),
    ),
    DemoDossier(
        "Hanna", None, "Postma", (3, 6, 30), SPEELHOEK,
        "Hanna schrikt van harde geluiden. Haar ouders wonen niet bij elkaar.",
        Step(40, "9:00", "contact"),
        (
            *advised("voorschool", "specialist", handed_in=34, final=20),
            Propose(12, "9:10", "specialist", LINDE),
            Signed(9, "11:20", "specialist", LINDE, _HANNA),
            Ask(9, "11:25", "specialist", LINDE, "Douwe Postma"),
            Note(6, "16:45", "specialist", "De vader wil eerst zelf op De Linde gaan kijken."),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=((_HANNA, True), ("Douwe Postma", True)),
    ),
    DemoDossier(
        "Ties", None, "Brouwer", (3, 8, 3), PIPPELOENTJE,
        "Ties is snel moe. Zijn vader wil een school op loopafstand.",
        Step(46, "14:30", "contact"),
        (
            *advised("voorschool2", "specialist", handed_in=40, final=24),
            Round(22, "9:00", "specialist", 25, "13:00", "Pippeloentje", "Welke school de vader kiest."),
            Invite(22, "9:05", "specialist", Wie.OUDER, "Wouter Brouwer"),
            Attend(21, "18:20", "vader-ties", Antwoord.AANWEZIG),
            Propose(19, "10:00", "specialist", WILG),
            Ask(19, "10:05", "specialist", WILG, "Wouter Brouwer"),
            Consent(17, "20:30", "vader-ties", WILG, gives=False),
            Propose(16, "20:45", "vader-ties", LINDE),
            Agree(14, "9:40", "specialist", "Samen bij De Linde gaan kijken.", "vader-ties", 20),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=(("Wouter Brouwer", True),),
    ),
    DemoDossier(
        "Samir", None, "Haddad", (3, 2, 2), SPEELHOEK,
        "Samir praat veel, maar moeilijk verstaanbaar. Hij gaat twee keer per week naar logopedie.",
        Step(58, "11:15", "contact"),
        (
            *advised("voorschool", "specialist", handed_in=52, final=40),
            *approached(WILG, _SAMIR, 30),
            Move(30, "11:40", "specialist", "aanmelden_school"),
            TakeBack(4, "10:10", "specialist", WILG, "De moeder belde: het gezin gaat misschien verhuizen."),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=tuple((it, True) for it in _SAMIR),
    ),
    DemoDossier(
        "Maya", None, "Lambert", (4, 1, 19), SPEELHOEK,
        "Maya heeft een spierziekte en rijdt in een kleine rolstoel. Niet elke school heeft een lift.",
        Step(75, "9:50", "contact"),
        (
            *advised("voorschool", "specialist", handed_in=70, final=58),
            *approached(LINDE, _MAYA, 44),
            Move(44, "11:40", "specialist", "aanmelden_school"),
            Answer(16, "15:30", "school", LINDE, "Ons gebouw heeft geen lift; de kleuters zitten boven."),
            Move(15, "9:10", "specialist", "afgewezen", "Met de ouders gebeld. Zij gaan bij De Wilg kijken."),
            *approached(WILG, _MAYA, 8),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=tuple((it, True) for it in _MAYA),
    ),
    DemoDossier(
        "Otis", None, "Groen", (3, 9, 9), VLINDERTJE,
        "Otis zoekt steeds de grens op. In een kleine groep met vaste regels leert hij veel.",
        Step(90, "10:40", "contact"),
        (
            *advised("voorschool2", "specialist", handed_in=84, final=72),
            *approached(LINDE, _OTIS, 60),
            Move(60, "11:40", "specialist", "aanmelden_school"),
            Answer(40, "13:10", "school", LINDE, "Onze groepen zijn te groot voor wat Otis nodig heeft."),
            Move(39, "9:30", "specialist", "afgewezen"),
            *approached(WILG, _OTIS, 30),
            Move(30, "11:45", "specialist", "aanmelden_school"),
            Answer(9, "10:20", "school2", WILG),
            Move(8, "9:05", "specialist", "jk_advies_afgerond", "De Wilg nodigt de moeder uit."),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=tuple((it, True) for it in _OTIS),
    ),
    DemoDossier(
        "Nina", None, "Dekker", (4, 3, 14), SPEELHOEK,
        "Nina hoort slecht en gebruikt gebaren. De Linde heeft al een kind met ringleiding.",
        Step(85, "9:15", "contact"),
        (
            *advised("voorschool", "specialist", handed_in=79, final=65),
            *approached(LINDE, _NINA, 50),
            Move(50, "11:40", "specialist", "aanmelden_school"),
            Answer(33, "14:50", "school", LINDE),
            Move(32, "9:20", "specialist", "jk_advies_afgerond"),
            Move(14, "10:30", "specialist", "advies_afgerond", "Nina is ingeschreven.", LINDE, 35),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=tuple((it, True) for it in _NINA),
    ),
    DemoDossier(
        "Bibi", None, "Martins", (3, 4, 11), PIPPELOENTJE,
        "Bibi heeft veel vriendjes, maar raakt in paniek als het programma verandert.",
        Step(62, "15:00", "contact"),
        (
            *advised("voorschool2", "specialist", handed_in=57, final=45),
            *approached(WILG, _BIBI, 36),
            Move(36, "11:40", "specialist", "aanmelden_school"),
            Answer(20, "11:50", "specialist", WILG),
            Round(19, "9:00", "specialist", 24, "11:00", "De Wilg", "Kennismaken met de juf."),
            Invite(19, "9:05", "specialist", Wie.MEDEWERKER, "voorschool2"),
            Move(6, "16:00", "contact", "ingetrokken", "Het gezin gaat in Portugal wonen."),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=tuple((it, True) for it in _BIBI),
    ),
)  # fmt: skip
