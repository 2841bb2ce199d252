"""Small pictures that one process remembers for a few minutes, so that a list does not draw them again."""

import threading
import uuid
from collections import OrderedDict
from datetime import datetime, timedelta

from flask import current_app

from app.models.base import now

_MOST = 300
_KEPT = timedelta(minutes=10)  # another process may retract or destroy the document meanwhile
_one_at_a_time = threading.Lock()
Kept = OrderedDict[uuid.UUID, tuple[datetime, bytes]]


def get(key: uuid.UUID) -> bytes | None:
    """Give what is remembered of a document."""
    with _one_at_a_time:
        found = _kept().get(key)
    return found[1] if found else None


def keep(key: uuid.UUID, made: bytes) -> None:
    """Remember a picture: a document's bytes never change."""
    with _one_at_a_time:
        kept = _kept()
        kept[key] = (now(), made)
        while len(kept) > _MOST:
            kept.popitem(last=False)


def forget(key: uuid.UUID) -> None:
    """Let go of a document that is retracted or destroyed."""
    with _one_at_a_time:
        _kept().pop(key, None)


def _kept() -> Kept:
    """Give what is remembered and not too old; the oldest comes first."""
    kept: Kept = current_app.extensions.setdefault("thumbnails", OrderedDict())
    while kept and next(iter(kept.values()))[0] < now() - _KEPT:
        kept.popitem(last=False)
    return kept
