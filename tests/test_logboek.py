"""The page Logboek and its export: whom it names, what it says, and what it does with odd questions."""

import base64
import csv
import io
import re
import secrets
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

import config
from app.extensions import db
from app.models import Gebeurtenis, Gebruiker, Hulpvraag, Lidmaatschap, Organisation
from app.models.base import now
from app.services import hulpvragen, inzage
from app.terms import Actie, Role
from tests.test_log_accounts import events_since, last_number
from tests.world import World, plain, text_of


def body(page) -> str:
    """Give what stands in the table."""
    return text_of(page).partition("<tbody")[2]


def account(world: World, key: str) -> Gebruiker:
    with world.behind_the_scenes():
        return db.session.scalars(sa.select(Gebruiker).where(Gebruiker.id == world.accounts[key])).one()


def keep(world: World, actie: Actie = Actie.AFVINKEN, **more) -> None:
    """Put an event in the log of De Brug."""
    with world.behind_the_scenes():
        db.session.add(Gebeurtenis(actie=actie, **{"swv_id": world.organisations["brug"]} | more))
        db.session.commit()


@pytest.mark.both_engines
def test_an_account_of_another_swv_has_no_name_here_and_is_not_found(world: World):
    with world.as_it_was():
        theirs = account(world, "specialist-anker")
        keep(world, Actie.AANMELDEN_GEWEIGERD, gebruiker_id=theirs.id, gelukt=False, adres="192.0.2.9")
        browser = world.browser("privacy")
        page = body(browser.get("/logboek/?actie=aanmelden-geweigerd"))
        assert "Iemand die hier niet bekend is" in page
        for word in (theirs.naam, theirs.username, theirs.email):
            assert word not in page
            assert not body(browser.get("/logboek/", query_string={"persoon": word})), word
        sheet = browser.get("/logboek/export.csv?actie=aanmelden-geweigerd").get_data(as_text=True)
        assert theirs.naam not in sheet


@pytest.mark.both_engines
def test_who_works_here_or_is_involved_is_found_by_name_and_user_name_and_not_by_address(world: World):
    with world.as_it_was():
        browser = world.browser("privacy")
        for key in ("specialist", "voorschool", "ouder", "deelnemer"):
            who = account(world, key)
            keep(world, gebruiker_id=who.id)
            for word in (who.naam, who.username):
                assert who.naam in body(browser.get("/logboek/", query_string={"persoon": word})), word
        assert not body(browser.get("/logboek/?persoon=@")), "every address has that"


@pytest.mark.both_engines
def test_the_number_of_a_dossier_of_another_swv_is_not_shown(world: World):
    with world.as_it_was():
        with world.behind_the_scenes():
            query = sa.select(Hulpvraag).where(Hulpvraag.swv_id == world.organisations["anker"])
            theirs = db.session.scalars(query.limit(1)).one()
        keep(world, Actie.GEWEIGERD, hulpvraag_id=theirs.id, gelukt=False)
        assert theirs.nummer not in text_of(world.browser("privacy").get("/logboek/?actie=geweigerd"))


@pytest.mark.parametrize("query", ["tot=9999-12-31", "van=0001-01-01", "van=1999-12-31", "tot=2101-01-01"])
def test_a_day_in_no_year_of_ours_is_said_to_be_wrong(world: World, query: str):
    browser = world.browser("privacy")
    page = browser.get(f"/logboek/?{query}")
    assert page.status_code == 200
    assert "Kies een dag van 2000 tot en met 2100." in text_of(page)
    assert not body(page), "what was asked can't be answered"
    assert browser.get(f"/logboek/export.csv?{query}").status_code == 422


def test_a_first_day_after_the_last_is_said_to_be_wrong(world: World):
    browser, query = world.browser("privacy"), "van=2026-06-02&tot=2026-06-01"
    page = browser.get(f"/logboek/?{query}")
    assert 'id="error-van"' in page.get_data(as_text=True)
    assert "De eerste dag ligt na de laatste." in text_of(page)
    assert "Niets in het logboek" not in text_of(page)
    assert browser.get(f"/logboek/export.csv?{query}").status_code == 422
    assert browser.get("/logboek/?van=2026-06-01&tot=2026-06-01").get_data(as_text=True).count("error-") == 0


def test_a_number_that_is_not_whole_unknown_or_another_swvs_is_said_to_be_so_and_reads_the_same(world: World):
    """She tells a parent that nobody looked only when that is what the log says."""
    with world.behind_the_scenes():
        numbers = {
            key: db.session.scalar(
                sa.select(Hulpvraag.nummer).where(Hulpvraag.swv_id == world.organisations[key]).limit(1)
            )
            for key in ("brug", "anker")
        }
    browser, told = world.browser("privacy"), set()
    for number in (numbers["brug"][:-1], numbers["anker"], hulpvragen.new_number()):
        page = browser.get("/logboek/", query_string={"nummer": number})
        assert 'id="error-nummer"' in page.get_data(as_text=True), number
        assert "Niets in het logboek" not in text_of(page)
        assert browser.get("/logboek/export.csv", query_string={"nummer": number}).status_code == 422
        told.add(plain(page).replace(number, ""))
    assert len(told) == 1
    page = browser.get("/logboek/", query_string={"nummer": f" {numbers['brug']} "})
    assert 'id="error-nummer"' not in page.get_data(as_text=True)


def test_the_number_that_is_given_as_an_example_is_one_as_they_are_made(world: World):
    hint = re.search(r"JK-\d{4}-(\w+)", text_of(world.browser("privacy").get("/logboek/?nummer=JK-2026")))
    assert len(hint[1]) == len(hulpvragen.new_number().rpartition("-")[2])
    assert set(hint[1]) <= set(hulpvragen._ALPHABET)


def test_the_export_says_once_how_it_is_written(world: World):
    answer = world.browser("privacy").get("/logboek/export.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "cursor",
    [
        "9999-12-31T23:59:59-12:00~1",
        "0001-01-01T00:00:00%2B12:00~1",
        "2026-01-01T00:00:00%2B00:00~" + "9" * 5000,
    ],
)
def test_a_page_after_nowhere_is_the_first(world: World, cursor: str):
    browser = world.browser("privacy")
    assert browser.get("/logboek/").status_code == 200  # which is an event, so that there is one
    page = browser.get(f"/logboek/?na={cursor}")
    assert page.status_code == 200
    assert body(page)


@pytest.mark.both_engines
def test_events_of_one_moment_go_on_page_by_page_without_a_gap(world: World, monkeypatch):
    monkeypatch.setattr(inzage, "MOST", 3)
    moment = now()
    with world.as_it_was(), world.at_work("privacy") as by:
        for turn in range(11):
            op = moment - timedelta(seconds=turn // 5)
            keep(world, op=op, object_id=str(turn), grond="of one moment")
        parts = [[Gebeurtenis.grond == "of one moment"]]
        found, after = [], None
        while len(found) < 11:
            page = inzage._page(parts, by, after)
            found += [it.row.object_id for it in page.events]
            after = page.after
        assert [int(key) for key in found[:11]] == [4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 10]


def test_what_another_swv_does_changes_no_byte_of_pages_and_export(world: World, monkeypatch):
    monkeypatch.setattr(inzage, "MOST", 1)
    told, moment = [], now()
    for between in (0, 3):
        with world.as_it_was(), time_machine.travel(moment, tick=False):
            keep(world)
            for _event in range(between):
                keep(world, swv_id=world.organisations["anker"])
            keep(world)
            browser = world.browser("privacy")
            export = browser.get("/logboek/export.csv?actie=afvinken").get_data()
            page = browser.get("/logboek/?actie=afvinken").get_data(as_text=True)
            told.append((export, re.findall(r'na=[^"&]+', page)))
    assert told[0] == told[1]
    assert told[0][1]


def test_an_export_of_another_kind_is_not_there_and_no_export_in_the_log(world: World):
    browser, before = world.browser("privacy"), last_number(world)
    assert browser.get("/logboek/export.pdf").status_code == 404
    assert [event.actie for event in events_since(world, before)] == [Actie.GEWEIGERD]


@pytest.mark.both_engines
def test_the_officer_sees_which_right_was_changed_for_whom_and_from_what_to_what(world: World):
    with world.as_it_was():
        with world.behind_the_scenes():
            query = sa.select(Organisation.naam).where(Organisation.id == world.organisations["brug"])
            naam = db.session.scalar(query)
        keep(
            world, Actie.RECHT_WIJZIGEN, noun="Recht", object_id=world.organisations["brug"],
            grond="Kind.add", oud="jk_specialist:ja", nieuw="jk_specialist:nee",
        )  # fmt: skip
        page = body(world.browser("privacy").get("/logboek/?actie=recht-wijzigen"))
        for words in (naam, "Kind toevoegen", "JK-specialist", "eerst ja, nu nee"):
            assert words in page, words
        assert world.organisations["brug"] not in page


@pytest.mark.both_engines
def test_the_officer_sees_whose_membership_was_changed_and_who_took_work_over(world: World):
    with world.as_it_was():
        here, there = account(world, "voorschool"), account(world, "specialist-anker")
        with world.behind_the_scenes():
            query = sa.select(Lidmaatschap.gebruiker_id, Lidmaatschap.id)
            keys = {who: str(key) for who, key in db.session.execute(query)}
        shared = {"noun": "Lidmaatschap", "oud": "2026-08-01/", "nieuw": "2026-08-01/2027-07-31"}
        keep(world, Actie.WIJZIGEN, object_id=keys[here.id], **shared)
        keep(world, Actie.WIJZIGEN, object_id=keys[there.id], **shared)
        keep(world, Actie.WERK_OVERDRAGEN, noun="Hulpvraag", oud=str(here.id), nieuw=str(there.id))
        page = body(world.browser("privacy").get("/logboek/?actie=wijzigen"))
        assert here.naam in page
        assert "van 1 augustus 2026 tot en met 31 juli 2027" in page
        page += body(world.browser("privacy").get("/logboek/?actie=werk-overdragen"))
        assert page.count(here.naam) == 2
        assert there.naam not in page
        assert keys[here.id] not in page


def test_an_export_has_every_column_of_the_log(world: World):
    with world.as_it_was():
        told = {
            "rollen": "jk_specialist", "toegang": "swv", "noun": "Bijlage", "object_id": "een-sleutel",
            "grond": "een-grond", "oud": "een-oud", "nieuw": "een-nieuw", "pagina": "Een.pagina",
            "adres": "192.0.2.44",
        }  # fmt: skip
        keep(world, Actie.VIRUS, gelukt=False, **told)
        text = world.browser("privacy").get("/logboek/export.csv?actie=virus").get_data(as_text=True)
        head, *rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
        row = next(row for row in rows if "een-sleutel" in row)
        assert len(row) == len(head)
        words = {"JK-specialist", "Medewerkers Jonge Kind van het samenwerkingsverband", "Bijlage"}
        assert words | set(told.values()) - {"jk_specialist", "swv"} <= set(row)


@pytest.mark.both_engines
def test_a_name_that_fits_too_many_people_asks_for_more_of_it(world: World, monkeypatch):
    monkeypatch.setattr(inzage, "MOST_PEOPLE", 2)
    page = world.browser("privacy").get("/logboek/?persoon=e")
    assert "Typ meer van de naam" in text_of(page)
    assert not body(page)


@pytest.mark.both_engines
def test_a_search_for_several_people_goes_on_page_by_page_without_a_gap(world: World, monkeypatch):
    monkeypatch.setattr(inzage, "MOST", 3)
    with world.as_it_was(), world.at_work("privacy") as by:
        for turn in range(9):
            keep(world, gebruiker_id=world.accounts[("specialist", "contact", "voorschool")[turn % 3]])
        with world.behind_the_scenes():
            people = [world.accounts[key] for key in ("specialist", "contact", "voorschool")]
            e = Gebeurtenis
            wanted = list(
                db.session.scalars(
                    sa.select(e.volgnummer)
                    .where(e.swv_id == by.swv_id, e.gebruiker_id.in_(people), e.actie == Actie.AFVINKEN)
                    .order_by(e.op.desc(), e.volgnummer.desc())
                )
            )
        parts = inzage._parts(people, None, Actie.AFVINKEN, by)
        found, after = [], None
        while True:
            page = inzage._page(parts, by, after)
            found += [it.row.volgnummer for it in page.events]
            if not (after := page.after):
                break
        assert found == wanted


@pytest.mark.parametrize("role", list(Role))
def test_the_words_of_roles_are_made_once_for_a_page(world: World, role: Role):
    with world.at_work("privacy"):
        words = inzage.Words([], None)
        assert words.roles(role) == str(role.label)
        assert words.roles(role) is words.roles(role)


KEY = base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"LOG_KEY": "kort"}, "KINDBRUG_LOG_KEY is shorter"),
        ({"LOG_KEY": "a" * 32}, "KINDBRUG_LOG_KEY is weak"),
        ({"LOG_KEY": KEY, "SECRET_KEY": KEY}, "the same as KINDBRUG_SECRET_KEY"),
        ({"LOG_KEY": KEY, "KEK": KEY}, "the same as a key-encryption key"),
        ({"LOG_KEY": KEY.translate(str.maketrans("+/", "-_")), "KEK": KEY}, "the same as a key-encryption"),
        ({"LOG_KEY": "", "TESTING": False}, "KINDBRUG_LOG_KEY is missing"),
    ],
)
def test_without_a_fit_key_of_its_own_for_the_log_the_portal_does_not_start(settings, wrong, said):
    with pytest.raises(SystemExit, match=said):
        config.refuse_unfit({**config.__dict__, **settings, **wrong})


@pytest.mark.parametrize(
    "key", [KEY, secrets.token_hex(32), secrets.token_urlsafe(48)], ids=["base64", "hex", "url"]
)
def test_a_random_key_for_the_log_is_fine_however_it_is_written(settings, key):
    config.refuse_unfit({**config.__dict__, **settings, "LOG_KEY": key})
