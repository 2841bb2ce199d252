"""What may stand in the cells of an uploaded list, and what each means; it says in words what it can't be."""

import re
from datetime import date

from flask_babel import gettext as _

from app.access import CEILING
from app.services import writing
from app.services.invoer_lijst import Regel
from app.services.invoer_uitkomst import Uitkomst
from app.terms import AFFILIATED, OrganisationSoort, Role

VOORBEELD = "voorbeeld:"  # the row of the template that shows how it is done
OF_PERSON = ("voornaam", "achternaam", "e-mail", "rol", "locatie", "van", "tot")
SOORTEN = tuple(soort for soort in OrganisationSoort if soort in AFFILIATED)
_NEEDED = ("voornaam", "achternaam", "e-mail", "rol")
_LONGEST = {
    "organisatie": 120,
    "platform": 80,
    "meldadres": 254,
    "locatie": 120,
    "voornaam": 64,
    "achternaam": 64,
    "e-mail": 254,
}
_DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_FURTHEST = date(2199, 12, 31)


def is_example(regel: Regel) -> bool:
    """Tell whether this is the row of the template that shows how it is done."""
    return regel["organisatie"].casefold().startswith(VOORBEELD)


def has_person(regel: Regel) -> bool:
    """Tell whether anything of a person is filled in."""
    return any(regel[kolom] or kolom in regel.fouten for kolom in OF_PERSON)


def refuse_unreadable(one: Uitkomst) -> None:
    """Say which cells can't be read, are too long, or lack beside a person."""
    regel = one.regel
    for kolom, why in regel.fouten.items():
        one.wrong(kolom, str(why.label))
    for kolom, longest in _LONGEST.items():
        if len(regel[kolom]) > longest:
            one.wrong(kolom, _("Use at most %(number)s characters.", number=longest))
    if not regel["organisatie"]:
        one.wrong("organisatie", _("Fill in the name of the organisation."))
    if has_person(regel):
        for kolom in _NEEDED:
            if not regel[kolom]:
                one.wrong(kolom, _("Fill this in, or leave all cells of the person empty."))


def soort(one: Uitkomst) -> OrganisationSoort | None:
    """Read the kind of the organisation; an SWV and the operator are made by no list."""
    typed = one.regel["soort"]
    found = next((kind for kind in SOORTEN if kind.value == typed.casefold()), None)
    if typed and found is None:
        one.wrong("soort", _("This kind cannot be imported. Choose from: %(kinds)s.", kinds=kinds()))
    return found


def kinds() -> str:
    """List the kinds of organisation that a list can hold, in the words of the file."""
    return ", ".join(kind.value for kind in SOORTEN)


def rol(one: Uitkomst, of: OrganisationSoort) -> Role | None:
    """Read a role that this kind of organisation can give: the ceiling, in code."""
    typed = re.sub(r"[\s_-]+", " ", one.regel["rol"]).casefold()
    given = roles_of(of)
    found = next((role for role in given if typed in (word(role), str(role.label).casefold())), None)
    if typed and found is None:
        sentence = _(
            "An organisation of the kind %(kind)s cannot give this role. Choose from: %(roles)s.",
            kind=of.value,
            roles=", ".join(map(word, given)),
        )
        one.wrong("rol", sentence)
    return found


def roles_of(of: OrganisationSoort) -> list[Role]:
    """Give the roles that an organisation of this kind can give."""
    return [role for role in Role if role in CEILING[of]]


def word(role: Role) -> str:
    """Write a role as it stands in the file."""
    return role.value.replace("_", " ")


def address(one: Uitkomst, kolom: str) -> str | None:
    """Read a whole e-mail address."""
    typed = one.regel[kolom]
    plain = writing.plain_address(typed)
    if typed and plain is None:
        one.wrong(kolom, _("This is not a whole e-mail address, like name@example.nl."))
    return plain


def day(one: Uitkomst, kolom: str) -> date | None:
    """Read a day."""
    typed = one.regel[kolom]
    found = _DAY.fullmatch(typed)
    try:
        if found:
            d, m, y, year, month, number = found.groups()
            return min(date(int(y or year), int(m or month), int(d or number)), _FURTHEST)
    except ValueError:
        pass
    if typed:
        one.wrong(kolom, _("Write a day like 31-12-2026."))
    return None
