"""The invented dossiers of the demo and what happened in each, day by day. Nobody in here exists."""

from app.services.demo_data import (
    KOMPAS,
    PIPPELOENTJE,
    SPEELHOEK,
    VLINDERTJE,
    WALK_A,
    WALK_B,
    DemoDossier,
    Move,
    Note,
    Paper,
    Step,
)
from app.terms import BijlageSoort, Stadium, Zichtbaarheid

_FORM, _REPORT, _ADVICE, _OTHER = (
    BijlageSoort.AANVRAAG,
    BijlageSoort.OBSERVATIEVERSLAG,
    BijlageSoort.ONDERWIJSADVIES,
    BijlageSoort.OVERIG,
)
_SHARED, _FINAL, _DRAFT = Zichtbaarheid.GEDEELD, Stadium.DEFINITIEF, Stadium.CONCEPT

DOSSIERS: tuple[DemoDossier, ...] = (
    DemoDossier(
        WALK_A[0], None, WALK_A[1], (3, 8, 12), SPEELHOEK,
        "Defne is de zus van Yusuf en Emre. Zij leert twee talen en is heel verlegen in de groep.",
        Step(3, "9:35", "contact"),
        contactpersoon="voorschool", specialist="specialist", ouders=(("Elif Demir", True),),
    ),
    DemoDossier(
        WALK_B[0], None, WALK_B[1], (3, 8, 12), SPEELHOEK,
        "Emre is de tweelingbroer van Defne. Hij praat nog nauwelijks en krijgt logopedie.",
        Step(30, "9:40", "contact"),
        (
            Paper(25, "15:05", "voorschool", _FORM, "Aanvraag onderwijsadvies Emre, getekend.pdf"),
            Paper(25, "15:06", "voorschool", _REPORT, "Observatieverslag Emre.pdf"),
            Move(25, "15:10", "voorschool", "bijlagen_toegevoegd"),
            Paper(14, "11:30", "specialist", _REPORT, "Observatie in de groep, Emre.pdf", _SHARED),
            Paper(7, "10:15", "specialist", _ADVICE, "Onderwijsadvies Emre.pdf", _SHARED, _FINAL),
            Move(7, "10:20", "specialist", "onderwijsadvies", "Besproken met de moeder en de logopedist."),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=(("Elif Demir", True),),
    ),
    DemoDossier(
        "Mila", None, "Jansen", (3, 3, 4), SPEELHOEK,
        "Mila praat nog weinig en speelt het liefst alleen. De Speelhoek en de ouders willen weten welke "
        "ondersteuning zij op de basisschool nodig heeft.",
        Step(4, "10:20", "contact"),
        contactpersoon="voorschool", specialist="specialist",
        ouders=(("Sanne Jansen", True), ("Mark Jansen", True)),
    ),
    DemoDossier(
        "Sem", "de", "Vries", (3, 6, 19), SPEELHOEK,
        "Sem is snel boos en vindt wachten moeilijk. In een kleine groep gaat het beter.",
        Step(8, "14:05", "contact"),
        (
            Paper(1, "16:40", "voorschool", _FORM, "Aanvraag onderwijsadvies, getekend.pdf"),
            Paper(1, "16:42", "voorschool", _REPORT, "Observatie in de groep.pdf"),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=(("Ilse de Vries", True),),
    ),
    DemoDossier(
        "Noor", None, "Bakker", (3, 1, 27), PIPPELOENTJE,
        "Noor ziet slecht en draagt sinds de zomer een bril. Welke school past bij haar?",
        Step(17, "9:10", "contact"),
        (
            Paper(6, "13:15", "voorschool2", _FORM, "Aanvraagformulier getekend.pdf"),
            Paper(6, "13:17", "voorschool2", _REPORT, "Observatieverslag oktober.pdf"),
            Paper(6, "13:18", "voorschool2", _OTHER, "Brief van de oogarts.pdf"),
            Move(6, "13:20", "voorschool2", "bijlagen_toegevoegd", "Alles wat wij hebben zit erbij."),
            Note(3, "11:00", "specialist", "Ouders gebeld. Ik kom volgende week kijken in de groep."),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=(("Bas Bakker", True),),
    ),
    DemoDossier(
        "Yusuf", None, "Demir", (4, 1, 8), SPEELHOEK,
        "Yusuf leert twee talen. Hij begrijpt veel, maar zegt weinig. Heeft hij extra taalhulp nodig?",
        Step(41, "9:30", "contact"),
        (
            Paper(36, "15:25", "voorschool", _FORM, "Aanvraag onderwijsadvies Jonge Kind.pdf"),
            Paper(36, "15:27", "voorschool", _REPORT, "Observatieverslag taal.pdf"),
            Move(36, "15:30", "voorschool", "bijlagen_toegevoegd"),
            Paper(22, "12:00", "specialist", _REPORT, "Eigen observatie in de groep.pdf", _SHARED),
            Note(22, "12:10", "specialist", "Yusuf volgt opdrachten in het Turks zonder moeite."),
            Paper(12, "10:45", "specialist", _ADVICE, "Onderwijsadvies met afspraken.pdf", _SHARED, _FINAL),
            Move(12, "10:50", "specialist", "onderwijsadvies", "Besproken met de ouders op De Speelhoek."),
            Note(11, "9:05", "voorschool", "De ouders willen graag bij De Linde gaan kijken."),
            Note(10, "16:20", "specialist", "Ik bel De Linde zodra de ouders dat willen.", _SHARED),
        ),
        contactpersoon="voorschool", specialist="specialist",
        ouders=(("Elif Demir", True), ("Kemal Demir", True)), opened=True,
    ),
    DemoDossier(
        "Lotte", "van", "Dijk", (3, 9, 30), VLINDERTJE,
        "Lotte loopt nog niet los. De fysiotherapeut denkt mee over hulpmiddelen op school.",
        Step(20, "11:40", "contact"),
        (
            Paper(13, "9:50", "voorschool2", _FORM, "Aanvraagformulier.pdf"),
            Move(13, "9:55", "voorschool2", "bijlagen_toegevoegd"),
            Move(
                9, "15:10", "specialist", "aanvulling",
                "De tweede bladzijde met de handtekeningen ontbreekt. Wilt u het hele formulier toevoegen?",
            ),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=(("Eva van Dijk", True),),
    ),
    DemoDossier(
        "Adam", None, "Kowalski", (4, 2, 11), PIPPELOENTJE,
        "Adam is druk en slaapt slecht. Er is ook hulp thuis.",
        Step(33, "10:00", "contact"),
        (
            Paper(28, "14:30", "voorschool2", _FORM, "Aanvraag getekend.pdf"),
            Move(28, "14:33", "voorschool2", "bijlagen_toegevoegd"),
            Move(19, "9:15", "contact", "ingetrokken", "Het gezin verhuist naar een andere regio."),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=(("Magda Kowalska", True),),
    ),
    DemoDossier(
        "Liv", None, "Mulder", (3, 4, 22), SPEELHOEK,
        "Liv is vaak ziek geweest en heeft veel gemist. Wat heeft zij nodig om te beginnen?",
        Step(15, "13:30", "contact"),
        (
            Paper(7, "10:05", "voorschool", _FORM, "Aanvraag onderwijsadvies.pdf"),
            Move(7, "10:08", "voorschool", "bijlagen_toegevoegd"),
            Move(
                6, "8:50", "contact", "terugnemen",
                "Op verzoek van De Speelhoek: er komt nog een verslag van de kinderarts bij.",
            ),
        ),
        contactpersoon="voorschool", specialist="specialist", ouders=(("Jeroen Mulder", True),),
    ),
    DemoDossier(
        "Daan", None, "Peters", (3, 11, 2), VLINDERTJE,
        "Daan hoort met één oor niet. De ouders vragen wat dat op school betekent.",
        Step(38, "9:45", "contact"),
        (
            Paper(31, "11:20", "voorschool2", _FORM, "Aanvraagformulier Daan.pdf"),
            Move(31, "11:25", "voorschool2", "bijlagen_toegevoegd"),
            Paper(18, "14:00", "specialist", _REPORT, "Verslag gesprek met audioloog.pdf"),
            Paper(2, "15:40", "specialist", _ADVICE, "Onderwijsadvies Daan.pdf", _SHARED, _FINAL),
            Move(2, "15:45", "specialist", "onderwijsadvies"),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=(("Lieke Peters", True),),
    ),
    DemoDossier(
        "Zoë", None, "Vermeulen", (3, 7, 14), SPEELHOEK,
        "Zoë is onrustig in de kring en zoekt veel nabijheid.",
        Step(11, "15:15", "contact"),
        (
            Paper(2, "9:20", "voorschool", _FORM, "Aanvraag onderwijsadvies Zoë.pdf"),
            Paper(2, "9:22", "voorschool", _REPORT, "Observatie kring.pdf"),
            Move(2, "9:25", "voorschool", "bijlagen_toegevoegd"),
        ),
        contactpersoon="voorschool", ouders=(("Tess Vermeulen", True), ("Ruud Maas", False)),
    ),
    DemoDossier(
        "Milan", None, "Özdemir", (3, 5, 6), PIPPELOENTJE,
        "Milan puzzelt ver boven zijn leeftijd, maar speelt niet samen.",
        Step(26, "10:30", "contact"),
        (
            Paper(21, "16:00", "voorschool2", _FORM, "Aanvraag getekend door ouders.pdf"),
            Move(21, "16:04", "voorschool2", "bijlagen_toegevoegd"),
            Paper(5, "13:00", "specialist", _ADVICE, "Onderwijsadvies concept.pdf", _SHARED, _DRAFT),
            Note(5, "13:10", "specialist", "Nog bespreken met de ouders voor het advies definitief wordt."),
        ),
        contactpersoon="voorschool2", specialist="specialist", ouders=(("Aylin Özdemir", True),),
    ),
    DemoDossier(
        "Fenna", None, "Dijkstra", (3, 2, 17), KOMPAS,
        "Fenna heeft epilepsie. Wat moet een school daarvan weten?",
        Step(9, "10:10", "specialist-anker"),
        (Paper(5, "11:30", "specialist-anker", _FORM, "Aanvraag Fenna.pdf", _SHARED),),
        specialist="specialist-anker", ouders=(("Hilde Dijkstra", True),),
    ),
)  # fmt: skip
