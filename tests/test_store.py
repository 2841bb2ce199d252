"""The store: whole and on the disk, or not there at all."""

import errno
import hashlib
import io
import os
import stat
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.services import store

LIMIT = 1_000_000
ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path):
    """A store in a folder that isn't there yet."""
    bare = Flask("bare")
    bare.config["STORE_URL"] = f"file://{tmp_path}/van%20ons/store"
    with bare.app_context():
        yield tmp_path / "van ons" / "store"


def kept(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def put(content: bytes, **kw) -> store.Stored:
    return store.put(io.BytesIO(content), **{"limit": LIMIT} | kw)


def test_what_goes_in_comes_out(folder):
    content = os.urandom(700_001)
    stored = put(content)
    assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    with store.read(stored.key) as file:
        assert file.read() == content
    store.delete(stored.key)
    store.delete(stored.key)
    assert kept(folder) == []
    with pytest.raises(store.StoreUnavailable):
        store.read(stored.key)


def test_nobody_else_on_the_machine_reads_along(folder):
    old = os.umask(0)
    try:
        put(b"x")
    finally:
        os.umask(old)
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if path.is_file() else 0o700)


def test_the_same_bytes_twice_are_two_documents_under_keys_that_nobody_can_guess(folder):
    keys = {put(b"x").key for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) == 48 for key in keys)


@pytest.mark.parametrize(
    "key", ["", "..", "../../../etc/passwd", "a" * 47, "A" * 48, "a/" * 24, "a" * 48 + "\n"]
)
def test_a_key_is_no_path(folder, key):
    for act in (store.read, store.delete):
        with pytest.raises(store.StoreUnavailable):
            act(key)


class Endless:
    """A sender that never stops, and counts what was taken."""

    taken = 0

    def read(self, size: int) -> bytes:
        self.taken += size
        return bytes(size)


def test_an_endless_file_is_refused_as_soon_as_the_limit_is_passed(folder):
    sender = Endless()
    with pytest.raises(store.FileTooLarge):
        store.put(sender, limit=LIMIT)
    assert sender.taken <= LIMIT + 1
    assert kept(folder) == []


def test_an_announced_giant_is_refused_without_reading_a_byte(folder):
    sender = Endless()
    with pytest.raises(store.FileTooLarge):
        store.put(sender, limit=LIMIT, announced=10 * 2**30)
    assert sender.taken == 0


def test_exactly_the_limit_fits(folder):
    assert put(bytes(LIMIT)).size == LIMIT


def test_a_sender_that_stops_halfway_leaves_nothing(folder):
    with pytest.raises(store.UploadCut):
        put(b"half", announced=8)
    assert kept(folder) == []


def test_a_connection_that_breaks_leaves_nothing(folder):
    class Broken:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put(Broken(), limit=LIMIT)
    assert kept(folder) == []


def test_a_refused_file_leaves_nothing_and_never_had_a_key(folder):
    def refuse(file):
        assert file.read() == b"html"
        assert [path.parent.name for path in kept(folder)] == ["incoming"]
        raise store.UploadCut

    with pytest.raises(store.UploadCut):
        put(b"html", inspect=refuse)
    assert kept(folder) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("when", ["write", "fsync"])
def test_a_full_disk_is_said_clearly_and_leaves_nothing(folder, monkeypatch, code, when):
    put(b"the folders are there")
    before = kept(folder)

    def full(*_):
        raise OSError(code, "full")

    if when == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        opened = os.fdopen

        class Full:
            def __init__(self, file):
                self.file = file

            write = full

            def __getattr__(self, name):
                return getattr(self.file, name)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                self.file.close()

        monkeypatch.setattr(os, "fdopen", lambda *args: Full(opened(*args)))
    with pytest.raises(store.StoreFull) as said:
        put(b"x" * 1000)
    assert said.value.status == 503
    assert kept(folder) == before


def test_a_really_full_disk_is_said_clearly_and_leaves_nothing(folder, tmp_path):
    """The kernel itself refuses: no file of this process may grow beyond 64 KiB."""
    probe = """
import io, resource, sys
from flask import Flask
from app.services import store
app = Flask("bare"); app.config["STORE_URL"] = "file://" + sys.argv[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with app.app_context():
    try:
        store.put(io.BytesIO(bytes(1_000_000)), limit=2_000_000)
    except store.StoreFull:
        print("said")
"""
    said = subprocess.run(
        [sys.executable, "-c", probe, str(tmp_path / "small")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert said.stdout == "said\n"
    assert kept(tmp_path / "small") == []


def test_a_store_that_cannot_be_reached_is_said_clearly(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    bare = Flask("bare")
    for url in (f"file://{tmp_path}/file/store", "https://example.org/store", "file://host/store", ""):
        bare.config["STORE_URL"] = url
        with bare.app_context(), pytest.raises(store.StoreUnavailable):
            put(b"x")


def test_the_sweep_takes_what_a_crash_left_and_nothing_else(folder):
    known, fresh = put(b"known"), put(b"fresh")
    put(b"forgotten")
    half = folder / "incoming" / ("0" * 48)
    half.write_bytes(b"half")
    (folder / "README").write_text("of the operator")
    day_ago = time.time() - 25 * 3600
    for file in kept(folder):
        if fresh.key not in file.name:
            os.utime(file, (day_ago, day_ago))
    assert store.sweep({known.key}, older_than=timedelta(hours=24)) == 2
    assert {file.name for file in kept(folder)} == {known.key, fresh.key, "README"}


def test_memory_stays_flat_however_large_the_file(tmp_path):
    """64 MiB through a store whose process may grow 16 MiB."""
    probe = """
import resource, sys
from flask import Flask
from app.services import store
class Sender:
    left = 64 * 2**20
    def read(self, size):
        size = min(size, self.left); self.left -= size
        return bytes(size)
app = Flask("bare"); app.config["STORE_URL"] = "file://" + sys.argv[1]
with app.app_context():
    small = Sender(); small.left = 2**20
    store.put(small, limit=2**30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert store.put(Sender(), limit=2**30).size == 64 * 2**20
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    grown = subprocess.run(
        [sys.executable, "-c", probe, str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert int(grown.stdout) < 16 * 1024  # KiB
