"""Importing organisations and people: read before it happens, and done once, as a whole or not at all."""

import io
import re
import threading
import zipfile
from contextlib import suppress

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import event

from app.access import as_system
from app.errors import PortalError
from app.extensions import db
from app.models import (
    Bericht,
    Gebeurtenis,
    Gebruiker,
    Invoer,
    Lidmaatschap,
    Organisation,
    Rechtafwijking,
    Uitnodiging,
)
from app.models.base import now
from app.services import invoer, invoer_lezen, log, usernames
from app.terms import Actie, OrganisationSoort, Role
from tests.importing import (
    ANNA,
    HEADER,
    Importer,
    add_person,
    csv_of,
    next_year,
    rezipped,
    row,
    saved,
    second_swv,
    words,
    xlsx_of,
)
from tests.partnership import Partnership

WRITERS = {"csv": csv_of, "xlsx": xlsx_of}
TABLES = (Organisation, Gebruiker, Lidmaatschap, Uitnodiging, Bericht)


@pytest.fixture
def brug(app: Flask) -> Partnership:
    brug = Partnership(app).settle()
    add_person(brug, "swvbeheer", "SWV", Role.ROLBEHEERDER)
    return brug


@pytest.fixture
def importer(brug: Partnership) -> Importer:
    return Importer(brug)


def counts(brug: Partnership) -> list[int]:
    with brug.behind_the_scenes():
        return [db.session.scalar(db.select(db.func.count()).select_from(of)) for of in TABLES]


def all_of(brug: Partnership, model: type, **where: object) -> list:
    with brug.behind_the_scenes():
        return list(db.session.scalars(db.select(model).filter_by(**where)))


def acts(brug: Partnership, actie: Actie) -> int:
    return len(all_of(brug, Gebeurtenis, actie=actie))


# What it does


@pytest.mark.both_engines
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_role_administrator_imports_an_organisation_with_its_people(brug, importer, ending):
    bas = row("De Vlinder", "", "Bas", "Smit", "bas@vlinder.example", "Rolbeheerder", tot=str(next_year()))
    list_of = WRITERS[ending](ANNA, bas, row("De Linde", "school"))
    before = counts(brug)
    check = importer.check(list_of, f"lijst.{ending}")
    assert check.said() == [
        "uitnodiging Nieuwe organisatie De Vlinder (voorschool). "
        "Uitnodiging naar anna@vlinder.example: Contactpersoon voorschool bij De Vlinder.",
        "uitnodiging Uitnodiging naar bas@vlinder.example: Rolbeheerder bij De Vlinder.",
        "nieuw Nieuwe organisatie De Linde (school).",
    ]
    assert counts(brug) == before

    done = check.carry_out()
    assert "De lijst is uitgevoerd." in words(done)
    assert "4 van 4" in words(done)
    assert counts(brug) == [b + n for b, n in zip(before, (2, 2, 2, 2, 2), strict=True)]
    (vlinder,) = all_of(brug, Organisation, naam="De Vlinder")
    assert (vlinder.swv_id, vlinder.soort, vlinder.platform, vlinder.actief) == (
        brug.organisations["SWV"], OrganisationSoort.VOORSCHOOL, "Noord", True,
    )  # fmt: skip
    (anna,) = all_of(brug, Gebruiker, email="anna@vlinder.example")
    assert (anna.naam, anna.username, anna.active) == ("Anna de Vries", "anna", True)
    (member,) = all_of(brug, Lidmaatschap, gebruiker_id=anna.id)
    assert (member.organisation_id, member.locatie, member.tot) == (vlinder.id, "Groep Geel", None)
    assert {b.soort for b in brug.berichten()} == {"uitnodiging"}
    assert (acts(brug, Actie.IMPORTEREN), acts(brug, Actie.ACCOUNT_UITNODIGEN)) == (1, 2)
    assert "Deze lijst is uitgevoerd" in words(importer.client.get(check.path))
    assert all_of(brug, Invoer)[0].regels is None


def test_the_invitation_of_an_import_opens_the_account(brug, importer):
    from app.services.links import link_token

    importer.check(csv_of(ANNA)).carry_out()
    (link,) = all_of(brug, Uitnodiging)
    assert brug.app.test_client().get(f"/uitnodiging/{_token(brug, link, link_token)}").status_code == 200


def _token(brug, link, link_token) -> str:
    with brug.app.app_context():
        return link_token(link.id)


def test_the_template_comes_back_as_nothing_to_do(importer):
    for ending in ("csv", "xlsx"):
        sheet = importer.client.get(f"/invoer/sjabloon.{ending}")
        assert sheet.headers["Content-Disposition"] == f"attachment; filename=sjabloon.{ending}"
        check = importer.check(sheet.data, f"sjabloon.{ending}")
        assert check.said() == ["voorbeeld Dit is het voorbeeld, wordt overgeslagen."]
        assert "Er is niets te doen" in check.text
        assert check.digest is None
    book = load_workbook(io.BytesIO(sheet.data))
    assert book.sheetnames == ["Lijst", "Uitleg"]
    assert [cell.value for cell in book["Lijst"][1]] == list(HEADER)
    assert "contactpersoon school, rolbeheerder" in [line[1].value for line in book["Uitleg"].rows]


def test_a_known_organisation_gets_a_person_and_stays_as_it_is(brug, importer):
    check = importer.check(csv_of(row("de SPEELHOEK", "", "Bas", "Smit", "bas@x.example", "rolbeheerder")))
    assert check.said() == ["uitnodiging Uitnodiging naar bas@x.example: Rolbeheerder bij De Speelhoek."]
    check.carry_out()
    (bas,) = all_of(brug, Gebruiker, email="bas@x.example")
    assert (
        all_of(brug, Lidmaatschap, gebruiker_id=bas.id)[0].organisation_id == brug.organisations["VOORSCHOOL"]
    )


def test_who_has_the_role_already_is_left_out(brug, importer):
    known = row("De Speelhoek", "", "Joris", "V", "COLLEGA@example.org", "contactpersoon voorschool")
    check = importer.check(csv_of(known, row("Het Nest")))
    assert check.said() == ["is er al Is er al, wordt overgeslagen."] * 2
    assert check.digest is None


def test_somebody_with_two_roles_gets_one_link_and_who_has_an_account_a_notice_for_each_place(brug, importer):
    key = add_person(brug, "werkt", "VOORSCHOOL", Role.CONTACTPERSOON_VOORSCHOOL)
    two = [row("De Vlinder", "voorschool", "Anna", "B", "anna@x.example", rol) for rol in
           ("rolbeheerder", "contactpersoon voorschool")]  # fmt: skip
    same = [row(naam, "", "Iemand", "Anders", "werkt@example.org", "rolbeheerder") for naam in
            ("De Vlinder", "Het Nest")]  # fmt: skip
    check = importer.check(csv_of(*two, *same))
    assert "Dit is het adres van Werkt Bestaand; die naam blijft." in check.said()[2]
    check.carry_out()
    assert sorted(b.soort for b in brug.berichten()) == ["nieuw_lidmaatschap"] * 2 + ["uitnodiging"]
    assert len(all_of(brug, Lidmaatschap, gebruiker_id=key)) == 3
    assert all_of(brug, Gebruiker, id=key)[0].naam == "Werkt Bestaand"


def test_who_begins_later_hears_it_then_with_a_link_that_still_works(brug, importer):
    check = importer.check(csv_of((*ANNA[:9], next_year().strftime("%d-%m-%Y"), "")))
    assert f"De mail gaat op 31 januari {next_year().year} weg." in check.text
    check.carry_out()
    (bericht,), (link,) = brug.berichten(), all_of(brug, Uitnodiging)
    assert bericht.volgende_poging.astimezone().date() >= next_year().replace(day=30)
    assert (link.verloopt_op - bericht.volgende_poging).days == brug.app.config["INVITATION_DAYS"]


@pytest.mark.both_engines
def test_an_address_that_is_known_elsewhere_reads_as_a_new_one(brug, importer):
    second_swv(brug)
    lists = [csv_of(row("Het Nest", "", "An", "Bo", f"{who}@example.org", "rolbeheerder")) for who in
             ("elders", "nieuws")]  # fmt: skip
    pages = [importer.check(one) for one in lists]
    assert pages[0].said() == [pages[1].said()[0].replace("nieuws", "elders")]
    answers = [words(page.carry_out()) for page in pages]
    assert answers[0] == answers[1]
    assert sorted(b.soort for b in brug.berichten()) == ["nieuw_lidmaatschap", "uitnodiging"]


# What is not right


WRONG = {
    "no name": (row("", "school"), "Rij 2, kolom organisatie (A2): Vul de naam van de organisatie in."),
    "no kind": (row("Nieuw"), "kolom soort (B2): Dit is een nieuwe organisatie. Kies de soort: voorschool"),
    "an SWV": (row("Nieuw", "samenwerkingsverband"), "kolom soort (B2): Deze soort kunt u niet importeren."),
    "the operator": (row("Nieuw", "exploitant"), "kolom soort (B2): Deze soort kunt u niet importeren."),
    "the own SWV": (row("SWV De Brug", "", "A", "B", "a@b.example", "rolbeheerder"), "Dit is uw SWV zelf."),
    "another kind": (row("De Speelhoek", "school"), "De Speelhoek is er al, maar als andere soort"),
    "another platform": (row("Het Nest", platform="Zuid"), "kolom platform (C2): Het Nest heeft hier nu “”."),
    "another address": (row("Het Nest", meldadres="a@b.example"), "(D2): Het Nest heeft hier nu"),
    "half an address": (row("Het Nest", meldadres="a@b"), "meldadres (D2): Dit is geen volledig e-mail"),
    "half a person": (row("Het Nest", "", "Anna"), "kolom rol (H2): Vul dit in, of laat alle cellen"),
    "only a place": (row("Het Nest", locatie="Geel"), "kolom e-mail (G2): Vul dit in, of laat alle cellen"),
    "a bad address": (row("Het Nest", "", "A", "B", "a b@c", "rolbeheerder"), "e-mail (G2): Dit is geen"),
    "a role of a school": (
        row("Het Nest", "", "A", "B", "a@b.example", "contactpersoon school"),
        "kolom rol (H2): Een organisatie van de soort voorschool kan deze rol niet geven. "
        "Kies uit: contactpersoon voorschool, rolbeheerder.",
    ),
    "a role of the SWV": (row("Het Nest", "", "A", "B", "a@b.example", "JK-specialist"), "kan deze rol niet"),
    "a role of the portal": (row("Nieuw", "partner", "A", "B", "a@b.example", "platformbeheerder"), "kan"),
    "oneself": (
        row("Het Nest", "", "Ik", "Zelf", "Swvbeheer@example.org", "rolbeheerder"),
        "kolom e-mail (G2): U kunt uzelf geen functie geven.",
    ),
    "a day that is none": (row("Het Nest", van="31-02-2027"), "van (J2): Schrijf een dag zoals 31-12-2026."),
    "a number for a day": (row("Het Nest", tot=46000), "kolom tot (K2): Schrijf een dag zoals 31-12-2026."),
    "a day that is over": ((*ANNA[:10], "31-12-2020"), "tot (K2): Deze dag is voorbij."),
    "an end before the start": (
        (*ANNA[:9], "01-02-2030", "01-01-2030"),
        "kolom tot (K2): De laatste dag ligt voor de eerste dag.",
    ),
    "a long name": (row("x" * 121, "school"), "kolom organisatie (A2): Gebruik hoogstens 120 tekens."),
    "a text without end": (row("De Eik", "school", platform="x" * 1001), "(C2): Deze tekst is veel te lang."),
    "an invisible sign": (row("De\u202eLinde", "school"), "kolom organisatie (A2): Hier staan tekens"),
    "a formula": (row("=1+1", "school"), "kolom organisatie (A2): Dit is een formule."),
}  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_each_wrong_cell_is_named_with_what_is_wrong_and_nothing_can_be_done(brug, importer, ending):
    before = counts(brug)
    check = importer.check(WRITERS[ending](*(line for line, _said in WRONG.values())), f"lijst.{ending}")
    for number, ((name, (_line, sentence)), said) in enumerate(
        zip(WRONG.items(), check.said(), strict=True), 2
    ):
        here = sentence.replace("2)", f"{number})").replace("Rij 2", f"Rij {number}")
        assert here in said, name
    assert check.digest is None
    assert "De lijst kan zo niet worden uitgevoerd." in check.text
    assert "Er is niets gedaan" in words(check.carry_out())
    assert counts(brug) == before


def test_duplicated_rows_and_one_address_with_two_names_are_refused(importer):
    other = (*ANNA[:4], "Hanna", *ANNA[5:7], "rolbeheerder", *ANNA[8:])
    check = importer.check(csv_of(ANNA, ANNA, other, row("De Linde", "school"), row("de linde")))
    assert "Rij 3, kolom e-mail (G3): Dit staat al op rij 2." in check.text
    assert (
        "Rij 4, kolom e-mail (G4): Op rij 2 staat bij dit adres een andere naam: “Anna de Vries”."
        in check.text
    )
    assert "Rij 6, kolom organisatie (A6): Dit staat al op rij 5." in check.text


def test_rows_of_a_new_organisation_must_agree_and_may_add_to_each_other(brug, importer):
    alone = row("De Linde", "school")
    east = row("De Linde", "", *ANNA[4:7], "rolbeheerder", platform="Oost")
    west = row("De Linde", "", "B", "C", "b@c.example", "rolbeheerder", platform="West")
    check = importer.check(csv_of(alone, east, west))
    assert "Rij 4, kolom platform (C4): Op rij 2 staat “Oost”." in check.text
    importer.check(csv_of(alone, east)).carry_out()
    assert all_of(brug, Organisation, naam="De Linde")[0].platform == "Oost"


def test_the_same_name_in_another_swv_is_another_organisation(brug, importer):
    second_swv(brug)
    importer.check(csv_of(row("De Boei", "voorschool"))).carry_out()
    assert {one.swv_id for one in all_of(brug, Organisation, naam="De Boei")} == {
        brug.organisations["SWV"],
        brug.organisations["ANKER"],
    }


def test_errors_come_first_and_can_be_shown_alone_and_the_report_holds_every_row(importer):
    good = [row(f"School {n}", "school") for n in range(250)]
    check = importer.check(csv_of(*good, row("Nieuw")))
    assert check.said()[0].startswith("fout Rij 252, kolom soort (B252):")
    assert len(check.said()) == 200
    assert "En nog 51 rijen" in check.text
    only = importer.client.get(f"{check.path}?filter=fouten")
    assert "School 1" not in only.text
    assert "Rij 252" in only.text
    report = importer.client.get(f"{check.path}/verslag.csv").data.decode("utf-8-sig").splitlines()
    assert len(report) == 252
    assert report[0] == "rij;organisatie;medewerker;wat er gebeurt"


# Files that are no list


def macro_file() -> bytes:
    return rezipped(xlsx_of(ANNA), xl_of_vbaProject__bin=b"\0" * 10)


def bomb() -> bytes:
    return rezipped(xlsx_of(ANNA), xl_of_worksheets_of_sheet1__xml=b" " * (51 * 10**6))


def many_tags() -> bytes:
    return rezipped(xlsx_of(ANNA), xl_of_worksheets_of_sheet1__xml=b"<a/>" * 1_500_001)


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><worksheet>&l9;</worksheet>'
    return rezipped(xlsx_of(ANNA), xl_of_worksheets_of_sheet1__xml=xml.encode())


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600  # .xls, and any file of Office with a password
REFUSED = {
    "empty": (b"", "lijst.csv", "Dit bestand is leeg."),
    "header only": (csv_of(), "lijst.csv", "Onder de kolomnamen staat geen enkele rij."),
    "no header": (csv_of(header=ANNA), "lijst.csv", "Cel A1: de kolom “De Vlinder” bestaat niet."),
    "unknown column": (csv_of(header=("organisatie", "bsn")), "a.csv", "B1: de kolom “bsn” bestaat niet."),
    "a column twice": (csv_of(header=("organisatie", "Organisatie")), "a.csv", "B1: de kolom organisatie"),
    "no organisation": (csv_of(("x",), header=("soort",)), "a.csv", "geen kolom “organisatie”"),
    "beside the columns": (csv_of((*ANNA, "x")), "lijst.csv", "Cel L2 is gevuld, maar de kolom heeft"),
    "too many columns": (b"organisatie" + b";" * 10**5, "a.csv", "Dit bestand is van binnen veel groter"),
    "open quotation": (csv_of(('"De Vlinder',)), "lijst.csv", "Rij 2 is niet te lezen"),
    "utf-16 without mark": (csv_of(ANNA, encoding="utf-16-le"), "lijst.csv", "De letters in dit bestand"),
    "utf-32": (csv_of(ANNA, encoding="utf-32"), "lijst.csv", "De letters in dit bestand"),
    "code page 850": (csv_of(row("Café Coöp é", "school"), encoding="cp850"), "a.csv", "De letters in dit"),
    "bytes": (bytes(range(256)), "lijst.csv", "De letters in dit bestand"),
    "too many rows": (csv_of(*[("x",)] * 100_000, header=("organisatie",)), "a.csv", "verder na rij 10.001"),
    "too large": (b"organisatie\n" + b"x" * 5 * 10**6, "lijst.csv", "Dit bestand is groter dan 5 MB."),
    "old excel": (OLD, "lijst.xls", "Dit bestand heeft een wachtwoord"),
    "a password": (OLD, "lijst.xlsx", "Dit bestand heeft een wachtwoord"),
    "macros by name": (xlsx_of(ANNA), "lijst.xlsm", "In dit bestand zitten macro's."),
    "macros inside": (macro_file(), "lijst.xlsx", "In dit bestand zitten macro's."),
    "another kind": (b"%PDF-1.4", "lijst.pdf", "Alleen bestanden die eindigen op .xlsx of .csv"),
    "a csv called xlsx": (csv_of(ANNA), "lijst.xlsx", "Dit bestand kan niet als .xlsx worden gelezen."),
    "a bomb": (bomb(), "lijst.xlsx", "Dit bestand is van binnen veel groter"),
    "too many tags": (many_tags(), "lijst.xlsx", "Dit bestand is van binnen veel groter"),
    "billion laughs": (laughs(), "lijst.xlsx", "Dit bestand kan niet als .xlsx worden gelezen."),
    "cut off": (xlsx_of(ANNA)[:-200], "lijst.xlsx", "Dit bestand kan niet als .xlsx worden gelezen."),
    "rows far below": (xlsx_of(*[()] * 10_001, ANNA), "lijst.xlsx", "verder na rij 10.001"),
}  # fmt: skip


def test_a_file_that_is_no_such_list_is_refused_in_words_and_nothing_is_kept(brug, importer):
    for name, (content, called, sentence) in REFUSED.items():
        assert sentence in importer.refused(content, called), name
    assert all_of(brug, Invoer) == []
    assert "Kies eerst een bestand." in words(
        importer.client.post("/invoer/", data={"csrf_token": importer.token()})
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_the_usual_encodings_and_separators_are_read(app, encoding, sign):
    line = row("’t Café", "school", "Zoë", "Núñez", "zoe@x.example", "rolbeheerder", platform="Noord €")
    with app.app_context():
        (regel,) = invoer_lezen.read("a.csv", csv_of(line, sign=sign, encoding=encoding)).regels
    assert (regel["organisatie"], regel["voornaam"], regel["achternaam"]) == ("’t Café", "Zoë", "Núñez")
    assert regel["platform"] == "Noord €"


def test_columns_come_in_any_order_and_empty_rows_are_passed_over(importer):
    header = ("  E-MAIL ", "Rol", "Voornaam", "ACHTERNAAM", "Organisatie *", "soort")
    lines = [
        ("a@b.example", "rolbeheerder", "A", "B", "De Linde", "School"),
        ("",) * 6,
        ("", "", "", "", "x", "?"),
    ]
    check = importer.check(csv_of(*lines, header=header))
    assert "Rij 4, kolom soort (F4):" in check.text
    assert "Uitnodiging naar a@b.example" in check.text


def test_a_sheet_is_read_as_it_is_with_dates_numbers_hidden_rows_and_merged_cells(brug, importer):
    book = Workbook()
    sheet = book.active
    sheet.append(HEADER)
    sheet.append([*row("De Linde", "school", "A", "B", "a@b.example", "rolbeheerder")[:9], None, next_year()])
    sheet.append(row("Basisschool 7", "school", "C", "D", "c@d.example", "rolbeheerder"))
    sheet["A3"] = 7.0
    sheet.row_dimensions[3].hidden = True
    sheet.merge_cells("A5:C5")
    sheet["A5"] = "De Eik\n Noord"
    check = importer.check(saved(book), "lijst.xlsx")
    assert "Nieuwe organisatie 7 (school)" in check.text
    assert "Rij 5, kolom soort (B5): Dit is een nieuwe organisatie." in check.text
    sheet["A5"] = None
    importer.check(saved(book), "lijst.xlsx").carry_out()
    (who,) = all_of(brug, Gebruiker, email="a@b.example")
    (member,) = all_of(brug, Lidmaatschap, gebruiker_id=who.id)
    assert member.tot.isoformat().startswith(f"{next_year().year}-01-31T23:00")


def test_formulas_errors_and_dates_in_the_wrong_place_are_named_by_their_cell(importer):
    book = Workbook()
    for line in (HEADER, row("x", "school"), row("Groep", "school")):
        book.active.append(line)
    book.active["A2"], book.active["C2"], book.active["D2"] = '=HYPERLINK("x")', next_year(), "#REF!"
    check = importer.check(saved(book), "lijst.xlsx")
    for said in (
        "organisatie (A2): Dit is een formule.",
        "platform (C2): De spreadsheet heeft hier een datum",
        "meldadres (D2): Dit is een foutwaarde",
    ):
        assert said in check.text


LISTS = [csv_of(ANNA), xlsx_of(ANNA)]
SHEET = zipfile.ZipFile(io.BytesIO(LISTS[1])).read("xl/worksheets/sheet1.xml")


def spoiled(of: bytes, at: int, put: bytes, cut: int) -> bytes:
    return of[: at % len(of)] + put + of[at % len(of) + cut :]


def spoiled_inside(at: int, put: bytes, cut: int) -> bytes:
    return rezipped(LISTS[1], xl_of_worksheets_of_sheet1__xml=spoiled(SHEET, at, put, cut))


WHERE = (st.integers(0, 10**5), st.binary(max_size=6), st.integers(0, 9))


@settings(max_examples=150, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.text(alphabet='organistesr;,\t"\r\n=\x00é\u202e', max_size=200).map(lambda text: text.encode()),
        st.builds(spoiled, st.sampled_from(LISTS), *WHERE),
        st.builds(spoiled_inside, *WHERE),
    ),
    ending=st.sampled_from(["csv", "xlsx", "xls", ""]),
)  # fmt: skip
def test_whatever_the_bytes_reading_ends_in_rows_or_in_words(portal_for_bytes, content, ending):
    with portal_for_bytes.app_context(), suppress(PortalError):
        assert invoer_lezen.read(f"lijst.{ending}", content).regels


@pytest.fixture(scope="module")
def portal_for_bytes() -> Flask:
    from flask_babel import Babel

    portal = Flask(__name__)
    Babel(portal)
    return portal


# Once, and whole


def test_a_double_click_and_the_back_button_do_it_once(brug, importer):
    check = importer.check(csv_of(ANNA))
    check.carry_out()
    once = counts(brug)
    again = check.carry_out()
    assert again.status_code == 303
    assert "Deze lijst was al uitgevoerd. Er is niets dubbel gedaan." in words(
        importer.client.get(check.path)
    )
    assert counts(brug) == once


@pytest.mark.both_engines
@pytest.mark.parametrize("lists", [1, 2])
def test_two_at_once_make_everything_once(brug, importer, lists):
    """One list sent twice at the same moment, or two lists with the same rows: the second is told so."""
    rows = csv_of(ANNA, *[row(f"School {n}", "school") for n in range(20)])
    checks = [importer.check(rows) for _ in range(lists)] * (3 - lists)
    people = [Importer(brug), Importer(brug)]
    forms = [
        {"csrf_token": who.token(), "gezien": check.digest} for who, check in zip(people, checks, strict=True)
    ]
    before, said, start = counts(brug), [], threading.Barrier(2)

    def send(number: int) -> None:
        start.wait()
        answer = people[number].client.post(checks[number].path, data=forms[number], follow_redirects=True)
        said.append(words(answer))

    both = [threading.Thread(target=send, args=(number,)) for number in (0, 1)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert counts(brug) == [b + n for b, n in zip(before, (21, 1, 1, 1, 1), strict=True)]
    assert sum("De lijst is uitgevoerd." in words for words in said) == 1, said
    assert (
        sum(
            any(w in words for w in ("Er is niets gedaan", "al uitgevoerd", "is uitgevoerd:"))
            for words in said
        )
        == 1
    )


def test_what_changed_since_the_check_is_refused_in_words(brug, importer):
    check = importer.check(csv_of(row("De Linde", "school"), row("Het Nest", "", *ANNA[4:7], "rolbeheerder")))
    with brug.behind_the_scenes():
        db.session.add(
            Organisation(naam="De Linde", soort=OrganisationSoort.SCHOOL, swv_id=brug.organisations["SWV"])
        )
        db.session.commit()
    before = counts(brug)
    assert "Er is iets veranderd sinds u de controle las. Daarom is er niets gedaan." in words(
        check.carry_out()
    )
    assert counts(brug) == before
    assert "De lijst is uitgevoerd." in words(type(check)(importer, check.path).carry_out())


def test_a_defect_halfway_undoes_everything_and_is_told_in_words(brug, importer, monkeypatch):
    check = importer.check(csv_of(ANNA))
    before = counts(brug)

    def broken(*_: object) -> None:
        raise RuntimeError("the mailbox is full of secrets")

    monkeypatch.setattr("app.services.outbox.queue_invitations", broken)
    answer = check.carry_out()
    assert "Er ging iets mis bij ons. Daarom is er niets gedaan." in words(answer)
    assert "secrets" not in answer.text
    assert counts(brug) == before
    monkeypatch.undo()
    assert "De lijst is uitgevoerd." in words(check.carry_out())


def test_who_stops_listening_halfway_keeps_nothing(brug, importer):
    check = importer.check(csv_of(*[row(f"School {n}", "school") for n in range(600)], ANNA))
    before = counts(brug)
    form = {"csrf_token": importer.token(), "gezien": check.digest}
    answer = importer.client.post(check.path, data=form, buffered=False)
    pieces = iter(answer.response)
    while "500 van 602" not in next(pieces, b"500 van 602").decode():
        pass
    answer.close()
    assert counts(brug) == before
    assert "De lijst is uitgevoerd." in words(check.carry_out())


@pytest.mark.both_engines
def test_a_list_that_is_left_alone_is_forgotten_after_a_day(brug, importer, clock):
    check = importer.check(csv_of(ANNA))
    with brug.app.app_context():
        assert invoer.forget(now()) == 0
        clock.shift(24 * 3600 + 60)
        assert invoer.forget(now()) == 1
    again = Importer(brug)
    answer = again.client.get(check.path)
    assert answer.status_code == 410
    assert "Deze lijst is een dag bewaard" in words(answer)
    assert "niet uitgevoerd, en gewist" in words(again.client.get("/invoer/"))


def test_a_check_of_a_long_list_asks_the_database_few_questions(brug, importer):
    lines = [
        row(f"School {n}", "school", "A", f"B {n}", f"n{n}@x.example", "rolbeheerder") for n in range(1200)
    ]
    path = importer.check(csv_of(*lines)).path
    asked = []
    with brug.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _d, statement, *_: asked.append(statement))
    assert importer.client.get(path).status_code == 200
    assert len(asked) <= 15, asked


# Who may not


def test_others_find_no_import(brug, importer):
    check = importer.check(csv_of(ANNA))
    add_person(brug, "anderebeheer", "SWV", Role.ROLBEHEERDER)
    second_swv(brug)
    pages = ("/invoer/", "/invoer/sjabloon.csv", "/invoer/export.csv", "/invoer/export.xlsx")
    for key in ("rolbeheer", "specialist", "voorschool"):
        client = Importer(brug, key)
        for path in (*pages, check.path, f"{check.path}/verslag.csv"):
            assert client.client.get(path).status_code == 404, (key, path)
    for key in ("anderebeheer", "ankerbeheer"):
        client = Importer(brug, key)
        form = {"csrf_token": client.token(), "gezien": check.digest}
        assert client.client.get(check.path).status_code == 404
        assert client.client.get(f"{check.path}/verslag.csv").status_code == 404
        assert client.client.post(check.path, data=form).status_code == 404
    for path in ("/invoer/sjabloon.pdf", "/invoer/export.exe", "/invoer/geen", f"{check.path}/verslag.doc"):
        assert importer.client.get(path).status_code == 404, path
    assert importer.client.post(check.path, data={"gezien": check.digest}).status_code == 400
    assert "De lijst is uitgevoerd." in words(check.carry_out(swv_id="1", door_id="1", rol="jk_specialist"))


def test_a_right_that_was_taken_away_is_missed_by_the_list_too(brug, importer):
    with brug.behind_the_scenes():
        for recht in ("Organisation.add", "Lidmaatschap.add"):
            at = {"organisation_id": brug.organisations["SWV"], "door_id": brug.people["contact"][0]}
            db.session.add(Rechtafwijking(rol=Role.ROLBEHEERDER, recht=recht, mag=False, **at))
        db.session.commit()
    check = importer.check(csv_of(ANNA, row("Het Nest", "", *ANNA[4:8])))
    assert "kolom organisatie (A2): U mag geen organisaties toevoegen." in check.text
    assert "kolom e-mail (G3): U mag geen medewerkers uitnodigen." in check.text


def test_a_right_that_is_lost_between_reading_and_doing_does_nothing(brug, importer):
    check = importer.check(csv_of(ANNA))
    with brug.behind_the_scenes():
        at = {"organisation_id": brug.organisations["SWV"], "door_id": brug.people["contact"][0]}
        db.session.add(Rechtafwijking(rol=Role.ROLBEHEERDER, recht="Organisation.add", mag=False, **at))
        db.session.commit()
    before = counts(brug)
    assert "Er is niets gedaan" in words(check.carry_out())
    assert counts(brug) == before


# The way back


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_is_safe_to_open_and_comes_back_as_there_already(brug, importer, ending):
    with brug.behind_the_scenes():
        swv = brug.organisations["SWV"]
        names = ('=HYPERLINK("x")', "+31 Kids", "-De Min", "@home", "'t Nestje", "'=zo", 'De; "Linde"', "Één")
        for naam in names:
            place = Organisation(naam=naam, soort=OrganisationSoort.SCHOOL, swv_id=swv, platform="=Noord")
            db.session.add(place)
        db.session.commit()
    add_person(brug, "later", "VOORSCHOOL2", Role.ROLBEHEERDER)
    sheet = importer.client.get(f"/invoer/export.{ending}")
    check = importer.check(sheet.data, f"export.{ending}")
    assert set(check.said()) == {"is er al Is er al, wordt overgeslagen."}
    assert len(check.said()) == len(names) + 5
    assert "swvbeheer@" not in sheet.get_data().decode("utf-8", "replace")
    assert acts(brug, Actie.EXPORTEREN) == 1
    if ending == "xlsx":
        cells = [cell for line in load_workbook(io.BytesIO(sheet.data))["Lijst"].rows for cell in line]
        assert "f" not in {cell.data_type for cell in cells}
    else:
        lines = sheet.data.decode("utf-8-sig").splitlines()
        assert not any(line.lstrip('"').startswith(("=", "+", "-", "@")) for line in lines)
        assert any(line.startswith("'+31 Kids;school;'=Noord;") for line in lines)


def test_user_names_are_made_of_the_addresses_and_nobody_has_them_yet(brug):
    emails = [
        "info@a.example",
        "info@b.example",
        "Zoë.B@c.example",
        "info2@d.example",
        "contact@e.example",
        "é@f.nl",
    ]
    with brug.app.app_context():
        given = usernames.free(emails)
        for email in emails:
            assert re.fullmatch(r"[a-z0-9._-]+", given[email])
            with as_system("the test makes its people"):
                db.session.add(Gebruiker(username=given[email], first_name="A", last_name="B", email=email))
                db.session.flush()
        assert len(set(given.values())) == len(emails)
        assert given["contact@e.example"] == "contact2"
        more = usernames.free(f"info@{n}.example" for n in range(50))
        assert len(set(more.values()) - set(given.values())) == 50
        log.undo()
