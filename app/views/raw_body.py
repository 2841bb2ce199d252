"""The raw body of an upload, and what becomes of the rest of it when the upload is refused."""

from typing import cast

from flask import Response, current_app, g, request
from werkzeug.http import parse_options_header

from app import access
from app.services import receiving
from app.services.passing import Readable

RAW = "application/octet-stream"
UPLOADS = ("BijlageFilesView.upload", "BijlageVersionsView.replace")


def body() -> receiving.Body:
    """Give the raw body; of known length as the server gives it: Werkzeug would copy it twice."""
    if "raw_body" not in g:
        length = request.content_length
        stream = request.stream if length is None else request.environ["wsgi.input"]
        g.raw_body = receiving.Body(cast("Readable", stream), length)
    return cast("receiving.Body", g.raw_body)


def named() -> str:
    """Give the name of the raw body. It is in a header: addresses end up in the logs of servers.

    `Content-Disposition: attachment; filename*=UTF-8''…` of RFC 6266 and RFC 8187.
    """
    return parse_options_header(request.headers.get("Content-Disposition"))[1].get("filename", "")


def hear_out(answer: Response) -> Response:
    """Let the rest of a refused upload come in, of who is signed in: else a browser can't read the answer."""
    refused = answer.status_code >= 400 and request.endpoint in UPLOADS and request.mimetype == RAW
    if refused and access.current_person() is not None:
        body().hear_out(current_app.config["MAX_FILE_BYTES"])
    return answer
