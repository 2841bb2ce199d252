"""The menu as a table, every screen, and what each answer carries: guard, headers, what templates know."""

import secrets
import string
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Blueprint, Flask, Response, current_app, g, request, url_for
from flask_appbuilder import AppBuilder
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from app.access import current_person
from app.errors import NotFound
from app.security import TYPED_IN
from app.services import berichten, guard, log, systeemstatus
from app.terms import Noun
from app.views import failures
from app.views.account import AccountView
from app.views.afspraak import AfspraakView
from app.views.bekijken import BekijkenView
from app.views.bekijken import ribbon as looking
from app.views.bericht import BerichtView
from app.views.betrokkenen import BetrokkenenView
from app.views.bijlage import BijlageView
from app.views.bijlage_files import BijlageFilesView
from app.views.bijlage_preview import BijlagePreviewView
from app.views.bijlage_versions import BijlageVersionsView
from app.views.deelname import DeelnameView
from app.views.gezagsdrager import GezagsdragerView
from app.views.hand_over import HandOverView
from app.views.hulpvraag import HulpvraagView
from app.views.invoer import InvoerView
from app.views.inzage import LogboekView, may_search
from app.views.kept_text import KeptTextView
from app.views.kind import KindView
from app.views.lidmaatschap import LidmaatschapView
from app.views.membership_acts import MembershipView
from app.views.notitie import NotitieView
from app.views.organisation import OrganisationView
from app.views.overdracht import OverdrachtView
from app.views.overlegronde import OverlegrondeView, RoundView
from app.views.own_account import OwnAccountView
from app.views.pick import PickView
from app.views.raw_body import hear_out
from app.views.rechten import RechtenView
from app.views.schoolvoorkeur import SchoolVoorkeurView
from app.views.signin import SigninView
from app.views.stand_in import OwnStandInView, StandInView
from app.views.systeemstatus import SysteemstatusView
from app.views.toegangscontrole import ToegangscontroleView
from app.views.toestemming import ToestemmingView
from app.views.wat_ziet_wie import WatZietWieView, is_open_to
from app.views.worklist import WorklistView

# label, endpoint, the noun that one must be able to list (None: everybody), group
MENU: tuple[tuple[Any, str, Noun | None, Any], ...] = (
    (_l("Work list"), "WorklistView.index", None, None),
    (_l("Hulpvragen"), "HulpvraagView.list", Noun.HULPVRAAG, None),
    (_l("Messages"), "BerichtView.index", Noun.BERICHT, None),
    (_l("Children"), "KindView.list", Noun.KIND, _l("More")),
    (_l("Bijlagen"), "BijlageView.list", Noun.BIJLAGE, _l("More")),
    (_l("Notes"), "NotitieView.list", Noun.NOTITIE, _l("More")),
    (_l("Agreements"), "AfspraakView.list", Noun.AFSPRAAK, _l("More")),
    (_l("Overlegrondes"), "OverlegrondeView.list", Noun.OVERLEGRONDE, _l("More")),
    (_l("Schools of preference"), "SchoolVoorkeurView.list", Noun.SCHOOLVOORKEUR, _l("More")),
    (_l("Consents"), "ToestemmingView.list", Noun.TOESTEMMING, _l("More")),
    (_l("Organisations"), "OrganisationView.list", Noun.ORGANISATION, _l("Administration")),
    (_l("People"), "LidmaatschapView.list", Noun.LIDMAATSCHAP, _l("Administration")),
    (_l("Rights"), "RechtenView.own", Noun.RECHT, _l("Administration")),
    (_l("Import a list"), "InvoerView.index", Noun.INVOER, _l("Administration")),
    (_l("Access review"), "ToegangscontroleView.index", Noun.TOEGANGSCONTROLE, _l("Administration")),
    (_l("Log"), "LogboekView.index", Noun.GEBEURTENIS, _l("Administration")),
    (_l("Who sees what?"), "WatZietWieView.index", Noun.ORGANISATION, _l("Administration")),
    (_l("System status"), "SysteemstatusView.index", None, _l("Administration")),
)
VIEWS = (
    WorklistView, SigninView, AccountView, OwnAccountView, HulpvraagView, KindView, GezagsdragerView,
    BijlageView, BijlageFilesView, BijlagePreviewView, BijlageVersionsView, KeptTextView, NotitieView,
    AfspraakView, OverlegrondeView, RoundView, DeelnameView, SchoolVoorkeurView, ToestemmingView,
    BetrokkenenView, OverdrachtView, OrganisationView, LidmaatschapView, MembershipView, StandInView,
    OwnStandInView, HandOverView, RechtenView, BekijkenView, ToegangscontroleView, InvoerView,
    LogboekView, WatZietWieView, SysteemstatusView, BerichtView, PickView,
)  # fmt: skip
# What opens an entry besides the right to list its noun.
ASKED_BESIDES = {
    "WatZietWieView.index": is_open_to,
    "LogboekView.index": may_search,
    "SysteemstatusView.index": systeemstatus.is_open_to,
}
ALSO_KEEP_TEXT = frozenset(
    {
        "KeptTextView.hold",
        *("SigninView.login", "SigninView.recovery", "SigninView.forgot", "AccountView.password"),
        *("AccountView.two_factor", "AccountView.recovery_codes", "AccountView.reset"),
    }
)
_MOST_OF_A_STRANGER = 2**20  # bytes that somebody who is not signed in may send
# Comes from another host name of the demo, where no token fits; it checks where the click came from itself.
OWN_GUARD = "DemoView.sign_in"


def register(app: Flask, appbuilder: AppBuilder) -> None:
    """Register every screen, and what comes with each answer."""
    for view in VIEWS:
        appbuilder.add_view_no_menu(view)
    if app.config["DEMO"]:
        from app.views.demo import DemoView, ribbon, stay_on_this_machine  # elsewhere it is not even loaded

        appbuilder.add_view_no_menu(DemoView)
        app.before_request(stay_on_this_machine)
        app.context_processor(ribbon)
    app.register_blueprint(_health)
    failures.register(app)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.before_request(_bound_and_readable)
    app.before_request(_guard_forms)
    app.after_request(hear_out)  # runs after the others: by then the refusal is in the log
    app.after_request(_headers)
    app.after_request(_accounted_for)
    app.jinja_env.globals["csp_nonce"] = _nonce
    app.context_processor(_known_everywhere)
    app.context_processor(looking)


def _bound_and_readable() -> None:
    """Refuse a form that is too large; drop zero bytes, which PostgreSQL can't keep."""
    if not request.query_string.isascii():  # bytes that no browser sends: perhaps no text at all
        request.query_string = quote_from_bytes(request.query_string, safe=string.printable).encode()
    if "\0" in request.path:
        raise NotFound
    request.args = _without_zero_bytes(request.args)
    if request.mimetype != "application/octet-stream":  # one raw document is measured as it comes in
        known = current_person() is not None
        request.max_content_length = current_app.config["MAX_FORM_BYTES"] if known else _MOST_OF_A_STRANGER
        request.form = _without_zero_bytes(request.form)


def _without_zero_bytes(typed: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(name, text.replace("\0", "")) for name, text in typed.items(multi=True)])


def _guard_forms() -> None:
    view, _dot, method = (request.endpoint or "").partition(".")
    if request.endpoint in ALSO_KEEP_TEXT or request.endpoint == OWN_GUARD:
        return
    if method in TYPED_IN and hasattr(_views().get(view), "noun"):
        return
    guard.protect()


def _views() -> dict[str, Any]:
    return {type(view).__name__: view for view in current_app.extensions["appbuilder"].baseviews}


def _nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _accounted_for(answer: Response) -> Response:
    log.answered(answer.status_code, page=answer.mimetype == "text/html")
    return answer


def _headers(answer: Response) -> Response:
    """Give every answer the same strict headers; a page with a child on it is kept by no cache."""
    forms = g.get("form_action", "'self'")  # the demo's front door leads to its other host names
    policy = (
        f"default-src 'none'; script-src 'nonce-{_nonce()}'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'; font-src 'self'; form-action {forms}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers.setdefault("Content-Security-Policy", policy)
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("X-Frame-Options", "DENY")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    answer.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if current_app.config["COOKIE_SECURE"]:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint not in ("static", "bootstrap.static"):
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _known_everywhere() -> dict[str, Any]:
    person = current_person()
    known: dict[str, Any] = {
        "person": None,
        "menu": [],
        "demo": current_app.config["DEMO"],
        "get_locale": get_locale,
    }
    if person is None:
        return known
    known["person"] = {
        "name": person.naam,
        "first_name": person.voornaam,
        "namens": person.organisation_naam,
        "swv_name": person.swv_naam,
        "can_switch": person.can_switch,
    }
    known["menu"] = _menu(0 if g.get("database_fails") else berichten.unread_count(person))
    return known


def _menu(unread: int) -> list[dict[str, Any]]:
    sm = current_app.extensions["appbuilder"].sm
    items: list[dict[str, Any]] = []
    groups: dict[str, dict[str, Any]] = {}
    for label, endpoint, noun, group in MENU:
        if noun is not None and not sm.has_access("menu_access", noun):
            continue
        if not ASKED_BESIDES.get(endpoint, lambda _person: True)(current_person()):
            continue
        view = endpoint.split(".")[0]
        item = {
            "label": str(label),
            "url": url_for(endpoint),
            "current": (request.endpoint or "").startswith(f"{view}."),
        }
        if endpoint == "BerichtView.index" and unread:
            item["count"] = unread
        if group is None:
            items.append(item)
        else:
            key = str(group)
            if key not in groups:
                groups[key] = {"label": key, "url": item["url"], "current": False, "children": []}
                items.append(groups[key])
            groups[key]["children"].append(item)
            groups[key]["current"] = groups[key]["current"] or item["current"]
    return items


_health = Blueprint("health_page", __name__)


@_health.get("/healthz", endpoint="health")
def health() -> tuple[dict[str, str], int]:
    """Say that this process answers and reaches its database."""
    guard.ping()
    return {"status": "ok"}, 200
