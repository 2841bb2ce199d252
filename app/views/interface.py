"""FAB's seam to the data: a window on a model without FAB's commits, and the question for a permission."""

import functools
from collections.abc import Callable
from typing import Any

from flask_appbuilder.models.sqla.filters import SQLAFilterConverter
from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.errors import NotFound


def granted(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Ask FAB's security manager for `permission` on this view; without it the page does not exist."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def ask(self: Any, *args: Any, **kw: Any) -> Any:
            if not self.appbuilder.sm.has_access(f"can_{permission}", self.class_permission_name):
                raise NotFound
            return method(self, *args, **kw)

        # FAB collects a view's permissions by this name.
        ask._permission_name = permission  # type: ignore[attr-defined]  # noqa: SLF001
        return ask

    return decorate


class NoFilters(SQLAFilterConverter):
    """Keep FAB from making a filter of every column: a list is searched by its service."""

    def convert(self, col_name: str) -> list[Any]:
        """Give none."""
        return []


class PortalInterface(SQLAInterface):
    """FAB's window on a model, and the service whose verbs change it. FAB's own commits are closed."""

    filter_converter_class = NoFilters

    def __init__(self, model: Any, service: Any = None) -> None:
        """Show `model`; add and edit through the functions of `service`."""
        self.service = service
        super().__init__(model)

    def add(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's signature
        """Refuse: only services write."""
        raise NotImplementedError("services write, not FAB")

    edit = delete = delete_all = add

    def get_order_columns_list(self, list_columns: list[str] | None = None) -> list[str]:
        """Give the columns of a list that the database can order by: a row's own words are none of them."""
        kept = self.obj.__mapper__.column_attrs
        return [name for name in super().get_order_columns_list(list_columns) if name in kept]

    def related(self, column: str) -> tuple["PortalInterface", str]:
        """Resolve `kind.voornaam` to the interface and the column that it names."""
        relation, _dot, leaf = column.rpartition(".")
        return (PortalInterface(self.get_related_model(relation)), leaf) if relation else (self, column)
