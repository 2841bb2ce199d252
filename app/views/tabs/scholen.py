"""The tab Scholen van voorkeur of a dossier."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import access
from app.access import Person
from app.models import Hulpvraag, SchoolVoorkeur
from app.services import school_tasks, schoolvoorkeuren
from app.services.wording import words
from app.terms import Noun, Verb, VoorkeurStaat
from app.views.acts import button
from app.views.school_acts import ACTS

Context = dict[str, Any]

SHAPES = {VoorkeurStaat.AKKOORD: "done", VoorkeurStaat.AFGEWEZEN: "stop", VoorkeurStaat.BENADERD: "need"}
_NEXT = ("toestemming-vragen", "toestemming-vastleggen", "benaderen", "beantwoorden")


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_scholen.html: everything for JK staff, school and state for parent and preschool."""
    readable = access.fields(person, Noun.SCHOOLVOORKEUR, row)
    heads = [(_("School"), "school"), (_("State"), "staat")]
    if readable is None:
        heads.append((_("Decides by"), "beslist_uiterlijk"))
    consented: dict[Any, bool] = {}
    if person.is_jk_staff:
        heads.append((_("Consent of the parents"), "toestemming"))
        schools = school_tasks.schools_of([row], also_gone=True).get(row.id, [])
        rows = [school.voorkeur for school in schools]
        consented = {school.voorkeur.id: school.consented for school in schools}
    else:
        rows = schoolvoorkeuren.of(row)
    proposed = [found for found in rows if found.staat is VoorkeurStaat.VOORGESTELD]
    ends = {"hoger": proposed[:1], "lager": proposed[-1:]}
    for found in rows:
        found.hulpvraag = row
    proposes = access.fields(person, Noun.SCHOOLVOORKEUR, row, Verb.ADD) != frozenset()
    add = url_for("SchoolVoorkeurView.add", hulpvraag=row.id)
    return {
        "intro": _("The schools in the order of preference of the parents."),
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [
            {
                "url": url_for("SchoolVoorkeurView.show", pk=found.id),
                "cells": _cells(found, consented=consented.get(found.id), whole=readable is None),
                "actions": _actions(
                    found,
                    (*_NEXT, *(move for move, end in ends.items() if found not in end)),
                    person,
                    consented=consented.get(found.id),
                ),
            }
            for found in rows
        ],
        "empty": _("There are no schools of preference yet."),
        "buttons": [{"label": _("Propose a school"), "url": add, "primary": True}] if proposes else [],
    }


def _cells(found: SchoolVoorkeur, *, consented: bool | None, whole: bool) -> list[Context]:
    cells: list[Context] = [
        {"value": found.school.naam},
        {"value": words(found.staat), "tag": SHAPES.get(found.staat, "plain")},
    ]
    if whole:
        cells[0]["sub"] = _("proposed by a parent") if found.door_ouder else None
        cells[1]["sub"] = str(found.zorgplicht_reden.label) if found.zorgplicht_reden else None
        cells.append({"value": words(found.beslist_uiterlijk)})
        if found.verlengd:
            cells[2]["sub"] = _("extended by four weeks")
    if consented is not None:
        cells.append({"value": _("valid") if consented else _("not valid")})
    return cells


def _actions(
    found: SchoolVoorkeur, acts: Sequence[str], person: Person, *, consented: bool | None
) -> list[Context]:
    """Offer of these acts what can be done from the list; the page of the school has the rest."""
    row = found.hulpvraag
    rights = {verb for verb in Verb if access.fields(person, Noun.SCHOOLVOORKEUR, row, verb) != frozenset()}
    return [
        button("SchoolVoorkeurView.change", found, key, ACTS[key], person) | {"primary": False}
        for key in acts
        if ACTS[key].verb in rights and ACTS[key].open(found, person) and _fits(key, consented=consented)
    ]


def _fits(key: str, *, consented: bool | None) -> bool:
    """Ask for consent while it lacks, and approach once it is there."""
    if key.startswith("toestemming-"):
        return consented is False
    return key != "benaderen" or consented is True
