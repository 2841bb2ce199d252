"""The demo with its people and dossiers in it, for tests of what one can do there."""

from pathlib import Path

import pytest
from flask import Flask

from app.access import as_system
from app.extensions import db
from app.services import demo_clock, demo_story
from tests.engines import locked


@pytest.fixture
def settings(settings: dict, tmp_path: Path) -> dict:
    """The settings of a demo."""
    (tmp_path / "demo").mkdir()
    return settings | {"DEMO": True, "DEMO_FOLDER": str(tmp_path / "demo"), "MAIL_SERVER": "127.0.0.1"}


def tell(app: Flask, run_folder: Path) -> None:
    """Put the demo's people and dossiers in the empty portal: made once a run, copied from then on."""
    filled = run_folder / "demo.sqlite"
    with app.app_context(), locked(run_folder / "demo.lock"):
        if filled.exists():
            for target in (demo_clock.database(), demo_clock.beginning()):
                demo_clock.copy(str(filled), target)
        else:
            demo_story.fill()
            demo_clock.copy(demo_clock.beginning(), str(filled))


@pytest.fixture
def told(app: Flask, run_folder: Path) -> Flask:
    """The portal with the demo's people and dossiers in it."""
    tell(app, run_folder)
    return app


def everything(model) -> list:
    with as_system("the test looks"):
        return list(db.session.scalars(db.select(model)))
