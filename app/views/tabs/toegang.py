"""The tab Wie heeft toegang of a dossier."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access, workflow
from app.access import Person
from app.models import Hulpvraag
from app.services import dossiers
from app.services.wording import exact, words
from app.terms import Ground, Level

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


# What a party is in the dossier, in the words of somebody who reads who has access.
ROLES: Mapping[Ground, Any] = {
    Ground.SWV: _l("JK staff"),
    Ground.VOORSCHOOL: _l("The preschool"),
    Ground.SCHOOL: _l("A school of preference"),
    Ground.ZORGPLICHT: _l("A school with the duty of care"),
    Ground.GENODIGD: _l("Invited to a consultation"),
    Ground.OVERLEGRONDE: _l("Takes part in a consultation"),
    Ground.OUDER: _l("A parent"),
}


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_toegang.html."""
    found = dossiers.involved(row)
    staff = person.is_jk_staff
    lines = [(one.ended, _line(one, row, person)) for one in found]
    heads = [(_("Who"), "partij"), (_("Why and how far"), "grond"), (_("Since"), "van"), (_("Until"), "tot")]
    return {
        "intro": _intro(row, person),
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [line for ended, line in lines if not ended],
        "past": [line for ended, line in lines if ended] if staff else [],
        "empty": _("Nobody outside the SWV has access."),
        "buttons": _buttons(row, person),
    }


def _intro(row: Hulpvraag, person: Person) -> str:
    if access.level(person, row) is Level.OUDER:
        return _("These organisations and people can look into the dossier of your child, besides the SWV.")
    return _("JK staff of the SWV always have access. These parties are involved as well.")


def _line(one: dossiers.Involved, row: Hulpvraag, person: Person) -> Context:
    b = one.row
    level = workflow.LEVELS[b.grond][row.status] if one.holds else Level.GEEN
    opens = None if one.ended else str(OPENS[level])
    if opens and not one.holds and person.is_jk_staff:  # to others, what a parent decided is no news
        opens = str(_NOT_HELD.get(b.grond, OPENS[Level.GEEN]))
    return {
        "cells": [
            {"value": _who(one, person), "sub": _namens(one)},
            {"value": words(b.grond) if person.is_jk_staff else str(ROLES[b.grond]), "sub": opens},
            {"value": exact(b.van)},
            {"value": exact(b.tot) if b.tot else "–"},
        ]
    }


def _who(one: dossiers.Involved, person: Person) -> str:
    """Name an organisation, and a person to JK staff alone; to others what somebody is."""
    b = one.row
    if b.gebruiker_id is None:
        return str(b.organisation or _("An organisation"))
    if b.gebruiker_id == person.gebruiker_id:
        return _("You yourself")
    if person.is_jk_staff:
        return str(b.gebruiker or one.parent or _("Somebody who was invited"))
    return str(ROLES[b.grond] if b.grond is Ground.OUDER else _("Somebody who was invited"))


def _namens(one: dossiers.Involved) -> str | None:
    return _("for %(organisation)s", organisation=one.row.namens.naam) if one.row.namens else None


def _buttons(row: Hulpvraag, person: Person) -> list[Context]:
    if not person.is_jk_staff or access.level(person, row) is not Level.ALLES:
        return []
    address = url_for("BetrokkenenView.change", pk=row.id)
    return [{"label": _("Change who is involved"), "url": address, "primary": True}]


_NOT_HELD: Mapping[Ground, Any] = {
    Ground.SCHOOL: _l("sees nothing now: the parents' consent is missing"),
    Ground.ZORGPLICHT: _l("sees nothing now: a parent has refused or withdrawn consent"),
    Ground.OUDER: _l("sees nothing now: has no parental authority"),
}
