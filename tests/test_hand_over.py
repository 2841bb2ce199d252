"""A leaver's work goes to a colleague in one step, told once; who arranges it reads numbers alone."""

import pytest

from app.access import recipients
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import Afspraak, Bericht, Hulpvraag, Lidmaatschap
from app.models.base import now
from app.services import accounts, afspraken, hand_over, outbox, turns
from app.services.mail import deliver_due
from app.terms import Actie, Role
from tests.staff import Staff, compare_golden, day_in, midnight, typed
from tests.test_mail import as_sent
from tests.test_statements import MOST, statements


@pytest.fixture
def huis(app):
    return Staff(app).settle()


@pytest.fixture
def dossiers(huis) -> list:
    """Roderik is the specialist of two and the stand-in of one; Wietske is the contact of all three."""
    first, second = (huis.dossier(specialist="specialist", contactpersoon="voorschool") for _ in range(2))
    third = huis.dossier(specialist="specialist2", waarnemer="specialist", contactpersoon="voorschool")
    agree(huis, first, "specialist")
    return [first, second, third]


def agree(huis: Staff, dossier: object, key: str) -> None:
    """Agree in a dossier that this person does something."""
    with huis.at_work("contact") as person:
        voor = f"gebruiker:{huis.people[key][0]}"
        data = {"hulpvraag": dossier, "wat": "Bellen", "uiterlijk": day_in(3), "voor": voor}
        afspraken.add(data, by=person)


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def hand(huis: Staff, key: str, to: str, *, by: str = "beheer", per: int | None = None) -> hand_over.OpenWork:
    """Hand the work of somebody over."""
    with huis.at_work(by) as person:
        lid = db.session.get(Lidmaatschap, huis.lid(key).id)
        data = {"collega": str(huis.people[to][0]), "per": None if per is None else day_in(per)}
        return hand_over.hand_over(lid, data, person)


def people_in(huis: Staff, dossiers: list) -> list[tuple]:
    """Contact person, specialist and stand-in of each dossier, by their key."""
    names = {gebruiker_id: key for key, (gebruiker_id, _place) in huis.people.items()}
    with huis.behind_the_scenes():
        rows = [db.session.get(Hulpvraag, key) for key in dossiers]
        return [
            tuple(names.get(who) for who in (row.contactpersoon_id, row.specialist_id, row.waarnemer_id))
            for row in rows
        ]


def since(huis: Staff, moment) -> list[Bericht]:
    return [bericht for bericht in huis.berichten() if bericht.gemaakt_op >= moment]


@pytest.mark.both_engines
def test_all_open_work_of_a_specialist_goes_to_the_colleague_and_the_membership_ends(huis, dossiers):
    work = hand(huis, "specialist", "specialist2")
    assert work == hand_over.OpenWork(as_specialist=2, as_stand_in=1, agreements=1)
    assert people_in(huis, dossiers) == [
        ("voorschool", "specialist2", None),
        ("voorschool", "specialist2", None),
        ("voorschool", "specialist2", None),
    ]
    assert huis.lid("specialist").tot <= now()
    with huis.behind_the_scenes():
        (agreement,) = db.session.scalars(db.select(Afspraak))
        assert agreement.voor_gebruiker_id == huis.people["specialist2"][0]


def test_the_colleague_and_the_other_side_each_get_one_message_that_says_how_many(huis, dossiers):
    moment = now()
    hand(huis, "specialist", "specialist2")
    told = {(row.soort, row.ontvanger_id, row.aantal, row.hulpvraag_id) for row in since(huis, moment)}
    assert told == {
        (outbox.HANDED_OVER, huis.people["specialist2"][0], 3, None),
        (outbox.OTHER_CONTACT, huis.people["voorschool"][0], 3, None),
    }


def test_the_work_of_a_contact_person_of_a_preschool_goes_to_a_colleague_there(huis, dossiers):
    moment = now()
    work = hand(huis, "voorschool", "collega", by="rolbeheer")
    assert work.as_contact == 3
    assert {people[0] for people in people_in(huis, dossiers)} == {"collega"}
    told = {(row.soort, row.ontvanger_id): row.aantal for row in since(huis, moment)}
    assert told == {
        (outbox.HANDED_OVER, huis.people["collega"][0]): 3,
        (outbox.OTHER_CONTACT, huis.people["specialist"][0]): 3,
        (outbox.OTHER_CONTACT, huis.people["specialist2"][0]): 1,
    }


def test_only_open_hulpvragen_go_over(huis, dossiers):
    huis.move(dossiers[0], "ingetrokken", by="contact")
    assert hand(huis, "specialist", "specialist2") == hand_over.OpenWork(as_specialist=1, as_stand_in=1)
    assert people_in(huis, dossiers)[0] == ("voorschool", "specialist", None), "history stays as it was"


def test_there_is_one_row_in_the_log_for_each_hulpvraag(huis, dossiers):
    extra = huis.dossier(specialist="specialist2", contactpersoon="voorschool")
    with huis.behind_the_scenes():
        (agreement,) = db.session.scalars(db.select(Afspraak))
        agreement.hulpvraag_id = extra
        db.session.commit()
    hand(huis, "specialist", "specialist2")
    rows = huis.logged(Actie.WERK_OVERDRAGEN)
    assert sorted(str(row.hulpvraag_id) for row in rows) == sorted(map(str, [*dossiers, extra]))
    old, new = (str(huis.people[key][0]) for key in ("specialist", "specialist2"))
    assert {(row.oud, row.nieuw) for row in rows} == {(old, new)}


def test_with_a_last_day_the_work_goes_now_and_the_membership_ends_after_that_day(huis, dossiers):
    hand(huis, "specialist", "specialist2", per=7)
    assert huis.lid("specialist").tot == midnight(8)
    assert people_in(huis, dossiers)[0][1] == "specialist2"


def test_who_took_over_may_read_and_who_left_may_not(huis, dossiers):
    at_work = huis.visitor("specialist")
    hand(huis, "specialist", "specialist2")
    assert not at_work.is_in()
    with huis.behind_the_scenes():
        row = db.session.get(Hulpvraag, dossiers[0])
        assert recipients(row, [huis.person("specialist2")])


def test_the_page_shows_numbers_and_no_child_and_does_it(huis, dossiers):
    beheer, home = huis.visitor("beheer"), huis.home("specialist")
    path = f"{home}/overdragen"
    assert path in text_of(beheer.get(home))
    page = text_of(beheer.get(path))
    assert "JK-specialist van 2 open hulpvragen" in page
    assert "1 afspraak" in page
    assert not [word for word in ("Mila", "Jansen", "JK-20") if word in page]
    done = beheer.post(path, collega=str(huis.people["specialist2"][0]))
    assert done.location == home
    assert "beëindigd" in text_of(beheer.get(home))
    assert beheer.get(f"/hulpvragen/{dossiers[0]}").status_code == 404
    messages = huis.visitor("specialist2")
    (bericht,) = huis.berichten(soort=outbox.HANDED_OVER)
    letter = text_of(messages.get(f"/berichten/{bericht.id}"))
    assert "3 hulpvragen" in letter
    assert messages.post(f"/berichten/{bericht.id}/gelezen").location == "/"


@pytest.mark.parametrize("to", ["specialist", "contact", "voorschool", "anker-jk", "beheer"])
def test_only_a_colleague_in_the_same_role_takes_over(huis, dossiers, to):
    with pytest.raises(BadInput):
        hand(huis, "specialist", to)
    beheer = huis.visitor("beheer")
    path = f"{huis.home('specialist')}/overdragen"
    beheer.get(path)
    assert beheer.post(path, collega=str(huis.people[to][0])).status_code == 422
    assert people_in(huis, dossiers)[0] == ("voorschool", "specialist", None)
    assert huis.lid("specialist").tot is None


@pytest.mark.parametrize("per", [typed(-1), typed(99_999), "2026-02-31"])
def test_a_last_day_that_cannot_be_is_refused(huis, dossiers, per):
    beheer = huis.visitor("beheer")
    path = f"{huis.home('specialist')}/overdragen"
    beheer.get(path)
    refused = beheer.post(path, collega=str(huis.people["specialist2"][0]), per=per)
    assert refused.status_code == 422
    assert people_in(huis, dossiers)[0][1] == "specialist"


@pytest.mark.parametrize(
    ("by", "whom"), [("anker", "specialist"), ("rolbeheer", "specialist"), ("specialist2", "specialist")]
)
def test_nobody_hands_over_the_work_of_who_is_not_theirs(huis, dossiers, by, whom):
    visitor = huis.visitor(by)
    path = f"{huis.home(whom)}/overdragen"
    assert visitor.get(path).status_code == 404
    visitor.get("/mijn-account")
    assert visitor.post(path, collega=str(huis.people["specialist2"][0])).status_code == 404


def test_a_role_administrator_has_no_work_to_hand_over(huis):
    with huis.at_work("beheer") as person, pytest.raises(NotFound):
        hand_over.colleagues(db.session.get(Lidmaatschap, huis.lid("beheer2").id), person)


def test_of_two_administrators_at_once_the_second_hears_that_it_was_done(huis, dossiers):
    hand(huis, "specialist", "specialist2")
    with pytest.raises(Conflict):
        hand(huis, "specialist", "specialist2", by="beheer2")
    assert len(huis.logged(Actie.WERK_OVERDRAGEN)) == len(dossiers)


def test_when_one_hulpvraag_cannot_go_over_none_does(huis, dossiers, monkeypatch):
    def breaks(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(accounts, "close", breaks)
    with pytest.raises(RuntimeError):
        hand(huis, "specialist", "specialist2")
    assert people_in(huis, dossiers)[0] == ("voorschool", "specialist", None)
    assert huis.berichten(soort=outbox.HANDED_OVER) == []


def test_somebody_elses_save_meanwhile_is_a_conflict_and_nothing_goes_over(huis, dossiers, monkeypatch):
    take = turns.take

    def meanwhile(lidmaatschap: Lidmaatschap) -> None:
        take(lidmaatschap)
        table = Hulpvraag.__table__
        monkeypatch.setattr(hand_over, "_others", lambda *_args: late(table) or {})

    def late(table) -> None:
        db.session.connection().execute(table.update().values(versie=table.c.versie + 1))

    monkeypatch.setattr(turns, "take", meanwhile)
    with pytest.raises(Conflict):
        hand(huis, "specialist", "specialist2")
    assert people_in(huis, dossiers)[0] == ("voorschool", "specialist", None)


# Ending without handing over


def test_ending_with_open_work_asks_once_more_in_words(huis, dossiers):
    beheer, home = huis.visitor("beheer"), huis.home("specialist")
    page = text_of(beheer.get(f"{home}/beeindigen"))
    assert "JK-specialist van 2 open hulpvragen" in page
    assert beheer.post(f"{home}/beeindigen").status_code == 422
    assert huis.lid("specialist").tot is None
    assert beheer.post(f"{home}/beeindigen", anyway="y").location == home
    assert huis.lid("specialist").tot <= now()
    assert people_in(huis, dossiers)[0][1] == "specialist"


def test_ending_without_open_work_asks_nothing_more(huis):
    beheer, home = huis.visitor("beheer"), huis.home("specialist")
    beheer.get(f"{home}/beeindigen")
    assert beheer.post(f"{home}/beeindigen").location == home


def test_without_work_or_without_a_colleague_the_page_says_what_to_do(huis, dossiers):
    beheer = huis.visitor("beheer")
    with huis.behind_the_scenes():
        db.session.get(Lidmaatschap, huis.lid("specialist2").id).tot = now()
        db.session.commit()
    assert "Er is geen open werk" in text_of(beheer.get(f"{huis.home('contact')}/overdragen"))
    assert "Niemand kan het werk overnemen" in text_of(beheer.get(f"{huis.home('specialist')}/overdragen"))


def test_each_mail_is_sent_as_its_golden_copy_says(huis, dossiers, smtp):
    with huis.app.app_context():
        deliver_due()
    smtp.letters.clear()
    hand(huis, "specialist", "specialist2")
    with huis.app.app_context():
        deliver_due()
    with huis.behind_the_scenes():
        found = {row.message_id: row.soort for row in db.session.scalars(db.select(Bericht))}
    sent = {found[letter.message["Message-ID"]]: as_sent(letter) for letter in smtp.letters}
    assert set(sent) == {outbox.HANDED_OVER, outbox.OTHER_CONTACT}
    compare_golden(sent)


@pytest.mark.parametrize("act", ["overdragen", "beeindigen", ""])
def test_no_page_asks_the_database_more_than_fifteen_questions(huis, dossiers, act):
    beheer, path = huis.visitor("beheer"), f"{huis.home('specialist')}/{act}".rstrip("/")
    beheer.get(path)
    with statements(huis) as seen:
        assert beheer.get(path).status_code == 200
    assert len(seen) <= MOST, seen


def test_an_agreement_stays_with_who_keeps_another_role_there(huis, dossiers):
    with huis.behind_the_scenes():
        huis.hire("specialist", "SWV", Role.CONTACTPERSOON_JK)
        db.session.commit()
    assert hand(huis, "specialist", "specialist2") == hand_over.OpenWork(as_specialist=2, as_stand_in=1)
    with huis.behind_the_scenes():
        (agreement,) = db.session.scalars(db.select(Afspraak))
        assert agreement.voor_gebruiker_id == huis.people["specialist"][0]
