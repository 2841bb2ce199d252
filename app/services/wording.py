"""How values read on a screen: labels of columns, dates, sizes, statuses; ready for a template."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_time, get_timezone, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import current_person
from app.models.base import now
from app.terms import LidmaatschapStaat, Noun, Status, Term
from app.workflow import AT_MOVE

# One word for a column wherever it is shown; a screen overrides only what it means differently.
LABELS: Mapping[str, Any] = {
    "aan_zet": _l("At move"),
    "aangemaakt_op": _l("Made on"),
    "aangemeld_op": _l("Registered with the school on"),
    "achternaam": _l("Last name"),
    "actief": _l("Active"),
    "adres": _l("Address"),
    "agenda": _l("Agenda"),
    "begint_op": _l("Day and time"),
    "beantwoord_door": _l("Answered by"),
    "beantwoord_op": _l("Answered on"),
    "benaderd_op": _l("Approached on"),
    "beslist_uiterlijk": _l("Decides by"),
    "bijlage": _l("Signed document"),
    "bron": _l("Ground"),
    "doel": _l("Purpose"),
    "contactpersoon": _l("Contact person of the preschool"),
    "door": _l("By"),
    "duur": _l("How many minutes does it take?"),
    "email": _l("E-mail address"),
    "first_name": _l("First name"),
    "gegeven_op": _l("Given on"),
    "getekend_op": _l("Signed on"),
    "gevraagd_op": _l("Asked on"),
    "gezagsdrager": _l("Parent or guardian"),
    "geboortedatum": _l("Date of birth"),
    "gebruiker": _l("Name"),
    "geheim_adres": _l("Secret address"),
    "geschreven_door": _l("Written by"),
    "geschreven_op": _l("Written on"),
    "gewijzigd_op": _l("Changed"),
    "gezag": _l("Parental authority"),
    "gezag_bron": _l("How do you know?"),
    "gedaan_op": _l("Done"),
    "gezag_datum": _l("Known since"),
    "grond": _l("Ground"),
    "grootte": _l("Size"),
    "hulpvraag": _l("Hulpvraag"),
    "ingetrokken_op": _l("Taken back or refused on"),
    "kind": _l("Child"),
    "laatst": _l("Last signed in"),
    "last_name": _l("Last name"),
    "locatie": _l("Location"),
    "link": _l("Link to a video meeting"),
    "meldadres": _l("Shared e-mail address for notices"),
    "naam": _l("Name"),
    "overlegronde": _l("Made in the consultation of"),
    "nummer": _l("Number"),
    "omschrijving": _l("Description"),
    "op": _l("On"),
    "organisation": _l("Organisation"),
    "partij": _l("Who"),
    "plaats": _l("Place"),
    "platform": _l("Platform"),
    "rang": _l("Order"),
    "reden": _l("Reason"),
    "rol": _l("Role"),
    "school": _l("School"),
    "school_leest_dagen": _l("Days that the placing school can read on"),
    "sinds": _l("Since"),
    "soort": _l("Kind"),
    "specialist": _l("JK specialist"),
    "staat": _l("State"),
    "stadium": _l("Draft or final"),
    "status": _l("Status"),
    "status_in_mail": _l("Name the status in mails"),
    "swv": _l("SWV"),
    "tekst": _l("Text"),
    "telefoon": _l("Telephone"),
    "titel": _l("Title"),
    "toestemming_van_beiden": _l("All parents with authority must consent"),
    "toegevoegd_door": _l("Added by"),
    "toegevoegd_op": _l("Added on"),
    "tot": _l("Until"),
    "tussenvoegsel": _l("Infix"),
    "uiterlijk": _l("By when"),
    "van": _l("From"),
    "voorgesteld_door": _l("Proposed by"),
    "voorgesteld_op": _l("Proposed on"),
    "voor": _l("Who does this?"),
    "voornaam": _l("First name"),
    "voorschool": _l("Preschool"),
    "waarnemer": _l("Stand-in"),
    "wat": _l("What was agreed?"),
    "zichtbaarheid": _l("Who may see it"),
    "zorgplicht_reden": _l("Stays involved"),
}

# How many rows a list has, in a whole sentence a noun.
COUNTED: Mapping[Noun, Callable[[int], str]] = {
    Noun.HULPVRAAG: lambda n: ngettext("You see %(num)s hulpvraag.", "You see %(num)s hulpvragen.", n),
    Noun.KIND: lambda n: ngettext("You see %(num)s child.", "You see %(num)s children.", n),
    Noun.GEZAGSDRAGER: lambda n: ngettext(
        "You see %(num)s parent or guardian.", "You see %(num)s parents and guardians.", n
    ),
    Noun.BIJLAGE: lambda n: ngettext("You see %(num)s bijlage.", "You see %(num)s bijlagen.", n),
    Noun.AFSPRAAK: lambda n: ngettext("You see %(num)s agreement.", "You see %(num)s agreements.", n),
    Noun.NOTITIE: lambda n: ngettext("You see %(num)s note.", "You see %(num)s notes.", n),
    Noun.OVERLEGRONDE: lambda n: ngettext(
        "You see %(num)s consultation.", "You see %(num)s consultations.", n
    ),
    Noun.SCHOOLVOORKEUR: lambda n: ngettext(
        "You see %(num)s school of preference.", "You see %(num)s schools of preference.", n
    ),
    Noun.TOESTEMMING: lambda n: ngettext("You see %(num)s consent.", "You see %(num)s consents.", n),
    Noun.ORGANISATION: lambda n: ngettext(
        "You see %(num)s organisation.", "You see %(num)s organisations.", n
    ),
    Noun.LIDMAATSCHAP: lambda n: ngettext("You see %(num)s person.", "You see %(num)s people.", n),
}


def counted(noun: Noun, count: int) -> str:
    """Say how many rows of a noun one sees."""
    say = COUNTED.get(noun)
    return say(count) if say else ngettext("You see %(num)s row.", "You see %(num)s rows.", count)


def moment(value: datetime) -> str:
    """Write a moment as people say it: 'vandaag 9:14', 'gisteren 14:05', '3 mei 2026'."""
    local = value.astimezone(get_timezone() or ZoneInfo("Europe/Amsterdam"))
    today = now().astimezone(local.tzinfo).date()
    clock = format_time(value, "H:mm")
    if local.date() == today:
        return _("today %(time)s", time=clock)
    if local.date() == today - timedelta(days=1):
        return _("yesterday %(time)s", time=clock)
    return day(local.date())


def exact(value: datetime) -> str:
    """Write day and clock, for who did what when: '3 mei 2026 14:05'."""
    local = value.astimezone(get_timezone() or ZoneInfo("Europe/Amsterdam"))
    return f"{day(local.date())} {format_time(value, 'H:mm')}"


def day(value: date) -> str:
    """Write a date in full: '3 mei 2026'."""
    return format_date(value, "d MMMM y")


def today() -> date:
    """Give the day that it is for the people here."""
    return local_day(now())


def local_day(value: datetime) -> date:
    """Give the day on which a moment falls for the people here."""
    return value.astimezone(get_timezone() or ZoneInfo("Europe/Amsterdam")).date()


def days_ago(value: datetime) -> str:
    """Write how long something waits: 'vandaag', 'gisteren', '4 dagen'."""
    zone = get_timezone() or ZoneInfo("Europe/Amsterdam")
    days = (now().astimezone(zone).date() - value.astimezone(zone).date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return _("%(days)s days ago", days=days)


def local_hour(value: datetime) -> int:
    """Give the hour of the day in the person's time zone, 0 to 23."""
    return value.astimezone(get_timezone() or ZoneInfo("Europe/Amsterdam")).hour


def size(number: int) -> str:
    """Write a number of bytes: '12 kB', '1,2 MB'."""
    if number < 1_000_000:
        return _("%(number)s kB", number=max(1, round(number / 1000)))
    whole, tenth = divmod(round(number / 100_000), 10)
    return _("%(number)s MB", number=f"{whole},{tenth}" if tenth else str(whole))


def words(value: Any) -> str:
    """Write any value of a column for a screen."""
    match value:
        case None | "":
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case Term():
            return str(value.label)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case _:
            return str(value)


_OF_MEMBERSHIP = {LidmaatschapStaat.GESCHORST: "stop", LidmaatschapStaat.LATER: "plain"}


def tag_of(value: Any) -> str | None:
    """Give a status its shape: 'need' is up to this person, 'done' and 'stop' have ended.

    Of a membership only what is out of the ordinary has one.
    """
    if isinstance(value, LidmaatschapStaat):
        return _OF_MEMBERSHIP.get(value)
    if not isinstance(value, Status):
        return None
    if value is Status.ADVIES_AFGEROND:
        return "done"
    if value is Status.INGETROKKEN:
        return "stop"
    person = current_person()
    return "need" if person and AT_MOVE[value] in person.rollen else "plain"
