"""The generated list of a noun: one page by keyset, search, chips, order; bounded whatever is asked."""

import functools
from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder import ModelView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app import access
from app.services import listing, log, wording
from app.terms import Noun
from app.views.interface import granted

Page = str | Response | tuple[str, int]


class ListView(ModelView):
    """The list of a noun, and the same list within the page of what it belongs to."""

    noun: Noun
    plural: Any
    singular: Any
    add_label: Any = ""
    empty: Any = ""
    base_order = ("gewijzigd_op", "desc")
    load: Sequence[str] = ()
    list_load: Sequence[str] = ()  # what a column's own words need besides the column
    search_in: Sequence[str] = ()
    search_label: Any = _l("Search by name")
    list_template = "list.html"
    page_size = 25

    @expose("/")
    @granted("list")
    def list(self) -> Page:
        """Show one page of the rows that this person may see."""
        return self.render_template(self.list_template, **self.list_context())

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
            load=[*(name for name in self.load if name in self.list_columns), *self.list_load],
            size=self.page_size,
            after=request.args.get("na"),
            before=request.args.get("voor"),
        )
        log.searching(self.noun, typed=bool(typed))
        self.know(page.rows)
        here: dict[str, Any] = {
            key: value for key in ("q", "filter", "sort") if (value := request.args.get(key))
        }
        return {
            "title": self.plural,
            "summary": self.summary(page.count),
            "search": {"q": typed, "label": self.search_label} if self.search_in else None,
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
            "buttons": [{"label": self.add_label, "url": add, "primary": True}]
            if add and self.may("add")
            else [],
        }

    def know(self, rows: Sequence[Any]) -> None:
        """Ask at once what the words of all these rows need besides their columns."""

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
        """Say how many rows there are; of none the empty list speaks."""
        if not count:
            return ""
        if count >= listing.COUNT_CAP:
            return _("You see more than 10,000 rows.")
        return wording.counted(self.noun, count)

    def may(self, permission: str) -> bool:
        """Ask FAB's security manager for a permission on this noun."""
        exists = permission not in self.exclude_route_methods
        return exists and bool(self.appbuilder.sm.has_access(f"can_{permission}", self.class_permission_name))

    def list_buttons(self) -> Sequence[dict[str, Any]]:
        """Offer to add, when this person may."""
        model = self.datamodel.obj
        if not (self.add_label and self.may("add")) or not access.may_add_somewhere(
            access.current_person(), model
        ):
            return []
        return [{"label": self.add_label, "url": url_for(f"{self.endpoint}.add"), "primary": True}]

    def _order(self) -> tuple[str, str]:
        column, _sep, way = request.args.get("sort", "").partition(".")
        return (column, way) if column in self.order_columns and way in ("asc", "desc") else self.base_order

    def _column(self, name: str, order: tuple[str, str], here: dict[str, Any]) -> dict[str, Any]:
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
        words: dict[str, Any] = {"q": typed} if typed else {}
        address = functools.partial(url_for, f"{self.endpoint}.list", **words)
        return [
            {
                "label": chip.label,
                "count": chip.count,
                "current": chip.key == chosen,
                "url": address(filter=chip.key or None),
            }
            for chip in chips(access.current_person())
        ]

    def _chip_where(self, chosen: str) -> Sequence[Any]:
        narrow = getattr(self.datamodel.service, "narrow", None)
        return narrow(chosen, access.current_person()) if narrow else []
