"""Lidmaatschap: the role that a person has in an organisation, from when until when."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Compared, Id, Moment, now, term
from app.models.gebruiker import Gebruiker
from app.models.organisation import Organisation
from app.terms import LidmaatschapStaat, Role


class Lidmaatschap(Compared, Model):
    """A membership; valid while `van` <= now < `tot`, unless it is suspended (`geschorst_op`).

    `locatie` is the place of work within an organisation that has several.
    """

    COMPARED = ("van", "tot", "geschorst_op", "locatie")
    __tablename__ = "lidmaatschap"
    __table_args__ = (
        Index("ix_lidmaatschap_persoon", "gebruiker_id", "organisation_id"),
        Index(
            "uq_lidmaatschap_lopend",
            *("gebruiker_id", "organisation_id", "rol"),
            unique=True,
            sqlite_where=text("tot IS NULL"),
            postgresql_where=text("tot IS NULL"),
        ),
    )

    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("organisation.id"), index=True)
    rol: Mapped[Role] = term(Role)
    van: Mapped[datetime] = mapped_column(Moment, default=now)
    tot: Mapped[datetime | None] = mapped_column(Moment)
    geschorst_op: Mapped[datetime | None] = mapped_column(Moment)
    locatie: Mapped[str | None] = mapped_column(String(120))

    gebruiker: Mapped[Gebruiker] = relationship()
    organisation: Mapped[Organisation] = relationship()

    @property
    def staat(self) -> LidmaatschapStaat:
        """Say whether it counts now."""
        moment = now()
        if self.tot is not None and self.tot <= moment:
            return LidmaatschapStaat.VOORBIJ
        if self.geschorst_op is not None:
            return LidmaatschapStaat.GESCHORST
        return LidmaatschapStaat.LATER if self.van > moment else LidmaatschapStaat.GELDIG

    def __str__(self) -> str:
        return self.gebruiker.naam
