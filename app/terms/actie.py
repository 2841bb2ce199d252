"""The acts in the log."""

from flask_babel import lazy_gettext as _l

from app.terms.term import Term


class Actie(Term):
    """The acts in the log, each a verb or `noun-verb`: one word, no data. Source: NEN 7513, 'actie'."""

    AANMELDEN = "aanmelden", _l("signed in")
    AANMELDEN_GEWEIGERD = "aanmelden-geweigerd", _l("sign-in refused")
    AFMELDEN = "afmelden", _l("signed out")
    OVERAL_AFMELDEN = "overal-afmelden", _l("signed out everywhere")
    ORGANISATIE_WISSELEN = "organisatie-wisselen", _l("switched organisation")
    ACCOUNT_UITNODIGEN = "account-uitnodigen", _l("invited a person")
    ACCOUNT_ACTIVEREN = "account-activeren", _l("activated an account")
    WACHTWOORD_VERGETEN = "wachtwoord-vergeten", _l("asked for a new password")
    WACHTWOORD_WIJZIGEN = "wachtwoord-wijzigen", _l("changed a password")
    HERSTELCODE_GEBRUIKEN = "herstelcode-gebruiken", _l("used a recovery code")
    HERSTELCODES_VERNIEUWEN = "herstelcodes-vernieuwen", _l("renewed the recovery codes")
    LEZEN = "lezen", _l("has read")
    ZOEKEN = "zoeken", _l("searched")
    TOEVOEGEN = "toevoegen", _l("added")
    WIJZIGEN = "wijzigen", _l("changed")
    VERWIJDEREN = "verwijderen", _l("removed")
    DOWNLOADEN = "downloaden", _l("downloaded")
    BEKIJKEN = "bekijken", _l("looked at a document")
    VERVANGEN = "vervangen", _l("replaced a document")
    DELEN = "delen", _l("changed who sees a document")
    VERNIETIGEN = "vernietigen", _l("destroyed a document")
    VIRUS = "virus", _l("found a virus in a document")
    STATUS_WIJZIGEN = "status-wijzigen", _l("changed the status")
    MAIL_VERZENDEN = "mail-verzenden", _l("sent a message")
    UITNODIGEN = "uitnodigen", _l("invited to a consultation round")
    OPENEN = "openen", _l("opened a dossier for a person")
    SLUITEN = "sluiten", _l("closed")
    BENADEREN = "benaderen", _l("approached a school")
    BEANTWOORDEN = "beantwoorden", _l("answered")
    INTREKKEN = "intrekken", _l("withdrew a consent")
    RECHT_WIJZIGEN = "recht-wijzigen", _l("changed a right")
    LIDMAATSCHAP_SCHORSEN = "lidmaatschap-schorsen", _l("suspended a membership")
    LIDMAATSCHAP_HERVATTEN = "lidmaatschap-hervatten", _l("lifted a suspension")
    CODE_HERSTELLEN = "code-herstellen", _l("reset the sign-in code of a person")
    WAARNEMING_REGELEN = "waarneming-regelen", _l("arranged a stand-in")
    WERK_OVERDRAGEN = "werk-overdragen", _l("handed the work of a person over")
    IMPORTEREN = "importeren", _l("imported a list")
    EXPORTEREN = "exporteren", _l("exported a list")
    TOEGANG_CONTROLEREN = "toegang-controleren", _l("reviewed who has access")
    AFVINKEN = "afvinken", _l("ticked off an agreement")
    OVERDRAGEN = "overdragen", _l("handed a dossier over")
    VERANKEREN = "verankeren", _l("anchored the log")
    GEWEIGERD = "geweigerd", _l("refused")
