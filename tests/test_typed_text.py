"""What somebody typed is never lost: not by an ended session, a stale form or a colleague who was first."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Hulpvraag, Kind, Organisation
from app.security import session_cookie
from app.services import sessions
from app.terms import OrganisationSoort
from tests.partnership import Partnership

TYPED = "Mila speelt het liefst alleen & <zingt>."


@pytest.fixture
def brug(app: Flask) -> Partnership:
    return Partnership(app).settle()


@pytest.fixture
def signed_in(app: Flask, brug: Partnership) -> Callable[[str], FlaskClient]:
    def enter(key: str) -> FlaskClient:
        with app.app_context():
            token = sessions.begin(brug.person(key))
            db.session.commit()
        client = app.test_client()
        client.set_cookie(session_cookie_of(app), token)
        return client

    return enter


def session_cookie_of(app: Flask) -> str:
    with app.app_context():
        return session_cookie()


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def form_of(client: FlaskClient, path: str, **fields: str) -> dict[str, str]:
    """Open a form and give what it would send."""
    page = client.get(path).get_data(as_text=True)
    sent = {"csrf_token": hidden(page, "csrf_token"), **fields}
    return sent | ({"versie": hidden(page, "versie")} if 'name="versie"' in page else {})


def omschrijving(brug: Partnership, key: object) -> str | None:
    with brug.behind_the_scenes():
        return db.session.scalar(db.select(Hulpvraag.omschrijving).where(Hulpvraag.id == key))


def test_a_session_that_ended_gives_the_text_back(brug, signed_in):
    key = brug.dossier()
    client = signed_in("voorschool")
    path = f"/hulpvragen/{key}/bewerken"
    sent = form_of(client, path, omschrijving=TYPED)
    client.post("/logout", data={"csrf_token": sent["csrf_token"]})
    held = client.post(path, data=sent, follow_redirects=True)
    assert held.status_code == 401
    assert "Mila speelt het liefst alleen &amp; &lt;zingt&gt;." in held.get_data(as_text=True)
    assert f'action="{path}"' in held.get_data(as_text=True)
    assert omschrijving(brug, key) == "Praat nog weinig."


def test_a_form_from_before_the_new_sign_in_comes_back_with_its_text(brug, signed_in):
    key = brug.dossier()
    path = f"/hulpvragen/{key}/bewerken"
    answer = signed_in("voorschool").post(path, data={"omschrijving": TYPED, "csrf_token": "old"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "&lt;zingt&gt;" in page
    assert "Dit formulier" in page
    assert omschrijving(brug, key) == "Praat nog weinig."


def test_a_colleague_who_was_first_is_named_and_the_text_stays(brug, signed_in):
    key = brug.dossier()
    path = f"/hulpvragen/{key}/bewerken"
    mine, theirs = signed_in("voorschool"), signed_in("contact")
    sent = form_of(mine, path, omschrijving=TYPED)
    theirs.post(path, data=form_of(theirs, path, omschrijving="Eerst."))
    answer = mine.post(path, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "&lt;zingt&gt;" in page
    assert "Eerst." in page  # what the colleague wrote, to compare
    assert omschrijving(brug, key) == "Eerst."
    again = {
        "csrf_token": hidden(page, "csrf_token"),
        "versie": hidden(page, "versie"),
        "omschrijving": TYPED,
    }
    assert mine.post(path, data=again).status_code == 302
    assert omschrijving(brug, key) == TYPED


def test_a_number_that_looks_like_a_bsn_is_warned_about_before_saving(brug, signed_in):
    key = brug.dossier()
    path = f"/hulpvragen/{key}/bewerken"
    client = signed_in("voorschool")
    sent = form_of(client, path, omschrijving="Nummer 111222333.")
    warned = client.post(path, data=sent)
    assert warned.status_code == 422
    assert "BSN" in warned.get_data(as_text=True)
    assert omschrijving(brug, key) == "Praat nog weinig."
    ticked = {"_anyway": hidden(warned.get_data(as_text=True), "_anyway")}
    assert client.post(path, data=sent | ticked).status_code == 302
    assert omschrijving(brug, key) == "Nummer 111222333."


def test_a_choice_whose_id_looks_like_a_bsn_is_not_warned_about(brug, signed_in):
    """What is warned about is what somebody typed: an id may hold any nine digits."""
    key = uuid.UUID("42eea4e9-8252-4080-a4d8-111222333bad")
    with brug.behind_the_scenes():
        place = {"swv_id": brug.organisations["SWV"], "soort": OrganisationSoort.VOORSCHOOL}
        db.session.add(Organisation(id=key, naam="De Hoek", meldadres="hoek@example.org", **place))
        db.session.commit()
    client, path = signed_in("contact"), "/hulpvragen/nieuw"
    typed = {"voornaam": "Mila", "achternaam": "Jansen", "geboortedatum": "2023-03-04"}
    sent = form_of(client, path, **typed, voorschool=str(key))
    warned = client.post(path, data=sent | {"omschrijving": "Nummer 111222333."})
    assert "BSN" in warned.get_data(as_text=True)
    assert client.post(path, data=sent).status_code == 302


def test_a_child_that_is_there_already_is_warned_about(brug, signed_in):
    brug.dossier()
    client = signed_in("contact")
    sent = form_of(
        client, "/kinderen/nieuw", voornaam="mila", achternaam="JANSEN", geboortedatum="2023-03-04"
    )
    warned = client.post("/kinderen/nieuw", data=sent)
    assert warned.status_code == 422
    assert "al een kind" in warned.get_data(as_text=True)
    ticked = {"_anyway": hidden(warned.get_data(as_text=True), "_anyway")}
    assert client.post("/kinderen/nieuw", data=sent | ticked).status_code == 302
    with brug.behind_the_scenes():
        assert len(db.session.scalars(db.select(Kind)).all()) == 2


def test_two_people_change_the_status_and_the_second_is_told_who_was_first(brug, signed_in):
    key = brug.dossier()
    brug.documents(key)
    path = f"/hulpvragen/{key}/status"
    anna, karin = signed_in("voorschool"), signed_in("contact")
    page = karin.get(path).get_data(as_text=True)
    late = {
        "csrf_token": hidden(page, "csrf_token"),
        "gezien": hidden(page, "gezien"),
        "status": "ingetrokken",
        "toelichting": TYPED,
    }
    page = anna.get(path).get_data(as_text=True)
    first = {
        "csrf_token": hidden(page, "csrf_token"),
        "gezien": hidden(page, "gezien"),
        "status": "bijlagen_toegevoegd",
    }
    assert anna.post(path, data=first).status_code == 302
    assert anna.post(path, data=first).status_code == 302  # a double click is one change
    answer = karin.post(path, data=late)
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "JK bijlagen toegevoegd" in text
    assert "&lt;zingt&gt;" in text
    with brug.at_work("voorschool") as person:
        assert person.naam in text


def test_a_tick_counts_only_for_the_warnings_that_were_read(brug, signed_in):
    brug.dossier()
    client = signed_in("contact")
    typed = {
        "voornaam": "Mila",
        "achternaam": "Jansen",
        "geboortedatum": "2023-03-04",
        "voorschool": str(brug.organisations["VOORSCHOOL"]),
        "omschrijving": "Nummer 111222333.",
    }
    sent = form_of(client, "/hulpvragen/nieuw", **typed)
    first = client.post("/hulpvragen/nieuw", data=sent).get_data(as_text=True)
    assert "BSN" in first
    second = client.post("/hulpvragen/nieuw", data=sent | {"_anyway": hidden(first, "_anyway")})
    assert second.status_code == 422
    assert "al een kind" in second.get_data(as_text=True)
    both = hidden(second.get_data(as_text=True), "_anyway")
    assert client.post("/hulpvragen/nieuw", data=sent | {"_anyway": both}).status_code == 302


def test_a_status_that_moved_meanwhile_gives_the_text_back(brug, signed_in):
    key = brug.dossier()
    brug.documents(key)
    client = signed_in("voorschool")
    path = f"/hulpvragen/{key}/bewerken"
    sent = form_of(client, path, omschrijving=TYPED)
    brug.move(key, "bijlagen_toegevoegd", by="collega")
    late = client.post(path, data=sent)
    assert late.status_code == 409
    assert "&lt;zingt&gt;" in late.get_data(as_text=True)
    assert omschrijving(brug, key) == "Praat nog weinig."


def test_a_child_that_is_known_gets_its_next_dossier_without_typing_it_again(brug, signed_in):
    brug.dossier()
    client = signed_in("contact")
    with brug.behind_the_scenes():
        kind = db.session.scalars(db.select(Kind)).one().id
    path = f"/hulpvragen/nieuw?kind={kind}"
    assert path.replace("&", "&amp;") in client.get(f"/kinderen/{kind}").get_data(as_text=True)
    sent = form_of(client, path, kind=str(kind), voorschool=str(brug.organisations["VOORSCHOOL"]))
    assert client.post(path, data=sent).status_code == 302
    with brug.behind_the_scenes():
        assert len(db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.kind_id == kind)).all()) == 2
