"""Bijlage: a document in a dossier; its bytes are in the store under a random key."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.terms import BijlageSoort, Stadium, Zichtbaarheid


class Bijlage(OfHulpvraag, Model):
    """A document: `grootte` in bytes, `sha256` in hex, `sleutel` is where the store keeps it."""

    __tablename__ = "bijlage"
    __table_args__ = (Index("ix_bijlage_lijst", "hulpvraag_id", "toegevoegd_op", "id"),)

    soort: Mapped[BijlageSoort] = term(BijlageSoort, default=BijlageSoort.OVERIG)
    titel: Mapped[str] = mapped_column(String(200))
    zichtbaarheid: Mapped[Zichtbaarheid] = term(Zichtbaarheid, default=Zichtbaarheid.GEDEELD)
    stadium: Mapped[Stadium] = term(Stadium, default=Stadium.DEFINITIEF)
    toegevoegd_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"))
    toegevoegd_op: Mapped[datetime] = mapped_column(Moment, default=now)
    ingetrokken_op: Mapped[datetime | None] = mapped_column(Moment)
    grootte: Mapped[int] = mapped_column(BigInteger)
    mimetype: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    sleutel: Mapped[str] = mapped_column(String(64), unique=True)

    hulpvraag: Mapped[Hulpvraag] = relationship()
    toegevoegd_door: Mapped[Gebruiker] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])

    def __str__(self) -> str:
        return self.titel
