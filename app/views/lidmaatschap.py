"""The screens of Lidmaatschap: who works in an organisation, and inviting somebody."""

from flask_babel import lazy_gettext as _l

from app.models import Lidmaatschap
from app.services import leden
from app.terms import Noun
from app.views.base import PortalInterface, PortalView


class LidmaatschapView(PortalView):
    """People of the own organisation, and for an SWV of its affiliated ones; adding one invites them."""

    route_base = "/medewerkers"
    noun, plural, singular = Noun.LIDMAATSCHAP, _l("People"), _l("Membership")
    add_label, empty = _l("Invite somebody"), _l("Nobody works here yet.")
    datamodel = PortalInterface(Lidmaatschap, leden)
    base_order, order_columns = ("van", "desc"), ["van"]
    search_in = ["gebruiker.first_name", "gebruiker.last_name", "organisation.naam"]
    load, list_columns = ("gebruiker", "organisation"), ["gebruiker", "organisation", "rol", "van", "tot"]
    show_columns = ["gebruiker", "organisation", "rol", "van", "tot"]
    add_columns = ["gebruiker.first_name", "gebruiker.last_name", "gebruiker.email", "organisation", "rol"]
