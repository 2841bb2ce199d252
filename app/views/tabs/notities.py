"""The tab Notities of a dossier."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.models import Hulpvraag, Notitie
from app.services import dossiers
from app.services.wording import moment, words
from app.terms import Noun, OrganisationSoort, Verb, Zichtbaarheid

Context = dict[str, Any]


# What the preschool and the schools add stands out among what JK staff write themselves.
OF: Mapping[OrganisationSoort, Any] = {
    OrganisationSoort.VOORSCHOOL: _l("From the preschool"),
    OrganisationSoort.SCHOOL: _l("From a school"),
}


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_notities.html."""
    adds = access.fields(person, Noun.NOTITIE, row, Verb.ADD) != frozenset()
    add = {"label": _("Write a note"), "url": url_for("NotitieView.add", hulpvraag=row.id), "primary": True}
    return {
        "notities": [
            {
                "text": note.tekst,
                "who": note.geschreven_door.naam,
                "namens": note.organisation.naam,
                "of": OF.get(note.organisation.soort) if person.is_jk_staff else None,
                "when": moment(note.geschreven_op),
                "visibility": _visibility(note) if person.is_jk_staff else None,
                "visibility_tag": "need" if note.zichtbaarheid is Zichtbaarheid.INTERN else "plain",
            }
            for note in dossiers.notes(row)
        ],
        "empty": _("There are no notes that you may see yet."),
        "buttons": [add] if adds else [],
    }


def _visibility(note: Notitie) -> str:
    """Say who reads it, to JK staff: a note of, or for, one school stays between them."""
    theirs = note.zichtbaarheid is Zichtbaarheid.INTERN and note.organisation_id != note.swv_id
    if note.voor_id or theirs:
        return _("Internal: one organisation and JK staff")
    return words(note.zichtbaarheid)
