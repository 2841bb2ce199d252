"""Toegangscontrole: that the accounts of an SWV were looked through, by whom and when."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Moment, OfSWV, now
from app.models.gebruiker import Gebruiker


class Toegangscontrole(OfSWV, Model):
    """One review of who can get in: how many memberships there were, and how many asked for attention."""

    __tablename__ = "toegangscontrole"

    op: Mapped[datetime] = mapped_column(Moment, default=now)
    door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    lidmaatschappen: Mapped[int]
    aandacht: Mapped[int]
    opmerking: Mapped[str | None] = mapped_column(Text)

    door: Mapped[Gebruiker] = relationship()
