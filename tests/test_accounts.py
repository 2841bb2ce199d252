"""Memberships: suspended, from and until, where, last signed in; and the reset of a lost phone."""

import re
from datetime import datetime, timedelta

import pytest

from app.access import person_for
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import (
    Bericht,
    Betrokkenheid,
    Gebruiker,
    Hulpvraag,
    Inloggegevens,
    Kind,
    Lidmaatschap,
    Organisation,
    Sessie,
)
from app.models.base import now
from app.services import accounts, first_account, lost_phone, outbox
from app.services.links import link_token
from app.services.mail import deliver_due
from app.terms import Actie, Ground, OrganisationSoort, Role, Status
from tests import account_steps as steps
from tests.account_steps import Visitor
from tests.staff import Staff, compare_golden, day_in, midnight, typed, written
from tests.test_mail import as_sent
from tests.test_statements import MOST, statements


@pytest.fixture
def huis(app):
    return Staff(app).settle()


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def row(huis: Staff, key: str) -> Lidmaatschap:
    """The membership within the context of who acts."""
    return db.session.get(Lidmaatschap, huis.lid(key).id)


def suspend(huis: Staff, key: str, by: str = "beheer") -> None:
    with huis.at_work(by) as person:
        accounts.suspend(row(huis, key), person)


# Suspended


@pytest.mark.both_engines
def test_who_is_suspended_is_out_at_the_next_click_and_back_when_that_is_lifted(huis):
    at_work, beheer = huis.visitor("specialist"), huis.visitor("beheer")
    home = huis.home("specialist")
    assert at_work.is_in()
    beheer.get(f"{home}/schorsen")
    assert at_work.is_in(), "looking changes nothing"
    assert beheer.post(f"{home}/schorsen").location == home
    assert not at_work.is_in()
    assert "geschorst" in text_of(beheer.get(home))
    assert "geschorst" in text_of(beheer.get("/medewerkers/"))
    beheer.get(f"{home}/hervatten")
    assert beheer.post(f"{home}/hervatten").location == home
    assert at_work.is_in()
    assert "geschorst" not in text_of(beheer.get(home))


def test_suspending_is_logged_once_and_nobody_is_mailed(huis):
    for _time in range(2):
        suspend(huis, "specialist")
    for _time in range(2):
        with huis.at_work("beheer") as person:
            accounts.resume(row(huis, "specialist"), person)
    assert len(huis.logged(Actie.LIDMAATSCHAP_SCHORSEN)) == 1
    assert len(huis.logged(Actie.LIDMAATSCHAP_HERVATTEN)) == 1
    assert huis.berichten() == []


def test_an_invitation_to_a_suspended_membership_stops_working(huis):
    assert invited(huis, huis.visitor("beheer")).status_code == 302
    link = first_link(huis, newest(huis))
    assert huis.app.test_client().get(link).status_code == 200
    suspend(huis, "nieuw")
    assert huis.app.test_client().get(link).status_code == 410
    with huis.at_work("beheer") as person, pytest.raises(Conflict):
        accounts.invite_again(row(huis, "nieuw"), person)


def first_link(huis: Staff, lid: Lidmaatschap) -> str:
    with huis.app.app_context():
        return str(first_account.link_of(lid)).removeprefix("http://localhost")


def test_a_membership_that_has_ended_is_not_suspended(huis):
    with huis.behind_the_scenes():
        row(huis, "specialist").tot = now()
        db.session.commit()
    with pytest.raises(Conflict):
        suspend(huis, "specialist")


@pytest.mark.parametrize(
    ("by", "whom"),
    [("beheer", "beheer"), ("anker", "specialist"), ("rolbeheer", "specialist"), ("specialist", "contact")],
)
def test_nobody_suspends_themselves_or_who_is_not_theirs(huis, by, whom):
    visitor = huis.visitor(by)
    with huis.at_work(by) as person, pytest.raises(NotFound):
        accounts.suspend(huis.lid(whom), person)
    for act in ("schorsen", "hervatten"):
        assert visitor.get(f"{huis.home(whom)}/{act}").status_code == 404
        visitor.get("/mijn-account")
        assert visitor.post(f"{huis.home(whom)}/{act}").status_code == 404
    assert huis.lid(whom).geschorst_op is None


def test_who_is_suspended_is_nobody_to_mail(huis):
    suspend(huis, "specialist")
    with huis.app.app_context():
        assert person_for(*huis.people["specialist"]) is None


# From and until


def invited(huis: Staff, by: Visitor, email: str = "nieuw@example.org", **fields: str):
    """Send the form that invites somebody to the SWV."""
    asked = {
        "first_name": "Nienke",
        "last_name": "Verzonnenman",
        "email": email,
        "organisation": str(huis.organisations["SWV"]),
        "rol": "jk_specialist",
    }
    by.get("/medewerkers/nieuw")
    return by.post("/medewerkers/nieuw", **(asked | fields))


def newest(huis: Staff) -> Lidmaatschap:
    with huis.behind_the_scenes():
        query = db.select(Lidmaatschap).order_by(Lidmaatschap.van.desc()).limit(1)
        lid = db.session.scalars(query).one()
        huis.people["nieuw"] = (lid.gebruiker_id, lid.organisation_id)
        return lid


def test_a_membership_holds_from_the_first_day_to_the_last_included(huis, clock):
    assert invited(huis, huis.visitor("beheer"), van=typed(3), tot=typed(5)).status_code == 302
    lid = newest(huis)
    assert (lid.van, lid.tot) == (midnight(3), midnight(6))

    def works_at(moment: datetime) -> bool:
        clock.move_to(moment)
        with huis.app.app_context():
            return person_for(lid.gebruiker_id, lid.organisation_id) is not None

    second = timedelta(seconds=1)
    moments = [lid.van - second, lid.van + second, lid.tot - second, lid.tot + second]
    assert [works_at(moment) for moment in moments] == [False, True, True, False]


def test_who_begins_later_makes_the_account_now_and_works_from_that_day(huis, clock):
    invited(huis, huis.visitor("beheer"), van=typed(3))
    link = first_link(huis, newest(huis))
    assert written(3) in text_of(steps.Visitor(huis.app).get(link))
    nieuw = steps.activate(huis.app, link, "nieuw", huis.organisations["SWV"])
    clock.shift(timedelta(days=1))
    assert steps.Visitor(huis.app).sign_in(nieuw).status_code == 422
    clock.shift(timedelta(days=3))
    assert steps.Visitor(huis.app).sign_in(nieuw).status_code == 302


@pytest.mark.parametrize(
    ("van", "tot"), [(-1, None), (None, -1), (5, 3), (40_000, None), (None, 40_000)], ids=str
)
def test_days_that_cannot_be_are_refused_and_stay_in_the_form(huis, van, tot):
    fields = {name: typed(number) for name, number in (("van", van), ("tot", tot)) if number is not None}
    answer = invited(huis, huis.visitor("beheer"), **fields)
    assert answer.status_code == 422
    assert all(f'value="{value}"' in text_of(answer) for value in fields.values())
    assert huis.berichten() == []


def edited(huis: Staff, by: Visitor, key: str, **fields: str):
    home = huis.home(key)
    versie = re.search(r'name="versie" value="(\w+)"', text_of(by.get(f"{home}/bewerken")))[1]
    return by.post(f"{home}/bewerken", **({"versie": versie} | fields))


def test_a_role_administrator_changes_the_last_day_and_the_location(huis):
    beheer = huis.visitor("beheer")
    assert edited(huis, beheer, "specialist", tot=typed(0), locatie="Locatie Noord").status_code == 302
    lid = huis.lid("specialist")
    assert (lid.tot, lid.locatie) == (midnight(1), "Locatie Noord")
    page = text_of(beheer.get(huis.home("specialist")))
    assert written(0) in page
    assert "Locatie Noord" in page
    assert "Locatie Noord" in text_of(beheer.get("/medewerkers/"))
    assert 'option value="Locatie Noord"' in text_of(beheer.get(f"{huis.home('contact')}/bewerken"))
    (event,) = [event for event in huis.logged(Actie.WIJZIGEN) if event.noun == "Lidmaatschap"]
    assert event.nieuw.endswith(f"/{typed(0)}")


def test_the_first_day_changes_only_while_it_is_to_come(huis):
    beheer = huis.visitor("beheer")
    invited(huis, beheer, van=typed(9))
    newest(huis)
    assert edited(huis, beheer, "nieuw", van=typed(4)).status_code == 302
    assert huis.lid("nieuw").van == midnight(4)
    before = huis.lid("specialist").van
    assert edited(huis, beheer, "specialist", van=typed(4), tot=typed(9)).status_code == 302
    assert huis.lid("specialist").van == before, "a hidden field moves nothing"


@pytest.mark.both_engines
def test_of_two_administrators_at_once_the_second_hears_it_and_loses_no_text(huis):
    first, second = huis.visitor("beheer"), huis.visitor("beheer2")
    path = f"{huis.home('specialist')}/bewerken"
    versie = re.search(r'name="versie" value="(\w+)"', text_of(second.get(path)))[1]
    assert edited(huis, first, "specialist", tot=typed(30)).status_code == 302
    late = second.post(path, versie=versie, tot=typed(60), locatie="Zuid")
    assert late.status_code == 409
    assert 'value="Zuid"' in text_of(late)
    assert huis.lid("specialist").tot == midnight(31)
    assert second.post(path, **fields_of(late)).status_code == 302
    assert huis.lid("specialist").locatie == "Zuid"


def fields_of(answer) -> dict[str, str]:
    """What the form on a page would send."""
    return dict(re.findall(r'<input[^>]* name="(versie|tot|locatie)" value="([^"]*)"', text_of(answer)))


def test_the_same_role_may_follow_itself_and_not_overlap(huis):
    beheer = huis.visitor("beheer")
    again = {"email": "specialist@example.org"}
    assert invited(huis, beheer, **again, van=typed(20)).status_code == 422
    assert edited(huis, beheer, "specialist", tot=typed(19)).status_code == 302
    assert invited(huis, beheer, **again, van=typed(20)).status_code == 302
    with huis.behind_the_scenes():
        first, later = db.session.scalars(
            db.select(Lidmaatschap)
            .filter_by(gebruiker_id=huis.people["specialist"][0])
            .order_by(Lidmaatschap.van)
        )
    beheer.get(f"/medewerkers/{first.id}/bewerken")
    assert beheer.post(f"/medewerkers/{first.id}/bewerken", tot=typed(20)).status_code == 422
    assert beheer.post(f"/medewerkers/{later.id}/bewerken", van=typed(19)).status_code == 422
    page = text_of(beheer.get(f"/medewerkers/{first.id}"))
    assert f"/medewerkers/{later.id}" in page, "the other membership is named"


def test_an_active_person_who_begins_later_hears_it_on_that_day(huis, clock):
    beheer = huis.visitor("beheer")
    invited(huis, beheer, email="voorschool2@example.org", van=typed(9))
    (bericht,) = huis.berichten(soort="nieuw_lidmaatschap")
    assert bericht.volgende_poging == midnight(9) + timedelta(hours=7)
    huis.people["nieuw"] = (bericht.ontvanger_id, huis.organisations["SWV"])
    edited(huis, beheer, "nieuw", van=typed(2))
    (bericht,) = huis.berichten(soort="nieuw_lidmaatschap")
    assert bericht.volgende_poging == midnight(2) + timedelta(hours=7)
    clock.move_to(bericht.volgende_poging)
    with huis.behind_the_scenes():
        assert outbox.may_still_know(db.session.get(Bericht, bericht.id))


# Last signed in


def test_the_list_says_when_each_last_signed_in_at_this_swv(huis):
    huis.visitor("specialist")
    with huis.behind_the_scenes():
        anker = huis.organisations["ANKER"]
        db.session.add(
            Sessie(
                token_hash="x", gebruiker_id=huis.people["contact"][0], swv_id=anker, organisation_id=anker
            )
        )
        db.session.commit()
    beheer = huis.visitor("beheer")
    rows = re.findall(r'<tr role="row">(.*?)</tr>', text_of(beheer.get("/medewerkers/")), re.DOTALL)
    (specialist,), (contact,) = ([row for row in rows if name in row] for name in ("Roderik", "Anneloes"))
    assert "vandaag" in specialist.partition("Laatst ingelogd")[2]
    assert "nog nooit" in contact
    assert "nog nooit" in text_of(beheer.get(huis.home("contact")))


@pytest.mark.parametrize("path", ["/medewerkers/", "{home}", "{home}/bewerken", "/medewerkers/nieuw"])
def test_no_page_asks_the_database_more_than_fifteen_questions(huis, path):
    beheer = huis.visitor("beheer")
    address = path.format(home=huis.home("specialist"))
    beheer.get(address)
    with statements(huis) as seen:
        assert beheer.get(address).status_code == 200
    assert len(seen) <= MOST, seen


# A lost phone


@pytest.fixture
def sam(huis, clock) -> steps.Account:
    """Bente, JK specialist, with a password, a phone and recovery codes of her own."""
    with huis.behind_the_scenes():
        person = db.session.get(Gebruiker, huis.people["specialist2"][0])
        lid = db.session.get(Lidmaatschap, huis.lid("specialist2").id)
        accounts._mail_link("uitnodiging", person, lid, None)
        db.session.commit()
    link = first_link(huis, huis.lid("specialist2"))
    account = steps.activate(huis.app, link, "specialist2", huis.organisations["SWV"])
    clock.shift(30)
    return account


def reset(huis: Staff, key: str, by: str = "beheer") -> str:
    """Reset the code of somebody, and give the path of the link that they get."""
    with huis.at_work(by) as person:
        uitnodiging = lost_phone.reset(row(huis, key), person)
        return f"/uitnodiging/{link_token(uitnodiging.id)}"


def test_after_a_reset_the_old_phone_the_recovery_codes_and_every_session_are_worth_nothing(huis, sam, clock):
    browser = steps.Visitor(huis.app)
    assert browser.sign_in(sam).status_code == 302
    beheer, home = huis.visitor("beheer"), huis.home("specialist2")
    assert f"{home}/code-herstellen" in text_of(beheer.get(home))
    beheer.get(f"{home}/code-herstellen")
    assert browser.is_in(), "looking changes nothing"
    assert beheer.post(f"{home}/code-herstellen").location == home
    clock.shift(60)
    assert not browser.is_in()
    assert steps.Visitor(huis.app).sign_in(sam).status_code == 422
    by_code = steps.Visitor(huis.app).post(
        "/login/herstelcode", **sam.fields() | {"code": sam.recovery_codes[0]}
    )
    assert by_code.status_code == 422
    assert len(huis.logged(Actie.CODE_HERSTELLEN)) == 1


def test_with_the_link_one_sets_up_the_account_anew_and_reads_afterwards_what_happened(huis, sam, clock):
    link = reset(huis, "specialist2")
    assert "opnieuw" in text_of(steps.Visitor(huis.app).get(link)).lower()
    again = steps.activate(huis.app, link, "specialist2", huis.organisations["SWV"])
    assert again.secret != sam.secret
    assert not set(again.recovery_codes) & set(sam.recovery_codes)
    clock.shift(30)
    browser = steps.Visitor(huis.app)
    assert browser.sign_in(again).status_code == 302
    soorten = [bericht.soort for bericht in huis.berichten(ontvanger_id=huis.people["specialist2"][0])]
    assert soorten[-2:] == [outbox.RESET, outbox.PHONE_LINKED]
    messages = text_of(browser.get("/berichten/"))
    assert "Uw code om in te loggen is opnieuw ingesteld" in messages
    assert "Er is een telefoon aan uw account gekoppeld" in messages
    assert steps.Visitor(huis.app).get(link).status_code == 410


@pytest.mark.parametrize("by", ["beheer", "anker", "rolbeheer"])
def test_nobody_resets_what_opens_more_than_they_administer(huis, sam, by):
    with huis.behind_the_scenes():
        huis.hire("specialist2", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL)
        huis.hire("specialist2", "ANKER", Role.JK_SPECIALIST, van=midnight(30))
        db.session.commit()
    for organisation in ("SWV", "VOORSCHOOL", "ANKER"):
        with huis.at_work(by) as person, pytest.raises((Conflict, NotFound)):
            lost_phone.reset(db.session.get(Lidmaatschap, huis.lid("specialist2", organisation).id), person)
    assert huis.logged(Actie.CODE_HERSTELLEN) == []


def test_nobody_resets_their_own_code_or_that_of_the_operator(huis):
    with huis.behind_the_scenes():
        operator = Organisation(naam="Beheer", soort=OrganisationSoort.EXPLOITANT)
        db.session.add(operator)
        db.session.flush()
        huis.organisations["BEHEER"] = operator.id
        huis.hire("platform", "BEHEER", Role.PLATFORMBEHEERDER)
        huis.hire("platform", "SWV", Role.JK_SPECIALIST)
        db.session.add(Inloggegevens(gebruiker_id=huis.people["platform"][0], actief_sinds=now()))
        db.session.commit()
    with huis.at_work("beheer") as person, pytest.raises(NotFound):
        lost_phone.reset(row(huis, "beheer"), person)
    with huis.at_work("beheer") as person, pytest.raises(Conflict):
        lost_phone.reset(db.session.get(Lidmaatschap, huis.lid("platform", "SWV").id), person)


def test_an_account_that_nobody_uses_yet_has_no_code_to_reset(huis):
    invited(huis, huis.visitor("beheer"))
    newest(huis)
    with pytest.raises(Conflict):
        reset(huis, "nieuw")


def test_each_mail_about_an_account_is_sent_as_its_golden_copy_says(huis, smtp, sam):
    with huis.at_work("beheer") as person:
        lost_phone.reset(row(huis, "specialist2"), person)
        for soort in sorted(outbox.ABOUT_THE_ACCOUNT):
            outbox.queue_account_mail(soort, accounts.account_behind(huis.lid("specialist2")))
        db.session.commit()
        deliver_due()
    with huis.behind_the_scenes():
        found = {row.message_id: row.soort for row in db.session.scalars(db.select(Bericht))}
    sent = {found[letter.message["Message-ID"]]: as_sent(letter) for letter in smtp.letters}
    assert set(sent) == {outbox.RESET, *outbox.ABOUT_THE_ACCOUNT}
    compare_golden(sent)


# An address that is known already


@pytest.mark.both_engines
def test_the_answer_to_an_invitation_tells_nobody_whether_the_address_was_known(huis):
    """Known elsewhere, known through a dossier, invited elsewhere and never used, or new: all the same."""
    with huis.behind_the_scenes():
        huis.hire("anker-nieuw", "ANKER", Role.JK_SPECIALIST)
        parent = Gebruiker(
            username="ouder", first_name="Elif", last_name="Demir", email="ouder@example.org", active=True
        )
        db.session.add(parent)
        db.session.flush()
        hidden = Betrokkenheid(
            swv_id=huis.organisations["ANKER"],
            hulpvraag_id=foreign_dossier(huis),
            gebruiker_id=parent.id,
            grond=Ground.OUDER,
        )
        db.session.add_all([hidden, Inloggegevens(gebruiker_id=parent.id, actief_sinds=now())])
        db.session.commit()
    for by, at, rol in (
        ("beheer", "SWV", "jk_specialist"),
        ("rolbeheer", "VOORSCHOOL", "contactpersoon_voorschool"),
    ):
        visitor, answers = huis.visitor(by), set()
        for email in ("anker-jk", "anker-nieuw", "ouder", f"nieuw-bij-{by}"):
            where = {"organisation": str(huis.organisations[at]), "rol": rol}
            sent = invited(huis, visitor, email=f"{email}@example.org", **where)
            answers.add((sent.status_code, said_on(visitor.get("/medewerkers/"))))
        assert len(answers) == 1
        assert answers.pop()[0] == 302
        for email in ("anker-jk", "niemand"):
            nameless = invited(huis, visitor, email=f"{email}@example.org", first_name=" ")
            assert nameless.status_code == 422, "a bad name is refused whoever has that address"


def foreign_dossier(huis: Staff) -> object:
    """A dossier of SWV Het Anker, of which nobody here knows."""
    swv_id = huis.organisations["ANKER"]
    voorschool = Organisation(naam="De Boei", soort=OrganisationSoort.VOORSCHOOL, swv_id=swv_id)
    kind = Kind(swv_id=swv_id, voornaam="X", achternaam="Y", geboortedatum=day_in(-900))
    db.session.add_all([voorschool, kind])
    db.session.flush()
    dossier = Hulpvraag(
        swv_id=swv_id,
        kind_id=kind.id,
        voorschool_id=voorschool.id,
        nummer="JK-2026-ANKERX",
        status=Status.AANVRAAG,
        aangemaakt_door_id=huis.people["anker-jk"][0],
    )
    db.session.add(dossier)
    db.session.flush()
    return dossier.id


def said_on(page) -> str:
    """The sentence on top of the page."""
    found = re.search(r'<div class="said.*?</div>', text_of(page), re.DOTALL)
    return found[0] if found else ""


def test_who_works_elsewhere_gets_the_role_and_a_mail_without_a_link_that_renews(huis):
    assert invited(huis, huis.visitor("beheer"), email="anker-jk@example.org").status_code == 302
    (bericht,) = huis.berichten(ontvanger_id=huis.people["anker-jk"][0])
    assert (bericht.soort, bericht.uitnodiging_id) == (outbox.MEMBERSHIP, None)
    assert huis.lid("anker-jk", "SWV").rol is Role.JK_SPECIALIST
    with huis.at_work("beheer") as person, pytest.raises(Conflict):
        lost_phone.reset(db.session.get(Lidmaatschap, huis.lid("anker-jk", "SWV").id), person)
    with huis.at_work("beheer") as person:
        accounts.invite_again(db.session.get(Lidmaatschap, huis.lid("anker-jk", "SWV").id), person)
    sent = huis.berichten(ontvanger_id=huis.people["anker-jk"][0])
    assert [(one.soort, one.uitnodiging_id) for one in sent] == [(outbox.MEMBERSHIP, None)] * 2


def test_what_the_page_of_a_membership_offers_does_not_tell_who_has_an_account(huis):
    """An account in use elsewhere, and an address that nobody knew: the same acts, and never signed in."""
    pages = []
    for address in ("anker-jk@example.org", "nog-nooit-gezien@example.org"):
        answer = invited(huis, huis.visitor("beheer"), email=address)
        page = huis.visitor("beheer").get(answer.headers["Location"]).get_data(as_text=True)
        pages.append(("Nieuwe link sturen" in page, "code opnieuw" in page, "nog nooit" in page))
    assert pages == [(True, False, True)] * 2


def test_nobody_ends_an_invitation_of_another_organisation(huis, clock):
    who = {"voornaam": "Evi", "achternaam": "Verzonnenman", "email": "evi@example.org"}
    with huis.app.app_context():
        there = huis.organisations["ANKER"]
        made = accounts.invite(**who, organisation_id=there, rol=Role.JK_SPECIALIST, by=None)
        first = str(first_account.link_of(made)).removeprefix("http://localhost")
    answer = invited(huis, huis.visitor("beheer"), email="evi@example.org")
    here = answer.headers["Location"].rpartition("/")[2]
    with huis.at_work("beheer") as person:
        lid = db.session.scalars(db.select(Lidmaatschap).where(Lidmaatschap.id == here)).one()
        own = str(first_account.link_of(lid)).removeprefix("http://localhost")
        accounts.end(lid, person)
    account = steps.activate(huis.app, first, "evi", huis.organisations["ANKER"])
    clock.shift(30)
    assert steps.Visitor(huis.app).sign_in(account).status_code == 302
    assert steps.Visitor(huis.app).get(own).status_code == 410


def test_who_was_invited_elsewhere_and_never_came_gets_a_fresh_link_to_both(huis, clock):
    with huis.behind_the_scenes():
        huis.hire("anker-nieuw", "ANKER", Role.JK_SPECIALIST)
        db.session.commit()
    invited(huis, huis.visitor("beheer"), email="anker-nieuw@example.org")
    link = first_link(huis, huis.lid("anker-nieuw", "SWV"))
    account = steps.activate(huis.app, link, "anker-nieuw", huis.organisations["ANKER"])
    for swv in ("ANKER", "SWV"):
        clock.shift(30)
        account.organisation = str(huis.organisations[swv])
        assert steps.Visitor(huis.app).sign_in(account).status_code == 302


def test_one_swv_cannot_lock_out_who_another_one_invited(huis):
    """Suspending takes only that link away: the other SWV sends a new one, as long as nobody used it."""
    with huis.behind_the_scenes():
        huis.hire("anker-nieuw", "ANKER", Role.JK_SPECIALIST)
        db.session.commit()
    invited(huis, huis.visitor("beheer"), email="anker-nieuw@example.org")
    with huis.at_work("beheer") as person:
        accounts.suspend(db.session.get(Lidmaatschap, huis.lid("anker-nieuw", "SWV").id), person)
    with huis.at_work("anker") as person:
        accounts.invite_again(row(huis, "anker-nieuw"), person)
    link = first_link(huis, huis.lid("anker-nieuw"))
    assert steps.Visitor(huis.app).get(link).status_code == 200


# What can't be had by the form's hidden fields


@pytest.mark.parametrize("rol", ["ouder", "deelnemer", "platformbeheerder", "", "x", "Role.OUDER"])
def test_no_parent_participant_or_platform_administrator_comes_in_by_this_form(huis, rol):
    beheer = huis.visitor("beheer")
    offered = re.findall(r'<option value="(\w+)"', text_of(beheer.get("/medewerkers/nieuw")))
    assert not {"ouder", "deelnemer", "platformbeheerder"} & set(offered)
    for organisation in ("SWV", "VOORSCHOOL"):
        where = {"rol": rol, "organisation": str(huis.organisations[organisation])}
        assert invited(huis, beheer, **where).status_code == 422
    assert huis.berichten() == []


@pytest.mark.parametrize("hidden", ["gebruiker", "gebruiker_id", "organisation", "organisation_id", "rol"])
def test_editing_moves_a_membership_to_no_other_person_place_or_role(huis, hidden):
    before = huis.lid("specialist")
    value = {"organisation": huis.organisations["VOORSCHOOL"], "rol": "rolbeheerder"}.get(
        hidden.removesuffix("_id"), huis.people["beheer"][0]
    )
    assert edited(huis, huis.visitor("beheer"), "specialist", **{hidden: str(value)}).status_code == 302
    after = huis.lid("specialist")
    assert (after.gebruiker_id, after.organisation_id, after.rol) == (
        before.gebruiker_id,
        before.organisation_id,
        before.rol,
    )


def test_the_same_person_is_invited_once(huis):
    invited(huis, huis.visitor("beheer"))
    assert invited(huis, huis.visitor("beheer2")).status_code == 422
    gebruiker_id = newest(huis).gebruiker_id
    with huis.behind_the_scenes():
        assert (
            len(list(db.session.scalars(db.select(Lidmaatschap).filter_by(gebruiker_id=gebruiker_id)))) == 1
        )


def test_where_a_contact_person_is_chosen_the_location_is_said(huis):
    edited(huis, huis.visitor("rolbeheer"), "voorschool", locatie="Groep Zon")
    found = huis.visitor("contact").get("/kies/contactpersoon?q=Wietske").get_json()
    assert "De Speelhoek · Groep Zon" in str(found)


@pytest.mark.parametrize("act", [accounts.end, accounts.suspend])
def test_somebody_is_left_to_administer_the_swv(huis, act):
    """Two who end each other: the second is told that nobody would be left."""
    with huis.at_work("beheer") as person:
        with huis.behind_the_scenes():
            lid = Lidmaatschap
            at_swv = (lid.organisation_id == huis.organisations["SWV"], lid.rol == Role.ROLBEHEERDER)
            everybody = db.session.scalars(db.select(lid).where(*at_swv)).all()
            assert len(everybody) > 1
            last = next(one for one in everybody if one.gebruiker_id != person.gebruiker_id).id
            for one in everybody:
                one.geschorst_op = None if one.id == last else now()
            db.session.commit()
        with pytest.raises(Conflict) as refused:
            act(db.session.get(Lidmaatschap, last), person)
        assert "laatste rolbeheerder" in str(refused.value.sentence)


def test_nobodys_mailbox_is_flooded_with_links(huis):
    beheer = huis.visitor("beheer")
    answers = []
    for _click in range(huis.app.config["SIGNIN_TRIES"] + 1):
        beheer.get(f"{huis.home('specialist')}/uitnodigen")
        answers.append(beheer.post(f"{huis.home('specialist')}/uitnodigen"))
    assert [answer.status_code for answer in answers] == [302] * (len(answers) - 1) + [429]
    assert "Wacht vijftien minuten" in text_of(answers[-1])
    assert len(huis.berichten(ontvanger_id=huis.people["specialist"][0])) == len(answers) - 1
