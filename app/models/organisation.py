"""Organisation: an SWV, a preschool, a school, a partner or the operator of the portal."""

import uuid

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Compared, Id, term
from app.terms import OrganisationSoort


class Organisation(Compared, Model):
    """A party. `swv_id` is its SWV; of an SWV its own id; of the operator nothing.

    Settings of an SWV: `toestemming_van_beiden`, whether all parents with authority must consent;
    `school_leest_dagen`, how many days the placing school can read on after 'advies afgerond'.
    """

    COMPARED = (
        *("naam", "platform", "meldadres", "status_in_mail", "actief"),
        *("toestemming_van_beiden", "school_leest_dagen"),
    )
    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_lijst", "swv_id", "soort", "naam"),)

    naam: Mapped[str] = mapped_column(String(120))
    soort: Mapped[OrganisationSoort] = term(OrganisationSoort)
    swv_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("organisation.id"))
    platform: Mapped[str | None] = mapped_column(String(80))
    meldadres: Mapped[str | None] = mapped_column(String(254))
    status_in_mail: Mapped[bool] = mapped_column(default=True)
    actief: Mapped[bool] = mapped_column(default=True)
    toestemming_van_beiden: Mapped[bool] = mapped_column(default=True, server_default=true())
    school_leest_dagen: Mapped[int] = mapped_column(default=90, server_default="90")

    swv: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id")

    def __str__(self) -> str:
        return self.naam
