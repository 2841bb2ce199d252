"""Uitnodiging: a one-time link by mail, to activate an account or to choose a new password."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Keyed, Moment, now, term
from app.models.gebruiker import Gebruiker
from app.models.lidmaatschap import Lidmaatschap
from app.terms import UitnodigingSoort


class Uitnodiging(Keyed, Model):
    """A link that works once until `verloopt_op`; only the hash of its token is kept.

    The new password and the new secret wait here, apart from the account, until the first right code
    (`bevestigd_op`): a half-done activation changes nothing and is taken up again with the same link.
    """

    __tablename__ = "uitnodiging"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    soort: Mapped[UitnodigingSoort] = term(UitnodigingSoort)
    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    lidmaatschap_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("lidmaatschap.id"))
    door_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    gemaakt_op: Mapped[datetime] = mapped_column(Moment, default=now)
    verloopt_op: Mapped[datetime] = mapped_column(Moment)
    nieuw_wachtwoord: Mapped[str | None] = mapped_column(String(256))
    nieuw_geheim: Mapped[str | None] = mapped_column(String(64))
    bevestigd_op: Mapped[datetime | None] = mapped_column(Moment)
    gebruikt_op: Mapped[datetime | None] = mapped_column(Moment)

    gebruiker: Mapped[Gebruiker] = relationship(foreign_keys=[gebruiker_id])
    lidmaatschap: Mapped[Lidmaatschap | None] = relationship()
    door: Mapped[Gebruiker | None] = relationship(foreign_keys=[door_id])
