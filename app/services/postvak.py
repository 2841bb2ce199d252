"""The demo's mail server: it keeps every mail as it was sent, and sends none on."""

import asyncio
import email
import email.policy
import re
import signal
import socket
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from flask import current_app

from app.errors import NotFound

_KEY = re.compile(r"\d{20}")
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Mail:
    """A mail that arrived; `key` orders mails by when they did."""

    key: str
    to: str
    subject: str
    sent: datetime | None
    headers: list[tuple[str, str]]
    body: str

    @property
    def links(self) -> list[str]:
        """Give the addresses in the text."""
        return _LINK.findall(self.body)


class _Keeper:
    """What aiosmtpd asks when a mail comes in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail, whole before it has its name."""
        key = f"{time.time_ns():020d}"
        half = self.folder / f"{key}.half"
        half.write_bytes(envelope.original_content or b"")
        half.rename(self.folder / f"{key}.eml")
        return "250 OK"


async def serve(listening: socket.socket) -> None:
    """Take mail on this socket until SIGTERM; at Ctrl-C it waits for the worker to be told first."""
    folder, stop = _made(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keeper = _Keeper(folder)
    # With a name of its own it asks no name server what this machine is called.
    server = await loop.create_server(lambda: SMTP(keeper, hostname="localhost"), sock=listening)
    await stop.wait()
    server.close()


def count() -> int:
    """Count the mails."""
    return len(_files())


def newest(before: str | None = None, *, limit: int) -> list[Mail]:
    """Give at most `limit` mails, the last that arrived first; with `before`, only those before that one."""
    bound = before if before and _KEY.fullmatch(before) else None
    chosen = [file for file in _files() if bound is None or file.stem < bound]
    found = [_read(file) for file in chosen[:limit]]
    return [mail for mail in found if mail is not None]


def one(key: str) -> Mail:
    """Give one mail; NotFound when there is none of this key."""
    found = _read(_made() / f"{key}.eml") if _KEY.fullmatch(key) else None
    if found is None:
        raise NotFound
    return found


def empty() -> None:
    """Throw all mails away."""
    for file in _files():
        file.unlink(missing_ok=True)


def _made() -> Path:
    folder = Path(current_app.config["DEMO_FOLDER"]) / "postvak"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _files() -> list[Path]:
    return sorted(_made().glob("*.eml"), reverse=True)


def _read(file: Path) -> Mail | None:
    """Read a mail; None when somebody just began again."""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return None
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy gives, for the type checker
    text = message.get_body(("plain",))
    return Mail(
        key=file.stem,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        sent=message["Date"].datetime if message["Date"] else None,
        headers=[(name, str(value)) for name, value in message.items()],
        body=text.get_content() if text else "",
    )
