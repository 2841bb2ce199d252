"""The screens of SchoolVoorkeur: a school of preference, what is asked of it and what it says."""

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app import access
from app.models import SchoolVoorkeur
from app.services import schoolantwoorden, schoolvoorkeuren, toestemming_stand
from app.services.wording import day, exact, words
from app.terms import Noun
from app.views.acts import ActsView
from app.views.base import PortalInterface
from app.views.school_acts import ACTS


class SchoolVoorkeurView(ActsView):
    """Schools of preference: proposed by JK staff or a parent; a school sees its own request."""

    route_base = "/scholen-van-voorkeur"
    noun, plural, singular = Noun.SCHOOLVOORKEUR, _l("Schools of preference"), _l("School of preference")
    add_label = _l("Propose a school")
    empty = _l("You see no schools of preference here yet. They are proposed in a dossier.")
    datamodel = PortalInterface(SchoolVoorkeur, schoolvoorkeuren)
    base_order, search_in = ("voorgesteld_op", "desc"), ["school.naam", "hulpvraag.nummer"]
    load = ("hulpvraag", "school", "voorgesteld_door", "beantwoord_door")
    formatters_columns = {"beslist_uiterlijk": lambda row: words(row.beslist_uiterlijk)}
    list_columns = ["school", "hulpvraag", "staat", "rang"]
    show_columns = ["staat", "rang", "voorgesteld_door", "voorgesteld_op", *schoolantwoorden.FACTS]
    add_columns, choices = ["hulpvraag", "school"], {"hulpvraag": "hulpvraag_school"}
    show_template, acts, dossier_tab = "school.html", ACTS, "scholen"

    def show_context(self, row: SchoolVoorkeur) -> dict[str, Any]:
        """Add the parents' consent for JK staff, and what was asked and answered."""
        person = access.current_person()
        context = super().show_context(row)
        if access.readable(person, row) is None:  # also after the end; who knows the state alone reads none
            context["notities"] = [
                {
                    "text": note.tekst,
                    "who": note.geschreven_door.naam,
                    "namens": note.organisation.naam,
                    "when": exact(note.geschreven_op),
                }
                for note in schoolantwoorden.conversation(row)
            ]
        if person is not None and person.is_jk_staff:
            needed = toestemming_stand.needed(row.hulpvraag, row.school_id)
            context["groups"] = [{"title": _("Consent of the parents"), "facts": _consent(needed)}]
            if not needed.valid:  # first the consent, then the school
                context["buttons"] = [it | {"primary": False} for it in context["buttons"]]
        return context

    def saved(self, row: SchoolVoorkeur, *, new: bool) -> str:
        """Say what was saved, and to a parent who hears of it."""
        if row.door_ouder:
            return _("Saved. The school has been proposed. The JK specialist gets a mail.")
        return _("Saved. The school has been proposed.")

    def after_saving(self, row: SchoolVoorkeur) -> Response:
        """Go to the schools of this dossier."""
        return redirect(url_for("HulpvraagView.dossier_tab", pk=row.hulpvraag_id, tab="scholen"))


def _consent(needed: toestemming_stand.Needed) -> list[tuple[str, str]]:
    facts = [(of.naam, _of_parent(of)) for of in needed.parents]
    whole = _("valid") if needed.valid else _("not valid: the school cannot read the dossier")
    return [*facts, (_("All together"), whole)]


def _of_parent(of: toestemming_stand.OfParent) -> str:
    signed = of.row.getekend_op if of.row else None
    return f"{words(of.staat)} · {day(signed)}" if signed else words(of.staat)
