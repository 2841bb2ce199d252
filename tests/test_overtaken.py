"""Two colleagues have the same form open: who saves second is told, and undoes nothing."""

from html.parser import HTMLParser

import pytest

from app import models as m
from app.extensions import db
from tests import oracle
from tests.world import World, text_of


class Filled(HTMLParser):
    """What a page's form would send as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sends: dict[str, str] = {}
        self._select = ""
        self.feed(page.partition('<form method="post"')[2] or page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        name, value = of.get("name") or "", of.get("value") or ""
        if tag == "input" and name and (of.get("type") not in ("checkbox", "radio") or "checked" in of):
            self.sends.setdefault(name, value)
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in of and self._select:
            self.sends[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select


def some(world: World, noun: str, home: str) -> str:
    """Find a row that the specialist can edit now, and give its address."""
    for thing in world.of(noun):
        if oracle.may(world.who["specialist"], "edit", thing):
            page = world.browser("specialist").get(f"{home}/{thing.id}/bewerken")
            if page.status_code == 200 and 'name="versie"' in text_of(page):
                return f"{home}/{thing.id}"
    raise AssertionError(noun)


def kept(world: World, noun: str, address: str, field: str) -> object:
    model = getattr(m, noun)
    with world.behind_the_scenes():
        value = db.session.scalar(
            db.select(getattr(model, field)).where(model.id == address.rpartition("/")[2])
        )
    return getattr(value, "value", value)


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("noun", "home", "first", "second"),
    [
        ("Kind", "/kinderen", ("voornaam", "Norah"), ("achternaam", "de Jong")),
        ("Gezagsdrager", "/ouders", ("gezag", "nee"), ("telefoon", "0612345678")),
        ("Bijlage", "/bijlagen", ("titel", "Verslag van mei"), ("titel", "Verslag van juni")),
    ],
)
def test_who_saves_second_is_told_and_undoes_nothing(
    world: World, noun: str, home: str, first: tuple[str, str], second: tuple[str, str]
):
    with world.as_it_was():
        address = some(world, noun, home)
        form = f"{address}/bewerken"
        mine, colleagues = (
            Filled(text_of(world.browser(who).get(form))).sends for who in ("specialist", "alleskunner")
        )
        colleagues |= {"csrf_token": world.browser("alleskunner").csrf}
        assert colleagues["versie"] == mine["versie"]
        before = kept(world, noun, address, second[0])
        assert world.browser("alleskunner").post(form, colleagues | dict([first])).status_code == 302
        late = world.browser("specialist").post(form, mine | dict([second]))
        assert late.status_code == 409
        assert "net voor u gewijzigd" in text_of(late)
        assert f'value="{second[1]}"' in text_of(late)
        assert kept(world, noun, address, first[0]) == first[1]
        if second[0] != first[0]:
            assert kept(world, noun, address, second[0]) == before
        again = Filled(text_of(late)).sends
        assert world.browser("specialist").post(form, again).status_code == 302, "having read it"
        assert kept(world, noun, address, second[0]) == second[1]
