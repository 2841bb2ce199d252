"""The settings of the demo, for the commands that work with it where nothing is set up."""

import base64
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import config

HOST = "127.0.0.1"
_COMMANDS = frozenset({"demo", "seed", "code"})
# What makes an installation a real one.
_REAL = ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "KEK", "KEK_FILE", "STORE_URL", "BASE_URL", "MAIL_SERVER")


def at_hand() -> dict[str, Any]:
    """Give the demo's settings to the commands that work with it when nothing is set; to all else, nothing.

    Raises SystemExit when the demo is asked for where a real installation is set up.
    """
    command = _asked() if os.environ.get("FLASK_RUN_FROM_CLI") else None
    real = [f"KINDBRUG_{name}" for name in _REAL if os.environ.get(f"KINDBRUG_{name}")]
    if command == "demo" and real:
        raise SystemExit(
            f"The demo does not start where a real portal is set up: unset {', '.join(real)} first."
        )
    folder = Path(os.environ.get("KINDBRUG_DEMO_FOLDER") or config.ROOT / "var" / "demo").resolve()
    if command not in _COMMANDS or real or (command != "demo" and not folder.exists()):
        return {}
    return _settings(folder)


def _asked() -> str | None:
    """Give the command on the command line, which is not parsed yet."""
    rest = iter(sys.argv[1:])
    for word in rest:
        if word in ("--app", "-A", "--env-file", "-e"):
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None


def _settings(folder: Path) -> dict[str, Any]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "DEMO": True,
        "DEMO_FOLDER": str(folder),
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/kindbrug.sqlite",
        "STORE_URL": (folder / "store").as_uri(),
        "SECRET_KEY": _secret(folder / "secret_key", secrets.token_urlsafe(48)),
        "KEK": _secret(folder / "kek", base64.b64encode(secrets.token_bytes(32)).decode()),
        "BASE_URL": "http://localhost:8080",
        "MAIL_SERVER": HOST,
        "MAIL_USE_TLS": False,
        "MAIL_USE_SSL": False,
        "MAIL_USERNAME": None,
        "COOKIE_SECURE": False,
        "PROXIES": 0,
    }


def _secret(file: Path, new: str) -> str:
    """Give what `file` keeps; it is made when it isn't there."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(new)
    return file.read_text()
