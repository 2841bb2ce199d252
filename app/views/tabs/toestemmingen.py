"""The tab Toestemmingen of a dossier."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.access import Person
from app.models import Hulpvraag, Toestemming
from app.services import toestemmingen
from app.services.wording import exact, words
from app.terms import ToestemmingStaat

Context = dict[str, Any]

SHAPES = {
    ToestemmingStaat.GEGEVEN: "done",
    ToestemmingStaat.GEVRAAGD: "need",
    ToestemmingStaat.GEWEIGERD: "stop",
    ToestemmingStaat.INGETROKKEN: "stop",
}


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_toestemmingen.html: everything for JK staff, one's own for a parent and a school."""
    rows = toestemmingen.of(row)
    heads = [(_("School"), "organisation"), (_("Parent or guardian"), "gezagsdrager")]
    heads += [(_("State"), "staat"), (_("Asked on"), "gevraagd_op"), (_("Since"), "sinds")]
    to_schools = url_for("HulpvraagView.dossier_tab", pk=row.id, tab="scholen")
    return {
        "intro": _("A school can open the dossier only while the parents consent."),
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [_row(found) for found in rows],
        "empty": _("No consent has been asked yet."),
        "buttons": [{"label": _("To the schools of preference"), "url": to_schools}]
        if person.is_jk_staff
        else [],
    }


def _row(found: Toestemming) -> Context:
    since = found.ingetrokken_op or found.gegeven_op
    cells = [
        {"value": found.organisation.naam},
        {"value": words(found.gezagsdrager)},
        {"value": words(found.staat), "tag": SHAPES.get(found.staat, "plain")},
        {"value": exact(found.gevraagd_op)},
        {"value": exact(since) if since else "–"},
    ]
    return {"url": url_for("ToestemmingView.show", pk=found.id), "cells": cells}
