"""Uitnodiging: a one-time link by mail, to activate an account or to choose a new password."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Keyed, Moment, now, term
from app.models.gebruiker import Gebruiker
from app.terms import UitnodigingSoort


class Uitnodiging(Keyed, Model):
    """A link that works once until `verloopt_op`; only the hash of its token is kept."""

    __tablename__ = "uitnodiging"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    soort: Mapped[UitnodigingSoort] = term(UitnodigingSoort)
    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    gemaakt_op: Mapped[datetime] = mapped_column(Moment, default=now)
    verloopt_op: Mapped[datetime] = mapped_column(Moment)
    gebruikt_op: Mapped[datetime | None] = mapped_column(Moment)

    gebruiker: Mapped[Gebruiker] = relationship()
