"""The screens of Bijlage; its bytes come and go in views/bijlage_files.py."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.models import Bijlage
from app.services import bijlage_reeks, bijlagen, opened, versions, wording
from app.terms import Noun, Verb
from app.views.base import PortalInterface, PortalView
from app.views.tabs.bijlagen import release_button

_WHILE_IT_COUNTS = ("zichtbaarheid", "stadium")


class BijlageView(PortalView):
    """Documents; they are added in the window of their dossier."""

    route_base = "/bijlagen"
    noun, plural, singular = Noun.BIJLAGE, _l("Bijlagen"), _l("Bijlage")
    edit_label = _l("Edit bijlage")
    empty = _l("You see no bijlagen here yet. They are added in a dossier: choose a hulpvraag first.")
    datamodel = PortalInterface(Bijlage, bijlagen)
    search_label = _l("Search by title")
    base_order, order_columns, search_in = ("toegevoegd_op", "desc"), ["toegevoegd_op", "titel"], ["titel"]
    load = ("hulpvraag", "toegevoegd_door", "organisation")
    formatters_columns = {"grootte": lambda row: wording.size(row.grootte)}
    list_columns = ["titel", "soort", "hulpvraag", "organisation", "toegevoegd_op", "grootte"]
    show_columns = [*list_columns, "zichtbaarheid", "stadium", "toegevoegd_door"]
    edit_columns = ["titel", "soort"]  # who sees it, and that it is final, are pages of their own

    def find(self, pk: str) -> Bijlage:
        """Fetch the document, or say what became of it to who may know."""
        return bijlage_reeks.find(pk, access.reader(), self.load)

    def row(self, row: Bijlage, columns: Sequence[str] = ()) -> dict[str, Any]:
        """Give one row of the list: under its title what is out of the ordinary."""
        shown = super().row(row, columns)
        shown["cells"][0]["sub"] = _standing(row)
        return shown

    def facts(self, row: Bijlage, columns: Sequence[str]) -> Sequence[tuple[Any, str]]:
        """Say first what is out of the ordinary, and of what does not count not who may see it."""
        standing = _standing(row)
        kept = columns if row.geldt else [name for name in columns if name not in _WHILE_IT_COUNTS]
        return [*([(_("State"), standing)] if standing else []), *super().facts(row, kept)]

    def show_context(self, row: Bijlage) -> dict[str, Any]:
        """Lead back to the dossier, and offer to retract the document when this person may."""
        context = super().show_context(row) | {"crumbs": [*path(row), (row.titel, None)]}
        counts = row.ingetrokken_op is None and row.vervangen_op is None
        if counts and access.may(access.current_person(), Verb.RETRACT, row):
            address = url_for("BijlageFilesView.retract", bijlage_id=row.id)
            context["danger"] = {"label": _("Retract document"), "url": address}
        context["groups"] = _groups(row, access.reader())
        return context

    def show_buttons(self, row: Bijlage) -> Sequence[dict[str, Any]]:
        """Offer a look, the bytes, another version, and who sees it: what this person may, and can now."""
        by, edits = access.reader(), list(super().show_buttons(row))
        opens = [_look(row), {"label": _("Download document"), "url": _file(row)}] if row.is_released else []
        changes = [
            {"label": label, "url": url_for(f"BijlageVersionsView.{page}", bijlage_id=row.id)}
            for page, label, offered in (
                ("replace", _("Add a new version"), versions.may_replace(row, by, edits=bool(edits))),
                ("share", _("Change who sees it"), _may_share(row, by, edits=bool(edits))),
            )
            if offered
        ]
        release = release_button(row, by)
        if row.vervangen_op is not None or row.ingetrokken_op is not None:
            edits = []
        if release and edits:
            edits = [*(button | {"primary": False} for button in edits), release | {"primary": True}]
        return [*opens, *changes, *edits]


def _standing(row: Bijlage) -> str:
    """Say what is out of the ordinary: the virus scan, that it was replaced, that it was retracted."""
    said = [] if row.is_released else [wording.words(row.controle)]
    if row.vervangen_op is not None:
        said.append(_("replaced on %(when)s", when=wording.exact(row.vervangen_op)))
    if row.ingetrokken_op is not None:
        said.append(_("retracted on %(when)s", when=wording.exact(row.ingetrokken_op)))
    return " · ".join(said)


def _look(row: Bijlage) -> dict[str, Any]:
    return {"label": _("Look at the document"), "url": url_for("BijlagePreviewView.look", bijlage_id=row.id)}


def _file(row: Bijlage) -> str:
    return url_for("BijlageFilesView.file", bijlage_id=row.id)


def _may_share(row: Bijlage, by: Person, *, edits: bool) -> bool:
    """Tell whether to offer it: where one may edit a document the dossier lets one share it as well."""
    if row.ingetrokken_op is not None or row.vervangen_op is not None:
        return False
    return by.permits(Noun.BIJLAGE, Verb.SHARE) if edits else access.may(by, Verb.SHARE, row)


def _groups(row: Bijlage, by: Person) -> list[dict[str, Any]]:
    """Tell JK staff of the other versions and of who opened it; others see the last version alone."""
    if not by.is_jk_staff:
        return []
    groups: list[dict[str, Any]] = []
    if newer := versions.latest(row):
        link = {"text": newer.titel, "url": url_for("BijlageView.show", pk=newer.id)}
        groups.append({"title": _("There is a newer version"), "facts": [(_("Now"), link)]})
    if found := versions.earlier(row):
        groups.append({"title": _("Earlier versions"), "facts": [_version(one) for one in found]})
    seen = opened_by(opened.of(row, by))
    groups.append({"title": _("Who has opened it"), "facts": seen or [(_("Nobody yet"), "–")]})
    return groups


def _version(row: Bijlage) -> tuple[str, list[Any]]:
    label = _("Version %(number)s", number=row.volgnummer)
    who = " · ".join(
        str(it) for it in (row.toegevoegd_door, row.organisation, wording.exact(row.toegevoegd_op)) if it
    )
    links = [
        {"text": _("Look at version %(number)s", number=row.volgnummer), "url": _look(row)["url"]},
        {"text": _("Download version %(number)s", number=row.volgnummer), "url": _file(row)},
    ]
    return label, [who, *(links if row.is_released else [])]


def opened_by(found: Sequence[opened.Opened]) -> list[tuple[str, str]]:
    """Say who opened a document and when last: names as far as they are told."""
    return [
        (
            " · ".join(filter(None, (one.persoon, one.organisatie))) or _("Somebody who was invited"),
            _("downloaded, last on %(when)s", when=wording.exact(one.op))
            if one.downloaded
            else _("looked at, last on %(when)s", when=wording.exact(one.op)),
        )
        for one in found
    ]


def path(row: Bijlage) -> list[tuple[str, str]]:
    """Give the steps from the list of dossiers to the documents of this one."""
    documents = url_for("HulpvraagView.dossier_tab", pk=row.hulpvraag_id, tab="bijlagen")
    return [(_("Hulpvragen"), url_for("HulpvraagView.list")), (row.hulpvraag.nummer, documents)]
