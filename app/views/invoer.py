"""The pages of Invoer: upload a list, read what it would do, and carry it out while one can watch."""

import logging
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from flask import Response, flash, redirect, request, stream_template, stream_with_context, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from app import access
from app.errors import BadInput, LinkGone, PortalError
from app.models import Invoer
from app.services import invoer, invoer_blad, listing, log, wording
from app.services.invoer import Voortgang
from app.services.invoer_blad import Blad
from app.services.invoer_lezen import MOST_BYTES
from app.services.invoer_uitkomst import Plan, Soort
from app.terms import Noun
from app.views.base import Page, granted

_SHOWN = 200
_log = logging.getLogger(__name__)
_TAGS = {
    Soort.FOUT: "stop",
    Soort.ORGANISATIE: "done",
    Soort.UITNODIGING: "done",
    Soort.IS_ER_AL: "plain",
    Soort.VOORBEELD: "plain",
}


class InvoerView(BaseView):
    """Importing organisations and people, for the role administrator of an SWV."""

    route_base = "/invoer"
    default_view = "index"
    class_permission_name = Noun.INVOER.value

    @expose("/")
    @granted("list")
    def index(self) -> Page:
        """Say how it goes, in three steps, and ask for the file."""
        return self.render_template("invoer.html", **_start())

    @expose("/", methods=["POST"])
    @granted("add")
    def upload(self) -> Page:
        """Read the file, and go on to what it would do."""
        file = request.files.get("bestand")
        try:
            if file is None or not file.filename:
                raise BadInput(_("First choose a file."))
            row = invoer.upload(file.filename, file.stream.read(MOST_BYTES + 1), by=access.reader())
        except BadInput as wrong:
            return self.render_template("invoer.html", error=str(wrong.sentence), **_start()), 422
        return redirect(url_for("InvoerView.show", pk=row.id), 303)

    @expose("/sjabloon.<ending>")
    @granted("add")
    def template(self, ending: str) -> Response:
        """Send the sheet to fill in."""
        return download(invoer_blad.template(), _("template"), ending)

    @expose("/export.<ending>")
    @granted("download")
    def export(self, ending: str) -> Response:
        """Send what there is, as a list that can be imported again."""
        invoer_blad.require_ending(ending)
        return download(invoer_blad.export(access.reader()), _("organisations and people"), ending)

    @expose("/<pk>")
    @granted("show")
    def show(self, pk: str) -> Page:
        """Say row by row what the list would do, or that it was carried out."""
        row = listing.one(Invoer, pk)
        log.reading(row)
        if row.uitgevoerd_op is not None:
            return self.render_template("invoer_klaar.html", **_done(row))
        plan = invoer.check(row, access.reader())
        only_wrong = request.args.get("filter") == "fouten"
        return self.render_template("invoer_controle.html", **_check(row, plan, only_wrong=only_wrong))

    @expose("/<pk>/verslag.<ending>")
    @granted("download")
    def report(self, pk: str, ending: str) -> Response:
        """Send what the check says of every row."""
        row = listing.one(Invoer, pk)
        invoer_blad.require_ending(ending)
        log.reading(row)
        if row.uitgevoerd_op is not None:
            raise LinkGone(invoer.done_already(row))
        plan = invoer.check(row, access.reader())
        return download(invoer_blad.report(plan), _("report"), ending)

    @expose("/<pk>", methods=["POST"])
    @granted("add")
    def carry_out(self, pk: str) -> Page:
        """Do it, on a page that grows while the work goes on."""
        row = listing.one(Invoer, pk)
        if row.uitgevoerd_op is not None:
            flash(_("This list had been carried out already, and that was once."), "warning")
            return redirect(url_for("InvoerView.show", pk=row.id), 303)
        steps = _told(invoer.carry_out(row.id, request.form.get("gezien", ""), access.reader()))
        page = stream_template("invoer_bezig.html", steps=steps, **_at_work(row))
        answer = Response(stream_with_context(_ended_with(page, steps)))
        answer.headers["X-Accel-Buffering"] = "no"  # nginx would keep the progress till the end
        return answer


def _ended_with(page: Iterator[str], steps: Generator[Voortgang, None, None]) -> Iterator[str]:
    """Give the page; when nobody listens any more the work ends here, and not when Python cleans up."""
    try:
        yield from page
    finally:
        steps.close()


def _told(steps: Iterator[Voortgang]) -> Generator[Voortgang, None, None]:
    """Give the steps; a refusal or a defect halfway becomes the last one, in words. Nothing was done then."""
    try:
        yield from steps
    except PortalError as refused:
        log.refusal(type(refused).__name__)
        yield Voortgang(0, 0, refused=str(refused.sentence))
    except Exception as error:  # noqa: BLE001 - the page has begun: it can only end in words
        log.undo()
        _log.error("Carrying out a list failed", exc_info=error)
        sentence = _("Something went wrong on our side, so nothing has been done. Try again later.")
        yield Voortgang(0, 0, refused=sentence)


def download(sheet: Blad, name: str, ending: str) -> Response:
    """Send a sheet, as a file that a browser keeps and does not open."""
    answer = Response(sheet.written(ending), content_type=invoer_blad.ENDINGS[ending])
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{ending}")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return answer


def _crumbs(*more: tuple[str, str | None]) -> Sequence[tuple[str, str | None]]:
    return [(_("Import a list"), url_for("InvoerView.index") if more else None), *more]


def _start() -> dict[str, Any]:
    """Gather invoer.html."""
    endings = tuple(invoer_blad.ENDINGS)
    return {
        "title": _("Import a list"),
        "crumbs": _crumbs(),
        "action_url": url_for("InvoerView.upload"),
        "templates": [(e, url_for("InvoerView.template", ending=e)) for e in endings],
        "exports": [(e, url_for("InvoerView.export", ending=e)) for e in endings],
        "recent": [
            {
                "name": row.bestandsnaam,
                "meta": f"{_rows(row.aantal)} · {wording.moment(row.op)}",
                "url": url_for("InvoerView.show", pk=row.id) if row.open or row.uitgevoerd_op else None,
                "state": _state(row),
                "tag": "done" if row.uitgevoerd_op else "need" if row.open else "plain",
            }
            for row in invoer.recent(access.reader())
        ],
    }


def _state(row: Any) -> str:
    if row.uitgevoerd_op:
        return _("carried out")
    return _("not carried out yet") if row.open else _("not carried out, and forgotten")


def _rows(number: int) -> str:
    return ngettext("%(rows)s row", "%(rows)s rows", number, rows=format_decimal(number))


def _check(row: Invoer, plan: Plan, *, only_wrong: bool) -> dict[str, Any]:
    """Gather invoer_controle.html."""
    wrong = plan.wrong
    chosen = wrong if only_wrong else [*wrong, *(one for one in plan.uitkomsten if not one.fouten)]
    words = {
        Soort.FOUT: _("wrong"),
        Soort.ORGANISATIE: _("new"),
        Soort.UITNODIGING: _("invitation"),
        Soort.IS_ER_AL: _("is there already"),
        Soort.VOORBEELD: _("example"),
    }
    here = url_for("InvoerView.show", pk=row.id)
    return {
        "title": _("Check the list"),
        "sub": f"{row.bestandsnaam} · {_rows(row.aantal)}",
        "crumbs": _crumbs((_("Check the list"), None)),
        "facts": [
            (_("New organisations"), format_decimal(len(plan.plaatsen))),
            (_("Invitations"), format_decimal(plan.count(Soort.UITNODIGING))),
            (_("There already, left out"), format_decimal(plan.count(Soort.IS_ER_AL))),
            (_("Rows with something wrong"), format_decimal(len(wrong))),
        ],
        "chips": [
            {"label": _("All rows"), "url": here, "count": row.aantal, "current": not only_wrong},
            {"label": _("Wrong only"), "url": f"{here}?filter=fouten", "count": len(wrong),
             "current": only_wrong},
        ],
        "rows": [
            {
                "number": one.regel.nummer,
                "organisation": one.regel["organisatie"],
                "person": one.name,
                "email": one.regel["e-mail"],
                "tag": _TAGS[one.soort],
                "word": words[one.soort],
                "said": plan.said(one),
            }
            for one in chosen[:_SHOWN]
        ],
        "more": len(chosen) - _SHOWN,
        "more_text": format_decimal(max(0, len(chosen) - _SHOWN)),
        "wrong": len(wrong),
        "nothing_to_do": not (plan.plaatsen or plan.genodigden),
        "digest": plan.digest,
        "action_url": here,
        "report_url": url_for("InvoerView.report", pk=row.id, ending="csv"),
        "again_url": url_for("InvoerView.index"),
    }  # fmt: skip


def _at_work(row: Invoer) -> dict[str, Any]:
    """Gather invoer_bezig.html, but for its steps."""
    return {
        "title": _("Carry out the list"),
        "sub": f"{row.bestandsnaam} · {_rows(row.aantal)}",
        "crumbs": _crumbs((_("Carry out the list"), None)),
        "number": format_decimal,
        "check_url": url_for("InvoerView.show", pk=row.id),
        **_links(),
    }


def _done(row: Invoer) -> dict[str, Any]:
    """Gather invoer_klaar.html."""
    return {
        "title": _("The list was carried out"),
        "sub": f"{row.bestandsnaam} · {_rows(row.aantal)}",
        "crumbs": _crumbs((row.bestandsnaam, None)),
        "sentence": invoer.done_already(row),
        **_links(),
    }


def _links() -> dict[str, Any]:
    return {
        "organisations_url": url_for("OrganisationView.list"),
        "people_url": url_for("LidmaatschapView.list"),
        "again_url": url_for("InvoerView.index"),
    }
