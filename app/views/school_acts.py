"""What can be done with a school of preference, as a table: by JK staff, and by the school itself."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app.access import Person
from app.models import SchoolVoorkeur
from app.services import (
    schoolantwoorden,
    schooltermijn,
    schoolvoorkeuren,
    toestemming_tekst,
    toestemmingen,
    wording,
)
from app.services.schoolantwoorden import IN_TOUCH
from app.terms import Verb, VoorkeurStaat
from app.views.acts import Act
from app.views.fields import stripped
from app.workflow import APPROACHING, OPEN

_NO_TIME = _l("Please fill in a date.")


class _Text(FlaskForm):
    tekst = TextAreaField(_l("Text"), [Length(max=5000)], filters=[stripped])


class _Reason(FlaskForm):
    reden = TextAreaField(
        _l("Reason"), [Length(max=5000)], filters=[stripped], description=_l("Only JK staff read this.")
    )


class _Day(FlaskForm):
    aangemeld_op = DateField(
        _l("Registered with the school on"),
        [Optional()],
        description=_l("From this day the school has six weeks to decide."),
    )


class _Answer(FlaskForm):
    antwoord = RadioField(
        _l("Can the school offer the support?"),
        choices=[
            SelectChoice(VoorkeurStaat.AKKOORD.value, _l("Agree: the school can offer the support")),
            SelectChoice(VoorkeurStaat.AFGEWEZEN.value, _l("Reject: the school cannot offer the support")),
        ],
        validate_choice=False,
    )
    reden = TextAreaField(
        _l("Reason"),
        [Length(max=5000)],
        filters=[stripped],
        description=_l("Needed when the school rejects. JK staff and the school read it."),
    )


class _Noted(_Answer):
    op = DateField(_l("On which day did the school say so?"), [Optional()])


class _Parent(FlaskForm):
    ouder = SelectField(_l("Parent or guardian"), validate_choice=False)


class _Paper(_Parent):
    getekend_op = DateField(_l("Signed on"), [Optional()])
    bijlage = SelectField(
        _l("Signed document"),
        validate_choice=False,
        description=_l("A consent form in this dossier. Not there yet? Add it first in the tab Bijlagen."),
    )


def _text(label: Any) -> Any:
    def make(_row: SchoolVoorkeur, _by: Person) -> FlaskForm:
        form = _Text()
        form.tekst.label.text = label
        return _required(form, "tekst")

    return make


def _reason(_row: SchoolVoorkeur, _by: Person) -> FlaskForm:
    return _required(_Reason(), "reden")


def _day(_row: SchoolVoorkeur, _by: Person) -> FlaskForm:
    form = _Day()
    if request.method == "GET":
        form.aangemeld_op.data = wording.today()
    return _required(form, "aangemeld_op")


def _answer(_row: SchoolVoorkeur, by: Person) -> FlaskForm:
    form: Any = _Noted() if by.is_jk_staff else _Answer()
    if by.is_jk_staff and request.method == "GET":
        form.op.data = wording.today()
    form.reden.flags.sometimes = True
    return _required(form, "antwoord", "op")


def _parent(row: SchoolVoorkeur, _by: Person) -> FlaskForm:
    return _with_parents(_Parent(), row)


def _paper(row: SchoolVoorkeur, _by: Person) -> FlaskForm:
    form = _Paper()
    form.bijlage.choices = [
        SelectChoice(str(found.id), found.titel) for found in toestemmingen.forms(row.hulpvraag)
    ]
    return _required(_with_parents(form, row), "getekend_op", "bijlage")


def _with_parents(form: Any, row: SchoolVoorkeur) -> Any:
    form.ouder.choices = [SelectChoice(str(of.id), of.naam) for of in toestemmingen.parents_of(row.hulpvraag)]
    if request.method == "GET":
        form.ouder.data = request.args.get("ouder")
    return _required(form, "ouder")


def _required(form: Any, *names: str) -> Any:
    """Draw these fields without "(optional)"; their service says what is missing."""
    for name in names:
        if name in form:
            form[name].flags.required = True
    return form


def _proposed(row: SchoolVoorkeur, _by: Person) -> bool:
    return row.staat is VoorkeurStaat.VOORGESTELD


def _in_touch(row: SchoolVoorkeur, _by: Person) -> bool:
    return row.staat in IN_TOUCH and row.hulpvraag.status in OPEN


def _wanted(row: SchoolVoorkeur, _by: Person) -> bool:
    return row.staat in IN_TOUCH | {VoorkeurStaat.VOORGESTELD} and row.hulpvraag.status in OPEN


def _awaits(row: SchoolVoorkeur, by: Person) -> bool:
    waits = row.staat is VoorkeurStaat.BENADERD and row.hulpvraag.status in OPEN
    return waits and (by.is_jk_staff or not schooltermijn.is_over(row))


_TEXT_TO_SCHOOL = _l("Only this school and JK staff read what you write.")

ACTS: Mapping[str, Act] = {
    "toestemming-vragen": Act(
        _l("Ask for consent"), Verb.EDIT, toestemmingen.ask_and_tell, _wanted, _parent,
        _l("A parent with an account gets a mail, reads the text and decides here."),
        letter=toestemming_tekst.text_of, said=_l("Saved. The consent has been asked."), tab="toestemmingen",
    ),
    "toestemming-vastleggen": Act(
        _l("Record consent"), Verb.EDIT, toestemmingen.record, _wanted, _paper,
        _l("For a parent who signed on paper."), said=_l("Saved. The consent has been recorded."),
        tab="scholen",
    ),
    "verwijderen": Act(
        _l("Remove proposal"), Verb.EDIT, lambda row, _data, by: schoolvoorkeuren.remove(row, by), _proposed,
        sentence=_l("This school was only proposed. It leaves the list."),
        said=_l("Removed. The school is no longer on the list."), tab="scholen", danger=True,
    ),
    "hoger": Act(
        _l("Higher"), Verb.EDIT, lambda row, _data, by: schoolvoorkeuren.higher(row, by), _proposed,
        said=_l("Saved. This is the order now."), tab="scholen", at_once=lambda _by: True,
    ),
    "lager": Act(
        _l("Lower"), Verb.EDIT, lambda row, _data, by: schoolvoorkeuren.lower(row, by), _proposed,
        said=_l("Saved. This is the order now."), tab="scholen", at_once=lambda _by: True,
    ),
    "benaderen": Act(
        _l("Approach school"), Verb.EDIT, schoolvoorkeuren.approach,
        lambda row, by: _proposed(row, by) and row.hulpvraag.status in APPROACHING, _day,
        _l("The dossier opens to this school, and the school is told."),
        (
            _l("The school reads what is shared in the dossier."),
            _l("It decides within six weeks; that can be extended once by four weeks."),
            _l("When a parent takes the consent back, the school can no longer read."),
        ),
        said=_l("Saved. The school has been approached."), tab="scholen", primary=True,
    ),
    "vervallen": Act(
        _l("Let school go"), Verb.EDIT, schoolvoorkeuren.drop,
        lambda row, _by: schoolvoorkeuren.may_drop(row), _reason,
        _l("The parents choose another way. From now on this school can no longer open the dossier."),
        said=_l("Saved. The school is no longer involved."), tab="scholen", danger=True,
    ),
    "verlengen": Act(
        _l("Extend term by four weeks"), Verb.ANSWER, lambda row, _data, by: schooltermijn.extend(row, by),
        lambda row, _by: schooltermijn.why_not(row, row.hulpvraag) is None,
        sentence=_l("The term to decide can be extended once, by four weeks."),
        said=_l("Saved. The term has been extended by four weeks."),
    ),
    "antwoord-op-vraag": Act(
        _l("Write to school"), Verb.EDIT, schoolantwoorden.reply, _in_touch, _text(_l("Your message")),
        _TEXT_TO_SCHOOL, said=_l("Saved."),
    ),
    "vraag": Act(
        _l("Ask a question"), Verb.ASK, schoolantwoorden.ask, _in_touch, _text(_l("Your question")),
        _TEXT_TO_SCHOOL, said=_l("Saved. Your question has been asked."),
    ),
    "beantwoorden": Act(
        _l("Fill in the answer"), Verb.ANSWER, schoolantwoorden.answer, _awaits, _answer,
        _l("The school answers once. JK staff then change the status."),
        said=_l("Saved. The answer has been noted."), primary=True,
    ),
}  # fmt: skip
