"""The first page after signing in: what is asked of this person."""

from typing import Any

from flask import url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app import access
from app.access import Person
from app.models import Afspraak, Hulpvraag, SchoolVoorkeur
from app.models.base import now
from app.services import afspraken, berichten, log, scans, toegangscontrole, worklist
from app.services.wording import day, days_ago, exact, local_hour
from app.terms import Noun, Role
from app.views.dossier import at_move


class WorklistView(BaseView):
    """The work list."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> str:
        """Show what waits for this person, then what is with others."""
        person = access.reader()
        reads = self.appbuilder.sm.has_access("can_list", Noun.HULPVRAAG)
        if reads:
            log.searching(Noun.HULPVRAAG, typed=False)
        mine, others = _lists(person) if reads else ([], [])
        context = {
            "title": f"{_greeting()} {person.voornaam}",
            "sub": ngettext("%(num)s thing is asked of you.", "%(num)s things are asked of you.", len(mine))
            if mine
            else None,
            "mine": mine,
            "others": others,
            "empty": _("Nothing is asked of you now."),
            "guide": [str(sentence) for role, sentence in GUIDE.items() if role in person.rollen],
            "problems": _problems(person),
            "search": {
                "q": "",
                "label": _("Search by name or number"),
                "action_url": url_for("HulpvraagView.list"),
            }
            if reads
            else None,
            "buttons": self._buttons(),
        }
        return self.render_template("worklist.html", **context)

    def _buttons(self) -> list[dict[str, Any]]:
        offers = (
            (Noun.HULPVRAAG, _("Make a dossier"), "HulpvraagView.add"),
            (Noun.LIDMAATSCHAP, _("Invite somebody"), "LidmaatschapView.add"),
            (Noun.ORGANISATION, _("Add an organisation"), "OrganisationView.add"),
        )
        may = self.appbuilder.sm.has_access
        found = [{"label": label, "url": url_for(to)} for noun, label, to in offers if may("can_add", noun)]
        return [offer | {"primary": offer is found[0]} for offer in found]


# What somebody finds here whose role brings no tasks.
GUIDE: dict[Role, Any] = {
    Role.CONTACTPERSOON_SCHOOL: _l(
        "As soon as parents agree to share a dossier with your school, you get a mail and find it here."
    ),
    # Whoever was invited to a dossier: a parent, or a participant.
    Role.OUDER: _l("You follow the dossiers that were opened for you. Choose a name to read on."),
    Role.ROLBEHEERDER: _l(
        "You invite colleagues and end memberships, under Administration. With this role you see no dossiers."
    ),
    Role.PRIVACYFUNCTIONARIS: _l(
        "When something is asked of you, you find it under Messages. With this role you see no dossiers."
    ),
    Role.PLATFORMBEHEERDER: _l(
        "You keep the list of organisations, under Administration. With this role you see no dossiers."
    ),
}


def _greeting() -> str:
    hour = local_hour(now())
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


def _lists(person: Person) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Gather what waits, rounds and agreements first, by date, then dossiers; and what is with others."""
    rounds, agreed = worklist.consultations(person), afspraken.due(person)
    handed, tasks, away = worklist.to_take_over(person), worklist.asked(person), worklist.elsewhere(person)
    named = (*(it.row.hulpvraag for it in agreed), *handed, *(task.hulpvraag for task in tasks), *away)
    worklist.know_children(named)
    mine = [
        *(_consultation(found) for found in rounds if not found.answered),
        *(_agreement(it.row, ticks=it.ticks) for it in agreed),
        *(_handed_over(row) for row in handed),
        *(_task(task) for task in tasks),
    ]
    answered = [_consultation(found) for found in rounds if found.answered]
    return mine, [*answered, *(_other(row) for row in away)]


def _agreement(one: Afspraak, *, ticks: bool) -> dict[str, Any]:
    row, page = one.hulpvraag, url_for("AfspraakView.show", pk=one.id)
    late = afspraken.is_late(one)
    return {
        "name": one.wat if len(one.wat) <= 80 else f"{one.wat[:79]}…",
        "url": page,
        "meta": f"{row.nummer} · {row.kind.naam}",
        "since": _("Too late: %(day)s", day=day(one.uiterlijk)) if late else day(one.uiterlijk),
        "action": {"label": _("Done"), "url": url_for("AfspraakView.tick", pk=one.id), "post": True,
                   "primary": False}
        if ticks
        else {"label": _("Open"), "url": page},
    }  # fmt: skip


def _handed_over(row: Hulpvraag) -> dict[str, Any]:
    what = _("This child comes to your school. Take the dossier over")
    return {
        "name": row.kind.naam,
        "url": url_for("HulpvraagView.show", pk=row.id),
        "meta": f"{row.nummer} · {what}",
        "since": days_ago(row.status_sinds),
        "action": {"label": _("Take over"), "url": url_for("OverdrachtView.page", pk=row.id)},
    }


def _task(task: worklist.Task) -> dict[str, Any]:
    row = task.hulpvraag
    dossier = url_for("HulpvraagView.show", pk=row.id)
    action = {"label": _("Open"), "url": dossier}
    if task.adds_documents:
        action = {"label": _("Add bijlagen"), "url": url_for("HulpvraagView.edit", pk=row.id)}
    elif task.school and task.school.voorkeur:
        action = _school_action(task.school.voorkeur, answers=task.school.answers)
    elif task.school and task.school.toestemming:
        consent = url_for("ToestemmingView.show", pk=task.school.toestemming.id)
        action = {"label": _("Read and decide"), "url": consent}
    elif task.changes_status:
        action = {"label": _("Change status"), "url": url_for("HulpvraagView.status", pk=row.id)}
    return {
        "name": row.kind.naam,
        "url": dossier,
        "meta": f"{row.nummer} · {task.what}",
        "since": days_ago(row.status_sinds),
        "action": action,
    }


def _consultation(found: worklist.Consultation) -> dict[str, Any]:
    page = url_for("OverlegrondeView.show", pk=found.ronde.id)
    asks = _("You are invited to a consultation: let us know whether you come")
    action = {"label": _("Open"), "url": page}
    if not found.answered:
        action = {"label": _("Give an answer"), "url": url_for("DeelnameView.edit", pk=found.ronde.id)}
    return {
        "name": _("Consultation %(when)s", when=exact(found.ronde.begint_op)),
        "url": page,
        "meta": found.nummer if found.answered else f"{found.nummer} · {asks}",
        "action": action,
    }


def _school_action(voorkeur: SchoolVoorkeur, *, answers: bool) -> dict[str, Any]:
    """Lead a school to its answer, and JK staff to where consents and schools are."""
    if answers:
        answer = url_for("SchoolVoorkeurView.change", pk=voorkeur.id, act="beantwoorden")
        return {"label": _("Give an answer"), "url": answer}
    schools = url_for("HulpvraagView.dossier_tab", pk=voorkeur.hulpvraag_id, tab="scholen")
    return {"label": _("To the schools"), "url": schools}


def _other(row: Hulpvraag) -> dict[str, Any]:
    turn = _("at move: %(who)s", who=at_move(row.status))
    dossier = url_for("HulpvraagView.show", pk=row.id)
    return {
        "name": row.kind.naam,
        "url": dossier,
        "meta": f"{row.nummer} · {row.status.label} · {turn}",
        "since": days_ago(row.status_sinds),
        "action": {"label": _("Open"), "url": dossier},
    }


def _reviews(person: Person) -> list[dict[str, Any]]:
    due = toegangscontrole.reminder(person)
    to = {"url": url_for("ToegangscontroleView.index"), "label": _("Look through it")}
    return [{"text": due} | to] if due else []


def _problems(person: Person) -> list[dict[str, Any]]:
    return [*_reviews(person), *_scan(person), *(_problem(row) for row in berichten.undelivered(person))]


def _scan(person: Person) -> list[dict[str, Any]]:
    late = scans.late(person)
    return [{"text": late}] if late else []


def _problem(row: Any) -> dict[str, Any]:
    return {
        "text": _(
            "A message about %(number)s could not be delivered.",
            number=row.hulpvraag.nummer if row.hulpvraag else "–",
        ),
        "url": url_for("BerichtView.undelivered"),
        "label": _("Look at it"),
    }
