"""Gezagsdrager: a parent or guardian of a child."""

import uuid
from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Compared, Id, OfSWV, term
from app.models.kind import Kind
from app.terms import Gezag


class Gezagsdrager(OfSWV, Compared, Model):
    """A parent: how to reach them, and whether they have parental authority, says who, since when."""

    COMPARED = (
        *("naam", "email", "telefoon", "adres", "geheim_adres"),
        *("gezag", "gezag_bron", "gezag_datum"),
    )
    __tablename__ = "gezagsdrager"

    kind_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("kind.id", ondelete="CASCADE"), index=True)
    naam: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    telefoon: Mapped[str | None] = mapped_column(String(30))
    adres: Mapped[str | None] = mapped_column(String(200))
    geheim_adres: Mapped[bool] = mapped_column(default=False)
    gezag: Mapped[Gezag] = term(Gezag, default=Gezag.ONBEKEND)
    gezag_bron: Mapped[str | None] = mapped_column(String(120))
    gezag_datum: Mapped[date | None] = mapped_column(Date)
    gebruiker_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    kind: Mapped[Kind] = relationship()

    def __str__(self) -> str:
        return self.naam
