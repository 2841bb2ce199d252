"""The page that changes who a hulpvraag is with: preschool, contact person, specialist, stand-in."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from app import access
from app.models import Hulpvraag
from app.services import betrokkenen, listing, log, told
from app.terms import Noun
from app.views.attempt import attempt
from app.views.base import Page, granted
from app.views.fields import PickField, stripped


class BetrokkenenForm(FlaskForm):
    """Who the hulpvraag is with."""

    voorschool = PickField(
        _l("Preschool"), [DataRequired(_l("Please choose one from the list."))], pick="voorschool"
    )
    contactpersoon = PickField(
        _l("Contact person of the preschool"),
        [Optional()],
        pick="contactpersoon",
        description=_l(
            "Somebody of the preschool above. When it is another one, choose anew or leave this empty."
        ),
    )
    specialist = PickField(_l("JK specialist"), [Optional()], pick="specialist")
    waarnemer = PickField(_l("Stand-in"), [Optional()], pick="waarnemer")
    reden = TextAreaField(
        _l("Reason"),
        [Length(max=5000)],
        description=_l("This becomes an internal note: JK staff only. It is needed for another preschool."),
        filters=[stripped],
        render_kw={"rows": 3},
    )
    versie = HiddenField()


class BetrokkenenView(BaseView):
    """Another preschool, contact person, specialist or stand-in, in one act."""

    route_base = "/hulpvragen"
    default_view = "change"
    noun = Noun.HULPVRAAG
    class_permission_name = Noun.HULPVRAAG.value

    @expose("/<pk>/betrokkenen", methods=["GET", "POST"])
    @granted("edit")
    def change(self, pk: str) -> Page:
        """Ask who the hulpvraag is with from now on, and change it."""
        row = listing.one(Hulpvraag, pk, ("kind", "voorschool", "contactpersoon", "specialist", "waarnemer"))
        betrokkenen.require_change(row, access.reader())
        form = BetrokkenenForm(obj=row)
        if request.method == "GET":
            log.reading(row)
        out = attempt(form, lambda: (betrokkenen.change(row, form.data, by=access.reader()),))
        if out.done:
            done, (names,) = _("Saved. You read here who is involved now."), out.done
            flash(f"{done} {told.told_sentence(names)}".rstrip(), "success")
            return redirect(url_for("HulpvraagView.dossier_tab", pk=row.id, tab="toegang"))
        if out.conflict:
            row = listing.one(Hulpvraag, pk, ("kind", "voorschool"))
            form.versie.data = row.versie
        return self.render_template("form.html", form=form, **out.context, **_context(row)), out.status


def _context(row: Hulpvraag) -> dict[str, Any]:
    here = url_for("HulpvraagView.dossier_tab", pk=row.id, tab="toegang")
    return {
        "title": _("Change who is involved"),
        "sub": f"{row.kind.naam} · {row.nummer}",
        "intro": _(
            "Another preschool has the dossier from now on, and the one before loses it at once. "
            "Both get a mail."
        ),
        "cancel_url": here,
        "crumbs": [
            (_("Hulpvragen"), url_for("HulpvraagView.list")),
            (row.kind.naam, here),
            (_("Change who is involved"), None),
        ],
    }
