"""Work that goes on beside the caller's: one thing after another in a thread, never far behind."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_BEHIND = 16  # things that wait at most: with pieces of 1 MB that is the memory it takes


class Beside:
    """Does what it is given in order. What goes wrong is raised by a later `do` or by `finish`."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[Future[Any]] = deque()

    def do(self, what: Callable[..., Any], *args: Any) -> None:
        """Do it later; wait when too much is waiting."""
        while len(self._waiting) >= _BEHIND:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(what, *args))

    def finish(self) -> None:
        """Wait until all is done."""
        while self._waiting:
            self._waiting.popleft().result()
        self._thread.shutdown()

    def abandon(self) -> None:
        """Let go of what was not begun, wait for what was, and say nothing of how it went."""
        self._waiting.clear()
        self._thread.shutdown(cancel_futures=True)
