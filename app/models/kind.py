"""Kind: a young child. No BSN, never."""

import unicodedata
from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.models.base import Compared, Moment, OfSWV, now


def searchable(text: str) -> str:
    """Fold case and accents away, so that `zoe` finds Zoë on every engine."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


class Kind(OfSWV, Compared, Model):
    """A child of one SWV; the same name and date of birth twice gets a warning."""

    COMPARED = ("voornaam", "tussenvoegsel", "achternaam", "geboortedatum")
    __tablename__ = "kind"
    __table_args__ = (
        Index("ix_kind_dubbel", "swv_id", "zoeknaam", "geboortedatum"),
        Index("ix_kind_lijst", "swv_id", "gewijzigd_op", "id"),
    )

    voornaam: Mapped[str] = mapped_column(String(64))
    tussenvoegsel: Mapped[str | None] = mapped_column(String(20))
    achternaam: Mapped[str] = mapped_column(String(80))
    geboortedatum: Mapped[date] = mapped_column(Date)
    zoeknaam: Mapped[str] = mapped_column(String(170))
    gewijzigd_op: Mapped[datetime] = mapped_column(Moment, default=now, onupdate=now)

    @property
    def naam(self) -> str:
        """Give the whole name as it is shown."""
        return " ".join(part for part in (self.voornaam, self.tussenvoegsel, self.achternaam) if part)

    @validates("voornaam", "tussenvoegsel", "achternaam")
    def _keep_searchable(self, key: str, value: str | None) -> str | None:
        parts = {k: getattr(self, k, None) for k in ("voornaam", "tussenvoegsel", "achternaam")}
        parts[key] = value
        self.zoeknaam = searchable(" ".join(part for part in parts.values() if part))
        return value

    def __str__(self) -> str:
        return self.naam
