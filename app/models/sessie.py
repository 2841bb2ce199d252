"""Sessie: a signed-in person on one device; Aanmeldpoging: the budget of tries to sign in."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Id, Keyed, Moment, now


class Sessie(Keyed, Model):
    """A session. The cookie holds a random token, this row only its hash: a copied database opens nothing."""

    __tablename__ = "sessie"
    # Sessions are kept: when somebody last signed in at an SWV is asked of a thousand people at once.
    __table_args__ = (Index("ix_sessie_aanmelding", "gebruiker_id", "swv_id", "begonnen_op"),)

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    swv_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    begonnen_op: Mapped[datetime] = mapped_column(Moment, default=now)
    gezien_op: Mapped[datetime] = mapped_column(Moment, default=now)
    beeindigd_op: Mapped[datetime | None] = mapped_column(Moment)


class Aanmeldpoging(Keyed, Model):
    """One failed or running try to sign in; `sleutel` is a keyed hash of the typed name, known or not."""

    __tablename__ = "aanmeldpoging"
    __table_args__ = (Index("ix_aanmeldpoging_budget", "sleutel", "op"),)

    sleutel: Mapped[str] = mapped_column(String(64))
    op: Mapped[datetime] = mapped_column(Moment, default=now)
