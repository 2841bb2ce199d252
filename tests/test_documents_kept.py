"""Documents are whole, encrypted and accounted for, in a folder and on S3."""

import base64
import logging
import os
import secrets
import tempfile
import threading
import time
import uuid
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

import config
from app.extensions import db
from app.models import Bijlage
from app.services import bijlage_bytes, bijlagen, intake, keys, store, store_places, store_upkeep
from app.terms import Actie
from tests.documents import PDF, office, pages, pdf
from tests.partnership import Partnership
from tests.s3_server import S3, faulty, serving_s3
from tests.uploading import Browser, acts, add, files, rows, the


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as server:
        yield server


@pytest.fixture
def on_s3(s3, settings):
    """Let the portal keep its documents on an S3 server."""
    settings.update(s3.settings())
    return settings


def command(partnership: Partnership, *words: str) -> tuple[int, list[str]]:
    """Type a command of the portal, and give its exit code and lines."""
    done = partnership.app.test_cli_runner().invoke(args=list(words))
    return done.exit_code, done.output.splitlines()


def new_kek() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def swept(partnership: Partnership) -> int:
    with partnership.app.app_context():
        return store.sweep(bijlage_bytes.known_keys(), older_than=timedelta(seconds=-5))


# Nothing of a document anywhere but encrypted


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # of a database that another worker threw away meanwhile
        return b""


@pytest.mark.both_engines
def test_store_database_log_and_temporary_files_hold_no_word_of_a_document(
    partnership, dossier, settings, tmp_path, caplog, engine, monkeypatch
):
    """Not while it is kept, cleaned, looked at and drawn; searched in the raw bytes of the files."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "PIL")
    word, temporary = f"Sjoukje{secrets.token_hex(6)}", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    paragraph = b'<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>%b</w:t></w:r></w:p></w:body></w:document>'
    made = {
        "verslag.txt": f"{word} ".encode() * 20_000,
        "brief.docx": office(**{"word__document.xml": paragraph % word.encode()}),
        "scan.pdf": pages(word, word),
    }
    browser = Browser(partnership, "voorschool")
    for naam, content in made.items():
        assert browser.upload(dossier, content, naam=naam).status_code == 201
    for row in rows(partnership):
        home = f"/bijlagen/{row.id}"
        kept = browser.client.get(f"{home}/bestand").data
        assert word.encode() in unfolded(kept) or row.titel == "scan.pdf"
        assert browser.client.get(f"{home}/bekijken").status_code == 200
        if row.titel == "scan.pdf":
            assert word in browser.client.get(f"{home}/bekijken").get_data(as_text=True)
            for picture in ("blad/1.webp", "miniatuur"):
                assert browser.client.get(f"{home}/{picture}").status_code == 200
    row = rows(partnership)[0]
    raw = [content_of(path) for path in engine.files(settings["SQLALCHEMY_DATABASE_URI"])]
    # Of a server that is not ours (KINDBRUG_TEST_POSTGRES) there are no files to read.
    assert not raw or any(row.sleutel.encode() in content for content in raw), "what is there is found"
    raw += [path.read_bytes() for path in (*files(partnership), *temporary.rglob("*")) if path.is_file()]
    assert not [content for content in raw if word.encode() in content]
    with partnership.behind_the_scenes():  # also what a database keeps folded
        for table in db.metadata.sorted_tables:
            for found in db.session.execute(db.select(table)):
                assert word not in repr(tuple(found))
    assert word not in caplog.text


def test_a_form_without_javascript_writes_no_temporary_file(partnership, dossier, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    monkeypatch.setattr("werkzeug.formparser.TemporaryFile", refuse, raising=False)
    browser = Browser(partnership, "voorschool")
    data = {"csrf_token": browser.token(dossier), "soort-0": "aanvraag"}
    data["bestand-0"] = FileStorage(BytesIO(pdf(3_000_000)), "Aanvraag.pdf")
    boundary, body = encode_multipart(data)  # the browser under test would write a temporary file itself
    answer = browser.client.post(
        f"/hulpvragen/{dossier}/bijlagen/formulier",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code == 302
    assert rows(partnership)[0].grootte == len(pdf(3_000_000))


def test_a_form_that_memory_does_not_hold_is_refused_with_the_way_out(partnership, dossier):
    partnership.app.config["MAX_FORM_BYTES"] = 100_000
    browser = Browser(partnership, "voorschool")
    data = {"csrf_token": browser.token(dossier), "bestand-0": (BytesIO(pdf(200_000)), "a.pdf")}
    answer = browser.client.post(
        f"/hulpvragen/{dossier}/bijlagen/formulier", data=data, content_type="multipart/form-data"
    )
    assert answer.status_code == 413
    assert "JavaScript" in answer.get_data(as_text=True)


# Keys


@pytest.mark.both_engines
def test_a_lost_key_is_said_in_words_and_the_operator_reads_which(partnership, dossier, caplog):
    row = add(partnership, dossier, "voorschool")
    partnership.app.config["KEK"] = new_kek()
    answer = Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/bestand")
    assert answer.status_code == 503
    page = answer.get_data(as_text=True)
    assert "sleutel" in page
    assert "Traceback" not in page
    (said,) = [record for record in caplog.records if record.name == "app.services.keys"]
    assert str(row.id) in said.getMessage()
    assert row.kek in said.getMessage()
    assert said.exc_info is None
    assert acts(partnership, Actie.DOWNLOADEN) == 0


def test_a_key_that_was_changed_in_the_database_is_said_in_words(partnership, dossier):
    row = add(partnership, dossier, "voorschool")
    with partnership.behind_the_scenes():
        found = db.session.scalars(db.select(Bijlage)).one()
        found.datasleutel = found.datasleutel[:-1] + bytes([found.datasleutel[-1] ^ 1])
        db.session.commit()
    assert Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/bestand").status_code == 503


@pytest.mark.both_engines
def test_another_key_encryption_key_takes_over_and_the_first_can_go(partnership, dossier):
    first = partnership.app.config["KEK"]
    for number in range(3):
        add(partnership, dossier, "voorschool", pdf(1000 + number), naam=f"{number}.pdf")
    with partnership.at_work("voorschool") as person:
        bijlagen.retract(db.session.scalars(db.select(Bijlage)).first(), person)
    second = new_kek()
    partnership.app.config["KEK"] = f"{second},{first}"
    code, lines = command(partnership, "rotate-kek")
    assert (code, lines[-1]) == (0, "Ready: 3 sealed anew, 0 left that no key-encryption key opens.")
    assert command(partnership, "rotate-kek")[1][-1].startswith("Ready: 0 ")
    partnership.app.config["KEK"] = second
    assert {row.kek for row in rows(partnership)} == {keys.fingerprint(base64.b64decode(second))}
    assert command(partnership, "verify-store") == (0, ["Findings: 0."])
    partnership.app.config["KEK"] = first
    assert command(partnership, "verify-store")[0] == 1


def test_a_rotation_that_was_stopped_goes_on_where_it_was(partnership, dossier, monkeypatch):
    monkeypatch.setattr(store_upkeep, "_BATCH", 2)
    for number in range(5):
        add(partnership, dossier, "voorschool", pdf(1000 + number), naam=f"{number}.pdf")
    partnership.app.config["KEK"] = f"{new_kek()},{partnership.app.config['KEK']}"

    def stop(_so_far: store_upkeep.Rotated) -> None:
        raise KeyboardInterrupt

    with partnership.app.app_context(), pytest.raises(KeyboardInterrupt):
        store_upkeep.rotate(stop)
    with partnership.app.app_context():
        assert store_upkeep.rotate() == store_upkeep.Rotated(done=3)


def test_what_comes_in_under_the_old_key_meanwhile_is_sealed_anew_too(partnership, dossier, monkeypatch):
    """Its id is random: it can stand before what was looked at already."""
    first, second = partnership.app.config["KEK"], new_kek()
    add(partnership, dossier, "voorschool")
    partnership.app.config["KEK"] = f"{second},{first}"
    began = threading.Event()

    def upload(_so_far: store_upkeep.Rotated) -> None:
        if not began.is_set():  # by a process that was not restarted yet
            began.set()
            partnership.app.config["KEK"] = first
            with monkeypatch.context() as patch:
                patch.setattr(bijlagen.uuid, "uuid4", lambda: uuid.UUID(int=1))
                add(partnership, dossier, "voorschool", pdf(999), naam="b.pdf")
            partnership.app.config["KEK"] = f"{second},{first}"

    with partnership.app.app_context():
        assert store_upkeep.rotate(upload) == store_upkeep.Rotated(done=2)
    partnership.app.config["KEK"] = second
    assert command(partnership, "verify-store") == (0, ["Findings: 0."])


def test_what_no_key_opens_is_counted_and_the_others_are_sealed_anew(partnership, dossier):
    add(partnership, dossier, "voorschool")
    partnership.app.config["KEK"] = middle = new_kek()
    add(partnership, dossier, "voorschool", pdf(999), naam="b.pdf")
    partnership.app.config["KEK"] = f"{new_kek()},{middle}"
    code, lines = command(partnership, "rotate-kek")
    assert (code, lines[-1]) == (1, "Ready: 1 sealed anew, 1 left that no key-encryption key opens.")


# Verifying


def four(partnership: Partnership, dossier) -> list[Bijlage]:
    return [
        add(partnership, dossier, "voorschool", pdf(4000 + number), naam=f"{number}.pdf")
        for number in range(4)
    ]


def a_day_old(partnership: Partnership, stored: store.Stored) -> None:
    (path,) = [path for path in files(partnership) if path.name == stored.key]
    os.utime(path, (time.time() - 25 * 3600,) * 2)


@pytest.mark.both_engines
def test_verify_store_finds_each_kind_of_damage_and_names_ids_only(partnership, dossier):
    missing, flipped, other, fine = four(partnership, dossier)
    assert command(partnership, "verify-store") == (0, ["Findings: 0."])
    where = {path.name: path for path in files(partnership)}
    where[missing.sleutel].unlink()
    damaged = bytearray(where[flipped.sleutel].read_bytes())
    damaged[100] ^= 1
    where[flipped.sleutel].write_bytes(damaged)
    with partnership.behind_the_scenes():
        db.session.get(Bijlage, other.id).sha256 = "0" * 64
        db.session.commit()
        left = store.put(BytesIO(b"too many"), key_id=fine.id, limit=100)
    a_day_old(partnership, left)
    code, lines = command(partnership, "verify-store")
    assert code == 1
    assert sorted(lines) == sorted(
        [
            f"document {missing.id}: its object is missing, cut or changed",
            f"document {flipped.id}: its object is missing, cut or changed",
            f"document {other.id}: its bytes are others than its row says",
            f"object {left.key[:2]}/{left.key[2:4]}/{left.key}: no document has it",
            "Findings: 4.",
        ]
    )


def test_verify_store_calls_no_upload_that_goes_on_a_finding(partnership, dossier):
    add(partnership, dossier, "voorschool")
    with partnership.app.app_context():
        store.put(BytesIO(b"its row comes now"), key_id=uuid.uuid4(), limit=100)
        with store.writing(key_id=uuid.uuid4(), limit=100) as coming_in:
            coming_in.write(b"the first half")
            assert len(files(partnership)) == 3
            assert list(store_upkeep.verify()) == []


def test_verify_store_looks_again_before_it_names_what_went_meanwhile(
    on_s3, partnership, dossier, monkeypatch
):
    monkeypatch.setattr(bijlage_bytes, "LEFT_BEHIND", timedelta(seconds=-5))
    add(partnership, dossier, "voorschool")
    with partnership.app.app_context():
        left = store.put(BytesIO(b"raw"), key_id=uuid.uuid4(), limit=100)
        assert len(list(store_upkeep.verify())) == 1
        monkeypatch.setattr(store_upkeep, "_damage", lambda _row: store.delete(left.key))
        assert list(store_upkeep.verify()) == []


def test_verify_store_sees_swapped_objects_on_s3(on_s3, partnership, dossier, s3):
    one, other, *_rest = four(partnership, dossier)
    where = {name.rpartition("/")[2]: name for name in s3.names(on_s3)}
    content = s3.content(where[one.sleutel]), s3.content(where[other.sleutel])
    s3.replace(where[one.sleutel], content[1])
    s3.replace(where[other.sleutel], content[0])
    assert command(partnership, "verify-store")[1][-1] == "Findings: 2."


@pytest.mark.parametrize("words", ["sweep", "verify-store"])
def test_a_command_says_in_words_that_the_store_is_away(partnership, dossier, monkeypatch, words):
    monkeypatch.setitem(partnership.app.config, "STORE_URL", "ftp://elsewhere")
    code, lines = command(partnership, words)
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("Error: ")


def test_verify_store_calls_no_document_damaged_that_a_failing_server_does_not_give(
    on_s3, s3, partnership, dossier, monkeypatch
):
    monkeypatch.setitem(store_places._PATIENCE, "backoff", {"init_backoff": timedelta(milliseconds=1)})
    row = add(partnership, dossier, "voorschool")
    said = "the store did not give it; the log of the server says why. Run this again"
    with (
        faulty(s3, lambda asked: "503" if asked == "get" else None) as address,
        monkeypatch.context() as patch,
    ):
        patch.setitem(partnership.app.config, "STORE_ENDPOINT", address)
        assert command(partnership, "verify-store") == (1, [f"document {row.id}: {said}", "Findings: 1."])
    assert command(partnership, "verify-store") == (0, ["Findings: 0."])


# Destroying, cleaning, limits


@pytest.mark.both_engines
def test_a_destroyed_document_leaves_neither_row_nor_key_nor_bytes(partnership, dossier):
    first, second, third, _other = four(partnership, dossier)
    with partnership.behind_the_scenes():
        for number, row in enumerate((second, third), start=2):
            found = db.session.get(Bijlage, row.id)
            found.reeks_id, found.volgnummer = first.id, number
        db.session.commit()
        bijlage_bytes.destroy(db.session.get(Bijlage, first.id))
    left = {row.id: row for row in rows(partnership)}
    assert first.id not in left
    assert (left[second.id].reeks_id, left[third.id].reeks_id) == (None, second.id)
    assert len(files(partnership)) == 3
    assert acts(partnership, Actie.VERNIETIGEN) == 1


@pytest.mark.both_engines
def test_what_is_destroyed_while_the_store_is_away_opens_for_nobody_and_is_swept(
    partnership, dossier, monkeypatch
):
    def away(_key: str) -> None:
        raise store.StoreUnavailable

    first, *_others = four(partnership, dossier)
    with partnership.behind_the_scenes(), monkeypatch.context() as within:
        within.setattr(store, "delete", away)
        with pytest.raises(store.StoreUnavailable):
            bijlage_bytes.destroy(db.session.get(Bijlage, first.id))
    assert first.id not in {row.id for row in rows(partnership)}, "the row, and with it the only key"
    assert len(files(partnership)) == 4
    assert swept(partnership) == 1
    assert len(files(partnership)) == 3


LINK = b"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship
 Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
 Target="http://elsewhere.example/" TargetMode="External"/></Relationships>"""


def unfolded(content: bytes) -> bytes:
    """Give what is inside an Office document; any other as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return b"".join(map(parts.read, parts.namelist()))


@pytest.mark.parametrize(
    ("naam", "sent", "gone"),
    [
        ("a.pdf", PDF.replace(b"/Type /Catalog", b"/Type /Catalog /AA << >>"), b"/AA"),
        ("a.docx", office(**{"word/_rels/settings.xml.rels": LINK}), b"elsewhere.example"),
    ],
)
def test_what_is_kept_is_what_is_left_after_cleaning(partnership, dossier, naam, sent, gone):
    row = add(partnership, dossier, "voorschool", sent, naam=naam)
    kept = Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/bestand").data
    assert intake.file_type(naam).inspect(BytesIO(kept)) is None
    assert gone in unfolded(sent)
    assert gone not in unfolded(kept)
    assert row.grootte == len(kept) != len(sent)
    assert len(files(partnership)) == 1
    assert command(partnership, "verify-store")[0] == 0


def test_what_is_refused_on_its_way_in_leaves_nothing_and_is_read_to_its_end(partnership, dossier):
    for naam, refused in (
        ("a.pdf", b"%PDF-1.4" + b"x" * 3_000_000),  # no end mark
        ("b.pdf", b"%PDF-1.4 no objects" + b"x" * 3_000_000 + b"%%EOF"),  # refused by who cleans it
        ("c.pdf", b"no PDF " * 1_000_000),
        ("d.txt", b"tekst " * 1_000_000 + b"\0"),
        ("e.txt", b""),
    ):
        stream = BytesIO(refused)
        with partnership.at_work("voorschool") as person, pytest.raises(intake.FileRefused):
            bijlagen.add(the(dossier), stream, naam=naam, by=person)
        assert stream.tell() == len(refused)
    assert files(partnership) == rows(partnership) == []


@pytest.mark.parametrize("answer", [False, intake.FileRefused, RuntimeError])
def test_cleaning_that_does_nothing_or_fails_leaves_one_object_or_none(
    partnership, dossier, monkeypatch, answer
):
    def clean(_of: intake.FileType, _file, out) -> bool:
        out.write(b"half")
        if answer is False:
            return False
        raise answer

    monkeypatch.setattr(intake.FileType, "clean", clean, raising=False)
    if answer is False:
        assert add(partnership, dossier, "voorschool", office(), naam="a.docx").grootte == len(office())
        assert len(files(partnership)) == 1
        return
    with pytest.raises(answer):
        add(partnership, dossier, "voorschool", office(), naam="a.docx")
    assert files(partnership) == rows(partnership) == []


@pytest.mark.both_engines
def test_an_swv_that_is_full_says_so(partnership, dossier):
    partnership.app.config["MAX_SWV_BYTES"] = len(PDF) + 10
    browser = Browser(partnership, "voorschool")
    assert browser.upload(dossier).status_code == 201
    answer = browser.upload(dossier, pdf(500), naam="b.pdf")
    assert answer.status_code == 413
    assert "SWV" in answer.json["error"]
    assert len(files(partnership)) == 1


# Read on the way, and started


def test_the_first_bytes_are_sent_before_the_whole_is_read(partnership, dossier):
    row = add(partnership, dossier, "voorschool", pdf(20 * 2**20))
    answer = Browser(partnership, "voorschool").client.get(f"/bijlagen/{row.id}/bestand", buffered=False)
    for path in files(partnership):  # the rest is damaged after the head went out
        with path.open("r+b") as file:
            file.seek(15 * 2**20)
            file.write(b"damaged")
    pieces = iter(answer.response)
    assert next(pieces).startswith(b"%PDF")
    with pytest.raises(store.StoreUnavailable):
        list(pieces)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"KEK": ""}, "KINDBRUG_KEK is missing"),
        ({"KEK": "geheim"}, "base64"),
        ({"KEK": base64.b64encode(bytes(32)).decode()}, "weak"),
        ({"KEK": base64.b64encode(secrets.token_bytes(16)).decode()}, "weak"),
        ({"KEK": "", "KEK_FILE": "/nonexistent/kek"}, "KINDBRUG_KEK_FILE names a file that cannot be read"),
        ({"KEK_FILE": "/nonexistent/kek"}, "both set"),
    ],
)
def test_without_a_fit_key_encryption_key_the_portal_does_not_start_and_says_which(settings, wrong, said):
    with pytest.raises(SystemExit, match=said):
        config.refuse_unfit({**config.__dict__, **settings, **wrong})


def test_the_keys_can_stand_in_a_file(tmp_path):
    file, first, second = tmp_path / "kek", new_kek(), new_kek()
    file.write_text(f"{first}\n\n{second}\n")
    assert config.keks({"KEK_FILE": str(file)}) == (base64.b64decode(first), base64.b64decode(second))
