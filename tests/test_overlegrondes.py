"""Consultation rounds: who is invited and hears what, for whom the dossier opens, and when that ends."""

import re
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
import sqlalchemy as sa

from app.access import may, person_for
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import (
    Afspraak,
    Bericht,
    Betrokkenheid,
    Bijlage,
    Deelname,
    Gebruiker,
    Gezagsdrager,
    Hulpvraag,
    Kind,
    Notitie,
    Overlegronde,
)
from app.models.base import now
from app.services import agenda, berichten, deelnames, genodigden, letters, overlegrondes, voorbeeld, worklist
from app.services.genodigden import Wie
from app.services.mail import deliver_due
from app.terms import Antwoord, BerichtStatus, Gezag, Ground, Opening, Verb, Zichtbaarheid
from tests.rounds import BEKENDE, MOEDER, VADER, Rounds, next_week
from tests.test_mail import as_sent

GOLDEN = Path(__file__).parent / "golden" / "mail"


@pytest.fixture
def settings(settings):
    return settings | {"MAIL_DEFAULT_SENDER": "Kindbrug <noreply@kindbrug.example>"}


@pytest.fixture
def huis(app):
    return Rounds(app).settle()


@pytest.fixture
def dossier(huis):
    return huis.dossier(specialist="specialist", contactpersoon="voorschool")


@pytest.fixture
def ronde(huis, dossier):
    return huis.round(dossier)


@pytest.fixture
def moeder(huis, dossier, ronde):
    """A parent who was invited and made the account theirs; the key of the participation."""
    deelname = huis.invite_parent(ronde, huis.parent(dossier))
    huis.known_as(MOEDER)
    return deelname


@pytest.fixture
def gast(huis, ronde):
    deelname = huis.invite_guest(ronde)
    huis.known_as(BEKENDE)
    return deelname


def deliver(huis, **kw):
    with huis.app.app_context():
        return deliver_due(**kw)


def refusal(act, *args, **kw):
    """The sentence with which this is refused, in Dutch or English, whole."""
    with pytest.raises(BadInput) as wrong:
        act(*args, **kw)
    return {name: str(sentence) for name, sentence in wrong.value.fields.items()}


def rows_of(huis, model):
    with huis.behind_the_scenes():
        return db.session.scalar(db.select(db.func.count()).select_from(model))


# Planning


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"begint_op": now() - timedelta(minutes=1)}, "begint_op"),
        ({"begint_op": now() + timedelta(days=900)}, "begint_op"),
        ({"plaats": None, "link": None}, "plaats"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "meet.example.nl/1"}, "link"),
        ({"link": "https://meet.example.nl/ x"}, "link"),
        ({"duur": 0}, "duur"),
        ({"duur": 100_000}, "duur"),
    ],
)
def test_what_can_not_be_planned_is_refused_in_words(huis, dossier, typed, field):
    assert list(refusal(huis.round, dossier, **typed)) == [field]
    assert rows_of(huis, Overlegronde) == 0


@pytest.mark.parametrize("who", ["voorschool", "school", "rolbeheer", "voorschool2", "nieuw"])
def test_only_jk_staff_of_the_swv_plans(huis, dossier, who):
    with pytest.raises(NotFound):
        huis.round(dossier, by=who)


def test_no_round_is_planned_in_a_dossier_that_has_ended(huis, dossier):
    huis.move(dossier, "ingetrokken", by="contact")
    with pytest.raises(NotFound):
        huis.round(dossier)


def test_who_saves_an_older_version_is_told_so_and_loses(huis, ronde):
    huis.edit(ronde, plaats="Kamer 4")
    with pytest.raises(Conflict):
        huis.edit(ronde, plaats="Kamer 5", versie=1)
    with huis.behind_the_scenes():
        assert huis.row(Overlegronde, ronde).plaats == "Kamer 4"


def test_another_moment_asks_everybody_anew_and_moves_what_opens_after(huis, ronde, moeder):
    huis.open_for(moeder, Opening.NA_OVERLEG)
    answer(huis, ronde, MOEDER, Antwoord.AANWEZIG)
    later = next_week() + timedelta(days=2)
    huis.edit(ronde, begint_op=later)
    with huis.behind_the_scenes():
        row = huis.row(Deelname, moeder)
        assert (row.antwoord, row.open_vanaf) == (None, later + timedelta(minutes=60))
    (opened,) = [b for b in huis.involved(grond=Ground.OVERLEGRONDE) if b.tot is None]
    assert opened.van == later + timedelta(minutes=60)
    (waiting,) = huis.berichten(soort="dossier_geopend")
    assert waiting.volgende_poging == opened.van
    assert "overleg_gewijzigd" in huis.soorten(MOEDER)


def test_a_moment_that_stays_is_not_asked_again_and_a_save_without_change_tells_nobody(huis, ronde, gast):
    answer(huis, ronde, BEKENDE, Antwoord.AANWEZIG)
    huis.edit(ronde)
    assert "overleg_gewijzigd" not in huis.soorten(BEKENDE)
    huis.edit(ronde, agenda="Iets anders")
    assert huis.soorten(BEKENDE)[-1] == "overleg_gewijzigd"
    with huis.behind_the_scenes():
        assert huis.row(Deelname, gast).antwoord is Antwoord.AANWEZIG


def test_a_round_is_not_moved_to_the_past(huis, ronde):
    assert "begint_op" in refusal(huis.edit, ronde, begint_op=now() - timedelta(days=1))


# Inviting


@pytest.mark.both_engines
def test_an_invitation_is_a_participation_an_involvement_and_a_mail(huis, smtp, ronde):
    deelname = huis.invite_member(ronde, "voorschool")
    (row,) = huis.involved(grond=Ground.GENODIGD)
    assert (row.gebruiker_id, row.namens_id, row.bron_id) == (*huis.people["voorschool"], deelname)
    deliver(huis)
    assert len(smtp.to("voorschool@example.org")) == 2, "the dossier and the invitation"
    with huis.at_work("voorschool") as person:
        bericht = next(b for b in huis_inbox(person) if b.soort == "overleg_uitnodiging")
        assert bericht.overlegronde_id == ronde
        assert berichten.may_open_round(bericht)


@pytest.mark.both_engines
def test_a_parent_without_an_account_gets_a_link_and_follows_the_dossier(huis, smtp, dossier, ronde):
    huis.invite_parent(ronde, huis.parent(dossier))
    deliver(huis)
    (letter,) = smtp.to(MOEDER)
    assert re.search(r"/uitnodiging/\w{64}", letter.text)
    assert "JK-" not in letter.text
    grounds = {row.grond for row in huis.involved(namens_id=None) if row.gebruiker_id}
    assert grounds == {Ground.GENODIGD, Ground.OUDER}
    huis.known_as(MOEDER)
    assert huis.reads(MOEDER, Overlegronde) == huis.reads(MOEDER, Deelname) == huis.reads(MOEDER, Kind) == 1
    assert huis.reads(MOEDER, Bijlage) == 0


def test_a_parent_is_linked_to_one_account_and_involved_once_however_often_invited(huis, dossier, ronde):
    ouder = huis.parent(dossier)
    huis.invite_parent(ronde, ouder)
    huis.invite_parent(huis.round(dossier), ouder)
    assert len(huis.involved(grond=Ground.OUDER)) == 1
    with huis.behind_the_scenes():
        linked = huis.row(Gezagsdrager, ouder).gebruiker_id
        assert db.session.scalars(db.select(Gebruiker.id).filter_by(email=MOEDER)).all() == [linked]


@pytest.mark.parametrize("gezag", [Gezag.NEE, Gezag.ONBEKEND])
def test_a_parent_without_authority_is_invited_by_no_door(huis, dossier, ronde, gezag):
    ouder = huis.parent(dossier, gezag=gezag)
    assert "Sanne" in refusal(huis.invite_parent, ronde, ouder)["gezagsdrager"]
    assert list(refusal(huis.invite_guest, ronde, MOEDER)) == ["email"]
    assert rows_of(huis, Deelname) == 0
    with huis.behind_the_scenes():
        assert db.session.scalar(db.select(Gebruiker.id).filter_by(email=MOEDER)) is None, "nothing half-done"


def test_a_parent_without_an_address_or_with_that_of_the_other_parent_is_refused_in_words(
    huis, dossier, ronde
):
    assert list(refusal(huis.invite_parent, ronde, huis.parent(dossier, email=None))) == ["gezagsdrager"]
    huis.invite_parent(ronde, huis.parent(dossier))
    assert list(refusal(huis.invite_parent, ronde, huis.parent(dossier))) == ["gezagsdrager"]
    assert list(refusal(huis.invite, ronde, Wie.OUDER, gezagsdrager="geen")) == ["gezagsdrager"]


def test_the_parent_of_another_child_is_not_on_offer(huis, dossier, ronde):
    elsewhere = huis.parent(huis.dossier(), email=VADER)
    assert list(refusal(huis.invite_parent, ronde, elsewhere)) == ["gezagsdrager"]


def test_the_same_person_twice_is_refused_in_words_and_nothing_is_half_done(huis, ronde, moeder, gast):
    huis.invite_member(ronde, "voorschool")
    before = rows_of(huis, Bericht), rows_of(huis, Betrokkenheid)
    assert list(refusal(huis.invite_guest, ronde)) == ["email"]
    assert list(refusal(huis.invite_member, ronde, "voorschool")) == ["persoon"]
    with huis.behind_the_scenes():
        ouder = str(huis.row(Deelname, moeder).gezagsdrager_id)
    assert list(refusal(huis.invite_parent, ronde, ouder)) == ["gezagsdrager"]
    assert before == (rows_of(huis, Bericht), rows_of(huis, Betrokkenheid))


@pytest.mark.parametrize("who", ["voorschool2", "rolbeheer", "nieuw"])
def test_another_preschool_another_role_or_another_swv_is_not_invited_by_name(huis, ronde, who):
    assert list(refusal(huis.invite_member, ronde, who)) == ["persoon"]


def test_a_colleague_of_jk_staff_needs_no_involvement(huis, ronde):
    huis.invite_member(ronde, "specialist2")
    assert [row for row in huis.involved() if row.gebruiker_id] == []
    assert huis.soorten("specialist2") == ["overleg_uitnodiging"]


def test_who_invites_oneself_gets_no_mail(huis, ronde):
    huis.invite_member(ronde, "specialist")
    assert "overleg_uitnodiging" not in huis.soorten("specialist")


def test_an_address_of_another_swv_is_linked_and_nothing_says_that_it_was_known(huis, ronde):
    known = huis.invite_guest(ronde, "nieuw@example.org")
    unknown = huis.invite_guest(ronde, "niemand@example.org")
    with huis.behind_the_scenes():
        rows = [huis.row(Deelname, key) for key in (known, unknown)]
        assert rows[0].gebruiker_id == huis.people["nieuw"][0]
        assert [row.namens_id for row in rows] == [None, None]
    for email in ("nieuw@example.org", "nooit@example.org"):
        with pytest.raises(BadInput):
            huis.invite(ronde, Wie.DEELNEMER, first_name="\x07", last_name="x", email=email)


def test_an_invited_member_of_another_swv_sees_it_as_nobody_and_not_at_work(huis, ronde):
    huis.invite_guest(ronde, "nieuw@example.org")
    key = huis.people["nieuw"][0]
    assert huis.reads("nieuw", Overlegronde) == 0
    huis.people["nieuw als gast"] = (key, None)
    assert huis.reads("nieuw als gast", Overlegronde) == 1


def test_nobody_is_invited_to_a_round_that_is_over_or_closed(huis, ronde, clock):
    huis.close(ronde)
    with pytest.raises(Conflict):
        huis.invite_guest(ronde)
    huis.reopen(ronde)
    clock.shift(timedelta(days=9))
    with pytest.raises(Conflict):
        huis.invite_guest(ronde)
    assert rows_of(huis, Deelname) == 0


def test_outsiders_can_not_invite(huis, ronde):
    huis.invite_member(ronde, "voorschool")
    with pytest.raises(NotFound):
        huis.invite(
            ronde, Wie.DEELNEMER, by="voorschool", first_name="a", last_name="b", email="a@example.org"
        )


# Answering


def answer(huis, ronde, who, antwoord, voorstel=None):
    with huis.at_work(who) as person:
        return deelnames.answer(huis.row(Overlegronde, ronde), antwoord, voorstel, person).id


@pytest.mark.both_engines
def test_a_participant_answers_and_changes_it_and_the_specialist_hears(huis, ronde, moeder):
    answer(huis, ronde, MOEDER, Antwoord.VOORSTEL, "Liever dinsdag")
    assert answer(huis, ronde, MOEDER, Antwoord.AANWEZIG) == moeder
    with huis.behind_the_scenes():
        row = huis.row(Deelname, moeder)
        assert (row.antwoord, row.voorstel) == (Antwoord.AANWEZIG, None)
    assert huis.soorten("specialist") == ["overleg_antwoord"] * 2
    assert huis.soorten("contact") == []


def test_another_moment_needs_words(huis, ronde, gast):
    with pytest.raises(BadInput):
        answer(huis, ronde, BEKENDE, Antwoord.VOORSTEL)


def test_after_the_round_was_closed_no_answer_is_taken(huis, ronde, gast):
    huis.invite_member(ronde, "specialist2")
    huis.people["wie weg was"] = huis.people[BEKENDE]
    with huis.at_work(BEKENDE) as person:
        row = huis.row(Overlegronde, ronde)
    huis.close(ronde)
    with pytest.raises(Conflict):
        answer(huis, ronde, "specialist2", Antwoord.AANWEZIG)
    with huis.app.app_context(), pytest.raises(NotFound):
        deelnames.answer(row, Antwoord.AANWEZIG, None, person)


def test_who_was_not_invited_can_not_answer(huis, ronde, gast):
    with huis.behind_the_scenes():
        row = huis.row(Overlegronde, ronde)
    with huis.at_work("contact") as person, pytest.raises(NotFound):
        deelnames.answer(row, Antwoord.AANWEZIG, None, person)


def test_a_participant_sees_the_own_participation_alone(huis, ronde, gast, moeder):
    assert huis.reads(MOEDER, Deelname) == huis.reads(BEKENDE, Deelname) == 1
    assert huis.reads("specialist", Deelname) == 2
    assert huis.reads("voorschool", Deelname) == huis.reads("voorschool", Overlegronde) == 0
    assert huis.reads(BEKENDE, Kind) == huis.reads(BEKENDE, Hulpvraag) == 0


# Opening


@pytest.mark.both_engines
def test_now_opens_the_dossier_at_once_and_not_closes_it_again(huis, smtp, dossier, gast):
    huis.documents(dossier)
    huis.open_for(gast, Opening.NU)
    assert huis.reads(BEKENDE, Bijlage) == 2
    deliver(huis)
    assert "opengezet" in smtp.to(BEKENDE)[-1].text
    huis.open_for(gast, Opening.NIET)
    assert huis.reads(BEKENDE, Bijlage) == 0
    assert len(huis.involved(grond=Ground.OVERLEGRONDE, tot=None)) == 0


@pytest.mark.both_engines
def test_at_a_moment_the_dossier_opens_by_itself_and_then_the_mail_goes(huis, smtp, dossier, gast, clock):
    huis.documents(dossier)
    at = now() + timedelta(days=1)
    huis.open_for(gast, Opening.MOMENT, at)
    deliver(huis)
    before = len(smtp.to(BEKENDE))
    assert huis.reads(BEKENDE, Bijlage) == 0
    with huis.at_work(BEKENDE) as person:
        assert "dossier_geopend" not in [b.soort for b in huis_inbox(person)], "not said before it is so"
    clock.shift(timedelta(days=1, minutes=1))
    assert huis.reads(BEKENDE, Bijlage) == 2
    deliver(huis)
    assert len(smtp.to(BEKENDE)) == before + 1


def test_after_the_consultation_means_its_end(huis, dossier, gast, clock):
    huis.documents(dossier)
    huis.open_for(gast, Opening.NA_OVERLEG)
    clock.move_to(next_week() + timedelta(minutes=59))
    assert huis.reads(BEKENDE, Bijlage) == 0
    clock.shift(timedelta(minutes=2))
    assert huis.reads(BEKENDE, Bijlage) == 2


def test_changing_it_ends_the_old_opening_and_takes_its_message_back(huis, smtp, gast, clock):
    huis.open_for(gast, Opening.MOMENT, now() + timedelta(days=1))
    huis.open_for(gast, Opening.NA_OVERLEG)
    assert len(huis.involved(grond=Ground.OVERLEGRONDE, tot=None)) == 1
    assert len(huis.berichten(soort="dossier_geopend")) == 1
    huis.open_for(gast, Opening.NA_OVERLEG)
    assert len(huis.involved(grond=Ground.OVERLEGRONDE)) == 2, "the same again changes nothing"
    huis.open_for(gast, Opening.NIET)
    assert huis.berichten(soort="dossier_geopend") == []


def test_an_opening_that_was_overtaken_is_not_told(huis, smtp, ronde, gast, clock):
    huis.open_for(gast, Opening.MOMENT, now() + timedelta(days=1))
    deliver(huis)
    huis.close(ronde)
    clock.shift(timedelta(days=2))
    deliver(huis)
    (bericht,) = huis.berichten(soort="dossier_geopend")
    assert bericht.status is BerichtStatus.VERVALLEN


@pytest.mark.parametrize("moment", [None, now() - timedelta(days=1)])
def test_a_moment_to_open_lies_ahead(huis, gast, moment):
    assert list(refusal(huis.open_for, gast, Opening.MOMENT, moment)) == ["moment"]


def test_nothing_opens_for_who_was_removed_or_in_a_closed_round_or_for_jk_staff(huis, ronde, gast):
    colleague = huis.invite_member(ronde, "specialist2")
    assert list(refusal(huis.open_for, colleague, Opening.NU)) == ["opening"]
    huis.remove(gast)
    with pytest.raises(Conflict):
        huis.open_for(gast, Opening.NU)
    again = huis.invite_guest(ronde)
    huis.close(ronde)
    with pytest.raises(Conflict):
        huis.open_for(again, Opening.NU)
    assert huis.involved(grond=Ground.OVERLEGRONDE) == []


@pytest.mark.both_engines
def test_a_parent_who_has_no_authority_any_more_reads_nothing_from_the_next_request(huis, dossier, moeder):
    huis.documents(dossier)
    huis.open_for(moeder, Opening.NU)
    assert huis.reads(MOEDER, Bijlage) == 2
    with huis.behind_the_scenes():
        huis.row(Gezagsdrager, huis.row(Deelname, moeder).gezagsdrager_id).gezag = Gezag.NEE
        db.session.commit()
    for model in (Bijlage, Kind, Hulpvraag, Overlegronde):
        assert huis.reads(MOEDER, model) == 0
    assert list(refusal(huis.open_for, moeder, Opening.NA_OVERLEG)) == ["opening"]


# Looking before


def typed_in(huis, dossier):
    """Notes, agreements and parents, shared and internal."""
    huis.documents(dossier)
    with huis.behind_the_scenes():
        hulpvraag = huis.row(Hulpvraag, dossier)
        common = {"swv_id": hulpvraag.swv_id, "hulpvraag_id": dossier}
        for text, zichtbaarheid in (
            ("voor iedereen", Zichtbaarheid.GEDEELD),
            ("intern", Zichtbaarheid.INTERN),
        ):
            by = {"geschreven_door_id": huis.people["specialist"][0], "organisation_id": hulpvraag.swv_id}
            db.session.add(Notitie(tekst=text, zichtbaarheid=zichtbaarheid, **by, **common))
            by = {"gemaakt_door_id": huis.people["specialist"][0], "uiterlijk": now().date()}
            db.session.add(Afspraak(wat=text, zichtbaarheid=zichtbaarheid, **by, **common))
        db.session.commit()


@pytest.mark.both_engines
def test_the_preview_shows_what_the_person_will_see_and_keeps_nothing(huis, dossier, gast):
    typed_in(huis, dossier)
    huis.parent(dossier, VADER, Gezag.JA)
    huis.parent(dossier, "onbekend@example.org", Gezag.ONBEKEND)
    before = [(row.id, row.tot) for row in huis.involved()]
    with huis.at_work("specialist") as person:
        seen = voorbeeld.of(huis.row(Deelname, gast))
        assert may(person, Verb.EDIT, huis.row(Deelname, gast)), "one is oneself again"
        assert len(db.session.scalars(db.select(Notitie)).all()) == 2
        db.session.commit()
    assert before == [(row.id, row.tot) for row in huis.involved()]
    assert huis.reads(BEKENDE, Bijlage) == 0
    assert len(seen.documenten) == 2
    assert [text for text, _by in seen.notities] == ["voor iedereen"]
    assert [text for text, _by in seen.afspraken] == ["voor iedereen"]
    assert list(seen.ouders) == ["Sanne Verzonnenouder"]
    assert seen.kind.startswith("Mila Jansen")
    huis.open_for(gast, Opening.NU)
    assert (
        huis.reads(BEKENDE, Notitie)
        == huis.reads(BEKENDE, Afspraak)
        == huis.reads(BEKENDE, Gezagsdrager)
        == 1
    )


def test_a_parent_sees_in_the_preview_the_dossier_and_no_internal_note(huis, dossier, moeder):
    typed_in(huis, dossier)
    with huis.at_work("specialist"):
        seen = voorbeeld.of(huis.row(Deelname, moeder))
    assert [text for text, _by in seen.notities] == ["voor iedereen"]


def test_a_preview_that_breaks_off_keeps_nothing_either(huis, gast, monkeypatch):
    monkeypatch.setattr(voorbeeld.dossiers, "notes", lambda _hulpvraag: 1 / 0)
    with huis.at_work("specialist") as person:
        with pytest.raises(ZeroDivisionError):
            voorbeeld.of(huis.row(Deelname, gast))
        db.session.commit()
        assert may(person, Verb.EDIT, huis.row(Deelname, gast))
    assert huis.involved(grond=Ground.OVERLEGRONDE) == []


# Taking off, closing, opening again


@pytest.mark.both_engines
def test_who_is_taken_off_sees_nothing_more_and_gets_a_farewell(huis, smtp, dossier, ronde, gast):
    huis.open_for(gast, Opening.NU)
    huis.remove(gast)
    huis.remove(gast)
    for model in (Overlegronde, Deelname, Kind, Hulpvraag):
        assert huis.reads(BEKENDE, model) == 0
    deliver(huis)
    assert [b.status for b in huis.berichten(soort="overleg_afgezegd")] == [BerichtStatus.VERZONDEN]
    with huis.at_work(BEKENDE) as person:
        (farewell,) = huis_inbox(person)
        assert farewell.afscheid
        assert not berichten.may_open_round(farewell)
    again = huis.invite_guest(ronde)
    assert again != gast


def test_a_farewell_can_be_read_for_thirty_days_by_who_has_no_other_place(huis, ronde, gast, clock):
    huis.remove(gast)
    key = huis.people[BEKENDE][0]
    with huis.app.app_context():
        assert person_for(key, None, swv_id=huis.organisations["SWV"]) is not None
    clock.shift(timedelta(days=31))
    with huis.app.app_context():
        assert person_for(key, None, swv_id=huis.organisations["SWV"]) is None


def test_a_parent_who_is_taken_off_still_follows_the_dossier(huis, moeder):
    huis.remove(moeder)
    assert huis.reads(MOEDER, Overlegronde) == 0
    assert huis.reads(MOEDER, Kind) == 1
    assert not huis.berichten(soort="overleg_afgezegd")[0].afscheid


@pytest.mark.both_engines
def test_closing_ends_all_at_once_and_opening_again_brings_it_back_as_it_was_set(
    huis, dossier, ronde, gast, moeder
):
    huis.documents(dossier)
    huis.invite_member(ronde, "voorschool")
    huis.open_for(gast, Opening.NU)
    huis.open_for(moeder, Opening.NA_OVERLEG)
    huis.close(ronde)
    huis.close(ronde)
    assert huis.reads(BEKENDE, Bijlage) == huis.reads(BEKENDE, Overlegronde) == 0
    assert len(huis.berichten(soort="overleg_afgezegd")) == 3
    huis.reopen(ronde)
    huis.reopen(ronde)
    assert huis.reads(BEKENDE, Bijlage) == 2
    assert huis.reads(BEKENDE, Overlegronde) == huis.reads(MOEDER, Overlegronde) == 1
    assert huis.reads(MOEDER, Bijlage) == 0
    running = huis.involved(tot=None, grond=Ground.OVERLEGRONDE)
    assert len(running) == 2
    assert len(huis.involved(tot=None, grond=Ground.GENODIGD)) == 3


def test_a_round_that_was_held_closes_without_a_mail(huis, ronde, gast, clock):
    clock.shift(timedelta(days=8))
    huis.close(ronde)
    assert huis.berichten(soort="overleg_afgezegd") == []


@pytest.mark.both_engines
def test_a_status_that_closes_rounds_tells_participants_and_taking_it_back_undoes_it(
    huis, smtp, dossier, ronde, gast
):
    huis.documents(dossier)
    huis.open_for(gast, Opening.NU)
    huis.move(dossier, "ingetrokken", by="contact")
    assert huis.reads(BEKENDE, Bijlage) == huis.reads(BEKENDE, Overlegronde) == 0
    (off,) = huis.berichten(soort="overleg_afgezegd")
    assert off.afscheid
    deliver(huis)
    assert len(smtp.to(BEKENDE)) >= 1
    huis.move(dossier, "terugnemen", by="contact")
    assert huis.reads(BEKENDE, Bijlage) == 2
    assert huis.reads(BEKENDE, Overlegronde) == 1
    assert huis.soorten(BEKENDE)[-1] == "overleg_uitnodiging"


def test_a_change_at_the_same_time_as_the_closing_loses(huis, ronde, gast):
    with huis.at_work("specialist") as person:
        row = huis.row(Overlegronde, ronde)
        huis_closed_elsewhere(huis, ronde)
        with pytest.raises(Conflict):
            overlegrondes.edit(row, {"begint_op": row.begint_op, "duur": 30, "plaats": "x"}, person)


def huis_closed_elsewhere(huis, ronde):
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('kindbrug.swv', '*', true)"))
        connection.execute(
            sa.update(Overlegronde.__table__)
            .where(Overlegronde.__table__.c.id == ronde)
            .values(gesloten_op=now(), versie=2)
        )


# Calendar, list of tasks, words


def test_the_calendar_says_when_and_where_and_nothing_of_the_child(huis, ronde):
    huis.edit(ronde, plaats="Kamer 3; tweede, links", link="https://meet.example.nl/abc")
    with huis.at_work("specialist"):
        row = huis.row(Overlegronde, ronde)
        text = agenda.calendar(row)
        nummer = overlegrondes.number(row)
    (event,) = icalendar.Calendar.from_ical(text).events
    assert event["uid"] == f"{ronde}@localhost"
    assert event["sequence"] == 1
    assert event.start == next_week()
    assert event["dtstart"].to_ical().endswith(b"Z")
    assert event["dtend"].dt == next_week() + timedelta(hours=1)
    assert str(event["summary"]) == f"Overleg {nummer}"
    assert str(event["location"]) == "Kamer 3; tweede, links"
    assert b"Mila" not in text
    assert b"nodig" not in text, "the agenda was typed"
    assert set(event) == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "LOCATION", "URL")
    }
    huis.close(ronde)
    with huis.at_work("specialist"):
        (event,) = icalendar.Calendar.from_ical(agenda.calendar(huis.row(Overlegronde, ronde))).events
    assert event["status"] == "CANCELLED"
    assert event["sequence"] == 2


def test_the_work_list_asks_until_one_has_answered(huis, ronde, gast):
    def asked(key):
        with huis.at_work(key) as person:
            return [(found.ronde.id, found.answered) for found in worklist.consultations(person)]

    assert asked(BEKENDE) == [(ronde, False)]
    assert asked("specialist") == [], "who plans is not thereby asked"
    answer(huis, ronde, BEKENDE, Antwoord.AFWEZIG)
    assert asked(BEKENDE) == [(ronde, True)]
    huis.close(ronde)
    assert asked(BEKENDE) == []


def round_mails(huis, smtp):
    """One of each mail about a consultation, by its kind."""
    dossier = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    ronde = huis.round(dossier)
    gast = huis.invite_guest(ronde)
    deliver(huis)
    huis.known_as(BEKENDE)
    huis.invite_member(ronde, "voorschool")
    huis.open_for(gast, Opening.NU)
    answer(huis, ronde, BEKENDE, Antwoord.VOORSTEL, huis.words or "Liever dinsdag")
    deliver(huis)
    huis.edit(ronde, plaats=huis.words or "Kamer 4")
    deliver(huis)
    huis.remove(gast)
    deliver(huis)
    with huis.behind_the_scenes():
        found = {row.message_id: row.soort for row in db.session.scalars(db.select(Bericht))}
    mails = {found[letter.message["Message-ID"]]: letter for letter in smtp.letters}
    return {soort: mail for soort, mail in mails.items() if not soort.startswith("status_")}


def test_each_mail_of_a_consultation_is_sent_as_its_golden_copy_says(huis, smtp):
    sent = round_mails(huis, smtp)
    files = Path(letters.__file__).parents[1] / "templates" / "mail"
    assert set(sent) == {file.stem for file in files.glob("overleg_*.txt")} | {"dossier_geopend"}
    for soort, letter in sent.items():
        golden = GOLDEN / f"{soort}.txt"
        text = as_sent(letter)
        if not golden.exists():
            golden.write_text(text)
            pytest.fail(f"there was no {golden.name}; it is written now: read it")
        assert text == golden.read_text(), golden.name


def test_nothing_that_was_typed_is_in_a_mail_of_a_consultation(app, smtp):
    huis = Rounds(app, words="Kanarie123").settle()
    for letter in round_mails(huis, smtp).values():
        text = str(letter.message) + letter.text
        for word in ("Kanarie", "Mila", "Lotte", "Verzonnen", "Kamer"):
            assert word not in text


def test_the_invitation_is_mailed_again_with_a_new_link(huis, smtp, ronde):
    deelname = huis.invite_guest(ronde)
    deliver(huis)
    with huis.at_work("specialist") as person:
        genodigden.invite_again(huis.row(Deelname, deelname), person)
    deliver(huis)
    first, second = (re.search(r"/uitnodiging/(\w+)", letter.text)[1] for letter in smtp.to(BEKENDE))
    assert first != second


def test_an_invitation_that_was_taken_back_before_it_left_is_not_sent(huis, smtp, ronde):
    huis.remove(huis.invite_guest(ronde))
    deliver(huis)
    assert "overleg_uitnodiging_account" not in [
        b.soort for b in huis.berichten() if b.status is BerichtStatus.VERZONDEN
    ]


def huis_inbox(person):
    return list(berichten.inbox(person, after=None, before=None).rows)
