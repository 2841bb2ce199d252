"""The SHA-256 of bytes that pass, taken by a thread of its own: on a second core it costs no time."""

import hashlib
from queue import Queue
from threading import Thread

_PIECE = 2**20  # bytes that are handed over at once: it costs too much to do so with less
_BEHIND = 4  # pieces that wait at most


class Digest:
    """Takes bytes and, after the last, gives their SHA-256. One of `hexdigest` and `abandon` ends it."""

    def __init__(self) -> None:
        """Start the thread with the first piece."""
        self._held: list[bytes] = []
        self._size = 0
        self._handed: Queue[bytes] = Queue(_BEHIND)
        self._digest = hashlib.sha256()
        self._thread: Thread | None = None

    def update(self, data: bytes) -> None:
        """Take `data`, and wait when the thread is too far behind."""
        self._held.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self._hand_over()

    def hexdigest(self) -> str:
        """Give the digest of all that was taken, in hex."""
        self.abandon()
        self._digest.update(b"".join(self._held))
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Let the thread end."""
        if self._thread is not None:
            self._handed.put(b"")
            self._thread.join()

    def _hand_over(self) -> None:
        if self._thread is None:
            thread = Thread(target=self._run, daemon=True)
            thread.start()
            self._thread = thread
        self._handed.put(b"".join(self._held))
        self._held, self._size = [], 0

    def _run(self) -> None:
        while piece := self._handed.get():
            self._digest.update(piece)
