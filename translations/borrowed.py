"""Sentences of Flask-AppBuilder that its own Dutch lacks, listed so that our catalogue keeps them.

tests/test_translations.py compares this list with the installed release; nothing imports it.
"""

from flask_babel import gettext as _


def borrowed() -> list[str]:
    """Name them all."""
    return [
        _("Add Group"),
        _("Contains (insensitive)"),
        _("Database Error"),
        _("Edit Group"),
        _("Edit User Information"),
        _("Either select a role or a group"),
        _("Groups"),
        _("In"),
        _("List Groups"),
        _(
            "Must have at least two capital letters, one special character, two digits, "
            "three lower case letters and a minimal length of 10."
        ),
        _("Not In"),
        _("Not a valid choice"),
        _("Select Value"),
        _("Show Group"),
        _("Start with"),
        _("The user's password for authentication"),
        _("User information changed"),
        _("User(s) exists in the group, cannot delete"),
        _("User(s) exists in the role, cannot delete"),
    ]
