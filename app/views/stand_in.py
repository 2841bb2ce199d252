"""Stand-ins during leave: arranged by the role administrator for somebody, or by oneself."""

from typing import Any

from flask import flash, redirect, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from app import access
from app.models import Waarneming
from app.services import days, log, stand_in, wording
from app.services.stand_in import Absent
from app.terms import Noun
from app.views.attempt import Outcome, attempt
from app.views.base import Page, granted
from app.views.fields import FirstDayField
from app.views.membership_acts import find

Crumbs = list[tuple[Any, str | None]]


class StandInForm(FlaskForm):
    """Who stands in, and from when until when."""

    waarnemer = SelectField(
        _l("Who stands in?"), [InputRequired(_l("Choose a colleague who works here in the same role."))]
    )
    van = FirstDayField(_l("From"), description=_l("Leave this empty to begin today."))
    tot = DateField(_l("Until and including"), [InputRequired(_l("Fill in the last day."))])

    def offer(self, absent: Absent) -> bool:
        """Offer the colleagues who can stand in; tell whether there are any."""
        found = [(str(person.gebruiker_id), person.naam) for person in stand_in.colleagues(absent)]
        self.waarnemer.choices = [("", _("Choose a colleague")), *found]
        self.waarnemer.validate_choice = False  # the service refuses anybody else, in words
        return bool(found)


class StandInView(BaseView):
    """For the people of a role administrator."""

    route_base = "/medewerkers"
    default_view = "arrange"
    class_permission_name = Noun.LIDMAATSCHAP.value

    @expose("/<pk>/waarneming", methods=["GET", "POST"])
    @granted("edit")
    def arrange(self, pk: str) -> Page:
        """Show who stands in for somebody, and arrange it."""
        row, by = find(pk)
        absent, home = stand_in.for_member(row, by), url_for("LidmaatschapView.show", pk=row.id)
        form, possible, out = _tried(absent)
        if out.done:
            return redirect(home)
        lines = [
            _line(one, url_for("StandInView.cancel", pk=row.id, waarneming_id=one.id))
            for one in stand_in.arranged(absent)
        ]
        context = _context(form, out, lines, possible=possible)
        crumbs: Crumbs = [(_("People"), url_for("LidmaatschapView.list")), (str(row), home)]
        context["crumbs"] = [*crumbs, (context["title"], None)]
        context["sub"] = f"{row.gebruiker} · {row.rol.label} · {row.organisation}"
        return self.render_template("stand_in.html", cancel_url=home, **context), out.status

    @expose("/<pk>/waarneming/<waarneming_id>/beeindigen", methods=["POST"])
    @granted("edit")
    def cancel(self, pk: str, waarneming_id: str) -> Page:
        """End a stand-in."""
        row, by = find(pk)
        stand_in.cancel(stand_in.for_member(row, by), waarneming_id)
        flash(_("The stand-in has ended."), "success")
        return redirect(url_for("StandInView.arrange", pk=row.id))


class OwnStandInView(BaseView):
    """For oneself, where one works now."""

    route_base = "/mijn-account"
    default_view = "arrange"

    @expose("/waarneming", methods=["GET", "POST"])
    def arrange(self) -> Page:
        """Show who stands in for me, and arrange it."""
        by = access.reader()
        absent, home = stand_in.for_oneself(by), url_for("OwnAccountView.index")
        form, possible, out = _tried(absent)
        if out.done:
            return redirect(home)
        lines = [
            _line(one, url_for("OwnStandInView.cancel", waarneming_id=one.id))
            for one in stand_in.arranged(absent)
        ]
        context = _context(form, out, lines, possible=possible)
        context["crumbs"] = [(_("My account"), home), (context["title"], None)]
        context["sub"] = by.organisation_naam
        log.searching(Noun.LIDMAATSCHAP, typed=False)
        return self.render_template("stand_in.html", cancel_url=home, **context), out.status

    @expose("/waarneming/<waarneming_id>/beeindigen", methods=["POST"])
    def cancel(self, waarneming_id: str) -> Page:
        """End a stand-in of mine."""
        stand_in.cancel(stand_in.for_oneself(access.reader()), waarneming_id)
        flash(_("The stand-in has ended."), "success")
        return redirect(url_for("OwnStandInView.arrange"))


def words(one: Waarneming, name: str) -> str:
    """Write who and when in one line."""
    return _(
        "%(name)s, from %(first)s until %(last)s",
        name=name,
        first=wording.day(wording.local_day(one.van)),
        last=days.until_words(one.tot),
    )


def _tried(absent: Absent) -> tuple[StandInForm, bool, Outcome]:
    """Show the form, or arrange what was asked."""
    form = StandInForm()
    possible = form.offer(absent)
    out = attempt(form, lambda: stand_in.arrange(absent, form.data, by=access.reader()))
    if out.done:
        flash(_("Saved. The stand-in gets a mail about it."), "success")
    return form, possible, out


def _context(form: StandInForm, out: Outcome, lines: list[Any], *, possible: bool) -> dict[str, Any]:
    return {
        "form": form,
        "title": _("Stand-in during leave"),
        "intro": _(
            "The stand-in gets the messages about the dossiers, beside the person who is away, and has them"
            " in the work list. Nobody gets more rights: only a colleague in the same role can stand in."
        ),
        "columns": [{"label": label} for label in (_("Stand-in"), _("From"), _("Until and including"))],
        "rows": lines,
        "nobody": None if possible else _("Nobody else works here in the same role."),
        "submit_label": _("Arrange stand-in"),
        "conflict": out.conflict,
    }


def _line(one: Waarneming, end_url: str) -> dict[str, Any]:
    cells = [one.waarnemer.naam, wording.day(wording.local_day(one.van)), days.until_words(one.tot)]
    return {
        "cells": [{"value": value} for value in cells],
        "actions": [{"label": _("End this stand-in"), "url": end_url, "post": True}],
    }
