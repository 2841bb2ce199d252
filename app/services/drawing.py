"""Draws one page of a document, as a program of its own: it reads a stranger's bytes, so it has no more.

Run as `python -I drawing.py KIND pages MOST` or `… KIND draw NUMBER WIDTH` (`small` instead of `draw` for a
thumbnail) with the document on its input and JSON or a WebP picture on its output. It imports nothing of the
portal, knows no setting, writes no file, and has bounds on its memory and its time.
"""

import io
import json
import math
import resource
import sys
from typing import Any

_MEMORY = 10**9  # bytes of address space
_SECONDS = {"pages": 10, "draw": 10, "small": 2}  # of processor time
_MOST_PIXELS = 6_000_000  # of one picture
_MOST_WORDS = 200_000  # characters of all pages together
_TURNED = frozenset({5, 6, 7, 8})  # EXIF: the photo lies on its side
_ORIENTATION = 0x0112


def main(kind: str, act: str, *numbers: str) -> None:
    """Do one act on the document that comes in."""
    document = _Pdf if kind == "pdf" else _Photo
    found = document(sys.stdin.buffer.read())
    given = [int(number) for number in numbers]
    if act == "pages":
        sys.stdout.write(json.dumps(found.pages(*given)))
        return
    picture = found.draw(*given)
    made = io.BytesIO()
    picture.save(made, "WEBP", quality=85, method=2)
    sys.stdout.buffer.write(made.getvalue())


class _Pdf:
    def __init__(self, content: bytes) -> None:
        import pypdfium2

        self.document = pypdfium2.PdfDocument(content)
        self.document.init_forms()  # what was filled in on a form shows too

    def pages(self, most: int) -> dict[str, Any]:
        total = len(self.document)
        words = _MOST_WORDS
        found = []
        for index in range(min(total, most)):
            width, height = self.document.get_page_size(index)
            text = self._text(index)[:words]
            words -= len(text)
            found.append([width, height, text])
        return {"total": total, "pages": found}

    def _text(self, index: int) -> str:
        text: str = self.document[index].get_textpage().get_text_bounded()
        return text

    def draw(self, number: int, width: int) -> Any:
        page = self.document[number - 1]
        wide, high = page.get_size()
        scale = min(width / wide, math.sqrt(_MOST_PIXELS / (wide * high)))
        return page.render(scale=scale).to_pil().convert("RGB")


class _Photo:
    def __init__(self, content: bytes) -> None:
        from PIL import Image

        Image.MAX_IMAGE_PIXELS = 250_000_000  # as at the intake; the memory is bounded besides
        self.image: Any = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "TIFF"))

    def pages(self, most: int) -> dict[str, Any]:
        total = getattr(self.image, "n_frames", 1)
        found = []
        for index in range(min(total, most)):
            self.image.seek(index)
            size = self.image.size
            turned = self.image.getexif().get(_ORIENTATION) in _TURNED
            found.append([*(reversed(size) if turned else size), ""])
        self.image.seek(0)
        self.image.draft("L", (100, 100))  # read small, to know that the picture is whole
        self.image.load()
        return {"total": total, "pages": found}

    def draw(self, number: int, width: int) -> Any:
        from PIL import Image, ImageOps

        image = self.image
        image.seek(number - 1)
        turned = image.getexif().get(_ORIENTATION) in _TURNED
        wide, high = reversed(image.size) if turned else image.size
        scale = min(1, width / wide, math.sqrt(_MOST_PIXELS / (wide * high)))
        box = (max(1, round(wide * scale)), max(1, round(high * scale)))
        if scale < 1:  # in the sizes that the file lies in: a JPEG is then read small at once
            image.draft("RGB", tuple(reversed(box)) if turned else box)
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I;16"):
            image = image.point(lambda value: value / 256).convert("L")
        if image.mode in ("RGBA", "LA", "P", "PA"):
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        return image.convert("RGB").resize(box)


if __name__ == "__main__":
    for what, bound in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS[sys.argv[2]]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),  # what it reads is on no disk, also when it falls over
    ):
        resource.setrlimit(what, (bound, bound))
    main(*sys.argv[1:])
