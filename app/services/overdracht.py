"""Handing a dossier over to the school where the child goes: one zip, made while it is sent."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import typst
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from app import access
from app.access import Person, as_system
from app.errors import Conflict
from app.extensions import db
from app.models import (
    Afspraak,
    Bijlage,
    Hulpvraag,
    Kind,
    Notitie,
    Organisation,
    SchoolVoorkeur,
    StatusWijziging,
)
from app.services import bijlage_namen, effects, log, scans, store, wording
from app.services.wording import day, local_day
from app.terms import Actie, OrganisationSoort, Stadium, Status, Verb, VoorkeurStaat, Zichtbaarheid

_CHUNK = 256 * 1024  # bytes
_COVER = "overdracht.typ"
_UNSAFE = re.compile(r"[^\w .()-]")


@dataclass(frozen=True)
class Paper:
    """One document of the bundle, under a `naam` that is safe everywhere and its own."""

    naam: str
    titel: str
    soort: str
    van: str
    op: datetime
    stored: store.Stored


@dataclass(frozen=True)
class Bundle:
    """What is handed over: to which school, from which day, and everything that is shared."""

    hulpvraag: Hulpvraag
    school: Organisation
    vanaf: str | None
    papers: tuple[Paper, ...]
    notes: int
    agreements: int


def bundle(hulpvraag: Hulpvraag, by: Person) -> Bundle:
    """Say what is in it. NotFound for all but the placing school and JK staff; Conflict without a school."""
    access.require(by, Verb.HAND_OVER, hulpvraag)
    with as_system("what is handed over is what is shared, whoever asks"):
        school, vanaf = _placing(hulpvraag, by)
        return Bundle(
            hulpvraag=hulpvraag,
            school=school,
            vanaf=vanaf,
            papers=_papers(hulpvraag),
            notes=len(_notes(hulpvraag)),
            agreements=len(_agreements(hulpvraag)),
        )


def name(hulpvraag: Hulpvraag) -> str:
    """Name the zip: its number alone, since a name of a child does not belong in a list of downloads."""
    return f"Overdracht {hulpvraag.nummer}.zip"


def download(hulpvraag: Hulpvraag, by: Person) -> Iterator[bytes]:
    """Make the zip piece by piece, after it is in the log. StoreUnavailable when a document is missing."""
    made = bundle(hulpvraag, by)
    for paper in made.papers:
        store.read(paper.stored).close()
    cover = pdf(made)
    log.record(Actie.OVERDRAGEN, row=hulpvraag)
    keys = [paper.stored.key_id for paper in made.papers]
    dossier: dict[str, Any] = {"hulpvraag_id": hulpvraag.id, "swv_id": hulpvraag.swv_id}
    log.record_each(Actie.DOWNLOADEN, Bijlage.__name__, keys, **dossier, grond="overdracht")
    db.session.commit()
    return _zip(made, cover)


def pdf(made: Bundle) -> bytes:
    """Write the cover, in Dutch: what is typed goes in as data and never as markup."""
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]), as_system("the cover says what is shared"):
        facts = json.dumps(_cover(made))
    template = _source(_COVER).encode()
    return typst.compile(
        template, format="pdf", sys_inputs={"cover": facts}, ignore_system_fonts=True, pdf_standards="ua-1"
    )


def _source(name: str) -> str:
    loader = current_app.jinja_env.loader
    if loader is None:
        raise LookupError(name)
    return loader.get_source(current_app.jinja_env, name)[0]


class _Pipe:
    """What the zip is written to: it can't go back, and holds only what was not taken out yet."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, data: Any) -> int:
        """Keep what was written until it is taken."""
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Hold nothing back."""

    def take(self) -> bytes:
        """Give what was written since the last time."""
        taken = b"".join(self.waiting)
        self.waiting.clear()
        return taken


def _zip(made: Bundle, cover: bytes) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(cast("Any", pipe), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundled:
        bundled.writestr(_entry(f"00 Overdracht {made.hulpvraag.nummer}.pdf", datetime.now()), cover)  # noqa: DTZ005 - a zip knows local time only
        yield pipe.take()
        for paper in made.papers:
            yield from _add(bundled, pipe, paper)
    yield pipe.take()


def _add(bundled: zipfile.ZipFile, pipe: _Pipe, paper: Paper) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with store.read(paper.stored) as file, bundled.open(_entry(paper.naam, paper.op), "w") as entry:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            entry.write(chunk)
            yield pipe.take()
    if digest.hexdigest() != paper.stored.sha256:
        raise store.StoreUnavailable  # breaks the download off: half a zip opens nowhere


def _entry(naam: str, moment: datetime) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(naam, moment.timetuple()[:6])
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = 0o600 << 16
    return made


def _placing(hulpvraag: Hulpvraag, by: Person) -> tuple[Organisation, str | None]:
    """Give the school where the child goes, and from which day when that is known."""
    if hulpvraag.status is Status.ADVIES_AFGEROND:
        s = StatusWijziging
        placed = (s.hulpvraag_id == hulpvraag.id, s.school_id.is_not(None))
        query = select(s).where(*placed).options(joinedload(s.school)).order_by(s.op.desc()).limit(1)
        change = db.session.scalar(query)
        if change is not None and change.school is not None:
            return change.school, day(change.vanaf) if change.vanaf else None
    agreed = effects.agreed(hulpvraag)
    if by.soort is OrganisationSoort.SCHOOL:
        agreed = [school for school in agreed if school.id == by.organisation_id]
    if not agreed:
        raise Conflict(_l("No school has agreed now, so there is nobody to hand this dossier over to."))
    return agreed[0], None


def _papers(hulpvraag: Hulpvraag) -> tuple[Paper, ...]:
    b = Bijlage
    query = (
        select(b)
        .options(joinedload(b.organisation), undefer(b.datasleutel))
        .where(
            b.hulpvraag_id == hulpvraag.id,
            b.zichtbaarheid == Zichtbaarheid.GEDEELD,
            b.stadium == Stadium.DEFINITIEF,
            b.geldt,
        )
    )
    found = db.session.scalars(query.order_by(b.toegevoegd_op, b.id)).all()
    for row in found:
        scans.refuse_unchecked(row)
    return tuple(
        Paper(
            naam=_safe(number, row),
            titel=row.titel,
            soort=str(row.soort.label),
            van=row.organisation.naam,
            op=row.toegevoegd_op,
            stored=store.Stored.of(row),
        )
        for number, row in enumerate(found, start=1)
    )


def _safe(number: int, row: Bijlage) -> str:
    """Make a name that is its own in the zip and harmless on every disk: its number goes first."""
    return _UNSAFE.sub("_", bijlage_namen.made(f"{number:02d}", row))


def _notes(hulpvraag: Hulpvraag) -> list[Notitie]:
    n = Notitie
    shared = (n.hulpvraag_id == hulpvraag.id, n.zichtbaarheid == Zichtbaarheid.GEDEELD, n.voor_id.is_(None))
    query = select(n).options(joinedload(n.organisation)).where(*shared)
    return list(db.session.scalars(query.order_by(n.geschreven_op, n.id)))


def _agreements(hulpvraag: Hulpvraag) -> list[Afspraak]:
    a = Afspraak
    shared = (a.hulpvraag_id == hulpvraag.id, a.zichtbaarheid == Zichtbaarheid.GEDEELD)
    query = select(a).options(joinedload(a.voor_organisation)).where(*shared)
    return list(db.session.scalars(query.order_by(a.uiterlijk, a.id)))


def _cover(made: Bundle) -> dict[str, Any]:
    """Gather the cover: headings, and rows of text. No reasons, no explanations, nothing internal."""
    h = made.hulpvraag
    kind = db.session.scalars(select(Kind).where(Kind.id == h.kind_id)).one()
    voorschool = db.session.scalars(select(Organisation).where(Organisation.id == h.voorschool_id)).one()
    return {
        "title": _("Handed over: hulpvraag %(number)s", number=h.nummer),
        "made": _("Made on %(day)s with %(portal)s.", day=day(local_day(datetime.now().astimezone())),
                  portal=current_app.config["APP_NAME"]),
        "confidential": _("Confidential. Keep this bundle in a safe place and destroy it after use."),
        "facts": [
            [_("Child"), kind.naam],
            [_("Date of birth"), day(kind.geboortedatum)],
            [_("Number"), h.nummer],
            [_("Preschool"), voorschool.naam],
            [_("Goes to school"), made.school.naam],
            *([[_("From"), made.vanaf]] if made.vanaf else []),
        ],
        "parts": [
            _part(_("School of preference"), (_("School"), _("State"), _("Approached"), _("Answered")),
                  _approached(h, made.school)),
            _part(_("Course"), (_("Status"), _("On")), _course(h)),
            _part(_("Documents"), (_("File"), _("Title"), _("From"), _("SHA-256")),
                  [[p.naam, p.titel, p.van, " ".join(re.findall(".{8}", p.stored.sha256))]
                   for p in made.papers]),
            _part(_("Notes"), (_("Text"), _("From"), _("On")),
                  [[n.tekst, n.organisation.naam, day(local_day(n.geschreven_op))] for n in _notes(h)]),
            _part(_("Agreements"), (_("What was agreed?"), _("By when"), _("Done")),
                  [[a.wat, day(a.uiterlijk), day(local_day(a.gedaan_op)) if a.gedaan_op else _("Not yet")]
                   for a in _agreements(h)]),
        ],
    }  # fmt: skip


def _part(title: str, heads: tuple[str, ...], rows: list[list[str]]) -> dict[str, Any]:
    return {"title": title, "heads": heads, "rows": rows, "empty": _("Nothing.")}


def _approached(hulpvraag: Hulpvraag, school: Organisation) -> list[list[str]]:
    """Say when this school was approached and answered; the others are not its business."""
    v = SchoolVoorkeur
    wanted = (v.hulpvraag_id == hulpvraag.id, v.school_id == school.id, v.staat != VoorkeurStaat.VERVALLEN)
    return [
        [
            school.naam,
            str(row.staat.label),
            *(day(local_day(at)) if at else "–" for at in (row.benaderd_op, row.beantwoord_op)),
        ]
        for row in db.session.scalars(select(v).where(*wanted))
    ]


def _course(hulpvraag: Hulpvraag) -> list[list[str]]:
    s = StatusWijziging
    changes = db.session.scalars(select(s).where(s.hulpvraag_id == hulpvraag.id).order_by(s.op, s.id))
    return [[str(change.naar.label), wording.exact(change.op)] for change in changes]
