"""Zegel: one seal on a batch of the log, a link in the chain of its SWV."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Id, Moment, now


class Zegel(Model):
    """The seal on those events of one SWV whose `volgnummer` is in `nummers`, such as `17,20-31`.

    `nummers` are of the whole log, and cover what was there when the seal was made and nothing else; `van`
    and `tot` are their first and last. `vorige` is the `hmac` of the seal before it. Events of no SWV have a
    chain of their own, at the key of zeros.
    """

    __tablename__ = "zegel"
    __table_args__ = (
        Index("ix_zegel_op", "op"),
        Index("ix_zegel_tot", "tot"),
        {"sqlite_with_rowid": False},
    )

    swv_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    nummer: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    op: Mapped[datetime] = mapped_column(Moment, default=now)
    van: Mapped[int] = mapped_column(BigInteger)
    tot: Mapped[int] = mapped_column(BigInteger)
    nummers: Mapped[str] = mapped_column(Text)
    aantal: Mapped[int]
    vorige: Mapped[str] = mapped_column(String(64))
    hmac: Mapped[str] = mapped_column(String(64))
