"""A consultation for somebody's own calendar, as iCalendar (RFC 5545)."""

from urllib.parse import urlsplit

from flask_babel import gettext as _
from icalendar import Calendar, Event

from app.extensions import db
from app.models import Overlegronde
from app.models.base import now
from app.services import log
from app.services.links import base_url
from app.services.overlegrondes import number
from app.terms import Actie


def calendar(ronde: Overlegronde) -> bytes:
    """Write the consultation, and log that it left the portal. No child, and no agenda: just when and where.

    The same UID at each change with a higher SEQUENCE, so that a calendar replaces what it has.
    """
    host = urlsplit(base_url()).hostname or "localhost"
    event = Event()
    event.add("uid", f"{ronde.id}@{host}")
    event.add("sequence", ronde.versie - 1)
    event.add("dtstamp", now())
    event.add("dtstart", ronde.begint_op)
    event.add("dtend", ronde.eindigt_op)
    event.add("summary", _("Consultation %(number)s", number=number(ronde)))
    event.add("status", "CANCELLED" if ronde.gesloten_op else "CONFIRMED")
    if ronde.plaats:
        event.add("location", ronde.plaats)
    if ronde.link:
        event.add("url", ronde.link)
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//Kindbrug//Overlegronde//NL")
    made.add("method", "PUBLISH")
    made.add_component(event)
    log.record(Actie.DOWNLOADEN, row=ronde)
    db.session.commit()
    return made.to_ical()
