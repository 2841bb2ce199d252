"""The sheets that go out: the template to fill in, the list of what there is, and the report of a check."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy import and_, or_, select

from app.access import Person
from app.errors import NotFound
from app.extensions import db
from app.models import Gebruiker, Lidmaatschap, Organisation
from app.models.base import now
from app.services import days, invoer_cellen, log, wording
from app.services.invoer_lezen import RISKY
from app.services.invoer_lijst import KOLOMMEN
from app.services.invoer_uitkomst import Plan
from app.terms import AFFILIATED, Actie, Noun, Role, Verb

ENDINGS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_WIDTH = 22  # characters, of each column
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets
_HEAD = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
    ' state="frozen"/></sheetView></sheetViews>'
    f'<cols><col min="1" max="26" width="{_WIDTH}" customWidth="1"/></cols><sheetData>'
)
Value = str | int | date | None
Row = Sequence[Value]


@dataclass(frozen=True)
class Blad:
    """A sheet to download: its rows, the header first, and beside them a sheet that explains."""

    rows: Iterable[Row]
    explained: Sequence[Row] = ()

    def written(self, ending: str) -> bytes:
        """Write it as .csv or .xlsx; NotFound for another ending."""
        require_ending(ending)
        return self._xlsx() if ending == "xlsx" else self._csv()

    def _csv(self) -> bytes:
        """Write what Excel opens with a click: semicolons, and the mark that says UTF-8."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";")
        for row in self.rows:
            writer.writerow([_safe(value) for value in row])
        return text.getvalue().encode("utf-8-sig")

    def _xlsx(self) -> bytes:
        """Let openpyxl make the book, and write the rows in it ourselves: some twenty times as fast."""
        sheets = [("Lijst", self.rows), *([("Uitleg", self.explained)] if self.explained else [])]
        book, out = Workbook(write_only=True), io.BytesIO()
        styles = [_styles(book.create_sheet(title)) for title, _rows in sheets]
        empty = io.BytesIO()
        book.save(empty)
        written = {f"xl/worksheets/sheet{n}.xml": n for n in range(1, len(sheets) + 1)}
        with zipfile.ZipFile(empty) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name in made.namelist():
                if name not in written:
                    file.writestr(name, made.read(name))
                    continue
                with file.open(name, "w") as sheet:
                    for line in _lines(sheets[written[name] - 1][1], *styles[written[name] - 1]):
                        sheet.write(line.encode())
        return out.getvalue()


def _styles(sheet: Any) -> tuple[int, int]:
    """Give the numbers of the styles of a bold cell and of a day."""
    bold, day = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    bold.font, day.number_format = Font(bold=True), "DD-MM-YYYY"
    return bold.style_id, day.style_id


def _lines(rows: Iterable[Row], bold: int, day: int) -> Iterator[str]:
    """Write a sheet line by line, the first in bold and always in sight. Source: ECMA-376, 18.3."""
    yield _HEAD
    for number, row in enumerate(rows):
        style = f' s="{bold}"' if number == 0 else ""
        yield f"<row>{''.join(_cell(value, style, day) for value in row)}</row>"
    yield "</sheetData></worksheet>"


def require_ending(ending: str) -> None:
    """Raise NotFound for what no sheet can be written as: before it is an event that it was."""
    if ending not in ENDINGS:
        raise NotFound


def _safe(value: Value) -> str:
    """Write a cell that no spreadsheet takes for a formula. Source: OWASP, 'CSV injection'."""
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    if value is None:
        return ""
    text = _visible(str(value))
    return f"'{text}" if RISKY.match(text) else text


def _cell(value: Value, style: str, day: int) -> str:
    """Write a cell; text is text, also when it begins with =."""
    if value is None or value == "":
        return f"<c{style}/>"
    if isinstance(value, date):
        return f'<c s="{day}"><v>{(value - _DAY_ZERO).days}</v></c>'
    if isinstance(value, int):
        return f"<c{style}><v>{value}</v></c>"
    return f'<c{style} t="inlineStr"><is><t xml:space="preserve">{escape(_visible(value))}</t></is></c>'


def _visible(text: str) -> str:
    """Leave out what a sheet can't hold."""
    return text if text.isprintable() else "".join(sign for sign in text if sign.isprintable())


def template() -> Blad:
    """Give the sheet to fill in, with an invented row that is left out when it comes back."""
    example: Row = (
        *(f"{invoer_cellen.VOORBEELD} De Vlinder", "voorschool", "Noord", "info@devlinder.example"),
        *("Anna", "de Vries", "anna@devlinder.example", "contactpersoon voorschool", "Groep Geel"),
        *(date(wording.today().year + 1, 1, 1), None),
    )
    return Blad([KOLOMMEN, example], _explained())


def _explained() -> list[Row]:
    kinds = [(kind.value, ", ".join(map(invoer_cellen.word, invoer_cellen.roles_of(kind))))
             for kind in invoer_cellen.SOORTEN]  # fmt: skip
    meaning = {
        "organisatie": _("The name. A name that is known already adds people to that organisation."),
        "soort": _("Of a new organisation: %(kinds)s.", kinds=invoer_cellen.kinds()),
        "platform": _("The platform (region) of the organisation; may be empty."),
        "meldadres": _("The shared e-mail address of the organisation; may be empty."),
        "voornaam": _("Of the person. Leave all cells of the person empty to add the organisation alone."),
        "achternaam": _("Of the person, with de, van or van der in front."),
        "e-mail": _("The person's own e-mail address: the invitation goes there."),
        "rol": _("What this kind of organisation can give: see below."),
        "locatie": _("The place of work within the organisation; may be empty."),
        "van": _(
            "A day like 31-12-2026, or empty. From then on this person works here; the invitation goes then."
        ),
        "tot": _("A day like 31-12-2026, or empty. It is the last day on which this person works here."),
    }
    return [
        (_("column"), _("what to fill in")),
        *meaning.items(),
        ("", ""),
        (_("kind"), _("roles")),
        *kinds,
        ("", ""),
        (_("Only the first sheet is read: at most 10,000 rows, and no formulas."), ""),
    ]


def export(by: Person) -> Blad:
    """Give all organisations of the SWV and who works there, as a list that can be imported again."""
    if not by.permits(Noun.INVOER, Verb.READ) or by.organisation_id != by.swv_id:
        raise NotFound
    log.record(Actie.EXPORTEREN, noun=Noun.INVOER)
    db.session.commit()
    return Blad([KOLOMMEN, *_exported(by)])


def _exported(by: Person) -> Iterator[Row]:
    o, lid, who = Organisation, Lidmaatschap, Gebruiker
    running = and_(lid.organisation_id == o.id, or_(lid.tot.is_(None), lid.tot > now()))
    columns = (o.naam, o.soort, o.platform, o.meldadres, who.first_name, who.last_name, who.email)
    query = (
        select(*columns, lid.rol, lid.locatie, lid.van, lid.tot)
        .select_from(o)
        .outerjoin(lid, running)
        .outerjoin(who, who.id == lid.gebruiker_id)
        .where(o.swv_id == by.swv_id, o.soort.in_(AFFILIATED))
        .order_by(o.naam, o.id, who.last_name, who.first_name, lid.id)
    )
    told = set()
    for naam, soort, platform, meldadres, *name, email, rol, locatie, van, tot in db.session.execute(query):
        person = (*name, email, _role(rol), locatie, _day(van), days.last(tot) if tot else None)
        who_where = (naam.casefold(), soort, email, rol)
        if who_where not in told:  # the same role again, for a later time
            yield (naam, soort.value, platform, meldadres, *(person if email else (None,) * len(person)))
        told.add(who_where)


def _role(rol: Role | None) -> str | None:
    return invoer_cellen.word(rol) if rol else None


def _day(moment: datetime | None) -> date | None:
    return wording.local_day(moment) if moment else None


def report(plan: Plan) -> Blad:
    """Give what a check says of every row."""
    header = (_("row"), _("organisation"), _("person"), _("what happens"))
    rows = (
        (one.regel.nummer, one.regel["organisatie"], one.name, " ".join(plan.said(one)))
        for one in plan.uitkomsten
    )
    return Blad([header, *rows])
