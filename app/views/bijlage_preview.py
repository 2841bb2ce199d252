"""A document within the portal: its pages as pictures, by their own addresses, and its thumbnail."""

from typing import Any

from flask import Response, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import access
from app.models import Bijlage
from app.services import listing, preview, wording
from app.terms import Noun
from app.views.base import Page, granted
from app.views.bijlage import path

Context = dict[str, Any]
CLOSED = "sandbox; default-src 'none'; frame-ancestors 'none'"
_AT_ONCE = 2  # pages that don't wait until somebody scrolls to them


class BijlagePreviewView(BaseView):
    """What one sees of a document without downloading it. No browser opens the file itself."""

    route_base = ""
    default_view = "look"
    class_permission_name = Noun.BIJLAGE.value

    @expose("/bijlagen/<bijlage_id>/bekijken")
    @granted("download")
    def look(self, bijlage_id: str) -> Page:
        """Show the pages of a document, with the way to the others of its dossier."""
        row = listing.one(Bijlage, bijlage_id, ("hulpvraag", "organisation"))
        look = preview.look(row, access.reader())
        return self.render_template("bijlage_bekijken.html", **_page(row, look))

    @expose("/bijlagen/<bijlage_id>/blad/<nummer>.webp")
    @granted("download")
    def sheet(self, bijlage_id: str, nummer: str) -> Response:
        """Give one page as a picture."""
        return _picture(preview.sheet(listing.one(Bijlage, bijlage_id), nummer, access.reader()))

    @expose("/bijlagen/<bijlage_id>/miniatuur")
    @granted("download")
    def thumbnail(self, bijlage_id: str) -> Response:
        """Give the small picture of the first page."""
        return _picture(preview.thumbnail(listing.one(Bijlage, bijlage_id), access.reader()))


def _picture(content: bytes) -> Response:
    answer = Response(content, mimetype="image/webp")
    answer.headers["Content-Security-Policy"] = CLOSED
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _page(row: Bijlage, look: preview.Look) -> Context:
    here = url_for("BijlageView.show", pk=row.id)
    found = preview.neighbours(row)
    facts = (row.soort.label, wording.size(row.grootte), row.organisation, wording.moment(row.toegevoegd_op))
    buttons: list[Context] = [
        {"label": _("Download document"), "url": url_for("BijlageFilesView.file", bijlage_id=row.id)},
    ]
    if found and found.next:
        buttons.append({"label": _("Next document"), "url": _address(found.next), "primary": True})
    return {
        "title": row.titel,
        "sub": " · ".join(str(fact) for fact in facts),
        "crumbs": [*path(row), (row.titel, here), (_("Look at the document"), None)],
        "said": _said(row, look),
        "sheets": _sheets(row, look),
        "text": look.text,
        "buttons": buttons,
        "place": found
        and {
            "said": _("Document %(number)s of %(total)s", number=found.number, total=found.total),
            "previous": found.previous and {"label": found.previous.titel, "url": _address(found.previous)},
            "next": found.next and {"label": found.next.titel, "url": _address(found.next)},
        },
    }


def _address(row: Bijlage) -> str:
    return url_for("BijlagePreviewView.look", bijlage_id=row.id)


def _sheets(row: Bijlage, look: preview.Look) -> list[Context]:
    if look.sheets is None:
        return []
    total = look.sheets.total
    return [
        {
            "url": url_for("BijlagePreviewView.sheet", bijlage_id=row.id, nummer=sheet.number),
            "width": sheet.width,
            "height": sheet.height,
            "label": _("Page %(number)s of %(total)s", number=sheet.number, total=total),
            "text": sheet.text,
            "as_text": _("Read page %(number)s as text", number=sheet.number),
            "lazy": sheet.number > _AT_ONCE,
        }
        for sheet in look.sheets.shown
    ]


def _said(row: Bijlage, look: preview.Look) -> str | None:
    """Say what is not shown and why."""
    if look.failed:
        return _("This document cannot be shown here. You can download it and open it on your computer.")
    if not preview.can_show(row):
        return _("An Office document is not shown here. You can download it and open it on your computer.")
    if look.sheets is not None and len(look.sheets.shown) < look.sheets.total:
        return _(
            "You see the first %(shown)s of %(total)s pages. Download the document for the others.",
            shown=len(look.sheets.shown),
            total=look.sheets.total,
        )
    return _("You see the beginning. Download the document for the rest.") if look.cut else None
