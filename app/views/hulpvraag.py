"""The screens of Hulpvraag: the list, the dossier with its tabs, and Status wijzigen."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from app import access
from app.errors import BadInput, Conflict, NotFound, TransitionRefused
from app.models import Hulpvraag
from app.services import hulpvragen, log, status, writing
from app.terms import Noun
from app.views import dossier
from app.views.base import Page, PortalInterface, PortalView, granted
from app.views.fields import stripped


class StatusForm(FlaskForm):  # type: ignore[misc]
    """What a change of status asks; the choice itself is drawn as cards."""

    toelichting = TextAreaField(
        _l("Explanation"),
        [Length(max=5000)],
        description=_l("Everybody who may open the dossier reads this. Leave it out of the mail: it is never in it."),
        filters=[stripped],
    )
    anyway = BooleanField(_l("I have checked this. Save anyway."))
    gezien = HiddenField()


class HulpvraagView(PortalView):
    """Dossiers: generated list and forms; its page is the dossier with tabs."""

    route_base = "/hulpvragen"
    noun, plural, singular = Noun.HULPVRAAG, _l("Hulpvragen"), _l("Hulpvraag")
    add_label, empty = _l("Make a dossier"), _l("There are no hulpvragen here yet.")
    datamodel = PortalInterface(Hulpvraag, hulpvragen)
    order_columns, search_in = ["gewijzigd_op"], ["nummer", "kind.zoeknaam"]
    load = ("kind", "voorschool", "contactpersoon", "specialist", "waarnemer", "aangemaakt_door")
    formatters_columns = {"aan_zet": lambda row: dossier.at_move(row.status)}
    list_columns = ["kind", "status", "aan_zet", "voorschool", "gewijzigd_op"]
    show_columns = ["omschrijving", "voorschool", "contactpersoon", "specialist", "waarnemer", "aangemaakt_op"]
    add_columns = ["kind.voornaam", "kind.tussenvoegsel", "kind.achternaam", "kind.geboortedatum", "voorschool", "contactpersoon", "specialist", "omschrijving"]  # fmt: skip
    edit_columns = ["omschrijving", "contactpersoon", "specialist", "waarnemer"]
    show_template = "dossier.html"

    def row(self, row: Any, columns: Any = ()) -> dict[str, Any]:
        """Give one row of the list, with the number under the child's name."""
        made = super().row(row, columns)
        made["cells"][0]["sub"] = row.nummer
        return made

    def show_context(self, row: Hulpvraag) -> dict[str, Any]:
        """Gather the dossier's page on the tab Hulpvraag."""
        return dossier.page(row, "hulpvraag", facts=self.facts(row, self.show_columns))

    @expose("/<pk>/<tab>")
    @granted("show")
    def dossier_tab(self, pk: str, tab: str) -> Page:
        """Show another tab of the dossier."""
        row = self.find(pk)
        context = dossier.page(row, tab)
        log.reading(row)
        return self.render_template("dossier.html", **context)

    def form_extra(self, row: Hulpvraag | None) -> dict[str, Any]:
        """Give the edit page the button Bijlagen, as the manual says."""
        return dossier.edit_page(row) if row else dossier.add_page()

    def saved(self, row: Hulpvraag) -> str:
        """Say what was saved, and for a new dossier who was told."""
        if request.endpoint == "HulpvraagView.add":
            change = status.last_change(row)
            return dossier.said(row, change) if change else _("Saved. The dossier has been made.")
        return _("Saved. The changes in the hulpvraag have been kept.")

    @expose("/<pk>/status", methods=["GET", "POST"])
    @granted("show")
    def status(self, pk: str) -> Page:
        """Ask for the new status and the explanation, and make the change."""
        row = self.find(pk)
        form = StatusForm()
        chosen = request.form.get("status") or request.args.get("status")
        errors: list[tuple[str | None, str]] = []
        conflict, answer = "", 200
        if request.method == "GET":
            last = status.last_change(row)
            form.gezien.data = str(last.id) if last else ""
        elif form.validate():
            answer = 422
            found = writing.warnings([form.toelichting.data])
            if not chosen:
                errors = [("status", _("Please choose a status."))]
            elif found and not form.anyway.data:
                errors = [("anyway", found[0])]
            else:
                try:
                    return self._moved(row, chosen, form)
                except BadInput as wrong:
                    form.toelichting.errors = [str(s) for s in wrong.fields.values()]
                except TransitionRefused as refused:
                    errors = [(None, str(sentence)) for sentence in refused.missing]
                except Conflict as lost:
                    answer, conflict = 409, str(lost.sentence)
                    row = self.find(pk)
                    form.gezien.data = str(last.id) if (last := status.last_change(row)) else ""
        else:
            answer = 422
        if not any(name == "anyway" for name, _sentence in errors):
            del form.anyway
        context = dossier.status_page(row, chosen) | {"form": form, "errors": errors, "conflict": conflict}
        return self.render_template("status_choose.html", **context), answer

    def _moved(self, row: Hulpvraag, key: str, form: StatusForm) -> Page:
        person = access.current_person()
        if person is None:
            raise NotFound
        change = status.move(row, key, toelichting=form.toelichting.data, seen=form.gezien.data, by=person)
        flash(dossier.said(row, change), "success")
        return redirect(url_for("HulpvraagView.show", pk=row.id))
