"""What the page of one dossier shows: route, next step, tabs, and what each tab holds."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import access, workflow
from app.access import Person
from app.errors import NotFound
from app.models import Hulpvraag, StatusWijziging
from app.services import dossiers, hulpvragen, kinderen, stand_in, status, told
from app.services.status import Option
from app.services.wording import day, local_day
from app.terms import Level, Noun, Status, Verb
from app.views import next_step, tabs
from app.views.next_step import Remedies
from app.views.tabs import bijlagen
from app.workflow import AT_MOVE, ROUTE, Need, Transition

Context = dict[str, Any]
PEOPLE = ("contactpersoon", "specialist", "waarnemer")


def at_move(of: Status) -> str:
    """Say whose turn it is: 'U' for the person who reads."""
    role, person = AT_MOVE[of], access.current_person()
    if role is None:
        return "–"
    return _("You") if person and role in person.rollen else str(role.label)


def person_named(name: str, row: Hulpvraag) -> str:
    """Name the person in one of PEOPLE, with who stands in for them now."""
    at = row.voorschool_id if name == "contactpersoon" else row.swv_id
    return stand_in.named(getattr(row, name), at, [row.swv_id, row.voorschool_id])


def page(row: Hulpvraag, tab: str, facts: Sequence[Any] = ()) -> Context:
    """Gather dossier.html for one tab; NotFound for a tab that is not open to this person."""
    person = access.reader()
    level = access.level(person, row)
    if tab not in tabs.open_tabs(row, person):
        raise NotFound
    options = status.options(row, person) if level is not Level.OUDER else []
    inside = (
        {"facts": [*_shown(row, person, level, facts), *tabs.parents(row, person)]}
        if tab == "hulpvraag"
        else tabs.TABS[tab][2](row, person)
    )
    return {
        "title": row.kind.naam,
        "sub": _subtitle(row, person),
        "crumbs": [(_("Hulpvragen"), url_for("HulpvraagView.list")), (row.kind.naam, None)],
        "route": _route(row),
        "next": next_step.next_step(row, person, options)
        if row.status in workflow.OPEN and level is not Level.OUDER
        else None,
        "tabs": tabs.tab_row(row, tab, person),
        "tab": tab,
        "closed": _("This hulpvraag has ended. You can read it, but not change it.")
        if level is Level.LEZEN
        else None,
        **inside,
        "buttons": [*inside.get("buttons", []), *_buttons(row, person, tab, options)],
    }


def edit_page(row: Hulpvraag) -> Context:
    """Give the edit page its button Bijlagen, left of Opslaan. Manual: 'Klik op de knop Bijlagen'."""
    window = {
        "label": _("Bijlagen"),
        "url": bijlagen.window(row),
        "count": dossiers.counts(row)["bijlagen"],
        "dialog": True,
    }
    return {"sub": f"{row.kind.naam} · {row.nummer}", "buttons": [window], "crumbs": [
        (_("Hulpvragen"), url_for("HulpvraagView.list")),
        (row.kind.naam, url_for("HulpvraagView.show", pk=row.id)),
        (_("Edit hulpvraag"), None),
    ]}  # fmt: skip


def add_page(*, known_child: bool) -> Context:
    """Give the page that makes a dossier its sections."""
    return {
        "intro": _("The preschool gets a mail as soon as you have saved the dossier."),
        "submit_label": _("Make the dossier"),
        "sections": [
            {"title": _("The child"), "fields": ["kind"] if known_child else list(kinderen.FIELDS)},
            {
                "title": _("The hulpvraag"),
                "fields": list(hulpvragen.ASKED),
            },
        ],
    }


def status_page(row: Hulpvraag, chosen: str | None, last: StatusWijziging | None) -> Context:
    """Gather status_choose.html: what this person can do now, what not yet and why, and who will be told."""
    person = access.reader()
    options = status.options(row, person, last)
    onward = status.next_step(options)
    shown = [o for o in options if o.granted or o is onward]
    return {
        "title": _("Change status"),
        "sub": f"{row.kind.naam} · {row.nummer}",
        "current": str(row.status.label),
        "options": _options(row, shown, person, last),
        "chosen": chosen,
        "cancel_url": url_for("HulpvraagView.show", pk=row.id),
        "crumbs": [
            (_("Hulpvragen"), url_for("HulpvraagView.list")),
            (row.kind.naam, url_for("HulpvraagView.show", pk=row.id)),
            (_("Change status"), None),
        ],
    }


def change_page(row: Hulpvraag, option: Option, last: StatusWijziging | None) -> Context:
    """Gather status_form.html: one change of status with what it asks, and who will be told."""
    label = str(option.transition.label)
    return {
        "title": label,
        "sub": f"{row.kind.naam} · {row.nummer}",
        "option": _options(row, [option], access.reader(), last)[0],
        "cancel_url": url_for("HulpvraagView.status", pk=row.id),
        "crumbs": [
            (_("Hulpvragen"), url_for("HulpvraagView.list")),
            (row.kind.naam, url_for("HulpvraagView.show", pk=row.id)),
            (_("Change status"), url_for("HulpvraagView.status", pk=row.id)),
            (label, None),
        ],
    }


def said(row: Hulpvraag, change: StatusWijziging) -> str:
    """Say what was done and who gets a mail. No name of a child: the sentence travels in a cookie."""
    names = told.were_told(change)
    done = _("Saved. The status is now %(status)s.", status=str(change.naar.label))
    return f"{done} {told.told_sentence(names)}".rstrip()


def _shown(row: Hulpvraag, person: Person, level: Level, facts: Sequence[Any]) -> Sequence[Any]:
    """Leave out what is empty for who cannot fill it in; a parent reads how far the dossier is."""
    if level is Level.OUDER:
        since, turn = (_("Since"), day(local_day(row.status_sinds))), (_("At move"), at_move(row.status))
        return [(_("Status"), str(row.status.label)), since, *([turn] if row.status in workflow.OPEN else [])]
    return facts if person.is_jk_staff else [fact for fact in facts if fact[1] != "–"]


def _subtitle(row: Hulpvraag, person: Person) -> str:
    parts = [row.nummer, _("born %(date)s", date=day(row.kind.geboortedatum))]
    readable = access.fields(person, Noun.HULPVRAAG, row)
    if readable is None or "voorschool" in readable:
        parts.append(row.voorschool.naam)
    if row.specialist and (readable is None or "specialist" in readable):
        parts.append(_("JK specialist %(name)s", name=row.specialist.naam))
    return " · ".join(parts)


def _route(row: Hulpvraag) -> list[Context]:
    if row.status is Status.INGETROKKEN:
        return [{"label": str(row.status.label), "state": "stop", "when": day(local_day(row.status_sinds))}]
    here = ROUTE.index(Status.AANMELDEN_SCHOOL if row.status is Status.AFGEWEZEN else row.status)
    states = ["done" if i < here else "now" if i == here else "todo" for i in range(len(ROUTE))]
    reached = [row.status if state == "now" else s for s, state in zip(ROUTE, states, strict=True)]
    return [{"label": str(s.label), "state": state} for s, state in zip(reached, states, strict=True)]


def _buttons(row: Hulpvraag, person: Person, tab: str, options: Sequence[Option]) -> list[Context]:
    if tab != "hulpvraag":
        return []
    made: list[Context] = []
    if access.may(person, Verb.HAND_OVER, row):
        made.append({"label": _("Hand over"), "url": url_for("OverdrachtView.page", pk=row.id)})
    if any(o.granted for o in options):
        made.append({"label": _("Change status"), "url": url_for("HulpvraagView.status", pk=row.id)})
    if access.may(person, Verb.EDIT, row):
        address = url_for("HulpvraagView.edit", pk=row.id)
        made.append({"label": _("Edit hulpvraag"), "url": address, "primary": True})
    return made


def _does(transition: Transition) -> str:
    if Need.TOELICHTING not in transition.needs:
        return str(transition.effect)
    asked = _("An explanation is needed: %(question)s", question=str(transition.ask))
    return f"{transition.effect} {asked}"


def _options(
    row: Hulpvraag, shown: Sequence[Option], person: Person, last: StatusWijziging | None
) -> list[Context]:
    possible = [option.transition for option in shown if option.possible]
    heard = told.will_be_told(row, possible, last, person)
    remedies = Remedies(row, person)
    return [_option(row, option, heard.get(option.transition.key), remedies) for option in shown]


def _option(row: Hulpvraag, option: Option, heard: list[str] | None, remedies: Remedies) -> Context:
    t = option.transition
    at = ", ".join(sorted(str(role.label) for role in t.who))
    return {
        "key": t.key,
        "label": str(t.label),
        "does": _does(t),
        "told": heard,
        "possible": option.possible,
        "missing": [str(need.label) for need in option.missing],
        "at_move": None if option.granted else _("This is up to: %(who)s.", who=at),
        "danger": t.ends_access,
        "asks": Need.TOELICHTING in t.needs,
        "url": url_for("HulpvraagView.change", pk=row.id, key=t.key) if t.asks and option.possible else None,
        **({} if option.possible else remedies.of(option)),
    }
