"""The invented people, organisations and dossiers of the demo, as tables. Nobody in here exists."""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.services.demo_acts import Act, Step
from app.terms import OrganisationSoort, Role

PASSWORD = "demo-Kindbrug-2026"  # noqa: S105 - of invented people, and printed at every start
DE_BRUG, HET_ANKER, OPERATOR = "SWV De Brug", "SWV Het Anker", "Kindbrug"
SPEELHOEK, PIPPELOENTJE, VLINDERTJE, KOMPAS = "De Speelhoek", "Pippeloentje", "Het Vlindertje", "’t Kompas"
LINDE, WILG = "De Linde", "De Wilg"
# The children in whose dossiers one walks through the manual, to its two endings: first name, last name.
WALK_A, WALK_B = ("Defne", "Demir"), ("Emre", "Demir")

# name, kind, SWV, platform, shared address
ORGANISATIONS: tuple[tuple[str, OrganisationSoort, str, str | None, str | None], ...] = (
    (SPEELHOEK, OrganisationSoort.VOORSCHOOL, DE_BRUG, "Noord", "info@speelhoek.example"),
    (PIPPELOENTJE, OrganisationSoort.VOORSCHOOL, DE_BRUG, "Noord", None),
    (VLINDERTJE, OrganisationSoort.VOORSCHOOL, DE_BRUG, "Zuid", None),
    (LINDE, OrganisationSoort.SCHOOL, DE_BRUG, "Noord", None),
    (WILG, OrganisationSoort.SCHOOL, DE_BRUG, "Zuid", None),
    (KOMPAS, OrganisationSoort.VOORSCHOOL, HET_ANKER, "Haven", "info@kompas.example"),
)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to be in the demo; `key` is the user name, `door` the organisation to sign in at."""

    key: str
    voornaam: str
    achternaam: str
    email: str
    places: tuple[tuple[str, Role], ...]
    tries: tuple[LazyString, ...]
    door: str = DE_BRUG

    @property
    def naam(self) -> str:
        """Give the name as it is shown."""
        return f"{self.voornaam} {self.achternaam}"


GROUPS: tuple[tuple[LazyString, tuple[DemoPerson, ...]], ...] = (
    (
        _l("The road of a dossier"),
        (
            DemoPerson(
                "contact", "Karin", "Smit", "karin.smit@debrug.example",
                ((DE_BRUG, Role.CONTACTPERSOON_JK),),
                (
                    _l("Make a dossier for a child: the preschool gets a mail."),
                    _l("Take the last change of a status back."),
                ),
            ),
            DemoPerson(
                "voorschool", "Anna", "de Wit", "anna.dewit@speelhoek.example",
                ((SPEELHOEK, Role.CONTACTPERSOON_VOORSCHOOL),),
                (
                    _l("Add the form that the parents have signed to the dossier of Mila."),
                    _l("Set the status of Sem to JK bijlagen toegevoegd."),
                ),
            ),
            DemoPerson(
                "specialist", "Roos", "Bakker", "roos.bakker@debrug.example",
                ((DE_BRUG, Role.JK_SPECIALIST),),
                (
                    _l("Read the documents of Noor, and ask for what is missing."),
                    _l("Say for whom the dossier of Milan opens in its consultation: see what they see."),
                    _l("Make the advice for Milan final and set JK Onderwijsadvies."),
                ),
            ),
        ),
    ),
    (
        _l("Who sees only their own"),
        (
            DemoPerson(
                "voorschool2", "Fatima", "el Amrani", "fatima.elamrani@pippeloentje.example",
                (
                    (PIPPELOENTJE, Role.CONTACTPERSOON_VOORSCHOOL),
                    (VLINDERTJE, Role.CONTACTPERSOON_VOORSCHOOL),
                ),
                (
                    _l("Look for Mila: here her dossier does not exist."),
                    _l("Switch between the two preschools that she works for."),
                ),
            ),
            DemoPerson(
                "school", "Joost", "van Vliet", "joost.vanvliet@delinde.example",
                ((LINDE, Role.CONTACTPERSOON_SCHOOL),),
                (
                    _l("Answer the request for Ravi: De Linde has to decide within a week."),
                    _l("See why Maya is still here though De Linde rejected: the zorgplicht."),
                    _l("Look for Hanna: as long as one parent has not consented, she does not exist here."),
                ),
            ),
            DemoPerson(
                "school2", "Marleen", "Post", "marleen.post@dewilg.example",
                ((WILG, Role.CONTACTPERSOON_SCHOOL),),
                (
                    _l("Answer the request for Maya: agree, or reject with your reason."),
                    _l("Ask something about Luna, whose term has four weeks more."),
                    _l("Look for Samir: his mother took her consent back, so he does not exist here."),
                ),
            ),
            DemoPerson(
                "ouder", "Elif", "Demir", "elif.demir@ouders.example", (),
                (
                    _l("Give your consent for De Linde in the dossier of Yusuf, or refuse it."),
                    _l("Say whether you come to the consultation, and propose a school of your own."),
                    _l("See who has access to the dossier of your child."),
                ),
            ),
            DemoPerson(
                "deelnemer", "Hans", "Vos", "hans.vos@jeugdzorg.example", (),
                (
                    _l("Say whether you come to the consultation about Yusuf."),
                    _l("Read the one dossier that was opened for you."),
                ),
            ),
            DemoPerson(
                "specialist-anker", "Tom", "Zeeman", "tom.zeeman@hetanker.example",
                ((HET_ANKER, Role.JK_SPECIALIST),),
                (_l("See that no dossier of SWV De Brug exists in another SWV."),),
                HET_ANKER,
            ),
        ),
    ),
    (
        _l("Administration"),
        (
            DemoPerson(
                "rolbeheer", "Petra", "Kuipers", "petra.kuipers@debrug.example",
                ((DE_BRUG, Role.ROLBEHEERDER),),
                (
                    _l("Invite somebody, or end a membership: it works on the next click."),
                    _l("See that this role opens no dossier."),
                ),
            ),
            DemoPerson(
                "rolbeheer-voorschool", "Wim", "de Groot", "wim.degroot@speelhoek.example",
                ((SPEELHOEK, Role.ROLBEHEERDER),),
                (_l("Invite a colleague, and follow the link in the mail to the code."),),
            ),
            DemoPerson(
                "privacy", "Nadia", "Willems", "nadia.willems@debrug.example",
                ((DE_BRUG, Role.PRIVACYFUNCTIONARIS),),
                (_l("See that this role opens no dossier."),),
            ),
            DemoPerson(
                "platform", "Sander", "Mol", "sander.mol@kindbrug.example",
                ((OPERATOR, Role.PLATFORMBEHEERDER),),
                (_l("Add an organisation."),),
                OPERATOR,
            ),
        ),
    ),
)  # fmt: skip
PEOPLE = {person.key: person for _title, people in GROUPS for person in people}
# Colleagues and parents who fill the lists; one is never them.
COLLEAGUES = {
    person.key: person
    for person in (
        DemoPerson(
            "specialist2", "Lars", "Hendriks", "lars.hendriks@debrug.example",
            ((DE_BRUG, Role.JK_SPECIALIST),), (),
        ),
        DemoPerson("moeder-milan", "Aylin", "Özdemir", "aylin.ozdemir@ouders.example", (), ()),
        DemoPerson("vader-ties", "Wouter", "Brouwer", "wouter.brouwer@ouders.example", (), ()),
    )
}  # fmt: skip


BEGINNING = Step(120, "9:00", "platform")


@dataclass(frozen=True)
class DemoDossier:
    """A child, its dossier, and what happened: made by `made.who`, then the steps in their order.

    `geboren` counts years back from this one, then month and day: the children stay young.
    """

    voornaam: str
    tussenvoegsel: str | None
    achternaam: str
    geboren: tuple[int, int, int]
    voorschool: str
    omschrijving: str
    made: Step
    steps: tuple[Act, ...] = ()
    contactpersoon: str | None = None
    specialist: str | None = None
    ouders: tuple[tuple[str, bool], ...] = ()
