"""A role administrator looks as somebody with a role: the real pages, on invented data, and nothing else."""

import re

import pytest

from tests import oracle
from tests.traces import changed, digest
from tests.world import MARK, ORGANISATIONS, World, text_of

ROLES = [
    (place, role)
    for place in ("brug", "speelhoek", "linde", "zorg")
    for role in sorted(
        oracle.CEILING[ORGANISATIONS[place][0]] | (oracle.CEILING[None] if place == "brug" else set())
    )
]


def look(world: World, place: str, role: str, path: str = "", *, by: str = "rolbeheer"):
    address = f"/rechten/{world.organisations[place]}/rol/{role}/bekijken/{path}"
    return world.browser(by).get(address)


@pytest.mark.parametrize(("place", "role"), ROLES)
def test_every_role_has_pages_to_look_at_without_a_word_of_the_real_portal(world: World, place, role):
    before = digest(world)
    answer = look(world, place, role)
    page = text_of(answer)
    assert answer.status_code == 200
    assert "Alles hier is verzonnen, en er wordt niets bewaard." in page
    assert not any(cookie.startswith("kindbrug=") for cookie in answer.headers.getlist("Set-Cookie"))
    for link in sorted(set(re.findall(r'href="(/rechten/[^"?#]*/bekijken/[^"?#]*)"', page)))[:6]:
        below = world.browser("rolbeheer").get(link)
        assert below.status_code == 200 or "/bekijken/" in below.headers["Location"], link
        assert not MARK.findall(text_of(below)), link
    assert changed(before, digest(world)) == []


def test_one_sees_what_the_changed_rights_give(world: World):
    place = world.organisations["speelhoek"]
    role = "contactpersoon_voorschool"

    def dossier() -> str:
        path = re.search(r"/bekijken/(hulpvragen/[0-9a-f-]{36})", text_of(look(world, "speelhoek", role)))[1]
        return text_of(look(world, "speelhoek", role, path))

    with world.as_it_was():
        assert ">Notities" in dossier()
        page = text_of(world.browser("rolbeheer").get(f"/rechten/{place}"))
        chosen = set(re.findall(r'name="recht" value="([^"]+)" checked', page)) - {f"{role}:Notitie.read"}
        sent = {"recht": sorted(chosen), "gezien": re.search(r'name="gezien" value="([^"]+)"', page)[1]}
        assert world.browser("rolbeheer").post(f"/rechten/{place}", sent).status_code == 302
        assert ">Notities" not in dossier()
    assert ">Notities" in dossier()


def test_nothing_can_be_saved_there_and_no_real_row_is_there(world: World):
    before = digest(world)
    place, real = world.organisations["brug"], world.dossiers["speelhoek:aanvraag"].id
    base = f"/rechten/{place}/rol/jk_specialist/bekijken"
    assert world.browser("rolbeheer").get(f"{base}/hulpvragen/{real}").status_code == 404
    assert world.browser("rolbeheer").post(f"{base}/kinderen/nieuw", {"voornaam": "x"}).status_code == 405
    deeper = f"{base}/rechten/{place}/rol/jk_specialist/bekijken/"
    assert world.browser("rolbeheer").get(deeper).status_code == 404
    window = re.search(
        r"/bekijken(/bijlagen/[0-9a-f-]{36})", text_of(look(world, "brug", "jk_specialist", "bijlagen/"))
    )[1]
    for path in (f"{base}{window}/bestand", f"{base}/login", f"{base}/onzin", f"{base}/mijn-account"):
        answer = world.browser("rolbeheer").get(path)
        assert answer.status_code in (200, 302, 404, 503), path  # the invented document has no bytes
        assert '<html lang="nl">' in text_of(answer) or answer.status_code == 302
    assert world.browser("rolbeheer").get("/").status_code == 200  # still oneself
    assert changed(before, digest(world)) == []


@pytest.mark.parametrize(
    ("by", "place"),
    [("rolbeheer-voorschool", "brug"), ("specialist", "brug"), ("rolbeheer-anker", "speelhoek")],
)
def test_who_does_not_run_the_organisation_does_not_look(world: World, by, place):
    role = "rolbeheerder"
    assert look(world, place, role, by=by).status_code == 404
    assert look(world, place, role, "kinderen/", by=by).status_code == 404
