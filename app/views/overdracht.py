"""The page that hands a dossier over to the school where the child goes, and the zip itself."""

from flask import Response, stream_with_context, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext

from app import access
from app.models import Hulpvraag
from app.services import listing, log, overdracht, wording
from app.terms import Noun
from app.views.base import Page, granted


class OverdrachtView(BaseView):
    """One bundle of all that is shared, for the placing school and for JK staff on their behalf."""

    route_base = "/hulpvragen"
    default_view = "page"
    class_permission_name = Noun.HULPVRAAG.value

    @expose("/<pk>/overdracht")
    @granted("hand_over")
    def page(self, pk: str) -> Page:
        """Say what is in the bundle."""
        row = listing.one(Hulpvraag, pk, ("kind",))
        made = overdracht.bundle(row, by=access.reader())
        log.reading(row)
        to = (
            _("This bundle is for school %(school)s, from %(day)s.", school=made.school, day=made.vanaf)
            if made.vanaf
            else _("This bundle is for school %(school)s.", school=made.school)
        )
        return self.render_template(
            "overdracht.html",
            title=_("Hand the dossier over"),
            sub=f"{row.kind.naam} · {row.nummer}",
            crumbs=[
                (_("Hulpvragen"), url_for("HulpvraagView.list")),
                (row.kind.naam, url_for("HulpvraagView.show", pk=row.id)),
                (_("Hand the dossier over"), None),
            ],
            sentence=to,
            inside=[
                _("A cover with who the child is, the course of the hulpvraag and a list of the documents."),
                ngettext("%(num)s document that is final and shared.",
                         "%(num)s documents that are final and shared.", len(made.papers)),
                ngettext("%(num)s shared note.", "%(num)s shared notes.", made.notes),
                ngettext("%(num)s shared agreement.", "%(num)s shared agreements.", made.agreements),
                _("Nothing internal, no drafts, and no reasons of other schools."),
            ],
            papers=[{"titel": p.titel, "meta": f"{p.soort} · {p.van} · {wording.size(p.stored.size)}"}
                    for p in made.papers],
            cancel_url=url_for("HulpvraagView.show", pk=row.id),
            action_url=url_for("OverdrachtView.send", pk=row.id),
        )  # fmt: skip

    @expose("/<pk>/overdracht", methods=["POST"])
    @granted("hand_over")
    def send(self, pk: str) -> Response:
        """Send the zip while it is made; nothing of it is kept here."""
        row = listing.one(Hulpvraag, pk)
        answer = Response(
            stream_with_context(overdracht.download(row, by=access.reader())), mimetype="application/zip"
        )
        answer.headers.set("Content-Disposition", "attachment", filename=overdracht.name(row))
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        answer.headers["Cache-Control"] = "no-store"
        return answer
