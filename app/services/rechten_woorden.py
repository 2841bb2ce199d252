"""What each right is, in a sentence: the words of the matrix. Grouped as people look for them."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.terms import Noun

# heading, and under it the rights with their sentences; only what the table of rights has.
GROUPS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        Noun("Organisation").label,
        {
            "Organisation.read": _l("See the organisations of the partnership"),
            "Organisation.add": _l("Add a preschool, school or partner"),
            "Organisation.edit": _l("Change the settings of the organisation"),
        },
    ),
    (
        Noun("Lidmaatschap").label,
        {
            "Lidmaatschap.read": _l("See who works where"),
            "Lidmaatschap.add": _l("Invite people"),
            "Lidmaatschap.edit": _l("Change, suspend and end memberships"),
        },
    ),
    (
        Noun("Kind").label,
        {
            "Kind.read": _l("See the name and date of birth of the child"),
            "Kind.add": _l("Add a child"),
            "Kind.edit": _l("Change the name and date of birth of the child"),
        },
    ),
    (
        Noun("Gezagsdrager").label,
        {
            "Gezagsdrager.read": _l("See the parents, as far as the dossier is open"),
            "Gezagsdrager.add": _l("Add a parent or guardian"),
            "Gezagsdrager.edit": _l("Change what is known of the parents"),
        },
    ),
    (
        Noun("Hulpvraag").label,
        {
            "Hulpvraag.read": _l("Open hulpvragen: without this the role sees no dossier at all"),
            "Hulpvraag.add": _l("Make a hulpvraag"),
            "Hulpvraag.edit": _l("Edit the hulpvraag"),
            "Hulpvraag.hand_over": _l("Download the dossier for the school that has agreed"),
        },
    ),
    (
        _l("Changes of status"),
        {
            "StatusWijziging.read": _l("Read the history of the statuses"),
            "status.aanvraag": _l("Set the status JK onderwijsadvies aanvraag, with a new hulpvraag"),
            "status.bijlagen_toegevoegd": _l("Set the status JK bijlagen toegevoegd"),
            "status.aanvulling": _l("Ask for additions"),
            "status.onderwijsadvies": _l("Set the status JK Onderwijsadvies"),
            "status.aanmelden_school": _l("Set the status JK aanmelden school"),
            "status.jk_advies_afgerond": _l("Set the status JK advies afgerond"),
            "status.afgewezen": _l("Set the status JK afgewezen"),
            "status.advies_afgerond": _l("Set the status advies afgerond"),
            "status.ingetrokken": _l("Withdraw the hulpvraag"),
            "status.terugnemen": _l("Take the last change of status back"),
        },
    ),
    (
        Noun("Bijlage").label,
        {
            "Bijlage.read": _l("Read documents"),
            "Bijlage.add": _l("Add documents"),
            "Bijlage.edit": _l("Change the title and the kind of a document"),
            "Bijlage.retract": _l("Retract documents"),
            "Bijlage.share": _l("Decide who sees a document"),
            "Bijlage.finalise": _l("Make a document final"),
        },
    ),
    (
        Noun("Notitie").label,
        {
            "Notitie.read": _l("Read notes"),
            "Notitie.add": _l("Write notes"),
            "Notitie.share": _l("Decide who sees a note"),
        },
    ),
    (
        Noun("Afspraak").label,
        {
            "Afspraak.read": _l("Read agreements"),
            "Afspraak.add": _l("Make agreements"),
            "Afspraak.edit": _l("Change agreements"),
            "Afspraak.share": _l("Decide who sees an agreement"),
            "Afspraak.tick": _l("Tick off agreements"),
        },
    ),
    (
        Noun("Overlegronde").label,
        {
            "Overlegronde.read": _l("See consultations"),
            "Overlegronde.add": _l("Plan a consultation"),
            "Overlegronde.edit": _l("Change, close and reopen a consultation"),
            "Deelname.read": _l("See the invitations to a consultation"),
            "Deelname.add": _l("Invite people to a consultation"),
            "Deelname.edit": _l("Open the dossier for a participant, or close it"),
            "Deelname.answer": _l("Answer whether one will be there"),
        },
    ),
    (
        Noun("SchoolVoorkeur").label,
        {
            "SchoolVoorkeur.read": _l("See schools of preference"),
            "SchoolVoorkeur.add": _l("Propose a school of preference"),
            "SchoolVoorkeur.edit": _l("Put the schools in order and approach them"),
            "SchoolVoorkeur.answer": _l("Answer for a school: agreed or rejected"),
            "SchoolVoorkeur.ask": _l("Ask the partnership a question about the request"),
        },
    ),
    (
        Noun("Toestemming").label,
        {
            "Toestemming.read": _l("Read consents"),
            "Toestemming.add": _l("Ask for a consent, or record one that was signed"),
            "Toestemming.answer": _l("Give or refuse a consent"),
            "Toestemming.withdraw": _l("Withdraw a consent"),
        },
    ),
    (
        Noun("Betrokkenheid").label,
        {
            "Betrokkenheid.read": _l("See who has access to the dossier"),
        },
    ),
    (
        Noun("Gebeurtenis").label,
        {
            "Gebeurtenis.read": _l("See who looked into a dossier"),
            "Gebeurtenis.search": _l("Search the log of the whole partnership and export it"),
        },
    ),
    (
        Noun("Recht").label,
        {
            "Recht.read": _l("See the rights of roles"),
            "Recht.edit": _l("Change the rights of roles"),
        },
    ),
    (
        Noun("Toegangscontrole").label,
        {
            "Toegangscontrole.read": _l("See the access review"),
            "Toegangscontrole.add": _l("Record the access review"),
        },
    ),
    (
        Noun("Invoer").label,
        {
            "Invoer.read": _l("Export organisations and people"),
            "Invoer.add": _l("Import organisations and people"),
        },
    ),
)
WORDS: dict[str, Any] = {right: words for _heading, group in GROUPS for right, words in group.items()}
