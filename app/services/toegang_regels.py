"""What makes a membership ask for attention in a review: each rule once, as SQL, and said in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select
from sqlalchemy.orm import aliased

from app.access import Person
from app.models import Gebruiker, Lidmaatschap, Organisation, Rechtafwijking, Sessie, Toegangscontrole
from app.models.base import now
from app.services import days
from app.services.wording import day
from app.terms import JK_STAFF, Aandacht, OrganisationSoort, Role

# Roles that give others access, or watch over it: one person should not have two of them.
ADMINISTER = frozenset({Role.ROLBEHEERDER, Role.PRIVACYFUNCTIONARIS})


@dataclass(frozen=True)
class Finding:
    """A membership that asks for attention, why, and whether one may change it."""

    lidmaatschap: Lidmaatschap
    gebruiker: Gebruiker
    organisation: Organisation
    last: datetime | None
    reasons: list[str]
    own: bool
    may_change: bool


class Rules:
    """The rules for the SWV that `by` works for; of other SWVs nothing is looked at."""

    def __init__(self, by: Person) -> None:
        """Look at this moment."""
        self.by = by
        moment, lid, organisation = now(), Lidmaatschap, Organisation
        stale = moment - timedelta(days=current_app.config["ACCESS_UNUSED_DAYS"])
        soon = moment + timedelta(days=current_app.config["ACCESS_ENDING_DAYS"])
        self._running = or_(lid.tot.is_(None), lid.tot > moment)
        self._account, self._last = self._accounts(moment), self._sign_in()
        account = self._account.c
        self.suspended = lid.geschorst_op.is_not(None)
        counts = lid.geschorst_op.is_(None)
        self.unused = and_(counts, lid.van <= stale, func.coalesce(self._last, lid.van) <= stale)
        self.ends = and_(counts, lid.tot <= soon)
        self.closed = and_(counts, organisation.actief.is_(False))
        works = and_(counts, organisation.actief.is_(True))
        self.new_key = and_(works, lid.rol == Role.ROLBEHEERDER, lid.van > self._reviewed())
        self.two_keys = and_(works, lid.rol.in_(ADMINISTER), account.administers > 1)
        self.on_both_sides = and_(works, account.jk > 0, account.preschools > 0)
        self.several = and_(works, account.places > 1)
        self.widened = and_(works, self._widened())

    def asks(self, why: Aandacht) -> ColumnElement[bool]:
        """Say which memberships ask for attention because of `why`."""
        unusual = (self.new_key, self.two_keys, self.on_both_sides, self.several, self.widened)
        return {
            Aandacht.ONGEBRUIKT: self.unused,
            Aandacht.EINDIGT: or_(self.ends, self.closed),
            Aandacht.BIJZONDER: or_(*unusual),
            Aandacht.GESCHORST: self.suspended,
        }[why]

    def over(self, query: Select[Any]) -> Select[Any]:
        """Ask `query` over every membership of the SWV that has not ended."""
        return (
            query.select_from(Lidmaatschap)
            .join(Gebruiker, Gebruiker.id == Lidmaatschap.gebruiker_id)
            .join(Organisation, Organisation.id == Lidmaatschap.organisation_id)
            .outerjoin(self._account, self._account.c.gebruiker_id == Lidmaatschap.gebruiker_id)
            .where(Organisation.swv_id == self.by.organisation_id, Gebruiker.active, self._running)
        )

    @property
    def facts(self) -> list[Any]:
        """Give the columns that `finding` reads: what was found, rule by rule."""
        account = self._account.c
        rules = (self.unused, self.ends, self.closed, self.new_key, self.two_keys, self.on_both_sides)
        return [self._last, account.places, *rules, self.several, self.widened]

    def finding(
        self,
        lid: Lidmaatschap,
        gebruiker: Gebruiker,
        organisation: Organisation,
        may_change: bool,  # noqa: FBT001 - a column of a row
        last: datetime | None,
        places: int | None,
        *rules: bool,
    ) -> Finding:
        """Say in words what the columns of one row hold."""
        reasons = [
            sentence for holds, sentence in zip(rules, _sentences(lid, last, places), strict=True) if holds
        ]
        if lid.geschorst_op is not None:
            reasons = [_("Suspended since %(day)s.", day=day(lid.geschorst_op))]
        own = gebruiker.id == self.by.gebruiker_id
        return Finding(lid, gebruiker, organisation, last, reasons, own, bool(may_change))

    def _accounts(self, moment: datetime) -> Any:
        """Sum up, an account, what its memberships in this SWV that count give together."""
        lid, place = aliased(Lidmaatschap), aliased(Organisation)

        def number(condition: ColumnElement[bool]) -> Any:
            return func.sum(case((condition, 1), else_=0))

        return (
            select(
                lid.gebruiker_id,
                func.count(distinct(lid.organisation_id)).label("places"),
                number(lid.rol.in_(ADMINISTER)).label("administers"),
                number(lid.rol.in_(JK_STAFF)).label("jk"),
                number(place.soort == OrganisationSoort.VOORSCHOOL).label("preschools"),
            )
            .join(place, place.id == lid.organisation_id)
            .where(place.swv_id == self.by.organisation_id, place.actief, lid.geschorst_op.is_(None))
            .where(or_(lid.tot.is_(None), lid.tot > moment))
            .group_by(lid.gebruiker_id)
            .subquery()
        )

    def _sign_in(self) -> Any:
        """Give when the account last signed in at this SWV: where else it works is not ours to know."""
        s = Sessie
        here = (s.gebruiker_id == Lidmaatschap.gebruiker_id, s.swv_id == self.by.organisation_id)
        return select(func.max(s.begonnen_op)).where(*here).correlate(Lidmaatschap).scalar_subquery()

    def _reviewed(self) -> Any:
        """Give when somebody last looked everything through; nothing before the first review."""
        t = Toegangscontrole
        return select(func.max(t.op)).where(t.swv_id == self.by.organisation_id).scalar_subquery()

    def _widened(self) -> ColumnElement[bool]:
        r = Rechtafwijking
        same = (r.organisation_id == Lidmaatschap.organisation_id, r.rol == Lidmaatschap.rol, r.mag.is_(True))
        return select(r.id).where(*same).correlate(Lidmaatschap).exists()


def _sentences(lid: Lidmaatschap, last: datetime | None, places: int | None) -> list[str]:
    """Give the sentence of each rule, in the order of `Rules.facts`."""
    return [
        _("Last signed in on %(day)s.", day=day(last))
        if last
        else _("Never signed in; has this role since %(day)s.", day=day(lid.van)),
        _("Ends on %(day)s.", day=day(days.last(lid.tot))) if lid.tot else "",
        _("The organisation is no longer active."),
        _("Became role administrator after the last review, on %(day)s.", day=day(lid.van)),
        _("Has more than one role that manages or watches access."),
        _("Is JK staff and works at a preschool too."),
        _("Has a role at %(number)s organisations.", number=places),
        _("This role has more rights here than usual."),
    ]
