"""The tab Historie of a dossier."""

from typing import Any

from flask_babel import gettext as _

from app import access
from app.access import Person
from app.models import Hulpvraag
from app.services import dossiers
from app.services.wording import exact
from app.terms import Noun, Status

Context = dict[str, Any]


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_historie.html."""
    changes = dossiers.history(row)
    readable = access.fields(person, Noun.STATUSWIJZIGING, row)
    return {
        "historie": [
            {
                "label": str(change.naar.label),
                "who": change.door.naam if readable is None else None,
                "namens": change.namens.naam if readable is None else None,
                "when": exact(change.op),
                "toelichting": change.toelichting if readable is None else None,
                "current": change is changes[0],
                "state": "stop"
                if change.naar is Status.INGETROKKEN
                else "now"
                if change is changes[0]
                else "done",
            }
            for change in changes
        ],
        "empty": _("Nothing has happened yet."),
    }
