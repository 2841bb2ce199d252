"""Every way we know by which a role administrator could reach further through accounts and memberships.

Each attempt gets the status that it should get, and afterwards not a row of what opens something has changed.
"""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.models import (
    Bericht,
    Gebruiker,
    Herstelcode,
    Inloggegevens,
    Lidmaatschap,
    Organisation,
    Rechtafwijking,
    Toegangscontrole,
    Uitnodiging,
    Waarneming,
)
from app.models.base import now
from app.services import accounts, first_account
from app.terms import OrganisationSoort, Role
from tests.staff import Staff

OPENS = (
    *(Gebruiker, Inloggegevens, Herstelcode, Uitnodiging, Lidmaatschap, Organisation, Rechtafwijking),
    *(Waarneming, Toegangscontrole, Bericht),
)
ACTS = ("beeindigen", "schorsen", "hervatten", "uitnodigen", "code-herstellen")
TYPED = {"tot": "2099-01-01", "van": "2020-01-01", "locatie": "Hier", "rol": "rolbeheerder"}
LATER = timedelta(days=400)


@pytest.fixture
def huis(app):
    """Besides the staff: an operator who helps at De Speelhoek, and people with two places of work."""
    made = Staff(app).settle()
    with made.behind_the_scenes():
        operator = Organisation(naam="Beheerder van het portaal", soort=OrganisationSoort.EXPLOITANT)
        nest = Organisation(
            naam="De Boei", soort=OrganisationSoort.VOORSCHOOL, swv_id=made.organisations["ANKER"]
        )
        db.session.add_all([operator, nest])
        db.session.flush()
        made.organisations |= {"PLATFORM": operator.id, "BOEI": nest.id}
        for key, organisation, rol in (
            ("platform", "PLATFORM", Role.PLATFORMBEHEERDER),
            ("platform", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL),
            ("dubbel", "SWV", Role.JK_SPECIALIST),
            ("dubbel", "VOORSCHOOL", Role.ROLBEHEERDER),
            ("privacy", "SWV", Role.PRIVACYFUNCTIONARIS),
            ("boei", "BOEI", Role.CONTACTPERSOON_VOORSCHOOL),
            ("beheer", "VOORSCHOOL", Role.ROLBEHEERDER),
            ("collega", "ANKER", Role.JK_SPECIALIST),
        ):
            made.hire(key, organisation, rol)
        for key in ("platform", "dubbel", "privacy", "boei"):
            db.session.add(Inloggegevens(gebruiker_id=made.people[key][0], actief_sinds=now()))
        db.session.commit()
    return made


def everything(huis: Staff) -> dict[str, list[str]]:
    """All rows that open something, as they are."""
    found = {}
    with huis.behind_the_scenes():
        for model in OPENS:
            rows = db.session.execute(sa.select(model.__table__))
            found[model.__name__] = sorted(str(tuple(row)) for row in rows)
    return found


def post(visitor, path: str, **fields: str):
    visitor.get("/")  # any page gives the form token
    return visitor.post(path, **fields)


def invitation(huis: Staff, organisation: str, rol: str, **other: str) -> dict[str, str]:
    return {
        "first_name": "Evi",
        "last_name": "Verzonnenman",
        "email": "evi@example.org",
        "organisation": str(huis.organisations[organisation]),
        "rol": rol,
    } | other


def refused(huis: Staff, visitor, attempts: list[tuple[str, dict[str, str], int]]) -> None:
    before = everything(huis)
    for path, fields, status in attempts:
        answer = post(visitor, path, **fields)
        assert answer.status_code == status, (path, fields, answer.status_code)
        assert everything(huis) == before, (path, fields)


def at(huis: Staff, key: str, organisation: str):
    """A browser in which this person works there."""
    huis.people[key] = (huis.people[key][0], huis.organisations[organisation])
    return huis.visitor(key)


def on(huis: Staff, key: str, organisation: str | None = None) -> list[tuple[str, dict[str, str], int]]:
    """Everything that can be done with a membership, refused as if it were not there."""
    path = f"/medewerkers/{huis.lid(key, organisation).id}"
    review = ("/toegangscontrole/schorsen", {"lid": path.rpartition("/")[2]}, 404)
    return [*((f"{path}/{act}", TYPED, 404) for act in ACTS), (f"{path}/bewerken", TYPED, 404), review]


def on_own(huis: Staff, key: str, organisation: str) -> list[tuple[str, dict[str, str], int]]:
    """The same with a membership that one may read and not change: only the form gives the text back."""
    attempts = on(huis, key, organisation)
    return [(path, typed, 409 if path.endswith("/bewerken") else 404) for path, typed, _status in attempts]


# The own role, and the own account


def test_nobody_changes_a_membership_of_their_own_wherever_it_is(huis):
    refused(huis, huis.visitor("rolbeheer"), on_own(huis, "rolbeheer", "VOORSCHOOL"))
    beheer = huis.visitor("beheer")
    for place in ("SWV", "VOORSCHOOL"):
        refused(huis, beheer, on_own(huis, "beheer", place))
    dubbel = at(huis, "dubbel", "VOORSCHOOL")
    refused(huis, dubbel, on_own(huis, "dubbel", "VOORSCHOOL") + on(huis, "dubbel", "SWV"))


def test_nobody_gives_a_role_to_their_own_account(huis):
    for key, organisation, roles in (
        ("rolbeheer", "VOORSCHOOL", ["contactpersoon_voorschool", "rolbeheerder"]),
        ("beheer", "SWV", ["jk_specialist", "privacyfunctionaris"]),
        ("beheer", "VOORSCHOOL2", ["contactpersoon_voorschool"]),
    ):
        own = [f"{key}@example.org", f" {key.upper()}@EXAMPLE.org "]
        attempts = [
            ("/medewerkers/nieuw", invitation(huis, organisation, rol, email=email), 422)
            for rol in roles
            for email in own
        ]
        refused(huis, huis.visitor(key), attempts)


def test_who_is_suspended_has_ended_or_begins_later_does_nothing_for_themselves(huis):
    visitor, lid = huis.visitor("rolbeheer"), huis.lid("rolbeheer")
    colleague = f"/medewerkers/{huis.lid('voorschool').id}"
    tries = [
        (f"/medewerkers/{lid.id}/hervatten", {}, 302),
        (f"{colleague}/schorsen", {}, 302),
        ("/organisatie-wisselen", {"membership": str(huis.organisations["VOORSCHOOL"])}, 302),
    ]
    visitor.get("/")
    token = visitor.token
    for change in ({"geschorst_op": now()}, {"tot": now()}, {"van": now() + LATER}):
        with huis.behind_the_scenes():
            row = db.session.get(Lidmaatschap, lid.id)
            as_it_was = {name: getattr(row, name) for name in change}
            for name, value in change.items():
                setattr(row, name, value)
            db.session.commit()
        before = everything(huis)
        for path, fields, status in tries:
            answer = visitor.client.post(path, data=fields | {"csrf_token": token})
            assert answer.status_code == status, (path, change)
            assert answer.location.startswith("/login"), (path, change)
        assert everything(huis) == before, change
        with huis.behind_the_scenes():
            row = db.session.get(Lidmaatschap, lid.id)
            for name, value in as_it_was.items():
                setattr(row, name, value)
            db.session.commit()


# Other people's organisations


def test_a_preschool_does_not_reach_its_swv_its_neighbour_or_another_swv(huis):
    attempts = [
        attempt
        for key in ("specialist", "beheer2", "privacy", "voorschool2", "anker", "boei")
        for attempt in on(huis, key)
    ]
    refused(huis, huis.visitor("rolbeheer"), attempts)


def test_an_swv_does_not_reach_another_swv_or_the_operator(huis):
    attempts = [attempt for key in ("anker", "anker-jk", "boei") for attempt in on(huis, key)]
    attempts += on(huis, "platform", "PLATFORM") + on(huis, "collega", "ANKER")
    refused(huis, huis.visitor("beheer"), attempts)


def test_nobody_invites_into_an_organisation_that_is_not_theirs(huis):
    """One that they know by name says that it is not there; others are not on offer at all."""
    refused(
        huis,
        huis.visitor("rolbeheer"),
        [
            ("/medewerkers/nieuw", invitation(huis, "SWV", rol), 404)
            for rol in ("rolbeheerder", "jk_specialist")
        ],
    )
    for key, places in (
        ("rolbeheer", ["VOORSCHOOL2", "ANKER", "BOEI", "PLATFORM"]),
        ("beheer", ["ANKER", "BOEI", "PLATFORM"]),
    ):
        roles = ("rolbeheerder", "contactpersoon_voorschool", "platformbeheerder")
        attempts = [
            ("/medewerkers/nieuw", invitation(huis, place, rol), 422) for place in places for rol in roles
        ]
        refused(huis, huis.visitor(key), attempts)


def test_who_has_no_say_over_accounts_has_none_of_these_pages(huis):
    for key in ("contact", "specialist", "voorschool", "privacy", "anker-jk"):
        attempts = [
            ("/medewerkers/nieuw", invitation(huis, "VOORSCHOOL", "contactpersoon_voorschool"), 404),
            ("/organisaties/nieuw", {"naam": "Van mij", "soort": "voorschool"}, 404),
            *on(huis, "collega", "VOORSCHOOL"),
        ]
        refused(huis, huis.visitor(key), attempts)


def test_roles_do_not_add_up_over_the_organisations_of_one_account(huis):
    """JK staff of the SWV and role administrator of a preschool: each where it is."""
    at_swv = huis.visitor("dubbel")
    attempts = [("/medewerkers/nieuw", invitation(huis, "VOORSCHOOL", "contactpersoon_voorschool"), 404)]
    refused(huis, at_swv, attempts + on(huis, "voorschool"))
    at_preschool = at(huis, "dubbel", "VOORSCHOOL")
    attempts = [("/medewerkers/nieuw", invitation(huis, "SWV", "jk_specialist"), 404)]
    refused(huis, at_preschool, attempts + on(huis, "specialist"))


# Roles beyond what the organisation can give


def test_no_organisation_gives_a_role_above_its_ceiling(huis):
    given = {
        "VOORSCHOOL": {"contactpersoon_voorschool", "rolbeheerder"},
        "SWV": {"contactpersoon_jk", "jk_specialist", "rolbeheerder", "privacyfunctionaris"},
    }
    for key, places in (("rolbeheer", ["VOORSCHOOL"]), ("beheer", ["SWV", "VOORSCHOOL"])):
        attempts = [
            ("/medewerkers/nieuw", invitation(huis, place, rol), 422)
            for place in places
            for rol in {*(str(one) for one in Role), "", "x", "ROLBEHEERDER"} - given[place]
        ]
        refused(huis, huis.visitor(key), attempts)


# Taking over an account that opens more


def test_an_account_that_opens_more_is_not_renewed_by_who_runs_a_part_of_it(huis):
    """The operator's, one of the SWV and one of another SWV: each has a role at De Speelhoek too."""
    for by, key in (
        *(("rolbeheer", key) for key in ("platform", "dubbel", "collega")),
        *(("beheer", key) for key in ("platform", "collega")),
    ):
        path = f"/medewerkers/{huis.lid(key, 'VOORSCHOOL').id}"
        refused(huis, huis.visitor(by), [(f"{path}/code-herstellen", {}, 409)])
        told_only(huis, huis.visitor(by), path, key)


def told_only(huis: Staff, visitor, path: str, key: str) -> None:
    """A new link for an account in use that opens more: its owner gets a mail without a link, and no more."""
    before = everything(huis)
    assert post(visitor, f"{path}/uitnodigen").status_code == 302
    after = everything(huis)
    assert {name for name in after if after[name] != before[name]} <= {"Bericht"}
    last = huis.berichten(ontvanger_id=huis.people[key][0])[-1]
    assert (last.soort, last.uitnodiging_id) == ("nieuw_lidmaatschap", None)


def test_to_invite_an_account_first_does_not_open_it(huis):
    """A role at one's own preschool for somebody of the SWV, then a new link: the link is refused."""
    visitor = huis.visitor("rolbeheer")
    for key in ("specialist", "anker-jk", "beheer2"):
        fields = invitation(huis, "VOORSCHOOL", "contactpersoon_voorschool", email=f"{key}@example.org")
        assert post(visitor, "/medewerkers/nieuw", **fields).status_code == 302
        path = f"/medewerkers/{huis.lid(key, 'VOORSCHOOL').id}"
        refused(huis, visitor, [(f"{path}/code-herstellen", {}, 409)])
        (bericht,) = huis.berichten(ontvanger_id=huis.people[key][0])
        assert bericht.uitnodiging_id is None, "a mail without a link"
        told_only(huis, visitor, path, key)


def test_ending_what_somebody_has_here_opens_nothing_of_what_they_have_elsewhere(huis):
    visitor, lid = huis.visitor("rolbeheer"), huis.lid("dubbel", "VOORSCHOOL")
    assert post(visitor, f"/medewerkers/{lid.id}/beeindigen").status_code == 302
    attempts = [(f"/medewerkers/{lid.id}/{act}", {}, 409) for act in ("uitnodigen", "code-herstellen")]
    refused(huis, visitor, [*attempts, *on(huis, "dubbel", "SWV")])


def test_a_link_makes_no_other_role_and_opens_no_other_account(huis):
    with huis.app.app_context():
        made = accounts.invite(
            voornaam="Evi",
            achternaam="Verzonnenman",
            email="evi@example.org",
            organisation_id=huis.organisations["VOORSCHOOL"],
            rol=Role.CONTACTPERSOON_VOORSCHOOL,
            by=None,
        )
        path = str(first_account.link_of(made)).removeprefix("http://localhost")
    before = everything(huis)["Lidmaatschap"]
    visitor = huis.visitor("rolbeheer")
    visitor.client.delete_cookie("kindbrug")
    hidden = {
        "gebruiker_id": str(huis.people["beheer"][0]),
        "username": "beheer",
        "rol": "rolbeheerder",
        "organisation": str(huis.organisations["SWV"]),
    }
    visitor.get(f"{path}/wachtwoord")
    word = "vier kale bomen zwijgen"
    visitor.post(f"{path}/wachtwoord", password=word, repeat=word, **hidden)
    assert everything(huis)["Lidmaatschap"] == before
    with huis.behind_the_scenes():
        others = db.session.scalars(
            sa.select(Inloggegevens.wachtwoord_hash).where(Inloggegevens.gebruiker_id != made.gebruiker_id)
        )
        assert not any(others), "no other account has a password now"


# Fields that no form has


def test_hidden_fields_of_an_invitation_are_worth_nothing(huis):
    hidden = {
        "gebruiker": str(huis.people["rolbeheer"][0]),
        "gebruiker_id": str(huis.people["beheer"][0]),
        "organisation_id": str(huis.organisations["SWV"]),
        "swv_id": str(huis.organisations["ANKER"]),
        "id": str(huis.lid("rolbeheer").id),
        "geschorst_op": "2026-01-01",
        "username": "beheer",
        "active": "y",
    }
    fields = invitation(huis, "VOORSCHOOL", "contactpersoon_voorschool", **hidden)
    before = everything(huis)
    assert post(huis.visitor("rolbeheer"), "/medewerkers/nieuw", **fields).status_code == 302
    after = everything(huis)
    new = {name: set(after[name]) - set(before[name]) for name in after}
    assert {name: len(rows) for name, rows in new.items() if rows} == dict.fromkeys(
        ("Gebruiker", "Lidmaatschap", "Uitnodiging", "Bericht"), 1
    )
    assert all(set(before[name]) <= set(after[name]) for name in after)
    with huis.behind_the_scenes():
        made = db.session.scalars(sa.select(Gebruiker).filter_by(email="evi@example.org")).one()
        lid = db.session.scalars(sa.select(Lidmaatschap).filter_by(gebruiker_id=made.id)).one()
    assert (lid.organisation_id, lid.rol) == (
        huis.organisations["VOORSCHOOL"],
        Role.CONTACTPERSOON_VOORSCHOOL,
    )
    assert lid.geschorst_op is None
    assert made.username == "evi"


def test_several_values_for_one_field_are_no_way_round_what_is_checked(huis):
    """The first is read and checked alike: not one checked and another saved."""
    fields = invitation(huis, "VOORSCHOOL", "contactpersoon_voorschool")
    visitor = huis.visitor("rolbeheer")
    twice = fields | {
        "organisation": [str(huis.organisations["SWV"]), str(huis.organisations["VOORSCHOOL"])],
        "rol": ["jk_specialist", "contactpersoon_voorschool"],
    }
    refused(huis, visitor, [("/medewerkers/nieuw", twice, 404)])
    other_way = {name: value[::-1] if isinstance(value, list) else value for name, value in twice.items()}
    assert post(visitor, "/medewerkers/nieuw", **other_way).status_code == 302
    with huis.behind_the_scenes():
        places = db.session.scalars(
            sa.select(Lidmaatschap.organisation_id)
            .join(Gebruiker, Gebruiker.id == Lidmaatschap.gebruiker_id)
            .where(Gebruiker.email == "evi@example.org")
        ).all()
    assert places == [huis.organisations["VOORSCHOOL"]]


def test_an_organisation_does_not_move_to_another_swv_nor_become_another_kind(huis):
    """Who could move a preschool to the own SWV would run it."""
    boei, nest, own = (huis.organisations[key] for key in ("BOEI", "VOORSCHOOL2", "SWV"))
    hidden = {"naam": "Van ons", "swv": str(own), "swv_id": str(own), "soort": "samenwerkingsverband"}
    refused(huis, huis.visitor("beheer"), [(f"/organisaties/{boei}/bewerken", hidden, 404)])
    refused(huis, huis.visitor("rolbeheer"), [(f"/organisaties/{nest}/bewerken", hidden, 404)])
    moved = hidden | {"swv": str(huis.organisations["ANKER"]), "swv_id": str(huis.organisations["ANKER"])}
    for key, place in (("beheer", nest), ("rolbeheer", huis.organisations["VOORSCHOOL"])):
        post(huis.visitor(key), f"/organisaties/{place}/bewerken", **moved)
        with huis.behind_the_scenes():
            row = db.session.scalars(sa.select(Organisation).where(Organisation.id == place)).one()
        assert (row.swv_id, row.soort) == (own, OrganisationSoort.VOORSCHOOL), key


# Two at once


@pytest.mark.both_engines
def test_of_two_who_invite_the_same_person_at_once_one_makes_the_membership(huis, second_app):
    fields = invitation(huis, "VOORSCHOOL", "contactpersoon_voorschool")
    elsewhere = Staff(second_app, organisations=huis.organisations, people=huis.people)
    doors = [huis.visitor("rolbeheer"), elsewhere.visitor("beheer2")]
    answers = at_once([lambda door=door: post(door, "/medewerkers/nieuw", **fields) for door in doors])
    assert sorted(answer.status_code for answer in answers) in ([302, 409], [302, 422])
    with huis.behind_the_scenes():
        people = db.session.scalars(sa.select(Gebruiker).filter_by(email="evi@example.org")).all()
        assert len(people) == 1
        lids = db.session.scalars(sa.select(Lidmaatschap).filter_by(gebruiker_id=people[0].id)).all()
        assert len(lids) == 1


@pytest.mark.both_engines
def test_who_is_suspended_while_inviting_leaves_nothing_half_done(huis, second_app):
    """Either the invitation was first and whole, or there is none; and the next one is refused anyway."""
    elsewhere = Staff(second_app, organisations=huis.organisations, people=huis.people)
    by, over = huis.visitor("rolbeheer"), elsewhere.visitor("beheer2")
    fields = invitation(huis, "VOORSCHOOL", "contactpersoon_voorschool")
    lid = huis.lid("rolbeheer").id
    answers = at_once(
        [
            lambda: post(by, "/medewerkers/nieuw", **fields),
            lambda: post(over, f"/medewerkers/{lid}/schorsen"),
        ]
    )
    assert answers[1].status_code == 302
    with huis.behind_the_scenes():
        person = db.session.scalar(sa.select(Gebruiker).filter_by(email="evi@example.org"))
        rows = [
            db.session.scalar(sa.select(sa.func.count()).select_from(model).filter_by(**where))
            for model, where in (
                (Lidmaatschap, {"gebruiker_id": person.id if person else -1}),
                (Uitnodiging, {"gebruiker_id": person.id if person else -1}),
                (Bericht, {"ontvanger_id": person.id if person else -1}),
            )
        ]
    assert rows == ([1, 1, 1] if person else [0, 0, 0])
    assert by.get("/medewerkers/").status_code == 302, "out at the next click"


def at_once(acts) -> list:
    """Do all of it at the same moment, and give the answers in the order of the acts."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        start.wait(10)
        answers[number] = acts[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers
