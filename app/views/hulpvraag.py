"""The screens of Hulpvraag: the list, the dossier with its tabs, and Status wijzigen."""

import functools
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from app import access
from app.errors import BadInput, Conflict, NeedsConfirmation, TransitionRefused
from app.models import Hulpvraag, StatusWijziging
from app.services import hulpvragen, kinderen, listing, log, status, writing
from app.terms import Noun
from app.views import dossier
from app.views.base import Page, PortalInterface, PortalView, granted
from app.views.status_form import StatusForm, answers, fields_first, form_for


@dataclass(frozen=True)
class Refused:
    """Why a change of status was not made; `answer` is set when it was."""

    errors: list[tuple[str | None, str]] = field(default_factory=list)
    conflict: str = ""
    answer: Page | None = None

    @property
    def status(self) -> int:
        """Give the HTTP status of the page that shows it."""
        return 200 if request.method == "GET" else 409 if self.conflict else 422

    @property
    def context(self) -> dict[str, Any]:
        """Give what the page shows of it."""
        return {"errors": self.errors, "conflict": self.conflict}


class HulpvraagView(PortalView):
    """Dossiers: generated list and forms; its page is the dossier with tabs."""

    route_base = "/hulpvragen"
    noun, plural, singular = Noun.HULPVRAAG, _l("Hulpvragen"), _l("Hulpvraag")
    edit_label = _l("Edit hulpvraag")
    add_label, empty = _l("Make a dossier"), _l("You see no hulpvragen here now.")
    datamodel = PortalInterface(Hulpvraag, hulpvragen)
    order_columns, search_in = ["gewijzigd_op"], ["nummer", "kind.zoeknaam"]
    search_label = _l("Search by name or number")
    load = ("kind", "voorschool", "contactpersoon", "specialist", "waarnemer", "aangemaakt_door")
    formatters_columns = {
        "aan_zet": lambda row: dossier.at_move(row.status),
        **{name: functools.partial(dossier.person_named, name) for name in dossier.PEOPLE},
    }
    list_columns = ["kind", "status", "aan_zet", "voorschool", "gewijzigd_op"]
    edit_columns = ["omschrijving", "contactpersoon", "specialist", "waarnemer"]
    show_columns = [*edit_columns[:1], "voorschool", *edit_columns[1:], "aangemaakt_op"]
    add_columns = ["kind", *(f"kind.{name}" for name in kinderen.FIELDS), *hulpvragen.ASKED]
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
        context = self.show_context(row) if tab == "hulpvraag" else dossier.page(row, tab)
        log.reading(row)
        return self.render_template("dossier.html", **context)

    def shape(self, form: FlaskForm, row: Hulpvraag | None) -> None:
        """Ask who the child is, or take the child that one came from."""
        if row is not None:
            return
        for name in kinderen.FIELDS if request.values.get("kind") else ("kind",):
            del form[name]

    def form_extra(self, row: Hulpvraag | None) -> dict[str, Any]:
        """Give the edit page the button Bijlagen, as the manual says."""
        return (
            dossier.edit_page(row) if row else dossier.add_page(known_child=bool(request.values.get("kind")))
        )

    def saved(self, row: Hulpvraag, *, new: bool) -> str:
        """Say what was saved, and for a new dossier who was told."""
        change = status.last_change(row) if new else None
        if change:
            return dossier.said(row, change)
        return _("Saved. The changes in the hulpvraag have been kept.")

    @expose("/<pk>/status", methods=["GET", "POST"])
    @granted("show")
    def status(self, pk: str) -> Page:
        """Ask for the new status and the explanation, and make the change."""
        row = listing.one(Hulpvraag, pk, ("kind",))
        chosen = request.form.get("status") or request.args.get("status")
        form, refused, row, last = self._asked(row, StatusForm(), chosen)
        if refused.answer is not None:
            return refused.answer
        context = dossier.status_page(row, chosen, last) | {"form": form} | refused.context
        form.toelichting.flags.sometimes = any(o["asks"] for o in context["options"] if o["possible"])
        return self.render_template("status_choose.html", **context), refused.status

    @expose("/<pk>/status/<key>", methods=["GET", "POST"])
    @granted("show")
    def change(self, pk: str, key: str) -> Page:
        """Ask what one change of status needs to know, and make it."""
        row = listing.one(Hulpvraag, pk, ("kind",))
        before = status.last_change(row)
        option = status.option(row, key, before, by=access.reader())
        form, refused, row, last = self._asked(row, form_for(option.transition, row), key, before)
        if refused.answer is not None:
            return refused.answer
        context = dossier.change_page(row, option, last) | {"form": form, "order": fields_first(form)}
        return self.render_template("status_form.html", **context, **refused.context), refused.status

    def _asked(
        self, row: Hulpvraag, form: StatusForm, chosen: str | None, last: StatusWijziging | None = None
    ) -> tuple[StatusForm, Refused, Hulpvraag, StatusWijziging | None]:
        """Show the form, or make the change that was asked; after somebody else's change with a fresh row.

        `last` is the newest change of status, when the caller has it.
        """
        refused = Refused()
        if request.method == "GET":
            log.reading(row)
        elif form.validate():
            refused = self._refused(row, chosen, form)
        if refused.conflict:
            row = self.find(str(row.id))
        if refused.answer is None and (last is None or request.method != "GET"):
            last = status.last_change(row)
        if request.method == "GET" or refused.conflict:
            form.gezien.data = str(last.id) if last else ""
        if refused.answer is None and not any(name == "anyway" for name, _sentence in refused.errors):
            del form.anyway
        return form, refused, row, last

    def _refused(self, row: Hulpvraag, chosen: str | None, form: StatusForm) -> Refused:
        """Make the change, or say why not."""
        warned = writing.warnings([form.toelichting.data])
        if not chosen:
            return Refused([("status", _("Please choose a status."))])
        if warned and not form.anyway.data:
            return Refused([("anyway", warned[0])])
        try:
            return Refused(answer=self._moved(row, chosen, form))
        except NeedsConfirmation as asked:
            return Refused([("anyway", str(sentence)) for sentence in asked.warnings])
        except BadInput as wrong:
            for name, sentence in wrong.fields.items():
                field = getattr(form, name, form.toelichting)
                field.errors = [*field.errors, str(sentence)]
            return Refused()
        except TransitionRefused as refusal:
            return Refused([(None, str(sentence)) for sentence in refusal.missing])
        except Conflict as lost:
            return Refused(conflict=str(lost.sentence))

    def _moved(self, row: Hulpvraag, key: str, form: StatusForm) -> Page:
        change = status.move(
            row,
            key,
            toelichting=form.toelichting.data,
            seen=form.gezien.data,
            by=access.reader(),
            answers=answers(form),
            confirmed=bool(form.anyway.data),
        )
        flash(dossier.said(row, change), "success")
        return redirect(url_for("HulpvraagView.show", pk=row.id))
