"""Rechtafwijking: where an organisation's rights differ from the defaults of its kind."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Keyed, Moment, now, term
from app.models.gebruiker import Gebruiker
from app.models.organisation import Organisation
from app.terms import Role


class Rechtafwijking(Keyed, Model):
    """One right that a role has in this organisation (`mag`) though not by default, or the other way round.

    `recht` is a key of `app.access.roles`, such as `Bijlage.share` or `status.aanvraag`.
    """

    __tablename__ = "rechtafwijking"
    __table_args__ = (Index("uq_rechtafwijking", "organisation_id", "rol", "recht", unique=True),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"))
    rol: Mapped[Role] = term(Role)
    recht: Mapped[str] = mapped_column(String(60))
    mag: Mapped[bool]
    op: Mapped[datetime] = mapped_column(Moment, default=now)
    door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    organisation: Mapped[Organisation] = relationship()
    door: Mapped[Gebruiker] = relationship()
