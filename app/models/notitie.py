"""Notitie: a note in a dossier, internal or shared."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.terms import Zichtbaarheid


class Notitie(OfHulpvraag, Model):
    """A note by a person on behalf of an organisation; with `voor` only the SWV and that school read it."""

    __tablename__ = "notitie"
    __table_args__ = (Index("ix_notitie_lijst", "hulpvraag_id", "geschreven_op", "id"),)

    tekst: Mapped[str] = mapped_column(Text)
    zichtbaarheid: Mapped[Zichtbaarheid] = term(Zichtbaarheid, default=Zichtbaarheid.GEDEELD)
    geschreven_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"))
    voor_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    geschreven_op: Mapped[datetime] = mapped_column(Moment, default=now)

    hulpvraag: Mapped[Hulpvraag] = relationship()
    geschreven_door: Mapped[Gebruiker] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    voor: Mapped[Organisation | None] = relationship(foreign_keys=[voor_id])

    def __str__(self) -> str:
        return self.tekst[:60]
