"""How people send documents: through the services, or in a signed-in browser without JavaScript."""

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from app.extensions import db
from app.models import Bijlage, Gebeurtenis, Hulpvraag
from app.services import bijlagen, sessions
from app.terms import Actie
from tests.documents import PDF, named
from tests.partnership import Partnership

JSON = {"Content-Type": "application/octet-stream", "Accept": "application/json"}


class Browser:
    """Somebody's signed-in browser without JavaScript, on the portal's own client."""

    def __init__(self, partnership: Partnership, key: str) -> None:
        self.client = partnership.app.test_client()
        self.cookie = sign_in(partnership, key)
        self.client.set_cookie("kindbrug", self.cookie)

    def token(self, dossier) -> str:
        return token_on(self.client.get(f"/hulpvragen/{dossier}/bijlagen/venster").get_data(as_text=True))

    def upload(self, dossier, content: bytes = PDF, naam: str = "Aanvraag.pdf", **query: str):
        headers = JSON | named(naam) | {"X-CSRFToken": self.token(dossier)}
        query = {"soort": "aanvraag"} | query
        return self.client.post(
            f"/hulpvragen/{dossier}/bijlagen", query_string=query, data=content, headers=headers
        )


def sign_in(partnership: Partnership, key: str) -> str:
    """Give the cookie of a session of this person."""
    with partnership.app.app_context():
        token = sessions.begin(partnership.person(key))
        db.session.commit()
        return token


def token_on(page: str) -> str:
    return re.search(r'data-token="([^"]+)"', page)[1]


def add(partnership: Partnership, dossier, by: str, content: bytes = PDF, naam: str = "Aanvraag.pdf", **kw):
    with partnership.at_work(by) as person:
        return bijlagen.add(the(dossier), io.BytesIO(content), naam=naam, by=person, **kw)


def the(dossier) -> Hulpvraag:
    return db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()


def rows(partnership: Partnership) -> list[Bijlage]:
    with partnership.behind_the_scenes():
        return list(db.session.scalars(db.select(Bijlage).order_by(Bijlage.toegevoegd_op)))


def files(partnership: Partnership) -> list[Path]:
    folder = Path(partnership.app.config["STORE_URL"].removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()]


def acts(partnership: Partnership, actie: Actie) -> int:
    with partnership.behind_the_scenes():
        query = db.select(Gebeurtenis).where(Gebeurtenis.actie == actie, Gebeurtenis.noun == "Bijlage")
        return len(db.session.scalars(query).all())


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """Serve the portal on a port of its own, and give the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()
