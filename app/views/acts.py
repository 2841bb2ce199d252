"""What one does with a row besides changing its fields: a table of acts, with one page for all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NeedsConfirmation, NotFound
from app.services import log
from app.services.told import told_sentence
from app.terms import Verb
from app.views.base import Page, PortalView, explain, granted, marks

Data = Mapping[str, Any]
_SAVED = _l("Saved.")


@dataclass(frozen=True)
class Act:
    """One act: who may (`verb`), when it is offered (`open`), what it asks, does and says.

    `at_once` needs no page of its own: the button does it. `tab` is where one goes on in the dossier; without
    it, to the row's page. `do` gives whom it told, when it tells somebody.
    """

    label: Any
    verb: Verb
    do: Callable[[Any, Data, Person], Any]
    open: Callable[[Any, Person], bool] = lambda _row, _by: True
    form: Callable[[Any, Person], FlaskForm] = lambda _row, _by: FlaskForm()
    sentence: Any = ""
    consequences: Sequence[Any] = ()
    letter: Callable[[Any], str] | None = None
    said: Any = _SAVED
    tab: str | None = None
    primary: bool = False
    danger: bool = False
    at_once: Callable[[Person], bool] = lambda _by: False


class ActsView(PortalView):
    """A noun with acts; its rows belong to a dossier."""

    acts: Mapping[str, Act] = {}
    dossier_tab = ""

    @expose("/<pk>/<act>", methods=["GET", "POST"])
    @granted("show")
    def change(self, pk: str, act: str) -> Page:
        """Ask what one act needs to know, and do it."""
        row, person = self.find(pk), access.reader()
        chosen = self.acts.get(act)
        if chosen is None or not access.may(person, chosen.verb, row):
            raise NotFound
        form = chosen.form(row, person)
        if request.method == "GET":
            log.reading(row)
            return self._act_page(row, chosen, form)
        return self._acted(row, chosen, form, person)

    def offered(self, row: Any, person: Person) -> list[dict[str, Any]]:
        """Give the buttons of the acts that this person can do now."""
        rights = {
            verb: access.fields(person, self.noun, row.hulpvraag, verb) != frozenset()
            for verb in {act.verb for act in self.acts.values()}
        }
        return [
            button(f"{self.endpoint}.change", row, key, act, person)
            for key, act in self.acts.items()
            if rights[act.verb] and act.open(row, person)
        ]

    def show_context(self, row: Any) -> dict[str, Any]:
        """Lead back to the dossier, and offer the acts; what destroys something stands apart."""
        buttons = self.offered(row, access.reader())
        danger = next((it for it in buttons if it["danger"]), None)
        context = super().show_context(row) | {"crumbs": [*self.path(row), (str(row), None)]}
        return context | {"buttons": [it for it in buttons if not it["danger"]], "danger": danger}

    def facts(self, row: Any, columns: Sequence[str]) -> Sequence[tuple[Any, str]]:
        """Leave out what is not there yet."""
        return [fact for fact in super().facts(row, columns) if fact[1] != "–"]

    def path(self, row: Any) -> list[tuple[Any, str | None]]:
        """Give the steps from the list of dossiers to this noun's tab of this one."""
        return [
            (_("Hulpvragen"), url_for("HulpvraagView.list")),
            (row.hulpvraag.nummer, self.back(row, self.dossier_tab)),
        ]

    def back(self, row: Any, tab: str | None) -> str:
        """Give where one goes on: a tab of the dossier, or the row's page."""
        if tab:
            return url_for("HulpvraagView.dossier_tab", pk=row.hulpvraag_id, tab=tab)
        return url_for(f"{self.endpoint}.show", pk=row.id)

    def _acted(self, row: Any, act: Act, form: FlaskForm, person: Person) -> Page:
        shown: dict[str, Any] = {}
        if form.validate():
            try:
                return self._done(row, act, self._act(lambda typed: act.do(row, typed, person), form))
            except NeedsConfirmation as asked:
                shown = {"warnings": asked.warnings, "anyway": marks(asked.warnings)}
            except BadInput as wrong:
                explain(form, wrong)
            except Conflict as lost:
                log.undo()
                row, shown = self.find(str(row.id)), {"conflict": str(lost.sentence)}
        return self._act_page(row, act, form, **shown), 409 if "conflict" in shown else 422

    def _done(self, row: Any, act: Act, done: Any) -> Response:
        told = told_sentence(done) if isinstance(done, list) else ""
        flash(f"{act.said} {told}".rstrip(), "success")
        return redirect(self.back(row, act.tab))

    def _act_page(self, row: Any, act: Act, form: FlaskForm, **shown: Any) -> str:
        crumbs = [*self.path(row), (str(row), self.back(row, None)), (act.label, None)]
        made: str = self.render_template(
            "form.html",
            title=act.label,
            sub=f"{row} · {row.hulpvraag.nummer}",
            intro=act.sentence,
            consequences=act.consequences,
            letter=act.letter(row).split("\n\n") if act.letter else None,
            form=form,
            submit_label=act.label,
            destroys=act.danger,
            cancel_url=self.back(row, act.tab),
            crumbs=crumbs,
            **shown,
        )
        return made


def button(endpoint: str, row: Any, key: str, act: Act, by: Person) -> dict[str, Any]:
    """Give the button of one act on `row`."""
    return {
        "label": act.label,
        "url": url_for(endpoint, pk=row.id, act=key),
        "post": act.at_once(by),
        "primary": act.primary,
        "danger": act.danger,
    }
