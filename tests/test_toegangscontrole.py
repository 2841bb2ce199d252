"""Toegangscontrole: who asks for attention and why, suspending them, and the review that is recorded."""

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.access import as_system
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Gebruiker, Lidmaatschap, Organisation, Rechtafwijking, Sessie, Toegangscontrole
from app.models.base import now
from app.services import toegangscontrole
from app.terms import Actie, OrganisationSoort, Role
from tests.account_steps import statements
from tests.staff import Staff

HOME = "/toegangscontrole/"
SUSPEND, RECORD = f"{HOME}schorsen", f"{HOME}vastleggen"
LONG_AGO = timedelta(days=90)
MOST = 15  # statements a page
BSN = "123456782"


@pytest.fixture
def staff(app):
    made = Staff(app).settle()
    with made.behind_the_scenes():
        made.hire("privacy", "SWV", Role.PRIVACYFUNCTIONARIS)
        school = Organisation(
            naam="De Linde", soort=OrganisationSoort.SCHOOL, swv_id=made.organisations["SWV"]
        )
        db.session.add(school)
        db.session.flush()
        made.organisations["SCHOOL"] = school.id
        db.session.commit()
    return made


@pytest.fixture
def beheer(staff):
    return staff.visitor("beheer")


def hire(staff: Staff, key: str, organisation: str, role: Role, **about) -> Lidmaatschap:
    """Give somebody who is named after the key a membership, and give that."""
    suspended = about.pop("geschorst_op", None)
    with staff.behind_the_scenes():
        staff.hire(key, organisation, role, **about)
        db.session.get(Gebruiker, staff.people[key][0]).first_name = key.capitalize()
        at = staff.organisations[organisation]
        query = sa.select(Lidmaatschap).filter_by(
            gebruiker_id=staff.people[key][0], organisation_id=at, rol=role
        )
        made = db.session.scalars(query).one()
        made.geschorst_op = suspended
        db.session.commit()
        return made


def signed_in(staff: Staff, key: str, *, ago: timedelta, swv: str = "SWV") -> None:
    with staff.behind_the_scenes():
        moment = now() - ago
        db.session.add(
            Sessie(
                token_hash=f"{key}{ago}{swv}",
                gebruiker_id=staff.people[key][0],
                swv_id=staff.organisations[swv],
                organisation_id=staff.people[key][1],
                begonnen_op=moment,
                gezien_op=moment,
            )
        )
        db.session.commit()


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def listed(visitor, asked: str = "") -> dict[str, list[str]]:
    """The memberships on the page, each with why it is there."""
    page = text_of(visitor.get(HOME + asked))
    rows = re.findall(r'<tr role="row">(.*?)</tr>', page, re.DOTALL)
    keys = {row: re.search(r"/medewerkers/([0-9a-f-]+)\"", row) for row in rows}
    return {
        key[1]: re.findall(r'<span class="one">(.*?)</span>', row)
        for row, key in keys.items()
        if key is not None
    }


def why(visitor, lid: Lidmaatschap) -> list[str]:
    return listed(visitor).get(str(lid.id), [])


def as_it_is(staff: Staff, lid: Lidmaatschap) -> Lidmaatschap:
    with staff.behind_the_scenes():
        return db.session.scalars(sa.select(Lidmaatschap).where(Lidmaatschap.id == lid.id)).one()


# Why a membership asks for attention


def test_who_did_not_sign_in_for_sixty_days_asks_for_attention(staff, beheer):
    stale = hire(staff, "floor", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL, van=now() - LONG_AGO)
    fresh = hire(staff, "anne", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL, van=now() - LONG_AGO)
    signed_in(staff, "floor", ago=timedelta(days=61))
    signed_in(staff, "anne", ago=timedelta(days=59))
    assert why(beheer, stale)[0].startswith("Logde het laatst in op ")
    assert not why(beheer, fresh)


def test_who_never_signed_in_asks_for_it_sixty_days_after_the_invitation(staff, beheer):
    waits = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - timedelta(days=61))
    recent = hire(staff, "anne", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - timedelta(days=59))
    assert why(beheer, waits)[0].startswith("Heeft nog nooit ingelogd")
    assert not why(beheer, recent)


def test_the_number_of_days_is_a_setting(staff, app, beheer):
    recent = hire(staff, "anne", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - timedelta(days=20))
    assert not why(beheer, recent)
    app.config["ACCESS_UNUSED_DAYS"] = 14
    assert why(beheer, recent)


def test_signing_in_at_another_swv_is_not_told_here(staff, beheer):
    lid = hire(staff, "floor", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL, van=now() - LONG_AGO)
    signed_in(staff, "floor", ago=timedelta(days=1), swv="ANKER")
    assert why(beheer, lid)[0].startswith("Heeft nog nooit ingelogd")


def test_what_ends_within_thirty_days_asks_for_attention(staff, beheer):
    soon = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, tot=now() + timedelta(days=29))
    later = hire(staff, "anne", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, tot=now() + timedelta(days=31))
    over = hire(staff, "teun", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, tot=now() - timedelta(days=1))
    assert why(beheer, soon)[0].startswith("Loopt af op ")
    assert not why(beheer, later)
    assert not why(beheer, over)


def test_a_membership_of_an_organisation_that_stopped_asks_for_attention(staff, beheer):
    lid = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL)
    with staff.behind_the_scenes():
        db.session.get(Organisation, staff.organisations["SCHOOL"]).actief = False
        db.session.commit()
    assert why(beheer, lid) == ["De organisatie is niet meer actief."]
    assert list(listed(beheer, "?filter=eindigt")) == [str(lid.id)]


def test_two_roles_that_manage_or_watch_access_are_unusual(staff, beheer):
    first = hire(staff, "floor", "SWV", Role.ROLBEHEERDER)
    assert not why(beheer, first)
    second = hire(staff, "floor", "SWV", Role.PRIVACYFUNCTIONARIS)
    for lid in (first, second):
        assert why(beheer, lid) == ["Heeft meer dan één rol die toegang beheert of daarop toeziet."]


def test_a_role_at_several_organisations_is_unusual_until_one_is_suspended(staff, beheer):
    first = hire(staff, "floor", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL)
    second = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL)
    for lid in (first, second):
        assert why(beheer, lid) == ["Heeft een rol bij 2 organisaties."]
    beheer.get(f"{SUSPEND}?lid={second.id}")
    beheer.post(SUSPEND, lid=str(second.id))
    assert not why(beheer, first)
    assert why(beheer, second)[0].startswith("Geschorst sinds ")


def test_jk_staff_that_works_at_a_preschool_too_is_unusual(staff, beheer):
    lid = hire(staff, "floor", "SWV", Role.JK_SPECIALIST)
    hire(staff, "floor", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL)
    assert "Is JK-medewerker en werkt ook bij een voorschool." in why(beheer, lid)


def test_a_role_with_more_rights_than_usual_is_unusual_and_one_with_fewer_is_not(staff, beheer):
    lid = hire(staff, "floor", "SWV", Role.CONTACTPERSOON_JK)
    other = hire(staff, "anne", "SWV", Role.JK_SPECIALIST)
    with staff.behind_the_scenes():
        for rol, mag in ((Role.CONTACTPERSOON_JK, True), (Role.JK_SPECIALIST, False)):
            db.session.add(
                Rechtafwijking(
                    organisation_id=staff.organisations["SWV"],
                    rol=rol,
                    recht="Bijlage.finalise",
                    mag=mag,
                    door_id=staff.people["beheer2"][0],
                )
            )
        db.session.commit()
    assert why(beheer, lid) == ["Deze rol heeft hier meer rechten dan gebruikelijk."]
    assert not why(beheer, other)


def test_who_is_suspended_is_there_with_since_when(staff, beheer):
    lid = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - LONG_AGO, geschorst_op=now())
    (sentence,) = why(beheer, lid)
    assert sentence.startswith("Geschorst sinds ")
    assert f"/medewerkers/{lid.id}/hervatten" in text_of(beheer.get(HOME))


def test_the_chips_count_what_their_lists_hold(staff, beheer):
    hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - LONG_AGO)
    hire(staff, "anne", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, tot=now() + timedelta(days=3))
    hire(staff, "teun", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, geschorst_op=now())
    hire(staff, "teun", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL)
    page = text_of(beheer.get(HOME))
    counted = dict(re.findall(r'<a href="/toegangscontrole/\?filter=(\w+)">[^<]*· (\d+)</a>', page))
    assert len(counted) == 4
    for filtered, number in counted.items():
        assert len(listed(beheer, f"?filter={filtered}")) == int(number), filtered
    assert len(listed(beheer)) == 3


def test_searching_finds_people_and_organisations(staff, beheer):
    one = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - LONG_AGO)
    two = hire(staff, "anne", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL, van=now() - LONG_AGO)
    assert list(listed(beheer, "?q=FLOOR verzonnen")) == [str(one.id)]
    assert list(listed(beheer, "?q=speelhoek")) == [str(two.id)]
    assert "Voor deze woorden is niets gevonden." in text_of(beheer.get(f"{HOME}?q=100%25"))


# Who sees it


def test_nothing_of_another_swv_is_ever_shown_or_counted(staff, beheer):
    before = re.sub(r'"[^"]{20,}"', "", text_of(beheer.get(HOME)))
    with staff.behind_the_scenes():
        nest = Organisation(
            naam="Het Vreemde Nest", soort=OrganisationSoort.VOORSCHOOL, swv_id=staff.organisations["ANKER"]
        )
        db.session.add(nest)
        db.session.flush()
        staff.organisations["VREEMD"] = nest.id
        db.session.commit()
    stale = {"van": now() - LONG_AGO, "tot": now() + timedelta(days=3)}
    hire(staff, "vreemdeling", "VREEMD", Role.CONTACTPERSOON_VOORSCHOOL, **stale)
    hire(staff, "vreemdeling2", "ANKER", Role.JK_SPECIALIST, geschorst_op=now())
    # Somebody of here who works there too: for this SWV that is nothing.
    hire(staff, "contact", "VREEMD", Role.ROLBEHEERDER)
    after = re.sub(r'"[^"]{20,}"', "", text_of(beheer.get(HOME)))
    assert after == before.replace("Anneloes", "Contact")
    own = text_of(staff.visitor("anker").get(HOME))
    assert "Vreemdeling" in own
    assert "Speelhoek" not in own
    assert "De Brug" not in own


def test_for_everybody_else_the_page_does_not_exist(staff):
    lid = hire(staff, "floor", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL, van=now() - LONG_AGO)
    for key in ("contact", "specialist", "voorschool", "rolbeheer"):
        visitor = staff.visitor(key)
        for path in (HOME, RECORD, f"{SUSPEND}?lid={lid.id}"):
            assert visitor.get(path).status_code == 404, (key, path)
        assert HOME not in text_of(visitor.get("/"))
        for path in (RECORD, SUSPEND):
            visitor.get("/")
            assert visitor.post(path, lid=str(lid.id), opmerking="Ik was hier").status_code == 404
    assert as_it_is(staff, lid).geschorst_op is None
    assert not recorded(staff)


def test_the_privacy_officer_reads_the_lists_and_changes_nothing(staff):
    lid = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - LONG_AGO)
    visitor = staff.visitor("privacy")
    page = text_of(visitor.get(HOME))
    assert "Floor Verzonnenman" in page
    assert "Heeft nog nooit ingelogd" in page
    for hidden in ("/medewerkers/", SUSPEND + "?", 'type="checkbox"', RECORD):
        assert hidden not in page
    for path in (RECORD, f"{SUSPEND}?lid={lid.id}"):
        assert visitor.get(path).status_code == 404
    visitor.get("/")
    assert visitor.post(SUSPEND, lid=str(lid.id)).status_code == 404
    visitor.get("/")
    assert visitor.post(RECORD, opmerking="", seen="").status_code == 404
    assert as_it_is(staff, lid).geschorst_op is None


def test_reading_is_logged(staff, beheer):
    beheer.get(HOME)
    assert [event.noun for event in staff.logged(Actie.LEZEN)] == ["Toegangscontrole"]


# Suspending


def test_one_click_asks_once_more_and_suspends(staff, beheer):
    lid = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, tot=now() + timedelta(days=3))
    floor = staff.visitor("floor")
    assert floor.get("/").status_code == 200
    page = text_of(beheer.get(HOME))
    (path,) = re.findall(rf'href="({SUSPEND}\?lid={lid.id}[^"]*)"', page)
    asked = text_of(beheer.get(path.replace("&amp;", "&")))
    assert "Floor Verzonnenman · Contactpersoon school · De Linde" in asked
    assert as_it_is(staff, lid).geschorst_op is None, "looking changes nothing"
    assert beheer.post(SUSPEND, lid=str(lid.id), terug=f"{HOME}?filter=ongebruikt").location.endswith(
        "?filter=ongebruikt"
    )
    assert as_it_is(staff, lid).geschorst_op is not None
    assert floor.get("/").status_code == 302, "out at the next click"
    assert [event.object_id for event in staff.logged(Actie.LIDMAATSCHAP_SCHORSEN)] == [str(lid.id)]


def test_several_are_ticked_named_and_suspended_at_once(staff, beheer):
    lids = [
        hire(staff, key, "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - LONG_AGO)
        for key in ("floor", "anne", "teun")
    ]
    keys = {str(lid.id) for lid in lids}
    assert " checked" not in text_of(beheer.get(HOME))
    everybody = text_of(beheer.get(f"{HOME}?alles=1"))
    assert set(re.findall(r'name="lid" value="([^"]+)"[^>]* checked', everybody)) == keys
    asked = text_of(beheer.get(f"{SUSPEND}?" + "&".join(f"lid={key}" for key in keys)))
    assert "Wilt u deze 3 lidmaatschappen voorlopig schorsen?" in asked
    assert asked.count(" · De Linde</b>") == 3
    beheer.post(SUSPEND, lid=sorted(keys))
    assert all(as_it_is(staff, lid).geschorst_op for lid in lids)
    assert "3 lidmaatschappen zijn geschorst." in text_of(beheer.get(HOME))
    assert len(staff.logged(Actie.LIDMAATSCHAP_SCHORSEN)) == 3


def test_nobody_ticked_is_said(staff, beheer):
    assert beheer.get(SUSPEND).location == HOME
    assert "Vink eerst aan wie u wilt schorsen." in text_of(beheer.get(HOME))


def test_nobody_suspends_oneself_nor_anybody_next_door_and_then_nothing_at_all(staff, beheer):
    mine = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, van=now() - LONG_AGO)
    own = hire(staff, "beheer", "SCHOOL", Role.ROLBEHEERDER, van=now() - LONG_AGO)
    others = [own, staff.lid("anker-jk")]
    page = text_of(beheer.get(HOME))
    assert "Dit bent u." in page
    assert f'value="{own.id}"' not in page
    for other in (*(str(lid.id) for lid in others), "onzin", "00000000-0000-4000-8000-000000000000"):
        beheer.get(f"{SUSPEND}?lid={mine.id}")
        assert beheer.get(f"{SUSPEND}?lid={mine.id}&lid={other}").status_code == 404, other
        beheer.get(f"{SUSPEND}?lid={mine.id}")
        assert beheer.post(SUSPEND, lid=[str(mine.id), other]).status_code == 404, other
    assert all(as_it_is(staff, lid).geschorst_op is None for lid in (mine, *others))
    assert not staff.logged(Actie.LIDMAATSCHAP_SCHORSEN)


def test_more_than_a_page_at_once_is_refused(staff, beheer):
    many = "&".join(f"lid=00000000-0000-4000-8000-{number:012}" for number in range(51))
    assert beheer.get(f"{SUSPEND}?{many}").status_code == 404


def test_who_was_suspended_or_left_meanwhile_is_left_alone(staff, beheer):
    gone = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, tot=now() + timedelta(days=3))
    stays = hire(staff, "anne", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, tot=now() + timedelta(days=3))
    with staff.behind_the_scenes():
        db.session.get(Lidmaatschap, gone.id).tot = now()
        db.session.commit()
    beheer.get(f"{SUSPEND}?lid={gone.id}&lid={stays.id}")
    beheer.post(SUSPEND, lid=[str(gone.id), str(stays.id)])
    assert as_it_is(staff, gone).geschorst_op is None
    assert as_it_is(staff, stays).geschorst_op is not None
    again = beheer.get(f"{SUSPEND}?lid={gone.id}&lid={stays.id}")
    assert again.status_code == 409
    assert "Dit is al gedaan" in text_of(again)


def test_who_ends_a_membership_while_another_suspends_it_is_noticed(staff):
    lid = hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL)
    with staff.at_work("beheer") as by:
        rows = toegangscontrole.chosen({lid.id}, by)
        with as_system("the test is quicker"):
            db.session.execute(sa.update(Lidmaatschap).where(Lidmaatschap.id == lid.id).values(tot=now()))
        with pytest.raises(Conflict):
            toegangscontrole.suspend(rows, by)
    assert not staff.logged(Actie.LIDMAATSCHAP_SCHORSEN)


def test_nobody_is_led_elsewhere_afterwards(staff, beheer):
    for key, back in (("floor", "https://evil.example"), ("anne", "//evil.example")):
        lid = hire(staff, key, "SCHOOL", Role.CONTACTPERSOON_SCHOOL)
        assert "evil" not in text_of(beheer.get(f"{SUSPEND}?lid={lid.id}&terug={back}"))
        assert beheer.post(SUSPEND, lid=str(lid.id), terug=back).location == HOME


# The review


def recorded(staff: Staff) -> list[Toegangscontrole]:
    with staff.behind_the_scenes():
        return list(db.session.scalars(sa.select(Toegangscontrole).order_by(Toegangscontrole.op)))


def record(visitor, opmerking: str = "", **more):
    page = text_of(visitor.get(RECORD))
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    return visitor.post(RECORD, opmerking=opmerking, seen=seen, **more)


def test_a_review_is_recorded_with_its_counts_and_read_back_by_both(staff, beheer, clock):
    clock.move_to("2031-05-03T12:05:00+00:00")
    hire(staff, "floor", "SCHOOL", Role.CONTACTPERSOON_SCHOOL, geschorst_op=now())
    beheer = staff.visitor("beheer")
    before = text_of(beheer.get(HOME))
    assert "Er is nog geen toegangscontrole vastgelegd." in before
    of_all = re.search(r"(\d+) van de (\d+) lidmaatschappen", before)
    answer = record(beheer, "Met de directie doorgenomen.")
    assert answer.location == HOME
    (review,) = recorded(staff)
    assert (str(review.aandacht), str(review.lidmaatschappen)) == of_all.groups()
    assert review.door_id == staff.people["beheer"][0]
    assert [event.object_id for event in staff.logged(Actie.TOEGANG_CONTROLEREN)] == [str(review.id)]
    for key in ("beheer2", "privacy"):
        page = text_of(staff.visitor(key).get(HOME))
        assert "Laatste controle op 3 mei 2031 door Ottoline Verzonnenman." in page
        assert "Met de directie doorgenomen." in page
        assert "Er is nog geen toegangscontrole vastgelegd." not in page
    assert "Ottoline" not in text_of(staff.visitor("anker").get(HOME))


def test_a_year_later_the_role_administrator_is_reminded_and_nobody_else(staff, clock):
    clock.move_to("2031-05-03T12:05:00+00:00")
    record(staff.visitor("beheer"))
    clock.move_to("2032-05-01T12:05:00+00:00")
    assert "toegangscontrole was" not in text_of(staff.visitor("beheer").get("/"))
    clock.move_to("2032-05-04T12:05:00+00:00")
    sentence = "De laatste toegangscontrole was op 3 mei 2031. Het is tijd voor de volgende."
    for path in ("/", HOME):
        assert sentence in text_of(staff.visitor("beheer").get(path))
    for key in ("privacy", "specialist", "rolbeheer", "anker"):
        assert sentence not in text_of(staff.visitor(key).get("/"))
    assert sentence not in text_of(staff.visitor("privacy").get(HOME))


def test_a_citizen_service_number_in_the_remark_is_warned_about(staff, beheer):
    answer = record(beheer, f"Nummer {BSN} gevonden")
    assert answer.status_code == 422
    page = text_of(answer)
    assert BSN in page, "what was typed stays"
    assert not recorded(staff)
    (mark,) = re.findall(r'name="_anyway" value="([^"]+)"', page)
    assert record(beheer, f"Nummer {BSN} gevonden", _anyway=mark).status_code == 302
    assert len(recorded(staff)) == 1


def test_of_two_who_record_at_once_one_is_told_and_keeps_the_text(staff, beheer):
    other = staff.visitor("beheer2")
    other.get(RECORD)
    record(beheer)
    answer = other.post(RECORD, opmerking="Ook ik keek", seen="")
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Ottoline Verzonnenman legde zojuist een controle vast." in page
    assert "Ook ik keek" in page
    assert len(recorded(staff)) == 1
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    assert other.post(RECORD, opmerking="Ook ik keek", seen=seen).status_code == 302
    assert len(recorded(staff)) == 2


@pytest.mark.both_engines
def test_a_double_click_records_one_review(staff, second_app):
    outcomes, start = [], threading.Barrier(2)

    def click(portal):
        with portal.app_context():
            by = staff.person("beheer")
            start.wait(10)
            with as_system("the test clicks twice"):
                try:
                    toegangscontrole.add({"seen": ""}, by)
                    outcomes.append("recorded")
                except Conflict:
                    outcomes.append("told")

    threads = [threading.Thread(target=click, args=(portal,)) for portal in (staff.app, second_app)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["recorded", "told"]
    assert len(recorded(staff)) == 1


def test_the_service_itself_refuses_who_has_no_say(staff):
    lid = staff.lid("collega")
    for key in ("specialist", "voorschool", "privacy"):
        with staff.at_work(key) as by, pytest.raises(NotFound):
            toegangscontrole.add({"seen": ""}, by)
        with staff.at_work(key) as by, pytest.raises(NotFound):
            toegangscontrole.chosen({lid.id}, by)
    assert not recorded(staff)


# However many there are


@pytest.mark.both_engines
def test_a_page_takes_as_few_statements_with_many_organisations_and_shows_fifty(staff, beheer):
    beheer.get(HOME)
    with staff.app.app_context(), statements() as few:
        beheer.get(HOME)
    crowd(staff, 120)
    beheer.get(HOME)
    with staff.app.app_context(), statements() as many:
        first = listed(beheer)
    assert len(first) == 50
    assert len(many) <= MOST
    assert len(many) <= len(few) + 1
    assert "/toegangscontrole/?p=2" in text_of(beheer.get(HOME))
    pages = [first, listed(beheer, "?p=2"), listed(beheer, "?p=3")]
    assert len(set().union(*pages)) == sum(map(len, pages)) == 120
    with staff.app.app_context(), statements() as work_list:
        beheer.get("/")
    assert len(work_list) <= MOST


def test_a_garbled_address_gives_a_page(beheer):
    for asked in ("?p=0", "?p=-1", "?p=x", "?p=99999999999", "?p=٣", "?p=7", "?filter=x", "?q=%00"):
        assert beheer.get(HOME + asked).status_code == 200, asked


def crowd(staff: Staff, number: int) -> None:
    """So many preschools, each with somebody who never signed in."""
    with staff.behind_the_scenes():
        for one in range(number):
            organisation = Organisation(
                naam=f"Voorschool {one:03}",
                soort=OrganisationSoort.VOORSCHOOL,
                swv_id=staff.organisations["SWV"],
            )
            person = Gebruiker(
                username=f"velen{one}",
                first_name="Fien",
                last_name=f"Verzonnen{one:03}",
                email=f"velen{one}@example.org",
                active=True,
            )
            db.session.add_all([organisation, person])
            db.session.flush()
            db.session.add(
                Lidmaatschap(
                    gebruiker_id=person.id,
                    organisation_id=organisation.id,
                    rol=Role.CONTACTPERSOON_VOORSCHOOL,
                    van=now() - LONG_AGO,
                )
            )
        db.session.commit()


def test_who_became_role_administrator_after_the_last_review_is_named_until_the_next(staff, beheer):
    before = hire(staff, "eerder", "SWV", Role.ROLBEHEERDER)
    assert record(beheer).status_code == 302
    lid = hire(staff, "floor", "VOORSCHOOL", Role.ROLBEHEERDER)
    assert not why(beheer, before)
    assert why(beheer, lid)[0].startswith("Is na de laatste controle rolbeheerder geworden, op ")
    assert record(beheer).status_code == 302
    assert not why(beheer, lid)
