"""The screens of Bijlage; its bytes come and go in views/bijlage_files.py."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.models import Bijlage
from app.services import bijlagen, wording
from app.terms import Noun, Verb
from app.views.base import PortalInterface, PortalView
from app.views.tabs.bijlagen import release_button


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
    edit_columns = ["titel", "soort", "zichtbaarheid", "stadium"]

    def show_context(self, row: Bijlage) -> dict[str, Any]:
        """Lead back to the dossier, and offer to retract the document when this person may."""
        context = super().show_context(row) | {"crumbs": [*path(row), (row.titel, None)]}
        if row.ingetrokken_op is None and access.may(access.current_person(), Verb.RETRACT, row):
            address = url_for("BijlageFilesView.retract", bijlage_id=row.id)
            context["danger"] = {"label": _("Retract document"), "url": address}
        return context

    def show_buttons(self, row: Bijlage) -> Sequence[dict[str, Any]]:
        """Offer the bytes."""
        opens = {"label": _("Download document"), "url": url_for("BijlageFilesView.file", bijlage_id=row.id)}
        release = release_button(row, access.current_person())  # type: ignore[arg-type]  # somebody is signed in
        edits = list(super().show_buttons(row))
        if release and edits:
            edits = [*(button | {"primary": False} for button in edits), release | {"primary": True}]
        return [opens, *edits]


def path(row: Bijlage) -> list[tuple[str, str]]:
    """Give the steps from the list of dossiers to the documents of this one."""
    documents = url_for("HulpvraagView.dossier_tab", pk=row.hulpvraag_id, tab="bijlagen")
    return [(_("Hulpvragen"), url_for("HulpvraagView.list")), (row.hulpvraag.nummer, documents)]
