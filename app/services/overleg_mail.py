"""Who hears what of a consultation: invited, changed, off, answered, the dossier opened."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from app.access import Person, as_system, level, person_for, recipients
from app.extensions import db
from app.models import Deelname, Gebruiker, Hulpvraag, Organisation, Overlegronde
from app.models.base import now
from app.services import accounts, new_accounts, outbox, told
from app.terms import Level, Status

INVITED, CHANGED = "overleg_uitnodiging", "overleg_gewijzigd"
ANSWERED, OFF = "overleg_antwoord", "overleg_afgezegd"
_WHY = "the portal tells people, whoever acts"


def invite(deelname: Deelname, ronde: Overlegronde, by: Person | None) -> None:
    """Mail the invitation; who has no account yet gets a link to make it. Who invites oneself gets none."""
    with as_system(_WHY):
        gebruiker = db.session.scalars(select(Gebruiker).where(Gebruiker.id == deelname.gebruiker_id)).one()
        if by is not None and gebruiker.id == by.gebruiker_id:
            return
        if new_accounts.is_active(gebruiker):
            _tell(INVITED, ronde, people([deelname]))
            return
        where = select(Organisation).where(Organisation.id == deelname.namens_id)
        outbox.queue_account_mail(
            outbox.INVITED_WITH_LINK,
            gebruiker,
            accounts.link_for(gebruiker, by),
            organisation=db.session.scalar(where),
            overlegronde=ronde,
        )


def participants(rondes: Sequence[Overlegronde]) -> list[Deelname]:
    """List who takes part in these consultations, the longest invited first."""
    d = Deelname
    query = select(d).where(d.overlegronde_id.in_([r.id for r in rondes]), d.verwijderd_op.is_(None))
    with as_system(_WHY):
        return list(db.session.scalars(query.order_by(d.uitgenodigd_op, d.id))) if rondes else []


def people(deelnames: Sequence[Deelname], before: Status | None = None) -> list[Person]:
    """Give these participants as people who may know of the dossier now, or could in the status `before`."""
    with as_system(_WHY):
        found = [person_for(d.gebruiker_id, d.namens_id, swv_id=d.swv_id) for d in deelnames]
        hulpvragen = {d.hulpvraag_id: _hulpvraag(d.hulpvraag_id) for d in deelnames}
        return [
            person
            for person, d in zip(found, deelnames, strict=True)
            if person and level(person, hulpvragen[d.hulpvraag_id], at=before) is not Level.GEEN
        ]


def changed(ronde: Overlegronde, by: Person) -> None:
    """Tell the participants that when, where or what of the consultation has changed."""
    _tell(CHANGED, ronde, people(participants([ronde])), by)


def off(ronde: Overlegronde, knew: Iterable[Person], by: int) -> None:
    """Tell these people that a consultation is off for them; a farewell to who can't read of it any more.

    `by` is the account of who acts, who gets no mail.
    """
    _tell(OFF, ronde, [person for person in knew if person.gebruiker_id != by])


def on_again(ronde: Overlegronde, by: Person | None) -> None:
    """Invite the participants of a consultation once more that is not closed after all."""
    for deelname in participants([ronde]):
        invite(deelname, ronde, by)


def answered(ronde: Overlegronde, by: Person) -> None:
    """Tell the JK specialist that somebody answered."""
    with as_system(_WHY):
        _tell(ANSWERED, ronde, told.of_swv(_hulpvraag(ronde.hulpvraag_id)), by)


def opened(deelname: Deelname, ronde: Overlegronde, since: datetime | None) -> None:
    """Tell a participant from when the dossier is open; None: it is not going to be, so say nothing."""
    outbox.withdraw(outbox.OPENED, overlegronde=ronde, gebruiker_id=deelname.gebruiker_id)
    if since is None:
        return
    later = since if since > now() else None
    with as_system(_WHY):
        hulpvraag = _hulpvraag(ronde.hulpvraag_id)
        for person in people([deelname]):
            outbox.queue(outbox.OPENED, to=person, hulpvraag=hulpvraag, overlegronde=ronde, at=later)


def _tell(soort: str, ronde: Overlegronde, to: Iterable[Person], by: Person | None = None) -> None:
    """Queue one message a person; who acts gets none."""
    with as_system(_WHY):
        hulpvraag = _hulpvraag(ronde.hulpvraag_id)
        for person in to:
            if by is not None and person.gebruiker_id == by.gebruiker_id:
                continue
            gone = not recipients(hulpvraag, [person])
            outbox.queue(soort, to=person, hulpvraag=hulpvraag, overlegronde=ronde, farewell=gone)


def _hulpvraag(key: object) -> Hulpvraag:
    return db.session.scalars(select(Hulpvraag).where(Hulpvraag.id == key)).one()
