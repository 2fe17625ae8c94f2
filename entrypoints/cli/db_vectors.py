"""`antiphon db vectors`: setting up pgvector."""

from __future__ import annotations

import click

from entrypoints.cli.console import say
from entrypoints.cli.opening import open_antiphon


@click.command()
@click.option("--partition-from", type=click.IntRange(min=1), default=10_000, show_default=True,
              help="Vectors of one model from which on an organization gets a partition and an index.")  # fmt: skip
def vectors(*, partition_from: int) -> None:
    """
    Have libraries searched by pgvector: make its table, fill it, and give large organizations an index of their own.

    Runs as the owner of the tables (ANTIPHON_OWNER_DATABASE_URL). Run it again now and then, as libraries grow; what
    there is stays, and searches go on meanwhile. Where the server has no extension `vector`, it says what an
    administrator has to run; nothing needs it, as all vectors are compared then, which is exact and slower.
    """
    from entrypoints.pgvector import set_up_vectors
    from entrypoints.storage import owner_engine

    antiphon = open_antiphon()
    for line in set_up_vectors(
        antiphon.engine, owner=owner_engine(antiphon.settings, antiphon.engine), partition_from=partition_from
    ):
        say(line)
