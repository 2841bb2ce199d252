"""The screens stay declarations: a noun says what it is and what it shows, the base view does the rest."""

import ast
from pathlib import Path

import pytest

from app import create_app
from app.access import people_of
from app.extensions import db
from app.models import Betrokkenheid
from app.security import session_cookie
from app.services import sessions
from app.terms import Noun
from app.views.base import PortalInterface, PortalView
from tests.partnership import Partnership

APP = Path(__file__).parent.parent / "app"
OF_FAB = {"_list", "_show", "_add", "_edit", "_delete", "list", "show", "add", "edit", "delete"}
MOST_LINES = 300
MOST_DECLARED = 15


class BetrokkenheidView(PortalView):
    """A noun that got no screen yet, declared here."""

    route_base = "/betrokkenen"
    noun, plural, singular = Noun.BETROKKENHEID, "Betrokkenen", "Betrokkene"
    empty = "Niemand."
    datamodel = PortalInterface(Betrokkenheid)
    base_order, load = ("van", "desc"), ("organisation",)
    list_columns = show_columns = ["organisation", "grond", "van", "tot"]


def noun_views() -> list[tuple[Path, ast.ClassDef]]:
    """Find the class of every noun's screen."""
    return [
        (path, node)
        for path in sorted((APP / "views").glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and any(getattr(b, "id", "") == "PortalView" for b in node.bases)
    ]


def test_a_new_noun_gets_its_screens_from_a_few_declared_lines(settings: dict) -> None:
    app = create_app(settings)  # of its own: other tests have no such noun
    brug = Partnership(app).settle()
    brug.dossier()
    with app.app_context():
        app.extensions["appbuilder"].add_view_no_menu(BetrokkenheidView)
        token = sessions.begin(people_of(gebruiker_id=brug.people["specialist"][0])[0])
        db.session.commit()
        cookie = session_cookie()
    client = app.test_client()
    client.set_cookie(cookie, token)
    answer = client.get("/betrokkenen/")
    assert answer.status_code == 200
    assert "De Speelhoek" in answer.get_data(as_text=True)
    with app.app_context():
        db.engine.dispose()


def test_no_noun_overrides_what_the_base_view_does() -> None:
    found = noun_views()
    assert len(found) >= 7
    overridden = {
        f"{path.name}: {item.name}"
        for path, node in found
        for item in node.body
        if isinstance(item, ast.FunctionDef) and item.name in OF_FAB
    }
    assert not overridden


@pytest.mark.parametrize("path_and_node", noun_views(), ids=lambda found: found[1].name)
def test_a_noun_declares_its_screens_in_at_most_fifteen_lines(path_and_node) -> None:
    _path, node = path_and_node
    declared = [item for item in node.body if isinstance(item, ast.Assign | ast.AnnAssign | ast.AugAssign)]
    assert sum(item.end_lineno - item.lineno + 1 for item in declared) <= MOST_DECLARED


def test_every_module_can_be_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(APP)): lines
        for path in APP.rglob("*.py")
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long
