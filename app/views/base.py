"""The one base view of all generated screens: FAB declares, services act, and FAB's gaps are closed here."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app import access
from app.errors import BadInput, Conflict, NeedsConfirmation, NotFound
from app.services import listing, log, wording, writing
from app.terms import Verb
from app.views.fields import PickField, field_for, typed_in
from app.views.interface import PortalInterface, granted
from app.views.lists import ListView, Page

__all__ = ["Page", "PortalInterface", "PortalView", "explain", "granted", "marks"]


class PortalView(ListView):
    """A noun's screens, from what its class declares: list, search, show, add, edit."""

    edit_label: Any = ""
    route_base = ""
    hints: dict[str, Any] = {}
    choices: dict[str, Any] = {}
    own_fields: dict[str, Callable[[Any], Any]] = {}
    exclude_route_methods = {"download", "action", "action_post", "delete"}
    show_template, add_template, edit_template = "show.html", "form.html", "form.html"

    def __init__(self, **kw: Any) -> None:
        """Let FAB read the declaration, with our words for its titles and columns."""
        self.class_permission_name = self.noun.value
        self.list_title = self.add_title = self.edit_title = self.show_title = self.plural
        self.label_columns = dict(wording.LABELS) | dict(getattr(self, "label_columns", None) or {})
        # What is not declared does not exist: no form without columns, no tab without a related noun.
        absent = {"add": self.add_columns, "edit": self.edit_columns, "related": self.related_views}
        self.exclude_route_methods = self.exclude_route_methods | {
            name for name, has in absent.items() if not has
        }
        super().__init__(**kw)

    def _init_forms(self) -> None:
        self.search_form = FlaskForm
        self.add_form = self._form(
            "AddForm", self.add_columns if "add" not in self.exclude_route_methods else []
        )
        self.edit_form = self._form(
            "EditForm", self.edit_columns if "edit" not in self.exclude_route_methods else []
        )

    def _form(self, name: str, columns: Sequence[str]) -> type[FlaskForm]:
        made: dict[str, Any] = {}
        for column in columns:
            datamodel, leaf = self.datamodel.related(column)
            label, hint = self.label_columns.get(leaf), self.hints.get(leaf, "")
            checks = (self.validators_columns or {}).get(leaf, [])
            if leaf in self.own_fields:
                made[leaf] = self.own_fields[leaf](label)
            else:
                made[leaf] = field_for(datamodel, leaf, label, hint, checks, self.choices.get(leaf))
        if hasattr(self.datamodel.obj, "versie"):
            made["versie"] = HiddenField()
        return type(name, (FlaskForm,), made)

    # What follows is the same for every noun; a noun's class declares and overrides none of it.

    @expose("/<pk>")
    @granted("show")
    def show(self, pk: str) -> Page:
        """Show one row."""
        row = self.find(pk)
        log.reading(row)
        return self.render_template(self.show_template, **self.show_context(row))

    @expose("/nieuw", methods=["GET", "POST"])
    @granted("add")
    def add(self) -> Page:
        """Show the empty form, or add what was typed."""
        form = self.add_form()
        self._keep_open_fields(form)
        self.shape(form, None)
        if request.method == "GET":
            for field in form:  # a tab's button says what the new row belongs to, and nothing else
                if isinstance(field, PickField):
                    field.open_with(request.args.get(field.name))
        return self._submit(
            form, None, lambda data: self.datamodel.service.add(data, by=access.current_person())
        )

    @expose("/<pk>/bewerken", methods=["GET", "POST"])
    @granted("edit")
    def edit(self, pk: str) -> Page:
        """Show the filled form, or change what was typed."""
        row = self.find(pk)
        if not access.may(access.current_person(), Verb.EDIT, row):
            return self._too_late(row)
        if request.method == "GET":
            log.reading(row)
        form = self.edit_form(obj=row)
        self.shape(form, row)
        self._keep_open_fields(form, row)
        service = self.datamodel.service
        return self._submit(form, row, lambda data: service.edit(row, data, by=access.current_person()))

    @expose("/<pk>/<tab>")
    @granted("show")
    def related(self, pk: str, tab: str) -> Page:
        """Show the rows of another noun that belong to this one, in a tab of its page."""
        row = self.find(pk)
        view = next((view for view in self.open_tabs() if view.tab == tab), None)
        if view is None:
            raise NotFound
        log.reading(row)
        context = self.show_context(row) | {"tabs": self.tabs(row, tab), "related": view.belonging_to(row)}
        return self.render_template(self.show_template, **context)

    @property
    def tab(self) -> str:
        """Name this noun's tab in an address."""
        return self.route_base.strip("/")

    def open_tabs(self) -> Sequence["PortalView"]:
        """Give the related views that this person may list."""
        return [view for view in self._related_views if view.may("list")]

    def tabs(self, row: Any, current: str = "") -> Sequence[dict[str, Any]]:
        """Give the tabs of the row's page: itself, then its related nouns."""
        if not self.open_tabs():
            return []
        here = {
            "label": self.singular,
            "url": url_for(f"{self.endpoint}.show", pk=row.id),
            "current": not current,
        }
        others = [
            {
                "label": view.plural,
                "url": url_for(f"{self.endpoint}.related", pk=row.id, tab=view.tab),
                "current": view.tab == current,
            }
            for view in self.open_tabs()
        ]
        return [here, *others]

    def find(self, pk: str) -> Any:
        """Fetch the row with what the page shows of it; NotFound when it is not there for this person."""
        return listing.one(self.datamodel.obj, pk, self.load)

    def show_context(self, row: Any) -> dict[str, Any]:
        """Gather what show.html takes."""
        return {
            "title": str(row),
            "crumbs": [(self.plural, url_for(f"{self.endpoint}.list")), (str(row), None)],
            "facts": self.facts(row, self.show_columns),
            "buttons": self.show_buttons(row),
            "tabs": self.tabs(row),
        }

    def facts(self, row: Any, columns: Sequence[str]) -> Sequence[tuple[Any, str]]:
        """Give label and words of the columns that this person may read of `row`."""
        readable = access.readable(access.current_person(), row)
        return [
            (self.label_columns[name], self.text(row, name))
            for name in columns
            if readable is None or name in readable
        ]

    def show_buttons(self, row: Any) -> Sequence[dict[str, Any]]:
        """Offer to edit, when this person may."""
        if not self.may("edit") or not access.may(access.current_person(), Verb.EDIT, row):
            return []
        return [
            {"label": self.edit_label, "url": url_for(f"{self.endpoint}.edit", pk=row.id), "primary": True}
        ]

    def shape(self, form: FlaskForm, row: Any) -> None:
        """Leave out of the form what is not asked this time; `row` is None for a new one."""

    def form_extra(self, row: Any) -> dict[str, Any]:
        """Give what a noun adds to its form page."""
        return {}

    def after_saving(self, row: Any) -> Response:
        """Go to the row's page."""
        return redirect(url_for(f"{self.endpoint}.show", pk=row.id))

    def saved(self, row: Any, *, new: bool) -> str:
        """Say what was saved."""
        return _("Saved. Your changes have been kept.")

    def _too_late(self, row: Any) -> Page:
        """Give typed text back that can't be saved any more; who typed nothing finds no such page."""
        if request.method != "POST":
            raise NotFound
        context = self._form_context(self.edit_form(), row)
        context["conflict"] = _(
            "This can no longer be changed. This text has not been saved: copy it if you still need it."
        )
        return self.render_template(self.edit_template, **context), 409

    def _submit(self, form: FlaskForm, row: Any, act: Callable[[dict[str, Any]], Any]) -> Page:
        warnings: list[Any] = []
        conflict = ""
        if request.method == "POST" and "_search" not in request.form and form.validate():
            try:
                done = self._act(act, form)
                flash(self.saved(done, new=row is None), "success")
                return self.after_saving(done)
            except NeedsConfirmation as asked:
                warnings = asked.warnings
            except BadInput as wrong:
                explain(form, wrong)
            except Conflict as lost:
                conflict = str(lost.sentence)
                if row is not None:  # of a new one there is nothing to compare with
                    row = self.find(row.id)
                    if "versie" in form:
                        form.versie.data = row.versie
        status = 200 if request.method == "GET" or "_search" in request.form else 409 if conflict else 422
        context = self._form_context(form, row) | {
            "warnings": warnings,
            "conflict": conflict,
            "anyway": marks(warnings),
        }
        if conflict and row is not None:
            context["facts"] = self.facts(row, [name for name in self.edit_columns if name in form])
        return self.render_template(self.edit_template if row else self.add_template, **context), status

    def _act(self, act: Callable[[dict[str, Any]], Any], form: FlaskForm) -> Any:
        """Do it when every warning was read: the ticked box says which ones stood on the page."""
        data = {field.name: field.data for field in form if field.name != "csrf_token"}
        accepted = set(request.form.get("_anyway", "").split())
        found = writing.warnings(typed_in(form))
        try:
            if not set(marks(found).split()) <= accepted:
                raise NeedsConfirmation(())
            return act(data | {"anyway": False})
        except NeedsConfirmation as asked:
            found = [*found, *map(str, asked.warnings)]
            if set(marks(found).split()) <= accepted:
                return act(data | {"anyway": True})
            raise NeedsConfirmation(found) from None

    def _form_context(self, form: FlaskForm, row: Any) -> dict[str, Any]:
        home = (self.plural, url_for(f"{self.endpoint}.list"))
        here = url_for(f"{self.endpoint}.show", pk=row.id) if row else home[1]
        title = self.edit_label if row else self.add_label
        return {
            "title": title,
            "form": form,
            "submit_label": _("Save"),
            "cancel_url": here,
            "crumbs": [home, *([(str(row), here)] if row else []), (title, None)],
            **self.form_extra(row),
        }

    def _keep_open_fields(self, form: FlaskForm, row: Any = None) -> None:
        names = [field.name for field in form if field.name not in ("csrf_token", "versie")]
        kept = access.form_fields(access.current_person(), self.noun, names, row)
        for name in set(names) - kept:
            del form[name]


def marks(warnings: Sequence[Any]) -> str:
    """Name warnings by their words, so that a tick counts for what was read and for nothing else."""
    return " ".join(hashlib.sha256(str(warning).encode()).hexdigest()[:12] for warning in warnings)


def explain(form: FlaskForm, wrong: BadInput) -> None:
    """Put what is wrong beside its field, and what belongs to no field on top."""
    for name, sentence in wrong.fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, str(sentence)]
    if not wrong.fields:
        form.form_errors.append(str(wrong.sentence))
