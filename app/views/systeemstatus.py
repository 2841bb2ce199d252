"""The page that says how the portal itself is doing."""

from typing import Any

from flask import current_app, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext

from app import access
from app.access import current_person
from app.errors import NotFound
from app.services import systeemstatus
from app.services.systeemstatus import Sealing, Systeemstatus, Waiting, is_open_to
from app.services.wording import moment
from app.terms import Noun
from app.views.base import Page, granted


class SysteemstatusView(BaseView):
    """The virus scan, the mail, the log, and what stands in front of the portal."""

    route_base = ""
    default_view = "index"
    class_permission_name = Noun.BERICHT.value

    @expose("/status")
    @granted("list")
    def index(self) -> Page:
        """Show what works and what waits."""
        if not is_open_to(current_person()):
            raise NotFound
        found = systeemstatus.look(access.reader())
        parts = [(_("Virus scan"), _scan(found)), (_("Mail"), _mail(found)), (_("Log"), _log(found.log))]
        if request.headers.get("X-Forwarded-For") and not current_app.config["PROXIES"]:
            parts.append((_("Addresses of visitors"), _uncounted_proxy()))
        return self.render_template(
            "systeemstatus.html",
            title=_("System status"),
            sub=_("Whether documents are checked, mail goes out and the log is sealed. No dossier is here."),
            parts=parts,
        )


def _scan(found: Systeemstatus) -> list[tuple[str, Any]]:
    return [(_("Scanner"), _scanner(found)), (_("Documents"), _documents(found.documents))]


def _mail(found: Systeemstatus) -> list[tuple[str, Any]]:
    last = moment(found.last_mail) if found.last_mail else _("Not yet")
    return [
        (_("Waiting"), _mails(found.mails)),
        (_("Not delivered"), str(found.undelivered)),
        (_("Last sent"), last),
    ]


def _log(found: Sealing) -> list[tuple[str, Any]]:
    sealed: list[Any] = [moment(found.sealed) if found.sealed else _("Not yet")]
    if found.overdue_since is not None:
        late = _("Overdue: events since %(when)s have no seal.", when=moment(found.overdue_since))
        sealed.append({"text": late, "tag": "stop"})
    anchored: list[Any] = [moment(found.anchored) if found.anchored else _("Not yet")]
    if not found.has_anchor:
        anchored.append({"text": _("No place is set for the anchor"), "tag": "need"})
    elif found.anchor_is_late:
        anchored.append({"text": _("Overdue: it goes once a day"), "tag": "stop"})
    return [(_("Last sealed"), sealed), (_("Last anchored elsewhere"), anchored)]


def _uncounted_proxy() -> list[tuple[str, Any]]:
    return [
        (_("Proxy"), {"text": _("It is not counted: KINDBRUG_PROXIES is 0"), "tag": "stop"}),
        (
            _("What that does"),
            _(
                "The log keeps the address of the proxy instead of the visitor's, and attempts to sign in are"
                " counted for everybody together. Set KINDBRUG_PROXIES to the number of proxies."
            ),
        ),
    ]


def _scanner(found: Systeemstatus) -> dict[str, Any]:
    if found.scanner_answers is None:
        return {"text": _("Off: documents are not checked for viruses"), "tag": "need"}
    if found.scanner_answers:
        return {"text": _("On, and it answers"), "tag": "done"}
    return {"text": _("On, but it does not answer"), "tag": "stop"}


def _documents(waiting: Waiting) -> str:
    if waiting.since is None:
        return _("No document waits for its check.")
    return ngettext(
        "%(num)s document waits for its check, since %(when)s.",
        "%(num)s documents wait for their check, the first since %(when)s.",
        waiting.count,
        when=moment(waiting.since),
    )


def _mails(waiting: Waiting) -> str:
    if waiting.since is None:
        return _("No mail waits.")
    return ngettext(
        "%(num)s mail waits, since %(when)s.",
        "%(num)s mails wait, the first since %(when)s.",
        waiting.count,
        when=moment(waiting.since),
    )
