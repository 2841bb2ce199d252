"""Everybody reads whole Dutch sentences: ours, and those of the libraries that our pages can show."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import flask_appbuilder
import flask_wtf
import pytest
import wtforms
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
NL = ROOT / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "ungettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w*)\}")

# Sentences that WTForms and Flask-WTF say in English only, and whose validators we therefore do without.
ENGLISH_ONLY = {
    "Date must be at least %(min)s.": "DateRange",
    "Date must be at most %(max)s.": "DateRange",
    "Date must be between %(min)s and %(max)s.": "DateRange",
    "File does not have an approved extension.": "FileAllowed",
    "File does not have an approved extension: {extensions}": "FileAllowed",
}

Sentence = str | tuple[str, str]


def said_in(folder: Path, methods: Iterable[tuple[str, str]], options: dict | None = None) -> set[Sentence]:
    """Give what the code in `folder` says to people."""
    found = extract_from_dir(folder, method_map=list(methods), options_map=options, keywords=KEYWORDS)
    return {as_key(sentence) for _, _, sentence, _, _ in found}


def as_key(sentence: str | Iterable[str]) -> Sentence:
    """Make singular and plural one key."""
    return sentence if isinstance(sentence, str) else tuple(sentence)[:2]


@cache
def ours() -> set[Sentence]:
    with (ROOT / "translations" / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config, "babel.cfg")
    return said_in(ROOT, methods, options)


@cache
def dutch() -> dict[Sentence, tuple[str, ...]]:
    """Give our Dutch: what is fuzzy or half done isn't Dutch yet."""
    with NL.open("rb") as file:
        catalogue = read_po(file, locale="nl")
    found = {}
    for message in catalogue:
        words = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and not message.fuzzy and all(words):
            found[as_key(message.id)] = tuple(words)
    return found


def dutch_of(package, path: str) -> set[Sentence]:
    with (Path(package.__file__).parent / path).open("rb") as file:
        return {as_key(message.id) for message in read_mo(file) if message.id and message.string}


def said_by(package) -> set[Sentence]:
    return said_in(Path(package.__file__).parent, [("**.py", "python")])


def listed(sentences: Iterable[Sentence]) -> str:
    return "\n".join(sorted(map(repr, sentences)))


def test_every_sentence_of_ours_has_its_dutch():
    missing = ours() - dutch().keys()
    assert not missing, f"no Dutch yet (make translations, then translations/nl):\n{listed(missing)}"


def test_the_catalogue_keeps_nothing_that_nobody_says():
    stale = dutch().keys() - ours()
    assert not stale, f"nobody says these any more (make translations):\n{listed(stale)}"


def test_the_dutch_names_the_same_facts_as_the_english():
    wrong = []
    for english, words in dutch().items():
        expected = set(PLACEHOLDER.findall(english if isinstance(english, str) else english[1]))
        # a singular may leave the number out: "één bijlage"
        wrong += [english for word in words[-1:] if set(PLACEHOLDER.findall(word)) != expected]
    assert not wrong, listed(wrong)


def test_what_flask_appbuilder_can_say_has_dutch():
    theirs = dutch_of(flask_appbuilder, "translations/nl/LC_MESSAGES/messages.mo")
    missing = said_by(flask_appbuilder) - theirs - dutch().keys()
    assert not missing, f"put these in translations/borrowed.py:\n{listed(missing)}"


@pytest.mark.parametrize("package", [wtforms, flask_wtf], ids=lambda package: package.__name__)
def test_what_the_forms_can_say_has_dutch(package):
    missing = said_by(package) - dutch_of(wtforms, "locale/nl/LC_MESSAGES/wtforms.mo")
    assert missing <= ENGLISH_ONLY.keys(), f"no Dutch in WTForms:\n{listed(missing - ENGLISH_ONLY.keys())}"


def test_no_form_of_ours_speaks_english():
    code = "\n".join(file.read_text() for file in (ROOT / "app").rglob("*.py"))
    used = {validator for validator in ENGLISH_ONLY.values() if re.search(rf"\b{validator}\b", code)}
    assert not used, f"these validators have no Dutch sentence in WTForms: {used}"
