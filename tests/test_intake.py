"""What may become a document: good ones all come in, hostile ones none, each with its own sentence."""

import io
import random
import unicodedata
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel

from app.errors import PortalError
from app.services import intake
from tests.documents import GOOD, HOSTILE, PDF, jpeg, office, opendocument, png, tiff


def judge(naam: str, content: bytes) -> str:
    """Give the type that a file is taken as; raises the refusal."""
    kind = intake.file_type(intake.clean_name(naam))
    kind.inspect(io.BytesIO(content))
    return kind.mimetype


@pytest.fixture
def in_dutch(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize("naam", GOOD)
def test_what_people_really_send_comes_in(naam):
    assert judge(naam, GOOD[naam])


@pytest.mark.parametrize("naam", GOOD)
def test_what_is_kept_of_a_good_document_is_good_as_well(naam):
    kind, kept = intake.file_type(intake.clean_name(naam)), io.BytesIO()
    if kind.clean(io.BytesIO(GOOD[naam]), kept):
        assert judge(naam, kept.getvalue()) == kind.mimetype
    else:
        assert not kept.getvalue()


@pytest.mark.parametrize(("naam", "content", "sentence"), HOSTILE, ids=[repr(naam) for naam, *_ in HOSTILE])
def test_what_has_no_place_in_a_dossier_is_refused_in_its_own_words(
    naam, content, sentence, in_dutch, proven
):
    with pytest.raises(intake.FileRefused) as refused:
        judge(naam, content)
    assert str(refused.value.sentence).startswith(sentence)
    proven("hostile files refused", 1)


def test_what_a_screen_can_say_of_an_ending_is_what_the_portal_says_of_it(in_dutch):
    said = {ending: of["sentence"] for of in intake.refusals() for ending in of["endings"]}
    assert {"", "doc", "heic", "zip", "mov", "eml", "exe", "docm", "html"} <= said.keys()
    for ending, sentence in said.items():
        with pytest.raises(intake.FileRefused) as refused:
            intake.file_type(f"bestand.{ending}" if ending else "bestand")
        assert str(refused.value.sentence) == sentence


def test_a_damaged_file_is_refused_and_never_breaks_the_portal(lane, proven):
    chance = lane.random("intake")
    made = {
        "a.pdf": PDF,
        "a.docx": office(),
        "a.odt": opendocument(),
        "a.png": png(),
        "a.jpg": jpeg(),
        "a.tif": tiff(),
    }
    cases = lane.cases(gate=2_000, proof=50_000)
    for _ in range(cases):
        naam = chance.choice([*made])
        try:
            judge(naam, spoiled(made[naam], chance))
        except PortalError:
            continue
    proven("spoiled files survived", cases)


def spoiled(content: bytes, chance: random.Random) -> bytes:
    """Change, cut, repeat or move some bytes."""
    spoiled = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(spoiled) + 1)
        match chance.randrange(4):
            case 0:
                spoiled[at : at + 4] = chance.randbytes(4)
            case 1:
                del spoiled[at : at + chance.randint(1, 40)]
            case 2:
                spoiled[at:at] = spoiled[: chance.randint(1, 40)]
            case _:
                spoiled[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(spoiled)


@pytest.mark.parametrize(
    ("naam", "clean"),
    [
        ("Aanvraag.pdf", "Aanvraag.pdf"),
        ("C:\\Users\\Anna\\Aanvraag.pdf", "Aanvraag.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("/etc/cron.d/x.pdf", "x.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie- x.pdf"),
        ("verslag\u202efdp.txt", "verslagfdp.txt"),
        ("\u2066ver\u2069slag\u200b.pdf", "verslag.pdf"),
        ("  veel   wit \t .pdf", "veel wit.pdf"),
        ("...pdf", "bijlage.pdf"),
        (".pdf", "bijlage.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul.txt", "_nul.txt"),
        ("vraag?*<b>.pdf", "vraag---b-.pdf"),
        ("Verslag.PDF", "Verslag.pdf"),
        ("e\u0301e\u0301n.pdf", "één.pdf"),
        ("\ud800.pdf", "bijlage.pdf"),
        ("", "bijlage"),
        ("a" * 5000 + ".pdf", "a" * 146 + ".pdf"),
    ],
)
def test_a_name_is_harmless_to_show_and_to_save(naam, clean):
    assert intake.clean_name(naam) == clean


def test_no_name_at_all_can_do_harm(lane, proven):
    chance = lane.random("names")
    cases = lane.cases(gate=2_000, proof=100_000)
    for _ in range(cases):
        naam = "".join(
            chr(chance.choice([*range(0x300), 0x202E, 0x2066, 0xFEFF, 0xD800, 0x2028])) for _ in range(40)
        )
        clean = intake.clean_name(naam + chance.choice([".pdf", "", ".", "/x.txt"]))
        assert 0 < len(clean) <= intake.NAME_LENGTH
        assert not set('/\\:*?"<>|') & set(clean)
        assert not any(unicodedata.category(sign)[0] == "C" for sign in clean)
        assert clean == clean.strip(" .")
        assert intake.clean_name(clean) == clean
    proven("names made harmless", cases)


@pytest.mark.parametrize(
    ("soort", "mimetype", "nth", "naam"),
    [
        ("Onderwijsadvies", "application/pdf", 1, "JK-2026-ABC Onderwijsadvies 2026-05-03.pdf"),
        ("Onderwijsadvies", "application/pdf", 2, "JK-2026-ABC Onderwijsadvies 2026-05-03 (2).pdf"),
        ("Overig", "image/jpeg", 1, "JK-2026-ABC Overig 2026-05-03.jpg"),
        ("a/../b\u202e", "text/plain", 1, "b 2026-05-03.txt"),
        ("Overig", "application/x-unknown", 1, "JK-2026-ABC Overig 2026-05-03.bin"),
    ],
)
def test_a_document_is_saved_under_a_name_that_nobody_typed(soort, mimetype, nth, naam):
    assert intake.download_name("JK-2026-ABC", soort, date(2026, 5, 3), mimetype, nth=nth) == naam


def test_every_refusal_can_be_read_without_a_page():
    app = Flask("bare")
    Babel(app)
    with app.app_context():
        assert all(str(sentence).endswith(".") for sentence in intake.REFUSED.values())
