"""Files that `antiphon rfp` is handed, read whole or refused by name; and those that it writes, over none unasked."""

from __future__ import annotations

from pathlib import Path

import click

from adapters.reports.files import check_report_path
from domain.jobs.errors import InvalidInput
from entrypoints.cli.library_add import content_of

FORCE = click.option("--force", is_flag=True, help="Write over a file that is there.")


def check_output(output: Path | None, *, force: bool) -> None:
    """
    Refuse a file to write that can't be, or that is there and may not be written over; before any work is done for it.

    Raises:
        InvalidInput: it is there and nobody said *force*; no such folder, or not one that can be written to.
    """
    if output is None:
        return
    check_report_path(output)
    if output.exists() and not force:
        raise InvalidInput(f"{output}: it is there already; --force writes over it")


def content_named(file: Path, *, expected: str) -> bytes:
    """
    Return what a file holds; *expected* is what the message says that it should be.

    Raises:
        InvalidInput: it is a folder, or can't be read.
    """
    if file.is_dir():
        raise InvalidInput(f"{file}: it is a folder; expected {expected}")
    try:
        return content_of(file)
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error}") from error
