"""The tab Wie heeft gekeken of a dossier."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from app.access import Person
from app.models import Hulpvraag
from app.services import inzage
from app.services.gebeurtenis_woorden import Event
from app.services.wording import exact

Context = dict[str, Any]


def fill(row: Hulpvraag, person: Person) -> Context:
    """Gather dossier/_gekeken.html: to a parent organisation, role and moment, and never a person."""
    whole = inzage.fields(row, person) is None
    found = inzage.of_dossier(row, person, request.args.get("na"))
    heads = [_("When"), _("Organisation"), _("Role")]
    if whole:
        heads = [_("When"), _("Who"), _("Role"), _("What was done")]
    here: dict[str, Any] = {"pk": row.id, "tab": "gekeken"}
    return {
        "intro": _intro(whole=whole),
        "columns": [{"label": head} for head in heads],
        "rows": [_whole(it, found.titles) if whole else _for_parent(it) for it in found.events],
        "empty": _("Nobody has looked into this dossier yet."),
        "next_url": url_for("HulpvraagView.dossier_tab", na=found.after, **here) if found.after else None,
        "previous_url": None,
    }


def _intro(*, whole: bool) -> str:
    if whole:
        return _(
            "Everybody who looked into this dossier, at the child or at a parent, or did something there,"
            " the last one first."
        )
    return _("Which organisations looked into the dossier of your child or did something in it, and when.")


def _whole(it: Event, titles: Mapping[str, str]) -> Context:
    which = titles.get(it.row.object_id, "")
    return {
        "cells": [
            {"value": exact(it.row.op)},
            {"value": it.who, "sub": it.organisation},
            {"value": it.roles},
            {"value": it.act, "sub": " · ".join(part for part in (it.details, which) if part)},
        ]
    }


def _for_parent(it: Event) -> Context:
    organisation, roles = it.organisation, it.roles
    if it.row.gebruiker_id is None:
        organisation = _("The portal itself")
    elif not organisation:
        roles = _("A parent, or somebody who was invited")
    return {"cells": [{"value": exact(it.row.op)}, {"value": organisation}, {"value": roles}]}
