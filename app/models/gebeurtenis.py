"""Gebeurtenis: the log of every sign-in, read, change and refusal. Ids only: no names, no contents."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, synonym

from app.models.base import Id, Moment, now, term
from app.terms import Actie


class Gebeurtenis(Model):
    """One event: when, who, on whose behalf, which dossier and row, act, ground, outcome, where from.

    `volgnummer` grows: numbers of acts that were undone are missing, and one may come in after a later one.
    `toegang` is on which grounds the dossier was open, `grond` what more there is to say of the act. `oud`
    and `nieuw` are what a setting or a right was before and after: a key, never typed text. Of an act for
    somebody else, such as a consent that JK staff noted, `nieuw` is for whom: the id of that parent (their
    Gezagsdrager), school or preschool.
    Source: NEN 7513. Plain ids without foreign keys: a log row outlives what it is about. Rows are only
    added: triggers in the database refuse to change or remove one, and to add one with a number of its own.
    """

    __tablename__ = "gebeurtenis"
    __table_args__ = (
        Index("ix_gebeurtenis_swv", "swv_id", "op"),
        Index("ix_gebeurtenis_dossier", "swv_id", "hulpvraag_id", "op"),
        Index("ix_gebeurtenis_persoon", "swv_id", "gebruiker_id", "op"),
        Index("ix_gebeurtenis_persoon_actie", "swv_id", "gebruiker_id", "actie", "op"),
        Index("ix_gebeurtenis_actie", "swv_id", "actie", "op"),
        Index("ix_gebeurtenis_object", "swv_id", "object_id", "op"),
        {"sqlite_autoincrement": True},
    )

    volgnummer: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    op: Mapped[datetime] = mapped_column(Moment, default=now)
    actie: Mapped[Actie] = term(Actie)
    gelukt: Mapped[bool] = mapped_column(default=True)
    swv_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    gebruiker_id: Mapped[int | None]
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    rollen: Mapped[str | None] = mapped_column(String(200))
    toegang: Mapped[str | None] = mapped_column(String(80))
    hulpvraag_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    noun: Mapped[str | None] = mapped_column(String(40))
    object_id: Mapped[str | None] = mapped_column(String(40))
    grond: Mapped[str | None] = mapped_column(String(40))
    oud: Mapped[str | None] = mapped_column(String(40))
    nieuw: Mapped[str | None] = mapped_column(String(40))
    pagina: Mapped[str | None] = mapped_column(String(80))
    adres: Mapped[str | None] = mapped_column(String(45))

    id = synonym("volgnummer")
