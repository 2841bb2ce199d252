"""Bijlage: a document in a dossier; its bytes are in the store under a random key."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, LargeBinary, String, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Compared, Id, Moment, OfHulpvraag, now, term
from app.models.gebruiker import Gebruiker
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.terms import BijlageSoort, Controle, Stadium, Zichtbaarheid


class Bijlage(OfHulpvraag, Compared, Model):
    """A document: `grootte` in bytes and `sha256` in hex of what people get to see.

    `sleutel` is where the store keeps it, `datasleutel` the key it is encrypted with, itself encrypted by
    the key-encryption key `kek`. Versions of one document share `reeks_id`, the id of the first (which has
    none); all but the last have `vervangen_op`.
    """

    COMPARED = ("titel", "soort")
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
    datasleutel: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)
    kek: Mapped[str] = mapped_column(String(16), default="")
    controle: Mapped[Controle] = term(Controle, default=Controle.OVERGESLAGEN)
    gecontroleerd_op: Mapped[datetime | None] = mapped_column(Moment)
    reeks_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("bijlage.id"), index=True)
    volgnummer: Mapped[int] = mapped_column(default=1)
    vervangen_op: Mapped[datetime | None] = mapped_column(Moment)

    hulpvraag: Mapped[Hulpvraag] = relationship()
    toegevoegd_door: Mapped[Gebruiker] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])

    @hybrid_property
    def geldt(self) -> bool:
        """Tell whether it counts: not retracted, not replaced, and without a virus."""
        return (
            self.ingetrokken_op is None and self.vervangen_op is None and self.controle is not Controle.BESMET
        )

    @geldt.inplace.expression
    @classmethod
    def _geldt(cls) -> ColumnElement[bool]:
        return and_(cls.ingetrokken_op.is_(None), cls.vervangen_op.is_(None), cls.controle != Controle.BESMET)

    @property
    def is_released(self) -> bool:
        """Tell whether the virus scan lets its bytes out."""
        return self.controle in (Controle.SCHOON, Controle.OVERGESLAGEN)

    def __str__(self) -> str:
        return self.titel
