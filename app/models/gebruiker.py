"""Gebruiker: one personal account, and apart from it the secrets to sign in with."""

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Keyed, Moment


class Gebruiker(User):
    """A person with an account. FAB's own password column stays empty: see Inloggegevens."""

    @property
    def naam(self) -> str:
        """Give the name as it is shown."""
        return f"{self.first_name} {self.last_name}"

    def __str__(self) -> str:
        return self.naam


class Inloggegevens(Model):
    """The secrets of one account, in a table that no screen reads. `totp_stap` is the last 30 s step used."""

    __tablename__ = "inloggegevens"

    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    wachtwoord_hash: Mapped[str | None] = mapped_column(String(256))
    totp_geheim: Mapped[str | None] = mapped_column(String(64))
    totp_stap: Mapped[int] = mapped_column(default=0)
    actief_sinds: Mapped[datetime | None] = mapped_column(Moment)


class Herstelcode(Keyed, Model):
    """One recovery code: only its hash is kept, and it works once."""

    __tablename__ = "herstelcode"

    gebruiker_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    gebruikt_op: Mapped[datetime | None] = mapped_column(Moment)
