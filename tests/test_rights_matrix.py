"""A role administrator changes what roles may: one matrix, in force at once, and never beyond one's reach."""

import re

import pytest

from app import models as m
from app.access.roles import CEILING, DEFAULTS, FIXED, INVITED, roles_in
from app.extensions import db
from app.services.rechten_matrix import why_not
from app.services.rechten_woorden import WORDS
from app.terms import Actie, Noun, OrganisationSoort, Role
from tests import oracle
from tests.traces import changed, digest
from tests.world import World, plain, text_of

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def page_of(world: World, key: str, place: str) -> str:
    answer = world.browser(key).get(f"/rechten/{world.organisations[place]}")
    assert answer.status_code == 200
    return text_of(answer)


def chosen_on(page: str) -> set[str]:
    return set(re.findall(r'name="recht" value="([^"]+)" checked', page))


def offered_on(page: str) -> set[str]:
    return set(re.findall(r'name="recht" value="([^"]+)"', page))


def seen_on(page: str) -> str:
    return re.search(r'name="gezien" value="([^"]+)"', page)[1]


def save(world: World, key: str, place: str, page: str, *, add=(), drop=()):
    chosen = (chosen_on(page) | set(add)) - set(drop)
    sent = {"recht": sorted(chosen), "gezien": seen_on(page)}
    return world.browser(key).post(f"/rechten/{world.organisations[place]}", sent)


def deviations(world: World) -> set[tuple[str, str, bool]]:
    with world.behind_the_scenes():
        return {(row.rol, row.recht, row.mag) for row in db.session.scalars(db.select(m.Rechtafwijking))}


def test_a_right_that_is_taken_is_gone_on_the_next_request_and_comes_back_with_the_defaults(world: World):
    dossier = world.dossiers["speelhoek:onderwijsadvies"].id
    window = f"/hulpvragen/{dossier}/bijlagen/venster"
    with world.as_it_was():
        assert "data-pick-files" in text_of(world.browser("voorschool").get(window))
        page = page_of(world, "rolbeheer-voorschool", "speelhoek")
        right = "contactpersoon_voorschool:Bijlage.add"
        assert save(world, "rolbeheer-voorschool", "speelhoek", page, drop=[right]).status_code == 302
        assert "data-pick-files" not in text_of(world.browser("voorschool").get(window))
        assert world.browser("voorschool").upload(f"/hulpvragen/{dossier}/bijlagen", b"x").status_code == 404
        assert deviations(world) == {("contactpersoon_voorschool", "Bijlage.add", False)}
        page = page_of(world, "rolbeheer-voorschool", "speelhoek")
        assert right in offered_on(page) - chosen_on(page)
        assert "standaard: ja" in page
        with world.behind_the_scenes():
            last = db.session.scalars(db.select(m.Gebeurtenis).where(m.Gebeurtenis.oud.is_not(None))).one()
            assert (last.actie, last.grond) == (Actie.RECHT_WIJZIGEN, "Bijlage.add")
            assert (last.oud, last.nieuw) == ("contactpersoon_voorschool:ja", "contactpersoon_voorschool:nee")
            assert last.object_id == world.organisations["speelhoek"]
        reset = f"/rechten/{world.organisations['speelhoek']}/herstellen"
        asked = text_of(world.browser("rolbeheer-voorschool").get(reset))
        assert "Documenten toevoegen" in asked
        stale = world.browser("rolbeheer-voorschool").post(reset, {"gezien": "0" * 16})
        assert stale.status_code == 409
        sent = {"gezien": seen_on(asked)}
        assert world.browser("rolbeheer-voorschool").post(reset, sent).status_code == 302
        assert deviations(world) == set()
        assert "data-pick-files" in text_of(world.browser("voorschool").get(window))


def test_a_right_that_is_given_opens_its_button_and_its_address(world: World):
    advice = next(t for t in world.of("Bijlage") if t.state == "voorlopig advies")
    address = f"/bijlagen/{advice.id}/definitief"
    with world.as_it_was():
        assert world.browser("contact").get(address).status_code == 404
        page = page_of(world, "rolbeheer", "brug")
        save(world, "rolbeheer", "brug", page, add=["contactpersoon_jk:Bijlage.finalise"])
        assert world.browser("contact").get(address).status_code == 200
        assert "standaard: nee" in page_of(world, "rolbeheer", "brug")


def test_the_administrator_of_an_swv_sets_the_rights_of_its_preschools_too(world: World):
    with world.as_it_was():
        page = page_of(world, "rolbeheer", "nest")
        save(world, "rolbeheer", "nest", page, drop=["contactpersoon_voorschool:Notitie.add"])
        assert deviations(world) == {("contactpersoon_voorschool", "Notitie.add", False)}
        assert "1 recht wijkt af" in page_of(world, "rolbeheer", "brug")


def test_who_comes_second_is_told_and_keeps_what_was_chosen(world: World):
    first, second = "contactpersoon_voorschool:Notitie.add", "contactpersoon_voorschool:Afspraak.tick"
    with world.as_it_was():
        page = page_of(world, "rolbeheer", "speelhoek")
        own = page_of(world, "rolbeheer-voorschool", "speelhoek")
        assert save(world, "rolbeheer-voorschool", "speelhoek", own, drop=[first]).status_code == 302
        answer = save(world, "rolbeheer", "speelhoek", page, drop=[second])
        assert answer.status_code == 409
        again = text_of(answer)
        assert "heeft deze rechten net gewijzigd" in again
        assert second not in chosen_on(again)
        assert deviations(world) == {("contactpersoon_voorschool", "Notitie.add", False)}
        assert save(world, "rolbeheer", "speelhoek", again).status_code == 302
        assert deviations(world) == {("contactpersoon_voorschool", "Afspraak.tick", False)}


# who, in which organisation, what they add to the form, or leave out of it
BEYOND = [
    # one's own role, also when one has another besides
    ("rolbeheer", "brug", {"rolbeheerder:Lidmaatschap.add"}),
    ("rolbeheer", "brug", {"rolbeheerder:Hulpvraag.read"}),
    ("collega", "speelhoek", {"contactpersoon_voorschool:Bijlage.add"}),
    ("collega", "speelhoek", {"contactpersoon_voorschool:Bijlage.share"}),
    # above the ceiling of the kind of organisation, or of the role
    ("rolbeheer-voorschool", "speelhoek", {"contactpersoon_voorschool:Kind.edit"}),
    ("rolbeheer-voorschool", "speelhoek", {"contactpersoon_voorschool:status.onderwijsadvies"}),
    ("rolbeheer-voorschool", "speelhoek", {"contactpersoon_voorschool:Toestemming.add"}),
    ("rolbeheer", "brug", {"privacyfunctionaris:Hulpvraag.read"}),
    ("rolbeheer", "brug", {"contactpersoon_jk:Lidmaatschap.add"}),
    ("rolbeheer", "brug", {"contactpersoon_jk:Recht.edit"}),
    ("rolbeheer", "speelhoek", {"rolbeheerder:Organisation.add"}),
    ("rolbeheer", "speelhoek", {"rolbeheerder:Toegangscontrole.read"}),
    # what the law gives to parents, roles that are not there, words that are no right
    ("rolbeheer", "brug", {"ouder:Toestemming.withdraw"}),
    ("rolbeheer", "brug", {"ouder:Bijlage.share"}),
    ("rolbeheer", "speelhoek", {"jk_specialist:Hulpvraag.read"}),
    ("rolbeheer", "brug", {"platformbeheerder:Organisation.add"}),
    ("rolbeheer", "brug", {"onzin"}),
    ("rolbeheer", "brug", {"contactpersoon_jk:Onzin.read"}),
]


@pytest.mark.parametrize(("key", "place", "more"), BEYOND)
def test_nobody_gives_what_is_not_theirs_to_give(world: World, key, place, more):
    before, page = digest(world), page_of(world, key, place)
    assert not more & offered_on(page)
    answer = save(world, key, place, page, add=more)
    assert answer.status_code == (422 if "gezien" in page and offered_on(page) else 404)
    assert re.search(r"kan dit recht niet krijgen|heeft de rol .* zelf|bestaat niet", text_of(answer))
    assert changed(before, digest(world)) == []
    assert deviations(world) == set()


@pytest.mark.parametrize(
    ("key", "place"),
    [
        *(("rolbeheer-voorschool", place) for place in ("nest", "brug", "linde", "beheer")),
        *(("rolbeheer-anker", place) for place in ("brug", "speelhoek")),
        *((key, "brug") for key in ("specialist", "contact", "privacy", "platform", "partner", "ouder")),
        ("voorschool", "speelhoek"),
        ("rolbeheer", "anker"),
        ("rolbeheer", "boei"),
        ("rolbeheer", "beheer"),
    ],
)
def test_the_rights_of_another_organisation_do_not_exist(world: World, key, place):
    before, pk = digest(world), world.organisations[place]
    for path in (f"/rechten/{pk}", f"/rechten/{pk}/herstellen"):
        assert world.browser(key).get(path).status_code == 404
        sent = {"recht": ["contactpersoon_jk:Bijlage.finalise"], "gezien": "0" * 16}
        answer = world.browser(key).post(path, sent)
        assert answer.status_code == 404
        unknown = world.browser(key).post(path.replace(pk, UNKNOWN), sent)
        assert plain(unknown) == plain(answer).replace(pk, UNKNOWN)
    assert world.browser(key).get(f"/rechten/{pk}/rol/rolbeheerder").status_code == 404
    assert world.browser(key).get(f"/rechten/{pk}/vergelijken").status_code == 404
    assert changed(before, digest(world)) == []


def test_with_every_role_at_once_one_changes_none_of_them(world: World):
    """JK specialist, contact person and administrator in one: only the roles of others are left."""
    page = page_of(world, "alleskunner", "brug")
    assert {key.split(":")[0] for key in offered_on(page)} <= {"ouder", "deelnemer", "privacyfunctionaris"}
    assert "Wat u zelf mag, wijzigt u niet" in page


def test_who_is_suspended_as_administrator_is_none(world: World):
    with world.as_it_was():
        with world.behind_the_scenes():
            row = db.session.scalars(
                db.select(m.Lidmaatschap).where(
                    m.Lidmaatschap.id == world.named["lid:collega:rolbeheerder"].id
                )
            ).one()
            row.geschorst_op = row.van
            db.session.commit()
        assert world.browser("collega").get(f"/rechten/{world.organisations['speelhoek']}").status_code == 404


def test_without_the_form_s_token_nothing_changes(world: World):
    before, pk = digest(world), world.organisations["speelhoek"]
    page = page_of(world, "rolbeheer", "speelhoek")
    for path in (f"/rechten/{pk}", f"/rechten/{pk}/herstellen"):
        answer = world.browser("rolbeheer").client.post(
            path, data={"gezien": seen_on(page), "csrf_token": "x"}
        )
        assert answer.status_code in (400, 422)
    assert changed(before, digest(world)) == []


def test_a_role_in_plain_sentences_says_what_it_may_and_what_not(world: World):
    pk = world.organisations["linde"]
    page = text_of(world.browser("rolbeheer").get(f"/rechten/{pk}/rol/contactpersoon_school"))
    may = page.split("Wat deze rol niet mag")[0]
    assert "Voor een school antwoorden: akkoord of afgewezen" in may
    assert "Kind toevoegen" not in may
    unknown = world.browser("rolbeheer").get(f"/rechten/{pk}/rol/jk_specialist")
    assert unknown.status_code == 404
    compared = text_of(
        world.browser("rolbeheer").get(
            f"/rechten/{world.organisations['brug']}/vergelijken?een=contactpersoon_jk&twee=jk_specialist"
        )
    )
    differ, both = compared.split('id="same"')
    assert "Een document definitief maken" in differ
    assert "Documenten lezen" in both


@pytest.mark.parametrize("soort", list(OrganisationSoort))
def test_every_right_below_the_ceiling_has_its_words_and_every_other_one_its_reason(soort):
    for role, most in roles_in(soort).items():
        words = {right for right in most if not right.startswith(f"{Noun.BERICHT}.")}
        assert words <= WORDS.keys()
        for right in WORDS.keys() - most:
            assert str(why_not(soort, right, role))


def test_no_ceiling_is_below_the_defaults_but_for_what_is_a_region_s():
    for soort, roles in CEILING.items():
        for role, most in roles.items():
            region = oracle.OF_REGION.get(str(role), set())
            assert DEFAULTS[role] - most <= region, (soort, role)
    assert {role: FIXED[role] for role in INVITED} == {
        role: frozenset(
            right
            for right in DEFAULTS[role]
            if right.endswith(".read") or right.startswith(("Toestemming.", "Bericht."))
        )
        for role in (Role.OUDER, Role.DEELNEMER)
    }


def test_no_ceiling_gives_what_the_levels_of_no_dossier_could_give():
    """What a preschool, a school or a parent can get, some status of some dossier really gives them."""
    for role, ground in (
        ("contactpersoon_voorschool", {"voorschool", "genodigd", "overlegronde"}),
        ("contactpersoon_school", {"school", "zorgplicht", "genodigd", "overlegronde"}),
        ("ouder", {"ouder", "genodigd", "overlegronde"}),  # who is a parent takes part as well
    ):
        soort = {"contactpersoon_voorschool": "voorschool", "contactpersoon_school": "school"}.get(role)
        most = (CEILING[OrganisationSoort(soort)] if soort else INVITED)[Role(role)]
        levels = {level for of in ground for level in oracle.LEVEL[of]}
        given = {
            f"{noun}.{verb}"
            for (level, noun), verbs in oracle.TABLE.items()
            if level in levels
            for verb in verbs
        } | {
            f"{noun}.{verb}"
            for (of, noun), verbs in oracle.OF_GROUND.items()
            if of in ground
            for verb in verbs
        }
        in_dossier = {right for right in most if right.split(".")[0] in oracle.NOUNS_OF_DOSSIER}
        assert in_dossier - given <= {"Deelname.answer", "Afspraak.tick"}, role


def test_who_sees_what_follows_what_the_swv_changed(world: World):
    final = "maakt een document definitief"
    with world.as_it_was():
        page = page_of(world, "rolbeheer", "brug")
        specialist, contact = "jk_specialist:Bijlage.finalise", "contactpersoon_jk:Bijlage.finalise"
        assert final in text_of(world.browser("rolbeheer").get("/wat-ziet-wie?partij=jk"))
        save(world, "rolbeheer", "brug", page, drop=[specialist])
        assert contact not in chosen_on(page_of(world, "rolbeheer", "brug"))
        assert final not in text_of(world.browser("rolbeheer").get("/wat-ziet-wie?partij=jk"))
