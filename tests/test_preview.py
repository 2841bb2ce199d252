"""Looking at a document within the portal: drawn within bounds, by whom may, and every look in the log."""

import io
import re
import time
from collections import OrderedDict

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image
from playwright.sync_api import expect

from app.extensions import db
from app.models import Bijlage, Gebeurtenis
from app.models.base import now
from app.services import bijlage_bytes, bijlagen, intake, preview, render
from app.terms import Actie, Controle
from tests.browser import violations
from tests.documents import PDF, TEXT, jpeg, office, pages
from tests.involving import add_parent, add_school
from tests.test_upload_window import go
from tests.uploading import Browser, acts, add, serving

TWO = pages("Mila speelt graag", "in de bouwhoek")


def photo(size: tuple[int, int] = (3000, 2000), kind: str = "JPEG", mode: str = "RGB", **kw) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **kw)
    return file.getvalue()


def change(partnership, row, **values):
    with partnership.behind_the_scenes():
        for name, value in values.items():
            setattr(db.session.get(Bijlage, row.id), name, value)
        db.session.commit()


def addresses(row, number: object = 1) -> list[str]:
    return [f"/bijlagen/{row.id}/{page}" for page in ("bekijken", f"blad/{number}.webp", "miniatuur")]


def statuses(partnership, by: str, row) -> list[int]:
    client = Browser(partnership, by).client
    return [client.get(address).status_code for address in addresses(row)]


def looks(partnership) -> list[str]:
    """Give what was looked at, in the order of the log."""
    with partnership.behind_the_scenes():
        query = db.select(Gebeurtenis.object_id).where(Gebeurtenis.actie == Actie.BEKIJKEN)
        return list(db.session.scalars(query.order_by(Gebeurtenis.volgnummer)))


@pytest.mark.both_engines
def test_every_page_is_a_picture_by_its_own_closed_address(partnership, dossier):
    row = add(partnership, dossier, "voorschool", TWO)
    client = Browser(partnership, "specialist").client
    page = client.get(f"/bijlagen/{row.id}/bekijken").get_data(as_text=True)
    assert "Bladzijde 2 van 2" in page
    assert "Mila speelt graag" in page
    answer = client.get(f"/bijlagen/{row.id}/blad/2.webp")
    assert answer.mimetype == "image/webp"
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert (picture.format, picture.width) == ("WEBP", render.WIDTH)
        assert picture.convert("L").getextrema()[0] < 100, "there is something on it"
    for address in addresses(row)[1:]:
        headers = client.get(address).headers
        assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Accel-Buffering"] == "no"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_look_is_one_line_in_the_log_however_many_pages_are_drawn(partnership, dossier):
    row = add(partnership, dossier, "voorschool", TWO)
    assert statuses(partnership, "specialist", row) == [200, 200, 200]
    assert acts(partnership, Actie.BEKIJKEN) == 1


@pytest.mark.both_engines
def test_a_picture_by_its_address_alone_is_a_look_in_the_log_once_an_hour(partnership, dossier, clock):
    """Not to open the page about it keeps nobody out of the log."""
    row = add(partnership, dossier, "voorschool", TWO)
    for page, actie in (("blad/2.webp", Actie.BEKIJKEN), ("miniatuur", Actie.LEZEN)):
        for number in (1, 2):
            client = Browser(partnership, "specialist").client
            before = acts(partnership, actie)
            for _look in range(3):
                assert client.get(f"/bijlagen/{row.id}/{page}").status_code == 200
            assert acts(partnership, actie) == before + 1, (page, number)
            clock.shift(3601)


@pytest.mark.parametrize("by", ["voorschool2", "rolbeheer", "school", "ouder"])
def test_for_others_the_document_does_not_exist_in_any_form(partnership, dossier, by):
    add_school(partnership, "LINDE", "school")
    add_parent(partnership, dossier)
    row = add(partnership, dossier, "voorschool", TWO)
    if by == "ouder":
        with partnership.at_work("specialist"), partnership.app.test_request_context():
            from app import access
            from app.services import sessions

            swv = partnership.organisations["SWV"]
            who = access.person_for(partnership.people["ouder"][0], None, swv_id=swv)
            token = sessions.begin(who)
            db.session.commit()
        client = partnership.app.test_client()
        client.set_cookie("kindbrug", token)
    else:
        client = Browser(partnership, by).client
    assert [client.get(address).status_code for address in addresses(row)] == [404, 404, 404]
    assert acts(partnership, Actie.BEKIJKEN) == 0


def test_what_is_internal_or_replaced_or_retracted_is_not_drawn_for_the_preschool(partnership, dossier):
    internal = add(partnership, dossier, "specialist", TWO)
    assert statuses(partnership, "voorschool", internal) == [404, 404, 404]
    for gone in ("vervangen_op", "ingetrokken_op"):
        row = add(partnership, dossier, "voorschool", TWO, naam=f"{gone}.pdf")
        change(partnership, row, **{gone: now()})
        assert statuses(partnership, "voorschool", row) == [404, 404, 404]
        assert statuses(partnership, "specialist", row)[0] == 200


@pytest.mark.parametrize("state", [Controle.WACHT, Controle.BESMET])
def test_nothing_is_drawn_of_what_the_virus_scan_did_not_let_out(partnership, dossier, state):
    row = add(partnership, dossier, "voorschool", TWO)
    change(partnership, row, controle=state)
    for by in ("specialist", "voorschool"):
        assert statuses(partnership, by, row) == [409, 409, 409]
        page = Browser(partnership, by).client.get(f"/bijlagen/{row.id}/bekijken").get_data(as_text=True)
        yet = "nog " if state is Controle.WACHT else "document "
        assert f"<h1>U kunt dit {yet}niet openen</h1>" in page
        assert "wijzig" not in page, "there is no change of theirs to do again"
    window = Browser(partnership, "voorschool").client.get(f"/hulpvragen/{dossier}/bijlagen/venster")
    assert (b"wordt gecontroleerd" in window.data) is (state is Controle.WACHT)
    assert f"/bijlagen/{row.id}/".encode() not in window.data
    assert acts(partnership, Actie.BEKIJKEN) == 0


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "201", "99999", "x", "%00", "²", "1.5", "007x"])
def test_a_page_number_that_is_none_is_not_there(partnership, dossier, number):
    row = add(partnership, dossier, "voorschool", TWO)
    client = Browser(partnership, "specialist").client
    assert client.get(f"/bijlagen/{row.id}/blad/{number}.webp").status_code == 404


def test_a_page_after_the_last_is_refused_in_words(partnership, dossier):
    row = add(partnership, dossier, "voorschool", TWO)
    assert Browser(partnership, "specialist").client.get(f"/bijlagen/{row.id}/blad/3.webp").status_code == 422


@pytest.mark.parametrize(
    ("naam", "content", "words"),
    [
        ("verslag.docx", office(), "Een Office-document kunt u hier niet bekijken"),
        ("notitie.txt", TEXT, "Mila speelt graag in de bouwhoek. Zoë ook."),
        ("code.txt", b"<script>alert(1)</script> tekst", "&lt;script&gt;alert(1)"),
        ("oud.txt", "Zoë en Noé".encode("cp1252"), "Zoë en Noé"),
        ("foto.jpg", photo(), "Bladzijde 1 van 1"),
        ("scan.png", photo(kind="PNG", mode="RGBA"), "Bladzijde 1 van 1"),
        ("fax.tif", photo(kind="TIFF", mode="1"), "Bladzijde 1 van 1"),
    ],
    ids=["office", "text", "code", "old text", "photo", "see-through", "fax"],
)
def test_each_kind_is_shown_in_its_way_or_it_is_said_that_it_is_not(
    partnership, dossier, naam, content, words
):
    if content.startswith(b"<script"):
        content = b"tekst " + content  # what begins as a page is refused at the door
    row = add(partnership, dossier, "voorschool", content, naam=naam)
    answer = Browser(partnership, "specialist").client.get(f"/bijlagen/{row.id}/bekijken")
    assert answer.status_code == 200
    assert words in answer.get_data(as_text=True)


def test_of_a_photo_without_pixels_it_is_said_that_it_cannot_be_shown(partnership, dossier, monkeypatch):
    def keep_as_it_is(_of: intake.FileType, _file, _out) -> bool:
        return False

    monkeypatch.setattr(intake.FileType, "clean", keep_as_it_is)  # such as one from before the cleaning
    row = add(partnership, dossier, "voorschool", jpeg()[:-200] + b"\xff\xd9", naam="kapot.jpg")
    answer = Browser(partnership, "specialist").client.get(f"/bijlagen/{row.id}/bekijken")
    assert answer.status_code == 200
    assert "Dit document kunt u hier niet bekijken" in answer.get_data(as_text=True)


def test_one_goes_through_the_documents_that_one_may_see_without_going_back(partnership, dossier):
    first = add(partnership, dossier, "voorschool", TWO, naam="Eerste.pdf")
    add(partnership, dossier, "specialist", TWO, naam="Intern.pdf")
    last = add(partnership, dossier, "voorschool", TWO, naam="Laatste.pdf")
    page = Browser(partnership, "voorschool").client.get(f"/bijlagen/{last.id}/bekijken")
    text = page.get_data(as_text=True)
    assert "Document 1 van 2" in text
    assert f"/bijlagen/{first.id}/bekijken" in text
    assert "Intern" not in text


@pytest.mark.parametrize("state", [Controle.WACHT, Controle.BESMET])
def test_one_goes_past_what_cannot_be_opened(partnership, dossier, state):
    first, waits, last = (add(partnership, dossier, "voorschool", TWO, naam=f"{n}.pdf") for n in range(3))
    change(partnership, waits, controle=state)
    text = (
        Browser(partnership, "voorschool").client.get(f"/bijlagen/{last.id}/bekijken").get_data(as_text=True)
    )
    assert "Document 1 van 2" in text
    assert f"/bijlagen/{first.id}/bekijken" in text
    assert f"/bijlagen/{waits.id}/" not in text


def test_several_are_seen_side_by_side_and_each_is_a_line_in_the_log(partnership, dossier):
    advice, report, text = (
        add(partnership, dossier, "voorschool", content, naam=naam)
        for naam, content in (("Advies.pdf", TWO), ("Verslag.pdf", TWO), ("Mila.txt", b"Mila speelt graag."))
    )
    client = Browser(partnership, "specialist").client
    before = len(looks(partnership))
    page = client.get(f"/bijlagen/{advice.id}/bekijken?naast={report.id}&naast={text.id}")
    words = page.get_data(as_text=True)
    assert "3 documenten bij elkaar" in words
    for row in (advice, report):
        assert f"/bijlagen/{row.id}/blad/1.webp" in words
    assert "Mila speelt graag." in words
    seen = looks(partnership)[before:]
    assert sorted(seen) == sorted(str(row.id) for row in (advice, report, text))
    alone = client.get(f"/bijlagen/{report.id}/bekijken?naast={report.id}").get_data(as_text=True)
    assert "bij elkaar" not in alone


def test_nothing_stands_beside_it_that_is_not_open_to_who_looks(partnership, dossier):
    shown = add(partnership, dossier, "voorschool", TWO, naam="Gedeeld.pdf")
    internal = add(partnership, dossier, "specialist", TWO, naam="Intern.pdf")
    waits = add(partnership, dossier, "voorschool", TWO, naam="Wacht.pdf")
    elsewhere = add(partnership, partnership.dossier(), "specialist", TWO, naam="Elders.pdf")
    change(partnership, waits, controle=Controle.WACHT)
    before = len(looks(partnership))
    client = Browser(partnership, "voorschool").client
    for other in (internal, waits, elsewhere, "niets"):
        page = client.get(f"/bijlagen/{shown.id}/bekijken?naast={getattr(other, 'id', other)}")
        assert page.status_code == 200
        words = page.get_data(as_text=True)
        assert not [name for name in ("Intern", "Wacht", "Elders", "bij elkaar") if name in words]
    assert set(looks(partnership)[before:]) == {str(shown.id)}


HOSTILE = {
    "loop": PDF.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "endless": PDF.replace(b"/Count 1", b"/Count 99999999"),
    "plane": PDF.replace(b"200 200", b"9999999 9999999"),
    "nothing": PDF.replace(b"200 200", b"0 0"),
    "noise": b"%PDF-1.4\n" + bytes(range(256)) * 40 + b"%%EOF",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pdf_is_drawn_or_refused_within_its_bounds(name):
    try:
        found = render.sheets(io.BytesIO(HOSTILE[name]), "application/pdf")
        assert len(found.shown) <= render.MOST_PAGES
        with Image.open(io.BytesIO(render.picture(io.BytesIO(HOSTILE[name]), "application/pdf"))) as picture:
            assert picture.width * picture.height <= 6_100_000
    except render.CannotBeShown:
        pass


def test_a_program_that_hangs_or_takes_all_memory_is_ended(monkeypatch, tmp_path):
    for bad in ("import time; time.sleep(60)", "import os; os.abort()", "raise MemoryError"):
        program = tmp_path / "bad.py"
        program.write_text(bad)
        monkeypatch.setattr(render, "_PROGRAM", str(program))
        monkeypatch.setattr(render, "_SECONDS", 0.5)
        with pytest.raises(render.CannotBeShown):
            render.sheets(io.BytesIO(PDF), "application/pdf")


def test_a_photo_on_its_side_is_shown_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    content = photo(exif=exif)
    (sheet,) = render.sheets(io.BytesIO(content), "image/jpeg").shown
    with Image.open(io.BytesIO(render.picture(io.BytesIO(content), "image/jpeg"))) as picture:
        assert picture.size == (sheet.width, sheet.height) == (1240, 1860)


def test_a_thumbnail_is_small_and_drawn_once(partnership, dossier, monkeypatch):
    row = add(partnership, dossier, "voorschool", TWO)
    client = Browser(partnership, "specialist").client
    first = client.get(f"/bijlagen/{row.id}/miniatuur").data
    with Image.open(io.BytesIO(first)) as picture:
        assert picture.width == render.SMALL
    monkeypatch.setattr(preview.render, "picture", lambda *_, **__: pytest.fail("drawn again"))
    assert client.get(f"/bijlagen/{row.id}/miniatuur").data == first
    tab = client.get(f"/hulpvragen/{dossier}/bijlagen").get_data(as_text=True)
    assert f"/bijlagen/{row.id}/miniatuur" in tab


def bottomless() -> bytes:
    """A small PDF whose only page asks for 10^12 drawings."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(600, 800))
        drawn, about = b"0 0 m 500 700 l 300 200 l f " * 20, {}
        for _level in range(12):
            stream = pdf.make_stream(drawn)
            stream.update(
                {"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 600, 800])} | about
            )
            drawn, about = b"/X Do " * 10, {"/Resources": Dictionary(XObject=Dictionary(X=stream))}
        page.Contents, page.Resources = pdf.make_stream(drawn), about["/Resources"]
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


def test_what_takes_too_long_to_draw_is_not_drawn_again_and_again(partnership, dossier, monkeypatch):
    row = add(partnership, dossier, "voorschool", bottomless())
    client = Browser(partnership, "specialist").client
    began = time.monotonic()
    assert client.get(f"/bijlagen/{row.id}/miniatuur").status_code == 422
    assert time.monotonic() - began < 8, "a thumbnail is worth two seconds of work"
    assert client.get(f"/bijlagen/{row.id}/blad/1.webp").status_code == 422
    with monkeypatch.context() as patch:
        patch.setattr(render.subprocess, "run", lambda *_, **__: pytest.fail("drawn again"))
        for page in ("miniatuur", "blad/1.webp", "blad/2.webp"):
            assert client.get(f"/bijlagen/{row.id}/{page}").status_code == 422
        assert "kunt u hier niet bekijken" in client.get(f"/bijlagen/{row.id}/bekijken").get_data(
            as_text=True
        )
    monkeypatch.setattr(preview, "_FAILED_FOR", 0)
    partnership.app.extensions["not_drawn"].clear()
    assert client.get(f"/bijlagen/{row.id}/miniatuur").status_code == 422
    monkeypatch.setattr(preview.render, "picture", lambda *_, **__: b"drawn")
    assert client.get(f"/bijlagen/{row.id}/miniatuur").data == b"drawn"


@pytest.mark.browser
def test_the_pages_are_seen_and_one_goes_on_by_keyboard(partnership, dossier, page):
    add(partnership, dossier, "voorschool", photo(), naam="Foto.jpg")
    last = add(partnership, dossier, "specialist", TWO, naam="Advies.pdf")
    with serving(partnership.app) as port:
        go(
            partnership,
            page,
            f"http://localhost:{port}/bijlagen/{last.id}/bekijken",
            "specialist",
            "networkidle",
        )
        drawn = "all => all.every(it => it.complete && it.naturalWidth > 1000)"
        assert page.locator(".sheetview img").evaluate_all(drawn)
        assert violations(page) == []
        page.get_by_label("Zet er een ander document bij").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("2 documenten bij elkaar")
        page.wait_for_load_state("networkidle")
        assert page.locator(".sheetview img").count() == 3
        assert page.locator(".sheetview img").evaluate_all(drawn)
        left, right = (page.locator(".papers > section").nth(at).bounding_box() for at in (0, 1))
        assert left["x"] + left["width"] <= right["x"]
        assert left["y"] == right["y"]
        assert violations(page) == []
        page.get_by_role("link", name=re.compile("Niet meer tonen.*Foto.jpg")).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Advies.pdf")
        page.get_by_role("link", name="Volgend document", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Foto.jpg")
        assert violations(page) == []
        page.goto("about:blank")


def test_a_small_picture_is_not_remembered_of_what_is_retracted_or_destroyed_nor_for_long(
    partnership, dossier, clock
):
    remembered = partnership.app.extensions.setdefault("thumbnails", OrderedDict())
    remembered.clear()
    gone = [add(partnership, dossier, "voorschool", TWO, naam=f"{number}.pdf") for number in range(3)]
    client = Browser(partnership, "voorschool").client
    for row in gone:
        assert client.get(f"/bijlagen/{row.id}/miniatuur").status_code == 200
    with partnership.at_work("voorschool") as person:
        bijlagen.retract(db.session.scalars(db.select(Bijlage).where(Bijlage.id == gone[0].id)).one(), person)
    with partnership.behind_the_scenes():
        bijlage_bytes.destroy(db.session.get(Bijlage, gone[1].id))
    assert set(remembered) == {gone[2].id}
    clock.shift(11 * 60)
    other = add(partnership, dossier, "voorschool", TWO, naam="later.pdf")
    assert client.get(f"/bijlagen/{other.id}/miniatuur").status_code == 200
    assert set(remembered) == {other.id}
