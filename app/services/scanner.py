"""The virus scanner: clamd's own protocol over TCP or a socket. Nothing else speaks it."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import BinaryIO, TypeVar

from flask import current_app

T = TypeVar("T")
_CHUNK = 256 * 1024  # bytes
_CONNECT = 3  # seconds: it is near, or it isn't there
_ANSWER = 150  # seconds for each step of a scan: more than clamd's own limit (MaxScanTime, 120)
_LOOK_UP = 0.5  # seconds: so soon a scan hears that it is to stop
_LONGEST = 4096  # bytes of an answer


class Unreachable(Exception):
    """The scanner isn't there, hangs, or went away halfway."""


class NotScanned(Exception):
    """The scanner is there and could not judge this document, such as one past its limits."""


def is_on() -> bool:
    """Tell whether documents are scanned at all."""
    return bool(current_app.config["CLAMD_ADDRESS"])


def answers() -> bool:
    """Tell whether the scanner is there now."""
    try:
        with _connection(_CONNECT) as connection:
            connection.sendall(b"zPING\0")
            return _answer(partial(connection.recv, _LONGEST)) == b"PONG"
    except Unreachable:
        return False


def finds_virus(file: BinaryIO, stop: Callable[[], bool] = lambda: False) -> bool:
    """Let the scanner read a document, piece by piece. Raises Unreachable, also at `stop`, and NotScanned."""
    with _connection(_LOOK_UP) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # it stops reading past its limit, and says so
            _send(connection, b"zINSTREAM\0", stop)
            while chunk := file.read(_CHUNK):
                _send(connection, struct.pack(">I", len(chunk)) + chunk, stop)
            _send(connection, bytes(4), stop)
        said = _answer(lambda: _patiently(partial(connection.recv, _LONGEST), stop))
    if said == b"stream: OK":
        return False
    if said.endswith(b" FOUND"):
        return True
    raise NotScanned


def _send(connection: socket.socket, data: bytes, stop: Callable[[], bool]) -> None:
    left = memoryview(data)
    while left:
        left = left[_patiently(partial(connection.send, left), stop) :]


def _patiently(step: Callable[[], T], stop: Callable[[], bool]) -> T:
    """Try a step of a scan until it takes too long, or nobody waits for it any more."""
    until = time.monotonic() + _ANSWER
    while not stop():
        try:
            return step()
        except TimeoutError:
            if time.monotonic() >= until:
                raise
    raise Unreachable


@contextmanager
def _connection(seconds: float) -> Iterator[socket.socket]:
    address = str(current_app.config["CLAMD_ADDRESS"])
    host, _colon, port = address.rpartition(":")
    try:
        if address.startswith("/"):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_CONNECT)
                connection.connect(address)
                connection.settimeout(seconds)
                yield connection
        else:
            with socket.create_connection((host, int(port)), timeout=_CONNECT) as connection:
                connection.settimeout(seconds)
                yield connection
    except OSError as error:
        raise Unreachable from error


def _answer(receive: Callable[[], bytes]) -> bytes:
    said = b""
    while b"\0" not in said and len(said) < _LONGEST:
        if not (more := receive()):
            raise Unreachable
        said += more
    return said.partition(b"\0")[0]
