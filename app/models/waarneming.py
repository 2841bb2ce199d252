"""Waarneming: who stands in for a colleague during leave."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Keyed, Moment
from app.models.gebruiker import Gebruiker
from app.models.organisation import Organisation


class Waarneming(Keyed, Model):
    """Within one organisation `waarnemer` gets what is for `gebruiker`, while `van` <= now < `tot`."""

    __tablename__ = "waarneming"
    __table_args__ = (Index("ix_waarneming_persoon", "organisation_id", "gebruiker_id"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"))
    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    waarnemer_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    van: Mapped[datetime] = mapped_column(Moment)
    tot: Mapped[datetime] = mapped_column(Moment)
    door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    organisation: Mapped[Organisation] = relationship()
    gebruiker: Mapped[Gebruiker] = relationship(foreign_keys=[gebruiker_id])
    waarnemer: Mapped[Gebruiker] = relationship(foreign_keys=[waarnemer_id])
