"""What people see when something is refused or goes wrong: one page, in words, never a trace."""

import logging
from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.errors import NotFound, Overtaken, PortalError
from app.security import PUBLIC, TYPED_IN
from app.services import guard, log, wording

_log = logging.getLogger(__name__)
_MOST_TYPED = 500_000  # bytes: more is no form that was read


def register(app: Flask) -> None:
    """Let every failure end on our own page."""
    app.register_error_handler(PortalError, _refused)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _answer(status: int, sentence: str | None = None, **more: Any) -> Any:
    if _wants_json():
        more_to_see = {"button": more["button"]} if "button" in more else {}
        return jsonify({"error": sentence or _in_short(status), **more_to_see}), status
    return render_template("error.html", status=status, sentence=sentence, **more), status


def _in_short(status: int) -> str:
    if status >= 500:
        return _("Something went wrong on our side. Look first whether it was done, and try again later.")
    return _("This is not possible.")


def _refused(error: PortalError) -> Any:
    log.refusal(type(error).__name__)
    return _in_words(error, **_leads_on(error))


def _leads_on(error: PortalError) -> dict[str, Any]:
    """Offer the version that there is now, or else the documents that there are."""
    if not isinstance(error, Overtaken):
        return {}
    if error.newer:
        label, url = _("Look at the new version"), url_for("BijlageView.show", pk=error.newer)
    elif error.dossier:
        label = _("To the documents of the dossier")
        url = url_for("HulpvraagView.dossier_tab", pk=error.dossier, tab="bijlagen")
    else:
        return {}
    return {"button": {"label": label, "url": url, "primary": True}}


def _in_words(error: PortalError, **more: Any) -> Any:
    # Everything that does not exist or is not for this person reads the same.
    sentence = None if isinstance(error, NotFound) else str(error.sentence)
    return _answer(error.status, sentence, title=error.heading, advice=error.advice, **more)


def _expired(error: CSRFError) -> Any:
    log.refusal(type(error).__name__)
    # The token belongs to one session: it fits no more after signing in again, or in another organisation.
    if _wants_json():  # the scripts that send files: trying again does not help them, a new page does
        sentence = _(
            "You are working somewhere else by now, or this page was open for too long."
            " Reload the page and choose your files again."
        )
        return jsonify({"error": sentence, "reload": True}), 400
    return _answer(400, _("You are working somewhere else by now, or this page was open for too long."))


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status in (301, 302, 303, 307, 308):
        return error
    if status >= 500:  # also what went wrong while a refusal was told: such as a log that can't be written
        return _broken(getattr(error, "original_exception", None) or error)
    log.refusal(NotFound.__name__ if status in (404, 405) else str(status))
    return _answer(status, _too_large() if status == 413 else None)


def _too_large() -> str:
    return _(
        "This form is larger than %(size)s with its files. Nothing was saved."
        " Go back, and send them one at a time or make them smaller."
        " In a browser with JavaScript each file can be up to %(most)s.",
        size=wording.size(current_app.config["MAX_FORM_BYTES"]),
        most=wording.size(current_app.config["MAX_FILE_BYTES"]),
    )


def _broken(error: Exception) -> Any:
    log.undo()
    _log.error("A request failed", exc_info=error)
    g.database_fails = True  # perhaps it is why: the page that says so asks it nothing
    said = guard.in_words(error, saving=request.method == "POST")
    if kept := g.get("kept"):
        return _partly(kept, said)
    typed = _typed()
    if said:
        return _in_words(said, typed=typed)
    return _answer(500, typed=typed, advice=guard.Unsure.advice if typed else None)


def _partly(kept: int, said: PortalError | None) -> Any:
    """Say how many documents of one form were kept before something failed."""
    added = _("Saved. Documents added: %(count)s.", count=kept)
    rest = _("What came after that was not saved.")
    sentence = f"{added} {said.sentence if isinstance(said, guard.Unsure) else rest}"
    advice = _("Look in the dossier which documents are there, and add the others later.")
    if said is None:
        return _answer(500, sentence, advice=advice)
    return _answer(said.status, sentence, title=said.heading, advice=said.advice or advice)


def _typed() -> list[tuple[str, str]]:
    """Give what somebody typed in a noun's form, to be sent once more; no such form asks for a password."""
    form = (request.endpoint or "").rpartition(".")[2] in TYPED_IN and request.endpoint not in PUBLIC
    short = (request.content_length or _MOST_TYPED + 1) <= _MOST_TYPED
    return list(request.form.items(multi=True)) if form and short else []
