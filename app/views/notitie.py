"""The screens of Notitie."""

from flask_babel import lazy_gettext as _l

from app.models import Notitie
from app.services import notities
from app.terms import Noun
from app.views.base import PortalInterface, PortalView


class NotitieView(PortalView):
    """Notes; they are written in the tab of their dossier."""

    route_base = "/notities"
    noun, plural, singular = Noun.NOTITIE, _l("Notes"), _l("Note")
    add_label, empty = _l("Write a note"), _l("You see no notes here yet. Notes belong to a dossier.")
    datamodel = PortalInterface(Notitie, notities)
    search_label = _l("Search in the text")
    base_order, order_columns, search_in = ("geschreven_op", "desc"), ["geschreven_op"], ["tekst"]
    load = ("hulpvraag", "geschreven_door", "organisation")
    list_columns = ["tekst", "hulpvraag", "geschreven_door", "organisation", "geschreven_op"]
    show_columns = ["tekst", "hulpvraag", "zichtbaarheid", "geschreven_door", "organisation", "geschreven_op"]
    add_columns = ["hulpvraag", "tekst", "zichtbaarheid"]
