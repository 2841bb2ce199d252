"""Whoever updates the portal keeps every row, and can go back."""

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade

from tests.installation import settings_for
from tests.partnership import Partnership

pytestmark = pytest.mark.both_engines


@pytest.fixture
def empty_portal(empty_database_url):
    from app import create_app
    from app.extensions import db

    portal = create_app(settings_for(empty_database_url))
    with portal.app_context():
        yield portal
        db.engine.dispose()


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_last_migration_leads_to_the_tables_of_the_models(empty_portal):
    upgrade()
    check()  # SystemExit when autogenerate would write anything


def test_an_operator_can_take_every_migration_back_and_do_it_again(empty_portal, proven):
    from app.extensions import db

    folder = empty_portal.extensions["migrate"].directory
    revisions = [script.revision for script in ScriptDirectory(folder).walk_revisions()][::-1]
    for revision in revisions:
        upgrade(revision=revision)
        there = tables(db.engine)
        downgrade(revision="-1")
        upgrade(revision=revision)
        assert tables(db.engine) == there
    downgrade(revision="base")
    assert tables(db.engine) == set()
    proven("D1", len(revisions))


def test_there_is_one_line_of_migrations(empty_portal):
    assert len(ScriptDirectory(empty_portal.extensions["migrate"].directory).get_heads()) == 1


def test_an_operator_with_dossiers_in_the_database_can_go_back_and_forth(app, proven):
    from app.access import as_system
    from app.extensions import db

    partnership = Partnership(app).settle()
    dossier = partnership.dossier()
    partnership.documents(dossier)
    partnership.move(dossier, "bijlagen_toegevoegd", by="voorschool")
    revisions = list(ScriptDirectory(app.extensions["migrate"].directory).walk_revisions())
    with app.app_context(), as_system("an operator migrates"):
        there = tables(db.engine)
        for _revision in revisions:
            downgrade(revision="-1")
        assert tables(db.engine) == set()
        upgrade()
        assert tables(db.engine) == there
    proven("D1 with dossiers", len(revisions))
