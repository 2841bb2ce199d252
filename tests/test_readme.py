"""The README says what the code says."""

from pathlib import Path

from flask import Flask

from app.services import handbook

README = Path(__file__).parent.parent / "README.md"


def test_the_tables_of_the_readme_are_those_of_the_code(app: Flask) -> None:
    text = README.read_text(encoding="utf-8")
    with app.app_context():
        assert handbook.render(text) == text, "run: flask tables"


def test_every_status_and_every_role_stands_in_the_readme(app: Flask) -> None:
    text = README.read_text(encoding="utf-8")
    for words in ("JK bijlagen toegevoegd", "JK Onderwijsadvies", "Contact person JK", "Role administrator"):
        assert words in text
