"""The screens of Lidmaatschap: who works in an organisation, and inviting somebody."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access
from app.access import Person
from app.errors import NotFound
from app.models import Lidmaatschap
from app.services import accounts, leden, listing, wording
from app.terms import Noun, Role, Verb
from app.views.base import Page, PortalInterface, PortalView, granted


class LidmaatschapView(PortalView):
    """People of the own organisation, and for an SWV of its affiliated ones; adding one invites them."""

    route_base = "/medewerkers"
    noun, plural, singular = Noun.LIDMAATSCHAP, _l("People"), _l("Membership")
    add_label, empty = _l("Invite somebody"), _l("Nobody works here yet.")
    datamodel = PortalInterface(Lidmaatschap, leden)
    base_order, order_columns = ("van", "desc"), ["van"]
    search_in = ["gebruiker.first_name", "gebruiker.last_name", "organisation.naam"]
    choices = {"rol": sorted(set(Role) - {Role.OUDER, Role.DEELNEMER, Role.PLATFORMBEHEERDER})}
    load, list_columns = (
        ("gebruiker", "organisation"),
        ["gebruiker", "organisation", "rol", "van", "tot", "staat"],
    )
    show_columns = ["gebruiker", "organisation", "rol", "van", "tot", "staat"]
    add_columns = ["gebruiker.first_name", "gebruiker.last_name", "gebruiker.email", "organisation", "rol"]
    exclude_route_methods = PortalView.exclude_route_methods | {"edit"}

    def form_extra(self, row: Any) -> dict[str, Any]:
        """Say what saving does: it sends a mail."""
        return {
            "intro": _("This person gets a mail with a link that works for seven days."),
            "submit_label": _("Send the invitation"),
        }

    def show_context(self, row: Any) -> dict[str, Any]:
        """Offer to end the membership, apart from the rest."""
        ends = {"label": _("End membership"), "url": url_for("MembershipView.end", pk=row.id)}
        return super().show_context(row) | {"danger": ends if self.show_buttons(row) else None}

    def show_buttons(self, row: Any) -> Sequence[dict[str, Any]]:
        """Offer what can be done with this membership now, to who may."""
        if accounts.has_ended(row) or not access.may(access.current_person(), Verb.EDIT, row):
            return []
        if row.geschorst_op is not None:
            return [{"label": _("Lift suspension"), "url": url_for("MembershipView.resume", pk=row.id)}]
        return [
            {"label": _("Suspend"), "url": url_for("MembershipView.suspend", pk=row.id)},
            {"label": _("Send a new link"), "url": url_for("MembershipView.invite_again", pk=row.id)},
        ]

    def facts(self, row: Any, columns: Sequence[str]) -> Sequence[tuple[Any, Any]]:
        """Make the state of a membership stand out when it does not count."""
        shape = wording.tag_of(row.staat)
        return [
            (label, {"text": value, "tag": shape} if name == "staat" and shape else value)
            for name, (label, value) in zip(columns, super().facts(row, columns), strict=True)
        ]


class MembershipView(BaseView):
    """What a role administrator does with somebody's membership, each after a question."""

    route_base = "/medewerkers"
    default_view = "end"
    class_permission_name = Noun.LIDMAATSCHAP.value

    @expose("/<pk>/beeindigen", methods=["GET", "POST"])
    @granted("edit")
    def end(self, pk: str) -> Page:
        """End a membership, in force on that person's next click."""
        row, by = _find(pk)
        if request.method == "POST":
            accounts.end(row, by)
            flash(_("The membership has ended. This person can no longer work here."), "success")
            return redirect(url_for("LidmaatschapView.show", pk=row.id))
        return self.render_template(
            "confirm.html",
            title=_("End membership"),
            sub=f"{row.gebruiker} · {row.organisation}",
            sentence=_("Do you want to end this membership now?"),
            consequences=[
                _("Whoever is signed in is out at the next click."),
                _("The account itself stays."),
            ],
            submit_label=_("End membership"),
            danger=True,
            cancel_url=url_for("LidmaatschapView.show", pk=row.id),
        )

    @expose("/<pk>/schorsen", methods=["GET", "POST"])
    @granted("edit")
    def suspend(self, pk: str) -> Page:
        """Suspend a membership, in force on that person's next click."""
        row, by = _find(pk)
        if request.method == "POST":
            accounts.suspend(row, by)
            flash(
                _("The membership is suspended. This person cannot work here until you lift that."), "success"
            )
            return redirect(url_for("LidmaatschapView.show", pk=row.id))
        return self.render_template(
            "confirm.html",
            title=_("Suspend membership"),
            sub=f"{row.gebruiker} · {row.organisation}",
            sentence=_("Do you want to suspend this membership for the time being?"),
            consequences=[
                _("Whoever is signed in is out at the next click."),
                _("An invitation that was not used yet stops working."),
                _("Nobody gets a mail about this."),
                _("You can lift the suspension at any moment."),
            ],
            submit_label=_("Suspend"),
            danger=True,
            cancel_url=url_for("LidmaatschapView.show", pk=row.id),
        )

    @expose("/<pk>/hervatten", methods=["GET", "POST"])
    @granted("edit")
    def resume(self, pk: str) -> Page:
        """Lift a suspension."""
        row, by = _find(pk)
        if request.method == "POST":
            accounts.resume(row, by)
            flash(_("The suspension is lifted. This person can work here again."), "success")
            return redirect(url_for("LidmaatschapView.show", pk=row.id))
        return self.render_template(
            "confirm.html",
            title=_("Lift suspension"),
            sub=f"{row.gebruiker} · {row.organisation}",
            sentence=_("Do you want this person to work here again?"),
            consequences=[
                _("The role counts again at once."),
                _("Was the invitation not used yet? Then send a new link afterwards."),
            ],
            submit_label=_("Lift suspension"),
            cancel_url=url_for("LidmaatschapView.show", pk=row.id),
        )

    @expose("/<pk>/uitnodigen", methods=["GET", "POST"])
    @granted("edit")
    def invite_again(self, pk: str) -> Page:
        """Mail a new link to who lost the first one, or the phone."""
        row, by = _find(pk)
        if request.method == "POST":
            accounts.invite_again(row, by)
            flash(_("A mail with a new link is on its way."), "success")
            return redirect(url_for("LidmaatschapView.show", pk=row.id))
        return self.render_template(
            "confirm.html",
            title=_("Send a new link"),
            sub=f"{row.gebruiker} · {row.organisation}",
            sentence=_("With this link the person chooses a new password and links a phone again."),
            consequences=[
                _("Earlier links stop working."),
                _("Until the link is used, nothing else changes."),
            ],
            submit_label=_("Send a new link"),
            cancel_url=url_for("LidmaatschapView.show", pk=row.id),
        )


def _find(pk: str) -> tuple[Lidmaatschap, Person]:
    row, by = listing.one(Lidmaatschap, pk, ("gebruiker", "organisation")), access.current_person()
    access.require(by, Verb.EDIT, row)
    if by is None:
        raise NotFound
    return row, by
