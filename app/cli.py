"""The portal's own commands for the terminal, next to those of Flask and Flask-Migrate."""

import click
from flask import Flask


def register(app: Flask) -> None:
    """Give the flask command the portal's commands."""
    for command in COMMANDS:
        app.cli.add_command(command)


COMMANDS: list[click.Command] = []
