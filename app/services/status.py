"""The status of a hulpvraag: what can be done now, what is missing, and the change itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import String, case, literal, select, type_coerce, union
from sqlalchemy.orm.exc import StaleDataError

from app import access, workflow
from app.access import Person
from app.errors import BadInput, Conflict, NeedsConfirmation, NotFound, TransitionRefused
from app.extensions import db
from app.models import Bijlage, Gebruiker, Hulpvraag, Organisation, SchoolVoorkeur, StatusWijziging
from app.models.base import now
from app.services import effects, log, told
from app.services.dossiers import take_turn
from app.services.effects import Answers
from app.services.wording import day, exact, moment
from app.terms import Actie, BijlageSoort, Ground, Role, Stadium, Status, VoorkeurStaat, Zichtbaarheid
from app.workflow import BY_KEY, Act, Ask, Document, Facts, Need, Transition

NOTHING_ASKED = Answers()
# Who reads every school of preference and its state; others know at most their own request.
_SEE_ALL_SCHOOLS = frozenset({Ground.SWV, Ground.VOORSCHOOL, Ground.OUDER})


@dataclass(frozen=True)
class Option:
    """A transition as it stands for one person on one dossier."""

    transition: Transition
    to: Status
    granted: bool
    missing: list[Need] = field(default_factory=list)

    @property
    def possible(self) -> bool:
        """Tell whether this person can make the change now."""
        return self.granted and not self.missing


def facts(hulpvraag: Hulpvraag, last: StatusWijziging | None = None) -> Facts:
    """Gather what the workflow table asks of a dossier; objective, whoever asks.

    `last` is its newest change; without it, no change can be taken back.
    """
    b, v = Bijlage, SchoolVoorkeur
    documents = select(*(type_coerce(c, String) for c in (b.soort, b.zichtbaarheid, b.stadium))).where(
        b.hulpvraag_id == hulpvraag.id, b.geldt
    )
    judged = case((v.zorgplicht.is_(None), "open"), else_="judged")
    schools = select(type_coerce(v.staat, String), literal("school"), judged).where(
        v.hulpvraag_id == hulpvraag.id
    )
    with access.as_system("conditions look at the whole dossier"):
        found: Sequence[Any] = db.session.execute(union(documents, schools)).all()
    staten = [(VoorkeurStaat(key), judged) for key, what, judged in found if what == "school"]
    papers = [row for row in found if row[1] != "school"]
    can_go_back = last is not None and last.van is not None and last.overgang != "terugnemen"
    return Facts(
        status=hulpvraag.status,
        previous=last.van if last and can_go_back else None,
        voorschool=hulpvraag.voorschool_id is not None,
        documents=frozenset(Document(BijlageSoort(a), Zichtbaarheid(z), Stadium(s)) for a, z, s in papers),
        schools=frozenset(staat for staat, _judged in staten),
        rejected=(VoorkeurStaat.AFGEWEZEN, "open") in staten,
    )


def last_change(hulpvraag: Hulpvraag) -> StatusWijziging | None:
    """Give the newest change of status that the person may see."""
    return db.session.scalar(
        select(StatusWijziging)
        .where(StatusWijziging.hulpvraag_id == hulpvraag.id)
        .order_by(StatusWijziging.op.desc(), StatusWijziging.id.desc())
        .limit(1)
    )


def options(hulpvraag: Hulpvraag, by: Person, last: StatusWijziging | None = None) -> list[Option]:
    """List the transitions from here that this person may hear of, in the table's order, and how each stands.

    `last` is the newest change, when the caller has it.
    """
    if last is None and _permitted(by, BY_KEY["terugnemen"]):
        last = last_change(hulpvraag)
    known = facts(hulpvraag, last)
    return [
        Option(t, workflow.destination(t, known), _granted(by, t, hulpvraag), workflow.missing(t, known))
        for t in workflow.from_here(known)
        if _may_hear(by, t, hulpvraag)
    ]


def option(hulpvraag: Hulpvraag, key: str, last: StatusWijziging | None, by: Person) -> Option:
    """Give one transition as it stands here, after the `last` change.

    Raises NotFound without the right, Conflict when it does not leave from here, such as any more.
    """
    found = next((o for o in options(hulpvraag, by, last) if o.transition.key == key and o.granted), None)
    if found is not None:
        return found
    transition = BY_KEY.get(key)
    if transition is None or not transition.since or not _granted(by, transition, hulpvraag):
        raise NotFound
    raise Conflict(_already(hulpvraag))


def next_step(choices: Sequence[Option]) -> Option | None:
    """Pick the step that brings the dossier further: the first of the table that can be made, or might be."""
    onward = [o for o in choices if o.transition.key not in ("aanvulling", "ingetrokken", "terugnemen")]
    return next((o for o in onward if not set(o.missing) - {Need.PLAATSING}), next(iter(onward), None))


def move(
    hulpvraag: Hulpvraag,
    key: str,
    *,
    toelichting: str | None,
    seen: str | None,
    by: Person,
    answers: Answers = NOTHING_ASKED,
    confirmed: bool = True,
) -> StatusWijziging:
    """Make one transition: check → change → log → queue mail → commit.

    `seen` is the id of the last change that the person saw. A double click makes one change. Raises
    NotFound without the right, Conflict when somebody was first, TransitionRefused when something is
    missing, BadInput without a needed toelichting or answer, NeedsConfirmation (unless `confirmed`) when it
    closes rounds that are still open.
    """
    transition = _may_make(key, by)
    hulpvraag = take_turn(hulpvraag.id)
    if not _granted(by, transition, hulpvraag):
        raise NotFound
    last = last_change(hulpvraag)
    if last and seen != str(last.id):
        if _is_double_click(last, key, by):
            return last
        raise Conflict(_already(hulpvraag))
    known = facts(hulpvraag, last)
    if not workflow.starts_at(transition, known):
        raise Conflict(_already(hulpvraag))
    _refuse_unless_complete(transition, known, toelichting, answers, hulpvraag)
    if not confirmed and (asked := warnings(transition, hulpvraag)):
        raise NeedsConfirmation(asked)
    change = StatusWijziging(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        overgang=transition.key,
        van=hulpvraag.status,
        naar=workflow.destination(transition, known),
        door_id=by.gebruiker_id,
        namens_id=by.organisation_id,
        toelichting=_with_answers(transition, toelichting, answers),
        terug_id=last.id if last and transition.to is None else None,
    )
    try:
        _make(transition, hulpvraag, change, answers, taken_back=last if transition.to is None else None)
        db.session.commit()
    except StaleDataError as late:
        db.session.rollback()
        hulpvraag = take_turn(hulpvraag.id)
        first = last_change(hulpvraag)
        if first and _is_double_click(first, key, by):
            return first
        raise Conflict(_already(hulpvraag)) from late
    return change


def _may_make(key: str, by: Person) -> Transition:
    transition = BY_KEY.get(key)
    if transition is None or not transition.since or not _permitted(by, transition):
        raise NotFound
    return transition


def _make(
    transition: Transition,
    hulpvraag: Hulpvraag,
    change: StatusWijziging,
    answers: Answers,
    *,
    taken_back: StatusWijziging | None,
) -> None:
    heard_by = told.audience(hulpvraag, transition, taken_back=taken_back)
    with access.as_system("a change of status is checked by its own table"):
        hulpvraag.status = change.naar
        hulpvraag.status_sinds = hulpvraag.gewijzigd_op = now()
        db.session.add(change)
        db.session.flush()
    effects.make(transition, hulpvraag, change, answers)
    if taken_back is not None:
        effects.undo(taken_back)
    log.record(
        Actie.STATUS_WIJZIGEN, row=hulpvraag, grond=transition.key, nieuw=_on_behalf_of(transition, hulpvraag)
    )
    told.queue_status_mail(hulpvraag, change, transition, heard_by)


def _on_behalf_of(transition: Transition, hulpvraag: Hulpvraag) -> str | None:
    """Name the preschool when JK staff make its change."""
    by = access.current_person()
    for_preschool = by is not None and by.is_jk_staff and Role.CONTACTPERSOON_VOORSCHOOL in transition.who
    return str(hulpvraag.voorschool_id) if for_preschool else None


def warnings(transition: Transition, hulpvraag: Hulpvraag) -> list[str]:
    """Say what a transition closes that is still going on, as sentences to confirm."""
    if Act.CLOSE_ROUNDS not in transition.acts:
        return []
    return [
        _("The consultation of %(when)s is still open. It will be closed.", when=exact(ronde.begint_op))
        for ronde in effects.open_rounds(hulpvraag)
    ]


def _refuse_unless_complete(
    transition: Transition, known: Facts, toelichting: str | None, answers: Answers, hulpvraag: Hulpvraag
) -> None:
    if lacking := workflow.missing(transition, known):
        raise TransitionRefused(missing=[need.label for need in lacking])
    wrong: dict[str, LazyString | str] = {}
    if Need.TOELICHTING in transition.needs and not toelichting:
        wrong["toelichting"] = _l("Please fill this in.")
    if Ask.VANAF in transition.asks and answers.vanaf is None:
        wrong["vanaf"] = _l("Please fill in a date.")
    if Ask.SCHOOL in transition.asks and answers.school not in {s.id for s in effects.agreed(hulpvraag)}:
        wrong["school"] = _l("Please choose one from the list.")
    if wrong:
        raise BadInput("", wrong)


def _with_answers(transition: Transition, toelichting: str | None, answers: Answers) -> str | None:
    """Keep from when and to which school in the text. Manual: A, 'in de omschrijving van de status'."""
    if Ask.SCHOOL not in transition.asks or answers.vanaf is None:
        return toelichting
    school = db.session.scalars(select(Organisation).where(Organisation.id == answers.school)).one()
    placed = _("From %(day)s at school %(school)s.", day=day(answers.vanaf), school=school.naam)
    return "\n\n".join(filter(None, (placed, toelichting)))


def start(hulpvraag: Hulpvraag, by: Person) -> StatusWijziging:
    """Record the first status of a new hulpvraag and tell the preschool, in the caller's transaction."""
    transition = BY_KEY["aanvraag"]
    change = StatusWijziging(
        swv_id=hulpvraag.swv_id,
        hulpvraag_id=hulpvraag.id,
        overgang=transition.key,
        van=None,
        naar=Status.AANVRAAG,
        door_id=by.gebruiker_id,
        namens_id=by.organisation_id,
    )
    access.write_as_system("the first status comes with the dossier", change)
    told.queue_status_mail(hulpvraag, change, transition, told.audience(hulpvraag, transition))
    return change


def _permitted(by: Person, transition: Transition) -> bool:
    return by.has_right(access.right_to_move(transition))


def _granted(by: Person, transition: Transition, hulpvraag: Hulpvraag) -> bool:
    """Tell whether `by` has the permission, and is in this dossier as the party that acts."""
    grounds = {ground for ground, _level in access.standing(by, hulpvraag)}
    acts = {workflow.ACTS_AS[role] for role in by.roles_with(access.right_to_move(transition))}
    return _permitted(by, transition) and bool(acts & grounds)


def _may_hear(by: Person, transition: Transition, hulpvraag: Hulpvraag) -> bool:
    """Tell whether `by` may know what `transition` needs: one school does not hear what another answered."""
    grounds = {ground for ground, _level in access.standing(by, hulpvraag)}
    return bool(grounds & _SEE_ALL_SCHOOLS) or not workflow.OF_SCHOOLS & frozenset(transition.needs)


def _is_double_click(last: StatusWijziging, key: str, by: Person) -> bool:
    return last.overgang == key and last.door_id == by.gebruiker_id and now() - last.op < timedelta(minutes=1)


def _already(hulpvraag: Hulpvraag) -> LazyString | str:
    """Say who was first and when."""
    last = last_change(hulpvraag)
    if last is None:
        return Conflict.sentence
    with access.as_system("the name of a colleague in the same dossier"):
        who = db.session.scalar(select(Gebruiker).where(Gebruiker.id == last.door_id))
    return _(
        "%(who)s changed this dossier just before you (%(when)s). The status is now %(status)s.",
        who=who.naam if who else "",
        when=moment(last.op),
        status=str(hulpvraag.status.label),
    )
