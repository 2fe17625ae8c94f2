"""`antiphon runs`: stored test runs, compared and written to files; each command is a module of its own."""

from __future__ import annotations

import click

from entrypoints.cli.comparing import compare_runs
from entrypoints.cli.exporting import export
from entrypoints.cli.rejudging import rejudge, rescore


@click.group()
def runs() -> None:
    """
    Compare stored test runs, and write them to files.

    A run is named by its job's id, the beginning of it, or `last`.
    """


runs.add_command(compare_runs)
runs.add_command(export)
runs.add_command(rejudge)
runs.add_command(rescore)
