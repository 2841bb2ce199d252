"""Documents that people send: good ones of every kind, and hostile ones. Made here, none of it real."""

import io
import struct
import zipfile
import zlib
from urllib.parse import quote

import pikepdf
from PIL import Image


def _pdf(filling: bytes = b"") -> bytes:
    """One page, which `filling` makes heavier. Written as the cleaning writes it: there it stays as it is."""
    file = io.BytesIO()
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(200, 200))
        if filling:
            page.Contents = made.make_stream(filling)
        made.save(file, deterministic_id=True, compress_streams=False)
    return file.getvalue()


PDF = _pdf()
TEXT = "Observatie: Mila speelt graag in de bouwhoek. Zoë ook.\r\n".encode()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"
OPENDOCUMENT = b"application/vnd.oasis.opendocument.text"


def named(naam: str) -> dict[str, str]:
    """Give the header in which the name of a raw body travels."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(naam, safe='', errors='replace')}"}


def pdf(size: int = 0) -> bytes:
    """A PDF of at least `size` bytes."""
    return _pdf(b"%" + b"x" * max(0, size - len(PDF)) + b"\n" if size > len(PDF) else b"")


def zipped(parts: dict[str, bytes], *, folded: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", folded) as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content, compress_type=folded)
    return file.getvalue()


def office(main: str = WORD, **parts: bytes) -> bytes:
    """A Word, Excel or PowerPoint document; `parts` go in too, `__` in their name read as a slash."""
    types = (
        f'<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    more = {name.replace("__", "/"): content for name, content in parts.items()}
    return zipped({"[Content_Types].xml": types.encode(), "word/document.xml": b"<w:document/>", **more})


def opendocument(mimetype: bytes = OPENDOCUMENT, manifest: bytes = b"<manifest/>", **parts: bytes) -> bytes:
    more = {name.replace("__", "/"): content for name, content in parts.items()}
    return zipped(
        {"mimetype": mimetype, "content.xml": b"<office/>", "META-INF/manifest.xml": manifest, **more}
    )


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x80\x40\x20" * 2) * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """A photo; one past what a JPEG can be opened at says so, and has no pixels."""
    if width * height > 100_000_000:
        frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
        return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 40)).save(file, "JPEG")
    return file.getvalue()


def tiff(order: str = "<", width: int = 2, height: int = 2) -> bytes:
    """A grey scan of two by two pixels, whatever size it says to have."""
    facts = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 4}
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in facts.items())
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    pixels = b"\x10\x80\x80\xf0"
    directory = struct.pack(f"{order}H", len(facts)) + entries + bytes(4)
    return mark + struct.pack(f"{order}I", 12) + pixels + directory


def bomb(size: int = 600 * 2**20) -> bytes:
    """A Word document that unfolds to `size` bytes of nothing; it says so in its directory."""
    honest = office(word__media=bytes(2**16))
    at = honest.rfind(b"PK\x01\x02", 0, honest.rfind(b"word/media"))
    return honest[: at + 24] + struct.pack("<I", size) + honest[at + 28 :]


GOOD: dict[str, bytes] = {
    "aanvraag.pdf": PDF,
    "AANVRAAG.PDF": PDF,
    "groot.pdf": pdf(300_000),
    "verslag.docx": office(),
    "lijst.xlsx": office(EXCEL),
    "overleg.pptx": office(POWERPOINT),
    "open.odt": opendocument(),
    "foto.jpg": jpeg(),
    "foto.jpeg": jpeg(4000, 3000),
    "foto met staart.jpg": jpeg() + b"trailer of a phone",
    "scan.png": png(),
    "scan.tif": tiff(),
    "scan.tiff": tiff(">"),
    "notitie.txt": TEXT,
    "oud.txt": "Zoë en Noé".encode("cp1252"),
    "windows.txt": "\ufeffZoë".encode(),
    "utf16.txt": "Zoë speelt".encode("utf-16"),
    "BM begint zo.txt": b"BMI en lengte van Mila; MZ en ID3 zijn gewone letters.",
    "verslag.v2.definitief.pdf": PDF,
    "Aanvraag (1) – Mila & Zoë.pdf": PDF,
    "verslag.exe.pdf": PDF,
    "日本語.pdf": PDF,
}

_HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(600)
_UNFOLDED = {f"word/part{number}.xml": b"" for number in range(5001)}
_LOCKED = bytearray(office())
_LOCKED[_LOCKED.rfind(b"PK\x01\x02") + 8] |= 1

# name, content, and the first words of the sentence that the sender reads
HOSTILE: list[tuple[str, bytes, str]] = [
    ("leeg.pdf", b"", "Dit bestand is leeg"),
    ("leeg.txt", b"", "Dit bestand is leeg"),
    ("pagina.pdf", _HTML, "Webpagina"),
    ("pagina.jpg", b"\xef\xbb\xbf  \n" + _HTML, "Webpagina"),
    ("pagina.txt", b"\n\n<html>", "Webpagina"),
    ("pagina.docx", _HTML, "Webpagina"),
    ("pagina.html", _HTML, "Webpagina"),
    ("pagina.htm", PDF, "Webpagina"),
    ("utf16.txt", "<script>alert(1)</script>".encode("utf-16"), "Webpagina"),
    ("commentaar.txt", b"<!-- --><script>", "Webpagina"),
    ("tekening.svg", _SVG, "Webpagina"),
    ("tekening.png", _SVG, "Webpagina"),
    ("tekening.pdf", b'<?xml version="1.0"?>' + _SVG, "Webpagina"),
    ("gegevens.xml", b"<?xml version='1.0'?><a/>", "Webpagina"),
    ("gegevens.txt", b"<?xml version='1.0'?><a/>", "Webpagina"),
    ("programma.exe", _EXE, "Programma"),
    ("programma.pdf", _EXE, "Programma"),
    ("programma.docx", _EXE, "Programma"),
    ("verslag.pdf.exe", _EXE, "Programma"),
    ("verslag.pdf.exe .", _EXE, "Programma"),
    ("verslag.pdf:programma.exe", _EXE, "Programma"),
    ("verslag\u202efdp.exe", _EXE, "Programma"),
    ("verslag.pdf\x00.exe", _EXE, "Programma"),
    ("linux.txt", b"\x7fELF\x02\x01\x01" + bytes(60), "Programma"),
    ("mac.pdf", b"\xcf\xfa\xed\xfe" + bytes(60), "Programma"),
    ("klasse.png", b"\xca\xfe\xba\xbe" + bytes(60), "Programma"),
    ("script.sh", b"#!/bin/sh\n", "Programma"),
    ("script.txt", b"#!/bin/sh\nrm -rf /\n", "Programma"),
    ("script.js", b"alert(1)", "Programma"),
    ("macro.vbs", b"MsgBox 1", "Programma"),
    ("snelkoppeling.lnk", b"L\x00\x00\x00\x01\x14\x02\x00", "Programma"),
    ("snelkoppeling.pdf", b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60), "Programma"),
    ("bibliotheek.jar", zipped({"META-INF/MANIFEST.MF": b""}), "Programma"),
    ("archief.zip", zipped({"a.pdf": PDF}), "Archieven"),
    ("archief.pdf", b"Rar!\x1a\x07\x00" + bytes(60), "Archieven"),
    ("archief.docx", b"7z\xbc\xaf\x27\x1c" + bytes(60), "Archieven"),
    ("archief.txt", b"\x1f\x8b\x08\x00" + bytes(60), "Archieven"),
    ("archief.tar", bytes(257) + b"ustar", "Archieven"),
    ("archief.png", b"x" * 257 + b"ustar" + bytes(60), "Archieven"),
    ("leeg archief.docx", b"PK\x05\x06" + bytes(18), "Archieven"),
    ("schijf.iso", bytes(60), "Archieven"),
    ("oud.doc", _OLE, "Dit is een oud"),
    ("oud.xls", _OLE, "Dit is een oud"),
    ("oud.docx", _OLE, "Dit is een oud"),
    ("wachtwoord.xlsx", _OLE, "Dit is een oud"),
    ("brief.rtf", b"{\\rtf1}", "Dit is een oud"),
    ("brief.txt", b"{\\rtf1}", "Dit is een oud"),
    ("macro.docm", office(MACRO_WORD), "Documenten met macro"),
    ("macro.docx", office(MACRO_WORD), "Documenten met macro"),
    (
        "vba.docx",
        office(word__vbaProject_bin=b"").replace(b"vbaProject_bin", b"vbaProject.bin"),
        "Documenten met macro",
    ),
    ("activex.docx", office(word__activeX__activeX1=b""), "Documenten met macro"),
    ("macrovel.xlsx", office(EXCEL, xl__macrosheets__sheet1=b""), "Documenten met macro"),
    ("basic.odt", opendocument(Basic__Standard__Module1=b""), "Documenten met macro"),
    ("scripts.odt", opendocument(Scripts__python__x=b""), "Documenten met macro"),
    ("excel.docx", office(EXCEL), "Volgens de naam is dit een Office"),
    ("word.pptx", office(WORD), "Volgens de naam is dit een Office"),
    ("archief.xlsx", zipped({"a.pdf": PDF}), "Volgens de naam is dit een Office"),
    (
        "spreadsheet.odt",
        opendocument(b"application/vnd.oasis.opendocument.spreadsheet"),
        "Volgens de naam is dit een Office",
    ),
    ("pdf.docx", PDF, "Volgens de naam is dit een Office"),
    (
        "uitbraak.docx",
        zipped({"[Content_Types].xml": WORD.encode(), "../../etc/passwd": b""}),
        "Volgens de naam is dit een Office",
    ),
    (
        "wortel.docx",
        zipped({"[Content_Types].xml": WORD.encode(), "/etc/passwd": b""}),
        "Volgens de naam is dit een Office",
    ),
    ("slot.docx", bytes(_LOCKED), "Dit document is beveiligd"),
    ("slot.odt", opendocument(manifest=b"<encryption-data/>"), "Dit document is beveiligd"),
    ("bom.docx", bomb(), "Dit bestand wordt bij het uitpakken"),
    (
        "delen.docx",
        zipped({"[Content_Types].xml": WORD.encode(), **_UNFOLDED}),
        "Dit bestand wordt bij het uitpakken",
    ),
    ("nullen.docx", office(word__nul=bytes(64 * 2**20)), "Dit bestand wordt bij het uitpakken"),
    ("zip64.docx", office()[:-22] + b"PK\x06\x07" + bytes(16) + office()[-22:], "Dit bestand is beschadigd"),
    ("half.docx", office()[:-30], "Dit bestand is beschadigd"),
    (
        "lzma.docx",
        zipped({"[Content_Types].xml": WORD.encode()}, folded=zipfile.ZIP_LZMA),
        "Dit bestand is beschadigd",
    ),
    ("kop.docx", b"PK\x03\x04" + bytes(200), "Dit bestand is beschadigd"),
    ("half.pdf", PDF[:-20], "Dit bestand is beschadigd"),
    ("half.png", png()[:-8], "Dit bestand is beschadigd"),
    ("half.jpg", jpeg()[:18], "Dit bestand is beschadigd"),
    ("half.tif", tiff()[:12], "Dit bestand is beschadigd"),
    ("nul.png", png(0, 0), "Dit bestand is beschadigd"),
    ("reus.png", png(65_000, 65_000), "Deze afbeelding is te groot"),
    ("reus.jpg", jpeg(65_000, 65_000), "Deze afbeelding is te groot"),
    ("reus.tif", tiff("<", 1_000_000, 60_000), "Deze afbeelding is te groot"),
    ("foto.pdf", jpeg(), "Volgens de naam is dit een pdf"),
    ("verstopt.pdf", b"GET / HTTP/1.1\r\n" + PDF, "Volgens de naam is dit een pdf"),
    ("document.jpg", PDF, "Volgens de naam is dit een foto"),
    ("foto.png", jpeg(), "Volgens de naam is dit een foto"),
    ("foto.jpg", png(), "Volgens de naam is dit een foto"),
    ("foto.txt", jpeg(), "Volgens de naam is dit gewone tekst"),
    ("nullen.txt", b"tekst\x00tekst", "Volgens de naam is dit gewone tekst"),
    ("terminal.txt", b"tekst\x1b[31mrood", "Volgens de naam is dit gewone tekst"),
    ("laat.txt", b"tekst " * 50_000 + b"\x00", "Volgens de naam is dit gewone tekst"),
    ("foto.heic", b"\x00\x00\x00\x18ftypheic", "Dit soort afbeelding"),
    ("iphone.jpg", b"\x00\x00\x00\x18ftypheic" + bytes(60), "Dit soort afbeelding"),
    ("plaatje.gif", b"GIF89a", "Dit soort afbeelding"),
    ("plaatje.png", b"GIF89a" + bytes(60), "Dit soort afbeelding"),
    ("plaatje.webp", b"RIFF\x00\x00\x00\x00WEBP", "Dit soort afbeelding"),
    ("plaatje.jpg", b"RIFF\x00\x00\x00\x00WEBP" + bytes(60), "Dit soort afbeelding"),
    ("plaatje.tif", b"BM\x00\x00\x00\x00\x00\x00\x00\x00" + bytes(60), "Dit soort afbeelding"),
    ("film.mp4", b"\x00\x00\x00\x18ftypmp42", "Film en geluid"),
    ("film.pdf", b"\x00\x00\x00\x18ftypmp42" + bytes(60), "Film en geluid"),
    ("geluid.txt", b"ID3\x04\x00" + bytes(60), "Film en geluid"),
    ("bericht.eml", b"Received: from x", "E-mails"),
    ("bericht.txt", b"Return-Path: <a@example.org>\r\n", "E-mails"),
    ("bericht.msg", _OLE, "E-mails"),
    ("zonder ending", PDF, "De naam van dit bestand"),
    ("..", PDF, "De naam van dit bestand"),
    ("", PDF, "De naam van dit bestand"),
    ("verslag.pdf/", PDF, "De naam van dit bestand"),
    ("verslag\u2024pdf", PDF, "De naam van dit bestand"),
    ("verslag.pages", b"x", "Dit soort bestand"),
    ("verslag.pdf.p7m", PDF, "Dit soort bestand"),
]


def pages(*words: str) -> bytes:
    """A PDF with these words, a page each, that a reader can draw."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(words)))
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(words)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for n, said in enumerate(words):
        drawn = f"BT /F1 24 Tf 72 700 Td ({said}) Tj ET"
        parts.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {5 + 2 * n} 0 R>>"
        )
        parts.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    made, places = b"%PDF-1.4\n", []
    for n, part in enumerate(parts, 1):
        places.append(len(made))
        made += f"{n} 0 obj{part}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(made)
    made += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}".encode()
    return made + f"trailer<</Root 1 0 R/Size {len(parts) + 1}>>\nstartxref\n{start}\n%%EOF\n".encode()
