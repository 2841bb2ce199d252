"""F1: uploads cut off, in a folder and on S3: each row has its bytes, and the sweep leaves nothing else."""

import hashlib
import os
import random
import select
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import text

from app.extensions import db
from app.models import Bijlage
from app.services import bijlage_bytes, store_places
from tests.documents import PDF, TEXT, jpeg, office, pdf
from tests.partnership import Partnership
from tests.s3_server import S3, Wrong, faulty, serving_s3
from tests.test_upload_served import child_of, gunicorn, head_of
from tests.uploading import Browser, files, rows

UNREACHABLE = "De documenten zijn op dit moment niet bereikbaar. Probeer het later opnieuw."


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as server:
        yield server


class Between:
    """What stands before the S3 server: it keeps what was asked, and nothing goes wrong unless it `fails`."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self.under_way = 0
        self.heal()

    def heal(self) -> None:
        self.asked: list[str] = []
        self.asked_at = 0.0
        self.fails: Callable[[str, int], Wrong] = lambda _call, _number: None

    def fail_from(self, call: str, nth: int, wrong: str) -> None:
        """Fail at the nth of these calls from now on, and at each that follows."""
        self.heal()
        self.fails = lambda asked, _: wrong if asked == call and self.asked.count(call) >= nth else None

    def __call__(self, call: str) -> Wrong:
        with self._one_at_a_time:
            self.under_way += 1
            self.asked.append(call)
            self.asked_at, number = time.monotonic(), len(self.asked)
        return self.fails(call, number)

    def ended(self) -> None:
        with self._one_at_a_time:
            self.under_way -= 1


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

    def change_of_rows(self) -> Callable[[], bool]:
        """Give who tells whether a row came, or one was replaced, since now."""

        def seen() -> dict[object, object]:
            return {row.id: row.vervangen_op for row in self.rows()}

        before = seen()
        return lambda: seen() != before

    def objects(self) -> set[str]:
        """Give the names of all that lies in the place, half files too."""
        if self.s3:
            return {name.rpartition("/")[2] for name in self.s3.names(self.settings)}
        return {path.name for path in files(self.partnership)}

    def half_uploads(self) -> set[str]:
        """Give what an S3 server holds of uploads that are not complete."""
        return set(self.s3.half_uploads()) if self.s3 else set()

    def version_that_counts(self) -> Bijlage:
        """Give what the known document is now."""
        (counts,) = [row for row in self.rows() if row.geldt and self.known.id in (row.id, row.reeks_id)]
        return counts

    def account(self) -> int:
        """See that each row has its bytes, and nothing else is left after the sweep; give what it took."""
        self._let_the_server_end()
        self._let_the_database_end()
        there = self.objects()
        keys = {row.sleutel for row in self.rows()}
        assert keys <= there
        with self.partnership.app.app_context():
            swept = bijlage_bytes.sweep()
        assert self.objects() == keys
        assert swept == len(there - keys)
        done = self.partnership.app.test_cli_runner().invoke(args=["verify-store"])
        assert (done.exit_code, done.output) == (0, "Findings: 0.\n")
        assert self.version_that_counts()
        assert self.read(self.known) == PDF
        return swept

    def _let_the_server_end(self) -> None:
        """Wait until the S3 server did what a killed process had asked."""
        until = time.monotonic() + 60
        while self.between.under_way:
            assert time.monotonic() < until

    def _let_the_database_end(self) -> None:
        """Wait until PostgreSQL ended what a killed process had begun: it can be at its commit."""
        if self.settings["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
            return
        busy = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        until = time.monotonic() + 60
        with self.partnership.app.app_context():
            while db.session.scalar(busy):
                db.session.rollback()
                assert time.monotonic() < until

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
def in_a_folder(settings, partnership, dossier, sweep_at_once) -> Documents:
    return Documents(partnership, dossier, settings)


@pytest.fixture
def between(s3, settings) -> Iterator[Between]:
    """The portal keeps its documents on an S3 server, behind what makes that fail."""
    found = Between()
    with faulty(s3, found, found.ended) as address:
        settings.update(s3.settings(address))
        yield found


@pytest.fixture
def on_s3(between, s3, settings, partnership, dossier, sweep_at_once) -> Documents:
    return Documents(partnership, dossier, settings, s3, between)


# What people send, made from a number: no two are the same, for the same document again is not kept twice.
# PDF and text are looked at, and cleaned, while they come in; others are kept as they came, then cleaned.
MAKERS: dict[str, Callable[[int], bytes]] = {
    "a.docx": lambda number: office(word__media__image1=random.Random(number).randbytes(300_000)),
    "a.jpg": lambda number: jpeg(1200, 1000 + number),
    "a.pdf": lambda number: pdf(150_000 + number),
    "a.txt": lambda number: TEXT * (20 * 2**20 // len(TEXT)) + b"%d" % number,
}
CLEANED_LATER = ("a.docx", "a.jpg")


# An S3 server that fails

# What is sent, the call from which on it fails, the how manieth of its kind. A Word document comes in, is
# looked into, is kept again as it was cleaned, and what came in is removed.
SENT = {naam: make(0) for naam, make in MAKERS.items()}
FAILING = [
    ("a.pdf", "put", 1),
    ("a.docx", "put", 1),
    ("a.docx", "get", 1),
    ("a.docx", "put", 2),
    ("a.docx", "delete", 1),
    ("a.txt", "begin", 1),
    ("a.txt", "part", 2),
    ("a.txt", "complete", 1),
]


@pytest.mark.both_engines
def test_an_upload_to_a_failing_server_is_refused_in_words_and_leaves_nothing_after_the_sweep(
    on_s3, monkeypatch, lane, engine, proven
):
    monkeypatch.setitem(store_places._PATIENCE, "backoff", {"init_backoff": timedelta(milliseconds=1)})
    chance, count = lane.random(f"F1 failing {engine.name}"), lane.cases(gate=4, proof=60)
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


# Killed, or left by its sender


@dataclass
class Usual:
    """What an upload that nothing cuts off asks of the S3 server; and the seconds from then to its answer."""

    asked: list[str]
    tail: float


class Served:
    """The portal as in production, whose worker is killed; and a preschool that sends documents to it.

    The app is loaded before the workers are begun: the next one is there at once.
    """

    def __init__(self, documents: Documents, port: int, worker: int) -> None:
        self.documents, self.port = documents, port
        self.between = documents.between
        self.master = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
        self.number, self.sent_at, self.answered_at = 0, 0.0, 0.0
        self._usual: dict[str, Usual] = {}

    @property
    def worker(self) -> int:
        return child_of(self.master)

    def kill(self, *_: object) -> None:
        os.kill(self.worker, signal.SIGKILL)

    def request(self, naam: str, *, replacing: Bijlage | None = None) -> tuple[bytes, bytes]:
        """Give head and body of an upload that was not sent before."""
        self.number += 1
        of, body = self.documents, MAKERS[naam](self.number)
        head = head_of(of.partnership, of.dossier, naam=naam, Content_Length=len(body))
        if replacing:
            head = head.replace(f"/hulpvragen/{of.dossier}/bijlagen", f"/bijlagen/{replacing.id}/vervangen")
        return head.replace("\n", "\r\n").encode(), body

    def send(self, sent: bytes, *, until: Callable[[], bool], then: Callable[[socket.socket], None]) -> bytes:
        """Send, do `then` once `until` says so or the line has news; give the answer, after all has ended."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            with suppress(ConnectionError):
                line.sendall(sent)
            self.sent_at = time.monotonic()
            while not until() and not select.select([line], [], [], 0.002)[0]:
                assert time.monotonic() < self.sent_at + 60
            self.answered_at = time.monotonic()
            then(line)
            with suppress(OSError):  # the line broke, or we closed it
                while part := line.recv(65536):
                    answer += part
        with urlopen(f"http://localhost:{self.port}/healthz", timeout=60) as well:  # one worker: it is free
            assert well.status == 200
        return answer

    def usual(self, naam: str) -> Usual:
        """Send a document of this kind, which is kept, and give how that went."""
        if naam not in self._usual:
            self.between.heal()
            answer = self.send(b"".join(self.request(naam)), until=lambda: False, then=leave_it)
            assert answer.startswith(b"HTTP/1.1 201")
            begins = max(self.sent_at, self.between.asked_at)
            self._usual[naam] = Usual(list(self.between.asked), self.answered_at - begins)
        return self._usual[naam]

    def cut_off(
        self,
        naam: str,
        *,
        replaces: bool,
        until: Callable[[], bool],
        then: Callable[[socket.socket], None],
        share: float = 1,
    ) -> str:
        """Send this share of a document, cut that off, see that all is accounted for; say what was left."""
        of = self.documents
        before = {row.id for row in of.rows()}
        head, body = self.request(naam, replacing=of.version_that_counts() if replaces else None)
        answer = self.send(head + body[: int(share * len(body))], until=until, then=then)
        self.between.heal()
        swept = of.account()
        new = [row for row in of.rows() if row.id not in before]
        assert len(new) <= (share == 1)
        assert not answer or (answer.startswith(b"HTTP/1.1 201") and new)
        for row in new:
            of.read(row)
        return "a document" if new else "bytes without a row" if swept else "nothing"


@contextmanager
def served(documents: Documents) -> Iterator[Served]:
    with gunicorn(documents.settings, "--preload") as (port, worker):
        yield Served(documents, port, worker)


class Coming:
    """What can be seen in the folder of an upload that comes in."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.before = set(files(documents.partnership))

    def _new(self, *, waits: bool) -> bool:
        new = set(files(self.documents.partnership)) - self.before
        return any((path.parent.name == "incoming") is waits for path in new)

    def has_begun(self) -> bool:
        return self._new(waits=True)

    def has_its_name(self) -> bool:
        return self._new(waits=False)

    def is_being_cleaned(self) -> bool:
        return self.has_its_name() and self.has_begun()


def cut_off_in_a_folder(portal: Served, moment: str, chance: random.Random) -> str:
    """Kill the portal at this moment of an upload, or let the sender go; give what was left."""
    coming, naam = Coming(portal.documents), chance.choice([*MAKERS])
    cut_off = partial(portal.cut_off, replaces=chance.random() < 0.5, then=portal.kill)
    if moment == "gone":
        return gone(portal, naam, chance)
    if moment == "begun":
        return cut_off("a.txt", until=coming.has_begun, share=chance.uniform(0.2, 0.99))
    if moment == "being cleaned":
        return cut_off(chance.choice(CLEANED_LATER), until=coming.is_being_cleaned)
    if moment == "named":
        return cut_off(naam, until=coming.has_its_name)
    if moment == "row":
        return cut_off(naam, until=portal.documents.change_of_rows())
    seconds = chance.uniform(0, portal.usual(naam).tail)
    return cut_off(naam, until=lambda: time.monotonic() >= portal.sent_at + seconds)


def cut_off_on_s3(portal: Served, moment: str, chance: random.Random) -> str:
    """Kill the portal right before or after something that it asks of the server, or after the last of that.

    What the server holds of a half upload then is no object; the bucket's own rule ends it (operating.md).
    """
    naam, replaces = chance.choice([*MAKERS]), chance.random() < 0.5
    if moment == "gone":
        return gone(portal, naam, chance)
    if moment == "row":
        until = portal.documents.change_of_rows()
        return portal.cut_off(naam, replaces=replaces, until=until, then=portal.kill)
    usual = portal.usual(naam)
    last, seconds = len(usual.asked), chance.uniform(0, usual.tail)
    at = last + 1 if moment == "after the last" else chance.randint(1, last)

    def kill(_call: str, number: int) -> Wrong:
        if number == at and moment == "after a call":
            return portal.kill
        if number == at:
            portal.kill()
            return "503"
        return None

    def is_after_the_last() -> bool:
        return (
            len(portal.between.asked) == last < at and time.monotonic() >= portal.between.asked_at + seconds
        )

    portal.between.heal()
    portal.between.fails = kill
    then = portal.kill if at > last else leave_it
    return portal.cut_off(naam, replaces=replaces, until=is_after_the_last, then=then)


def gone(portal: Served, naam: str, chance: random.Random) -> str:
    """Let the sender go away, halfway or when all was sent; what was left is no bytes without a row."""
    half_uploads = portal.documents.half_uploads()
    seconds, share = chance.uniform(0, 0.1), chance.choice([chance.random(), 1])
    left = portal.cut_off(
        naam,
        replaces=chance.random() < 0.5,
        share=share,
        until=lambda: time.monotonic() >= portal.sent_at + seconds,
        then=chance.choice([reset, socket.socket.close]),
    )
    assert left != "bytes without a row"
    assert portal.documents.half_uploads() == half_uploads
    return left


def reset(line: socket.socket) -> None:
    """Break the line off."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def leave_it(_line: socket.socket) -> None:
    """Do nothing: it goes as it goes."""


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("place", "cut_off", "moments"),
    [
        ("in_a_folder", cut_off_in_a_folder, ("named", "row", "being cleaned", "begun", "gone", "drawn")),
        ("on_s3", cut_off_on_s3, ("after a call", "row", "gone", "before a call", "after the last")),
    ],
    ids=["in_a_folder", "on_s3"],
)
def test_an_upload_whose_portal_is_killed_or_sender_goes_leaves_a_whole_document_or_nothing(
    request, place, cut_off, moments, engine, lane, proven
):
    """Whatever was known stays, what was acknowledged is there, and the sweep takes the rest."""
    chance, count = lane.random(f"F1 {place} {engine.name}"), lane.cases(gate=len(moments) - 1, proof=60)
    with served(request.getfixturevalue(place)) as portal:
        for moment in islice(cycle(moments), count):
            worker = portal.worker
            left = cut_off(portal, moment, chance)
            assert (portal.worker == worker) is (moment == "gone")
            how = "a sender who goes" if moment == "gone" else "kill -9 while uploading"
            proven(f"F1 {how}, {place.replace('_', ' ')}: left {left}", 1)
