"""The tab Afspraken of a dossier."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import access
from app.access import Person
from app.models import Afspraak, Hulpvraag
from app.services import afspraken
from app.services.wording import day, exact, words
from app.terms import Noun, Verb, Zichtbaarheid

Context = dict[str, Any]


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_afspraken.html."""
    adds = access.fields(person, Noun.AFSPRAAK, row, Verb.ADD) != frozenset()
    return {
        "columns": [
            {"label": _("What was agreed?"), "key": "wat"},
            {"label": _("Who does this?"), "key": "voor"},
            {"label": _("By when"), "key": "uiterlijk"},
            {"label": _("Done"), "key": "gedaan_op"},
        ],
        "rows": [_line(line, staff=person.is_jk_staff) for line in afspraken.of(row, person)],
        "empty": _("There are no agreements that you may see yet."),
        "buttons": [
            {
                "label": _("Make an agreement"),
                "url": url_for("AfspraakView.add", hulpvraag=row.id),
                "primary": True,
            }
        ]
        if adds
        else [],
    }


def _line(line: afspraken.Line, *, staff: bool) -> Context:
    one = line.row
    who = one.voor_organisation or one.voor_gebruiker or line.parent
    intern = one.zichtbaarheid is Zichtbaarheid.INTERN
    tick = {"label": _("Done"), "url": url_for("AfspraakView.tick", pk=one.id), "post": True}
    return {
        "url": url_for("AfspraakView.show", pk=one.id),
        "cells": [
            {"value": one.wat, "sub": words(one.zichtbaarheid) if staff and intern else None},
            {"value": str(who or _("Somebody who was invited"))},
            {"value": day(one.uiterlijk)},
            _state(one),
        ],
        "actions": [tick] if line.ticks else [],
    }


def _state(one: Afspraak) -> Context:
    if one.gedaan_op is not None:
        by = str(one.gedaan_door) if one.gedaan_door else None
        return {"value": exact(one.gedaan_op), "sub": by}
    if afspraken.is_late(one):
        return {"value": _("Too late"), "tag": "need"}
    return {"value": _("Not yet")}
