"""One's own account: who one is, where one is signed in, and new recovery codes."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app import access
from app.access import Person
from app.errors import SignInRefused, TooMany
from app.models.base import parse_id
from app.services import log, own_account, sessions, stand_in, two_factor
from app.services.sessions import OpenSession
from app.services.wording import exact
from app.views.signin import SigninForm, leave, per_address
from app.views.stand_in import words

Page = str | Response | tuple[str, int]


class ProofForm(FlaskForm):
    """What proves once more who one is."""

    password = SigninForm.password
    code = SigninForm.code


class OwnAccountView(BaseView):
    """What everybody who is signed in may do with the own account, whatever the role."""

    route_base = ""
    default_view = "index"
    limits = [per_address()]

    @expose("/mijn-account")
    def index(self) -> Page:
        """Show the account and its open sessions."""
        person = access.reader()
        account, before = own_account.of(person), sessions.last_before(person)
        log.reading(account)
        return self.render_template(
            "own_account.html",
            title=_("My account"),
            facts=[
                (_("Name"), account.naam),
                (_("User name"), account.username),
                (_("E-mail address"), account.email),
                (_("Password"), {"text": _("Choose a new password"), "url": url_for("SigninView.forgot")}),
                (_("Last signed in before this"), exact(before) if before else _("This is the first time.")),
            ],
            columns=[{"label": label} for label in (_("Organisation"), _("Signed in"), _("Last used"))],
            rows=[_row(one) for one in sessions.open_of(person)],
            stand_ins=_stand_ins(person),
            codes_left=two_factor.recovery_codes_left(person.gebruiker_id),
        )

    @expose("/mijn-account/sessies/<sessie_id>/beeindigen", methods=["POST"])
    def end(self, sessie_id: str) -> Page:
        """End one of the own sessions."""
        person, key = access.reader(), parse_id(sessie_id)
        sessions.end_one(person, key)
        if key == person.sessie_id:
            return _left(_("You are signed out."))
        flash(_("That session has ended. Whoever used it is signed out there."), "success")
        return redirect(url_for("OwnAccountView.index"))

    @expose("/mijn-account/overal-uitloggen", methods=["POST"])
    def end_everywhere(self) -> Page:
        """End all of the own sessions, this one too."""
        sessions.end_everywhere(access.reader())
        return _left(_("You are signed out everywhere. Sign in again to go on."))

    @expose("/mijn-account/herstelcodes", methods=["GET", "POST"])
    def recovery_codes(self) -> Page:
        """Ask password and code, and show ten new recovery codes in the answer, once."""
        form, status = ProofForm(), 422 if request.method == "POST" else 200
        if form.validate_on_submit():
            try:
                codes = own_account.renew_recovery_codes(
                    access.reader(), password=form.password.data, code=form.code.data
                )
            except (SignInRefused, TooMany) as refusal:
                form.form_errors.append(str(refusal.sentence))
                form.code.data = ""  # a code that was sent is of no more use
                status = refusal.status
            else:
                return self.render_template("own_recovery_codes.html", codes=codes, done_url=_home())
        return self.render_template("form.html", form=form, **_asking()), status


def _stand_ins(person: Person) -> dict[str, Any] | None:
    """Say who stands in for this person where they work now, and for whom they do."""
    if person.organisation_id is None or not person.rollen & stand_in.ROLES:
        return None
    mine, others = stand_in.arranged(stand_in.for_oneself(person)), stand_in.asked_of(person)
    return {
        "mine": [words(one, one.waarnemer.naam) for one in mine],
        "others": [words(one, one.gebruiker.naam) for one in others],
    }


def _row(one: OpenSession) -> dict[str, Any]:
    place = {"value": one.organisation_naam or _("Invited person"), "sub": one.swv_naam}
    if one.swv_naam == one.organisation_naam:
        place.pop("sub")
    if one.current:
        place["sub"] = _("You are working in this session now.")
    end_url = url_for("OwnAccountView.end", sessie_id=one.key)
    ends = [] if one.current else [{"label": _("End this session"), "url": end_url, "post": True}]
    return {
        "cells": [place, {"value": exact(one.begonnen_op)}, {"value": exact(one.gezien_op)}],
        "actions": ends,
    }


def _asking() -> dict[str, Any]:
    title = _("Make new recovery codes")
    return {
        "title": title,
        "intro": _(
            "Fill in your password and a code, so that it is certainly you. "
            "Have you just signed in? Wait for the next code that your app shows."
        ),
        "consequences": [
            _("You get ten new codes. You see them once."),
            _("Your earlier recovery codes stop working at once."),
        ],
        "submit_label": title,
        "cancel_url": _home(),
        "crumbs": [(_("My account"), _home()), (title, None)],
    }


def _left(sentence: str) -> Response:
    response = leave()
    flash(sentence, "success")
    return response


def _home() -> str:
    return url_for("OwnAccountView.index")
