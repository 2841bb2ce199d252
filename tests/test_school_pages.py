"""The pages of schools and consents: who finds what on them, and how few questions they ask."""

import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.models import Toestemming
from app.security import session_cookie
from app.services import toestemmingen
from tests.schools import Region

ACTS = ("benaderen", "beantwoorden", "vraag", "vervallen", "toestemming-vastleggen", "toestemming-vragen")


@pytest.fixture
def streek(app):
    return Region(app).settle()


def busy(streek):
    """A dossier with a school that was approached, one that is proposed, and a consent that was asked."""
    dossier = streek.advised(parents=("ouder", "ouder2"))
    linde = streek.approached(dossier, "LINDE")
    esdoorn = streek.propose(dossier, "ESDOORN")
    with streek.voorkeur(esdoorn, by="specialist") as (row, person):
        toestemmingen.ask(row, {"ouder": streek.parents(dossier)["Olga"]}, person)
    with streek.behind_the_scenes():
        asked = db.session.scalars(db.select(Toestemming).where(Toestemming.gegeven_op.is_(None))).one().id
        given = db.session.scalars(db.select(Toestemming).where(Toestemming.gegeven_op.is_not(None)))
        mine = next(row.id for row in given if row.gezagsdrager_id == streek.parents(dossier)["Olga"])
    return dossier, linde, esdoorn, asked, mine


def test_each_party_finds_exactly_what_is_theirs(streek):
    dossier, linde, esdoorn, asked, _mine = busy(streek)
    expected = {
        # key: the tab of schools, that of consents, the page of each school, the consent asked
        "specialist": (200, 200, 200, 200, 200),
        "contact": (200, 200, 200, 200, 200),
        "linde": (200, 200, 200, 404, 404),
        "ouder": (200, 200, 200, 200, 200),
        "voorschool": (200, 404, 200, 200, 404),
        "esdoorn": (404, 404, 404, 404, 404),
        "voorschool2": (404, 404, 404, 404, 404),
    }
    for key, answers in expected.items():
        client = streek.client(key)
        paths = (
            f"/hulpvragen/{dossier}/scholen",
            f"/hulpvragen/{dossier}/toestemmingen",
            f"/scholen-van-voorkeur/{linde}",
            f"/scholen-van-voorkeur/{esdoorn}",
            f"/toestemmingen/{asked}",
        )
        assert tuple(client.get(path).status_code for path in paths) == answers, key
    may = {
        "specialist": set(ACTS) - {"vraag"},
        "linde": {"beantwoorden", "vraag"},
        "ouder": set(),
        "voorschool": set(),
        "esdoorn": set(),
    }
    for key, acts in may.items():
        client = streek.client(key)
        opened = {
            act for act in ACTS if client.get(f"/scholen-van-voorkeur/{linde}/{act}").status_code == 200
        }
        assert opened == acts, key
    for key in ("ouder", "voorschool"):
        page = streek.client(key).get(f"/scholen-van-voorkeur/{linde}").get_data(as_text=True)
        assert "De Linde" in page
        for word in ("Beslist uiterlijk", "Benaderd op", "Reden", "Voorgesteld door", "Vragen en antwoorden"):
            assert word not in page, (key, word)
    page = streek.client("linde").get(f"/hulpvragen/{dossier}/scholen").get_data(as_text=True)
    assert "Esdoorn" not in page


@pytest.fixture
def visit(streek, live, chromium):
    """Open the portal as somebody who is signed in."""
    contexts = []

    def open_as(key, *, javascript=True):
        with streek.app.app_context():
            from app.services import sessions

            token = sessions.begin(streek.person(key))
            db.session.commit()
        context = chromium.new_context(
            locale="nl-NL", timezone_id="Europe/Amsterdam", java_script_enabled=javascript
        )
        context.add_cookies([{"name": session_cookie_of(streek), "value": token, "url": live.url}])
        contexts.append(context)
        page = context.new_page()
        page.goto(live.url)
        return page

    yield open_as
    for context in contexts:
        context.close()


def session_cookie_of(streek):
    with streek.app.app_context():
        return session_cookie()


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_a_parent_decides_and_a_school_answers_in_their_browsers(streek, visit, javascript):
    dossier = streek.advised()
    linde = streek.propose(dossier, "LINDE")
    with streek.voorkeur(linde, by="specialist") as (row, person):
        toestemmingen.ask(row, {"ouder": streek.parents(dossier)["Olga"]}, person)
    parent = visit("ouder", javascript=javascript)
    expect(parent.get_by_text("Geef of weiger uw toestemming")).to_be_visible()
    parent.get_by_role("link", name="Lezen en beslissen").click()
    expect(parent.locator("main")).to_contain_text("SWV De Brug wil het dossier van uw kind delen")
    expect(parent.get_by_role("button", name="Ik geef geen toestemming")).to_be_visible()
    parent.get_by_role("button", name="Ik geef toestemming", exact=True).click()
    expect(parent.get_by_text("U geeft toestemming", exact=False)).to_be_visible()
    streek.approach(linde)
    school = visit("linde", javascript=javascript)
    expect(school.get_by_text("beslist uiterlijk", exact=False)).to_be_visible()
    school.get_by_role("link", name="Antwoord geven").click()
    school.get_by_label("Afwijzen: de school kan de ondersteuning niet bieden").check()
    school.get_by_role("button", name="Antwoord invullen").click()
    expect(school.locator("#errors")).to_contain_text("waarom de school afwijst")
    school.get_by_label("Reden").fill("De groep is vol.")
    school.get_by_role("button", name="Antwoord invullen").click()
    expect(school.get_by_text("Het antwoord is genoteerd", exact=False)).to_be_visible()
    expect(school.locator("main")).to_contain_text("De groep is vol.")
    parent.get_by_role("button", name="Toestemming intrekken").click()
    expect(parent.get_by_text("De toestemming is ingetrokken", exact=False)).to_be_visible()
    school.reload()
    expect(school.get_by_role("heading", level=1)).not_to_contain_text("De Linde")
