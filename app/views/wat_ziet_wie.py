"""The page that explains who sees what: from the tables alone, without a dossier."""

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import access
from app.access import current_person
from app.errors import NotFound
from app.services import wat_ziet_wie
from app.services.wat_ziet_wie import is_open_to
from app.terms import Level, Noun
from app.views.base import Page, granted
from app.views.tabs.toegang import OPENS

__all__ = ["WatZietWieView", "is_open_to"]


class WatZietWieView(BaseView):
    """What a party sees and does in each status."""

    route_base = ""
    default_view = "index"
    class_permission_name = Noun.ORGANISATION.value

    @expose("/wat-ziet-wie")
    @granted("list")
    def index(self) -> Page:
        """Show one party, status by status."""
        if not is_open_to(current_person()):
            raise NotFound
        chosen = wat_ziet_wie.party(request.args.get("partij", ""))
        return self.render_template(
            "wat_ziet_wie.html",
            title=_("Who sees what?"),
            sub=_("What a party sees and can do in a dossier, status by status."),
            chips=[
                {
                    "label": party.label,
                    "url": url_for("WatZietWieView.index", partij=party.key),
                    "current": party is chosen,
                }
                for party in wat_ziet_wie.PARTIES
            ],
            party=chosen.label,
            condition=chosen.condition,
            periods=[
                {
                    "statuses": [str(status.label) for status in period.statuses],
                    "opens": OPENS[period.level],
                    "nothing": period.level is Level.GEEN,
                    "sentences": period.sentences,
                }
                for period in wat_ziet_wie.explain(chosen, wat_ziet_wie.changed_by_swv(access.reader()))
            ],
        )
