"""The page Logboek: searching the log of an SWV by person, dossier, act and period, and exporting it."""

from dataclasses import replace
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import access
from app.errors import NotFound
from app.services import inzage
from app.services.gebeurtenis_woorden import Event
from app.services.invoer_blad import ENDINGS
from app.services.inzage import may_search
from app.services.inzage_vraag import Asked, asked
from app.services.wording import exact
from app.terms import Actie, Noun
from app.views.base import Page, granted
from app.views.invoer import download

__all__ = ["LogboekView", "may_search"]


class LogboekView(BaseView):
    """The log, for the privacy officer of an SWV: who did what and when, never contents."""

    route_base = "/logboek"
    default_view = "index"
    class_permission_name = Noun.GEBEURTENIS.value

    @expose("/")
    @granted("search")
    def index(self) -> Page:
        """Show one page of what was asked for, the newest first."""
        ask = asked(request.args)
        found = inzage.search(ask, access.reader(), request.args.get("na"))
        here = _kept(ask)
        heads = (_("When"), _("Who"), _("Role"), _("What was done"), _("Dossier"), _("From address"))
        return self.render_template(
            "logboek.html",
            title=_("Log"),
            sub=_("Who did what in the portal, and when. Each look at this page is in the log as well."),
            ask=replace(ask, wrong=found.wrong),
            acts=[(act.value, str(act.label)) for act in sorted(Actie, key=lambda act: str(act.label))],
            filtered=ask.anything or bool(found.wrong),
            clear_url=url_for("LogboekView.index"),
            columns=[{"label": head} for head in heads],
            rows=[_row(it) for it in found.events],
            empty=_("Change first what is marked above.")
            if found.wrong
            else _("Nothing in the log fits what you asked for."),
            next_url=url_for("LogboekView.index", na=found.after, **here) if found.after else None,
            buttons=[
                {
                    "label": _("Export as %(kind)s", kind=ending.upper()),
                    "url": url_for("LogboekView.export", ending=ending, **here),
                }
                for ending in ENDINGS
                if found.events
            ],
        )

    @expose("/export.<ending>")
    @granted("search")
    def export(self, ending: str) -> Response:
        """Send what was asked for as a sheet."""
        if ending not in ENDINGS:
            raise NotFound
        sheet = inzage.export(asked(request.args), access.reader())
        return download(sheet, _("log"), ending)


def _kept(ask: Asked) -> dict[str, Any]:
    """Give what was asked, for an address."""
    typed = {"persoon": ask.persoon, "nummer": ask.nummer, "actie": ask.actie, "van": ask.van, "tot": ask.tot}
    return {name: str(value) for name, value in typed.items() if value}


def _row(it: Event) -> dict[str, Any]:
    day, _space, clock = exact(it.row.op).rpartition(" ")
    return {
        "cells": [
            {"value": day, "sub": clock},
            {"value": it.who, "sub": it.organisation},
            {"value": it.roles},
            {"value": it.act, "sub": it.details},
            {"value": it.number},
            {"value": it.row.adres},
        ]
    }
