"""A database that somebody else keeps, and several who look at once: words, and nothing mixed up."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from app.extensions import db
from tests.account_steps import Visitor
from tests.staff import Staff
from tests.world import ORGANISATIONS, World, text_of


def test_who_comes_while_a_long_import_keeps_the_database_is_told_so_in_words(app, database_url):
    huis = Staff(app).settle()
    beheer: Visitor = huis.visitor("beheer")
    with app.app_context():
        db.engine.dispose()

        @sa.event.listens_for(db.engine, "connect")
        def impatient(connection, _record):
            connection.execute("PRAGMA busy_timeout=50")

    keeper = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    try:
        keeper.execute("BEGIN IMMEDIATE")
        answer = beheer.client.get("/medewerkers/")
        assert answer.status_code == 503
        assert "Het portaal is nu even bezet" in text_of(answer)
        keeper.rollback()
        assert beheer.client.get("/medewerkers/").status_code == 200
    finally:
        keeper.close()


def test_two_who_look_at_different_roles_at_once_each_see_their_own(world: World):
    places = [("speelhoek", "contactpersoon_voorschool"), ("brug", "jk_specialist")]
    alone = {}

    def look(place: str, role: str) -> str:
        path = f"/rechten/{world.organisations[place]}/rol/{role}/bekijken/"
        page = text_of(world.browser("rolbeheer").get(path))
        return re.sub(r"[0-9a-f-]{36}|nonce=\"[^\"]*\"|value=\"[^\"]*\"", "", page)

    assert set(dict(places)) <= set(ORGANISATIONS)
    for place, role in places:
        alone[place] = look(place, role)
    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda it: (it[0], look(*it)), places * 4))
    assert all(page == alone[place] for place, page in seen)
