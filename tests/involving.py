"""What the tests of a dossier's second half add to tests/partnership.py: a school, a parent, a way in."""

import io
from datetime import date
from types import SimpleNamespace

from app.extensions import db
from app.models import (
    Afspraak,
    Betrokkenheid,
    Gebruiker,
    Gezagsdrager,
    Hulpvraag,
    Lidmaatschap,
    Organisation,
    SchoolVoorkeur,
    Toestemming,
)
from app.models.base import now
from app.security import session_cookie
from app.services import bijlagen, sessions
from app.services.effects import Answers
from app.services.status import last_change, move
from app.terms import (
    BijlageSoort,
    Gezag,
    Ground,
    OrganisationSoort,
    Role,
    Stadium,
    VoorkeurStaat,
    Zichtbaarheid,
)
from tests.account_steps import Visitor
from tests.documents import pdf
from tests.partnership import LAST_NAME, Partnership


def add_school(huis: Partnership, key: str, contact: str) -> None:
    """Make a school with one contact person."""
    with huis.behind_the_scenes():
        row = Organisation(naam=f"De {key.title()}", soort=OrganisationSoort.SCHOOL)
        row.swv_id = huis.organisations["SWV"]
        db.session.add(row)
        db.session.flush()
        huis.organisations[key] = row.id
        person = _account(contact)
        db.session.add(
            Lidmaatschap(gebruiker_id=person.id, organisation_id=row.id, rol=Role.CONTACTPERSOON_SCHOOL)
        )
        huis.people[contact] = (person.id, row.id)
        db.session.commit()


def add_parent(huis: Partnership, dossier, key: str = "ouder", *, gezag: Gezag = Gezag.JA) -> None:
    """Make a parent with an account, involved in this dossier."""
    with huis.behind_the_scenes():
        row, person = the(Hulpvraag, dossier), _account(key)
        parent = Gezagsdrager(
            swv_id=row.swv_id, kind_id=row.kind_id, naam=f"Ouder {key}", gezag=gezag, gebruiker_id=person.id
        )
        db.session.add_all([parent, _party(row, Ground.OUDER, gebruiker_id=person.id)])
        huis.people[key] = (person.id, None)
        db.session.commit()


def approach(huis: Partnership, dossier, school: str, staat: VoorkeurStaat = VoorkeurStaat.BENADERD) -> None:
    """Involve a school with the consent of a parent, as approaching it does."""
    with huis.behind_the_scenes():
        row = the(Hulpvraag, dossier)
        key, by = huis.organisations[school], huis.people["specialist"][0]
        query = db.select(Gezagsdrager).where(Gezagsdrager.kind_id == row.kind_id)
        parents = list(db.session.scalars(query.where(Gezagsdrager.gezag == Gezag.JA)))
        if not parents:
            parents = [Gezagsdrager(swv_id=row.swv_id, kind_id=row.kind_id, naam="Ouder", gezag=Gezag.JA)]
            db.session.add_all(parents)
            db.session.flush()
        of = {"swv_id": row.swv_id, "hulpvraag_id": row.id}
        rang = db.session.scalar(db.select(db.func.count(SchoolVoorkeur.id))) + 1
        db.session.add_all(
            [
                SchoolVoorkeur(
                    **of,
                    school_id=key,
                    rang=rang,
                    staat=staat,
                    voorgesteld_door_id=by,
                    benaderd_op=now(),
                    reden="Geen plaats, zegt de directie." if staat is VoorkeurStaat.AFGEWEZEN else None,
                ),
                *(
                    Toestemming(
                        **of,
                        gezagsdrager_id=parent.id,
                        organisation_id=key,
                        tekst="Ja.",
                        gevraagd_door_id=by,
                        gegeven_op=now(),
                    )
                    for parent in parents
                ),
                _party(row, Ground.SCHOOL, organisation_id=key),
            ]
        )
        db.session.commit()


def advance(huis: Partnership, dossier, *transitions: str, **answers) -> None:
    """Make changes of status as the specialist, one after another."""
    for transition in transitions:
        with huis.at_work("specialist") as person:
            row = the(Hulpvraag, dossier)
            asked = Answers(**answers) if transition == "advies_afgerond" else Answers()
            seen = str(last_change(row).id)
            move(row, transition, toelichting="Omdat.", seen=seen, by=person, answers=asked)


def placed(huis: Partnership, dossier, school: str) -> None:
    """Bring a new dossier to 'advies afgerond', with the child at this school."""
    huis.documents(dossier)
    advance(huis, dossier, "bijlagen_toegevoegd", "onderwijsadvies")
    approach(huis, dossier, school)
    advance(huis, dossier, "aanmelden_school")
    agree(huis, dossier, school)
    advance(huis, dossier, "jk_advies_afgerond")
    key = huis.organisations[school]
    advance(huis, dossier, "advies_afgerond", school=key, vanaf=date(2027, 1, 4))


def agree(huis: Partnership, dossier, school: str) -> None:
    with huis.behind_the_scenes():
        where = {"hulpvraag_id": dossier, "school_id": huis.organisations[school]}
        db.session.scalars(db.select(SchoolVoorkeur).filter_by(**where)).one().staat = VoorkeurStaat.AKKOORD
        db.session.commit()


def add_document(huis: Partnership, dossier, titel: str, content: bytes = b"", **kw):
    """Add a real document through its service; give its id."""
    by = kw.pop("by", "specialist")
    kw = {"zichtbaarheid": Zichtbaarheid.GEDEELD, "stadium": Stadium.DEFINITIEF} | kw
    with huis.at_work(by) as person:
        row = the(Hulpvraag, dossier)
        made = bijlagen.add(
            row,
            io.BytesIO(content or pdf()),
            naam=titel,
            soort=kw.pop("soort", BijlageSoort.OVERIG),
            by=person,
            **kw,
        )
        return made.id


def sign_in(huis: Partnership, key: str) -> Visitor:
    """Let somebody in through a session of theirs."""
    visitor = Visitor(huis.app)
    with huis.behind_the_scenes():
        visitor.client.set_cookie(session_cookie(), sessions.begin(_person(huis, key)))
        db.session.commit()
    return visitor


def afspraken_of(huis: Partnership) -> list[Afspraak]:
    with huis.behind_the_scenes():
        return list(db.session.scalars(db.select(Afspraak).order_by(Afspraak.gemaakt_op)))


def the(model, key):
    """Fetch one row as the person at work may see it."""
    return db.session.scalars(db.select(model).where(model.id == key)).one()


def _person(huis: Partnership, key: str):
    from app.access import person_for

    who, place = huis.people[key]
    return person_for(who, place, swv_id=huis.organisations["SWV"])


def _account(key: str) -> SimpleNamespace:
    person = Gebruiker(
        username=key, first_name=key.title(), last_name=LAST_NAME, email=f"{key}@example.org", active=True
    )
    db.session.add(person)
    db.session.flush()
    return person


def _party(row: Hulpvraag, ground: Ground, **who) -> Betrokkenheid:
    return Betrokkenheid(swv_id=row.swv_id, hulpvraag_id=row.id, grond=ground, **who)
