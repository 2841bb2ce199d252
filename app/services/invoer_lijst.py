"""The rows of an uploaded list as they are kept between the check and the doing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from app.terms import Term

# The columns, in the words of the file: the same in every language of the portal.
KOLOMMEN = (
    *("organisatie", "soort", "platform", "meldadres", "voornaam", "achternaam"),
    *("e-mail", "rol", "locatie", "van", "tot"),
)
DAGEN = frozenset({"van", "tot"})
MOST_ROWS = 10_000


class Leesfout(Term):
    """Why a cell can't be read; the label is the sentence."""

    FORMULE = "formule", _l("This is a formula. Put the value itself in the cell.")
    FOUTWAARDE = "foutwaarde", _l("This is an error of the spreadsheet. Put the value itself in the cell.")
    DATUM = "datum", _l("The spreadsheet took this for a date. Give the cell the notation Text.")
    LANG = "lang", _l("This text is far too long.")
    TEKENS = "tekens", _l("This holds signs that cannot be seen. Type the text anew.")


@dataclass(frozen=True)
class Regel:
    """One row: its number as the spreadsheet shows it, the text of its cells, and what can't be read."""

    nummer: int
    cellen: dict[str, str]
    fouten: dict[str, Leesfout] = field(default_factory=dict)

    def __getitem__(self, kolom: str) -> str:
        return self.cellen.get(kolom, "")


@dataclass(frozen=True)
class Lijst:
    """The rows of a file, and which letter each column has there."""

    letters: dict[str, str]
    regels: Sequence[Regel]

    def to_json(self) -> str:
        """Write the list for keeping."""
        rows = [
            [r.nummer, [r[k] for k in KOLOMMEN], r.fouten]
            if r.fouten
            else [r.nummer, [r[k] for k in KOLOMMEN]]
            for r in self.regels
        ]
        return json.dumps([self.letters, rows], ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Lijst:
    """Read what `to_json` wrote."""
    letters, rows = json.loads(text)
    return Lijst(
        letters,
        [
            Regel(
                nummer,
                {k: cel for k, cel in zip(KOLOMMEN, cellen, strict=True) if cel},
                {k: Leesfout(why) for k, why in (fouten[0] if fouten else {}).items()},
            )
            for nummer, cellen, *fouten in rows
        ],
    )
