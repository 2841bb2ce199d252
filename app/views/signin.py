"""The door: signing in with a code or a recovery code, signing out, switching, a forgotten password."""

import urllib.parse
from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectField, StringField, validators

from app.access import current_person
from app.errors import SignInRefused, TooMany
from app.models.base import parse_id
from app.security import session_cookie
from app.services import device, password_reset, sessions, signin

Page = str | Response | tuple[str, int]
_ORGANISATION, _DEVICE = "kindbrug_organisatie", "kindbrug_apparaat"
# FAB keeps the chosen language here.
_LANGUAGE = "locale"


def per_address() -> Limit:
    """Limit what one address may post here."""
    allowed = lambda: current_app.config["SIGNIN_LIMIT"]  # noqa: E731
    return Limit(limit_value=allowed, key_func=lambda: request.remote_addr or "", methods=["POST"])


class _Form(FlaskForm):
    organisation = SelectField(
        _l("Organisation"), [validators.InputRequired(_l("Choose your organisation."))]
    )
    username = StringField(
        _l("User name"),
        [validators.InputRequired(_l("Fill in your user name.")), validators.Length(max=200)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self.organisation.choices = signin.organisations()
        self.organisation.validate_choice = False

    def validate_organisation(self, field: SelectField) -> None:
        """Refuse what is not in the list, in our own words."""
        if field.data not in {key for key, _name in field.choices}:
            raise validators.ValidationError(_("Choose your organisation."))


class _PasswordForm(_Form):
    password = PasswordField(
        _l("Password"),
        [validators.InputRequired(_l("Fill in your password.")), validators.Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class SigninForm(_PasswordForm):
    """The four fields of the manual, in its order."""

    code = StringField(
        _l("Code"),
        [validators.InputRequired(_l("Fill in the code.")), validators.Length(max=20)],
        description=_l("The six digits that the app on your phone shows now."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class RecoveryForm(_PasswordForm):
    """The same with a recovery code."""

    recovery_code = StringField(
        _l("Recovery code"),
        [validators.InputRequired(_l("Fill in a recovery code.")), validators.Length(max=40)],
        description=_l("One of the ten codes that you kept, for example abcd-efgh-2345."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class SigninView(BaseView):
    """Everything before and after a session."""

    route_base = ""
    default_view = "login"
    limits = [per_address()]

    @expose("/login", methods=["GET", "POST"])
    def login(self) -> Page:
        """Ask organisation, user name, password and code; a session begins when all four are right."""
        return self._enter(SigninForm, "login.html", "code", signin.sign_in)

    @expose("/login/herstelcode", methods=["GET", "POST"])
    def recovery(self) -> Page:
        """The same with a recovery code instead of the phone's."""
        return self._enter(RecoveryForm, "recovery.html", "recovery_code", signin.sign_in_with_recovery_code)

    @expose("/logout", methods=["POST"])
    def logout(self) -> Page:
        """End the session, here and in every copy of its cookie."""
        person = current_person()
        if person is not None:
            sessions.end(person)
        response = leave()
        flash(_("You are signed out."), "success")
        return response

    @expose("/organisatie-wisselen", methods=["GET", "POST"])
    def switch(self) -> Page:
        """Show the organisations of this person, or go on in the one that was chosen."""
        person = current_person()
        if person is None:
            return redirect(url_for("SigninView.login"))
        if request.method == "POST":
            token = sessions.switch(person, request.form.get("membership"))
            return enter(token, url_for_start())
        choices = [
            {
                "key": sessions.key_of(place),
                "organisation": place.organisation_naam or _("Invited person"),
                "role": ", ".join(str(rol.label) for rol in sorted(place.rollen))
                if place.organisation_id
                else _("For the dossiers that you were invited to yourself."),
                "current": place.organisation_id == person.organisation_id,
            }
            for place in sessions.places(person)
        ]
        return self.render_template("switch.html", choices=choices)

    @expose("/wachtwoord-vergeten", methods=["GET", "POST"])
    def forgot(self) -> Page:
        """Mail a link to choose a new password; the answer is the same whether the name is known or not."""
        form = _Form(organisation=request.cookies.get(_ORGANISATION))
        sent = form.validate_on_submit()
        if sent:
            password_reset.ask(organisation_id=parse_id(form.organisation.data), username=form.username.data)
        page = self.render_template(
            "forgot.html", form=form, sent=sent, login_url=url_for("SigninView.login")
        )
        return page, 422 if form.errors else 200

    def _enter(self, form_class: type[_PasswordForm], template: str, code_field: str, verb: Any) -> Page:
        person = current_person()
        to = local_path(request.args.get("next"))
        form = form_class(organisation=request.cookies.get(_ORGANISATION))
        if request.method == "GET" and person is not None:
            return redirect(to or url_for_start())
        status = 200 if request.method == "GET" else 422
        if form.validate_on_submit():
            if signin.is_account_of(person, form.username.data):
                return redirect(to or url_for_start())
            try:
                entered = verb(
                    organisation_id=parse_id(form.organisation.data),
                    username=form.username.data,
                    password=form.password.data,
                    code=form[code_field].data,
                    known_device=request.cookies.get(_DEVICE),
                    instead_of=person.sessie_id if person else None,
                )
            except (SignInRefused, TooMany) as refusal:
                form.form_errors.append(str(refusal.sentence))
                form[code_field].data = ""  # a code that was sent is of no more use
                status = refusal.status
            else:
                kept = {_ORGANISATION: form.organisation.data, _DEVICE: entered.device}
                return _remember(enter(entered.token, to, entered.notice), kept)
        ways = {
            "forgot_url": url_for("SigninView.forgot"),
            "recovery_url": url_for("SigninView.recovery", next=to),
            "login_url": url_for("SigninView.login", next=to),
        }
        return self.render_template(template, form=form, **ways), status


def enter(token: str, to: str | None = None, notice: str | None = None) -> Response:
    """Go to `to` with the cookie of a new session; what the browser had of before is forgotten."""
    response = _forget(redirect(to or url_for_start()))
    if notice:
        flash(notice, "warning")
    secure = current_app.config["COOKIE_SECURE"]
    response.set_cookie(session_cookie(), token, httponly=True, samesite="Lax", secure=secure)
    return response


def leave() -> Response:
    """Go to the page to sign in, without a session."""
    response = _forget(redirect(url_for("SigninView.login")))
    secure = current_app.config["COOKIE_SECURE"]
    response.delete_cookie(session_cookie(), httponly=True, samesite="Lax", secure=secure)
    return response


def url_for_start() -> str:
    """Give the first page after signing in."""
    return "/"


def local_path(value: str | None) -> str | None:
    """Give `value` when it is a path on this portal, else None: a link may not lead people elsewhere."""
    if not value or not value.startswith("/") or "\\" in value or not value.isprintable():
        return None
    parts = urllib.parse.urlsplit(value)
    return None if parts.scheme or parts.netloc or value.startswith("//") else value


def _forget(response: Response) -> Response:
    language = session.get(_LANGUAGE)
    session.clear()
    if language:
        session[_LANGUAGE] = language
    return response


def _remember(response: Response, kept: Mapping[str, str]) -> Response:
    secure = current_app.config["COOKIE_SECURE"]
    for name, value in kept.items():
        response.set_cookie(
            name, value, max_age=device.REMEMBERED, httponly=True, samesite="Lax", secure=secure
        )
    return response
