"""The pages of consultation rounds: by hand, without JavaScript, as every person, and how much they ask."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app.extensions import db
from app.models import Afspraak, Deelname, Lidmaatschap, Overlegronde
from app.models.base import now
from app.security import session_cookie
from app.services import accounts, sessions, signin
from app.services.mail import deliver_due
from app.terms import Gezag, Opening
from tests.account_steps import activate
from tests.rounds import BEKENDE, MOEDER, Rounds, next_week

MOST_ON_PREVIEW = 28  # it reads every noun of a dossier at once, as somebody else
TYPED = (next_week() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def huis(app):
    return Rounds(app).settle()


@pytest.fixture
def dossier(huis):
    return huis.dossier(specialist="specialist", contactpersoon="voorschool")


@pytest.fixture
def ronde(huis, dossier):
    return huis.round(dossier, link="https://meet.example.nl/abc")


@pytest.fixture
def gast(huis, ronde):
    deelname = huis.invite_guest(ronde)
    huis.known_as(BEKENDE)
    return deelname


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def enter(page: Page, huis, live, key: str) -> Page:
    """Be this person in a browser."""
    with huis.behind_the_scenes():
        token = sessions.begin(huis.person(key))
        db.session.commit()
        name = session_cookie()
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": token, "url": live.url}])
    return page


def test_an_invited_person_finds_the_round_in_messages_and_work_list_and_no_child_in_it(huis, ronde, gast):
    visitor = huis.signed_in(BEKENDE)
    start = text(visitor.get("/"))
    assert "U bent uitgenodigd voor een overleg: laat weten of u komt" in start
    path = re.search(r'href="(/berichten/[0-9a-f-]{36})"', visitor.get("/berichten/").text)
    visitor.get(path[1] if path else "/berichten/")
    assert visitor.post(f"{path[1]}/gelezen").location == f"/overlegrondes/{ronde}"
    page = text(visitor.get(f"/overlegrondes/{ronde}"))
    for shown in ("Kamer 3", "https://meet.example.nl/abc", "Wat heeft dit kind nodig?", "JK-"):
        assert shown in page
    for hidden in ("Mila", "Jansen", "Lotte Verzonnengast Deelnemer", "De Speelhoek", "Dossier openen"):
        assert hidden not in page
    assert visitor.get(f"/overlegrondes/{ronde}/agenda.ics").mimetype == "text/calendar"
    assert "Mila" not in text(visitor.get("/overlegrondes/"))


def test_who_was_not_invited_finds_no_round_and_may_do_nothing_with_it(huis, dossier, ronde, gast):
    for key in ("voorschool", "school", "rolbeheer", "nieuw"):
        visitor = huis.signed_in(key)
        for path in (
            "",
            "/bewerken",
            "/antwoord",
            "/uitnodigen/ouder",
            "/sluiten",
            "/heropenen",
            "/agenda.ics",
        ):
            assert visitor.get(f"/overlegrondes/{ronde}{path}").status_code == 404, (key, path)
        for path in ("openen", "verwijderen", "uitnodigen"):
            assert visitor.get(f"/deelnames/{gast}/{path}").status_code == 404, (key, path)
    visitor = huis.signed_in(BEKENDE)
    for path in ("/bewerken", "/uitnodigen/ouder", "/sluiten", "/heropenen"):
        assert visitor.get(f"/overlegrondes/{ronde}{path}").status_code == 404
    for path in ("openen", "verwijderen", "uitnodigen"):
        assert visitor.get(f"/deelnames/{gast}/{path}").status_code == 404
        visitor.get("/berichten/")
        assert visitor.post(f"/deelnames/{gast}/{path}").status_code in (400, 404)
    assert huis.reads("specialist", Deelname) == 1


@pytest.mark.parametrize("key", ["geen-sleutel", "1", "00000000-0000-0000-0000-000000000000"])
def test_a_garbled_address_is_a_page_that_does_not_exist(huis, ronde, key):
    visitor = huis.signed_in("specialist")
    for path in (f"/overlegrondes/{key}", f"/overlegrondes/{key}/agenda.ics", f"/deelnames/{key}/openen"):
        assert visitor.get(path).status_code == 404
    assert visitor.get(f"/overlegrondes/{ronde}/uitnodigen/iedereen").status_code == 404


def test_planning_by_hand_says_what_is_wrong_and_keeps_what_was_typed(huis, dossier):
    visitor = huis.signed_in("specialist")
    path = f"/overlegrondes/nieuw?hulpvraag={dossier}"
    assert visitor.get(path).status_code == 200
    typed = {"hulpvraag": str(dossier), "duur": "60", "agenda": "Wat nu?", "plaats": "", "link": ""}
    answer = visitor.post(path, **typed, begint_op="2020-01-01T10:00")
    assert answer.status_code == 422
    assert "Dit moment is voorbij" in text(answer)
    assert "Vul in waar het overleg is" in text(answer)
    assert "Wat nu?" in text(answer)
    for nonsense in ("gisteren", "0001-01-01T00:00", "9999-12-31T23:59", ""):
        assert visitor.post(path, **typed, begint_op=nonsense).status_code == 422
    answer = visitor.post(path, **typed | {"plaats": "Kamer 3"}, begint_op=TYPED)
    assert answer.status_code == 302
    with huis.behind_the_scenes():
        (row,) = db.session.scalars(db.select(Overlegronde)).all()
        assert row.begint_op.strftime("%H:%M") in ("12:00", "13:00"), "what is typed is the Dutch clock"
    shown = visitor.get(f"/overlegrondes/{row.id}/bewerken").text
    assert f'value="{TYPED}"' in shown


def test_somebody_elses_save_is_told_and_the_text_stays(huis, ronde):
    visitor = huis.signed_in("specialist")
    visitor.get(f"/overlegrondes/{ronde}/bewerken")
    huis.edit(ronde, plaats="Kamer 4")
    typed = {"begint_op": TYPED, "duur": "60", "plaats": "Kamer 5", "link": "", "agenda": "", "versie": "1"}
    answer = visitor.post(f"/overlegrondes/{ronde}/bewerken", **typed)
    assert answer.status_code == 409
    assert "Iemand anders heeft dit overleg net voor u opgeslagen" in text(answer)
    assert "Kamer 5" in answer.text


def test_a_parent_without_authority_is_refused_on_the_page_in_a_clear_sentence(huis, dossier, ronde):
    ouder = huis.parent(dossier, gezag=Gezag.ONBEKEND)
    visitor, path = huis.signed_in("specialist"), f"/overlegrondes/{ronde}/uitnodigen/ouder"
    assert "Gezag onbekend" in text(visitor.get(path))
    answer = visitor.post(path, gezagsdrager=ouder)
    assert answer.status_code == 422
    assert "Het is niet bekend of Sanne Verzonnenouder gezag heeft" in text(answer)
    assert visitor.post(path, gezagsdrager="x").status_code == 422
    assert visitor.post(path).status_code == 422


def test_the_dossier_opens_only_after_one_has_looked_at_what_will_be_seen(huis, dossier, gast):
    huis.documents(dossier)
    visitor, path = huis.signed_in("specialist"), f"/deelnames/{gast}/openen"
    visitor.get(path)
    answer = visitor.post(path, opening="nu")
    assert answer.status_code == 200
    assert "Zo ziet Lotte Verzonnengast het" in text(answer)
    assert "formulier.pdf" in text(answer)
    assert huis.involved(grond="overlegronde") == []
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    hidden.pop("csrf_token", None)
    assert visitor.post(path, **hidden | {"opening": "na_overleg"}).status_code == 200, (
        "another choice: look again"
    )
    assert visitor.post(path, **hidden).status_code == 302
    assert len(huis.involved(grond="overlegronde", tot=None)) == 1
    visitor.get(path)
    assert visitor.post(path, opening="niet").status_code == 302
    assert huis.involved(grond="overlegronde", tot=None) == []
    visitor.get(path)
    assert "Vul een dag en een tijd in de toekomst in" in text(visitor.post(path, opening="moment"))


def test_opening_for_who_was_removed_is_refused_in_words(huis, ronde, gast):
    visitor, path = huis.signed_in("specialist"), f"/deelnames/{gast}/openen"
    visitor.get(path)
    huis.remove(gast)
    answer = visitor.post(path, opening="nu")
    assert answer.status_code == 409
    assert "Deze persoon is van het overleg afgehaald" in text(answer)


def test_a_late_answer_is_refused_in_words_and_keeps_its_text(huis, ronde):
    huis.invite_member(ronde, "specialist2")
    visitor, path = huis.signed_in("specialist2"), f"/overlegrondes/{ronde}/antwoord"
    visitor.get(path)
    huis.close(ronde)
    answer = visitor.post(path, antwoord="voorstel", voorstel="Liever dinsdag")
    assert answer.status_code == 409
    assert "U kunt uw antwoord niet meer wijzigen" in text(answer)
    assert "Liever dinsdag" in answer.text


def test_a_number_like_a_bsn_in_an_answer_is_warned_about_first(huis, ronde, gast):
    visitor, path = huis.signed_in(BEKENDE), f"/overlegrondes/{ronde}/antwoord"
    visitor.get(path)
    typed = {"antwoord": "voorstel", "voorstel": "Bel over 111222333"}
    answer = visitor.post(path, **typed)
    assert answer.status_code == 422
    assert "burgerservicenummer" in text(answer)
    anyway = re.search(r'name="_anyway" value="(\w+)"', answer.text)[1]
    assert visitor.post(path, **typed, _anyway=anyway).status_code == 302


def test_what_was_agreed_in_a_round_stands_on_its_page_for_who_may_read_it(huis, dossier, ronde, gast):
    visitor = huis.signed_in("specialist")
    page = visitor.get(f"/overlegrondes/{ronde}").text
    add = re.search(r'href="(/afspraken/nieuw[^"]+)"', page)[1].replace("&amp;", "&")
    assert visitor.get(add).status_code == 200
    with huis.behind_the_scenes():
        common = {"swv_id": huis.organisations["SWV"], "hulpvraag_id": dossier, "overlegronde_id": ronde}
        row = Afspraak(wat="Logopedie aanvragen", uiterlijk=now().date(), **common)
        row.gemaakt_door_id = huis.people["specialist"][0]
        db.session.add(row)
        db.session.commit()
    assert "Logopedie aanvragen" in text(visitor.get(f"/overlegrondes/{ronde}"))
    reader = huis.signed_in(BEKENDE)
    assert "Logopedie aanvragen" not in text(reader.get(f"/overlegrondes/{ronde}"))
    huis.open_for(gast, Opening.NU)
    assert "Logopedie aanvragen" in text(reader.get(f"/overlegrondes/{ronde}"))


def test_opening_again_names_who_gets_access(huis, ronde, gast):
    huis.open_for(gast, Opening.NU)
    huis.close(ronde)
    visitor = huis.signed_in("specialist")
    page = text(visitor.get(f"/overlegrondes/{ronde}/heropenen"))
    assert "Lotte Verzonnengast is weer uitgenodigd. Toegang tot het dossier: Nu open." in page
    assert visitor.post(f"/overlegrondes/{ronde}/heropenen").status_code == 302
    assert len(huis.involved(grond="overlegronde", tot=None)) == 1


def test_a_member_who_was_also_invited_switches_between_both_places(huis, dossier, ronde):
    huis.invite_guest(ronde, "collega@example.org")
    visitor = huis.signed_in("collega")
    page = visitor.get("/organisatie-wisselen")
    assert "Uitgenodigd persoon" in text(page)
    assert visitor.get(f"/overlegrondes/{ronde}").status_code == 404
    for nonsense in ("", "None", "x"):
        visitor.get("/organisatie-wisselen")
        assert visitor.post("/organisatie-wisselen", membership=nonsense).status_code == 404
    visitor.get("/organisatie-wisselen")
    assert visitor.post("/organisatie-wisselen", membership="uitgenodigd").status_code == 302
    assert visitor.get(f"/overlegrondes/{ronde}").status_code == 200
    assert visitor.get(f"/hulpvragen/{dossier}").status_code == 404, "the preschool's rights stayed behind"
    assert (
        "Wissel van organisatie" in text(visitor.get("/")) or "organisatie-wisselen" in visitor.get("/").text
    )
    visitor.get("/organisatie-wisselen")
    back = str(huis.organisations["VOORSCHOOL"])
    assert visitor.post("/organisatie-wisselen", membership=back).status_code == 302
    assert visitor.get(f"/hulpvragen/{dossier}").status_code == 200


def test_the_link_in_a_mail_says_as_whom_it_can_be_read(huis, ronde):
    huis.invite_guest(ronde, "collega@example.org")
    (bericht,) = huis.berichten(soort="overleg_uitnodiging")
    visitor = huis.signed_in("collega")
    page = visitor.get(f"/m/{bericht.sleutel}")
    assert page.status_code == 200
    assert "Uitgenodigd persoon" in text(page)
    huis.people["als gast"] = (huis.people["collega"][0], None)
    assert huis.signed_in("als gast").get(f"/m/{bericht.sleutel}").location == f"/berichten/{bericht.id}"
    assert huis.signed_in("voorschool").get(f"/m/{bericht.sleutel}").status_code == 404


@pytest.mark.both_engines
def test_a_guest_makes_the_account_from_the_mail_and_signs_in_as_an_invited_person(huis, smtp, ronde):
    huis.invite_guest(ronde)
    with huis.app.app_context():
        deliver_due()
    (letter,) = smtp.to(BEKENDE)
    path = re.search(r"(/uitnodiging/\w+)", letter.text)[1]
    assert "SWV De Brug" in text(huis.app.test_client().get(path))
    account = activate(huis.app, path, "logopedist", huis.organisations["SWV"])
    visitor = huis.signed_in_by(account)
    assert visitor.get(f"/overlegrondes/{ronde}").status_code == 200
    assert "U bent uitgenodigd voor een overleg" in text(visitor.get("/berichten/"))
    elsewhere = str(huis.organisations["ANKER"])
    assert visitor.sign_in(account, organisation=elsewhere).status_code in (302, 422)


def test_signing_in_goes_to_the_place_that_was_worked_in_last(huis, ronde, clock):
    huis.invite_guest(ronde, "collega@example.org")
    key, place = huis.people["collega"]
    with huis.behind_the_scenes():
        found = signin.places_at(key, huis.organisations["SWV"])
        assert [p.organisation_id for p in found] == [place, None]
        assert sessions.last_place(key, found).organisation_id == place
        sessions.begin(found[0])
        db.session.commit()
        clock.shift(60)
        sessions.begin(found[1])
        db.session.commit()
        assert sessions.last_place(key, found).organisation_id is None


def test_a_role_administrator_still_renews_the_account_of_who_was_invited_for_the_preschool(huis, ronde):
    huis.invite_member(ronde, "voorschool")
    with huis.at_work("rolbeheer") as person:
        row = db.session.scalars(
            db.select(Lidmaatschap).filter_by(gebruiker_id=huis.people["voorschool"][0])
        ).one()
        accounts.invite_again(row, person)
    (sent,) = huis.berichten(soort="uitnodiging", ontvanger_id=huis.people["voorschool"][0])
    assert sent.uitnodiging_id is not None


@pytest.mark.both_engines
def test_the_preview_too_asks_little(huis, dossier, gast):
    huis.documents(dossier)
    visitor, path = huis.signed_in("specialist"), f"/deelnames/{gast}/openen"
    visitor.get(path)
    seen = []
    with huis.app.app_context():
        engine = db.engine
    note = lambda _c, _k, statement, *_rest: seen.append(statement[:120])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", note)
    visitor.post(path, opening="nu")
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len(seen) <= MOST_ON_PREVIEW, "\n".join(seen)


def plan_invite_and_open(page: Page, huis, live, dossier) -> None:
    """Walk it as the specialist does: plan, invite a parent, a colleague and a guest, open for one."""
    page.goto(f"{live.url}/hulpvragen/{dossier}")
    page.get_by_role("link", name="Overlegrondes").last.click()
    page.get_by_role("link", name="Overleg plannen").click()
    page.get_by_label("Dag en tijd").fill(TYPED)
    page.get_by_label("Plaats").fill("Kamer 3")
    page.get_by_role("button", name="Overleg plannen").click()
    expect(page.get_by_text("Gepland.")).to_be_visible()
    page.get_by_role("link", name="Iemand uitnodigen").click()
    page.get_by_role("link", name="Een ouder").click()
    page.get_by_label("Sanne Verzonnenouder").check()
    page.get_by_role("button", name="Uitnodiging versturen").click()
    expect(page.get_by_role("rowheader").filter(has_text="Sanne Verzonnenouder")).to_be_visible()
    page.get_by_role("link", name="Dossier openzetten").click()
    page.get_by_label("Nu", exact=True).check()
    page.get_by_role("button", name="Bekijk hoe het eruitziet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zo ziet Sanne Verzonnenouder het")
    page.get_by_role("button", name="Dossier openzetten").click()
    expect(page.get_by_text("Nu open")).to_be_visible()


@pytest.mark.browser
def test_a_specialist_plans_invites_and_opens_in_the_browser(huis, dossier, live, page):
    huis.parent(dossier)
    plan_invite_and_open(enter(page, huis, live, "specialist"), huis, live, dossier)
    page.get_by_role("link", name="Iemand uitnodigen").click()
    page.get_by_role("combobox", name="Naam").fill("Machteld")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Uitnodiging versturen").click()
    expect(page.get_by_role("rowheader").filter(has_text="Machteld")).to_contain_text("De Linde")


@pytest.mark.browser
def test_the_same_without_javascript_and_the_parent_answers(huis, dossier, live, page_without_javascript):
    page = page_without_javascript
    huis.parent(dossier)
    plan_invite_and_open(enter(page, huis, live, "specialist"), huis, live, dossier)
    page.get_by_role("link", name="Iemand uitnodigen").click()
    page.get_by_label("Naam").fill("Verzonnenman")
    page.get_by_role("button", name="Zoeken").click()
    page.get_by_label(re.compile("Machteld")).check()
    page.get_by_role("button", name="Uitnodiging versturen").click()
    expect(page.get_by_role("rowheader").filter(has_text="Machteld")).to_be_visible()
    huis.known_as(MOEDER)
    enter(page, huis, live, MOEDER)
    page.goto(live.url)
    page.get_by_role("link", name="Antwoord geven").click()
    page.get_by_label("Ik stel een ander moment voor").check()
    page.get_by_role("button", name="Antwoord versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Schrijf welk moment u past")
    page.get_by_label("Welk moment past u?").fill("Liever dinsdag")
    page.get_by_role("button", name="Antwoord versturen").click()
    expect(page.get_by_text("Liever dinsdag")).to_be_visible()
