"""The forms about one participant of a consultation, and trying what they ask."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.services.genodigden import Wie
from app.terms import Antwoord, Opening
from app.views.fields import ChoiceField, MomentField, PickField, stripped


class MedewerkerForm(FlaskForm):
    """Somebody of an organisation."""

    persoon = PickField(
        _l("Name"),
        [DataRequired(_l("Please choose one from the list."))],
        pick="persoon",
        description=_l("The preschool of the dossier, a school, or a colleague of the SWV."),
    )


class OuderForm(FlaskForm):
    """A parent of the child."""

    gezagsdrager = RadioField(
        _l("Parent or guardian"),
        [InputRequired(_l("Please choose one from the list."))],
        validate_choice=False,
    )


class DeelnemerForm(FlaskForm):
    """Somebody without a membership, by e-mail address."""

    first_name = StringField(
        _l("First name"), [DataRequired(_l("Please fill this in.")), Length(max=64)], filters=[stripped]
    )
    last_name = StringField(
        _l("Last name"), [DataRequired(_l("Please fill this in.")), Length(max=64)], filters=[stripped]
    )
    email = StringField(
        _l("E-mail address"), [DataRequired(_l("Please fill this in.")), Length(max=254)], filters=[stripped]
    )


class AntwoordForm(FlaskForm):
    """Whether one comes."""

    antwoord = ChoiceField(_l("Do you come?"), [InputRequired()], terms=Antwoord)
    voorstel = TextAreaField(
        _l("Which moment suits you?"),
        [Length(max=500)],
        description=_l("Only when you propose another moment. The JK specialist reads this."),
        filters=[stripped],
        render_kw={"rows": 3, "maxlength": 500},
    )


class OpeningForm(FlaskForm):
    """When the dossier opens for one participant."""

    opening = ChoiceField(_l("When does the dossier open?"), [InputRequired()], terms=Opening)
    moment = MomentField(
        _l("From which moment?"), [Optional()], description=_l("Only when you chose: at a moment.")
    )


FORMS: dict[Wie, type[FlaskForm]] = {
    Wie.MEDEWERKER: MedewerkerForm,
    Wie.OUDER: OuderForm,
    Wie.DEELNEMER: DeelnemerForm,
}
INTRO: dict[Wie, Any] = {
    Wie.MEDEWERKER: _l("This person gets a mail, and finds the invitation in Kindbrug."),
    Wie.OUDER: _l(
        "This parent gets a mail. From then on the parent can follow how far the dossier is, in Kindbrug."
    ),
    Wie.DEELNEMER: _l("This person gets a mail. Who has no account in Kindbrug yet makes one with its link."),
}
