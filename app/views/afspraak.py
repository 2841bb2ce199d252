"""The screens of Afspraak: made in the tab of their dossier, ticked off by who is named."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from app import access
from app.models import Afspraak, Hulpvraag
from app.services import afspraken, listing, log
from app.services.wording import day, exact, local_day
from app.terms import Noun, Verb, Zichtbaarheid
from app.views.base import Page, PortalInterface, PortalView, granted
from app.views.fields import PartyField


def whose(row: Afspraak) -> str:
    """Name who does it, as far as the reader may know."""
    return str(row.voor_organisation or row.voor_gebruiker or _("Somebody who was invited"))


def done(row: Afspraak) -> str:
    """Say when it was done and by whom, or that it is late."""
    if row.gedaan_op is None:
        return _("Too late") if afspraken.is_late(row) else _("Not yet")
    when = exact(row.gedaan_op)
    return _("%(when)s, by %(who)s", when=when, who=row.gedaan_door.naam) if row.gedaan_door else when


def held(row: Afspraak) -> str:
    """Say in which round it was made."""
    return day(local_day(row.overlegronde.begint_op)) if row.overlegronde else "–"


def tab(hulpvraag_id: Any) -> str:
    """Give the address of the dossier's agreements."""
    return url_for("HulpvraagView.dossier_tab", pk=hulpvraag_id, tab="afspraken")


def path(dossier: Hulpvraag) -> list[tuple[str, str]]:
    """Give the steps from the list of dossiers to the agreements of this one."""
    return [(_("Hulpvragen"), url_for("HulpvraagView.list")), (dossier.nummer, tab(dossier.id))]


class AfspraakView(PortalView):
    """Agreements: what, who, by when, and whether it was done."""

    route_base, base_order, order_columns = "/afspraken", ("uiterlijk", "asc"), ["uiterlijk"]
    noun, plural, singular = Noun.AFSPRAAK, _l("Agreements"), _l("Agreement")
    add_label, edit_label = _l("Make an agreement"), _l("Edit agreement")
    empty = _l("You see no agreements here. They are made in a dossier: choose a hulpvraag first.")
    datamodel = PortalInterface(Afspraak, afspraken)
    search_label, search_in = _l("Search in what was agreed"), ["wat"]
    load = ("hulpvraag", "voor_organisation", "voor_gebruiker", "gedaan_door", "overlegronde")
    list_load = ("voor_organisation", "voor_gebruiker", "gedaan_door")
    formatters_columns = {"voor": whose, "gedaan_op": done, "overlegronde": held}
    list_columns = ["wat", "voor", "uiterlijk", "hulpvraag", "gedaan_op"]
    show_columns = [*list_columns, "zichtbaarheid", "overlegronde"]
    edit_columns = ["wat", "voor", "uiterlijk", "zichtbaarheid"]
    add_columns = [*edit_columns, "hulpvraag", "overlegronde"]
    hints = {"zichtbaarheid": _l("Who is named reads it too, as soon as the dossier is open for them.")}
    own_fields = {"voor": PartyField, "hulpvraag": HiddenField, "overlegronde": HiddenField}

    def list_buttons(self) -> Sequence[dict[str, Any]]:
        """Offer none: an agreement is made in its dossier."""
        return []

    def shape(self, form: FlaskForm, row: Afspraak | None) -> None:
        """Take the dossier, and the round, that the button came from; offer the dossier's parties."""
        if row is not None:
            form["voor"].offer(row.hulpvraag, (row.voor, whose(row)))
            return
        for name in ("hulpvraag", "overlegronde"):
            form[name].data = request.values.get(name)
        if request.method == "GET" and "zichtbaarheid" in form:
            form["zichtbaarheid"].data = Zichtbaarheid.GEDEELD
        dossier = listing.one(Hulpvraag, form["hulpvraag"].data)
        new = Afspraak(swv_id=dossier.swv_id, hulpvraag_id=dossier.id)
        access.require(access.current_person(), Verb.ADD, new)
        if request.method == "GET":  # it names the child and the parties
            log.reading(dossier)
        form["voor"].offer(dossier)

    def form_extra(self, row: Afspraak | None) -> dict[str, Any]:
        """Lead back to the dossier."""
        key = row.hulpvraag_id if row else request.values.get("hulpvraag")
        dossier = listing.one(Hulpvraag, key, ("kind",))
        title = self.edit_label if row else self.add_label
        back = url_for(f"{self.endpoint}.show", pk=row.id) if row else tab(dossier.id)
        return {
            "sub": f"{dossier.kind.naam} · {dossier.nummer}",
            "cancel_url": back,
            "crumbs": [*path(dossier), (title, None)],
        }

    def after_saving(self, row: Afspraak) -> Any:
        """Go to the dossier's agreements."""
        return redirect(tab(row.hulpvraag_id))

    def saved(self, row: Afspraak, *, new: bool) -> str:
        """Say what was saved, and that who is named is reminded."""
        return _("Saved. Who is named gets a reminder the day before.")

    def show_context(self, row: Afspraak) -> dict[str, Any]:
        """Lead back to the dossier."""
        return super().show_context(row) | {
            "title": _("Agreement"),
            "crumbs": [*path(row.hulpvraag), (_("Agreement"), None)],
        }

    def show_buttons(self, row: Afspraak) -> Sequence[dict[str, Any]]:
        """Offer to tick it off, or to take that back, before editing."""
        person, made = access.current_person(), list(super().show_buttons(row))
        if afspraken.tickable([row], person):  # type: ignore[arg-type]  # somebody is signed in here
            made.insert(0, {"label": _("Done"), "url": url_for("AfspraakView.tick", pk=row.id), "post": True})
        elif made and row.gedaan_op:
            address = url_for("AfspraakView.reopen", pk=row.id)
            made.insert(0, {"label": _("Not done after all"), "url": address, "post": True})
        return made

    @expose("/<pk>/gedaan", methods=["POST"])
    @granted("tick")
    def tick(self, pk: str) -> Page:
        """Note that it was done."""
        row = afspraken.tick(self.find(pk), by=access.current_person())  # type: ignore[arg-type]  # signed in
        flash(_("Saved. This agreement is done."), "success")
        return redirect(tab(row.hulpvraag_id))

    @expose("/<pk>/niet-gedaan", methods=["POST"])
    @granted("edit")
    def reopen(self, pk: str) -> Page:
        """Take the tick back."""
        row = afspraken.reopen(self.find(pk), by=access.current_person())  # type: ignore[arg-type]  # signed in
        flash(_("Saved. This agreement is still to be done."), "success")
        return redirect(tab(row.hulpvraag_id))
