"""The screens of Bijlage; its bytes come and go in views/bijlage_files.py."""

from flask_babel import lazy_gettext as _l

from app.models import Bijlage
from app.services import bijlagen, wording
from app.terms import Noun
from app.views.base import PortalInterface, PortalView


class BijlageView(PortalView):
    """Documents; they are added in the window of their dossier."""

    route_base = "/bijlagen"
    noun, plural, singular = Noun.BIJLAGE, _l("Bijlagen"), _l("Bijlage")
    empty = _l("There are no documents yet.")
    datamodel = PortalInterface(Bijlage, bijlagen)
    base_order, order_columns, search_in = ("toegevoegd_op", "desc"), ["toegevoegd_op", "titel"], ["titel"]
    load = ("hulpvraag", "toegevoegd_door", "organisation")
    formatters_columns = {"grootte": lambda row: wording.size(row.grootte)}
    list_columns = ["titel", "soort", "hulpvraag", "organisation", "toegevoegd_op", "grootte"]
    show_columns = ["titel", "soort", "hulpvraag", "zichtbaarheid", "stadium", "organisation", "toegevoegd_door", "toegevoegd_op", "grootte"]
    edit_columns = ["titel", "soort", "zichtbaarheid", "stadium"]
