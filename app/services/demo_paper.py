"""The papers of the demo: small real PDFs that say what they stand for."""


def paper(title: str, *lines: str) -> bytes:
    """Make a PDF of one A4 page."""
    texts = [_shown(f"{title}", 18, 780), *(_shown(text, 11, 740 - 18 * at) for at, text in enumerate(lines))]
    page = b"\n".join(texts)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    made, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(parts) + 1, table)
    return (
        made
        + head
        + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(parts) + 1,
            len(made),
        )
    )


def _shown(text: str, size: int, height: int) -> bytes:
    plain = text.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        plain = plain.replace(sign, b"\\" + sign)
    return b"BT /F %d Tf 56 %d Td (%b) Tj ET" % (size, height, plain)
