"""A form with a page of its own: what was typed is tried, and what came of it shows on that page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_wtf import FlaskForm

from app.errors import BadInput, Conflict
from app.services import writing
from app.views.base import explain, marks
from app.views.fields import typed_in


@dataclass(frozen=True)
class Outcome:
    """What came of a form: what was done, or why it wasn't, for its page."""

    done: Any = None
    conflict: str = ""
    warnings: Sequence[str] = ()

    @property
    def context(self) -> dict[str, Any]:
        """Give what the form's page shows of it."""
        return {"conflict": self.conflict, "warnings": self.warnings, "anyway": marks(self.warnings)}

    @property
    def status(self) -> int:
        """Give the status of the form's page: somebody was first, something is wrong, or it was opened."""
        if request.method != "POST" or "_search" in request.form:
            return 200
        return 409 if self.conflict else 422


def attempt(form: FlaskForm, act: Callable[[], Any]) -> Outcome:
    """Do what was asked when the form is right, and every warning about what was typed was read."""
    if request.method != "POST" or "_search" in request.form or not form.validate():
        return Outcome()
    warned = writing.warnings(typed_in(form))
    if not set(marks(warned).split()) <= set(request.form.get("_anyway", "").split()):
        return Outcome(warnings=warned)
    try:
        return Outcome(act())
    except BadInput as wrong:
        explain(form, wrong)
    except Conflict as lost:
        return Outcome(conflict=str(lost.sentence))
    return Outcome()
