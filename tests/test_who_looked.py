"""Who looked into a dossier: shown to who may know, the privacy officer searches it, and nobody else does."""

import io
import re
import uuid

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from app.errors import NotFound
from app.extensions import db
from app.models import Gebeurtenis, Gebruiker, Gezagsdrager, Hulpvraag, Kind, Lidmaatschap, Rechtafwijking
from app.services import inzage
from app.services.inzage_vraag import Asked
from app.terms import Actie, Role, Zichtbaarheid
from tests.uploading import Browser, add
from tests.world import PEOPLE, World, text_of

GEDEELD = Zichtbaarheid.GEDEELD
# Not in the SWV's own house, or without the right.
NO_OFFICER = tuple(key for key in PEOPLE if key != "privacy")


def looked(world: World, key: str) -> str:
    """Have the specialist and the preschool look into a dossier; give its key."""
    dossier = world.dossiers[key]
    for who in ("specialist", "voorschool"):
        assert world.browser(who).get(f"/hulpvragen/{dossier.key}").status_code in (200, 404)
    return dossier.key


def dossier_of(world: World, who: str, status: str = "onderwijsadvies") -> str:
    """Find a dossier that this person can open."""
    for dossier in world.of("Hulpvraag"):
        if world.browser(who).get(f"/hulpvragen/{dossier.id}").status_code == 200:
            return dossier.id
    raise AssertionError(who)


def last_events(world: World, number: int) -> list[Gebeurtenis]:
    with world.behind_the_scenes():
        query = sa.select(Gebeurtenis).order_by(Gebeurtenis.volgnummer.desc()).limit(number)
        return list(db.session.scalars(query))


@pytest.mark.both_engines
def test_jk_staff_see_person_role_and_what_and_their_look_is_one_row(world: World):
    key = dossier_of(world, "specialist")
    world.browser("contact").get(f"/hulpvragen/{key}/bijlagen")
    page = world.browser("specialist").get(f"/hulpvragen/{key}/gekeken")
    assert page.status_code == 200
    with world.behind_the_scenes():
        contact = db.session.scalars(
            sa.select(Gebruiker).where(Gebruiker.id == world.accounts["contact"])
        ).one()
        assert contact.naam in text_of(page)
    (event,) = last_events(world, 1)
    assert (event.actie, str(event.hulpvraag_id), event.toegang) == (Actie.LEZEN, key, "swv")


@pytest.mark.both_engines
def test_who_looked_at_the_child_or_a_parent_is_seen_in_each_of_its_dossiers_and_by_no_parent(world: World):
    key = dossier_of(world, "ouder")
    dossier = next(one for one in world.dossiers.values() if one.id == key)
    officer, staff = world.browser("privacy"), world.browser("specialist")
    with world.as_it_was():
        with world.behind_the_scenes():
            number = db.session.scalar(sa.select(Hulpvraag.nummer).where(Hulpvraag.id == key))
            parent = db.session.scalar(sa.select(Gezagsdrager.id).where(Gezagsdrager.kind_id == dossier.kind))
            others = (Kind.id != dossier.kind, Kind.swv_id == uuid.UUID(dossier.swv))
            other = db.session.scalar(sa.select(Kind.id).where(*others).limit(1))
        for path in (f"/kinderen/{dossier.kind}", f"/ouders/{parent}", f"/kinderen/{other}"):
            assert world.browser("contact").get(path).status_code == 200
        pages = (f"/hulpvragen/{key}/gekeken", f"/logboek/?nummer={number}&persoon=Contact")
        for page in (staff.get(pages[0]), officer.get(pages[1])):
            lines = [" ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in text_of(page).split("<tr")]
            newest = [line for line in lines if "Contact" in line and "gelezen" in line][:2]
            assert "gelezen Ouder of verzorger" in newest[0]
            assert "gelezen Kind" in newest[1]
        for who, told in (("specialist", {"Kind", "Gezagsdrager"}), ("ouder", set())):
            with world.at_work(who) as by:
                row = world.row(world.things[key])
                found = inzage.of_dossier(row, by, None).events
                assert {it.row.noun for it in found} & {"Kind", "Gezagsdrager"} == told
                children = {it.row.object_id for it in found if it.row.noun == "Kind"}
                assert children == ({dossier.kind} if told else set()), "not of another child"
                assert found


@pytest.mark.both_engines
def test_a_parent_sees_organisation_role_and_moment_and_never_a_person(world: World):
    key = dossier_of(world, "ouder")
    for who in PEOPLE:
        world.browser(who).get(f"/hulpvragen/{key}")
    page = world.browser("ouder").get(f"/hulpvragen/{key}/gekeken")
    assert page.status_code == 200
    inside = text_of(page).partition('id="part"')[2]
    with world.behind_the_scenes():
        names = {person.naam for person in db.session.scalars(sa.select(Gebruiker))}
        accounts = {person.email for person in db.session.scalars(sa.select(Gebruiker))}
    assert not {name for name in names | accounts if name in inside}
    assert re.search(r"JK-specialist|JK specialist", inside)
    assert "geweigerd" not in inside, "who was refused saw nothing"


@pytest.mark.both_engines
def test_staff_see_which_document_it_was(partnership, dossier):
    first = add(partnership, dossier, "specialist", naam="Observatie.pdf", zichtbaarheid=GEDEELD)
    add(partnership, dossier, "specialist", naam="Niet geopend.pdf", zichtbaarheid=GEDEELD)
    elsewhere = partnership.dossier(specialist="specialist")
    other = add(partnership, elsewhere, "specialist", naam="Van een ander.pdf")
    contact = Browser(partnership, "contact")
    for key in (first.id, other.id):
        assert contact.client.get(f"/bijlagen/{key}/bestand").status_code == 200
    page = contact.client.get(f"/hulpvragen/{dossier}/gekeken").get_data(as_text=True)
    lines = [line for line in page.split("<tr") if "gedownload" in line]
    assert ["Observatie.pdf" in line for line in lines] == [True]
    with partnership.at_work("contact") as by:
        row = db.session.scalars(sa.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        titles = inzage.of_dossier(row, by, None).titles
    assert set(titles.values()) == {"Observatie.pdf", "Niet geopend.pdf"}, "of this dossier alone"


@pytest.mark.both_engines
def test_without_the_right_to_read_documents_staff_see_that_one_was_opened_and_not_which(
    partnership, dossier
):
    add(partnership, dossier, "specialist", naam="Observatie.pdf", zichtbaarheid=GEDEELD)
    account, swv = partnership.people["specialist"]
    right = {"rol": Role.CONTACTPERSOON_JK, "recht": "Bijlage.read", "mag": False}
    with partnership.behind_the_scenes():
        db.session.add(Rechtafwijking(organisation_id=swv, door_id=account, **right))
        db.session.commit()
    for who, named in (("specialist", True), ("contact", False)):
        answer = Browser(partnership, who).client.get(f"/hulpvragen/{dossier}/gekeken")
        assert answer.status_code == 200
        page = answer.get_data(as_text=True)
        assert "toegevoegd" in page
        assert ("Observatie.pdf" in page) is named, who


@pytest.mark.both_engines
def test_who_looked_for_one_organisation_looks_anew_for_another(partnership, dossier):
    account, swv = partnership.people["specialist"]
    preschool = partnership.organisations["VOORSCHOOL"]
    with partnership.behind_the_scenes():
        role = Role.CONTACTPERSOON_VOORSCHOOL
        db.session.add(Lidmaatschap(gebruiker_id=account, organisation_id=preschool, rol=role))
        db.session.commit()
    partnership.people["elsewhere"] = (account, preschool)
    row = add(partnership, dossier, "voorschool")
    for key in ("specialist", "elsewhere"):
        browser = Browser(partnership, key)
        for _again in range(2):
            assert browser.client.get(f"/bijlagen/{row.id}/miniatuur").status_code == 200
    e = Gebeurtenis
    of_picture = (e.object_id == str(row.id), e.actie == Actie.LEZEN)
    with partnership.behind_the_scenes():
        places = list(
            db.session.scalars(sa.select(e.organisation_id).where(*of_picture).order_by(e.volgnummer))
        )
    assert places == [swv, preschool]


# Their roles never open it, whatever their part in a dossier.
WITHOUT = ("voorschool", "collega", "school", "rolbeheer", "platform", "privacy", "partner")


def test_nobody_sees_who_looked_in_a_dossier_that_is_not_open_to_them_or_without_the_right(
    world: World, lane, proven
):
    every = [(dossier, who) for dossier in world.of("Hulpvraag") for who in PEOPLE]
    chosen = lane.random("L2 looked").sample(every, min(lane.cases(gate=120, proof=10_000), len(every)))
    for dossier, who in chosen:
        browser = world.browser(who)
        opened = browser.get(f"/hulpvragen/{dossier.id}").status_code
        status = browser.get(f"/hulpvragen/{dossier.id}/gekeken").status_code
        if status == 200:
            assert opened == 200, (who, dossier.name)
            assert world.who[who].roles & {"contactpersoon_jk", "jk_specialist", "ouder"}, (who, dossier.name)
            assert who not in WITHOUT
        else:
            assert status in (302, 404)
    proven("L2 looked", len(chosen))


@pytest.mark.parametrize("path", ["/logboek/", "/logboek/export.csv", "/logboek/export.xlsx"])
def test_only_the_privacy_officer_of_the_swv_opens_the_log(world: World, path: str):
    path += "?actie=exporteren"  # the log of the world is long by now
    for who in NO_OFFICER:
        # vals-swv has the role at that SWV by a mistake in other roles of theirs: that one is real
        wanted = {200} if who == "vals-swv" else {302, 404}
        assert world.browser(who).get(path).status_code in wanted, who
    assert world.browser("privacy").get(path).status_code == 200


@pytest.mark.both_engines
def test_the_log_of_another_swv_is_not_there(world: World):
    world.browser("specialist-anker").get("/hulpvragen/")
    page = text_of(world.browser("privacy").get("/logboek/?persoon=specialist-anker"))
    assert "<tbody" not in page
    with world.behind_the_scenes():
        theirs = sa.select(Hulpvraag.nummer).where(Hulpvraag.swv_id == world.organisations["anker"])
        number = db.session.scalar(theirs.limit(1))
    if number:
        assert "<tbody" not in text_of(world.browser("privacy").get(f"/logboek/?nummer={number}"))


@pytest.mark.both_engines
def test_the_officer_searches_by_person_dossier_act_and_day_and_each_search_is_one_row(world: World):
    key = dossier_of(world, "specialist")
    world.browser("specialist").get(f"/hulpvragen/{key}")
    with world.behind_the_scenes():
        number = world.row(world.things[key]).nummer
        name = db.session.scalars(
            sa.select(Gebruiker).where(Gebruiker.id == world.accounts["specialist"])
        ).one().last_name  # fmt: skip
    browser = world.browser("privacy")
    for query in (
        f"nummer={number}",
        f"persoon={name}",
        "actie=lezen",
        "van=2020-01-01&tot=2099-01-01",
    ):
        before = last_events(world, 1)[0].volgnummer
        page = browser.get(f"/logboek/?{query}")
        assert page.status_code == 200
        assert "<tbody" in text_of(page), query
        event = last_events(world, 1)[0]
        assert event.actie is Actie.ZOEKEN
        with world.behind_the_scenes():
            query_made = sa.select(sa.func.count()).where(Gebeurtenis.volgnummer > before)
            assert db.session.scalar(query_made) == 1
    assert "<tbody" not in text_of(browser.get("/logboek/?tot=2020-01-01"))
    assert browser.get("/logboek/?van=gisteren&na=onzin&actie=x").status_code == 200


def test_who_looks_at_a_dossier_through_the_log_is_seen_in_that_dossier(world: World):
    key = dossier_of(world, "specialist")
    with world.behind_the_scenes():
        number = world.row(world.things[key]).nummer
    world.browser("privacy").get(f"/logboek/?nummer={number}")
    event = last_events(world, 1)[0]
    assert (event.actie, str(event.hulpvraag_id)) == (Actie.ZOEKEN, key)


def test_the_log_goes_on_where_the_page_ends(world: World):
    browser, seen, address = world.browser("privacy"), 0, "/logboek/?actie=lezen"
    for _turn in range(inzage.MOST + 1):
        world.browser("specialist").get("/")
    pages = 0
    while address and pages < 5:
        page = text_of(browser.get(address))
        seen += page.count('<th scope="row"')
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
        pages += 1
    assert seen > inzage.MOST


def test_an_export_is_safe_for_a_spreadsheet_and_an_event_itself(world: World):
    with world.as_it_was():
        with world.behind_the_scenes():
            db.session.execute(
                sa.update(Gebruiker)
                .where(Gebruiker.id == world.accounts["specialist"])
                .values(first_name="=HYPERLINK(1)")
            )
            db.session.commit()
        world.browser("specialist").get("/")
        browser = world.browser("privacy")
        text = browser.get("/logboek/export.csv?persoon=HYPERLINK&actie=lezen").get_data(as_text=True)
        assert "'=HYPERLINK(1)" in text
        assert ";=HYPERLINK" not in text
        sheet = load_workbook(io.BytesIO(browser.get("/logboek/export.xlsx?persoon=HYPERLINK").data)).active
        cells = [cell for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
        assert cells
        assert {cell.data_type for cell in cells} == {"s"}
        assert last_events(world, 1)[0].actie is Actie.EXPORTEREN
    assert world.browser("privacy").get("/logboek/export.pdf").status_code == 404


def test_only_who_may_is_offered_the_log_in_the_menu(world: World):
    assert "/logboek/" in text_of(world.browser("privacy").get("/"))
    for who in ("specialist", "ouder", "rolbeheer", "platform"):
        assert "/logboek/" not in text_of(world.browser(who).get("/")), who


def test_a_search_needs_the_right_whichever_page_asks(world: World):
    with world.at_work("specialist") as by, pytest.raises(NotFound):
        inzage.search(Asked(), by, None)
