"""The screens of Deelname: inviting, answering, opening the dossier for one participant, taking off."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app import access
from app.access import Person
from app.errors import NotFound
from app.models import Deelname, Overlegronde
from app.services import (
    deelnames,
    genodigden,
    listing,
    log,
    lost_phone,
    openingen,
    overlegrondes,
    related,
    voorbeeld,
    wording,
)
from app.services.genodigden import Wie
from app.services.wording import exact
from app.terms import Gezag, Noun, Opening, Verb
from app.views.attempt import Outcome, attempt
from app.views.base import Page, granted
from app.views.deelname_forms import FORMS, INTRO, AntwoordForm, OpeningForm
from app.views.membership_acts import RESET
from app.views.overlegronde import as_what, crumbs, title

Context = dict[str, Any]


class DeelnameView(BaseView):
    """What is done about one participant, and by one."""

    route_base = ""
    default_view = "add"
    noun = Noun.DEELNAME
    class_permission_name = Noun.DEELNAME.value

    @expose("/overlegrondes/<pk>/uitnodigen/<wie>", methods=["GET", "POST"])
    @granted("add")
    def add(self, pk: str, wie: str) -> Page:
        """Invite somebody: each kind of person in a form of its own."""
        row, by = _round(pk), access.reader()
        access.require(by, Verb.EDIT, row)
        if wie not in set(Wie):
            raise NotFound
        form = FORMS[Wie(wie)]()
        if "gezagsdrager" in form:
            form.gezagsdrager.choices = [(str(p.id), _named(p)) for p in genodigden.parents(row)]
        out = attempt(form, lambda: genodigden.invite(row, Wie(wie), form.data, by))
        if out.done:
            flash(_("Invited. This person gets a mail."), "success")
            return redirect(url_for("OverlegrondeView.show", pk=pk))
        if request.method == "POST":
            row = _round(pk)  # anew: a refusal lets go of what was loaded
        else:
            log.reading(row)
        context = _form_page(row, _("Invite somebody")) | {
            "tabs": _kinds(row, Wie(wie)),
            "intro": INTRO[Wie(wie)],
            "submit_label": _("Send the invitation"),
            "nobody": _("No parent of this child has been added yet. Add one on the page of the child.")
            if "gezagsdrager" in form and not form.gezagsdrager.choices
            else None,
        }
        return self._page("uitnodigen.html", form, out, **context)

    @expose("/overlegrondes/<pk>/antwoord", methods=["GET", "POST"])
    @granted("answer")
    def edit(self, pk: str) -> Page:
        """Ask a participant whether they come, or keep what they say."""
        row, by = _round(pk), access.reader()
        mine = deelnames.own(row, by)
        if mine is None or not (request.method == "POST" or access.may(by, Verb.ANSWER, mine)):
            raise NotFound
        form = AntwoordForm(obj=mine)
        form.voorstel.flags.sometimes = True
        data = form.data
        out = attempt(form, lambda: deelnames.answer(row, data["antwoord"], data["voorstel"], by))
        if out.done:
            flash(_("Thank you. Your answer has been kept, and the JK specialist gets a mail."), "success")
            return redirect(url_for("OverlegrondeView.show", pk=pk))
        if request.method == "POST":
            row = _round(pk)  # anew: a refusal lets go of what was loaded
        else:
            log.reading(row)
        context = _form_page(row, _("Let us know whether you come"))
        return self._page("form.html", form, out, submit_label=_("Send my answer"), **context)

    @expose("/deelnames/<pk>/openen", methods=["GET", "POST"])
    @granted("edit")
    def change(self, pk: str) -> Page:
        """Choose when the dossier opens for a participant, see how it looks, and then keep the choice."""
        row, by = _participant(pk)
        form = OpeningForm(
            opening=row.opening, moment=row.open_vanaf if row.opening is Opening.MOMENT else None
        )
        chosen, moment = form.opening.data, form.moment.data
        looked = request.form.get("gezien") == _mark(chosen, moment)
        if chosen is Opening.NIET or looked:
            act: Callable[[], Any] = lambda: openingen.open_dossier(row, chosen, moment, by)  # noqa: E731
        else:
            act = lambda: openingen.refuse_unfit(row, row.overlegronde, chosen, moment) or True  # noqa: E731
        out = attempt(form, act)
        if out.done and (chosen is Opening.NIET or looked):
            flash(_said(chosen), "success")
            return redirect(url_for("OverlegrondeView.show", pk=row.overlegronde_id))
        if out.done:
            return self._preview(row, chosen, moment)
        if request.method == "POST":
            row, by = _participant(pk)  # anew: a refusal lets go of what was loaded
        else:
            log.reading(row)
        who = _("Open the dossier for %(name)s", name=str(row.gebruiker))
        context = _form_page(row.overlegronde, who) | {"submit_label": _("Look how it will be")}
        return self._page("form.html", form, out, **context)

    @expose("/deelnames/<pk>/verwijderen", methods=["GET", "POST"])
    @granted("edit")
    def remove(self, pk: str) -> Page:
        """Take somebody off a consultation, after a question."""
        row, by = _participant(pk)
        if request.method == "POST":
            deelnames.remove(row, by)
            flash(_("Taken off the consultation. This person gets a mail."), "success")
            return redirect(url_for("OverlegrondeView.show", pk=row.overlegronde_id))
        return self._asks(
            row,
            title=_("Take %(name)s off the consultation", name=str(row.gebruiker)),
            sentence=_("Do you want to take this person off the consultation?"),
            consequences=[
                _("The invitation ends at once, and with it what was opened for this person."),
                _("This person gets a mail that the consultation is off for them."),
            ],
            submit_label=_("Take off the consultation"),
            danger=True,
        )

    @expose("/deelnames/<pk>/uitnodigen", methods=["GET", "POST"])
    @granted("edit")
    def invite_again(self, pk: str) -> Page:
        """Mail the invitation once more."""
        row, by = _participant(pk)
        if request.method == "POST":
            genodigden.invite_again(row, by)
            flash(_("A mail with the invitation is on its way."), "success")
            return redirect(url_for("OverlegrondeView.show", pk=row.overlegronde_id))
        return self._asks(
            row,
            title=_("Invite %(name)s again", name=str(row.gebruiker)),
            sentence=_("Do you want to mail the invitation once more?"),
            consequences=[_("Who has no account yet gets a new link. Earlier links stop working.")],
            submit_label=_("Send the invitation"),
        )

    @expose("/deelnames/<pk>/code-herstellen", methods=["GET", "POST"])
    @granted("edit")
    def reset(self, pk: str) -> Page:
        """Reset how a parent, or somebody else without an organisation, signs in who lost the phone."""
        row, by = _participant(pk)
        if request.method == "POST":
            lost_phone.reset_participant(row, by)
            flash(str(RESET.said), "success")
            return redirect(url_for("OverlegrondeView.show", pk=row.overlegronde_id))
        return self._asks(
            row,
            title=_("Reset the sign-in code of %(name)s", name=str(row.gebruiker)),
            sentence=RESET.sentence,
            consequences=RESET.consequences,
            submit_label=RESET.title,
            danger=True,
        )

    def _preview(self, row: Deelname, chosen: Opening, moment: datetime | None) -> Page:
        name, when = str(row.gebruiker), _when(row, chosen, moment)
        sub = f"{as_what(row)} · {overlegrondes.number(row.overlegronde)}"
        here = url_for("DeelnameView.change", pk=row.id)
        ronde = row.overlegronde
        path = [*crumbs(ronde), (title(ronde), url_for("OverlegrondeView.show", pk=ronde.id)), (name, here)]
        seen = voorbeeld.of(row)
        typed = request.form.get("moment", "")
        return self.render_template(
            "voorbeeld.html",
            title=_("This is how %(name)s sees it", name=name),
            crumbs=path,
            sub=sub,
            when=when,
            seen=seen,
            hidden=[("opening", chosen.value), ("moment", typed), ("gezien", _mark(chosen, moment))],
            submit_label=_("Give access to the dossier"),
            back_url=here,
        )

    def _asks(self, row: Deelname, **context: Any) -> Page:
        log.reading(row)
        ronde = row.overlegronde
        sub = f"{title(ronde)} · {overlegrondes.number(ronde)}"
        here = url_for("OverlegrondeView.show", pk=ronde.id)
        path = [*crumbs(ronde), (title(ronde), here), (context["title"], None)]
        return self.render_template("confirm.html", sub=sub, cancel_url=here, crumbs=path, **context)

    def _page(self, template: str, form: FlaskForm, out: Outcome, **context: Any) -> Page:
        return self.render_template(template, form=form, **out.context, **context), out.status


def _round(pk: str) -> Overlegronde:
    found: Overlegronde = listing.one(Overlegronde, pk, ("hulpvraag",))
    return found


def _participant(pk: str) -> tuple[Deelname, Person]:
    row, by = listing.one(Deelname, pk, ("gebruiker", "namens", "overlegronde")), access.reader()
    access.require(by, Verb.EDIT, row)
    related.fetch([row.overlegronde], ("hulpvraag",))
    return row, by


def _form_page(row: Overlegronde, what: str) -> Context:
    here = url_for("OverlegrondeView.show", pk=row.id)
    return {
        "title": what,
        "sub": f"{title(row)} · {overlegrondes.number(row)}",
        "crumbs": [*crumbs(row), (title(row), here), (what, None)],
        "cancel_url": here,
    }


def _kinds(row: Overlegronde, current: Wie) -> list[Context]:
    return [
        {
            "label": str(wie.label),
            "url": url_for("DeelnameView.add", pk=row.id, wie=wie.value),
            "current": wie is current,
        }
        for wie in Wie
    ]


def _named(parent: Any) -> str:
    return parent.naam if parent.gezag is Gezag.JA else f"{parent.naam} ({wording.words(parent.gezag)})"


def _mark(chosen: Opening | None, moment: datetime | None) -> str:
    """Name a choice, so that what is kept is what one looked at."""
    at = moment.isoformat() if moment and chosen is Opening.MOMENT else ""
    return f"{chosen}{at}"


def _when(row: Deelname, chosen: Opening, moment: datetime | None) -> str:
    if chosen is Opening.NU:
        return _("The dossier opens now.")
    since = moment if chosen is Opening.MOMENT else row.overlegronde.eindigt_op
    return _("The dossier opens on %(when)s.", when=exact(since) if since else "")


def _said(chosen: Opening) -> str:
    if chosen is Opening.NIET:
        return _("Saved. The dossier is not open for this person.")
    if chosen is Opening.NU:
        return _("Saved. The dossier is open for this person, who gets a mail.")
    return _("Saved. This person gets a mail as soon as the dossier opens.")
