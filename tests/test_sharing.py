"""Who sees a document is changed after a look through the eyes of everybody who is involved."""

import io
import re

import pytest
from playwright.sync_api import expect

from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Betrokkenheid, Bijlage, Gebeurtenis, Hulpvraag
from app.models.base import now
from app.services import bijlagen, sharing, versions
from app.terms import Actie, Ground, Zichtbaarheid
from tests.browser import violations
from tests.documents import pages
from tests.involving import add_parent, add_school, advance, approach
from tests.test_statements import MOST
from tests.test_upload_window import go
from tests.uploading import Browser, acts, add, rows, serving

INTERN, GEDEELD = Zichtbaarheid.INTERN, Zichtbaarheid.GEDEELD


@pytest.fixture
def shared_dossier(partnership, dossier):
    """A dossier with a school and two parents, one of whom has it opened in a consultation."""
    add_school(partnership, "LINDE", "school")
    add_school(partnership, "ESDOORN", "school2")
    partnership.documents(dossier)
    advance(partnership, dossier, "bijlagen_toegevoegd", "onderwijsadvies")
    add_parent(partnership, dossier, "ouder")
    add_parent(partnership, dossier, "ouder2")
    approach(partnership, dossier, "LINDE")
    with partnership.behind_the_scenes():
        row = db.session.scalars(db.select(Hulpvraag)).one()
        of = {"swv_id": row.swv_id, "hulpvraag_id": row.id, "grond": Ground.OVERLEGRONDE}
        db.session.add(Betrokkenheid(**of, gebruiker_id=partnership.people["ouder2"][0]))
        db.session.commit()
    return dossier


def found(row) -> Bijlage:
    one = db.session.scalar(db.select(Bijlage).where(Bijlage.id == row.id))
    if one is None:
        raise NotFound
    return one


def look(partnership, row, to, by="specialist"):
    with partnership.at_work(by) as person:
        return sharing.look(found(row), to, person)


@pytest.mark.both_engines
def test_the_look_says_of_everybody_involved_whether_they_see_it(partnership, shared_dossier):
    row = add(partnership, shared_dossier, "specialist", naam="Observatie.pdf")
    assert row.zichtbaarheid is INTERN
    seen = {one.grond: one for one in look(partnership, row, GEDEELD) if one.grond is not Ground.OUDER}
    assert {Ground.VOORSCHOOL, Ground.SCHOOL} <= set(seen)
    assert all(one.it and "Observatie.pdf" in one.sees for one in seen.values())
    parents = sorted(one.it for one in look(partnership, row, GEDEELD) if one.grond is Ground.OUDER)
    assert parents == [False, True]
    assert not any(one.it for one in look(partnership, row, INTERN))
    (kept,) = [one for one in rows(partnership) if one.id == row.id]
    assert kept.zichtbaarheid is INTERN, "looking changes nothing"


def test_what_a_preschool_added_itself_it_sees_whatever_is_chosen(partnership, shared_dossier):
    row = add(partnership, shared_dossier, "voorschool", naam="Eigen.pdf")
    seen = {one.grond: one.it for one in look(partnership, row, INTERN)}
    assert seen[Ground.VOORSCHOOL]
    assert not seen[Ground.SCHOOL]


def test_the_look_is_what_the_gate_gives_afterwards(partnership, shared_dossier):
    row = add(partnership, shared_dossier, "specialist", naam="Observatie.pdf")
    (theirs,) = [one for one in look(partnership, row, GEDEELD) if one.grond is Ground.SCHOOL]
    with partnership.at_work("specialist") as person:
        sharing.share(found(row), GEDEELD, person)
    with partnership.at_work("school"):
        query = db.select(Bijlage.titel).order_by(Bijlage.toegevoegd_op.desc(), Bijlage.id)
        assert list(db.session.scalars(query)) == list(theirs.sees)


def test_a_school_without_consent_and_one_that_is_not_involved_are_not_in_the_look(
    partnership, shared_dossier
):
    row = add(partnership, shared_dossier, "specialist", naam="Observatie.pdf")
    assert "De Esdoorn" not in {one.naam for one in look(partnership, row, GEDEELD)}
    with partnership.behind_the_scenes():
        from app.models import Toestemming

        for one in db.session.scalars(db.select(Toestemming)):
            one.ingetrokken_op = now()
        db.session.commit()
    assert "De Linde" not in {one.naam for one in look(partnership, row, GEDEELD)}


@pytest.mark.both_engines
def test_jk_staff_share_it_and_make_it_internal_again_and_the_log_says_so(partnership, dossier):
    row = add(partnership, dossier, "specialist")
    browser = Browser(partnership, "contact")
    address = f"/bijlagen/{row.id}/delen"
    for to in (GEDEELD, INTERN):
        page = browser.client.get(address).get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        answer = browser.client.post(address, data={"csrf_token": token, "naar": to.value})
        assert answer.status_code == 302
        assert rows(partnership)[0].zichtbaarheid is to
    assert browser.client.post(address, data={"csrf_token": token, "naar": "x"}).status_code == 422
    assert browser.client.post(address, data={"csrf_token": token, "naar": INTERN}).status_code == 302
    with partnership.behind_the_scenes():
        query = db.select(Gebeurtenis).where(Gebeurtenis.actie == Actie.DELEN).order_by(Gebeurtenis.op)
        said = [(one.oud, one.nieuw) for one in db.session.scalars(query)]
    assert said == [("intern", "gedeeld"), ("gedeeld", "intern")]


@pytest.mark.both_engines
def test_what_is_so_already_changes_nothing_and_leaves_the_dossier_as_it_was(partnership, dossier):
    row = add(partnership, dossier, "specialist")

    def act(what, *given):
        with partnership.at_work("specialist") as person:
            what(found(row), *given, person)
        with partnership.behind_the_scenes():
            columns = (Hulpvraag.gewijzigd_op, db.func.max(Gebeurtenis.volgnummer))
            return [db.session.scalar(db.select(column)) for column in columns]

    for what, *given in ((sharing.share, GEDEELD), (bijlagen.retract,)):
        assert act(what, *given) == act(what, *given)


@pytest.mark.parametrize("by", ["voorschool", "voorschool2", "school", "rolbeheer"])
def test_nobody_else_decides_who_sees_a_document(partnership, shared_dossier, by):
    own = add(partnership, shared_dossier, "voorschool")
    browser = Browser(partnership, by)
    assert browser.client.get(f"/bijlagen/{own.id}/delen").status_code == 404
    with partnership.at_work(by) as person, pytest.raises(NotFound):
        sharing.share(found(own), INTERN, person)
    assert acts(partnership, Actie.DELEN) == 0


def test_of_what_was_replaced_or_retracted_nothing_is_changed(partnership, dossier):
    for gone in ("vervangen_op", "ingetrokken_op"):
        row = add(partnership, dossier, "specialist", naam=f"{gone}.pdf")
        with partnership.behind_the_scenes():
            setattr(db.session.get(Bijlage, row.id), gone, now())
            db.session.commit()
        assert Browser(partnership, "specialist").client.get(f"/bijlagen/{row.id}/delen").status_code == 409
        with partnership.at_work("specialist") as person, pytest.raises(Conflict):
            sharing.share(found(row), GEDEELD, person)


@pytest.mark.both_engines
def test_the_pages_of_a_document_ask_the_database_little(partnership, shared_dossier):
    row = add(partnership, shared_dossier, "specialist", naam="Observatie.pdf")
    with partnership.at_work("specialist2") as person:
        row = versions.replace(found(row), io.BytesIO(pages("Versie twee")), naam="n.pdf", by=person)
    client = Browser(partnership, "specialist").client
    for page in ("", "/delen", "/bekijken", "/vervangen", "/intrekken"):
        client.get(f"/bijlagen/{row.id}{page}")
        with partnership.app.app_context():
            engine = db.engine
        seen = []

        def note(_connection, _cursor, statement, *_rest, seen=seen):
            if not statement.startswith("UPDATE sessie"):
                seen.append(statement)

        db.event.listen(engine, "before_cursor_execute", note)
        assert client.get(f"/bijlagen/{row.id}{page}").status_code == 200
        db.event.remove(engine, "before_cursor_execute", note)
        assert len(seen) <= MOST, (page, len(seen))


@pytest.mark.browser
def test_one_looks_and_shares_by_keyboard(partnership, shared_dossier, page):
    row = add(partnership, shared_dossier, "specialist", naam="Observatie.pdf")
    with serving(partnership.app) as port:
        go(partnership, page, f"http://localhost:{port}/bijlagen/{row.id}", "specialist")
        assert violations(page) == []
        page.get_by_role("link", name="Wijzigen wie het ziet").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Delen met iedereen in het dossier")
        expect(page.locator(".stream > li", has_text="De Linde")).to_contain_text("ziet dit document")
        page.locator(".stream summary").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".stream details[open]").first).to_contain_text("Observatie.pdf")
        assert violations(page) == []
        page.get_by_role("button", name="Delen met iedereen").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Opgeslagen. Iedereen")
        page.goto("about:blank")
