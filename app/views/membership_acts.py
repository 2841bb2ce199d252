"""What a role administrator does with somebody's membership, each after a question."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField
from wtforms.validators import InputRequired

from app import access
from app.access import Person
from app.errors import NeedsConfirmation
from app.models import Lidmaatschap
from app.services import accounts, hand_over, listing, log, lost_phone
from app.terms import Noun, Verb
from app.views.base import Page, granted


@dataclass(frozen=True)
class Question:
    """What is asked before something is done with a membership, and what is said afterwards."""

    title: Any
    sentence: Any
    consequences: Sequence[Any]
    do: Callable[[Lidmaatschap, Person], Any]
    said: Any
    danger: bool = False


_OUT = _l("Whoever is signed in is out at the next click.")
END = Question(
    title=_l("End membership"),
    sentence=_l("Do you want to end this membership now?"),
    consequences=[_OUT, _l("The account itself stays.")],
    do=accounts.end,
    said=_l("The membership has ended. This person can no longer work here."),
    danger=True,
)
SUSPEND = Question(
    title=_l("Suspend membership"),
    sentence=_l("Do you want to suspend this membership for the time being?"),
    consequences=[
        _OUT,
        _l("An invitation that was not used yet stops working."),
        _l("Nobody gets a mail about this."),
        _l("You can lift the suspension at any moment."),
    ],
    do=accounts.suspend,
    said=_l("The membership is suspended. This person cannot work here until you lift that."),
    danger=True,
)
RESUME = Question(
    title=_l("Lift suspension"),
    sentence=_l("Do you want this person to work here again?"),
    consequences=[
        _l("The role counts again at once."),
        _l("Was the invitation not used yet? Then send a new link afterwards."),
    ],
    do=accounts.resume,
    said=_l("The suspension is lifted. This person can work here again."),
)
INVITE_AGAIN = Question(
    title=_l("Send a new link"),
    sentence=_l("With this link the person chooses a new password and links a phone again."),
    consequences=[_l("Earlier links stop working."), _l("Until the link is used, nothing else changes.")],
    do=accounts.invite_again,
    said=_l("A mail with a new link is on its way."),
)
RESET = Question(
    title=_l("Reset the sign-in code"),
    sentence=_l("Has this person lost the phone? Then sign-in is set up anew, with a link by mail."),
    consequences=[
        _l("The phone and the recovery codes stop working at once."),
        _l("Whoever is signed in with this account is out at the next click, everywhere."),
        _l("This person gets a mail with a link, and chooses a password and links a phone with it."),
        _l("Are you sure who asks for this? Call back on a number that you know."),
    ],
    do=lost_phone.reset,
    said=_l("The sign-in code has been reset. A mail with a link is on its way."),
    danger=True,
)
LEFT_BEHIND = _l("That work stays behind, unless you hand it over first: see the page of the membership.")


class LeavesWorkForm(FlaskForm):
    """That one knows that work stays behind."""

    anyway = BooleanField(
        _l("I know that this work stays behind."),
        [InputRequired(_l("Tick this box, or hand the work over first."))],
    )


class MembershipView(BaseView):
    """The acts on a membership that need no more than a yes."""

    route_base = "/medewerkers"
    default_view = "end"
    class_permission_name = Noun.LIDMAATSCHAP.value

    @expose("/<pk>/beeindigen", methods=["GET", "POST"])
    @granted("edit")
    def end(self, pk: str) -> Page:
        """End a membership, in force on that person's next click; of open work one is asked once more."""
        row, by = find(pk)
        form = LeavesWorkForm()
        sure = request.method == "POST" and form.validate()
        if request.method == "POST":
            with contextlib.suppress(NeedsConfirmation):
                hand_over.end_leaving_work(row, by, confirmed=sure)
                return _done(row, END)
        work = hand_over.open_work(row)
        if not work:
            return self._page(row, END)
        left = [*END.consequences, *work.sentences(), LEFT_BEHIND]
        return self._page(row, replace(END, consequences=left), form), 422 if form.errors else 200

    @expose("/<pk>/schorsen", methods=["GET", "POST"])
    @granted("edit")
    def suspend(self, pk: str) -> Page:
        """Suspend a membership, in force on that person's next click."""
        return self._ask(pk, SUSPEND)

    @expose("/<pk>/hervatten", methods=["GET", "POST"])
    @granted("edit")
    def resume(self, pk: str) -> Page:
        """Lift a suspension."""
        return self._ask(pk, RESUME)

    @expose("/<pk>/uitnodigen", methods=["GET", "POST"])
    @granted("edit")
    def invite_again(self, pk: str) -> Page:
        """Mail a new link to who lost the first one, or the phone."""
        return self._ask(pk, INVITE_AGAIN)

    @expose("/<pk>/code-herstellen", methods=["GET", "POST"])
    @granted("edit")
    def reset(self, pk: str) -> Page:
        """Reset how somebody signs in who lost the phone."""
        return self._ask(pk, RESET)

    def _ask(self, pk: str, question: Question) -> Page:
        row, by = find(pk)
        if request.method == "POST":
            question.do(row, by)
            return _done(row, question)
        return self._page(row, question)

    def _page(self, row: Lidmaatschap, question: Question, form: FlaskForm | None = None) -> str:
        made: str = self.render_template(
            "confirm.html",
            title=question.title,
            sub=f"{row.gebruiker} · {row.organisation}",
            sentence=question.sentence,
            consequences=question.consequences,
            submit_label=question.title,
            danger=question.danger,
            cancel_url=url_for("LidmaatschapView.show", pk=row.id),
            form=form,
        )
        return made


def _done(row: Lidmaatschap, question: Question) -> Response:
    flash(str(question.said), "success")
    return redirect(url_for("LidmaatschapView.show", pk=row.id))


def find(pk: str) -> tuple[Lidmaatschap, Person]:
    """Give the membership that the person of this request may change; NotFound for any other."""
    row, by = listing.one(Lidmaatschap, pk, ("gebruiker", "organisation")), access.reader()
    access.require(by, Verb.EDIT, row)
    if request.method == "GET":
        log.reading(row)
    return row, by
