"""What each event of the log says, and what it does not: the ground, whom it names, and to which SWV."""

import base64
import re
import secrets
import uuid
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from app.access import as_system
from app.errors import SignInRefused
from app.extensions import db
from app.models import (
    Bijlage,
    Gebeurtenis,
    Gebruiker,
    Hulpvraag,
    Inloggegevens,
    Invoer,
    Kind,
    Lidmaatschap,
    Organisation,
    Uitnodiging,
)
from app.models.base import now
from app.services import invoer, keys, scanner, scans, signin
from app.services.links import one_time_link
from app.terms import Actie, Controle, UitnodigingSoort
from tests import account_steps as steps
from tests import oracle
from tests.partnership import Partnership
from tests.schools import Region
from tests.test_log import client_of, events
from tests.test_log_accounts import events_since, last_number
from tests.uploading import Browser, add
from tests.world import World, text_of


@pytest.fixture
def brug(app) -> Partnership:
    return Partnership(app).settle()


def at_the_door(world: World, path: str, username: str) -> list[Gebeurtenis]:
    """Try somebody's user name at De Brug as a stranger, and give what the log holds of it."""
    anybody = world.app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', anybody.get("/login").get_data(as_text=True))[1]
    number = last_number(world)
    typed = {"organisation": world.organisations["brug"], "username": username, "password": "x"}
    codes = {"code": "1", "recovery_code": "aaaa-bbbb-cccc"}
    anybody.post(path, data=typed | codes | {"csrf_token": token})
    return events_since(world, number)


@pytest.mark.both_engines
@pytest.mark.parametrize("path", ["/login", "/login/herstelcode"])
def test_an_swv_does_not_hear_who_people_of_another_swv_are_when_they_try_to_sign_in(world: World, path: str):
    brug, account = world.organisations["brug"], world.accounts["specialist-anker"]
    made = at_the_door(world, path, "specialist-anker")
    assert [(str(event.swv_id), event.gebruiker_id) for event in made] == [(brug, None), ("None", account)]
    made = at_the_door(world, path, "specialist")
    assert [(str(event.swv_id), event.gebruiker_id) for event in made] == [
        (brug, world.accounts["specialist"])
    ]
    assert [event.gebruiker_id for event in at_the_door(world, path, "niemand")] == [None]


def test_an_swv_does_not_hear_whose_password_of_another_swv_was_forgotten(world: World):
    with world.as_it_was():  # the mail is nobody's of the world
        with world.behind_the_scenes():
            for name in ("specialist-anker", "specialist"):
                known = db.session.scalar(
                    sa.select(Inloggegevens).filter_by(gebruiker_id=world.accounts[name])
                ) or Inloggegevens(gebruiker_id=world.accounts[name], wachtwoord_hash="x")
                known.actief_sinds = known.actief_sinds or now()
                db.session.add(known)
            db.session.commit()
            query = sa.select(Gebruiker).where(Gebruiker.id == world.accounts["specialist-anker"])
            name = db.session.scalars(query).one().naam
        brug = world.organisations["brug"]
        made = at_the_door(world, "/wachtwoord-vergeten", "specialist-anker")
        assert [(event.actie, event.gelukt, str(event.swv_id)) for event in made] == [
            (Actie.WACHTWOORD_VERGETEN, False, brug),
            (Actie.WACHTWOORD_VERGETEN, False, "None"),
        ]
        assert [event.gebruiker_id for event in made] == [None, world.accounts["specialist-anker"]]
        page = world.browser("privacy").get("/logboek/?actie=wachtwoord-vergeten")
        assert name not in text_of(page).partition("<tbody")[2]
        (event,) = at_the_door(world, "/wachtwoord-vergeten", "specialist")
        assert (event.gelukt, event.gebruiker_id) == (True, world.accounts["specialist"])


def test_who_is_signed_in_elsewhere_and_tries_another_name_is_not_named_at_that_swv(world: World):
    browser = world.browser("specialist-anker")
    typed = {"organisation": world.organisations["brug"], "username": "niemand", "password": "x", "code": "1"}
    browser.csrf  # noqa: B018 - opening the page is an event
    number = last_number(world)
    browser.post("/login", typed)
    assert {event.gebruiker_id for event in events_since(world, number) if event.swv_id} <= {None} | {
        world.accounts["specialist-anker"]
        for event in events_since(world, number)
        if str(event.swv_id) == world.organisations["anker"]
    }


# Shown again


def opened(world: World, who: str) -> str:
    """Find a dossier that this person can open."""
    for dossier in world.of("Hulpvraag"):
        if world.browser(who).get(f"/hulpvragen/{dossier.id}").status_code == 200:
            return dossier.id
    raise AssertionError(who)


@pytest.mark.both_engines
def test_a_search_without_javascript_is_the_same_event_as_one_with_it(world: World):
    browser = world.browser("specialist")
    number = last_number(world)
    assert browser.get("/kies/kind?q=a").status_code == 200
    typed = {"_search": "kind", "kind_q": "a", "kind": ""}
    assert browser.post("/hulpvragen/nieuw", typed).status_code == 200
    with_it, without = events_since(world, number)
    assert (without.actie, without.noun) == (with_it.actie, with_it.noun) == (Actie.ZOEKEN, "Kind")


def test_words_alone_in_a_field_are_a_search_too_when_the_form_is_refused(world: World):
    browser = world.browser("specialist")
    number = last_number(world)
    assert browser.post("/hulpvragen/nieuw", {"kind_q": "a", "kind": ""}).status_code == 422
    assert (Actie.ZOEKEN, "Kind") in [(event.actie, event.noun) for event in events_since(world, number)]


@pytest.mark.both_engines
def test_a_form_that_names_a_child_is_a_look_at_it_however_it_is_shown(world: World):
    browser = world.browser("specialist")
    with world.behind_the_scenes():
        swv = world.organisations["brug"]
        child = db.session.scalars(sa.select(Kind.id).where(Kind.swv_id == swv).limit(1)).one()
    for typed in ({"kind": str(child), "_search": "x"}, {"kind": str(child)}):
        number = last_number(world)
        assert browser.post("/ouders/nieuw", typed).status_code in (200, 422)
        looks = [event for event in events_since(world, number) if event.gelukt]
        assert [(event.actie, event.noun, event.object_id) for event in looks] == [
            (Actie.LEZEN, "Kind", str(child))
        ]


@pytest.mark.both_engines
@pytest.mark.parametrize("page", ["/status", "/betrokkenen", "/bijlagen/formulier"])
def test_a_dossier_that_is_shown_again_with_what_is_wrong_is_a_look_beside_the_refusal(world: World, page):
    key, browser = opened(world, "specialist"), world.browser("specialist")
    if page == "/betrokkenen":
        key = next(
            thing.id
            for thing in world.of("Hulpvraag")
            if browser.get(f"/hulpvragen/{thing.id}/betrokkenen").status_code == 200
        )
    number = last_number(world)
    answer = browser.post(f"/hulpvragen/{key}{page}", {"voorschool": ""})
    assert answer.status_code == 422
    made = [(event.actie, event.gelukt, str(event.hulpvraag_id)) for event in events_since(world, number)]
    assert sorted(made) == sorted([(Actie.GEWEIGERD, False, key), (Actie.LEZEN, True, key)])


def test_a_change_that_was_made_is_no_look_besides(world: World):
    key, browser = opened(world, "specialist"), world.browser("specialist")
    with world.as_it_was():
        number = last_number(world)
        typed = {"hulpvraag": key, "tekst": "Zomaar iets", "zichtbaarheid": "intern"}
        assert browser.post("/notities/nieuw", typed).status_code == 302
        assert [event.actie for event in events_since(world, number)] == [Actie.TOEVOEGEN]


def test_an_error_page_is_no_look(world: World):
    key, browser = opened(world, "voorschool"), world.browser("voorschool")
    number = last_number(world)
    assert browser.post(f"/hulpvragen/{key}/betrokkenen", {}).status_code == 404
    assert [event.actie for event in events_since(world, number)] == [Actie.GEWEIGERD]


@pytest.mark.both_engines
def test_whom_one_is_about_to_suspend_was_looked_at(world: World):
    browser = world.browser("rolbeheer-brug" if "rolbeheer-brug" in world.who else "rolbeheer")
    with world.behind_the_scenes():
        members = list(db.session.scalars(sa.select(Lidmaatschap.id)))
    for member in members:
        number = last_number(world)
        if browser.get(f"/toegangscontrole/schorsen?lid={member}").status_code == 200:
            made = events_since(world, number)
            assert [(event.actie, event.noun, event.object_id) for event in made] == [
                (Actie.LEZEN, "Lidmaatschap", str(member))
            ]
            return
    raise AssertionError("nobody to suspend")


# The ground

PARTIES = {
    "voorschool": {"voorschool", "genodigd", "overlegronde"},
    "school": {"school", "zorgplicht", "genodigd", "overlegronde"},
    "ouder": {"ouder", "genodigd", "overlegronde"},
    "deelnemer": {"genodigd", "overlegronde"},
    "specialist": {"swv"},
}
PAGES = {
    "Hulpvraag": ("/hulpvragen/{}", "/hulpvragen/{}/bijlagen", "/hulpvragen/{}/bijlagen/venster"),
    "Bijlage": ("/bijlagen/{}", "/bijlagen/{}/bestand", "/bijlagen/{}/bekijken", "/bijlagen/{}/miniatuur"),
    "Notitie": ("/notities/{}", "/notities/{}/bewerken"),
    "Overlegronde": ("/overlegrondes/{}", "/overlegrondes/{}/antwoord", "/overlegrondes/{}/agenda.ics"),
    "SchoolVoorkeur": ("/scholen-van-voorkeur/{}", "/scholen-van-voorkeur/{}/beantwoorden"),
    "Toestemming": ("/toestemmingen/{}", "/toestemmingen/{}/geven"),
    "Afspraak": ("/afspraken/{}",),
}


@pytest.mark.parametrize("who", PARTIES)
def test_every_look_of_a_party_says_on_which_ground_the_dossier_was_open(world: World, who: str):
    looks = 0
    for noun, pages in PAGES.items():
        for page in pages:
            for thing in world.of(noun):
                number = last_number(world)
                if not oracle.may(world.who[who], "read", thing):
                    continue
                if world.browser(who).get(page.format(thing.id)).status_code != 200:
                    continue
                for event in events_since(world, number):
                    assert set((event.toegang or "").split(",")) & PARTIES[who], (page, event.actie)
                    assert set(event.toegang.split(",")) <= PARTIES[who], (page, event.toegang)
                    looks += 1
                break
    assert looks >= 2


def test_every_act_of_a_party_says_on_which_ground_the_dossier_was_open(world: World):
    note = {"tekst": "Iets", "zichtbaarheid": "gedeeld"}
    acts = [
        *(("voorschool", "/notities/nieuw", note | {"hulpvraag": row.id}) for row in world.of("Hulpvraag")),
        *(("ouder", f"/toestemmingen/{row.id}/geven", {}) for row in world.of("Toestemming")),
        *(("ouder", f"/toestemmingen/{row.id}/intrekken", {}) for row in world.of("Toestemming")),
        *(("deelnemer", f"/overlegrondes/{row.id}/antwoord", {"antwoord": "aanwezig"})
          for row in world.of("Overlegronde")),
        *(("school", f"/scholen-van-voorkeur/{row.id}/vraag", {"tekst": "Een vraag?"})
          for row in world.of("SchoolVoorkeur")),
    ]  # fmt: skip
    done = set()
    for who, path, typed in acts:
        if (who, path.rpartition("/")[2]) in done or world.browser(who).get(path).status_code != 200:
            continue
        with world.as_it_was():
            number = last_number(world)
            answer = world.browser(who).post(path, typed)
            made = [event for event in events_since(world, number) if event.gelukt]
        if answer.status_code == 302 and made:
            done.add((who, path.rpartition("/")[2]))
            assert [event.toegang for event in made if event.hulpvraag_id and not event.toegang] == [], path
    assert {who for who, _act in done} == {"voorschool", "ouder", "deelnemer", "school"}, done


@pytest.mark.both_engines
def test_a_change_of_status_says_on_which_ground(brug):
    key = brug.dossier()
    brug.documents(key)
    brug.move(key, "bijlagen_toegevoegd", by="voorschool")
    (change,) = [event for event in events(brug) if event.actie is Actie.STATUS_WIJZIGEN]
    assert (change.toegang, change.grond) == ("voorschool", "bijlagen_toegevoegd")


# At whose dossier, and from where


@pytest.mark.both_engines
def test_a_refusal_names_no_dossier_of_another_swv(world: World):
    anker = sa.select(Hulpvraag.id).where(Hulpvraag.swv_id == world.organisations["anker"]).limit(1)
    with world.behind_the_scenes():
        key = db.session.scalars(anker).one()
    number = last_number(world)
    assert world.browser("specialist").get(f"/hulpvragen/{key}").status_code == 404
    (event,) = events_since(world, number)
    assert (event.gelukt, event.object_id, event.hulpvraag_id) == (False, str(key), None)


def test_who_knocks_with_a_dossier_in_the_address_or_the_form_is_in_its_log_once(world: World):
    dossier = world.dossiers["speelhoek:aanvraag"].id
    asks = [("get", f"/{noun}/nieuw?hulpvraag={dossier}") for noun in ("notities", "afspraken")]
    for method, path in [*asks, *(("post", path.partition("?")[0]) for _get, path in asks)]:
        number, browser = last_number(world), world.browser("voorschool2")
        browser.post(path, {"hulpvraag": dossier, "tekst": "x"}) if method == "post" else browser.get(path)
        (event,) = events_since(world, number)
        assert (event.actie, event.gelukt, str(event.hulpvraag_id)) == (Actie.GEWEIGERD, False, dossier), path


def test_a_refused_sign_in_belongs_to_the_swv_of_the_door(world: World):
    with world.behind_the_scenes():
        doors = {one.naam: (one.id, one.swv_id) for one in db.session.scalars(sa.select(Organisation))}
    assert {None, *(swv for _door, swv in doors.values())} - {door for door, _swv in doors.values()} == {None}
    for door, swv in doors.values():
        number = last_number(world)
        with world.behind_the_scenes(), pytest.raises(SignInRefused):
            signin.sign_in(organisation_id=door, username=f"nobody{door}", password="x", code="1")
        assert {event.swv_id for event in events_since(world, number)} == {swv}


def test_a_search_in_a_field_says_of_what(world: World):
    number = last_number(world)
    for pick in ("kind", "hulpvraag_school", "school", "contactpersoon", "waarnemer"):
        assert world.browser("specialist").get(f"/kies/{pick}?q=a").status_code == 200
    said = [event.noun for event in events_since(world, number)]
    assert said == ["Kind", "Hulpvraag", "Organisation", "Lidmaatschap", "Lidmaatschap"]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("told", "kept"), [("9.9.9.9", "9.9.9.9"), ("x" * 60, None), ("fe80::1%eth0", "fe80::1"), ("", None)]
)
def test_what_is_no_ip_address_is_not_kept_and_breaks_nothing(brug, told: str, kept: str | None):
    client = client_of(brug, "specialist")
    answer = client.get("/hulpvragen/", environ_overrides={"REMOTE_ADDR": told})
    assert answer.status_code == 200
    assert events(brug)[-1].adres == kept


# Accounts, outside any session


@pytest.fixture
def invitation(app) -> tuple[str, uuid.UUID]:
    """The link of somebody who was invited to a new SWV, and that SWV."""
    swv_id = steps.swv(app)
    return steps.invited(app, "noor@example.nl", swv_id), swv_id


def rows_of(app) -> list[Gebeurtenis]:
    with app.app_context(), as_system("the test reads the log"):
        return list(db.session.scalars(sa.select(Gebeurtenis).order_by(Gebeurtenis.volgnummer)))


@pytest.mark.both_engines
def test_each_step_of_an_activation_is_in_the_log_of_the_swv_that_invited(app, invitation):
    link, swv_id = invitation
    seen = len(rows_of(app))
    visitor = steps.Visitor(app)
    visitor.get(link)
    visitor.get(f"{link}/wachtwoord")
    visitor.post(f"{link}/wachtwoord", password=steps.PASSWORD, repeat=steps.PASSWORD)
    account = steps.Account("noor", str(swv_id), steps.secret_on(visitor.get(f"{link}/code")))
    visitor.post(f"{link}/code", code="000000")
    visitor.post(f"{link}/code", code=account.code())
    visitor.get(f"{link}/herstelcodes")
    visitor.post(f"{link}/herstelcodes", kept="y")
    made = rows_of(app)[seen:]
    assert [(event.actie, event.gelukt) for event in made] == [
        (Actie.LEZEN, True),  # name and user name
        (Actie.LEZEN, True),
        (Actie.WACHTWOORD_WIJZIGEN, True),
        (Actie.LEZEN, True),  # the secret of the phone
        (Actie.GEWEIGERD, False),
        (Actie.LEZEN, True),
        (Actie.ACCOUNT_ACTIVEREN, True),
        (Actie.LEZEN, True),  # the recovery codes
        (Actie.SLUITEN, True),
    ]
    assert {event.swv_id for event in made} == {swv_id}
    assert len({event.gebruiker_id for event in made}) == 1
    assert made[0].gebruiker_id


@pytest.mark.both_engines
def test_a_link_that_opens_nothing_is_a_refusal_that_says_what_is_known(app, invitation):
    link, swv_id = invitation
    steps.activate(app, link, "noor", swv_id)
    seen = len(rows_of(app))
    assert steps.Visitor(app).get(link).status_code == 410
    assert steps.Visitor(app).get("/uitnodiging/onzin").status_code == 404
    assert steps.Visitor(app).get("/wachtwoord/onzin").status_code == 404
    over, *unknown = rows_of(app)[seen:]
    assert (over.actie, over.gelukt, over.swv_id, over.grond) == (
        Actie.GEWEIGERD,
        False,
        swv_id,
        "LinkGone",
    )
    assert over.gebruiker_id
    assert [(event.actie, event.gebruiker_id, event.swv_id) for event in unknown] == [
        (Actie.GEWEIGERD, None, None)
    ] * 2


@pytest.mark.both_engines
def test_a_new_password_is_in_the_log_of_the_swv(app, invitation):
    link, swv_id = invitation
    account = steps.activate(app, link, "noor", swv_id)
    visitor = steps.Visitor(app)
    visitor.get("/wachtwoord-vergeten")
    visitor.post("/wachtwoord-vergeten", organisation=account.organisation, username="noor")
    with app.app_context(), as_system("the test reads the mail"):
        query = sa.select(Uitnodiging.id).where(Uitnodiging.soort == UitnodigingSoort.WACHTWOORD)
        path = urlsplit(one_time_link(UitnodigingSoort.WACHTWOORD, db.session.scalars(query).one())).path
    seen = len(rows_of(app))
    visitor.get(path)
    word = "een heel andere lange zin"
    assert visitor.post(path, password=word, repeat=word).status_code == 302
    made = rows_of(app)[seen:]
    assert [(event.actie, event.swv_id) for event in made] == [
        (Actie.LEZEN, swv_id),
        (Actie.WACHTWOORD_WIJZIGEN, swv_id),
    ]


# The portal itself and its operator


def test_a_clean_scan_is_the_event_that_released_the_document(brug, monkeypatch):
    key = brug.dossier()
    with brug.at_work("voorschool"):
        paper = add(brug, key, "voorschool").id
    monkeypatch.setattr(scanner, "is_on", lambda: True)
    monkeypatch.setattr(scanner, "finds_virus", lambda *_: False)
    with brug.behind_the_scenes():
        db.session.execute(sa.update(Bijlage).values(controle=Controle.WACHT, gecontroleerd_op=None))
        db.session.commit()
    seen = len(events(brug))
    with brug.app.app_context():
        assert scans.due() == 1
    (event,) = events(brug)[seen:]
    assert (event.actie, event.object_id, event.hulpvraag_id) == (Actie.WIJZIGEN, str(paper), key)
    assert (event.grond, event.oud, event.nieuw) == ("controle", "wacht", "schoon")


@pytest.mark.both_engines
def test_what_the_operator_does_is_an_event(brug):
    runner = brug.app.test_cli_runner()
    names = ["--first-name", "Pim", "--last-name", "Post", "--email", "pim@example.nl"]
    seen = len(events(brug))
    assert runner.invoke(args=["create-admin", *names, "--swv", "SWV Het Veer"]).exit_code == 0
    made = [(event.actie, event.noun) for event in events(brug)[seen:]]
    assert made == [(Actie.TOEVOEGEN, "Organisation"), (Actie.ACCOUNT_UITNODIGEN, "Lidmaatschap")]
    seen = len(events(brug))
    assert runner.invoke(args=["sweep"]).exit_code == 0
    assert [(e.actie, e.grond, e.nieuw) for e in events(brug)[seen:]] == [(Actie.VERWIJDEREN, "sweep", "0")]


@pytest.mark.both_engines
def test_a_key_encryption_key_that_was_replaced_is_an_event(brug):
    add(brug, brug.dossier(), "voorschool")
    new = base64.b64encode(secrets.token_bytes(32)).decode()
    brug.app.config["KEK"] = f"{new},{brug.app.config['KEK']}"
    seen = len(events(brug))
    done = brug.app.test_cli_runner().invoke(args=["rotate-kek"])
    assert done.exit_code == 0, done.output
    (event,) = events(brug)[seen:]
    with brug.app.app_context():
        assert (event.actie, event.noun, event.grond, event.nieuw) == (
            Actie.WIJZIGEN,
            "Bijlage",
            "kek",
            keys.newest(),
        )


@pytest.mark.both_engines
def test_a_list_that_is_forgotten_is_an_event_of_its_swv(brug, clock):
    with brug.behind_the_scenes():
        swv = brug.organisations["SWV"]
        row = Invoer(swv_id=swv, door_id=brug.people["contact"][0], bestandsnaam="a.csv", aantal=0)
        row.regels = "[]"
        db.session.add(row)
        db.session.commit()
        key = str(row.id)
    clock.shift(24 * 3600 + 60)
    seen = len(events(brug))
    with brug.app.app_context():
        assert invoer.forget(now()) == 1
        assert invoer.forget(now()) == 0
    (event,) = events(brug)[seen:]
    assert (event.actie, event.noun, event.object_id, event.swv_id) == (
        Actie.VERWIJDEREN,
        "Invoer",
        key,
        swv,
    )


def test_an_export_in_a_shape_that_there_is_none_of_is_a_refusal_alone(world: World):
    for who in ("rolbeheer", "rolbeheer-brug"):
        if who not in world.who or world.browser(who).get("/invoer/").status_code != 200:
            continue
        number = last_number(world)
        assert world.browser(who).get("/invoer/export.pdf").status_code == 404
        assert [event.actie for event in events_since(world, number)] == [Actie.GEWEIGERD]
        return
    raise AssertionError("nobody imports")


# For somebody else


@pytest.fixture
def streek(app) -> Region:
    return Region(app).settle()


@pytest.mark.both_engines
def test_an_act_for_somebody_else_says_for_whom(streek):
    dossier = streek.advised()
    linde, form = streek.propose(dossier, "LINDE"), streek.form(dossier)
    parent = streek.parents(dossier)["Olga"]
    streek.record(linde, parent, form)
    streek.withdraw(dossier, by="contact")
    answered, withdrawn = (
        [e for e in events(streek) if e.actie is actie][-1] for actie in (Actie.BEANTWOORDEN, Actie.INTREKKEN)
    )
    assert answered.nieuw == withdrawn.nieuw == str(parent)


def test_an_answer_that_jk_staff_note_says_of_which_school_and_a_schools_own_says_no_more(streek):
    for by, wanted in (("specialist", streek.organisations["LINDE"]), ("linde", None)):
        dossier = streek.advised()
        linde = streek.approached(dossier, "LINDE")
        streek.step(dossier, "aanmelden_school")
        streek.answer(linde, "akkoord", by=by)
        last = [event for event in events(streek) if event.actie is Actie.BEANTWOORDEN][-1]
        assert last.nieuw == (str(wanted) if wanted else None)
        assert last.toegang


def test_a_step_of_the_preschool_that_jk_staff_made_says_so(brug):
    for by, wanted in (("contact", str(brug.organisations["VOORSCHOOL"])), ("voorschool", None)):
        key = brug.dossier()
        brug.documents(key)
        brug.move(key, "bijlagen_toegevoegd", by=by)
        last = [event for event in events(brug) if event.actie is Actie.STATUS_WIJZIGEN][-1]
        assert last.nieuw == wanted


@pytest.mark.both_engines
def test_a_form_that_is_saved_is_one_event_and_one_that_comes_back_is_the_look(brug):
    dossier = brug.dossier(specialist="specialist")
    browser = Browser(brug, "specialist")
    page, token = f"/hulpvragen/{dossier}/bewerken", browser.token(dossier)
    number = len(events(brug))
    typed = {"csrf_token": token, "omschrijving": "Praat al meer."}
    for versie, status in (("1", 302), ("1", 409)):
        assert browser.client.post(page, data=typed | {"versie": versie}).status_code == status
    made = [(event.actie, event.hulpvraag_id) for event in events(brug)[number:]]
    assert made == [(Actie.WIJZIGEN, dossier), (Actie.GEWEIGERD, dossier), (Actie.LEZEN, dossier)]
