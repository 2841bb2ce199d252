"""The card 'Volgende stap' of a dossier: what comes next, what it still needs, and the way to that."""

import functools
from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import access
from app.access import Person
from app.models import Hulpvraag
from app.services import school_tasks, status
from app.services.school_tasks import School
from app.services.status import Option
from app.services.wording import day
from app.terms import Noun, Verb, VoorkeurStaat
from app.views.tabs import bijlagen
from app.workflow import AT_MOVE, OF_SCHOOLS, Need

Context = dict[str, Any]

_DOCUMENTS = frozenset({Need.AANVRAAG_GETEKEND, Need.ADVIES_DEFINITIEF})


def next_step(row: Hulpvraag, person: Person, options: Sequence[Option]) -> Context:
    """Gather the card: whose turn it is, what is there and what is not, and the button that helps."""
    role = AT_MOVE[row.status]
    mine = role in person.rollen
    turn = _("It is your turn.") if mine else _("Now at move: %(who)s.", who=str(role.label if role else ""))
    onward = status.next_step(options)
    if onward is None:
        note = _("The parents and the JK specialist now look for a school that fits.")
        return {"title": str(row.status.label), "at_move": turn, "mine": mine, "note": note}
    checks = [{"label": str(n.label), "ok": n not in onward.missing} for n in onward.transition.needs]
    made = {
        "title": _("Next step: %(status)s", status=str(onward.to.label)),
        "at_move": turn,
        "mine": mine,
        "checks": checks,
    }
    if onward.missing:
        remedy = Remedies(row, person).of(onward)
        checks += remedy.pop("checks", [])
        made |= remedy
    elif onward.possible:
        address = url_for("HulpvraagView.status", pk=row.id, status=onward.transition.key)
        made["action"] = {"label": _("Change status"), "url": address}
    return made


class Remedies:
    """The ways to what transitions of one dossier still need, for one person."""

    def __init__(self, row: Hulpvraag, person: Person) -> None:
        """Look at nothing yet: what is asked is asked once."""
        self.row, self.person = row, person

    def of(self, option: Option) -> Context:
        """Offer the way to what a transition still needs, to who can go it."""
        missing = set(option.missing)
        if missing & _DOCUMENTS:
            return self._documents(missing)
        if missing & OF_SCHOOLS and self._arranges_schools:
            return self._schools_remedy(missing)
        return {}

    def _documents(self, missing: set[Need]) -> Context:
        if not bijlagen.may_add(self.row, self.person):
            return {}
        window = bijlagen.window(self.row)
        made: Context = {"action": {"label": _("Add bijlagen"), "url": window, "dialog": True}}
        if Need.ADVIES_DEFINITIEF in missing and self.person.is_jk_staff:
            made["note"] = _(
                "Is the advice there as a draft? Choose Make final and share in the tab Bijlagen."
            )
        return made

    @functools.cached_property
    def _arranges_schools(self) -> bool:
        return access.fields(self.person, Noun.SCHOOLVOORKEUR, self.row, Verb.EDIT) != frozenset()

    @functools.cached_property
    def _schools(self) -> Sequence[School]:
        return school_tasks.schools_of([self.row]).get(self.row.id, [])

    def _schools_remedy(self, missing: set[Need]) -> Context:
        """A school that answers comes first, then one that is proposed, then proposing one."""
        waits = self._first(VoorkeurStaat.BENADERD)
        if waits is not None and Need.SCHOOL_BENADERD not in missing:
            return self._waiting(waits)
        proposed = self._first(VoorkeurStaat.VOORGESTELD)
        if proposed is None:
            propose = url_for("SchoolVoorkeurView.add", hulpvraag=self.row.id)
            return {"action": {"label": _("Propose a school"), "url": propose}}
        if proposed.consented:
            return {"action": _act(proposed, "benaderen", _("Approach school"))}
        lacks = _("The parents consent for %(school)s", school=proposed.naam)
        return {
            "checks": [{"label": lacks, "ok": False}],
            "action": _act(proposed, "toestemming-vastleggen", _("Record consent")),
            "note": _("Can the parents sign in? Then ask them for it in the tab Schools of preference."),
        }

    def _waiting(self, school: School) -> Context:
        until = school.voorkeur.beslist_uiterlijk
        note = _("%(school)s decides by %(day)s.", school=school.naam, day=day(until) if until else "–")
        if not school.consented:
            note = _(
                "There is no valid consent for %(school)s. It cannot read the dossier.", school=school.naam
            )
        return {"note": note, "action": _act(school, "beantwoorden", _("Fill in the answer"))}

    def _first(self, staat: VoorkeurStaat) -> School | None:
        return next((s for s in self._schools if s.voorkeur.staat is staat), None)


def _act(school: School, act: str, label: str) -> Context:
    return {"label": label, "url": url_for("SchoolVoorkeurView.change", pk=school.voorkeur.id, act=act)}
