"""The words of the portal: every closed list, each with its key in the database and its label on one line."""

from flask_babel import lazy_gettext as _l

from app.terms.actie import Actie as Actie
from app.terms.term import Term as Term


class Status(Term):
    """The statuses of a hulpvraag. The labels are the manual's own words, in every language."""

    AANVRAAG = "aanvraag", "JK onderwijsadvies aanvraag"
    BIJLAGEN_TOEGEVOEGD = "bijlagen_toegevoegd", "JK bijlagen toegevoegd"
    ONDERWIJSADVIES = "onderwijsadvies", "JK Onderwijsadvies"
    AANMELDEN_SCHOOL = "aanmelden_school", "JK aanmelden school"
    AFGEWEZEN = "afgewezen", "JK afgewezen"
    JK_ADVIES_AFGEROND = "jk_advies_afgerond", "JK advies afgerond"
    ADVIES_AFGEROND = "advies_afgerond", "advies afgerond"
    INGETROKKEN = "ingetrokken", _l("withdrawn")


class OrganisationSoort(Term):
    """What an organisation is; it bounds the roles that its people can have."""

    SAMENWERKINGSVERBAND = "samenwerkingsverband", _l("Partnership of schools (SWV)")
    VOORSCHOOL = "voorschool", _l("Preschool")
    SCHOOL = "school", _l("School")
    PARTNER = "partner", _l("Partner")
    EXPLOITANT = "exploitant", _l("Operator of the portal")


# What an SWV has besides itself.
AFFILIATED = frozenset({OrganisationSoort.VOORSCHOOL, OrganisationSoort.SCHOOL, OrganisationSoort.PARTNER})


class Role(Term):
    """What somebody does within one organisation, or as an invited person."""

    CONTACTPERSOON_JK = "contactpersoon_jk", _l("Contact person JK")
    JK_SPECIALIST = "jk_specialist", _l("JK specialist")
    CONTACTPERSOON_VOORSCHOOL = "contactpersoon_voorschool", _l("Contact person of the preschool")
    CONTACTPERSOON_SCHOOL = "contactpersoon_school", _l("Contact person of the school")
    OUDER = "ouder", _l("Parent")
    DEELNEMER = "deelnemer", _l("Participant")
    ROLBEHEERDER = "rolbeheerder", _l("Role administrator")
    PRIVACYFUNCTIONARIS = "privacyfunctionaris", _l("Privacy officer")
    PLATFORMBEHEERDER = "platformbeheerder", _l("Platform administrator")


class LidmaatschapStaat(Term):
    """Whether a membership counts now; only `geldig` opens anything."""

    GELDIG = "geldig", _l("in force")
    GESCHORST = "geschorst", _l("suspended")
    LATER = "later", _l("begins later")
    VOORBIJ = "voorbij", _l("ended")


class Aandacht(Term):
    """Why a membership asks for attention in an access review."""

    ONGEBRUIKT = "ongebruikt", _l("Not used")
    EINDIGT = "eindigt", _l("Ends soon")
    BIJZONDER = "bijzonder", _l("Unusual rights")
    GESCHORST = "geschorst", _l("Suspended")


JK_STAFF = frozenset({Role.CONTACTPERSOON_JK, Role.JK_SPECIALIST})


class Ground(Term):
    """Why a party may open a dossier. SWV is the role of JK staff; the others are rows of Betrokkenheid."""

    SWV = "swv", _l("JK staff of the SWV")
    VOORSCHOOL = "voorschool", _l("Preschool of the hulpvraag")
    SCHOOL = "school", _l("School approached with consent")
    ZORGPLICHT = "zorgplicht", _l("Duty of care (zorgplicht)")
    GENODIGD = "genodigd", _l("Invited to a consultation round")
    OVERLEGRONDE = "overlegronde", _l("Dossier opened for a consultation round")
    OUDER = "ouder", _l("Parent with parental authority")


class Level(Term):
    """How far a dossier is open to a party."""

    GEEN = "geen", _l("nothing")
    UITNODIGING = "uitnodiging", _l("invitation")
    EIGEN = "eigen", _l("own contribution")
    OUDER = "ouder", _l("parent")
    DOSSIER = "dossier", _l("dossier")
    LEZEN = "lezen", _l("everything, read only")
    ALLES = "alles", _l("everything")


class Verb(Term):
    """What one can do with a row."""

    READ = "read", _l("read")
    ADD = "add", _l("add")
    EDIT = "edit", _l("edit")
    RETRACT = "retract", _l("retract")
    SHARE = "share", _l("share")
    FINALISE = "finalise", _l("finalise")
    ANSWER = "answer", _l("answer")
    ASK = "ask", _l("ask")
    TICK = "tick", _l("tick off")
    WITHDRAW = "withdraw", _l("withdraw")
    SEARCH = "search", _l("search")
    HAND_OVER = "hand_over", _l("hand over")


class Noun(Term):
    """The nouns that rights are about."""

    ORGANISATION = "Organisation", _l("Organisation")
    LIDMAATSCHAP = "Lidmaatschap", _l("Membership")
    KIND = "Kind", _l("Child")
    GEZAGSDRAGER = "Gezagsdrager", _l("Parent or guardian")
    HULPVRAAG = "Hulpvraag", _l("Hulpvraag")
    STATUSWIJZIGING = "StatusWijziging", _l("Change of status")
    BIJLAGE = "Bijlage", _l("Bijlage")
    NOTITIE = "Notitie", _l("Note")
    AFSPRAAK = "Afspraak", _l("Agreement")
    OVERLEGRONDE = "Overlegronde", _l("Consultation round")
    DEELNAME = "Deelname", _l("Participation")
    SCHOOLVOORKEUR = "SchoolVoorkeur", _l("School of preference")
    TOESTEMMING = "Toestemming", _l("Consent")
    BETROKKENHEID = "Betrokkenheid", _l("Who has access")
    BERICHT = "Bericht", _l("Message")
    GEBEURTENIS = "Gebeurtenis", _l("Event")
    RECHT = "Recht", _l("Rights")
    TOEGANGSCONTROLE = "Toegangscontrole", _l("Access review")
    INVOER = "Invoer", _l("Import")


class BijlageSoort(Term):
    """The kinds of document, in the words of the manual."""

    AANVRAAG = "aanvraag", _l("Signed request form for educational advice Jonge Kind")
    OBSERVATIEVERSLAG = "observatieverslag", _l("Observation report")
    ONDERWIJSADVIES = "onderwijsadvies", _l("Educational advice")
    TOESTEMMINGSFORMULIER = "toestemmingsformulier", _l("Consent form")
    OVERIG = "overig", _l("Other")


class Zichtbaarheid(Term):
    """Who of a dossier's parties may see a document or note."""

    INTERN = "intern", _l("Internal: JK staff only")
    GEDEELD = "gedeeld", _l("Shared with everybody in the dossier")


class Stadium(Term):
    """Whether a document is still being worked on."""

    CONCEPT = "concept", _l("Draft")
    DEFINITIEF = "definitief", _l("Final")


class Gezag(Term):
    """Whether a parent has parental authority; unknown counts as no."""

    JA = "ja", _l("Has parental authority")
    NEE = "nee", _l("Has no parental authority")
    ONBEKEND = "onbekend", _l("Parental authority unknown")


class Antwoord(Term):
    """What somebody who was invited to a consultation round says."""

    AANWEZIG = "aanwezig", _l("I will be there")
    AFWEZIG = "afwezig", _l("I cannot be there")
    VOORSTEL = "voorstel", _l("I propose another moment")


class Opening(Term):
    """When the dossier opens for one participant of a consultation round; closing the round ends it."""

    NIET = "niet", _l("Not")
    NU = "nu", _l("Now")
    MOMENT = "moment", _l("At a moment")
    NA_OVERLEG = "na_overleg", _l("After the consultation")


class VoorkeurStaat(Term):
    """How far a school of preference is; `vervallen` is ours: the parents choose another way."""

    VOORGESTELD = "voorgesteld", _l("proposed")
    BENADERD = "benaderd", _l("approached")
    AKKOORD = "akkoord", _l("agreed")
    AFGEWEZEN = "afgewezen", _l("rejected")
    VERVALLEN = "vervallen", _l("no longer wanted")


class ZorgplichtReden(Term):
    """Why a school that rejected stays involved."""

    EERSTE = "eerste", _l("It is the first school of preference: it has the duty of care (zorgplicht).")
    GEKOZEN = "gekozen", _l("The JK specialist keeps this school involved.")


class Doel(Term):
    """What a consent is for; the label stands in the text that the parent reads."""

    SCHOOL_VAN_VOORKEUR = (
        "school_van_voorkeur",
        _l("Sharing the dossier with a school of preference, to hear whether it can offer the support."),
    )


class ToestemmingStaat(Term):
    """Where the consent of one parent stands; only `gegeven` lets a school in."""

    GEGEVEN = "gegeven", _l("given")
    GEVRAAGD = "gevraagd", _l("asked, no answer yet")
    GEWEIGERD = "geweigerd", _l("refused")
    INGETROKKEN = "ingetrokken", _l("taken back")
    ONTBREEKT = "ontbreekt", _l("not asked yet")


class Controle(Term):
    """Where the virus scan of a document stands; only `schoon` and `overgeslagen` let its bytes out."""

    WACHT = "wacht", _l("being checked")
    SCHOON = "schoon", _l("checked, no virus found")
    OVERGESLAGEN = "overgeslagen", _l("not checked for viruses")
    BESMET = "besmet", _l("has a virus")


class BerichtStatus(Term):
    """Where a message to send stands."""

    WACHT = "wacht", _l("waiting to be sent")
    VERZONDEN = "verzonden", _l("sent")
    VERVALLEN = "vervallen", _l("not sent: no longer allowed to know")
    MISLUKT = "mislukt", _l("could not be delivered")
    AFGEHANDELD = "afgehandeld", _l("settled in another way")


class MailFout(Term):
    """Why a message was not delivered; the label is the sentence on the task."""

    NIEMAND = "niemand", _l("There is nobody to tell: no contact person and no shared e-mail address.")
    ADRES = "adres", _l("The e-mail address cannot be used.")
    GEWEIGERD = "geweigerd", _l("The mail server refuses this e-mail address.")
    ONBEREIKBAAR = "onbereikbaar", _l("The mail server could not be reached.")


class UitnodigingSoort(Term):
    """What a one-time link is for."""

    ACCOUNT = "account", _l("New account")
    WACHTWOORD = "wachtwoord", _l("Forgotten password")
