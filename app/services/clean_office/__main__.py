"""The program: from standard input to standard output; its argument is the kind, ooxml or opendocument."""

import sys
from io import BytesIO

from .documents import ooxml, opendocument
from .parts import Refused

_TOO_MUCH = 5


def main(kind: str) -> int:
    """Clean standard input to standard output; give the exit."""
    file = BytesIO()
    try:
        while chunk := sys.stdin.buffer.read(2**16):
            file.write(chunk)
        (ooxml if kind == "ooxml" else opendocument)(file, sys.stdout.buffer)
    except Refused as refused:
        return refused.code
    except MemoryError:
        return _TOO_MUCH
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
