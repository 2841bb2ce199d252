"""What a change of status does besides: the acts of the status table, and undoing them."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import aliased

from app.access import as_system
from app.extensions import db
from app.models import Betrokkenheid, Hulpvraag, Organisation, Overlegronde, SchoolVoorkeur, StatusWijziging
from app.models.base import now
from app.services import overleg_mail
from app.terms import Ground, VoorkeurStaat, ZorgplichtReden
from app.workflow import Act, Transition


@dataclass(frozen=True)
class Answers:
    """What the form of a transition asked besides the explanation: see workflow.Ask."""

    school: uuid.UUID | None = None
    vanaf: date | None = None
    blijven: frozenset[uuid.UUID] = frozenset()


class Rejection(NamedTuple):
    """A school that rejected, and whether it is the first of preference of those that were approached."""

    voorkeur: SchoolVoorkeur
    school: Organisation
    first: bool


def rejections(hulpvraag: Hulpvraag) -> list[Rejection]:
    """List the rejections that no status has judged yet, in the order of preference."""
    v, other = SchoolVoorkeur, aliased(SchoolVoorkeur)
    approached = (other.benaderd_op.is_not(None), other.staat != VoorkeurStaat.VERVALLEN)
    first = select(func.min(other.rang)).where(other.hulpvraag_id == hulpvraag.id, *approached)
    query = (
        select(v, Organisation, v.rang == first.scalar_subquery())
        .join(Organisation, Organisation.id == v.school_id)
        .where(v.hulpvraag_id == hulpvraag.id, v.staat == VoorkeurStaat.AFGEWEZEN, v.zorgplicht.is_(None))
        .order_by(v.rang, v.id)
    )
    return [Rejection(*row) for row in db.session.execute(query)]


def agreed(hulpvraag: Hulpvraag) -> list[Organisation]:
    """List the schools that agreed, in the order of preference."""
    v = SchoolVoorkeur
    query = select(Organisation).join(v, v.school_id == Organisation.id)
    return list(
        db.session.scalars(
            query.where(v.hulpvraag_id == hulpvraag.id, v.staat == VoorkeurStaat.AKKOORD).order_by(v.rang)
        )
    )


def open_rounds(hulpvraag: Hulpvraag) -> list[Overlegronde]:
    """List the consultation rounds that have not been closed, by date."""
    r = Overlegronde
    query = select(r).where(r.hulpvraag_id == hulpvraag.id, r.gesloten_op.is_(None)).order_by(r.begint_op)
    return list(db.session.scalars(query))


def make(transition: Transition, hulpvraag: Hulpvraag, change: StatusWijziging, answers: Answers) -> None:
    """Do what `transition` does besides changing the status, within the caller's transaction."""
    with as_system("a change of status is checked by its own table"):
        for act in transition.acts:
            _ACTS[act](hulpvraag, change, answers)
        db.session.flush()


def undo(change: StatusWijziging) -> None:
    """Undo what `change` did besides: what it ended goes on, what it began ends."""
    with as_system("a change that is taken back leaves no trace in the rights"):
        db.session.execute(
            update(Betrokkenheid).where(Betrokkenheid.einde_id == change.id).values(tot=None, einde_id=None)
        )
        db.session.execute(update(Betrokkenheid).where(Betrokkenheid.begin_id == change.id).values(tot=now()))
        closed = list(db.session.scalars(select(Overlegronde).where(Overlegronde.einde_id == change.id)))
        for ronde in closed:
            ronde.gesloten_op = ronde.einde_id = None
        judged = select(SchoolVoorkeur).where(SchoolVoorkeur.einde_id == change.id)
        for voorkeur in db.session.scalars(judged):
            voorkeur.zorgplicht = voorkeur.zorgplicht_reden = voorkeur.einde_id = None
        db.session.flush()
        for ronde in closed:
            if ronde.begint_op > now():
                overleg_mail.on_again(ronde, None)


def _judge_rejections(hulpvraag: Hulpvraag, change: StatusWijziging, answers: Answers) -> None:
    """Keep the first school of preference, and later ones when chosen. Manual: B, 'vanwege de zorgplicht'."""
    for voorkeur, _school, first in rejections(hulpvraag):
        voorkeur.zorgplicht = first or voorkeur.id in answers.blijven
        voorkeur.einde_id = change.id
        _end(change, *_of_school(voorkeur.school_id))
        if voorkeur.zorgplicht:
            voorkeur.zorgplicht_reden = ZorgplichtReden.EERSTE if first else ZorgplichtReden.GEKOZEN
            kept = Betrokkenheid(
                swv_id=hulpvraag.swv_id,
                hulpvraag_id=hulpvraag.id,
                organisation_id=voorkeur.school_id,
                grond=Ground.ZORGPLICHT,
                bron_id=voorkeur.id,
                begin_id=change.id,
            )
            db.session.add(kept)


def _place(hulpvraag: Hulpvraag, change: StatusWijziging, answers: Answers) -> None:
    """Note where the child goes; that school reads on for `school_leest_dagen`, a setting of the SWV."""
    change.school_id, change.vanaf = answers.school, answers.vanaf
    days = select(Organisation.school_leest_dagen).where(Organisation.id == hulpvraag.swv_id)
    until = now() + timedelta(days=db.session.scalars(days).one())
    _end(change, *_of_school(answers.school), at=until)


def _end_others(hulpvraag: Hulpvraag, change: StatusWijziging, answers: Answers) -> None:
    """End every organisation's involvement but that of the placing school, when there is one."""
    b = Betrokkenheid
    others = [or_(b.organisation_id != answers.school, b.grond != Ground.SCHOOL)] if answers.school else []
    _end(change, b.organisation_id.is_not(None), *others)


def _close_rounds(hulpvraag: Hulpvraag, change: StatusWijziging, answers: Answers) -> None:
    """Close the consultation rounds, and with them what was opened for their participants."""
    closing = open_rounds(hulpvraag)
    knew = {
        ronde: overleg_mail.people(overleg_mail.participants([ronde]), before=change.van)
        for ronde in closing
        if ronde.begint_op > now()
    }
    for ronde in closing:
        ronde.gesloten_op, ronde.einde_id = now(), change.id
    _end(change, Betrokkenheid.grond.in_((Ground.GENODIGD, Ground.OVERLEGRONDE)))
    for ronde, people in knew.items():
        overleg_mail.off(ronde, people, change.door_id)


def _of_school(school_id: uuid.UUID | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Betrokkenheid.organisation_id == school_id, Betrokkenheid.grond == Ground.SCHOOL


def _end(change: StatusWijziging, *where: ColumnElement[bool], at: Any = None) -> None:
    """End what runs, or is still to begin, by `change`, so that taking it back begins it again."""
    b = Betrokkenheid
    running = (b.hulpvraag_id == change.hulpvraag_id, b.tot.is_(None), b.einde_id.is_(None))
    db.session.execute(update(b).where(*running, *where).values(tot=at or now(), einde_id=change.id))


_ACTS: Mapping[Act, Callable[[Hulpvraag, StatusWijziging, Answers], None]] = {
    Act.JUDGE_REJECTIONS: _judge_rejections,
    Act.PLACE: _place,
    Act.END_OTHERS: _end_others,
    Act.CLOSE_ROUNDS: _close_rounds,
}
