"""Mail: who is told, in which words, and what happens when a mail does not arrive."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.access import as_system
from app.errors import PortalError
from app.extensions import db
from app.models import (
    Bericht,
    Gebeurtenis,
    Gebruiker,
    Hulpvraag,
    Lidmaatschap,
    Organisation,
    StatusWijziging,
    Uitnodiging,
)
from app.models.base import now
from app.services import (
    afspraken,
    berichten,
    betrokkenen,
    letters,
    mail,
    outbox,
    overleg_mail,
    scans,
    stand_in,
    status,
    told,
    uitnodigingen,
)
from app.services.mail import WAITS, deliver_due
from app.terms import Actie, BerichtStatus, MailFout, Role, UitnodigingSoort
from app.workflow import BY_KEY, TRANSITIONS
from tests.partnership import Partnership
from tests.smtp_server import Fault

FILES = Path(letters.__file__).parents[1] / "templates" / "mail"
GOLDEN = Path(__file__).parent / "golden" / "mail"
# Those of a consultation have golden copies of their own: tests/test_overlegrondes.py.
ROUND_MAILS = {overleg_mail.INVITED, overleg_mail.CHANGED, overleg_mail.ANSWERED, overleg_mail.OFF}
ROUND_MAILS |= {outbox.INVITED_WITH_LINK, outbox.OPENED}
SCHOOL_MAILS = {
    "school_antwoord_op_vraag",
    "school_benaderd",
    "school_heeft_geantwoord",
    "school_termijn",
    "school_vervallen",
    "school_voorgesteld",
    "school_vraag",
    "toestemming_gevraagd",
    "toestemming_ingetrokken",
}
# And so have those about accounts and whose work it is: tests/test_accounts.py, tests/test_hand_over.py.
ACCOUNT_MAILS = {outbox.RESET, *outbox.ABOUT_THE_ACCOUNT, stand_in.ARRANGED}
ACCOUNT_MAILS |= {outbox.HANDED_OVER, outbox.OTHER_CONTACT}
OTHER_MAILS = (
    outbox.ONE_TIME_LINKS | {outbox.SHARED, outbox.MEMBERSHIP} | ROUND_MAILS | SCHOOL_MAILS | ACCOUNT_MAILS
)
OTHER_MAILS |= {
    afspraken.REMINDER,
    betrokkenen.CHOSEN,
    betrokkenen.LEFT,
    betrokkenen.SPECIALIST,
    scans.INFECTED,
}
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version"}
HEADERS |= {"Content-Transfer-Encoding"}


@pytest.fixture
def settings(settings):
    return settings | {"MAIL_TIMEOUT": 0.3, "MAIL_DEFAULT_SENDER": "Kindbrug <noreply@kindbrug.example>"}


@pytest.fixture
def huis(app):
    return Partnership(app).settle()


def deliver(huis, **kw):
    with huis.app.app_context():
        return deliver_due(**kw)


def addresses(smtp):
    return sorted(to for letter in smtp.letters for to in letter.recipients)


def as_sent(letter):
    """The mail as it went over the line, its random parts made equal."""
    message = letter.message
    text = "".join(f"{name}: {value}\n" for name, value in message.items()) + "\n" + letter.text
    text = re.sub(r"JK-\d{4}-\w{6}", "JK-2026-ABCDEF", text.replace("\r\n", "\n"))
    text = re.sub(r"/(m|uitnodiging|wachtwoord)/[\w-]+", r"/\1/SLEUTEL", text)
    text = re.sub(r"<[0-9a-f]{32}@", "<ID@", text)
    return re.sub(r"^Date: .*$", "Date: DATUM", text, flags=re.MULTILINE)


def test_every_transition_has_its_mail_and_no_mail_is_without_use():
    used = {transition.mail for transition in TRANSITIONS} | OTHER_MAILS
    assert {file.stem for file in FILES.glob("[!_]*.txt")} == used


def test_the_preschool_hears_of_a_new_dossier_through_its_contact_person(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    assert deliver(huis) == 1
    assert addresses(smtp) == ["voorschool@example.org"]


def test_without_a_contact_person_all_of_the_preschool_hear_and_its_role_administrator_does_not(huis, smtp):
    huis.dossier()
    deliver(huis)
    assert addresses(smtp) == ["collega@example.org", "voorschool@example.org"]


def test_a_contact_person_who_has_left_is_replaced_by_the_colleagues(huis, smtp):
    with huis.behind_the_scenes():
        membership(huis, "voorschool").tot = now()
        db.session.commit()
    huis.dossier()
    deliver(huis)
    assert addresses(smtp) == ["collega@example.org"]


def test_the_shared_address_hears_only_that_something_is_ready(huis, smtp):
    with huis.behind_the_scenes():
        organisation(huis, "VOORSCHOOL").meldadres = "info@speelhoek.example"
        db.session.commit()
    huis.dossier(contactpersoon="voorschool")
    deliver(huis)
    (letter,) = smtp.to("info@speelhoek.example")
    assert "JK-" not in letter.text
    assert "aanvraag" not in letter.text
    assert len(smtp.letters) == 2


def test_the_specialist_and_the_stand_in_hear_that_documents_were_added(huis, smtp):
    dossier = huis.dossier(specialist="specialist", waarnemer="specialist2")
    huis.documents(dossier)
    huis.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    deliver(huis)
    assert addresses(smtp)[1:3] == ["specialist2@example.org", "specialist@example.org"]


def test_without_a_specialist_the_contact_person_jk_hears_it(huis, smtp):
    dossier = huis.dossier(contactpersoon="voorschool")
    huis.documents(dossier)
    huis.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    deliver(huis)
    assert addresses(smtp) == ["contact@example.org", "voorschool@example.org"]


def test_who_acts_gets_no_mail_of_it(huis, smtp):
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    huis.documents(dossier)
    huis.move(dossier, "bijlagen_toegevoegd", by="specialist")
    deliver(huis)
    assert addresses(smtp) == ["voorschool@example.org"]


def test_the_screen_names_who_will_be_told_and_who_was(huis):
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    with huis.at_work("specialist") as person:
        row = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        last = status.last_change(row)
        names = told.will_be_told(row, [BY_KEY["ingetrokken"]], last, person)["ingetrokken"]
        assert names == ["de voorschool De Speelhoek"]
        assert told.told_sentence(names) == "De voorschool De Speelhoek krijgt een mail."
        assert told.told_sentence([*names, "de school De Linde"]).endswith(
            "De Speelhoek en de school De Linde krijgen een mail."
        )
        assert told.told_sentence([]) == ""
        onward = BY_KEY["bijlagen_toegevoegd"]
        assert told.will_be_told(row, [onward], last, person) == {"bijlagen_toegevoegd": []}
        assert told.were_told(last) == ["de voorschool De Speelhoek"]


def test_an_act_that_is_undone_sends_no_mail(huis, smtp):
    dossier = huis.dossier(contactpersoon="voorschool")
    with huis.at_work("contact") as person:
        row = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        outbox.queue("status_aanvraag", to=huis.person("voorschool"), hulpvraag=row)
        assert person
        db.session.rollback()
    assert deliver(huis) == 1
    assert len(smtp.letters) == 1


def test_nobody_is_told_who_may_not_know(huis):
    dossier = huis.dossier()
    with huis.behind_the_scenes():
        row = db.session.scalars(db.select(Hulpvraag).where(Hulpvraag.id == dossier)).one()
        for stranger in ("voorschool2", "rolbeheer"):
            with pytest.raises(PermissionError):
                outbox.queue("status_aanvraag", to=huis.person(stranger), hulpvraag=row)


@pytest.mark.both_engines
def test_who_lost_the_right_before_the_mail_left_never_gets_it(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    with huis.behind_the_scenes():
        membership(huis, "voorschool").tot = now()
        db.session.commit()
    assert deliver(huis) == 0
    assert [bericht.status for bericht in huis.berichten()] == [BerichtStatus.VERVALLEN]
    assert smtp.letters == []


@pytest.mark.both_engines
def test_a_dossier_that_was_closed_before_the_mail_left_is_told_by_the_farewell_alone(huis, smtp):
    dossier = huis.dossier(contactpersoon="voorschool")
    huis.move(dossier, "ingetrokken", by="contact")
    assert deliver(huis) == 1
    first, farewell = huis.berichten()
    assert (first.status, farewell.status) == (BerichtStatus.VERVALLEN, BerichtStatus.VERZONDEN)
    assert farewell.afscheid
    assert timedelta(days=29) < farewell.leesbaar_tot - now() < timedelta(days=31)


def test_the_farewell_does_not_go_to_an_account_that_was_closed(huis, smtp):
    dossier = huis.dossier(contactpersoon="voorschool")
    huis.move(dossier, "ingetrokken", by="contact")
    with huis.behind_the_scenes():
        gebruiker(huis, "voorschool").active = False
        db.session.commit()
    assert deliver(huis) == 0
    assert smtp.letters == []


def test_taking_a_change_back_tells_the_same_people_and_who_had_made_it(huis, smtp):
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    huis.documents(dossier)
    huis.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    deliver(huis)
    smtp.letters.clear()
    huis.move(dossier, "terugnemen", by="contact")
    deliver(huis)
    assert addresses(smtp) == ["specialist@example.org", "voorschool@example.org"]


def test_a_withdrawal_that_is_taken_back_is_an_ordinary_message_again(huis, smtp):
    dossier = huis.dossier(contactpersoon="voorschool")
    huis.move(dossier, "ingetrokken", by="contact")
    huis.move(dossier, "terugnemen", by="contact")
    last = huis.berichten()[-1]
    assert not last.afscheid
    assert last.ontvanger_id == huis.people["voorschool"][0]


def test_each_mail_carries_facts_and_one_link_and_nothing_else(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    deliver(huis)
    (letter,) = smtp.letters
    assert set(letter.message.keys()) == HEADERS
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.message["To"] == "voorschool@example.org"
    assert not letter.message.is_multipart()
    assert len(re.findall(r"https?://", letter.text)) == 1
    assert all(byte < 128 for byte in letter.raw)


def sent_mails(huis, smtp):
    """Make one of each mail, and give those that were sent by the name of their golden copy."""
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    huis.documents(dossier)
    for transition, by in (
        ("bijlagen_toegevoegd", "voorschool"),
        ("aanvulling", "specialist"),
        ("bijlagen_toegevoegd", "voorschool"),
        ("onderwijsadvies", "specialist"),
        ("terugnemen", "specialist"),
        ("onderwijsadvies", "specialist"),
        ("ingetrokken", "specialist"),
    ):
        deliver(huis)
        huis.move(dossier, transition, by=by)
    with huis.behind_the_scenes():
        person = gebruiker(huis, "voorschool")
        for soort, of in (
            ("uitnodiging", UitnodigingSoort.ACCOUNT),
            ("wachtwoord_vergeten", UitnodigingSoort.WACHTWOORD),
        ):
            link = uitnodigingen.make(of, person, valid_for=timedelta(hours=1))
            mail.queue_account_mail(soort, person, link)
        mail.queue_account_mail("nieuw_lidmaatschap", person, organisation=organisation(huis, "VOORSCHOOL"))
        mail.queue("iets_klaar", to=organisation(huis, "VOORSCHOOL"))
        row = db.session.scalars(db.select(Hulpvraag)).one()
        for soort in (afspraken.REMINDER, betrokkenen.CHOSEN, betrokkenen.SPECIALIST):
            mail.queue(soort, to=huis.person("specialist"), hulpvraag=row)
        for soort in SCHOOL_MAILS - {"school_vervallen"}:
            mail.queue(soort, to=huis.person("specialist"), hulpvraag=row)
        for soort in ("school_vervallen", betrokkenen.LEFT):
            mail.queue(soort, to=huis.person("voorschool"), hulpvraag=row, farewell=True)
        for key in ("aanmelden_school", "jk_advies_afgerond", "afgewezen", "advies_afgerond"):
            change = StatusWijziging(
                swv_id=row.swv_id,
                hulpvraag_id=row.id,
                overgang=key,
                naar=BY_KEY[key].to,
                door_id=huis.people["specialist"][0],
                namens_id=row.swv_id,
            )
            db.session.add(change)
            db.session.flush()
            for to, farewell in (("specialist", False), ("voorschool", True)):
                told_of = {"hulpvraag": row, "statuswijziging": change, "farewell": farewell}
                mail.queue(BY_KEY[key].mail, to=huis.person(to), **told_of)
        organisation(huis, "VOORSCHOOL").meldadres = "info@speelhoek.example"
        db.session.commit()
    deliver(huis)
    with huis.behind_the_scenes():
        found = {row.message_id: row.soort for row in db.session.scalars(db.select(Bericht))}
    return {found[letter.message["Message-ID"]]: as_sent(letter) for letter in smtp.letters}


@pytest.mark.parametrize("status_in_mail", [True, False])
def test_each_mail_is_sent_as_its_golden_copy_says(huis, smtp, status_in_mail):
    with huis.behind_the_scenes():
        organisation(huis, "SWV").status_in_mail = status_in_mail
        db.session.commit()
    sent = sent_mails(huis, smtp)
    apart = ROUND_MAILS | ACCOUNT_MAILS | {scans.INFECTED}  # that of a virus: tests/test_virus_scan.py
    assert set(sent) == {file.stem for file in FILES.glob("[!_]*.txt")} - apart
    written = []
    for soort, text in sent.items():
        golden = GOLDEN / f"{soort}{'' if status_in_mail else '.zonder_status'}.txt"
        if not status_in_mail and not soort.startswith("status_"):
            continue
        if not golden.exists():
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(text)
            written.append(golden.name)
        assert text == golden.read_text(), golden.name
    assert not written, "these were not there and are written now: read them"


def test_an_swv_can_leave_the_status_out_of_its_mails(huis, smtp):
    with huis.behind_the_scenes():
        organisation(huis, "SWV").status_in_mail = False
        db.session.commit()
    mails = sent_mails(huis, smtp)
    told_apart = {
        text for soort, text in mails.items() if soort.startswith("status_") and "To: voorschool" in text
    }
    assert len(told_apart) == 1, "without the status the mails do not differ"


@pytest.mark.both_engines
def test_a_temporary_failure_is_tried_again_with_the_same_message_id_until_it_is_a_task(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    smtp.fail(Fault.TEMPORARY)
    moment = now()
    for wait in WAITS:
        assert deliver(huis, moment=moment) == 0
        (bericht,) = huis.berichten()
        assert bericht.status is BerichtStatus.WACHT
        assert bericht.volgende_poging == moment + wait
        assert deliver(huis, moment=moment + wait - timedelta(seconds=1)) == 0
        assert huis.berichten()[0].pogingen == bericht.pogingen, "not before its time"
        moment += wait
    assert timedelta(hours=44) < moment - now() < timedelta(hours=52)
    deliver(huis, moment=moment)
    (bericht,) = huis.berichten()
    assert (bericht.status, bericht.fout) == (BerichtStatus.MISLUKT, MailFout.ONBEREIKBAAR)


@pytest.mark.parametrize("fault", [Fault.ABSENT, Fault.HANGING, Fault.TEMPORARY])
def test_a_mail_server_that_fails_gets_the_mail_when_it_is_well_again(huis, smtp, fault):
    huis.dossier(contactpersoon="voorschool")
    smtp.fail(fault)
    assert deliver(huis) == 0
    smtp.heal()
    assert deliver(huis, moment=now() + WAITS[0]) == 1
    assert addresses(smtp) == ["voorschool@example.org"]


def test_a_line_cut_before_the_answer_means_a_second_copy_with_the_same_message_id(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    smtp.fail(Fault.CUT)
    assert deliver(huis) == 0
    smtp.heal()
    assert deliver(huis, moment=now() + WAITS[0]) == 1
    first, second = smtp.letters
    assert first.raw == second.raw


def test_a_refused_address_is_a_task_at_once_and_can_be_tried_again(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    smtp.fail(Fault.PERMANENT)
    assert deliver(huis) == 0
    with huis.at_work("contact") as person:
        (task,) = berichten.undelivered(person)
        assert task.fout is MailFout.GEWEIGERD
        berichten.retry(person, task.id)
        assert list(berichten.undelivered(person)) == []
    smtp.heal()
    assert deliver(huis) == 1


@pytest.mark.both_engines
def test_a_task_can_be_settled_once(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    smtp.fail(Fault.PERMANENT)
    deliver(huis)
    with huis.at_work("contact") as person:
        (task,) = berichten.undelivered(person)
        berichten.settle(person, task.id)
        with pytest.raises(PortalError):
            berichten.settle(person, task.id)
    with huis.at_work("voorschool") as person:
        assert berichten.unread_count(person) == 1, "it stays in the list of the person"
        assert list(berichten.undelivered(person)) == []
        with pytest.raises(PortalError):
            berichten.retry(person, task.id)


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: evil@example.org",
        "a@example.org, b@example.org",
        "Jan <a@example.org>",
        "geen",
        "é@example.org",
    ],
)
def test_an_address_that_is_none_reaches_nobody_and_is_a_task(huis, smtp, address):
    with huis.behind_the_scenes():
        gebruiker(huis, "voorschool").email = address
        db.session.commit()
    huis.dossier(contactpersoon="voorschool")
    assert deliver(huis) == 0
    assert huis.berichten()[0].fout is MailFout.ADRES
    assert smtp.letters == []


@pytest.mark.both_engines
def test_where_there_is_nobody_to_tell_that_is_a_task_and_a_new_contact_person_gets_the_mail(huis, smtp):
    with huis.behind_the_scenes():
        for key in ("voorschool", "collega"):
            membership(huis, key).tot = now()
        db.session.commit()
    huis.dossier()
    with huis.at_work("contact") as person:
        (task,) = berichten.undelivered(person)
        assert task.fout is MailFout.NIEMAND
        key = task.id
        with pytest.raises(PortalError):
            berichten.retry(person, key)
    with huis.behind_the_scenes():
        huis.add_person("nieuw", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL)
        db.session.commit()
    with huis.at_work("contact") as person:
        berichten.retry(person, key)
        assert list(berichten.undelivered(person)) == []
    deliver(huis)
    assert addresses(smtp) == ["nieuw@example.org"]


def test_a_mail_that_was_sent_is_in_the_log_and_one_that_lapsed_too(huis, smtp):
    huis.dossier()
    with huis.behind_the_scenes():
        membership(huis, "voorschool").tot = now()
        db.session.commit()
    deliver(huis)
    with huis.behind_the_scenes():
        events = db.session.scalars(db.select(Gebeurtenis).filter_by(actie=Actie.MAIL_VERZENDEN)).all()
    assert sorted(event.gelukt for event in events) == [False, True]
    assert all(event.hulpvraag_id for event in events)


def test_an_old_invitation_is_not_mailed_after_a_newer_one_was_made(huis, smtp):
    with huis.behind_the_scenes():
        person = gebruiker(huis, "voorschool")
        for _again in range(2):
            link = uitnodigingen.make(UitnodigingSoort.ACCOUNT, person, valid_for=timedelta(days=7))
            mail.queue_account_mail("uitnodiging", person, link)
        db.session.commit()
    assert deliver(huis) == 1
    token = re.search(r"/uitnodiging/(\w+)", smtp.letters[0].text)[1]
    with huis.behind_the_scenes():
        assert uitnodigingen.find(token, UitnodigingSoort.ACCOUNT).id == link.id
        assert token not in str([vars(row) for row in db.session.scalars(db.select(Uitnodiging))])


@pytest.mark.both_engines
def test_two_workers_share_the_work_and_send_each_mail_once(huis, smtp):
    huis.dossier()
    with huis.app.app_context(), as_system("two workers at once"):
        first, second = mail._claim(now()), mail._claim(now())
        assert first[0] != second[0]
        assert mail._claim(now()) is None
        assert mail._deliver(*first, moment=now()) + mail._deliver(*second, moment=now()) == 2
    assert deliver(huis, moment=now() + timedelta(days=1)) == 0


@pytest.mark.both_engines
def test_a_worker_that_was_away_too_long_does_not_settle_what_another_took_over(huis, smtp):
    huis.dossier(contactpersoon="voorschool")
    with huis.app.app_context():
        key, tries = mail._claim(now())
        assert mail._claim(now() + mail.LEASE) == (key, tries + 1)
        mail._deliver(key, tries, moment=now())
    assert huis.berichten()[0].status is BerichtStatus.WACHT


def membership(huis, key):
    return db.session.scalars(
        db.select(Lidmaatschap).where(Lidmaatschap.gebruiker_id == huis.people[key][0])
    ).one()


def organisation(huis, key):
    return db.session.scalars(db.select(Organisation).where(Organisation.id == huis.organisations[key])).one()


def gebruiker(huis, key):
    return db.session.scalars(db.select(Gebruiker).where(Gebruiker.id == huis.people[key][0])).one()
