"""Writes a picture anew without what its camera said of it: a program of its own, as `clean_pdf` is.

Its argument is the kind: JPEG, PNG or TIFF. It imports nothing of the portal; its exit is of `clean.ENDS`.
"""

import sys
import warnings
from io import BytesIO
from typing import Any, BinaryIO

from PIL import Image, ImageOps, JpegImagePlugin, TiffImagePlugin

_TOO_MUCH, _PIXELS = 5, 6
_ROOM = 165 * 2**20  # bytes for what was sent and for its pixels: some less than `clean` allows in all
_WAVES = 75 * 2**20  # bytes for the waves of a progressive JPEG: in memory as a whole before its pixels are
_PROFILE = 4096  # bytes: a profile of colours is small; a larger one is left out
_ORIENTATION = 0x0112
_MAX_PAGES = 500  # of a scan
_READERS = {"JPEG": ("JPEG", "MPO"), "PNG": ("PNG",), "TIFF": ("TIFF",)}
# Bytes of a pixel in memory; any other mode: 4. Grey takes 1, but no more pixels than Pillow opens calmly.
_BYTES = {"1": 2, "L": 2, "P": 2, "I;16": 2, "I;16B": 2}


class _TooLarge(Exception):
    """Its pixels don't fit in the memory that there is."""


def clean(file: BytesIO, out: BinaryIO, kind: str) -> None:
    """Write the picture in `file` to `out`: the same pixels, the right way up, and nothing else."""
    room = _ROOM - len(file.getbuffer())
    with Image.open(file, formats=_READERS[kind]) as image:
        if kind == "TIFF":
            _write_pages(image, room, out)
        else:
            _write(image, room, out, kind)


def _write(image: Image.Image, room: int, out: BinaryIO, kind: str) -> None:
    how: dict[str, Any] = {"compress_level": 3}
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        if "progressive" in image.info and _waves(image) > _WAVES:
            raise _TooLarge
        _scale(image, room)
        how = {"qtables": image.quantization, "subsampling": JpegImagePlugin.get_sampling(image)}
    if _weight(image) > room:
        raise _TooLarge
    turned = image.getexif().get(_ORIENTATION, 1)
    image.load()
    if 2 * _weight(image) <= room:
        ImageOps.exif_transpose(image, in_place=True)
    elif turned in range(2, 9):
        # Turning needs the pixels twice: of a very large picture this one fact stays instead.
        how["exif"] = exif = Image.Exif()
        exif[_ORIENTATION] = turned
    kept = _harmless(image)
    image.info.clear()
    image.save(out, kind, **kept, **how)


def _scale(image: JpegImagePlugin.JpegImageFile, room: int) -> None:
    """Read a photo that is too large at a half, a fourth or an eighth, whichever fits."""
    scale = next((s for s in (1, 2, 4) if _weight(image) <= room * s * s), 8)
    if scale > 1:
        image.draft(None, (image.width // scale, image.height // scale))


def _waves(image: JpegImagePlugin.JpegImageFile) -> float:
    """Give the bytes that a picture takes in memory which comes in rounds, each finer: two a sample."""
    samples = {1: 2, 2: 1.5}.get(JpegImagePlugin.get_sampling(image), len(image.getbands()))
    return 2 * image.width * image.height * samples


def _write_pages(image: Image.Image, room: int, out: BinaryIO) -> None:
    pages = getattr(image, "n_frames", 1)
    if pages > _MAX_PAGES:
        raise _TooLarge
    made = BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(made) as writer:
        for number in range(pages):
            image.seek(number)
            if 2 * _weight(image) > room - len(made.getbuffer()):
                raise _TooLarge
            page = image.copy()  # has none of the file's own tags
            page.info.clear()
            page.save(
                writer, "TIFF", **_harmless(image), **_folding(page.mode, image.info.get("compression"))
            )
            writer.newFrame()
    out.write(made.getbuffer())


def _folding(mode: str, before: str | None) -> dict[str, Any]:
    if mode == "1":
        return {"compression": "group4"}
    if before in ("jpeg", "tiff_jpeg") and mode in ("L", "RGB"):
        return {"compression": "jpeg", "quality": 90}
    return {"compression": "tiff_adobe_deflate"}


def _harmless(image: Image.Image) -> dict[str, Any]:
    """Give what is needed to see it as it was: size on paper, colours, what is transparent."""
    kept: dict[str, Any] = {key: image.info[key] for key in ("dpi", "transparency") if key in image.info}
    profile = image.info.get("icc_profile")
    if profile and len(profile) <= _PROFILE:
        kept["icc_profile"] = profile
    return kept


def _weight(image: Image.Image) -> int:
    return image.width * image.height * _BYTES.get(image.mode, 4)


def main(kind: str) -> int:
    """Clean standard input to standard output; give the exit."""
    Image.MAX_IMAGE_PIXELS = 250_000_000
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    file = BytesIO()
    try:
        while chunk := sys.stdin.buffer.read(2**16):
            file.write(chunk)
        file.seek(0)
        clean(file, sys.stdout.buffer, kind)
    except (_TooLarge, Image.DecompressionBombWarning, Image.DecompressionBombError):
        return _PIXELS
    except MemoryError:
        return _TOO_MUCH
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
