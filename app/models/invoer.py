"""Invoer: a list of organisations and people that was uploaded, until it is carried out."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Moment, OfSWV, now
from app.models.gebruiker import Gebruiker


class Invoer(OfSWV, Model):
    """An upload of `door`: its rows as JSON in `regels`, emptied when they are carried out (`uitgevoerd_op`).

    `regels` is also emptied when it was not carried out within a day.
    """

    __tablename__ = "invoer"

    op: Mapped[datetime] = mapped_column(Moment, default=now)
    door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    bestandsnaam: Mapped[str] = mapped_column(String(200))
    aantal: Mapped[int]
    regels: Mapped[str | None] = mapped_column(Text)
    uitgevoerd_op: Mapped[datetime | None] = mapped_column(Moment)

    door: Mapped[Gebruiker] = relationship()
