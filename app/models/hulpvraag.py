"""Hulpvraag: the question for support around one child; with its child it is the dossier."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfSWV, now, term
from app.models.gebruiker import Gebruiker
from app.models.kind import Kind
from app.models.organisation import Organisation
from app.terms import Status


class Hulpvraag(OfSWV, Model):
    """One dossier. `versie` counts its changes: a form opened before somebody else's change loses."""

    __tablename__ = "hulpvraag"
    __table_args__ = (
        Index("ix_hulpvraag_lijst", "swv_id", "gewijzigd_op", "id"),
        Index("ix_hulpvraag_status", "swv_id", "status", "gewijzigd_op", "id"),
    )

    nummer: Mapped[str] = mapped_column(String(20), unique=True)
    kind_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("kind.id"), index=True)
    voorschool_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"), index=True)
    contactpersoon_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    specialist_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    waarnemer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    aangemaakt_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    aangemaakt_op: Mapped[datetime] = mapped_column(Moment, default=now)
    omschrijving: Mapped[str | None] = mapped_column(Text)
    status: Mapped[Status] = term(Status, default=Status.AANVRAAG)
    status_sinds: Mapped[datetime] = mapped_column(Moment, default=now)
    gewijzigd_op: Mapped[datetime] = mapped_column(Moment, default=now)
    versie: Mapped[int] = mapped_column(default=1)

    kind: Mapped[Kind] = relationship()
    voorschool: Mapped[Organisation] = relationship(foreign_keys=[voorschool_id])
    contactpersoon: Mapped[Gebruiker | None] = relationship(foreign_keys=[contactpersoon_id])
    specialist: Mapped[Gebruiker | None] = relationship(foreign_keys=[specialist_id])
    waarnemer: Mapped[Gebruiker | None] = relationship(foreign_keys=[waarnemer_id])
    aangemaakt_door: Mapped[Gebruiker] = relationship(foreign_keys=[aangemaakt_door_id])

    __mapper_args__ = {"version_id_col": versie}

    def __str__(self) -> str:
        return self.nummer
