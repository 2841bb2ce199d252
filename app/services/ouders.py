"""Parents and guardians of a child: how to reach them, and whether they have parental authority."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app import access
from app.access import Person
from app.errors import NeedsConfirmation, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Deelname, Gezagsdrager, Kind
from app.models.base import now, parse_id
from app.services import log, turns, writing
from app.terms import Actie, Verb

FIELDS = ("naam", "email", "telefoon", "adres", "geheim_adres", "gezag", "gezag_bron", "gezag_datum")


def add(data: dict[str, Any], by: Person) -> Gezagsdrager:
    """Add a parent or guardian to a child."""
    kind = db.session.scalar(select(Kind).where(Kind.id == parse_id(data["kind"])))
    if kind is None:
        raise NotFound
    writing.refuse_bad_address(data, "email")
    parent = Gezagsdrager(swv_id=kind.swv_id, kind_id=kind.id, **{name: data.get(name) for name in FIELDS})
    access.require(by, Verb.ADD, parent)
    db.session.add(parent)
    db.session.flush()
    log.record(Actie.TOEVOEGEN, row=parent)
    db.session.commit()
    return parent


def edit(parent: Gezagsdrager, data: dict[str, Any], by: Person) -> Gezagsdrager:
    """Change what is known of a parent or guardian.

    With another e-mail address the account at the former one is the parent's no longer: whose that is, nobody
    knows. Raises NeedsConfirmation before that, until `data` says `anyway`, and Conflict when somebody else
    changed the parent first: what was noted about authority is not undone by who had the form open.
    """
    access.require(by, Verb.EDIT, parent)
    writing.refuse_bad_address(data, "email")
    turns.take(parent)
    turns.refuse_overtaken(
        parent,
        data,
        _l(
            "Somebody else changed the details of this parent just before you. "
            "Your text is still here: compare and save again."
        ),
    )
    if data.get("email") != parent.email and parent.gebruiker_id is not None:
        if not data.get("anyway"):
            raise NeedsConfirmation([_moves_out(parent)])
        _let_go(parent)
    for name in FIELDS:
        setattr(parent, name, data.get(name))
    log.record(Actie.WIJZIGEN, row=parent)
    db.session.commit()
    return parent


def of_child(kind: Kind) -> list[Gezagsdrager]:
    """List a child's parents and guardians that the person may see, by name."""
    query = select(Gezagsdrager).where(Gezagsdrager.kind_id == kind.id).order_by(Gezagsdrager.naam).limit(20)
    return list(db.session.scalars(query))


def _moves_out(parent: Gezagsdrager) -> str:
    return _(
        "Who was invited at %(address)s loses access to this child at once. Invite %(name)s again after this,"
        " also when it is the same person with a new address.",
        address=parent.email or "–",
        name=parent.naam,
    )


def _let_go(parent: Gezagsdrager) -> None:
    """End what the account at the former address was invited to; the parent can be invited anew."""
    with access.as_system("a parent's account belongs to the portal"):
        d, b, account = Deelname, Betrokkenheid, parent.gebruiker_id
        theirs = (d.gezagsdrager_id == parent.id, d.gebruiker_id == account, d.verwijderd_op.is_(None))
        parts = list(db.session.scalars(select(d).where(*theirs)))
        for part in parts:
            part.verwijderd_op = now()
        sources = [parent.id, *(part.id for part in parts)]
        running = (b.gebruiker_id == account, b.bron_id.in_(sources), b.tot.is_(None))
        db.session.execute(update(b).where(*running).values(tot=now()))
        parent.gebruiker_id = None
        db.session.flush()
    for part in parts:
        log.record(Actie.VERWIJDEREN, row=part)
