"""How the bytes of documents come and go: the window to add them, the upload itself, and the download."""

import re
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app import access
from app.access import Person
from app.errors import NotFound, Overtaken, PortalError
from app.models import Bijlage, Hulpvraag
from app.services import (
    bijlage_reeks,
    bijlagen,
    intake,
    listing,
    log,
    onderwijsadvies,
    opened,
    preview,
    wording,
)
from app.terms import BijlageSoort, Controle, Noun, Stadium, Term, Verb, Zichtbaarheid
from app.views.base import Page, granted
from app.views.bijlage import opened_by, path
from app.views.raw_body import body, named

_MOST_AT_ONCE = 20  # files in one form, without JavaScript


class BijlageFilesView(BaseView):
    """Documents of one dossier: the window of the button Bijlagen, and every file by its own address."""

    route_base = ""
    default_view = "window"
    class_permission_name = Noun.BIJLAGE.value

    @expose("/hulpvragen/<hulpvraag_id>/bijlagen/venster")
    @granted("list")
    def window(self, hulpvraag_id: str) -> Page:
        """Show the window, a page of its own without JavaScript. Manual: 'In het nieuwe venster …'."""
        row = listing.one(Hulpvraag, hulpvraag_id, ("kind",))
        context = _window(row, access.reader())
        log.reading(row)
        return self.render_template("bijlagen_window.html", **context)

    @expose("/hulpvragen/<hulpvraag_id>/bijlagen", methods=["POST"])
    @granted("add")
    def upload(self, hulpvraag_id: str) -> tuple[Response, int]:
        """Keep the raw body as one document, and say in JSON what was kept."""
        row = listing.one(Hulpvraag, hulpvraag_id)
        bijlage = bijlagen.add(
            row,
            body(),
            naam=named(),
            soort=_term(BijlageSoort, request.args.get("soort")) or BijlageSoort.OVERIG,
            zichtbaarheid=_term(Zichtbaarheid, request.args.get("zichtbaarheid")),
            announced=request.content_length,
            by=access.reader(),
        )
        return jsonify(id=str(bijlage.id), **_document(bijlage, access.reader().organisation_naam)), 201

    @expose("/hulpvragen/<hulpvraag_id>/bijlagen/formulier", methods=["POST"])
    @granted("add")
    def form(self, hulpvraag_id: str) -> Page:
        """Keep the files of the form, each by itself: one that is refused leaves the others."""
        row = listing.one(Hulpvraag, hulpvraag_id, ("kind",))
        kept, errors = 0, []
        files = _files()
        for number, file in files[:_MOST_AT_ONCE]:
            try:
                bijlagen.add(
                    row,
                    file.stream,
                    naam=file.filename or "",
                    soort=_term(BijlageSoort, request.form.get(f"soort-{number}")) or BijlageSoort.OVERIG,
                    zichtbaarheid=_term(Zichtbaarheid, request.form.get(f"zichtbaarheid-{number}")),
                    by=access.reader(),
                )
                kept += 1
                g.kept = kept  # for the page of a failure after this
            except NotFound:
                raise
            except PortalError as refused:
                naam = intake.clean_name(file.filename or "")
                errors.append(_("%(file)s: %(sentence)s", file=naam, sentence=str(refused.sentence)))
        if len(files) > _MOST_AT_ONCE:
            errors.append(_("You can add %(number)s documents at once.", number=_MOST_AT_ONCE))
        if not files:
            errors.append(_("First choose a file."))
        if kept:
            flash(_("Saved. Documents added: %(count)s.", count=kept))
        if not errors:
            return redirect(url_for("BijlageFilesView.window", hulpvraag_id=row.id))
        context = _window(listing.one(Hulpvraag, hulpvraag_id, ("kind",)), access.reader())
        return self.render_template("bijlagen_window.html", errors=errors, **context), 422

    @expose("/bijlagen/<bijlage_id>/bestand")
    @granted("download")
    def file(self, bijlage_id: str) -> Response:
        """Send the bytes, to be saved and never to be shown within the portal."""
        found = bijlagen.download(listing.one(Bijlage, bijlage_id), access.reader())
        answer = Response(found.chunks(), mimetype=found.mimetype)
        answer.call_on_close(found.file.close)
        answer.content_length = found.size
        plain = re.sub(r"[^0-9A-Za-z ._()-]", "_", found.naam)
        exact = {"filename*": f"UTF-8''{quote(found.naam, safe='')}"}  # RFC 5987
        answer.headers.set("Content-Disposition", "attachment", filename=plain, **exact)
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"  # nor does a proxy keep it: nginx would, on its disk
        return answer

    @expose("/bijlagen/<bijlage_id>/intrekken", methods=["GET", "POST"])
    @granted("delete")
    def retract(self, bijlage_id: str) -> Page:
        """Ask whether the document may go, and retract it."""
        try:
            bijlage = bijlage_reeks.find(bijlage_id, access.reader(), ("hulpvraag",))
            bijlagen.require_retract(bijlage, access.reader())
            if request.method == "POST":
                bijlagen.retract(bijlage, access.reader())
        except Overtaken as lost:
            if lost.newer:
                lost.heading = _("Not retracted")
            raise
        if request.method == "POST":
            flash(_("Retracted. The document can no longer be seen in the dossier."))
            return redirect(url_for("HulpvraagView.dossier_tab", pk=bijlage.hulpvraag_id, tab="bijlagen"))
        log.reading(bijlage)
        page = url_for("BijlageView.show", pk=bijlage.id)
        return self.render_template(
            "confirm.html",
            title=_("Retract document"),
            crumbs=[
                *path(bijlage),
                (bijlage.titel, url_for("BijlageView.show", pk=bijlage.id)),
                (_("Retract document"), None),
            ],
            sub=bijlage.titel,
            sentence=_("Do you want to take this document out of the dossier?"),
            consequences=[
                _("Nobody outside the SWV can see it any more."),
                *_afterwards(bijlage, access.reader()),
            ],
            submit_label=_("Retract document"),
            danger=True,
            cancel_url=page,
            facts_title=_("Who has opened it"),
            facts=opened_by(opened.of(bijlage, access.reader())),
            facts_empty=_("Nobody has opened this document yet."),
        )

    @expose("/bijlagen/<bijlage_id>/definitief", methods=["GET", "POST"])
    @granted("finalise")
    def release(self, bijlage_id: str) -> Page:
        """Say who will see the advice, and make it final and shared."""
        bijlage = listing.one(Bijlage, bijlage_id, ("hulpvraag",))
        if request.method == "POST":
            onderwijsadvies.release(bijlage, access.reader())
            flash(_("Saved. The educational advice is final and shared."))
            return redirect(url_for("HulpvraagView.dossier_tab", pk=bijlage.hulpvraag_id, tab="bijlagen"))
        onderwijsadvies.require_release(bijlage, access.reader())
        log.reading(bijlage)
        page = url_for("BijlageView.show", pk=bijlage.id)
        return self.render_template(
            "confirm.html",
            title=_("Make final and share"),
            crumbs=[*path(bijlage), (bijlage.titel, page), (_("Make final and share"), None)],
            sub=bijlage.titel,
            sentence=_("Do you want to make this educational advice final and share it?"),
            consequences=[
                _("From the status JK Onderwijsadvies on, the preschool can read it."),
                _("So can a school that is approached with the consent of the parents."),
                _("Whoever a consultation opens the dossier for can read it from that moment on."),
            ],
            submit_label=_("Make final and share"),
            cancel_url=page,
        )


def _afterwards(bijlage: Bijlage, by: Person) -> list[str]:
    """Say what becomes of the dossier without this document, and of the version before."""
    found = bijlagen.comes_back(bijlage, by)
    if found is None:
        gone, stays = _("It does not count for the next step any more."), bijlage.volgnummer > 1
        return [gone, _("An earlier version does not come back.")] if stays and bijlage.geldt else [gone]
    when = wording.exact(found.toegevoegd_op)
    if bijlage_reeks.readers(found, bijlage) is Zichtbaarheid.GEDEELD:
        said = _(
            "The version of %(when)s takes its place: who can read the dossier sees it again.", when=when
        )
    else:
        said = _("The version of %(when)s takes its place, internal.", when=when)
    return [said, _("Is that version wrong as well? Then retract it too.")]


def _term(of: type[Term], key: str | None) -> Any:
    """Read a word of a closed list; nothing when it is none of it."""
    return next((term for term in of if term.value == key), None)


def _files() -> list[tuple[str, FileStorage]]:
    """Give the files that were chosen in the form, with the number of their row."""
    return [
        (name.removeprefix("bestand-"), file)
        for name in sorted(request.files)
        if name.startswith("bestand-")
        for file in request.files.getlist(name)
        if file.filename
    ]


def _window(row: Hulpvraag, person: Person) -> dict[str, Any]:
    """Gather bijlagen_window.html."""
    adds = bijlagen.may_add(row, person)
    edits = access.may(person, Verb.EDIT, row)
    back = "HulpvraagView.edit" if edits else "HulpvraagView.show"
    first = bijlagen.first_soort(row)
    asks = bijlagen.may_choose_visibility(person)
    return {
        "title": _("Bijlagen"),
        "sub": f"{row.kind.naam} · {row.nummer}",
        "crumbs": [
            (_("Hulpvragen"), url_for("HulpvraagView.list")),
            (row.kind.naam, url_for("HulpvraagView.show", pk=row.id)),
            (_("Bijlagen"), None),
        ],
        "close_url": url_for(back, pk=row.id),
        "upload_url": url_for("BijlageFilesView.upload", hulpvraag_id=row.id) if adds else None,
        "form_url": url_for("BijlageFilesView.form", hulpvraag_id=row.id),
        "closed": _("You cannot add documents to this dossier any more."),
        "soorten": [(soort.value, str(soort.label)) for soort in bijlagen.soorten(person)],
        "soort_default": BijlageSoort.OVERIG.value,
        "soort_first": first.value,
        "soort_hint": (
            _("This dossier has no signed request form yet, so this is chosen for the first document.")
            if first is BijlageSoort.AANVRAAG
            else None
        ),
        "zichtbaarheden": [(z.value, str(z.label)) for z in Zichtbaarheid] if asks else None,
        "zichtbaarheid_default": bijlagen.default_visibility(person).value,
        "max_bytes": current_app.config["MAX_FILE_BYTES"],
        "max_text": wording.size(current_app.config["MAX_FILE_BYTES"]),
        "form_text": wording.size(current_app.config["MAX_FORM_BYTES"]),
        "accept": intake.ACCEPT,
        "accept_text": intake.ACCEPT_TEXT,
        "not_allowed": intake.FileRefused.sentence,
        "refused": intake.refusals(),
        "bijlagen": [_document(found, found.organisation.naam) for found in bijlagen.of(row)],
        "empty": _("There are no documents yet. Add the request form that the parents signed first."),
    }


def _document(bijlage: Bijlage, organisation: str) -> dict[str, Any]:
    facts = (
        bijlage.soort.label,
        wording.size(bijlage.grootte),
        organisation,
        wording.moment(bijlage.toegevoegd_op),
    )
    tag, kind = _tag(bijlage)
    small = url_for("BijlagePreviewView.thumbnail", bijlage_id=bijlage.id)
    return {
        "titel": bijlage.titel,
        "meta": " · ".join(str(fact) for fact in facts),
        "url": url_for("BijlageFilesView.file", bijlage_id=bijlage.id) if bijlage.is_released else None,
        "small": small if preview.has_thumbnail(bijlage) else None,
        "tag": tag,
        "tag_kind": kind,
    }


def _tag(bijlage: Bijlage) -> tuple[str | None, str]:
    """Say what is out of the ordinary: the virus scan first, then a draft."""
    if not bijlage.is_released:
        return str(bijlage.controle.label), "stop" if bijlage.controle is Controle.BESMET else "plain"
    return (str(bijlage.stadium.label) if bijlage.stadium is Stadium.CONCEPT else None), "need"
