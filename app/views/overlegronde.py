"""The screens of Overlegronde: planned in the tab of its dossier, its page, closing and opening again."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.models import Deelname, Overlegronde
from app.models.base import parse_id
from app.services import agenda, deelnames, listing, log, overlegrondes
from app.services.wording import day, exact, words
from app.terms import Noun, Opening, Verb
from app.views.base import Page, PortalInterface, PortalView, granted
from app.views.tabs.overlegrondes import state

Context = dict[str, Any]


class OverlegrondeView(PortalView):
    """Consultations; each belongs to a dossier and is planned there."""

    route_base = "/overlegrondes"
    noun, plural, singular = Noun.OVERLEGRONDE, _l("Overlegrondes"), _l("Overlegronde")
    edit_label, add_label = _l("Edit the consultation"), _l("Plan a consultation")
    empty = _l("You see no consultations here. They are planned in a dossier: choose a hulpvraag first.")
    datamodel = PortalInterface(Overlegronde, overlegrondes)
    base_order, order_columns, load = ("begint_op", "desc"), ["begint_op"], ("hulpvraag",)
    formatters_columns = {"begint_op": lambda row: exact(row.begint_op)}
    hints = {"plaats": _l("Fill in a place, a link, or both."), "agenda": _l("Everybody invited reads this.")}
    list_columns, show_columns = ["begint_op", "plaats", "hulpvraag"], ["begint_op", "duur", "plaats"]
    add_columns, edit_columns = ["hulpvraag", *overlegrondes.FIELDS], list(overlegrondes.FIELDS)
    show_template = "overlegronde.html"

    def show_context(self, row: Overlegronde) -> Context:
        """Gather the page: the facts for everybody, the participants for JK staff, one's own answer."""
        person = access.reader()
        mine = deelnames.own(row, person)
        changes = access.may(person, Verb.EDIT, row)
        return {
            "title": title(row),
            "sub": overlegrondes.number(row),
            "crumbs": [*crumbs(row), (title(row), None)],
            "facts": _facts(row),
            "agenda": row.agenda,
            "agreed": [(wat, _("by %(day)s", day=day(until))) for wat, until in overlegrondes.agreed(row)],
            "answer": _answer(mine) if mine else None,
            "people": people(row, changes=changes) if person.is_jk_staff else None,
            "note": _("This consultation has been closed.") if row.gesloten_op else None,
            "buttons": _buttons(row, changes=changes, takes_part=mine is not None),
            "danger": {"label": _("Close the consultation"), "url": url_for("RoundView.close", pk=row.id)}
            if changes and not row.gesloten_op
            else None,
        }

    def form_extra(self, row: Overlegronde | None) -> Context:
        """Say who hears of it, and lead back to the dossier."""
        if row is None:
            of = parse_id(request.values.get("hulpvraag"))
            tab = of and url_for("HulpvraagView.dossier_tab", pk=of, tab="overlegrondes")
            return {"submit_label": _("Plan the consultation")} | ({"cancel_url": tab} if tab else {})
        path = [
            *crumbs(row),
            (title(row), url_for("OverlegrondeView.show", pk=row.id)),
            (self.edit_label, None),
        ]
        return {
            "intro": _("The participants get a mail. At another moment each of them is asked again."),
            "crumbs": path,
        }

    def saved(self, row: Overlegronde, *, new: bool) -> str:
        """Say what comes next."""
        if new:
            return _("Planned. Now invite the people who take part.")
        return _("Saved. The participants get a mail.")


class RoundView(BaseView):
    """What one does with a consultation besides editing it."""

    route_base = "/overlegrondes"
    default_view = "close"
    class_permission_name = Noun.OVERLEGRONDE.value

    @expose("/<pk>/sluiten", methods=["GET", "POST"])
    @granted("edit")
    def close(self, pk: str) -> Page:
        """Close a consultation, after a question."""
        row, by = _changed(pk)
        if request.method == "POST":
            overlegrondes.close(row, by)
            flash(_("The consultation has been closed. What was opened for it is closed again."), "success")
            return redirect(url_for("OverlegrondeView.show", pk=pk))
        reads = [str(d.gebruiker) for d in deelnames.of_round(row) if d.opening is not Opening.NIET]
        return self._asks(
            row,
            title=_("Close the consultation"),
            sentence=_("Do you want to close this consultation now?"),
            consequences=[
                *([_("The dossier closes at once for: %(names)s.", names=", ".join(reads))] if reads else []),
                _("Is it still to come? Then the participants get a mail that it is off."),
                _("You can open it again later."),
            ],
            submit_label=_("Close the consultation"),
            danger=True,
        )

    @expose("/<pk>/heropenen", methods=["GET", "POST"])
    @granted("edit")
    def reopen(self, pk: str) -> Page:
        """Open a closed consultation again, naming who gets access with it."""
        row, by = _changed(pk)
        if request.method == "POST":
            overlegrondes.reopen(row, by)
            flash(_("The consultation is open again."), "success")
            return redirect(url_for("OverlegrondeView.show", pk=pk))
        return self._asks(
            row,
            title=_("Open the consultation again"),
            sentence=_("Do you want to open this consultation again?"),
            consequences=[_regains(d) for d in deelnames.of_round(row)],
            submit_label=_("Open the consultation again"),
        )

    @expose("/<pk>/agenda.ics")
    @granted("show")
    def calendar(self, pk: str) -> Response:
        """Give the consultation for somebody's own calendar."""
        row = listing.one(Overlegronde, pk)
        answer = Response(agenda.calendar(row), mimetype="text/calendar")
        answer.headers["Content-Disposition"] = 'attachment; filename="agenda.ics"'
        return answer

    def _asks(self, row: Overlegronde, **context: Any) -> Page:
        log.reading(row)
        here = url_for("OverlegrondeView.show", pk=row.id)
        path = [*crumbs(row), (title(row), here), (context["title"], None)]
        sub = f"{title(row)} · {overlegrondes.number(row)}"
        return self.render_template("confirm.html", sub=sub, cancel_url=here, crumbs=path, **context)


def title(row: Overlegronde) -> str:
    """Name a consultation by its moment; never by a child."""
    return _("Consultation %(when)s", when=exact(row.begint_op))


def crumbs(row: Overlegronde) -> list[tuple[Any, str]]:
    """Give the steps to the consultation: through its dossier for who may open that."""
    if not row.hulpvraag:  # nothing of it is open to who was only invited
        return [(_("Overlegrondes"), url_for("OverlegrondeView.list"))]
    tab = url_for("HulpvraagView.dossier_tab", pk=row.hulpvraag_id, tab="overlegrondes")
    return [(_("Hulpvragen"), url_for("HulpvraagView.list")), (row.hulpvraag.nummer, tab)]


def people(row: Overlegronde, *, changes: bool) -> Context:
    """Gather the table of participants, with what JK staff can do for each."""
    heads = (_("Name"), _("Answer"), _("Dossier"))
    return {
        "columns": [{"label": label, "key": label} for label in heads],
        "rows": [_person(d, changes=changes and not row.gesloten_op) for d in deelnames.of_round(row)],
        "empty": _("Nobody has been invited yet."),
    }


def as_what(d: Deelname) -> str:
    """Say as what somebody takes part."""
    if d.gezagsdrager_id is not None:
        return _("Parent")
    return d.namens.naam if d.namens else _("Participant")


def opens(d: Deelname) -> str:
    """Say when the dossier is open for a participant."""
    if d.namens_id == d.swv_id:
        return _("Sees everything as JK staff")
    if d.opening is Opening.NIET:
        return _("Not opened")
    if d.opening is Opening.NU or d.open_vanaf is None:
        return _("Open now")
    return _("Open from %(when)s", when=exact(d.open_vanaf))


def _changed(pk: str) -> tuple[Overlegronde, Person]:
    row, by = listing.one(Overlegronde, pk, ("hulpvraag",)), access.reader()
    access.require(by, Verb.EDIT, row)
    return row, by


def _regains(d: Deelname) -> str:
    if d.namens_id == d.swv_id or d.opening is Opening.NIET:
        return _("%(name)s is invited again.", name=str(d.gebruiker))
    return _(
        "%(name)s is invited again. Access to the dossier: %(when)s.", name=str(d.gebruiker), when=opens(d)
    )


def _facts(row: Overlegronde) -> list[tuple[str, Any]]:
    text, tag = state(row)
    link = [(_("Link"), {"text": row.link, "url": row.link})] if row.link else []
    return [
        (_("When"), exact(row.begint_op)),
        (_("How long"), _("%(number)s minutes", number=row.duur)),
        *([(_("Place"), row.plaats)] if row.plaats else []),
        *link,
        (_("State"), {"text": text, "tag": tag}),
    ]


def _answer(d: Deelname) -> str:
    if d.antwoord is None:
        return _("You have not answered yet.")
    return f"{words(d.antwoord)}: {d.voorstel}" if d.voorstel else words(d.antwoord)


def _person(d: Deelname, *, changes: bool) -> Context:
    open_it = {"label": _("Give access to the dossier"), "url": url_for("DeelnameView.change", pk=d.id)}
    again = {"label": _("Invite again"), "url": url_for("DeelnameView.invite_again", pk=d.id)}
    lost = {"label": _("Lost the phone"), "url": url_for("DeelnameView.reset", pk=d.id)}
    actions = [
        *([open_it] if d.namens_id != d.swv_id else []),
        *([again] if d.antwoord is None else []),
        *([lost] if d.namens_id is None else []),
        {"label": _("Take off"), "url": url_for("DeelnameView.remove", pk=d.id)},
    ]
    return {
        "cells": [
            {"value": str(d.gebruiker), "sub": as_what(d)},
            {"value": words(d.antwoord) if d.antwoord else _("No answer yet"), "sub": d.voorstel},
            {"value": opens(d)},
        ],
        "actions": actions if changes else [],
    }


def _buttons(row: Overlegronde, *, changes: bool, takes_part: bool) -> Sequence[Context]:
    def to(label: str, endpoint: str, *, primary: bool = False, **values: Any) -> Context:
        return {"label": label, "url": url_for(endpoint, pk=row.id, **values), "primary": primary}

    if row.gesloten_op:
        return [to(_("Open the consultation again"), "RoundView.reopen")] if changes else []
    made = [to(_("Put in my calendar"), "RoundView.calendar")]
    if takes_part:
        made.append(to(_("Let us know whether you come"), "DeelnameView.edit", primary=not changes))
    if not changes:
        return made
    by = access.reader()
    if by.permits(Noun.AFSPRAAK, Verb.ADD):
        address = url_for("AfspraakView.add", hulpvraag=row.hulpvraag_id, overlegronde=row.id)
        made.append({"label": _("Make an agreement"), "url": address})
    made.append(to(_("Edit the consultation"), "OverlegrondeView.edit"))
    if by.permits(Noun.DEELNAME, Verb.ADD):
        made.append(to(_("Invite somebody"), "DeelnameView.add", wie="medewerker", primary=True))
    return made
