"""The screens of Toestemming: what a parent reads, gives, refuses and takes back."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from app.access import Person
from app.models import Toestemming
from app.services import toestemmingen
from app.terms import Noun, ToestemmingStaat, Verb
from app.views.acts import Act, ActsView
from app.views.base import PortalInterface
from app.views.fields import stripped


class _Reason(FlaskForm):
    reden = TextAreaField(
        _l("How do you know?"),
        [Length(max=5000)],
        filters=[stripped],
        description=_l("Only JK staff read this."),
    )


def _reason(_row: Toestemming, by: Person) -> FlaskForm:
    if not by.is_jk_staff:
        return FlaskForm()
    form = _Reason()
    form.reden.flags.required = True
    return form


def _asked(row: Toestemming, _by: Person) -> bool:
    return row.staat is ToestemmingStaat.GEVRAAGD


_WITHDRAWN = _l("Saved. The consent has been taken back. From now on the school cannot open the dossier.")
_withdraw: dict[str, Any] = {
    "verb": Verb.WITHDRAW,
    "do": lambda row, data, by: toestemmingen.withdraw(row, by, data.get("reden")),
    "form": _reason,
    "sentence": _l("From that moment the school can no longer open the dossier. JK staff get a mail."),
    "said": _WITHDRAWN,
    "danger": True,
    "at_once": lambda by: not by.is_jk_staff,  # as easy as giving it
}

ACTS: Mapping[str, Act] = {
    "weigeren": Act(
        _l("I do not consent"), Verb.ANSWER, lambda row, _data, by: toestemmingen.refuse(row, by), _asked,
        said=_l("Saved. You did not consent. The school cannot open the dossier."), at_once=lambda _by: True,
    ),
    "geven": Act(
        _l("I consent"), Verb.ANSWER, lambda row, _data, by: toestemmingen.give(row, by), _asked,
        said=_l("Saved. You gave your consent. You can take it back here at any time."),
        primary=True, at_once=lambda _by: True,
    ),
    "intrekken": Act(
        _l("Take consent back"),
        open=lambda row, _by: row.in_force, **_withdraw,
    ),
}  # fmt: skip


class ToestemmingView(ActsView):
    """Consents; they are asked and recorded with a school of preference."""

    route_base = "/toestemmingen"
    noun, plural, singular = Noun.TOESTEMMING, _l("Consents"), _l("Consent")
    empty = _l("You see no consents here yet. They are asked with a school of preference.")
    datamodel = PortalInterface(Toestemming, toestemmingen)
    base_order, search_in = ("gevraagd_op", "desc"), ["hulpvraag.nummer"]
    search_label = _l("Search by number")
    load = ("hulpvraag", "organisation", "gezagsdrager", "bijlage")
    label_columns = {"organisation": _l("School")}
    list_columns = ["organisation", "gezagsdrager", "hulpvraag", "staat", "gevraagd_op"]
    show_columns = [*list_columns, "gegeven_op", "getekend_op", "bijlage", "ingetrokken_op"]
    show_template, acts, dossier_tab = "toestemming.html", ACTS, "toestemmingen"

    def show_context(self, row: Toestemming) -> dict[str, Any]:
        """Show the whole text that the parent read."""
        return super().show_context(row) | {"letter": row.tekst.split("\n\n")}
