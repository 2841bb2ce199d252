"""A real SMTP server that keeps what it gets and can be made to fail."""

import asyncio
import enum
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class Fault(enum.Enum):
    """The ways in which a mail server lets people down."""

    ABSENT = "nobody listens"
    HANGING = "it takes the call and says nothing"
    TEMPORARY = "451 later, please"
    PERMANENT = "550 no such mailbox"
    CUT = "it takes the mail and hangs up before the 250"


@dataclass(frozen=True)
class Letter:
    """A mail as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    acknowledged: bool

    @property
    def message(self) -> EmailMessage:
        """The mail, read: headers decoded, parts apart."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        """The plain words of the mail."""
        return self.message.get_body(("plain",)).get_content()


class SmtpServer:
    """An SMTP server on an ephemeral port of 127.0.0.1, in a thread of its own.

    `choose`, asked at every connection and every mail, names the fault or None; `fail` and `heal` set it.
    """

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.choose: Callable[[], Fault | None] = lambda: None
        self.arrived = threading.Condition()
        self.loop = asyncio.new_event_loop()
        self.port = 0
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def start(self) -> None:
        """Listen."""
        self.thread.start()
        self._do(self._listen())

    def stop(self) -> None:
        """Hang up on everybody and go."""
        self._do(self._leave())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def fail(self, fault: Fault) -> None:
        """Show `fault` from now on."""
        self.choose = lambda: fault
        if fault is Fault.ABSENT:
            self._do(self._leave())

    def heal(self) -> None:
        """Work again, on the same port; hanging calls are hung up."""
        self.choose = lambda: None
        self._do(self._leave())
        self._do(self._listen())

    def wait_for(self, count: int, *, seconds: float = 10) -> list[Letter]:
        """Give the letters as soon as there are `count`; fail after `seconds`."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.letters) >= count, timeout=seconds)
            assert len(self.letters) >= count, f"{len(self.letters)} of {count} letters after {seconds} s"
            return list(self.letters)

    def to(self, address: str) -> list[Letter]:
        """The letters to `address` so far."""
        return [letter for letter in list(self.letters) if address in letter.recipients]

    def _do(self, coroutine) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=10)

    async def _listen(self) -> None:
        sock = socket.create_server((self.host, self.port))
        self.port = sock.getsockname()[1]
        self.calls: set[_Call] = set()
        self.server = await self.loop.create_server(lambda: _Call(self), sock=sock)

    async def _leave(self) -> None:
        self.server.close()
        for call in list(self.calls):
            if call.transport:
                call.transport.abort()
        await asyncio.sleep(0)


class _Call(SMTP):
    """One connection."""

    def __init__(self, server: SmtpServer) -> None:
        super().__init__(_Desk(server), hostname="localhost", loop=server.loop)
        self.owner = server

    def connection_made(self, transport) -> None:
        self.owner.calls.add(self)
        super().connection_made(transport)

    def connection_lost(self, error) -> None:
        self.owner.calls.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        if self.owner.choose() is Fault.HANGING:
            await asyncio.Event().wait()  # until hung up
        await super()._handle_client()


class _Desk:
    """What is said to each command."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def handle_RCPT(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options
    ) -> str:
        match self.server.choose():
            case Fault.TEMPORARY:
                return "451 4.3.0 Later, please"
            case Fault.PERMANENT:
                return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        cut = self.server.choose() is Fault.CUT
        letter = Letter(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content, acknowledged=not cut)
        with self.server.arrived:
            self.server.letters.append(letter)
            self.server.arrived.notify_all()
        if cut:
            smtp.transport.abort()
        return "250 OK"
