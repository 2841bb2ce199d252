"""Afspraak: what was agreed: who does what, by when, and whether it was done."""

import uuid
from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Compared, Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.models.overlegronde import Overlegronde
from app.terms import Zichtbaarheid


class Afspraak(OfHulpvraag, Compared, Model):
    """An agreement for one organisation or one person; `herinnerd_op` is when they were last reminded."""

    COMPARED = ("wat", "voor", "uiterlijk", "zichtbaarheid")
    __tablename__ = "afspraak"
    __table_args__ = (
        Index("ix_afspraak_lijst", "hulpvraag_id", "uiterlijk", "id"),
        Index("ix_afspraak_termijn", "gedaan_op", "uiterlijk"),
    )

    wat: Mapped[str] = mapped_column(Text)
    voor_organisation_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    voor_gebruiker_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    uiterlijk: Mapped[date] = mapped_column(Date)
    zichtbaarheid: Mapped[Zichtbaarheid] = term(Zichtbaarheid, default=Zichtbaarheid.GEDEELD)
    overlegronde_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("overlegronde.id"))
    gemaakt_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    gemaakt_op: Mapped[datetime] = mapped_column(Moment, default=now)
    gedaan_op: Mapped[datetime | None] = mapped_column(Moment)
    gedaan_door_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    herinnerd_op: Mapped[datetime | None] = mapped_column(Moment)

    hulpvraag: Mapped[Hulpvraag] = relationship()
    overlegronde: Mapped[Overlegronde | None] = relationship()
    voor_organisation: Mapped[Organisation | None] = relationship(foreign_keys=[voor_organisation_id])
    voor_gebruiker: Mapped[Gebruiker | None] = relationship(foreign_keys=[voor_gebruiker_id])
    gemaakt_door: Mapped[Gebruiker] = relationship(foreign_keys=[gemaakt_door_id])
    gedaan_door: Mapped[Gebruiker | None] = relationship(foreign_keys=[gedaan_door_id])

    @property
    def voor(self) -> str:
        """Name the party whose turn it is as one key: `organisation:<id>` or `gebruiker:<id>`."""
        if self.voor_organisation_id is not None:
            return f"organisation:{self.voor_organisation_id}"
        return f"gebruiker:{self.voor_gebruiker_id}"

    def __str__(self) -> str:
        return self.wat[:60]
