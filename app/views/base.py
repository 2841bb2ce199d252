"""The one base view of all generated screens: FAB declares, services act, and FAB's gaps are closed here."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.models.sqla.filters import SQLAFilterConverter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField

from app import access
from app.errors import BadInput, Conflict, NeedsConfirmation, NotFound
from app.services import listing, log, wording, writing
from app.terms import Noun, Verb
from app.views.fields import field_for

Page = str | BaseResponse | tuple[str, int]


def granted(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Ask FAB's security manager for `permission` on this view; without it the page does not exist."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def ask(self: Any, *args: Any, **kw: Any) -> Any:
            if not self.appbuilder.sm.has_access(f"can_{permission}", self.class_permission_name):
                raise NotFound
            return method(self, *args, **kw)

        ask._permission_name = permission  # type: ignore[attr-defined]  # noqa: SLF001 - FAB collects permissions by it
        return ask

    return decorate


class NoFilters(SQLAFilterConverter):
    """Keep FAB from making a filter of every column: a list is searched by its service."""

    def convert(self, col_name: str) -> list[Any]:  # noqa: ARG002 - FAB's signature
        """Give none."""
        return []


class PortalInterface(SQLAInterface):
    """FAB's window on a model, and the service whose verbs change it. FAB's own commits are closed."""

    filter_converter_class = NoFilters

    def __init__(self, model: Any, service: Any = None) -> None:
        """Show `model`; add and edit through the functions of `service`."""
        self.service = service
        super().__init__(model)

    def add(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001,FBT002 - FAB's signature
        """Refuse: only services write."""
        raise NotImplementedError("services write, not FAB")

    edit = delete = delete_all = add

    def related(self, column: str) -> tuple["PortalInterface", str]:
        """Resolve `kind.voornaam` to the interface and the column that it names."""
        relation, _dot, leaf = column.rpartition(".")
        return (PortalInterface(self.get_related_model(relation)), leaf) if relation else (self, column)


class PortalView(ModelView):
    """A noun's screens, from what its class declares: list, search, show, add, edit."""

    noun: Noun
    plural: Any
    singular: Any
    add_label: Any = ""
    empty: Any = ""
    route_base = ""
    base_order = ("gewijzigd_op", "desc")
    load: Sequence[str] = ()
    search_in: Sequence[str] = ()
    hints: dict[str, Any] = {}
    choices: dict[str, Any] = {}
    exclude_route_methods = {"download", "action", "action_post", "delete"}
    list_template, show_template = "list.html", "show.html"
    add_template = edit_template = "form.html"
    page_size = 25

    def __init__(self, **kw: Any) -> None:
        """Let FAB read the declaration, with our words for its titles and columns."""
        self.class_permission_name = self.noun.value
        self.list_title = self.add_title = self.edit_title = self.show_title = self.plural
        self.label_columns = dict(wording.LABELS) | dict(self.label_columns or {})
        # What is not declared does not exist: no form without columns, no tab without a related noun.
        absent = {"add": self.add_columns, "edit": self.edit_columns, "related": self.related_views}
        self.exclude_route_methods = self.exclude_route_methods | {name for name, has in absent.items() if not has}
        super().__init__(**kw)

    def _init_forms(self) -> None:
        self.search_form = FlaskForm
        self.add_form = self._form("AddForm", self.add_columns if "add" not in self.exclude_route_methods else [])
        self.edit_form = self._form("EditForm", self.edit_columns if "edit" not in self.exclude_route_methods else [])

    def _form(self, name: str, columns: Sequence[str]) -> type[FlaskForm]:
        made: dict[str, Any] = {}
        for column in columns:
            datamodel, leaf = self.datamodel.related(column)
            label, hint = self.label_columns.get(leaf), self.hints.get(leaf, "")
            checks = (self.validators_columns or {}).get(leaf, [])
            made[leaf] = field_for(datamodel, leaf, label, hint, checks, self.choices.get(leaf))
        if hasattr(self.datamodel.obj, "versie"):
            made["versie"] = HiddenField()
        return type(name, (FlaskForm,), made)

    # What follows is the same for every noun; a noun's class declares and overrides none of it.

    @expose("/")
    @granted("list")
    def list(self) -> Page:
        """Show one page of the rows that this person may see."""
        return self.render_template(self.list_template, **self.list_context())

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
        form = self.add_form(data=request.args.to_dict() if request.method == "GET" else None)
        self._keep_open_fields(form)
        return self._submit(form, None, lambda data: self.datamodel.service.add(data, by=access.current_person()))

    @expose("/<pk>/bewerken", methods=["GET", "POST"])
    @granted("edit")
    def edit(self, pk: str) -> Page:
        """Show the filled form, or change what was typed."""
        row = self.find(pk)
        access.require(access.current_person(), Verb.EDIT, row)
        form = self.edit_form(obj=row)
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
        here = {"label": self.singular, "url": url_for(f"{self.endpoint}.show", pk=row.id), "current": not current}
        others = [
            {
                "label": view.plural,
                "url": url_for(f"{self.endpoint}.related", pk=row.id, tab=view.tab),
                "current": view.tab == current,
            }
            for view in self.open_tabs()
        ]
        return [here, *others]

    def belonging_to(self, parent: Any) -> dict[str, Any]:
        """Gather the list of this noun's rows that belong to `parent`, with a button to add one there."""
        relation = self.datamodel.get_related_fk(type(parent))
        where = listing.belonging(self.datamodel.obj, relation, parent)
        page = listing.page(self.datamodel.obj, order=self.base_order, where=where, load=self.load, size=100)
        columns = [name for name in self.list_columns if name != relation]
        add = url_for(f"{self.endpoint}.add", **{str(relation): parent.id}) if self.add_label else None
        return {
            "label": self.plural,
            "columns": [{"label": self.label_columns[name], "key": name} for name in columns],
            "rows": [self.row(row, columns) for row in page.rows],
            "empty": self.empty,
            "buttons": [{"label": self.add_label, "url": add, "primary": True}] if add and self.may("add") else [],
        }

    def find(self, pk: str) -> Any:
        """Fetch the row with what the page shows of it; NotFound when it is not there for this person."""
        return listing.one(self.datamodel.obj, pk, self.load)

    def list_context(self, **extra: Any) -> dict[str, Any]:
        """Gather what list.html takes."""
        typed = request.args.get("q", "")[:80]
        chip = request.args.get("filter", "")
        chips = self._chips(chip, typed)
        order = self._order()
        page = listing.page(
            self.datamodel.obj,
            order=order,
            where=[*listing.matching(self.datamodel.obj, self.search_in, typed), *self._chip_where(chip)],
            load=self.load,
            size=self.page_size,
            after=request.args.get("na"),
            before=request.args.get("voor"),
        )
        log.searching(self.noun, typed=bool(typed))
        here = {key: value for key in ("q", "filter", "sort") if (value := request.args.get(key))}
        return {
            "title": self.plural,
            "summary": self.summary(page.count),
            "search": {"q": typed, "label": _("Search by name or number")} if self.search_in else None,
            "chips": chips,
            "keep": [("filter", chip)] if chip else [],
            "columns": [self._column(name, order, here) for name in self.list_columns],
            "rows": [self.row(row) for row in page.rows],
            "next_url": page.after and url_for(f"{self.endpoint}.list", na=page.after, **here),
            "previous_url": page.before and url_for(f"{self.endpoint}.list", voor=page.before, **here),
            "buttons": self.list_buttons(),
            "empty": self.empty if not typed else _("Nothing was found for these words."),
            **extra,
        }

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

    def text(self, row: Any, column: str) -> str:
        """Give the words for one column of `row`."""
        formatter = (self.formatters_columns or {}).get(column)
        return str(formatter(row)) if formatter else wording.words(getattr(row, column))

    def row(self, row: Any, columns: Sequence[str] = ()) -> dict[str, Any]:
        """Give one row of the list."""
        cells = [
            {"value": self.text(row, name), "tag": wording.tag_of(getattr(row, name, None))}
            for name in columns or self.list_columns
        ]
        return {"url": url_for(f"{self.endpoint}.show", pk=row.id), "cells": cells}

    def summary(self, count: int) -> str:
        """Say how many rows there are."""
        if count >= listing.COUNT_CAP:
            return _("You see more than 10,000 rows.")
        return _("You see %(count)s rows.", count=count)

    def may(self, permission: str) -> bool:
        """Ask FAB's security manager for a permission on this noun."""
        return bool(self.appbuilder.sm.has_access(f"can_{permission}", self.class_permission_name))

    def list_buttons(self) -> Sequence[dict[str, Any]]:
        """Offer to add, when this person may."""
        if not self.add_label or not self.may("add"):
            return []
        return [{"label": self.add_label, "url": url_for(f"{self.endpoint}.add"), "primary": True}]

    def show_buttons(self, row: Any) -> Sequence[dict[str, Any]]:
        """Offer to edit, when this person may."""
        if not self.may("edit") or not access.may(access.current_person(), Verb.EDIT, row):
            return []
        label = _("Edit %(thing)s", thing=str(self.singular).lower())
        return [{"label": label, "url": url_for(f"{self.endpoint}.edit", pk=row.id), "primary": True}]

    def form_extra(self, row: Any) -> dict[str, Any]:  # noqa: ARG002 - a noun may look at the row
        """Give what a noun adds to its form page."""
        return {}

    def after_saving(self, row: Any) -> Response | BaseResponse:
        """Go to the row's page."""
        return redirect(url_for(f"{self.endpoint}.show", pk=row.id))

    def saved(self, row: Any) -> str:  # noqa: ARG002 - a noun may name it
        """Say what was saved."""
        return _("Saved. Your changes have been kept.")

    def _submit(self, form: FlaskForm, row: Any, act: Callable[[dict[str, Any]], Any]) -> Page:
        warnings: list[Any] = []
        conflict = ""
        if request.method == "POST" and "_search" not in request.form and form.validate():
            data = {field.name: field.data for field in form if field.name != "csrf_token"}
            data["anyway"] = request.form.get("_anyway") == "1"
            try:
                warnings = [] if data["anyway"] else writing.warnings(data.values())
                if not warnings:
                    done = act(data)
                    flash(self.saved(done), "success")
                    return self.after_saving(done)
            except NeedsConfirmation as asked:
                warnings = asked.warnings
            except BadInput as wrong:
                _explain(form, wrong)
            except Conflict as lost:
                conflict = str(lost.sentence)
        status = 200 if request.method == "GET" or "_search" in request.form else 409 if conflict else 422
        context = self._form_context(form, row) | {"warnings": warnings, "conflict": conflict}
        return self.render_template(self.edit_template if row else self.add_template, **context), status

    def _form_context(self, form: FlaskForm, row: Any) -> dict[str, Any]:
        home = (self.plural, url_for(f"{self.endpoint}.list"))
        here = url_for(f"{self.endpoint}.show", pk=row.id) if row else home[1]
        title = _("Edit %(thing)s", thing=str(self.singular).lower()) if row else self.add_label
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

    def _order(self) -> tuple[str, str]:
        column, _sep, way = request.args.get("sort", "").partition(".")
        return (column, way) if column in self.order_columns and way in ("asc", "desc") else self.base_order

    def _column(self, name: str, order: tuple[str, str], here: dict[str, str]) -> dict[str, Any]:
        head: dict[str, Any] = {"label": self.label_columns[name], "key": name}
        if name in self.order_columns:
            turned = "asc" if order == (name, "desc") else "desc"
            head["sort_url"] = url_for(f"{self.endpoint}.list", **(here | {"sort": f"{name}.{turned}"}))
            head["sorted"] = order[1] if order[0] == name else None
        return head

    def _chips(self, chosen: str, typed: str) -> Sequence[dict[str, Any]]:
        chips = getattr(self.datamodel.service, "chips", None)
        if chips is None:
            return []
        address = functools.partial(url_for, f"{self.endpoint}.list", **({"q": typed} if typed else {}))
        return [
            {"label": chip.label, "count": chip.count, "current": chip.key == chosen, "url": address(filter=chip.key or None)}
            for chip in chips(access.current_person())
        ]

    def _chip_where(self, chosen: str) -> Sequence[Any]:
        narrow = getattr(self.datamodel.service, "narrow", None)
        return narrow(chosen, access.current_person()) if narrow else []


def _explain(form: FlaskForm, wrong: BadInput) -> None:
    for name, sentence in wrong.fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, str(sentence)]
    if not wrong.fields:
        form.form_errors.append(str(wrong.sentence))


