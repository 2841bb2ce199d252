"""The virus scan against a real clamd: who can open what, who hears of it, and a scanner that is away."""

import io
import socket
import threading
import zipfile

import pytest

from app.errors import Conflict
from app.extensions import db
from app.models import Bijlage
from app.models.base import now
from app.services import bijlagen, scanner, scans, wording
from app.services.mail import deliver_due
from app.terms import Actie, Controle
from tests.clamav import CHOKE, EICAR, Clamd, misbehaving
from tests.documents import PDF, office
from tests.hostile_documents import relation
from tests.partnership import Partnership
from tests.s3_server import serving_s3
from tests.staff import compare_golden
from tests.test_mail import as_sent
from tests.uploading import Browser, acts, add, rows

pytestmark = pytest.mark.both_engines


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    made = Clamd(tmp_path_factory.mktemp("clamd"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def clamd(daemon):
    if daemon.process is None:
        daemon.start()
    return daemon


@pytest.fixture
def settings(settings, clamd):
    sender = {"MAIL_DEFAULT_SENDER": "Kindbrug <noreply@kindbrug.example>"}
    return settings | sender | {"CLAMD_ADDRESS": clamd.address}


@pytest.fixture(scope="module")
def s3():
    with serving_s3() as server:
        yield server


@pytest.fixture
def kept_in(request, settings):
    """Let the portal keep its documents in a folder or on an S3 server."""
    if request.param == "s3":
        settings.update(request.getfixturevalue("s3").settings())


@pytest.fixture
def huis(app):
    return Partnership(app).settle()


@pytest.fixture
def dossier(huis):
    return huis.dossier(contactpersoon="voorschool", specialist="specialist")


def scan(huis, **kw):
    with huis.app.app_context():
        return scans.due(**kw)


def opened(huis, key, by):
    with huis.at_work(by) as person:
        row = db.session.scalars(db.select(Bijlage).where(Bijlage.id == key)).one()
        with bijlagen.download(row, by=person).file as file:
            return file.read()


def test_a_document_can_be_opened_after_its_scan_and_not_before(huis, dossier):
    key = add(huis, dossier, "voorschool").id
    assert rows(huis)[0].controle is Controle.WACHT
    with pytest.raises(Conflict):
        opened(huis, key, "voorschool")
    assert scan(huis) == 1
    assert rows(huis)[0].controle is Controle.SCHOON
    assert opened(huis, key, "voorschool").startswith(b"%PDF-")


def test_a_virus_is_kept_from_everybody_and_uploader_and_specialist_hear_of_it(huis, dossier):
    key = add(huis, dossier, "voorschool", EICAR, "brief.txt").id
    assert scan(huis) == 1
    (row,) = rows(huis)
    assert row.controle is Controle.BESMET
    assert not row.geldt
    for who in ("voorschool", "contact", "specialist"):
        with pytest.raises(Conflict):
            opened(huis, key, who)
    told = {bericht.ontvanger_id for bericht in huis.berichten(soort=scans.INFECTED)}
    assert told == {huis.people["voorschool"][0], huis.people["specialist"][0]}
    assert acts(huis, Actie.VIRUS) == 1


@pytest.mark.either_engine
@pytest.mark.parametrize("kept_in", ["folder", "s3"], indirect=True)
def test_a_virus_in_a_part_of_a_word_document_is_found_after_its_cleaning(kept_in, huis, dossier):
    """It is folded up in the ZIP; clamd reads what the portal wrote anew and keeps."""
    browser = Browser(huis, "voorschool")
    sent = {words: word_document(words) for words in (b"Mila speelt graag.", EICAR)}
    assert not any(EICAR in content for content in sent.values())
    for number, content in enumerate(sent.values()):
        assert browser.upload(dossier, content, f"verslag {number}.docx").status_code == 201
    assert scan(huis) == 2
    clean, infected = rows(huis)
    assert (clean.controle, infected.controle) == (Controle.SCHOON, Controle.BESMET)
    kept = opened(huis, clean.id, "voorschool")
    with zipfile.ZipFile(io.BytesIO(kept)) as parts:
        assert b"Mila speelt graag." in parts.read("word/document.xml")
        assert not any(b"file:///" in parts.read(name) for name in parts.namelist()), "it was not cleaned"
    for who in ("voorschool", "contact", "specialist"):
        with pytest.raises(Conflict):
            opened(huis, infected.id, who)


def word_document(words: bytes) -> bytes:
    """A document with these words, and a link that the cleaning takes out."""
    text = b'<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>'
    link = relation("hyperlink", "file:///C:/elders")
    return office(**{"word__document.xml": text % words, "word___rels__document.xml.rels": link})


def test_a_specialist_who_added_the_virus_hears_of_it_once(huis, dossier):
    add(huis, dossier, "specialist", EICAR, "brief.txt")
    scan(huis)
    assert len(huis.berichten(soort=scans.INFECTED)) == 1


def test_its_mail_is_sent_as_its_golden_copy_says(huis, dossier, smtp):
    add(huis, dossier, "voorschool", EICAR, "Mila.txt")
    scan(huis)
    with huis.app.app_context():
        deliver_due()
    sent = [as_sent(letter) for letter in smtp.letters if "virus" in letter.text]
    to_preschool = [text for text in sent if "To: voorschool@" in text]
    assert len(sent) == 2
    compare_golden({scans.INFECTED: to_preschool[0]})


def test_over_its_socket_it_is_the_same_scanner(huis, dossier, clamd, app):
    app.config["CLAMD_ADDRESS"] = clamd.path
    with app.app_context():
        assert scanner.answers()
        assert scanner.finds_virus(io.BytesIO(EICAR))
        assert not scanner.finds_virus(io.BytesIO(PDF))


def test_while_the_scanner_is_down_all_wait_and_afterwards_all_are_scanned(huis, dossier, clamd):
    clamd.stop()
    for number in range(3):
        add(huis, dossier, "voorschool", PDF, f"{number}.pdf")
    assert scan(huis) is None
    assert {row.controle for row in rows(huis)} == {Controle.WACHT}
    clamd.start()
    assert scan(huis) == 3
    assert {row.controle for row in rows(huis)} == {Controle.SCHOON}


@pytest.mark.parametrize("how", ["hanging", "cut", "nonsense"])
def test_a_scanner_that_misbehaves_calls_nothing_clean(huis, dossier, app, clamd, monkeypatch, how):
    monkeypatch.setattr(scanner, "_ANSWER", 0.3)
    add(huis, dossier, "voorschool")
    with misbehaving(how) as address:
        app.config["CLAMD_ADDRESS"] = address
        scan(huis)
    assert rows(huis)[0].controle is Controle.WACHT
    app.config["CLAMD_ADDRESS"] = clamd.address
    assert scan(huis, moment=now() + scans.LEASE * 2) == 1
    assert rows(huis)[0].controle is Controle.SCHOON


def test_a_document_on_which_the_scanner_falls_over_holds_up_no_other(huis, dossier, app, clamd):
    """It goes to the back of the line, and its turn comes again."""
    bad = add(huis, dossier, "voorschool", CHOKE, "0.txt").id
    good = {add(huis, dossier, "voorschool", b"goed %d" % number, f"{number}.txt").id for number in (1, 2)}
    with misbehaving("choking") as address:
        app.config["CLAMD_ADDRESS"] = address
        assert scan(huis) == 2
        assert {row.id for row in rows(huis) if row.controle is Controle.SCHOON} == good
        assert scan(huis) == 0, "it is not tried at once"
        later = add(huis, dossier, "voorschool", b"later", "later.txt").id
        assert scan(huis, moment=now() + scans.LEASE * 2) == 1
        assert {row.id for row in rows(huis) if row.controle is Controle.SCHOON} == good | {later}
    app.config["CLAMD_ADDRESS"] = clamd.address
    assert scan(huis, moment=now() + scans.LEASE * 4) == 1
    assert next(row for row in rows(huis) if row.id == bad).controle is Controle.SCHOON


def test_a_document_past_the_limit_of_the_scanner_holds_up_no_other(huis, dossier, tmp_path, app):
    small = Clamd(tmp_path, stream_limit="20K")
    small.start()
    try:
        app.config["CLAMD_ADDRESS"] = small.address
        add(huis, dossier, "voorschool", b"tekst " * 20_000, "groot.txt")
        add(huis, dossier, "voorschool", b"tekst", "klein.txt")
        assert scan(huis) == 1
        assert {row.titel: row.controle for row in rows(huis)} == {
            "groot.txt": Controle.WACHT,
            "klein.txt": Controle.SCHOON,
        }
    finally:
        small.stop()


def test_several_workers_scan_each_document_once(huis, dossier, app, monkeypatch):
    for number in range(8):
        add(huis, dossier, "voorschool", EICAR + b"%d" % number, f"{number}.txt")
    seen, real = [], scanner.finds_virus

    def counted(*args):
        seen.append(1)
        return real(*args)

    monkeypatch.setattr(scanner, "finds_virus", counted)
    threads = [threading.Thread(target=lambda: scan(huis, limit=8)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while scan(huis):
        pass
    assert {row.controle for row in rows(huis)} == {Controle.BESMET}
    assert len(seen) == 8
    assert acts(huis, Actie.VIRUS) == 8


def test_jk_staff_read_since_when_documents_wait_and_a_preschool_does_not(huis, dossier, clamd):
    add(huis, dossier, "voorschool")
    since = now() - scans.LEASE
    with huis.behind_the_scenes():
        db.session.scalars(db.select(Bijlage)).one().toegevoegd_op = since
        db.session.commit()
        sentence = f"Sinds {wording.moment(since)} wachten documenten op controle."
    for who, told in (("contact", True), ("specialist", True), ("voorschool", False), ("rolbeheer", False)):
        browser = Browser(huis, who).client
        pages = [browser.get("/"), browser.get(f"/hulpvragen/{dossier}/bijlagen")]
        assert [sentence in page.text for page in pages] == [told, told], who
        assert pages[0].status_code == 200
        assert pages[1].status_code == (404 if who == "rolbeheer" else 200)
    scan(huis)
    assert "wachten documenten" not in Browser(huis, "contact").client.get("/").text


def test_without_a_scanner_documents_are_marked_as_not_checked(huis, dossier, app):
    app.config["CLAMD_ADDRESS"] = ""
    key = add(huis, dossier, "voorschool").id
    assert rows(huis)[0].controle is Controle.OVERGESLAGEN
    assert scan(huis) == 0
    assert opened(huis, key, "voorschool")


def test_an_address_where_nobody_listens_is_down(app):
    with socket.socket() as free, app.app_context():
        free.bind(("127.0.0.1", 0))
        app.config["CLAMD_ADDRESS"] = f"127.0.0.1:{free.getsockname()[1]}"
        assert not scanner.answers()
        app.config["CLAMD_ADDRESS"] = "/nowhere/clamd.sock"
        assert not scanner.answers()
