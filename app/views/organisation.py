"""The screens of Organisation."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import NumberRange

from app import access
from app.models import Organisation
from app.services import organisaties
from app.terms import AFFILIATED, Noun, OrganisationSoort, Role
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
    show_columns = [*list_columns[:3], "meldadres", "status_in_mail", "actief", *organisaties.SETTINGS]
    add_columns = ["naam", "soort", "swv", "platform", "meldadres"]
    edit_columns = list(organisaties.FIELDS)
    validators_columns = {"school_leest_dagen": [NumberRange(0, organisaties.MOST_DAYS, organisaties.BOUNDS)]}
    hints = {
        "toestemming_van_beiden": _l("Otherwise one parent is enough, as long as nobody refuses."),
        "school_leest_dagen": _l("Counted from the status advies afgerond. At most 365 days."),
    }

    def show_buttons(self, row: Organisation) -> Sequence[dict[str, Any]]:
        """Lead to the rights of its roles, for who runs it."""
        if not self.appbuilder.sm.has_access("can_show", Noun.RECHT):
            return super().show_buttons(row)
        rights = {"label": _("Rights"), "url": url_for("RechtenView.change", pk=row.id)}
        return [rights, *super().show_buttons(row)]

    def shape(self, form: FlaskForm, row: Organisation | None) -> None:
        """Ask for the settings of an SWV of an SWV alone; who administers one adds to that one."""
        if row is None and Role.PLATFORMBEHEERDER not in access.reader().rollen:
            del form["swv"]
            form["soort"].terms = [soort for soort in OrganisationSoort if soort in AFFILIATED]
        for name in organisaties.SETTINGS:
            if name in form and not _is_swv(row):
                del form[name]

    def facts(self, row: Organisation, columns: Sequence[str]) -> Sequence[tuple[Any, str]]:
        """Show the settings of an SWV of an SWV alone."""
        shown = [name for name in columns if name not in organisaties.SETTINGS or _is_swv(row)]
        return super().facts(row, shown)


def _is_swv(row: Organisation | None) -> bool:
    return row is not None and row.soort is OrganisationSoort.SAMENWERKINGSVERBAND
