"""Toestemming: a parent's consent to share the dossier with one party, for one purpose."""

import uuid
from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfHulpvraag, now, term
from app.models.bijlage import Bijlage
from app.models.gebruiker import Gebruiker
from app.models.gezagsdrager import Gezagsdrager
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.terms import Doel, ToestemmingStaat


class Toestemming(OfHulpvraag, Model):
    """Asked of a parent (`gevraagd_op`), in force from `gegeven_op` until `ingetrokken_op`.

    Given on paper (`bijlage`, `getekend_op`) and recorded by JK staff, or by the parent in the portal
    (`gegeven_door`). One that was never given and is `ingetrokken` was refused. `tekst` is what was shown.
    """

    __tablename__ = "toestemming"
    __table_args__ = (Index("ix_toestemming_partij", "hulpvraag_id", "organisation_id", "gezagsdrager_id"),)

    gezagsdrager_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("gezagsdrager.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"))
    doel: Mapped[Doel] = term(Doel, default=Doel.SCHOOL_VAN_VOORKEUR)
    tekst: Mapped[str] = mapped_column(Text)
    gevraagd_op: Mapped[datetime] = mapped_column(Moment, default=now)
    gevraagd_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    gegeven_op: Mapped[datetime | None] = mapped_column(Moment)
    gegeven_door_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    getekend_op: Mapped[date | None] = mapped_column(Date)
    bijlage_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("bijlage.id"))
    ingetrokken_op: Mapped[datetime | None] = mapped_column(Moment)
    ingetrokken_door_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    hulpvraag: Mapped[Hulpvraag] = relationship()
    gezagsdrager: Mapped[Gezagsdrager] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    bijlage: Mapped[Bijlage | None] = relationship()
    gegeven_door: Mapped[Gebruiker | None] = relationship(foreign_keys=[gegeven_door_id])
    ingetrokken_door: Mapped[Gebruiker | None] = relationship(foreign_keys=[ingetrokken_door_id])

    @property
    def in_force(self) -> bool:
        """Tell whether it was given and not taken back."""
        return self.gegeven_op is not None and self.ingetrokken_op is None

    @property
    def staat(self) -> ToestemmingStaat:
        """Say where it stands."""
        if self.ingetrokken_op is not None:
            return ToestemmingStaat.INGETROKKEN if self.gegeven_op else ToestemmingStaat.GEWEIGERD
        return ToestemmingStaat.GEGEVEN if self.gegeven_op else ToestemmingStaat.GEVRAAGD

    def __str__(self) -> str:
        return self.organisation.naam
