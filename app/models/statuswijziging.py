"""StatusWijziging: the history of a hulpvraag, one row a change."""

import uuid
from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.organisation import Organisation
from app.terms import Status


class StatusWijziging(OfHulpvraag, Model):
    """A change of status: who, on whose behalf, when, why. `terug_id` is the change that it took back.

    With the last one, 'advies afgerond': to which `school`, and from which day (`vanaf`).
    """

    __tablename__ = "statuswijziging"

    overgang: Mapped[str] = mapped_column(String(40))
    van: Mapped[Status | None] = term(Status, nullable=True)
    naar: Mapped[Status] = term(Status)
    door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    namens_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"))
    op: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    toelichting: Mapped[str | None] = mapped_column(Text)
    terug_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("statuswijziging.id"))

    school_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    vanaf: Mapped[date | None] = mapped_column(Date)

    door: Mapped[Gebruiker] = relationship()
    namens: Mapped[Organisation] = relationship(foreign_keys=[namens_id])
    school: Mapped[Organisation | None] = relationship(foreign_keys=[school_id])
