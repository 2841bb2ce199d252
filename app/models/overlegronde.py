"""Overlegronde: a consultation about one dossier; Deelname: a person who was invited to it."""

import uuid
from datetime import datetime, timedelta

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.gezagsdrager import Gezagsdrager
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.terms import Antwoord, Opening


class Overlegronde(OfHulpvraag, Model):
    """A consultation: `duur` in minutes; open until `gesloten_op`; `einde_id` is the change that did it."""

    __tablename__ = "overlegronde"
    __table_args__ = (Index("ix_overlegronde_lijst", "hulpvraag_id", "begint_op", "id"),)

    begint_op: Mapped[datetime] = mapped_column(Moment)
    duur: Mapped[int] = mapped_column(default=60)
    plaats: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(500))
    agenda: Mapped[str | None] = mapped_column(Text)
    gemaakt_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    gemaakt_op: Mapped[datetime] = mapped_column(Moment, default=now)
    gesloten_op: Mapped[datetime | None] = mapped_column(Moment)
    einde_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("statuswijziging.id"))
    versie: Mapped[int] = mapped_column(default=1)

    hulpvraag: Mapped[Hulpvraag] = relationship()
    gemaakt_door: Mapped[Gebruiker] = relationship()

    __mapper_args__ = {"version_id_col": versie}

    @property
    def eindigt_op(self) -> datetime:
        """Give when the consultation is over."""
        return self.begint_op + timedelta(minutes=self.duur)


class Deelname(OfHulpvraag, Model):
    """An invited person, on behalf of `namens` or of nobody (a parent, a participant).

    `opening` and `open_vanaf` say when the dossier opens for them; the access itself is a Betrokkenheid
    whose `bron_id` is this row. `verwijderd_op` is when they were taken off the round.
    """

    __tablename__ = "deelname"
    __table_args__ = (
        Index("ix_deelname_persoon", "gebruiker_id", "overlegronde_id"),
        Index(
            "uq_deelname_persoon",
            *("overlegronde_id", "gebruiker_id"),
            unique=True,
            sqlite_where=text("verwijderd_op IS NULL"),
            postgresql_where=text("verwijderd_op IS NULL"),
        ),
    )

    overlegronde_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("overlegronde.id", ondelete="CASCADE"))
    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    namens_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    gezagsdrager_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("gezagsdrager.id"))
    uitgenodigd_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    uitgenodigd_op: Mapped[datetime] = mapped_column(Moment, default=now)
    antwoord: Mapped[Antwoord | None] = term(Antwoord, nullable=True)
    voorstel: Mapped[str | None] = mapped_column(String(500))
    beantwoord_op: Mapped[datetime | None] = mapped_column(Moment)
    opening: Mapped[Opening] = term(Opening, default=Opening.NIET)
    open_vanaf: Mapped[datetime | None] = mapped_column(Moment)
    verwijderd_op: Mapped[datetime | None] = mapped_column(Moment)

    hulpvraag: Mapped[Hulpvraag] = relationship()
    overlegronde: Mapped[Overlegronde] = relationship()
    gebruiker: Mapped[Gebruiker] = relationship(foreign_keys=[gebruiker_id])
    namens: Mapped[Organisation | None] = relationship(foreign_keys=[namens_id])
    gezagsdrager: Mapped[Gezagsdrager | None] = relationship()
