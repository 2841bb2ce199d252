"""The screens of Organisation."""

from flask_babel import lazy_gettext as _l

from app.models import Organisation
from app.services import organisaties
from app.terms import Noun
from app.views.base import PortalInterface, PortalView


class OrganisationView(PortalView):
    """Preschools, schools, partners and SWVs."""

    route_base = "/organisaties"
    noun, plural, singular = Noun.ORGANISATION, _l("Organisations"), _l("Organisation")
    edit_label = _l("Edit organisation")
    add_label, empty = _l("Add an organisation"), _l("There are no organisations yet.")
    datamodel = PortalInterface(Organisation, organisaties)
    base_order, order_columns, search_in = ("naam", "asc"), ["naam"], ["naam"]
    list_columns = ["naam", "soort", "platform", "actief"]
    show_columns = ["naam", "soort", "platform", "meldadres", "status_in_mail", "actief"]
    add_columns = ["naam", "soort", "swv", "platform", "meldadres"]
    edit_columns = ["naam", "platform", "meldadres", "status_in_mail", "actief"]
