"""The access review of an SWV: who asks for attention and why, suspending them, and recording the review."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app import access
from app.models import Lidmaatschap, Toegangscontrole
from app.models.base import parse_id
from app.services import log, toegangscontrole
from app.services.toegang_regels import Finding
from app.services.toegangscontrole import Counts
from app.services.wording import day, exact
from app.terms import Aandacht, Noun, Verb
from app.views.attempt import attempt
from app.views.base import Page, granted
from app.views.fields import stripped
from app.views.signin import local_path

_LAST_PAGE = 10_000


class ReviewForm(FlaskForm):
    """What somebody wants to keep about a review."""

    opmerking = TextAreaField(
        _l("Remark"),
        [Length(max=5000)],
        description=_l("For example what you agreed to change. No names of children."),
        filters=[stripped],
        render_kw={"rows": 4},
    )
    seen = HiddenField()


class ToegangscontroleView(BaseView):
    """The memberships of an SWV and its affiliated organisations that ask for attention."""

    route_base = "/toegangscontrole"
    default_view = "index"
    noun = Noun.TOEGANGSCONTROLE
    class_permission_name = Noun.TOEGANGSCONTROLE.value

    @expose("/")
    @granted("list")
    def index(self) -> Page:
        """Show who asks for attention and why, and the reviews that were recorded."""
        by, typed = access.reader(), request.args.get("q", "").strip()[:80]
        why, page = _chosen_reason(), _chosen_page()
        counts, reviews = toegangscontrole.counts(by), toegangscontrole.history(by)
        found, more = toegangscontrole.findings(by, why=why, typed=typed, page=page)
        log.searching(Noun.TOEGANGSCONTROLE, typed=bool(typed))
        may_add = by.permits(Noun.TOEGANGSCONTROLE, Verb.ADD)
        may_open = by.permits(Noun.LIDMAATSCHAP, Verb.READ)
        here: dict[str, Any] = {"q": typed or None, "filter": why}
        return self.render_template(
            "toegangscontrole.html",
            title=_("Access review"),
            summary=_summary(counts),
            last=_said_last(reviews),
            reminder=toegangscontrole.reminder(by, reviews),
            search={"q": typed, "label": _("Search by name or organisation")},
            keep=[("filter", why)] if why else [],
            chips=_chips(counts, why, typed),
            columns=[{"label": it} for it in (_("Name"), _("Organisation"), _("Role"), _("Why"))],
            rows=[_row(it, may_open=may_open, may_suspend=may_add) for it in found],
            empty=_("Nothing was found for these words.") if typed else _("Nobody asks for attention here."),
            all_url=_home(**here, p=page, alles="1", _anchor="aangevinkt"),
            back=request.full_path,
            previous_url=_home(**here, p=page - 1) if page > 1 else None,
            next_url=_home(**here, p=page + 1) if more else None,
            history_columns=[
                {"label": it} for it in (_("On"), _("By"), _("Memberships"), _("For attention"), _("Remark"))
            ],
            history=[_review(one) for one in reviews],
            buttons=[
                {"label": _("Record the review"), "url": url_for("ToegangscontroleView.add"), "primary": True}
            ]
            if may_add
            else [],
        )

    @expose("/schorsen", methods=["GET", "POST"])
    @granted("add")
    def suspend(self) -> Page:
        """Ask once more, naming everybody, and suspend the memberships that were ticked."""
        by = access.reader()
        keys = {parse_id(key) for key in request.values.getlist("lid")}
        back = local_path(request.values.get("terug")) or _home()
        if not keys:
            flash(_("Tick first whom you want to suspend."), "warning")
            return redirect(back)
        rows = toegangscontrole.chosen(keys, by)
        if request.method == "POST":
            toegangscontrole.suspend(rows, by)
            flash(_suspended(len(rows)), "success")
            return redirect(back)
        log.reading_each(rows)
        return self.render_template(
            "confirm.html",
            title=ngettext("Suspend a membership", "Suspend %(num)s memberships", len(rows)),
            sentence=ngettext(
                "Do you want to suspend the membership of this person for the time being?",
                "Do you want to suspend these %(num)s memberships for the time being?",
                len(rows),
            ),
            whom=[_named(row) for row in rows],
            consequences=[
                _("Whoever is signed in is out at the next click."),
                _("An invitation that was not used yet stops working."),
                _("Nobody gets a mail about this."),
                _("You can lift the suspension at any moment."),
            ],
            hidden=[("lid", row.id) for row in rows] + [("terug", back)],
            submit_label=_("Suspend"),
            danger=True,
            cancel_url=back,
            action_url=url_for("ToegangscontroleView.suspend"),
            crumbs=[(_("Access review"), _home()), (_("Suspend"), None)],
        )

    @expose("/vastleggen", methods=["GET", "POST"])
    @granted("add")
    def add(self) -> Page:
        """Record that everything was looked through."""
        by, form = access.reader(), ReviewForm()
        reviews = toegangscontrole.history(by)
        if request.method == "GET":
            form.seen.data = str(reviews[0].id) if reviews else ""
        out = attempt(form, lambda: toegangscontrole.add(form.data, by))
        if out.done:
            flash(_("The review is recorded. You will be reminded in a year."), "success")
            return redirect(_home())
        if out.conflict:  # what was typed can be recorded besides
            form.seen.data = str(toegangscontrole.history(by)[0].id)
        title = _("Record the review")
        context = {
            "title": title,
            "intro": _("You record that you looked through who has access, and did what was needed."),
            "facts": _facts(toegangscontrole.counts(by)),
            "submit_label": title,
            "cancel_url": _home(),
            "crumbs": [(_("Access review"), _home()), (title, None)],
        }
        return self.render_template("form.html", form=form, **out.context, **context), out.status


def _home(**words: Any) -> str:
    return url_for("ToegangscontroleView.index", **words)


def _chosen_reason() -> Aandacht | None:
    asked = request.args.get("filter", "")
    return next((why for why in Aandacht if why == asked), None)


def _chosen_page() -> int:
    asked = request.args.get("p", "")
    return (
        min(max(int(asked), 1), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    )


def _summary(counts: Counts) -> str:
    if not counts.attention:
        return ngettext(
            "%(num)s membership, and it asks for no attention.",
            "%(num)s memberships, and none asks for attention.",
            counts.memberships,
        )
    return ngettext(
        "%(num)s of the %(total)s memberships asks for attention.",
        "%(num)s of the %(total)s memberships ask for attention.",
        counts.attention,
        total=counts.memberships,
    )


def _chips(counts: Counts, chosen: Aandacht | None, typed: str) -> list[dict[str, Any]]:
    words = {"q": typed} if typed else {}
    everything = {
        "label": _("All"),
        "count": counts.attention,
        "url": _home(**words),
        "current": chosen is None,
    }
    return [
        everything,
        *(
            {
                "label": why.label,
                "count": counts.of[why],
                "url": _home(filter=why, **words),
                "current": why is chosen,
            }
            for why in Aandacht
        ),
    ]


def _row(found: Finding, *, may_open: bool, may_suspend: bool) -> dict[str, Any]:
    lid = found.lidmaatschap
    name = {"value": found.gebruiker.naam, "sub": _("This is you.") if found.own else None}
    place = {"value": found.organisation.naam, "sub": lid.locatie}
    cells = [name, place, {"value": lid.rol.label}, {"lines": found.reasons}]
    row: dict[str, Any] = {"cells": cells}
    if may_open:
        row["url"] = url_for("LidmaatschapView.show", pk=lid.id)
    if not (may_suspend and found.may_change):
        return row
    if lid.geschorst_op is not None:
        lift = url_for("MembershipView.resume", pk=lid.id)
        return row | {"actions": [{"label": _("Lift suspension"), "url": lift}]}
    alone = url_for("ToegangscontroleView.suspend", lid=lid.id, terug=request.full_path)
    return row | {
        "actions": [{"label": _("Suspend"), "url": alone, "danger": True}],
        "tick": {
            "name": "lid",
            "value": lid.id,
            "label": _("Tick %(who)s", who=f"{found.gebruiker.naam}, {lid.rol.label}"),
            "checked": "alles" in request.args,
        },
    }


def _named(row: Lidmaatschap) -> str:
    return f"{row.gebruiker} · {row.rol.label} · {row.organisation}"


def _suspended(number: int) -> str:
    return ngettext(
        "The membership is suspended. This person cannot work there until you lift that.",
        "%(num)s memberships are suspended. These people cannot work there until you lift that.",
        number,
    )


def _said_last(reviews: Any) -> str | None:
    if not reviews:
        return None
    last: Toegangscontrole = reviews[0]
    return _("Last review on %(day)s by %(who)s.", day=day(last.op), who=last.door or _("Somebody"))


def _review(one: Toegangscontrole) -> dict[str, Any]:
    values = (exact(one.op), one.door, one.lidmaatschappen, one.aandacht, one.opmerking)
    return {"cells": [{"value": value} for value in values]}


def _facts(counts: Counts) -> list[tuple[str, str]]:
    return [(_("Memberships"), str(counts.memberships))] + [
        (str(why.label), str(number)) for why, number in counts.of.items()
    ]
