"""The tab Bijlagen of a dossier."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.models import Bijlage, Hulpvraag
from app.services import dossiers, onderwijsadvies, preview, scans
from app.services.wording import moment, size, words
from app.terms import Controle, Noun, OrganisationSoort, Stadium, Verb, Zichtbaarheid

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
    adds = may_add(row, person)
    add = {"label": _("Add bijlagen"), "url": window(row), "dialog": True, "primary": True}
    found = dossiers.documents(row)
    if staff:
        late = scans.late(person, row) if any(one.controle is Controle.WACHT for one in found) else None
        return {"groups": _groups(found, person), "buttons": [add] if adds else [], "warning": late}
    return {
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [_bijlage(one) for one in found],
        "empty": _("There are no documents that you may see yet."),
        "buttons": [add] if adds else [],
    }


def _bijlage(found: Bijlage) -> Context:
    cells: list[Context] = [
        {"value": found.titel, "sub": _sub(found), "small": small(found)},
        {"value": words(found.soort)},
        {"value": found.organisation.naam, "sub": found.toegevoegd_door.naam},
        {"value": moment(found.toegevoegd_op)},
    ]
    return {"url": url_for("BijlageView.show", pk=found.id), "cells": cells}


# What the specialist has and what the others added, side by side. Manual: 'gaat het dossier aanvullen'.
_GROUPS: tuple[tuple[OrganisationSoort, Any, Any], ...] = (
    (OrganisationSoort.SAMENWERKINGSVERBAND, _l("From the SWV"), _l("The SWV has added no documents yet.")),
    (OrganisationSoort.VOORSCHOOL, _l("From the preschool"), _l("The preschool has added no documents yet.")),
    (OrganisationSoort.SCHOOL, _l("From schools"), None),
)


def _groups(found: list[Bijlage], person: Person) -> list[Context]:
    """Put the documents under who they come from; schools only when they added something."""
    return [
        {"title": str(title), "empty": str(empty), "bijlagen": [_paper(one, person) for one in theirs]}
        for soort, title, empty in _GROUPS
        for theirs in [[one for one in found if one.organisation.soort is soort]]
        if theirs or empty
    ]


def _paper(one: Bijlage, person: Person) -> Context:
    facts = (words(one.soort), size(one.grootte), one.organisation.naam, one.toegevoegd_door.naam,
             moment(one.toegevoegd_op))  # fmt: skip
    tags = [(words(one.zichtbaarheid), "need" if one.zichtbaarheid is Zichtbaarheid.INTERN else "plain")]
    if one.stadium is Stadium.CONCEPT:
        tags.insert(0, (words(one.stadium), "need"))
    if not one.is_released:
        tags.insert(0, (words(one.controle), "stop" if one.controle is Controle.BESMET else "plain"))
    if one.ingetrokken_op is not None:
        tags = [(_("Retracted"), "stop")]
    release = release_button(one, person)
    return {
        "titel": one.titel,
        "url": url_for("BijlageView.show", pk=one.id),
        "meta": " · ".join(facts),
        "small": small(one),
        "tags": tags,
        "actions": [release] if release else [],
    }


def small(one: Bijlage) -> str | None:
    """Give the address of the thumbnail, when there is one."""
    return url_for("BijlagePreviewView.thumbnail", bijlage_id=one.id) if preview.has_thumbnail(one) else None


def _sub(one: Bijlage) -> str:
    """Say under the title how large it is, and that the virus scan does not let it out."""
    return size(one.grootte) if one.is_released else f"{size(one.grootte)} · {words(one.controle)}"


def release_button(one: Bijlage, person: Person) -> Context | None:
    """Offer to make a draft of the advice final and shared, to who may; the service decides in the end."""
    if not onderwijsadvies.is_draft(one) or not onderwijsadvies.permits(person):
        return None
    return {"label": _("Make final and share"), "url": url_for("BijlageFilesView.release", bijlage_id=one.id)}


def may_add(row: Hulpvraag, person: Person) -> bool:
    """Tell whether this person can add documents to this dossier."""
    return access.fields(person, Noun.BIJLAGE, row, Verb.ADD) != frozenset()


def window(row: Hulpvraag) -> str:
    """Give the address of the window Bijlagen."""
    return url_for("BijlageFilesView.window", hulpvraag_id=row.id)
