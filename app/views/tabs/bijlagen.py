"""The tab Bijlagen of a dossier."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import access
from app.access import Person
from app.models import Bijlage, Hulpvraag
from app.services import dossiers
from app.services.wording import moment, size, words
from app.terms import Noun, Verb, Zichtbaarheid

Context = dict[str, Any]


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_bijlagen.html."""
    staff = person.is_jk_staff
    heads = [
        (_("Title"), "titel"),
        (_("Kind"), "soort"),
        (_("From"), "organisation"),
        (_("Added on"), "toegevoegd_op"),
    ]
    if staff:
        heads.append((_("Who may see it"), "zichtbaarheid"))
    adds = may_add(row, person)
    add = {"label": _("Add bijlagen"), "url": window(row), "dialog": True, "primary": True}
    return {
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [_bijlage(found, staff=staff) for found in dossiers.documents(row)],
        "empty": _("There are no documents that you may see yet."),
        "buttons": [add] if adds else [],
    }


def _bijlage(found: Bijlage, *, staff: bool) -> Context:
    cells: list[Context] = [
        {"value": found.titel, "sub": size(found.grootte)},
        {"value": words(found.soort), "sub": words(found.stadium) if staff else None},
        {"value": found.organisation.naam, "sub": found.toegevoegd_door.naam},
        {"value": moment(found.toegevoegd_op)},
    ]
    if staff:
        gone = found.ingetrokken_op is not None
        intern = found.zichtbaarheid is Zichtbaarheid.INTERN
        cells.append(
            {
                "value": _("Retracted") if gone else words(found.zichtbaarheid),
                "tag": "stop" if gone else "need" if intern else "plain",
            }
        )
    return {"url": url_for("BijlageView.show", pk=found.id), "cells": cells}


def may_add(row: Hulpvraag, person: Person) -> bool:
    """Tell whether this person can add documents to this dossier."""
    return access.fields(person, Noun.BIJLAGE, row, Verb.ADD) != frozenset()


def window(row: Hulpvraag) -> str:
    """Give the address of the window Bijlagen."""
    return url_for("BijlageFilesView.window", hulpvraag_id=row.id)
