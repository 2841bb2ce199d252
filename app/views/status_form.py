"""What a change of status asks: the explanation, and for some transitions a page of their own with more."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app.models import Hulpvraag
from app.models.base import parse_id
from app.services import effects
from app.services.effects import Answers
from app.views.fields import stripped
from app.workflow import Ask, Transition


class StatusForm(FlaskForm):
    """What every change of status asks; the choice itself is drawn as cards."""

    toelichting = TextAreaField(
        _l("Explanation"),
        [Length(max=5000)],
        description=_l(
            "Everybody who may open the dossier reads this. Leave it out of the mail: it is never in it."
        ),
        filters=[stripped],
    )
    anyway = BooleanField(_l("I have checked this. Save anyway."))
    gezien = HiddenField()


def form_for(transition: Transition, row: Hulpvraag) -> StatusForm:
    """Make the form of a transition with its own questions above the explanation."""
    asked = {ask.value: _FIELDS[ask](ask, row) for ask in transition.asks}
    made = type("AskForm", (StatusForm,), {name: field for name, field in asked.items() if field})
    form: StatusForm = made()
    form.toelichting.label.text = str(transition.ask)
    return form


def fields_first(form: StatusForm) -> list[str]:
    """Name the form's fields in the order in which they are asked: its own, then the explanation."""
    own = [
        field.name for field in form if field.name not in ("toelichting", "anyway", "gezien", "csrf_token")
    ]
    return [*own, "toelichting", "gezien"]


def answers(form: FlaskForm) -> Answers:
    """Read what was asked besides the explanation."""
    data = form.data
    kept = frozenset(key for key in map(parse_id, data.get(Ask.BLIJVEN) or ()) if key)
    return Answers(school=parse_id(data.get(Ask.SCHOOL)), vanaf=data.get(Ask.VANAF), blijven=kept)


def _school(ask: Ask, row: Hulpvraag) -> Any:
    choices = [SelectChoice(str(school.id), school.naam) for school in effects.agreed(row)]
    return SelectField(ask.label, choices=choices, validate_choice=False)


def _vanaf(ask: Ask, row: Hulpvraag) -> Any:
    return DateField(ask.label, [Optional()])


def _blijven(ask: Ask, row: Hulpvraag) -> Any:
    """Ask about later schools only: the first of preference stays by itself."""
    later = [found for found in effects.rejections(row) if not found.first]
    choices = [SelectChoice(str(found.voorkeur.id), found.school.naam) for found in later]
    hint = _l("A school that does not stay can no longer open the dossier.")
    return SelectMultipleField(ask.label, choices=choices, description=hint) if later else None


_FIELDS = {Ask.SCHOOL: _school, Ask.VANAF: _vanaf, Ask.BLIJVEN: _blijven}
