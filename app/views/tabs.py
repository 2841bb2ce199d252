"""What each tab of a dossier holds, and which tabs are open to whom."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access, workflow
from app.access import Person
from app.models import Bijlage, Hulpvraag
from app.services import dossiers
from app.services.wording import exact, moment, size, words
from app.terms import Level, Noun, Status, Verb, Zichtbaarheid

Context = dict[str, Any]


def open_tabs(level: Level) -> list[str]:
    """List the tabs that a level of access opens, in their order."""
    return [key for key, (noun, _label, _fill) in TABS.items() if access.fields(noun, level) != frozenset()]


def tab_row(row: Hulpvraag, current: str, level: Level) -> list[Context]:
    """Give the row of tabs with their counts."""
    counts = dossiers.counts(row)
    return [
        {
            "label": str(TABS[key][1]),
            "url": url_for("HulpvraagView.show", pk=row.id)
            if key == "hulpvraag"
            else url_for("HulpvraagView.dossier_tab", pk=row.id, tab=key),
            "current": key == current,
            "count": counts.get(key),
        }
        for key in open_tabs(level)
    ]


def parents(row: Hulpvraag, level: Level) -> list[tuple[str, Any]]:
    """Give the fact who the parents are, as far as this level may know."""
    if access.fields(Noun.GEZAGSDRAGER, level) == frozenset():
        return []
    names = dossiers.parents(row)
    if level in (Level.ALLES, Level.LEZEN):
        child = {"text": _("Child and parents"), "url": url_for("KindView.show", pk=row.kind_id)}
        return [(_("Parents and guardians"), [*names, child])]
    return [(_("Parents and guardians"), names or "–")]


def _bijlagen(row: Hulpvraag, person: Person) -> Context:
    staff = person.is_jk_staff
    heads = [
        (_("Title"), "titel"),
        (_("Kind"), "soort"),
        (_("From"), "organisation"),
        (_("Added on"), "toegevoegd_op"),
    ]
    if staff:
        heads.append((_("Who may see it"), "zichtbaarheid"))
    adds = may_add_documents(person, access.level(person, row))
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


def may_add_documents(person: Person, level: Level) -> bool:
    """Tell whether this person can add documents at this level."""
    return (
        access.permits(person.rollen, "can_add", Noun.BIJLAGE)
        and access.fields(Noun.BIJLAGE, level, Verb.ADD) != frozenset()
    )


def _notities(row: Hulpvraag, person: Person) -> Context:
    level = access.level(person, row)
    adds = (
        access.permits(person.rollen, "can_add", Noun.NOTITIE)
        and access.fields(Noun.NOTITIE, level, Verb.ADD) != frozenset()
    )
    add = {"label": _("Write a note"), "url": url_for("NotitieView.add", hulpvraag=row.id), "primary": True}
    return {
        "notities": [
            {
                "text": note.tekst,
                "who": note.geschreven_door.naam,
                "namens": note.organisation.naam,
                "when": moment(note.geschreven_op),
                "visibility": words(note.zichtbaarheid) if person.is_jk_staff else None,
                "visibility_tag": "need" if note.zichtbaarheid is Zichtbaarheid.INTERN else "plain",
            }
            for note in dossiers.notes(row)
        ],
        "empty": _("There are no notes that you may see yet."),
        "buttons": [add] if adds else [],
    }


def _historie(row: Hulpvraag, person: Person) -> Context:
    changes = dossiers.history(row)
    readable = access.fields(Noun.STATUSWIJZIGING, access.level(person, row))
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


def _toegang(row: Hulpvraag, person: Person) -> Context:
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


def window(row: Hulpvraag) -> str:
    """Give the address of the window Bijlagen."""
    return url_for("BijlageFilesView.window", hulpvraag_id=row.id)


OPENS: Mapping[Level, Any] = {
    Level.GEEN: _l("sees nothing now"),
    Level.EIGEN: _l("sees the request and what they added themselves"),
    Level.OUDER: _l("sees how far the dossier is"),
    Level.DOSSIER: _l("sees the dossier"),
    Level.LEZEN: _l("sees everything, changes nothing"),
    Level.ALLES: _l("sees everything"),
}
TABS: Mapping[str, tuple[Noun, Any, Callable[[Hulpvraag, Person], Context]]] = {
    "hulpvraag": (Noun.HULPVRAAG, _l("Hulpvraag"), lambda _row, _who: {}),
    "bijlagen": (Noun.BIJLAGE, _l("Bijlagen"), _bijlagen),
    "notities": (Noun.NOTITIE, _l("Notes"), _notities),
    "historie": (Noun.STATUSWIJZIGING, _l("History"), _historie),
    "toegang": (Noun.BETROKKENHEID, _l("Who has access"), _toegang),
}
