"""The screens of Gezagsdrager."""

from flask_babel import lazy_gettext as _l

from app.models import Gezagsdrager
from app.services import ouders
from app.terms import Noun
from app.views.base import PortalInterface, PortalView


class GezagsdragerView(PortalView):
    """Parents and guardians of a child."""

    route_base = "/ouders"
    noun, plural, singular = Noun.GEZAGSDRAGER, _l("Parents and guardians"), _l("Parent or guardian")
    edit_label = _l("Edit parent or guardian")
    add_label, empty = (
        _l("Add a parent or guardian"),
        _l("There are no parents or guardians that you may see yet."),
    )
    datamodel = PortalInterface(Gezagsdrager, ouders)
    base_order, order_columns, search_in = ("naam", "asc"), ["naam"], ["naam", "kind.zoeknaam"]
    load, list_columns = ("kind",), ["naam", "kind", "gezag"]
    show_columns = ["naam", "kind", *ouders.FIELDS[1:]]
    add_columns, edit_columns = ["kind", *ouders.FIELDS], list(ouders.FIELDS)
