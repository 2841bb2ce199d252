"""The answers to search-as-you-type."""

from flask import jsonify, request
from flask.wrappers import Response
from flask_appbuilder import BaseView, expose

from app.services import picks


class PickView(BaseView):
    """What a form's foreign key can be, as JSON."""

    route_base = "/kies"
    default_view = "search"

    @expose("/<pick>")
    def search(self, pick: str) -> Response:
        """Answer at most 20 rows for ?q=; NotFound for a choice that is not for this person."""
        found = picks.search(pick, request.args.get("q", ""))
        return jsonify([{"id": key, "label": label, "sub": hint} for key, label, hint in found])
