"""Bericht: the outbox and the in-app notice in one; the mail is only the nudge."""

import uuid
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Id, Keyed, Moment, now, term
from app.models.gebruiker import Gebruiker
from app.models.hulpvraag import Hulpvraag
from app.models.organisation import Organisation
from app.models.overlegronde import Overlegronde
from app.models.statuswijziging import StatusWijziging
from app.models.uitnodiging import Uitnodiging
from app.terms import BerichtStatus, MailFout


class Bericht(Keyed, Model):
    """One message to one person, or to the shared address of an organisation (then `ontvanger_id` is empty).

    A status mail without `ontvanger_id` says that there was nobody to tell; it waits as a task for JK staff.
    A mail with a one-time link names its `uitnodiging`: the token is derived when it is sent, never kept.

    `soort` names the mail file, `aantal` how many hulpvragen it is about when it names none.
    `afscheid` is told although the access ended: no child, no dossier, readable
    until `leesbaar_tot`. `sleutel` is the opaque part of the link in the mail. A worker holds the row until
    `bezig_tot` and tries again from `volgende_poging`; the Message-ID is the same on every try (RFC 5322).
    """

    __tablename__ = "bericht"
    __table_args__ = (
        Index("ix_bericht_wachtrij", "status", "volgende_poging"),
        Index("ix_bericht_postvak", "ontvanger_id", "organisation_id", "gemaakt_op", "id"),
    )

    swv_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"), index=True)
    soort: Mapped[str] = mapped_column(String(60))
    ontvanger_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    hulpvraag_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("hulpvraag.id"), index=True)
    statuswijziging_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("statuswijziging.id"))
    uitnodiging_id: Mapped[uuid.UUID | None] = mapped_column(
        Id, ForeignKey("uitnodiging.id", ondelete="SET NULL")
    )
    overlegronde_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("overlegronde.id"))
    aantal: Mapped[int | None]
    afscheid: Mapped[bool] = mapped_column(default=False)
    leesbaar_tot: Mapped[datetime | None] = mapped_column(Moment)
    sleutel: Mapped[str] = mapped_column(String(64), unique=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    gemaakt_op: Mapped[datetime] = mapped_column(Moment, default=now)
    gelezen_op: Mapped[datetime | None] = mapped_column(Moment)

    status: Mapped[BerichtStatus] = term(BerichtStatus, default=BerichtStatus.WACHT)
    pogingen: Mapped[int] = mapped_column(default=0)
    volgende_poging: Mapped[datetime] = mapped_column(Moment, default=now)
    bezig_tot: Mapped[datetime | None] = mapped_column(Moment)
    verzonden_op: Mapped[datetime | None] = mapped_column(Moment)
    fout: Mapped[MailFout | None] = term(MailFout, nullable=True)

    ontvanger: Mapped[Gebruiker | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id])
    hulpvraag: Mapped[Hulpvraag | None] = relationship()
    statuswijziging: Mapped[StatusWijziging | None] = relationship()
    uitnodiging: Mapped[Uitnodiging | None] = relationship()
    overlegronde: Mapped[Overlegronde | None] = relationship()
