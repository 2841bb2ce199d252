"""F1: uploads cut off, in a folder and on S3: each row has its bytes, and the sweep leaves nothing else."""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice

import pytest

from app.models import Bijlage
from app.services import bijlage_bytes, store_places
from tests.documents import PDF, TEXT, office, pdf
from tests.partnership import Partnership
from tests.s3_server import S3, Wrong, faulty, serving_s3
from tests.uploading import Browser, files, rows

UNREACHABLE = "De documenten zijn op dit moment niet bereikbaar. Probeer het later opnieuw."


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as server:
        yield server


class Between:
    """What stands before the S3 server: it keeps what was asked, and nothing goes wrong unless it `fails`."""

    def __init__(self) -> None:
        self.heal()

    def heal(self) -> None:
        self.asked: list[str] = []
        self.fails: Callable[[str], Wrong] = lambda _call: None

    def fail_from(self, call: str, nth: int, wrong: str) -> None:
        """Fail at the nth of these calls from now on, and at each that follows."""
        self.heal()
        self.fails = lambda asked: wrong if asked == call and self.asked.count(call) >= nth else None

    def __call__(self, call: str) -> Wrong:
        self.asked.append(call)
        return self.fails(call)


@dataclass
class Documents:
    """The documents of a portal: rows and bytes beside each other. `known` was there before."""

    partnership: Partnership
    dossier: object
    settings: dict
    s3: S3 | None = None
    between: Between = field(default_factory=Between)

    def __post_init__(self) -> None:
        self.browser = Browser(self.partnership, "voorschool")
        assert self.browser.upload(self.dossier, PDF, naam="Bekend.pdf").status_code == 201
        (self.known,) = self.rows()

    def rows(self) -> list[Bijlage]:
        return rows(self.partnership)

    def objects(self) -> set[str]:
        """Give the names of all that lies in the place, half files too."""
        if self.s3:
            return {name.rpartition("/")[2] for name in self.s3.names(self.settings)}
        return {path.name for path in files(self.partnership)}

    def account(self) -> int:
        """See that each row has its bytes, and nothing else is left after the sweep; give what it took."""
        there = self.objects()
        keys = {row.sleutel for row in self.rows()}
        assert keys <= there
        with self.partnership.app.app_context():
            swept = bijlage_bytes.sweep()
        assert self.objects() == keys
        assert swept == len(there - keys)
        done = self.partnership.app.test_cli_runner().invoke(args=["verify-store"])
        assert (done.exit_code, done.output) == (0, "Findings: 0.\n")
        assert self.read(self.known) == PDF
        return swept

    def read(self, row: Bijlage) -> bytes:
        """Download a document as JK staff, who see replaced ones too."""
        answer = Browser(self.partnership, "specialist").client.get(f"/bijlagen/{row.id}/bestand")
        assert answer.status_code == 200
        assert hashlib.sha256(answer.data).hexdigest() == row.sha256
        return answer.data


@pytest.fixture
def sweep_at_once(monkeypatch):
    """What a crash left is swept up, and is a finding, without waiting for a day."""
    monkeypatch.setattr(bijlage_bytes, "LEFT_BEHIND", timedelta(seconds=-5))


@pytest.fixture
def between(s3, settings) -> Iterator[Between]:
    """The portal keeps its documents on an S3 server, behind what makes that fail."""
    found = Between()
    with faulty(s3, found) as address:
        settings.update(s3.settings(address))
        yield found


@pytest.fixture
def on_s3(between, s3, settings, partnership, dossier, sweep_at_once) -> Documents:
    return Documents(partnership, dossier, settings, s3, between)


def word(number: int) -> bytes:
    """A Word document of some 300 kB, other than any other."""
    return office(word__media__image1=random.Random(number).randbytes(300_000))


# An S3 server that fails

# What is sent, the call from which on it fails, the how manieth of its kind. A Word document comes in, is
# looked into, is kept again as it was cleaned, and what came in is removed.
SENT = {
    "Verslag.docx": word(1),
    "Aanvraag.pdf": pdf(150_000),
    "Verslag.txt": TEXT * (20 * 2**20 // len(TEXT)),
}
FAILING = [
    ("Aanvraag.pdf", "put", 1),
    ("Verslag.docx", "put", 1),
    ("Verslag.docx", "get", 1),
    ("Verslag.docx", "put", 2),
    ("Verslag.docx", "delete", 1),
    ("Verslag.txt", "begin", 1),
    ("Verslag.txt", "part", 2),
    ("Verslag.txt", "complete", 1),
]


@pytest.mark.both_engines
def test_an_upload_to_a_failing_server_is_refused_in_words_and_leaves_nothing_after_the_sweep(
    on_s3, monkeypatch, lane, engine, proven
):
    monkeypatch.setitem(store_places._PATIENCE, "backoff", {"init_backoff": timedelta(milliseconds=1)})
    chance, count = lane.random(f"F1 failing {engine.name}"), lane.cases(gate=4, proof=80)
    for naam, call, nth in islice(cycle(chance.sample(FAILING, len(FAILING))), count):
        wrong = chance.choice(["503", "cut", "lost", *(["half"] if call not in ("put", "part") else [])])
        on_s3.between.fail_from(call, nth, wrong)
        answer = on_s3.browser.upload(on_s3.dossier, SENT[naam], naam=naam)
        on_s3.between.heal()
        assert (answer.status_code, answer.json.get("error")) == (503, UNREACHABLE), (naam, call, wrong)
        assert [row.id for row in on_s3.rows()] == [on_s3.known.id]
        on_s3.account()
    for naam, content in SENT.items():
        assert on_s3.browser.upload(on_s3.dossier, content, naam=naam).status_code == 201
    assert on_s3.account() == 0
    proven("F1 uploads to an S3 server that fails", count)
