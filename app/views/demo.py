"""The demo's front door: be somebody with one click, read the mails that were sent, begin again."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

import config
from app.access import current_person
from app.errors import NotFound
from app.services import demo, demo_steps, postvak, wording
from app.services.demo_data import GROUPS, PASSWORD, PEOPLE, DemoPerson
from app.services.demo_steps import Walk
from app.services.demo_walk import Seen, Step
from app.terms import Role
from app.views.signin import enter, local_path

_PAGE_SIZE = 25
_INVITED = {"ouder": Role.OUDER, "deelnemer": Role.DEELNEMER}
_PASSING = dict(
    zip(demo.DAYS, (_l("1 day further"), _l("1 week further"), _l("6 weeks further")), strict=True)
)


def stay_on_this_machine() -> None:
    """Answer only to names of this machine, so that no page elsewhere can look in by a name of its own."""
    if not config.is_this_machine(urlsplit(request.host_url)):
        abort(400)


def ribbon() -> dict[str, Any]:
    """Give what the strip above every page of the demo says besides."""
    return {"demo_steps_url": url_for("DemoView.steps"), "demo_days": _passed()}


class DemoView(BaseView):
    """Exists in the demo only."""

    route_base = "/demo"
    default_view = "index"

    @expose("")
    def index(self) -> str:
        """Show everybody whom one can be."""
        _let_forms_lead_to_everybody()
        groups = [
            {"title": title, "personas": [_card(person) for person in people]} for title, people in GROUPS
        ]
        return self.render_template(
            "demo.html",
            groups=groups,
            password=PASSWORD,
            code_command=_(".venv/bin/flask --app run code USERNAME"),
            postvak_url=url_for("DemoView.postvak"),
            restart_url=url_for("DemoView.restart"),
            mails=postvak.count(),
            clock=_clock(),
        )

    @expose("/stappen")
    def steps(self) -> str:
        """Show the manual line by line: who does it, where, and whether it has been done."""
        _let_forms_lead_to_everybody()
        walks = [_walk(number, walk, seen) for number, (walk, seen) in enumerate(demo_steps.walks(), start=1)]
        return self.render_template(
            "demo_steps.html",
            walks=walks,
            clock=_clock(),
            postvak_url=url_for("DemoView.postvak"),
            demo_index_url=url_for("DemoView.index"),
        )

    @expose("/als/<key>", methods=["POST"])
    def sign_in(self, key: str) -> Response:
        """Be this person, in a session of this host name: several can be at work in one browser.

        The page stands on another host name, so no form token fits; where the click came from is checked.
        """
        origin = request.headers.get("Origin")
        if origin is not None and not config.is_this_machine(urlsplit(origin)):
            raise NotFound
        to = local_path(request.form.get("naar"))
        return enter(demo.sign_in(key, instead_of=current_person()), to)

    @expose("/verder", methods=["POST"])
    def later(self) -> Response:
        """Let time pass in the demo."""
        typed = request.form.get("dagen", "")
        demo.pass_days(int(typed) if typed.isdecimal() and len(typed) < 4 else 0)
        flash(_("Time has passed. %(far)s", far=_passed()), "success")
        return redirect(local_path(request.form.get("terug")) or url_for("DemoView.index"))

    @expose("/opnieuw", methods=["POST"])
    def restart(self) -> Response:
        """Put everything back."""
        demo.begin_again()
        flash(_("Begun again. Everything is as it was, and everybody is signed out."), "success")
        return redirect(url_for("DemoView.index"))

    @expose("/postvak")
    def postvak(self) -> str:
        """List the mails, the last that arrived first."""
        found = postvak.newest(request.args.get("na"), limit=_PAGE_SIZE + 1)
        shown, more = found[:_PAGE_SIZE], found[_PAGE_SIZE:]
        return self.render_template(
            "postvak.html",
            mails=[_line(mail) for mail in shown],
            next_url=url_for("DemoView.postvak", na=shown[-1].key) if more else None,
            empty=_("No mail has been sent yet. Make a dossier as Karin, and one comes here within seconds."),
            demo_index_url=url_for("DemoView.index"),
        )

    @expose("/postvak/<key>")
    def mail(self, key: str) -> str:
        """Show one mail as it was sent; its links open as the person who got it."""
        mail = postvak.one(key)
        owner = demo.owner_of(mail.to)
        label = _("Open as %(name)s", name=owner.naam) if owner else _("Open the link")
        links = [{"label": label, "url": _as(owner, link)} for link in mail.links]
        shown = {"subject": mail.subject, "headers": mail.headers, "body": mail.body, "when": _when(mail)}
        back = url_for("DemoView.postvak")
        return self.render_template("postvak_mail.html", mail=shown, links=links, back_url=back)


def _port() -> int:
    return urlsplit(request.host_url).port or 80


def _has_names() -> bool:
    """Tell whether the visitor came by a name: at 127.0.0.1 there is one host, and one session at a time."""
    return urlsplit(request.host_url).hostname != "127.0.0.1"


def _let_forms_lead_to_everybody() -> None:
    """Each person is signed in on a host name of their own, to which the buttons post."""
    g.form_action = f"'self' http://*.localhost:{_port()}"


def _passed() -> str:
    days = demo.days_passed()
    return (
        ngettext("The demo is %(num)d day further.", "The demo is %(num)d days further.", days)
        if days
        else ""
    )


def _clock() -> dict[str, Any]:
    return {
        "url": url_for("DemoView.later"),
        "back": request.path,
        "today": wording.day(demo.today()),
        "passed": _passed(),
        "choices": list(_PASSING.items()),
    }


def _walk(number: int, walk: Walk, seen: Seen | None) -> dict[str, Any]:
    every = [step for chapter in walk.chapters for step in chapter.steps]
    coming = next((step for step in every if not step.is_done(seen)), None)
    chapters = [
        {
            "key": f"stap-{number}-{at}",
            "title": chapter.title,
            "done": sum(step.is_done(seen) for step in chapter.steps),
            "steps": [_step(step, seen) | {"next": step is coming} for step in chapter.steps],
        }
        for at, chapter in enumerate(walk.chapters, start=1)
    ]
    return {"child": walk.kind, "chapters": chapters}


def _step(step: Step, seen: Seen | None) -> dict[str, Any]:
    person, path = PEOPLE[step.who], step.path(seen)
    return {
        "quote": step.quote,
        "who": _card(person),
        "do": step.do,
        "path": path,
        "url": _at(person, path),
        "done": step.is_done(seen),
    }


def _card(person: DemoPerson) -> dict[str, Any]:
    roles = dict.fromkeys([str(rol.label) for _naam, rol in person.places])
    path = url_for("DemoView.sign_in", key=person.key)
    return {
        "key": person.key,
        "name": person.naam,
        "first_name": person.voornaam,
        "role": ", ".join(roles) or str(_INVITED[person.key].label),
        "organisation": ", ".join(naam for naam, _rol in person.places) or person.door,
        "tries": person.tries,
        "login_url": _at(person, path),
    }


def _line(mail: postvak.Mail) -> dict[str, Any]:
    url = url_for("DemoView.mail", key=mail.key)
    return {"subject": mail.subject, "to": mail.to, "when": _when(mail), "url": url, "state": "sent"}


def _when(mail: postvak.Mail) -> str:
    return wording.moment(mail.sent) if mail.sent else ""


def _at(person: DemoPerson, path: str) -> str:
    """Give a page on the host name on which that person is signed in."""
    return f"http://{person.key}.localhost:{_port()}{path}" if _has_names() else path


def _as(owner: DemoPerson | None, link: str) -> str:
    """Lead a link of this portal to the host name on which that person is signed in."""
    parts = urlsplit(link)
    if owner is None or not _has_names() or not config.is_this_machine(parts):
        return link
    return urlunsplit(parts._replace(netloc=f"{owner.key}.localhost:{_port()}"))
