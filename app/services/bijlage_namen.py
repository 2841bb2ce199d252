"""The names under which documents are saved: made by the portal, typed by nobody."""

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.access import as_system
from app.extensions import db
from app.models import Bijlage, Hulpvraag
from app.services import intake, wording


def of(bijlage: Bijlage) -> str:
    """Give the name of one document. The second of its kind and day is ` (2)`.

    Only documents that the person may see are counted: a name tells of no other.
    """
    b, h, day = Bijlage, Hulpvraag, wording.local_day(bijlage.toegevoegd_op)
    alike = (b.hulpvraag_id == bijlage.hulpvraag_id, b.soort == bijlage.soort, b.mimetype == bijlage.mimetype)
    query = select(b.id, b.toegevoegd_op).where(*alike).order_by(b.toegevoegd_op, b.id)
    same_day = [key for key, at in db.session.execute(query) if wording.local_day(at) == day]
    nth = same_day.index(bijlage.id) + 1 if bijlage.id in same_day else 1
    with as_system("a number that everybody in the dossier knows"):
        nummer = db.session.scalars(select(h.nummer).where(h.id == bijlage.hulpvraag_id)).one()
    return made(nummer, bijlage, nth=nth)


def made(first: str, bijlage: Bijlage, *, nth: int = 1) -> str:
    """Write the name in Dutch: what it begins with, the kind, the day it was added."""
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        soort = str(bijlage.soort.label)
    day = wording.local_day(bijlage.toegevoegd_op)
    return intake.download_name(first, soort, day, bijlage.mimetype, nth=nth)
