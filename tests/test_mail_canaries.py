"""M2: no word that somebody typed, no name and no date of birth ever leaves in a mail."""

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Bericht, Gebeurtenis, Gebruiker, Hulpvraag, Kind, Notitie, Organisation
from app.services import mail, uitnodigingen
from app.services.mail import deliver_due
from app.terms import UitnodigingSoort
from tests.partnership import FIRST_NAMES, LAST_NAME, ORGANISATIONS, Partnership

ROUND = (
    ("bijlagen_toegevoegd", "voorschool"),
    ("aanvulling", "specialist"),
    ("bijlagen_toegevoegd", "contact"),
    ("onderwijsadvies", "specialist"),
    ("terugnemen", "specialist"),
    ("onderwijsadvies", "specialist"),
    ("ingetrokken", "contact"),
)


def hostile(chance) -> str:
    """A word to recognise, followed by what would become a header."""
    word = f"Kanarie{chance.randrange(10**8):08}"
    return (
        word
        + chance.choice(["\r\nBcc: ", "\nSubject: ", "\r\n\r\n", "\u2028Cc: ", "%(status)s{{ 7*7 }}"])
        + word
    )


def birthday_words(kind: Kind) -> list[str]:
    day = kind.geboortedatum
    return [day.isoformat(), f"{day:%d-%m-%Y}", f"{day.day} maart {day.year}", f"{day:%d/%m/%Y}"]


def readings(letter) -> str:
    """The mail in every way in which it can be read: raw, headers decoded, body decoded."""
    headers = "\n".join(f"{name}: {value}" for name, value in letter.message.items())
    return "\n".join([letter.raw.decode("latin-1"), headers, letter.text, *letter.recipients]).casefold()


@pytest.mark.both_engines
def test_nothing_that_was_typed_anywhere_is_in_a_mail(app, smtp, lane, proven):
    chance = lane.random("M2")
    canaries: set[str] = {name for name, _soort in ORGANISATIONS.values()}
    huis = Partnership(app, words=hostile(chance)).settle()
    canaries |= {huis.words, huis.words[:15], LAST_NAME, *FIRST_NAMES.values()}
    with huis.behind_the_scenes():
        for person in db.session.scalars(db.select(Gebruiker)):
            person.email = f"adres{person.id}@example.org"
            person.username = f"{huis.words[:15]}{person.id}"
        db.session.scalars(
            db.select(Organisation).filter_by(id=huis.organisations["VOORSCHOOL"])
        ).one().meldadres = "info@example.org"
        db.session.commit()
    for _round in range(lane.cases(gate=3, proof=200)):
        huis.words = hostile(chance)
        canaries |= {huis.words, huis.words[:15], "mila", "jansen"}
        dossier = huis.dossier(specialist="specialist")
        huis.documents(dossier)
        for transition, by in ROUND:
            huis.move(dossier, transition, by=by)
            with app.app_context():
                deliver_due()
        with huis.behind_the_scenes():
            row = db.session.scalars(db.select(Hulpvraag).filter_by(id=dossier)).one()
            found = [letter for letter in smtp.letters if row.nummer.casefold() in readings(letter)]
            assert len(found) > len(ROUND), "the search finds what is there: the number"
            canaries |= set(
                birthday_words(db.session.scalars(db.select(Kind).filter_by(id=row.kind_id)).one())
            )
            db.session.add(
                Notitie(
                    swv_id=row.swv_id,
                    hulpvraag_id=row.id,
                    organisation_id=huis.organisations["SWV"],
                    geschreven_door_id=huis.people["specialist"][0],
                    tekst=huis.words,
                )
            )
            account_mails(huis)
    with app.app_context():
        deliver_due()
    with huis.behind_the_scenes():
        soorten = set(db.session.scalars(db.select(Bericht.soort).filter_by(status="verzonden")))
    assert soorten >= {f"status_{transition}" for transition, _by in ROUND} | {"iets_klaar", "uitnodiging"}
    leaks = [
        (word, letter.message["Subject"])
        for letter in smtp.letters
        for text in [readings(letter)]
        for word in canaries
        if word.casefold() in text
    ]
    assert leaks == []
    assert all(len(letter.recipients) == 1 and not letter.message["Bcc"] for letter in smtp.letters)
    proven("M2", len(smtp.letters) * len(canaries))
    with huis.behind_the_scenes():  # nor is it in the log
        query = db.select(*Gebeurtenis.__table__.columns)
        logged = "\n".join(map(str, db.session.execute(query))).casefold()
    assert [word for word in canaries if word.casefold() in logged] == []


def account_mails(huis) -> None:
    person = db.session.scalars(db.select(Gebruiker).filter_by(id=huis.people["collega"][0])).one()
    for soort, of in (
        ("uitnodiging", UitnodigingSoort.ACCOUNT),
        ("wachtwoord_vergeten", UitnodigingSoort.WACHTWOORD),
    ):
        mail.queue_account_mail(soort, person, uitnodigingen.make(of, person, valid_for=timedelta(hours=1)))
    organisation = db.session.scalars(
        db.select(Organisation).filter_by(id=huis.organisations["VOORSCHOOL"])
    ).one()
    mail.queue_account_mail("nieuw_lidmaatschap", person, organisation=organisation)
    db.session.commit()
