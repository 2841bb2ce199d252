"""Betrokkenheid: the one fact that opens a dossier to a party. It is the tab 'Wie heeft toegang'."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.organisation import Organisation
from app.terms import Ground


class Betrokkenheid(OfHulpvraag, Model):
    """An organisation or a person, involved while `van` <= now < `tot`; `bron_id` is the row that says so.

    A person is involved on behalf of `namens` alone, or of nobody. `begin_id` and `einde_id` name the change
    of status that began or ended it, so that taking that change back undoes it.
    """

    __tablename__ = "betrokkenheid"
    __table_args__ = (
        CheckConstraint(
            "(organisation_id IS NULL) <> (gebruiker_id IS NULL)", name="ck_betrokkenheid_partij"
        ),
        Index("ix_betrokkenheid_organisation", "organisation_id", "grond", "hulpvraag_id"),
        Index("ix_betrokkenheid_gebruiker", "gebruiker_id", "grond", "hulpvraag_id"),
    )

    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    gebruiker_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    grond: Mapped[Ground] = term(Ground)
    van: Mapped[datetime] = mapped_column(Moment, default=now)
    tot: Mapped[datetime | None] = mapped_column(Moment)
    bron_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    namens_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    begin_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("statuswijziging.id"))
    einde_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("statuswijziging.id"))

    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id])
    gebruiker: Mapped[Gebruiker | None] = relationship()
    namens: Mapped[Organisation | None] = relationship(foreign_keys=[namens_id])
