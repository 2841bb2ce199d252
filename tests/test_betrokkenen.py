"""Another preschool, contact person, specialist or stand-in, in one act; and who reads who has access."""

import re

import pytest

from app.access import level
from app.errors import BadInput, Conflict, NotFound
from app.extensions import db
from app.models import (
    Betrokkenheid,
    Deelname,
    Gebeurtenis,
    Hulpvraag,
    Lidmaatschap,
    Notitie,
    Overlegronde,
    StatusWijziging,
    Toestemming,
)
from app.models.base import now
from app.services import berichten, betrokkenen
from app.services.mail import deliver_due
from app.terms import BerichtStatus, Gezag, Ground, Level, MailFout, Opening, Zichtbaarheid
from tests.involving import add_parent, add_school, advance, approach, sign_in, the
from tests.partnership import Partnership


@pytest.fixture
def huis(app):
    return Partnership(app).settle()


@pytest.fixture
def dossier(huis):
    made = huis.dossier(specialist="specialist", contactpersoon="voorschool")
    huis.documents(made)
    advance(huis, made, "bijlagen_toegevoegd", "onderwijsadvies")
    return made


def chosen(huis, **changed):
    """The form as it stands, with what was changed in it."""
    return {
        "voorschool": str(huis.organisations["VOORSCHOOL"]),
        "contactpersoon": str(huis.people["voorschool"][0]),
        "specialist": str(huis.people["specialist"][0]),
        "waarnemer": None,
        "reden": None,
    } | changed


def to_nest(huis, **changed):
    nest = {
        "voorschool": str(huis.organisations["VOORSCHOOL2"]),
        "contactpersoon": str(huis.people["voorschool2"][0]),
        "reden": "Het kind is verhuisd.",
    }
    return chosen(huis, **nest | changed)


def change(huis, dossier, data, by="specialist"):
    with huis.at_work(by) as person:
        return betrokkenen.change(the(Hulpvraag, dossier), data, by=person)


def level_of(huis, dossier, key):
    with huis.behind_the_scenes():
        return level(huis.person(key), the(Hulpvraag, dossier))


@pytest.mark.both_engines
def test_the_new_preschool_opens_the_dossier_and_the_old_one_does_not_any_more(huis, dossier):
    with huis.behind_the_scenes():
        history = db.session.scalar(db.select(db.func.count(StatusWijziging.id)))
    names = change(huis, dossier, to_nest(huis))
    assert names == ["de voorschool Het Nest", "de voorschool De Speelhoek"]
    assert level_of(huis, dossier, "voorschool2") is Level.DOSSIER
    assert level_of(huis, dossier, "voorschool") is Level.GEEN
    assert sign_in(huis, "voorschool").get(f"/hulpvragen/{dossier}").status_code == 404
    assert sign_in(huis, "voorschool2").get(f"/hulpvragen/{dossier}").status_code == 200
    with huis.behind_the_scenes():
        row = the(Hulpvraag, dossier)
        assert row.voorschool_id == huis.organisations["VOORSCHOOL2"]
        assert row.contactpersoon_id == huis.people["voorschool2"][0]
        assert db.session.scalar(db.select(db.func.count(StatusWijziging.id))) == history
        (note,) = db.session.scalars(db.select(Notitie))
        assert note.zichtbaarheid is Zichtbaarheid.INTERN
        assert "verhuisd" in note.tekst
        assert db.session.scalars(db.select(Gebeurtenis).filter_by(grond="betrokkenen")).one()


def test_the_new_preschool_the_old_one_and_the_new_specialist_each_get_their_mail(huis, dossier, smtp):
    with huis.app.app_context():
        deliver_due()
    before = len(smtp.letters)
    change(huis, dossier, to_nest(huis, specialist=str(huis.people["specialist2"][0])))
    with huis.app.app_context():
        deliver_due()
    letters = smtp.letters[before:]
    subjects = {letter.recipients[0]: letter.message["Subject"] for letter in letters}
    assert set(subjects) == {f"{key}@example.org" for key in ("voorschool", "voorschool2", "specialist2")}
    assert len(set(subjects.values())) == 3
    for letter in letters:
        for word in ("Mila", "Jansen", "verhuisd", "Nest", "Speelhoek"):
            assert word not in letter.text
    (farewell,) = huis.berichten(soort="voorschool_gewisseld")
    assert farewell.afscheid
    page = sign_in(huis, "voorschool").get(f"/berichten/{farewell.id}")
    assert page.status_code == 200
    assert "Mila" not in page.get_data(as_text=True)


def test_with_the_same_preschool_only_people_change_and_the_preschool_hears_nothing(huis, dossier):
    with huis.behind_the_scenes():
        before = db.session.scalar(db.select(db.func.count(Betrokkenheid.id)))
    told = len(huis.berichten())
    change(huis, dossier, chosen(huis, waarnemer=str(huis.people["specialist2"][0])))
    with huis.behind_the_scenes():
        assert the(Hulpvraag, dossier).waarnemer_id == huis.people["specialist2"][0]
        assert db.session.scalar(db.select(db.func.count(Betrokkenheid.id))) == before
    assert [row.soort for row in huis.berichten()[told:]] == ["specialist_gekozen"]


def test_who_of_the_old_preschool_sits_in_a_round_is_out_of_it_too(huis, dossier):
    with huis.behind_the_scenes():
        of = {"hulpvraag_id": dossier, "swv_id": huis.organisations["SWV"]}
        by, who = huis.people["specialist"][0], huis.people["voorschool"][0]
        ronde = Overlegronde(**of, begint_op=now(), gemaakt_door_id=by)
        db.session.add(ronde)
        db.session.flush()
        place = {"gebruiker_id": who, "namens_id": huis.organisations["VOORSCHOOL"]}
        db.session.add_all(
            [
                Deelname(**of, **place, overlegronde_id=ronde.id, uitgenodigd_door_id=by, opening=Opening.NU),
                Betrokkenheid(**of, **place, grond=Ground.OVERLEGRONDE),
            ]
        )
        db.session.commit()
    change(huis, dossier, to_nest(huis))
    assert level_of(huis, dossier, "voorschool") is Level.GEEN
    with huis.behind_the_scenes():
        assert db.session.scalars(db.select(Deelname)).one().verwijderd_op is not None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"contactpersoon": "voorschool"}, "contactpersoon"),
        ({"specialist": "contact"}, "specialist"),
        ({"waarnemer": "voorschool2"}, "waarnemer"),
        ({"voorschool": "SWV"}, "voorschool"),
        ({"voorschool": "x"}, "voorschool"),
        ({"reden": None}, "reden"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_half_done(huis, dossier, changed, field):
    keys = {name: str(huis.people[key][0]) for name, key in changed.items() if key in huis.people}
    places = {
        name: str(huis.organisations[key]) for name, key in changed.items() if key in huis.organisations
    }
    with pytest.raises(BadInput) as refused:
        change(huis, dossier, to_nest(huis, **changed | keys | places))
    assert set(refused.value.fields) == {field}
    assert level_of(huis, dossier, "voorschool") is Level.DOSSIER
    assert huis.berichten(soort="voorschool_gekozen") == []


def test_nothing_changed_is_said(huis, dossier):
    with pytest.raises(BadInput):
        change(huis, dossier, chosen(huis))


@pytest.mark.both_engines
def test_of_two_at_once_one_wins_and_the_other_keeps_the_typed_text(huis, dossier):
    with huis.behind_the_scenes():
        versie = the(Hulpvraag, dossier).versie
    change(huis, dossier, to_nest(huis, versie=versie))
    with pytest.raises(Conflict):
        change(huis, dossier, chosen(huis, versie=versie, waarnemer=str(huis.people["specialist2"][0])))
    visitor = sign_in(huis, "contact")
    path = f"/hulpvragen/{dossier}/betrokkenen"
    visitor.get(path)
    typed = {name: value or "" for name, value in chosen(huis).items()} | {"reden": "Mijn tekst"}
    lost = visitor.post(path, **typed, versie=str(versie))
    assert lost.status_code == 409
    assert "Mijn tekst" in lost.get_data(as_text=True)


def test_after_the_end_nobody_changes_who_is_involved(huis, dossier):
    advance(huis, dossier, "ingetrokken")
    with pytest.raises(Conflict):
        change(huis, dossier, to_nest(huis))
    assert sign_in(huis, "specialist").get(f"/hulpvragen/{dossier}/betrokkenen").status_code == 409


@pytest.mark.parametrize("who", ["voorschool", "collega", "voorschool2", "rolbeheer"])
def test_only_jk_staff_changes_who_is_involved(huis, who):
    dossier = huis.dossier(contactpersoon="voorschool")
    with huis.at_work("specialist"):
        row = the(Hulpvraag, dossier)
    with huis.at_work(who) as person, pytest.raises(NotFound):
        betrokkenen.change(row, to_nest(huis), by=person)
    assert sign_in(huis, who).get(f"/hulpvragen/{dossier}/betrokkenen").status_code == 404


def test_a_new_preschool_without_anybody_to_tell_is_a_task_that_can_be_done_again(huis, dossier):
    with huis.behind_the_scenes():
        where = {"gebruiker_id": huis.people["voorschool2"][0]}
        row = db.session.scalars(db.select(Lidmaatschap).filter_by(**where)).one()
        row.tot = now()
        db.session.commit()
    change(huis, dossier, to_nest(huis, contactpersoon=None))
    with huis.at_work("contact") as person:
        (task,) = berichten.undelivered(person)
        key = task.id
        assert (task.fout, task.soort) == (MailFout.NIEMAND, "voorschool_gekozen")
        with pytest.raises(Conflict):
            berichten.retry(person, key)
    with huis.behind_the_scenes():
        db.session.scalars(db.select(Lidmaatschap).filter_by(**where)).one().tot = None
        db.session.commit()
    with huis.at_work("contact") as person:
        berichten.retry(person, key)
    waiting = huis.berichten(soort="voorschool_gekozen", status=BerichtStatus.WACHT)
    assert [row.ontvanger_id for row in waiting] == [huis.people["voorschool2"][0]]


def test_the_page_changes_it_and_says_who_gets_a_mail(huis, dossier):
    visitor = sign_in(huis, "specialist")
    path = f"/hulpvragen/{dossier}/betrokkenen"
    assert path in visitor.get(f"/hulpvragen/{dossier}/toegang").get_data(as_text=True)
    assert "De Speelhoek" in visitor.get(path).get_data(as_text=True)
    typed = {name: value or "" for name, value in to_nest(huis).items()}
    bsn = visitor.post(path, **typed | {"reden": "Het nummer is 123456782."})
    assert bsn.status_code == 422
    assert "BSN" in bsn.get_data(as_text=True)
    done = visitor.post(path, **typed)
    assert done.status_code == 302
    page = visitor.get(done.location).get_data(as_text=True)
    assert "Het Nest" in page
    assert "Wie eerder toegang had" in page
    assert page.index("Wie eerder toegang had") < page.rindex("De Speelhoek")


def rows_on(page):
    """The text of each row of the tables."""
    found = re.findall(r"<tr role=\"row\">(.*?)</tr>", page.get_data(as_text=True), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def test_who_has_access_says_how_far_and_what_is_missing(huis, dossier):
    add_school(huis, "LINDE", "school")
    add_parent(huis, dossier)
    approach(huis, dossier, "LINDE")
    advance(huis, dossier, "aanmelden_school")
    page = rows_on(sign_in(huis, "specialist").get(f"/hulpvragen/{dossier}/toegang"))
    assert any("De Linde" in row and "ziet het dossier" in row for row in page)
    assert any("Ouder Verzonnenman" in row for row in page)
    with huis.behind_the_scenes():
        db.session.scalars(db.select(Toestemming)).one().ingetrokken_op = now()
        db.session.commit()
    page = rows_on(sign_in(huis, "specialist").get(f"/hulpvragen/{dossier}/toegang"))
    assert any("De Linde" in row and "de toestemming van de ouders ontbreekt" in row for row in page)


def test_a_parent_reads_organisations_and_roles_and_no_names_of_others(huis, dossier):
    add_parent(huis, dossier)
    add_parent(huis, dossier, "ouder2")
    page = rows_on(sign_in(huis, "ouder").get(f"/hulpvragen/{dossier}/toegang"))
    assert any("De Speelhoek" in row and "De voorschool" in row for row in page)
    assert any("Uzelf" in row for row in page)
    assert not any("Verzonnenman" in row or "Ouder ouder2" in row for row in page)


def test_the_preschool_reads_organisations_alone(huis, dossier):
    add_parent(huis, dossier)
    page = rows_on(sign_in(huis, "voorschool").get(f"/hulpvragen/{dossier}/toegang"))
    assert any("De Speelhoek" in row for row in page)
    assert not any("uder" in row for row in page)


def test_a_parent_without_authority_is_shown_to_jk_staff_as_seeing_nothing(huis, dossier):
    add_parent(huis, dossier, gezag=Gezag.NEE)
    page = rows_on(sign_in(huis, "specialist").get(f"/hulpvragen/{dossier}/toegang"))
    assert any("heeft geen gezag" in row for row in page)
