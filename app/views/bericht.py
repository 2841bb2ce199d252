"""Berichten: what the portal told this person, and what it could not tell, as a task for JK staff."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import access
from app.access import Person
from app.errors import NotFound
from app.models import Bericht
from app.services import berichten, letters, log, outbox
from app.services.wording import moment
from app.terms import Noun
from app.views.base import granted

Page = str | Response


class BerichtView(BaseView):
    """The list, a message, and what one does with it."""

    route_base = ""
    class_permission_name = Noun.BERICHT.value
    default_view = "index"

    @expose("/berichten/")
    @granted("list")
    def index(self) -> Page:
        """Show one page of one's own messages, newest first."""
        person = access.reader()
        page = berichten.inbox(person, after=request.args.get("na"), before=request.args.get("voor"))
        log.searching(Noun.BERICHT, typed=False)
        return self.render_template(
            "berichten.html",
            title=_("Berichten"),
            sub=_("What happened in the dossiers that you are involved in."),
            chips=_chips(person, "index"),
            berichten=[_line(bericht) for bericht in page.rows],
            next_url=page.after and url_for("BerichtView.index", na=page.after),
            previous_url=page.before and url_for("BerichtView.index", voor=page.before),
            empty=_("You have no messages yet. When something happens in a dossier, you read it here."),
        )

    @expose("/berichten/<pk>")
    @granted("show")
    def show(self, pk: str) -> Page:
        """Show one message; it stays unread until the person goes on."""
        bericht = berichten.find(access.reader(), pk)
        log.reading(bericht)
        return self._letter(bericht)

    @expose("/berichten/<pk>/gelezen", methods=["POST"])
    @granted("edit")
    def read(self, pk: str) -> Page:
        """Mark a message as read and go to its dossier."""
        bericht = berichten.find(access.reader(), pk)
        berichten.mark_read(bericht)
        if bericht.soort == outbox.HANDED_OVER:
            return redirect(url_for("WorklistView.index"))
        if berichten.may_open_round(bericht):
            return redirect(url_for("OverlegrondeView.show", pk=bericht.overlegronde_id))
        if berichten.may_open_dossier(bericht):
            return redirect(url_for("HulpvraagView.show", pk=bericht.hulpvraag_id))
        return redirect(url_for("BerichtView.index"))

    @expose("/berichten/niet-bezorgd")
    @granted("list")
    def undelivered(self) -> Page:
        """Show JK staff what could not be delivered."""
        person = access.reader()
        if not person.is_jk_staff:
            raise NotFound
        log.searching(Noun.BERICHT, typed=False)
        return self.render_template(
            "list.html",
            title=_("Not delivered"),
            crumbs=[(_("Berichten"), url_for("BerichtView.index")), (_("Not delivered"), None)],
            summary=_("These people were not reached by mail. Send it again, or tell them in another way."),
            columns=[
                {"label": _("To"), "key": "to"},
                {"label": _("About"), "key": "about"},
                {"label": _("What went wrong"), "key": "fault"},
                {"label": _("Since"), "key": "since"},
            ],
            rows=[_task(bericht) for bericht in berichten.undelivered(person)],
            empty=_("All messages have been delivered."),
        )

    @expose("/berichten/<pk>/opnieuw", methods=["POST"])
    @granted("edit")
    def retry(self, pk: str) -> Page:
        """Send a message that failed once more."""
        berichten.retry(access.reader(), pk)
        flash(_("The message will be sent again."), "success")
        return redirect(url_for("BerichtView.undelivered"))

    @expose("/berichten/<pk>/afgehandeld", methods=["POST"])
    @granted("edit")
    def settle(self, pk: str) -> Page:
        """Take a task off the list: the person was told in another way."""
        berichten.settle(access.reader(), pk)
        flash(_("Settled. The task is off the list."), "success")
        return redirect(url_for("BerichtView.undelivered"))

    @expose("/m/<sleutel>")
    @granted("show")
    def open(self, sleutel: str) -> Page:
        """Follow the link in a mail: to the message, or to the words that say for whom it can be read."""
        opened = berichten.open_link(access.reader(), sleutel)
        if opened.elsewhere is not None:
            return self._elsewhere(opened.elsewhere)
        if opened.bericht is None:
            return redirect(url_for("BerichtView.index"))
        return redirect(url_for("BerichtView.show", pk=opened.bericht.id))

    def _elsewhere(self, reader: Person) -> Page:
        here, there = (place.organisation_naam or _("Invited person") for place in (access.reader(), reader))
        within_reach = reader.swv_id == access.reader().swv_id
        switch = _(
            "You are working for %(here)s now. Switch to %(there)s and open the link again.",
            here=here,
            there=there,
        )
        sign_in = _(
            "You are working for %(here)s now. Sign in for %(there)s and open the link again.",
            here=here,
            there=there,
        )
        return self.render_template(
            "message.html",
            title=_("This message is for another organisation"),
            text=switch if within_reach else sign_in,
            button={"label": _("Switch organisation"), "url": url_for("SigninView.switch")}
            if within_reach
            else None,
        )

    def _letter(self, bericht: Bericht) -> Page:
        to_round = berichten.may_open_round(bericht)
        to_dossier = not to_round and berichten.may_open_dossier(bericht)
        to_work = bericht.soort == outbox.HANDED_OVER
        facts = [
            (_("Number"), letters.number(bericht)),
            (_("Status"), letters.status_label(bericht)),
            (_("Goes to school"), letters.placed_at(bericht)),
            (_("From"), letters.placed_from(bericht)),
            (_("Readable until"), bericht.leesbaar_tot and moment(bericht.leesbaar_tot)),
        ]
        action = {
            "label": _("Open the consultation")
            if to_round
            else _("Open the dossier")
            if to_dossier
            else _("To the work list")
            if to_work
            else _("Mark as read"),
            "url": url_for("BerichtView.read", pk=bericht.id),
            "post": True,
        }
        return self.render_template(
            "bericht.html",
            title=letters.subject(bericht),
            sub=moment(bericht.gemaakt_op),
            crumbs=[(_("Berichten"), url_for("BerichtView.index")), (letters.subject(bericht), None)],
            body=letters.paragraphs(bericht),
            facts=[(label, value) for label, value in facts if value],
            action=action if to_round or to_dossier or to_work or bericht.gelezen_op is None else None,
            back_url=url_for("BerichtView.index"),
        )


def _line(bericht: Bericht) -> dict[str, Any]:
    status, number = letters.status_label(bericht), letters.number(bericht)
    return {
        "subject": letters.subject(bericht),
        "url": url_for("BerichtView.show", pk=bericht.id),
        "when": moment(bericht.gemaakt_op),
        "unread": bericht.gelezen_op is None,
        "meta": " · ".join(word for word in (number, status) if word),
    }


def _task(bericht: Bericht) -> dict[str, Any]:
    to = bericht.ontvanger.naam if bericht.ontvanger else _("Shared e-mail address or contact persons")
    place = bericht.organisation.naam if bericht.organisation else ""
    return {
        "cells": [
            {"value": to, "sub": place},
            {
                "value": letters.number(bericht) or letters.subject(bericht),
                "sub": letters.status_label(bericht),
            },
            {"value": str(bericht.fout.label) if bericht.fout else "–"},
            {"value": moment(bericht.gemaakt_op)},
        ],
        "actions": [
            {"label": _("Send again"), "url": url_for("BerichtView.retry", pk=bericht.id), "post": True},
            {"label": _("Settled"), "url": url_for("BerichtView.settle", pk=bericht.id), "post": True},
        ],
    }


def _chips(person: Person, current: str) -> list[dict[str, Any]]:
    count = len(berichten.undelivered(person))
    if not count:
        return []
    return [
        {"label": _("My messages"), "url": url_for("BerichtView.index"), "current": current == "index"},
        {
            "label": _("Not delivered"),
            "url": url_for("BerichtView.undelivered"),
            "count": count,
            "current": current == "undelivered",
        },
    ]
