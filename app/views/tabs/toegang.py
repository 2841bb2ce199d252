"""The tab Wie heeft toegang of a dossier."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import workflow
from app.access import Person
from app.models import Hulpvraag
from app.services import dossiers
from app.services.wording import exact, words
from app.terms import Level

Context = dict[str, Any]


OPENS: Mapping[Level, Any] = {
    Level.GEEN: _l("sees nothing now"),
    Level.UITNODIGING: _l("sees the invitation only"),
    Level.EIGEN: _l("sees the request and what they added themselves"),
    Level.OUDER: _l("sees how far the dossier is"),
    Level.DOSSIER: _l("sees the dossier"),
    Level.LEZEN: _l("sees everything, changes nothing"),
    Level.ALLES: _l("sees everything"),
}


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_toegang.html."""
    heads = [(_("Who"), "partij"), (_("Ground"), "grond"), (_("Since"), "van"), (_("Until"), "tot")]
    return {
        "intro": _("JK staff of the SWV always have access. These parties are involved as well."),
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [
            {
                "cells": [
                    {"value": str(found.organisation or found.gebruiker or _("Somebody who was invited"))},
                    {
                        "value": words(found.grond),
                        "sub": str(OPENS[workflow.LEVELS[found.grond][row.status]]),
                    },
                    {"value": exact(found.van)},
                    {"value": words(found.tot)},
                ]
            }
            for found in dossiers.involved(row)
        ],
        "empty": _("Nobody outside the SWV has access."),
    }
