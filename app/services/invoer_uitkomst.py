"""What becomes of an uploaded list: the words for the rows of a plan, and for what it would make."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from flask_babel import gettext as _

from app.services.invoer_lijst import KOLOMMEN, Lijst, Regel
from app.terms import OrganisationSoort, Role


class Soort(Enum):
    """What becomes of a row."""

    FOUT = auto()
    ORGANISATIE = auto()
    UITNODIGING = auto()
    IS_ER_AL = auto()
    VOORBEELD = auto()


@dataclass
class Plaats:
    """An organisation of the SWV, there already or to be made (then `id` is None until it is)."""

    naam: str
    soort: OrganisationSoort
    platform: str | None = None
    meldadres: str | None = None
    id: uuid.UUID | None = None
    actief: bool = True
    regel: int = 0


@dataclass(frozen=True)
class Genodigde:
    """One membership to make."""

    plaats: Plaats
    voornaam: str
    achternaam: str
    email: str
    rol: Role
    locatie: str | None
    van: datetime | None
    tot: datetime | None


@dataclass
class Uitkomst:
    """What becomes of one row: `zinnen` say it, `fouten` say what is wrong in which column."""

    regel: Regel
    soort: Soort = Soort.FOUT
    zinnen: list[str] = field(default_factory=list)
    fouten: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Give the name of the person on this row."""
        return f"{self.regel['voornaam']} {self.regel['achternaam']}".strip()

    def becomes(self, soort: Soort, sentence: str) -> None:
        """Say what comes of the row, after what was said before."""
        self.soort = soort
        self.zinnen.append(sentence)

    def wrong(self, kolom: str, sentence: str) -> None:
        """Say what is wrong in a column; of one cell the first thing is enough."""
        if kolom not in dict(self.fouten):
            self.fouten.append((kolom, sentence))


@dataclass
class Plan:
    """All that a list would do."""

    lijst: Lijst
    uitkomsten: list[Uitkomst] = field(default_factory=list)
    plaatsen: list[Plaats] = field(default_factory=list)
    genodigden: list[Genodigde] = field(default_factory=list)
    accounts: dict[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> list[Uitkomst]:
        """Give the rows with something wrong."""
        return [one for one in self.uitkomsten if one.fouten]

    @property
    def digest(self) -> str:
        """Name what this plan says, so that carrying it out does what was read and nothing else."""
        said = "\n".join(
            f"{one.regel.nummer} {one.soort.name} {one.zinnen} {one.fouten}" for one in self.uitkomsten
        )
        return hashlib.sha256(said.encode()).hexdigest()

    def count(self, soort: Soort) -> int:
        """Count the rows that this becomes of."""
        return sum(one.soort is soort for one in self.uitkomsten)

    def said(self, one: Uitkomst) -> Sequence[str]:
        """Say what becomes of a row in whole sentences: what is wrong with its cells, or what it will do."""
        by_column = sorted(one.fouten, key=lambda fout: KOLOMMEN.index(fout[0]))
        return [self._in_cell(one, *fout) for fout in by_column] or one.zinnen

    def _in_cell(self, one: Uitkomst, kolom: str, sentence: str) -> str:
        letter = self.lijst.letters.get(kolom)
        known = {"row": one.regel.nummer, "column": kolom, "sentence": sentence}
        if letter is None:
            return _("Row %(row)s, column %(column)s, which the list has not: %(sentence)s", **known)
        cell = f"{letter}{one.regel.nummer}"
        return _("Row %(row)s, column %(column)s (%(cell)s): %(sentence)s", cell=cell, **known)
