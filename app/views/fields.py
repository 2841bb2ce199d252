"""The form field for a column: generated from its type, in our own widgets and words."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import to_user_timezone, to_utc
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice

from app.services import days, partijen, picks, wording


def stripped(value: str | None) -> str | None:
    """Trim what was typed; nothing typed is nothing."""
    return (value.strip() or None) if isinstance(value, str) else value


def typed_in(form: Any) -> list[Any]:
    """Give the words that somebody typed; ids, marks and tokens may hold any number."""
    return [f.data for f in form if isinstance(f, StringField) and not isinstance(f, HiddenField)]


class PickField(Field):
    """A foreign key, picked by typing: holds the id; without JavaScript a search button does the same."""

    choices: list[tuple[str, str, str]] | None = None

    def __init__(self, label: Any = None, checks: Iterable[Any] = (), *, pick: str, **kw: Any) -> None:
        """Offer the rows of `pick`, a key of services.picks.PICKS."""
        super().__init__(label, list(checks), **kw)
        self.pick = pick
        self.typed = ""

    @property
    def search_url(self) -> str:
        """Give the address that answers what was typed."""
        return url_for("PickView.search", pick=self.pick)

    @property
    def shown(self) -> str:
        """Give the words for the current choice."""
        if self.choices is not None or (self.typed and not self.data):
            return self.typed
        found = picks.name(self.pick, self.data) if self.data else ""
        return found or self.typed

    def process_data(self, value: Any) -> None:
        """Take a row, or its id."""
        self.data = getattr(value, "id", value)

    def open_with(self, key: str | None) -> None:
        """Take the id out of an address; whom it names is in the log."""
        self.data = key
        if key:
            picks.opened(self.pick, key)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the id; for words alone take the one row they mean, or offer what they could mean."""
        self.data = (valuelist[0] or None) if valuelist else None
        self.typed = request.form.get(f"{self.name}_q", "").strip()
        if request.form.get("_search") == self.name:
            self.data, self.choices = None, picks.search(self.pick, self.typed)
        elif self.data is None and self.typed:
            found = picks.search(self.pick, self.typed)
            if len(found) == 1:
                self.data = found[0][0]
            else:
                self.choices = found

    def pre_validate(self, form: Any) -> None:
        """Refuse an id that is not on offer, and words that mean no row."""
        if self.data and not picks.name(self.pick, self.data):
            self.data = None
            raise validators.StopValidation(_l("Please choose one from the list."))
        if self.typed and not self.data:
            raise validators.StopValidation(_l("Please choose one from the list."))


class PartyField(Field):
    """Who does it: one of the parties of a dossier, as the key of services.partijen."""

    kind = "select"

    def __init__(self, label: Any = None, checks: Iterable[Any] = (), **kw: Any) -> None:
        """Offer nobody until the dossier is known: see `offer`."""
        super().__init__(
            label, [validators.InputRequired(_l("Please choose one from the list.")), *checks], **kw
        )
        self.parties: list[tuple[str, str]] = []

    def offer(self, dossier: Any, current: tuple[str, str] | None = None) -> None:
        """Offer the parties of `dossier`; the `current` one too when it has left since."""
        self.parties = [(party.key, party.label) for party in partijen.candidates(dossier)]
        if current and current[0] not in dict(self.parties):
            self.parties.append(current)

    def iter_choices(self) -> Iterable[tuple[str, Any, bool]]:
        """Give key, label and whether it is chosen."""
        yield "", _l("Choose who"), not self.data
        for key, label in self.parties:
            yield key, label, key == self.data

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on offer."""
        if self.data and self.data not in dict(self.parties):
            raise validators.ValidationError(_l("Please choose one from the list."))


class TermField(SelectField):
    """A choice from a closed list, with its labels."""

    def __init__(self, label: Any = None, checks: Iterable[Any] = (), *, terms: Any, **kw: Any) -> None:
        """Offer the members of the closed list `terms`."""
        self.terms = list(terms)
        offered = [SelectChoice(term.value, term.label) for term in self.terms]
        super().__init__(label, list(checks), choices=offered, coerce=self._member(self.terms), **kw)

    @staticmethod
    def _member(terms: Any) -> Any:
        by_key = {str(t.value): t for t in terms}

        def coerce(value: Any) -> Any:
            return by_key.get(str(getattr(value, "value", value)))

        return coerce

    def iter_choices(self) -> Iterable[tuple[Any, Any, bool, dict[str, Any]]]:
        """Give key, label and whether it is chosen."""
        for term in self.terms:
            yield term.value, term.label, term == self.data, {}

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        if self.data is None:
            raise validators.ValidationError(_l("Please choose one from the list."))


class ChoiceField(TermField):
    """A choice from a few, all of them in sight."""

    kind = "radio"


class FirstDayField(DateField):
    """The day from which something holds; optional."""

    def __init__(self, label: Any = None, checks: Iterable[Any] = (), **kw: Any) -> None:
        """Ask for a day, or for none."""
        super().__init__(label, [validators.Optional(), *checks], **kw)

    def process_data(self, value: datetime | date | None) -> None:
        """Take the moment from which it holds."""
        self.data = wording.local_day(value) if isinstance(value, datetime) else value


class LastDayField(FirstDayField):
    """The last day on which something holds; optional."""

    def process_data(self, value: datetime | date | None) -> None:
        """Take the moment until which it holds."""
        self.data = days.last(value) if isinstance(value, datetime) else value


class SuggestField(StringField):
    """Free text, with what was filled in before to choose from."""

    kind = "text"

    def __init__(self, label: Any = None, checks: Iterable[Any] = (), *, longest: int, **kw: Any) -> None:
        """Take at most `longest` characters; suggest nothing until `suggestions` is filled."""
        checks = [validators.Optional(), validators.Length(max=longest), *checks]
        super().__init__(label, checks, filters=[stripped], **kw)
        self.suggestions: list[str] = []
        self.render_kw = {"maxlength": longest, "list": f"{self.name}-suggestions", "autocomplete": "off"}


class MomentField(DateTimeLocalField):
    """A day and a time as the reader's clock shows it; holds the moment in UTC."""

    def process_data(self, value: datetime | None) -> None:
        """Take a moment."""
        self.data = value

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; a moment that no clock shows is refused."""
        try:
            super().process_formdata(valuelist)
            self.data = to_utc(self.data).replace(tzinfo=UTC) if self.data else None
        except (ValueError, OverflowError) as wrong:
            self.data = None
            raise ValueError(_l("Please fill in a day and a time.")) from wrong

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return to_user_timezone(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""


def field_for(
    datamodel: Any, column: str, label: Any, hint: Any, checks: Iterable[Any], terms: Any = None
) -> Any:
    """Make the field for `column`: a relation is picked, a closed list chosen, text trimmed.

    `terms` bounds a closed list, or names the pick of a relation that has not its own name.
    """
    checks = list(checks)
    if datamodel.is_relation(column):
        required = not datamodel.is_nullable(column)
        # Words alone may have found the row: what counts is what was found.
        checks.append(
            validators.DataRequired(_l("Please choose one from the list."))
            if required
            else validators.Optional()
        )
        return PickField(label, checks, pick=terms or column, description=hint)
    kind = datamodel.list_columns[column].type
    if datamodel.is_boolean(column):
        return BooleanField(label, checks, description=hint)
    nullable = datamodel.is_nullable(column)
    own = (datamodel.is_enum, datamodel.is_date, datamodel.is_datetime, datamodel.is_integer)
    is_text = not any(is_it(column) for is_it in own)
    checks.append(validators.Optional() if nullable else _required(is_text=is_text))
    if datamodel.is_enum(column):
        return TermField(label, checks, terms=terms or kind.enum_class, description=hint)
    if datamodel.is_date(column):
        return DateField(label, checks, description=hint)
    if datamodel.is_datetime(column):
        return MomentField(label, checks, description=hint)
    if datamodel.is_integer(column):
        usual = getattr(datamodel.list_columns[column].default, "arg", None)
        return IntegerField(label, checks, description=hint, default=usual)
    longest = getattr(kind, "length", None)
    if longest:
        checks.append(validators.Length(max=longest))
        return StringField(
            label, checks, description=hint, filters=[stripped], render_kw={"maxlength": longest}
        )
    checks.append(validators.Length(max=20_000))
    return TextAreaField(label, checks, description=hint, filters=[stripped])


def _required(*, is_text: bool) -> Any:
    """Ask for what was typed; of text, for what is left of it: spaces alone are nothing."""
    asked = validators.DataRequired if is_text else validators.InputRequired
    return asked(_l("Please fill this in."))
