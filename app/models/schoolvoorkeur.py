"""SchoolVoorkeur: a school that the parents would like, and what it answers."""

import uuid
from datetime import date, datetime, timedelta

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.terms import VoorkeurStaat, ZorgplichtReden

WEEKS_TO_DECIDE, WEEKS_MORE = 6, 4


class SchoolVoorkeur(OfHulpvraag, Model):
    """A school in the order of preference (`rang`, from 1).

    `zorgplicht` is empty until the status 'JK afgewezen' judges a rejection (`einde_id`); then it says
    whether the school stays involved, and `zorgplicht_reden` why.
    """

    __tablename__ = "schoolvoorkeur"
    __table_args__ = (
        Index("ix_schoolvoorkeur_lijst", "hulpvraag_id", "rang", "id"),
        Index(
            "uq_schoolvoorkeur_school",
            *("hulpvraag_id", "school_id"),
            unique=True,
            sqlite_where=text("staat <> 'vervallen'"),
            postgresql_where=text("staat <> 'vervallen'"),
        ),
    )

    school_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"), index=True)
    rang: Mapped[int]
    staat: Mapped[VoorkeurStaat] = term(VoorkeurStaat, default=VoorkeurStaat.VOORGESTELD)
    voorgesteld_door_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    voorgesteld_op: Mapped[datetime] = mapped_column(Moment, default=now)
    door_ouder: Mapped[bool] = mapped_column(default=False)
    benaderd_op: Mapped[datetime | None] = mapped_column(Moment)
    aangemeld_op: Mapped[date | None] = mapped_column(Date)
    verlengd: Mapped[bool] = mapped_column(default=False)
    beantwoord_op: Mapped[datetime | None] = mapped_column(Moment)
    beantwoord_door_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reden: Mapped[str | None] = mapped_column(Text)
    zorgplicht: Mapped[bool | None]
    zorgplicht_reden: Mapped[ZorgplichtReden | None] = term(ZorgplichtReden, nullable=True)
    einde_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("statuswijziging.id"))
    herinnerd_op: Mapped[datetime | None] = mapped_column(Moment)
    versie: Mapped[int] = mapped_column(default=1)

    hulpvraag: Mapped[Hulpvraag] = relationship()
    school: Mapped[Organisation] = relationship(foreign_keys=[school_id])
    voorgesteld_door: Mapped[Gebruiker] = relationship(foreign_keys=[voorgesteld_door_id])
    beantwoord_door: Mapped[Gebruiker | None] = relationship(foreign_keys=[beantwoord_door_id])

    __mapper_args__ = {"version_id_col": versie}

    @property
    def beslist_uiterlijk(self) -> date | None:
        """Give the day by which the school decides: 6 weeks after `aangemeld_op`, 4 more when extended.

        Source: Wet op het primair onderwijs, article 40.
        """
        if self.aangemeld_op is None:
            return None
        return self.aangemeld_op + timedelta(weeks=WEEKS_TO_DECIDE + (WEEKS_MORE if self.verlengd else 0))

    def __str__(self) -> str:
        return self.school.naam
