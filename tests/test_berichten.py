"""Berichten in the portal: everybody reads their own, and the link in a mail is worth nothing to others."""

import re
from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Bericht, Hulpvraag, Lidmaatschap, Organisation
from app.models.base import now
from app.security import session_cookie
from app.services import sessions
from app.services.mail import deliver_due, unread_count
from app.terms import BerichtStatus, OrganisationSoort, Role
from tests.account_steps import Visitor
from tests.partnership import Partnership
from tests.smtp_server import Fault


@pytest.fixture
def huis(app):
    return Partnership(app).settle()


@pytest.fixture
def signed_in(huis):
    """Let somebody in through a session of theirs."""

    def enter(key):
        visitor = Visitor(huis.app)
        with huis.behind_the_scenes():
            token = sessions.begin(huis.person(key))
            db.session.commit()
            visitor.client.set_cookie(session_cookie(), token)
        return visitor

    return enter


def unread(huis, key):
    with huis.at_work(key) as person:
        return unread_count(person)


def path_of(bericht):
    return f"/berichten/{bericht.id}"


def test_a_person_reads_the_own_messages_and_they_stay_unread_until_they_go_on(huis, signed_in):
    dossier = huis.dossier(contactpersoon="voorschool")
    (bericht,) = huis.berichten()
    visitor = signed_in("voorschool")
    page = visitor.get("/berichten/").get_data(as_text=True)
    assert path_of(bericht) in page
    assert "Ongelezen" in page
    assert visitor.get(path_of(bericht)).status_code == 200
    assert unread(huis, "voorschool") == 1, "looking changes nothing"
    answer = visitor.post(f"{path_of(bericht)}/gelezen")
    assert answer.location == f"/hulpvragen/{dossier}"
    assert unread(huis, "voorschool") == 0
    assert visitor.get("/berichten/").status_code == 200


def test_the_link_in_the_mail_asks_to_sign_in_and_then_shows_the_message(huis, smtp, signed_in):
    huis.dossier(contactpersoon="voorschool")
    with huis.app.app_context():
        deliver_due()
    link = re.search(r"http://localhost(/m/\S+)", smtp.letters[0].text)[1]
    answer = huis.app.test_client().get(link)
    assert (answer.status_code, answer.location) == (302, f"/login?next={link}")
    (bericht,) = huis.berichten()
    assert signed_in("voorschool").get(link).location == path_of(bericht)


@pytest.mark.parametrize("who", ["collega", "rolbeheer", "voorschool2", "specialist", "contact"])
def test_somebody_elses_message_does_not_exist(huis, signed_in, who):
    huis.dossier(contactpersoon="voorschool")
    (bericht,) = huis.berichten()
    visitor = signed_in(who)
    unknown = visitor.get("/m/bestaat-niet")
    for path in (path_of(bericht), f"/m/{bericht.sleutel}"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert shape(answer) == shape(unknown)
    for act in ("gelezen", "opnieuw", "afgehandeld"):
        visitor.get("/berichten/")
        assert visitor.post(f"{path_of(bericht)}/{act}").status_code == 404
    assert unread(huis, "voorschool") == 1


def test_a_message_for_another_organisation_of_the_same_person_says_so(huis, signed_in):
    huis.dossier(contactpersoon="voorschool")
    (bericht,) = huis.berichten()
    with huis.behind_the_scenes():
        person, _place = huis.people["voorschool"]
        elsewhere = huis.organisations["VOORSCHOOL2"]
        db.session.add(
            Lidmaatschap(gebruiker_id=person, organisation_id=elsewhere, rol=Role.CONTACTPERSOON_VOORSCHOOL)
        )
        db.session.commit()
        huis.people["bij het andere werk"] = (person, elsewhere)
    visitor = signed_in("bij het andere werk")
    page = visitor.get(f"/m/{bericht.sleutel}")
    assert page.status_code == 200
    assert "De Speelhoek" in page.get_data(as_text=True)
    assert visitor.get(path_of(bericht)).status_code == 404
    assert unread(huis, "bij het andere werk") == 0
    huis.dossier(contactpersoon="collega")
    of_a_colleague = huis.berichten()[-1]
    assert visitor.get(f"/m/{of_a_colleague.sleutel}").status_code == 404


def test_the_link_to_a_shared_address_leads_its_people_to_their_list_and_others_nowhere(
    huis, smtp, signed_in
):
    with huis.behind_the_scenes():
        place = db.session.scalars(
            db.select(Organisation).filter_by(id=huis.organisations["VOORSCHOOL"])
        ).one()
        place.meldadres = "info@example.org"
        db.session.commit()
    huis.dossier(contactpersoon="voorschool")
    shared = next(bericht for bericht in huis.berichten() if bericht.ontvanger_id is None)
    assert signed_in("collega").get(f"/m/{shared.sleutel}").location == "/berichten/"
    assert signed_in("voorschool2").get(f"/m/{shared.sleutel}").status_code == 404


def test_a_farewell_says_the_status_and_nothing_of_the_child_for_thirty_days(huis, signed_in, clock):
    dossier = huis.dossier(contactpersoon="voorschool")
    huis.move(dossier, "ingetrokken", by="contact")
    first, farewell = huis.berichten()
    visitor = signed_in("voorschool")
    page = visitor.get(path_of(farewell))
    assert page.status_code == 200
    assert "ingetrokken" in page.get_data(as_text=True)
    assert "Mila" not in page.get_data(as_text=True)
    assert visitor.get(path_of(first)).status_code == 404
    visitor.get("/berichten/")
    assert visitor.post(f"{path_of(farewell)}/gelezen").location == "/berichten/"
    clock.shift(timedelta(days=31))
    assert signed_in("voorschool").get(path_of(farewell)).status_code == 404


def test_jk_staff_sees_what_was_not_delivered_and_sends_it_again_or_settles_it(huis, smtp, signed_in):
    huis.dossier()
    smtp.fail(Fault.PERMANENT)
    with huis.app.app_context():
        deliver_due()
    visitor = signed_in("specialist")
    page = visitor.get("/berichten/niet-bezorgd").get_data(as_text=True)
    again, settled = (
        re.findall(rf'action="(/berichten/[^"]+/{act})"', page) for act in ("opnieuw", "afgehandeld")
    )
    assert len(again) == len(settled) == 2
    assert visitor.get(path_of(huis.berichten()[0])).status_code == 404, "a task is not one's own message"
    assert unread(huis, "specialist") == 0
    visitor.get("/berichten/niet-bezorgd")
    assert visitor.post(again[0]).location == "/berichten/niet-bezorgd"
    visitor.get("/berichten/niet-bezorgd")
    assert visitor.post(settled[1]).location == "/berichten/niet-bezorgd"
    visitor.get("/berichten/")
    assert visitor.post(settled[1]).status_code == 409, "a second click says that it was done"
    assert sorted(row.status for row in huis.berichten()) == [BerichtStatus.AFGEHANDELD, BerichtStatus.WACHT]
    assert signed_in("voorschool").get("/berichten/niet-bezorgd").status_code == 404


def test_an_account_of_another_swv_sees_no_failed_mail_of_ours(huis, smtp, signed_in):
    huis.dossier(contactpersoon="voorschool")
    smtp.fail(Fault.PERMANENT)
    with huis.app.app_context():
        deliver_due()
    with huis.behind_the_scenes():
        anker = Organisation(naam="SWV Het Anker", soort=OrganisationSoort.SAMENWERKINGSVERBAND)
        db.session.add(anker)
        db.session.flush()
        anker.swv_id = huis.organisations["ANKER"] = anker.id
        huis.add_person("nieuw", "ANKER", Role.JK_SPECIALIST)
        db.session.commit()
    (bericht,) = huis.berichten()
    visitor = signed_in("nieuw")
    assert str(bericht.id) not in visitor.get("/berichten/niet-bezorgd").get_data(as_text=True)
    visitor.get("/berichten/")
    assert visitor.post(f"{path_of(bericht)}/opnieuw").status_code == 404
    assert huis.berichten()[0].status is BerichtStatus.MISLUKT


def test_a_long_list_comes_in_pages_of_twenty_five(huis, signed_in):
    dossier = huis.dossier(contactpersoon="voorschool")
    with huis.behind_the_scenes():
        row = db.session.scalars(db.select(Hulpvraag).filter_by(id=dossier)).one()
        for number in range(60):
            db.session.add(
                Bericht(
                    soort="status_aanvraag",
                    ontvanger_id=huis.people["voorschool"][0],
                    organisation_id=huis.organisations["VOORSCHOOL"],
                    swv_id=row.swv_id,
                    hulpvraag_id=row.id,
                    gemaakt_op=now() - timedelta(minutes=number // 3),
                    sleutel=f"s{number}",
                    message_id=f"m{number}",
                )
            )
        db.session.commit()
    visitor, path, seen = signed_in("voorschool"), "/berichten/", []
    while path and len(seen) < 5:
        page = visitor.get(path).get_data(as_text=True)
        seen.append(re.findall(r'href="(/berichten/[0-9a-f-]{36})"', page))
        path = next(iter(re.findall(r'href="(/berichten/\?na=[^"]+)"', page)), None)
    assert [len(page) for page in seen] == [25, 25, 11]
    assert len({link for page in seen for link in page}) == 61


@pytest.mark.parametrize(
    "path", ["/berichten/?na=rommel", "/berichten/?voor=%00", "/berichten/?na=" + "A" * 5000]
)
def test_garbage_in_the_address_starts_at_the_top(huis, signed_in, path):
    assert signed_in("voorschool").get(path).status_code == 200


@pytest.mark.parametrize("path", ["/berichten/geen-sleutel", "/berichten/1", "/m/%00", "/m/" + "x" * 3000])
def test_a_garbled_link_is_a_page_that_does_not_exist(huis, signed_in, path):
    assert signed_in("voorschool").get(path).status_code == 404


def shape(answer):
    """The page without what differs each time."""
    return re.sub(r'(nonce|value)="[^"]+"', "", answer.get_data(as_text=True))
