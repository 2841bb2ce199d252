"""Every act on a document leaves exactly its events; without them it is not done, and nothing is kept."""

import io
import uuid
from collections.abc import Callable, Iterator

import pytest

from app.models import Bijlage
from tests.documents import PDF, named, pages
from tests.engines import Engine
from tests.partnership import Partnership
from tests.s3_server import S3, serving_s3
from tests.test_log import events
from tests.test_log_accounts import unwritable
from tests.traces import changed, digest
from tests.uploading import JSON, Browser, files, rows
from tests.world import text_of

PROGRAM = b"MZ" + bytes(600)
WHO = ("voorschool", "collega", "specialist")
# Act, noun, about which row, what was before, what is now
Left = tuple[str, str | None, str | None, str | None, str | None]


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as server:
        yield server


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.either_engine)])
def kept(request: pytest.FixtureRequest, settings: dict) -> Callable[[Partnership], list]:
    """Let the portal keep its documents in a folder or on an S3 server; give what tells what is there."""
    if request.param == "folder":
        return lambda partnership: sorted((path.name, path.read_bytes()) for path in files(partnership))
    s3: S3 = request.getfixturevalue("s3")
    settings.update(s3.settings())
    return lambda _: [(name, s3.content(name)) for name in s3.names(settings)] + s3.half_uploads()


class Desk:
    """Whatever is done here is tried first while the log is shut, and then done."""

    def __init__(self, partnership: Partnership, engine: Engine, dossier: uuid.UUID, kept: Callable) -> None:
        self.partnership, self.engine, self.dossier, self.kept = partnership, engine, dossier, kept
        self.browsers = {key: Browser(partnership, key) for key in WHO}
        self.tokens = {key: browser.token(dossier) for key, browser in self.browsers.items()}

    def get(self, who: str, path: str, *, status: int = 200) -> list[Left]:
        return self._done(who, status, lambda: self.browsers[who].client.get(path))

    def send(
        self, who: str, path: str, naam: str, content: bytes, *, status: int = 201, soort: str = "overig"
    ) -> list[Left]:
        """Send one document as JavaScript does."""
        headers = JSON | named(naam) | {"X-CSRFToken": self.tokens[who]}
        client, query = self.browsers[who].client, {"soort": soort}
        return self._done(
            who, status, lambda: client.post(path, query_string=query, data=content, headers=headers)
        )

    def post(self, who: str, path: str, *, status: int = 302, **typed: str | tuple[str, bytes]) -> list[Left]:
        """Send a form; a file in it is its name and its bytes."""

        def send():
            filled = {
                name: value if isinstance(value, str) else (io.BytesIO(value[1]), value[0])
                for name, value in typed.items()
            }
            return self.browsers[who].client.post(path, data=filled | {"csrf_token": self.tokens[who]})

        return self._done(who, status, send)

    def _done(self, who: str, status: int, act: Callable) -> list[Left]:
        before, bytes_before = digest(self.partnership), self.kept(self.partnership)
        with unwritable(self.partnership.app, self.engine):
            answer = act()
        said = answer.json["error"] if answer.is_json else text_of(answer)
        assert answer.status_code == 500
        assert "Er ging iets mis bij ons" in said
        assert "Traceback" not in said
        assert "shut" not in said
        assert changed(before, digest(self.partnership)) == []
        assert self.kept(self.partnership) == bytes_before

        number = len(events(self.partnership))
        assert act().status_code == status
        made = events(self.partnership)[number:]
        assert {(event.gebruiker_id, event.hulpvraag_id) for event in made} <= {
            (self.partnership.people[who][0], self.dossier)
        }
        return [(event.actie.value, event.noun, event.object_id, event.oud, event.nieuw) for event in made]


def of(actie: str, row: Bijlage, oud: object = None, nieuw: object = None) -> Left:
    return actie, "Bijlage", str(row.id), oud and str(oud), nieuw and str(nieuw)


@pytest.mark.both_engines
def test_each_act_on_a_document_leaves_exactly_its_events_and_is_not_done_when_they_cannot_be_written(
    kept, partnership, dossier, engine
):
    desk = Desk(partnership, engine, dossier, kept)
    window = f"/hulpvragen/{dossier}/bijlagen"
    refused = ("geweigerd", None, str(dossier), None, None)
    shown = ("lezen", "Hulpvraag", str(dossier), None, None)

    def newest(number: int = 1) -> Bijlage:
        return rows(partnership)[-number]

    left = desk.send("voorschool", window, "Sjoukje een.pdf", PDF)
    one = newest()
    assert left == [of("toevoegen", one)]
    assert desk.send("voorschool", window, "Sjoukje.exe", PROGRAM, status=415) == [refused]
    form = {"bestand-0": ("Sjoukje twee.pdf", PDF), "bestand-1": ("Sjoukje drie.pdf", PDF)}
    left = desk.post("voorschool", f"{window}/formulier", **form)
    two = newest(2)
    assert left == [of("toevoegen", two), of("toevoegen", newest())]
    form = {"bestand-0": ("Sjoukje vier.pdf", PDF), "bestand-1": ("Sjoukje.exe", PROGRAM)}
    left = desk.post("voorschool", f"{window}/formulier", status=422, **form)
    assert left == [of("toevoegen", newest()), refused, shown]

    page = f"/bijlagen/{one.id}"
    assert desk.get("voorschool", f"{page}/bestand") == [of("downloaden", one)]
    assert desk.get("specialist", f"{page}/bekijken") == [of("bekijken", one)]
    assert desk.get("collega", f"{page}/blad/1.webp") == [of("bekijken", one)]

    left = desk.send("voorschool", f"{page}/vervangen", "Sjoukje nieuw.pdf", pages("Twee"))
    second = newest()
    assert left == [of("vervangen", one, nieuw=second.id), of("vervangen", second, oud=one.id)]
    page = f"/bijlagen/{second.id}"
    left = desk.post("specialist", f"{page}/vervangen", status=415, bestand=("Sjoukje.exe", PROGRAM))
    assert left == [("geweigerd", None, str(second.id), None, None), of("lezen", second)]
    left = desk.post("specialist", f"{page}/vervangen", bestand=("Sjoukje nieuw.pdf", pages("Drie")))
    third = newest()
    assert left == [of("vervangen", second, nieuw=third.id), of("vervangen", third, oud=second.id)]

    page = f"/bijlagen/{third.id}"
    assert desk.get("specialist", f"{page}/delen") == [of("lezen", third)]
    left = desk.post("specialist", f"{page}/delen", naar="intern")
    assert left == [of("delen", third, oud="gedeeld", nieuw="intern")]
    left = desk.post("specialist", f"{page}/delen", naar="gedeeld")
    assert left == [of("delen", third, oud="intern", nieuw="gedeeld")]
    left = desk.post("specialist", f"{page}/intrekken")
    assert left == [of("vervangen", second, oud=third.id), of("verwijderen", third)]
    assert desk.get("voorschool", f"/bijlagen/{two.id}/intrekken") == [of("lezen", two)]
    assert desk.post("voorschool", f"/bijlagen/{two.id}/intrekken") == [of("verwijderen", two)]

    left = desk.send("specialist", window, "Sjoukje advies.pdf", PDF, soort="onderwijsadvies")
    advice = newest()
    assert left == [of("toevoegen", advice)]
    left = desk.post("specialist", f"/bijlagen/{advice.id}/definitief")
    assert left == [of("delen", advice, oud="intern", nieuw="gedeeld"), of("wijzigen", advice)]
    assert "Sjoukje" not in "".join(repr(vars(event)) for event in events(partnership))
