"""Writes an Office document anew without what loads by itself; run apart, see `app.services.clean`."""
