"""The manual, line by line, as a walk through the demo: who does it, where, how one sees that it is done."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from app import models as m
from app.services.demo_data import LINDE, WALK_A, WALK_B, WILG
from app.services.demo_walk import (
    SOME,
    Seen,
    Step,
    added,
    asked,
    consented,
    did,
    has,
    invited,
    look,
    mailed,
    moved,
    opened,
    preference,
    there,
)
from app.terms import Actie, BijlageSoort, Stadium, VoorkeurStaat, Zichtbaarheid

_DOSSIER = "/hulpvragen/{id}"
_BIJLAGEN, _RONDES, _AFSPRAKEN, _SCHOLEN, _TOESTEMMINGEN = (
    f"{_DOSSIER}/{tab}" for tab in ("bijlagen", "overlegrondes", "afspraken", "scholen", "toestemmingen")
)
_STATUS, _LIST, _MESSAGES = f"{_DOSSIER}/status", "/hulpvragen/", "/berichten/"


@dataclass(frozen=True)
class Chapter:
    """A chapter of the manual."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Walk:
    """Chapters that are walked in the dossier of one child: its first name and last name."""

    child: tuple[str, str]
    chapters: tuple[Chapter, ...]

    @property
    def kind(self) -> str:
        """Give the child's name as it is shown."""
        return " ".join(self.child)


_SHARING = Chapter(
    "Delen gegevens vanuit de voorschoolse voorziening",
    (
        Step(
            "… maakt de contactpersoon JK een dossier aan … zodat de voorschoolse voorziening aanwezige "
            "gegevens kan delen.",
            "contact", _l("Look at the dossier that Karin made for this child."), _DOSSIER, there,
        ),
        Step(
            "Stap 1: De contactpersoon van de voorschoolse voorziening ontvangt per mail een melding van de "
            "status van de hulpvraag “JK onderwijsadvies aanvraag”.",
            "voorschool", _l("Read the message about the new dossier. The mail itself is among the mails."),
            _MESSAGES, mailed("voorschool", soort="status_aanvraag"),
        ),
        Step(
            "Stap 2: Klik bovenaan op de tab Hulpvragen. Klik op de betreffende naam. Je bent nu in de tab "
            "Hulpvraag van het kinddossier.",
            "voorschool", _l("Find the child in the list of hulpvragen and open the dossier."), _LIST,
            did("voorschool", Actie.LEZEN),
        ),
        Step(
            "Klik rechts onderaan op Hulpvraag bewerken. Klik op de knop Bijlagen. … Voeg in ieder geval het "
            "(door ouders getekende) formulier Aanvraag onderwijsadvies Jonge Kind toe.",
            "voorschool", _l("Add the form that the parents have signed. Any PDF of yours will do."),
            f"{_DOSSIER}/bewerken", added(soort=BijlageSoort.AANVRAAG),
        ),
        Step(
            "Sluit het venster en klik rechts onderaan op Opslaan.",
            "voorschool", _l("Close the window with the documents and save."), f"{_DOSSIER}/bewerken",
            did("voorschool", Actie.WIJZIGEN),
        ),
        Step(
            "Klik nu op de knop Status wijzigen en kies de status JK bijlagen toegevoegd.",
            "voorschool", _l("Set the status JK bijlagen toegevoegd."), _STATUS, moved("bijlagen_toegevoegd"),
        ),
        Step(
            "De JKspecialist krijgt hiervan melding.",
            "specialist", _l("Read the message that the documents are in."), _MESSAGES,
            mailed("specialist", soort="status_bijlagen_toegevoegd"),
        ),
    ),
)  # fmt: skip

_ADVICE = Chapter(
    "Onderwijsadvies",
    (
        Step(
            "Stap 1: De JKspecialist verdiept zich en gaat het dossier aanvullen (bijvoorbeeld middels eigen "
            "observatie, afstemming betrokkenen e.o.) …",
            "specialist", _l("Add an observation report of your own."), _BIJLAGEN,
            added(by_swv=True, soort=BijlageSoort.OBSERVATIEVERSLAG),
        ),
        Step(
            "… en komt tot een passend onderwijsadvies.",
            "specialist", _l("Add the educational advice, as a draft for now."), _BIJLAGEN,
            added(soort=BijlageSoort.ONDERWIJSADVIES),
        ),
        Step(
            "Stap 2: Om het onderwijsadvies en het aangevulde dossier te delen met betrokkenen kan de "
            "JKspecialist een overlegronde aanmaken.",
            "specialist", _l("Plan a consultation: when, where, and what about."), _RONDES,
            has(m.Overlegronde),
        ),
        Step(
            "Betrokkenen (ook ouders) kunnen op deze manier worden uitgenodigd …",
            "specialist", _l("Invite the mother, Elif Demir."), _RONDES, invited("ouder"),
        ),
        Step(
            "Betrokkenen … kunnen op deze manier worden uitgenodigd …",
            "specialist", _l("Invite Hans Vos of the youth care too, by his e-mail address."), _RONDES,
            invited("deelnemer"),
        ),
        Step(
            "Alle genodigden ontvangen per mail een melding dat ze uitgenodigd zijn voor deze overlegronde.",
            "ouder", _l("Read the invitation and say whether you will be there."), _MESSAGES,
            mailed("ouder", overlegronde_id=SOME),
        ),
        Step(
            "Gezamenlijk wordt gekeken wanneer het dossier opengezet wordt en voor wie. Bijvoorbeeld voor de "
            "gezamenlijke bespreking met ouders of er na.",
            "specialist", _l("Open the dossier for the mother, and look first at what she will see."),
            _RONDES, opened,
        ),
        Step(
            "… zodat zij toegang krijgen tot het dossier.",
            "ouder", _l("Read the dossier of your child. Let time pass first if it opens later."), _DOSSIER,
            did("ouder", Actie.LEZEN),
        ),
        Step(
            "Stap 3: Na de gezamenlijke bespreking van het advies vult de JKspecialist het onderwijsadvies "
            "aan met de gemaakte afspraken …",
            "specialist", _l("Write down what was agreed: who does what, and by when."), _AFSPRAKEN,
            has(m.Afspraak),
        ),
        Step(
            "… en voegt dit toe.",
            "specialist", _l("Make the educational advice final and share it."), _BIJLAGEN,
            added(
                soort=BijlageSoort.ONDERWIJSADVIES, zichtbaarheid=Zichtbaarheid.GEDEELD,
                stadium=Stadium.DEFINITIEF,
            ),
        ),
        Step(
            "De JKspecialist wijzigt nu de status naar “JK Onderwijsadvies”.",
            "specialist", _l("Set the status JK Onderwijsadvies."), _STATUS, moved("onderwijsadvies"),
        ),
        Step(
            "De voorschoolse voorziening ontvangt de statuswijziging …",
            "voorschool", _l("Read the message about the new status."), _MESSAGES,
            mailed("voorschool", soort="status_onderwijsadvies"),
        ),
        Step(
            "… en kan vanaf dan in het dossier.",
            "voorschool", _l("Open the dossier: now you see what is shared with you, the advice too."),
            _DOSSIER, did("voorschool", Actie.LEZEN, since="onderwijsadvies"),
        ),
    ),
)  # fmt: skip

_PREFERENCE = Chapter(
    "School van voorkeur betrekken",
    (
        Step(
            "In het overleg worden de vervolgafspraken vastgelegd …",
            "specialist", _l("Note De Linde as the school of preference."), _SCHOLEN, preference(LINDE),
        ),
        Step(
            "… en ouders gevraagd het toestemmingsformulier om informatie met school/scholen van voorkeur te "
            "delen.",
            "specialist", _l("Ask the mother for her consent to share the dossier with De Linde."),
            _TOESTEMMINGEN, asked(LINDE),
        ),
        Step(
            "… met toestemming van ouders …",
            "ouder", _l("Read what is asked, and give your consent for De Linde."), _TOESTEMMINGEN,
            consented(LINDE),
        ),
        Step(
            "Hiervoor wordt met toestemming van ouders het dossier gedeeld met de betreffende "
            "school/scholen.",
            "specialist", _l("Approach De Linde: the school gets a mail, and six weeks to decide."),
            _SCHOLEN, preference(LINDE, benaderd_op=SOME),
        ),
        Step(
            "De JKspecialist stemt met de scholen van voorkeur af of zij de benodigde ondersteuning kunnen "
            "bieden.",
            "school", _l("Read the dossier as De Linde."), _DOSSIER, did("school", Actie.LEZEN),
        ),
        Step(
            "De JKspecialist wijzigt nu de status naar “JK aanmelden school”.",
            "specialist", _l("Set the status JK aanmelden school."), _STATUS, moved("aanmelden_school"),
        ),
        Step(
            "De voorschoolse voorziening ontvangt onderstaande statussen zodat zij op de hoogte zijn wanneer "
            "een kind op een school start.",
            "voorschool", _l("Read the message about the new status."), _MESSAGES,
            mailed("voorschool", soort="status_aanmelden_school"),
        ),
    ),
)  # fmt: skip


def _agreed(naam: str, who: str) -> tuple[Step, ...]:
    """Give the steps from a school that agrees to the end; the manual's ending A, and the end of B."""
    return (
        Step(
            "Wanneer de school van voorkeur een akkoord geeft …",
            who, _l("Answer as %(school)s: agree.", school=naam), _SCHOLEN,
            preference(naam, staat=VoorkeurStaat.AKKOORD),
        ),
        Step(
            "… wijzigt de JKspecialist de status naar “JK advies afgerond”.",
            "specialist", _l("Set the status JK advies afgerond."), _STATUS, moved("jk_advies_afgerond"),
        ),
        Step(
            "Ouders kunnen contact opnemen met de betreffende school voor vervolg en kennismaking. Zodra "
            "ouders aangeven dat ze hun kind gaan inschrijven, melden zij dit bij de JKspecialist.",
            "ouder",
            _l("See that a school has agreed. That you enrol your child, you tell Roos outside Kindbrug."),
            _DOSSIER, did("ouder", Actie.LEZEN, since="jk_advies_afgerond"),
        ),
        Step(
            "De JKspecialist wijzigt de status dan naar ‘advies afgerond’. In de omschrijving van de status "
            "wordt vermeld vanaf wanneer en naar welke school leerling gaat.",
            "specialist", _l("Set the status advies afgerond: to which school, and from which day."), _STATUS,
            moved("advies_afgerond"),
        ),
        Step(
            "De voorschoolse voorziening heeft hierna geen toegang meer tot de hulpvraag/kind.",
            "voorschool", _l("Try to open the dossier: for you it does not exist any more."), _DOSSIER,
            moved("advies_afgerond"),
        ),
    )  # fmt: skip


_ENDING_A = Chapter("A. Toewijzing school van voorkeur", _agreed(LINDE, "school"))

_ENDING_B = Chapter(
    "B. Afwijzing school van voorkeur",
    (
        Step(
            "Wanneer de school van voorkeur heeft aangegeven inhoudelijk deze aanvraag af te wijzen …",
            "school", _l("Answer as De Linde: reject, with your reason."), _SCHOLEN,
            preference(LINDE, staat=VoorkeurStaat.AFGEWEZEN),
        ),
        Step(
            "… wijzigt de JKspecialist de status naar “JK afgewezen”.",
            "specialist", _l("Set the status JK afgewezen."), _STATUS, moved("afgewezen"),
        ),
        Step(
            "De eerste school van voorkeur blijft in het proces betrokken (vanwege de zorgplicht).",
            "school", _l("Open the dossier as De Linde: you still can, and you see why."), _DOSSIER,
            did("school", Actie.LEZEN, since="afgewezen"),
        ),
        Step(
            "Er wordt een nieuwe school van voorkeur bepaald.",
            "specialist", _l("Note De Wilg as the next school of preference."), _SCHOLEN, preference(WILG),
        ),
        Step(
            "Er wordt in overleg met ouders en betrokkenen gezocht naar een andere school.",
            "specialist", _l("Ask the mother for her consent to share the dossier with De Wilg."),
            _TOESTEMMINGEN, asked(WILG),
        ),
        Step(
            "… in overleg met ouders …",
            "ouder", _l("Read what is asked, and give your consent for De Wilg."), _TOESTEMMINGEN,
            consented(WILG),
        ),
        Step(
            "… gezocht naar een andere school.",
            "specialist", _l("Approach De Wilg."), _SCHOLEN, preference(WILG, benaderd_op=SOME),
        ),
        *_agreed(WILG, "school2"),
    ),
)  # fmt: skip

WALKS = (
    Walk(WALK_A, (_SHARING, _ADVICE, _PREFERENCE, _ENDING_A)),
    Walk(WALK_B, (_PREFERENCE, _ENDING_B)),
)


def walks() -> list[tuple[Walk, Seen | None]]:
    """Give each walk with what its dossier says now; None when the dossier is gone."""
    return list(zip(WALKS, look([walk.child for walk in WALKS]), strict=True))
