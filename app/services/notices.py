"""What the portal tells about a dossier besides its status: one organisation, or one parent, at a time."""

import uuid
from collections.abc import Sequence

from app.access import Person, as_system, recipients
from app.extensions import db
from app.models import Bericht, Hulpvraag
from app.services.outbox import queue, queue_nobody
from app.services.told import Party, contacts, organisations
from app.terms import BerichtStatus


def tell(
    soort: str,
    hulpvraag: Hulpvraag,
    organisation_id: uuid.UUID,
    *,
    without: int | None = None,
    knew: Sequence[Person] | None = None,
) -> list[str]:
    """Add the messages of `soort` to the people of one organisation, and name the party that gets them.

    The JK specialist and stand-in of an SWV (else its contact persons JK), the contact persons of a school;
    `without` is who acts. `knew` are those who could read until just now: who can't any more gets a farewell.
    Where there is nobody to tell, that becomes a task for JK staff; who may not know is not told. The caller
    commits.
    """
    with as_system("the portal tells people, whoever acts"):
        organisation = organisations([organisation_id])[organisation_id]
        everybody = contacts(hulpvraag, organisation_id)
        may_know = recipients(hulpvraag, everybody)
        told = list(dict.fromkeys([*may_know, *(knew or ())]))
        people = tuple(person for person in told if person.gebruiker_id != without)
        party = Party(organisation, people, knows_nobody=not everybody)
        # Somebody can still be in a consultation whose colleagues, and shared address, lost all.
        gone = frozenset(told) - frozenset(may_know)
        addressees = party.to if told or not everybody else []
        for to in addressees:
            farewell = to in gone if isinstance(to, Person) else bool(gone)
            queue(soort, to=to, hulpvraag=hulpvraag, farewell=farewell)
        if not addressees and party.knows_nobody and knew is None:
            queue_nobody(soort, organisation, hulpvraag)
        return [party.naam] if addressees else []


def tell_swv(soort: str, hulpvraag: Hulpvraag, *, without: int | None = None) -> list[str]:
    """Tell the JK specialist and stand-in, else the contact persons JK."""
    return tell(soort, hulpvraag, hulpvraag.swv_id, without=without)


def tell_parent(soort: str, hulpvraag: Hulpvraag, person: Person | None) -> list[str]:
    """Tell a parent who has an account and may know; the caller commits."""
    with as_system("the portal tells people, whoever acts"):
        told = recipients(hulpvraag, [person]) if person else []
        for parent in told:
            queue(soort, to=parent, hulpvraag=hulpvraag)
        return [parent.naam for parent in told]


def tell_again(bericht: Bericht, hulpvraag: Hulpvraag) -> bool:
    """Tell an organisation that had nobody once more; False when there still is nobody."""
    if bericht.organisation_id is None:
        return False
    with as_system("JK staff tells people once more"):
        bericht.status = BerichtStatus.AFGEHANDELD
        db.session.flush()
    return bool(tell(bericht.soort, hulpvraag, bericht.organisation_id))


def readers(hulpvraag: Hulpvraag, organisation_id: uuid.UUID) -> list[Person]:
    """Give those of an organisation who can read the dossier now."""
    with as_system("the portal tells people, whoever acts"):
        return recipients(hulpvraag, contacts(hulpvraag, organisation_id))
