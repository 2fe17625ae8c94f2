"""`antiphon db`: the database's tables."""

from __future__ import annotations

import click

from domain.jobs.errors import BrokenSettings
from entrypoints.cli.console import say
from entrypoints.cli.db_vectors import vectors
from entrypoints.logs import set_up_logs
from entrypoints.settings import read_settings


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def upgrade_database() -> None:
    """
    Bring the tables to this version; safe to repeat, and when several processes do it at once.

    On Postgres the tables belong to whoever runs this: the user of ANTIPHON_OWNER_DATABASE_URL, else that of
    ANTIPHON_DATABASE_URL. The latter, as whom everything else runs, is let into the roles of row-level security where
    the owner may do that.
    """
    from adapters.database.errors import place
    from adapters.database.roles import admit, check_login
    from adapters.database.schema import upgrade
    from entrypoints.container import build
    from entrypoints.storage import owner_engine

    settings = read_settings()
    set_up_logs(settings.log_level, form=settings.log_format)
    antiphon = build(settings)
    owner, login = owner_engine(antiphon.settings, antiphon.engine), antiphon.engine.url.username
    upgrade(owner)
    say(f"the {place(antiphon.engine)} is up to date")
    if login is None:
        return
    try:
        admit(owner, login)
        check_login(antiphon.engine)
    except BrokenSettings as error:
        say(f"but nothing else will start yet: {error}")


db.add_command(vectors)
