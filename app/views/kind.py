"""The screens of Kind."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.models import Kind
from app.services import kinderen
from app.terms import Noun
from app.views.base import PortalInterface, PortalView
from app.views.gezagsdrager import GezagsdragerView


class KindView(PortalView):
    """Children, with a warning when one is there already."""

    route_base = "/kinderen"
    noun, plural, singular = Noun.KIND, _l("Children"), _l("Child")
    edit_label = _l("Edit child")
    add_label, empty = (
        _l("Add a child"),
        _l("You see no children here yet. A new dossier adds its child itself."),
    )
    datamodel = PortalInterface(Kind, kinderen)
    related_views = [GezagsdragerView]
    order_columns, search_in = ["geboortedatum", "gewijzigd_op"], ["zoeknaam"]
    list_columns = ["naam", "geboortedatum", "gewijzigd_op"]
    show_columns = add_columns = edit_columns = list(kinderen.FIELDS)

    def show_buttons(self, row: Kind) -> Sequence[dict[str, Any]]:
        """Offer to make a dossier for a child that is there already."""
        buttons = super().show_buttons(row)
        if not self.appbuilder.sm.has_access("can_add", Noun.HULPVRAAG):
            return buttons
        return [{"label": _("Make a dossier"), "url": url_for("HulpvraagView.add", kind=row.id)}, *buttons]
