"""What is kept of a document instead of what was sent: cleaners by type, each in a process apart.

PDF and pictures are read by libraries in C and C++ that strangers aim at, and an Office document unfolds to
far more than was sent. So that happens in a child: with a limit on its memory and its time, without our
settings and keys, unable to write a file. What it does wrong ends there. Its bytes come and go through pipes,
never over the disk.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, TypeAlias

from app.services.content import Damaged
from app.services.passing import Readable

Cleaner: TypeAlias = Callable[[BinaryIO, BinaryIO], None]

# What the exit of a child says; any other: what it reads is not what it should be.
ENDS = {
    3: "incomplete",
    4: "locked",
    5: "heavy",
    6: "pixels",
    7: "collection",
    8: "form",
    9: "loads",
    10: "bomb",
}
_CHUNK = 256 * 1024  # bytes
# A program lies beside this module, and is begun without what is around it: the portal itself is not loaded.
_BEGIN = f"""
import runpy, sys
sys.path.append({__file__.rpartition("/")[0]!r})
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""
_LIMITS = (
    (resource.RLIMIT_DATA, 185 * 2**20),  # bytes of memory
    (resource.RLIMIT_CPU, 60),  # seconds of work, not of waiting
    (resource.RLIMIT_FSIZE, 0),  # bytes in a file
    (resource.RLIMIT_CORE, 0),  # a crash must not write its memory to the disk
)


def pdf(file: Readable, out: BinaryIO) -> None:
    """Write `file` to `out` without scripts, files inside and whatever starts by itself. Raises Damaged."""
    _apart("clean_pdf", file, out)


def photo(kind: str) -> Cleaner:
    """Make the cleaner of pictures of a kind: the same pixels, without where and by whom they were taken."""
    return lambda file, out: _apart("clean_photo", file, out, kind)


def office(kind: str) -> Cleaner:
    """Make the cleaner of Office documents of a kind, ooxml or opendocument: without what loads or runs."""
    return lambda file, out: _apart("clean_office", file, out, kind)


def _apart(program: str, file: Readable, out: BinaryIO, *arguments: str) -> None:
    command = [sys.executable, "-I", "-c", _BEGIN, program, *arguments]
    with subprocess.Popen(  # noqa: S603 - our own program, no shell, nothing of the document in its words
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    ) as child:
        try:
            for what, limit in _LIMITS:
                resource.prlimit(child.pid, what, (limit, limit))
            _pass_through(child, file, out)
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise Damaged(_why(child.returncode))


def _pass_through(child: "subprocess.Popen[bytes]", file: Readable, out: BinaryIO) -> None:
    """Give the child all, then take what it makes: it reads to the end before it writes."""
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the child has no pipes")
    with suppress(BrokenPipeError), child.stdin as to_child:  # it can give up; its exit says why
        while chunk := file.read(_CHUNK):
            to_child.write(chunk)
    while made := child.stdout.read(_CHUNK):
        out.write(made)


def _why(code: int) -> str:
    return "heavy" if code < 0 else ENDS.get(code, "incomplete")
