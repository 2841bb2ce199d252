"""The text that a parent reads before consenting; it is kept word for word with the consent."""

import uuid

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app import access
from app.extensions import db
from app.models import Organisation, SchoolVoorkeur
from app.terms import Doel


def text_of(voorkeur: SchoolVoorkeur) -> str:
    """Give the text that a parent will read for this school."""
    with access.as_system("the text names the school and the SWV"):
        wanted = (voorkeur.school_id, voorkeur.swv_id)
        query = select(Organisation.id, Organisation.naam).where(Organisation.id.in_(wanted))
        names: dict[uuid.UUID, str] = {key: naam for key, naam in db.session.execute(query)}  # noqa: C416 - rows are no pairs to mypy
    return text_for(names[voorkeur.school_id], names[voorkeur.swv_id])


def text_for(school: str, swv: str) -> str:
    """Write what a parent reads before deciding, in Dutch; it is kept word for word."""
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        paragraphs = (
            _("%(swv)s would like to share the dossier of your child with the school %(school)s.",
              swv=swv, school=school),
            _("What for: %(purpose)s", purpose=str(Doel.SCHOOL_VAN_VOORKEUR.label)),
            _("The school then reads what was shared in the dossier. Internal notes of %(swv)s are not"
              " shared. If you do not consent, the school does not see the dossier.", swv=swv),
            _("You can take your consent back at any time, here or by telling %(swv)s. From that moment"
              " the school can no longer open the dossier.", swv=swv),
        )  # fmt: skip
        return "\n\n".join(paragraphs)
