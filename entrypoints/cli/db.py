"""`antiphon db`: the database's tables."""

from __future__ import annotations

import click

from entrypoints.cli.console import say
from entrypoints.logs import set_up_logs
from entrypoints.settings import read_settings


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def upgrade_database() -> None:
    """Bring the tables to this version; safe to repeat, and when several processes do it at once."""
    from adapters.database.errors import place
    from adapters.database.schema import upgrade
    from entrypoints.container import build

    settings = read_settings()
    set_up_logs(settings.log_level, form=settings.log_format)
    antiphon = build(settings)
    upgrade(antiphon.engine)
    say(f"the {place(antiphon.engine)} is up to date")
