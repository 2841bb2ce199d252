"""Every setting: its line, its sentence. The environment overrides each as KINDBRUG_<NAME>."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

ROOT = Path(__file__).parent

# Where things are
SQLALCHEMY_DATABASE_URI = ""  # the database, e.g. postgresql+psycopg://kindbrug@db/kindbrug
STORE_URL = ""  # where the documents are kept, e.g. file:///var/lib/kindbrug or s3://bucket/folder
STORE_ENDPOINT = ""  # the S3 server when it isn't Amazon's, e.g. https://s3.example.org
STORE_REGION = ""  # its region
STORE_ACCESS_KEY = ""  # sign in at the S3 server with this key
STORE_SECRET_KEY = ""  # and this secret
BASE_URL = ""  # the portal's address as people know it; the links in mails begin with it
DEMO = False  # invented people, one-click sign-in and the mail catcher; refused beside production settings
DEMO_FOLDER = ""  # where the demo keeps its mails and the copy to begin again with

# Secrets: no default outside the demo
SECRET_KEY = ""  # signs the form tokens and one-time links; at least 32 characters
KEK = ""  # encrypts the keys of the documents: 32 bytes in base64; earlier ones follow after commas
LOG_KEY = ""  # seals the log: 32 random bytes in base64, used for nothing else, kept apart from the database
KEK_FILE = ""  # or a file that holds them, one a line

# Mail
MAIL_SERVER = ""  # the SMTP server that takes our mail
MAIL_PORT = 25  # its port
MAIL_USE_TLS = False  # STARTTLS
MAIL_USE_SSL = False  # TLS from the first byte
MAIL_USERNAME: str | None = None  # sign in at the SMTP server with this name
MAIL_PASSWORD: str | None = None  # and this password
MAIL_DEFAULT_SENDER = "Kindbrug <noreply@localhost>"  # the From of every mail
MAIL_TIMEOUT = 10  # seconds to wait for the SMTP server
FAREWELL_DAYS = 30  # how long a last message stays readable after somebody's access ended

# Sign-in
SESSION_IDLE = timedelta(minutes=15)  # without a click the session ends after this
SESSION_ABSOLUTE = timedelta(hours=10)  # and in any case after this
SIGNIN_TRIES = 10  # tries per account within SIGNIN_WINDOW
SIGNIN_WINDOW = timedelta(minutes=15)
INVITATION_DAYS = 7  # how long a one-time link by mail works
SCRYPT_N = 2**17  # cost of a password hash (memory 128 MiB); by current OWASP advice
COOKIE_SECURE = True  # cookies over HTTPS only
PROXIES = 0  # reverse proxies in front whose X-Forwarded-For and -Proto we believe
RATELIMIT_ENABLED = True  # limits per address
RATELIMIT_STORAGE_URI = "memory://"  # redis://… when there are several processes
RATELIMIT_HEADERS_ENABLED = False
SIGNIN_LIMIT = "60 per 15 minutes"  # sign-in posts per address

# Access review
ACCESS_UNUSED_DAYS = 60  # an account without a sign-in for so long asks for attention
ACCESS_ENDING_DAYS = 30  # so does a membership that ends within this
ACCESS_REVIEW_DAYS = 365  # after this a role administrator of an SWV is reminded of the review

# Documents
MAX_FILE_BYTES = 50 * 10**6  # one document
MAX_DOSSIER_BYTES = 10**9  # all documents of one dossier
MAX_DOSSIER_FILES = 500  # how many documents one dossier holds
MAX_SWV_BYTES = 10**12  # all documents of one SWV
CLAMD_ADDRESS = ""  # the virus scanner: host:port, or the path of its socket; without it nothing is scanned
MAX_FORM_BYTES = 20 * 10**6  # a whole form with files, without JavaScript: it is held in memory
MAX_FORM_MEMORY_SIZE = 2 * 2**20  # a form's text fields together

# The log
LOG_ANCHOR = ""  # where the last seals go once a day: a file on another machine's disk, or an e-mail address

# Language and time
BABEL_DEFAULT_LOCALE = "nl"
BABEL_DEFAULT_TIMEZONE = "Europe/Amsterdam"  # shown; the database holds UTC
BABEL_TRANSLATION_DIRECTORIES = str(ROOT / "translations")
LANGUAGES = {"nl": {"flag": "nl", "name": "Nederlands"}, "en": {"flag": "gb", "name": "English"}}

# How the framework is held
APP_NAME = "Kindbrug"
APP_VERSION = "0.1.0"
AUTH_TYPE = 1  # Flask-AppBuilder: accounts in our own database
FAB_ADD_SECURITY_VIEWS = False  # its screens let a role administrator make himself Admin
FAB_ADD_MENU_API = False
FAB_ADD_OPENAPI_VIEWS = False
FAB_UPDATE_PERMS = False  # rights are tables in the code, not rows made at start
FAB_CREATE_DB = False  # alembic makes the tables
FAB_SECURITY_SIGNALS_ENABLED = False
BOOTSTRAP_SERVE_LOCAL = True  # nothing comes from a CDN
WTF_CSRF_TIME_LIMIT = None  # a form may stay open as long as the session
SESSION_COOKIE_NAME = "kindbrug_form"  # form token, language and one notice; never who somebody is
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SEND_FILE_MAX_AGE_DEFAULT = 3600  # seconds that a browser may keep our stylesheet
SQLALCHEMY_ENGINE_OPTIONS = {
    "hide_parameters": True,
    "pool_pre_ping": True,
}  # no data of children in error texts
DEFAULT_PAGE_SIZE = 25  # rows a list shows


def is_this_machine(url: SplitResult) -> bool:
    """Tell whether an address is this machine's own: localhost, a name of it, or 127.0.0.1, without TLS."""
    host = url.hostname or ""
    return url.scheme == "http" and (host in ("localhost", "127.0.0.1") or host.endswith(".localhost"))


def keks(settings: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Give the key-encryption keys, the newest first; ValueError says which setting is wrong and how."""
    name, written = "KINDBRUG_KEK", str(settings.get("KEK") or "").split(",")
    if settings.get("KEK_FILE"):
        if settings.get("KEK"):
            raise ValueError("KINDBRUG_KEK and KINDBRUG_KEK_FILE are both set: one of them is enough")
        name = "KINDBRUG_KEK_FILE"
        try:
            written = Path(str(settings["KEK_FILE"])).read_text(encoding="ascii").splitlines()
        except (OSError, UnicodeError):
            raise ValueError(f"{name} names a file that cannot be read") from None
    words = [word.strip() for word in written if word.strip()]
    if not words:
        raise ValueError(f"{name} is missing")
    try:
        keys = tuple(base64.b64decode(word, altchars=b"-_", validate=True) for word in words)
    except (binascii.Error, ValueError):
        raise ValueError(f"{name} is not written in base64") from None
    if any(len(key) != 32 or len(set(key)) < 12 for key in keys):
        raise ValueError(f"{name} is weak: each key is 32 random bytes")
    return keys


def _weak_log_key(settings: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with the key of the log; the demo and tests need none of their own."""
    key = str(settings.get("LOG_KEY") or "")
    if not key:
        needed = not settings.get("DEMO") and not settings.get("TESTING")
        return ["KINDBRUG_LOG_KEY is missing"] if needed else []
    if len(key) < 32:
        return ["KINDBRUG_LOG_KEY is shorter than 32 characters"]
    if len(set(key)) < 12:
        return ["KINDBRUG_LOG_KEY is weak: it is 32 random bytes in base64"]
    return _used_twice(key, settings)


def _used_twice(key: str, settings: Mapping[str, Any]) -> list[str]:
    """Say that the log's key is another one's too: who is given the one must not have the other."""
    if key == settings.get("SECRET_KEY"):
        return ["KINDBRUG_LOG_KEY is the same as KINDBRUG_SECRET_KEY"]
    try:
        same = base64.b64decode(key, altchars=b"-_") in keks(settings)
    except ValueError:  # no base64, so it is no KEK; and what is wrong with the KEK is said by itself
        same = False
    return ["KINDBRUG_LOG_KEY is the same as a key-encryption key"] if same else []


def refuse_unfit(settings: Mapping[str, Any]) -> None:
    """Refuse to start with what is missing or weak, and say which; SystemExit with one line a setting."""
    wrong = [
        f"KINDBRUG_{name} is missing"
        for name in ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "STORE_URL", "BASE_URL", "MAIL_SERVER")
        if not settings.get(name)
    ]
    if len(str(settings.get("SECRET_KEY") or "x" * 32)) < 32:
        wrong.append("KINDBRUG_SECRET_KEY is shorter than 32 characters")
    try:
        keks(settings)
    except ValueError as unfit:
        wrong.append(str(unfit))
    wrong += _weak_log_key(settings)
    if settings.get("DEMO"):
        wrong += _real(settings)
    elif not settings.get("COOKIE_SECURE") and not settings.get("TESTING"):
        wrong.append("KINDBRUG_COOKIE_SECURE may be off in the demo only")
    if wrong:
        raise SystemExit("Kindbrug does not start:\n" + "\n".join(f"- {line}" for line in wrong))


def _real(settings: Mapping[str, Any]) -> list[str]:
    """Say what is set that belongs to a real portal, and never to a demo."""
    wrong = []
    if not str(settings.get("SQLALCHEMY_DATABASE_URI")).startswith("sqlite:"):
        wrong.append("KINDBRUG_DEMO works with SQLite only: never beside a real database")
    if not is_this_machine(urlsplit(str(settings.get("BASE_URL")))):
        wrong.append("KINDBRUG_DEMO works on this machine only: BASE_URL must be http://localhost")
    if settings.get("MAIL_SERVER") != "127.0.0.1":
        wrong.append("KINDBRUG_DEMO mails nobody: MAIL_SERVER must be its own catcher on 127.0.0.1")
    return wrong
