"""The refusals that reach people: an HTTP status and a whole translated sentence."""

import uuid
from collections.abc import Sequence

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class PortalError(Exception):
    """A refusal in words. Only these sentences reach a page; anything else is a defect."""

    status = 400
    sentence: LazyString | str = _l("This is not possible.")
    # Of its page; without them those of the status stand there.
    heading: LazyString | str | None = None
    advice: LazyString | str | None = None

    def __init__(self, sentence: LazyString | str | None = None) -> None:
        """Refuse with `sentence`, or with the sentence of the class."""
        super().__init__()
        if sentence is not None:
            self.sentence = sentence


class NotFound(PortalError):
    """It does not exist, or not for you: deliberately the same answer."""

    status = 404
    sentence = _l("This page does not exist, or you have no access to it.")


class LinkGone(PortalError):
    """A one-time link that was used, withdrawn or is too old."""

    status = 410
    sentence = _l("This link has been used, or it is too old.")


class BadInput(PortalError):
    """What was typed can't be used; `fields` says what is wrong where."""

    status = 422

    def __init__(self, sentence: LazyString | str, fields: dict[str, LazyString | str] | None = None) -> None:
        """Refuse with `sentence`; `fields` maps a form field to its own sentence."""
        super().__init__(sentence)
        self.fields = fields or {}


class NeedsConfirmation(PortalError):
    """It can be done, after the person has read the warnings and says so."""

    status = 422
    sentence = _l("Please check the warnings first.")

    def __init__(self, warnings: Sequence[LazyString | str]) -> None:
        """Ask to confirm after `warnings`, each a whole sentence."""
        super().__init__()
        self.warnings = list(warnings)


class Conflict(PortalError):
    """Somebody else was first; the sentence says who and when."""

    status = 409
    sentence = _l("Somebody else changed this in the meantime. Please look at it again.")


class Overtaken(Conflict):
    """A document was replaced or retracted; the person may read the version `newer`, and the `dossier`."""

    heading: LazyString | str | None = _l("This document was replaced or retracted")
    advice: LazyString | str | None = _l("Look which documents the dossier has now.")
    newer: uuid.UUID | None = None
    dossier: uuid.UUID | None = None


class TransitionRefused(PortalError):
    """This status can't be set now; `missing` says what is needed first."""

    status = 409
    sentence = _l("This status cannot be set now.")

    def __init__(
        self, sentence: LazyString | str | None = None, missing: Sequence[LazyString | str] = ()
    ) -> None:
        """Refuse, naming what is `missing`."""
        super().__init__(sentence)
        self.missing = list(missing)


class TooMany(PortalError):
    """Too many tries in a short time."""

    status = 429
    sentence = _l("There were too many attempts. Please wait fifteen minutes and try again.")


class SignInRefused(PortalError):
    """Sign-in failed; one sentence for every reason, so that it tells nothing."""

    status = 422
    sentence = _l("These details do not match. Please check organisation, user name, password and code.")
