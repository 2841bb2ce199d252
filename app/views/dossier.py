"""What the page of one dossier shows: route, next step, tabs, and what each tab holds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import access, workflow
from app.access import Person
from app.errors import NotFound
from app.models import Bijlage, Hulpvraag, StatusWijziging
from app.services import dossiers, status, told
from app.services.status import Option
from app.services.wording import day, moment, size, words
from app.terms import Level, Noun, Status, Verb, Zichtbaarheid
from app.workflow import AT_MOVE, ROUTE

Context = dict[str, Any]


def at_move(of: Status) -> str:
    """Say whose turn it is: 'U' for the person who reads."""
    role, person = AT_MOVE[of], access.current_person()
    if role is None:
        return "–"
    return _("You") if person and role in person.rollen else str(role.label)


def page(row: Hulpvraag, tab: str, facts: Sequence[Any] = ()) -> Context:
    """Gather dossier.html for one tab; NotFound for a tab that is not open to this person."""
    person = _person()
    level = access.level(person, row)
    if tab not in _open_tabs(level):
        raise NotFound
    options = status.options(row, person)
    inside = {"facts": [*facts, *_people(row, level)]} if tab == "hulpvraag" else _TABS[tab][2](row, person)
    return {
        "title": row.kind.naam,
        "sub": _subtitle(row),
        "crumbs": [(_("Hulpvragen"), url_for("HulpvraagView.list")), (row.kind.naam, None)],
        "route": _route(row),
        "next": _next_step(row, person, level, options) if row.status in workflow.OPEN else None,
        "tabs": _tabs(row, tab, level),
        "tab": tab,
        "closed": _("This hulpvraag has ended. You can read it, but not change it.") if level is Level.LEZEN else None,
        **inside,
        "buttons": [*inside.get("buttons", []), *_buttons(row, person, tab, options)],
    }


def edit_page(row: Hulpvraag) -> Context:
    """Give the edit page its button Bijlagen, left of Opslaan. Manual: 'Klik op de knop Bijlagen'."""
    window = {"label": _("Bijlagen"), "url": _window(row), "count": dossiers.counts(row)["bijlagen"], "dialog": True}
    return {"sub": f"{row.kind.naam} · {row.nummer}", "buttons": [window], "crumbs": [
        (_("Hulpvragen"), url_for("HulpvraagView.list")),
        (row.kind.naam, url_for("HulpvraagView.show", pk=row.id)),
        (_("Edit hulpvraag"), None),
    ]}  # fmt: skip


def add_page() -> Context:
    """Give the page that makes a dossier its sections."""
    return {
        "intro": _("The preschool gets a mail as soon as you have saved the dossier."),
        "submit_label": _("Make the dossier"),
        "sections": [
            {"title": _("The child"), "fields": ["voornaam", "tussenvoegsel", "achternaam", "geboortedatum"]},
            {"title": _("The hulpvraag"), "fields": ["voorschool", "contactpersoon", "specialist", "omschrijving"]},
        ],
    }


def status_page(row: Hulpvraag, chosen: str | None) -> Context:
    """Gather status_choose.html: what this person can do now, what not yet and why, and who will be told."""
    person = _person()
    options = status.options(row, person)
    onward = status.next_step(options)
    shown = [o for o in options if o.granted or o is onward]
    return {
        "title": _("Change status"),
        "sub": f"{row.kind.naam} · {row.nummer}",
        "current": str(row.status.label),
        "options": [_option(row, o, person) for o in shown],
        "chosen": chosen,
        "cancel_url": url_for("HulpvraagView.show", pk=row.id),
        "crumbs": [
            (_("Hulpvragen"), url_for("HulpvraagView.list")),
            (row.kind.naam, url_for("HulpvraagView.show", pk=row.id)),
            (_("Change status"), None),
        ],
    }


def said(row: Hulpvraag, change: StatusWijziging) -> str:
    """Say what was done and who gets a mail. No name of a child: the sentence travels in a cookie."""
    names = told.told_names(row, workflow.BY_KEY[change.overgang], change=change)
    done = _("Saved. The status is now %(status)s.", status=str(change.naar.label))
    if not names:
        return done
    return done + " " + _("These get a mail: %(names)s.", names=", ".join(names))


def _person() -> Person:
    person = access.current_person()
    if person is None:
        raise NotFound
    return person


def _subtitle(row: Hulpvraag) -> str:
    parts = [row.nummer, _("born %(date)s", date=day(row.kind.geboortedatum)), row.voorschool.naam]
    if row.specialist:
        parts.append(_("JK specialist %(name)s", name=row.specialist.naam))
    return " · ".join(parts)


def _route(row: Hulpvraag) -> list[Context]:
    if row.status is Status.INGETROKKEN:
        return [{"label": str(row.status.label), "state": "stop", "when": day(row.status_sinds.date())}]
    here = ROUTE.index(Status.AANMELDEN_SCHOOL if row.status is Status.AFGEWEZEN else row.status)
    states = ["done" if i < here else "now" if i == here else "todo" for i in range(len(ROUTE))]
    return [{"label": str(s.label), "state": state} for s, state in zip(ROUTE, states, strict=True)]


def _next_step(row: Hulpvraag, person: Person, level: Level, options: Sequence[Option]) -> Context:
    role = AT_MOVE[row.status]
    mine = role in person.rollen
    turn = _("It is your turn.") if mine else _("Now at move: %(who)s.", who=str(role.label if role else ""))
    onward = status.next_step(options)
    if onward is None:
        return {"title": str(row.status.label), "at_move": turn, "mine": mine, "checks": []}
    checks = [{"label": str(n.label), "ok": n not in onward.missing} for n in onward.transition.needs]
    made = {"title": _("Next step: %(status)s", status=str(onward.to.label)), "at_move": turn, "mine": mine, "checks": checks}
    if onward.missing and _may_add_documents(person, level):
        made["action"] = {"label": _("Add bijlagen"), "url": _window(row), "dialog": True}
    elif onward.possible:
        address = url_for("HulpvraagView.status", pk=row.id, status=onward.transition.key)
        made["action"] = {"label": _("Change status"), "url": address}
    return made


def _buttons(row: Hulpvraag, person: Person, tab: str, options: Sequence[Option]) -> list[Context]:
    if tab != "hulpvraag":
        return []
    made: list[Context] = []
    if any(o.granted for o in options):
        made.append({"label": _("Change status"), "url": url_for("HulpvraagView.status", pk=row.id)})
    if access.may(person, Verb.EDIT, row):
        address = url_for("HulpvraagView.edit", pk=row.id)
        made.append({"label": _("Edit hulpvraag"), "url": address, "primary": True})
    return made


def _option(row: Hulpvraag, option: Option, person: Person) -> Context:
    t = option.transition
    at = ", ".join(sorted(str(role.label) for role in t.who))
    return {
        "key": t.key,
        "label": str(t.label),
        "does": str(t.effect),
        "told": told.told_names(row, t, by=person) if option.possible else None,
        "possible": option.possible,
        "missing": [str(need.label) for need in option.missing],
        "at_move": None if option.granted else _("This is up to: %(who)s.", who=at),
        "danger": t.ends_access,
    }


def _open_tabs(level: Level) -> list[str]:
    return [key for key, (noun, _label, _fill) in _TABS.items() if access.fields(noun, level) != frozenset()]


def _tabs(row: Hulpvraag, current: str, level: Level) -> list[Context]:
    counts = dossiers.counts(row)
    return [
        {
            "label": str(_TABS[key][1]),
            "url": url_for("HulpvraagView.show", pk=row.id) if key == "hulpvraag" else url_for("HulpvraagView.dossier_tab", pk=row.id, tab=key),
            "current": key == current,
            "count": counts.get(key),
        }
        for key in _open_tabs(level)
    ]


def _people(row: Hulpvraag, level: Level) -> list[tuple[str, Any]]:
    if access.fields(Noun.GEZAGSDRAGER, level) == frozenset():
        return []
    names = dossiers.parents(row)
    if level in (Level.ALLES, Level.LEZEN):
        child = {"text": _("Child and parents"), "url": url_for("KindView.show", pk=row.kind_id)}
        return [(_("Parents and guardians"), [*names, child])]
    return [(_("Parents and guardians"), names or "–")]


def _bijlagen(row: Hulpvraag, person: Person) -> Context:
    staff = person.is_jk_staff
    heads = [(_("Title"), "titel"), (_("Kind"), "soort"), (_("From"), "organisation"), (_("Added on"), "toegevoegd_op")]
    if staff:
        heads.append((_("Who may see it"), "zichtbaarheid"))
    adds = _may_add_documents(person, access.level(person, row))
    add = {"label": _("Add bijlagen"), "url": _window(row), "dialog": True, "primary": True}
    return {
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [_bijlage(found, staff=staff) for found in dossiers.documents(row)],
        "empty": _("There are no documents that you may see yet."),
        "buttons": [add] if adds else [],
    }


def _bijlage(found: Bijlage, *, staff: bool) -> Context:
    cells: list[Context] = [
        {"value": found.titel, "sub": size(found.grootte)},
        {"value": words(found.soort), "sub": words(found.stadium) if staff else None},
        {"value": found.organisation.naam, "sub": found.toegevoegd_door.naam},
        {"value": moment(found.toegevoegd_op)},
    ]
    if staff:
        gone = found.ingetrokken_op is not None
        intern = found.zichtbaarheid is Zichtbaarheid.INTERN
        cells.append({"value": _("Retracted") if gone else words(found.zichtbaarheid), "tag": "stop" if gone else "need" if intern else "plain"})
    return {"url": url_for("BijlageView.show", pk=found.id), "cells": cells}


def _may_add_documents(person: Person, level: Level) -> bool:
    return access.permits(person.rollen, "can_add", Noun.BIJLAGE) and access.fields(Noun.BIJLAGE, level, Verb.ADD) != frozenset()


def _notities(row: Hulpvraag, person: Person) -> Context:
    level = access.level(person, row)
    adds = access.permits(person.rollen, "can_add", Noun.NOTITIE) and access.fields(Noun.NOTITIE, level, Verb.ADD) != frozenset()
    add = {"label": _("Write a note"), "url": url_for("NotitieView.add", hulpvraag=row.id), "primary": True}
    return {
        "notities": [
            {
                "text": note.tekst,
                "who": note.geschreven_door.naam,
                "namens": note.organisation.naam,
                "when": moment(note.geschreven_op),
                "visibility": words(note.zichtbaarheid) if person.is_jk_staff else None,
                "visibility_tag": "need" if note.zichtbaarheid is Zichtbaarheid.INTERN else "plain",
            }
            for note in dossiers.notes(row)
        ],
        "empty": _("There are no notes that you may see yet."),
        "buttons": [add] if adds else [],
    }


def _historie(row: Hulpvraag, person: Person) -> Context:
    changes = dossiers.history(row)
    readable = access.fields(Noun.STATUSWIJZIGING, access.level(person, row))
    return {
        "historie": [
            {
                "label": str(change.naar.label),
                "who": change.door.naam,
                "namens": change.namens.naam,
                "when": moment(change.op),
                "toelichting": change.toelichting if readable is None else None,
                "current": change is changes[0],
                "state": "stop" if change.naar is Status.INGETROKKEN else "now" if change is changes[0] else "done",
            }
            for change in changes
        ],
        "empty": _("Nothing has happened yet."),
    }


def _toegang(row: Hulpvraag, person: Person) -> Context:  # noqa: ARG001 - a tab's signature
    heads = [(_("Who"), "partij"), (_("Ground"), "grond"), (_("Since"), "van"), (_("Until"), "tot")]
    return {
        "intro": _("JK staff of the SWV always have access. These parties are involved as well."),
        "columns": [{"label": label, "key": key} for label, key in heads],
        "rows": [
            {
                "cells": [
                    {"value": str(found.organisation or found.gebruiker or "–")},
                    {"value": words(found.grond), "sub": words(workflow.LEVELS[found.grond][row.status])},
                    {"value": moment(found.van)},
                    {"value": words(found.tot)},
                ]
            }
            for found in dossiers.involved(row)
        ],
        "empty": _("Nobody outside the SWV has access."),
    }


def _window(row: Hulpvraag) -> str:
    return url_for("BijlageFilesView.window", hulpvraag_id=row.id)


_TABS: Mapping[str, tuple[Noun, Any, Callable[[Hulpvraag, Person], Context]]] = {
    "hulpvraag": (Noun.HULPVRAAG, _l("Hulpvraag"), lambda _row, _who: {}),
    "bijlagen": (Noun.BIJLAGE, _l("Bijlagen"), _bijlagen),
    "notities": (Noun.NOTITIE, _l("Notes"), _notities),
    "historie": (Noun.STATUSWIJZIGING, _l("History"), _historie),
    "toegang": (Noun.BETROKKENHEID, _l("Who has access"), _toegang),
}
