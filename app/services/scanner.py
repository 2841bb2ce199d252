"""The virus scanner: clamd's own protocol over TCP or a socket. Nothing else speaks it."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from flask import current_app

_CHUNK = 256 * 1024  # bytes
_CONNECT = 3  # seconds: it is near, or it isn't there
_ANSWER = 150  # seconds for each step of a scan: more than clamd's own limit (MaxScanTime, 120)
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
            return _answer(connection) == b"PONG"
    except Unreachable:
        return False


def finds_virus(file: BinaryIO) -> bool:
    """Let the scanner read a document, piece by piece. Raises Unreachable, and NotScanned."""
    with _connection(_ANSWER) as connection:
        connection.sendall(b"zINSTREAM\0")
        with suppress(BrokenPipeError, ConnectionResetError):  # it stops reading past its limit, and says so
            while chunk := file.read(_CHUNK):
                connection.sendall(struct.pack(">I", len(chunk)) + chunk)
            connection.sendall(bytes(4))
        said = _answer(connection)
    if said == b"stream: OK":
        return False
    if said.endswith(b" FOUND"):
        return True
    raise NotScanned


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


def _answer(connection: socket.socket) -> bytes:
    said = b""
    while b"\0" not in said and len(said) < _LONGEST:
        if not (more := connection.recv(_LONGEST)):
            raise Unreachable
        said += more
    return said.partition(b"\0")[0]
