"""The WSGI entry (gunicorn run:app) and the flask command's app."""

from app import create_app

app = create_app()
