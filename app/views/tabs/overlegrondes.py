"""The tab Overlegrondes of a dossier."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import access
from app.access import Person
from app.models import Hulpvraag, Overlegronde
from app.services import overlegrondes
from app.services.overlegrondes import Listed
from app.services.wording import exact
from app.terms import Noun, Verb

Context = dict[str, Any]


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_overlegrondes.html."""
    rounds = overlegrondes.of_dossier(row)
    heads = [(_("When"), "begint_op"), (_("Where"), "plaats"), (_("State"), "staat")]
    if person.is_jk_staff:
        heads.insert(2, (_("Participants"), "deelnames"))
    adds = access.fields(person, Noun.OVERLEGRONDE, row, Verb.ADD) != frozenset()
    plan = {
        "label": _("Plan a consultation"),
        "url": url_for("OverlegrondeView.add", hulpvraag=row.id),
        "primary": True,
    }
    return {
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [_round(found, staff=person.is_jk_staff) for found in rounds],
        "empty": _("No consultation has been planned yet.")
        if person.is_jk_staff
        else _("There is no consultation that you take part in."),
        "buttons": [plan] if adds else [],
    }


def _round(found: Listed, *, staff: bool) -> Context:
    ronde = found.ronde
    text, tag = state(ronde)
    people = {
        "value": _("%(number)s invited", number=found.invited),
        "sub": _("%(number)s answered", number=found.answered),
    }
    cells: list[Context] = [
        {"value": exact(ronde.begint_op), "sub": _("%(number)s minutes", number=ronde.duur)},
        {"value": ronde.plaats or _("Online")},
        *([people] if staff else []),
        {"value": text, "tag": tag},
    ]
    return {"url": url_for("OverlegrondeView.show", pk=ronde.id), "cells": cells}


def state(ronde: Overlegronde) -> tuple[str, str]:
    """Say whether a consultation is open, in a word and its shape."""
    return (_("Closed"), "stop") if ronde.gesloten_op else (_("Is open"), "plain")
