"""What a new installation is: every migration, and nobody in it."""

import base64
import os
import secrets
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

# Nothing here is a secret: it signs what one test run makes, the same in each of its processes.
SECRET_KEY = os.environ.setdefault("KINDBRUG_TEST_KEY", secrets.token_hex(32))
KEK = os.environ.setdefault("KINDBRUG_TEST_KEK", base64.b64encode(secrets.token_bytes(32)).decode())


def settings_for(url: str, *, store: Path | str = "/nonexistent") -> dict[str, Any]:
    """Give the settings of a portal under test on the database at `url`."""
    return {
        "TESTING": True,
        "SQLALCHEMY_DATABASE_URI": url,
        "STORE_URL": f"file://{store}",
        "BASE_URL": "http://localhost",
        "SECRET_KEY": SECRET_KEY,
        "KEK": KEK,
        "COOKIE_SECURE": False,
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": 9,  # nobody listens, unless a test asks for the mail server
        "RATELIMIT_ENABLED": False,
        "SCRYPT_N": 2**4,  # cheap hashes: what is tested is not how slow they are
    }


def install(url: str) -> None:
    """Make the tables in the empty database at `url`, the way an operator does."""
    from app import create_app
    from app.extensions import db

    app = create_app(settings_for(url))
    with app.app_context():
        upgrade()
        db.engine.dispose()
