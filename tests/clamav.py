"""A real clamd on this machine with one signature, our own for EICAR; and scanners that misbehave."""

import os
import shutil
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

# The industry's harmless test virus, in pieces so that no scanner takes this file for one.
EICAR = b"".join((rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"))
SECONDS = 30


def find_clamd() -> str:
    """Give clamd's path; without it skip and say how to get it, or fail where a skip hides a hole (CI)."""
    if path := shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return path
    hint = "clamd is not installed (Debian: apt-get install clamav-daemon)"
    if os.environ.get("CI") == "true":
        pytest.fail(hint)
    pytest.skip(hint)


class Clamd:
    """A daemon with a folder of its own; `address` for TCP and `path` for its socket stay over a restart."""

    def __init__(self, folder: Path, *, stream_limit: str = "60M") -> None:
        self.program = find_clamd()
        self.path = f"/tmp/kindbrug-clamd-{uuid.uuid4().hex[:12]}.sock"  # a socket's path is short
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        signatures = folder / "signatures"
        signatures.mkdir()
        (signatures / "own.ndb").write_text(f"Eicar-Own:0:*:{EICAR.hex()}\n")
        self.settings = folder / "clamd.conf"
        self.settings.write_text(
            f"TCPSocket {port}\nTCPAddr 127.0.0.1\nLocalSocket {self.path}\nFixStaleSocket yes\n"
            f"DatabaseDirectory {signatures}\nForeground yes\nStreamMaxLength {stream_limit}\n"
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [self.program, "--config-file", str(self.settings)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        host, _colon, port = self.address.partition(":")
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                with socket.create_connection((host, int(port)), timeout=1) as connection:
                    connection.sendall(b"zPING\0")
                    if connection.recv(16).startswith(b"PONG"):
                        return
            except OSError:
                assert self.process.poll() is None, "clamd did not start"
                time.sleep(0.05)
        raise AssertionError("clamd does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


CHOKE = b"hier stokt het"


def _misbehave(how: str, connection: socket.socket, done: threading.Event, called: threading.Event) -> None:
    if how == "choking":
        _judge(connection)
        return
    connection.recv(16)
    called.set()
    if how == "hanging":
        done.wait(SECONDS)
    if how == "nonsense":
        connection.sendall(b"stream: what ERROR\0")
        while connection.recv(2**16):
            pass


def _judge(connection: socket.socket) -> None:
    with connection.makefile("rb") as said:
        command = said.read(6)
        if command == b"zPING\0":
            connection.sendall(b"PONG\0")
            return
        said.read(len(b"zINSTREAM\0") - 6)
        document = b""
        while size := int.from_bytes(said.read(4), "big"):
            document += said.read(size)
        if CHOKE not in document:
            connection.sendall(b"stream: OK\0")


@contextmanager
def misbehaving(how: str, called: threading.Event | None = None) -> Iterator[str]:
    """Give the address of a scanner that is `hanging`, `cut` halfway, or says `nonsense`.

    One that is `choking` is well, but for documents with `CHOKE` in them: there it hangs up. `called` is set
    once somebody has called.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _peer = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    _misbehave(how, connection, done, called or threading.Event())

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        done.set()
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
