"""A document within the portal: its pages as pictures, by their own addresses, and its thumbnail."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import access
from app.models import Bijlage
from app.services import bijlage_reeks, listing, preview, wording
from app.terms import Noun
from app.views.base import Page, granted
from app.views.bijlage import path

Context = dict[str, Any]
CLOSED = "sandbox; default-src 'none'; frame-ancestors 'none'"
_AT_ONCE = 2  # pages that don't wait until somebody scrolls to them
_SIDE_BY_SIDE = 4  # documents


class BijlagePreviewView(BaseView):
    """What one sees of a document without downloading it. No browser opens the file itself."""

    route_base = ""
    default_view = "look"
    class_permission_name = Noun.BIJLAGE.value

    @expose("/bijlagen/<bijlage_id>/bekijken")
    @granted("download")
    def look(self, bijlage_id: str) -> Page:
        """Show the pages of a document, and beside it those of its dossier that were asked for (`naast`)."""
        row = bijlage_reeks.find(bijlage_id, access.reader(), ("hulpvraag", "organisation"))
        found = preview.neighbours(row)
        asked = set(request.args.getlist("naast")) - {str(row.id)}
        beside = [it for it in found.rows if str(it.id) in asked][: _SIDE_BY_SIDE - 1]
        looks = preview.look([row, *beside], access.reader())
        return self.render_template("bijlage_bekijken.html", **_page(row, beside, looks, found))

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


def _page(
    row: Bijlage, beside: Sequence[Bijlage], looks: Sequence[preview.Look], found: preview.Neighbours
) -> Context:
    here = url_for("BijlageView.show", pk=row.id)
    papers = [_paper(one, row, beside, look) for one, look in zip([row, *beside], looks, strict=True)]
    title = _("%(num)s documents side by side", num=len(papers)) if beside else row.titel
    return {
        "title": title,
        "sub": row.hulpvraag.nummer if beside else papers[0]["sub"],
        "crumbs": [*path(row), (row.titel, here), (_("Look at the document"), None)],
        "papers": papers,
        "buttons": _buttons(row, found, beside),
        "place": {
            "said": found.number
            and _("Document %(number)s of %(total)s", number=found.number, total=len(found.rows)),
            "previous": _step(found.previous),
            "next": _step(found.next),
        },
        "more": _more(row, beside, found),
    }


def _paper(one: Bijlage, row: Bijlage, beside: Sequence[Bijlage], look: preview.Look) -> Context:
    facts = (one.soort.label, wording.size(one.grootte), one.organisation, wording.moment(one.toegevoegd_op))
    rest = [it for it in (row, *beside) if it is not one]
    return {
        "title": one.titel,
        "sub": " · ".join(str(fact) for fact in facts),
        "said": _said(one, look),
        "sheets": _sheets(one, look, at_once=_AT_ONCE if not beside else 1),
        "text": look.text,
        "links": [
            {"label": _("Download document"), "url": url_for("BijlageFilesView.file", bijlage_id=one.id)},
            {"label": _("Show this one no longer"), "url": _address(rest[0], rest[1:])},
        ]
        if beside
        else [],
    }


def _buttons(row: Bijlage, found: preview.Neighbours, beside: Sequence[Bijlage]) -> list[Context]:
    """Offer the bytes and the next document; of several each has its own links."""
    if beside:
        return []
    save = {"label": _("Download document"), "url": url_for("BijlageFilesView.file", bijlage_id=row.id)}
    then = [{"label": _("Next document"), "url": _address(found.next), "primary": True}] if found.next else []
    return [save, *then]


def _more(row: Bijlage, beside: Sequence[Bijlage], found: preview.Neighbours) -> Context | None:
    """Offer the other documents of the dossier, to put one more beside what is seen."""
    seen = {row.id, *(it.id for it in beside)}
    others = [it for it in found.rows if it.id not in seen]
    if not others or len(seen) >= _SIDE_BY_SIDE:
        return None
    return {
        "url": _address(row),
        "keep": [it.id for it in beside],
        "choices": [(it.id, _choice(it)) for it in others],
    }


def _choice(one: Bijlage) -> str:
    return " · ".join(
        map(str, (one.titel, one.soort.label, wording.day(wording.local_day(one.toegevoegd_op))))
    )


def _step(to: Bijlage | None) -> Context | None:
    return to and {"label": to.titel, "url": _address(to)}


def _address(row: Bijlage, beside: Sequence[Bijlage] = ()) -> str:
    naast = [it.id for it in beside] or None
    return url_for("BijlagePreviewView.look", bijlage_id=row.id, naast=naast)


def _sheets(row: Bijlage, look: preview.Look, *, at_once: int) -> list[Context]:
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
            "alt": _(
                "Page %(number)s of %(total)s of %(title)s", number=sheet.number, total=total, title=row.titel
            ),
            "lazy": sheet.number > at_once,
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
