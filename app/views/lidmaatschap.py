"""The screens of Lidmaatschap: who works in an organisation, inviting somebody, and from when until when."""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from app import access
from app.models import Lidmaatschap
from app.models.base import now
from app.services import accounts, days, leden, new_accounts, stand_in, wording
from app.terms import LidmaatschapStaat, Noun, Role
from app.views.base import PortalInterface, PortalView
from app.views.fields import FirstDayField, LastDayField, SuggestField
from app.views.stand_in import words

_LONGEST_PLACE = 120


def last_signed_in(row: Lidmaatschap) -> str:
    """Say when this person last signed in at the SWV."""
    known: dict[Any, datetime | None] = g.setdefault("last_signed_in", {})
    if row.id not in known:
        known[row.id] = leden.last_signed_in([row]).get(row.id)
    moment = known[row.id]
    return wording.moment(moment) if moment else _("never yet")


_PERSON = ("gebruiker.first_name", "gebruiker.last_name", "gebruiker.email")
_WORDS = {
    "van": lambda row: wording.day(wording.local_day(row.van)),
    "tot": lambda row: days.until_words(row.tot),
    "laatst": last_signed_in,
}
_FIELDS: dict[str, Callable[[Any], Any]] = {
    "van": functools.partial(FirstDayField, description=_l("Leave this empty to begin today.")),
    "tot": functools.partial(
        LastDayField, description=_l("Leave this empty when the last day is not known.")
    ),
    "locatie": functools.partial(
        SuggestField,
        longest=_LONGEST_PLACE,
        description=_l("Only when the organisation has several, such as a building or a group."),
    ),
}


class LidmaatschapView(PortalView):
    """People of the own organisation, and for an SWV of its affiliated ones; adding one invites them."""

    route_base = "/medewerkers"
    noun, plural, singular = Noun.LIDMAATSCHAP, _l("People"), _l("Membership")
    add_label, edit_label = _l("Invite somebody"), _l("Edit membership")
    empty = _l("Nobody works here yet.")
    datamodel = PortalInterface(Lidmaatschap, leden)
    base_order, order_columns = ("van", "desc"), ["van"]
    search_in = ["gebruiker.first_name", "gebruiker.last_name", "organisation.naam", "locatie"]
    choices = {"rol": sorted(set(Role) - {Role.OUDER, Role.DEELNEMER, Role.PLATFORMBEHEERDER})}
    load = ("gebruiker", "organisation")
    list_columns = ["gebruiker", "organisation", "rol", "van", "tot", "laatst", "staat"]
    show_columns = ["gebruiker", "organisation", "locatie", "rol", "van", "tot", "laatst", "staat"]
    edit_columns = ["van", "tot", "locatie"]
    add_columns = [*_PERSON, "organisation", "locatie", "rol", "van", "tot"]
    label_columns, formatters_columns = {"tot": _l("Until and including")}, _WORDS
    own_fields = _FIELDS

    def shape(self, form: FlaskForm, row: Lidmaatschap | None) -> None:
        """Suggest the locations in use; when it has begun, the first day stays."""
        form["locatie"].suggestions = leden.locations(row.organisation_id if row else None)
        if row is not None and row.van <= now():
            del form["van"]

    def form_extra(self, row: Lidmaatschap | None) -> dict[str, Any]:
        """Say what saving does: it sends a mail."""
        if row is not None:
            return {"sub": f"{row.gebruiker} · {row.rol.label} · {row.organisation}"}
        return {
            "intro": _("This person gets a mail with a link that works for seven days."),
            "submit_label": _("Send the invitation"),
        }

    def know(self, rows: Sequence[Lidmaatschap]) -> None:
        """Ask at once when all these people last signed in."""
        found = leden.last_signed_in(rows)
        g.last_signed_in = {row.id: found.get(row.id) for row in rows}

    def row(self, row: Lidmaatschap, columns: Sequence[str] = ()) -> dict[str, Any]:
        """Give one row of the list, with the location under the organisation."""
        made = super().row(row, columns)
        made["cells"][1]["sub"] = row.locatie
        return made

    def show_context(self, row: Lidmaatschap) -> dict[str, Any]:
        """Add where else the person works and who stands in, and what can be done; ending it stands apart."""
        context, also = super().show_context(row), [_other(one) for one in leden.others(row)]
        more: list[Any] = [(_("Also"), also)] if also else []
        if found := stand_in.arranged_for(row):
            more.append((_("Stand-in"), [words(one, one.waarnemer.naam) for one in found]))
        context["facts"] = [*context["facts"], *more]
        if not context["buttons"]:
            return context
        ends = {"label": _("End membership"), "url": url_for("MembershipView.end", pk=row.id)}
        return context | {"groups": [{"title": _("What you can do"), "facts": _acts(row)}], "danger": ends}

    def show_buttons(self, row: Lidmaatschap) -> Sequence[dict[str, Any]]:
        """Offer to edit what has not ended, to who may."""
        return [] if accounts.has_ended(row) else super().show_buttons(row)

    def facts(self, row: Lidmaatschap, columns: Sequence[str]) -> Sequence[tuple[Any, Any]]:
        """Make the state of a membership stand out when it does not count."""
        shape = wording.tag_of(row.staat)
        return [
            (label, {"text": value, "tag": shape} if name == "staat" and shape else value)
            for name, (label, value) in zip(columns, super().facts(row, columns), strict=True)
        ]


def _acts(row: Lidmaatschap) -> list[tuple[Any, dict[str, Any]]]:
    """Say when one would do what, each with a link to the page that does it."""
    suspended, works = row.geschorst_op is not None, row.rol in stand_in.ROLES
    # An account that opens more than one administers looks like one that nobody has used yet.
    in_use = new_accounts.is_active(row.gebruiker)
    lost = in_use and accounts.within_reach(row.gebruiker, access.reader())
    offered = (
        (works, _("On leave"), _("Arrange stand-in"), "StandInView.arrange"),
        (works, _("Leaves"), _("Hand the work over and end"), "HandOverView.hand_over"),
        (lost and not suspended, _("Lost the phone"), _("Reset the sign-in code"), "MembershipView.reset"),
        (
            not lost and not suspended,
            _("Did not come in yet"),
            _("Send a new link"),
            "MembershipView.invite_again",
        ),
        (not suspended, _("Out for the time being"), _("Suspend membership"), "MembershipView.suspend"),
        (suspended, _("Comes back"), _("Lift suspension"), "MembershipView.resume"),
    )
    return [
        (when, {"text": label, "url": url_for(act, pk=row.id)})
        for possible, when, label, act in offered
        if possible
    ]


def _other(row: Lidmaatschap) -> dict[str, Any]:
    text = f"{row.rol.label} · {row.organisation}"
    if row.staat is not LidmaatschapStaat.GELDIG:
        text = f"{text} ({row.staat.label})"
    return {"text": text, "url": url_for("LidmaatschapView.show", pk=row.id)}
