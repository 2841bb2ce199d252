"""The matrix of an SWV: how long saving takes when every right that can change does."""

import base64
import secrets
import statistics
import tempfile
import time

from flask import g
from flask_migrate import upgrade

from app import access, create_app
from app.access import as_system, person_for
from app.extensions import db
from app.models import Gebruiker, Lidmaatschap, Organisation
from app.services import rechten, rechten_matrix
from app.terms import OrganisationSoort, Role

TIMES = 20


def main() -> None:
    """Print the median and the slowest of saving the whole matrix, and of reading it, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bench.sqlite",
                "STORE_URL": f"file://{folder}/store",
                "BASE_URL": "http://localhost",
                "SECRET_KEY": secrets.token_hex(32),
                "KEK": base64.b64encode(secrets.token_bytes(32)).decode(),
                "LOG_KEY": secrets.token_hex(32),
                "MAIL_SERVER": "127.0.0.1",
            }
        )
        with app.test_request_context():
            upgrade()
            swv = _swv()
            saves, reads, cells = [], [], 0
            for _time in range(TIMES):
                began = time.perf_counter()
                shown = rechten_matrix.matrix(swv, g.person)
                reads.append(time.perf_counter() - began)
                chosen = {cell.key for cell in shown.cells if cell.open and not cell.has}
                began = time.perf_counter()
                cells = rechten.change(swv, chosen, shown.seen, g.person)
                saves.append(time.perf_counter() - began)
        print(f"{len(shown.roles)} roles × {len(shown.lines)} rights, {cells} changed, {TIMES} times")
        for name, taken in (("save", saves), ("read", reads)):
            print(
                f"{name}: median {statistics.median(taken) * 1e3:.0f} ms, slowest {max(taken) * 1e3:.0f} ms"
            )


def _swv() -> Organisation:
    with as_system("the measurement makes its people"):
        swv = Organisation(naam="SWV", soort=OrganisationSoort.SAMENWERKINGSVERBAND)
        who = Gebruiker(username="rb", first_name="R", last_name="B", email="rb@example.org", active=True)
        db.session.add_all([swv, who])
        db.session.flush()
        swv.swv_id = swv.id
        db.session.add(Lidmaatschap(gebruiker_id=who.id, organisation_id=swv.id, rol=Role.ROLBEHEERDER))
        db.session.commit()
    g.person = person_for(who.id, swv.id)
    assert access.rights_to_set(g.person, swv)
    return swv
