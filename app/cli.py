"""The portal's own commands for the terminal, next to those of Flask and Flask-Migrate."""

import signal
from types import FrameType

import click
from flask import Flask
from flask.cli import with_appcontext

from app.services import mail


def register(app: Flask) -> None:
    """Give the flask command the portal's commands."""
    for command in COMMANDS:
        app.cli.add_command(command)


@click.command()
@click.option("--once", is_flag=True, help="Deliver what is due now and stop.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Deliver the mail that waits, until SIGTERM: it finishes the mail in hand."""
    if once:
        click.echo(mail.deliver_due())
        return
    asked: list[int] = []

    def ask_to_stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    click.echo("The worker delivers mail.")
    mail.run(stop=lambda: bool(asked))


COMMANDS: list[click.Command] = [worker]
