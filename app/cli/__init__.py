"""The portal's own commands for the terminal, next to those of Flask and Flask-Migrate."""

import signal
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import TextIO

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _

from app.errors import BadInput, PortalError
from app.models.base import now
from app.services import (
    accounts,
    bijlage_bytes,
    first_account,
    handbook,
    mail,
    scans,
    seal_check,
    store_upkeep,
    two_factor,
)
from app.services import anchor as anchors
from app.terms import OrganisationSoort, Role


def register(app: Flask) -> None:
    """Give the flask command the portal's commands."""
    commands = COMMANDS
    if app.config["DEMO"]:
        from app.cli.demo import demo, seed  # outside the demo its code is not even loaded

        commands = [*COMMANDS, demo, seed]
    for command in commands:
        app.cli.add_command(command)


def _in_words(command: Callable[[], None]) -> Callable[[], None]:
    """Say what is in the way, such as a store that does not answer, instead of a trace."""

    @wraps(command)
    def told() -> None:
        try:
            command()
        except PortalError as refused:
            raise click.ClickException(str(refused.sentence)) from refused

    return told


@click.command()
@click.option("--once", is_flag=True, help="Deliver and scan what is due now and stop.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Deliver the mail and scan the documents that wait, until SIGTERM: it finishes the mail in hand."""
    if once:
        sent = mail.deliver_due()  # it waits for no scan; what a scan has to tell goes after it
        scans.due(limit=100)
        click.echo(sent + mail.deliver_due())
        return
    asked: list[int] = []

    def ask_to_stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    click.echo("The worker delivers mail.")
    mail.run(stop=lambda: bool(asked))


@click.command("create-admin")
@click.option("--first-name", prompt=True)
@click.option("--last-name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--swv", help="Make this SWV, with its first role administrator, instead.")
@click.option("--operator", default="Kindbrug", show_default=True, help="The name of the operator.")
@with_appcontext
def create_admin(first_name: str, last_name: str, email: str, swv: str | None, operator: str) -> None:
    """Make the first account: the platform administrator, or the first role administrator of an SWV."""
    soort = OrganisationSoort.SAMENWERKINGSVERBAND if swv else OrganisationSoort.EXPLOITANT
    role = Role.ROLBEHEERDER if swv else Role.PLATFORMBEHEERDER
    organisation = first_account.organisation(swv or operator, soort)
    _invite(first_name, last_name, email, organisation.id, role)


@click.command("invite")
@click.option("--organisation", required=True, help="The name of an organisation in the portal.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--first-name", prompt=True)
@click.option("--last-name", prompt=True)
@click.option("--email", prompt=True)
@with_appcontext
def invite(organisation: str, role: str, first_name: str, last_name: str, email: str) -> None:
    """Invite somebody to an organisation, as its role administrator would."""
    try:
        organisation_id = first_account.organisation_named(organisation).id
    except PortalError:
        raise click.ClickException(_("There is no organisation %(name)s.", name=organisation)) from None
    _invite(first_name, last_name, email, organisation_id, Role(role))


@click.command("code")
@click.argument("username")
@with_appcontext
def code(username: str) -> None:
    """Print the code that signs USERNAME in now; in the demo only."""
    if not current_app.config["DEMO"]:
        raise click.ClickException(_("Codes are shown in the demo only. Use the app on your phone."))
    found = two_factor.usable_code(username)
    if found is None:
        raise click.ClickException(_("There is no account with the user name %(name)s.", name=username))
    click.echo(found)


def _invite(first_name: str, last_name: str, email: str, organisation_id: uuid.UUID, role: Role) -> None:
    try:
        lidmaatschap = accounts.invite(
            voornaam=first_name,
            achternaam=last_name,
            email=email,
            organisation_id=organisation_id,
            rol=role,
            by=None,
        )
    except BadInput as wrong:
        raise click.ClickException(" ".join(str(it) for it in wrong.fields.values())) from wrong
    except PortalError as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    link = first_account.link_of(lidmaatschap)
    if link is None:
        click.echo(_("This person has an account already and gets a mail about the new role."))
        return
    click.echo(
        _("The account is made. Open this link to activate it; it works once, and is not shown again:")
    )
    click.echo(link)


@click.command("tables")
@click.argument("readme", type=click.Path(exists=True, path_type=Path), default="README.md")
@with_appcontext
def tables(readme: Path) -> None:
    """Write the tables of statuses and rights into the README."""
    handbook.write(readme)


@click.command("sweep")
@with_appcontext
@_in_words
def sweep() -> None:
    """Remove the bytes of documents that a crash left without a row, when they are a day old."""
    click.echo(bijlage_bytes.sweep())


@click.command("rotate-kek")
@with_appcontext
@_in_words
def rotate_kek() -> None:
    """Seal the keys of all documents by the newest key-encryption key, so that earlier ones can go."""
    done = store_upkeep.rotate(lambda so_far: click.echo(f"{so_far.done} sealed anew, {so_far.lost} lost"))
    click.echo(f"Ready: {done.done} sealed anew, {done.lost} left that no key-encryption key opens.")
    if done.lost:
        raise SystemExit(1)


@click.command("verify-store")
@with_appcontext
@_in_words
def verify_store() -> None:
    """Compare documents and bytes both ways: a line for each that is missing, changed or too many."""
    found = 0
    for finding in store_upkeep.verify():
        click.echo(finding)
        found += 1
    click.echo(f"Findings: {found}.")
    if found:
        raise SystemExit(1)


@click.command("verify-log")
@click.option("--anchor", type=click.File(), help="Lines of anchors that were mailed, besides LOG_ANCHOR.")
@click.option("--no-anchor", is_flag=True, help="Compare no anchor: a log that was cut then looks whole.")
@click.option("--as-of", type=click.DateTime(), help="When the copy was made that is checked; default: now.")
@with_appcontext
def verify_log(anchor: TextIO | None, *, no_anchor: bool, as_of: datetime | None) -> None:
    """Check every event and seal of the log; one line for whatever is not as it was sealed, and exit 1."""
    moment = as_of.astimezone() if as_of else now()
    mailed = anchor.read() if anchor else None
    check = seal_check.Check("" if no_anchor else f"{anchors.known()}\n{mailed or ''}", moment)
    faults = () if no_anchor else anchors.faults(mailed, moment)
    found = 0
    for sentence in chain(faults, check.findings()):
        found += 1
        click.echo(sentence)
    click.echo(
        _(
            "%(events)s events under %(seals)s seals; %(waiting)s wait for theirs; %(found)s findings.",
            events=check.events,
            seals=check.seals,
            waiting=check.waiting,
            found=found,
        )
    )
    if found:
        raise SystemExit(1)


COMMANDS: list[click.Command] = [
    tables,
    sweep,
    rotate_kek,
    verify_store,
    verify_log,
    create_admin,
    invite,
    code,
    worker,
]
