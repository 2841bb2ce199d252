"""The links in mails about an account: activate it step by step, or choose a new password."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, StringField, validators

from app.errors import BadInput, LinkGone
from app.models import Lidmaatschap, Uitnodiging
from app.services import activation, new_accounts, password_reset, passwords, two_factor, uitnodigingen
from app.services.wording import day, local_day
from app.terms import LidmaatschapStaat
from app.views.signin import per_address

Page = str | Response | tuple[str, int]


class PasswordForm(FlaskForm):
    """A new password, twice."""

    password = PasswordField(
        _l("New password"),
        [validators.InputRequired(_l("Fill in a password.")), validators.Length(max=1000)],
        render_kw={"autocomplete": "new-password"},
    )
    repeat = PasswordField(
        _l("The same password again"),
        [
            validators.InputRequired(_l("Fill in the password once more.")),
            validators.EqualTo("password", _l("The two passwords are not the same.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class CodeForm(FlaskForm):
    """The first code of a newly linked phone."""

    code = StringField(
        _l("Code"),
        [validators.InputRequired(_l("Fill in the code.")), validators.Length(max=20)],
        description=_l("The six digits that the app on your phone shows now."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class KeptForm(FlaskForm):
    """That the recovery codes are kept."""

    kept = BooleanField(
        _l("I have kept my recovery codes."),
        [validators.InputRequired(_l("Keep the codes first, and then tick this box."))],
    )


class AccountView(BaseView):
    """What the person behind a one-time link may do. GET shows, also to a mail scanner; only POST changes."""

    route_base = ""
    default_view = "invitation"
    limits = [per_address()]

    @expose("/uitnodiging/<token>", methods=["GET", "POST"])
    def invitation(self, token: str) -> Page:
        """Show who is invited to what; Begin goes on to the step where one was."""
        uitnodiging = activation.find(token)
        if _is_post():
            return redirect(_step(uitnodiging, token))
        uitnodigingen.reading(uitnodiging)
        return self.render_template("activate.html", invited=_invited(uitnodiging))

    @expose("/uitnodiging/<token>/wachtwoord", methods=["GET", "POST"])
    def password(self, token: str) -> Page:
        """Choose a password."""
        uitnodiging = activation.find(token)
        if uitnodiging.bevestigd_op is not None:
            return redirect(_step(uitnodiging, token))
        form = PasswordForm()
        if form.validate_on_submit():
            try:
                activation.choose_password(uitnodiging, form.password.data)
                return redirect(url_for("AccountView.two_factor", token=token))
            except BadInput as wrong:
                form.password.errors = [str(wrong.sentence)]
        intro = _username(uitnodiging)
        return self._page("password.html", form, uitnodiging, rules=passwords.rules(), intro=intro)

    @expose("/uitnodiging/<token>/code", methods=["GET", "POST"])
    def two_factor(self, token: str) -> Page:
        """Link the phone; the first right code activates the account."""
        uitnodiging = activation.find(token)
        secret = uitnodiging.nieuw_geheim
        if uitnodiging.bevestigd_op is not None or secret is None:
            return redirect(_step(uitnodiging, token))
        form = CodeForm()
        if form.validate_on_submit():
            try:
                activation.confirm_code(uitnodiging, form.code.data)
                return redirect(url_for("AccountView.recovery_codes", token=token))
            except BadInput as wrong:
                form.code.errors = [str(wrong.sentence)]
        username = uitnodiging.gebruiker.username
        qr = two_factor.qr(secret, username)
        account = f"Kindbrug ({username})"
        return self._page("totp.html", form, uitnodiging, qr=qr, secret=secret, account=account)

    @expose("/uitnodiging/<token>/herstelcodes", methods=["GET", "POST"])
    def recovery_codes(self, token: str) -> Page:
        """Show the ten recovery codes, until one says that they are kept."""
        try:
            uitnodiging = activation.find(token)
            if uitnodiging.bevestigd_op is None:
                return redirect(_step(uitnodiging, token))
            form = KeptForm()
            if not form.validate_on_submit():
                codes = two_factor.recovery_codes(uitnodiging.id)
                return self._page("recovery_codes.html", form, uitnodiging, codes=codes)
            activation.finish(uitnodiging)
        except LinkGone:
            if not _is_post():
                raise
            return redirect(url_for("SigninView.login"))  # a double click: the first one did it
        flash(_ready(uitnodiging), "success")
        return redirect(url_for("SigninView.login"))

    @expose("/wachtwoord/<token>", methods=["GET", "POST"])
    def reset(self, token: str) -> Page:
        """Choose a new password; the code on the phone stays as it is."""
        uitnodiging = password_reset.find(token)
        form = PasswordForm()
        if form.validate_on_submit():
            try:
                password_reset.choose(uitnodiging, form.password.data)
            except BadInput as wrong:
                form.password.errors = [str(wrong.sentence)]
            else:
                flash(_("Your new password is set. You are signed out everywhere. Sign in again."), "success")
                return redirect(url_for("SigninView.login"))
        intro, title = _username(uitnodiging), _("Choose a new password")
        return self._page(
            "password.html", form, uitnodiging, rules=passwords.rules(), intro=intro, title=title
        )

    def _page(self, template: str, form: FlaskForm, uitnodiging: Uitnodiging, **context: Any) -> Page:
        uitnodigingen.reading(uitnodiging)
        return self.render_template(template, form=form, **context), 422 if form.errors else 200


def _step(uitnodiging: Uitnodiging, token: str) -> str:
    if uitnodiging.bevestigd_op is not None:
        return url_for("AccountView.recovery_codes", token=token)
    return url_for("AccountView.password", token=token)


def _ready(uitnodiging: Uitnodiging) -> str:
    lidmaatschap = uitnodiging.lidmaatschap
    if lidmaatschap and _is_later(lidmaatschap):
        return _("Your account is ready. You can sign in from %(day)s.", day=day(local_day(lidmaatschap.van)))
    return _("Your account is ready. Sign in with the next code that your app shows.")


def _is_later(lidmaatschap: Lidmaatschap) -> bool:
    return lidmaatschap.staat is LidmaatschapStaat.LATER


def _username(uitnodiging: Uitnodiging) -> str:
    return _(
        "Your user name is %(username)s. You need it to sign in.", username=uitnodiging.gebruiker.username
    )


def _invited(uitnodiging: Uitnodiging) -> dict[str, Any]:
    lidmaatschap = uitnodiging.lidmaatschap
    return {
        "name": uitnodiging.gebruiker.naam,
        "username": uitnodiging.gebruiker.username,
        "organisation": lidmaatschap.organisation.naam if lidmaatschap else activation.door(uitnodiging),
        "role": str(lidmaatschap.rol.label) if lidmaatschap else _("Invited person"),
        "again": new_accounts.is_active(uitnodiging.gebruiker),
        "begins": day(local_day(lidmaatschap.van)) if lidmaatschap and _is_later(lidmaatschap) else None,
        "by": uitnodiging.door.naam if uitnodiging.door else None,
        "until": format_datetime(uitnodiging.verloopt_op, "d MMMM y, H:mm"),
    }


def _is_post() -> bool:
    return request.method == "POST"
