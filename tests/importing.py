"""Lists as people upload them, and a role administrator of an SWV who does so."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.extensions import db
from app.models import Gebruiker, Inloggegevens, Lidmaatschap, Organisation
from app.models.base import now
from app.services import sessions
from app.terms import OrganisationSoort, Role
from tests.partnership import Partnership

HEADER = (
    *("organisatie", "soort", "platform", "meldadres", "voornaam", "achternaam"),
    *("e-mail", "rol", "locatie", "van", "tot"),
)
ANNA = ("De Vlinder", "voorschool", "Noord", "", "Anna", "de Vries", "anna@vlinder.example")
ANNA = (*ANNA, "contactpersoon voorschool", "Groep Geel", "", "")


def row(naam: str, soort: str = "", *person: Any, **cells: Any) -> tuple[Any, ...]:
    """Give a row: organisation, kind, then first name, last name, address, role; others by their name."""
    kolommen = ("voornaam", "achternaam", "e-mail", "rol")
    known = {"organisatie": naam, "soort": soort} | dict(zip(kolommen, person, strict=False)) | cells
    return tuple(known.get(kolom, "") for kolom in HEADER)


def csv_of(*rows: Sequence[Any], sign: str = ";", encoding: str = "utf-8", header: Any = HEADER) -> bytes:
    lines = [sign.join(map(str, line)) for line in (header, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def xlsx_of(*rows: Sequence[Any], header: Any = HEADER) -> bytes:
    book = Workbook()
    for line in (header, *rows):
        book.active.append(list(line))
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rezipped(content: bytes, **parts: bytes) -> bytes:
    """Change parts of a workbook, or add some: a name's dots and slashes are written as __ and _of_."""
    old, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    named = {name.replace("_of_", "/").replace("__", "."): part for name, part in parts.items()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *named}:
            new.writestr(name, named[name] if name in named else old.read(name))
    return file.getvalue()


def add_person(brug: Partnership, key: str, at: str, rol: Role, *, active: bool = True) -> int:
    """Give somebody an account and a role; `at` names the organisation of the partnership."""
    with brug.behind_the_scenes():
        who = Gebruiker(
            username=key,
            first_name=key.title(),
            last_name="Bestaand",
            email=f"{key}@example.org",
            active=True,
        )
        db.session.add(who)
        db.session.flush()
        db.session.add(Lidmaatschap(gebruiker_id=who.id, organisation_id=brug.organisations[at], rol=rol))
        if active:
            db.session.add(Inloggegevens(gebruiker_id=who.id, actief_sinds=now()))
        brug.people[key] = (who.id, brug.organisations[at])
        db.session.commit()
        return who.id


def second_swv(brug: Partnership) -> None:
    """Make SWV Het Anker with preschool De Boei, and somebody in each."""
    with brug.behind_the_scenes():
        swv = Organisation(naam="SWV Het Anker", soort=OrganisationSoort.SAMENWERKINGSVERBAND)
        boei = Organisation(naam="De Boei", soort=OrganisationSoort.VOORSCHOOL)
        db.session.add_all([swv, boei])
        db.session.flush()
        swv.swv_id = boei.swv_id = swv.id
        brug.organisations |= {"ANKER": swv.id, "BOEI": boei.id}
        db.session.commit()
    add_person(brug, "ankerbeheer", "ANKER", Role.ROLBEHEERDER)
    add_person(brug, "elders", "BOEI", Role.CONTACTPERSOON_VOORSCHOOL)


class Importer:
    """A role administrator at the pages of the import, in a browser without JavaScript."""

    def __init__(self, brug: Partnership, key: str = "swvbeheer") -> None:
        self.client = brug.app.test_client()
        with brug.app.app_context():
            token = sessions.begin(brug.person(key))
            db.session.commit()
        self.cookie = token
        self.client.set_cookie("kindbrug", token)

    def token(self) -> str:
        return re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/invoer/").text)[1]

    def upload(self, content: bytes, name: str = "lijst.csv") -> TestResponse:
        file = FileStorage(io.BytesIO(content), name)
        boundary, body = encode_multipart({"csrf_token": self.token(), "bestand": file})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post("/invoer/", data=body, content_type=kind)

    def check(self, content: bytes, name: str = "lijst.csv") -> "Check":
        answer = self.upload(content, name)
        assert answer.status_code == 303, words(answer)
        return Check(self, answer.headers["Location"])

    def refused(self, content: bytes, name: str = "lijst.csv") -> str:
        """Upload what can't be read, and give the sentence that says so."""
        answer = self.upload(content, name)
        assert answer.status_code == 422, answer.status_code
        return re.search(r'id="bestand-error">.*?</span>(.*?)</p>', answer.text)[1].replace("&#39;", "'")


class Check:
    """The page that says what a list would do."""

    def __init__(self, importer: Importer, path: str) -> None:
        self.importer, self.path = importer, path
        self.page = importer.client.get(path)

    @property
    def text(self) -> str:
        return words(self.page)

    @property
    def digest(self) -> str | None:
        found = re.search(r'name="gezien" value="([^"]+)"', self.page.text)
        return found[1] if found else None

    def said(self) -> list[str]:
        """What the page says of each row."""
        found = re.findall(r'<span class="tag[^>]*>.*?</td>', self.page.text)
        return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in found]

    def carry_out(self, **form: str) -> TestResponse:
        form = {"csrf_token": self.importer.token(), "gezien": self.digest or ""} | form
        # Read to its end, as a browser does: the work is done while the page is sent.
        return self.importer.client.post(self.path, data=form, buffered=True)


def words(answer: TestResponse) -> str:
    """What one reads on the page, its menu left out."""
    main = answer.text.partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("&#39;", "'").strip()


def next_year() -> date:
    return date(now().year + 1, 1, 31)
