"""What gunicorn reads by itself when it serves the portal."""

import os
from typing import Any


def worker_abort(worker: Any) -> None:
    """End a request that takes longer than --timeout without a word.

    Gunicorn would log its address, with what was searched for, and answer in English. So the line breaks, and
    the proxy in front gives its own page.
    """
    os._exit(1)
