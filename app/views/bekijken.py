"""Look as somebody with a role: the portal's own pages, read only, on the invented partnership."""

from typing import Any

from flask import Response, current_app, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import access
from app.errors import NotFound
from app.models.base import parse_id
from app.security import session_cookie
from app.services import invented, rechten, rechten_matrix
from app.terms import Noun
from app.views.base import Page, granted

_LOOKING = "kindbrug.looking"
# Its own copy of every header; the rest would speak for the pages of the real portal.
_KEPT = ("Content-Type", "Content-Security-Policy", "Location", "Cache-Control")


class BekijkenView(BaseView):
    """Every page below this address is one of the portal itself, as an invented person sees it."""

    route_base = "/rechten"
    default_view = "begin"
    class_permission_name = Noun.RECHT.value

    @expose("/<pk>/rol/<rol>/bekijken/")
    @granted("show")
    def begin(self, pk: str, rol: str) -> Page:
        """Give the first page that somebody with this role gets."""
        return self.look(pk, rol, "")

    @expose("/<pk>/rol/<rol>/bekijken/<path:path>")
    @granted("show")
    def look(self, pk: str, rol: str, path: str) -> Page:
        """Give the page at `path`; nothing of it is saved, and it knows no real dossier."""
        if request.environ.get(_LOOKING):
            raise NotFound
        organisation = rechten.find(parse_id(pk), access.reader())
        role = rechten.role_of(organisation, rol)
        if not path:
            rechten.read(organisation)
        changed = rechten_matrix.changed_by(organisation)
        prefix = url_for("BekijkenView.begin", pk=pk, rol=rol).rstrip("/")
        back = url_for("RechtenView.role", pk=pk, rol=rol)
        with invented.world():
            token = invented.become(role, organisation.soort, changed)
            asked = EnvironBuilder(
                f"/{path}",
                base_url=f"{request.host_url.rstrip('/')}{prefix}",
                query_string=request.query_string.decode(),
                headers=[("Cookie", f"{session_cookie()}={token}"), ("Accept", _wanted())],
            ).get_environ()
            asked[_LOOKING] = (str(role.label), back)
            body, status, headers = run_wsgi_app(current_app.wsgi_app, asked, buffered=True)
        return Response(b"".join(body), status, [(name, value) for name, value in headers if name in _KEPT])


def _wanted() -> str:
    return request.headers.get("Accept", "*/*")


def ribbon() -> dict[str, Any]:
    """Say above every page whose eyes one looks through, and the way back."""
    if not (looking := request.environ.get(_LOOKING)):
        return {}
    role, back = looking
    said = _("You look as: %(role)s. Everything here is invented, and nothing is saved.", role=role)
    return {"looking": {"sentence": said, "url": back}}
