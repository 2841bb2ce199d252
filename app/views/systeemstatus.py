"""The page that says how the portal itself is doing."""

from typing import Any

from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext

from app import access
from app.access import current_person
from app.errors import NotFound
from app.services import systeemstatus
from app.services.systeemstatus import Systeemstatus, Waiting, is_open_to
from app.services.wording import moment
from app.terms import Noun
from app.views.base import Page, granted


class SysteemstatusView(BaseView):
    """The virus scan and the mail."""

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
        return self.render_template(
            "systeemstatus.html",
            title=_("System status"),
            sub=_("Whether documents are checked and mail goes out. No dossier is shown here."),
            parts=[(_("Virus scan"), _scan(found)), (_("Mail"), _mail(found))],
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
