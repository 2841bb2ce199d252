"""Takes out of a PDF what acts by itself: a program of its own, from standard input to standard output.

It runs apart from the portal (see `clean`), because it reads what strangers made with a library in C++. It
imports nothing of the portal and its exit says why it failed: one of `clean.ENDS`. Norm: ISO 32000-2.
"""

import sys
from io import BytesIO
from typing import Any, BinaryIO

import pikepdf
from pikepdf import ObjectType

_INCOMPLETE, _LOCKED, _TOO_MUCH, _COLLECTION, _FORM = 3, 4, 5, 7, 8
_HOLDERS = frozenset({ObjectType.dictionary, ObjectType.stream, ObjectType.array})


def _names(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


# What a document may say of itself as a whole; scripts, files and what starts at opening have no key here.
_OF_ROOT = _names(
    "Type Version Pages PageLabels Names Dests ViewerPreferences PageLayout PageMode Outlines AcroForm"
    " MarkInfo StructTreeRoot Lang OutputIntents OCProperties Extensions"
)
_OF_NAMES = _names("Dests AP Pages Templates IDS")
_OF_TRAILER = _names("Root Size ID")
# Gone wherever they stand: scripts, actions on events, files inside, forms in XML, private data, metadata.
_NOWHERE = _names(
    "AA OpenAction JS JavaScript XFA EF EmbeddedFile EmbeddedFiles AF RichMediaContent RichMediaSettings 3DD"
    " 3DV Movie Sound Rendition Renditions AlternatePresentations Collection NeedsRendering Requirements"
    " Metadata PieceInfo Ref OPI Perms"
)
_PLAYING = _names("RichMedia 3D Movie Sound Screen FileAttachment Projection")
_ACTIONS = _names("GoTo URI Named")
_OTHER_ACTIONS = _names(
    "GoToR GoToE GoToDp Launch Thread Sound Movie Hide SubmitForm ResetForm ImportData Rendition JavaScript"
    " SetOCGState Trans GoTo3DView RichMediaExecute"
)
_ACTION_OF = _names("A PA")
_TURNING = _names("NextPage PrevPage FirstPage LastPage")
_LINKS = (b"http://", b"https://", b"mailto:")


class _Refused(Exception):
    """It can't be made safe; `code` is the exit."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def clean(file: BinaryIO, out: BinaryIO) -> None:
    """Write `file` to `out` without what acts by itself; every page stays."""
    with pikepdf.open(file, suppress_warnings=True) as pdf:
        _refuse(pdf)
        _keep_only(pdf.Root, _OF_ROOT)
        _keep_only(pdf.Root.get("/Names"), _OF_NAMES)
        _keep_only(pdf.trailer, _OF_TRAILER)
        for page in pdf.pages:
            _calm_page(page.obj)
        for thing in pdf.objects:
            _calm(thing)
        # The same document once more gives the same bytes: its mark must not be drawn by lot.
        pdf.save(
            out,
            encryption=False,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            deterministic_id=True,
        )


def _refuse(pdf: pikepdf.Pdf) -> None:
    root = pdf.Root
    if "/Collection" in root:
        raise _Refused(_COLLECTION)
    form = root.get("/AcroForm")
    if bool(root.get("/NeedsRendering")) and isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise _Refused(_FORM)
    # A repaired document may lack what was past the damage: it says itself how many pages it had.
    if not len(pdf.pages) or root.Pages.get("/Count") != len(pdf.pages):
        raise _Refused(_INCOMPLETE)


def _keep_only(thing: Any, keys: frozenset[str]) -> None:
    if isinstance(thing, pikepdf.Dictionary):
        for key in set(thing.keys()) - keys:
            del thing[key]


def _calm_page(page: Any) -> None:
    """Take the notes off a page that play, or carry a file."""
    notes = page.get("/Annots")
    if not isinstance(notes, pikepdf.Array):
        return
    kept = [note for note in notes if isinstance(note, pikepdf.Dictionary) and not _plays(note)]
    if len(kept) != len(notes):
        page.Annots = pikepdf.Array(kept)


def _plays(note: Any) -> bool:
    return str(note.get("/Subtype")) in _PLAYING


def _calm(thing: Any) -> None:
    """Take out of one object, and what stands inside it, whatever acts."""
    kind = getattr(thing, "_type_code", None)  # isinstance() is ten times as slow
    if kind is ObjectType.array:
        inside = list(thing)
    elif kind in (ObjectType.dictionary, ObjectType.stream):
        inside = _calm_entries(thing, is_stream=kind is ObjectType.stream)
    else:
        return
    for one in inside:
        if not getattr(one, "is_indirect", True):
            _calm(one)


def _calm_entries(thing: Any, *, is_stream: bool) -> list[Any]:
    """Drop the entries that act; give what the others hold."""
    keys = set(thing.keys())
    # A stream's /F says that its bytes are in another file, and in which.
    gone = keys & (_NOWHERE | {"/F"} if is_stream else _NOWHERE)
    gone |= {key for key in keys & _ACTION_OF if _is_unknown_action(thing[key])}
    if "/S" in keys:
        gone = keys if _acts(thing) else gone | (keys & {"/Next"})  # an action may chain others
    for key in gone:
        del thing[key]
    return [thing[key] for key in keys - gone]


def _is_unknown_action(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary) and "/S" in value and str(value.S) not in _ACTIONS


def _acts(action: Any) -> bool:
    """Tell whether this is an action that reaches past turning to a page, or to a page on the web."""
    match str(action.S):
        case "/URI":
            return not bytes(action.get("/URI", b"")).lower().startswith(_LINKS)
        case "/Named":
            return str(action.get("/N")) not in _TURNING
        case kind:
            return kind in _OTHER_ACTIONS


def main() -> int:
    """Clean standard input to standard output; give the exit."""
    file = BytesIO()
    try:
        while chunk := sys.stdin.buffer.read(2**16):
            file.write(chunk)
        clean(file, sys.stdout.buffer)
    except _Refused as refused:
        return refused.code
    except pikepdf.PasswordError:
        return _LOCKED
    except MemoryError:
        return _TOO_MUCH
    return 0


if __name__ == "__main__":
    sys.exit(main())
