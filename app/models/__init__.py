"""The nouns: one file each; columns and relations, nothing that commits."""

from app.models.afspraak import Afspraak
from app.models.bericht import Bericht
from app.models.betrokkenheid import Betrokkenheid
from app.models.bijlage import Bijlage
from app.models.gebeurtenis import Gebeurtenis
from app.models.gebruiker import Gebruiker, Herstelcode, Inloggegevens
from app.models.gezagsdrager import Gezagsdrager
from app.models.hulpvraag import Hulpvraag
from app.models.invoer import Invoer
from app.models.kind import Kind
from app.models.lidmaatschap import Lidmaatschap
from app.models.notitie import Notitie
from app.models.organisation import Organisation
from app.models.overlegronde import Deelname, Overlegronde
from app.models.recht import Rechtafwijking
from app.models.schoolvoorkeur import SchoolVoorkeur
from app.models.sessie import Aanmeldpoging, Sessie
from app.models.statuswijziging import StatusWijziging
from app.models.toegangscontrole import Toegangscontrole
from app.models.toestemming import Toestemming
from app.models.uitnodiging import Uitnodiging
from app.models.waarneming import Waarneming
from app.models.zegel import Zegel

__all__ = [
    "Aanmeldpoging",
    "Afspraak",
    "Bericht",
    "Betrokkenheid",
    "Bijlage",
    "Deelname",
    "Gebeurtenis",
    "Gebruiker",
    "Gezagsdrager",
    "Herstelcode",
    "Hulpvraag",
    "Inloggegevens",
    "Invoer",
    "Kind",
    "Lidmaatschap",
    "Notitie",
    "Organisation",
    "Overlegronde",
    "Rechtafwijking",
    "SchoolVoorkeur",
    "Sessie",
    "StatusWijziging",
    "Toegangscontrole",
    "Toestemming",
    "Uitnodiging",
    "Waarneming",
    "Zegel",
]
