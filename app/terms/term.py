"""What a word from a closed list is."""

from enum import StrEnum
from typing import Self

from flask_babel import LazyString


class Term(StrEnum):
    """A word from a closed list: equal to its key, shown by its label."""

    label: LazyString | str

    def __new__(cls, key: str, label: LazyString | str | None = None) -> Self:
        """Make the member for `key`, the value that the database holds."""
        member = str.__new__(cls, key)
        member._value_ = key
        member.label = key if label is None else label
        return member
