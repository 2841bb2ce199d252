"""Gebeurtenis: the log of every sign-in, read, change and refusal. Ids only: no names, no contents."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Id, Keyed, Moment, now, term
from app.terms import Actie


class Gebeurtenis(Keyed, Model):
    """One event: when, who, on whose behalf, which dossier and row, act, ground, outcome, where from.

    `oud` and `nieuw` are what a setting or a right was before and after: a key, never typed text.
    Source: NEN 7513. Plain ids without foreign keys: a log row outlives what it is about.
    """

    __tablename__ = "gebeurtenis"
    __table_args__ = (
        Index("ix_gebeurtenis_dossier", "swv_id", "hulpvraag_id", "op"),
        Index("ix_gebeurtenis_persoon", "swv_id", "gebruiker_id", "op"),
    )

    op: Mapped[datetime] = mapped_column(Moment, default=now)
    actie: Mapped[Actie] = term(Actie)
    gelukt: Mapped[bool] = mapped_column(default=True)
    swv_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    gebruiker_id: Mapped[int | None]
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    rollen: Mapped[str | None] = mapped_column(String(200))
    hulpvraag_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    noun: Mapped[str | None] = mapped_column(String(40))
    object_id: Mapped[str | None] = mapped_column(String(40))
    grond: Mapped[str | None] = mapped_column(String(40))
    oud: Mapped[str | None] = mapped_column(String(40))
    nieuw: Mapped[str | None] = mapped_column(String(40))
    pagina: Mapped[str | None] = mapped_column(String(80))
    adres: Mapped[str | None] = mapped_column(String(45))
