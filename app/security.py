"""Who is at the door: the person from the session row; FAB's questions answered by our tables."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from flask import Response, current_app, g, redirect, request, url_for
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_limiter import Limiter
from sqlalchemy import BindParameter, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from app.access import (
    CEILING,
    INVITED_ROLES,
    Person,
    as_system,
    changed_rights,
    deviations,
    right_of_permission,
    was_invited,
    works,
)
from app.extensions import db, limiter
from app.models import Gebruiker, Lidmaatschap, Organisation, Sessie
from app.models.base import Moment, now
from app.terms import Role

# What somebody may see before signing in; everything else asks for a session.
PUBLIC = frozenset(
    {
        "static",
        "bootstrap.static",
        "health_page.health",
        "KeptTextView.hold",
        "SigninView.login",
        "SigninView.recovery",
        "SigninView.forgot",
        "AccountView.invitation",
        "AccountView.password",
        "AccountView.two_factor",
        "AccountView.recovery_codes",
        "AccountView.reset",
        "DemoView.index",
        "DemoView.steps",
        "DemoView.later",
        "DemoView.sign_in",
        "DemoView.restart",
        "DemoView.postvak",
        "DemoView.mail",
    }
)
# Forms that people type in: they carry the token themselves, and give the text back when it can't be saved.
TYPED_IN = ("add", "edit", "status", "change")
# A session is not written at every click.
_SEEN_EVERY_SECONDS = 60


def session_cookie() -> str:
    """Name the cookie that holds the session's token; `__Host-` binds it to this host over HTTPS."""
    return "__Host-kindbrug" if current_app.config["COOKIE_SECURE"] else "kindbrug"


def token_hash(token: str) -> str:
    """Hash a random token for keeping, as 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _session_in_force() -> Select[*tuple[Any, ...]]:
    """Write the statement that every request begins with, once; its moments come with each asking."""
    swv = aliased(Organisation)
    moment: BindParameter[datetime] = bindparam("moment", type_=Moment())
    elsewhere, place = aliased(Lidmaatschap), aliased(Organisation)
    works_elsewhere = exists().where(
        elsewhere.gebruiker_id == Sessie.gebruiker_id,
        elsewhere.organisation_id.is_distinct_from(Sessie.organisation_id),
        works(elsewhere, moment),
        place.id == elsewhere.organisation_id,
        place.swv_id == Sessie.swv_id,
        place.actief,
    )
    invited = and_(
        Sessie.organisation_id.is_not(None), was_invited(Sessie.gebruiker_id, Sessie.swv_id, moment)
    )
    return (
        select(
            Sessie,
            Gebruiker,
            Lidmaatschap.rol,
            Organisation,
            swv,
            or_(works_elsewhere, invited),
            changed_rights(func.coalesce(Sessie.organisation_id, Sessie.swv_id)),
        )
        .join(Gebruiker, Gebruiker.id == Sessie.gebruiker_id)
        .outerjoin(Organisation, Organisation.id == Sessie.organisation_id)
        .outerjoin(swv, swv.id == Sessie.swv_id)
        .outerjoin(
            Lidmaatschap,
            and_(
                Lidmaatschap.gebruiker_id == Sessie.gebruiker_id,
                Lidmaatschap.organisation_id == Sessie.organisation_id,
                works(Lidmaatschap, moment),
            ),
        )
        .where(
            Sessie.token_hash == bindparam("token_hash"),
            Sessie.beeindigd_op.is_(None),
            Sessie.begonnen_op > bindparam("oldest"),
            Sessie.gezien_op > bindparam("idle"),
            Gebruiker.active.is_(True),
            or_(Sessie.organisation_id.is_not(None), swv.actief.is_(True)),
        )
    )


def person_of(token: str) -> Person | None:
    """Find the person of a session in force, with the roles valid now: one statement, sometimes an update."""
    moment = now()
    asked = {
        "token_hash": token_hash(token),
        "moment": moment,
        "oldest": moment - current_app.config["SESSION_ABSOLUTE"],
        "idle": moment - current_app.config["SESSION_IDLE"],
    }
    with as_system("the session says who is asking"):
        rows = db.session.execute(_session_in_force(), asked).all()
        if not rows:
            return None
        sessie, gebruiker, _, organisation, of_swv, can_go_elsewhere, changed = rows[0]
        given: Collection[Role] = CEILING[organisation.soort] if organisation is not None else ()
        rollen = frozenset(rol for _, _, rol, *_ in rows if rol in given)
        if organisation is not None and not (organisation.actief and rollen):
            return None
        rollen = rollen or INVITED_ROLES
        _seen(sessie, moment)
    return Person(
        gebruiker_id=gebruiker.id,
        naam=gebruiker.naam,
        voornaam=gebruiker.first_name,
        organisation_id=organisation.id if organisation else None,
        organisation_naam=organisation.naam if organisation else "",
        soort=organisation.soort if organisation else None,
        swv_id=of_swv.id if of_swv else None,
        swv_naam=of_swv.naam if of_swv else "",
        rollen=rollen,
        afwijkingen=deviations(changed, rollen),
        sessie_id=sessie.id,
        can_switch=can_go_elsewhere,
    )


def _seen(sessie: Sessie, moment: datetime) -> None:
    if (moment - sessie.gezien_op).total_seconds() < _SEEN_EVERY_SECONDS:
        return
    db.session.execute(
        update(Sessie).where(Sessie.id == sessie.id, Sessie.beeindigd_op.is_(None)).values(gezien_op=moment)
    )
    db.session.commit()


class PortalSecurity(SecurityManager):
    """FAB's security manager without its screens, its API and its own idea of who somebody is."""

    user_model = Gebruiker

    def register_views(self) -> None:
        """Register none of FAB's views: one of them gives tokens on the password alone."""

    def create_db(self) -> None:
        """Make nothing: alembic makes the tables."""

    def create_limiter(self, app: Any) -> Limiter:
        """Use the portal's own limiter."""
        return limiter

    @staticmethod
    def before_request() -> Response | None:
        """Say who is asking, and let nobody in who is not signed in, except to the PUBLIC pages."""
        token = request.cookies.get(session_cookie())
        g.person = person_of(token) if token else None
        g.user = g.person
        if g.person is not None or request.endpoint in PUBLIC or request.endpoint is None:
            return None
        if request.method == "POST" and request.endpoint.rpartition(".")[2] in TYPED_IN:
            # 307: the browser sends what was typed along, to a page that keeps it.
            return redirect(url_for("KeptTextView.hold", back=request.path), 307)  # type: ignore[return-value]
        back = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
        return redirect(url_for("SigninView.login", next=back))  # type: ignore[return-value]

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Answer from the rights table for the roles of the organisation that the person works for now."""
        person = g.get("person")
        right = right_of_permission(permission_name, view_name)
        return person is not None and right is not None and person.has_right(right)

    def get_user_roles(self, user: Any) -> list[Any]:
        """Give no stored roles: they would add up over organisations."""
        return []

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Give the menu names that the person's rights open."""
        return {name for name in menu_names or [] if self.has_access("menu_access", name)}
