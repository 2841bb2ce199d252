"""The tabs of a dossier, as a table: which noun opens each, and the module that fills it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.models import Hulpvraag
from app.services import dossiers
from app.terms import Level, Noun
from app.views.tabs import (
    afspraken,
    bijlagen,
    gekeken,
    historie,
    notities,
    overlegrondes,
    scholen,
    toegang,
    toestemmingen,
)

Context = dict[str, Any]

TABS: Mapping[str, tuple[Noun, Any, Callable[[Hulpvraag, Person], Context]]] = {
    "hulpvraag": (Noun.HULPVRAAG, _l("Hulpvraag"), lambda _row, _who: {}),
    "bijlagen": (Noun.BIJLAGE, _l("Bijlagen"), bijlagen.fill),
    "notities": (Noun.NOTITIE, _l("Notes"), notities.fill),
    "afspraken": (Noun.AFSPRAAK, _l("Agreements"), afspraken.fill),
    "overlegrondes": (Noun.OVERLEGRONDE, _l("Overlegrondes"), overlegrondes.fill),
    "scholen": (Noun.SCHOOLVOORKEUR, _l("Schools of preference"), scholen.fill),
    "toestemmingen": (Noun.TOESTEMMING, _l("Consents"), toestemmingen.fill),
    "historie": (Noun.STATUSWIJZIGING, _l("History"), historie.fill),
    "toegang": (Noun.BETROKKENHEID, _l("Who has access"), toegang.fill),
    "gekeken": (Noun.GEBEURTENIS, _l("Who looked"), gekeken.fill),
}


def open_tabs(row: Hulpvraag, person: Person) -> list[str]:
    """List the tabs of this dossier that are open to this person, in their order."""
    return [key for key, (noun, *_) in TABS.items() if access.fields(person, noun, row) != frozenset()]


def tab_row(row: Hulpvraag, current: str, person: Person) -> list[Context]:
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
        for key in open_tabs(row, person)
    ]


def parents(row: Hulpvraag, person: Person) -> list[tuple[str, Any]]:
    """Give the fact who the parents are, as far as this person may know."""
    if access.fields(person, Noun.GEZAGSDRAGER, row) == frozenset():
        return []
    names = dossiers.parents(row)
    if access.level(person, row) in (Level.ALLES, Level.LEZEN):
        child = {"text": _("Child and parents"), "url": url_for("KindView.show", pk=row.kind_id)}
        return [(_("Parents and guardians"), [*names, child])]
    return [(_("Parents and guardians"), names or "–")]
