"""Lists that are too long for one statement, in pieces."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
# A statement takes 32,766 values on SQLite, 65,535 on PostgreSQL.
IN_ONE_STATEMENT = 10_000


def batches(rows: Sequence[T], size: int = IN_ONE_STATEMENT) -> Iterator[Sequence[T]]:
    """Give `rows` in pieces of at most `size`."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
