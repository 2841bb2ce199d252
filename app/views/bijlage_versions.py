"""A new version of a document, and who sees a document: each a page of its own."""

from typing import Any

from flask import Response, current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.errors import BadInput, NotFound, Overtaken, PortalError
from app.models import Bijlage
from app.services import bijlage_reeks, intake, listing, log, sharing, versions, wording
from app.terms import BijlageSoort, Noun, Zichtbaarheid
from app.views.base import Page, granted
from app.views.bijlage import path
from app.views.raw_body import RAW, body, named
from app.views.tabs.toegang import ROLES

Context = dict[str, Any]


class BijlageVersionsView(BaseView):
    """What becomes of a document after it was added."""

    route_base = ""
    default_view = "replace"
    class_permission_name = Noun.BIJLAGE.value

    @expose("/bijlagen/<bijlage_id>/vervangen", methods=["GET", "POST"])
    @granted("add")
    def replace(self, bijlage_id: str) -> Page:
        """Ask for the new version, or keep it: a raw body, or a form without JavaScript."""
        by = access.reader()
        row = versions.again(bijlage_id, by) if request.method == "POST" else None
        if row is None:
            row = bijlage_reeks.find(bijlage_id, by, ("hulpvraag",))
            versions.require_replace(row, by)
        if request.method == "GET":
            log.reading(row)
            return self.render_template("bijlage_vervangen.html", **_replacing(row))
        if request.mimetype == RAW:
            made = versions.replace(row, body(), naam=named(), announced=request.content_length, by=by)
            flash(_said(made), "success")
            return _there(made)
        sent = request.files.get("bestand")
        try:
            if sent is None or not sent.filename:
                raise BadInput(_l("First choose a file."))
            made = versions.replace(row, sent.stream, naam=sent.filename, by=by)
        except (NotFound, Overtaken):
            raise
        except PortalError as refused:
            status, sentence = refused.status, str(refused.sentence)
            log.refusal(type(refused).__name__)
            row = listing.one(Bijlage, bijlage_id, ("hulpvraag",))
            page = _replacing(row) | {"errors": [sentence]}
            return self.render_template("bijlage_vervangen.html", **page), status
        flash(_said(made), "success")
        return redirect(url_for("BijlageView.show", pk=made.id))

    @expose("/bijlagen/<bijlage_id>/delen", methods=["GET", "POST"])
    @granted("share")
    def share(self, bijlage_id: str) -> Page:
        """Show how everybody involved would see it, and change who sees the document."""
        row, by = listing.one(Bijlage, bijlage_id, ("hulpvraag",)), access.reader()
        if request.method == "POST":
            wanted = request.form.get("naar")
            to = next((one for one in Zichtbaarheid if one.value == wanted), None)
            sharing.share(row, to, by)
            flash(_shared(row.zichtbaarheid), "success")
            return redirect(url_for("BijlageView.show", pk=row.id))
        to = sharing.other(row)
        page = _sharing(row, to)  # before the look: that lets go of what was loaded
        parties = [_party(one) for one in sharing.look(row, to, by)]
        return self.render_template("bijlage_delen.html", **page, parties=parties)


def _there(made: Bijlage) -> Page:
    answer: Response = jsonify(id=str(made.id), url=url_for("BijlageView.show", pk=made.id))
    answer.status_code = 201
    return answer


def _said(made: Bijlage) -> str:
    if made.soort is BijlageSoort.ONDERWIJSADVIES:
        return _("Saved. The new version of the advice is a draft: make it final when it is ready.")
    return _("Saved. The new version has taken the place of the old one.")


def _replacing(row: Bijlage) -> Context:
    here = url_for("BijlageView.show", pk=row.id)
    longest = current_app.config["MAX_FILE_BYTES"]
    size = wording.size(longest)
    return {
        "title": _("Add a new version"),
        "sub": row.titel,
        "crumbs": [*path(row), (row.titel, here), (_("Add a new version"), None)],
        "consequences": [
            _(
                "The new version of the advice is a draft. "
                "Others see it when the JK specialist makes it final."
            )
            if row.soort is BijlageSoort.ONDERWIJSADVIES
            else _("The new version takes the place of the old one, and is seen by the same people."),
            _("Only JK staff can still read the old version."),
        ],
        "hint": _(
            "You can add %(kinds)s, up to %(size)s for each file.", kinds=intake.ACCEPT_TEXT, size=size
        ),
        "max_bytes": longest,
        "too_big": _("This file is larger than %(size)s.", size=size),
        "accept": intake.ACCEPT,
        "cancel_url": here,
    }


def _sharing(row: Bijlage, to: Zichtbaarheid) -> Context:
    here = url_for("BijlageView.show", pk=row.id)
    shares = to is Zichtbaarheid.GEDEELD
    title = _("Share with everybody in the dossier") if shares else _("Make internal")
    return {
        "title": title,
        "sub": row.titel,
        "crumbs": [*path(row), (row.titel, here), (title, None)],
        "sentence": _("Now only JK staff and who added it see this document.")
        if shares
        else _("Now everybody who can read the dossier sees this document."),
        "later": _("Whoever gets access to the dossier later sees this document as well.")
        if shares
        else _("Who downloaded it keeps what they have. The page of the document says who that is."),
        "to": to.value,
        "submit_label": title,
        "cancel_url": here,
    }


def _party(one: sharing.Party) -> Context:
    return {
        "naam": one.naam,
        "rol": str(ROLES[one.grond]),
        "it": one.it,
        "said": _("sees this document") if one.it else _("does not see this document"),
        "sees": one.sees,
    }


def _shared(now: Zichtbaarheid) -> str:
    if now is Zichtbaarheid.GEDEELD:
        return _("Saved. Everybody who can read the dossier can now see this document.")
    return _("Saved. Only JK staff and who added it can see this document now.")
