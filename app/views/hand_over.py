"""Handing somebody's work over to a colleague, and ending the membership, in one step."""

from typing import Any

from flask import flash, redirect, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.models import Lidmaatschap
from app.services import hand_over
from app.terms import Noun
from app.views.attempt import attempt
from app.views.base import Page, granted
from app.views.fields import FirstDayField
from app.views.membership_acts import find


class HandOverForm(FlaskForm):
    """To whom the work goes, and until when the leaver works here."""

    collega = SelectField(
        _l("Who takes the work over?"),
        [InputRequired(_l("Choose a colleague who works here in the same role."))],
    )
    per = FirstDayField(
        _l("Last day of work"),
        description=_l("Leave this empty to end the membership now. The work goes over now either way."),
    )


class HandOverView(BaseView):
    """The leaver's hand-over. A role administrator reads numbers, never a dossier."""

    route_base = "/medewerkers"
    default_view = "hand_over"
    class_permission_name = Noun.LIDMAATSCHAP.value

    @expose("/<pk>/overdragen", methods=["GET", "POST"])
    @granted("edit")
    def hand_over(self, pk: str) -> Page:
        """Show how much there is, ask who takes it over, and do it."""
        row, by = find(pk)
        home = url_for("LidmaatschapView.show", pk=row.id)
        people, work = hand_over.colleagues(row, by), hand_over.open_work(row)
        if not work or not people:
            crumbs = [(_("People"), url_for("LidmaatschapView.list")), (str(row), home)]
            said = _nobody_there() if work else _no_work(row)
            return self.render_template("message.html", crumbs=[*crumbs, (said["title"], None)], **said)
        form = HandOverForm()
        form.collega.choices = [("", _("Choose a colleague"))]
        form.collega.choices += [(str(person.gebruiker_id), person.naam) for person in people]
        form.collega.validate_choice = False  # the service refuses anybody else, in words
        out = attempt(form, lambda: hand_over.hand_over(row, form.data, by))
        if out.done:
            flash(_("Done. The work has gone over, and the colleague gets one mail about it."), "success")
            return redirect(home)
        title = _("Hand the work over and end")
        return self.render_template(
            "form.html",
            form=form,
            title=title,
            sub=f"{row.gebruiker} · {row.rol.label} · {row.organisation}",
            intro=_("All open work goes to one colleague in the same role. You see numbers, no dossiers."),
            consequences=[
                *work.sentences(),
                _("The colleague gets one mail, and so does each contact on the other side."),
                _("The membership ends, now or after the last day of work."),
            ],
            submit_label=title,
            destroys=True,
            cancel_url=home,
            crumbs=[(_("People"), url_for("LidmaatschapView.list")), (str(row), home), (title, None)],
            **out.context,
        ), out.status


def _nobody_there() -> dict[str, Any]:
    return {
        "title": _("Nobody can take the work over"),
        "text": _("Nobody else works here in the same role. Invite a colleague first."),
        "button": {"label": _("Invite somebody"), "url": url_for("LidmaatschapView.add")},
    }


def _no_work(row: Lidmaatschap) -> dict[str, Any]:
    return {
        "title": _("There is no open work"),
        "text": _("Nothing waits for this person. You can end the membership right away."),
        "button": {"label": _("End membership"), "url": url_for("MembershipView.end", pk=row.id)},
    }
