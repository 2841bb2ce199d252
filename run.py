"""The WSGI entry (gunicorn run:app) and the flask command's app."""

from app import create_app
from app.cli.demo_settings import at_hand

app = create_app(at_hand())
